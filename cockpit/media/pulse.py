"""PulseAudio, or PipeWire in its place, by the programs that come with them: `pactl`, `parec`, `pacat`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import re
import shutil
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.media.opus import FRAME, RATE, Samples
from cockpit.model.calls import SoundDevice
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit
from cockpit.processes import kill_child, lives, preexec_die_with_parent, said_by

log = logging.getLogger(__name__)
OURS = "cockpit_call_"
"""What we load at the sound server is named so, with our process's id."""
SECONDS = 5.0
MOST_BYTES = 4 * 1024 * 1024
KEPT_BACK = 2
"""Frames of a device that are kept back; up to `TOO_MANY` wait."""
TOO_MANY = 6
_HEADSET = re.compile(r"headset|hands.?free|earphone|耳机|耳麦|jabra|plantronics|yealink|epos", re.IGNORECASE)
_FORMS = ("headset", "hands-free", "handset", "headphone")
_PIPE = getattr(fcntl, "F_SETPIPE_SZ", 1031)


async def pactl(*args: str) -> str:
    """What `pactl` says.

    Raises:
        OutsideError: it is not installed, or there is no sound server.
    """
    program = shutil.which("pactl")
    if program is None:
        raise OutsideError("media.no_pactl")
    process = await asyncio.create_subprocess_exec(
        program, *args,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        limit=MOST_BYTES,
        preexec_fn=preexec_die_with_parent,
    )  # fmt: skip
    try:
        said, _ = await said_by(process, SECONDS)
    except TimeoutError as error:
        raise OutsideError("media.no_sound_server") from error
    if process.returncode != 0:
        raise OutsideError("media.no_sound_server")
    return said.decode("utf-8", "replace")


async def _listed(*args: str) -> Any:
    """
    Raises:
        OutsideError: as `pactl`, or it says what nobody understands.
    """
    try:
        return json.loads(await pactl("-f", "json", *args))
    except ValueError as error:
        raise OutsideError("media.no_sound_server") from error


async def devices() -> tuple[list[SoundDevice], list[SoundDevice], str, str]:
    """Microphones, loudspeakers, and which of them are the desktop's own choice.

    Raises:
        OutsideError: there is no sound server.
    """
    about = await _listed("info")
    sources = [one for one in await _listed("list", "sources") if not one.get("monitor_source")]
    inputs = [_device(one) for one in sources if _usable(one)]
    outputs = [_device(one) for one in await _listed("list", "sinks") if _usable(one)]
    return inputs, outputs, str(about.get("default_source_name", "")), str(about.get("default_sink_name", ""))


def _usable(one: dict[str, Any]) -> bool:
    """Neither ours nor one whose only plug is not plugged in."""
    name = str(one.get("name", ""))
    ports = one.get("ports") or []
    plugged = not ports or any(port.get("availability") != "not available" for port in ports)
    return not name.startswith(OURS) and not name.endswith(".monitor") and plugged


def _device(one: dict[str, Any]) -> SoundDevice:
    about = one.get("properties") or {}
    name = str(one.get("description") or about.get("device.description") or one["name"])[:120]
    form = str(about.get("device.form_factor", ""))
    headset = form in _FORMS or _HEADSET.search(name) is not None or _HEADSET.search(str(one["name"])) is not None
    return SoundDevice(str(one["name"]), name, headset)


def chosen(wanted: str, there: list[SoundDevice], default: str) -> str:
    """The device to use: the one that is wanted, a headset, the desktop's choice, any; "" where there is none."""
    ids = [one.id for one in there]
    headsets = [one.id for one in there if one.headset]
    for id in (wanted, default if default in headsets else "", *headsets, default, *ids):
        if id and id in ids:
            return id
    return ""


# -- modules ---------------------------------------------------------------------------------------------------------


class Modules:
    """What we loaded at the sound server; all of it goes when we go."""

    def __init__(self) -> None:
        self._loaded: set[str] = set()
        self._count = 0

    def name(self) -> str:
        """A name for a device that nobody else has."""
        self._count += 1
        return f"{OURS}{os.getpid()}_{self._count}"

    async def load(self, module: str, *args: str) -> str:
        """Its number.

        Raises:
            OutsideError: the server will not.
        """
        number = (await pactl("load-module", module, *args)).strip()
        self._loaded.add(number)
        return number

    async def unload(self, number: str) -> None:
        self._loaded.discard(number)
        with contextlib.suppress(OutsideError):
            await pactl("unload-module", number)

    async def close(self) -> None:
        for number in sorted(self._loaded, key=int, reverse=True):
            await self.unload(number)

    async def tidy(self) -> None:
        """Unloads what an earlier process of ours left behind: it was killed."""
        with contextlib.suppress(OutsideError):
            for line in reversed((await pactl("list", "short", "modules")).splitlines()):
                if (found := re.search(rf"={OURS}(\d+)_", line)) and not _is_media(int(found[1])):
                    await self.unload(line.split("\t")[0])


