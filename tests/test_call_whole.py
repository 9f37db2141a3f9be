"""The desk of calls with its real adapters: baresip over Kamailio, phone pages by an aiortc peer, one media process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.calls.adapter import Around
from cockpit.calls.desk import CallDesk
from cockpit.calls.finding import find_adapters
from cockpit.calls.settings import CallSettings, SipSettings, SoundSettings, WaySettings
from cockpit.media.client import MediaProcess
from cockpit.media.told import LegPresent, MediaEvent, MediaSettings, Recorded
from cockpit.model.calls import Call, CallKind, CallState, Contact, Leg, Outcome, Signal, WayKind
from cockpit.model.clock import SystemClock
from cockpit.model.ids import new_id
from cockpit.secrets import keep_secret
from tests.call_hands import Outside, page, person, phone
from tests.media_peer import Peer
from tests.sip_parts import DOMAIN, PASSWORD, Kamailio, SoundServer, Worker
from tests.sip_servers import folder, kamailio, sound

pytestmark = [pytest.mark.system]
__all__ = ["folder", "kamailio", "sound"]
CLOCK = SystemClock()
PATIENCE = 30.0
UNIT = "positions/U001"


@pytest.fixture(scope="module")
def worker(folder: Path, kamailio: Kamailio) -> Iterator[Worker]:
    at, desk = f"127.0.0.1:{kamailio.port};transport=udp", f"sip:desk@{DOMAIN}"
    with Worker(folder / "worker0", "worker0", at, hertz=1000, to=desk) as made:
        yield made


class Page:
    """The worker's phone page behind the gateway; what it does with an offer is `does`."""

    def __init__(self, peer: Peer, tone: float) -> None:
        self.peer, self.tone = peer, tone
        self.signals: list[Signal] = []
        self.open = True
        self.give: Callable[[Signal], Any] = lambda signal: None
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, signal: Signal, to: str) -> None:
        assert to == "gateway"
        self.signals.append(signal)
        if signal.kind == "offer":
            task = asyncio.ensure_future(self._answer(signal))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, offer: Signal) -> None:
        if not self.open:
            await self.give(Signal("unreachable", offer.leg, offer.call, offer.unit))
            return
        await self.give(Signal("ringing", offer.leg, offer.call, offer.unit, "device-1"))
        sdp = await self.peer.answer(offer.leg, offer.sdp, self.tone)
        await self.give(Signal("answer", offer.leg, offer.call, offer.unit, "device-1", sdp))


class Whole:
    """The desk, what it told, and the phone page."""

    def __init__(self, desk: CallDesk, outside: Outside, phone_page: Page) -> None:
        self.desk, self.outside, self.page = desk, outside, phone_page

    def call(self, *contacts: Contact, kind: CallKind) -> str:
        legs = tuple(Leg(new_id(CLOCK), contact, CallState.PLACING, begun=CLOCK.now()) for contact in contacts)
        call = Call(new_id(CLOCK), kind, legs, begun=CLOCK.now())
        self.desk.begin(call)
        return call.id

    def legs(self, call: str) -> tuple[Leg, ...]:
        found = self.desk.table.call(call)
        assert found is not None
        return found.legs

    async def until(self, condition: Callable[[], Any]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.005)
        except TimeoutError:
            pytest.fail(f"never; {self.desk.table.calls} {self.outside.said}")

    async def page_hears(self, leg: str, tone: float) -> None:
        async with asyncio.timeout(PATIENCE):
            while (await self.page.peer.heard(leg, [tone]))[0] < 0.01:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def whole(profile: Path, kamailio: Kamailio) -> AsyncIterator[Whole]:
    keep_secret("sip-pass", PASSWORD, profile)
    settings = CallSettings(
        sip=SipSettings(
            f"127.0.0.1:{kamailio.port}", "desk", f"sip:desk@{DOMAIN}", password="secret:sip-pass",
            codecs=("PCMA",),
        ),
        ways=WaySettings(quiet=30.0),
        sound=SoundSettings("microphone", "spk"),
    )  # fmt: skip
    outside = Outside()
    media = MediaProcess(profile / "media.log", MediaSettings(input="microphone", output="spk", echo=False))
    desk = CallDesk(settings, CLOCK, media, outside, profile / "recordings")

    def told(event: MediaEvent) -> None:
        if isinstance(event, LegPresent):
            desk.events.rolled(event.leg)
        elif isinstance(event, Recorded):
            desk.recorded(event.mix, Path(event.path))

    async def no_desktop(url: str) -> bool:
        return False

    media.listen(told)
    async with Peer() as peer:
        phone_page = Page(peer, 1800.0)
        around = Around(
            profile, settings, CLOCK, desk.events, media, phone_page.take, no_desktop, lambda: new_id(CLOCK),
            lambda: "Duty desk",
        )  # fmt: skip
        adapters, missing = find_adapters(around)
        assert set(adapters) == set(WayKind), missing
        desk.use(adapters, missing)
        phone_page.give = adapters[WayKind.WEBRTC].signal
        try:
            for adapter in adapters.values():
                await adapter.start()
            one = Whole(desk, outside, phone_page)
            await one.until(lambda: all(line.ready for line in desk.lines()))
            yield one
        finally:
            await desk.close()
            for adapter in adapters.values():
                await adapter.stop()
            await media.stop()


