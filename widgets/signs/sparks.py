"""What lies behind the sparklines in sight: asked for in one question a beat, kept, and asked for again when old."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from cockpit.model.clock import HOUR, MINUTE, SECOND
from cockpit.model.messages import Message
from cockpit.model.signs import Sign
from cockpit.model.signs import Sparks as Told
from widgets.charts.scale import Curve
from widgets.kit.context import PanelContext
from widgets.lists.question import Question

AGAIN = 20 * SECOND
"""Until what could not be had is asked for again."""
KEPT = 800
NOTHING = Curve()
BEATS: dict[str, tuple[int, int]] = {"minute": (100, MINUTE), "hour": (48, 10 * MINUTE), "day": (60, 3 * HOUR)}
"""How many buckets of a grain are shown, and for how long they are good."""


def grain_of(sign: Sign) -> str:
    """The grain of a sign's sparkline, by its own beat: what lives by the second is seen by the minute."""
    return "minute" if sign.every <= 900 else "hour" if sign.every <= 7200 else "day"


class Sparks(QObject):
    """Curves by key of an item."""

    def __init__(
        self, ctx: PanelContext, sign: Callable[[str], Sign], changed: Callable[[], object], parent: QObject
    ) -> None:
        """Args: sign: of the key of an item. changed: called when other curves are there."""
        super().__init__(parent)
        self._ctx, self._sign, self._changed = ctx, sign, changed
        self._kept: OrderedDict[str, tuple[int, Curve]] = OrderedDict()
        self._open: dict[str, Question] = {}

    def curve(self, key: str) -> Curve:
        """What is known of an item; empty where nothing is yet."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None else NOTHING

    def want(self, keys: Sequence[str]) -> None:
        """These are in sight: what is not known of them, or old, is asked for, one question a grain at a time."""
        signs = self._ctx.signs
        if signs is None:
            return
        now = self._ctx.clock.now()
        due: dict[str, list[str]] = {}
        for key in keys:
            grain = grain_of(self._sign(key))
            if grain not in self._open and self._due(key, grain, now):
                due.setdefault(grain, []).append(key)
        for grain, wanted in due.items():
            question = self._open[grain] = Question(self, partial(self._came, grain, tuple(wanted)))
            signs.sparks(wanted, grain, BEATS[grain][0], question.answer)

    def _due(self, key: str, grain: str, now: int) -> bool:
        kept = self._kept.get(key)
        return kept is None or not kept[0] - BEATS[grain][1] <= now < kept[0]

    def _came(self, grain: str, keys: Sequence[str], said: Told | Message) -> None:
        self._open.pop(grain, None)
        now = self._ctx.clock.now()
        if isinstance(said, Message):
            for key in keys:
                self._keep(key, now + AGAIN, self.curve(key))
        else:
            curves = curves_of(said)
            for key in keys:
                self._keep(key, now + BEATS[grain][1], curves.get(key, NOTHING))
        self._changed()

    def _keep(self, key: str, until: int, curve: Curve) -> None:
        self._kept[key] = (until, curve)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def curves_of(told: Told) -> dict[str, Curve]:
    """The curves of an answer; none where it is not of the shape that it says."""
    values = np.frombuffer(told.values, dtype="<f8")
    if len(values) != len(told.keys) * told.count:
        return {}
    at = told.start + told.step * np.arange(told.count, dtype=np.int64)
    rows = values.reshape(len(told.keys), told.count)
    return {key: Curve(at, row, row, row) for key, row in zip(told.keys, rows, strict=True)}
