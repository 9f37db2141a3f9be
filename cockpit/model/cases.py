"""Cases and orders as the fold of the ledger makes them. Times are city time, UTC microseconds, 0 = never.

Nothing here can be part of a cycle: the garbage collector need not look at it (`gc=False`; see `entries`).
"""

from __future__ import annotations

import msgspec

from cockpit.model.entries import Actor, CallMade, Entry, NewCase, PhotoRef, TextRef, Unknown
from cockpit.model.messages import Message

ENDED = frozenset({"verified", "refused", "recalled", "expired"})
"""States of an order in which nothing more is to be done."""
UNTIL_ACCEPTED = frozenset({"sent", "delivered", "read"})
"""States in which an order can be recalled."""
AT_WORK = frozenset({"sent", "delivered", "read", "accepted", "en_route", "on_scene"})
"""States in which a unit is taken by an order."""


class Step(msgspec.Struct, gc=False):
    """One line of a case's timeline.

    Attributes:
        seq: sequence of its decision; 0 while it is provisional.
        at: when the hub decided (provisional: when the key was pressed); issued: when it was done, by its doer.
        entry: what.
        texts: free words by name; plain in `words` while provisional.
        cause: id of the command or fact that it follows from.
    """

    seq: int
    at: int
    issued: int
    actor: Actor
    entry: Entry | Unknown
    texts: dict[str, TextRef] = {}
    words: dict[str, str] = {}
    provisional: bool = False
    cause: str = ""


class Urge(msgspec.Struct, frozen=True, gc=False):
    """How far one step of an order's climbing came; see `OrderUrged`.

    Attributes:
        at: when it came to this state; begun: when the step began.
    """

    step: int
    by: str
    state: str
    at: int
    begun: int
    unit: str = ""
    why: Message | None = None


class Order(msgspec.Struct, gc=False):
    """工单.

    Attributes:
        number: the printed one, "" until the hub gave it (未编号).
        state: one of `ORDER_STATES`; provisional ones are `confirmed`.
        times: when it came into each state, by name of state.
        text: what is to be done; plain in `words` while provisional.
        command: id of the command that issued it.
        skew: the device's clock minus ours at its last fact, us.
        again: how often it was sent back (返工).
        clash: what its unit reported after it had been recalled or had expired (冲突: it may be on its way), "" none.
        urges: the steps by which it climbed while no device acknowledged it, in order.
    """

    id: str
    case: str
    number: str
    unit: str
    lead: bool
    state: str
    issued: int
    valid_until: int
    arrive_by: int
    finish_by: int
    times: dict[str, int]
    command: str
    text: TextRef | None = None
    words: str = ""
    photos: list[PhotoRef] = []
    reason: TextRef | None = None
    skew: int = 0
    provisional: bool = False
    again: int = 0
    clash: str = ""
    urges: list[Urge] = []

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def working(self) -> bool:
        return self.state in AT_WORK


class Case(msgspec.Struct, gc=False):
    """案件.

    Attributes:
        number: the printed one, "" until the hub gave it (未编号).
        facts: what it is about; its `event` is "" when taken by telephone.
        stage: one of `STAGES`; stage_at: since when; due: when that stage is overdue, 0 never.
        stages: when it came into each stage, by name.
        revision: counts what the hub decided about it; 0 while it is provisional.
        orders: by id, in the order of issue.
        steps: its timeline, oldest first.
        texts: `place`, `caller`, `words`; plain in `words` while provisional.
        result: how it was closed, "" while it is open.
        provisional: something about it waits in this seat's outbox.
        acts: by seat, the revision of what it last had decided about the case.
        calls: made about it, each leg once, in the order in which they were noted.
        urged: how often leaders pressed it 督办; urged_at: when they did last.
        meeting: id of the last call in which its people conferred 会商; met_at: when; met_by: the seat that called.
    """

    id: str
    number: str
    facts: NewCase
    stage: str
    stage_at: int
    due: int
    stages: dict[str, int]
    revision: int
    opened: int
    orders: dict[str, Order]
    steps: list[Step]
    texts: dict[str, TextRef] = {}
    words: dict[str, str] = {}
    result: str = ""
    closed: int = 0
    provisional: bool = False
    acts: dict[str, int] = {}
    calls: list[CallMade] = []
    urged: int = 0
    urged_at: int = 0
    meeting: str = ""
    met_at: int = 0
    met_by: str = ""

    @property
    def open(self) -> bool:
        return self.stage not in ("closed", "rated")

    @property
    def ready(self) -> bool:
        """Whether it can be closed as solved: its orders have ended and at least one was verified."""
        states = [order.state for order in self.orders.values()]
        return self.open and "verified" in states and all(state in ENDED for state in states)

    def at_work(self) -> list[Order]:
        return [order for order in self.orders.values() if order.working]
