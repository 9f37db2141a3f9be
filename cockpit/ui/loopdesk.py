"""What is opened and closed at the desk for the closed loop: the outbox, the form of a call, events or cases."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator

import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from layouts.engine import LayoutEngine
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.kit.outbox import FAILED, seen, tally
from widgets.lists.cases import CaseList

GRACE = 5 * SECOND
"""A hub that is restarted is back before."""
LONG = 15 * SECOND
"""What waits for so long is held up, whatever the connection says of itself."""
OUTBOX, CALL, QUEUE, CASES, ALARMS, PAGE = "outbox", "telephone", "queue", "cases", "alarms", "event"
MAP, SIGNS, FEEDS = "map", "signs", "feeds"
"""Panels that are opened, closed and turned to."""


class LoopDesk:
    """Opens and closes the outbox and the form of a call, and turns between events and cases, map, signs and feeds.

    By itself the outbox opens once for each command that failed, and once for each time that something waits because
    the hub is gone or does not answer; a person who closes it has seen it. It never takes the keyboard then.
    """

    def __init__(self, engine: LayoutEngine, ctx: PanelContext) -> None:
        self._engine, self._ctx = engine, ctx
        self._told: set[str] = set()
        self._told_waits = False
        self._before: dict[str, Callable[[], QWidget | None]] = {}
        ctx.actions.before = self._bring_its_panel
        ctx.picking.changed.connect(self._show_picking)

    def actions(self) -> Iterator[Action]:
        """Its commands, with their keys."""
        yield from self.outbox_actions()
        yield Action("desk.telephone", "telephone.open", self.take_call, ("Ctrl+N",), self._can(CALL), icon="phone")
        yield Action(
            "desk.telephone_close", "telephone.close_action", self.end_call, enabled=self._calling, shown=False
        )
        yield Action("desk.events", "cases.to_events", lambda: self.turn_to(QUEUE), ("Ctrl+1",), self._can(QUEUE))
        yield Action("desk.cases", "cases.to_cases", lambda: self.turn_to(CASES), ("Ctrl+2",), self._can(CASES))
        yield Action("desk.overdue", "cases.to_overdue", self.show_overdue, ("Ctrl+T",), self._can(CASES))
        yield Action("desk.alarms", "alarmlist.to_alarms", lambda: self.turn_to(ALARMS), ("Ctrl+3",), self._can(ALARMS))
        yield Action("desk.page", "feedboard.to_page", lambda: self.turn_to(PAGE), (), self._can(PAGE))
        yield Action("desk.map", "feedboard.to_map", lambda: self.turn_to(MAP), ("Ctrl+0",), self._can(MAP))
        yield Action("desk.signs", "signsui.to_signs", lambda: self.turn_to(SIGNS), ("Ctrl+4",), self._can(SIGNS))
        yield Action("desk.feeds", "feedboard.to_feeds", lambda: self.turn_to(FEEDS), ("Ctrl+5",), self._can(FEEDS))

    def outbox_actions(self) -> Iterator[Action]:
        """That of every seat which may act."""
        yield Action("desk.outbox", "outbox.open", self.toggle_outbox, ("Ctrl+B",), self._can(OUTBOX), icon="outbox")

    def _can(self, panel: str) -> Callable[[], bool | Message]:
        return lambda: bool(self._engine.region_of(panel)) or Message("cases.not_in_layout")

    @property
    def outbox_open(self) -> bool:
        return self._engine.is_shown(self._engine.region_of(OUTBOX))

    def toggle_outbox(self) -> None:
        """Opens it with the keyboard in it; closes it when it has the keyboard already."""
        if self.outbox_open and self._has_keyboard(OUTBOX):
            self._close(OUTBOX)
        else:
            self._open(OUTBOX)

    def show_outbox(self) -> None:
        self._engine.show_region(self._engine.region_of(OUTBOX))

    def take_call(self) -> None:
        """Opens the form of a call, as it was left, with the keyboard in it."""
        self._open(CALL)

    def end_call(self) -> None:
        """Closes the form of a call, which keeps what was typed."""
        from widgets.telephone.panel import TelephonePanel

        panel = self._engine.panel(CALL)
        self._close(CALL)
        if isinstance(panel, TelephonePanel):
            panel.leave()

    def _calling(self) -> bool:
        return self._engine.panel(CALL) is not None

    def _open(self, panel: str) -> None:
        """Shows a panel and gives it the keyboard, remembering who had it."""
        if not self._has_keyboard(panel):
            focus = self._engine.window().focusWidget()
            self._before[panel] = weakref.ref(focus) if focus is not None else lambda: None
        self._engine.show_region(self._engine.region_of(panel))
        # what was just opened is laid out first
        QTimer.singleShot(0, self._engine, lambda: self._take_keyboard(panel))

    def _close(self, panel: str) -> None:
        """Hides a panel; the keyboard goes back to where it was."""
        had = self._has_keyboard(panel)
        self._engine.show_region(self._engine.region_of(panel), shown=False)
        before = self._before.pop(panel, lambda: None)()
        if had and before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus()
        elif had:
            self._engine.focus_next(1)

    def turn_to(self, panel: str) -> None:
        """Brings a panel of a stack on top and the keyboard into it."""
        self._engine.show_region(self._engine.region_of(panel))
        self._engine.focus_panel(panel)

    def _bring_its_panel(self, action: Action) -> None:
        """A command of a panel that lies under others of its stack is done in sight: to go to what is selected on the
        map brings the map back."""
        self._engine.bring(action.id.partition(".")[0])

    def _show_picking(self) -> None:
        """Whoever is asked for a place on the map sees the map."""
        if self._ctx.picking.wanted:
            self._engine.bring(MAP)

    def show_overdue(self) -> None:
        """The case list with those that stayed in a stage for too long."""
        self.turn_to(CASES)
        panel = self._engine.panel(CASES)
        if isinstance(panel, CaseList):
            panel.ask("over")

    def look(self, link: Link) -> None:
        """Opens the outbox where something in it has to be seen; called each second and when the outbox changed."""
        ctx = self._ctx
        rows = ctx.cases.outbox()
        noted = seen(ctx.prefs)
        failed = {row.id for row in rows if row.state in FAILED and row.id not in noted}
        new = failed - self._told
        self._told |= failed
        counted = tally(rows, noted, ctx.cases.case)
        lost = link.state is not LinkState.LIVE and ctx.clock.wall() - link.since >= GRACE
        long = counted.waiting > 0 and ctx.clock.now() - counted.oldest >= LONG
        waits = counted.waiting > 0 and (lost or long)
        if new or (waits and not self._told_waits):
            self.show_outbox()
        self._told_waits = waits or (self._told_waits and lost)

    def _has_keyboard(self, panel_id: str) -> bool:
        panel, focus = self._engine.panel(panel_id), self._engine.window().focusWidget()
        return panel is not None and focus is not None and (focus is panel or panel.isAncestorOf(focus))

    def _take_keyboard(self, panel_id: str) -> None:
        from widgets.outbox.panel import OutboxPanel
        from widgets.telephone.panel import TelephonePanel

        panel = self._engine.panel(panel_id)
        if isinstance(panel, OutboxPanel | TelephonePanel):
            panel.take_keyboard()
        else:
            self._engine.focus_panel(panel_id)
