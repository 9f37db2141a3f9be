"""The hub and the embedded city as children of `cockpit run`: started, watched, restarted alone, ended. No Qt."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO

from cockpit.city.cli import PORT
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.paths import runtime_dir
from cockpit.processes import Lock, can_listen, cockpit_command, environment_of_child, free_port, take_lock

RESTART_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0)
CALM_SECONDS = 10.0
"""A child that ran this long is restarted at once again."""
END_SECONDS = 6.0


class Child:
    """One child and how it is kept alive.

    Attributes:
        name: `hub` or `city`.
        process: the running one, or None.
        failure: what it said when it last gave up by itself, "" when it did not.
        restarts: how often it was started again.
    """

    def __init__(self, name: str, command: Callable[[], list[str]], log: Path, clock: Clock) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.failure = ""
        self.restarts = -1
        self._command = command
        self._log = log
        self._clock = clock
        self._due = 0.0
        self._began = 0.0
        self._failures = 0

    def poll(self) -> None:
        """Starts it when it is not running and its time has come. To be called from the main thread.

        The kernel kills a child when the *thread* that started it ends, hence the main one.
        """
        now = self._clock.mono()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.process = None
            self.failure = self._last_words() if code > 0 else ""
            self._again(now)
        if now < self._due:
            return
        self._began = now
        self.restarts += 1
        try:
            with contextlib.ExitStack() as opened:
                log = self._open_log(opened)
                self.process = subprocess.Popen(
                    self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment_of_child()
                )
        except OSError as error:  # no memory, too many processes: as if it had ended at once
            self.failure = error.strerror or str(error)
            self._again(now)

    def _again(self, now: float) -> None:
        self._failures = 0 if now - self._began > CALM_SECONDS else self._failures + 1
        self._due = now + RESTART_SECONDS[min(self._failures, len(RESTART_SECONDS) - 1)]

    def _open_log(self, opened: contextlib.ExitStack) -> IO[bytes] | int:
        """Its log; nothing where none can be written: a full disk is no reason to stay away."""
        try:
            self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return opened.enter_context(open(self._log, "wb" if self.restarts == 0 else "ab"))
        except OSError:
            return subprocess.DEVNULL

    def _last_words(self) -> str:
        """The last line of its log, for a sentence about why it does not run."""
        with contextlib.suppress(OSError):
            lines = self._log.read_text("utf-8", "replace").strip().splitlines()
            return lines[-1][:300] if lines else ""
        return ""

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class Children:
    """What `cockpit run` starts where no hub is named.

    Attributes:
        base_url: address of the city's platform.
        all: the children, hub first.
    """

    def __init__(self, profile: Path, pack: str, base_url: str, city_args: list[str], clock: Clock) -> None:
        """
        Args:
            pack: name or folder of the city pack.
            base_url: address of a city platform, or "" for the embedded city as a child.
            city_args: options of `cockpit city serve` to pass on.
        """
        self._hub_profile = hub_profile(profile)
        self._pack = pack
        self.base_url = base_url
        self._city_args = city_args
        self._clock = clock
        self._claim: Lock | None = None
        self._city: Child | None = None
        if not base_url:
            self.base_url = self._address_of_city()
            self._city = Child("city", self._city_command, profile / "logs" / "city.log", clock)
        self._hub = Child("hub", self._hub_command, profile / "logs" / "hub.log", clock)
        self.all = [c for c in (self._hub, self._city) if c is not None]

    def poll(self) -> None:
        for child in self.all:
            child.poll()

    def failure_of_hub(self) -> str:
        """Why the hub does not run, in its own words; "" when it gave no reason."""
        return self._hub.failure

    def stop(self) -> None:
        for child in self.all:
            child.terminate()
        for child in self.all:
            child.wait()
        if self._claim is not None:
            self._claim.release()

    def _hub_command(self) -> list[str]:
        return cockpit_command(
            "hub", "--profile", str(self._hub_profile), "--city", self.base_url, "--pack", self._pack, "--port", "0"
        )

    def _city_command(self) -> list[str]:
        if not can_listen(_port(self.base_url)):
            # someone took it meanwhile: the city moves, and the hub is started again with the new address
            self.base_url = self._address_of_city()
            self._hub.terminate()
        port = str(_port(self.base_url))
        return cockpit_command("city", "serve", "--city", self._pack, "--port", port, *self._city_args)

    def _address_of_city(self) -> str:
        """Where `cockpit city fault` looks by itself, else any free port of loopback.

        A city takes seconds to listen: a claim keeps two seats that start at once from both counting on one port.
        """
        if self._claim is None:
            with contextlib.suppress(OSError, OutsideError):
                self._claim = take_lock(runtime_dir() / f"city-{PORT}.lock", self._clock)
        ours = self._claim is not None and can_listen(PORT)
        return f"http://127.0.0.1:{PORT if ours else free_port()}"


def hub_profile(profile: Path) -> Path:
    """Folder of the hub that a seat of this profile starts."""
    return profile / "hub"


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
