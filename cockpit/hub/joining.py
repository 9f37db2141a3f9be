"""Machines join the hall: a code lets one in, which gets a key of its own; a key that is taken away hangs up on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, MutableMapping
from pathlib import Path

import msgspec

import cockpit
from cockpit.bus.asks import PROTOCOL
from cockpit.bus.authority import Authority
from cockpit.bus.server import NatsServer, Outside
from cockpit.bus.users import LEADER, WALL, Keys, machine_of, machine_user
from cockpit.field.limits import Buckets, Rate
from cockpit.hub.answers import Answers
from cockpit.hub.codes import MachineCodes
from cockpit.hub.machinesfile import MachinesConfig, read_machines_file
from cockpit.model.clock import Clock
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.machine_names import plain_name
from cockpit.model.messages import Message, language, texts
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json
from cockpit.model.walljoin import (
    MOST_LINE,
    CodeMade,
    CodeWanted,
    JoinReply,
    JoinWanted,
    Machines,
    MachinesWanted,
    Member,
    Revoke,
    Revoked,
)

log = logging.getLogger(__name__)

LINE_SECONDS = 8.0
"""Until a machine has said what it wants."""
HANDSHAKE_SECONDS = 8.0
MOST_AT_ONCE = 16
WRONG = Rate(1 / 10, 10.0)
"""Wrong codes of one address, and"""
ALL_WRONG = Rate(10.0, 50.0)
"""of all together."""
HERE_SECONDS = 15.0
AGAIN_SECONDS = 5.0
KNOWN_SECONDS, KNOWN_LOOKS = 3.0, 150
"""Until the bus knows a new key, at the most, and how often it is looked at."""
OPERATORS = ("duty", "leader")
"""Roles that may let machines in and send them away."""


def outside_of(profile: Path) -> tuple[MachinesConfig | None, Outside | None]:
    """What `machines.toml` says and where the bus listens for machines by it; a file that says nothing sensible is said
    in the log, and nothing is opened."""
    try:
        config = read_machines_file(profile)
    except UserError as error:
        log.warning("%s", texts(language())(error.message))
        return None, None
    if config is None:
        return None, None
    return config, Outside(config.address, config.port, Authority(profile))


class JoiningService:
    """Codes, the door at which they are brought, and the list of those who came in. One of a hub's services."""

    def __init__(
        self,
        config: MachinesConfig | None,
        keys: Keys,
        server: NatsServer,
        roles: MutableMapping[str, str],
        answers: Answers,
        city: str,
        clock: Clock,
        note_laptop: Callable[[str, str, str], None] = lambda name, what, by: None,
    ) -> None:
        """
        Args:
            config: None: no machine can come.
            roles: of users of the bus; machines are put in and taken out.
            clock: the machine's.
            note_laptop: writes down what was done (`code`, `joined`) to which laptop and by whom; raises OutsideError
                where it can not: then it is not done.
        """
        self._note_laptop = note_laptop
        self._config = config
        self._keys = keys
        self._server = server
        self._roles = roles
        self._answers = answers
        self._city = city
        self._clock = clock
        self._codes = MachineCodes(clock)
        self._wrong = Buckets(WRONG, clock)
        self._all_wrong = Buckets(ALL_WRONG, clock)
        self._at_once = 0
        self._door: asyncio.Server | None = None
        answers.add("wall.code", CodeWanted, self._code)
        answers.add("wall.machines", MachinesWanted, self._machines)
        answers.add("wall.revoke", Revoke, self._revoke)

    async def run(self) -> None:
        """Opens the door, and keeps trying where the port is taken; the bus is started anew where only then it can
        listen for machines."""
        if self._config is None:
            return
        await self._open()
        outside = self._server.outside
        while outside is not None:
            await asyncio.sleep(AGAIN_SECONDS)
            if self._server.outside_shut and outside.can_listen():
                self._server.stop()

    async def _open(self) -> None:
        assert self._config is not None
        said = ""
        while True:
            try:
                authority = Authority(self._keys.folder.parent)
                await asyncio.to_thread(authority.ensure)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.minimum_version = ssl.TLSVersion.TLSv1_3
                context.load_cert_chain(*authority.server)
                self._door = await asyncio.start_server(
                    self._came,
                    self._config.address,
                    self._config.join,
                    ssl=context,
                    ssl_handshake_timeout=HANDSHAKE_SECONDS,
                    limit=MOST_LINE,
                    backlog=MOST_AT_ONCE,
                )
                return
            except (OSError, CockpitError) as error:
                if said != str(error):
                    said = str(error)
                    port = self._config.join
                    log.warning("%s", texts(language())(Message("walljoin.door_shut", {"port": port, "why": said})))
                await asyncio.sleep(AGAIN_SECONDS)

    async def close(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None

    # -- what seats ask ----------------------------------------------------------------------------------------------

    def _operator(self, seat: str) -> None:
        """Raises UserError: this role has no say about machines."""
        if self._roles.get(seat) not in OPERATORS:
            raise UserError("walljoin.not_yours")

    async def _code(self, seat: str, wanted: CodeWanted) -> CodeMade:
        self._operator(seat)
        if self._config is None:
            raise UserError("walljoin.not_open", file=str(self._keys.folder.parent / "machines.toml"))
        name = plain_name(wanted.machine)
        if wanted.machine and name != wanted.machine:
            raise UserError("walljoin.bad_machine", name=wanted.machine[:60], plain=name or "left")
        role = LEADER if wanted.role == LEADER else WALL
        if role == LEADER:
            self._note_laptop(name, "code", seat)
        code, until = self._codes.make(name, role)
        authority = Authority(self._keys.folder.parent)
        await asyncio.to_thread(authority.ensure)
        check = await asyncio.to_thread(authority.check, code)
        host = self._config.host + ("" if self._config.join == DEFAULT.join else f":{self._config.join}")
        return CodeMade(f"{code[:4]}-{code[4:]}-{check}", until, host)

    async def _machines(self, seat: str, wanted: MachinesWanted) -> Machines:
        now = asyncio.get_running_loop().time()
        heard = self._answers.heard
        return Machines(
            tuple(
                Member(machine_of(user), user.since, now - heard.get(user.name, float("-inf")) < HERE_SECONDS)
                for user in self._keys.machines()
            )
        )

    async def _revoke(self, seat: str, wanted: Revoke) -> Revoked:
        self._operator(seat)
        name = plain_name(wanted.machine)
        if not name or name != wanted.machine or not self._keys.remove_machine(name):
            raise UserError("walljoin.no_machine", name=wanted.machine[:60])
        self._roles.pop(machine_user(name), None)
        self._server.let_in([*self._keys.ensure(), *self._keys.joined()])
        log.info("%s took the key of machine %s away", seat, name)
        return Revoked(name)

    # -- the door ----------------------------------------------------------------------------------------------------

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One machine, one line each way."""
        if self._at_once >= MOST_AT_ONCE:
            writer.close()
            return
        self._at_once += 1
        peer = writer.get_extra_info("peername")
        try:
            async with time_limit(LINE_SECONDS):
                line = await reader.readline()
                reply = await self._let_in(line, str(peer[0]) if peer else "")
                writer.write(msgspec.json.encode(reply) + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError):  # gone, too slow, or too long a line
            pass
        finally:
            self._at_once -= 1
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with time_limit(1.0):
                    await writer.wait_closed()

    async def _let_in(self, line: bytes, address: str) -> JoinReply:
        try:
            version = from_json(line, type=_Version)
            if version.protocol != PROTOCOL:
                versions: dict[str, object] = {"hub": cockpit.__version__, "machine": version.version[:40]}
                return JoinReply(problem=Message("walljoin.other_version", versions))
            wanted = from_json(line, type=JoinWanted)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return JoinReply(problem=Message("walljoin.nonsense"))
        wait = max(self._wrong.wait(address), self._all_wrong.wait(""))
        if wait:
            return JoinReply(problem=Message("walljoin.too_often", {"seconds": round(wait) + 1}))
        role = LEADER if wanted.role == LEADER else WALL
        try:
            name = self._codes.use(wanted.code, role)
        except UserError as error:
            return JoinReply(problem=error.message)
        if name is None:
            self._wrong.take(address)
            self._all_wrong.take("")
            log.info("a wrong code for a machine from %s", address)
            return JoinReply(problem=Message("walljoin.code_unknown"))
        try:
            return await self._admit(
                name or self._free(plain_name(wanted.machine) or "machine", role), wanted.request, role
            )
        except CockpitError as error:
            return JoinReply(problem=error.message)

    async def _admit(self, machine: str, request: str, role: str) -> JoinReply:
        """Raises CockpitError: the request is none, or the disk refused."""
        assert self._config is not None
        authority = Authority(self._keys.folder.parent)
        certificate = await asyncio.to_thread(authority.sign, request, machine)
        if role == LEADER:
            self._note_laptop(machine, "joined", machine_user(machine, role))
        user = self._keys.add_machine(machine, self._clock.now(), role)
        self._roles[user.name] = role
        self._server.let_in([*self._keys.ensure(), *self._keys.joined()])
        for _ in range(KNOWN_LOOKS):  # a key that is handed out is one that opens
            if self._server.knows():
                break
            await asyncio.sleep(KNOWN_SECONDS / KNOWN_LOOKS)
        ca = authority.ca.read_text("ascii")
        log.info("machine %s joined as %s", machine, role)
        return JoinReply(machine, user.name, user.password, self._config.port, self._city, ca, certificate)

    def _free(self, name: str, role: str) -> str:
        """The name, with a number where another machine has it: only a code that says so takes a machine's place."""
        taken = {machine_of(user) for user in (self._keys.machines() if role == WALL else self._keys.laptops())}
        number = 2
        wanted = name
        while name in taken:
            name = f"{wanted[:28]}-{number}"
            number += 1
        return name


class _Version(msgspec.Struct, frozen=True):
    protocol: int
    version: str = ""


DEFAULT = MachinesConfig("0.0.0.0")
