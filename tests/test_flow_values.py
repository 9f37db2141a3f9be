"""New values by the numbers of their rows, beside the batches: nothing is lost in silence, nothing older wins."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cockpit.model.batch import Batch, columns_of_rows, decode, encode
from cockpit.model.clock import ManualClock
from cockpit.model.tables import SENSORS, TABLES, TEXT
from cockpit.model.values import Values, pack_values, slots_of, unpack_values
from cockpit.picture import Outgoing, Picture
from cockpit.picture.slots import Slots

DISTRICTS = ("330102", "330106")
BLANK = {c.name: "" if c.dtype == TEXT else 0 for c in SENSORS.columns} | {"feed": "s"}


def district_of(area: str) -> str:
    return area[:6] if area[:6] in DISTRICTS else ""


class Hall:
    """A hub's picture of sensors and a seat's, with the bus's bytes between."""

    def __init__(self, hub: str = "hub-1", seat: Picture | None = None) -> None:
        self.hub, self.seat = Picture(), seat or Picture()
        self.clock = ManualClock()
        self.out = Outgoing(self.hub, hub, self.clock, district_of)
        self.out.whole("sensor", "s")
        self.serial = 0

    def rows(self, keys: Sequence[str], area: str = "330106001") -> None:
        self.serial += 1
        row = {**BLANK, "area": area, "value": float(self.serial), "measured": self.serial, "received": self.serial}
        self.out.upsert("sensor", columns_of_rows(TABLES["sensor"], [{**row, "key": key} for key in keys]))

    def measure(self, keys: Sequence[str]) -> None:
        self.serial += 1
        rows = self.hub["sensor"].rows_of(dict.fromkeys(keys))
        stamps = np.full(len(rows), self.serial)
        values = {"value": stamps + 0.25, "measured": stamps, "received": stamps}
        self.out.measure("sensor", rows, values)

    def deliver(self, messages: Sequence[Batch | Values]) -> None:
        self.clock.advance(0.1)
        for message in messages:
            told = decode(encode(message))
            if isinstance(told, Values):
                self.seat.apply_values(told)
            else:
                self.seat.apply(told)

    def flush(self) -> list[Batch | Values]:
        return self.out.flush()

    def snapshot(self) -> list[Batch | Values]:
        return [*self.out.snapshot(["sensor"])]


def contents(picture: Picture) -> dict[str, bytes]:
    table = picture["sensor"]
    return {key: msgspec.msgpack.encode(table.row(i)) for i, key in enumerate(table.keys)}


def test_new_values_travel_without_the_rest_of_the_row() -> None:
    hall = Hall()
    hall.rows(["a", "b", "c"])
    hall.deliver(hall.flush())
    hall.measure(["a", "c"])
    (message,) = hall.flush()
    assert isinstance(message, Values)
    assert message.rows == 2
    assert len(encode(message)) < 150
    hall.deliver([message])
    assert contents(hall.seat) == contents(hall.hub)
    assert hall.flush() == []


def test_a_row_that_is_told_whole_is_not_told_again_by_its_values() -> None:
    hall = Hall()
    hall.rows(["a"])
    hall.measure(["a"])
    (message,) = hall.flush()
    assert isinstance(message, Batch)
    hall.deliver([message])
    assert contents(hall.seat) == contents(hall.hub)


def test_values_of_a_row_that_no_seat_knows_tell_it_whole() -> None:
    hall = Hall()
    hall.hub.upsert("sensor", columns_of_rows(SENSORS, [{**BLANK, "key": "old", "area": "330106"}]))  # of the cache
    hall.measure(["old"])
    hall.deliver(hall.flush())
    assert contents(hall.seat) == contents(hall.hub)


def test_rows_may_move_between_the_telling_and_the_values() -> None:
    hall = Hall()
    hall.rows(["a", "b", "c"])
    hall.deliver(hall.flush())
    hall.out.remove("sensor", ["a"])  # the last one fills its place at the hub
    hall.measure(["c"])
    hall.deliver(hall.flush())
    hall.measure(["b"])
    hall.deliver(hall.flush())
    assert contents(hall.seat) == contents(hall.hub)


def test_a_lost_message_of_values_is_a_gap_until_a_snapshot_fills_it() -> None:
    hall = Hall()
    hall.rows(["a", "b"])
    hall.deliver(hall.flush())
    hall.measure(["a"])
    hall.flush()  # lost
    hall.measure(["b"])
    hall.deliver(hall.flush())
    assert hall.seat.gaps == {("330106", "sensor")}
    assert hall.seat["sensor"].row(0)["measured"] == 1
    hall.deliver(hall.snapshot())
    assert hall.seat.gaps == set()
    assert contents(hall.seat) == contents(hall.hub)


