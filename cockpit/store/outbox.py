"""The outbox: durable before it is shown, sent in its order, never dropped in silence.

Whoever puts something in goes on at once; one thread writes. What the file can not take for a while is known here all
the same, and written when it can.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.model.outgoing import SETTLED, Row
from cockpit.model.ports.cases import Sending
from cockpit.store.files import is_damage, problem_of
from cockpit.store.outbox_file import OutboxFile

RETRY_SECONDS = 1.0
CLOSE_SECONDS = 10.0
MOST_SETTLED = 2_000
"""Settled rows that are held in memory."""

Done = Callable[[Message | None], None]


class _Wish(msgspec.Struct):
    """Something of which the asker wants to know that it is on the disk: a new row, or a change of one."""

    row: Row
    new: bool
    done: Done


class Outbox:
    """The rows of one sender. Any thread may call; callbacks come on the writer's thread.

    Attributes:
        notices: sentences about the state in which the file was found.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        on_change: Callable[[], None],
        on_problem: Callable[[Message], None],
        check: Callable[[bytes], Message | None],
    ) -> None:
        self.notices: list[Message] = []
        self._path = path
        self._clock = clock
        self._on_change = on_change
        self._on_problem = on_problem
        self._check = check
        self._condition = threading.Condition()
        self._rows: dict[str, Row] = {}
        self._lanes: dict[str, list[Row]] = {}  # what waits, in order
        self._busy: set[str] = set()
        self._unseen: set[str] = set()  # no try of them ever reached anybody: they can still be taken back
        self._withheld: set[str] = set()  # being cancelled
        self._n = 0
        self._wishes: list[_Wish] = []
        self._dirty: set[str] = set()
        self._written: list[Callable[[], None]] = []  # told when what is dirty now has been tried to be written
        self._stopping = False
        self._trouble: str | None = None
        self._file: OutboxFile | None = None
        try:
            self._open()
        except (OSError, sqlite3.Error) as error:
            self.notices.append(_problem(error, path))
        self._thread = threading.Thread(target=self._run, name="outbox-writer", daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        path: Path,
        clock: Clock,
        *,
        on_change: Callable[[], None] = lambda: None,
        on_problem: Callable[[Message], None] = lambda message: None,
        check: Callable[[bytes], Message | None] = lambda data: None,
    ) -> Outbox:
        """Opens or makes the file. Damaged: moved aside, and what can be read of it is kept. Where it can not be
        opened at all, nothing can be put in until it can.

        Args:
            clock: the city's: validity is told in it.
            on_change: called after rows changed (also by time alone), on the thread that changed them.
            on_problem: told later troubles, on the writer's thread.
            check: why a waiting row that was found can not be sent at all.
        """
        return cls(path, clock, on_change, on_problem, check)

    # -- from any thread -------------------------------------------------------------------------------------------

    def put(
        self,
        ident: str,
        lane: str,
        data: bytes,
        done: Done,
        *,
        issued: int,
        valid_until: int = 0,
        awaits: bool = False,
        going: bool = False,
    ) -> None:
        """Takes something in; `done` is told when it is on the disk, or why it can not be kept.

        Args:
            awaits: accepted is not yet done: a device has to acknowledge.
            going: it will be sent at once: that it was tried is written in the same commit.
        """
        with self._condition:
            if ident in self._rows:
                same = self._rows[ident].data == data
                self._written.append(lambda: done(None if same else Message("store.outbox_twice")))
                self._write_down(ident)
                return
            row = Row(0, ident, lane, data, issued, valid_until, awaits, tried=going)
            self._wish(_Wish(row, True, done))

    def rows(self) -> list[Row]:
        """What waits, what is under way, and the settled ones of late, in order."""
        with self._condition:
            return sorted(self._rows.values(), key=lambda row: row.n)

    def row(self, ident: str) -> Row | None:
        with self._condition:
            return self._rows.get(ident)

    def heads(self) -> list[Row]:
        with self._condition:
            firsts = (rows[0] for rows in self._lanes.values() if rows)
            return [row for row in firsts if row.id not in self._busy and row.id not in self._withheld]

    def take(self, ident: str, ready: Callable[[bool], None]) -> None:
        with self._condition:
            row = self._rows.get(ident)
            free = row is not None and row.state is Sending.WAITING and ident not in self._busy | self._withheld
            if free and row is not None:
                self._busy.add(ident)
                if not row.tried:
                    self._set(msgspec.structs.replace(row, tried=True))
                    self._written.append(lambda: ready(True))
                    self._write_down(ident)
                    return
        ready(free)

    def put_back(self, ident: str, problem: Message, reached: bool) -> None:
        with self._condition:
            row = self._rows.get(ident)
            self._busy.discard(ident)
            if row is None or row.state is not Sending.WAITING:
                return
            if reached:
                self._unseen.discard(ident)
            elif ident in self._unseen:
                self._write_down(ident)
            tried = ident not in self._unseen
            self._set(msgspec.structs.replace(row, tried=tried, tries=row.tries + 1, problem=problem))
        self._on_change()

    def settle(self, ident: str, state: Sending, problem: Message | None = None, seq: int = 0) -> None:
        with self._condition:
            row = self._rows.get(ident)
            self._busy.discard(ident)
            if row is None or (row.state is state and row.problem == problem):
                return
            now = self._clock.now()
            tries = row.tries + (row.state is Sending.WAITING)
            self._set(
                msgspec.structs.replace(row, state=state, decided=now, tries=tries, problem=problem, seq=seq or row.seq)
            )
            self._write_down(ident)
            self._forget_old()
        self._on_change()

    def expire(self) -> list[Row]:
        now = self._clock.now()
        with self._condition:
            late = [
                row
                for rows in self._lanes.values()
                for row in rows
                if 0 < row.valid_until < now and row.id in self._unseen - self._busy - self._withheld
            ]
        for row in late:
            self.settle(row.id, Sending.EXPIRED)
        return late

    def cancel(self, ident: str, done: Done) -> None:
        """Takes back what was never sent, or can not be sent; `done` is told why it is too late."""
        with self._condition:
            row = self._rows.get(ident)
            if row is None or row.state not in (Sending.WAITING, Sending.PARKED) or ident in self._withheld:
                problem = Message("store.cancel_not_waiting")
            elif row.state is Sending.WAITING and (ident in self._busy or ident not in self._unseen):
                problem = Message("store.cancel_too_late")
            else:
                self._withheld.add(ident)
                now = self._clock.now()
                self._wish(_Wish(msgspec.structs.replace(row, state=Sending.CANCELLED, decided=now), False, done))
                return
        done(problem)

    def again(self, ident: str) -> None:
        """Puts a parked row back among the waiting, in its old place."""
        with self._condition:
            row = self._rows.get(ident)
            if row is None or row.state is not Sending.PARKED or ident in self._withheld:
                return
            self._set(msgspec.structs.replace(row, state=Sending.WAITING, decided=0, problem=None))
            self._write_down(ident)
        self._on_change()

    def close(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Writes what waits and ends; False when something could not be written."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive() and not self._dirty

    # -- with the lock held ----------------------------------------------------------------------------------------

    @property
    def _mortal(self) -> bool:
        """Whether something waits that may expire."""
        return any(row.valid_until for rows in self._lanes.values() for row in rows)

    def _wish(self, wish: _Wish) -> None:
        self._wishes.append(wish)
        self._condition.notify_all()

    def _write_down(self, ident: str) -> None:
        self._dirty.add(ident)
        self._condition.notify_all()

    def _set(self, row: Row) -> None:
        before = self._rows.get(row.id)
        self._rows[row.id] = row
        lane = self._lanes.setdefault(row.lane, [])
        if before is not None and before.state is Sending.WAITING:
            lane.remove(before)
        if row.state is Sending.WAITING:
            lane.append(row)
            lane.sort(key=lambda one: one.n)
            return
        if not lane:
            del self._lanes[row.lane]
        if row.state is not Sending.PARKED:
            self._unseen.discard(row.id)

    def _forget_old(self) -> None:
        settled = [row for row in self._rows.values() if row.state in SETTLED]
        if len(settled) > MOST_SETTLED:
            for row in sorted(settled, key=lambda row: row.n)[: MOST_SETTLED // 2]:
                if row.id not in self._dirty:
                    del self._rows[row.id]
                    self._unseen.discard(row.id)

    # -- the writer's thread ---------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Raises OSError, sqlite3.Error: not possible now."""
        file = OutboxFile(self._path, self._clock)
        with self._condition:
            for row in file.rows:
                if row.id not in self._rows:
                    if not row.tried:
                        self._unseen.add(row.id)
                    why = self._check(row.data) if row.state is Sending.WAITING else None
                    self._set(row if why is None else msgspec.structs.replace(row, state=Sending.PARKED, problem=why))
            self._n = max([self._n, *(row.n for row in self._rows.values())])
        self._file = file
        self.notices += file.notices
        file.notices.clear()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(
                    lambda: self._wishes or self._stopping or (self._dirty and self._trouble is None),
                    RETRY_SECONDS if self._dirty or self._mortal else None,
                )
                wishes, self._wishes = self._wishes, []
                dirty = [self._rows[ident] for ident in self._dirty if ident in self._rows]
                self._dirty.clear()
                written, self._written = self._written, []
                last = self._stopping
            self._write(wishes, dirty)
            self.expire()
            for tell in written:
                tell()
            if last and not self._wishes:
                break
        if self._file is not None:
            self._file.close()

    def _write(self, wishes: list[_Wish], dirty: list[Row]) -> None:
        problem = self._try(wishes, dirty)
        if problem is None:
            for wish in wishes:
                self._granted(wish)
        else:
            for wish in wishes:  # a wish that can not be written costs only itself
                why = self._try([wish], [])
                self._granted(wish) if why is None else self._denied(wish, why)
            why = self._try([], dirty)
            if why is not None:
                with self._condition:
                    self._dirty.update(row.id for row in dirty)
            problem = why
        self._say(problem)

    def _try(self, wishes: list[_Wish], dirty: list[Row], mend: bool = True) -> Message | None:
        """Writes them in one commit; why not, else."""
        if not wishes and not dirty:
            return None
        try:
            if self._file is None:
                self._open()
                self._tell_notices()
            assert self._file is not None
            if not self._file.there:
                self._anew()
            new = self._numbered(wishes)
            changed = [wish.row for wish in wishes if not wish.new] + dirty
            self._file.write(new, changed)
        except sqlite3.IntegrityError:
            return Message("store.outbox_twice")
        except (OSError, sqlite3.Error) as error:
            if mend and isinstance(error, sqlite3.Error) and is_damage(error):
                return self._mended(wishes, dirty)
            return _problem(error, self._path)
        return None

    def _numbered(self, wishes: list[_Wish]) -> list[Row]:
        """The new rows, each with its place: behind all that the file has."""
        for place, wish in enumerate((wish for wish in wishes if wish.new), self._n + 1):
            wish.row = msgspec.structs.replace(wish.row, n=place)
        return [wish.row for wish in wishes if wish.new]

    def _mended(self, wishes: list[_Wish], dirty: list[Row]) -> Message | None:
        try:
            self._anew()
        except (OSError, sqlite3.Error) as worse:
            return _problem(worse, self._path)
        return self._try(wishes, dirty, mend=False)

    def _anew(self) -> None:
        """Begins a new file with all that is known here."""
        assert self._file is not None
        with self._condition:
            known = sorted(self._rows.values(), key=lambda row: row.n)
        self._file.begin_anew(known)
        self._tell_notices()

    def _tell_notices(self) -> None:
        file = self._file
        for notice in [*self.notices, *(file.notices if file else ())]:
            self._on_problem(notice)
        self.notices = []
        if file is not None:
            file.notices.clear()

    def _granted(self, wish: _Wish) -> None:
        with self._condition:
            self._withheld.discard(wish.row.id)
            if wish.new:
                self._n = max(self._n, wish.row.n)
                self._unseen.add(wish.row.id)
                self._set(wish.row)
            elif self._rows[wish.row.id].state in (Sending.WAITING, Sending.PARKED):
                self._set(wish.row)
            else:  # the ledger had it after all
                self._write_down(wish.row.id)
        self._on_change()
        wish.done(None)

    def _denied(self, wish: _Wish, why: Message) -> None:
        with self._condition:
            self._withheld.discard(wish.row.id)
        wish.done(why)

    def _say(self, problem: Message | None) -> None:
        """Tells of a trouble once, and once that it is over."""
        before, self._trouble = self._trouble, problem.id if problem else None
        if problem is not None and before != problem.id:
            self._on_problem(problem)
        elif problem is None and before is not None:
            self._on_problem(Message("store.writing_again", {"file": str(self._path)}))


def _problem(error: BaseException, path: Path) -> Message:
    """Why nothing can be put in now."""
    said = problem_of(error, path)
    return Message({"store.disk_full": "store.outbox_full"}.get(said.id, "store.outbox_closed"), said.params)
