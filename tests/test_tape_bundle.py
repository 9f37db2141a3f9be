"""A piece of a tape goes to a colleague and comes in again; what a stranger sends is looked over."""

from __future__ import annotations

import io
import json
import random
import tarfile
import tracemalloc
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit import cli
from cockpit.model.clock import HOUR, MINUTE, SECOND, ManualClock, SystemClock, to_iso
from cockpit.model.errors import CockpitError, UserError
from cockpit.tape import TapeReader, TapeWriter, bundle
from cockpit.tape.bundle import File, Manifest, export, take
from cockpit.tape.cli import instant
from cockpit.tape.folder import segments
from cockpit.tape.layout import MAX_RAW, NEW_STREAM, PIECE_HEAD, Head, Piece, pack_head, pack_piece, unpack_piece
from cockpit.tape.record import ENTRY, KINDS, RAW, SENSOR
from cockpit.tape.record import MINUTE as MINUTES
from cockpit.tape.settings import read_keep
from cockpit.tape.verify import verify

MINUTES_OF_TAPE = 30


def a_tape(folder: Path) -> ManualClock:
    """Half an hour with a checkpoint every five minutes."""
    clock = ManualClock()
    writer = TapeWriter(folder, "hangzhou", "hub-1", clock)
    try:
        for second in range(0, MINUTES_OF_TAPE * 60, 5):
            writer.put(RAW, f"f{second % 2}", b"message %d" % second, clock.now())
            writer.put(SENSOR, "s", b"%d" % second, clock.now())
            if second % 300 == 0:
                writer.put(MINUTES, "picture.part", b"part", clock.now(), "event", "id")
                writer.put(MINUTES, "picture", b"head", clock.now(), id="id")
                assert writer.flush(30)
            clock.advance(5)
        assert writer.flush(30)
    finally:
        writer.close()
    return clock


@pytest.fixture
def tape(tmp_path: Path) -> tuple[Path, ManualClock]:
    folder = tmp_path / "hub" / "hangzhou" / "tape"
    return folder, a_tape(folder)


def exported(tape: tuple[Path, ManualClock], out: Path, **options: object) -> Manifest:
    folder, clock = tape
    start = clock.now() - 17 * MINUTE
    return export(TapeReader(folder), start, start + 5 * MINUTE, out, clock, "1", **options)  # type: ignore[arg-type]


def test_a_piece_goes_out_with_the_checkpoint_before_it_and_comes_in_the_same(tape, tmp_path: Path) -> None:
    folder, clock = tape
    manifest = exported(tape, tmp_path / "x.tape")
    start, end = clock.now() - 17 * MINUTE, clock.now() - 12 * MINUTE
    assert take(tmp_path / "x.tape", tmp_path / "tapes", "暴雨") == manifest
    was = [r for r in TapeReader(folder).read(0, end) if r.received >= start - 3 * MINUTE - 6 * SECOND]
    assert list(TapeReader(tmp_path / "tapes" / "暴雨").read()) == was
    assert manifest.records == len(was) > 100
    assert any(record.feed == "picture" and record.received <= start for record in was)
    assert not verify(tmp_path / "tapes" / "暴雨").count


def test_only_some_feeds_may_go_along(tape, tmp_path: Path) -> None:
    exported(tape, tmp_path / "x.tape", feeds=["f1"])
    take(tmp_path / "x.tape", tmp_path / "tapes", "x")
    told = {record.feed for record in TapeReader(tmp_path / "tapes" / "x").read()}
    assert told == {"f1", "picture", "picture.part"}


def test_nothing_is_overwritten_and_an_empty_piece_is_none(tape, tmp_path: Path) -> None:
    exported(tape, tmp_path / "x.tape")
    before = (tmp_path / "x.tape").read_bytes()
    with pytest.raises(UserError, match="已存在"):
        exported(tape, tmp_path / "x.tape")
    assert (tmp_path / "x.tape").read_bytes() == before
    take(tmp_path / "x.tape", tmp_path / "tapes", "x")
    with pytest.raises(UserError, match="已有名为"):
        take(tmp_path / "x.tape", tmp_path / "tapes", "x")
    with pytest.raises(UserError, match="没有内容"):
        export(TapeReader(tmp_path / "none"), 0, 1, tmp_path / "y.tape", SystemClock(), "1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hub", "tapes", "x.tape"]


# -- strangers -----------------------------------------------------------------------------------------------------


