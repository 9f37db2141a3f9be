"""钉到首页: a question that is kept is a tile of the home page: its figure, what it is compared with, its age."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.asking import Declined
from cockpit.model.clock import DAY, MINUTE
from cockpit.model.messages import Message
from cockpit.ui.keptprefs import KEPT
from tests.ask_kit import AskingDesk
from tests.living_signs import LivingSigns, put_signs
from tests.test_ask_panel import CASES, STORM, Stage
from widgets.kit.pinned import MOST, PINNED, Pinned
from widgets.leader.tile import Tile
from widgets.leader.topic import TopicPage

pytestmark = [
    pytest.mark.slow,  # a year's archive and all its words
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


class Home(Stage):
    """Box, panel and the home page of one desk.

    Attributes:
        page: the first topic's. said_to: what the person was told.
    """

    def __init__(self, qtbot: QtBot, lang: str = "zh") -> None:
        desk = AskingDesk(lang=lang)
        self.said_to: list[Message] = []
        desk.ctx.notify = lambda message, level: self.said_to.append(message)
        desk.ctx.signs = LivingSigns()
        put_signs(desk.ctx.picture)
        super().__init__(qtbot, desk, (968, 540))
        self.page = TopicPage(self.ctx)
        qtbot.addWidget(self.page)
        self.page.resize(968, 540)
        self.page.show()
        self.see()

    def see(self) -> None:
        self.page.look_now()
        self.settle()

    def pin(self) -> None:
        self.panel.pin.click()
        self.settle()

    @property
    def pinned(self) -> list[Tile]:
        return [tile for tile in self.page.grid.tiles if tile.key.startswith("asked/")]

    def keyed(self, at: int, key: Qt.Key, control: bool = False) -> None:
        grid = self.page.grid
        grid.go_to(at)
        held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        self.qtbot.keyClick(grid, key, held)
        self.settle()


@pytest.fixture
def home(qtbot: QtBot) -> Iterator[Callable[..., Home]]:
    made: list[Home] = []

    def opened(**given: Any) -> Home:
        made.append(Home(qtbot, **given))
        return made[-1]

    yield opened
    for one in made:
        one.panel.close()
        one.box.close()
        one.page.close()
    QApplication.processEvents()


def test_a_pinned_question_is_a_tile_at_home_with_figure_comparison_and_age(home: Callable[..., Home]) -> None:
    at = home()
    assert at.pinned == []
    at.ask("昨天有多少案件")
    assert at.panel.pin.text() == "钉到首页"
    at.pin()
    assert at.panel.pin.text() == "从首页取下"
    (tile,) = at.pinned
    told = at.ctx.questioning.told
    assert told is not None
    assert tile.name == "昨天有多少案件"
    assert tile.value == f"{told.value:,.0f}"
    assert tile.unit == "件"
    assert tile.against.startswith("上期") or "上期" in tile.against
    assert tile.note, "its period and age"
    assert "Delete" in tile.tip
    assert at.page.grid.tiles[0] is tile, "before the topic's own"


def test_of_a_ranking_the_tile_says_who_is_first_and_who_comes_next(home: Callable[..., Home]) -> None:
    at = home()
    at.ask(STORM)
    at.pin()
    (tile,) = at.pinned
    assert (tile.value, tile.change) == ("13", "四季青街道")
    told = at.ctx.questioning.told
    assert told is not None
    assert told.standpoints[1].name in tile.against


def test_enter_on_the_tile_opens_its_answer_as_a_step(home: Callable[..., Home]) -> None:
    at = home()
    at.ask(STORM)
    said = at.said
    at.pin()
    at.desk.drill.jump(0)
    at.ask(CASES)
    depth = at.desk.drill.depth
    at.keyed(0, Qt.Key.Key_Return)
    assert at.said == said
    assert at.desk.drill.depth == depth + 1
    assert at.panel.pages.currentWidget() is at.panel.answer


def test_order_is_the_persons_and_delete_unpins(home: Callable[..., Home]) -> None:
    at = home()
    for text in (CASES, STORM, "昨天有多少案件"):
        at.ask(text)
        at.pin()
    assert [tile.name for tile in at.pinned] == [CASES, STORM, "昨天有多少案件"]
    at.keyed(2, Qt.Key.Key_Left, control=True)
    assert [tile.name for tile in at.pinned] == [CASES, "昨天有多少案件", STORM]
    assert at.page.grid.at == 1, "the keyboard goes along"
    at.keyed(0, Qt.Key.Key_Left, control=True)
    at.keyed(0, Qt.Key.Key_Delete)
    assert [tile.name for tile in at.pinned] == ["昨天有多少案件", STORM]
    at.panel.toggle_pin()  # the answer that is shown is kept: taken away
    assert [tile.name for tile in at.pinned] == [STORM]


def test_what_is_kept_lies_where_names_are_encrypted_and_comes_back(home: Callable[..., Home]) -> None:
    at = home()
    at.ask(CASES)
    at.pin()
    at.ask(STORM)
    at.pin()
    assert PINNED in KEPT
    fresh = Pinned()
    assert [pin.understood.text for pin in fresh.pins(at.ctx)] == [CASES, STORM]
    at.ctx.prefs.set(PINNED, [{"at": 1}, "garbage", *at.ctx.prefs.get(PINNED, [])])
    assert [pin.understood.text for pin in Pinned().pins(at.ctx)] == [CASES, STORM], "what can not be read is left out"


def test_it_is_worked_out_anew_where_data_change_and_its_period_goes_on(home: Callable[..., Home]) -> None:
    at = home()
    at.ask("昨天有多少案件")
    at.pin()
    at.see()
    (pin,) = at.ctx.pinned.pins(at.ctx)
    before = at.ctx.pinned.answers[pin.key]
    at.see()
    assert at.ctx.pinned.answers[pin.key] is before, "nothing is asked for while nothing changes"
    clock = at.ctx.clock.city
    at.ctx.clock.city = type(clock)(wall_us=clock.wall_us, city_us=clock.city_us + MINUTE)
    at.desk.insight.version += 1
    at.see()
    newer = at.ctx.pinned.answers[pin.key]
    assert newer is not before
    at.ctx.clock.city = type(clock)(wall_us=clock.wall_us, city_us=clock.city_us + DAY)
    day = at.ctx.pinned.now(at.ctx, pin).scope.span
    assert day.start == pin.understood.scope.span.start + DAY, "yesterday is another day"


def test_nothing_and_failures_are_said_in_the_tile(home: Callable[..., Home]) -> None:
    at = home()
    at.ask("今天东新街道燃气泄漏多少件")
    at.pin()
    at.see()
    assert at.pinned[0].value in ("0", "–")
    why = Message("insight.too_fine", {"grain": "x"})
    at.desk.asking._answer = lambda asked: Declined("", "zh", "failed", why)  # type: ignore[method-assign]
    clock = at.ctx.clock.city
    at.ctx.clock.city = type(clock)(wall_us=clock.wall_us, city_us=clock.city_us + MINUTE)
    at.desk.insight.version += 1
    at.see()
    (tile,) = at.pinned
    assert not tile.known
    assert tile.note == at.ctx.t(why)


def test_there_is_room_for_so_many_and_a_sentence_says_so(home: Callable[..., Home]) -> None:
    at = home()
    at.ask(CASES)
    told = at.ctx.questioning.told
    assert told is not None
    for _ in range(MOST):
        assert at.ctx.pinned.add(at.ctx, told)
    at.ask(STORM)
    at.pin()
    assert at.said_to[-1].id == "ask.pins_full"
    assert len(at.ctx.pinned.pins(at.ctx)) == MOST
