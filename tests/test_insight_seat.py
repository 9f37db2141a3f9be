"""A leader's seat answers over its copy of the archive and what is under way, on the thread of its ticks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.bus.where import OwnHub
from cockpit.model.clock import DAY, ManualClock
from cockpit.model.insight import (
    AskChanges,
    AskCheckup,
    AskFigure,
    AskLeague,
    AskRows,
    AskSplit,
    AskTrend,
    Changes,
    Figure,
    Query,
    Rows,
    Split,
)
from cockpit.model.messages import Message
from cockpit.model.ports.insight import Newest
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from cockpit.packs.read import read_pack
from cockpit.seat.leader import LeaderSeat
from cockpit.signs.definitions import read_signs
from tests.archive_kit import NOW, year
from tests.insight_seat_kit import Leader

DAYS = 40


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[Leader]:
    year(DAYS).copy(tmp_path / "hangzhou")
    made = Leader(tmp_path)
    yield made
    made.seat.close()


TODAY = Scope(span_of("today", NOW))


def test_what_happened_two_seconds_ago_counts_and_is_a_row(leader: Leader) -> None:
    before = leader.ask(AskFigure(TODAY))
    assert isinstance(before, Figure)
    assert before.value
    version = leader.insight.version
    key = leader.happen(1)
    leader.tick_until(lambda: leader.insight.version > version)
    assert "archive" in leader.topics
    after = leader.ask(AskFigure(TODAY))
    assert isinstance(after, Figure)
    assert after.value == before.value + 1
    found = leader.ask(AskRows(TODAY, limit=1))
    assert isinstance(found, Rows)
    assert (found.rows[0].key, found.rows[0].amount, found.total) == (key, 42.0, after.n)


def test_an_event_that_the_archive_knows_counts_once(leader: Leader) -> None:
    rows = leader.ask(AskRows(TODAY))
    assert isinstance(rows, Rows)
    known = rows.rows[0]
    leader.happen(0, key=known.key, occurred=known.reported, kind=known.kind)
    version = leader.insight.version
    leader.happen(2)
    leader.tick_until(lambda: leader.insight.version > version)
    again = leader.ask(AskRows(TODAY))
    assert isinstance(again, Rows)
    assert again.total == rows.total + 1
    assert known in again.rows


def test_a_question_that_is_cancelled_or_overtaken_is_never_answered(leader: Leader) -> None:
    told: list[str] = []
    newest = Newest(leader.insight)
    newest.ask(AskFigure(TODAY), lambda answer: told.append("old"))
    newest.ask(AskFigure(TODAY.with_(measure="open")), lambda answer: told.append("new"))
    leader.insight.ask(AskFigure(TODAY), lambda answer: told.append("cancelled"))()
    leader.ask(AskSplit(TODAY, "district"))
    assert told == ["new"]


def test_answers_come_on_the_thread_of_the_tick_never_before_ask_returns(leader: Leader) -> None:
    threads: list[int] = []
    leader.insight.ask(AskTrend(TODAY), lambda answer: threads.append(threading.get_ident()))
    assert threads == []
    leader.tick_until(lambda: threads)
    assert threads == [threading.get_ident()]


def test_what_can_not_be_asked_is_a_sentence(leader: Leader) -> None:
    found = leader.ask(AskFigure(TODAY.with_(area="999999")))
    assert isinstance(found, Message)
    assert found.id == "insight.no_area"


def test_names_of_areas_and_units_are_those_of_the_archive(leader: Leader) -> None:
    found = leader.ask(AskLeague(TODAY.with_(span=span_of("last30", NOW))))
    assert not isinstance(found, Message)
    assert leader.insight.names["330105"] == "拱墅区"
    named = [standing for standing in found.standings if standing.rank]  # type: ignore[union-attr]
    assert named
    assert all(standing.name for standing in named)


def test_a_sign_has_its_past_by_district(leader: Leader) -> None:
    signs = leader.seat.sync.history.key_of().values()  # type: ignore[union-attr]
    code = sorted({key.removeprefix("sign/").partition("@")[0] for key in signs if key.endswith("@330105")})[0]
    known = read_signs(leader.seat.pack.signs, leader.seat.pack.folder)
    leader.insight.definitions = lambda: known
    scope = Scope(span_of("last7", NOW), measure=f"sign:{code}")
    figure = leader.ask(AskFigure(scope))
    assert isinstance(figure, Figure)
    assert figure.value is not None
    highest = leader.ask(AskFigure(scope.with_(measure=f"sign:{code}:max")))
    assert isinstance(highest, Figure)
    assert highest.value >= figure.value
    split = leader.ask(AskSplit(scope, "district"))
    assert isinstance(split, Split)
    assert {part.code for part in split.parts} >= {"330105"}
    course = leader.ask(AskTrend(scope, "day"))
    assert [value for value in course.values if value is not None]  # type: ignore[union-attr]


def test_a_check_up_and_what_changed_most_are_answered(leader: Leader) -> None:
    found = leader.ask(AskChanges(Scope(span_of("2026-07-10", NOW))))
    assert isinstance(found, Changes)
    checkup = leader.ask(AskCheckup(Scope(span_of("2026-07", NOW))))
    assert not isinstance(checkup, Message)


def test_a_page_of_a_question_asked_again_is_kept_until_data_change(leader: Leader) -> None:
    first = leader.ask(AskSplit(TODAY, "kind"))
    assert leader.ask(AskSplit(TODAY, "kind")) is first
    version = leader.insight.version
    leader.happen(3, occurred=NOW + DAY)
    leader.tick_until(lambda: leader.insight.version > version)
    assert leader.ask(AskSplit(TODAY, "kind")) is not first


@pytest.fixture
def of_a_year(tmp_path: Path) -> Iterator[Leader]:
    year().copy(tmp_path / "hangzhou")
    made = Leader(tmp_path)
    yield made
    made.seat.close()


def test_what_is_asked_of_today_is_answered_before_the_year_is_read_and_is_the_same_then(of_a_year: Leader) -> None:
    queries: list[Query] = [
        AskFigure(TODAY), AskTrend(TODAY), AskSplit(TODAY, "district"), AskRows(TODAY), AskChanges(TODAY),
        AskFigure(TODAY.with_(span=span_of("last30", NOW), measure="on_time_rate")),
    ]  # fmt: skip
    first = [of_a_year.ask(query) for query in queries]
    assert of_a_year.insight.facts is None, "the year is not read yet"
    version = of_a_year.insight.version
    of_a_year.insight.read_on()
    of_a_year.tick_until(lambda: of_a_year.insight.facts)
    assert of_a_year.insight.facts.n > 20_000
    assert of_a_year.insight.version == version, "nobody has to ask again"
    of_a_year.clock.advance(6)
    assert [of_a_year.ask(query) for query in queries] == first


def test_who_asks_for_the_year_has_the_whole_of_it(of_a_year: Leader) -> None:
    figure = of_a_year.ask(AskFigure(TODAY.with_(span=span_of("last500", NOW))))
    assert isinstance(figure, Figure)
    assert of_a_year.insight.facts is not None
    assert figure.n == of_a_year.insight.facts.n > 20_000


def test_what_computes_over_all_waits_for_all(of_a_year: Leader) -> None:
    of_a_year.ask(AskFigure(TODAY))
    found = of_a_year.insight.all_facts()
    assert found is of_a_year.insight.facts
    assert found is not None
    assert found.n > 20_000


def test_an_event_of_before_counts_once_when_the_year_is_read_after_it_was_seen(of_a_year: Leader) -> None:
    long_ago = Scope(span_of("2025-08", NOW))
    rows = of_a_year.ask(AskRows(long_ago, limit=1))
    assert isinstance(rows, Rows)
    of_a_year.seat.close()
    again = Leader(of_a_year.seat.folder.parent)
    try:
        again.ask(AskFigure(TODAY))
        again.happen(0, key=rows.rows[0].key, occurred=rows.rows[0].reported, kind=rows.rows[0].kind)
        again.tick_until(lambda: again.insight.facts)
        found = again.ask(AskRows(long_ago))
        assert isinstance(found, Rows)
        assert found.total == rows.total
    finally:
        again.seat.close()


def test_a_seat_that_is_opened_has_read_what_is_recent_before_its_window_is_made(tmp_path: Path) -> None:
    year().copy(tmp_path / "hangzhou")
    seat = LeaderSeat(tmp_path, read_pack("hangzhou"), OwnHub(tmp_path / "hub"), ManualClock(NOW))
    try:
        assert seat.insight is not None
        seat.insight.start()
        seat.insight.wait_recent(60)
        assert seat.insight.version == 0, "it is told in a tick"
        seat.tick()
        assert seat.insight.version == 1
    finally:
        seat.close()
