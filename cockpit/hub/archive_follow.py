"""How the hub's archive is kept up with picture and ledger: what changed since the last look becomes rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

import msgspec
import numpy as np

from cockpit.hub.service import Setting
from cockpit.insight.now import AT, has_case, key_of, of_case, of_event, over_at_source
from cockpit.ledger.fold import NO_CASE, State
from cockpit.model.cases import Case
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.entries import Decision, read_decision
from cockpit.model.errors import OutsideError
from cockpit.model.typed import from_msgpack
from cockpit.store.archive import Archive, Changed, Row

UNITS = "units"
"""Note: msgpack of name and kind of units, by key."""
LEDGER = "ledger"
"""Note: sequence of the ledger up to which its cases are here."""
STANDS = MINUTE
"""How often it is said that it is complete until now, though nothing changed."""
MOST_ROWS = 500
"""Rows of the picture that are made into records in one look."""
_CLOSED = AT["closed"]
PIECE = 200
"""Cases that are written at a time when the whole ledger is read."""
_T = TypeVar("_T")


class OnFile(Protocol):
    """Does something with the archive on its thread; raises OutsideError."""

    def __call__(self, work: Callable[[Archive], _T]) -> Awaitable[_T]: ...


class Following:
    """To be used on the loop; the file only by `on_file`."""

    def __init__(self, setting: Setting, on_file: OnFile) -> None:
        self._setting = setting
        self._aside = on_file
        self._clock = setting.clock
        self._picture = setting.intake.picture
        self._rules = setting.pack.loop
        self._dirty: set[str] = set()
        self._seen: dict[str, int] = {}
        self._received = -1
        self._units: dict[str, tuple[str, str]] = {}
        self._open: set[str] = set()
        self._stood = 0
        setting.book.listeners.append(self._decided)

    def _decided(self, decision: Decision, data: bytes) -> None:
        if decision.case != NO_CASE:
            self._dirty.add(decision.case)

    def begin(self, archive: Archive) -> None:
        """Knows what an earlier run left; on the file's thread, before anything else is asked.

        Raises:
            OutsideError: the file can not be read.
        """
        data = archive.meta(UNITS)
        self._units = from_msgpack(data, type=dict[str, tuple[str, str]]) if data else {}
        self._open = set(archive.open_keys())

    async def look(self, settled: bool) -> None:
        """Writes what changed since the last look.

        Raises:
            OutsideError: the disk refused; it is tried again.
        """
        self._setting.intake.take_in()
        await self._note_units()
        await self._put_events()
        await self._put_cases()
        await self._end_gone(settled)
        now = self._clock.now()
        if now - self._stood >= STANDS or now < self._stood:
            self._stood = now
            if await self._aside(partial(self._stands, now, self._clock.city.demo)):
                # all that the picture has is looked at again
                self._seen.clear()
                self._received = -1

    def _stands(self, now: int, demo: bool, archive: Archive) -> bool:
        """Whether the city's clock went back, and what was ahead of it was forgotten; on the file's thread."""
        if demo and archive.as_of > now + HOUR:
            archive.turn_back(now, self._clock.base)
            self._open = set(archive.open_keys())
            return True
        archive.stands(now)
        return False

    async def _put_events(self) -> None:
        events = self._picture["event"]
        received = events.numbers("received")
        rows = (received >= self._received).nonzero()[0]
        latest = int(received.max()) if len(rows) else self._received
        found: list[Row] = []
        updated, state_of, level = (events.numbers(name).astype(np.int64) for name in ("updated", "state", "level"))
        marks = (updated << 4) + (state_of << 3) + level
        for at, said in zip(rows.tolist(), marks[rows].tolist(), strict=True):
            key = events.key_at(at)
            if self._seen.get(key) != said:
                found.append(of_event(events.row(at), self._rules))
                self._seen[key] = said
                if len(found) >= MOST_ROWS:  # the rest comes with the next look
                    latest = self._received
                    break
        if len(self._seen) > 2 * len(events) + 1_000:
            self._seen = {key: said for key, said in self._seen.items() if key in events}
        state = self._state()
        about = {row[0]: state.case_of_event(row[0]) for row in found} if state is not None else {}
        cases = {key: case for key, case in about.items() if case is not None}
        try:
            if found:
                await self.write(await self._aside(partial(self._merged, found, cases)))
        except OutsideError:
            for row in found:
                self._seen.pop(row[0], None)
            raise
        self._received = latest

    def _merged(self, found: list[Row], cases: dict[str, Case], archive: Archive) -> list[Row]:
        """Rows of events, those that have a case as that has it; a case that ended long ago keeps its own."""
        before = {row[0]: row for row in archive.rows([row[0] for row in found]).rows()}
        rows = []
        for row in found:
            case, known = cases.get(row[0]), before.get(row[0])
            if case is not None:
                rows.append(of_case(case, row, self._rules, self._kind_of))
            elif known is None or not has_case(known):
                rows.append(row)
        return rows

    async def _put_cases(self) -> None:
        state = self._state()
        dirty, self._dirty = self._dirty, set()
        if state is None or not dirty:
            return
        cases = [case for ident in dirty if (case := state.cases.get(ident)) is not None]
        try:
            await self.write(
                await self._aside(partial(self._of_cases, cases)),
                {LEDGER: str(self._setting.book.state.seq).encode()},
            )
        except OutsideError:
            self._dirty |= dirty
            raise

    def _of_cases(self, cases: list[Case], archive: Archive) -> list[Row]:
        """On the file's thread."""
        keys = [key_of(case) for case in cases]
        before = {row[0]: row for row in archive.rows(keys).rows()}
        return [
            of_case(case, before.get(key), self._rules, self._kind_of) for key, case in zip(keys, cases, strict=True)
        ]

    async def _end_gone(self, settled: bool) -> None:
        """What left the picture without a word is over; what its case has open stays."""
        events, state = self._picture["event"], self._state()
        feeds = {spec.id for spec in self._setting.pack.feeds if spec.topic == "event"}
        gone = []
        for key in self._open:
            if key in events or key.partition("/")[0] not in feeds:
                continue
            known = key in self._seen or (settled and self._speaks(key.partition("/")[0]))
            if known and not (state is not None and state.case_of_event(key) is not None):
                gone.append(key)
        if gone:
            now = self._clock.now()

            def ended(archive: Archive) -> list[Row]:
                rows = archive.rows(gone).rows()
                return [over_at_source(row, now) for row in rows if not has_case(row)]

            rows = await self._aside(ended)
            await self.write(rows)
            self._open -= set(gone) - {row[0] for row in rows}
            for key in gone:
                self._seen.pop(key, None)

    def _speaks(self, feed: str) -> bool:
        """Whether a feed is well now: what it does not name is then really not there."""
        row = self._picture["feed"].get(feed)
        return row is not None and not row["problem"] and row["good"] > 0

    async def whole_ledger(self) -> None:
        """The cases of the whole ledger, where they are not here yet; else those that are still in its state.

        Raises:
            OutsideError: the disk refused.
        """
        book = self._setting.book
        known = await self._aside(lambda archive: int(archive.meta(LEDGER) or b"0"))
        if known:
            self._dirty |= set(book.state.cases)
            return
        state, changed = State(), dict[str, Case]()
        while True:
            reply = await book.rows(state.seq)
            if reply.problem is not None:
                raise OutsideError(reply.problem.id, **reply.problem.params)
            for _, data in reply.rows:
                ident = state.apply(read_decision(data), data)
                if (case := state.cases.get(ident)) is not None:
                    changed[ident] = case
                if len(changed) >= PIECE:
                    await self._write_cases(changed)
                await asyncio.sleep(0)
            if not reply.rows:
                break
        await self._write_cases(changed)
        await self._aside(lambda archive: archive.note(**{LEDGER: str(max(state.seq, 1)).encode()}))

    async def _write_cases(self, changed: dict[str, Case]) -> None:
        cases = list(changed.values())
        changed.clear()
        if cases:
            await self.write(await self._aside(partial(self._of_cases, cases)))

    async def _note_units(self) -> None:
        """Names of units outlive them: a year later a ranking still calls them by name."""
        units = self._picture["unit"]
        new = {}
        names, kinds = units.text("name"), units.text("kind")
        for at, key in enumerate(units.keys):
            said = (names[at], kinds[at])
            if self._units.get(key) != said:
                new[key] = said
        if new:
            await self.know_units(new)

    async def know_units(self, new: dict[str, tuple[str, str]]) -> None:
        self._units |= new
        data = msgspec.msgpack.encode(self._units)
        await self._aside(lambda archive: archive.note(**{UNITS: data}))

    def _kind_of(self, unit: str) -> str:
        return self._units.get(unit, ("", ""))[1]

    def _state(self) -> State | None:
        return self._setting.book.state if self._setting.book.is_open else None

    async def write(
        self, rows: Sequence[Row], notes: dict[str, bytes] | None = None, only_new: bool = False
    ) -> Changed | None:
        """Raises OutsideError: nothing was written."""
        if not rows and not notes:
            return None
        # what came of the past is no sign that the present is complete
        as_of = 0 if only_new else self._clock.now()

        def put(archive: Archive) -> Changed:
            return archive.upsert(rows, only_new=only_new, as_of=as_of, notes=notes)

        done = await self._aside(put)
        for row in rows:
            if row[_CLOSED]:
                self._open.discard(row[0])
            else:
                self._open.add(row[0])
        return done
