"""From the hub's picture over encoded batches to a seat's picture."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cockpit.model.batch import Batch, Columns, columns_of_rows, decode, encode
from cockpit.model.clock import ManualClock
from cockpit.model.tables import EVERYWHERE, TABLES, TEXT
from cockpit.picture import Change, Outgoing, Picture
from cockpit.picture.outgoing import MAX_BYTES

DISTRICTS = ("330102", "330106")


def district_of(area: str) -> str:
    return area[:6] if area[:6] in DISTRICTS else ""


def rows_of(topic: str, keys: Sequence[str], **values: object) -> Columns:
    row = {c.name: "" if c.dtype == TEXT else 0 for c in TABLES[topic].columns} | {"feed": "events"}
    return columns_of_rows(TABLES[topic], [{**row, **values, "key": key} for key in keys])


AREA = {c.name: "" if c.dtype == TEXT else 0 for c in TABLES["area"].columns}


class Hall:
    """A hub's picture and a seat's, with the bus's bytes between."""

    def __init__(self, hub: str = "hub-1", seat: Picture | None = None) -> None:
        self.hub = Picture()
        self.clock = ManualClock()
        self.out = Outgoing(self.hub, hub, self.clock, district_of)
        self.seat = seat or Picture()

    def deliver(self, batches: Sequence[Batch]) -> list[Change | None]:
        self.clock.advance(0.1)
        return [self.seat.apply(decode(encode(batch))) for batch in batches]

    def upsert(self, topic: str, keys: Sequence[str], **values: object) -> None:
        self.put(topic, rows_of(topic, keys, **values))

    def put(self, topic: str, columns: Columns) -> None:
        self.out.upsert(topic, columns)

    def remove(self, topic: str, keys: Sequence[str]) -> None:
        self.out.remove(topic, keys)

    def areas(self) -> None:
        self.hub.upsert(
            "area", columns_of_rows(TABLES["area"], [AREA | {"key": f"areas/{d}", "code": d} for d in DISTRICTS])
        )


def contents(picture: Picture, topic: str) -> dict[str, bytes]:
    table = picture[topic]
    return {key: msgspec.msgpack.encode(table.row(i)) for i, key in enumerate(table.keys)}


def test_a_flush_carries_only_what_changed_since_the_last_one() -> None:
    hall = Hall()
    hall.upsert("event", ["a", "b"], area="330106001")
    first = hall.out.flush()
    hall.upsert("event", ["b"], area="330106001", place="新")
    second = hall.out.flush()
    assert [b.rows for b in first + second] == [2, 1]
    assert hall.out.flush() == []
    hall.deliver(first + second)
    assert contents(hall.seat, "event") == contents(hall.hub, "event")
    assert hall.seat.take_changes() == {"event"}
    assert hall.seat.take_changes() == frozenset()


def test_rows_are_published_in_the_district_they_lie_in() -> None:
    hall = Hall()
    hall.upsert("event", ["a"], area="330106001")
    hall.upsert("event", ["b"], area="330102")
    hall.upsert("event", ["c"], area="")
    hall.upsert("alert", ["d"])
    assert {(b.district, b.topic) for b in hall.out.flush()} == {
        ("330106", "event"),
        ("330102", "event"),
        (EVERYWHERE, "event"),
        (EVERYWHERE, "alert"),
    }


def test_a_unit_that_moves_on_leaves_one_district_and_is_in_the_other_whatever_comes_first() -> None:
    for order in (1, -1):
        hall = Hall()
        hall.upsert("unit", ["u"], area="330106001")
        hall.deliver(hall.out.flush())
        hall.upsert("unit", ["u"], area="330102001")
        batches = hall.out.flush()
        assert len(batches) == 2
        hall.deliver(batches[::order])
        assert contents(hall.seat, "unit") == contents(hall.hub, "unit")
        assert hall.seat["unit"].text("district") == ["330102"]


def test_a_seat_that_reads_one_district_only_loses_the_unit_that_left_it() -> None:
    hall = Hall()
    hall.upsert("unit", ["u"], area="330106001")
    hall.deliver(hall.out.flush())
    hall.upsert("unit", ["u"], area="330102001")
    hall.deliver([b for b in hall.out.flush() if b.district == "330106"])
    assert len(hall.seat["unit"]) == 0


def test_a_batch_that_comes_twice_is_taken_in_once() -> None:
    hall = Hall()
    hall.upsert("event", ["a"], area="330106001")
    batches = hall.out.flush()
    assert hall.deliver(batches)[0] is not None
    version = hall.seat["event"].version
    assert hall.deliver(batches) == [None]
    assert hall.seat["event"].version == version


