"""One live table: what it holds after rows came and went."""

from __future__ import annotations

import numpy as np
import pytest

from cockpit.model.batch import columns_of_rows
from cockpit.model.tables import EVENTS, TEXT, UNITS
from cockpit.picture.table import LiveTable


def event(key: str, **values: object) -> dict[str, object]:
    row: dict[str, object] = {c.name: "" if c.dtype == TEXT else 0 for c in EVENTS.columns}
    return {**row, "key": key, "feed": "events", **values}


def table_of(*rows: dict[str, object]) -> LiveTable:
    table = LiveTable(EVENTS)
    table.upsert(columns_of_rows(EVENTS, rows))
    return table


def test_a_row_is_found_by_its_key() -> None:
    table = table_of(event("a", kind="E0506", level=2, lon=120.16), event("b", kind="E0101"))
    row = table.row_of("a")
    assert row is not None
    assert table.row(row)["lon"] == 120.16
    assert table.row(row)["kind"] == "E0506"
    assert table.get("c") is None
    assert table.row_of("c") is None


def test_a_known_key_is_replaced_in_its_row() -> None:
    table = table_of(event("a", place="旧"), event("b"))
    table.upsert(columns_of_rows(EVENTS, [event("a", place="新", level=1)]))
    assert len(table) == 2
    assert table.get("a") == event("a", place="新", level=1)
    assert table.get("b") == event("b")


def test_the_later_of_two_rows_of_one_key_in_a_batch_wins() -> None:
    table = table_of(event("a", place="1", level=1, kind="x"), event("b"), event("a", place="2", level=2, kind="y"))
    assert len(table) == 2
    assert table.get("a") == event("a", place="2", level=2, kind="y")


def test_the_last_row_fills_the_hole_of_one_that_left() -> None:
    table = table_of(*(event(k, place=k, kind=k, level=i) for i, k in enumerate("abcde")))
    assert table.remove(["b", "e", "nobody"]) == ["b", "e"]
    assert sorted(table.keys) == ["a", "c", "d"]
    for i, key in enumerate("abcde"):
        if key in "acd":
            assert table.get(key) == event(key, place=key, kind=key, level=i)
    assert table.key_at(1) == "d"


def test_a_table_emptied_can_be_filled_again() -> None:
    table = table_of(event("a"), event("b"))
    table.remove(["a", "b"])
    assert len(table) == 0
    assert len(table.numbers("lon")) == 0
    table.upsert(columns_of_rows(EVENTS, [event("c", place="这里")]))
    assert list(table.text("place")) == ["这里"]


def test_the_version_goes_up_with_every_change_and_only_then() -> None:
    table = table_of(event("a"))
    before = table.version
    table.remove(["nobody"])
    table.upsert(columns_of_rows(EVENTS, []))
    assert table.version == before
    table.upsert(columns_of_rows(EVENTS, [event("a")]))
    assert table.version == before + 1
    table.remove(["a"])
    assert table.version == before + 2


def test_a_column_grows_over_its_first_capacity() -> None:
    table = LiveTable(EVENTS)
    for start in range(0, 1000, 7):
        rows = [event(f"k{i}", lon=float(i), place=f"p{i}") for i in range(start, start + 7)]
        table.upsert(columns_of_rows(EVENTS, rows))
    n = len(table)
    assert np.array_equal(table.numbers("lon"), np.arange(n, dtype=float))
    assert list(table.text("place")) == [f"p{i}" for i in range(n)]


def test_a_categorical_column_reads_as_codes_and_as_words() -> None:
    table = table_of(event("a", kind="x"), event("b", kind="y"), event("c", kind="x"))
    codes, words = table.codes("kind")
    assert [words[c] for c in codes] == ["x", "y", "x"] == list(table.text("kind"))
    assert codes.dtype == np.int32
    assert table.text("kind")[1:] == ["y", "x"]
    assert table.text("kind")[-1] == "x"
    assert table.code("kind", "y") == codes[1]
    assert table.code("kind", "z") == -1


def test_a_feed_of_ever_new_words_does_not_grow_the_dictionary_for_ever() -> None:
    table = LiveTable(EVENTS)
    for i in range(5000):
        table.upsert(columns_of_rows(EVENTS, [event("a", kind=f"kind {i}")]))
    assert len(table.codes("kind")[1]) < 1100
    assert table.text("kind") == ["kind 4999"]


def test_numbers_are_handed_out_for_reading_only() -> None:
    numbers = table_of(event("a")).numbers("lon")
    with pytest.raises(ValueError):
        numbers[0] = 1.0


def test_rows_taken_as_columns_are_copies_of_their_own() -> None:
    table = table_of(event("a", lon=1.0), event("b", lon=2.0), event("c", lon=3.0))
    taken = table.columns(table.rows_of(["c", "nobody", "a"]))
    everything = table.columns()
    table.upsert(columns_of_rows(EVENTS, [event("c", lon=9.0)]))
    assert taken["key"] == ["c", "a"]
    assert taken["lon"].tolist() == [3.0, 1.0]
    assert taken["district"] == ["", ""]
    assert everything["lon"].tolist() == [1.0, 2.0, 3.0]


def test_only_new_and_changed_rows_are_news() -> None:
    table = table_of(event("a", amount=float("nan")), event("b", kind="x"), event("c", place="p"), event("d"))
    rows = [
        event("a", amount=float("nan")),
        event("b", kind="y"),
        event("c", place="q"),
        event("d", level=1),
        event("e"),
        event("b", kind="x"),
    ]
    columns = {**columns_of_rows(EVENTS, rows), "district": [""] * 6}
    assert table.news(columns).tolist() == [1, 2, 3, 4]
    assert table.news({**columns, "district": ["330106"] * 6}).tolist() == [0, 1, 2, 3, 4, 5]


def test_a_unit_without_heading_keeps_its_nan() -> None:
    table = LiveTable(UNITS)
    row = {c.name: "" if c.dtype == TEXT else 0 for c in UNITS.columns} | {"key": "u", "heading": float("nan")}
    table.upsert(columns_of_rows(UNITS, [row]))
    assert np.isnan(table.numbers("heading")[0])
