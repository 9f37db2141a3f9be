"""`cockpit ledger`: a whole ledger is found whole, and each harm that is done to one is found and said."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from cockpit.cli import main
from cockpit.ledger.chain import walk
from cockpit.model.entries import PhotoRef, encode
from cockpit.processes import take_lock, write_private
from cockpit.store.texts import Texts
from tests.living_book import CLOCK, NOTE, LivingBook, fact_of, issue, living_book

pytestmark = pytest.mark.slow

PHOTO = b"bytes of a photo"
SHA = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile of a hub that is not running: an order, its photo, notes, a refusal."""
    profile = tmp_path_factory.mktemp("written")

    async def story() -> None:
        async with living_book(profile) as living:
            command, _ = await living.seat(issue("U1"), order="请到场", caller="李先生")
            photo = msgspec.structs.replace(
                fact_of(command.act.orders[0].id, "photo"), photo=PhotoRef(SHA, len(PHOTO), "image/jpeg")
            )
            await living.book.fact("gateway", "device", encode(photo))
            for n in range(5):
                await living.seat(NOTE, command.case, expected=2 + n, words=f"第 {n} 条")
            assert (await living.seat(issue("U1")))[1].refused is not None

    asyncio.run(story())
    (profile / "blobs" / SHA[:2]).mkdir(parents=True)
    (profile / "blobs" / SHA[:2] / SHA).write_bytes(PHOTO)
    return profile


@pytest.fixture
def profile(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "hub"))


