"""State = fold of the decisions, the same at hub, seat and gateway: the same bytes make the same state."""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Iterable, Iterator, MutableMapping, Sequence

import msgspec

from cockpit.ledger.chain import BrokenChain, follows, walk
from cockpit.ledger.changes import Doing, changed
from cockpit.ledger.threads import Threads
from cockpit.model.cases import Case, Order
from cockpit.model.clock import DAY, local
from cockpit.model.entries import GENESIS, CaseOpened, Decision, Entry, OrderIssued, Unknown, digest

KEPT = DAY
"""How long a closed case stays in the state, us of the decisions' time; as long as it can be reopened at most."""
NO_CASE = "none"
"""The case of a decision that belongs to none that is known: a fact about an order that nobody issued."""


class Gone(msgspec.Struct, frozen=True):
    """What stays of a case that was closed long ago: its revision and the area it was in."""

    revision: int = 0
    area: str = ""


class State:
    """Cases and orders after a number of decisions.

    A `Case` that was handed out is never changed: a decision puts a new one in its place. So another thread may read
    one that it holds, but only the thread that applies may ask the state itself.

    Attributes:
        seq: place of the last decision; head: SHA-256 of its bytes, hex.
        cases: open ones, and those closed within the last day, by id.
        threads: what leaders wrote and were asked.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.head = GENESIS
        self.cases: MutableMapping[str, Case] = {}
        self._events: MutableMapping[str, str] = {}
        self._orders: MutableMapping[str, str] = {}
        self._units: MutableMapping[str, str] = {}
        self._gone: MutableMapping[str, Gone] = {NO_CASE: Gone()}
        self._numbers: MutableMapping[str, int] = {}
        self.threads = Threads()
        self._closings: deque[tuple[int, str]] = deque()

    def apply(self, decision: Decision, data: bytes) -> str:
        """Takes the next decision in.

        Args:
            data: its bytes as received.

        Returns:
            the id of the case that changed; `NO_CASE` where it is about none.

        Raises:
            BrokenChain: it does not follow the one before; nothing changed.
        """
        follows(decision, self.seq, self.head)
        try:
            entries = decision.said()
        except msgspec.MsgspecError as error:
            raise BrokenChain("ledger.chain_unreadable", decision.seq, self.seq) from error
        self.seq, self.head = decision.seq, digest(data)
        doing = Doing(
            seq=decision.seq,
            at=decision.at,
            issued=decision.issued,
            actor=decision.actor,
            cause=decision.cause,
            case=decision.case,
            revision=decision.revision,
            texts=decision.texts,
        )
        self.take(doing, entries)
        self._let_go(decision.at)
        return decision.case

    def fold(self, rows: Iterable[bytes]) -> None:
        """Takes the next decisions in, in order.

        Raises:
            BrokenChain: at the first that does not follow; those before it are taken in.
        """
        for decision, data in walk(rows, self.seq, self.head):
            self.apply(decision, data)

    def take(self, doing: Doing, entries: Sequence[Entry | Unknown]) -> None:
        """What a decision changes, without its place in the chain; for this room."""
        for entry in entries:
            self._count(doing.at, entry)
        self.threads.take(doing, entries, doing.case in self.cases or doing.case in self._gone)
        if gone := self._gone.get(doing.case):
            self._gone[doing.case] = Gone(max(gone.revision, doing.revision), gone.area)
            return
        before = self.cases.get(doing.case)
        case = changed(before, doing, entries)
        if case is None:
            return
        self.cases[case.id] = case
        if before is None and case.facts.event:
            self._events[case.facts.event] = case.id
        if case.closed and (before is None or not before.closed):
            self._closings.append((case.closed, case.id))
        for order in case.orders.values():
            self._orders[order.id] = case.id
            if _takes(order):
                self._units[order.unit] = order.id
            elif self._units.get(order.unit) == order.id:
                self._units[order.unit] = ""

    def case_of_event(self, key: str) -> Case | None:
        """The newest case about an event, open or closed within the last day."""
        return self.cases.get(self._events.get(key, ""))

    def case_of_order(self, ident: str) -> str:
        """Id of the case of an order, also of one closed long ago; "" where nobody issued it."""
        return self._orders.get(ident, "")

    def order(self, ident: str) -> Order | None:
        """An order of a case that is still here."""
        case = self.cases.get(self.case_of_order(ident))
        return case.orders.get(ident) if case else None

    def order_of(self, unit: str) -> Order | None:
        """The order that a unit works on, or that waits to be sent to it."""
        return self.order(self._units.get(unit, ""))

    def revision(self, ident: str) -> int:
        """Of a case, also of one closed long ago; 0 where there is none."""
        case = self.cases.get(ident)
        return case.revision if case else self._gone.get(ident, Gone()).revision or self.threads.revision(ident)

    def area(self, ident: str) -> str:
        """Code of the area of a case, also of one closed long ago; "" where there is none."""
        case = self.cases.get(ident)
        return case.facts.area if case else self._gone.get(ident, Gone()).area

    def known(self, ident: str) -> bool:
        """Whether there is or was such a case, or a thread of its own."""
        return ident in self.cases or ident in self._gone or self.threads.is_home(ident)

    def open_cases(self) -> Iterator[Case]:
        return (case for case in self.cases.values() if case.open)

    def next_number(self, at: int, of_order: bool, more: int = 0) -> str:
        """The printed number of the next case or order of a day in Shanghai: `0714-0642`, `G-0714-0642`.

        Args:
            at: city time.
            more: how many were given since the last decision was taken in.
        """
        day = _day(at)
        count = self._numbers.get(f"G-{day}" if of_order else day, 0) + more + 1
        return f"{'G-' if of_order else ''}{day[4:]}-{count:04d}"

    def over(self) -> State:
        """A state on top of this one: what it takes in is not seen here. Good until this one applies the next."""
        top = State()
        top.seq, top.head = self.seq, self.head
        top.cases = ChainMap({}, self.cases)
        top._events = ChainMap({}, self._events)
        top._orders = ChainMap({}, self._orders)
        top._units = ChainMap({}, self._units)
        top._gone = ChainMap({}, self._gone)
        top._numbers = ChainMap({}, self._numbers)
        top.threads = self.threads.over()
        return top

    def _count(self, at: int, entry: Entry | Unknown) -> None:
        if not isinstance(entry, (CaseOpened, OrderIssued)):
            return
        count = entry.number.rpartition("-")[2]
        if count.isdecimal() and count.isascii():
            day = f"G-{_day(at)}" if isinstance(entry, OrderIssued) else _day(at)
            self._numbers[day] = max(self._numbers.get(day, 0), int(count))

    def _let_go(self, at: int) -> None:
        """Cases closed long ago leave; their ids, revisions and orders stay known."""
        self.threads.let_go(at)
        while self._closings and self._closings[0][0] < at - KEPT:
            closed, ident = self._closings.popleft()
            case = self.cases.get(ident)
            if case is None or case.closed != closed:
                continue
            del self.cases[ident]
            self._gone[ident] = Gone(case.revision, case.facts.area)
            if self._events.get(case.facts.event) == ident:
                del self._events[case.facts.event]


def _takes(order: Order) -> bool:
    return order.working or order.state == "confirmed"


def _day(at: int) -> str:
    return local(at).strftime("%Y%m%d")
