"""A link at a seat: a leader's walk exactly; at the duty desk its classes, area and period in the queue."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import DAY, HOUR
from cockpit.model.links import Link, link_of, read_link
from cockpit.model.messages import Message
from cockpit.model.scope import Scope, Span
from cockpit.picture.drill import Drill
from cockpit.ui.linked import Linked
from tests.living_picture import NOW
from tests.panel_desk import Desk, desk
from widgets.lists.queue import QueuePanel


class Panels:
    """The panels of a seat by their ids."""

    def __init__(self, **panels: QWidget) -> None:
        self._panels = panels

    def panel(self, id: str) -> QWidget | None:
        return self._panels.get(id)


def seat(at: Desk, window: QWidget, **panels: QWidget) -> Linked:
    at.ctx.drill = Drill(Scope(Span(NOW - HOUR, NOW)), at.ctx.selection)
    return Linked(Panels(**panels), at.ctx, window)  # type: ignore[arg-type] # all that it asks of an engine


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def link(at: Desk, *way: Scope, item: tuple[str, str] = ("", ""), pack: str = "") -> str:
    return link_of(Link(pack or at.ctx.pack.id, way, item))


def test_a_leader_sees_the_way_of_the_link_and_back_leads_home(window: QWidget) -> None:
    at = desk()
    linked = seat(at, window)
    home, first = at.ctx.drill.scope, Scope(Span(NOW - DAY, NOW, "today"), kinds=("E05",))
    last = first.with_(area="330103", measure="on_time_rate")
    key = at.picture["event"].keys[0]
    assert linked.open(link(at, first, last, item=("event", key))) is None
    assert at.ctx.drill.way == (home, first, last)
    assert at.ctx.selection.item == ("event", key)
    assert at.ctx.drill.jump(0)
    assert (at.ctx.drill.scope, at.ctx.selection.item) == (home, ("", ""))


def test_a_view_is_copied_as_the_link_that_brings_it_again(window: QWidget) -> None:
    at = desk()
    linked = seat(at, window)
    at.ctx.drill.push(at.ctx.drill.scope.with_(levels=(1, 2)))
    linked.copy()
    found = read_link(QGuiApplication.clipboard().text())
    assert (found.pack, found.way) == (at.ctx.pack.id, at.ctx.drill.way)
    other = desk()
    opened = seat(other, window)
    opened.paste()
    assert other.ctx.drill.scope == at.ctx.drill.scope


def test_the_duty_desk_shows_class_area_and_period_in_its_queue(window: QWidget) -> None:
    at = desk()
    queue = QueuePanel(at.ctx, window)
    linked = seat(at, window, queue=queue)
    table = at.picture["event"]
    rows = [table.row(i) for i in range(len(table))]
    one = next(row for row in rows if row["kind"] == "E0506" and row["area"])
    district = one["area"][:6]
    scope = Scope(Span(one["occurred"], one["occurred"] + 1), area=district, kinds=(one["kind"][:3],))
    assert linked.open(link(at, scope)) is None
    shown = set(queue.model.keys(0, len(queue.model)))
    assert one["key"] in shown
    assert shown == {
        row["key"] for row in rows
        if row["occurred"] == one["occurred"] and row["kind"][:3] == "E05" and row["area"].startswith(district)
        and row["state"] == 0
    }  # fmt: skip
    topic, key = at.ctx.selection.item
    assert topic == "area"
    assert at.picture["area"].get(key)["code"] == district  # type: ignore[index]
    queue.clear_filters()


@pytest.mark.parametrize("text", ["", "cockpit://hangzhou", "https://example.org/"])
def test_what_is_no_link_is_a_sentence_and_changes_nothing(window: QWidget, text: str) -> None:
    at = desk()
    linked = seat(at, window)
    before: Any = at.ctx.drill.way
    assert linked.open(text) == Message("insight.link_broken")
    assert at.ctx.drill.way == before


def test_a_link_of_another_city_says_which(window: QWidget) -> None:
    at = desk()
    said = seat(at, window).open(link(at, Scope(Span(0, 1)), pack="atlantis"))
    assert said is not None
    assert "atlantis" in at.ctx.t(said)
    assert at.ctx.drill.depth == 0
