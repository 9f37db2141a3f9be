"""Reads a tape, also while it is written, in this process or another."""

from __future__ import annotations

import heapq
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import msgspec

from cockpit.model.clock import HOUR
from cockpit.tape.folder import Segment, segments
from cockpit.tape.layout import BadBytes
from cockpit.tape.record import KINDS, Record
from cockpit.tape.segment import Index, Span, read, read_beside, scan

log = logging.getLogger(__name__)

SLACK = 1 * HOUR
"""How far a wall clock that is set back may make a segment begin later than it was begun."""
KEPT = 8
"""Indices that are remembered."""
EVER = 2**62


class TapeReader:
    """A tape in a folder. Of use on one thread at a time; several may read one tape.

    Attributes:
        folder: where it lies.
        damaged: segments of which something could not be read, with the reason; what could was handed out.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: dict[Path, str] = {}
        self._indices: OrderedDict[Path, Index] = OrderedDict()

    def bounds(self, kinds: Collection[str] = KINDS) -> tuple[int, int]:
        """[from, to] of what was received, UTC us of the hub's wall clock; (0, 0) of an empty tape."""
        earliest, latest = EVER, 0
        for kind in kinds:
            listed = segments(self.folder, kind)
            for segment in listed[:1] + listed[-1:]:
                index = self._index(segment)
                if index is not None and index.streams:
                    earliest, latest = min(earliest, index.earliest), max(latest, index.latest)
        return (earliest, latest) if latest else (0, 0)

    def read(
        self,
        start: int = 0,
        end: int = EVER,
        kinds: Collection[str] = KINDS,
        feeds: Collection[str] | None = None,
        after: int = -1,
    ) -> Iterator[Record]:
        """Records that were received in [start, end), UTC us, by their order over all kinds.

        Args:
            feeds: only of these feeds; None of all.
            after: only those behind this order.

        What can not be read is left out; `damaged` names it.
        """
        picked = None if feeds is None else frozenset(feeds)
        ways = [self._read(kind, start, end, picked, after) for kind in dict.fromkeys(kinds)]
        return heapq.merge(*ways, key=lambda record: record.order)

    def last_before(self, at: int, kinds: Collection[str], feeds: Collection[str] | None = None) -> Record | None:
        """The last record that was received at `at` or before, by its order; None where there is none."""
        picked = None if feeds is None else frozenset(feeds)
        found: Record | None = None
        for kind in kinds:
            best = self._last_before(kind, at, picked)
            if best is not None and (found is None or best.order > found.order):
                found = best
        return found

    def _last_before(self, kind: str, at: int, feeds: frozenset[str] | None) -> Record | None:
        for segment in reversed(segments(self.folder, kind)):
            index = self._index(segment)
            if index is None or not index.streams or index.earliest > at or _has_none(index, feeds):
                continue
            for stream in reversed(index.streams):
                if stream.earliest > at:
                    continue
                found = None
                only = msgspec.structs.replace(index, streams=[stream])
                for record in self._records(segment, only, lambda span: span.earliest <= at):
                    if record.received <= at and (feeds is None or record.feed in feeds):
                        found = record
                if found is not None:
                    return found
        return None

    def _read(self, kind: str, start: int, end: int, feeds: frozenset[str] | None, after: int) -> Iterator[Record]:
        def wanted(span: Span) -> bool:
            return span.latest >= start and span.earliest < end and span.last > after

        listed = segments(self.folder, kind)
        for i, segment in enumerate(listed):
            until = listed[i + 1] if i + 1 < len(listed) else None
            if segment.began - SLACK >= end or (until is not None and until.began + SLACK < start):
                continue
            if until is not None and until.first <= after:
                continue
            index = self._index(segment)
            if index is None or _has_none(index, feeds):
                continue
            for record in self._records(segment, index, wanted):
                inside = start <= record.received < end and record.order > after
                if inside and (feeds is None or record.feed in feeds):
                    yield record

    def _records(self, segment: Segment, index: Index, wanted: Callable[[Span], bool]) -> Iterator[Record]:
        """Stream by stream: a damaged one hides none of the others."""
        for stream in index.streams:
            if wanted(stream):
                try:
                    yield from read(segment.path, msgspec.structs.replace(index, streams=[stream]), wanted)
                except (BadBytes, OSError) as error:
                    self._note(segment.path, error)

    def _index(self, segment: Segment) -> Index | None:
        """None where the segment has gone meanwhile or is none."""
        known = self._indices.get(segment.path)
        try:
            size = segment.path.stat().st_size
            if known is None or known.size != size:
                known = read_beside(segment.path, size) or scan(segment.path, known=known)
                self._indices[segment.path] = known
        except FileNotFoundError:  # its time was over
            return None
        except (BadBytes, OSError) as error:
            self._note(segment.path, error)
            return None
        self._indices.move_to_end(segment.path)
        while len(self._indices) > KEPT:
            self._indices.popitem(last=False)
        return known

    def _note(self, path: Path, error: Exception) -> None:
        if path not in self.damaged and not isinstance(error, FileNotFoundError):
            log.info("the tape: %s: %s", path.name, error)
            self.damaged[path] = str(error)


def _has_none(index: Index, feeds: frozenset[str] | None) -> bool:
    """Whether it is known that nothing of these feeds is in a segment."""
    return feeds is not None and index.feeds is not None and feeds.isdisjoint(index.feeds)
