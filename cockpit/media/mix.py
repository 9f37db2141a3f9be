"""The mixer: every 20 ms each member is heard by all others of their mix, and nobody by themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cockpit.media.gate import Gate
from cockpit.media.opus import FRAME, RATE, Encoder, Samples

SOFT = 0.8
"""Full scale is 1; what is louder than this is bent, not cut."""


def limited(samples: Samples) -> NDArray[np.int16]:
    """As 16 bit, with a soft limit."""
    if samples.max(initial=0.0) > SOFT or samples.min(initial=0.0) < -SOFT:
        over = np.abs(samples)
        bent = SOFT + (1 - SOFT) * np.tanh((over - SOFT) / (1 - SOFT))
        samples = np.where(over > SOFT, np.copysign(bent, samples), samples)
    out: NDArray[np.int16] = np.empty(len(samples), np.int16)
    np.multiply(samples, np.float32(32767), out=out, casting="unsafe")
    return out


class Heard:
    """What somebody hears in one beat; those who hear the same share it, and its encoding."""

    def __init__(self, samples: Samples | None, encoder: Callable[[], Encoder]) -> None:
        self._samples = samples
        self._encoder = encoder
        self._pcm: NDArray[np.int16] | None = None
        self._packet: bytes | None = None

    @property
    def pcm(self) -> NDArray[np.int16]:
        """`FRAME` samples."""
        if self._pcm is None:
            self._pcm = _SILENCE if self._samples is None else limited(self._samples)
        return self._pcm

    @property
    def packet(self) -> bytes:
        """As Opus."""
        if self._packet is None:
            self._packet = self._encoder().encode(self.pcm)
        return self._packet


_SILENCE: NDArray[np.int16] = np.zeros(FRAME, np.int16)


class End(Protocol):
    """Where a member's sound comes from and goes to. `pull` is called once a beat, then `push` once."""

    def pull(self, now: float) -> Samples | None: ...

    def push(self, heard: Heard) -> None: ...


class Prompt:
    """Sounds that are played one after the other."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Samples, Callable[[], None] | None]] = deque()
        self._at = 0

    @property
    def seconds(self) -> float:
        """Until all has been played."""
        return max(sum(len(sound) for sound, _ in self._waiting) - self._at, 0) / RATE

    def add(self, sound: Samples, done: Callable[[], None] | None = None) -> None:
        self._waiting.append((sound, done))

    def pull(self) -> Samples | None:
        """The next frame; None where nothing is to be played."""
        if not self._waiting:
            return None
        sound, done = self._waiting[0]
        part = sound[self._at : self._at + FRAME]
        self._at += FRAME
        if self._at >= len(sound):
            self._at = 0
            self._waiting.popleft()
            if done is not None:
                done()
        return part if len(part) == FRAME else np.concatenate((part, np.zeros(FRAME - len(part), np.float32)))

    def drop(self) -> None:
        """What waits is not played; whoever waits for its end is told."""
        self._at = 0
        while self._waiting:
            _, done = self._waiting.popleft()
            if done is not None:
                done()


class Member:
    """Somebody in a mix.

    Attributes:
        id: of the leg, "" the desk; up: sound goes both ways.
        muted: nobody hears them; deaf: they hear nobody; held: both, and nothing is said to them either.
        gate: how loud they are, whether they speak; prompt: what only they hear.
    """

    def __init__(self, id: str, end: End, up: bool = True) -> None:
        self.id = id
        self.end = end
        self.up = up
        self.muted = False
        self.deaf = False
        self.held = False
        self.gate = Gate()
        self.prompt = Prompt()
        self._encoder: Encoder | None = None

    def encoder(self) -> Encoder:
        if self._encoder is None:
            self._encoder = Encoder()
        return self._encoder


class Mix:
    """Members who hear one another.

    Attributes:
        prompt: what everybody hears.
        taps: called with what all of it together sounds like, each beat (a recording).
    """

    def __init__(self, id: str) -> None:
        self.id = id
        self.members: dict[str, Member] = {}
        self.prompt = Prompt()
        self.taps: list[Callable[[NDArray[np.int16]], None]] = []
        self._encoder: Encoder | None = None

    def _shared(self) -> Encoder:
        if self._encoder is None:
            self._encoder = Encoder()
        return self._encoder

    def beat(self, now: float) -> None:
        """One frame from everybody to everybody. A member from whom nothing comes is silent, nothing waits for them."""
        voices: dict[str, Samples] = {}
        for member in self.members.values():
            voice = member.gate.through(member.end.pull(now))
            if voice is not None and member.up and not member.muted and not member.held:
                voices[member.id] = voice
        listening = [member for member in self.members.values() if member.up and not member.held]
        said = self.prompt.pull() if listening else None
        total = _sum([*voices.values(), said])
        everything = Heard(total, self._shared)
        for member in listening:
            member.end.push(self._for(member, voices, total, said, everything))
        if self.taps:
            for tap in list(self.taps):
                tap(everything.pcm)

    def _for(
        self,
        member: Member,
        voices: dict[str, Samples],
        total: Samples | None,
        said: Samples | None,
        everything: Heard,
    ) -> Heard:
        private = member.prompt.pull()
        own = voices.get(member.id)
        if member.deaf:
            return Heard(_sum([said, private]), member.encoder)
        if own is None and private is None:
            return everything
        others = None if total is None else total if own is None else total - own
        if own is not None and len(voices) == 1:
            others = said  # exactly silent, not nearly
        return Heard(_sum([others, private]), member.encoder)


def _sum(parts: Iterable[Samples | None]) -> Samples | None:
    total: Samples | None = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    return total


class Mixer:
    """All mixes. A mix is there from its first member on until nobody is in it, nothing recorded of it."""

    def __init__(self) -> None:
        self.mixes: dict[str, Mix] = {}

    def mix(self, id: str) -> Mix:
        """The one of that id, made where there is none."""
        found = self.mixes.get(id)
        if found is None:
            found = self.mixes[id] = Mix(id)
        return found

    def join(self, id: str, member: Member) -> None:
        """Into that mix. The desk may be in several, everybody else leaves the one they were in."""
        if member.id:
            self.leave(member.id)
        self.mix(id).members[member.id] = member

    def leave(self, member: str, id: str = "") -> None:
        """Out of one mix, or ("") of all."""
        for mix in list(self.mixes.values()):
            if not id or mix.id == id:
                mix.members.pop(member, None)
        self.tidy()

    def tidy(self) -> None:
        """Forgets mixes that nobody is in."""
        for mix in list(self.mixes.values()):
            if not mix.members and not mix.taps:
                self.mixes.pop(mix.id)
                mix.prompt.drop()

    def find(self, member: str) -> Member | None:
        return next((mix.members[member] for mix in self.mixes.values() if member in mix.members), None)

    def members(self) -> Iterator[Member]:
        for mix in self.mixes.values():
            yield from mix.members.values()

    def beat(self, now: float) -> None:
        for mix in list(self.mixes.values()):
            if mix.members or mix.taps:
                mix.beat(now)
