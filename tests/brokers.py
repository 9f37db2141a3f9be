"""Real brokers for the tests of sources: Mosquitto and nats-server, each on a free port, killed and started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from cockpit.bus.server import port_in_use, server_binary
from cockpit.model.clock import SystemClock
from cockpit.processes import free_port

START_SECONDS = 30.0
MOSQUITTO = "/usr/sbin/mosquitto"


class Broker:
    """A broker on loopback.

    Attributes:
        port: where it listens; the same after a restart.
        folder: its configuration, its log and what it keeps.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> Broker:
        log = (self.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        clock = SystemClock()
        end = clock.mono() + START_SECONDS
        while not port_in_use(self.port):
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                if clock.mono() < end:
                    continue
            pytest.fail(f"{self.command()[0]} did not start: {(self.folder / 'log').read_text()[-2000:]}")
        return self

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """It is there and does nothing, as behind a cut cable."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _end(self, signum: int) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signum)
        self.process.wait(10)
        self.process = None

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class Mosquitto(Broker):
    """Eclipse Mosquitto, with what `lines` say besides."""

    def __init__(self, folder: Path, *lines: str) -> None:
        super().__init__(folder)
        if not Path(MOSQUITTO).exists() and shutil.which("mosquitto") is None:
            pytest.skip("mosquitto is not installed, which packaging/system-deps.sh --tests does")
        self.lines = lines
        self.url = f"mqtt://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        conf = self.folder / "mosquitto.conf"
        lines = self.lines if any(line.startswith("allow_anonymous") for line in self.lines) else (
            "allow_anonymous true", *self.lines
        )  # fmt: skip
        ours = ("user root",) if os.geteuid() == 0 else ()  # it must read and write what the test made
        known = (*ours, f"listener {self.port} 127.0.0.1", "max_queued_messages 100000", *lines)
        conf.write_text("\n".join(known) + "\n")
        return [shutil.which("mosquitto") or MOSQUITTO, "-c", str(conf)]

    def __enter__(self) -> Mosquitto:
        self.start()
        return self


class Nats(Broker):
    """nats-server with JetStream, and what `more` says besides."""

    def __init__(self, folder: Path, **more: object) -> None:
        super().__init__(folder)
        self.more = more
        self.url = f"nats://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        conf = self.folder / "nats.conf"
        store = {"store_dir": str(self.folder / "streams"), "sync_interval": "always"}
        conf.write_text(json.dumps({"listen": f"127.0.0.1:{self.port}", "jetstream": store, **self.more}))
        return [server_binary(), "-c", str(conf)]

    def __enter__(self) -> Nats:
        self.start()
        return self
