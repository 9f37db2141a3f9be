"""The way that a leader walks: the scope that is looked at, the steps that led there, and Back, which restores them.

The one selection goes on beside it: each step keeps what was selected, gathered and walked within it, so that a walk
and linked selection are had at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from cockpit.model.clock import MINUTE
from cockpit.model.errors import UserError
from cockpit.model.scope import Scope
from cockpit.model.spans import moves, refreshed
from cockpit.picture.listeners import Listeners
from cockpit.picture.selection import NOTHING, Item, Kept, Selection

MOST = 64
"""Steps that a way may have; a further one forgets the second, so that the first stays where home is."""

Listener = Callable[["Drill"], None]


class Step(msgspec.Struct, frozen=True):
    """One step of the way.

    Attributes:
        kept: the selection beside it, as it was left there.
        held: its period stays as it is although its word goes on with the clock: it came by a link.
    """

    scope: Scope
    kept: Kept
    held: bool = False


class Drill:
    """What a seat looks at, one for all its panels.

    Attributes:
        scope: what is looked at now.
        held: its period does not move along with the clock.
    """

    def __init__(self, scope: Scope, selection: Selection | None = None) -> None:
        self.scope = scope
        self.held = False
        self.selection = selection or Selection()
        self._before: list[Step] = []
        self._listeners: Listeners[Drill] = Listeners()

    @property
    def depth(self) -> int:
        """How many times Back can go."""
        return len(self._before)

    @property
    def way(self) -> tuple[Scope, ...]:
        """The scopes of the way, from the first to the one that is looked at: breadcrumbs."""
        return (*(step.scope for step in self._before), self.scope)

    def push(self, scope: Scope, again: bool = False) -> None:
        """A further step. The scope that is looked at already is none, but `again`: something else is told of it."""
        if scope == self.scope and not again:
            return
        self._before.append(self._here())
        if len(self._before) > MOST:
            del self._before[1]
        self.held = self.held and scope.span == self.scope.span
        self._set(scope)

    def replace(self, scope: Scope) -> None:
        """Another scope in the place of this one: Back goes where it went before."""
        if scope != self.scope:
            self.held = self.held and scope.span == self.scope.span
            self._set(scope)

    def back(self) -> bool:
        """One step back, to exactly what it was, selection and all; False at the first."""
        return self.jump(self.depth - 1)

    def jump(self, depth: int) -> bool:
        """Back to a step of the way, 0 the first; False where that is no step before this one."""
        if not 0 <= depth < self.depth:
            return False
        step = self._before[depth]
        del self._before[depth:]
        self.held = step.held
        self.scope = step.scope
        try:
            self.selection.restore(step.kept)
        finally:
            self._listeners.call(self)  # the way is another also where the scope is not
        return True

    def open(self, way: Sequence[Scope], item: Item = NOTHING) -> None:
        """A way from elsewhere, a link's: its last scope is looked at, exactly as it was there. Back goes along it,
        and from its first to what was looked at before.

        Raises:
            UserError: a way without a step.
        """
        if not way:
            raise UserError("insight.link_broken")
        *steps, last = way
        here = self._here()
        before = [] if here.scope == way[0] else [here]
        nothing: Kept = (NOTHING, (), ())
        self._before = [*self._before, *before, *(Step(scope, nothing, True) for scope in steps)][-MOST:]
        changed, self.scope, self.held = last != self.scope, last, True
        try:
            if item != NOTHING:
                self.selection.select(*item)
        finally:
            if changed:
                self._listeners.call(self)

    def follow(self, now: int) -> bool:
        """The clock went on: a period that goes on is the one of `now`, a minute at a time. Whether anything moved."""
        if self.held or not moves(self.scope.span):
            return False
        before, span = self.scope.span, refreshed(self.scope.span, now)
        if 0 <= span.end - before.end < MINUTE and span.start - before.start < MINUTE:
            return False
        self._set(self.scope.with_(span=span))
        return True

    def release(self, now: int) -> None:
        """A period that was held goes on with the clock again."""
        self.held = False
        self.follow(now)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(drill)` when another scope is looked at; the answer ends that. Bound methods are weak."""
        return self._listeners.add(listener)

    def _here(self) -> Step:
        return Step(self.scope, self.selection.kept(), self.held)

    def _set(self, scope: Scope) -> None:
        self.scope = scope
        self._listeners.call(self)
