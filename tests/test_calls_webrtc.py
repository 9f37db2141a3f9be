"""Calls with phone pages: the adapter on a real media process, an outside peer and a page in a real browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.calls.adapter import Around
from cockpit.calls.settings import CallSettings
from cockpit.calls.webrtc import WebRtc, make
from cockpit.media.told import LegQuality
from cockpit.model.calls import Line, Outcome, Quality, Signal, Way, WayKind
from cockpit.model.clock import SystemClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from tests.chromium import chromium
from tests.media_kit import Told, exactly, hears, media_process
from tests.media_peer import Peer
from tests.waiting import until

pytestmark = pytest.mark.system
UNIT, DEVICE = "positions/U031", "token-1"
WAY = Way(WayKind.WEBRTC, UNIT)


@pytest.fixture(autouse=True)
def _without_sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")


class Desk:
    """What the adapter tells, and the signals that it sends."""

    def __init__(self) -> None:
        self.said: list[Signal] = []
        self.happened: list[tuple[object, ...]] = []
        self.away = False

    def send(self, signal: Signal, to: str) -> None:
        assert to == "gateway"
        if self.away:
            raise OutsideError("calls.hub_away")
        self.said.append(signal)

    def rang(self, leg: str) -> None:
        self.happened.append(("rang", leg))

    def up(self, leg: str, video: bool = False) -> None:
        self.happened.append(("up", leg, video))

    def held(self, leg: str, by_them: bool) -> None:
        self.happened.append(("held", leg, by_them))

    def ended(self, leg: str, outcome: Outcome, why: Message) -> None:
        assert why.in_chinese() != why.id
        self.happened.append(("ended", leg, outcome))

    def came_in(self, leg: str, way: Way, name: str, video: bool) -> None:
        raise AssertionError("the hub says who calls")

    def quality(self, leg: str, quality: Quality) -> None:
        pass

    def digits(self, leg: str, digits: str) -> None:
        self.happened.append(("digits", leg, digits))

    def text(self, way: Way, words: str) -> None: ...

    def line(self, line: Line) -> None: ...

    def rolled(self, leg: str) -> None:
        self.happened.append(("rolled", leg))

    async def until(self, *event: object) -> None:
        await until(lambda: tuple(event) in self.happened)

    def last(self, kind: str) -> Signal:
        return [signal for signal in self.said if signal.kind == kind][-1]


@asynccontextmanager
async def desk_of(folder: Path) -> AsyncIterator[tuple[Desk, WebRtc, Told]]:
    desk = Desk()
    async with media_process(folder) as told:
        name: Callable[[], str] = lambda: "值班席"  # noqa: E731
        around = Around(
            folder, CallSettings(), SystemClock(), desk, told.media, desk.send, lambda url: False, lambda: "new", name
        )  # fmt: skip
        adapter = make(around)
        await adapter.start()
        try:
            yield desk, adapter, told
        finally:
            await adapter.stop()


def of_page(kind: str, leg: str = "leg", **more: object) -> Signal:
    return Signal(kind, leg, unit=UNIT, device=DEVICE, **more)  # type: ignore[arg-type]


def test_a_call_to_a_phone_page_rings_comes_up_is_held_and_ends_when_they_hang_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk_of(tmp_path) as (desk, adapter, told), Peer() as peer:
            assert [line.ready for line in adapter.lines()] == [True]
            await adapter.place("leg", WAY, video=False, into_mix="call")
            offer = desk.last("offer")
            assert (offer.unit, offer.video, offer.name) == (UNIT, False, "值班席")
            await adapter.signal(of_page("ringing"))
            assert desk.happened == [("rang", "leg")]
            answer = await peer.answer("leg", offer.sdp, 600.0, video=True)
            await adapter.signal(Signal("answer", "leg", unit="positions/U999", device="other", sdp=answer))
            await adapter.signal(of_page("answer", sdp=answer, video=True))
            await desk.until("up", "leg", True)
            await adapter.signal(Signal("bye", "leg", unit=UNIT, device="another phone of theirs"))
            await adapter.signal(of_page("video", value="off"))
            await desk.until("up", "leg", False)
            await adapter.signal(of_page("roll"))
            await desk.until("rolled", "leg")
            await adapter.signal(of_page("hold"))
            await adapter.hold("leg", True)
            assert desk.last("hold").device == DEVICE
            await adapter.signal(of_page("resume"))
            assert ("held", "leg", True) in desk.happened
            assert ("held", "leg", False) in desk.happened
            await told.media.say("leg", "请稍候", "zh")
            await adapter.hold("leg", False)
            await until(lambda: bool(told.of(LegQuality, "leg")))
            for wish in (adapter.digits("leg", "1"), adapter.transfer("leg", WAY), adapter.text(WAY, "hallo")):
                with pytest.raises(OutsideError):
                    await wish
            assert not [event for event in desk.happened if event[0] == "ended"]
            await adapter.signal(of_page("bye"))
            await desk.until("ended", "leg", Outcome.ANSWERED)
            await adapter.hang_up("leg")
            assert len([event for event in desk.happened if event[0] == "ended"]) == 1

    asyncio.run(story())


def test_busy_declined_closed_page_other_codec_and_a_hub_that_is_away_each_say_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk_of(tmp_path) as (desk, adapter, _):
            for kind, outcome in (
                ("busy", Outcome.BUSY),
                ("declined", Outcome.DECLINED),
                ("unreachable", Outcome.UNREACHABLE),
            ):
                await adapter.place(kind, WAY, video=True)
                await adapter.signal(of_page(kind, kind))
                assert desk.happened[-1] == ("ended", kind, outcome)
            await adapter.place("codec", WAY, video=False)
            await adapter.signal(of_page("answer", "codec", sdp=desk.last("offer").sdp.replace("opus", "amr-wb")))
            assert desk.happened[-1] == ("ended", "codec", Outcome.REFUSED)
            assert desk.last("bye").leg == "codec"
            await adapter.place("given up", WAY, video=False)
            await adapter.hang_up("given up")
            assert desk.happened[-1] == ("ended", "given up", Outcome.CANCELLED)
            desk.away = True
            with pytest.raises(OutsideError):
                await adapter.place("away", WAY, video=False)
            await adapter.hang_up("away")
            assert desk.happened[-1][1] == "given up"

    asyncio.run(story())


def test_a_phone_page_that_calls_is_answered_and_when_the_media_process_dies_the_call_is_cut(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk_of(tmp_path) as (desk, adapter, told), Peer() as peer:
            await adapter.signal(of_page("offer", sdp=await peer.offer("leg", 600.0)))
            await adapter.answer("leg", video=False, into_mix="call")
            await peer.accept("leg", desk.last("answer").sdp)
            await desk.until("up", "leg", False)
            await told.media.move("leg", "group")
            await adapter.signal(of_page("offer", "second", sdp=await peer.offer("second", 900.0)))
            await adapter.answer("second", video=False, into_mix="group")
            await peer.accept("second", desk.last("answer").sdp)
            await hears(peer, "leg", [600.0, 900.0], exactly(False, True))
            await adapter.signal(of_page("offer", "third", sdp=await peer.offer("third", 900.0)))
            await adapter.decline("third", busy=True)
            assert desk.said[-1].kind == "busy"
            os.kill(told.media.pid, 9)
            await desk.until("ended", "leg", Outcome.CUT)
            await desk.until("ended", "second", Outcome.CUT)
            with pytest.raises(OutsideError):
                await adapter.answer("nobody", video=False)

    asyncio.run(story())


PAGE = """async ({sdp, tone}) => {
  const own = await navigator.mediaDevices.getUserMedia({audio: false, video: true});
  const audio = new AudioContext();
  const voice = audio.createOscillator(), gain = audio.createGain(), out = audio.createMediaStreamDestination();
  voice.frequency.value = tone; gain.gain.value = 0.2; voice.connect(gain).connect(out); voice.start();
  const pc = window.pc = new RTCPeerConnection({iceServers: []});
  pc.ontrack = (e) => {
    if (e.track.kind !== 'audio') return;
    const player = new Audio(); player.srcObject = e.streams[0] || new MediaStream([e.track]); player.muted = true;
    player.play(); window.player = player;
    const ears = window.ears = audio.createAnalyser(); ears.fftSize = 8192;
    audio.createMediaStreamSource(player.srcObject).connect(ears);
    window.rate = audio.sampleRate;
  };
  await pc.setRemoteDescription({type: 'offer', sdp});
  for (const one of pc.getTransceivers()) {
    one.direction = 'sendrecv';
    const stream = one.receiver.track.kind === 'audio' ? out.stream : own;
    await one.sender.replaceTrack(stream.getTracks()[0]);
  }
  await pc.setLocalDescription(await pc.createAnswer());
  if (pc.iceGatheringState !== 'complete') await new Promise((done) => {
    setTimeout(done, 2000);
    pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState === 'complete' && done());
  });
  await audio.resume();
  return pc.localDescription.sdp;
}"""
HEARD = """(tone) => {
  if (!window.ears) return -999;
  const bins = new Float32Array(ears.frequencyBinCount); ears.getFloatFrequencyData(bins);
  return bins[Math.round(tone / (rate / ears.fftSize))];
}"""


def test_a_page_in_chromium_speaks_and_hears_and_its_pictures_are_seen(tmp_path: Path) -> None:
    program = chromium()
    playwright = pytest.importorskip("playwright.async_api")
    page_file = tmp_path / "page.html"
    page_file.write_text("<!doctype html><title>phone</title>")

    async def story() -> None:
        options = [
            "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
            "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns",
        ]  # fmt: skip
        async with desk_of(tmp_path) as (desk, adapter, told), Peer() as peer, playwright.async_playwright() as play:
            browser = await play.chromium.launch(executable_path=program, args=options)
            try:
                page = await browser.new_page()
                await page.goto(page_file.as_uri())
                await adapter.place("leg", WAY, video=True, into_mix="call")
                answer = await page.evaluate(PAGE, {"sdp": desk.last("offer").sdp, "tone": 1000})
                await adapter.signal(of_page("answer", sdp=answer, video=True))
                await desk.until("up", "leg", True)
                sdp = await told.media.offer("other", mix="call")
                await told.media.accept("other", await peer.answer("other", sdp, 700.0))
                await told.up("other")
                await hears(peer, "other", [1000.0, 700.0], exactly(True, False))  # the page's voice
                async with asyncio.timeout(60):  # the other's voice in the page, not its own
                    while not await page.evaluate(HEARD, 700) > -60 > await page.evaluate(HEARD, 1000):  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
                await until(lambda: told.media.frame("leg") is not None)
                frame = told.media.frame("leg")
                assert frame is not None
                assert frame.width * 3 * frame.height == len(frame.data)
                assert len(set(bytes(frame.data)[::997])) > 3  # Chromium's test picture, nothing of one colour
                serial = frame.serial
                await until(lambda: (told.media.frame("leg") or frame).serial > serial + 5)
                sender = "pc.getSenders().find((one) => one.dtmf)"
                await page.evaluate(f"{sender}.dtmf.insertDTMF('7')")
                await desk.until("digits", "leg", "7")
                await page.evaluate("pc.close()")
                await desk.until("ended", "leg", Outcome.CUT)
            finally:
                await browser.close()

    asyncio.run(story())
