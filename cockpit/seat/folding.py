"""The fold of a copy of the ledger at the start: for a moment where it is opened, the rest on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from cockpit.ledger.chain import BrokenChain, walk
from cockpit.ledger.fold import State
from cockpit.model.cases import Case
from cockpit.model.clock import Clock
from cockpit.model.entries import Decision
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.store.ledger import LedgerCopy


class Folded:
    """The ledger's state, with its open cases and its closed ones apart.

    Attributes:
        state: of all decisions.
        open, closed: its cases, by id.
    """

    def __init__(self) -> None:
        self.state = State()
        self.open: dict[str, Case] = {}
        self.closed: dict[str, Case] = {}

    def apply(self, decision: Decision, data: bytes) -> None:
        """The next decision.

        Raises:
            BrokenChain: it does not follow.
        """
        ident = self.state.apply(decision, data)
        case = self.state.cases.get(ident)
        self.open.pop(ident, None)
        self.closed.pop(ident, None)
        if case is not None:
            (self.open if case.open else self.closed)[ident] = case

    def forget_closed(self) -> None:
        """Those that the state has let go."""
        for ident in [ident for ident in self.closed if ident not in self.state.cases]:
            del self.closed[ident]


class CopyFold:
    """Folds what a copy has now.

    Attributes:
        folded: how far it came.
        problem: why the copy is of no use; None while it is.
    """

    def __init__(self, copy: LedgerCopy, clock: Clock, each: Callable[[Decision], None]) -> None:
        """
        Args:
            each: told of each decision, on the thread that folds.
        """
        self.folded = Folded()
        self.problem: Message | None = None
        self._clock = clock
        self._each = each
        self._rows = walk(_up_to(copy, copy.last[0]))
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self, seconds: float | None = None) -> bool:
        """Folds for so long; False when there is more."""
        end = None if seconds is None else self._clock.mono() + seconds
        try:
            for decision, data in self._rows:
                self.folded.apply(decision, data)
                self._each(decision)
                if self._stop.is_set() or (end is not None and self._clock.mono() >= end):
                    return False
        except BrokenChain as error:
            self.problem = Message("seat.ledger_damaged", {"seq": error.seq})
        except OutsideError as error:
            self.problem = error.message
        return True

    def run_aside(self, done: Callable[[], None]) -> None:
        """Folds the rest on a thread of its own; `done` is called on it, unless `close` came before."""

        def rest() -> None:
            if self.run():
                done()

        self._thread = threading.Thread(target=rest, name="seat-fold", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()


def _up_to(copy: LedgerCopy, last: int) -> Iterator[bytes]:
    """What comes later is handed over by whoever follows."""
    for seq, data in copy.all():
        if seq > last:
            return
        yield data
