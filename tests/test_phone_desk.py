"""The phone page and the desk: letters, roll calls, reports, duty, calls with sound and pictures both ways."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cockpit.bus.asks import Nothing
from cockpit.model.calls import CallBoard, Claimed, ClaimWanted, Inbound, Signal
from cockpit.model.ids import new_id
from cockpit.model.letters import Duty, LetterKind, LetterState, Position, Reported
from tests.phone_city import CLOCK, PATIENCE, PLACE, UNIT, Phone, PhoneCity, phone_city

pytestmark = [pytest.mark.slow, pytest.mark.system]


def open_letters(phone: Phone) -> None:
    phone.tap("#tab-me")
    phone.tap("#letters")


def test_letters_are_read_and_answered_a_roll_call_is_answered_and_what_is_new_is_reported(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        notice = city.letter(LetterKind.ANNOUNCE, "今晚 20 时起全员在岗")
        phone.shows("今晚 20 时起全员在岗")
        city.until(lambda: state(city, notice) is LetterState.DELIVERED, "delivered")
        open_letters(phone)
        city.until(lambda: state(city, notice) is LetterState.READ, "read")
        phone.page.get_by_placeholder("写给值班席").fill("东口已封")
        phone.page.get_by_role("button", name="发送").click()
        city.until(lambda: any(one.words == "东口已封" and one.from_unit for one in city.letters()), "their letter")
        speak(phone)
        city.until(lambda: any(one.voice is not None and one.seconds > 0.5 for one in city.letters()), "their voice")
        with phone.page.expect_response(lambda answer: "/v1/voices/" in answer.url) as sound:
            phone.page.get_by_role("button", name="语音 1 秒").last.click()
        assert sound.value.headers["content-type"].startswith("audio/")
        roll = city.letter(LetterKind.ROLL, "防汛一级响应，请答到")
        phone.page.get_by_role("dialog", name="点名").get_by_role("button", name="我在").click()
        city.until(lambda: state(city, roll) is LetterState.ANSWERED, "answered")
        phone.page.get_by_role("dialog").wait_for(state="detached")
        report(phone, tmp_path)
        city.until(lambda: reported(city), "the report")
        (said,) = reported(city)
        assert (said.words, said.kind, len(said.photos)) == ("井盖缺失，已立警示牌", "E0113", 1)
        assert (said.lon, said.lat) == (PLACE["longitude"], PLACE["latitude"])


def state(city: PhoneCity, letter: str) -> LetterState | None:
    return next((one.state for one in city.letters() if one.id == letter), None)


def speak(phone: Phone) -> None:
    """A voice letter from the fake microphone."""
    phone.page.get_by_role("button", name="录音").click()
    phone.page.get_by_role("button", name="停止并发送 1 秒").click()


def report(phone: Phone, folder: Path) -> None:
    Image.new("RGB", (640, 480), (90, 120, 30)).save(folder / "new.png")
    phone.tap("#tab-report")
    phone.page.locator("main input[type=file]").set_input_files(str(folder / "new.png"))
    phone.page.get_by_alt_text("照片 1").wait_for()
    phone.page.get_by_label("看到了什么（一句话）").fill("井盖缺失，已立警示牌")
    phone.page.get_by_label("类别（可不选）").select_option("E0113")
    phone.page.get_by_role("button", name="上报", exact=True).last.wait_for()
    phone.page.locator("main button.main").click()
    phone.shows("已存手机，有信号就发出")


def reported(city: PhoneCity) -> list[Reported]:
    return [one for one in city.heard if isinstance(one, Reported)]


def test_on_duty_the_phone_says_where_it_is_and_off_duty_it_does_not(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        phone.tap("#tab-me")
        duty = phone.page.get_by_role("switch")
        duty.click()
        city.until(lambda: any(isinstance(one, Duty) and one.on for one in city.heard), "on duty")
        city.until(lambda: positions(city), "where it is")
        assert (positions(city)[0].lon, positions(city)[0].lat) == (PLACE["longitude"], PLACE["latitude"])
        phone.context.set_geolocation({"longitude": 120.1650, "latitude": 30.2520})
        city.until(lambda: any(one.lon == 120.1650 for one in positions(city)), "where it went")
        duty.click()
        city.until(lambda: any(isinstance(one, Duty) and not one.on for one in city.heard), "off duty")
        phone.page.locator("#duty[aria-checked=false]").wait_for()


def positions(city: PhoneCity) -> list[Position]:
    return [one for one in city.heard if isinstance(one, Position)]


# -- calls -------------------------------------------------------------------------------------------------------------


class Voice:
    """The desk's end of a leg: a tone and pictures to the phone, and what comes of it. On a loop of its own.

    Attributes:
        loudest: the largest sample heard; frames: pictures seen.
    """

    def __init__(self) -> None:
        self.loudest = self.frames = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="desk-voice")
        self._thread.start()
        self._peer: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    def _do(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE / 1000)

    def offer(self) -> str:
        return str(self._do(self._offer()))

    def accept(self, sdp: str) -> None:
        self._do(self._remote(sdp, "answer"))

    def take(self, sdp: str) -> str:
        return str(self._do(self._take(sdp)))

    def close(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _make(self) -> None:
        from aiortc import RTCPeerConnection

        self._peer = RTCPeerConnection()
        self._peer.on("track", lambda track: self._tasks.append(asyncio.ensure_future(self._hear(track))))

    def _tracks(self) -> None:
        self._peer.addTrack(tone())
        self._peer.addTrack(pictures())

    async def _offer(self) -> str:
        self._make()
        self._tracks()
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return str(self._peer.localDescription.sdp)

    async def _remote(self, sdp: str, kind: str) -> None:
        from aiortc import RTCSessionDescription

        await self._peer.setRemoteDescription(RTCSessionDescription(sdp, kind))

    async def _take(self, sdp: str) -> str:
        self._make()
        await self._remote(sdp, "offer")
        self._tracks()
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        return str(self._peer.localDescription.sdp)

    async def _hear(self, track: Any) -> None:
        from aiortc.mediastreams import MediaStreamError

        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if track.kind == "audio":
                    self.loudest = max(self.loudest, int(np.abs(frame.to_ndarray()).max()))
                else:
                    self.frames += 1

    async def _close(self) -> None:
        if self._peer is not None:
            await self._peer.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def tone() -> Any:
    from aiortc.mediastreams import AudioStreamTrack
    from av import AudioFrame

    class Tone(AudioStreamTrack):
        async def recv(self) -> Any:
            silent = await super().recv()
            when = silent.pts + np.arange(silent.samples)
            wave = (8000 * np.sin(2 * np.pi * 440 * when / silent.sample_rate)).astype(np.int16)
            frame = AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
            frame.pts, frame.sample_rate = silent.pts, silent.sample_rate
            frame.time_base = fractions.Fraction(1, silent.sample_rate)
            return frame

    return Tone()


def pictures() -> Any:
    from aiortc.mediastreams import VideoStreamTrack

    return VideoStreamTrack()


@contextlib.contextmanager
def voice() -> Iterator[Voice]:
    desk = Voice()
    try:
        yield desk
    finally:
        desk.close()


FAR = "document.querySelector('.call video.far')"
HEARD = f"""() => {{
  const far = {FAR};
  if (!far || !far.srcObject || !far.srcObject.getAudioTracks().length) return false;
  if (!window.heard) {{
    const sound = new AudioContext();
    window.heard = sound.createAnalyser();
    sound.createMediaStreamSource(far.srcObject).connect(window.heard);
    sound.resume();
  }}
  const wave = new Uint8Array(window.heard.fftSize);
  window.heard.getByteTimeDomainData(wave);
  return wave.some((one) => Math.abs(one - 128) > 10);
}}"""


def signals(city: PhoneCity, leg: str, kind: str) -> Signal:
    """A signal of the phone to the desk."""
    found = city.desk.until(
        lambda: [one for _, one in city.desk.signals if one.leg == leg and one.kind == kind], f"{kind} of the phone"
    )
    return found[0]  # type: ignore[no-any-return]


def cut_off(city: PhoneCity) -> None:
    """Breaks the page's line, and waits until it has another."""
    live = city.gateway.gateway.live
    (before,) = live.pages.values()
    assert before.socket._req is not None
    transport = before.socket._req.transport
    assert transport is not None
    city.gateway._loop.call_soon_threadsafe(transport.abort)
    city.until(lambda: [page for page in list(live.pages.values()) if page is not before], "another line")


