"""An outbox by chance: puts, tries that arrive or do not, answers that get lost, cancelling, time, kills.

Whatever comes, what is called cancelled or expired never reached the hub, nothing that was told durable is lost, and
lanes keep their order."""

from __future__ import annotations

import queue
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.model.clock import MINUTE, ManualClock
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.store.outbox import Outbox

STEPS = 250
BACK = Message("seat.hub_silent")


class Chance:
    """One run.

    Attributes:
        hub: ids that the hub got, in the order in which they came first.
        durable: ids that somebody was told are safe, by lane, in order.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.clock = ManualClock()
        self.hub: list[str] = []
        self.durable: dict[str, list[str]] = {}
        self.under_way: dict[str, bool] = {}  # id: whether this try arrived
        self._folder = folder
        self._starts = 0
        self._n = 0
        self.box = self._open()

    def _open(self) -> Outbox:
        return Outbox.open(self._folder / str(self._starts) / "outbox.db", self.clock)

    def answer(self, ask: Callable[[Callable[[Any], None]], None]) -> Any:
        came: queue.SimpleQueue[Any] = queue.SimpleQueue()
        ask(came.put)
        return came.get(timeout=30)

    # -- what may happen -----------------------------------------------------------------------------------------

    def put(self) -> None:
        self._n += 1
        ident, lane = f"id-{self._n}", f"lane-{self.random.randrange(4)}"
        until = self.clock.now() + MINUTE if self.random.random() < 0.5 else 0
        going = self.random.random() < 0.5
        problem = self.answer(
            lambda done: self.box.put(ident, lane, ident.encode(), done, issued=0, valid_until=until, going=going)
        )
        assert problem is None
        self.durable.setdefault(lane, []).append(ident)

    def take(self) -> None:
        heads = self.box.heads()
        if heads and self.answer(lambda ready: self.box.take(heads[0].id, ready)):
            self.under_way[heads[0].id] = False

    def arrive(self) -> None:
        for ident in [one for one, arrived in self.under_way.items() if not arrived][:1]:
            self.under_way[ident] = True
            if ident not in self.hub:
                self.hub.append(ident)

    def reply(self) -> None:
        for ident in [one for one, arrived in self.under_way.items() if arrived][:1]:
            del self.under_way[ident]
            self.box.settle(ident, Sending.DONE, None, 1 + self.hub.index(ident))

    def silence(self) -> None:
        for ident in list(self.under_way)[:1]:
            arrived = self.under_way.pop(ident)
            self.box.put_back(ident, BACK, reached=arrived or self.random.random() < 0.5)

    def cancel(self) -> None:
        waiting = [row.id for row in self.box.rows() if row.state is Sending.WAITING]
        if waiting:
            ident = self.random.choice(waiting)
            if self.answer(lambda done: self.box.cancel(ident, done)) is None:
                assert ident not in self.hub

    def time(self) -> None:
        self.clock.advance(self.random.choice((1, 20, 61)))
        for row in self.box.expire():
            assert row.id not in self.hub

    def kill(self) -> None:
        """The files as a kill leaves them; what was under way may have arrived, or may not."""
        before = self._folder / str(self._starts)
        self._starts += 1
        shutil.copytree(before, self._folder / str(self._starts), ignore=shutil.ignore_patterns("*-shm"))
        self.box.close()
        self.under_way.clear()
        self.box = self._open()
        assert self.box.notices == []

    def step(self) -> None:
        acts = (self.put, self.take, self.arrive, self.reply, self.silence, self.cancel, self.time, self.kill)
        self.random.choices(acts, (6, 9, 8, 6, 3, 2, 1, 1))[0]()

    # -- at the end ----------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """A hub that is there again."""
        for ident in list(self.under_way):
            self.box.put_back(ident, BACK, reached=True)
        self.under_way.clear()
        while self.box.heads():
            self.take()
            self.arrive()
            self.reply()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_called_cancelled_or_expired_never_left_and_nothing_is_lost(tmp_path: Path, seed: int) -> None:
    run = Chance(tmp_path, seed)
    try:
        for _ in range(STEPS):
            run.step()
        run.drain()
        states = {row.id: row.state for row in run.box.rows()}
    finally:
        run.box.close()
    for idents in run.durable.values():
        for ident in idents:
            done = states[ident] is Sending.DONE
            assert done or states[ident] in (Sending.CANCELLED, Sending.EXPIRED)
            assert done == (ident in run.hub)
        came = [ident for ident in run.hub if ident in idents]
        assert came == [ident for ident in idents if ident in came]
    assert len(run.hub) > 10
    assert Sending.CANCELLED in states.values()
