"""Machines join the hall: a code lets one in, which gets a key of its own; a key that is taken away hangs up on it."""

from __future__ import annotations

import asyncio
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
from cockpit.hub.machinedoor import MachineDoor
from cockpit.hub.machinesfile import MachinesConfig, read_machines_file
from cockpit.hub.service import Between
from cockpit.model.clock import Clock
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.machine_names import plain_name
from cockpit.model.messages import Message, language, texts
from cockpit.model.typed import from_json
from cockpit.model.walljoin import (
    MOST_LINE,
    CodeMade,
    CodeWanted,
    Forget,
    Forgotten,
    JoinReply,
    JoinWanted,
    Machines,
    MachinesWanted,
    Member,
    Revoke,
    Revoked,
)

log = logging.getLogger(__name__)

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
        between: Between | None = None,
    ) -> None:
        """
        Args:
            config: None: no machine can come.
            roles: of users of the bus; machines are put in and taken out.
            clock: the machine's.
            note_laptop: writes down what was done (`code`, `joined`) to which laptop and by whom; raises OutsideError
                where it can not: then it is not done.
            between: where the walls say which machines they know.
        """
        self._between = between or Between()
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
        self._door: MachineDoor | None = None
        answers.add("wall.code", CodeWanted, self._code)
        answers.add("wall.machines", MachinesWanted, self._machines)
        answers.add("wall.revoke", Revoke, self._revoke)
        answers.add("wall.forget", Forget, self._forget)

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
                door = MachineDoor(self._answer, _line(JoinReply(problem=Message("walljoin.too_many"))), MOST_LINE)
                await door.open(self._config.address, self._config.join, context)
                self._door = door
                return
            except (OSError, CockpitError) as error:
                if said != str(error):
                    said = str(error)
                    port = self._config.join
                    log.warning("%s", texts(language())(Message("walljoin.door_shut", {"port": port, "why": said})))
                await asyncio.sleep(AGAIN_SECONDS)

    async def close(self) -> None:
        if self._door is not None:
            await self._door.close()
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
        said = self._between.machines()
        joined = {machine_of(user): user.since for user in self._keys.machines()}
        return Machines(
            tuple(
                Member(machine, joined.get(machine, 0), here or self._asks(machine), heard)
                for machine in sorted({*joined, *said})
                for heard, here in [said.get(machine, (0, False))]
            )
        )

    def _asks(self, machine: str) -> bool:
        """Whether it has asked anything by its own key in the last seconds."""
        asked = self._answers.heard.get(machine_user(machine), float("-inf"))
        return asyncio.get_running_loop().time() - asked < HERE_SECONDS

    async def _revoke(self, seat: str, wanted: Revoke) -> Revoked:
        self._operator(seat)
        name = wanted.machine
        if not self._take_key(name):
            raise UserError("walljoin.no_machine", name=name[:60])
        log.info("%s took the key of machine %s away", seat, name)
        return Revoked(name)

    def _take_key(self, name: str) -> bool:
        """Takes a machine's key away; False: it has none. The bus first: where the disk does not let it be told, the
        key is still there to be taken away again."""
        gone = machine_user(name)
        users = self._keys.all()
        if not name or plain_name(name) != name or gone not in (user.name for user in users):
            return False
        self._server.let_in([user for user in users if user.name != gone])
        self._roles.pop(gone, None)
        self._keys.remove_machine(name)
        return True

    async def _forget(self, seat: str, wanted: Forget) -> Forgotten:
        """Raises UserError: it is alive, or is not known. OutsideError: the walls are not there yet, or the disk
        refuses."""
        self._operator(seat)
        name = wanted.machine
        if self._asks(name) or self._between.machines().get(name, (0, False))[1]:
            raise UserError("walljoin.machine_alive", name=name[:60])
        said, hall = self._between.forget(name)
        known = [said, self._take_key(name), self._codes.forget(name)]
        if not any(known):
            raise UserError("walljoin.no_machine", name=name[:60])
        self._answers.heard.pop(machine_user(name), None)
        log.info("%s had machine %s forgotten", seat, name)
        return Forgotten(name, hall)

    # -- the door ----------------------------------------------------------------------------------------------------

    async def _answer(self, line: bytes, address: str) -> bytes:
        return _line(await self._let_in(line, address))

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
        self._server.let_in(self._keys.all())
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


def _line(reply: JoinReply) -> bytes:
    return msgspec.json.encode(reply) + b"\n"


class _Version(msgspec.Struct, frozen=True):
    protocol: int
    version: str = ""


DEFAULT = MachinesConfig("0.0.0.0")
