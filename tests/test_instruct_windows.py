"""A leader's window and a duty desk at one hub: asked, decided, instructed while the hub is away, answered, seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.model.clock import MINUTE
from cockpit.model.entries import IssueOrders, NewCase, NewOrder
from cockpit.model.ids import new_id
from cockpit.model.layout_read import read_layout_file
from cockpit.seat import Seat
from cockpit.ui.desk import Desk
from cockpit.ui.leaderdesk import LeaderDesk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.shell import Shell
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from tests.living_hub import CITY, CLOCK, UNIT_KEYS, LivingHub, pack, put_units
from widgets.instruct.waiting import Kind
from widgets.kit.fonts import load_fonts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
PATIENCE_MS = 60_000


class Sitting:
    """A window of a role at a hub.

    Attributes:
        shell: the window. said: every toast so far.
    """

    def __init__(self, folder: Path, hub: LivingHub, role: str, name: str, kind: type[Shell], layout: str) -> None:
        (folder / CITY).mkdir(parents=True)
        put_units(folder / CITY / "cache.db")
        prefs = FilePrefs(folder / "prefs.json")
        prefs.set("name", name)
        self.player = Player(CLOCK)
        self.player.muted = True
        self.seat = Seat(folder, pack(), OwnHub(hub.profile, role=role), CLOCK, lambda: None)
        self.seat.open_cache()
        self.reports: list[str] = []

        def report(error: BaseException, where: str) -> str:
            self.reports.append(f"{where}: {error!r}")
            return "E-1"

        self.shell: Any = kind(
            self.seat,
            read_layout_file(shipped(layout), Panels()),
            prefs,
            self.player,
            report,
            "zh",
            "dark",
            lambda: None,
        )
        self.said: list[str] = []
        show = self.shell.toasts.show
        t = self.shell.context.t

        def told(message: Any, level: int = 0) -> Any:
            self.said.append(t(message))
            return show(message, level)

        self.shell.context.notify = told
        self.shell.resize(1600, 900)
        self.shell.show()
        self.shell.begin()
        self.shell.follow()

    @property
    def port(self) -> Any:
        return self.shell.context.instructions

    def run(self, action: str) -> None:
        assert self.shell.actions_.trigger(action) is None, action

    def close(self) -> None:
        self.shell.close()
        self.seat.close()
        self.player.close()
        self.player.deleteLater()
        self.shell.deleteLater()
        QApplication.processEvents()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    with LivingHub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def sit(qapp: object, tmp_path: Path, hub: LivingHub) -> Iterator[Callable[..., Sitting]]:
    load_fonts()
    made: list[Sitting] = []

    def one(role: str, name: str, kind: type[Shell], layout: str) -> Sitting:
        made.append(Sitting(tmp_path / name, hub, role, name, kind, layout))
        return made[-1]

    yield one
    for sitting in made:
        sitting.close()
        assert sitting.reports == [], "no panel failed"


def test_the_whole_way_of_a_leaders_word(hub: LivingHub, sit: Callable[..., Sitting], qtbot: QtBot) -> None:
    def until(condition: Callable[[], object]) -> None:
        qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    duty = sit("duty", "王强", Desk, "duty")
    chief = sit("leader", "李敏", LeaderDesk, "leader")
    until(lambda: duty.seat.cases.known and chief.seat.cases.known and chief.port.me.role == "leader")
    facts = NewCase(f"incident/{new_id(CLOCK)}", "E0506", 2, 120.16, 30.25, "330102001", "hotline")
    order = NewOrder(new_id(CLOCK), UNIT_KEYS[0])
    case = duty.seat.cases.submit(
        IssueOrders((order,), 10 * MINUTE, 60 * MINUTE, facts),
        "",
        {"order": "去看看", "place": "天城路"},
        lambda why: None,
    )
    until(lambda: chief.seat.cases.case(case) is not None and duty.seat.cases.case(case) is not None)

    duty.shell.context.selection.select("case", case)
    duty.run("instruct.ask")
    form = duty.shell.instruct.dialog
    form.question.setText("同意跨区排涝支援？")
    form.field.setPlainText("请调大流量泵车 2 台")
    form.press()
    panel = chief.shell.engine.panel("decisions")
    until(lambda: [card for card in panel.cards if card.wait.title == "同意跨区排涝支援？"])
    until(lambda: any("同意跨区排涝支援？" in words for words in chief.said))
    card = next(card for card in panel.cards if card.wait.kind is Kind.ASK)
    qtbot.keyClick(card, Qt.Key.Key_1)
    until(lambda: any(words.startswith("领导同意") for words in duty.said))

    hub.stop()
    chief.shell.context.selection.select("case", case)
    chief.run("instruct.give")
    chief.shell.instruct.dialog.field.setPlainText("到场后报告水深")
    chief.shell.instruct.dialog.press()
    until(lambda: chief.port.every() and chief.port.every()[0].state == "waiting")
    hub.start()
    until(lambda: any("到场后报告水深" in words for words in duty.said))
    blocks = duty.shell.engine.panel("event").page.blocks
    until(lambda: blocks.instructions.rows and blocks.instructions.rows[0].field is not None)
    row = blocks.instructions.rows[0]
    row.field.setText("水深 40 厘米，正在排")
    row.answer("done")
    until(lambda: any("水深 40 厘米，正在排" in words for words in chief.said))
    chief.run("instruct.list")
    listing = chief.shell.engine.panel("instructions")
    until(lambda: listing.rows and "close" in listing.rows[0].buttons)
    listing.rows[0].buttons["close"].click()
    until(lambda: not duty.port.every()[0].open)
    tags = [step.entry.__struct_config__.tag for step in duty.seat.cases.case(case).steps]
    assert [tag for tag in tags if tag.startswith(("decision", "instruction"))] == [
        "decision.asked",
        "decision.given",
        "instruction.given",
        "instruction.seen",
        "instruction.answered",
        "instruction.closed",
    ]
