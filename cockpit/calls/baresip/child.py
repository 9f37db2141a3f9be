"""One baresip: started in a private folder, spoken to, ended. Lives on one asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import subprocess
import tty
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cockpit.calls.baresip import config
from cockpit.calls.baresip.config import Devices, Wanted
from cockpit.calls.baresip.control import Command, Control, Told
from cockpit.calls.baresip.door import shut
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit
from cockpit.processes import free_port, preexec_die_with_parent, write_private

log = logging.getLogger(__name__)
START_SECONDS = 8.0
END_SECONDS = 1.5
_WORDS = 4096


class Baresip:
    """A baresip that runs.

    Attributes:
        wanted: what it is for; pid: its process.
        shut: whether nobody else can get at its control port.
    """

    def __init__(self, on_event: Callable[[Told], None], on_gone: Callable[[], None]) -> None:
        """
        Args:
            on_event: called for each event; on_gone: once, when it has ended by itself or had to be ended.
        """
        self._on_event = on_event
        self._on_gone = on_gone
        self._control = Control(on_event, self._control_lost)
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._output = -1
        self._pidfd = -1
        self._words = b""
        self._devices: dict[int, tuple[str, str]] = {}
        self.on_output: Callable[[bytes], None] | None = None
        self.shut = False

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    # -- its life --------------------------------------------------------------------------------------------------

    async def start(self, wanted: Wanted, devices: Devices, *, traced: bool = False) -> None:
        """Starts it; returns when it takes commands.

        To be called on a thread that lives as long as the calls: the kernel ends the child when that thread ends.

        Args:
            traced: it prints every SIP message, which `on_output` gets.

        Raises:
            OutsideError: with one sentence, and nothing is left behind.
        """
        self.wanted = replace(wanted, control=free_port())
        self._devices = dict(devices)
        try:
            self._folder = config.make_folder(self.wanted, devices)
            self._spawn(traced)
            async with time_limit(START_SECONDS):
                await self._connect()
        except TimeoutError as error:
            await self.kill()
            raise OutsideError("sip.no_start", why=self._last_words()) from error
        except (OSError, OutsideError) as error:
            await self.kill()
            if isinstance(error, OutsideError):
                raise
            raise OutsideError("sip.no_start", why=self._last_words() or error.strerror or str(error)) from error
        except BaseException:
            await self.kill()
            raise
        config.forget_password(self._folder)

    def _spawn(self, traced: bool) -> None:
        assert self._folder is not None
        ours, theirs = os.openpty()  # a terminal: what it prints comes line by line, also its last words
        try:
            tty.setraw(theirs)
            os.set_blocking(ours, False)
            self._process = subprocess.Popen(
                [*_dies_with_us(), config.program(), *(["-s"] if traced else []), "-f", str(self._folder)],
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                cwd=self._folder,
                env=self._environment(),
                preexec_fn=None if _dies_with_us() else preexec_die_with_parent,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        loop = asyncio.get_running_loop()
        self._output = ours
        loop.add_reader(ours, self.read_output)
        self._pidfd = os.pidfd_open(self._process.pid)
        loop.add_reader(self._pidfd, self._ended)

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            **os.environ,
            "ALSA_CONFIG_PATH": f"{folder}/asound.conf",
            "OPENSSL_CONF": f"{folder}/openssl.cnf",
            "PULSE_PROP_application.name": "city-cockpit",
            "PULSE_PROP_media.role": "phone",
            "HOME": str(folder),
            **({"PULSE_COOKIE": cookie} if (cookie := _pulse_cookie()) else {}),
        }

    async def _connect(self) -> None:
        while True:
            if self._process is None or self._process.poll() is not None:
                raise ConnectionError(self._last_words() or "ended")
            try:
                await self._control.open("127.0.0.1", self.wanted.control)
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.003)  # nobody tells when it listens
        self.shut = shut(self._process.pid, self.wanted.control)
        if not self.shut:
            log.info("the control port of baresip stays open on this machine's loopback")
        await self._control.ask(("about", ""))  # whoever took our place meanwhile is noticed

    async def stop(self) -> None:
        """Lets it end its calls and its registration, a moment; then ends it."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self._process.terminate()
            await self._wait_for_end(END_SECONDS)
        await self.kill()

    async def kill(self) -> None:
        """Twice is once."""
        self._on_gone = _nothing
        await self._control.close()
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
        self._unwatch()
        if self._folder is not None:
            config.remove_folder(self._folder)

    async def _wait_for_end(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with time_limit(seconds):
                while self._process is not None and self._process.poll() is None:  # noqa: ASYNC110 - its pidfd may be gone
                    await asyncio.sleep(0.01)

    # -- what it does by itself ----------------------------------------------------------------------------------------

    def _ended(self) -> None:
        if self._process is not None:
            self._process.poll()
        self._unwatch()
        self._gone()

    def _control_lost(self) -> None:
        """Somebody else took the control port, or what came from it made no sense: it can not be trusted any more."""
        if self._process is not None and self._process.poll() is None:
            log.info("lost the control of a baresip: it is ended")
            with contextlib.suppress(OSError):
                self._process.kill()
        else:
            self._gone()

    def _gone(self) -> None:
        gone, self._on_gone = self._on_gone, _nothing
        gone()

    def _unwatch(self) -> None:
        loop = asyncio.get_running_loop()
        for fd in (self._output, self._pidfd):
            if fd >= 0:
                loop.remove_reader(fd)
                os.close(fd)
        self._output = self._pidfd = -1

    def read_output(self) -> None:
        """Takes what it has printed, without waiting for it."""
        if self._output < 0:
            return
        try:
            data = os.read(self._output, 65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # a terminal whose other end is closed
        if not data:
            asyncio.get_running_loop().remove_reader(self._output)
            os.close(self._output)
            self._output = -1
            return
        self._words = (self._words + data)[-_WORDS:]
        if self.on_output is not None:
            self.on_output(data)

    def _last_words(self) -> str:
        lines = [line.strip() for line in self._words.decode("utf-8", "replace").splitlines()]
        said = [line.replace("\x1b[31m", "").replace("\x1b[;m", "") for line in lines if line]
        return said[-1][:200] if said else ""

    # -- what it is told -----------------------------------------------------------------------------------------------

    async def ask(self, *commands: Command) -> list[Told]:
        """Has commands carried out, one after the other with nothing between.

        Raises:
            OutsideError: it is gone, or does not answer, in which case it is ended.
        """
        try:
            return await self._control.ask(*commands)
        except OSError as error:
            self._control_lost()
            raise OutsideError("sip.gone") from error

    def set_device(self, number: int, playback: str, capture: str) -> None:
        """The sound device of that number is those of the sound server, for whoever opens it from now on.

        Raises:
            OutsideError: it can not be written down.
        """
        if self._devices.get(number) == (playback, capture) or self._folder is None:
            return
        self._devices[number] = (playback, capture)
        try:
            write_private(self._folder / "asound.conf", config.sound_of(self._devices))
        except OSError as error:
            raise OutsideError("sip.no_device", why=error.strerror or str(error)) from error


def _dies_with_us() -> list[str]:
    """A start of the command line by which the kernel ends the child with us; [] where there is no such program."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _pulse_cookie() -> str:
    """Where the sound server's cookie is: HOME is not the person's own in there."""
    if os.environ.get("PULSE_COOKIE"):
        return ""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return next((p for p in (f"{base}/pulse/cookie", os.path.expanduser("~/.pulse-cookie")) if os.path.isfile(p)), "")


def _nothing() -> None:
    pass
