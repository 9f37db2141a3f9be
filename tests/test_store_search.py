"""Search finds words of two characters, and whatever is typed is only ever a search."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.model.clock import ManualClock
from cockpit.store.cache import Cache
from tests.store_rows import T0, by_place, events

PLACES = [
    "文三路井盖破损",
    "学院路与文二路交叉口 路面积水",
    "井边树倒",
    "西湖大道 Lift No.7 电梯困人",
    "Ｅ０５０６全角 café",
    "龘𠮷野家门前",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    cache = Cache.open(tmp_path_factory.mktemp("search") / "cache.db", ManualClock(), searchable=by_place)
    cache.upsert(
        "event",
        events(*({"key": f"e/{i}", "kind": f"K{i}", "place": p, "occurred": T0 + i} for i, p in enumerate(PLACES))),
    )
    assert cache.flush()
    yield cache
    cache.close()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("井盖", [0]),
        ("井", [2, 0]),
        ("盖", [0]),
        ("损", [0]),
        ("文三路", [0]),
        ("路", [1, 0]),
        ("文三路井盖破损", [0]),
        ("井盖 文三", [0]),
        ("井盖 积水", []),
        ("盖井", []),
        ("路面积水 学院", [1]),
        ("lift", [3]),
        ("LIFT 电梯", [3]),
        ("li", [3]),
        ("ift", []),
        ("no.7", [3]),
        ("e0506", [4]),
        ("E05", [4]),
        ("café", [4]),
        ("k3", [3]),
        ("𠮷野", [5]),
        ("野", [5]),
        ("龘", [5]),
        ("口路", []),
        ("", []),
        ("  ", []),
        ("*", []),
        ('"', []),
    ],
)
def test_a_search_finds_every_event_with_all_its_words_newest_first(cache: Cache, typed: str, found: list[int]) -> None:
    assert cache.search(typed) == [f"e/{i}" for i in found]


@pytest.mark.parametrize("typed", ['井盖" OR "积水', "井盖 OR 积水", "grams:积水 NOT 井盖", "井盖)", "NEAR(井盖 积水)"])
def test_signs_of_the_query_language_are_no_query(cache: Cache, typed: str) -> None:
    assert cache.search(typed) == [] if typed != "井盖)" else ["e/0"]


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_typed_is_an_error(cache: Cache, typed: str) -> None:
    before = cache.counts
    assert set(cache.search(typed)) <= {f"e/{i}" for i in range(len(PLACES))}
    assert cache.counts == before


HAN = st.text(st.sampled_from("井盖路面积水破损学院文三二西湖大道龘𠮷鿕𪜎"), min_size=2, max_size=12)


@given(HAN, st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_piece_of_a_chinese_text_finds_it(cache: Cache, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    cache.upsert("event", events({"key": "e/any", "place": text, "occurred": T0 - 1}))
    assert cache.flush()
    assert "e/any" in cache.search(text[start:end])
    other = "龍" + text[start:end]
    assert "e/any" not in cache.search(unicodedata.normalize("NFC", other))
    cache.remove("event", ["e/any"])
    assert cache.flush()


def test_an_event_is_found_by_its_new_words_and_no_longer_by_its_old(tmp_path: Path) -> None:
    cache = Cache.open(tmp_path / "cache.db", ManualClock(), searchable=by_place)
    cache.upsert("event", events({"key": "e/1", "place": "井盖"}))
    assert cache.flush()
    cache.upsert("event", events({"key": "e/1", "place": "积水"}))
    assert cache.flush()
    assert cache.search("井盖") == []
    assert cache.search("积水") == ["e/1"]
    cache.close()


def test_no_more_than_the_limit_is_found_and_these_are_the_newest(tmp_path: Path) -> None:
    cache = Cache.open(tmp_path / "cache.db", ManualClock(), searchable=by_place)
    order = [i * 37 % 100 for i in range(100)]
    cache.upsert("event", events(*({"key": f"e/{i}", "place": "井盖", "occurred": T0 + i} for i in order)))
    assert cache.flush()
    assert cache.search("井盖", limit=3) == ["e/99", "e/98", "e/97"]
    cache.close()