def test_values_that_came_before_the_snapshot_they_overtook_lie_on_top_of_it() -> None:
    hall = Hall()
    hall.rows(["a"])
    hall.flush()  # before the seat joined
    late = hall.snapshot()
    hall.measure(["a"])
    hall.deliver(hall.flush())
    assert len(hall.seat["sensor"]) == 0
    hall.deliver(late)
    assert hall.seat["sensor"].row(0)["measured"] == 2
    assert contents(hall.seat) == contents(hall.hub)


def test_values_are_not_put_once_more_on_a_row_that_was_told_whole_after_them() -> None:
    hall = Hall()
    hall.rows(["a", "b"])
    hall.deliver(hall.flush())
    late = hall.snapshot()
    hall.measure(["a", "b"])
    hall.deliver(hall.flush())
    hall.rows(["a"])
    hall.deliver(hall.flush())
    hall.deliver(late)  # older than both
    assert contents(hall.seat) == contents(hall.hub)
    assert hall.seat["sensor"].row(0)["measured"] == 3


def test_a_late_snapshot_takes_no_row_back_from_the_district_it_has_moved_to() -> None:
    hall = Hall()
    hall.rows(["a"], area="330102001")
    late = hall.snapshot()
    hall.clock.advance(0.1)
    hall.rows(["a"], area="330106001")
    hall.deliver([m for m in hall.flush() if m.district == "330106"])  # that it left the other one is lost
    hall.deliver(late)
    assert hall.seat["sensor"].row(0)["measured"] == 2
    assert contents(hall.seat) == contents(hall.hub)


def test_values_of_a_district_that_the_row_has_left_are_not_taken() -> None:
    hall = Hall()
    hall.rows(["a"])
    hall.deliver(hall.flush())
    hall.measure(["a"])
    late = hall.flush()
    hall.rows(["a"], area="330102001")
    hall.deliver([m for m in hall.flush() if m.district == "330102"])
    hall.deliver(late)
    assert hall.seat["sensor"].row(0)["measured"] == hall.serial


def test_numbers_of_rows_of_a_hub_that_went_say_nothing() -> None:
    hall = Hall()
    hall.rows(["a", "b"])
    hall.deliver(hall.flush())
    other = Hall("hub-2", hall.seat)
    other.rows(["b", "a"])
    other.flush()  # not told to this seat yet
    other.measure(["b"])
    before = contents(hall.seat)
    other.deliver(other.flush())
    assert contents(hall.seat) == before
    other.deliver(other.snapshot())
    assert contents(hall.seat) == contents(other.hub)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"v": 9}, "version"),
        ({"topic": "event"}, "unknown topic"),
        ({"slots": b"123"}, "unknown topic"),
        ({"slots": b"12345678"}, "rows"),
        ({"slots": b"\xff\xff\xff\xff"}, "too large"),
        ({"columns": []}, "unknown topic"),
    ],
)
def test_values_that_do_not_hold_what_they_say_are_refused(change: dict[str, object], why: str) -> None:
    hall = Hall()
    hall.rows(["a"])
    hall.flush()
    hall.measure(["a"])
    (message,) = hall.flush()
    with pytest.raises(ValueError, match=why):
        decode(encode(msgspec.structs.replace(message, **change)))


@pytest.mark.parametrize(("column", "dtype"), [(0, "<f4"), (1, "<f8"), (1, "O"), (2, "<i2")])
def test_a_column_of_another_type_is_refused(column: int, dtype: str) -> None:
    hall = Hall()
    hall.rows(["a"])
    hall.flush()
    hall.measure(["a"])
    (message,) = hall.flush()
    assert isinstance(message, Values)
    columns = list(message.columns)
    columns[column] = msgspec.structs.replace(columns[column], dtype=dtype)
    with pytest.raises(ValueError, match="wrong type"):
        decode(encode(msgspec.structs.replace(message, columns=columns)))


@given(
    st.lists(
        st.tuples(st.floats(width=64), st.integers(-(2**62), 2**62), st.integers(0, 2**52)), min_size=1, max_size=30
    )
)
def test_no_value_is_rounded_on_its_way(rows: list[tuple[float, int, int]]) -> None:
    columns = {
        "value": np.array([v for v, _, _ in rows]),
        "measured": np.array([m for _, m, _ in rows]),
        "received": np.array([r for _, _, r in rows]),
    }
    slots = np.arange(1, len(rows) + 1, dtype=np.uint32)
    message = Values(1, "h", "sensor", "d", 1, 1, slots.tobytes(), pack_values("sensor", columns))
    told = decode(encode(message))
    assert isinstance(told, Values)
    assert slots_of(told).tolist() == slots.tolist()
    for name, column in unpack_values(told).items():
        np.testing.assert_array_equal(column, columns[name])


