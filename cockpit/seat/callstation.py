"""A seat's calls on its I/O thread: the desk of calls with its adapters and the media process, joined to the hub.

Begins once the hub is joined or the first call is made: a desk that starts does not wait for it. What it has to say it
hands to `Hands`, which live on the thread that ticks.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from cockpit.bus import asks
from cockpit.bus.users import User
from cockpit.calls.settings import CallSettings, in_rehearsal
from cockpit.model.calls import (
    Call,
    CallGone,
    CallRecord,
    Contact,
    Devices,
    Inbound,
    Line,
    Signal,
    Way,
    WayKind,
)
from cockpit.model.clock import CityClock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.seat.callhub import CallHub
from cockpit.seat.callmail import CallMail
from cockpit.seat.callrecords import CallRecords, recordings_of
from cockpit.store.cipher import Connect

if TYPE_CHECKING:  # loaded when the station begins: what joins the hub does not wait for it
    from nats.aio.client import Client

    from cockpit.calls.desk import CallDesk
    from cockpit.media.client import MediaProcess
    from cockpit.media.told import MediaEvent, MediaSettings

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 3.0
"""So long the first picture has the machine for itself where no hub is joined."""
DEVICES_SECONDS = 60.0
WARM_SECONDS = 8.0
"""After the hub is joined: the first picture is there, and the first call does not wait for the media process."""


class Hands(Protocol):
    """Whoever shows what the station says; called on the I/O thread."""

    def told_calls(self, calls: tuple[Call, ...]) -> None: ...
    def told_lines(self, lines: tuple[Line, ...]) -> None: ...
    def told_sound(self) -> None: ...
    def told_devices(self, devices: Devices) -> None: ...
    def told_world(self, world: str) -> None: ...
    def notice(self, what: Message) -> None: ...
    def to_outbox(self) -> None:
        """Something waits for the outbox of the closed loop: `CallMail.acts`."""
        ...

    def who(self, way: Way, name: str) -> Contact: ...
    def called(self) -> str:
        """What the other side is shown: who calls."""
        ...


class CallStation:
    """
    Attributes:
        hub: as calls have it.
        mail: what the hub has still to be told; records: of calls that go there.
        desk, media: None until they are needed.
        settings: as calls.toml says; problem: why it can not be used.
    """

    def __init__(
        self,
        profile: Path,
        folder: Path,
        pack: Path,
        city: str,
        clock: CityClock,
        request: Callable[[str, object], Awaitable[asks.Told]],
        hands: Hands,
        open_url: Callable[[str], Awaitable[bool]],
        connect: Connect = sqlite3.connect,
        rehearses: bool = False,
    ) -> None:
        """
        Args:
            profile: of the desk; folder: what it keeps of this city; pack: folder of the city pack.
            request: asks a service of the hub, raises OutsideError.
            connect: opens its file, as `sqlite3.connect`.
            rehearses: of a seat that takes part in a rehearsal: the lines of the desk it is opened at stay that desk's.
        """
        self._connect = connect
        self._rehearses = rehearses
        self._recordings = recordings_of(folder, encrypted=connect is not sqlite3.connect)
        self.settings = CallSettings()
        self.problem: Message | None = None
        self.desk: CallDesk | None = None
        self.media: MediaProcess | None = None
        self.hub = CallHub(city, request, self.spawn)
        self.mail: CallMail | None = None
        self.records: CallRecords | None = None
        self._profile, self._folder, self._pack = profile, folder, pack
        self._clock = clock
        self._hands = hands
        self._open_url = open_url
        self._wanted = asyncio.Event()
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.joined: Callable[[], Awaitable[None]] | None = None
        self._sound_shown: object = None

    # -- its life ----------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """As long as the I/O thread."""
        self.spawn(self._begin_once())
        try:
            yield
        finally:
            await self._end()

    async def _begin_once(self) -> None:
        try:
            await self._begin()
        finally:
            self._ready.set()  # whoever waits is told that there is none

    async def _begin(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with time_limit(PATIENCE_SECONDS):
                await self._wanted.wait()
        from cockpit.calls.adapter import Around
        from cockpit.calls.desk import CallDesk
        from cockpit.calls.finding import find_adapters
        from cockpit.media.client import MediaProcess

        kept = self._folder / "calls.db"
        self.mail = mail = CallMail(kept, self._clock.base, self.hub.ask, self._hands.notice, self._connect)
        self.records = records = CallRecords(mail, self._recordings, self._clock.base, self._hands.to_outbox)
        await mail.open()
        settings = self._read_settings()
        self.media = media = MediaProcess(self._profile / "logs" / "media.log", settings)
        media.listen(self._media_told)
        self.desk = desk = CallDesk(self.settings, self._clock, media, self, self._recordings)
        desk.me = self.hub.me
        around = Around(
            profile=self._profile,
            settings=self._usable(),
            clock=self._clock.base,
            events=desk.events,
            media=media,
            signal=self.hub.signal,
            open_url=self._open_url,
            new_id=lambda: new_id(self._clock.base),
            name=self._hands.called,
        )
        adapters, missing = find_adapters(around)
        if self.problem is not None:  # a file with a mistake is not half obeyed
            missing.update(dict.fromkeys((WayKind.SIP,), self.problem))
        if self._rehearses:
            missing.update(dict.fromkeys(set(WayKind) - set(adapters), Message("calls.not_in_drill")))
        desk.use(adapters, missing)
        for kind in adapters:
            if kind is not WayKind.SIP or self._usable().sip is not None:
                await self._start(kind)
        left = await mail.sounds_left(self._recordings)
        self._ready.set()
        for path in left:
            self.spawn(records.keep_left(path), KEEPING)
        self.lined()
        self._hands.to_outbox()
        if self.hub.joined:
            mail.joined(True)
        self.spawn(mail.run())
        self.spawn(self._look_at_devices())

    async def _start(self, kind: WayKind) -> None:
        """Starts an adapter; with one that can not be the others go on."""
        assert self.desk is not None
        try:
            await self.desk.adapters[kind].start()
            return
        except CockpitError as error:
            why = error.message
        except Exception as error:  # theirs or ours
            log.exception("the adapter %s", kind.value)
            why = Message("calls.adapter_broken", {"name": kind.value, "why": type(error).__name__})
        broken = self.desk.adapters.pop(kind)
        self.desk.missing[kind] = why
        with contextlib.suppress(Exception):  # as far as it had come
            await broken.stop()

    def _read_settings(self) -> MediaSettings:
        """Reads calls.toml; what of it is the media process'."""
        from cockpit.calls.config import read_settings
        from cockpit.calls.mediasettings import media_settings

        try:
            self.settings = read_settings(self._profile, self._pack)
        except UserError as error:
            self.problem = error.message
            self._hands.notice(error.message)
        return media_settings(self._usable(), self._profile, self._hands.notice)

    def _usable(self) -> CallSettings:
        """What adapters and the media process may use."""
        return in_rehearsal(self.settings) if self._rehearses else self.settings

    async def _end(self) -> None:
        if self.desk is not None:
            await self.desk.close()
            for adapter in self.desk.adapters.values():
                with contextlib.suppress(OutsideError):
                    await adapter.stop()
        if self.media is not None:
            await self.media.stop()
        if self.records is not None:
            await self.records.settled()
        over = [task for task in self._tasks if task.get_name() == KEEPING]
        await asyncio.gather(*over, return_exceptions=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.mail is not None:
            await self.mail.close()

    def spawn(self, work: Coroutine[Any, Any, None], name: str = "") -> asyncio.Task[None]:
        """A task of the station; our bug in it is said in the log."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(self._watched(work), name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda over: work.close())  # one that was cancelled before it began
        return task

    async def _watched(self, work: Awaitable[None]) -> None:
        try:
            await work
        except CockpitError as error:
            self._hands.notice(error.message)
        except Exception:
            log.exception("calls of this seat")

    async def ready(self) -> CallDesk:
        """The desk of calls, which is made now where it was not yet.

        Raises:
            OutsideError: it could not be made.
        """
        self._wanted.set()
        await self._ready.wait()
        if self.desk is None:
            raise OutsideError("calls.not_begun")
        return self.desk

    async def keep_sentence(self, sound: bytes) -> str:
        """`CallRecords.keep_sentence`."""
        assert self.records is not None
        return await self.records.keep_sentence(sound)

    def mono(self) -> float:
        """Monotonic seconds."""
        return self._clock.mono()

    async def with_media(self) -> MediaProcess:
        """The media process, running.

        Raises:
            OutsideError: there can be none, in a sentence.
        """
        await self.ready()
        assert self.media is not None
        await self.media.start()
        return self.media

    # -- the hub -----------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def alongside(self, client: Client, user: User, welcome: asks.Welcome) -> AsyncIterator[None]:
        """As long as the hub is joined."""
        if self.desk is not None:
            self.desk.me = user.name
        self._hands.told_world(welcome.world)
        async with self.hub.alongside(client, user.name, welcome.world, self._signalled):
            self._wanted.set()
            task = self.spawn(self._joined())
            try:
                yield
            finally:
                task.cancel()
                if self.mail is not None:
                    self.mail.joined(False)

    async def _joined(self) -> None:
        await self.ready()
        if self.mail is not None:
            self.mail.joined(True)
        await self._ask_devices()
        if self.joined is not None:
            await self.joined()
        await asyncio.sleep(WARM_SECONDS)
        self.spawn(self._warm(), WARMING)  # to its end, whatever becomes of the hub

    async def _warm(self) -> None:
        """Has the media process run where somebody can be called with it."""
        if self.media is not None and (self.hub.pages or self._usable().sip is not None):
            with contextlib.suppress(OutsideError):  # the call says why
                await self.media.start()

    def _signalled(self, signal: Signal) -> None:
        self.spawn(self._hand_on(signal))

    async def _hand_on(self, signal: Signal) -> None:
        adapter = (await self.ready()).adapters.get(WayKind.WEBRTC)
        if adapter is not None:
            with contextlib.suppress(OutsideError):
                await adapter.signal(signal)

    async def _look_at_devices(self) -> None:
        while True:
            await asyncio.sleep(DEVICES_SECONDS)
            await self._ask_devices()
            await self._warm()

    async def _ask_devices(self) -> None:
        with contextlib.suppress(OutsideError):
            self._hands.told_devices(await self.hub.devices())

    # -- what the desk of calls says: `Outside` ----------------------------------------------------------------------

    def changed(self, calls: tuple[Call, ...]) -> None:
        self._hands.told_calls(calls)

    def lined(self) -> None:
        if self.desk is not None:
            self._hands.told_lines(tuple(self.desk.lines()))

    async def ask(self, what: str, wanted: object, reply: Any) -> Any:
        """`CallHub.ask`."""
        return await self.hub.ask(what, wanted, reply)

    def say(self, what: Message) -> None:
        self._hands.notice(what)

    def wrote(self, way: Way, words: str) -> None:
        who = self._hands.who(way, "")
        self._hands.notice(Message("calls.wrote", {"name": who.name, "words": words[:500]}))

    def who(self, way: Way, name: str) -> Contact:
        return self._hands.who(way, name)

    def over(self, record: CallRecord, sound: Path | None) -> None:
        self.spawn(self._over(record, sound), KEEPING)

    def noted(self, record: CallRecord, to_case: bool) -> None:
        assert self.records is not None
        self.spawn(self.records.note(self.records.with_sound(record), to_case), KEEPING)

    def gone(self, inbound: Inbound | None, gone: CallGone) -> None:
        assert self.records is not None
        self.spawn(self.records.gone(inbound, gone), KEEPING)

    async def _over(self, record: CallRecord, sound: Path | None) -> None:
        assert self.records is not None
        await self.records.over(record, sound)
        if self.desk is not None:
            self.records.forget(self.desk.table)

    # -- what the media process says ---------------------------------------------------------------------------------

    def _media_told(self, event: MediaEvent) -> None:
        from cockpit.media.told import LegPresent, MediaGone, Recorded, SoundNow

        if isinstance(event, Recorded) and self.desk is not None:
            self.desk.recorded(event.mix, Path(event.path))
            if event.why is not None:
                self.say(event.why)
        elif isinstance(event, LegPresent) and self.desk is not None:
            self.desk.events.rolled(event.leg)
        elif isinstance(event, SoundNow):
            shown = msgspec.structs.replace(event.sound, level_in=0.0, level_out=0.0)
            if shown != self._sound_shown:
                self._sound_shown = shown
                self._hands.told_sound()
        elif isinstance(event, MediaGone) and self.desk is not None:
            self.desk.media_gone()
            self.say(event.why)


KEEPING = "keeping a record"
"""Name of tasks that are waited for at the end."""
WARMING = "starting the media process"
