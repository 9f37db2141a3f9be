"""How the facts of a copy are read: what a first picture looks at, then the years before it. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.insight.changes import WEEKS
from cockpit.insight.facts import Facts
from cockpit.insight.parts import Making
from cockpit.insight.reach import reach
from cockpit.model.insight import Query
from cockpit.store.archive import Archive

if TYPE_CHECKING:
    from cockpit.insight.ground import Ground
    from cockpit.model.archive_columns import Records

DAYS = max(7 * WEEKS, 62)
"""So far back looks who asks what is another than usual today, or how a month was beside the one before; so much is
read first."""


class StoppedError(Exception):
    """Nobody waits for what is read any more."""


class Reading:
    """One reading of an archive.

    Attributes:
        archive: id of it; horizon: of it, UTC us; revision: of all that is read, or earlier.
        facts: what is read so far; `facts.first` says since when.
        is_whole: whether that is all there is.
    """

    def __init__(self, archive: Archive, ground: Ground, stopped: Callable[[], bool] = lambda: False) -> None:
        """Reads what is recent.

        Args:
            stopped: whether nobody waits for it any more; asked before each piece, here and in `rest`.

        Raises:
            OutsideError: the file can not be read. StoppedError: it was stopped.
        """
        self._from, self._ground, self._stopped = archive, ground, stopped
        self.archive, self.horizon = archive.id, archive.horizon
        self._since = archive.recent(DAYS)
        self._making = Making()
        self.revision, as_of = archive.hand(self._into(self._making), self._since)
        self.facts = Facts(self._making.table(), ground, as_of, max(self.horizon, self._since))
        self.is_whole = not self._since

    def holds(self, query: Query, now: int) -> bool:
        """Whether the answer over what is read is that over all."""
        return self.is_whole or reach(query, now) >= self.facts.first

    def rest(self) -> Facts:
        """All of it; where it fails it can be tried again.

        Raises:
            OutsideError: the file can not be read. StoppedError: it was stopped.
        """
        if not self.is_whole:
            older = Making(self._making)
            self._from.hand(self._into(older), until=self._since)
            self.facts = Facts(older.table(), self._ground, self.facts.as_of, self.horizon)
            self.is_whole = True
        return self.facts

    def _into(self, making: Making) -> Callable[[Records], None]:
        def take(piece: Records) -> None:
            if self._stopped():
                raise StoppedError
            making.add(piece)

        return take
