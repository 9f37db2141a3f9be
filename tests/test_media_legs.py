"""WebRTC legs of the media process with an outside aiortc process: tones both ways, mixes, keys, what is hostile."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import wave
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.media import sdp as reading
from cockpit.media.legs import configuration
from cockpit.media.told import (
    LegDigits,
    LegLost,
    LegPictures,
    LegPresent,
    LegQuality,
    MediaGone,
    MediaSettings,
    Recorded,
    Turn,
)
from cockpit.model.errors import OutsideError
from cockpit.processes import environment_of_child, lives
from tests.media_kit import Told, call, exactly, hears, media_process
from tests.media_peer import Peer, loudness
from tests.real_window import wait_for
from tests.waiting import until

system = pytest.mark.system


@pytest.fixture(autouse=True)
def _without_sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")


@system
def test_three_legs_hear_each_other_and_not_themselves_and_mute_hold_and_deaf_hold(tmp_path: Path) -> None:
    async def story() -> None:
        tones = [500.0, 800.0, 1300.0]
        async with media_process(tmp_path) as told, Peer() as peer:
            await call(told, peer, "a", tones[0], "g")
            await call(told, peer, "b", tones[1], "g")
            await peer.accept("c", await told.media.take("c", await peer.offer("c", tones[2]), mix="g"))
            await told.up("a", "b", "c")
            await hears(peer, "a", tones, exactly(False, True, True))
            await hears(peer, "b", tones, exactly(True, False, True))
            await hears(peer, "c", tones, exactly(True, True, False))

            await told.media.mute("a", True)
            await hears(peer, "b", tones, exactly(False, False, True))
            await hears(peer, "a", tones, exactly(False, True, True))
            await told.media.mute("a", False)
            await told.media.mute("a", True, "out")
            await hears(peer, "a", tones, exactly(False, False, False))
            await hears(peer, "b", tones, exactly(True, False, True))
            await told.media.mute("a", False, "out")

            await told.media.hold("c", True)
            await hears(peer, "a", tones, exactly(False, True, False))
            await told.media.hold("c", False)
            await hears(peer, "a", tones, exactly(False, True, True))

            await told.media.move("c", "elsewhere")
            await hears(peer, "c", tones, exactly(False, False, False))
            await hears(peer, "a", tones, exactly(False, True, False))
            await until(lambda: len(told.of(LegQuality, "b")) >= 2)
            quality = told.of(LegQuality, "b")[-1].quality
            assert quality.codec == "opus"
            assert 0 <= quality.loss < 0.5
            await until(lambda: told.of(LegQuality, "b")[-1].quality.level > 0.3)
            await told.media.close("b")
            await hears(peer, "a", tones, exactly(False, False, False))

    asyncio.run(story())


@system
def test_ten_legs_are_mixed_each_without_themselves_and_an_eleventh_is_told_why_not(tmp_path: Path) -> None:
    async def story() -> None:
        # unevenly spaced: what the codec makes of two of them is none of the others
        tones = [400.0, 557.0, 731.0, 839.0, 1013.0, 1151.0, 1327.0, 1487.0, 1601.0, 1789.0]
        async with media_process(tmp_path) as told, Peer() as peer:
            for n, tone in enumerate(tones):
                await call(told, peer, f"leg{n}", tone, "hall")
            await told.up(*(f"leg{n}" for n in range(10)))
            for n in range(10):
                await hears(peer, f"leg{n}", tones, exactly(*(m != n for m in range(10))))
            with pytest.raises(OutsideError, match="10"):
                await told.media.offer("leg10", mix="hall")

    asyncio.run(story())


@system
def test_keys_roll_call_speech_and_a_recording_that_begins_after_the_notice(tmp_path: Path) -> None:
    async def story() -> None:
        async with media_process(tmp_path) as told, Peer() as peer:
            await call(told, peer, "a", 0.0, "g")
            await call(told, peer, "b", 0.0, "g")
            await told.up("a", "b")
            await told.media.roll("a", True)
            await told.media.roll("b", True)
            assert not told.of(LegPresent, "a")
            await peer.key("a", "5")
            await until(lambda: bool(told.of(LegPresent, "a")))
            assert [event.digits for event in told.of(LegDigits, "a")] == ["5"]
            assert told.of(LegPresent, "a")[0].by == "digit"
            await peer.tone("b", 700.0)
            await until(lambda: bool(told.of(LegPresent, "b")))
            assert told.of(LegPresent, "b")[0].by == "voice"
            await peer.tone("b", 0.0)

            path = tmp_path / "sound" / "one.wav"
            seconds = await told.media.record("g", path, "本次通话将被录音", "zh")
            assert seconds > 1
            await asyncio.sleep(seconds)
            await peer.tone("a", 900.0)
            await peer.tone("b", 1700.0)
            await hears(peer, "b", [900.0], exactly(True))
            await hears(peer, "a", [1700.0], exactly(True))
            await asyncio.sleep(1.0)
            await told.media.record("g", None)
            await until(lambda: bool(told.of(Recorded)))
            assert told.of(Recorded)[0].why is None
            with wave.open(str(path)) as file:
                sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
            assert path.stat().st_mode & 0o777 == 0o600
            assert told.of(Recorded)[0].seconds == pytest.approx(len(sound) / 48_000)
            last = sound[-24_000:]
            assert loudness(last, 900.0) > 0.02
            assert loudness(last, 1700.0) > 0.02
            assert not list(path.parent.glob("*.part"))

            ogg = tmp_path / "two.ogg"
            await told.media.record("g", ogg)
            await asyncio.sleep(0.5)
            await told.media.close("a")
            await told.media.close("b")  # everybody has gone: it ends by itself
            await until(lambda: len(told.of(Recorded)) == 2)
            with av.open(str(ogg)) as opened:
                assert opened.streams.audio[0].codec_context.name == "opus"
                assert sum(frame.samples for frame in opened.decode(audio=0)) > 10_000

    asyncio.run(story())


@system
def test_pictures_come_in_the_shared_memory_and_our_camera_goes_to_whom_it_is_turned_on_for(tmp_path: Path) -> None:
    clip = tmp_path / "green.mp4"
    with av.open(str(clip), "w") as file:
        stream = file.add_stream("mpeg4", rate=15)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(10):
            green = np.full((180, 320, 3), (20, 200, 20), np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(green, format="rgb24")))
        file.mux(stream.encode(None))

    async def story() -> None:
        async with media_process(tmp_path, MediaSettings(camera=str(clip))) as told, Peer() as peer:
            await call(told, peer, "a", 0.0, video=True)
            await call(told, peer, "b", 0.0)
            await told.up("a", "b")
            await until(lambda: told.media.frame("a") is not None)
            frame = told.media.frame("a")
            assert frame is not None
            assert (frame.width, frame.height) == (320, 240)
            picture = np.frombuffer(frame.data, np.uint8).reshape(240, 320, 3)
            left, right = picture[:, :150].mean(axis=(0, 1)), picture[:, 170:].mean(axis=(0, 1))
            assert left[0] > left[2] + 80  # red on the left, blue on the right
            assert right[2] > right[0] + 80
            serial = frame.serial
            await until(lambda: (told.media.frame("a") or frame).serial > serial)

            with pytest.raises(OutsideError, match="视频"):
                await told.media.camera("b", True)
            assert (await peer.frames("a"))["count"] == 0
            await told.media.camera("a", True)
            await until(lambda: told.media.frame("") is not None)
            async with asyncio.timeout(30):
                while (await peer.frames("a"))["count"] < 3:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.1)
            seen = await peer.frames("a")
            assert seen["size"] == [320, 180]
            assert seen["mean"][1] > seen["mean"][0] + 80
            await told.media.camera("a", False)
            await until(lambda: told.media.frame("") is None)
            await told.media.close("a")
            await until(lambda: told.of(LegPictures, "a")[-1].on is False)
            assert told.media.frame("a") is None

    asyncio.run(story())


@system
@pytest.mark.slow
def test_a_peer_that_stands_still_is_lost_within_five_seconds_and_one_that_hangs_up_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with media_process(tmp_path) as told, Peer() as still, Peer() as other:
            await call(told, still, "a", 500.0, "g")
            await call(told, other, "b", 800.0, "g")
            await told.up("a", "b")
            await hears(other, "b", [500.0], exactly(True))
            still.pause()
            try:
                await until(lambda: bool(told.of(LegLost, "a")))
                # the others go on meanwhile
                await other.tone("b", 0.0)
                await told.media.say("b", "通话中断", "zh")
                await told.media.close("a")
            finally:
                still.go_on()
            assert not told.of(LegLost, "b")
            await other.close("b")
            await until(lambda: bool(told.of(LegLost, "b")))

    asyncio.run(story())


@system
@pytest.mark.slow
def test_a_leg_to_which_nobody_comes_is_told_as_unreachable(tmp_path: Path) -> None:
    async def story() -> None:
        async with media_process(tmp_path) as told, Peer() as peer:
            offer = await told.media.offer("a")
            answer = await peer.answer("a", offer, 500.0)
            nowhere = re.sub(r"(a=candidate:\S+ 1 udp \d+) \S+ \d+", r"\1 192.0.2.77 9", answer)
            await peer.close("a")
            await told.media.accept("a", nowhere)
            await until(lambda: bool(told.of(LegLost, "a")))
            assert told.of(LegLost, "a")[0].why.id == "media.unreachable"

    asyncio.run(story())


# -- what is hostile -------------------------------------------------------------------------------------------------

BAD = (
    "",
    "v=0\r\n",
    "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n",
    "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
    "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n" * 3,
    "v=0\r\no=\x00\r\nm=audio \r\n",
    "v=0\r\nm=audio 9 X 96\r\na=rtpmap:96 opus/48000/2\r\na=candidate:1 1 udp 1 a b c d\r\n",
)
HIDDEN = (
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 opus/48000/2\r\na=x{0}"
    "a=candidate:1 1 udp 1 evil.example.com 9 typ host{0}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
)
"""Lines that aiortc would see and the reader would not."""


@system
def test_descriptions_that_are_none_are_refused_in_a_sentence_and_the_process_goes_on(tmp_path: Path) -> None:
    async def refused(told: Told, name: str, text: str) -> None:
        with pytest.raises(OutsideError) as error:
            await told.media.take(name, text, video=True)
        assert error.value.message.id in ("media.sdp_bad", "media.sdp_long", "media.no_codec")

    async def story() -> None:
        async with media_process(tmp_path) as told, Peer() as peer:
            good = await peer.offer("a", 500.0, video=True)
            pid = told.media.pid
            for n, text in enumerate((*BAD, good.replace("opus", "amr"), good * 8, "x" * 70_000, "v=0\n" * 2000)):
                await refused(told, f"bad{n}", text)
            rng = np.random.default_rng(7)
            lines = good.split("\r\n")
            for n in range(40):  # a description with a few lines lost, doubled or broken
                broken = list(lines)
                for _ in range(int(rng.integers(1, 6))):
                    at = int(rng.integers(len(broken)))
                    broken[at : at + 1] = ([], [broken[at]] * 3, [broken[at][: len(broken[at]) // 2]])[n % 3]
                try:
                    await told.media.take(f"fuzz{n}", "\r\n".join(broken), video=True)
                except OutsideError:
                    continue
                await told.media.close(f"fuzz{n}")
            assert told.media.pid == pid
            await peer.accept("a", await told.media.take("a", good, video=True))
            await told.up("a")
            with pytest.raises(OutsideError):
                await told.media.accept("a", good)  # a second description for the same leg
            with pytest.raises(OutsideError):
                await told.media.take("a", good)
            with pytest.raises(OutsideError, match="结束"):
                await told.media.mute("nobody", True)
            await told.media.close("nobody")
            assert told.media.pid == pid

    asyncio.run(story())


@pytest.mark.parametrize(
    "end", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\x00", "\x7f", "\xe9"]
)
def test_a_line_that_only_python_ends_is_none_and_the_description_is_refused(end: str) -> None:
    with pytest.raises(OutsideError) as refused:
        reading.cleaned(HIDDEN.format(end))
    assert refused.value.message.id == "media.sdp_bad"


@given(st.text(alphabet=st.characters(max_codepoint=0x250), max_size=300) | st.binary(max_size=300).map(repr))
@settings(max_examples=200, deadline=None)
def test_whatever_text_comes_the_reader_says_no_or_gives_what_aiortc_may_read(text: str) -> None:
    for whole in (text, f"v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\n{text}", f"m=audio 1\na=candidate:{text}"):
        try:
            out = reading.cleaned(whole)
        except OutsideError:
            continue
        lines = out.splitlines()  # as aiortc does
        assert len([line for line in lines if line.startswith("m=")]) <= 2
        assert ".local" not in "".join(line for line in lines if line.startswith("a=candidate"))
        reading.payload_types(out)


def test_names_as_candidates_and_tcp_are_left_out_so_that_nobody_is_asked_for_them() -> None:
    head = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\n"
    kept = "a=candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host"
    out = (
        "a=candidate:2 1 udp 2130706431 f2a8b9e0-1111-4222-8333-444455556666.local 5001 typ host",
        "a=candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active",
        "a=candidate:4 1 udp 2130706431 evil.example.com 5002 typ host",
    )
    text = reading.cleaned(head + "\r\n".join((kept, *out)))
    assert kept in text
    assert not any(line in text for line in out)


def test_addresses_that_only_this_machine_or_its_cable_has_are_left_out_as_candidates() -> None:
    head = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\n"
    inner = ("127.0.0.1", "127.8.8.8", "127.1", "2130706433", "169.254.169.254", "0.0.0.0", "224.0.0.251")
    inner += ("::1", "::", "::ffff:7f00:1", "::ffff:a9fe:1", "fe80::1", "fe80::1%eth0", "ff02::fb")
    there = ("10.1.2.3", "192.168.7.9", "172.17.0.2", "100.64.3.4", "192.0.2.7", "fd00::7", "2001:db8::7")
    candidates = [f"a=candidate:1 1 udp 2130706431 {address} 5000 typ host" for address in (*inner, *there)]
    left = re.findall(r"2130706431 (\S+) 5000", reading.cleaned(head + "\r\n".join(candidates)))
    assert left == list(there)


@system
@pytest.mark.slow
def test_no_server_is_asked_that_the_configuration_did_not_name(tmp_path: Path) -> None:
    assert configuration(MediaSettings()).iceServers == []
    named = configuration(MediaSettings("stun:192.0.2.9:3478", (Turn("turn:192.0.2.9:3478", "me", "secret"),)))
    assert [server.urls for server in named.iceServers or []] == ["stun:192.0.2.9:3478", "turn:192.0.2.9:3478"]

    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stun:
            stun.bind(("127.0.0.1", 0))
            stun.setblocking(False)
            async with media_process(tmp_path) as told, Peer() as peer:
                sdp = await told.media.offer("a")
                assert "typ srflx" not in sdp
                assert "typ relay" not in sdp
                own = {address.address for family in psutil.net_if_addrs().values() for address in family}
                hosts = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+)", sdp)
                assert hosts
                assert set(hosts) <= {address.partition("%")[0] for address in own}
                # nothing of the process speaks with anybody but by its own open sockets, none of them connected
                connections = psutil.Process(told.media.pid).net_connections()
                assert connections
                assert not [one for one in connections if one.raddr]
                await told.media.accept("a", await peer.answer("a", sdp, 500.0))
                await told.up("a")
            with pytest.raises(BlockingIOError):
                stun.recv(100)

            asked = MediaSettings(f"stun:127.0.0.1:{stun.getsockname()[1]}")
            async with media_process(tmp_path, asked) as told:
                offering = asyncio.ensure_future(told.media.offer("a"))
                loop = asyncio.get_running_loop()
                async with asyncio.timeout(30):
                    question = await loop.sock_recv(stun, 100)
                assert question[:2] == b"\x00\x01"  # a binding request (RFC 8489): where one is named it is asked
                await told.media.close("nobody")
                offering.cancel()
                await asyncio.gather(offering, return_exceptions=True)

    asyncio.run(story())


# -- its life --------------------------------------------------------------------------------------------------------


@system
def test_the_process_ends_with_its_parent_however_that_dies(tmp_path: Path) -> None:
    code = f"""
