"""The nats-server that a hub runs as its child: configuration, start, restart, end."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.bus.authority import Authority
from cockpit.bus.users import User, is_machine, permissions
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Message, language, texts
from cockpit.processes import preexec_die_with_parent, write_private, writing_to

log = logging.getLogger(__name__)

MAX_PAYLOAD = 1_048_576
LOG = "nats.log"
LOG_LIMIT = 4_000_000
RELOADED = b"Reloaded server configuration"
"""What it says when it has read its file anew."""
START_SECONDS = 5.0
"""How long a server may take until it listens, and"""
STORE_SECONDS = 60.0
"""one that looks through its streams before: a slow disk is no reason to go without the ledger."""
MAX_STORE = 64_000_000_000
"""Bytes that the ledger's streams may take; a day of a large city takes about 100 MB."""


class Outside(msgspec.Struct, frozen=True):
    """Where the bus listens for machines of the hall: TLS over WebSocket, with a certificate on both sides.

    Attributes:
        address, port: where. authority: whose machines it lets in.
    """

    address: str
    port: int
    authority: Authority

    def can_listen(self) -> bool:
        """Whether a server could listen there now."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((self.address, self.port))
            except OSError:
                return False
        return True


def server_binary() -> str:
    """Path of nats-server: beside this Python (the wheel puts it there), else on PATH.

    Raises:
        OutsideError: there is none.
    """
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if not found:
        raise OutsideError("bus.no_server")
    return found


class NatsServer:
    """One nats-server: on loopback for this machine's seats, and for machines of the hall where it is told to.

    Attributes:
        port: where it listens on loopback.
        outside: where for machines, None nowhere. outside_shut: it can not listen there as things are.
        store: folder of its streams, None for a bus that keeps nothing.
        process: the child, or None before `start`.
        given_up: it was told that it is wanted no longer.
        waiting: called again and again while a start is waited for, which holds up all else.
    """

    def __init__(
        self,
        profile: Path,
        port: int,
        users: list[User],
        clock: Clock,
        store: Path | None = None,
        outside: Outside | None = None,
    ) -> None:
        self.profile = profile
        self.outside = outside
        self.outside_shut = False
        self.port = port
        self.store = store
        self.process: subprocess.Popen[bytes] | None = None
        self._users = users
        self._clock = clock
        self.given_up = False
        self.waiting: Callable[[], None] = _nothing
        self._started_with: Path | None = None
        self._said_before = 0

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and waits until it listens, or is given up; must be called from the process' main thread.

        One that can not start with its store is started without: seats then see what there is to be seen.

        Raises:
            UserError: the port is in use.
            OutsideError: the profile can not be written; it ended at once, or does not listen in time.
        """
        try:
            self._start(self.store)
        except OutsideError as error:
            if self.store is None or error.message.id != "bus.server_ended":
                raise
            log.warning("%s", texts(language())(Message("bus.no_store", {"folder": str(self.store)})))
            self._start(None)

    def _start(self, store: Path | None) -> None:
        if port_in_use(self.port):
            raise UserError("bus.port_in_use", port=self.port)
        if self.outside is not None:
            self.outside.authority.ensure()
            self.outside_shut = not self.outside.can_listen()
            if self.outside_shut:  # an address that is not up yet, a port that is taken: seats do not wait for it
                where = {"address": self.outside.address, "port": self.outside.port}
                log.warning("%s", texts(language())(Message("walljoin.bus_shut", where)))
        self._started_with = store
        conf = self.profile / "nats.conf"
        with writing_to(self.profile):
            write_private(conf, self._configuration(store))
        said = self.profile / LOG
        self.process = subprocess.Popen(
            [server_binary(), "-c", str(conf), "--log", str(said)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=preexec_die_with_parent,
        )
        end = self._clock.mono() + (START_SECONDS if store is None else STORE_SECONDS)
        while not port_in_use(self.port):
            try:
                self.process.wait(0.01)
            except subprocess.TimeoutExpired:
                self.waiting()
                if self.given_up:
                    self.stop()
                    return
                if self._clock.mono() < end:
                    continue
                self.stop()
            raise OutsideError("bus.server_ended", file=str(said))

    def give_up(self) -> None:
        """A server that does not listen yet is waited for no longer, now or later. For a signal's handler too."""
        self.given_up = True

    def let_in(self, users: list[User]) -> None:
        """From now on these users may sign in; one that is not among them is hung up on.

        Raises:
            OutsideError: the profile can not be written; the users are as they were.
        """
        before, self._users = self._users, users
        try:
            with writing_to(self.profile):
                write_private(self.profile / "nats.conf", self._configuration(self._started_with))
        except OutsideError:
            self._users = before
            raise
        if self.process is not None and self.process.poll() is None:
            self._said_before = self._said()
            self.process.send_signal(signal.SIGHUP)

    def knows(self) -> bool:
        """Whether the server has read the users that it was told last."""
        said = self._said()
        return not self.running() or said < self._said_before or self._has_read(self._said_before)

    def _said(self) -> int:
        """Bytes of its log, which begins anew when it is full."""
        try:
            return (self.profile / LOG).stat().st_size
        except OSError:
            return 0

    def _has_read(self, since: int) -> bool:
        with contextlib.suppress(OSError), open(self.profile / LOG, "rb") as log:
            log.seek(since)
            return RELOADED in log.read(LOG_LIMIT)
        return False

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.process = None

    def _configuration(self, store: Path | None) -> str:
        # nats-server reads JSON as a dialect of its own configuration language
        conf: dict[str, object] = {
            "listen": f"127.0.0.1:{self.port}",
            "server_name": f"cockpit-{os.getpid()}",
            "max_payload": MAX_PAYLOAD,
            "write_deadline": "5s",
            "logfile_size_limit": LOG_LIMIT,
            "authorization": {
                "users": [
                    {
                        "user": user.name,
                        "password": user.password,
                        "permissions": permissions(user),
                        "allowed_connection_types": ["WEBSOCKET" if is_machine(user) else "STANDARD"],
                    }
                    for user in self._users
                ]
            },
        }
        if self.outside is not None and not self.outside_shut:
            cert, key = self.outside.authority.server
            host = f"[{self.outside.address}]" if ":" in self.outside.address else self.outside.address
            conf["websocket"] = {
                "listen": f"{host}:{self.outside.port}",
                "handshake_timeout": "5s",
                "tls": {
                    "cert_file": str(cert),
                    "key_file": str(key),
                    "ca_file": str(self.outside.authority.ca),
                    "verify": True,
                    "min_version": "1.3",
                },
            }
        if store is not None:
            conf["jetstream"] = {
                "store_dir": str(store),
                "sync_interval": "always",  # an append that was acknowledged outlives a power cut
                "max_memory_store": 0,
                "max_file_store": MAX_STORE,
            }
        return json.dumps(conf, indent=1)


def _nothing() -> None:
    pass


def port_in_use(port: int) -> bool:
    """Whether something listens on this port of loopback."""
    with socket.socket() as sock:
        sock.settimeout(0.5)
        return sock.connect_ex(("127.0.0.1", port)) == 0