def _is_media(pid: int) -> bool:
    """Whether that process lives and is one of ours."""
    if not lives(pid):
        return False
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"media" in file.read()
    except OSError:
        return False


# -- streams ---------------------------------------------------------------------------------------------------------


def _options(device: str, milliseconds: int) -> list[str]:
    return [
        f"--device={device}", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1",
        f"--latency-msec={milliseconds}", "--client-name=city-cockpit",
    ]  # fmt: skip


async def spawn(program: str, options: list[str], **more: Any) -> asyncio.subprocess.Process:
    """Starts one of the programs; it ends with us.

    Raises:
        OutsideError: it is not installed, or will not start.
    """
    found = shutil.which(program)
    if found is None:
        raise OutsideError("media.no_pactl")
    try:
        return await asyncio.create_subprocess_exec(
            found, *options, stderr=asyncio.subprocess.DEVNULL, preexec_fn=preexec_die_with_parent, **more
        )
    except OSError as error:
        raise OutsideError("media.no_sound_server") from error


async def end(process: asyncio.subprocess.Process) -> None:
    """Ends one of the programs, whatever it does."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with time_limit(2.0):
                await process.wait()
        except TimeoutError:
            await kill_child(process)


class Capture:
    """Sound from a source (`parec`): a frame for each beat of the mixer.

    Attributes:
        device: name of the source.
    """

    def __init__(self, device: str, on_end: Callable[[], None]) -> None:
        """
        Args:
            on_end: called on the loop when the server took the stream away.
        """
        self.device = device
        self._on_end = on_end
        self._frames: deque[bytes] = deque()
        self._playing = False
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self) -> None:
        """
        Raises:
            OutsideError: there is no sound server.
        """
        options = ["--record", *_options(self.device, 20)]
        self._process = await spawn("pacat", options, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE)
        self._task = asyncio.ensure_future(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        rest = b""
        while data := await process.stdout.read(65536):
            rest += data
            while len(rest) >= 2 * FRAME:
                self._frames.append(rest[: 2 * FRAME])
                rest = rest[2 * FRAME :]
            if len(self._frames) > TOO_MANY:  # its clock is faster than ours, or we stood still
                while len(self._frames) > KEPT_BACK:
                    self._frames.popleft()
        await process.wait()
        if not self._closed:
            self._on_end()

    def pull(self) -> Samples | None:
        """The next `FRAME` samples; None is silence."""
        if not self._playing and len(self._frames) < KEPT_BACK:
            return None
        self._playing = bool(self._frames)
        if not self._playing:
            return None
        return np.frombuffer(self._frames.popleft(), "<i2").astype(np.float32) / np.float32(32768)

    async def close(self) -> None:
        self._closed = True
        if self._process is not None:
            await end(self._process)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


class Playback:
    """Sound to a sink (`pacat`). What it can not take in time is left out: it never keeps the mixer waiting.

    Attributes:
        device: name of the sink.
    """

    def __init__(self, device: str, on_end: Callable[[], None]) -> None:
        self.device = device
        self._on_end = on_end
        self._pipe = -1
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self) -> None:
        """
        Raises:
            OutsideError: there is no sound server.
        """
        theirs, self._pipe = os.pipe()
        try:
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._pipe, _PIPE, 4096)  # what waits in the pipe is heard late
            os.set_blocking(self._pipe, False)
            self._process = await spawn(
                "pacat", ["--playback", *_options(self.device, 40)], stdin=theirs, stdout=asyncio.subprocess.DEVNULL
            )
        finally:
            os.close(theirs)
        self._task = asyncio.ensure_future(self._watch(self._process))

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        if not self._closed:
            self._on_end()

    def push(self, pcm: NDArray[np.int16]) -> None:
        """`FRAME` samples."""
        if self._pipe >= 0:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self._pipe, pcm.astype("<i2").tobytes())

    async def close(self) -> None:
        self._closed = True
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        if self._process is not None:
            await end(self._process)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
