"""A seat without a screen that gives out commands as fast as a city takes them, until it is killed.

    python -m tests.torture.driver --profile DIR --hub DIR --pack NAME --journal FILE --seed N [--quiet FILE]

Each command that the seat says is durable is written into the journal, with fsync, before the next one: what stands
there must never be lost. With the file of `--quiet` there it gives out nothing new, and writes into the file of
`--state` what the seat makes of the ledger, as often as that changes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import threading
from pathlib import Path

from cockpit.bus.where import OwnHub
from cockpit.model.cases import UNTIL_ACCEPTED, Case
from cockpit.model.clock import MINUTE, SystemClock
from cockpit.model.entries import AddNote, CloseCase, IssueOrders, NewCase, NewOrder, RecallOrder, VerifyOrder
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.model.tables import EventState, UnitState
from cockpit.packs.read import read_pack
from cockpit.processes import die_with_parent
from cockpit.seat import Seat

TICK = 0.03
MOST_WAITING = 25
"""Commands that may wait in the outbox before the next one is given out: a person would not either."""


class Driver:
    """The officer of the seat; does what comes to mind, reproducibly."""

    def __init__(self, seat: Seat, journal: Path, seed: str) -> None:
        self.seat = seat
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._random = random.Random(seed)
        self._clock = SystemClock()
        self._pending = 0

    def act(self) -> None:
        """One act, if one is at hand."""
        waiting = [row for row in self.seat.cases.outbox() if row.state is Sending.WAITING]
        if self._pending or len(waiting) >= MOST_WAITING:
            return
        cases = self.seat.cases.all_open()
        self._random.shuffle(cases)
        what = self._random.random()
        if what < 0.45 or not cases:
            self._issue()
        elif what < 0.65:
            self._submit(AddNote(), cases[0].id, {"words": f"电话核实 {self._random.random()}"})
        else:
            for case in cases[:20]:
                if self._go_on(case):
                    return
            self._issue()

    def _go_on(self, case: Case) -> bool:
        for order in case.orders.values():
            if order.state == "done":
                self._submit(VerifyOrder(order.id, self._random.random() < 0.9), case.id, {})
                return True
            if order.state in UNTIL_ACCEPTED and self._random.random() < 0.15:
                self._submit(RecallOrder(order.id), case.id, {"reason": "改派"})
                return True
        if case.orders and all(order.ended for order in case.orders.values()):
            solved = any(order.state == "verified" for order in case.orders.values())
            self._submit(CloseCase("solved" if solved else "void"), case.id, {})
            return True
        return False

    def _issue(self) -> None:
        events, units = self.seat.picture["event"], self.seat.picture["unit"]
        is_open = [i for i, s in enumerate(events.numbers("state").tolist()) if s == EventState.OPEN]
        free = [i for i, s in enumerate(units.numbers("state").tolist()) if s == UnitState.FREE]
        unit_keys = units.text("key")
        free = [i for i in free if self.seat.cases.order_of(unit_keys[i]) is None]
        if not is_open or not free:
            return
        event = events.row(self._random.choice(is_open))
        order = NewOrder(new_id(self._clock), unit_keys[self._random.choice(free)])
        known = self.seat.cases.of_event(event["key"])
        known = known if known is not None and known.open else None
        facts = NewCase(
            event["key"],
            event["kind"],
            int(event["level"]),
            float(event["lon"]),
            float(event["lat"]),
            event["area"],
            event["channel"],
        )
        act = IssueOrders((order,), 10 * MINUTE, 60 * MINUTE, None if known else facts)
        self._submit(act, known.id if known else "", {"order": "请到场处置", "place": event["place"]})

    def _submit(self, act: object, case: str, texts: dict[str, str]) -> None:
        before = {row.id for row in self.seat.cases.outbox()}
        self._pending += 1

        def done(problem: Message | None) -> None:
            self._pending -= 1
            if problem is None:
                for row in self.seat.cases.outbox():
                    if row.id not in before:
                        os.write(self._journal, f"{row.id}\n".encode())
                os.fsync(self._journal)

        self.seat.cases.submit(act, case, texts, done)  # type: ignore[arg-type]

    def state(self) -> str:
        """What this seat makes of the ledger: to be the same at every seat."""
        cases = [*self.seat.cases.all_open(), *self.seat.cases.closed()]
        seen = {
            case.id: [case.number, case.stage, case.revision, {o.id: o.state for o in case.orders.values()}]
            for case in cases
        }
        waiting = sum(row.state is Sending.WAITING for row in self.seat.cases.outbox())
        return json.dumps({"cases": seen, "waiting": waiting}, sort_keys=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("profile", "hub", "journal", "quiet", "state"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--seed", required=True)
    args = parser.parse_args()
    die_with_parent()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    seat = Seat(args.profile, read_pack(args.pack), OwnHub(args.hub), SystemClock())
    seat.open_cache()
    seat.start()
    driver = Driver(seat, args.journal, args.seed)
    told = ""
    while not stop.wait(TICK):
        seat.tick()
        if not args.quiet.exists():
            driver.act()
        elif (state := driver.state()) != told:
            told = state
            temporary = args.state.with_suffix(".part")
            temporary.write_text(state)
            temporary.rename(args.state)
    seat.close()


if __name__ == "__main__":
    main()
