"""Questions that a person keeps at home: an answer each, made anew when the data or the period is another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Signal

from cockpit.model.asking import Declined, Told, Understood
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.scope import Span
from cockpit.model.spans import moves, refreshed
from cockpit.model.typed import converted

if TYPE_CHECKING:
    from widgets.kit.context import PanelContext

PINNED = "ask.pinned"
"""Preference: what is kept, in its order. It may name a unit or a place."""
MOST = 8
SOON = 10 * SECOND
"""Between two answers to the same over data that go on changing."""


class Pin(msgspec.Struct, frozen=True):
    """A question that is kept. `at`: when, UTC us of the city; it is its name too."""

    at: int
    understood: Understood

    @property
    def key(self) -> str:
        return f"asked/{self.at}"


class Pinned(QObject):
    """Those of this desk.

    Attributes:
        answers: by key, what came last. changed: another is kept, or an answer came.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Told | Declined] = {}
        self._raw: object = None
        self._pins: tuple[Pin, ...] = ()
        self._asked: dict[str, tuple[int, int]] = {}
        self._open = ""

    def pins(self, ctx: PanelContext) -> tuple[Pin, ...]:
        """What is kept, in its order; what can not be read any more is left out."""
        raw = ctx.prefs.get(PINNED, [])
        if raw is not self._raw:
            self._raw = raw
            self._pins = tuple(pin for one in raw if (pin := _read(one)) is not None)[:MOST]
        return self._pins

    def find(self, ctx: PanelContext, understood: Understood) -> Pin | None:
        """The pin of a question, None it is not kept."""
        return next((pin for pin in self.pins(ctx) if _same(pin.understood, understood)), None)

    # -- by hand

    def add(self, ctx: PanelContext, told: Told) -> bool:
        """Keeps the question of an answer, after the others; False where there is no room."""
        pins = self.pins(ctx)
        if len(pins) >= MOST:
            return False
        at = max([ctx.clock.now(), *(pin.at + 1 for pin in pins)])
        pin = Pin(at, told.understood)
        if told.model is None:
            self.answers[pin.key] = told
        self._keep(ctx, (*pins, pin))
        return True

    def drop(self, ctx: PanelContext, key: str) -> None:
        """Keeps one no longer."""
        self.answers.pop(key, None)
        self._keep(ctx, tuple(pin for pin in self.pins(ctx) if pin.key != key))

    def move(self, ctx: PanelContext, key: str, step: int) -> None:
        """One place further on (1) or back (−1)."""
        pins = list(self.pins(ctx))
        at = next((i for i, pin in enumerate(pins) if pin.key == key), -1)
        if at >= 0 and 0 <= at + step < len(pins):
            pins.insert(at + step, pins.pop(at))
            self._keep(ctx, tuple(pins))

    def _keep(self, ctx: PanelContext, pins: tuple[Pin, ...]) -> None:
        ctx.prefs.set(PINNED, [msgspec.to_builtins(pin) for pin in pins])
        self.changed.emit()

    # -- answers

    def now(self, ctx: PanelContext, pin: Pin) -> Understood:
        """What is asked by it now: periods that go on with the clock are those of now."""
        at, asked = ctx.clock.now(), pin.understood
        scope, *sides = (one.with_(span=refreshed(one.span, at)) for one in (asked.scope, *asked.sides))
        return msgspec.structs.replace(asked, scope=scope, sides=tuple(sides))

    def look(self, ctx: PanelContext) -> None:
        """Asks for the answers that are due, one after the other."""
        asking, insight = ctx.asking, ctx.insight
        if asking is None or insight is None or not insight.version or self._open:
            return
        now = ctx.clock.now()
        for pin in self.pins(ctx):
            at, version = self._asked.get(pin.key, (0, 0))
            moving = any(moves(one.span) for one in (pin.understood.scope, *pin.understood.sides))
            least = SOON if version != insight.version else MINUTE if moving else None
            if at and (least is None or 0 <= now - at < least):
                continue
            self._asked[pin.key] = now, insight.version
            self._open = pin.key
            asking.again(self.now(ctx, pin), self._taker(ctx, pin.key))
            return

    def _taker(self, ctx: PanelContext, key: str) -> Callable[[Told | Declined], None]:
        def take(said: Told | Declined) -> None:
            self._open = ""
            if any(pin.key == key for pin in self.pins(ctx)):
                self.answers[key] = said
                self.changed.emit()
            self.look(ctx)

        return take


def _read(kept: Any) -> Pin | None:
    try:
        return converted(kept, Pin)
    except msgspec.ValidationError:
        return None


def _same(one: Understood, other: Understood) -> bool:
    """Whether two say the same, if not at the same time."""
    return _timeless(one) == _timeless(other)


def _timeless(asked: Understood) -> object:
    told = asked.form, asked.of, asked.by, asked.descending, asked.top, asked.over, asked.without, asked.grain
    scopes = [
        (one.with_(span=Span(0, 0)), one.span.word or (one.span.start, one.span.end))
        for one in (asked.scope, *asked.sides)
    ]
    return told, scopes
