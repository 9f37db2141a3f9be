"""The real processes of a small city under torture: platform with its workers, hub with bus and gateway, two seats."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sqlite3
import sys
import threading
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import psutil

from cockpit.processes import free_port
from tests.story import EVENING, Program, until
from tests.torture.checker import Left, Verdict, check, facts_taken, rows_of_copy, rows_of_outbox

PACK = "lujiazui"
SEATS = ("a", "b")
BUS = ("nats-server",)
GATEWAY = ("cockpit", "gateway")
DECIDED = "select count(*) from decision"


class Stage:
    """A city, its hub and two seats that give out commands all the time. A context manager.

    Attributes:
        kills: how often each was killed.
    """

    def __init__(self, home: Path, seed: int, speed: float = 10.0) -> None:
        self.home, self.seed = home, seed
        self.kills: dict[str, int] = {}
        self.random = random.Random(seed)
        self._speed = speed
        self._hub_profile = home / "hub"
        self._quiet = home / "quiet"
        self._ends = ExitStack()
        self._programs: dict[str, Program] = {}
        self._starts = 0
        self._written: dict[str, int] = {}

    def __enter__(self) -> Stage:
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        speed = ("--speed", str(self._speed), "--units", "60", *EVENING)
        field = ("--field", self._hub_profile / "field.json")
        self._start("city", "city", "serve", "--city", PACK, "--port", str(port), *speed, *field)
        self._programs["city"].answer()
        self.start_hub()
        for seat in SEATS:
            self.start_seat(seat)
        return self

    def __exit__(self, *_: object) -> None:
        for name in (*SEATS, "hub", "city"):
            if name in self._programs:
                with suppress(AssertionError):
                    self._programs[name].end()

    def _start(self, name: str, *arguments: str | Path, command: list[str] | None = None) -> None:
        self._programs[name] = Program(self.home, *arguments, command=command)

    def start_hub(self) -> None:
        profile = ("--profile", self._hub_profile, "--city", self._url, "--pack", PACK, "--port", "0")
        self._start("hub", "hub", *profile)
        self._programs["hub"].answer()

    def start_seat(self, seat: str) -> None:
        self._starts += 1
        self._written[seat] = self._journal_size(seat)
        options: dict[str, str | Path] = {
            "--profile": self.home / seat,
            "--hub": self._hub_profile,
            "--pack": PACK,
            "--journal": self.home / f"{seat}.journal",
            "--quiet": self._quiet,
            "--state": self.home / f"{seat}.state",
            "--seed": f"{self.seed}/{seat}/{self._starts}",
        }
        words = [word for pair in options.items() for word in pair]
        self._start(seat, *words, command=[sys.executable, "-m", "tests.torture.driver"])

    # -- faults --------------------------------------------------------------------------------------------------

    def kill_seat(self, most_delay: float = 1.0) -> None:
        """Kills one that has given something out since it was started, at a moment of its work."""
        seat = self.random.choice(SEATS)
        until(
            lambda: self._journal_size(seat) > self._written[seat], f"seat {seat} at work", 120, besides=self._all_said
        )
        self.let_work(self.random.uniform(0.0, most_delay))
        self._programs[seat].kill()
        self._count("seat")
        self.start_seat(seat)

    def kill_hub(self) -> None:
        tree = self._programs["hub"].tree()
        self._programs["hub"].kill()
        psutil.wait_procs(tree, timeout=30)  # bus and gateway die with it
        self._count("hub")
        self.start_hub()

    def kill_child(self, name: str, words: tuple[str, ...]) -> None:
        """Bus or gateway alone; the hub starts it again."""
        child = self._programs["hub"].child(words)
        if child is not None:
            with suppress(psutil.Error):
                child.kill()
            self._count(name)

    def cut_off(self, seconds: float) -> None:
        """Nobody reaches anybody: the bus stands still for so long."""
        child = self._programs["hub"].child(BUS)
        if child is None:
            return
        child.send_signal(signal.SIGSTOP)
        self._count("partition")
        self.let_work(seconds)
        with suppress(psutil.Error):
            child.send_signal(signal.SIGCONT)

    def _journal_size(self, seat: str) -> int:
        with suppress(OSError):
            return (self.home / f"{seat}.journal").stat().st_size
        return 0

    def _count(self, name: str) -> None:
        self.kills[name] = self.kills.get(name, 0) + 1

    # -- what it does meanwhile ----------------------------------------------------------------------------------

    def let_work(self, seconds: float) -> None:
        threading.Event().wait(seconds)
        for name in (*SEATS, "city"):
            assert self._programs[name].process.poll() is None, self._said(name)

    def decided(self) -> int:
        """Decisions in the hub's own copy so far."""
        return _count(self._copy())

    def megabytes(self) -> dict[str, int]:
        """Resident memory of hub and seats, 10⁶ bytes."""
        sizes = {}
        for name in ("hub", *SEATS):
            with suppress(psutil.Error):
                sizes[name] = psutil.Process(self._programs[name].process.pid).memory_info().rss // 1_000_000
        return sizes

    def await_more(self, decisions: int) -> None:
        """Until so many more decisions were made: the loop is alive."""
        before = self.decided()
        until(lambda: self.decided() >= before + decisions, f"{decisions} more decisions", 120, self._all_said)

    def settle(self) -> tuple[Verdict, dict[str, Any]]:
        """Lets everything that is under way arrive, ends the seats, and reads what is left.

        Returns:
            what the checker says, and the state as each seat sees it.
        """
        self._quiet.touch()
        until(self._at_rest, "all seats at rest and of one mind", 180, self._all_said)
        # what a killed gateway had noted and not yet put away its device says again, as long as it is there
        until(self._facts_put, "all facts of devices put away", 60, self._all_said)
        self._programs["city"].end()  # the workers go home: nothing more happens
        until(self._at_rest, "all seats at rest and of one mind", 60, self._all_said)
        until(self._facts_put, "the last facts of devices put away", 60, self._all_said)
        until(self._facts_gone, "all facts of devices on their way", 60, self._all_said)
        left = Left([])
        # before the stream: what is told and done here must be there
        left.told = self._facts_taken()
        left.facts = {json.loads(data)["id"]: state for data, state in rows_of_outbox(self._field("outbox.db"))}
        left.stream = stream = asyncio.run(self._stream())
        until(lambda: self._readers_have(len(stream)), "all readers have all of the stream", 60, self._all_said)
        states = {seat: self._state(seat) for seat in SEATS}
        for seat in SEATS:
            self._programs[seat].end()
        left.copies["hub"] = rows_of_copy(self._copy())
        for seat in SEATS:
            left.copies[seat] = rows_of_copy(self.home / seat / PACK / "ledger.db")
            left.outboxes[seat] = rows_of_outbox(self.home / seat / PACK / "outbox.db")
            journal = self.home / f"{seat}.journal"
            left.journals[seat] = journal.read_text().split("\n")[:-1] if journal.exists() else []
            left.states[seat] = states[seat]["cases"]
        left.copies["gateway"] = rows_of_copy(self._field("ledger.db"))
        # what follows the stream while we read may have more at its end
        left.copies = {name: rows[: len(stream)] for name, rows in left.copies.items()}
        return check(left), states

    def _readers_have(self, decisions: int) -> bool:
        copies = [self.home / seat / PACK / "ledger.db" for seat in SEATS]
        return all(_count(copy) >= decisions for copy in [*copies, self._field("ledger.db")])

    def _facts_put(self) -> bool:
        """A device is told that its fact is taken only then."""
        return set(self._facts_taken()) <= {
            json.loads(data)["id"] for data, _ in rows_of_outbox(self._field("outbox.db"))
        }

    def _facts_taken(self) -> list[str]:
        return facts_taken(self._field("register.db"), self._field("said.db"))

    def _facts_gone(self) -> bool:
        return all(state != "waiting" for _, state in rows_of_outbox(self._field("outbox.db")))

    def _field(self, name: str) -> Path:
        return self._hub_profile / "field" / name

    def _at_rest(self) -> bool:
        states = [self._state(seat) for seat in SEATS]
        settled = all(state and state["waiting"] == 0 for state in states)
        return settled and all(state["cases"] == states[0]["cases"] for state in states)

    def _state(self, seat: str) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            return dict(json.loads((self.home / f"{seat}.state").read_text()))
        return {}

    def _copy(self) -> Path:
        return self._hub_profile / PACK / "ledger.db"

    async def _stream(self) -> list[tuple[int, bytes]]:
        """Every message of the stream, by the hub's own key, straight from the server."""
        import nats

        key = json.loads((self._hub_profile / "keys" / "hub.json").read_bytes())
        url = json.loads((self._hub_profile / "hub.json").read_bytes())["url"]
        client = await nats.connect(
            url, user=key["name"], password=key["password"], inbox_prefix=f"_INBOX.{key['name']}".encode()
        )
        try:
            stream = client.jetstream()
            last = (await stream.stream_info("LEDGER")).state.last_seq
            found = []
            for seq in range(1, last + 1):
                message = await stream.get_msg("LEDGER", seq)
                assert message.data is not None
                found.append((seq, message.data))
            return found
        finally:
            await client.close()

    def _said(self, name: str) -> str:
        return self._programs[name].err.read_text("utf-8", "replace")[-2000:]

    def _all_said(self) -> str:
        said = "\n".join(f"-- {name}: {self._said(name)}" for name in self._programs)
        waiting = {seat: self._state(seat).get("waiting") for seat in SEATS}
        return f"{waiting} {said}"


def _count(copy: Path) -> int:
    """Decisions in a copy; 0 while there is none."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as db:
        return int(db.execute(DECIDED).fetchone()[0])
    return 0
