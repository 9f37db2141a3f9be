"""A leader's panels in one window over the real rules: what waits, the list, the forms, with their keys."""

from __future__ import annotations

from math import nan
from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE
from cockpit.model.ids import new_id
from cockpit.model.instructing import AskDecision
from cockpit.model.signs import Sign, SignSet
from tests.living_picture import NOW, living_picture, put
from tests.panel_desk import Desk, desk
from widgets.instruct.listing import InstructionsPanel
from widgets.instruct.panel import DecisionsPanel
from widgets.instruct.waiting import Kind

FLOOD, LIFT = "events/0714-1187", "events/0714-1179"
CASES = frozenset({"case", "outbox"})


class SomeSigns:
    """Definitions of signs, as `ports.Signs` hands them out."""

    def __init__(self) -> None:
        owner = {"zh": "陈静", "en": "Chen Jing"}
        sign = Sign("A06", {"zh": "按时办结率", "en": "Closed on time"}, "A", unit="%", decimals=1, direction="up",
                    target=95.0, owner=owner)  # fmt: skip
        self.known = SignSet((), (sign,), 1)


class InstructDesk:
    """
    Attributes:
        decisions, listing: the panels.
    """

    def __init__(
        self, qtbot: QtBot, lang: str = "zh", theme: str = "dark", width: int = 500, height: int = 800
    ) -> None:
        self.qtbot = qtbot
        self.desk: Desk = desk(theme, lang, living_picture(events=30, units=30, sensors=4, cameras=4))
        self.cases.sit("leader-1", "leader")
        self.ctx.signs = SomeSigns()  # type: ignore[assignment]
        self.desk.ports.kept["name"] = "李敏"
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.decisions = DecisionsPanel(self.ctx, self.window)
        self.listing = InstructionsPanel(self.ctx, self.window)
        self.window.resize(2 * width + 8, height)
        self.decisions.setGeometry(0, 0, width, height)
        self.listing.setGeometry(width + 8, 0, width, height)
        self.window.show()

    @property
    def ctx(self) -> Any:
        return self.desk.ctx

    @property
    def cases(self) -> Any:
        return self.desk.cases

    def tick(self, seconds: float = 0.0) -> None:
        """The outbox is written, the hub decides, words come, the shell tells the panels."""
        if seconds:
            self.desk.clock.advance(seconds)
        for _ in range(3):
            self.cases.step()
            for panel in (self.decisions, self.listing):
                panel.refresh(CASES)
        for panel in (self.decisions, self.listing):
            panel.age_tick()

    def case(self, event: str = FLOOD) -> str:
        """A case about an event, with a unit on its way; its id."""
        row = self.desk.picture["event"].get(event)
        unit = self.desk.picture["unit"].key_at(0 if event == FLOOD else 1)
        fresh = {**(self.desk.picture["unit"].get(unit) or {}), "area": row["area"], "state": 0}
        put(self.desk.picture, "unit", [fresh])
        self.cases.sit("seat-1", "duty")
        ident, _order = self.cases.order(row, unit)
        self.cases.sit("leader-1", "leader")
        return str(ident)

    def asked(self, case: str, question: str, why: str = "", until: int = 9 * MINUTE, *options: str) -> str:
        """An officer asks for a decision; its id."""
        ident = new_id(self.ctx.clock)
        texts = {"question": question} | ({"words": why} if why else {})
        texts |= {f"option_{n + 1}": one for n, one in enumerate(options)}
        now = self.ctx.clock.now()
        self.cases.other(AskDecision(ident, now + until if until else 0, len(options)), case, texts, "seat-1")
        return ident

    def sign(self, value: float) -> None:
        """The rate of the whole city."""
        row = {
            "key": "sign/A06@", "feed": "sign", "code": "A06", "area": "", "part": "", "value": value, "level": 3,
            "measured": NOW, "period": 60_000_000, "received": NOW, "previous": nan, "year": nan,
            "forecast": nan, "ahead": 0, "accuracy": nan, "n": 1,
        }  # fmt: skip
        put(self.desk.picture, "sign", [row])

    def kinds(self) -> list[Kind]:
        return [card.wait.kind for card in self.decisions.cards]

    def titles(self) -> list[str]:
        return [card.wait.title for card in self.decisions.cards]

    @property
    def toasts(self) -> list[str]:
        return [message.in_chinese() for message, _level in self.desk.toasts]
