"""What came of a rehearsal, from the decisions of its own ledger: who did what when, and how long each stage took."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.ledger.book import Book
from cockpit.model.cases import Case, Order
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock
from cockpit.model.entries import (
    CallMade,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    Decision,
    Entry,
    Noted,
    OrderIssued,
    OrderMoved,
    OrderUrged,
    PhotoAdded,
    Refused,
    StageReached,
    Unknown,
)
from cockpit.model.messages import Message
from cockpit.model.rehearsal import Did, Held, OrderTime, Report, StageTime, Text

log = logging.getLogger(__name__)

FILE = "report.json"
MOST_DID = 20_000


class Reporter:
    """Listens to the ledger of a rehearsal. To be used on the hub's loop."""

    def __init__(
        self, id: str, name: Text, pack: Pack, clock: CityClock, book: Book, unit_name: Callable[[str], str]
    ) -> None:
        """
        Args:
            unit_name: of the key of a unit.
        """
        self._id, self._name, self._pack = id, name, pack
        self._clock, self._book, self._unit_name = clock, book, unit_name
        self._rows: list[tuple[Decision, Entry | Unknown]] = []
        self._stages: dict[str, list[tuple[str, int, int]]] = {}
        self._words: dict[str, str] = {}
        self._began = 0
        book.listeners.append(self._decided)

    def begin(self) -> None:
        """The city's clock is known: it begins now."""
        self._began = self._clock.now()

    @property
    def began(self) -> int:
        return self._began

    def _decided(self, decision: Decision, data: bytes) -> None:
        for entry in decision.said():
            if isinstance(entry, StageReached):
                self._stages.setdefault(decision.case, []).append((entry.stage, decision.at, entry.due))
            elif len(self._rows) < MOST_DID:
                self._rows.append((decision, entry))

    async def report(self, held: tuple[Held, ...]) -> Report:
        """As it stands now."""
        await self._fetch_words()
        state = self._book.state
        did = [self._did(decision, entry) for decision, entry in self._rows]
        cases = [state.cases[id] for id in self._stages if id in state.cases]
        return Report(
            self._id,
            self._name,
            dict(self._pack.name),
            self._began,
            self._clock.now(),
            tuple(did),
            tuple(row for case in cases for row in self._stage_times(case)),
            tuple(self._order_time(case, order) for case in cases for order in case.orders.values()),
            held,
        )

    async def write(self, folder: Path, held: tuple[Held, ...]) -> None:
        """Keeps it; a full disk leaves the one before."""
        data = msgspec.json.encode(await self.report(held))
        with contextlib.suppress(OSError):
            beside = folder / f"{FILE}.new"
            beside.write_bytes(data)
            os.replace(beside, folder / FILE)

    async def _fetch_words(self) -> None:
        wanted = {ref.id for decision, _ in self._rows for ref in decision.texts.values()} - self._words.keys()
        while wanted:
            reply = await self._book.words(sorted(wanted)[:500], "duty")
            if reply.problem is not None:
                return
            self._words |= reply.texts
            asked = set(sorted(wanted)[:500]) - set(reply.more)
            for gone in asked - reply.texts.keys():
                self._words[gone] = ""
            wanted -= asked

    def _did(self, decision: Decision, entry: Entry | Unknown) -> Did:
        case = self._book.state.cases.get(decision.case)
        order = case.orders.get(getattr(entry, "order", "")) if case is not None else None
        words = {name: self._words.get(ref.id, "") for name, ref in decision.texts.items()}
        actor = decision.actor
        who = words.pop("who", "") or (self._unit_name(actor.unit) if actor.unit else actor.seat)
        return Did(
            decision.at,
            who,
            actor.role,
            self._what(entry),
            case.number if case is not None else "",
            order.number if order is not None else "",
            " ".join(text for text in words.values() if text),
        )

    def _what(self, entry: Entry | Unknown) -> Message:
        match entry:
            case CaseOpened():
                return Message("rehearsal.did_opened", {"kind": self._pack.kind(entry.facts.kind).name})
            case OrderIssued():
                return Message("rehearsal.did_ordered", {"unit": self._unit_name(entry.unit)})
            case OrderMoved():
                return Message("rehearsal.did_moved", {"state": Message(f"orders.state_{entry.state}")})
            case PhotoAdded():
                return Message("rehearsal.did_photo")
            case Noted():
                return Message("rehearsal.did_noted")
            case CaseClosed():
                return Message("rehearsal.did_closed")
            case CaseReopened():
                return Message("rehearsal.did_reopened")
            case CallMade():
                return Message("rehearsal.did_called")
            case OrderUrged():
                return Message("rehearsal.did_urged", {"step": entry.step})
            case Refused():
                return Message("rehearsal.did_refused", {"why": entry.reason})
            case _:
                return Message("rehearsal.did_other")

    def _stage_times(self, case: Case) -> list[StageTime]:
        names = {rule.id: rule.name for rule in self._pack.loop.stages}
        kind, now = dict(self._pack.kind(case.facts.kind).name), self._clock.now()
        rows, reached = [], self._stages[case.id]
        for i, (stage, at, due) in enumerate(reached):
            last = i == len(reached) - 1
            if last and not case.open:
                break
            until = now if last else reached[i + 1][1]
            name = dict(names.get(stage, {"zh": stage}))
            limit = due - at if due else 0
            rows.append(StageTime(case.number, kind, case.facts.level, name, until - at, limit, last))
        return rows

    def _order_time(self, case: Case, order: Order) -> OrderTime:
        start = order.times.get("sent", order.issued)

        def after(state: str) -> int:
            return order.times[state] - start if state in order.times else -1

        return OrderTime(
            case.number,
            order.number,
            self._unit_name(order.unit),
            order.state,
            after("read"),
            after("on_scene"),
            after("done"),
            order.arrive_by - start if order.arrive_by else 0,
            order.finish_by - start if order.finish_by else 0,
        )
