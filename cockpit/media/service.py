"""What can be asked of the media process, and who does it. Arguments are checked as the methods' types say."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_type_hints

import msgspec

from cockpit.media.camera import Camera, CameraTrack
from cockpit.media.frames import Frames
from cockpit.media.legs import WebLeg
from cockpit.media.mix import Member, Mixer
from cockpit.media.opus import Samples
from cockpit.media.pictures import Pictures
from cockpit.media.pulse import Modules
from cockpit.media.record import Recorder
from cockpit.media.sipends import SipEnds
from cockpit.media.sound import DeskEnd, DeskSound
from cockpit.media.speech import Speech
from cockpit.media.told import (
    MAX_LEGS,
    LegDigits,
    LegPresent,
    MediaEvent,
    MediaSettings,
    Recorded,
    SoundNow,
)
from cockpit.media.waves import letter_of, read_wave
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.typed import converted

log = logging.getLogger(__name__)
LOOK = 50
"""Beats between two looks at each leg: a second."""
LEVELS = 5
REAL_TIME = 5
"""Of 99: below the sound server's own."""
PRESENT = 8
"""Beats in a row in which somebody is loud: 160 ms are a word."""


def in_time(nice: int) -> None:
    """The beat comes first where the system lets us, as sound servers do: a gap is heard at once.

    Only for this thread, that of the mixer: threads for pictures and children are as everybody else.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, nice)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(REAL_TIME))


def wish(method: Any) -> Any:
    """May be asked for by the parent."""
    method.wish = True
    return method


@lru_cache(maxsize=64)
def _types(method: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(method)
    return {name: hints[name] for name in inspect.signature(method).parameters if name != "self"}


class Service:
    """All of it. Lives on one loop; `beat` is called every 20 ms."""

    def __init__(self, clock: Clock, tell: Callable[[MediaEvent], None], frames: Frames | None) -> None:
        self._clock = clock
        self._out = tell
        self._settings = MediaSettings()
        self._mixer = Mixer()
        self._legs: dict[str, WebLeg] = {}
        self._ends: dict[str, SipEnds] = {}
        self._members: dict[str, Member] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._rolls: set[str] = set()
        self._recorders: dict[str, Recorder] = {}
        self._pictures = Pictures(frames, tell)
        self._camera = Camera("", self._pictures)
        self._modules = Modules()
        self._sound: DeskSound | None = None
        self._speech = Speech()
        self._asked = asyncio.Event()
        self._beats = 0
        self._loud = False
        self._looking: asyncio.Task[None] | None = None

    async def do(self, what: str, args: dict[str, object]) -> object:
        """Does what the parent asks.

        Raises:
            CockpitError: it can not be done, with a sentence.
        """
        method = getattr(type(self), what, None)
        if method is None or not getattr(method, "wish", False):
            raise OutsideError("media.bug", what=what[:40])
        types = _types(method)
        try:
            given = {name: converted(value, types[name]) for name, value in args.items()}
        except (msgspec.ValidationError, KeyError) as error:
            raise OutsideError("media.bug", what=what) from error
        leg = given.get("leg")
        self._asked.set()
        try:
            if not isinstance(leg, str):
                return await method(self, **given)
            async with self._locks.setdefault(leg, asyncio.Lock()):  # one after the other, e.g. close behind take
                return await method(self, **given)
        finally:
            self._asked.set()

    @wish
    async def settings(self, settings: MediaSettings) -> None:
        """The first wish."""
        self._settings = settings
        in_time(settings.nice)
        self._camera = Camera(settings.camera, self._pictures)
        if self._sound is None:
            self._sound = DeskSound(self._modules, self._tell_sound, settings.input, settings.output, settings.echo)
            await self._sound.start()

    # -- legs --------------------------------------------------------------------------------------------------------

    def _begin(self, leg: str, mix: str) -> WebLeg:
        if leg in self._legs or not leg:
            raise OutsideError("media.bug", what=leg)
        if len(self._legs) + len(self._ends) >= MAX_LEGS:
            raise OutsideError("media.full", most=MAX_LEGS)
        made = self._legs[leg] = WebLeg(leg, self._settings, self._clock, self._take, self._pictures)
        made.member = self._members[leg] = Member(leg, made, up=False)
        self._mixer.join(mix or leg, made.member)
        return made

    @wish
    async def offer(self, leg: str, video: bool, mix: str) -> str:
        try:
            return await self._begin(leg, mix).offer(video)
        except BaseException:
            await self.close_leg(leg)
            raise

    @wish
    async def accept(self, leg: str, sdp: str) -> None:
        await self._web(leg).accept(sdp)

    @wish
    async def take(self, leg: str, sdp: str, video: bool, mix: str) -> str:
        made = self._begin(leg, mix)
        try:
            return await made.take(sdp, video)
        except BaseException:
            await self.close_leg(leg)
            raise

    def _web(self, leg: str) -> WebLeg:
        if leg not in self._legs:
            raise OutsideError("media.leg_gone")
        return self._legs[leg]

    def _member(self, leg: str) -> Member:
        if leg not in self._members:
            raise OutsideError("media.leg_gone")
        return self._members[leg]

    @wish
    async def camera(self, leg: str, on: bool) -> None:
        if not on:
            await self._camera.drop(leg)
            return
        track = self._web(leg).picture if leg else CameraTrack()
        if track is None:
            raise OutsideError("media.no_video")
        await self._camera.add(leg, track)

    @wish
    async def sip_ends(self, leg: str, mix: str) -> tuple[str, str]:
        if leg in self._ends or not leg:
            raise OutsideError("media.bug", what=leg)
        if len(self._legs) + len(self._ends) >= MAX_LEGS:
            raise OutsideError("media.full", most=MAX_LEGS)
        ends = SipEnds(self._modules)
        names = await ends.open()
        self._ends[leg] = ends
        self._members[leg] = Member(leg, ends)
        self._mixer.join(mix or leg, self._members[leg])
        return names

    @wish
    async def move(self, leg: str, mix: str) -> None:
        self._mixer.join(mix or leg, self._member(leg))

    @wish
    async def close(self, leg: str) -> None:
        await self.close_leg(leg)

    async def close_leg(self, leg: str) -> None:
        self._rolls.discard(leg)
        self._mixer.leave(leg)
        if (member := self._members.pop(leg, None)) is not None:
            member.prompt.drop()
        await self._camera.drop(leg)
        if (web := self._legs.pop(leg, None)) is not None:
            await web.close()
        if (ends := self._ends.pop(leg, None)) is not None:
            await ends.close()
        self._locks.pop(leg, None)

    @wish
    async def mute(self, leg: str, on: bool, direction: Literal["in", "out"]) -> None:
        member = self._member(leg)
        if direction == "in":
            member.muted = on
        else:
            member.deaf = on

    @wish
    async def hold(self, leg: str, on: bool) -> None:
        self._member(leg).held = on

    @wish
    async def roll(self, leg: str, on: bool) -> None:
        self._member(leg)
        (self._rolls.add if on else self._rolls.discard)(leg)

    # -- mixes -------------------------------------------------------------------------------------------------------

    @wish
    async def desk(self, mix: str, on: bool, talking: bool) -> None:
        sound = self._devices()
        members = self._mixer.mix(mix).members
        if on:
            if "" in members:
                end = members[""].end
                assert isinstance(end, DeskEnd)
                end.talking = talking
            else:
                members[""] = Member("", DeskEnd(sound, talking))
        else:
            self._mixer.leave("", mix)
        anywhere = any("" in one.members for one in self._mixer.mixes.values())
        await sound.need("calls", anywhere, anywhere)

    def _devices(self) -> DeskSound:
        if self._sound is None:
            raise OutsideError("media.not_running")
        return self._sound

    @wish
    async def say(self, to: str, words: str, lang: str) -> float:
        return self._prompt(to, await self._speech.of(words, lang), None)

    @wish
    async def play(self, to: str, wav: bytes) -> float:
        return self._prompt(to, await asyncio.to_thread(read_wave, wav), None)

    def _prompt(self, to: str, sound: Samples, done: Callable[[], None] | None) -> float:
        """Behind what is being said there; seconds until its end."""
        mix = self._mixer.mixes.get(to)
        prompt = mix.prompt if mix is not None and to not in self._members else self._member(to).prompt
        prompt.add(sound, done)
        return prompt.seconds

    @wish
    async def record(self, mix: str, path: str | None, notice: str, lang: str) -> float:
        if path is None:
            running = self._recorders.get(mix)
            if running is None:
                raise OutsideError("media.not_recording")
            running.stop()
            return running.seconds
        if mix in self._recorders or mix not in self._mixer.mixes:
            raise OutsideError("media.recording" if mix in self._recorders else "media.leg_gone")
        sound = await self._speech.of(notice, lang) if notice else None
        found = self._mixer.mix(mix)

        def ended(seconds: float, why: Message | None) -> None:
            found.taps[:] = [tap for tap in found.taps if tap != recorder.take]
            self._recorders.pop(mix, None)
            self._mixer.tidy()
            self._out(Recorded(mix, str(recorder.path), seconds, why))

        try:
            recorder = Recorder(Path(path), ended)
        except OSError as error:
            raise OutsideError("media.record_failed", why=error.strerror or str(error)) from error
        self._recorders[mix] = recorder

        def begin() -> None:
            if self._recorders.get(mix) is recorder:
                found.taps.append(recorder.take)

        if sound is None:
            begin()
            return 0.0
        found.prompt.add(sound, begin)
        return found.prompt.seconds

    # -- the desk's devices --------------------------------------------------------------------------------------------

    @wish
    async def use(self, input: str, output: str, echo: bool) -> None:
        await self._devices().use(input, output, echo)

    @wish
    async def watch(self, on: bool) -> None:
        await self._devices().need("meter", on, False)

    @wish
    async def echo_test(self) -> None:
        await self._devices().echo_test()

    @wish
    async def record_voice(self, on: bool) -> tuple[bytes, float]:
        sound = self._devices()
        if on:
            await sound.begin_letter()
            return b"", 0.0
        samples = await sound.end_letter()
        return await asyncio.to_thread(letter_of, samples), len(samples) / 48_000

    # -- the beat ----------------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Nobody is in a mix, and nobody needs the desk's devices."""
        return not self._mixer.mixes and not self._loud and (self._sound is None or not self._sound.needed)

    async def wait(self) -> None:
        """Until the next wish."""
        self._asked.clear()
        await self._asked.wait()

    # -- what happens --------------------------------------------------------------------------------------------------

    def beat(self, now: float) -> None:
        """20 ms of sound for everybody."""
        self._mixer.beat(now)
        sound = self._sound
        if sound is not None:
            sound.flush(now)
        self._beats += 1
        if self._rolls:
            for leg in [leg for leg in self._rolls if self._members[leg].gate.loud >= PRESENT]:
                self._present(leg, "voice")
        if self._beats % LEVELS == 0 and sound is not None and (sound.level_in or sound.level_out or self._loud):
            self._loud = bool(sound.level_in or sound.level_out)
            self._tell_sound()
        if self._beats % LOOK == 0 and self._legs and (self._looking is None or self._looking.done()):
            self._looking = asyncio.ensure_future(self._look())
        for mix, recorder in list(self._recorders.items()):
            if mix not in self._mixer.mixes or not self._mixer.mixes[mix].members:
                recorder.stop()  # everybody has gone

    async def _look(self) -> None:
        for leg in list(self._legs.values()):
            try:
                await leg.look()
            except Exception:  # our bug: the other legs are looked at all the same
                log.exception("of leg %s", leg.id)

    def _take(self, event: MediaEvent) -> None:
        if isinstance(event, LegDigits) and event.leg in self._rolls:
            self._present(event.leg, "digit")
        self._out(event)

    def _present(self, leg: str, by: str) -> None:
        self._rolls.discard(leg)
        self._out(LegPresent(leg, by))

    def _tell_sound(self) -> None:
        sound = self._sound
        if sound is not None:
            self._out(
                SoundNow(msgspec.structs.replace(sound.sound, level_in=sound.level_in, level_out=sound.level_out))
            )

    async def end(self) -> None:
        """Ends every leg; nothing that was made at the sound server stays."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await asyncio.gather(*(self.close_leg(leg) for leg in list(self._members)), return_exceptions=True)
        recorders = list(self._recorders.values())
        for recorder in recorders:
            recorder.stop()
        for recorder in recorders:
            await asyncio.to_thread(recorder.join)
        await self._camera.close()
        if self._sound is not None:
            await self._sound.close()
        await self._modules.close()
