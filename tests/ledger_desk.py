"""A hub's ledger without a hub: decides by the rules, makes the bytes of decisions, folds them."""

from __future__ import annotations

from functools import lru_cache

from cockpit.ledger.decide import Decided, decide, record, refusal, sweep
from cockpit.ledger.fold import State
from cockpit.model.clock import HOUR, MINUTE, from_iso
from cockpit.model.entries import (
    Act,
    Actor,
    Command,
    Decision,
    Fact,
    IssueOrders,
    NewCase,
    NewOrder,
    PhotoRef,
    TextRef,
    digest,
    encode,
    raw_entry,
)
from cockpit.model.loop import LoopRules
from cockpit.model.messages import Message
from cockpit.model.ports.units import UnitNow
from cockpit.model.tables import UnitState
from cockpit.packs.read import read_pack

START = from_iso("2026-07-14T09:00:00+08:00")
SEAT_1, SEAT_2 = Actor("seat-1", "duty"), Actor("seat-2", "duty")
PHOTO = PhotoRef("ab" * 32, 120_000, "image/jpeg")


@lru_cache(maxsize=1)
def rules() -> LoopRules:
    return read_pack("lujiazui").loop


def new_case(event: str = "events/E1", **given: object) -> NewCase:
    facts = {"kind": "E0506", "level": 1, "lon": 121.5, "lat": 31.24, "area": "310115004", "channel": "video", **given}
    return NewCase(event=event, **facts)  # type: ignore[arg-type]


def issue(*units: str, event: str = "", order: str = "o", **given: object) -> IssueOrders:
    """An order to each unit (`U1` is `positions/U1`), ids `o-U1`; with an event it opens the case."""
    orders = tuple(NewOrder(f"{order}-{unit}", f"positions/{unit}", n == 0) for n, unit in enumerate(units))
    opened = new_case(event, **given) if event else None
    return IssueOrders(orders, 8 * MINUTE, HOUR, opened)


class Crew:
    """Units `positions/U1` … that a test can send home."""

    def __init__(self) -> None:
        self.now: dict[str, UnitNow] = {
            f"positions/U{n}": UnitNow(UnitState.FREE, f"网格员 {n}", "grid", "310115004001") for n in range(1, 8)
        }

    def set(
        self, unit: str, state: UnitState, area: str = "310115004001", known: bool = True, kind: str = "grid"
    ) -> None:
        self.now[f"positions/{unit}"] = UnitNow(state, unit, kind, area, known)

    def unit(self, key: str) -> UnitNow | None:
        return self.now.get(key)


class Desk:
    """Attributes:
    state: after all that was decided; log: bytes of the decisions, in order.
    now: city time.
    """

    def __init__(self, loop: LoopRules | None = None) -> None:
        self.state = State()
        self.log: list[bytes] = []
        self.crew = Crew()
        self.now = START
        self.rules = loop or rules()
        self._ids = 0

    def command(
        self, act: Act, case: str = "c1", expected: int | None = None, valid_until: int = 0, **texts: str
    ) -> Command:
        self._ids += 1
        seen = self.state.revision(case) if expected is None else expected
        return Command(f"cmd-{self._ids}", case, seen, self.now, valid_until, act, texts)

    def fact(self, kind: str, order: str, **given: object) -> Fact:
        self._ids += 1
        unit = f"positions/{order.rpartition('-')[2]}"
        filled = {"unit": unit, "device": "d", "said": self.now, "received": self.now, **given}
        return Fact(id=f"fact-{self._ids}", kind=kind, order=order, **filled)  # type: ignore[arg-type]

    def take(self, command: Command, actor: Actor = SEAT_1) -> Message | None:
        """What a hub does with a command: why it was refused, None when it took effect."""
        found = decide(self.state, command, actor, self.now, self.rules, self.crew)
        decided = refusal(self.state, command, found) if isinstance(found, Message) else found
        self.append(decided, command.id, command.issued, actor, command.texts)
        return found if isinstance(found, Message) else None

    def do(self, act: Act, case: str = "c1", actor: Actor = SEAT_1, **given: object) -> Message | None:
        return self.take(self.command(act, case, **given), actor)  # type: ignore[arg-type]

    def report(self, *kinds: str, order: str, **given: object) -> None:
        """Facts of a device, one after the other."""
        for kind in kinds:
            fact = self.fact(kind, order, **given)
            actor = Actor("gateway", "device", fact.unit)
            self.append(record(self.state, fact, self.now, self.rules), fact.id, fact.said, actor, fact.texts)

    def sweep(self) -> int:
        found = sweep(self.state, self.now, self.rules)
        for decided in found:
            self.append(decided, decided.cause, self.now, Actor("hub", "hub"), {})
        return len(found)

    def append(self, decided: Decided, cause: str, issued: int, actor: Actor, texts: dict[str, str]) -> None:
        refs = {name: TextRef(f"t-{cause}-{name}", digest(words.encode())) for name, words in texts.items()}
        decision = Decision(
            hub="h", seq=self.state.seq + 1, prev=self.state.head, cause=cause, at=self.now, wall=self.now,
            issued=issued, actor=actor, case=decided.case, revision=decided.revision,
            entries=tuple(map(raw_entry, decided.entries)), texts=refs,
        )  # fmt: skip
        data = encode(decision)
        self.state.apply(decision, data)
        self.log.append(data)

    def later(self, us: int) -> None:
        self.now += us