def test_a_call_of_the_desk_rings_is_taken_and_heard_and_seen_both_ways(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city, voice() as desk:
        phone = city.phone()
        phone.tap("#tab-me")
        phone.shows("已连接，能呼叫")
        leg, call = new_id(CLOCK), new_id(CLOCK)

        def say(kind: str, **more: Any) -> None:
            city.desk.signal("gateway", Signal(kind, leg, call, UNIT, name="值班席 王敏", **more))

        say("offer", sdp=desk.offer(), video=True)
        phone.shows("视频来电")
        phone.shows("值班席 王敏")
        signals(city, leg, "ringing")
        cut_off(city)
        phone.page.locator("#call-video").wait_for()
        phone.tap("#call-video")
        answer = signals(city, leg, "answer")
        assert answer.video
        desk.accept(answer.sdp)
        phone.shows("0:0")
        phone.until(HEARD)
        phone.until(f"() => {FAR}.videoWidth > 0")
        city.until(lambda: desk.loudest > 1000, "the phone's beeps")
        city.until(lambda: desk.frames > 2, "the phone's pictures")
        city.gateway.stop()
        city.gateway.start()
        city.until(lambda: city.gateway.gateway.live.pages and city.gateway.gateway.hub_is_there, "the page is back")
        say("hold")
        phone.shows("对方保持了通话")
        say("resume")
        say("roll")
        phone.tap("#call-roll")
        signals(city, leg, "roll")
        phone.tap("#call-camera")
        assert signals(city, leg, "video").value == "off"
        other = new_id(CLOCK)
        city.desk.signal("gateway", Signal("offer", other, new_id(CLOCK), UNIT, sdp="v=0"))
        signals(city, other, "busy")
        say("bye")
        phone.shows("通话结束")
        phone.page.locator(".call").wait_for(state="detached")


def ringing(city: PhoneCity) -> Inbound | None:
    """The call that rings at the desks."""
    board = city.desk.ask("calls.board", Nothing(), CallBoard)
    return board.ringing[0] if board.ringing else None


def test_the_phone_calls_the_desk_and_hangs_up_or_hears_that_nobody_can(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city, voice() as desk:
        phone = city.phone()
        phone.tap("#tab-me")
        phone.shows("已连接，能呼叫")
        phone.tap("#call")
        phone.page.get_by_role("button", name="语音").click()
        city.until(lambda: ringing(city), "the call on the board")
        ring = ringing(city)
        assert ring is not None
        claimed = city.desk.ask("calls.claim", ClaimWanted(ring.id), Claimed)
        assert claimed.unit == UNIT
        reply = Signal("answer", claimed.leg, ring.id, UNIT, claimed.device, desk.take(claimed.sdp), name="值班席 王敏")
        city.desk.signal("gateway", reply)
        phone.shows("值班席 王敏")
        phone.until(HEARD)
        city.until(lambda: desk.loudest > 1000, "the phone's beeps")
        phone.tap("#call-mute")
        phone.tap("#call-hang")
        signals(city, claimed.leg, "bye")
        phone.page.locator(".call").wait_for(state="detached")
        city.gateway.stop()
        phone.shows("未连接")
        phone.tap("#call")
        phone.page.get_by_role("button", name="语音").click()
        phone.shows("没有信号，呼不出去")