def test_a_number_is_of_one_row_only_and_of_none_when_its_row_is_gone() -> None:
    slots = Slots()
    slots.grow(200)
    rows = np.arange(200)
    numbers = slots.number(rows)
    assert sorted(set(numbers.tolist())) == list(range(1, 201))
    assert slots.number(rows[::-1]).tolist() == numbers[::-1].tolist()
    slots.move(np.array([3]), np.array([3]), np.array([199]), 199)
    assert slots.rows(numbers[[3, 199, 4]]).tolist() == [-1, 3, 4]
    slots.grow(200)
    assert slots.number(np.array([199])).tolist() == [201]
    slots.put(np.array([5]), numbers[[4]])
    assert slots.rows(numbers[[4, 5]]).tolist() == [5, -1]
    assert slots.rows(np.array([0, 10_000_000])).tolist() == [-1, -1]


KEYS = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=4, unique=True)


class SensorsAndSeat(RuleBasedStateMachine):
    """Any run of rows, values, removals, flushes, lost messages and late snapshots."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall()
        self.lossy = False
        self.late: list[Batch | Values] = []
        self.newest: dict[str, int] = {}

    @rule(keys=KEYS, area=st.sampled_from(["330106001", "330102001", ""]))
    def rows(self, keys: list[str], area: str) -> None:
        self.hall.rows(keys, area)

    @rule(keys=KEYS)
    def measure(self, keys: list[str]) -> None:
        self.hall.measure(keys)

    @rule(keys=KEYS)
    def remove(self, keys: list[str]) -> None:
        self.hall.out.remove("sensor", keys)

    @rule()
    def flush(self) -> None:
        self.hall.deliver(self.hall.flush())

    @rule()
    def a_flush_comes_twice(self) -> None:
        messages = self.hall.flush()
        self.hall.deliver(messages)
        before = contents(self.hall.seat)
        self.hall.deliver(messages)
        assert contents(self.hall.seat) == before

    @rule(data=st.data())
    def some_are_lost(self, data: st.DataObject) -> None:
        messages = self.hall.flush()
        kept = data.draw(st.lists(st.booleans(), min_size=len(messages), max_size=len(messages)))
        self.lossy |= not all(kept)
        self.hall.deliver([m for m, keep in zip(messages, kept, strict=True) if keep])

    @rule()
    def a_snapshot_comes_late(self) -> None:
        self.late += self.hall.snapshot()
        self.hall.clock.advance(0.1)

    @rule(data=st.data())
    def late_ones_come(self, data: st.DataObject) -> None:
        n = data.draw(st.integers(0, len(self.late)))
        self.hall.deliver(self.late[:n])
        del self.late[:n]

    @rule()
    def snapshot(self) -> None:
        self.hall.deliver(self.hall.flush())
        self.hall.deliver(self.hall.snapshot())
        self.lossy = False
        assert not self.hall.seat.gaps
        assert contents(self.hall.seat) == contents(self.hall.hub)

    @invariant()
    def nothing_older_takes_the_place_of_what_was_shown(self) -> None:
        table = self.hall.seat["sensor"]
        for key, measured in zip(table.keys, table.numbers("measured").tolist(), strict=True):
            assert measured >= self.newest.get(key, 0)
            self.newest[key] = measured

    @invariant()
    def a_number_leads_to_the_row_that_has_it(self) -> None:
        for picture in (self.hall.hub, self.hall.seat):
            slots = picture["sensor"].slots
            every = np.arange(len(picture["sensor"]))
            numbers = slots.of(every)
            assert slots.rows(numbers)[numbers > 0].tolist() == every[numbers > 0].tolist()

    def teardown(self) -> None:
        self.hall.deliver(self.late)
        self.hall.deliver(self.hall.flush())
        if not self.lossy:
            assert contents(self.hall.seat) == contents(self.hall.hub)


def test_whatever_happens_a_seat_ends_up_with_the_hubs_values_and_never_steps_back() -> None:
    run_state_machine_as_test(
        SensorsAndSeat, settings=settings(max_examples=150, stateful_step_count=30, deadline=None)
    )