def packed(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind
            tar.addfile(info, io.BytesIO(content))
    return zstandard.ZstdCompressor().compress(data.getvalue())


def described(*files: tuple[str, bytes], records: int = 0, **more: object) -> bytes:
    import hashlib

    named = tuple(File(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in files)
    manifest = Manifest(bundle.WHAT, bundle.VERSION, "c", "1", 0, 1, records, named)
    return msgspec.json.encode(msgspec.structs.replace(manifest, **more))


NAME = "raw/0000000000000000-1.seg"
ENTRY_NAME = NAME.replace(RAW, ENTRY)
EMPTY = pack_head(Head(1, RAW, "c", "h", 1, 0))


def bomb() -> bytes:
    """A piece that says it is small and is a hundred megabytes of zeros."""
    stored = zstandard.ZstdCompressor().compress(bytes(100_000_000))
    import zlib

    piece = Piece(NEW_STREAM, 1, 1000, len(stored), 0, 0, 1, 1, 1, zlib.crc32(stored))
    return EMPTY + pack_piece(piece) + stored


def hostile() -> dict[str, bytes]:
    good = described((NAME, EMPTY))
    links = packed(("manifest.json", b""), kind=tarfile.SYMTYPE)
    outside = "raw/../../../../tmp/x.seg"
    many = tuple(File(f"raw/{n:016x}-1.seg", 0, "") for n in range(bundle.MOST_FILES + 1))
    return {
        "nothing": b"",
        "no zstd": b"PK\x03\x04" * 100,
        "cut off": packed(("manifest.json", good), (NAME, EMPTY))[:-20],
        "no manifest": packed((NAME, EMPTY)),
        "a link": links,
        "a place outside": packed(("manifest.json", described((outside, EMPTY))), (outside, EMPTY)),
        "an absolute place": packed(("manifest.json", described(("/etc/x.seg", EMPTY))), ("/etc/x.seg", EMPTY)),
        "twice": packed(("manifest.json", described((NAME, EMPTY), (NAME, EMPTY))), (NAME, EMPTY), (NAME, EMPTY)),
        "too many": packed(("manifest.json", described(files=many))),
        "more than named": packed(("manifest.json", good), (NAME, EMPTY), ("raw/x", b"y")),
        "less than named": packed(("manifest.json", good)),
        "another sum": packed(("manifest.json", good), (NAME, EMPTY[:-1] + b"x")),
        "another version": packed(("manifest.json", described((NAME, EMPTY), v=99)), (NAME, EMPTY)),
        "wrong city": packed(("manifest.json", described((NAME, EMPTY), city="d")), (NAME, EMPTY)),
        "wrong kind": packed(("manifest.json", described((ENTRY_NAME, EMPTY))), (ENTRY_NAME, EMPTY)),
        "wrong count": packed(("manifest.json", described((NAME, EMPTY), records=5)), (NAME, EMPTY)),
        "no segment": packed(("manifest.json", described((NAME, b"x" * 1000))), (NAME, b"x" * 1000)),
        "a bomb": packed(("manifest.json", described((NAME, bomb()), records=1)), (NAME, bomb())),
        "a large manifest": packed(("manifest.json", b" " * 20_000_000)),
        "negative": packed(("manifest.json", good.replace(b'"size":', b'"size":-')), (NAME, EMPTY)),
    }  # fmt: skip


HOSTILE = hostile()


@pytest.mark.parametrize("what", HOSTILE)
def test_what_a_stranger_sends_is_refused_in_a_sentence_and_leaves_nothing(tmp_path: Path, what: str) -> None:
    (tmp_path / "x.tape").write_bytes(HOSTILE[what])
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="未导入"):
            take(tmp_path / "x.tape", tmp_path / "tapes", "x")
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()
    assert list((tmp_path / "tapes").iterdir()) == []
    assert not (tmp_path.parent / "tmp").exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_unpacked(tape, tmp_path: Path) -> None:
    exported(tape, tmp_path / "x.tape")
    with pytest.raises(UserError, match="超过"):
        take(tmp_path / "x.tape", tmp_path / "tapes", "x", most=1000)


@pytest.mark.parametrize("name", ["../x", ".x", "", "a/b", "x" * 81, "x\n", "-x"])
def test_a_name_is_a_name_and_no_place(tape, tmp_path: Path, name: str) -> None:
    exported(tape, tmp_path / "x.tape")
    with pytest.raises(UserError, match="名称"):
        take(tmp_path / "x.tape", tmp_path / "tapes", name)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_that_was_changed_anywhere_is_refused_or_the_same(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("t")
    clock = a_tape_once(folder.parent / "hypothesis-tape")
    out = folder / "x.tape"
    export(TapeReader(folder.parent / "hypothesis-tape"), clock - 10 * MINUTE, clock, out, SystemClock(), "1")
    content = bytearray(out.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        where = round(data.draw(st.floats(0, 1)) * (len(content) - 1))
        content[where] ^= data.draw(st.integers(1, 255))
    out.write_bytes(content)
    refused = ""
    try:
        take(out, folder / "tapes", "x")
    except CockpitError as error:
        refused = error.message.id
    if refused:
        assert refused.startswith("tape.")
        assert list((folder / "tapes").iterdir()) == []
    else:
        assert not verify(folder / "tapes" / "x").count


_made: dict[Path, int] = {}


def a_tape_once(folder: Path) -> int:
    if folder not in _made:
        _made[folder] = a_tape(folder).now()
    return _made[folder]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_strange_bytes_in_a_segment_are_read_as_far_as_they_are_good(tmp_path_factory, body, tail) -> None:
    folder = tmp_path_factory.mktemp("s")
    (folder / RAW).mkdir()
    (folder / RAW / "0000000000000000-1.seg").write_bytes(EMPTY + body + b"PIEC" + tail)
    assert list(TapeReader(folder).read()) == []
    writer = TapeWriter(folder, "c", "h", SystemClock())
    writer.close()
    assert writer.torn == len(body) + 4 + len(tail)


def test_the_head_of_a_piece_can_not_ask_for_more_than_a_piece_has() -> None:
    from cockpit.tape.layout import BadBytes

    piece = Piece(NEW_STREAM, 1, MAX_RAW + 1, 10, 0, 0, 1, 1, 1, 0)
    with pytest.raises(BadBytes):
        unpack_piece(pack_piece(piece))
    assert len(pack_piece(piece)) == PIECE_HEAD


# -- verify --------------------------------------------------------------------------------------------------------


def test_verify_names_every_damage(tape) -> None:
    folder, _ = tape
    verdict = verify(folder)
    assert verdict.count == 0
    assert verdict.records == len(list(TapeReader(folder).read())) > 700
    dice = random.Random(1)
    damaged = 0
    for kind in KINDS:
        for segment in segments(folder, kind):
            data = bytearray(segment.path.read_bytes())
            data[dice.randrange(len(data))] ^= 0x55
            segment.path.write_bytes(bytes(data))
            damaged += 1
    verdict = verify(folder)
    assert verdict.count == damaged == len(verdict.problems)


# -- the command line ----------------------------------------------------------------------------------------------


def test_the_command_line_tells_exports_imports_and_verifies(tape, tmp_path: Path, capsys) -> None:
    folder, clock = tape
    profile = ["--profile", str(tmp_path / "hub")]
    assert cli.main(["tape", "state", *profile]) == 0
    assert "杭州" not in capsys.readouterr().err
    assert cli.main(["tape", "state", "--json", *profile]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["city"] == "hangzhou"
    assert told["bytes"] == sum(kind["bytes"] for kind in told["kinds"].values()) > 0
    start, end = to_iso(clock.now() - 17 * MINUTE), to_iso(clock.now() - 10 * MINUTE)
    out = tmp_path / "storm.tape"
    assert cli.main(["tape", "export", "--from", start, "--to", end, "--out", str(out), *profile]) == 0
    assert "已导出" in capsys.readouterr().out
    assert cli.main(["tape", "import", str(out), "--name", "暴雨", *profile]) == 0
    assert "已导入" in capsys.readouterr().out
    for more in ([], ["--tape", "暴雨"]):
        assert cli.main(["tape", "verify", *more, *profile]) == 0
        assert "完好" in capsys.readouterr().out
    path = segments(folder, RAW)[0].path
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert cli.main(["tape", "verify", "--json", *profile]) == 1
    assert json.loads(capsys.readouterr().out)["count"] == 1


def test_how_long_what_is_kept_is_set_and_read(tape, tmp_path: Path, capsys) -> None:
    profile = tmp_path / "hub"
    assert cli.main(["tape", "keep", "--sensor-hours", "48", "--most-gb", "5", "--profile", str(profile)]) == 0
    assert "48 小时" in capsys.readouterr().out
    keep, wrong = read_keep(profile)
    assert (keep.sensor, keep.rest, keep.most, wrong) == (2, 90, 5_000_000_000, None)
    assert cli.main(["tape", "keep", "--days", "0", "--profile", str(profile)]) == 2
    assert "小时到" in capsys.readouterr().err
    (profile / "tape.toml").write_text("[keep]\nhours = 3\n")
    keep, wrong = read_keep(profile)
    assert keep.sensor == 1
    assert wrong is not None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["state", "--city", "nowhere"], "没有历史记录"),
        (["export", "--from", "noon", "--out", "x"], "不是时间"),
        (["export", "--from", "2026-01-02", "--to", "2026-01-01", "--out", "x"], "晚于"),
        (["verify", "--tape", "../tape"], "没有名为"),
        (["import", "/nowhere/x"], "未能导入"),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(tape, tmp_path: Path, capsys, arguments, why: str) -> None:
    assert cli.main(["tape", *arguments, "--profile", str(tmp_path / "hub")]) == 2
    assert why in capsys.readouterr().err


def test_a_time_is_what_a_person_means_by_it() -> None:
    now = ManualClock().now()
    assert to_iso(now) == "2026-07-14T17:32:36+08:00"
    assert to_iso(instant("14:30", now)) == "2026-07-14T14:30:00+08:00"
    assert to_iso(instant("18:30", now)) == "2026-07-13T18:30:00+08:00", "the last one"
    assert to_iso(instant("2026-07-14 14:30:05", now)) == "2026-07-14T14:30:05+08:00"
    assert instant("2026-07-14T14:30:00Z", now) == instant("22:30", now + 8 * HOUR)
