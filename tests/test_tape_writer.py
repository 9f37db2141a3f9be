"""The tape: what was put is read again in its order, whatever happened to the process, the file or the disk."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.clock import DAY, HOUR, SECOND, ManualClock, SystemClock
from cockpit.tape import Record, TapeReader, TapeWriter
from cockpit.tape import lane as lane_module
from cockpit.tape.folder import segments
from cockpit.tape.keep import ENDLESS, Keep, days_left
from cockpit.tape.layout import pack_records, unpack_records
from cockpit.tape.record import CHECKPOINT, ENTRY, KINDS, MINUTE, RAW, SENSOR
from cockpit.tape.segment import INDEX
from tests.full_disk import fill, small_disk

WORDS = st.text(max_size=8)
RECORDS = st.lists(
    st.builds(
        lambda kind, feed, data, at, event_type, ident, first, whole, address: Record(
            0, at, kind, feed, data, event_type, ident, first, whole, address
        ),
        st.sampled_from(KINDS),
        WORDS,
        st.binary(max_size=400),
        st.integers(0, 2**60),
        WORDS,
        WORDS,
        st.booleans(),
        st.booleans(),
        WORDS,
    ),
    max_size=60,
)


@contextmanager
def writing(folder: Path, clock: object = None, **options: object) -> Iterator[TapeWriter]:
    writer = TapeWriter(folder, "hangzhou", "hub-1", clock or SystemClock(), **options)  # type: ignore[arg-type]
    try:
        yield writer
    finally:
        writer.close()


def put(writer: TapeWriter, record: Record) -> bool:
    return writer.put(
        record.kind,
        record.feed,
        record.data,
        record.received,
        record.event_type,
        record.id,
        record.first,
        record.whole,
        record.address,
    )


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def bare(record: Record) -> tuple[object, ...]:
    return msgspec.structs.astuple(record)[1:]


@settings(max_examples=25, deadline=None)
@given(RECORDS, st.lists(st.integers(0, 60), max_size=4))
def test_what_was_put_is_read_again_in_its_order(tmp_path_factory, records, flushes) -> None:
    folder = tmp_path_factory.mktemp("tape")
    clock = ManualClock()
    with writing(folder, clock) as writer:
        for i, record in enumerate(records):
            assert put(writer, record)
            if i in flushes:
                assert writer.flush(30)
        assert writer.flush(30)
        told = list(TapeReader(folder).read())
    assert list(map(bare, told)) == list(map(bare, records))
    assert [record.order for record in told] == sorted({record.order for record in told})
    assert [bare(record) for record in TapeReader(folder).read()] == list(map(bare, records)), "closed as well as open"


@given(RECORDS)
def test_records_become_bytes_and_records_again(records) -> None:
    numbered = [
        Record(i * 3, r.received, RAW, r.feed, r.data, r.event_type, r.id, r.first, r.whole, r.address)
        for i, r in enumerate(records)
    ]
    assert unpack_records(pack_records(numbered), RAW, len(numbered)) == numbered


def test_a_part_is_read_by_time_kind_feed_and_order(tmp_path: Path) -> None:
    clock = ManualClock()
    began = clock.now()
    with writing(tmp_path, clock) as writer:
        for n in range(300):
            writer.put((RAW, SENSOR, ENTRY)[n % 3], f"f{n % 5}", b"%d" % n, clock.now())
            clock.advance(1)
            if n % 20 == 0:
                assert writer.flush(30)
        assert writer.flush(30)
        reader = TapeReader(tmp_path)
        assert reader.bounds() == (began, began + 299 * SECOND)
        told = [int(r.data) for r in reader.read(began + 100 * SECOND, began + 200 * SECOND)]
        assert told == list(range(100, 200))
        assert [int(r.data) for r in reader.read(kinds=[SENSOR])] == list(range(1, 300, 3))
        assert [int(r.data) for r in reader.read(feeds=["f2"])] == list(range(2, 300, 5))
        assert [int(r.data) for r in reader.read(after=289)] == list(range(290, 300))
        last = reader.last_before(began + 150 * SECOND, [RAW])
        assert last is not None
        assert int(last.data) == 150
        assert reader.last_before(began - 1, KINDS) is None
        assert TapeReader(tmp_path / "none").bounds() == (0, 0)


def test_segments_end_by_size_and_by_time_and_have_an_index(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(lane_module, "SEGMENT_BYTES", 20_000)
    clock = ManualClock()
    dice = random.Random(1)
    with writing(tmp_path, clock) as writer:
        for _ in range(20):
            writer.put(RAW, "f", dice.randbytes(3_000), clock.now())
            assert writer.flush(30)
        by_size = segments(tmp_path, RAW)
        assert len(by_size) >= 3
        clock.advance(2 * 3600)
        writer.put(RAW, "f", b"late", clock.now())
        assert writer.flush(30)
        assert len(segments(tmp_path, RAW)) == len(by_size) + 1
        assert all(one.path.with_suffix(INDEX).is_file() for one in by_size)
        assert len(list(TapeReader(tmp_path).read())) == 21


def test_a_large_message_and_many_small_ones_are_taken(tmp_path: Path) -> None:
    clock = ManualClock()
    large = random.Random(2).randbytes(9_000_000)
    with writing(tmp_path, clock) as writer:
        for n in range(30_000):
            writer.put(SENSOR, "f", b"%d" % n, clock.now())
        writer.put(RAW, "f", large, clock.now())
        writer.put(SENSOR, "f", b"last", clock.now())
        assert writer.flush(30)
        told = list(TapeReader(tmp_path).read())
    assert len(told) == 30_002
    assert told[30_000].data == large


CHILD = """
import sys
from pathlib import Path
from cockpit.model.clock import SystemClock
from cockpit.tape import TapeWriter
clock = SystemClock()
writer = TapeWriter(Path(sys.argv[1]), "c", "h", clock)
n = 0
while True:
    writer.put("raw", "f", b"%d " % n * 50, clock.now())
    n += 1
    if n % 500 == 0:
        writer.flush()
        print(n, flush=True)