def test_a_lost_batch_is_a_gap_until_a_snapshot_fills_it() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", ["a", "b"], area="330106001")
    hall.deliver(hall.out.flush())
    hall.remove("event", ["a"])
    hall.out.flush()  # lost
    hall.upsert("event", ["c"], area="330106001")
    hall.deliver(hall.out.flush())
    assert hall.seat.gaps == {("330106", "event")}
    assert sorted(hall.seat["event"].keys) == ["a", "b", "c"]
    hall.deliver(hall.out.snapshot(["event"]))
    assert hall.seat.gaps == set()
    assert contents(hall.seat, "event") == contents(hall.hub, "event")


def test_a_seat_that_joins_late_has_a_gap_until_the_snapshot() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", ["a"], area="330106001")
    hall.out.flush()
    hall.upsert("event", ["b"], area="330106001")
    hall.deliver(hall.out.flush())
    assert hall.seat.gaps == {("330106", "event")}
    hall.deliver(hall.out.snapshot(["event"]))
    assert hall.seat.gaps == set()
    assert sorted(hall.seat["event"].keys) == ["a", "b"]


def test_a_snapshot_in_parts_removes_only_when_its_last_part_is_there() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.seat.upsert("event", rows_of("event", ["old"], area="330106001"), "330106")
    hall.upsert("event", [f"k{i}" for i in range(4500)], area="330106001")
    hall.out.flush()
    parts = [b for b in hall.out.snapshot(["event"]) if b.district == "330106"]
    assert [(b.part, b.parts, b.rows) for b in parts] == [(0, 3, 2000), (1, 3, 2000), (2, 3, 500)]
    hall.deliver(parts[:2])
    assert "old" in hall.seat["event"]
    change = hall.deliver(parts[2:])[0]
    assert change is not None
    assert change.gone == ["old"]
    assert contents(hall.seat, "event") == contents(hall.hub, "event")


def test_a_snapshot_of_which_a_part_was_lost_removes_nothing() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", [f"k{i}" for i in range(4500)], area="330106001")
    hall.seat.upsert("event", rows_of("event", ["old"], area="330106001"), "330106")
    hall.out.flush()
    parts = hall.out.snapshot(["event"])
    hall.deliver([b for b in parts if b.part != 1])
    assert len(hall.seat["event"]) == 2501
    assert hall.seat.gaps == {("330106", "event")}
    hall.deliver(hall.out.snapshot(["event"]))
    assert hall.seat.gaps == set()


def test_a_snapshot_leaves_feeds_alone_that_have_not_answered_since_the_hubs_start() -> None:
    seat = Picture()
    seat.upsert("event", rows_of("event", ["weather/1"], feed="weather", area="330106001"), "330106")
    seat.upsert("event", rows_of("event", ["events/1"], feed="events", area="330106001"), "330106")
    hall = Hall(seat=seat)
    hall.areas()
    hall.deliver(hall.out.snapshot(["event"]))
    assert len(seat["event"]) == 2
    hall.out.whole("event", "events")
    hall.deliver(hall.out.snapshot(["event"]))
    assert list(seat["event"].keys) == ["weather/1"]


def test_a_snapshot_says_that_a_district_is_empty_now() -> None:
    seat = Picture()
    seat.upsert("event", rows_of("event", ["ghost"], area="330102001"), "330102")
    hall = Hall(seat=seat)
    hall.areas()
    hall.out.whole("event", "events")
    hall.upsert("event", ["a"], area="330106001")
    hall.deliver(hall.out.snapshot(["event"]))
    assert list(seat["event"].keys) == ["a"]


def test_a_snapshot_that_brings_nothing_new_changes_nothing() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", ["a", "b"], area="330106001", amount=float("nan"))
    hall.deliver(hall.out.flush())
    version = hall.seat["event"].version
    assert set(hall.deliver(hall.out.snapshot(["event"]))) == {None}
    assert hall.seat["event"].version == version


def test_a_snapshot_for_one_seat_is_no_gap_for_the_others() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", ["a"], area="330106001")
    hall.deliver(hall.out.flush())
    hall.out.snapshot(["event"])  # to another seat
    hall.upsert("event", ["b"], area="330106001")
    hall.deliver(hall.out.flush())
    assert hall.seat.gaps == set()


def test_a_snapshot_that_was_overtaken_undoes_nothing() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", ["kept", "changed", "left"], area="330106001")
    hall.deliver(hall.out.flush())
    late = hall.out.snapshot(["event"])
    hall.upsert("event", ["changed", "new"], area="330106001", place="新")
    hall.remove("event", ["left"])
    hall.deliver(hall.out.flush())
    hall.deliver(late)
    assert contents(hall.seat, "event") == contents(hall.hub, "event")


