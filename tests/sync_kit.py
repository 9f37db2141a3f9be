"""A hall with a past that lets laptops in, and a leader's laptop that joined it, by way of a line that can be cut."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.badline import BadLine, port_of
from cockpit.bus.joined import FILE, FOLDER, Joined, JoinedHub, read_joined
from cockpit.bus.joining import join
from cockpit.bus.users import LEADER
from cockpit.bus.where import OwnHub
from cockpit.model.clock import Clock
from cockpit.model.walljoin import CodeMade, CodeWanted
from cockpit.processes import free_port, write_private
from cockpit.seat.leader import LeaderSeat
from cockpit.store.vault import Vault
from cockpit.wall.asking import ask
from tests.archive_kit import year
from tests.doors import until_open
from tests.living_hub import CITY, CLOCK, AtWork, LivingHub, pack

PATIENCE = 90.0
DAYS, PER_DAY = 40, 60


def open_hall(profile: Path, days: int = DAYS, more: str = "", clock: Clock = CLOCK) -> LivingHub:
    """A hub that is not started yet: with a past, and open to laptops."""
    profile.mkdir(mode=0o700, parents=True, exist_ok=True)
    listen = f'[machines]\nlisten = "127.0.0.1:{free_port()}"\njoin = {free_port()}\n'
    (profile / "machines.toml").write_text(listen + more)
    if days:
        year(days, PER_DAY).copy(profile / CITY)
    return LivingHub(profile, clock)


def asked(hub: LivingHub, what: str, wanted: object, reply: type) -> Any:
    """What an operator at the hub's machine is answered."""
    return ask(OwnHub(hub.profile), what, wanted, reply)


def a_code(hub: LivingHub, name: str = "", role: str = LEADER) -> CodeMade:
    """A code, once the door at which it is brought is open."""
    made: CodeMade = asked(hub, "wall.code", CodeWanted(name, role), CodeMade)
    until_open(made.host)
    return made


def a_laptop(hub: LivingHub, profile: Path, name: str = "chen") -> Joined:
    made = a_code(hub, name)
    return join(profile, made.host, made.code, "laptop", LEADER)


def by_way_of(profile: Path, line: BadLine) -> None:
    """The laptop of this profile reaches its hub by this line from now on."""
    joined = read_joined(profile)
    assert joined is not None
    moved = msgspec.structs.replace(joined, url=f"wss://127.0.0.1:{line.port}")
    write_private(profile / FOLDER / FILE, msgspec.json.encode(moved).decode())


def line_to(profile: Path, bits: float = 0, rtt: float = 0.0) -> BadLine:
    """A line between the laptop of this profile and its hub."""
    joined = read_joined(profile)
    assert joined is not None
    line = BadLine(port_of(joined.url), bits, rtt)
    by_way_of(profile, line)
    return line


class Laptop(AtWork):
    """A leader's laptop at work."""

    patience = PATIENCE

    def __init__(self, profile: Path, vault: Vault | None = None, start: bool = True) -> None:
        super().__init__(
            lambda wake: LeaderSeat(profile, pack(), JoinedHub(profile), CLOCK, wake, vault, away=True), start
        )

    @property
    def sync(self) -> Any:
        assert self.seat.sync is not None
        return self.seat.sync

    def told(self) -> object:
        return self.seat.sync.fresh if self.seat.sync is not None else None

    @property
    def whole(self) -> bool:
        fresh = self.sync.fresh
        return bool(fresh.rows_until and fresh.signs_until and not fresh.working and not fresh.left)


@contextlib.contextmanager
def laptop(profile: Path, vault: Vault | None = None, start: bool = True) -> Iterator[Laptop]:
    made = Laptop(profile, vault, start)
    try:
        yield made
    finally:
        made.close()


def records(archive: Any) -> dict[str, tuple[Any, ...]]:
    """All rows of an archive by key, as they say the same however they were packed."""
    return {row[0]: tuple(None if value != value else value for value in row) for row in archive.load().records.rows()}
