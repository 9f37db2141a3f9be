"""The facts of a leader's seat: its copy of the archive read in parts, again where that failed, and kept up. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.archive_columns import Records, joined
from cockpit.model.city import Pack
from cockpit.model.insight import Answer, Query
from cockpit.model.messages import Message
from cockpit.model.typed import MsgpackDecoder
from cockpit.processes import give_back
from cockpit.seat.underway import Here, Row, laid_over

if TYPE_CHECKING:
    from cockpit.insight.facts import Facts
    from cockpit.insight.ground import Ground
    from cockpit.insight.signs import Signs
    from cockpit.seat.archive import ArchiveSync
    from cockpit.seat.reading import Reading
    from cockpit.seat.seat import Seat

SAME_SECONDS = 5.0
"""So long an answer stands for the same question where no data changed."""
AGAIN_SECONDS, LONGEST_SECONDS = 2.0, 60.0
"""So long it waits before what could not be read is tried again: each time twice as long, up to the second."""
MOST_KEPT = 256
MOST_CHANGED = 50_000
"""More rows than that are read with all the others."""

_decode = MsgpackDecoder(dict[str, tuple[str, str]]).decode


class CopyFacts:
    """What is read of the copy, with what is under way laid over it. Of the thread that answers, but for what any may
    look at: `whole`, `trouble` and `is_settled`.

    Attributes:
        read: what is read so far, None before there is any.
        trouble: why no more can be read now, None where nothing failed.
        is_settled: set while all is read or can not be; whoever ends the thread sets it too.
    """

    def __init__(
        self,
        seat: Seat,
        sync: ArchiveSync,
        ground: Callable[[], Ground],
        put_back: Callable[[Here | None], None],
        stopped: Callable[[], bool],
    ) -> None:
        """
        Args:
            ground: on what its figures stand.
            put_back: gets what is to be taken in later.
            stopped: whether nobody waits for it any more.
        """
        self.read: Facts | None = None
        self.trouble: Message | None = None
        self.is_settled = threading.Event()
        self._seat, self._sync = seat, sync
        self._ground, self._put_back, self._stopped = ground, put_back, stopped
        self._reading: Reading | None = None
        self._last: Here | None = None
        self._tries, self._again = 0, float("-inf")
        self._archive = ""
        self._revision = self._horizon = 0
        self._overlaid: dict[str, Row] = {}
        self._gives_back = False
        self._kept: dict[Query, tuple[int, Answer]] = {}

    @property
    def whole(self) -> Facts | None:
        """`read` once that is all, None before; never changed in place."""
        return self.read if self._reading is None else None

    def settle(self) -> None:
        """After each piece of work: whether all is read, or can not be."""
        if self.whole is not None or self.trouble is not None:
            self.is_settled.set()
        elif not self._stopped():
            self.is_settled.clear()

    def may_read(self) -> bool:
        """Whether what could not be read may be tried again; also where nothing failed."""
        return self.trouble is None or self._seat.live.mono() >= self._again

    def has_to_read(self, wants_all: Callable[[], bool]) -> bool:
        """Whether nothing is read yet, or not all that was tried, or somebody waits for the rest."""
        if not self.may_read():
            return False
        if self.read is None or self.trouble is not None:
            return True
        return self._reading is not None and wants_all()

    def pause(self) -> float | None:
        """Seconds until what could not be read is tried again; None: nothing failed."""
        return None if self.trouble is None else max(self._again - self._seat.live.mono(), 0.01)

    def holds(self, query: Query, now: int) -> bool:
        """Whether what is read answers it as all would."""
        if self.read is None:
            return False
        return self._reading is None or self._reading.holds(query, now)

    def answer(self, query: Query, now: int, signs: Signs | None) -> Answer:
        """Over what is read.

        Args:
            signs: what is known of them where the question is of signs; such an answer is never kept.

        Raises:
            CockpitError: it can not be asked.
        """
        from cockpit.insight.asked import answer
        from cockpit.insight.signs import Signs

        assert self.read is not None
        if signs is not None:
            return answer(self.read, signs, query, now)
        kept = self._kept.get(query)
        if kept is not None and abs(now - kept[0]) < SAME_SECONDS * 1e6:
            return kept[1]
        found = answer(self.read, Signs(), query, now)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[query] = (now, found)
        return found

    def failed(self, message: Message) -> bool:
        """What is known stands, be it all or what is recent, and is read again after a pause. Whether that is news."""
        is_news = message != self.trouble
        self._again = self._seat.live.mono() + min(AGAIN_SECONDS * 2.0**self._tries, LONGEST_SECONDS)
        self._tries = min(self._tries + 1, 16)
        self.trouble = message
        if self._reading is None:
            self._archive = ""
        return is_news

    def renew(self, here: Here | None) -> bool:
        """Takes in what the copy took in, then what is under way. Whether `read` is another now.

        Raises:
            OutsideError: the file can not be read. UserError: the areas can not. StoppedError: nobody waits for it.
        """
        is_new = self._renew(here)
        if self.trouble is None:
            self._tries = 0
        return is_new

    def _renew(self, here: Here | None) -> bool:
        if self._gives_back:  # questions that waited for it are answered now
            give_back()
            self._gives_back = False
        archive = self._sync.archive
        changed: list[Records] = []
        as_of, may_read = archive.as_of, self.may_read()
        anew = self.read is None or archive.id != self._archive or archive.horizon != self._horizon
        if anew and not may_read:
            self._put_back(here)
            return False
        facts = None if anew else self.read
        if facts is not None and self._reading is not None and may_read:
            facts = self.read = self._reading.rest()
            self._revision, self._overlaid = self._reading.revision, {}
            self._reading = self.trouble = None
            self._gives_back = True
            here = here or self._last
        revision = self._revision
        if facts is not None and archive.revision != revision:
            loaded = archive.changed(revision)
            if len(loaded.records) > MOST_CHANGED and may_read:
                facts = None
            else:
                changed.append(loaded.records)
                revision = loaded.revision
        if facts is None:
            facts, changed = self._load(), []
            revision, here = self._revision, here or self._last
            facts.ground.names.update(self._kept_names())
            if self._reading is not None:  # with the rest, which may know what it tells of
                self._put_back(here)
                here = None
        overlaid = self._overlaid
        if here is not None:
            overlaid, pieces = laid_over(facts, here, self._overlaid, archive, self._seat.pack.loop)
            changed += pieces
            as_of = max(as_of, here.as_of)
            facts.ground.names.update(here.names)
        rows = joined(changed) if changed else Records.of_rows([])
        if len(rows):
            facts = facts.renewed(_newest(rows), as_of)
        self._revision, self._overlaid, self._last = revision, overlaid, here or self._last
        if not len(rows) and facts is self.read and as_of == facts.as_of:
            return False
        facts.as_of = as_of
        self.read = facts
        self._kept.clear()
        return True

    def _load(self) -> Facts:
        """What is recent; all, where something is known already: that stands until all is there."""
        from cockpit.seat.reading import Reading

        reading = Reading(self._sync.archive, self._ground(), self._stopped)
        if self.read is not None:
            reading.rest()
        self._archive, self._horizon, self._revision = reading.archive, reading.horizon, reading.revision
        self._overlaid = {}
        self._gives_back = reading.is_whole
        if self._reading is not None and reading.is_whole:  # never what is recent for all
            self.read = reading.facts
        self._reading = None if reading.is_whole else reading
        if self._reading is not None:
            self.is_settled.clear()
        self.trouble = None
        return reading.facts

    def _kept_names(self) -> dict[str, str]:
        """Names of units as the archive has them: of those too that are on no screen now."""
        kept = self._sync.archive.meta("units")
        try:
            return {key: name for key, (name, _) in _decode(kept or b"\x80").items()}
        except msgspec.MsgspecError:
            return {}


def ground_of(pack: Pack) -> Ground:
    """On what the figures of a city stand.

    Raises:
        UserError: its areas can not be read.
    """
    from cockpit.geo.areas import Areas
    from cockpit.insight.ground import Ground

    return Ground.of(pack, Areas.load(pack.folder))


def _newest(rows: Records) -> Records:
    """The last row of each key."""
    last = {key: i for i, key in enumerate(rows.text("key").texts())}
    if len(last) == len(rows):
        return rows
    import numpy as np

    return rows.take(np.array(sorted(last.values()), dtype=np.int64))
