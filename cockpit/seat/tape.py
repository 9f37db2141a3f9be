"""The tape at a seat: asks the hub how it stands, and shows what was in the place of what is. No Qt."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

import msgspec

from cockpit.bus import subjects
from cockpit.model.batch import Batch, decode
from cockpit.model.clock import CityTime
from cockpit.model.messages import Message
from cockpit.model.replay import WAS, ReplayState, ReplaySteer, ReplayWanted, TapeState, TapeWanted
from cockpit.model.typed import from_msgpack
from cockpit.model.values import Values
from cockpit.seat.past import CasesThen, TravelClock
from cockpit.seat.seat import Seat

log = logging.getLogger(__name__)

TOPIC = "replay"
ALIVE_SECONDS = 5.0
"""So often the hub is told that somebody still looks."""
MOST = 20_000
"""Messages that may wait for the state that follows them; past it the picture is asked for once more."""
ENDED = "tape.no_replay"
"""What the hub answers where the replay runs no more."""

Done = Callable[[Message | None], None]


class TapeAtSeat:
    """`ports.Tape`. To be used on the thread that ticks."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._state = ReplayState()
        self._travel = TravelClock(seat.live.base)
        self._cases: CasesThen | None = None
        self._lock = threading.Lock()
        self._waiting: list[Batch | Values] = []
        self._told = -1e9
        self._run = 0
        seat.on_lost = self._lost
        seat.in_tick = self._tick

    # -- the port --------------------------------------------------------------------------------------------------

    @property
    def replay(self) -> ReplayState:
        return self._state

    def state(self, done: Callable[[TapeState | Message], None]) -> None:
        self._seat.ask("tape.state", TapeWanted(), TapeState, done)

    def start(self, at: int, rate: float, mode: str, done: Done, tape: str = "") -> None:
        self._run += 1
        run = self._run

        def begun(reply: ReplayState | Message) -> None:
            if isinstance(reply, Message):
                done(reply)
            elif run == self._run:
                self._enter(reply)
                done(None)

        self._seat.ask("tape.start", ReplayWanted(at, rate, mode, tape), ReplayState, begun)

    def steer(self, at: int | None = None, rate: float | None = None, mode: str | None = None) -> None:
        if not self._state.id:
            return
        self._tell(ReplaySteer(at, rate, mode))
        changes: dict[str, object] = {}
        if at is not None or mode is not None:  # until it is there, what is shown stands
            changes["busy"] = True
            self._travel.set(self._travel.now(), 0.0)
        for name, value in (("at", at), ("rate", rate), ("mode", mode)):
            if value is not None:
                changes[name] = value
        self._state = msgspec.structs.replace(self._state, **changes)

    def stop(self) -> None:
        self._run += 1
        if self._state.id:
            self._seat.ask("tape.stop", TapeWanted(), TapeWanted, lambda reply: None)
            self._leave()

    # -- there and back --------------------------------------------------------------------------------------------

    def _enter(self, state: ReplayState) -> None:
        again = bool(self._state.id)
        self._state = state
        self._told = self._seat.clock.mono()
        with self._lock:
            self._waiting.clear()
        if not again:
            self._travel.set(state.at, 0.0)
            self._seat.look_back(subjects.replay(state.id), self._came)
        self._show_cases()

    def _show_cases(self) -> None:
        """The cases of this hub; those of a tape from elsewhere are in a ledger that is not here."""
        seat, cases = self._seat, self._seat.cases
        self._cases = None
        if not self._state.tape:
            units = seat.units_shown
            self._cases = CasesThen(cases.copy, seat.pack.loop, units, seat.live, seat.clock)
        cases.show_then(self._cases.view if self._cases is not None else None, past=True)

    def _leave(self) -> None:
        self._state = ReplayState()
        self._cases = None
        self._seat.cases.show_then(None, past=False)
        with self._lock:
            self._waiting.clear()
        self._seat.look_at_now()

    def _lost(self) -> None:
        """The hub is gone, and its replay with it."""
        if self._state.id:
            self._leave()

    def _tell(self, order: ReplaySteer) -> None:
        self._told = self._seat.clock.mono()
        run = self._run

        def answered(reply: ReplaySteer | Message) -> None:
            if isinstance(reply, Message) and run == self._run and self._state.id:
                self._seat.notices.append(reply)
                if reply.id == ENDED:
                    self._leave()

        self._seat.ask("tape.steer", order, ReplaySteer, answered)

    # -- what comes ------------------------------------------------------------------------------------------------

    def _came(self, topic: str, data: bytes) -> None:
        """A message of the replay's world; on the I/O thread."""
        if topic == TOPIC:
            with contextlib.suppress(msgspec.MsgspecError):
                state = from_msgpack(data, type=ReplayState)
                with self._lock:
                    batches, self._waiting = self._waiting, []
                self._seat.later(lambda: self._take(state, batches))
            return
        with contextlib.suppress(ValueError):
            batch = decode(data)
            with self._lock:
                self._waiting.append(batch)
                if len(self._waiting) > MOST:
                    self._waiting.clear()  # the numbers that are missing are noticed, and asked for

    def _take(self, state: ReplayState, batches: list[Batch | Values]) -> None:
        """What came before a state is the picture of its instant: both at once, in a tick."""
        if state.id != self._state.id or not self._state.id:
            return
        picture = self._seat.picture
        for batch in batches:
            if batch.hub != picture.hub:
                picture.clear()
            if isinstance(batch, Values):
                picture.apply_values(batch)
            else:
                picture.apply(batch)
        self._state = state
        if batches or not state.busy:
            run, demo = subjects.replay(state.id), self._seat.live.city.demo
            self._travel.set(state.at, 0.0 if state.busy else state.rate)
            city = CityTime(state.at, state.city, state.pace, run, demo)
            self._seat.show_time(self._travel, city, state.mode == WAS)
            if self._cases is not None and self._cases.go(state.at):
                self._seat.cases.then_changed()

    def _tick(self) -> None:
        if not self._state.id:
            return
        if self._cases is not None and self._cases.behind and self._cases.fold():
            self._seat.cases.then_changed()
        picture = self._seat.picture
        if picture.gaps:
            picture.gaps.clear()
            self._tell(ReplaySteer(again=True))
        elif self._seat.clock.mono() - self._told >= ALIVE_SECONDS:
            self._tell(ReplaySteer())
