"""Acts for `benchmarks.hand` that walk a leader through the whole cockpit, a picture at each stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.hand_leader import _desk, _ready
from cockpit.model.clock import SECOND
from cockpit.model.ports.link import LinkState
from widgets.briefing.dialog import BriefingDialog
from widgets.calls.acts import case_now
from widgets.instruct.ask import AskForm
from widgets.instruct.give import WordsForm
from widgets.leader.ground import open_topic

if TYPE_CHECKING:
    from benchmarks.hand import Hand, Wait

QUESTION = "同意从滨江区调两台大流量泵车支援吗？"
WHY = "通道积水还在涨，3 人被困，市政设施中心只剩一台泵车。"
WORDS = "立即调泵车，19:00 前把人员情况和水位报我。"
ASKED = {"zh": "今天哪些街道积水最多？", "en": "Which streets had the most flooding today?"}


def leader_tour(hand: Hand) -> Iterator[Wait]:
    """Home in both themes, a topic, a question, a briefing, and a 批示 without a network."""
    yield from _ready(hand)
    yield hand.seconds(8)
    hand.keep("home")
    hand.desk.actions_.trigger("desk.theme")
    yield hand.seconds(4)
    hand.keep("home-light")
    hand.desk.actions_.trigger("desk.theme")
    yield hand.seconds(1)
    open_topic(hand.desk.context, "flood")
    yield hand.seconds(6)
    hand.keep("topic")
    yield from _home(hand)
    yield from _asked(hand)
    hand.keep("ask")
    yield from _home(hand)
    yield from _brief(hand)
    hand.stop_the_hub()
    yield lambda: hand.desk.seat.link.state is not LinkState.LIVE
    since = hand.desk.seat.clock.now()
    yield lambda: hand.desk.seat.clock.now() - since > 20 * SECOND
    yield from _instruct(hand)
    yield hand.seconds(3)


def leader_english(hand: Hand) -> Iterator[Wait]:
    """Home, then a question."""
    yield from _ready(hand)
    yield hand.seconds(8)
    hand.keep("home-english")
    yield from _asked(hand)


def _asked(hand: Hand) -> Iterator[Wait]:
    """A question with its answer."""
    ctx = hand.desk.context
    ctx.questioning.ask(ctx, ASKED[ctx.t.lang])
    yield lambda: ctx.questioning.told is not None and not ctx.questioning.busy
    yield hand.seconds(5)


def _centred(hand: Hand, form: QWidget) -> None:
    """As a window manager places it; a screen of none is smaller than the window."""
    form.move(hand.desk.geometry().center() - form.rect().center())


def _home(hand: Hand) -> Iterator[Wait]:
    hand.desk.actions_.trigger("leader.home")
    hand.desk.context.selection.clear()
    yield hand.seconds(2)


def _instruct(hand: Hand) -> Iterator[Wait]:
    """A 批示 to the gravest event."""
    _first(hand)
    yield hand.seconds(1)
    _desk(hand).instruct.give()
    form = _desk(hand).instruct.dialog
    assert isinstance(form, WordsForm)
    form.field.setPlainText(WORDS)
    yield hand.seconds(1)
    form.press()


def _first(hand: Hand) -> None:
    """Selects the gravest open event."""
    table = hand.desk.seat.picture["event"]
    rows = sorted((table.row(i) for i in range(len(table))), key=lambda row: (row["level"], -row["occurred"]))
    hand.desk.seat.selection.select("event", rows[0]["key"])


def _brief(hand: Hand) -> Iterator[Wait]:
    """Today's briefing and its pages."""
    hand.desk.actions_.trigger("briefing.open")
    yield hand.seconds(1)
    dialog = _desk(hand).briefing.dialog
    assert isinstance(dialog, BriefingDialog)
    dialog.preview()
    yield lambda: dialog.made is not None and dialog.pages.count > 0
    yield hand.seconds(3)
    hand.front = dialog
    hand.keep("briefing")
    hand.front = None
    dialog.close()
    QApplication.processEvents()
    yield hand.seconds(1)


def duty_asks(hand: Hand) -> Iterator[Wait]:
    """The duty desk asks for a decision and shows the 批示 that comes back."""
    desk, ctx = hand.desk, hand.desk.context
    desk.activateWindow()
    yield hand.live
    _first(hand)
    yield hand.seconds(3)
    hand.ctrl(Qt.Key.Key_D)
    yield hand.seconds(6)
    hand.ctrl(Qt.Key.Key_Return)
    yield lambda: case_now(ctx) is not None and bool(case_now(ctx).number)
    yield hand.seconds(2)
    desk.instruct.ask()
    form = desk.instruct.dialog
    assert isinstance(form, AskForm)
    form.question.setText(QUESTION)
    form.field.setPlainText(WHY)
    _centred(hand, form)
    yield hand.seconds(1)
    hand.keep("duty-asks")
    form.press()
    assert ctx.instructions is not None
    yield lambda: bool(ctx.instructions.every())
    yield hand.seconds(4)
    hand.keep("duty-told")


def leader_decides(hand: Hand) -> Iterator[Wait]:
    """A leader is asked, writes a 批示 about it, and follows it in the list."""
    yield from _ready(hand)
    port = hand.desk.context.instructions
    assert port is not None
    yield lambda: bool(port.asks())
    yield hand.seconds(6)
    hand.keep("decisions")
    hand.desk.context.selection.select("case", port.asks()[0].case)
    yield hand.seconds(1)
    _desk(hand).instruct.give()
    form = _desk(hand).instruct.dialog
    assert isinstance(form, WordsForm)
    form.field.setPlainText(WORDS)
    yield hand.seconds(1)
    hand.front = form
    hand.keep("instruct")
    hand.front = None
    form.press()
    yield lambda: any(not one.said.provisional and one.state == "read" for one in port.every())
    _desk(hand).instruct.toggle_list()
    yield hand.seconds(4)
    hand.keep("instructions")


ACTS: dict[str, Callable[[Hand], Iterator[Wait]]] = {
    act.__name__: act for act in (leader_tour, leader_english, duty_asks, leader_decides)
}