@pytest.fixture
def listening(worker: Worker, sound: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setenv("PULSE_SERVER", sound.server)
    return worker


def test_who_has_the_page_closed_is_rung_by_telephone_and_the_leg_says_so(
    tmp_path: Path, kamailio: Kamailio, listening: Worker, sound: SoundServer
) -> None:
    async def story() -> None:
        async with whole(tmp_path, kamailio) as desk:
            await listening.listen()
            try:
                desk.page.open = False
                call = desk.call(person("王", page(UNIT), phone("worker0")), kind=CallKind.SINGLE)
                await desk.until(lambda: desk.legs(call)[0].state is CallState.RINGING)
                await listening.told("CALL_INCOMING")
                await listening.do("accept")
                await desk.until(lambda: desk.legs(call)[0].state is CallState.UP)
                (failed,) = desk.legs(call)[0].failed
                assert (failed.way.kind, failed.outcome) == (WayKind.WEBRTC, Outcome.UNREACHABLE)
                with sound.speaking(440):
                    await sound.hears(1000)
                    await listening.heard(440)
                desk.desk.hang_up(call)
                await desk.until(lambda: desk.outside.records)
                assert (desk.outside.records[0][0].tried, desk.outside.records[0][0].outcome) == (1, Outcome.ANSWERED)
            finally:
                await listening.unlisten()

    asyncio.run(story())


def test_a_telephone_that_rings_by_itself_becomes_a_group_with_a_phone_page_and_is_recorded(
    tmp_path: Path, kamailio: Kamailio, listening: Worker, sound: SoundServer
) -> None:
    async def story() -> None:
        async with whole(tmp_path, kamailio) as desk:
            await listening.listen()
            try:
                await listening.do("dial", f"sip:desk@{DOMAIN}")
                await desk.until(lambda: desk.desk.table.calls)
                call = desk.desk.table.calls[0].id
                assert desk.desk.table.calls[0].state is CallState.INCOMING
                desk.desk.answer(call, False)
                await desk.until(lambda: desk.legs(call)[0].state is CallState.UP)
                await sound.hears(1000)
                desk.desk.add(call, [("leg-2", person("李", page(UNIT)))])
                await desk.until(lambda: desk.legs(call)[1].state is CallState.UP)
                leg = desk.page.signals[0].leg
                await desk.page_hears(leg, 1000)
                await listening.heard(1800)
                with sound.speaking(440):
                    await desk.page_hears(leg, 440)
                desk.desk.record(call, True)
                run = desk.desk.table.runs(call)[0]
                await desk.until(lambda: run.recorded)  # the notice was spoken
                told = run.tally.count
                await desk.until(lambda: run.tally.count >= told + 2)  # a second of it
                desk.desk.hang_up(call)
                await desk.until(lambda: len(desk.outside.records) == 2)
                sounds = {sound for _, sound in desk.outside.records}
                (file,) = sounds
                assert file is not None
                assert file.read_bytes().startswith(b"OggS")
            finally:
                await listening.unlisten()

    asyncio.run(story())


def test_a_roll_call_hears_who_picks_up_and_speaks(tmp_path: Path, kamailio: Kamailio, listening: Worker) -> None:
    async def story() -> None:
        async with whole(tmp_path, kamailio) as desk:
            await listening.listen()
            try:
                call = desk.call(person("王", phone("worker0")), person("李", page(UNIT)), kind=CallKind.ROLL)
                await listening.told("CALL_INCOMING")
                await listening.do("accept")
                await desk.until(lambda: all(leg.there for leg in desk.legs(call)))
                desk.desk.hang_up(call)
                await desk.until(lambda: len(desk.outside.records) == 2)
                assert {record.kind for record, _ in desk.outside.records} == {CallKind.ROLL}
            finally:
                await listening.unlisten()

    asyncio.run(story())


def test_an_announcement_is_heard_to_its_end_and_hangs_up_by_itself(
    tmp_path: Path, kamailio: Kamailio, listening: Worker
) -> None:
    async def story() -> None:
        async with whole(tmp_path, kamailio) as desk:
            await listening.listen()
            try:
                people = person("王", phone("worker0")), person("李", page(UNIT))
                legs = tuple(Leg(new_id(CLOCK), one, CallState.PLACING, begun=CLOCK.now()) for one in people)
                call = Call(new_id(CLOCK), CallKind.ANNOUNCE, legs, begun=CLOCK.now())
                desk.desk.begin(call, words="暴雨预警")
                await listening.told("CALL_INCOMING")
                await listening.do("accept")
                await desk.until(lambda: len(desk.outside.records) == 2)
                assert all(leg.there for leg in desk.legs(call.id))
            finally:
                await listening.unlisten()

    asyncio.run(story())
