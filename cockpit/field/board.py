"""Which orders each unit has, as the ledger says; what a device is shown, made once a change and not once a request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

import msgspec

from cockpit.field.wire import KindOut, OrderOut, iso, iso_or_none
from cockpit.ledger.fold import State
from cockpit.ledger.shown import shown
from cockpit.model.cases import ENDED, Case, Order
from cockpit.model.city import Text
from cockpit.model.clock import HOUR, Clock
from cockpit.model.entries import Decision, TextRef
from cockpit.model.time_limit import time_limit

SHOWN_ENDED = HOUR
"""How long an order that ended is still shown, city time."""
RETRY_SECONDS = 2.0
"""Until texts that the hub did not give are asked for again."""

_WORDS_UNLOOKED = 1_000
"""Words that may come before it is looked which are still needed."""

AskTexts = Callable[[list[str]], Awaitable[dict[str, str] | None]]
"""Words by id, those erased missing; None: the hub can not say now."""


class _Shelf:
    """What one unit is shown.

    Attributes:
        orders: ids, those that ended long ago left out, with the state of each when it was last looked at.
        seq: sequence of the decision that last changed something here.
        shown: revision and orders as they are told; None until they were first made up.
        until: city time at which an ended order leaves, 0 none does.
        waiting: requests that wait for another revision.
    """

    __slots__ = ("orders", "seq", "shown", "until", "waiting")

    def __init__(self) -> None:
        self.orders: dict[str, tuple[object, ...]] = {}
        self.seq = 0
        self.shown: tuple[int, bytes] | None = None
        self.until = 0
        self.waiting: set[asyncio.Future[None]] = set()


class Board:
    """All units' orders. Lives on the event loop; only `kind` may be asked from elsewhere.

    Attributes:
        state: the fold of the ledger.
    """

    def __init__(self, clock: Clock, kind: Callable[[str], Text], ask_texts: AskTexts) -> None:
        """
        Args:
            clock: the city's.
            kind: name of a class of events by its code.
        """
        self.state = State()
        self._clock = clock
        self._kind = kind
        self._ask_texts = ask_texts
        self._shelves: dict[str, _Shelf] = {}
        self._of: dict[str, tuple[str, str]] = {}
        self._words: dict[str, str] = {}
        self._words_before = 0
        self._dirty: set[str] = set()
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()

    # -- what the ledger brings ------------------------------------------------------------------------------------

    def apply(self, decision: Decision, data: bytes) -> None:
        """Takes the next decision in.

        Raises:
            BrokenChain: it does not follow the one before.
        """
        case = self.state.cases.get(self.state.apply(decision, data))
        if case is not None:
            self._look_at(case)

    def start_over(self) -> None:
        """Forgets all: another ledger comes."""
        self.state = State()
        self._of.clear()
        for unit, shelf in self._shelves.items():
            shelf.orders.clear()
            shelf.seq = 0
            self._mark(unit)

    def _look_at(self, case: Case) -> None:
        for order in case.orders.values():
            self._of[order.id] = (order.unit, case.id)
            shelf = self._shelves.get(order.unit)
            if shelf is None:
                shelf = self._shelves[order.unit] = _Shelf()
            looks = (order.state, order.again, len(order.photos), case.facts.level)
            if shelf.orders.get(order.id) != looks:
                shelf.orders[order.id] = looks
                shelf.seq = self.state.seq
                self._mark(order.unit)

    def _mark(self, unit: str) -> None:
        self._dirty.add(unit)
        self._settled.clear()
        self._wake.set()

    # -- what devices ask --------------------------------------------------------------------------------------------

    def owner(self, order: str) -> tuple[str, str] | None:
        """Unit and case of an order that was ever issued."""
        return self._of.get(order)

    async def settled(self, timeout: float) -> bool:
        """Waits until every change is told; False when it is not after so many seconds."""
        try:
            async with time_limit(timeout):
                await self._settled.wait()
        except TimeoutError:
            return False
        return True

    def orders(self, unit: str) -> tuple[int, bytes]:
        """Revision and orders (a JSON array) as they are told now."""
        shelf = self._shelves.get(unit)
        if shelf is None or shelf.shown is None:
            return 0, b"[]"
        if shelf.until and shelf.until <= self._clock.now():
            self._make_up(unit, shelf)
        return shelf.shown

    @contextlib.contextmanager
    def news(self, unit: str) -> Iterator[asyncio.Future[None]]:
        """A future that is done when the unit is told something new."""
        shelf = self._shelves.get(unit)
        if shelf is None:
            shelf = self._shelves[unit] = _Shelf()
        future = asyncio.get_running_loop().create_future()
        shelf.waiting.add(future)
        try:
            yield future
        finally:
            shelf.waiting.discard(future)

    # -- making it up --------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Tells changes, with their words, until it is cancelled."""
        while True:
            if not self._dirty:
                self._settled.set()
            incomplete = await self._tell()
            if self._dirty:
                continue
            self._settled.set()
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with time_limit(RETRY_SECONDS if incomplete else None):
                    await self._wake.wait()
            self._dirty |= incomplete

    def words_may_come(self) -> None:
        """The hub is there again: what words are missing is asked for at once."""
        self._wake.set()

    async def _tell(self) -> set[str]:
        """Tells what changed; answers with the units some of whose words are missing."""
        units, self._dirty = self._dirty, set()
        wanted = [id for unit in units for ref in self._refs(self._shelves[unit]) if (id := ref.id) not in self._words]
        if wanted:
            found = await self._ask_texts(wanted)
            if found is not None:
                self._words.update({id: found.get(id, "") for id in wanted})
        incomplete = set()
        for unit in units:
            shelf = self._shelves[unit]
            before = shelf.shown
            if not self._make_up(unit, shelf):
                incomplete.add(unit)
            if shelf.shown != before:
                for future in shelf.waiting:
                    if not future.done():
                        future.set_result(None)
        self._forget_words()
        return incomplete

    def _forget_words(self) -> None:
        """Words of orders that are not shown any more are not kept."""
        if len(self._words) > self._words_before + _WORDS_UNLOOKED:
            needed = {ref.id for shelf in self._shelves.values() for ref in self._refs(shelf)}
            self._words = {id: words for id, words in self._words.items() if id in needed}
            self._words_before = len(self._words)

    def _refs(self, shelf: _Shelf) -> Iterator[TextRef]:
        for id in shelf.orders:
            case = self.state.cases.get(self._of[id][1])
            if case is not None and id in case.orders:
                yield from filter(None, shown(case, case.orders[id]).values())

    def _make_up(self, unit: str, shelf: _Shelf) -> bool:
        """Makes up what the unit is shown; False where words are missing."""
        now = self._clock.now()
        complete = True
        leaves = 0
        told: list[tuple[int, OrderOut]] = []
        for id in list(shelf.orders):
            case = self.state.cases.get(self._of[id][1])
            order = case.orders.get(id) if case is not None else None
            ends = _ended(order) + SHOWN_ENDED if order is not None and order.ended else 0
            if case is None or order is None or 0 < ends <= now:
                del shelf.orders[id]
                continue
            if ends:
                leaves = min(leaves or ends, ends)
            complete &= all(ref is None or ref.id in self._words for ref in shown(case, order).values())
            told.append((order.issued, self._told(case, order)))
        told.sort(key=lambda pair: (pair[0], pair[1].id))
        # a revision that is told again with its words is another one
        shelf.shown = 2 * shelf.seq + complete if shelf.seq else 0, msgspec.json.encode([out for _, out in told])
        shelf.until = leaves
        return complete

    def _told(self, case: Case, order: Order) -> OrderOut:
        refs = shown(case, order)
        words = {name: "" if ref is None else self._words.get(ref.id) for name, ref in refs.items()}
        name = self._kind(case.facts.kind)
        return OrderOut(
            id=order.id,
            number=order.number,
            state=order.state,
            lead=order.lead,
            kind=KindOut(case.facts.kind, name["zh"], name.get("en") or name["zh"]),
            level=case.facts.level,
            lon=case.facts.lon,
            lat=case.facts.lat,
            datum="wgs84",
            place=words["place"],
            words=words["words"],
            text=words["text"],
            issued=iso(order.issued),
            valid_until=iso_or_none(order.valid_until),
            arrive_by=iso_or_none(order.arrive_by),
            finish_by=iso_or_none(order.finish_by),
            photos=[photo.sha256 for photo in order.photos],
            recalled=order.state == "recalled",
        )


def _ended(order: Order) -> int:
    return order.times.get(order.state, 0) if order.state in ENDED else 0
