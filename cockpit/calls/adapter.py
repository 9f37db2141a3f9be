"""What every way to call offers, and what it tells: the protocol between the desk of calls and its adapters.

An adapter is one file (or folder) of `cockpit/calls` that has `KIND` and `make`; others come by the entry point group
`cockpit.calls`, whose object has the same two. All of it runs on one asyncio loop; nothing here blocks it.

A leg has the id that the desk of calls gave it, for a leg that came in one that the adapter made (UUIDv7 text). What an
adapter says of a leg after it said `ended` is not heard.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cockpit.calls.settings import CallSettings
from cockpit.model.calls import Line, Outcome, Quality, Signal, Way, WayKind
from cockpit.model.clock import Clock
from cockpit.model.messages import Message

if TYPE_CHECKING:
    from cockpit.media.client import MediaProcess


class Events(Protocol):
    """Whoever uses adapters; called on the event loop. A call of it takes no time and raises nothing."""

    def rang(self, leg: str) -> None:
        """It rings there (180, or the phone page says so)."""
        ...

    def up(self, leg: str, video: bool = False) -> None:
        """They picked up and sound flows; `video`: pictures come from them. May come again when video came or went."""
        ...

    def held(self, leg: str, by_them: bool) -> None:
        """They are away (True), or back again."""
        ...

    def ended(self, leg: str, outcome: Outcome, why: Message) -> None:
        """It is over: ANSWERED when either side hung up after it was up, CUT when it was up and then nothing came."""
        ...

    def came_in(self, leg: str, way: Way, name: str, video: bool) -> None:
        """Somebody calls this desk; `way` is how they could be called back, `name` what they call themselves."""
        ...

    def quality(self, leg: str, quality: Quality) -> None:
        """About once a second while it is up."""
        ...

    def digits(self, leg: str, digits: str) -> None:
        """DTMF from them: one or more of 0–9, *, #, A–D."""
        ...

    def text(self, way: Way, words: str) -> None:
        """They wrote (SIP MESSAGE, RFC 3428)."""
        ...

    def line(self, line: Line) -> None:
        """It is registered now, or why not. The one of the same kind and name is replaced."""
        ...

    def rolled(self, leg: str) -> None:
        """They said at their phone page that they are there (`roll`)."""
        ...


@dataclass(frozen=True)
class Around:
    """What an adapter is made with.

    Attributes:
        profile: folder of the desk's profile, for secrets and what a child process writes.
        settings: calls.toml; clock: the machine's.
        events: whom to tell.
        media: the media process; it may not be started yet (`start` may be called by everyone who needs it, twice is
            once, raises OutsideError with the sentence why there is no sound).
        signal: publishes a `Signal` to a user (`gateway`, a seat, `hub`); raises OutsideError while the hub is away.
        open_url: has the desktop open an address (`tel:…`); whether it did.
        new_id: a new id for a leg that came in.
        name: what the other side is shown: who calls.
    """

    profile: Path
    settings: CallSettings
    clock: Clock
    events: Events
    media: MediaProcess
    signal: Callable[[Signal, str], None]
    open_url: Callable[[str], Awaitable[bool]]
    new_id: Callable[[], str]
    name: Callable[[], str]


class Adapter(Protocol):
    """One kind of way.

    Attributes:
        kind: which.

    Every coroutine that acts on a leg raises `OutsideError` with one sentence when it could not be done; a leg that is
    not known (it ended meanwhile) is no error, nothing happens. `into_mix` is the id of a mix of the media process in
    which the leg's sound comes and goes; "": the desk's own microphone and loudspeaker, without the media process
    where the adapter can.

    An adapter may have `async def prepare(self, into_mix: str) -> None`, which is called before `place` and outside of
    the time in which something has to ring: for what takes long and has nothing to do with who is called.
    """

    kind: WayKind

    async def start(self) -> None:
        """Begins what it needs all the time (a registration). Raises nothing: `lines` says what is wrong."""
        ...

    async def stop(self) -> None:
        """Ends every leg and child process; twice is once."""
        ...

    def lines(self) -> Sequence[Line]:
        """Ready or why not, one for each account; at any time, also before `start`."""
        ...

    async def place(self, leg: str, way: Way, *, video: bool, into_mix: str = "") -> None:
        """Calls; returns when it is under way, `events` tell the rest; OutsideError when it can not even begin."""
        ...

    async def answer(self, leg: str, *, video: bool, into_mix: str = "") -> None:
        """Takes a leg that came in; `up` tells when they are heard."""
        ...

    async def decline(self, leg: str, *, busy: bool = False) -> None: ...

    async def hang_up(self, leg: str) -> None:
        """Ends it whatever it does; `ended` is told (CANCELLED when it was not up yet)."""
        ...

    async def hold(self, leg: str, on: bool) -> None: ...

    async def mute(self, leg: str, on: bool) -> None:
        """Whether they do not hear us. Only for a leg without a mix: in a mix the media process does it."""
        ...

    async def camera(self, leg: str, on: bool) -> None:
        """Sends our picture or not."""
        ...

    async def move(self, leg: str, into_mix: str) -> None:
        """Its sound comes and goes there from now on; the call goes on."""
        ...

    async def digits(self, leg: str, digits: str) -> None: ...

    async def transfer(self, leg: str, to: Way) -> None:
        """They are called on by somebody else (REFER, RFC 3515); `ended` follows when it went well."""
        ...

    async def text(self, way: Way, words: str) -> None: ...

    async def signal(self, signal: Signal) -> None:
        """A signal of the gateway for this desk. Only the WebRTC adapter does something with it.

        `offer` of an inbound call that this desk has claimed is handed over here before `answer` of the same leg;
        the adapter does not say `came_in` for it.
        """
        ...


class Factory(Protocol):
    """A module, or an entry point's object."""

    KIND: WayKind

    def make(self, around: Around) -> Adapter:
        """Raises OutsideError with a sentence when this machine or this configuration has no such way; imports what is
        heavy only in here or later."""
        ...
