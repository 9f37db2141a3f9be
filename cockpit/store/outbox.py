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
from cockpit.model.outgoing import Row
from cockpit.model.ports.cases import Sending
from cockpit.store.cipher import Connect
from cockpit.store.outbox_disk import TWICE, Disk
from cockpit.store.outbox_file import DAMAGED
from cockpit.store.outbox_rows import Rows

RETRY_SECONDS = 1.0
CLOSE_SECONDS = 10.0
_OPEN = (Sending.WAITING, Sending.PARKED)

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
        connect: Connect = sqlite3.connect,
    ) -> None:
        self.notices: list[Message] = []
        self._path = path
        self._clock = clock
        self._on_change = on_change
        self._on_problem = on_problem
        self._check = check
        self._condition = threading.Condition()
        self._rows = Rows()
        self._wishes: list[_Wish] = []
        self._dirty: set[str] = set()
        self._written: list[Callable[[], None]] = []  # told when what is dirty now has been tried to be written
        self._stopping = False
        self._trouble: str | None = None
        self._opened = False
        self._disk = Disk(path, clock, self.rows, self._found, self._tell, connect)
        if (problem := self._disk.open()) is not None:
            self.notices.append(problem)
        self._opened = True
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
        connect: Connect = sqlite3.connect,
    ) -> Outbox:
        """Opens or makes the file. Damaged: moved aside, and what can be read of it is kept. Where it can not be
        opened at all, nothing can be put in until it can.

        Args:
            clock: the city's: validity is told in it.
            on_change: called after rows changed (also by time alone), on the thread that changed them.
            on_problem: told later troubles, on the writer's thread.
            check: why a waiting row that was found can not be sent at all.
            connect: opens the file, as `sqlite3.connect`.
        """
        return cls(path, clock, on_change, on_problem, check, connect)

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
            known = self._rows.get(ident)
            if known is not None:
                same = known.data == data
                self._written.append(lambda: done(None if same else TWICE))
                self._write_down(ident)
                return
            row = Row(0, ident, lane, data, issued, valid_until, awaits, tried=going)
            self._wish(_Wish(row, True, done))

    def rows(self) -> list[Row]:
        """What waits, what is under way, and the settled ones of late, in order."""
        with self._condition:
            return self._rows.all()

    def row(self, ident: str) -> Row | None:
        with self._condition:
            return self._rows.get(ident)

    def heads(self) -> list[Row]:
        with self._condition:
            return self._rows.heads()

    def take(self, ident: str, ready: Callable[[bool], None]) -> None:
        with self._condition:
            row = self._rows.get(ident)
            free = self._rows.is_free(ident)
            if free and row is not None:
                self._rows.busy.add(ident)
                if not row.tried:
                    self._rows.put(msgspec.structs.replace(row, tried=True))
                    self._written.append(lambda: ready(True))
                    self._write_down(ident)
                    return
        ready(free)

    def put_back(self, ident: str, problem: Message, reached: bool) -> None:
        with self._condition:
            row = self._rows.get(ident)
            self._rows.busy.discard(ident)
            if row is None or row.state is not Sending.WAITING:
                return
            if reached:
                self._rows.unseen.discard(ident)
            elif ident in self._rows.unseen:
                self._write_down(ident)
            tried = ident not in self._rows.unseen
            self._rows.put(msgspec.structs.replace(row, tried=tried, tries=row.tries + 1, problem=problem))
        self._on_change()

    def settle(self, ident: str, state: Sending, problem: Message | None = None, seq: int = 0) -> None:
        with self._condition:
            row = self._rows.get(ident)
            self._rows.busy.discard(ident)
            if row is None or (row.state is state and row.problem == problem):
                return
            self._settle(row, state, problem, seq)
        self._on_change()

    def expire(self) -> list[Row]:
        with self._condition:
            late = self._rows.past(self._clock.now())
            for row in late:
                self._settle(row, Sending.EXPIRED, None, 0)
        if late:
            self._on_change()
        return late

    def cancel(self, ident: str, done: Done) -> None:
        """Takes back what was never sent, or can not be sent; `done` is told why it is too late."""
        with self._condition:
            row = self._rows.get(ident)
            if row is None or row.state not in _OPEN or ident in self._rows.withheld:
                problem = Message("store.cancel_not_waiting")
            elif not self._rows.can_be_taken_back(row):
                problem = Message("store.cancel_too_late")
            else:
                self._rows.withheld.add(ident)
                now = self._clock.now()
                self._wish(_Wish(msgspec.structs.replace(row, state=Sending.CANCELLED, decided=now), False, done))
                return
        done(problem)

    def again(self, ident: str) -> None:
        """Puts a parked row back among the waiting, in its old place; not one whose bytes are damaged."""
        with self._condition:
            row = self._rows.get(ident)
            if row is None or row.state is not Sending.PARKED or ident in self._rows.withheld:
                return
            if row.problem == DAMAGED or self._check(row.data) is not None:
                return
            self._rows.put(msgspec.structs.replace(row, state=Sending.WAITING, decided=0, problem=None))
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

    def _settle(self, row: Row, state: Sending, problem: Message | None, seq: int) -> None:
        tries = row.tries + (row.state is Sending.WAITING and state is not Sending.EXPIRED)
        now = self._clock.now()
        self._rows.put(
            msgspec.structs.replace(row, state=state, decided=now, tries=tries, problem=problem, seq=seq or row.seq)
        )
        self._write_down(row.id)
        self._rows.forget_old(self._dirty)

    def _wish(self, wish: _Wish) -> None:
        self._wishes.append(wish)
        self._condition.notify_all()

    def _write_down(self, ident: str) -> None:
        self._dirty.add(ident)
        self._condition.notify_all()

    # -- the writer's thread ---------------------------------------------------------------------------------------

    def _found(self, rows: list[Row]) -> None:
        """What a file had when it was opened."""
        with self._condition:
            for row in rows:
                if row.id not in self._rows:
                    if not row.tried:
                        self._rows.unseen.add(row.id)
                    why = self._check(row.data) if row.state is Sending.WAITING else None
                    parked = why is not None
                    self._rows.put(msgspec.structs.replace(row, state=Sending.PARKED, problem=why) if parked else row)

    def _run(self) -> None:
        untidy = False
        while True:
            with self._condition:
                called = self._condition.wait_for(
                    lambda: self._wishes or self._stopping or (self._dirty and self._trouble is None),
                    RETRY_SECONDS if self._dirty or self._rows.mortal or untidy else None,
                )
                wishes, self._wishes = self._wishes, []
                dirty = self._rows.some(self._dirty)
                self._dirty.clear()
                written, self._written = self._written, []
                last = self._stopping
            if not called and untidy and not dirty:
                self._disk.tidy()
            untidy = bool(called or dirty)
            self._write(wishes, dirty)
            self.expire()
            for tell in written:
                tell()
            if last and not self._wishes:
                break
        self._disk.close()

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

    def _try(self, wishes: list[_Wish], dirty: list[Row]) -> Message | None:
        """Writes them in one commit; why not, else."""
        if not wishes and not dirty:
            return None
        new = [wish for wish in wishes if wish.new]
        for n, wish in enumerate(new, self._disk.last + 1):
            wish.row = msgspec.structs.replace(wish.row, n=n)
        changed = [wish.row for wish in wishes if not wish.new]
        return self._disk.write([wish.row for wish in new], [*changed, *dirty])

    def _tell(self, notice: Message) -> None:
        if self._opened:
            self._on_problem(notice)
        else:
            self.notices.append(notice)

    def _granted(self, wish: _Wish) -> None:
        self._enter(wish)
        self._on_change()
        wish.done(None)

    def _enter(self, wish: _Wish) -> None:
        with self._condition:
            self._rows.withheld.discard(wish.row.id)
            if wish.new:
                self._rows.unseen.add(wish.row.id)
                self._rows.put(wish.row)
                return
            known = self._rows.get(wish.row.id)
            if known is not None and known.state in _OPEN:
                self._rows.put(wish.row)
            else:  # the ledger had it after all
                self._write_down(wish.row.id)

    def _denied(self, wish: _Wish, why: Message) -> None:
        with self._condition:
            self._rows.withheld.discard(wish.row.id)
        wish.done(why)

    def _say(self, problem: Message | None) -> None:
        """Tells of a trouble once, and once that it is over."""
        before, self._trouble = self._trouble, problem.id if problem else None
        if problem is not None and before != problem.id:
            self._on_problem(problem)
        elif problem is None and before is not None:
            self._on_problem(Message("store.writing_again", {"file": str(self._path)}))
