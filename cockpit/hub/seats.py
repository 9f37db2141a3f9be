"""Leaders' laptops: how long they may keep what they have, which of them are to be empty, and who ordered that."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path

import msgspec

from cockpit.bus.server import NatsServer
from cockpit.bus.users import LEADER, WIPED, Keys, User, machine_of, machine_user
from cockpit.hub.answers import Answers
from cockpit.hub.machinesfile import MachinesConfig
from cockpit.hub.service import Asked
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.seatasks import (
    ORDER,
    WIPE,
    Nothing,
    SeatDone,
    SeatEntry,
    SeatHere,
    SeatKnown,
    SeatLease,
    SeatList,
    SeatLog,
    SeatNamed,
    SeatOrder,
    SeatWiped,
)
from cockpit.model.typed import from_json
from cockpit.processes import write_private

log = logging.getLogger(__name__)

OPERATORS = ("duty", "leader")
"""Roles that may send laptops away."""
HERE_SECONDS = 15.0
MOST_ENTRIES = 500
LOG = "seats.jsonl"
KNOWN = "seats.json"


class _Heard(msgspec.Struct):
    at: int
    said: SeatHere


class SeatsService(Asked):
    """The list of laptops and its log, in the hub's profile. One of a hub's services."""

    def __init__(
        self,
        config: MachinesConfig | None,
        keys: Keys,
        server: NatsServer,
        roles: MutableMapping[str, str],
        answers: Answers,
        publish: Callable[[str, bytes], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """
        Args:
            config: None: no laptop can come; what a leader's seat of this machine asks is answered all the same.
            roles: of users of the bus; who is wiped gets another one.
            clock: the machine's.
        """
        self._config = config or MachinesConfig("")
        self._keys = keys
        self._server = server
        self._roles = roles
        self._answers = answers
        self._publish = publish
        self._clock = clock
        self._folder = keys.folder.parent
        self._heard = self._read_heard()
        answers.add("seat.here", SeatHere, self._here)
        answers.add("seat.wiped", SeatWiped, self._wiped)
        answers.add("seats.list", Nothing, self._list)
        answers.add("seats.wipe", SeatNamed, self._wipe)
        answers.add("seats.revoke", SeatNamed, self._revoke)
        answers.add("seats.log", Nothing, self._log)

    # -- what laptops say --------------------------------------------------------------------------------------------

    async def _here(self, seat: str, said: SeatHere) -> SeatLease:
        if self._roles.get(seat) != LEADER:
            raise UserError("seats.leaders_only")
        now = self._clock.now()
        if any(user.name == seat for user in self._keys.laptops()):
            self._heard[seat] = _Heard(now, said)
            self._keep_heard()
        return SeatLease(self._config.laptop_days, self._config.laptop_bytes, now)

    async def _wiped(self, seat: str, said: SeatWiped) -> Nothing:
        """It is empty: its key opens nothing from now on. What it ended by itself it may fill again."""
        user = self._user(seat)
        if user is None:
            raise UserError("seats.leaders_only")
        self.note(machine_of(user), "wiped", seat, said.why)
        if user.role == WIPED:
            await asyncio.to_thread(self._end, user)
        return Nothing()

    # -- what operators ask ------------------------------------------------------------------------------------------

    async def _list(self, seat: str, wanted: Nothing) -> SeatList:
        self._operator(seat)
        known = []
        for user in self._keys.laptops():
            heard = self._heard.get(user.name)
            known.append(
                SeatKnown(
                    machine_of(user),
                    user.since,
                    heard.at if heard is not None else 0,
                    self._is_here(user),
                    user.role == WIPED,
                    heard.said if heard is not None else None,
                )
            )
        return SeatList(tuple(known), self._config.laptop_days)

    async def _wipe(self, seat: str, wanted: SeatNamed) -> SeatDone:
        """Noted before it is done, done before it is told: a hub that dies in between tells it when it is back."""
        self._operator(seat)
        user = self._named(wanted)
        here = self._is_here(user)
        self.note(machine_of(user), "wipe", seat)
        self._keys.mark_wiped(machine_of(user))
        self._roles[user.name] = WIPED
        order = SeatOrder(user.name, WIPE)
        await self._publish(ORDER, msgspec.msgpack.encode(order))
        await asyncio.sleep(0.2)  # on its way before the bus takes the laptop's rights
        self._let_in()
        log.info("%s has laptop %s wiped", seat, machine_of(user))
        return SeatDone(machine_of(user), here)

    async def _revoke(self, seat: str, wanted: SeatNamed) -> SeatDone:
        """It is hung up on, and what it has ends with its days."""
        self._operator(seat)
        user = self._named(wanted)
        here = self._is_here(user)
        self.note(machine_of(user), "revoked", seat)
        await asyncio.to_thread(self._end, user)
        return SeatDone(machine_of(user), here)

    async def _log(self, seat: str, wanted: Nothing) -> SeatLog:
        self._operator(seat)
        entries: list[SeatEntry] = []
        with contextlib.suppress(OSError):
            for line in (self._folder / LOG).read_bytes().splitlines():
                with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):  # a torn tail
                    entries.append(from_json(line, type=SeatEntry))
        return SeatLog(tuple(entries[-MOST_ENTRIES:]))

    # -- how it is kept ----------------------------------------------------------------------------------------------

    def _operator(self, seat: str) -> None:
        """Raises UserError: this role, or a laptop, has no say about laptops."""
        if self._roles.get(seat) not in OPERATORS or self._user(seat) is not None:
            raise UserError("walljoin.not_yours")

    def _user(self, seat: str) -> User | None:
        return next((user for user in self._keys.laptops() if user.name == seat), None)

    def _named(self, wanted: SeatNamed) -> User:
        """Raises UserError: there is no such laptop."""
        found = self._user(machine_user(wanted.name, LEADER))
        if found is None:
            raise UserError("seats.no_laptop", name=wanted.name[:60])
        return found

    def _is_here(self, user: User) -> bool:
        heard = self._answers.heard.get(user.name, float("-inf"))
        return asyncio.get_running_loop().time() - heard < HERE_SECONDS

    def _end(self, user: User) -> None:
        """The bus first: where the disk does not let it be told, the key is still there to be taken away again."""
        self._let_in(without=user.name)
        self._roles.pop(user.name, None)
        self._keys.remove_machine(machine_of(user), LEADER)
        if self._heard.pop(user.name, None) is not None:
            self._keep_heard()

    def _let_in(self, without: str = "") -> None:
        users = self._keys.all()
        self._server.let_in([user for user in users if user.name != without])

    def note(self, name: str, what: str, by: str, note: str = "") -> None:
        """Writes down what was done to a laptop, and by whom.

        Raises:
            OutsideError: it could not be written down, so it is not done.
        """
        line = msgspec.json.encode(SeatEntry(self._clock.now(), name, what, by, note[:80])) + b"\n"
        try:
            fd = os.open(self._folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(fd, line)
                os.fsync(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise OutsideError("seats.not_noted", folder=str(self._folder), why=error.strerror or "") from error

    def _read_heard(self) -> dict[str, _Heard]:
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return from_json((self._folder / KNOWN).read_bytes(), type=dict[str, _Heard])
        return {}

    def _keep_heard(self) -> None:
        with contextlib.suppress(OSError):  # a full disk: the list has an older time
            write_private(Path(self._folder / KNOWN), msgspec.json.encode(self._heard).decode())
