"""The leader's cockpit: what its window has beside that of every seat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtWidgets import QApplication

from cockpit.model.messages import Message
from cockpit.picture.drill import Drill
from cockpit.picture.selection import Selection
from cockpit.seat.leader import LeaderSeat
from cockpit.ui.commands import look_actions, seat_actions
from cockpit.ui.keptprefs import KeptPrefs
from cockpit.ui.part import Part
from cockpit.ui.ports_keeping import SeatKeeping
from cockpit.ui.shell import Shell, Sights
from layouts.engine import LayoutEngine
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.kit.finders import Finder
from widgets.leader.finding import AreaFinder, TopicFinder
from widgets.leader.ground import TOPIC, LeaderPanel
from widgets.leader.topiclist import TopicList

PAGE, DRILL, ASK, HOME = "topic", "drill", "ask", "topic"
REST_MS = 300
"""Between two panels that are imported: what is shown goes on."""
HOW_IT_IS = ("index", "topics", "topic", "changes")


class Walk(QObject, Part):
    """Brings what is looked at into the centre, and finds the way back: within a step to what was selected before,
    else to the step before."""

    def __init__(self, engine: LayoutEngine, ctx: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._ctx = engine, ctx
        self._marks: dict[int, int] = {}
        self._stepping = False
        assert ctx.drill is not None
        self._drill = ctx.drill
        self._drill.subscribe(self._walked)
        ctx.selection.subscribe(self._selected)
        ctx.questioning.wanted.connect(self._ask)

    def actions(self) -> Iterator[Action]:
        yield Action("leader.home", "leader.do_home", self.home, ("Alt+Home",), icon="home")
        yield Action("leader.topics", "leader.do_topics", lambda: self._engine.focus_panel("topics"), ("Ctrl+1",))
        yield Action("leader.centre", "leader.do_centre", self._to_centre, ("Ctrl+2",))
        yield Action("leader.changed", "leader.do_changes", lambda: self._engine.focus_panel("changes"), ("Ctrl+3",))
        yield Action("leader.since", "leader.do_since", lambda: self._engine.focus_panel("since"), ("Ctrl+4",))

    # -- back ----------------------------------------------------------------------------------------------------

    def can_go_back(self) -> bool | Message:
        there = self._drill.depth or self._ctx.selection.depth
        return True if there else Message("ui.nothing_before")

    def back(self) -> None:
        selection = self._ctx.selection
        if selection.depth > self._marks.get(self._drill.depth, 0) or not self._drill.back():
            selection.back()

    def home(self) -> None:
        """To the first step, with nothing open."""
        self._drill.jump(0)
        if self._ctx.selection.topic == TOPIC:
            self._ctx.selection.clear()

    def _ask(self) -> None:
        self._engine.bring(ASK)

    # -- the centre ----------------------------------------------------------------------------------------------

    def _walked(self, drill: Drill) -> None:
        self._marks[drill.depth] = self._ctx.selection.depth
        self._stepping = True
        QTimer.singleShot(0, self, self._stepped)
        self._bring()

    def _selected(self, selection: Selection) -> None:
        if self._stepping:  # it belongs to the step that was just made
            self._marks[self._drill.depth] = selection.depth
        self._bring()

    def _stepped(self) -> None:
        self._stepping = False

    def _bring(self) -> None:
        at_topic = self._ctx.selection.topic == TOPIC
        if not at_topic and self._ctx.questioning.here(self._ctx) is not None:
            self._to_top(ASK)
        else:
            self._to_top(PAGE if at_topic else DRILL if self._drill.depth else HOME)

    def _to_top(self, id: str) -> None:
        """Brings a page of the centre; the keyboard goes along where it was on the page that is covered by it."""
        covered, focus = self._engine.beside(id), QApplication.focusWidget()
        held = covered is not None and focus is not None and (focus is covered or covered.isAncestorOf(focus))
        self._engine.bring(id)
        if held and self._engine.beside(id) is not covered:
            self._engine.focus_panel(id)

    def _to_centre(self) -> None:
        for id in (DRILL, PAGE, ASK):
            if self._engine.panel(id) is not None:
                self._engine.focus_panel(id)


class LeaderDesk(Shell):
    """The window of a leader's seat.

    Attributes:
        walk: back, home, and what is in the centre.
    """

    title_id: ClassVar[str] = "leader.window_title"
    name_ok: ClassVar[str] = "leader.name_ok"
    later: ClassVar[frozenset[str]] = frozenset({"scopemap"})

    def first_actions(self) -> Iterable[Action]:
        if isinstance(self.seat, LeaderSeat):
            self.context.keeping = SeatKeeping(self.seat)
        self.context.prefs = KeptPrefs(self.context.prefs, self.seat)
        self.walk = Walk(self.engine, self.context, self)
        yield from seat_actions(self)
        yield from self.loop.outbox_actions()
        yield from look_actions(self)

    def more_parts(self) -> Iterator[Part]:
        yield self.walk
        yield from super().more_parts()

    def finders(self) -> Iterable[Finder]:
        yield TopicFinder(self.context)
        yield AreaFinder(self.context)

    def can_go_back(self) -> bool | Message:
        return self.walk.can_go_back()

    def go_back(self) -> None:
        self.walk.back()

    def take_keyboard(self) -> None:
        self._first_look.touched()  # nothing is selected by itself: a leader comes to the whole
        topics = self.engine.panel("topics")
        if isinstance(topics, TopicList):
            topics.take_keyboard()
        else:
            super().take_keyboard()

    def _read_names(self) -> None:
        """Not ahead: a year lies in memory here, and names with their dictionary are as much again. The palette reads
        them at its first letter. What the first step leads to is imported."""
        for n, panel in enumerate((DRILL, ASK)):
            QTimer.singleShot(n * REST_MS, self.engine, partial(self.engine.warm, panel))

    def sights(self) -> Sights:
        """How the city is: its index and why, the topics with their figures, what changed. Figures of the copy too; a
        frame without them is none."""
        panels = [panel for id in HOW_IT_IS if isinstance(panel := self.engine.panel(id), LeaderPanel)]
        return Sights((), lambda: all(panel.complete for panel in panels if panel.isVisible()))

    def place_of_toasts(self) -> QRect | None:
        """Over the foot of the centre: decisions at the right stay free."""
        panel = self.engine.panel("changes")
        return panel.geometry().adjusted(9, 0, 0, -9) if panel is not None else None
