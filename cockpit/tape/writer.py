"""Writes a tape: whoever puts a record never waits; a thread of its own has it on file within a tenth of a second.

What the disk refuses waits, up to a limit; past it records are dropped and counted, and a record `gap` says so on the
tape once there is room again.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from cockpit.model.clock import SECOND, Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.tape.folder import Segment
from cockpit.tape.keep import Keep, over
from cockpit.tape.lane import Lane
from cockpit.tape.layout import BadBytes
from cockpit.tape.record import ENTRY, KINDS, Record
from cockpit.tape.segment import read_beside, scan

GATHER_SECONDS = 0.03
"""So long records are gathered for one piece."""
RETRY_SECONDS = 1.0
SYNC_SECONDS = 2.0
"""A cut of the power costs at the most so much; the end of the process costs nothing that was written."""
TIDY_SECONDS = 60.0
MOST_BYTES = 64 * 1024 * 1024
MOST_RECORDS = 200_000
"""What may wait for the disk."""
LEAST_FREE = 64 * 1024 * 1024
"""Bytes of the disk that are left to the others: the ledger comes first."""


class Gap(msgspec.Struct, frozen=True):
    """A record `gap` of kind `entry`: nothing, or not everything, is on the tape from `start` to `end` (UTC us).

    Attributes:
        why: `stopped` (the hub did not run) or `full`.
        dropped: records, where they were counted.
    """

    start: int
    end: int
    why: str
    dropped: int = 0


class Late(msgspec.Struct):
    """From receipt to the file, since the start.

    Attributes:
        written: records; within: those that were on file within a tenth of a second; worst: us.
    """

    written: int = 0
    within: int = 0
    worst: int = 0


class TapeWriter:
    """The one writer of a tape.

    Attributes:
        folder: where it lies.
        problem: why records wait or were dropped; None while all is well.
        dropped: records since the start that are not on the tape.
        torn: bytes that were cut off at the start, of what was being written when the last run was killed.
        late: how late records are on file.
    """

    def __init__(
        self,
        folder: Path,
        city: str,
        hub: str,
        clock: Clock,
        *,
        keep: Keep | None = None,
        on_problem: Callable[[Message | None], None] = lambda problem: None,
        least_free: int = LEAST_FREE,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """
        Args:
            city: id of the pack; hub: id of the hub.
            clock: the machine's.
            on_problem: told when `problem` changed, on the thread that writes.
            least_free: bytes of the disk that are never taken; most_bytes: of records that may wait.

        Raises:
            OutsideError: the folder can not be written.
        """
        self.folder = folder
        self.keep = keep or Keep()
        self.problem: Message | None = None
        self.dropped = 0
        self.late = Late()
        self._clock = clock
        self._on_problem = on_problem
        self._least_free = least_free
        self._most_bytes = most_bytes
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lanes = {kind: Lane(folder, kind, city, hub, clock) for kind in KINDS}
        except OSError as error:
            raise OutsideError("tape.unwritable", folder=str(folder), why=error.strerror or str(error)) from error
        self.torn = sum(lane.torn for lane in self._lanes.values())
        last = max(lane.last for lane in self._lanes.values())
        self._orders = itertools.count(last + 1)
        self._in: deque[Record] = deque()
        self._lock = threading.Lock()
        self._tidying = threading.Lock()
        self._in_bytes = self._out_bytes = self._n_in = self._n_out = 0
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._pending: dict[str, list[Record]] = {kind: [] for kind in KINDS}
        self._lost_since = 0
        self._lost_before = 0
        self._syncing: Future[None] | None = None
        self._sync = ThreadPoolExecutor(1, thread_name_prefix="tape-sync")
        self._flushed = threading.Condition()
        self._thread = threading.Thread(target=self._main, name="tape", daemon=True)
        self._note_stop(max((lane.latest for lane in self._lanes.values()), default=0))
        self._thread.start()

    def _note_stop(self, latest: int) -> None:
        """Since when nothing was written, as the first record of this run."""
        now = self._clock.now()
        if 0 < latest < now:
            self.put(ENTRY, "gap", msgspec.json.encode(Gap(latest, now, "stopped")), now)

    # -- whoever has something for the tape; any thread ------------------------------------------------------------

    def put(
        self,
        kind: str,
        feed: str,
        data: bytes,
        received: int,
        event_type: str = "",
        id: str = "",
        first: bool = False,
        whole: bool = False,
        address: str = "",
    ) -> bool:
        """Takes a record; False when so much waits that it is dropped."""
        with self._lock:
            waiting = self._in_bytes - self._out_bytes > self._most_bytes or self._n_in - self._n_out > MOST_RECORDS
            if waiting or self._stop.is_set():
                self.dropped += 1
                self._lost_since = self._lost_since or self._clock.now()
                return False
            self._in_bytes += len(data)
            self._n_in += 1
            order = next(self._orders)
            self._in.append(Record(order, received, kind, feed, data, event_type, id, first, whole, address))
        if not self._wake.is_set():
            self._wake.set()
        return True

    def flush(self, seconds: float = 5.0) -> bool:
        """Waits until all that was put is on file; False when that takes longer."""
        wanted = self._n_in
        with self._flushed:
            self._wake.set()
            return self._flushed.wait_for(lambda: self._n_out >= wanted, seconds)

    def close(self) -> None:
        """Writes what waits, as far as the disk takes it, and ends."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._wake.set()
        self._thread.join()
        self._sync.shutdown()

    def sizes(self) -> dict[str, int]:
        """Bytes on disk by kind."""
        return {kind: lane.size for kind, lane in self._lanes.items()}

    # -- the thread ------------------------------------------------------------------------------------------------

    def _main(self) -> None:
        synced = tidied = self._clock.mono()
        while not self._stop.is_set():
            self._wake.wait(RETRY_SECONDS)
            self._stop.wait(RETRY_SECONDS if self.problem is not None else GATHER_SECONDS)
            self._wake.clear()
            self._write()
            now = self._clock.mono()
            if now - synced >= SYNC_SECONDS:
                synced = now
                self._start_sync()
            if now - tidied >= TIDY_SECONDS:
                tidied = now
                self.tidy()
        self._write()
        for lane in self._lanes.values():
            _sync_all([lane.unsynced])
            lane.close()

    def _write(self) -> None:
        try:
            if self._in or any(self._pending.values()):
                self._check_room()
                self._note_lost()
            while self._in:
                record = self._in.popleft()
                self._pending[record.kind].append(record)
            for kind, records in self._pending.items():
                if records:
                    self._write_lane(self._lanes[kind], records)
        except OSError as error:
            self._say(Message("tape.disk", {"why": error.strerror or str(error)}))
        except OutsideError as error:
            self._say(error.message)
        else:
            self._say(None)
        with self._flushed:
            self._flushed.notify_all()

    def _write_lane(self, lane: Lane, records: list[Record]) -> None:
        try:
            lane.append(records)
        finally:
            done = sum(1 for record in records if record.order <= lane.last)
            self._count(records[:done])
            del records[:done]

    def _count(self, written: list[Record]) -> None:
        now = self._clock.now()
        late = self.late
        for record in written:
            self._out_bytes += len(record.data)
            wait = now - record.received
            late.within += wait <= SECOND // 10
            late.worst = max(late.worst, wait)
        late.written += len(written)
        self._n_out += len(written)

    def _check_room(self) -> None:
        """Raises OutsideError: what is free is for others."""
        free = shutil.disk_usage(self.folder).free
        if free < self._least_free:
            raise OutsideError("tape.no_room", free=round(free / 1e6))

    def _note_lost(self) -> None:
        """There is room again: what was dropped is said where it is missing."""
        with self._lock:
            lost = self.dropped - self._lost_before
            if not lost or self._stop.is_set():
                return
            now = self._clock.now()
            gap = msgspec.json.encode(Gap(self._lost_since, now, "full", lost))
            self._lost_before, self._lost_since = self.dropped, 0
            self._in_bytes += len(gap)
            self._n_in += 1
            self._in.append(Record(next(self._orders), now, ENTRY, "gap", gap))

    def _say(self, problem: Message | None) -> None:
        if (problem and problem.id) != (self.problem and self.problem.id):
            self.problem = problem
            self._on_problem(problem)
        elif problem is not None:
            self.problem = problem

    def _start_sync(self) -> None:
        if self._syncing is None or self._syncing.done():
            fds = [fd for lane in self._lanes.values() if (fd := lane.unsynced) >= 0]
            self._syncing = self._sync.submit(_sync_all, fds)

    # -- what is over ----------------------------------------------------------------------------------------------

    def tidy(self) -> None:
        """Deletes what is over; done each minute by itself."""
        now = self._clock.now()
        with self._tidying, contextlib.suppress(OSError):
            for kind, lane in self._lanes.items():
                for segment in lane.closed():
                    if not over(_latest(segment), now, self.keep.days(kind)):
                        break
                    lane.forget(segment)
            self._make_room()

    def _make_room(self) -> None:
        """Keeps to `Keep.most`: the oldest goes, whatever it is."""
        while self.keep.most and sum(self.sizes().values()) > self.keep.most:
            oldest = [(listed[0].began, lane, listed[0]) for lane in self._lanes.values() if (listed := lane.closed())]
            if not oldest:
                return
            _, lane, segment = min(oldest, key=lambda one: one[0])
            lane.forget(segment)


def _latest(segment: Segment) -> int:
    """When something in a closed segment was last received."""
    try:
        index = read_beside(segment.path, segment.path.stat().st_size) or scan(segment.path)
    except (OSError, BadBytes):
        return segment.began
    return index.latest or segment.began


def _sync_all(fds: list[int]) -> None:
    """Waits for the disk; what it refuses is said when the next piece is written."""
    for fd in fds:
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.fdatasync(fd)
            os.close(fd)
