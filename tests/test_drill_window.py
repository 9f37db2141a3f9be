"""The walk through a leader's whole window: a number, its area, its parts, its rows, a case; Back four times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from tests.drill_kit import NOW, RealInsight, area_row, facts, hangzhou_areas
from tests.living_picture import put
from tests.test_leader_window import Leader
from widgets.drill.panel import DrillPanel
from widgets.drill.parts import PartsPage
from widgets.drill.scopemap import ScopeMap

pytestmark = [pytest.mark.slow, pytest.mark.qt_log_ignore("This plugin does not support")]
STORM = Scope(span_of("2026-06-20", NOW), kinds=("E0506",))


class Walk:
    """A leader's window over a year of the archive.

    Attributes:
        insight: the port over it.
    """

    def __init__(self, leader: Leader) -> None:
        self.leader = leader
        self.insight = RealInsight(facts(), NOW)
        leader.desk.context.insight = self.insight
        leader.open()
        leader.desk.engine.build_rest()  # as the window does after its first picture
        put(leader.seat.picture, "area", [area_row(area) for area in hangzhou_areas()])
        self.where.refresh(frozenset({"archive", "area"}))
        self.settle()

    @property
    def drill(self) -> DrillPanel:
        found = self.leader.panel("drill")
        assert isinstance(found, DrillPanel)
        return found

    @property
    def where(self) -> ScopeMap:
        found = self.leader.panel("scopemap")
        assert isinstance(found, ScopeMap)
        return found

    def settle(self) -> None:
        for _ in range(5):
            QApplication.processEvents()
            self.insight.settle()

    @property
    def parts(self) -> PartsPage:
        page = self.drill.pages["parts"]
        assert isinstance(page, PartsPage)
        return page

    @property
    def way(self) -> Scope:
        drill = self.leader.desk.context.drill
        assert drill is not None
        return drill.scope

    def seen(self) -> tuple[object, ...]:
        """Sentence, bars, rows, what is selected, what the map outlines, breadcrumbs."""
        own, selection = self.where._own(), self.leader.desk.context.selection
        return (
            self.drill.headline.sentence.text, self.parts.bars.bars, self.parts.rows.sum.text(),
            tuple(row.key for row in self.parts.rows.table.rows), selection.item, own.code if own else "",
            tuple(self.leader.crumbs),
        )  # fmt: skip


@pytest.fixture
def walk(qapp: object, tmp_path: Path) -> Iterator[Walk]:
    leader = Leader(tmp_path)
    yield Walk(leader)
    leader.close()
    assert leader.reports == [], "no panel failed"


def test_the_way_down_by_keys_and_back_four_times(walk: Walk, qtbot: QtBot) -> None:
    drill = walk.leader.desk.context.drill
    assert drill is not None
    drill.push(STORM)
    walk.settle()
    assert walk.drill.isVisible(), "a step brings its page into the centre"
    seen = [walk.seen()]
    for keys in ((Qt.Key.Key_Home, Qt.Key.Key_Return), (Qt.Key.Key_Home, Qt.Key.Key_Return)):
        for key in keys:
            qtbot.keyClick(walk.parts.bars, key)
            walk.settle()
        assert walk.parts.rows.rows is not None
        assert walk.parts.rows.rows.total == walk.drill.figure.value
        seen.append(walk.seen())
    assert walk.where._own().code == walk.way.area, "the map outlines what is looked at"
    walk.parts.show_by("stage")
    walk.settle()
    seen[-1] = walk.seen()
    qtbot.keyClick(walk.parts.bars, Qt.Key.Key_Home)
    qtbot.keyClick(walk.parts.bars, Qt.Key.Key_Return)
    walk.settle()
    seen.append(walk.seen())
    qtbot.keyClick(walk.parts.rows.table, Qt.Key.Key_Down)
    qtbot.keyClick(walk.parts.rows.table, Qt.Key.Key_Return)
    walk.settle()
    assert walk.way.key
    for before in reversed(seen):
        walk.leader.desk.go_back()
        walk.settle()
        assert walk.seen() == before


def test_the_map_the_page_and_the_breadcrumbs_follow_one_scope(walk: Walk) -> None:
    drill = walk.leader.desk.context.drill
    assert drill is not None
    drill.push(STORM)
    walk.settle()
    most = max(walk.where.split.parts, key=lambda part: part.value or 0)
    walk.where._pick("layer", most.code)
    walk.settle()
    assert walk.drill.figure.value == most.value
    assert walk.parts.by == "community"
    assert walk.leader.crumbs[-1] == walk.drill.words.area(most.code)
    assert len(walk.where.rows) == most.n
