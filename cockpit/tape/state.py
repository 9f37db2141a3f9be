"""How far a tape reaches, what it takes, how long the disk will do."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from cockpit.model.clock import DAY, MINUTE
from cockpit.model.messages import Message
from cockpit.model.replay import TapeState
from cockpit.model.typed import from_json
from cockpit.tape.folder import segments, size_of
from cockpit.tape.keep import Keep, days_left
from cockpit.tape.reader import TapeReader
from cockpit.tape.record import CHECKPOINT, ENTRY, KINDS
from cockpit.tape.record import MINUTE as MINUTES
from cockpit.tape.writer import LEAST_FREE, Gap

MOST_GAPS = 1_000


class TapeStatus:
    """Looks a tape up; what it found before it does not look for again. Of use on one thread at a time."""

    def __init__(self, folder: Path, keep: Keep, least_free: int = LEAST_FREE) -> None:
        self._reader = TapeReader(folder)
        self._folder = folder
        self._keep = keep
        self._least_free = least_free
        self._gaps: list[Gap] = []
        self._seen = -1

    def look(self, now: int, problem: Message | None = None) -> TapeState:
        """
        Args:
            now: UTC us of the machine's clock.
            problem: why it is not written as it should be.

        Raises:
            OSError: the folder can not be read.
        """
        start, end = self._reader.bounds()
        sizes, a_day = self._sizes(now)
        total = sum(sizes.values())
        free = shutil.disk_usage(self._folder).free if self._folder.is_dir() else 0
        room = max(free - self._least_free, 0)
        if self._keep.most:
            room = min(room, max(self._keep.most - total, 0))
        return TapeState(
            start=start,
            end=end,
            size=total,
            free=free,
            a_day=sum(a_day.values()),
            days_left=days_left(room, sizes, a_day, self._keep),
            kinds={
                kind: (sizes[kind] + (sizes[MINUTES] if kind == CHECKPOINT else 0), self._keep.days(kind))
                for kind in KINDS
                if kind != MINUTES
            },
            gaps=tuple((gap.start, gap.end) for gap in self._look_for_gaps(start)),
            problem=problem,
        )

    def _sizes(self, now: int) -> tuple[dict[str, int], dict[str, float]]:
        """Bytes of each kind now, and a day, by what was written in the last one."""
        sizes, recent, since = {}, {}, now
        for kind in KINDS:
            sizes[kind] = recent[kind] = 0
            for segment in segments(self._folder, kind):
                size = size_of(segment)
                sizes[kind] += size
                if segment.began > now - DAY:
                    recent[kind] += size
                    since = min(since, segment.began)
        span = max(now - since, MINUTE)
        return sizes, {kind: size * DAY / span for kind, size in recent.items()}

    def _look_for_gaps(self, start: int) -> list[Gap]:
        for record in self._reader.read(kinds=[ENTRY], feeds=["gap"], after=self._seen):
            self._seen = record.order
            try:
                self._gaps.append(from_json(record.data, type=Gap))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
        self._gaps = [gap for gap in self._gaps if gap.end > start][-MOST_GAPS:]
        return self._gaps
