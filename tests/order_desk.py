"""A queue and an event page in one window, with their keys and the real rules: where an officer orders."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.cases import Case, Order
from cockpit.model.messages import Message
from cockpit.model.ports import Near
from cockpit.model.tables import UnitState
from tests.living_picture import living_picture, put
from tests.panel_desk import Desk, desk, near_units, scene_png, story_body
from widgets.lists.event import EventPage
from widgets.lists.parts import Row
from widgets.lists.queue import QueuePanel
from widgets.orders.card import OrderCard
from widgets.orders.dock import OrderDock
from widgets.orders.form import OrderForm

FLOOD = "events/0714-1187"
LIFT = "events/0714-1179"
CASES = frozenset({"case", "outbox"})


class OrderDesk:
    """The window and the hands at it.

    Attributes:
        near: who is near the flooding, all of its district and on duty; the third is busy.
    """

    def __init__(self, qtbot: QtBot, lang: str = "zh", theme: str = "dark") -> None:
        self.qtbot = qtbot
        self.desk: Desk = desk(theme, lang, living_picture(events=30, units=30, sensors=4, cameras=4))
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.queue = QueuePanel(self.desk.ctx, self.window)
        self.page = EventPage(self.desk.ctx, self.window)
        self.window.resize(860, 972)
        self.queue.setGeometry(0, 0, 400, 972)
        self.page.setGeometry(408, 0, 448, 972)
        self.refused: list[Message] = []
        self.shortcuts: list[QShortcut] = self.desk.ctx.actions.bind(self.window, self.refused.append)
        self.near = self._near_of_the_district()
        with qtbot.waitActive(self.window, timeout=30_000):
            self.window.show()
            self.window.activateWindow()
        self.queue.take_keyboard()

    def _near_of_the_district(self) -> list[Near]:
        picture = self.desk.picture
        found = near_units(picture)
        rows = []
        for near in found:
            row = dict(picture["unit"].get(near.key) or {})
            state = UnitState.FREE if near.free else UnitState.BUSY
            rows.append({**row, "area": "330102001001001", "state": int(state)})
        put(picture, "unit", rows)
        return found

    # -- what a person does

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key stroke, to whatever has the keyboard; shortcuts of the window hear it as they do in life."""
        focus = self.window.focusWidget() or self.window
        self.qtbot.keyClick(focus, key, modifiers)

    def ctrl(self, key: Qt.Key) -> None:
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def point_queue_at(self, key: str) -> None:
        """The keyboard is on a row of the queue."""
        self.queue.view.setFocus()
        self.queue.view.cursor = key

    def select(self, key: str = FLOOD) -> None:
        """An event is selected, its body and who is near are known."""
        self.desk.ctx.selection.select("event", key)
        self.answer()

    def answer(self) -> None:
        self.desk.ports.bodies.answer(story_body())
        self.desk.ports.nears.answer(self.near)
        self.desk.ports.pictures.answer(scene_png())

    # -- what goes on

    def tick(self, seconds: float = 0.0) -> None:
        """The outbox is written, the hub decides, the shell tells the panels."""
        if seconds:
            self.desk.clock.advance(seconds)
        for _ in range(2):
            self.desk.cases.step()
            self.page.refresh(CASES)
        self.page.age_tick()

    def confirmed(self, seconds: float = 1.0) -> Order:
        """A whole order, as far as the hub."""
        self.select()
        self.ctrl(Qt.Key.Key_D)
        self.ctrl(Qt.Key.Key_Return)
        self.tick(seconds)
        return self.order

    def report(self, kind: str, seconds: float = 1.0, **more: Any) -> None:
        self.desk.cases.report(self.order.id, kind, **more)
        self.tick(seconds)

    # -- what is seen

    @property
    def dock(self) -> OrderDock:
        assert self.page.dock is not None
        return self.page.dock

    @property
    def form(self) -> OrderForm:
        assert self.dock.form is not None
        return self.dock.form

    @property
    def card(self) -> OrderCard:
        assert self.dock.card is not None
        return self.dock.card

    @property
    def case(self) -> Case:
        case = self.desk.cases.of_event(FLOOD)
        assert case is not None
        return case

    @property
    def order(self) -> Order:
        """The newest order of the flooding."""
        return list(self.case.orders.values())[-1]

    @property
    def button(self) -> tuple[str, str, bool]:
        """Words, key and whether it can be pressed, of the big button."""
        big = self.dock.foot.big
        return big.text(), big.key, big.isEnabled()

    @property
    def others(self) -> list[str]:
        return [button.text() for button in self.dock.foot.beside]

    @property
    def rows(self) -> list[Row]:
        """Who is near."""
        return [row for row in self.page.findChildren(Row) if not row.isHidden()]

    @property
    def head(self) -> str:
        """Title and state of the card."""
        self.card.head.grab()
        return self.card.head.accessibleName()

    @property
    def toasts(self) -> list[str]:
        return [message.in_chinese() for message, _level in self.desk.toasts]
