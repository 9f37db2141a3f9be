"""报警: what our own rules raised, by what is to be done first, with the operator's load always over it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

import shiboken6
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.alarms import Load
from cockpit.model.messages import Message
from cockpit.model.tables import AlarmState
from cockpit.picture.selection import Selection
from widgets.alarms.load import LoadMeter
from widgets.alarms.model import FLOOD, AlarmModel, Which
from widgets.alarms.offenders import OffendersDialog
from widgets.alarms.row import AlarmPainter
from widgets.alarms.shelve import ShelveDialog
from widgets.kit.actions import Action
from widgets.kit.buttons import Segments, button
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState, StateText, StateView
from widgets.lists.areas import AreaTree
from widgets.lists.queue_view import QueueView

if TYPE_CHECKING:
    from widgets.rules.dialog import RulesDialog

ACKNOWLEDGE, SHELVE, RESET, LOAD = "alarms.acknowledge", "alarms.shelve", "alarms.reset", "alarms.load"
RULES = "alarms.rules"


class AlarmsPanel(Panel):
    """The alarm list.

    Attributes:
        model: the rows. view: the list. which: which alarms are asked for. meter: the load. nothing: what is said
            where there is no row.
    """

    panel_id: ClassVar[str] = "alarms"
    topics: ClassVar[frozenset[str]] = frozenset({"alarm", "area"})
    title_id: ClassVar[str] = "alarmlist.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.model = AlarmModel(ctx, AreaTree(ctx.picture["area"]))
        self.view = QueueView(self.model, self._take, ctx.clock.now)
        self.meter = LoadMeter(ctx, self.content)
        self.which = Segments([(one, "") for one in Which], self.model.which, self.content)
        self.nothing = StateView(self.content)
        self.acknowledge = button("", lambda: ctx.actions.trigger(ACKNOWLEDGE), parent=self.content)
        self.shelve = button("", lambda: ctx.actions.trigger(SHELVE), parent=self.content)
        self.rules = button("", lambda: ctx.actions.trigger(RULES), parent=self.content)
        self.offenders = button("", lambda: ctx.actions.trigger(LOAD), parent=self.content)
        self._told: StateText | None = None
        self._rules: object = None
        self._rules_dialog: Callable[[], RulesDialog | None] = lambda: None
        self._lay_out()
        self.which.chosen.connect(self.ask)
        self.view.picked.connect(self._pick)
        self.view.entered.connect(self._entered)
        ctx.selection.subscribe(self._selected)
        for action in self._commands():
            ctx.actions.add(action)
        self.retranslate()
        self.refresh(self.topics)
        self._selected(ctx.selection)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar, foot = QHBoxLayout(), QHBoxLayout()
        bar.setContentsMargins(12, 4, 12, 10)
        bar.addWidget(self.which)
        bar.addStretch(1)
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(8)
        foot.addWidget(self.acknowledge)
        foot.addWidget(self.shelve)
        foot.addStretch(1)
        foot.addWidget(self.rules)
        foot.addWidget(self.offenders)
        self._body = QStackedWidget(self.content)
        self._body.addWidget(self.view)
        self._body.addWidget(self.nothing)
        column.addWidget(self.meter)
        column.addLayout(bar)
        column.addWidget(self._body, 1)
        column.addLayout(foot)

    def _commands(self) -> Iterator[Action]:
        yield Action(
            ACKNOWLEDGE, "alarmlist.acknowledge_action", self.acknowledge_now, ("Alt+A",), self._can_acknowledge
        )
        yield Action(SHELVE, "alarmlist.shelve_action", self.ask_shelve, ("Alt+S",), self._can_shelve)
        yield Action("alarms.unshelve", "alarmlist.unshelve_action", self.unshelve, (), self._can_unshelve)
        yield Action(RESET, "alarmlist.reset_action", self.reset, (), self._can_reset)
        yield Action(LOAD, "alarmlist.load_title", self.show_offenders, (), self._has_hub)
        yield Action(RULES, "rulesui.action", self.show_rules, ("Ctrl+Shift+A",), self._has_hub)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        self._take()

    def age_tick(self) -> None:
        super().age_tick()
        alarms = self.ctx.alarms
        self.meter.tell(alarms.load if alarms is not None else Load())
        rules = alarms.rules if alarms is not None else ()
        if rules is not self._rules:  # their names are in the rows
            self._rules = rules
            self._take()
        dialog = self._rules_dialog()
        if dialog is not None and shiboken6.isValid(dialog):
            dialog.age_tick()
        self._dress_foot()
        self.view.viewport().update()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        for made, id in (
            (self.acknowledge, "alarmlist.acknowledge"),
            (self.shelve, "alarmlist.shelve_do"),
            (self.offenders, "alarmlist.offenders"),
            (self.rules, "rulesui.short"),
        ):
            made.setText(t(id))
            made.setMinimumWidth(made.sizeHint().width())
        self.rules.setToolTip("Ctrl+Shift+A")
        self.acknowledge.setToolTip(t("alarmlist.acknowledge_tip"))
        self.acknowledge.setAccessibleName(t("alarmlist.acknowledge_action"))
        self.shelve.setToolTip("Alt+S")
        self.meter.retranslate()
        self._dress()
        self._show_answer(anew=True)

    def retheme(self) -> None:
        super().retheme()
        self.meter.update()
        self._dress()
        self._show_answer(anew=True)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 240)

    def take_keyboard(self) -> None:
        self.view.setFocus()

    def _dress(self) -> None:
        t = self.ctx.t
        self.view.setAccessibleName(t("alarmlist.title"))
        self.view.dress(AlarmPainter(self.ctx.theme, t, lambda then, now: t(age(then, now))))

    # -- how it comes about

    def ask(self, which: str) -> None:
        """Lists others, of `Which`."""
        self.model.which = Which(which)
        self.which.set_current(which)
        self.model.refresh()
        self.view.take(keep=False)
        self._show_answer()

    def _take(self) -> None:
        self.model.refresh()
        self.view.take()
        self._show_answer()

    def _show_answer(self, anew: bool = False) -> None:
        t = self.ctx.t
        known = self.ctx.alarms is not None
        for which, count in self.model.counts().items():
            words = f"{count:,}" if known else t("bars.no_value")
            self.which.set_words(which, t(f"alarmlist.which_{which}", n=words))
        self._dress_foot()
        if len(self.model):
            self._told = None
            self._body.setCurrentWidget(self.view)
            return
        if known:
            none = Message(f"alarmlist.none_{self.model.which}"), (Message(f"alarmlist.none_{self.model.which}_why"),)
            told = StateText(PanelState.EMPTY, *none)
        else:
            told = StateText(PanelState.WAITING, Message("alarmlist.unknown"), (Message("alarmlist.unknown_why"),))
        if anew or self._told != told:
            self._told = told
            self.nothing.show_text(told, t, self.ctx.theme)
        self._body.setCurrentWidget(self.nothing)

    def _dress_foot(self) -> None:
        for made, can in ((self.acknowledge, self._can_acknowledge), (self.shelve, self._can_shelve)):
            made.setEnabled(can() is True)

    def _pick(self, key: str) -> None:
        if not key.startswith(FLOOD):
            self.ctx.selection.select("alarm", key)
            return
        self.view.selected = key
        self.view.viewport().update()
        self._dress_foot()

    def _entered(self, key: str) -> None:
        """Enter on a group unfolds it; on an alarm it opens the order that its case begins with."""
        if key.startswith(FLOOD):
            self.model.unfold(key)
            self.view.take()
        else:
            self.ctx.actions.trigger("order.open")

    def _selected(self, selection: Selection) -> None:
        if selection.topic == "alarm" or not self.view.selected.startswith(FLOOD):
            self.view.selected = selection.key if selection.topic == "alarm" else ""
            self.view.show_key(self.view.selected)
        self._dress_foot()
        self.view.viewport().update()

    # -- what a person does

    @property
    def chosen(self) -> list[str]:
        """Keys of the alarms that an act is about: the selected one, or the group whose row is."""
        return self.model.members(self.view.selected) if self.view.selected else []

    def _states(self) -> set[int]:
        table = self.ctx.picture["alarm"]
        return {int(row["state"]) for key in self.chosen if (row := table.get(key)) is not None}

    def _has_hub(self) -> bool | Message:
        return self.ctx.alarms is not None or Message("alarmlist.unknown")

    def _can(self, states: set[AlarmState], why: str) -> bool | Message:
        if self.ctx.alarms is None:
            return Message("alarmlist.unknown")
        if not self.chosen:
            return Message("alarmlist.choose_one")
        return bool(self._states() & states) or Message(why)

    def _can_acknowledge(self) -> bool | Message:
        return self._can({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED}, "alarmlist.acknowledged_already")

    def _can_shelve(self) -> bool | Message:
        shown = set(AlarmState) - {AlarmState.SHELVED, AlarmState.SUPPRESSED}
        return self._can(shown, "alarmlist.shelved_already")

    def _can_unshelve(self) -> bool | Message:
        return self._can({AlarmState.SHELVED}, "alarmlist.not_shelved")

    def _can_reset(self) -> bool | Message:
        return self._can({AlarmState.LATCHED}, "alarmlist.not_latched")

    def acknowledge_now(self) -> None:
        """Says that an operator has seen it; the cursor goes on to the next that waits."""
        self._act("acknowledge", {AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED})

    def unshelve(self) -> None:
        self._act("unshelve", {AlarmState.SHELVED})

    def reset(self) -> None:
        """Lets a latched alarm go that is back to normal."""
        self._act("reset", {AlarmState.LATCHED})

    def ask_shelve(self) -> None:
        """Asks why and until when."""
        keys = self.chosen
        face = next(iter(self.model.faces(at, at + 1)), None) if (at := self._position()) is not None else None
        dialog = ShelveDialog(self.ctx, face.title if face is not None else "", self)
        dialog.chosen.connect(lambda reason, until: self._send("shelve", keys, reason, until))
        dialog.open()
        dialog.field.setFocus()

    def show_offenders(self) -> None:
        """What the load comes from."""
        alarms = self.ctx.alarms
        if alarms is None:
            return
        OffendersDialog(self.ctx, alarms.load, self, self.show_rules).open()

    def show_rules(self, wanted: str = "") -> None:
        """The rules as a form; `wanted` is the id of the one that is to be open."""
        from widgets.rules.dialog import RulesDialog  # when it is first wanted: nobody edits rules at the start

        dialog = RulesDialog(self.ctx, self, wanted)
        self._rules_dialog = weakref.ref(dialog)
        dialog.open()

    def _position(self) -> int | None:
        return self.model.position(self.view.selected)

    def _act(self, act: str, states: set[AlarmState]) -> None:
        table = self.ctx.picture["alarm"]
        keys = [key for key in self.chosen if (row := table.get(key)) is not None and row["state"] in states]
        self._send(act, keys)

    def _send(self, act: str, keys: list[str], reason: str = "", until: int = 0) -> None:
        if self.ctx.alarms is None or not keys:
            return
        count = len(keys)

        def done(problem: Message | None) -> None:
            said = problem or Message(f"alarmlist.done_{act}", {"n": count})
            self.ctx.notify(said, 0)

        self.ctx.alarms.act(act, keys, done, reason, until)


PANELS = {"alarms": AlarmsPanel}
