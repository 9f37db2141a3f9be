"""A pool of connections that only read; any thread may borrow one."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cockpit.store.cipher import Connect
from cockpit.store.files import connect_reader

MAX_IDLE = 4


class Readers:
    """The pool of one file."""

    def __init__(self, uri: str, connect: Connect = sqlite3.connect) -> None:
        self._connect = connect
        self._uri = uri
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._generation = 0

    @contextmanager
    def borrow(self) -> Iterator[sqlite3.Connection]:
        """A connection for the time of the block.

        Raises:
            sqlite3.Error: the file can not be opened.
        """
        with self._lock:
            generation = self._generation
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = connect_reader(self._uri, self._connect)
        try:
            yield connection
        finally:
            with self._lock:
                keep = generation == self._generation and len(self._idle) < MAX_IDLE
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def turn_to(self, uri: str) -> None:
        """Closes what is idle and opens `uri` from now on; what is borrowed is closed when it comes back."""
        with self._lock:
            self._uri = uri
            self._generation += 1
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def close(self) -> None:
        self.turn_to(self._uri)
