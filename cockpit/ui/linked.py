"""Links of views at a seat: copied, opened from the clipboard, and from a second start (`cockpit open`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from cockpit.model.errors import UserError
from cockpit.model.levels import Level
from cockpit.model.links import SCHEME, Link, link_of, read_link
from cockpit.model.messages import Message
from cockpit.model.scope import STATES, Scope
from cockpit.ui.part import Part
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext

if TYPE_CHECKING:
    from layouts.engine import LayoutEngine
    from widgets.lists.queue import QueuePanel

COPY_KEY, OPEN_KEY = "Ctrl+Shift+K", "Ctrl+Shift+U"
MOST_GATHERED = 2_000


class Linked(QObject, Part):
    """What a link says, shown as well as this seat can: a leader's walk exactly; at the duty desk its area, classes,
    levels and period in queue and map."""

    def __init__(self, engine: LayoutEngine, ctx: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._ctx = engine, ctx

    def actions(self) -> Iterator[Action]:
        yield Action("link.copy", "insight.do_copy_link", self.copy, (COPY_KEY,), self._can_copy)
        yield Action("link.open", "insight.do_open_link", self.paste, (OPEN_KEY,), self._can_paste)

    # -- out -----------------------------------------------------------------------------------------------------

    def _can_copy(self) -> bool | Message:
        return True if self._ctx.insight is not None else Message("insight.no_link_here")

    def copy(self) -> None:
        """Puts the link of this view, with the way to it, into the clipboard."""
        ctx = self._ctx
        if ctx.drill is None:
            return
        try:
            text = link_of(Link(ctx.pack.id, ctx.drill.way, ctx.selection.item))
        except UserError as error:
            ctx.notify(error.message, Level.YELLOW)
            return
        QGuiApplication.clipboard().setText(text)
        ctx.notify(Message("insight.link_copied"), 0)

    # -- in ------------------------------------------------------------------------------------------------------

    def _can_paste(self) -> bool | Message:
        is_link = QGuiApplication.clipboard().text().strip().startswith(f"{SCHEME}://")
        return True if is_link else Message("insight.no_link_copied")

    def paste(self) -> None:
        """Shows the link that lies in the clipboard."""
        if (problem := self.open(QGuiApplication.clipboard().text().strip())) is not None:
            self._ctx.notify(problem, Level.YELLOW)

    def open(self, text: str) -> Message | None:
        """Shows a link; why not, where it can not."""
        ctx = self._ctx
        try:
            link = read_link(text)
        except UserError as error:
            return error.message
        if link.pack != ctx.pack.id:
            return Message("insight.link_other_city", {"city": link.pack, "here": ctx.pack.name})
        if ctx.drill is not None:
            ctx.drill.open(link.way, link.item)
        from widgets.lists.queue import QueuePanel  # a leader's window has none

        queue = self._engine.panel("queue")
        if isinstance(queue, QueuePanel):
            self._narrow(queue, link.way[-1])
            self._select(link)
        return None

    def _narrow(self, queue: QueuePanel, scope: Scope) -> None:
        """The queue shows the events of the scope that are in the picture."""
        from widgets.lists.asked import Asked, Handling
        from widgets.lists.asked import Scope as Shown

        pack = self._ctx.pack
        kinds = {code for code, kind in pack.kinds.items() if {code, kind.group_code} & set(scope.kinds)}
        is_over = any(state in scope.stages for state in STATES if state != "open")
        queue.bar.ask(
            Asked(
                Shown.OPEN,
                frozenset(scope.levels),
                frozenset(scope.channels),
                frozenset(kinds | (set(scope.kinds) - {kind.group_code for kind in pack.kinds.values()})),
                frozenset({Handling.OVER}) if is_over else frozenset(),
                frozenset({scope.area} if scope.area else ()),
                among=self._of_period(scope),
                order=queue.bar.asked.order,
            )
        )

    def _of_period(self, scope: Scope) -> frozenset[str] | None:
        """Keys of the events that were reported in the period, None where that is all of them; too many are all."""
        table = self._ctx.picture["event"]
        occurred = table.numbers("occurred")
        rows = np.flatnonzero((occurred >= scope.span.start) & (occurred < scope.span.end))
        if len(rows) == len(occurred) or len(rows) > MOST_GATHERED:
            return None
        return frozenset(table.key_at(int(row)) for row in rows)

    def _select(self, link: Link) -> None:
        """What was selected there, else the event of the row, else the area: the map flies to it."""
        selection, scope = self._ctx.selection, link.way[-1]
        if link.item != ("", ""):
            return
        if scope.key and scope.key in self._ctx.picture["event"]:
            selection.select("event", scope.key)
        elif scope.area:
            areas = self._ctx.picture["area"]
            found = next((row for row, code in enumerate(areas.text("code")) if code == scope.area), None)
            if found is not None:
                selection.select("area", areas.key_at(found))
