"""The closed loop in one process, for tests of panels: the real fold and the real rules, an outbox and a hub in memory.

    cases = LivingCases(clock, picture)
    ident = cases.submit(IssueOrders(...), "", {"order": "请到场处置"}, done)
    cases.step()                       # durable: `done` is told; the hub decides what waits, when `online`
    cases.report(order, "delivered")   # a device's fact
    cases.other(CloseCase(), ident)    # another seat acts

After each of these a test calls `panel.refresh(frozenset({"case", "outbox"}))` as the shell would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from cockpit.ledger.decide import Decided, decide, record, refusal, sweep
from cockpit.ledger.fold import State
from cockpit.ledger.threads import Threads
from cockpit.model.cases import Case, Order
from cockpit.model.clock import MINUTE, Clock
from cockpit.model.entries import (
    FACTS,
    Act,
    Actor,
    Command,
    Decision,
    Fact,
    IssueOrders,
    NewCase,
    NewOrder,
    OpenCase,
    PhotoRef,
    TextRef,
    encode,
    raw_entry,
)
from cockpit.model.ids import new_id
from cockpit.model.loop import LoopRules
from cockpit.model.messages import Message
from cockpit.model.outgoing import SETTLED
from cockpit.model.ports.cases import Check, Sending, Waiting
from cockpit.model.ports.units import UnitNow
from cockpit.model.tables import UnitState
from cockpit.picture.picture import Picture
from cockpit.seat.view import CaseView
from tests.living_loop import living_rules


class PictureUnits:
    """Units of a picture, as the rules ask for them."""

    def __init__(self, picture: Picture) -> None:
        self._table = picture["unit"]

    def unit(self, key: str) -> UnitNow | None:
        row = self._table.row_of(key)
        if row is None:
            return None
        found = self._table.row(row)
        return UnitNow(UnitState(int(found["state"])), found["name"], found["kind"], found["area"])


class LivingCases:
    """`ports.Cases`.

    Attributes:
        online: whether the hub decides in `step`; while it does not, what is durable waits.
        known: whether there is a ledger to count.
        broken: why nothing can be kept now (a full disk); None: it can.
        actor: this seat.
    """

    def __init__(
        self,
        clock: Clock,
        picture: Picture,
        rules: LoopRules | None = None,
        seat: str = "seat-1",
        role: str = "duty",
        who: str = "张敏",
    ) -> None:
        self.online = True
        self.known = True
        self.broken: Message | None = None
        self.actor = Actor(seat, role)
        self._who = who
        self._clock = clock
        self._rules = rules or living_rules()
        self._units = PictureUnits(picture)
        self._view = CaseView(self._rules, self._units, clock, self.actor)
        self._rows: dict[str, Waiting] = {}
        self._commands: dict[str, Command] = {}
        self._words: dict[str, str] = {}
        self._photos: dict[str, bytes] = {}
        self._told: list[Callable[[], None]] = []

    @property
    def state(self) -> State:
        """What the ledger says."""
        return self._view.state

    @property
    def threads(self) -> Threads:
        """批示 and 请示, with what waits on top."""
        return self._view.top.threads

    def sit(self, seat: str, role: str) -> None:
        """Somebody else sits here."""
        self.actor = self._view.actor = Actor(seat, role)

    # -- what a test does ----------------------------------------------------------------------------------------

    def step(self) -> None:
        """Answers what was asked, and lets the hub decide what waits."""
        told, self._told = self._told, []
        for tell in told:
            tell()
        if self.online:
            for ident, row in self._rows.items():
                if row.state is Sending.WAITING:
                    problem = self._decided(self._commands[ident], self.actor)
                    sent = Sending.SENT if isinstance(row.act, IssueOrders) else Sending.DONE
                    self._move(ident, Sending.REFUSED if problem else sent, problem)
        self._lay()

    def other(
        self, act: Act, case: str = "", texts: dict[str, str] | None = None, seat: str = "seat-2", role: str = "duty"
    ) -> str:
        """Another seat acts; returns the id of the case. Raises AssertionError when the hub refuses."""
        command = self._command(act, case, {"who": "李伟", **(texts or {})}, 0)
        problem = self._decided(command, Actor(seat, role))
        assert problem is None, problem.in_chinese()
        self._lay()
        return command.case

    def report(
        self,
        order: str,
        kind: str,
        ahead: float = 0.0,
        photo: bytes = b"",
        texts: dict[str, str] | None = None,
        lon: float | None = None,
        lat: float | None = None,
    ) -> None:
        """A device's fact, one of `FACTS`; its clock goes `ahead` seconds."""
        assert kind in FACTS
        found = self.state.order(order)
        assert found is not None, "no such order"
        now = self._clock.now()
        ref = None
        if photo:
            ref = PhotoRef(hashlib.sha256(photo).hexdigest(), len(photo), "image/jpeg")
            self._photos[ref.sha256] = photo
        said = now + round(ahead * 1_000_000)
        fact = Fact(new_id(self._clock), kind, order, found.unit, "device-1", said, now, lon, lat, ref, texts or {})
        decided = record(self.state, fact, now, self._rules)
        self._append(decided, fact.id, said, Actor("gateway", "device", found.unit), fact.texts)
        self._acknowledged()
        self._lay()

    def walk(self, order: str, *kinds: str) -> None:
        """Facts one after the other: `walk(order, "delivered", "read", "accepted")`."""
        for kind in kinds:
            self.report(order, kind)

    def sweep(self) -> None:
        """The hub looks for what time has decided: orders that expired."""
        for decided in sweep(self.state, self._clock.now(), self._rules):
            self._append(decided, decided.cause, self._clock.now(), Actor("hub", "hub"), {})
        self._lay()

    def park(self, ident: str, problem: Message) -> None:
        """Something is wrong with a row itself."""
        self._move(ident, Sending.PARKED, problem)
        self._lay()

    def expire(self) -> None:
        """What waits past its validity."""
        for ident, row in self._rows.items():
            if row.state is Sending.WAITING and 0 < row.valid_until < self._clock.now():
                self._move(ident, Sending.EXPIRED, None)
        self._lay()

    def order(
        self, event: dict[str, Any], unit: str, words: str = "请到场处置", valid_for: int = 10 * MINUTE
    ) -> tuple[str, str]:
        """Orders a unit to an event (a row of the picture), durable and decided; ids of the case and of the order."""
        order = NewOrder(new_id(self._clock), unit)
        facts = case_of(event)
        act = IssueOrders((order,), 15 * MINUTE, 60 * MINUTE, facts)
        ident = self.submit(act, "", {"order": words, "place": event["place"]}, lambda problem: None, valid_for)
        self.step()
        return ident, order.id

    # -- inside --------------------------------------------------------------------------------------------------

    def _command(self, act: Act, case: str, texts: dict[str, str], valid_for: int) -> Command:
        now = self._clock.now()
        new = isinstance(act, OpenCase) or (isinstance(act, IssueOrders) and act.open is not None)
        ident = case or new_id(self._clock)
        expected = 0 if new else self.state.revision(ident)
        return Command(new_id(self._clock), ident, expected, now, now + valid_for if valid_for else 0, act, texts)

    def _decided(self, command: Command, actor: Actor) -> Message | None:
        found = decide(self.state, command, actor, self._clock.now(), self._rules, self._units)
        if isinstance(found, Message):
            self._append(refusal(self.state, command, found), command.id, command.issued, actor, {})
            return found
        self._append(found, command.id, command.issued, actor, command.texts)
        return None

    def _append(self, decided: Decided, cause: str, issued: int, actor: Actor, texts: dict[str, str]) -> None:
        refs = {}
        for name, words in texts.items():
            refs[name] = TextRef(new_id(self._clock), hashlib.sha256(words.encode()).hexdigest())
            self._words[refs[name].id] = words
        state, now = self.state, self._clock.now()
        decision = Decision(
            "hub-1", state.seq + 1, state.head, cause, now, now, issued, actor, decided.case, decided.revision,
            tuple(map(raw_entry, decided.entries)), refs,
        )  # fmt: skip
        self._view.apply(decision, encode(decision))

    def _acknowledged(self) -> None:
        for ident, row in self._rows.items():
            if row.state is Sending.SENT:
                case = self.state.cases.get(row.case)
                orders = [o for o in case.orders.values() if o.command == ident] if case else []
                if orders and all(o.ended or "delivered" in o.times for o in orders):
                    self._move(ident, Sending.DONE, None)

    def _move(self, ident: str, state: Sending, problem: Message | None) -> None:
        row = self._rows[ident]
        tries = row.tries + (row.state is Sending.WAITING and state in (Sending.SENT, Sending.DONE, Sending.REFUSED))
        self._rows[ident] = msgspec.structs.replace(
            row, state=state, decided=self._clock.now(), tries=tries, problem=problem
        )

    def _lay(self) -> None:
        waiting = [ident for ident, row in self._rows.items() if row.state is Sending.WAITING]
        self._view.lay([self._commands[ident] for ident in waiting])

    # -- the port ------------------------------------------------------------------------------------------------

    def case(self, ident: str) -> Case | None:
        return self._view.case(ident)

    def of_event(self, key: str) -> Case | None:
        return self._view.of_event(key)

    def all_open(self) -> list[Case]:
        return self._view.all_open()

    def closed(self) -> list[Case]:
        return self._view.closed()

    def order_of(self, unit: str) -> Order | None:
        return self._view.order_of(unit)

    def nearby(self, lon: float, lat: float, metres: float) -> list[tuple[Case, float]]:
        return self._view.nearby(lon, lat, metres)

    def checks(self, act: Act, case: str) -> list[Check]:
        return self._view.checks(act, case)

    def submit(
        self, act: Act, case: str, texts: dict[str, str], done: Callable[[Message | None], None], valid_for: int = 0
    ) -> str:
        command = self._command(act, case, {"who": self._who, **texts}, valid_for)
        if self.broken is not None:
            self._told.append(lambda problem=self.broken: done(problem))  # type: ignore[misc]
            return command.case

        def durable() -> None:
            self._commands[command.id] = command
            self._rows[command.id] = Waiting(
                command.id, command.case, act, command.issued, command.valid_until, Sending.WAITING
            )
            self._lay()
            done(None)

        self._told.append(durable)
        return command.case

    def outbox(self) -> list[Waiting]:
        return list(self._rows.values())

    def cancel(self, command: str, done: Callable[[Message | None], None]) -> None:
        def tell() -> None:
            if self._rows[command].state in (Sending.WAITING, Sending.PARKED):
                self._move(command, Sending.CANCELLED, None)
                self._lay()
                done(None)
            else:
                done(Message("store.cancel_not_waiting"))

        self._told.append(tell)

    def send_again(self, command: str) -> None:
        if self._rows[command].state not in SETTLED:
            self._move(command, Sending.WAITING, None)
            self._lay()

    def texts(self, refs: Sequence[TextRef], done: Callable[[dict[str, str] | Message], None]) -> None:
        found = {ref.id: self._words[ref.id] for ref in refs if ref.id in self._words}
        self._told.append(lambda: done(found))

    def photo(self, sha256: str, thumb: bool, done: Callable[[bytes | Message], None]) -> None:
        self._told.append(lambda: done(self._photos.get(sha256, Message("hub.no_body"))))


def case_of(event: dict[str, Any]) -> NewCase:
    """The facts of a case about an event (a row of the picture)."""
    return NewCase(
        event["key"], event["kind"], int(event["level"]), float(event["lon"]), float(event["lat"]), event["area"],
        event["channel"],
    )  # fmt: skip