def test_a_snapshot_overtaken_by_more_than_is_remembered_is_left_aside() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", ["a"], area="330106001")
    hall.deliver(hall.out.flush())
    late = hall.out.snapshot(["event"])
    for i in range(300):
        hall.upsert("event", ["a"], area="330106001", place=f"{i}")
        hall.deliver(hall.out.flush())
    hall.deliver(late)
    assert contents(hall.seat, "event") == contents(hall.hub, "event")


def test_two_snapshots_whose_parts_come_mixed_lose_no_row() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    hall.upsert("event", [f"k{i}" for i in range(3000)], area="330106001")
    hall.deliver(hall.out.flush())
    first = [b for b in hall.out.snapshot(["event"]) if b.district == "330106"]
    hall.clock.advance(0.01)
    hall.upsert("event", ["z"], area="330102001")
    hall.remove("event", ["k0"])
    hall.upsert("event", ["k0"], area="330106001")
    second = [b for b in hall.out.snapshot(["event"]) if b.district == "330106"]
    hall.deliver([first[0], second[0], first[1], second[1]])
    assert len(hall.seat["event"]) == 3000


def moved_but_not_yet_told() -> Hall:
    hall = Hall()
    hall.out.whole("unit", "events")
    hall.upsert("unit", ["u"], area="330102001")
    hall.deliver(hall.out.flush())
    hall.upsert("unit", ["u"], area="330106001")
    return hall


def test_a_snapshot_between_a_move_and_its_telling_leaves_no_ghost() -> None:
    hall = moved_but_not_yet_told()
    hall.deliver(hall.out.snapshot(["unit"]))
    hall.remove("unit", ["u"])
    hall.deliver(hall.out.flush())
    assert len(hall.seat["unit"]) == 0


def test_a_snapshot_between_a_move_and_its_telling_undoes_nothing_when_it_comes_late() -> None:
    hall = moved_but_not_yet_told()
    late = hall.out.snapshot(["unit"])
    hall.upsert("unit", ["u"], area="330102001", place="新")
    hall.deliver(hall.out.flush())
    hall.deliver(late)
    assert contents(hall.seat, "unit") == contents(hall.hub, "unit")


def test_an_old_snapshot_takes_away_nothing_that_came_with_a_newer_one() -> None:
    hall = Hall()
    hall.out.whole("event", "events")
    old = hall.out.snapshot(["event"])
    hall.upsert("event", ["a"])
    hall.out.flush()  # lost
    hall.deliver(hall.out.snapshot(["event"]))
    hall.deliver(old)
    assert list(hall.seat["event"].keys) == ["a"]
    assert hall.seat.gaps == set()


def test_a_row_kept_from_an_earlier_run_of_the_hub_is_told_when_it_leaves() -> None:
    hall = Hall()
    hall.hub.upsert("event", rows_of("event", ["a"], area="330106001"))
    hall.deliver(hall.out.snapshot(["event"]))
    assert "a" in hall.seat["event"]
    hall.remove("event", ["a"])
    hall.deliver(hall.out.flush())
    assert len(hall.seat["event"]) == 0


def test_a_new_hub_begins_to_count_anew_and_the_old_one_is_heard_no_more() -> None:
    first = Hall("hub-1")
    for key in "abc":
        first.upsert("event", [key], area="330106001")
        first.deliver(first.out.flush())
    late = first.out
    second = Hall("hub-2", first.seat)
    second.upsert("event", ["d"], area="330106001")
    assert second.deliver(second.out.flush())[0] is not None
    assert first.seat.gaps == set()
    assert first.seat.hub == "hub-2"
    first.upsert("event", ["e"], area="330106001")
    assert first.deliver(late.flush()) == [None]
    assert sorted(first.seat["event"].keys) == ["a", "b", "c", "d"]


def test_areas_with_long_rings_are_split_by_size() -> None:
    hall = Hall()
    hall.upsert("area", [f"a{i}" for i in range(50)], rings="[" + "1.5," * 15_000 + "]")
    batches = hall.out.flush()
    assert len(batches) > 2
    assert sum(b.rows for b in batches) == 50
    assert max(len(encode(b)) for b in batches) <= MAX_BYTES
    hall.deliver(batches)
    assert contents(hall.seat, "area") == contents(hall.hub, "area")


def test_an_area_too_long_for_any_message_is_left_out_and_its_neighbours_go_on() -> None:
    hall = Hall()
    hall.upsert("area", ["a"], rings="1" * 1_000_000)
    hall.upsert("area", ["b"], rings="区" * 200_000)
    batches = hall.out.flush()
    hall.deliver(batches)
    assert list(hall.seat["area"].keys) == ["b"]
    assert hall.out.oversize == {("area", "a")}
    assert max(len(encode(b)) for b in batches) <= MAX_BYTES


