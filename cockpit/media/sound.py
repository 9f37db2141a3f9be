"""The desk's microphone and loudspeaker: which, how loud, echo cancelled, tested; plugged in and out while in use."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.media.gate import loudness
from cockpit.media.mix import Heard, Prompt, limited
from cockpit.media.opus import FRAME, RATE, Samples
from cockpit.media.pulse import Capture, Modules, Playback, chosen, devices, end, pactl, spawn
from cockpit.model.calls import Sound
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

log = logging.getLogger(__name__)
RETRY = 5.0
"""Seconds until a sound server that is not there is asked for again."""
SETTLE = 0.2
"""A headset that is plugged in is several changes at once."""
ECHO_TEST = 3.0
NO_ANALOG_GAIN = 'aec_args="analog_gain_control=0 digital_gain_control=1"'
"""Else the canceller turns the person's own microphone down, and leaves it so after the call."""
LETTER = 60.0
"""Seconds of a voice letter at most."""


def _falling(now: float, before: float) -> float:
    """As a meter has it."""
    shown = max(now, before * 0.8)
    return shown if shown > 0.01 else 0.0


class DeskSound:
    """Devices are opened while somebody needs them, and only then.

    Attributes:
        sound: as it is told, without levels.
        level_in, level_out: now, 0–1.
    """

    def __init__(self, modules: Modules, changed: Callable[[], None], input: str, output: str, echo: bool) -> None:
        self.sound = Sound(problem=Message("media.sound_starting"))
        self.level_in = 0.0
        self.level_out = 0.0
        self._modules = modules
        self._changed = changed
        self._wanted = (input, output)
        self._echo = echo
        self._users: dict[str, tuple[bool, bool]] = {}
        self._capture: Capture | None = None
        self._playback: Playback | None = None
        self._canceller: tuple[str, str, str] | None = None
        self._mic: Samples | None = None
        self._beat = -1.0
        self._out: Samples | None = None
        self._prompt = Prompt()
        self._takers: list[list[Samples]] = []
        self._letter: list[Samples] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._adjusting = asyncio.Lock()
        self._again: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        self._watching = asyncio.ensure_future(self._watch())

    async def close(self) -> None:
        self._closed = True
        for task in [*([self._watching] if self._watching else []), *self._again]:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._users.clear()
        await self._adjust()

    # -- what there is ---------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Looks again whenever the server says that a device came or went."""
        while True:
            await self._modules.tidy()
            await self._look()
            with contextlib.suppress(OutsideError):
                await self._follow()
            await self._look()
            await asyncio.sleep(RETRY)

    async def _follow(self) -> None:
        await pactl("info")
        process = await spawn("pactl", ["subscribe"], stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        try:
            await self._look()
            while line := await process.stdout.readline():
                if b"'change'" in line and b" card " not in line and b" server " not in line:
                    continue  # volumes, states
                if any(word in line for word in (b" sink #", b" source #", b" card #", b" server")):
                    await asyncio.sleep(SETTLE)
                    with contextlib.suppress(TimeoutError):
                        while line:
                            async with time_limit(0.01):
                                line = await process.stdout.readline()
                    await self._look()
        finally:
            await end(process)

    async def _look(self) -> None:
        try:
            inputs, outputs, default_in, default_out = await devices()
        except OutsideError as error:
            found = Sound(problem=error.message)
        else:
            input, output = chosen(self._wanted[0], inputs, default_in), chosen(self._wanted[1], outputs, default_out)
            problem = None
            if not input or not output:
                problem = Message("media.no_microphone" if output else "media.no_loudspeaker")
            found = Sound(tuple(inputs), tuple(outputs), input, output, self._canceller is not None, problem=problem)
        if found != self.sound:
            self.sound = found
            await self._adjust()
            self._changed()

    async def use(self, input: str, output: str, echo: bool) -> None:
        """Other devices, "" the best there is."""
        self._wanted = (input, output)
        self._echo = echo
        await self._look()
        await self._adjust()
        self._changed()

    @property
    def needed(self) -> bool:
        """Whether somebody needs a device."""
        return bool(self._users) or self._capture is not None or self._playback is not None

    # -- who needs it ------------------------------------------------------------------------------------------------

    async def need(self, who: str, microphone: bool, loudspeaker: bool) -> None:
        """Opens what somebody needs; neither closes what nobody else does."""
        if microphone or loudspeaker:
            self._users[who] = (microphone, loudspeaker)
        else:
            self._users.pop(who, None)
        await self._adjust()

    async def _adjust(self) -> None:
        async with self._adjusting:
            microphone = any(one for one, _ in self._users.values())
            loudspeaker = any(one for _, one in self._users.values())
            input, output = self.sound.input, self.sound.output
            if microphone and loudspeaker and input and output:
                input, output = await self._without_echo(input, output)
            elif self._canceller is not None and not (microphone or loudspeaker):
                await self._no_canceller()
            elif self._canceller is not None:
                input, output = self._canceller[1], self._canceller[2]
            await self._open(input if microphone else "", output if loudspeaker else "")
            echo = self._canceller is not None
            if self.sound.echo != echo:
                self.sound = msgspec.structs.replace(self.sound, echo=echo)
                self._changed()

    async def _without_echo(self, input: str, output: str) -> tuple[str, str]:
        """Devices behind the server's echo canceller; those themselves where it has none, or a headset needs none."""
        wanted = f"source_master={input} sink_master={output}"
        if self._canceller is not None and self._canceller[0].partition(" ")[2] == wanted:
            return self._canceller[1], self._canceller[2]
        await self._open("", "")
        await self._no_canceller()
        headset = any(one.headset for one in self.sound.outputs if one.id == output)
        if not self._echo or headset:
            return input, output
        source, sink = self._modules.name(), self._modules.name()
        try:
            number = await self._modules.load(
                "module-echo-cancel", *wanted.split(" "), f"source_name={source}", f"sink_name={sink}",
                "aec_method=webrtc", "use_master_format=1", "use_volume_sharing=0", NO_ANALOG_GAIN,
            )  # fmt: skip
        except OutsideError as error:
            log.info("no echo canceller: %s", error)
            return input, output
        self._canceller = (f"{number} {wanted}", source, sink)
        return source, sink

    async def _no_canceller(self) -> None:
        if self._canceller is not None:
            number, self._canceller = self._canceller[0].partition(" ")[0], None
            await self._modules.unload(number)

    async def _open(self, input: str, output: str) -> None:
        if self._capture is not None and self._capture.device != input:
            capture, self._capture = self._capture, None
            await capture.close()
        if self._playback is not None and self._playback.device != output:
            playback, self._playback = self._playback, None
            await playback.close()
        try:
            if input and self._capture is None:
                capture = Capture(input, self._lost)
                await capture.start()
                self._capture = capture
            if output and self._playback is None:
                playback = Playback(output, self._lost)
                await playback.start()
                self._playback = playback
        except OutsideError as error:
            log.info("no sound: %s", error)

    def _lost(self) -> None:
        """The server took a stream away, e.g. with its device: it is opened again on what there is."""
        if not self._closed:
            task = asyncio.ensure_future(self._reopen())
            self._again.add(task)
            task.add_done_callback(self._again.discard)

    async def _reopen(self) -> None:
        await asyncio.sleep(SETTLE)
        async with self._adjusting:
            await self._open("", "")
        await self._look()
        with contextlib.suppress(CockpitError):
            await self._adjust()

    # -- the beat of the mixer ---------------------------------------------------------------------------------------

    def pull(self, now: float) -> Samples | None:
        """The microphone's frame of this beat, the same for all mixes."""
        if now != self._beat:
            self._beat = now
            self._mic = self._capture.pull() if self._capture is not None else None
            loud = 0.0 if self._mic is None else float(np.sqrt(np.dot(self._mic, self._mic) / FRAME))
            self.level_in = _falling(loudness(loud), self.level_in)
            if self._mic is not None:
                for taken in self._takers:
                    if len(taken) * FRAME < LETTER * RATE:
                        taken.append(self._mic)
        return self._mic

    def play(self, heard: Heard) -> None:
        """What a mix sounds like to the desk; all of them together are played at the end of the beat."""
        samples = heard.pcm.astype(np.float32) / np.float32(32768)
        self._out = samples if self._out is None else self._out + samples

    def flush(self, now: float) -> None:
        """The end of a beat."""
        self.pull(now)
        out, self._out = self._out, None
        if (said := self._prompt.pull()) is not None:
            out = said if out is None else out + said
        loud = 0.0 if out is None else float(np.sqrt(np.dot(out, out) / FRAME))
        self.level_out = _falling(loudness(loud), self.level_out)
        if self._playback is not None:
            self._playback.push(np.zeros(FRAME, np.int16) if out is None else limited(out))

    # -- letters and the echo test -----------------------------------------------------------------------------------

    def _ready(self, microphone: bool, loudspeaker: bool) -> None:
        """
        Raises:
            OutsideError: why there is no sound.
        """
        missing = (microphone and not self.sound.input) or (loudspeaker and not self.sound.output)
        if missing:
            problem = self.sound.problem or Message("media.no_sound_server")
            raise OutsideError(problem.id, **problem.params)

    async def begin_letter(self) -> None:
        """
        Raises:
            OutsideError: there is no microphone.
        """
        self._ready(True, False)
        if self._letter is None:
            self._letter = []
            self._takers.append(self._letter)
        await self.need("letter", True, False)

    async def end_letter(self) -> NDArray[np.int16]:
        """What was recorded.

        Raises:
            OutsideError: nothing was.
        """
        letter, self._letter = self._letter, None
        self._takers = [taken for taken in self._takers if taken is not letter]
        await self.need("letter", False, False)
        if not letter:
            raise OutsideError("media.no_voice")
        return limited(np.concatenate(letter))

    async def echo_test(self) -> None:
        """Three seconds from the microphone, played back.

        Raises:
            OutsideError: there is no microphone or no loudspeaker, or nothing came from it.
        """
        self._ready(True, True)
        taken: list[Samples] = []
        try:
            await self.need("test", True, True)
            self._takers.append(taken)
            await asyncio.sleep(ECHO_TEST)
            self._takers = [one for one in self._takers if one is not taken]
            if not taken:
                raise OutsideError("media.no_voice")
            played = asyncio.Event()
            self._prompt.add(np.concatenate(taken), played.set)
            await played.wait()
        finally:
            self._takers = [one for one in self._takers if one is not taken]
            await self.need("test", False, False)


class DeskEnd:
    """The desk in one mix.

    Attributes:
        talking: whether its microphone is heard there.
    """

    def __init__(self, sound: DeskSound, talking: bool) -> None:
        self.talking = talking
        self._sound = sound

    def pull(self, now: float) -> Samples | None:
        mic = self._sound.pull(now)
        return mic if self.talking else None

    def push(self, heard: Heard) -> None:
        self._sound.play(heard)
