"""The last two days of many items, hour by hour: what a value was at the same time yesterday, and its course today."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, midnight
from cockpit.model.messages import Message
from cockpit.model.signs import Sparks as Told
from widgets.charts.scale import Curve
from widgets.kit.context import PanelContext
from widgets.lists.question import Question
from widgets.signs.sparks import NOTHING, curves_of

COUNT = 50
"""Hours that are asked for: two days, and one more at each end."""
GOOD = 10 * MINUTE
AGAIN = 15 * SECOND
MOST = 400
"""Items in one question."""


class Days(QObject):
    """Attributes:
    waiting: nothing was answered yet of what is shown. problem: why the last question failed, None: it did not.
    """

    def __init__(self, ctx: PanelContext, changed: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._ctx, self._changed = ctx, changed
        self._curves: dict[str, Curve] = {}
        self._until: dict[str, int] = {}
        self._question: Question | None = None
        self.waiting = True
        self.problem: Message | None = None

    def want(self, keys: Sequence[str]) -> None:
        """These are shown: what is not known of them, or old, is asked for, all in one question."""
        signs, now = self._ctx.signs, self._ctx.clock.now()
        if self._question is not None and self._question.open:
            return
        if signs is None or not keys:
            self.waiting = False
            return
        due = [key for key in keys if not self._until.get(key, 0) - GOOD <= now < self._until.get(key, 0)][:MOST]
        if due:
            self._question = Question(self, partial(self._came, tuple(due)))
            signs.sparks(due, "hour", COUNT, self._question.answer)

    def curve(self, key: str) -> Curve:
        """By the hour; empty where nothing is known."""
        return self._curves.get(key, NOTHING)

    def before(self, key: str, back: int = DAY) -> float:
        """What the mean of the same hour was so long (us) ago; NaN unknown."""
        return value_at(self.curve(key), self._ctx.clock.now() - back)

    def today(self, key: str, value: float) -> Curve:
        """From midnight, or of the last twelve hours early in the day, until now; `value` is what it is now."""
        now = self._ctx.clock.now()
        since = min(midnight(now), now - 6 * HOUR)
        curve = self.curve(key)
        here = (curve.at >= since) & (curve.at + HOUR <= now)
        at, values = curve.at[here] + HOUR // 2, curve.value[here]
        if math.isfinite(value):
            at, values = np.append(at, now), np.append(values, value)
        return Curve(at, values, values, values)

    def _came(self, keys: tuple[str, ...], said: Told | Message) -> None:
        now = self._ctx.clock.now()
        self.waiting = False
        if isinstance(said, Message):
            self.problem = said
            self._until |= dict.fromkeys(keys, now + AGAIN)
        else:
            self.problem = None
            curves = curves_of(said)
            self._curves |= {key: curves.get(key, NOTHING) for key in keys}
            # a hub that has only begun is filled with its past in a while
            known = any(math.isfinite(self.before(key)) for key in keys)
            self._until |= dict.fromkeys(keys, now + (GOOD if known else MINUTE))
        self._changed()


def value_at(curve: Curve, at: int) -> float:
    """The value of the hour that an instant lies in; NaN where there is none."""
    if not len(curve):
        return math.nan
    place = int(np.searchsorted(curve.at, at, side="right")) - 1
    if not 0 <= place < len(curve) or at - int(curve.at[place]) >= HOUR:
        return math.nan
    return float(curve.value[place])
