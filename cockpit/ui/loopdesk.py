"""What the desk shows of the closed loop besides its panels' own: the outbox when it has to be seen, and its tabs."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from layouts.engine import LayoutEngine
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.kit.outbox import FAILED, seen, tally

GRACE = 5 * SECOND
"""A hub that is restarted is back before."""
OUTBOX, QUEUE, CASES = "outbox", "queue", "cases"
"""Panels that are opened, closed and turned to."""


class LoopDesk:
    """Opens and closes the outbox, by hand and by itself, and turns between events and cases.

    By itself it opens once for each command that failed, and once for each time that the hub is gone while something
    waits; a person who closes it has seen it. It never takes the keyboard then.
    """

    def __init__(self, engine: LayoutEngine, ctx: PanelContext) -> None:
        self._engine, self._ctx = engine, ctx
        self._told: set[str] = set()
        self._told_gone = False
        self._before: Callable[[], QWidget | None] = lambda: None

    def actions(self) -> Iterator[Action]:
        """Its commands, with their keys."""
        yield Action("desk.outbox", "outbox.open", self.toggle_outbox, ("Ctrl+B",), self._can(OUTBOX), icon="outbox")
        yield Action("desk.events", "cases.to_events", lambda: self.turn_to(QUEUE), ("Ctrl+1",), self._can(QUEUE))
        yield Action("desk.cases", "cases.to_cases", lambda: self.turn_to(CASES), ("Ctrl+2",), self._can(CASES))

    def _can(self, panel: str) -> Callable[[], bool | Message]:
        return lambda: bool(self._engine.region_of(panel)) or Message("cases.not_in_layout")

    @property
    def outbox_open(self) -> bool:
        return self._engine.is_shown(self._engine.region_of(OUTBOX))

    def toggle_outbox(self) -> None:
        """Opens it with the keyboard in it; closes it when it has the keyboard already."""
        if not self.outbox_open:
            self._remember()
            self.show_outbox()
            self._take_keyboard()
        elif self._has_keyboard():
            self.hide_outbox()
        else:
            self._remember()
            self._take_keyboard()

    def show_outbox(self) -> None:
        self._engine.show_region(self._engine.region_of(OUTBOX))

    def hide_outbox(self) -> None:
        """Closes it; the keyboard goes back to where it was."""
        had = self._has_keyboard()
        self._engine.show_region(self._engine.region_of(OUTBOX), shown=False)
        before = self._before()
        if had and before is not None and before.isVisible():
            before.setFocus()
        elif had:
            self._engine.focus_next(1)

    def turn_to(self, panel: str) -> None:
        """Brings a panel of a stack on top and the keyboard into it."""
        self._engine.show_region(self._engine.region_of(panel))
        self._engine.focus_panel(panel)

    def look(self, link: Link) -> None:
        """Opens the outbox where something in it has to be seen; called each second and when the outbox changed."""
        ctx = self._ctx
        rows = ctx.cases.outbox()
        noted = seen(ctx.prefs)
        failed = {row.id for row in rows if row.state in FAILED and row.id not in noted}
        new = failed - self._told
        self._told |= failed
        gone = link.state is not LinkState.LIVE and ctx.clock.wall() - link.since >= GRACE
        waits = gone and tally(rows, noted).waiting > 0
        if new or (waits and not self._told_gone):
            self.show_outbox()
        self._told_gone = gone and (self._told_gone or waits)

    def _has_keyboard(self) -> bool:
        panel, focus = self._engine.panel(OUTBOX), self._engine.window().focusWidget()
        return panel is not None and focus is not None and (focus is panel or panel.isAncestorOf(focus))

    def _remember(self) -> None:
        focus = self._engine.window().focusWidget()
        self._before = weakref.ref(focus) if focus is not None else lambda: None

    def _take_keyboard(self) -> None:
        # what was just opened is laid out first
        QTimer.singleShot(0, self._engine, lambda: self._engine.focus_panel(OUTBOX))
