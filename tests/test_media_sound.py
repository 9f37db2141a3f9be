"""The desk's sound with a real PulseAudio: devices, headset first, hot plug, letters, echo test, virtual ends."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import wave
from pathlib import Path

import numpy as np
import pytest

from cockpit.media.pulse import OURS
from cockpit.media.told import MediaSettings, SoundNow
from cockpit.model.errors import OutsideError
from tests.media_kit import call, exactly, hears, media_process
from tests.media_peer import Peer, loudness
from tests.pulse import HEADSET_IN, HEADSET_OUT, MICROPHONE, SPEAKER, Pulse, pulse
from tests.waiting import until

__all__ = ["pulse"]
pytestmark = pytest.mark.system
CHOSEN = MediaSettings(input=MICROPHONE, output=SPEAKER, echo=False)


@pytest.fixture(autouse=True)
def _server(monkeypatch: pytest.MonkeyPatch, pulse: Pulse) -> None:
    for name in ("PULSE_SERVER", "XDG_RUNTIME_DIR", "HOME", "PULSE_COOKIE", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, pulse.environment[name])


async def heard(pulse: Pulse, source: str, tone: float) -> None:
    """Waits until a tone comes from a source."""
    async with asyncio.timeout(30):
        while loudness(await asyncio.to_thread(pulse.heard, source, 0.3), tone) < 0.02:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_the_desk_speaks_and_hears_by_its_devices_and_the_talk_key_decides(tmp_path: Path, pulse: Pulse) -> None:
    async def story() -> None:
        async with media_process(tmp_path, CHOSEN) as told, Peer() as peer:
            await until(lambda: told.media.sound.input == MICROPHONE)
            assert told.media.sound.output == SPEAKER
            assert told.media.sound.problem is None
            await call(told, peer, "a", 700.0, "g")
            await told.up("a")
            with pulse.playing(1100.0):
                await told.media.desk("g", True, talking=False)
                await heard(pulse, f"{SPEAKER}.monitor", 700.0)
                await hears(peer, "a", [1100.0, 700.0], exactly(False, False))
                await told.media.desk("g", True, talking=True)
                await hears(peer, "a", [1100.0, 700.0], exactly(True, False))
                await until(lambda: told.media.sound.level_in > 0.3 < told.media.sound.level_out)
                await told.media.desk("g", False)
                await hears(peer, "a", [1100.0, 700.0], exactly(False, False))
            await until(lambda: told.media.sound.level_in == 0 == told.media.sound.level_out)
            streams = pulse.ctl("list", "short", "source-outputs")
            assert "pacat" not in streams  # nobody is listened to without a call
            assert streams.count("\n") <= 1

    asyncio.run(story())


def test_a_headset_that_is_plugged_in_is_taken_at_once_and_left_when_it_goes(tmp_path: Path, pulse: Pulse) -> None:
    async def story() -> None:
        async with media_process(tmp_path, MediaSettings(echo=False)) as told, Peer() as peer:
            await until(lambda: bool(told.media.sound.output))
            assert not any(device.headset for device in told.media.sound.outputs)
            before = told.media.sound.output
            await call(told, peer, "a", 700.0, "g")
            await told.up("a")
            await told.media.desk("g", True)
            numbers = await asyncio.to_thread(pulse.plug_in_headset)
            try:
                await until(lambda: (told.media.sound.input, told.media.sound.output) == (HEADSET_IN, HEADSET_OUT))
                assert {device.id for device in told.media.sound.outputs if device.headset} == {HEADSET_OUT}
                assert next(one.name for one in told.media.sound.outputs if one.headset) == "USB Headset"
                await heard(pulse, f"{HEADSET_OUT}.monitor", 700.0)
            finally:
                await asyncio.to_thread(pulse.unplug, numbers)
            await until(lambda: told.media.sound.output == before)
            await heard(pulse, f"{before}.monitor", 700.0)
            await told.media.use(MICROPHONE, SPEAKER, echo=False)
            await heard(pulse, f"{SPEAKER}.monitor", 700.0)

    asyncio.run(story())


def test_echo_is_cancelled_by_the_server_while_the_desk_is_in_a_call_and_nothing_stays(
    tmp_path: Path, pulse: Pulse
) -> None:
    def ours() -> list[str]:
        return [line for line in pulse.modules() if OURS in line]

    async def story() -> None:
        settings = MediaSettings(input=MICROPHONE, output=SPEAKER, echo=True)
        async with media_process(tmp_path, settings) as told, Peer() as peer:
            await until(lambda: told.media.sound.input == MICROPHONE)
            assert ours() == []
            await call(told, peer, "a", 700.0, "g")
            await told.up("a")
            await told.media.desk("g", True)
            await until(lambda: told.media.sound.echo)
            assert len(ours()) == 1
            assert f"source_master={MICROPHONE}" in ours()[0]
            await heard(pulse, f"{SPEAKER}.monitor", 700.0)
            await told.media.desk("g", False)
            await until(lambda: ours() == [])
            await told.media.desk("g", True)
            await until(lambda: len(ours()) == 1)
        assert ours() == []

    asyncio.run(story())


def test_a_leg_of_baresip_joins_a_mix_by_virtual_devices_that_go_with_it_even_after_a_kill(
    tmp_path: Path, pulse: Pulse
) -> None:
    def ours() -> list[str]:
        return [line for line in pulse.modules() if OURS in line]

    async def story() -> None:
        async with media_process(tmp_path, CHOSEN) as told, Peer() as peer:
            await call(told, peer, "a", 700.0, "g")
            playback, capture = await told.media.sip_ends("sip", "g")
            await told.up("a")
            assert len(ours()) == 2
            await until(lambda: bool(told.media.sound.outputs))
            assert not any(OURS in device.id for device in (*told.media.sound.outputs, *told.media.sound.inputs))
            await heard(pulse, capture, 700.0)  # baresip captures what the others say
            with pulse.playing(1300.0, playback):  # and plays what its own side says
                await hears(peer, "a", [1300.0, 700.0], exactly(True, False))
                assert loudness(await asyncio.to_thread(pulse.heard, capture, 0.3), 1300.0) < 0.005
            await told.media.close("sip")
            assert ours() == []
            await told.media.sip_ends("sip", "g")
            os.kill(told.media.pid, signal.SIGKILL)
            await until(lambda: told.media.pid == 0)
            assert len(ours()) == 2
            await told.media.start()
            await until(lambda: ours() == [])

    asyncio.run(story())


def test_a_voice_letter_is_what_the_microphone_heard_and_the_echo_test_plays_it_back(
    tmp_path: Path, pulse: Pulse
) -> None:
    async def story() -> None:
        async with media_process(tmp_path, CHOSEN) as told:
            await until(lambda: told.media.sound.input == MICROPHONE)
            with pulse.playing(900.0):
                await told.media.record_voice(True)
                await until(lambda: told.media.sound.level_in > 0.3)
                await asyncio.sleep(0.5)
                wav, seconds = await told.media.record_voice(False)
                with wave.open(io.BytesIO(wav)) as file:
                    assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
                    sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
                assert seconds == pytest.approx(len(sound) / 16_000, abs=0.05)
                assert loudness(sound[-4000:], 2700.0) > 0.05  # 900 Hz at 16 kHz, as if it were 48
                test = asyncio.ensure_future(told.media.echo_test())
                await asyncio.sleep(0)
                await heard(pulse, f"{SPEAKER}.monitor", 900.0)
                await test
            with pytest.raises(OutsideError, match="麦克风"):
                await told.media.record_voice(False)

    asyncio.run(story())


def test_without_a_sound_server_it_says_so_and_calls_go_on(
    tmp_path: Path, pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")

    async def story() -> None:
        async with media_process(tmp_path) as told, Peer() as peer:
            await until(lambda: bool(told.of(SoundNow)))
            problem = told.media.sound.problem
            assert problem is not None
            assert "呼叫照常" in problem.in_chinese()
            await call(told, peer, "a", 700.0, "g")
            await call(told, peer, "b", 1100.0, "g")
            await told.up("a", "b")
            await told.media.desk("g", True)
            await hears(peer, "a", [700.0, 1100.0], exactly(False, True))
            for wish in (told.media.echo_test(), told.media.record_voice(True), told.media.sip_ends("s", "g")):
                with pytest.raises(OutsideError, match="声音服务"):
                    await wish

    asyncio.run(story())
