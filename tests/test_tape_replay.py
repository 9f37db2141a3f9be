"""A replay at a seat, over a real hub, a real bus and a real process: there, about, and back to what is live."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit import cli
from cockpit.bus.client import connect
from cockpit.bus.users import Keys, permissions
from cockpit.model.clock import SECOND
from cockpit.model.entries import OpenCase
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.model.replay import KNOWN, ReplayState, TapeState
from cockpit.model.tables import TABLES
from cockpit.processes import cockpit_command
from cockpit.seat.alarms import LiveAlarms
from cockpit.seat.tape import TapeAtSeat
from tests.living_hub import CLOCK, LivingHub, Seated, an_open, seated

pytestmark = [pytest.mark.slow, pytest.mark.system]


def alarm(n: int) -> dict[str, Any]:
    row = {c.name: "" if c.dtype == "text" else 0 for c in TABLES["alarm"].columns}
    return {**row, "key": f"alarm/{n}", "feed": "alarm", "rule": "r1", "raised": CLOCK.now(), "received": CLOCK.now()}


def on_hub(hub: LivingHub, call: Any, *args: Any) -> None:
    assert hub._loop is not None
    done = []
    hub._loop.call_soon_threadsafe(lambda: done.append(call(*args)))
    end = CLOCK.mono() + 30
    while not done:
        assert CLOCK.mono() < end


class Desk:
    """A hub, a seat, and its tape."""

    def __init__(self, hub: LivingHub, seat: Seated) -> None:
        self.hub = hub
        self.seat = seat
        self.tape = TapeAtSeat(seat.seat)

    @property
    def alarms(self) -> set[str]:
        return set(self.seat.seat.picture["alarm"].keys)

    def raise_alarm(self, n: int) -> int:
        """Puts one in at the hub and waits until the seat shows it; an instant at which it is the newest."""
        assert self.hub.hub is not None
        on_hub(self.hub, self.hub.hub.intake.put, "alarm", [alarm(n)])
        self.seat.until(lambda: f"alarm/{n}" in self.alarms)
        at = CLOCK.now() + 50_000
        self.seat.until(lambda: CLOCK.now() > at + 100_000)
        return at

    def start(self, at: int, rate: float = 0.0) -> ReplayState:
        assert self.seat.heard(lambda done: self.tape.start(at, rate, KNOWN, done)) is None
        return self.arrive(at)

    def arrive(self, at: int) -> ReplayState:
        state = self.tape.replay
        self.seat.until(lambda: not self.tape.replay.busy and abs(self.tape.replay.at - at) < SECOND, f"{state}")
        return self.tape.replay

    def go(self, at: int) -> None:
        self.tape.steer(at=at)
        self.arrive(at)

    @property
    def child(self) -> int:
        assert self.hub.hub is not None
        (pid,) = self.hub.hub.services[0].replays.pids.values()  # type: ignore[attr-defined]
        return int(pid)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    with LivingHub(folder / "hub") as hub, seated(folder / "seat", hub) as seat:
        made = Desk(hub, seat)
        seat.until(lambda: seat.seat.link.state == "live" and len(seat.seat.picture["unit"]))
        yield made


def test_a_seat_goes_back_sees_what_was_known_and_comes_to_what_is(tmp_path: Path) -> None:
    with desk(tmp_path) as d:
        seat = d.seat
        first = d.raise_alarm(1)
        case = seat.submit(an_open())
        seat.await_states(Sending.DONE)
        second = d.raise_alarm(2)
        state = seat.heard(d.tape.state)
        assert isinstance(state, TapeState)
        assert state.start <= first < second <= state.end + SECOND
        d.start(first)
        assert d.tape.replay.id.startswith("seat-")
        assert d.alarms == {"alarm/1"}
        assert len(seat.seat.picture["unit"]) == 40
        assert abs(seat.seat.clock.wall() - first) < SECOND
        assert seat.cases.case(case) is None, "it was opened later"
        assert d.hub.hub is not None
        on_hub(d.hub, d.hub.hub.intake.put, "alarm", [alarm(3)])  # what happens now is not shown
        d.go(second)
        assert d.alarms == {"alarm/1", "alarm/2"}
        seat.until(lambda: seat.cases.case(case) is not None)
        d.go(first)
        assert d.alarms == {"alarm/1"}
        seat.until(lambda: seat.cases.case(case) is None)
        d.tape.steer(rate=10.0)
        seat.until(lambda: d.alarms == {"alarm/1", "alarm/2"}, "it goes on")
        d.tape.stop()
        assert not d.tape.replay.id
        seat.until(lambda: d.alarms == {"alarm/1", "alarm/2", "alarm/3"})
        assert abs(seat.seat.clock.wall() - CLOCK.now()) < SECOND
        assert seat.cases.case(case) is not None
        seat.until(lambda: not d.hub.hub.services[0].replays.pids)  # type: ignore[union-attr,attr-defined]


def test_in_a_replay_nothing_is_done_to_what_is_live_and_the_cache_keeps_what_was_live(tmp_path: Path) -> None:
    with desk(tmp_path) as d:
        seat = d.seat
        alarms = LiveAlarms(seat.seat)
        seat.until(lambda: alarms.load.hours, "the load of now")
        first = d.raise_alarm(1)
        d.raise_alarm(2)
        d.start(first)
        assert not alarms.load.known
        assert not alarms.load.hours
        decided = d.hub.decided
        heard: list[Message | None] = []
        seat.cases.submit(OpenCase(an_open().case), "", {}, heard.append)
        seat.until(lambda: heard)
        assert heard[0] is not None
        assert heard[0].id == "tape.no_acts"
        answer = seat.heard(lambda done: seat.seat.ask("alarms.act", TABLES["alarm"], TapeState, done))
        assert answer.id == "tape.no_acts"
        refused = seat.seat.retry("events")
        assert refused is not None
        assert refused.id == "tape.no_acts"
        assert (tmp_path / "hub" / "replay-seat-1.log").exists()
        assert seat.rows() == []
        assert d.hub.decided == decided
        seat.seat.cache.flush()
        assert set(seat.seat.cache.load("alarm")["key"]) == {"alarm/1", "alarm/2"}


def test_a_replay_whose_process_is_killed_ends_in_a_sentence_and_live_goes_on(tmp_path: Path) -> None:
    with desk(tmp_path) as d:
        first = d.raise_alarm(1)
        d.raise_alarm(2)
        d.start(first)
        os.kill(d.child, signal.SIGKILL)
        d.seat.until(lambda: not d.tape.replay.id, "the seat notices")
        assert "tape.no_replay" in d.seat.notices
        d.seat.until(lambda: d.alarms == {"alarm/1", "alarm/2"})


def test_a_hub_that_goes_takes_the_replay_with_it_and_the_seat_shows_what_it_last_knew(tmp_path: Path) -> None:
    with desk(tmp_path) as d:
        first = d.raise_alarm(1)
        d.raise_alarm(2)
        d.start(first)
        d.hub.stop()
        d.seat.until(lambda: not d.tape.replay.id)
        assert d.alarms == {"alarm/1", "alarm/2"}
        d.hub.start()
        d.seat.until(lambda: d.seat.seat.link.state == "live")
        gaps = d.seat.heard(d.tape.state).gaps
        assert len(gaps) == 1, "that it did not run is told"


def test_a_tape_from_elsewhere_is_played_beside_the_hubs_own(tmp_path: Path) -> None:
    with desk(tmp_path) as d:
        first = d.raise_alarm(1)
        d.raise_alarm(2)
        profile = ["--profile", str(tmp_path / "hub")]
        out = tmp_path / "x.tape"
        assert cli.main(["tape", "export", "--from", "2020-01-01", "--out", str(out), *profile]) == 0
        assert cli.main(["tape", "import", str(out), "--name", "演练", *profile]) == 0
        state = d.seat.heard(d.tape.state)
        assert [name for name, _, _ in state.imported] == ["演练"]
        _, start, end = state.imported[0]
        assert start <= first <= end
        assert d.seat.heard(lambda done: d.tape.start(first, 0.0, KNOWN, done, "演练")) is None
        d.arrive(first)
        assert d.tape.replay.tape == "演练"
        assert d.alarms == {"alarm/1"}
        assert not d.seat.cases.known, "its cases are in a ledger that is not here"
        d.tape.stop()
        d.seat.until(lambda: d.alarms == {"alarm/1", "alarm/2"})


def test_what_can_not_be_replayed_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with desk(tmp_path) as d:
        for at, rate, mode, tape, why in (
            (0, 99.0, KNOWN, "", "tape.bad_rate"),
            (0, 1.0, "tomorrow", "", "tape.bad_mode"),
            (0, 1.0, KNOWN, "../tape", "tape.no_such_tape"),
        ):
            problem = d.seat.heard(lambda done, a=(at, rate, mode), t=tape: d.tape.start(*a, done, t))
            assert problem.id == why
        assert not d.tape.replay.id


def test_the_user_of_replays_may_publish_their_worlds_and_nothing_else(tmp_path: Path) -> None:
    import asyncio

    told = permissions(Keys(tmp_path).replay())
    worlds = (".replay:seat-", ".replay:leader-")
    assert all(any(world in subject for world in worlds) for subject in told["publish"]["allow"])

    async def story(hub: LivingHub) -> None:
        assert hub.hub is not None
        refused: list[str] = []
        client = await connect(hub.hub.server.url, hub.hub.keys.replay(), "replay", lambda: None)
        try:

            async def failed(problem: Exception) -> None:
                refused.append(str(problem))

            client._error_cb = failed
            for subject in ("pic.hangzhou.live.all.alarm", "cmd.hangzhou.live.seat-1", "ask.replay.hello"):
                await client.publish(subject, b"x")
            await client.publish("pic.hangzhou.replay:seat-1.all.alarm", b"x")
            await client.flush()
            async with asyncio.timeout(30):
                while len(refused) < 3:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.01)
            assert all("permissions violation" in problem for problem in refused)
        finally:
            await client.close()

    with LivingHub(tmp_path / "hub") as hub:
        asyncio.run(story(hub))
        assert msgspec.to_builtins(ReplayState())["id"] == ""


def test_the_process_of_a_replay_says_that_only_a_hub_starts_it() -> None:
    done = subprocess.run(
        cockpit_command("replay"), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "Ctrl+R" in done.stderr