def verify(profile: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict]:
    code = main(["ledger", "verify", "--profile", str(profile), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_whole_ledger_is_said_to_be_whole_and_nothing_in_the_profile_changes(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = profile / "hangzhou" / "stream"
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    code, found = verify(profile, capsys)
    assert (code, found["count"], found["live"]) == (0, 0, False)
    assert (found["decisions"], found["texts"], found["photos"], found["behind"]) == (8, 13, 1, 0)
    assert main(["ledger", "verify", "--profile", str(profile)]) == 0
    assert "账本完好" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before


def test_a_backup_without_keys_is_read_and_a_hub_that_is_just_starting_is_not_disturbed(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(profile / "keys")
    assert verify(profile, capsys)[0] == 0
    assert not (profile / "keys").exists()
    lock = take_lock(profile / "hub.lock", CLOCK)
    assert lock is not None
    assert main(["ledger", "verify", "--profile", str(profile)]) == 2
    assert "请稍后再试" in capsys.readouterr().err
    lock.release()


def test_words_that_were_erased_are_no_harm(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(Texts.open(profile / "hangzhou" / "texts.db")) as texts:
        rows = texts._read("SELECT id FROM text WHERE name = 'caller'", ())
        assert texts.erase(rows[0][0])
    code, found = verify(profile, capsys)
    assert (code, found["erased"]) == (0, 1)


def flip_a_byte(profile: Path) -> None:
    block = next((profile / "hangzhou" / "stream").rglob("1.blk"))
    data = bytearray(block.read_bytes())
    data[data.index(b'"kind":"noted"') + 9] ^= 1
    block.write_bytes(data)


def cut_the_end_off(profile: Path) -> None:
    block = next((profile / "hangzhou" / "stream").rglob("1.blk"))
    os.truncate(block, block.stat().st_size - 200)


def edit(query: str, file: str = "ledger.db") -> Callable[[Path], None]:
    def harm(profile: Path) -> None:
        with closing(sqlite3.connect(profile / "hangzhou" / file)) as db, db:
            assert db.execute(query).rowcount > 0

    return harm


def spoil(profile: Path) -> None:
    (profile / "blobs" / SHA[:2] / SHA).write_bytes(b"another photo")


def lose(profile: Path) -> None:
    (profile / "blobs" / SHA[:2] / SHA).unlink()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (flip_a_byte, "存储流缺第 3 至 3 条"),
        (cut_the_end_off, "存储流缺第 8 至 8 条"),
        (edit("UPDATE decision SET data = replace(data, 'duty', 'wall') WHERE seq = 4"), "第 4 条与中枢的副本不同"),
        (edit("INSERT INTO decision VALUES (9, 'x', x'00')"), "副本从第 9 条起比存储流多"),
        (edit("DELETE FROM text WHERE name = 'order'", "texts.db"), "第 1 条的文字"),
        (edit("UPDATE text SET words = '不去了' WHERE name = 'order'", "texts.db"), "被改过"),
        (spoil, f"第 2 条的照片 {SHA} 被改过"),
        (lose, f"第 2 条的照片 {SHA} 不在"),
    ],
)
def test_each_harm_is_found_and_said_in_a_sentence(
    profile: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], None], said: str
) -> None:
    harm(profile)
    assert main(["ledger", "verify", "--profile", str(profile)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(said in line for line in lines), lines
    assert all(line.endswith("。") for line in lines)
    assert "账本有问题" in lines[-1]


def test_a_chain_that_was_forged_from_one_decision_on_is_found(
    profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Someone with the server's files writes other bytes in, with checksums that are right: the links tell."""

    async def forge(living: LivingBook) -> None:
        _, receipt = await living.seat(issue("U2"))
        assert receipt.seq == 1

    async def story() -> None:
        other = tmp_path / "other"
        other.mkdir()
        shutil.copy(profile / "hub.id", other / "hub.id")
        async with living_book(other) as living:
            await forge(living)
            copy = sqlite3.connect(profile / "hangzhou" / "ledger.db")
            with closing(copy):
                rows = copy.execute("SELECT seq, data FROM decision WHERE seq > 1 ORDER BY seq").fetchall()
            for _, data in rows:
                subject = f"led.hangzhou.live.{living.book.hub}.all.none"
                await living.client.request(subject, bytes(data), timeout=10)
        shutil.rmtree(profile / "hangzhou" / "stream")
        shutil.copytree(other / "hangzhou" / "stream", profile / "hangzhou" / "stream")

    asyncio.run(story())
    assert main(["ledger", "verify", "--profile", str(profile)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "第 2 条接不上前一条：两者之一被改过。" in lines
    assert "第 1 条与中枢的副本不同。" in lines


def test_an_export_has_every_decision_with_its_bytes_and_words(
    profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ledger.jsonl"
    assert main(["ledger", "export", "--profile", str(profile), "--texts", "--out", str(out)]) == 0
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    rows = [base64.b64decode(line["data"]) for line in lines]
    assert [line["seq"] for line in lines] == list(range(1, 9))
    assert [line["sha256"] for line in lines] == [hashlib.sha256(row).hexdigest() for row in rows]
    assert len(list(walk(rows))) == 8
    assert lines[0]["texts"] == {"who": "张敏", "order": "请到场", "caller": "李先生"}
    assert main(["ledger", "export", "--profile", str(profile)]) == 0
    assert "李先生" not in (bare := capsys.readouterr().out)
    assert len(bare.splitlines()) == 8


def test_an_export_that_fails_leaves_the_file_that_was_there_and_nothing_beside_it(
    profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (profile / "hangzhou" / "texts.db").write_bytes(b"no database" * 999)
    out = tmp_path / "out" / "ledger.jsonl"
    out.parent.mkdir()
    out.write_text("a sound export")
    assert main(["ledger", "export", "--profile", str(profile), "--texts", "--out", str(out)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert out.read_text() == "a sound export"
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("linked", [False, True])
def test_an_export_writes_into_a_pipe_and_does_not_replace_it(profile: Path, tmp_path: Path, linked: bool) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # eight decisions fit into what a pipe holds
    try:
        out = link if linked else pipe
        assert main(["ledger", "export", "--profile", str(profile), "--out", str(out)]) == 0
        assert len(os.read(reader, 1 << 20).splitlines()) == 8
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_an_export_into_a_link_writes_the_file_that_it_names(profile: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "ledger.jsonl", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(target)
    assert main(["ledger", "export", "--profile", str(profile), "--out", str(link)]) == 0
    assert link.is_symlink()
    assert len(target.read_text("utf-8").splitlines()) == 8


@pytest.mark.parametrize("out", ["", "/", "folder", "missing/file", "x" * 300])
def test_an_export_to_what_can_be_no_file_is_refused_in_a_sentence(
    profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["ledger", "export", "--profile", str(profile), "--out", out]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_running_hub_is_read_while_it_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        async with living_book(tmp_path) as living:
            write_private(tmp_path / "hub.json", json.dumps({"url": living.server.url, "pid": os.getpid()}))
            command, _ = await living.seat(issue("U1"))

            async def write() -> None:
                for n in range(30):
                    await living.seat(NOTE, command.case, expected=n + 1, words=f"第 {n} 条")

            writing = asyncio.create_task(write())
            code = await asyncio.to_thread(main, ["ledger", "verify", "--profile", str(tmp_path), "--json"])
            await writing
            assert code == 0

    asyncio.run(story())
    found = json.loads(capsys.readouterr().out)
    assert found["live"]
    assert found["decisions"] >= 1


@pytest.mark.parametrize("city", ["", "nowhere"])
def test_a_folder_without_a_ledger_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], city: str) -> None:
    assert main(["ledger", "verify", "--profile", str(tmp_path), "--city", city]) == 2
    assert "没有账本" in capsys.readouterr().err
