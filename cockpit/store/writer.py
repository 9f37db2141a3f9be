"""The thread that writes cache.db. Whoever has something to write puts it down and goes on."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.store.files import Opened, is_damage, open_cache, problem_of, set_aside
from cockpit.store.queue import Operation, Waiting, Work
from cockpit.store.transaction import Searchable, trim, write

BATCH_ROWS = 5_000
BATCH_SECONDS = 0.25
FIRST_RETRY = 0.5
LAST_RETRY = 30.0
TRIM_EVERY = 20_000
"""Rows written between two rounds of forgetting what is old."""


class Writer:
    """One thread, one connection, one transaction for all that came within a quarter of a second.

    While the disk refuses, everything waits in the queue (only the last state of each key once it grows long), is
    tried again, and the trouble is told once, and once more when it is over.
    """

    def __init__(
        self,
        opened: Opened,
        clock: Clock,
        searchable: Searchable | None,
        on_problem: Callable[[Message], None],
        on_reopened: Callable[[str], None],
    ) -> None:
        """
        Args:
            on_problem: called on the writer's thread with each sentence to say.
            on_reopened: called on the writer's thread with the address for readers after a damaged file was replaced.
        """
        self._opened = opened
        self._clock = clock
        self._searchable = searchable
        self._on_problem = on_problem
        self._on_reopened = on_reopened
        self._condition = threading.Condition()
        self._waiting = Waiting()
        self._at_work: Work | None = None
        self._written = 0
        self._flushes = 0
        self._stopping = False
        self._damaged = False
        self._trouble: str | None = None
        self._until_trim = 0
        self._refused = 0
        self._thread = threading.Thread(target=self._run, name="cache-writer", daemon=True)
        self._thread.start()

    # -- from any thread; none of these waits for the disk ---------------------------------------------------------

    def put(self, operation: Operation) -> None:
        with self._condition:
            self._waiting.add(operation)
            self._wake()

    def put_body(self, key: str, body: str, fetched: int) -> None:
        with self._condition:
            self._waiting.bodies[key] = (body, fetched)
            self._wake()

    def put_meta(self, name: str, value: str) -> None:
        with self._condition:
            self._waiting.meta[name] = value
            self._wake()

    def waiting_body(self, key: str) -> tuple[str, int] | None:
        """A body that is not on disk yet."""
        with self._condition:
            found = self._waiting.bodies.get(key)
            return found or (self._at_work.bodies.get(key) if self._at_work else None)

    def waiting_meta(self, name: str) -> str | None:
        """A value that is not on disk yet."""
        with self._condition:
            found = self._waiting.meta.get(name)
            return found if found is not None or not self._at_work else self._at_work.meta.get(name)

    def replace_damaged(self) -> None:
        """Asks for the file to be set aside and a new one begun: a reader found it damaged."""
        with self._condition:
            self._damaged = True
            self._condition.notify_all()

    @property
    def counts(self) -> dict[str, int]:
        """`waiting` rows; `dropped` and `refused` ones that were never written; times `coalesced`."""
        with self._condition:
            waiting = self._waiting
            at_work = self._at_work.size if self._at_work else 0
            return {
                "waiting": len(waiting) + at_work,
                "dropped": waiting.dropped,
                "refused": self._refused,
                "coalesced": waiting.coalesced,
            }

    def flush(self, timeout: float) -> bool:
        """Waits until all that was put before is in the file; False when it is not after `timeout` seconds."""
        with self._condition:
            target = self._waiting.put
            self._flushes += 1
            self._condition.notify_all()
            try:
                return self._condition.wait_for(lambda: self._written >= target, timeout)
            finally:
                self._flushes -= 1

    def close(self, timeout: float) -> bool:
        """Writes what waits and ends; False when something could not be written."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._thread.join(timeout)
        with self._condition:
            return not self._thread.is_alive() and not len(self._waiting)

    def _wake(self) -> None:
        self._waiting.put += 1
        self._condition.notify_all()

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        retry = FIRST_RETRY
        while (work := self._next()) is not None:
            error = self._write(work)
            with self._condition:
                self._at_work = None
                if error is None:
                    self._written = max(self._written, work.up_to)
                    self._condition.notify_all()
                else:
                    self._waiting.give_back(work)
            if error is None:
                retry = FIRST_RETRY
                self._say(None)
                continue
            self._say(problem_of(error, self._opened.path))
            with self._condition:
                if self._stopping:
                    break
                flushes = self._flushes
                self._condition.wait_for(lambda n=flushes: self._stopping or self._flushes > n, retry)  # type: ignore[misc]
            retry = min(2 * retry, LAST_RETRY)
        self._opened.connection.close()

    def _next(self) -> Work | None:
        """What to write next, once there is enough or it has waited long enough; None at the end."""
        with self._condition:
            self._condition.wait_for(lambda: len(self._waiting) or self._stopping or self._damaged)
            urgent = lambda: (  # noqa: E731
                len(self._waiting) >= BATCH_ROWS or self._stopping or self._flushes or self._damaged or self._trouble
            )
            self._condition.wait_for(urgent, BATCH_SECONDS)
            if self._damaged:
                self._damaged = False
                damaged = True
            else:
                damaged = False
                if not len(self._waiting) and self._stopping:
                    return None
            self._at_work = work = self._waiting.take(BATCH_ROWS)
        if damaged:
            self._replace()
        return work

    def _write(self, work: Work) -> BaseException | None:
        """Writes it; the error if the disk refused. A row that SQLite can not take is left out, and said."""
        try:
            self._transact(work)
            return None
        except sqlite3.Error as error:
            if is_damage(error):
                self._replace()
                return None if self._retry(work) else error
            if isinstance(error, sqlite3.OperationalError):
                return error
        except Exception:
            pass  # ours, or a row's: the rest must be written all the same, and `_one_by_one` says which it was
        return self._one_by_one(work)

    def _transact(self, work: Work) -> None:
        write(self._opened.connection, work, self._clock.now(), self._searchable)
        self._until_trim -= work.size
        if self._until_trim <= 0:
            trim(self._opened.connection, self._clock.now())
            self._until_trim = TRIM_EVERY

    def _retry(self, work: Work) -> bool:
        try:
            self._transact(work)
        except sqlite3.Error:
            return False
        return True

    def _one_by_one(self, work: Work) -> BaseException | None:
        """Each operation in a transaction of its own; what can not be written costs only itself."""
        rest = Work([], work.bodies, work.meta)
        for part in (*(Work([operation]) for operation in work.rows), rest):
            try:
                write(self._opened.connection, part, self._clock.now(), self._searchable)
            except sqlite3.OperationalError as error:
                return error
            except Exception as error:
                with self._condition:
                    self._refused += part.size
                topic = part.rows[0].topic if part.rows else ""
                self._on_problem(Message("store.row_refused", {"topic": topic, "n": part.size, "why": str(error)}))
        return None

    def _replace(self) -> None:
        """Sets the damaged file aside and goes on with a new one."""
        path = self._opened.path
        self._opened.connection.close()
        if path is None:
            return
        try:
            notice = set_aside(path, self._clock)
        except OSError as error:
            notice = problem_of(error, path)
        self._opened = open_cache(path, self._clock, self._opened.connect)
        self._on_reopened(self._opened.uri)
        for message in (notice, *self._opened.notices):
            self._on_problem(message)

    def _say(self, problem: Message | None) -> None:
        """Tells of a trouble once, and once that it is over."""
        before, self._trouble = self._trouble, problem.id if problem else None
        if problem is not None and before != problem.id:
            self._on_problem(problem)
        elif problem is None and before is not None:
            self._on_problem(Message("store.writing_again", {"file": str(self._opened.path or "")}))
