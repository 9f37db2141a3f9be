"""What panels of a leader's cockpit stand on: the vital signs of the area that is looked at, and where a step leads."""

from __future__ import annotations

import weakref
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from cockpit.model import ages
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.model.signs import key_of
from cockpit.model.topics import Topics, read_topics
from widgets.kit.context import PanelContext
from widgets.kit.panel import Panel, PanelState
from widgets.lists.areas import AreaTree
from widgets.signs.board import NO_ROW, Item, SignBoard
from widgets.signs.words import SignWords

_topics: weakref.WeakKeyDictionary[Any, Topics] = weakref.WeakKeyDictionary()
_problems: weakref.WeakKeyDictionary[Any, Message] = weakref.WeakKeyDictionary()


def topics_of(ctx: PanelContext) -> Topics:
    """The topics of the pack, read once; none where its file can not be used, see `topics_problem`."""
    known = _topics.get(ctx.actions)
    if known is None:
        try:
            known = read_topics(ctx.pack.folder)
        except UserError as error:
            known = Topics()
            _problems[ctx.actions] = error.message
        _topics[ctx.actions] = known
    return known


def topics_problem(ctx: PanelContext) -> Message | None:
    """What is wrong with the pack's file of topics."""
    topics_of(ctx)
    return _problems.get(ctx.actions)


def topic_of(ctx: PanelContext, scope: Scope) -> str:
    """The name of the topic whose kinds and channels a scope has, "" none."""
    if not (scope.kinds or scope.channels):
        return ""
    same = (one for one in topics_of(ctx).topics if (one.kinds, one.channels) == (scope.kinds, scope.channels))
    return next((ctx.t.pack(one.name) for one in same), "")


class LeaderPanel(Panel):
    """A panel of signs. What changed is looked at once a second at the most.

    Attributes:
        board: definitions and live items. items: those that are shown; their ages are the panel's.
    """

    topics: ClassVar[frozenset[str]] = frozenset({"sign", "area", "archive"})

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.areas = AreaTree(ctx.picture["area"])
        self.board = SignBoard(ctx.picture["sign"], self.areas, ctx.pack.code)
        self.items: tuple[Item, ...] = ()
        self._due = False
        self._has_archive = False
        if ctx.drill is not None:
            ctx.drill.subscribe(self._walked)

    @property
    def words(self) -> SignWords:
        return SignWords(self.ctx.t, self.ctx.pack, self.areas)

    @property
    def area(self) -> str:
        """Code of the area that is looked at."""
        drill = self.ctx.drill
        return (drill.scope.area if drill is not None else "") or self.ctx.pack.code

    def look(self) -> None:
        """Definitions are there: bring everything up to date."""
        raise NotImplementedError

    @property
    def complete(self) -> bool:
        """Whether it shows all that can be said now: no answer is waited for."""
        return self.state is not PanelState.WAITING

    @property
    def has_archive(self) -> bool:
        """Whether the archive answers, or there is none."""
        return self.ctx.insight is None or self.ctx.insight.version > 0

    # -- what it is told

    def refresh(self, topics: frozenset[str]) -> None:
        first = not self.board.told.signs
        if not self._has_archive and self.ctx.insight is not None and self.ctx.insight.version:
            first = self._has_archive = True
        self._due = True
        if first:
            self.look_now()

    def age_tick(self) -> None:
        signs = self.ctx.signs
        if self._due or (signs is not None and signs.known is not self.board.told.known):
            self.look_now()
        elif self.isVisible():
            self.second()
        self._say_age()

    def second(self) -> None:
        """A second passed in which nothing changed."""

    def retranslate(self) -> None:
        super().retranslate()
        self.look_now()

    def retheme(self) -> None:
        super().retheme()
        self.look_now()

    def look_now(self) -> None:
        """Looks, unless there is nothing to look at, which is said in the panel's place."""
        if self.failed:
            return
        self._due = False
        signs = self.ctx.signs
        if signs is None:
            self.show_state(PanelState.DEAD, Message("leader.no_signs"), (Message("leader.no_signs_way"),))
            return
        self.board.take(signs.known)
        if not self.board.told.signs:
            self.show_state(PanelState.WAITING, Message("leader.signs_waiting"))
            return
        self.show_content()
        self.look()
        self._say_age()

    def _walked(self, drill: object) -> None:
        self._due = True

    def _say_age(self) -> None:
        if self.failed:
            return
        now = self.ctx.clock.now()
        known = [item for item in self.items if item.known]
        if not known or self.state is not None:
            self.set_age(None)
            return
        fresh = max(known, key=lambda item: (not item.old(now), item.measured))
        self.set_age(ages.data_age(fresh.measured, fresh.period, now), fresh.old(now))

    # -- items and steps

    def item(self, code: str, area: str = "") -> Item:
        """A sign in the area that is looked at; of the whole city where it is told of that alone."""
        area = area or self.area
        if area != self.ctx.pack.code and self.board.row(code, area) == NO_ROW:
            area = self.ctx.pack.code
        return self.board.item(key_of(code, area))

    def go_into(self, item: Item) -> None:
        """A step to a sign in its area."""
        self.step(measure=f"sign:{item.sign.code}", area=_area(self.ctx, item.area))

    def step(self, **parts: object) -> None:
        """A step to what is looked at now with other parts."""
        if self.ctx.drill is not None:
            self.push(self.ctx.drill.scope.with_(**parts))

    def push(self, scope: Scope) -> None:
        """A step out of whatever page of a topic is open."""
        if self.ctx.drill is not None:
            self.ctx.drill.push(scope)
        if self.ctx.selection.topic == TOPIC:
            self.ctx.selection.clear()


def _area(ctx: PanelContext, code: str) -> str:
    return "" if code == ctx.pack.code else code


def open_topic(ctx: PanelContext, id: str) -> None:
    """A step to a topic's records, with its page in the centre; Back leads to where this was."""
    topic, drill = topics_of(ctx).topic(id), ctx.drill
    if drill is not None:
        drill.push(topic.scope(drill.scope) if topic is not None else Scope(drill.scope.span))
    ctx.selection.select(TOPIC, id)


TOPIC = "topic"
"""Of the selection: a page of a topic is looked at."""
