"""The port of the archive, answered by a leader's seat. A callback whose asker is gone is not called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cockpit.model.insight import Answer, Query
from cockpit.model.messages import Message, Texts
from cockpit.model.ports.signs import Signs
from cockpit.seat.insight import SeatInsight
from cockpit.ui.ports import while_alive


class InsightOfSeat:
    """`ports.insight.Insight`."""

    def __init__(self, insight: SeatInsight, signs: Signs, t: Texts) -> None:
        self._insight = insight
        self._signs = signs
        self._t = t
        self._of: Mapping[str, str] | None = None
        self._version = -1
        self._names: Mapping[str, str] = {}
        insight.definitions = lambda: signs.known

    @property
    def version(self) -> int:
        return self._insight.version

    @property
    def as_of(self) -> int:
        return self._insight.as_of

    @property
    def names(self) -> Mapping[str, str]:
        signs = self._signs.known
        if self._insight.names is not self._of or signs.version != self._version:
            self._of, self._version = self._insight.names, signs.version
            self._names = {**self._insight.names, **{sign.code: self._t.pack(sign.name) for sign in signs.signs}}
        return self._names

    def ask(self, query: Query, done: Callable[[Answer | Message], None]) -> Callable[[], None]:
        return self._insight.ask(query, while_alive(done))
