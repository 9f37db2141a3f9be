"""Calls with phone pages on media that a test plays: a hub that is away, a media process that starts slowly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cockpit.calls.adapter import Around
from cockpit.calls.settings import CallSettings
from cockpit.calls.webrtc import WebRtc
from cockpit.media.told import LegUp, MediaEvent
from cockpit.model.calls import CallState, Signal, WayKind
from cockpit.model.errors import OutsideError
from tests.call_hands import SHORT, Bench, ScriptedMedia, page, person, run


class Media(ScriptedMedia):
    """As far as a phone page needs it.

    Attributes:
        held, shown: legs that are on hold, and those to which our camera goes.
    """

    pid = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: set[str] = set()
        self.shown: set[str] = set()
        self.tell = lambda event: None

    def listen(self, listener):  # type: ignore[no-untyped-def]
        self.tell = listener
        return lambda: None

    async def offer(self, leg: str, *, video: bool = False, mix: str = "") -> str:
        return "v=0"

    async def accept(self, leg: str, sdp: str) -> None:
        event: MediaEvent = LegUp(leg)
        self.tell(event)

    async def hold(self, leg: str, on: bool) -> None:
        if self.problem is not None:
            raise self.problem
        (self.held.add if on else self.held.discard)(leg)

    async def camera(self, leg: str, on: bool) -> None:
        (self.shown.add if on else self.shown.discard)(leg)

    async def close(self, leg: str) -> None: ...


class Desk(Bench):
    """A desk of calls with phone pages; `away`: the hub is."""

    def __init__(self, folder: Path, media: Media) -> None:
        super().__init__(folder, SHORT, [])
        self.away = False
        self.signals: list[Signal] = []
        around = Around(
            folder, CallSettings(), self.clock, self.desk.events, media, self.send,  # type: ignore[arg-type]
            lambda url: False, lambda: "new", lambda: "值班席",
        )  # fmt: skip
        self.pages = WebRtc(around)
        self.desk.use({WayKind.WEBRTC: self.pages}, {})

    def send(self, signal: Signal, to: str) -> None:
        if self.away:
            raise OutsideError("seat.hub_gone")
        self.signals.append(signal)

    async def picked_up(self) -> str:
        """A call with a page, once it is up."""
        call = self.call(person("李", page("positions/U001")))
        await self.until(lambda: self.signals or self.now(call).ended)
        assert self.signals, self.legs(call)[0].failed
        sdp = Signal("answer", self.signals[0].leg, unit="positions/U001", device="d", sdp="v=0")
        await self.pages.signal(sdp)
        await self.until_state(call, CallState.UP)
        return call


@asynccontextmanager
async def desk_of(folder: Path, media: Media) -> AsyncIterator[Desk]:
    desk = Desk(folder, media)
    try:
        yield desk
    finally:
        await desk.desk.close()
        await desk.pages.stop()


def test_hold_and_camera_can_be_taken_back_while_the_hub_is_away(tmp_path: Path) -> None:
    async def story() -> None:
        media = Media()
        async with desk_of(tmp_path, media) as desk:
            call = await desk.picked_up()
            desk.away = True
            desk.desk.hold(call, True)
            await desk.until(lambda: desk.now(call).held)
            assert media.held == {desk.signals[0].leg}
            desk.desk.hold(call, False)
            await desk.until(lambda: not desk.now(call).held)
            assert not media.held
            desk.desk.camera(call, True)
            await desk.until(lambda: desk.legs(call)[0].sends_video)
            desk.desk.camera(call, False)
            await desk.until(lambda: not desk.legs(call)[0].sends_video)
            assert not media.shown
            assert not desk.outside.said

    run(story())


def test_the_first_call_waits_for_the_media_process_and_the_time_to_ring_begins_then(tmp_path: Path) -> None:
    class Cold(Media):
        """Its start takes longer than somebody has to ring."""

        async def start(self) -> None:
            if not self.asked:
                await asyncio.sleep(SHORT.ways.quiet * 2)
                self.asked.append(("start",))

    async def story() -> None:
        async with desk_of(tmp_path, Cold()) as desk:
            await desk.picked_up()

    run(story())
