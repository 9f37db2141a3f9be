"""The media process as the seat holds it: started, asked, listened to, ended. Lives on one asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from cockpit.media.child import END_SECONDS, log_of
from cockpit.media.frames import Frames, make_memory
from cockpit.media.told import (
    MAX_LINE,
    MAX_SDP,
    Ask,
    LegPictures,
    Line,
    MediaEvent,
    MediaGone,
    MediaSettings,
    SoundNow,
)
from cockpit.model.calls import Frame, Sound
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json
from cockpit.processes import cockpit_command, end_child, environment_of_child

log = logging.getLogger(__name__)
T = TypeVar("T")
ASK_SECONDS = 20.0
"""A process that has not answered for so long is ended."""


def missing() -> Message | None:
    """Why there can be no media process on this machine; None where there can."""
    if importlib.util.find_spec("aiortc") is None or importlib.util.find_spec("av") is None:
        return Message("media.no_extra")
    return None


class MediaProcess:
    """The child `cockpit media`. Every method may raise OutsideError: with a sentence, and nothing was done.

    Mixes are made when they are first named and forgotten with their last member. A leg is in exactly one mix; one that
    was given none is alone in a mix that has the leg's id. Everybody in a mix hears everybody else, not themselves.

    Attributes:
        settings: as it was started.
        sound: devices and levels as last told.
        on_event: called on the loop for whatever the process tells by itself; see also `listen`.
    """

    def __init__(
        self,
        log_file: Path,
        settings: MediaSettings = MediaSettings(),  # noqa: B008 - it is frozen
        on_event: Callable[[MediaEvent], None] | None = None,
    ) -> None:
        """
        Args:
            log_file: where its log lines go; its folder is made.
        """
        self.settings = settings
        self.sound = Sound(problem=missing())
        self.on_event = on_event
        self._log_file = log_file
        self._listeners: list[Callable[[MediaEvent], None]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._count = 0
        self._frames: Frames | None = None
        self._slots: dict[str, int] = {}
        self._starting = asyncio.Lock()
        self._stopped = True

    @property
    def pid(self) -> int:
        """Of the process; 0 while there is none."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    def listen(self, listener: Callable[[MediaEvent], None]) -> Callable[[], None]:
        """One more that is told what happens, on the loop; the answer ends that."""
        self._listeners.append(listener)

        def unlisten() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unlisten

    # -- its life --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Starts it, where it does not run.

        To be called on a thread that lives as long as the calls: the kernel ends the child when that thread ends.
        """
        if (why := missing()) is not None:
            raise OutsideError(why.id, **why.params)
        self._stopped = False
        async with self._starting:
            if not self.pid:
                await self._spawn()

    async def _spawn(self) -> None:
        fd = make_memory()
        try:
            self._frames = Frames(fd)
            with contextlib.ExitStack() as opened:
                self._process = await asyncio.create_subprocess_exec(
                    *cockpit_command("media", "--pictures", str(fd)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log_of(self._log_file, opened),
                    env=environment_of_child(),
                    pass_fds=(fd,),
                    limit=MAX_LINE,
                )
        except OSError as error:
            raise OutsideError("media.no_start", why=error.strerror or str(error)) from error
        finally:
            os.close(fd)
        self._slots.clear()
        self._reader = asyncio.ensure_future(self._read(self._process))
        try:
            await self._do("settings", type(None), settings=self.settings)
        except BaseException:  # whoever waited went away: without its settings it is of no use to the next
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            raise

    async def stop(self) -> None:
        """Ends it, and every leg with it; nothing that it made at the sound server stays."""
        self._stopped = True
        process, self._process = self._process, None
        if process is not None:
            await end_child(process, END_SECONDS)
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)
            self._reader = None
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    # -- WebRTC legs -----------------------------------------------------------------------------------------------

    async def offer(self, leg: str, *, video: bool = False, mix: str = "") -> str:
        """Begins a leg; our offer (SDP with all candidates in it)."""
        return await self._do("offer", str, leg=leg, video=video, mix=mix)

    async def accept(self, leg: str, sdp: str) -> None:
        """Their answer to our offer; `LegUp` comes once sound goes, `LegLost` when it never does."""
        await self._do("accept", type(None), leg=leg, sdp=_sized(sdp))

    async def take(self, leg: str, sdp: str, *, video: bool = False, mix: str = "") -> str:
        """Begins a leg with their offer; our answer."""
        return await self._do("take", str, leg=leg, sdp=_sized(sdp), video=video, mix=mix)

    async def camera(self, leg: str, on: bool) -> None:
        """Whether our picture goes to a leg that was begun with video; "" shows it to ourselves only."""
        await self._do("camera", type(None), leg=leg, on=on)

    # -- legs of baresip that join a mix -----------------------------------------------------------------------------

    async def sip_ends(self, leg: str, mix: str) -> tuple[str, str]:
        """Sound devices for a leg that baresip has: it plays to the first and captures from the second (PulseAudio
        sink and source). They are there until `close`.
        """
        playback, capture = await self._do("sip_ends", tuple[str, str], leg=leg, mix=mix)
        return playback, capture

    # -- any leg ---------------------------------------------------------------------------------------------------

    async def move(self, leg: str, mix: str) -> None:
        """Into another mix: a call became a group."""
        await self._do("move", type(None), leg=leg, mix=mix)

    async def close(self, leg: str) -> None:
        """Ends a leg; one that is not there is no error."""
        await self._do("close", type(None), leg=leg)

    async def mute(self, leg: str, on: bool, direction: Literal["in", "out"] = "in") -> None:
        """`in`: nobody hears them; `out`: they hear nobody."""
        await self._do("mute", type(None), leg=leg, on=on, direction=direction)

    async def hold(self, leg: str, on: bool) -> None:
        """Out of the mix in both directions, and back."""
        await self._do("hold", type(None), leg=leg, on=on)

    async def roll(self, leg: str, on: bool) -> None:
        """Whether their first word or key is told as `LegPresent`, once."""
        await self._do("roll", type(None), leg=leg, on=on)

    # -- mixes -----------------------------------------------------------------------------------------------------

    async def desk(self, mix: str, on: bool, talking: bool = True) -> None:
        """Whether the desk's loudspeaker plays a mix, and its microphone is heard there.

        The microphone is open only while the desk is in a mix, a voice letter is recorded, or its level is watched.
        """
        await self._do("desk", type(None), mix=mix, on=on, talking=talking)

    async def say(self, mix_or_leg: str, words: str, lang: str = "zh") -> float:
        """Speaks a sentence to all of a mix, or to one leg alone, after what is being said there; its seconds with
        what is said before it. To a leg that is not up yet it is said once it is.
        """
        return await self._do("say", float, to=mix_or_leg, words=words, lang=lang)

    async def play(self, mix_or_leg: str, wav: bytes) -> float:
        """As `say`, with a sound (WAV)."""
        return await self._do("play", float, to=mix_or_leg, wav=wav)

    async def record(self, mix: str, path: Path | None, notice: str = "", lang: str = "zh") -> float:
        """Begins or (None) ends the recording of a mix, both sides of it, to a `.wav` or `.ogg` (Opus) file.

        Args:
            notice: a sentence that is spoken to everyone first; the recording begins when it has been.

        Returns:
            Seconds until it begins; with None its length. `Recorded` follows when the file is whole.
        """
        to = None if path is None else str(path)
        return await self._do("record", float, mix=mix, path=to, notice=notice, lang=lang)

    # -- the desk's devices ----------------------------------------------------------------------------------------

    def devices(self) -> Sound:
        """As last told; `SoundNow` says that it changed."""
        return self.sound

    async def use(self, input: str, output: str, echo: bool = True) -> None:
        """The devices to speak and hear with, by id; "" the best there is."""
        self.settings = msgspec.structs.replace(self.settings, input=input, output=output, echo=echo)
        await self._do("use", type(None), input=input, output=output, echo=echo)

    async def watch(self, on: bool) -> None:
        """Opens the microphone for its level meter, or no longer."""
        await self._do("watch", type(None), on=on)

    async def echo_test(self) -> None:
        """Records three seconds and plays them back; returns when they have been played."""
        await self._do("echo_test", type(None))

    async def record_voice(self, on: bool) -> tuple[bytes, float]:
        """Begins a voice letter (at most a minute), or ends it: WAV (16 kHz, mono, 16 bit) and its seconds."""
        wav, seconds = await self._do("record_voice", tuple[bytes, float], on=on)
        return wav, seconds

    # -- pictures --------------------------------------------------------------------------------------------------

    def frame(self, leg: str) -> Frame | None:
        """The newest picture of a leg, "" the own camera; None where none comes."""
        slot = self._slots.get(leg)
        if slot is None or self._frames is None:
            return None
        return self._frames.read(slot)

    # -- lines -----------------------------------------------------------------------------------------------------

    async def _do(self, what: str, answer: type[T], **args: object) -> T:
        """Asks the process; its answer.

        Raises:
            OutsideError: it said why not, or it is not there.
        """
        if self._stopped:
            raise OutsideError("media.not_running")
        if not self.pid and what != "settings":
            await self.start()
        process = self._process
        if process is None or process.stdin is None:
            raise OutsideError("media.not_running")
        self._count += 1
        n = self._count  # others may ask before this is answered
        future: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._waiting[n] = future
        try:
            process.stdin.write(msgspec.json.encode(Ask(n, what, args)) + b"\n")
            async with time_limit(ASK_SECONDS):
                raw = await future
            return from_json(raw, type=answer)
        except TimeoutError as error:
            with contextlib.suppress(ProcessLookupError):
                process.kill()  # it hangs: whoever waits is told by its end
            raise OutsideError("media.no_answer") from error
        except OSError as error:
            raise OutsideError("media.not_running") from error
        finally:
            self._waiting.pop(n, None)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Takes its lines until it ends."""
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than a line may be: what follows it is read on
                continue
            if not line:
                break
            try:
                self._take(from_json(line, type=Line))
            except msgspec.DecodeError as error:
                log.info("the media process said what nobody understands: %s", error)
        code = await process.wait()
        self._slots.clear()
        why = Message("media.died", {"code": code})
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(OutsideError(why.id, **why.params))
        if not self._stopped:
            self._tell(MediaGone(why))

    def _take(self, line: Line) -> None:
        if line.event is not None:
            self._tell(line.event)
        future = self._waiting.get(line.n)
        if future is None or future.done():
            return
        if line.error is not None:
            future.set_exception(OutsideError(line.error.id, **line.error.params))
        else:
            future.set_result(line.answer)

    def _tell(self, event: MediaEvent) -> None:
        if isinstance(event, SoundNow):
            self.sound = event.sound
        elif isinstance(event, LegPictures):
            if event.on:
                self._slots[event.leg] = event.slot
            else:
                self._slots.pop(event.leg, None)
        for listener in [*([self.on_event] if self.on_event else []), *self._listeners]:
            try:
                listener(event)
            except Exception:  # its bug: the others are told all the same
                log.exception("of a media event")


def _sized(sdp: str) -> str:
    """
    Raises:
        OutsideError: it is longer than any browser's.
    """
    if len(sdp) > MAX_SDP:
        raise OutsideError("media.sdp_long", most=MAX_SDP // 1024)
    return sdp