import asyncio, pathlib
from cockpit.media.client import MediaProcess
async def main():
    media = MediaProcess(pathlib.Path({str(tmp_path)!r}) / "media.log")
    await media.start()
    print(media.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.send_signal(signal.SIGKILL)
        wait_for("the end of the child", lambda: not lives(pid) or psutil.Process(pid).status() == "zombie", 30)
    finally:
        parent.kill()
        parent.wait()
        if parent.stdout is not None:
            parent.stdout.close()


@system
def test_a_process_that_is_killed_is_told_and_the_next_wish_starts_another(tmp_path: Path) -> None:
    async def story() -> None:
        async with media_process(tmp_path) as told, Peer() as peer:
            await call(told, peer, "a", 500.0)
            await told.up("a")
            first = told.media.pid
            os.kill(first, signal.SIGKILL)
            await until(lambda: bool(told.of(MediaGone)))
            assert told.media.frame("a") is None
            told.events.clear()
            await peer.close("a")
            await call(told, peer, "a", 500.0)
            await told.up("a")
            assert told.media.pid != first

    asyncio.run(story())


@system
def test_alone_the_command_says_that_a_seat_starts_it_and_lines_of_nonsense_do_not_end_it(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COCKPIT_PARENT"}
    command = [sys.executable, "-m", "cockpit", "media"]
    alone = subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert alone.returncode == 2
    assert len(alone.stderr.decode().strip().splitlines()) == 1

    lines = [b"nonsense", b"{}", b"[" * 5000, b'{"n":1,"do":"__init__"}', b'{"n":2,"do":"end"}', b'{"n":3,"do":"take"}']
    lines += [b"x" * 9_000_000, b'{"n":4,"do":"say","args":{"to":"g","words":7}}', b'{"n":5,"do":"watch","args":{}}']
    lines += [b'{"n":6,"do":"close","args":{"leg":"a"}}']
    done = subprocess.run(
        command, input=b"\n".join(lines) + b"\n", env=environment_of_child(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = done.stdout.decode().splitlines()
    assert any('"n":6' in line and "error" not in line for line in answers)
    assert sum('"error"' in line for line in answers) >= 4
