"""The registered baresip: kept alive and registered, watched, started again with growing pauses, and why not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cockpit.calls.baresip import config
from cockpit.calls.baresip.child import Baresip
from cockpit.calls.baresip.config import Server, Wanted
from cockpit.calls.baresip.control import Told
from cockpit.calls.baresip.numbers import ending, host_and_port
from cockpit.calls.baresip.trace import Seen, Trace
from cockpit.calls.settings import SipSettings
from cockpit.model.calls import Line, WayKind
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.processes import write_private
from cockpit.secrets import secret

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """Seconds.

    Attributes:
        pauses: between two tries to be registered; wrong: where the PBX refuses the account.
        watch: between two questions whether the PBX is there (OPTIONS); answer: for its answer, asked twice.
        look: between two looks at how a call sounds.
    """

    pauses: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
    wrong: float = 120.0
    watch: float = 15.0
    answer: float = 4.0
    look: float = 1.0


class Account:
    """What every baresip of this desk needs to know: the account and where its server is."""

    def __init__(self, profile: Path, settings: SipSettings, name: Callable[[], str]) -> None:
        self.settings = settings
        self._profile = profile
        self._name = name

    @property
    def aor(self) -> str:
        """Address of record, as baresip names it."""
        host = self.settings.server.rpartition(":")[0] if ":" in self.settings.server else self.settings.server
        return self.settings.account or f"sip:{self.settings.user}@{host}"

    async def wanted(self, *, registers: bool, to: str = "") -> Wanted:
        """
        Raises:
            OutsideError: calls.toml or the network do not allow it.
        """
        named = self.settings.password.removeprefix("secret:")
        password = secret(named, self._profile) if named else ""
        if named and not password:
            raise OutsideError("sip.no_password", secret=named)
        config.checked(self.settings, password)
        if not config.modules():
            raise OutsideError("sip.no_program")
        port = self.settings.port if registers else 0
        server = await self._server()
        return Wanted(server, self.settings, password, 0, registers, self._name(), self._uuid(), port, to)

    async def _server(self) -> Server:
        host, port = host_and_port(self.settings.server, self.settings.transport)
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_DGRAM)
            address = str(found[0][4][0])
            ours = config.ours_towards(address, port)
        except OSError as error:
            raise OutsideError("sip.no_server", host=host, why=error.strerror or str(error)) from error
        known_here = config.in_hosts_file(host)
        route = (f"[{address}]" if ":" in address else address) if known_here else host
        return Server(host, route, port, ours)

    def _uuid(self) -> str:
        file = self._profile / "sip-uuid"
        with contextlib.suppress(OSError, ValueError):
            return str(uuid.UUID(file.read_text("ascii").strip()))
        made = str(uuid.uuid4())
        with contextlib.suppress(OSError):
            write_private(file, made)
        return made

    async def check_certificate(self, server: Server) -> None:
        """With TLS: whether the server's certificate is good and its own, so that a wrong one is told in a sentence.

        Raises:
            OutsideError: it is not, or nobody answers.
        """
        if self.settings.transport != "tls" or not self.settings.verify:
            return
        try:
            context = ssl.create_default_context(cafile=str(Path(self.settings.ca).expanduser()))
            async with time_limit(10):
                _, writer = await asyncio.open_connection(server.host.strip("[]"), server.port, ssl=context)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        except ssl.SSLCertVerificationError as error:
            raise OutsideError("sip.bad_certificate", host=server.host, why=error.verify_message) from error
        except (OSError, TimeoutError) as error:
            raise OutsideError("sip.server_silent", host=server.host) from error


class Registration:
    """Keeps one baresip registered.

    Attributes:
        child: the one that runs, None while none does.
        line: ready or why not.
    """

    def __init__(
        self,
        account: Account,
        rhythm: Rhythm,
        on_event: Callable[[Told], None],
        on_message: Callable[[Seen], None],
        on_gone: Callable[[], None],
        on_line: Callable[[Line], None],
        busy: Callable[[], bool],
    ) -> None:
        """
        Args:
            on_event: for events of calls; on_message: each SIP message that it sees; on_gone: with its calls.
            busy: whether calls are on it: then it is not ended to have it registered.
        """
        self._account = account
        self._rhythm = rhythm
        self._on_event = on_event
        self._on_message = on_message
        self._on_gone = on_gone
        self._on_line = on_line
        self._busy = busy
        self.child: Baresip | None = None
        name = account.aor.removeprefix("sip:").removeprefix("sips:")
        self.line = Line(WayKind.SIP, name, False, Message("sip.registering"))
        self._running: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._answered = asyncio.Event()
        self._refused: Message | None = None
        self._trace = Trace()

    def start(self) -> None:
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None
        child, self.child = self.child, None
        if child is not None:
            await child.stop()

    # -- its life --------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                if await self._once():
                    failures = 0
                why = self._refused or self.line.problem or Message("sip.gone")
            except OutsideError as error:
                why = error.message
            except Exception:
                log.exception("the SIP line had to be begun again")
                why = Message("sip.gone")
            self._say(why)
            await self._end_child()
            wrong = why.id in ("sip.password", "sip.forbidden", "sip.unknown_number")
            pauses = self._rhythm.pauses
            await asyncio.sleep(self._rhythm.wrong if wrong else pauses[min(failures, len(pauses) - 1)])
            failures += 1

    async def _once(self) -> bool:
        """Starts a baresip and watches it until it is no longer of use; whether it was registered."""
        wanted = await self._account.wanted(registers=True)
        await self._account.check_certificate(wanted.server)
        self._changed.clear()
        self._refused = None
        self._trace = Trace()
        child = Baresip(self._hear, self._gone)
        child.on_output = self._read
        await child.start(wanted, {0: ("", "")}, traced=True)
        self.child = child
        if not self._account.settings.expires or await self._registered(child):
            self._say(None)
        was_ready = self.line.ready
        while self.child is child:
            with contextlib.suppress(TimeoutError):
                async with time_limit(self._rhythm.watch):
                    await self._changed.wait()
            self._changed.clear()
            was_ready |= self.line.ready
            if self.line.problem is not None and self.line.problem.id == "sip.registering":
                self._say(Message("sip.server_silent", {"host": self._account.settings.server}))
            if self._refused is not None and not self._busy():
                break
            if self.child is not child or not await self._there(child):
                if self._busy():
                    self._say(Message("sip.server_silent", {"host": self._account.settings.server}))
                    continue
                if self.child is child:
                    self._refused = Message("sip.server_silent", {"host": self._account.settings.server})
                break
            if self._refused is None and not self._account.settings.expires:
                self._say(None)
        if self.child is not child:
            await child.kill()  # what is left of it
        return was_ready

    async def _registered(self, child: Baresip) -> bool:
        """Whether it was before it could tell us."""
        (answer,) = await child.ask(("reginfo", ""))
        lines = (line for line in answer.data.splitlines() if f" {self._account.aor} " in line)
        return any(re.search(r"\bOK\b", re.sub(r"\x1b\[[0-9;]*m", " ", line)) for line in lines)

    async def _there(self, child: Baresip) -> bool:
        """Whether the server answers at all."""
        if not self.line.ready and self._account.settings.expires:
            return True  # its registration is under way, and says itself how it went
        for _ in range(2):
            self._answered.clear()
            with contextlib.suppress(TimeoutError, OutsideError):
                await child.ask(("uafind", self._account.aor), ("options", f"sip:{child.wanted.server.host}"))
                async with time_limit(self._rhythm.answer):
                    await self._answered.wait()
                return True
        return False

    async def _end_child(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            await child.kill()
            self._on_gone()

    def _gone(self) -> None:
        self.child = None
        self._refused = self._refused or Message("sip.gone")
        self._say(self._refused)
        self._on_gone()
        self._changed.set()

    # -- what it tells ---------------------------------------------------------------------------------------------

    def _hear(self, told: Told) -> None:
        match told.type:
            case "REGISTER_OK" if told.accountaor != config.SILENT:
                self._refused = None
                self._say(None)
                self._changed.set()
            case "REGISTER_FAIL":
                host = self._account.settings.server
                _, why = ending(told.param, up=False, rang=False, ours=False)
                if why.id in ("sip.silence", "sip.failed"):
                    why = Message("sip.server_silent", {"host": host})
                    if self._account.settings.transport == "tls" and "protocol error" in told.param.lower():
                        why = Message("sip.bad_certificate", {"host": host, "why": "TLS"})
                self._refused = why
                self._say(self._refused)
                self._changed.set()
            case _:
                self._on_event(told)

    def _read(self, data: bytes) -> None:
        for seen in self._trace.feed(data):
            if seen.code and seen.headers.get("cseq", "").endswith("OPTIONS"):
                self._answered.set()
            self._on_message(seen)

    def _say(self, problem: Message | None) -> None:
        line = Line(WayKind.SIP, self.line.name, problem is None, problem)
        if line != self.line:
            self.line = line
            self._on_line(line)