"""


@pytest.mark.system
def test_what_was_flushed_is_there_after_kill_9_and_the_numbers_go_on(tmp_path: Path) -> None:
    flushed = 0
    for kill in range(3):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE)
        try:
            assert child.stdout is not None
            for _ in range(3 + kill):
                flushed_now = int(child.stdout.readline())
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
            assert child.stdout is not None
            child.stdout.close()
        flushed += flushed_now
    with writing(tmp_path) as writer:
        writer.put(RAW, "f", b"after", SystemClock().now())
        assert writer.flush(30)
        told = list(TapeReader(tmp_path).read())
    assert len([r for r in told if r.feed == "f"]) > flushed
    assert told[-1].data == b"after"
    orders = [record.order for record in told]
    assert orders == sorted(set(orders))
    assert len([r for r in told if r.feed == "gap"]) == 3, "that the hub did not run is on the tape"


def test_a_torn_end_is_cut_off_and_told(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        for n in range(10):
            writer.put(RAW, "f", b"%d" % n, SystemClock().now())
            assert writer.flush(30)
    path = segments(tmp_path, RAW)[0].path
    path.with_suffix(INDEX).unlink()
    whole = path.read_bytes()
    for cut in (1, 5, 60, 70):
        path.write_bytes(whole[:-cut])
        path.with_suffix(INDEX).unlink(missing_ok=True)
        with writing(tmp_path) as writer:
            assert writer.torn > 0
            told = [int(r.data) for r in TapeReader(tmp_path).read(kinds=[RAW])]
            assert told == list(range(len(told)))
            assert len(told) >= 8


def test_a_damaged_byte_hides_its_own_stream_only_and_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(lane_module, "STREAM_BYTES", 2_000)
    with writing(tmp_path) as writer:
        for n in range(40):
            writer.put(RAW, "f", b"%d " % n * 100, SystemClock().now())
            assert writer.flush(30)
    path = segments(tmp_path, RAW)[0].path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    reader = TapeReader(tmp_path)
    told = [int(r.data.split()[0]) for r in reader.read(kinds=[RAW])]
    assert 0 in told
    assert 39 in told
    assert len(told) < 40
    assert path in reader.damaged


def test_a_full_disk_is_said_counted_and_gone_on_from(tmp_path: Path) -> None:
    said = []
    with small_disk(8, "test_no_more_waits_than_may") as disk:
        folder = disk / "tape"
        dice = random.Random(3)
        with writing(folder, on_problem=said.append, least_free=0, most_bytes=200_000) as writer:
            writer.put(RAW, "f", b"before", SystemClock().now())
            assert writer.flush(30)
            ballast = fill(disk)
            refused = 0
            while not refused:
                refused += not writer.put(RAW, "f", dice.randbytes(20_000), SystemClock().now())
            wait_until(lambda: writer.problem is not None, 30)
            assert [r.data for r in TapeReader(folder).read(kinds=[RAW])] == [b"before"]
            ballast.unlink()
            wait_until(lambda: writer.problem is None, 30)
            writer.put(RAW, "f", b"after", SystemClock().now())
            assert writer.flush(30)
            told = list(TapeReader(folder).read(kinds=[RAW]))
            assert told[-1].data == b"after"
            assert len(told) >= 10, "what waited in memory was written"
            gaps = list(TapeReader(folder).read(kinds=[ENTRY], feeds=["gap"]))
            assert len(gaps) == 1
            assert b'"full"' in gaps[0].data
        assert [m and m.id for m in said] == ["tape.disk", None]
        assert writer.dropped == refused


def test_no_more_waits_than_may_and_the_ledgers_room_is_left(tmp_path: Path) -> None:
    with writing(tmp_path, least_free=2**62, most_bytes=1_000) as writer:
        taken = [writer.put(RAW, "f", b"x" * 100, SystemClock().now()) for _ in range(50)]
        assert taken[0]
        assert not taken[-1]
        assert writer.dropped == taken.count(False)
        wait_until(lambda: writer.problem is not None, 30)
        assert writer.problem is not None
        assert writer.problem.id == "tape.no_room"
    assert not list(TapeReader(tmp_path).read())


def test_a_folder_that_can_not_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    from cockpit.model.errors import OutsideError

    (tmp_path / "file").write_text("x")
    with pytest.raises(OutsideError, match="无法写入"):
        TapeWriter(tmp_path / "file" / "tape", "c", "h", SystemClock())


def test_each_kind_goes_when_its_time_is_over(tmp_path: Path) -> None:
    clock = ManualClock()
    with writing(tmp_path, clock, keep=Keep(sensor=1, rest=3)) as writer:
        for _ in range(5 * 8):
            for kind in KINDS:
                writer.put(kind, "f", b"x", clock.now())
            assert writer.flush(30)
            clock.advance(3 * 3600)
        writer.tidy()
        reader = TapeReader(tmp_path)
        for kind, days in ((SENSOR, 1), (MINUTE, 1), (RAW, 3), (ENTRY, 3), (CHECKPOINT, 3)):
            oldest = clock.now() - reader.bounds([kind])[0]
            assert days * DAY - 4 * HOUR <= oldest <= days * DAY + 4 * HOUR, kind
        assert writer.sizes()[RAW] == sum(f.stat().st_size for f in (tmp_path / RAW).iterdir())


def test_past_the_limit_the_oldest_goes(tmp_path: Path) -> None:
    clock = ManualClock()
    dice = random.Random(4)
    with writing(tmp_path, clock, keep=Keep(most=60_000)) as writer:
        for _ in range(10):
            writer.put(RAW, "f", dice.randbytes(10_000), clock.now())
            assert writer.flush(30)
            clock.advance(3700)
        writer.tidy()
        assert sum(writer.sizes().values()) <= 60_000
        assert len(list(TapeReader(tmp_path).read(kinds=[RAW]))) == 5


def test_days_left_are_those_until_the_disk_is_full() -> None:
    keep = Keep(sensor=1, rest=10)
    assert days_left(1_000, {}, {RAW: 100.0}, keep) == ENDLESS
    assert days_left(500, {}, {RAW: 100.0}, keep) == pytest.approx(5)
    assert days_left(500, {SENSOR: 1_000}, {RAW: 100.0, SENSOR: 1_000.0}, keep) == pytest.approx(5)
    assert days_left(500, {}, {RAW: 100.0, SENSOR: 900.0}, keep) == pytest.approx(0.5)


def test_a_clock_that_is_set_back_loses_nothing(tmp_path: Path) -> None:
    clock = ManualClock()
    with writing(tmp_path, clock) as writer:
        for n in range(20):
            writer.put(RAW, "f", b"%d" % n, clock.now())
            assert writer.flush(30)
            clock.advance(-30 if n == 10 else 1)
        assert [int(r.data) for r in TapeReader(tmp_path).read()] == list(range(20))


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    os.umask(0)
    with writing(tmp_path / "tape") as writer:
        writer.put(RAW, "f", b"x", 1)
        assert writer.flush(30)
    assert (tmp_path / "tape").stat().st_mode & 0o077 == 0
    assert segments(tmp_path / "tape", RAW)[0].path.stat().st_mode & 0o077 == 0