@given(st.lists(st.text(max_size=6), min_size=1, max_size=40), st.data())
@settings(max_examples=50, deadline=None)
def test_any_text_and_number_comes_over_as_it_was(places: list[str], data: st.DataObject) -> None:
    hall = Hall()
    n = len(places)
    columns = rows_of("event", [f"k{i}" for i in range(n)])
    columns["place"] = columns["kind"] = places
    columns["lon"] = np.array(data.draw(st.lists(st.floats(), min_size=n, max_size=n)))
    columns["updated"] = np.array(data.draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=n, max_size=n)))
    hall.put("event", columns)
    hall.deliver(hall.out.flush())
    for name in ("lon", "updated"):
        assert hall.seat["event"].numbers(name).tobytes() == columns[name].tobytes()
    assert list(hall.seat["event"].text("place")) == list(hall.seat["event"].text("kind")) == places


KEYS = st.lists(st.sampled_from([f"k{i}" for i in range(12)]), min_size=1, max_size=8)
AREAS = st.sampled_from(["330102001", "330106002", "330106", "", "elsewhere"])
FEEDS = st.sampled_from(["events", "weather"])
TOPICS = st.sampled_from(["event", "unit", "alert"])


class HubAndSeat(RuleBasedStateMachine):
    """Any run of changes, flushes, lost messages and snapshots."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall()
        self.serial = 0
        self.lossy: set[str] = set()
        self.late: list[Batch] = []
        for topic in TABLES:
            for feed in ("events", "weather"):
                self.hall.out.whole(topic, feed)

    @rule(topic=TOPICS, keys=KEYS, area=AREAS, feed=FEEDS)
    def upsert(self, topic: str, keys: list[str], area: str, feed: str) -> None:
        self.serial += 1
        values: dict[str, object] = {"feed": feed, "received": self.serial}
        if TABLES[topic].by_district:
            values["area"] = area
        self.hall.upsert(topic, [f"{feed}/{k}" for k in keys], **values)

    @rule(topic=TOPICS, keys=KEYS, feed=FEEDS)
    def remove(self, topic: str, keys: list[str], feed: str) -> None:
        self.hall.remove(topic, [f"{feed}/{k}" for k in keys])

    @rule()
    def flush(self) -> None:
        self.hall.deliver(self.hall.out.flush())

    @rule(data=st.data())
    def some_are_lost(self, data: st.DataObject) -> None:
        batches = self.hall.out.flush()
        kept = data.draw(st.lists(st.booleans(), min_size=len(batches), max_size=len(batches)))
        self.lossy |= {b.topic for b, keep in zip(batches, kept, strict=True) if not keep}
        self.hall.deliver([b for b, keep in zip(batches, kept, strict=True) if keep])

    @rule()
    def a_flush_comes_twice(self) -> None:
        batches = self.hall.out.flush()
        self.hall.deliver(batches)
        assert self.hall.deliver(batches) == [None] * len(batches)

    @rule(topic=TOPICS)
    def a_snapshot_comes_late(self, topic: str) -> None:
        self.late += self.hall.out.snapshot([topic])
        self.hall.clock.advance(0.1)

    @rule(data=st.data())
    def late_ones_come(self, data: st.DataObject) -> None:
        n = data.draw(st.integers(0, len(self.late)))
        self.hall.deliver(self.late[:n])
        del self.late[:n]

    @rule(topic=TOPICS)
    def snapshot(self, topic: str) -> None:
        self.hall.deliver(self.hall.out.flush())
        self.hall.deliver(self.hall.out.snapshot([topic]))
        self.lossy.discard(topic)
        assert topic not in {t for _, t in self.hall.seat.gaps}
        assert contents(self.hall.seat, topic) == contents(self.hall.hub, topic)

    @invariant()
    def keys_and_rows_agree(self) -> None:
        for picture in (self.hall.seat, self.hall.hub):
            for topic in ("event", "unit", "alert"):
                table = picture[topic]
                assert [table.row_of(k) for k in table.keys] == list(range(len(table)))

    def teardown(self) -> None:
        self.hall.deliver(self.late)
        self.hall.deliver(self.hall.out.flush())
        for topic in {"event", "unit", "alert"} - self.lossy:
            assert contents(self.hall.seat, topic) == contents(self.hall.hub, topic)


@pytest.mark.slow
def test_after_any_changes_the_seat_holds_what_the_hub_holds() -> None:
    run_state_machine_as_test(HubAndSeat, settings=settings(max_examples=60, stateful_step_count=30, deadline=None))
