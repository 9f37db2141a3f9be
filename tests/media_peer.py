"""An outside WebRTC peer in a process of its own: aiortc, tones by libopus, pictures.

Told on stdin, a JSON line each, it answers on stdout with one. Each leg sends a tone; what it hears is told as the
loudness of the tones it is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

RATE = 48_000
FRAME = 960


def loudness(samples: np.ndarray, tone: float) -> float:
    """Amplitude (0–1) of one tone in the samples (Goertzel, by its definition)."""
    at = np.exp(-2j * np.pi * tone * np.arange(len(samples)) / RATE)
    window = np.hanning(len(samples))
    return float(abs(np.dot(samples * window, at)) * 2 / window.sum())


class Peer:
    """The process, as a test holds it."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Peer:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.media_peer", stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 24
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        if self._process.returncode is None:
            self._process.stdin.close()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def do(self, what: str, **args: object) -> Any:
        async with self._lock:
            assert self._process is not None
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps({"do": what, **args}).encode() + b"\n")
            async with asyncio.timeout(30):
                line = await self._process.stdout.readline()
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["is"]

    async def answer(self, leg: str, sdp: str, tone: float = 0.0, video: bool = False) -> str:
        """Its answer to an offer."""
        return str(await self.do("answer", leg=leg, sdp=sdp, tone=tone, video=video))

    async def offer(self, leg: str, tone: float = 0.0, video: bool = False) -> str:
        return str(await self.do("offer", leg=leg, tone=tone, video=video))

    async def accept(self, leg: str, sdp: str) -> None:
        await self.do("accept", leg=leg, sdp=sdp)

    async def tone(self, leg: str, tone: float) -> None:
        """From now on it sends this one; 0 is silence."""
        await self.do("tone", leg=leg, tone=tone)

    async def heard(self, leg: str, tones: Sequence[float]) -> list[float]:
        """Loudness of tones in what it heard since it was last asked, at most in the last half second."""
        return list(await self.do("heard", leg=leg, tones=list(tones)))

    async def key(self, leg: str, digit: str) -> None:
        """Presses a key (RFC 4733)."""
        await self.do("key", leg=leg, digit=digit)

    async def frames(self, leg: str) -> dict[str, Any]:
        """Pictures that came: how many, size and mean colour of the last."""
        return dict(await self.do("frames", leg=leg))

    async def close(self, leg: str) -> None:
        await self.do("close", leg=leg)

    def pause(self) -> None:
        """It stands still, as if the network were cut."""
        os.kill(self.pid, 19)

    def go_on(self) -> None:
        os.kill(self.pid, 18)


# -- in the process ----------------------------------------------------------------------------------------------------


def serve() -> None:
    import av
    from aiortc import (
        MediaStreamTrack,
        RTCConfiguration,
        RTCPeerConnection,
        RTCRtpCodecParameters,
        RTCSessionDescription,
    )
    from aiortc.mediastreams import MediaStreamError, VideoStreamTrack
    from aiortc.rtp import RtpPacket

    from cockpit.processes import preexec_die_with_parent

    preexec_die_with_parent()
    with contextlib.suppress(OSError):  # on a busy machine it is not what is tried
        os.setpriority(os.PRIO_PROCESS, 0, -10)

    class Tone(MediaStreamTrack):
        """A tone as packets of a second, again and again; ten of them together are not too loud."""

        kind = "audio"

        def __init__(self, tone: float) -> None:
            super().__init__()
            self.sound(tone)
            self.at = 0
            self._due = 0.0

        def sound(self, tone: float) -> None:
            """From now on this one, a whole number of Hz; 0 is silence."""
            codec = av.CodecContext.create("libopus", "w")
            codec.format, codec.layout, codec.sample_rate = av.AudioFormat("s16"), "mono", RATE
            codec.options = {"frame_duration": "20", "compression_level": "0"}
            wave = (2600 * np.sin(2 * np.pi * tone * np.arange(100 * FRAME) / RATE)).astype(np.int16)
            packets = []
            for at in range(0, len(wave), FRAME):
                frame = av.AudioFrame.from_ndarray(wave[None, at : at + FRAME], format="s16", layout="mono")
                frame.sample_rate = RATE
                packets += [bytes(packet) for packet in codec.encode(frame)]
            self._packets = packets[50:]

        async def recv(self) -> av.Packet:
            loop = asyncio.get_running_loop()
            self._due = max(self._due + 0.02, loop.time() - 0.2)
            await asyncio.sleep(max(self._due - loop.time(), 0))
            packet = av.Packet(self._packets[self.at % len(self._packets)])
            packet.pts, packet.time_base = self.at * FRAME, Fraction(1, RATE)
            self.at += 1
            return packet

    class Colour(VideoStreamTrack):
        async def recv(self) -> av.VideoFrame:
            pts, base = await self.next_timestamp()
            picture = np.zeros((240, 320, 3), np.uint8)
            picture[:, :160] = (200, 30, 30)
            picture[:, 160:] = (30, 30, 200)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = pts, base
            return frame

    class Encoded(Tone):
        """The tone as packets of two seconds, again and again; a sixth as loud as the other, for many at once."""

        def __init__(self, tone: float) -> None:
            super().__init__(tone)
            codec = av.CodecContext.create("libopus", "w")
            codec.format, codec.layout, codec.sample_rate = av.AudioFormat("s16"), "mono", RATE
            codec.options = {"frame_duration": "20"}
            wave = (2000 * np.sin(2 * np.pi * tone * np.arange(200 * FRAME) / RATE)).astype(np.int16)
            self.packets = []
            for at in range(0, len(wave), FRAME):
                frame = av.AudioFrame.from_ndarray(wave[None, at : at + FRAME], format="s16", layout="mono")
                frame.sample_rate = RATE
                self.packets += [bytes(packet) for packet in codec.encode(frame)]
            self._n = 0

        async def recv(self) -> av.Packet:
            loop = asyncio.get_running_loop()
            self._due = max(self._due + 0.02, loop.time() - 0.2)
            await asyncio.sleep(max(self._due - loop.time(), 0))
            packet = av.Packet(self.packets[100 + self._n % 100])
            packet.pts, packet.time_base = self._n * FRAME, Fraction(1, RATE)
            self._n += 1
            return packet

    class Leg:
        """One connection; what it hears is decoded when it is asked for, as libopus does."""

        def __init__(self, tone: float, video: bool) -> None:
            self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            self.tone = Tone(tone)
            self.video = video
            self.came: deque[bytes] = deque(maxlen=30)
            self.frames: dict[str, Any] = {"count": 0}
            self.tasks: list[asyncio.Task[None]] = []
            self.pc.on("track", self.on_track)

        def add(self) -> None:
            self.pc.addTrack(self.tone)
            if self.video:
                self.pc.addTrack(Colour())
            receiver = next(one.receiver for one in self.pc.getTransceivers() if one.kind == "audio")
            receiver._handle_rtp_packet = self.take

        def on_track(self, track: MediaStreamTrack) -> None:
            if track.kind == "video":
                self.tasks.append(asyncio.ensure_future(self.watch(track)))

        async def take(self, packet: RtpPacket, arrival_time_ms: int) -> None:
            self.came.append(packet.payload)

        def loud(self, tones: list[float]) -> list[float]:
            codec = av.CodecContext.create("libopus", "r")
            codec.format, codec.layout, codec.sample_rate = av.AudioFormat("s16"), "mono", RATE
            frames = [frame for payload in self.came for frame in codec.decode(av.Packet(payload))]
            parts = [frame.to_ndarray()[0].astype(np.float32) / 32768 for frame in frames[5:]]
            self.came.clear()  # the next time only what came since
            return [loudness(np.concatenate(parts), tone) if parts else 0.0 for tone in tones]

        async def watch(self, track: MediaStreamTrack) -> None:
            with contextlib.suppress(MediaStreamError):
                while True:
                    frame = await track.recv()
                    assert isinstance(frame, av.VideoFrame)
                    rgb = frame.to_ndarray(format="rgb24")
                    self.frames = {
                        "count": self.frames["count"] + 1,
                        "size": [frame.width, frame.height],
                        "mean": rgb.mean(axis=(0, 1)).tolist(),
                    }

        async def key(self, digit: str) -> None:
            """Three packets of one event, the last two with the end bit (RFC 4733, 2.5.1.4)."""
            sender = next(one for one in self.pc.getSenders() if one.kind == "audio")
            number = next(
                int(line.split(":")[1].split(" ")[0])
                for line in self.pc.remoteDescription.sdp.splitlines()
                if "telephone-event/48000" in line
            )
            sent = max(sender._RTCRtpSender__rtp_history.values(), key=lambda one: one.timestamp)
            for n, end in enumerate((0, 0x80, 0x80)):  # in place of the next three of sound
                packet = RtpPacket(
                    payload_type=number,
                    sequence_number=(sent.sequence_number + 1 + n) & 0xFFFF,
                    timestamp=(sent.timestamp + FRAME) & 0xFFFFFFFF,
                )
                packet.ssrc = sender._ssrc
                packet.payload = bytes(["0123456789*#ABCD".index(digit), end | 10, 0x03, 0xC0])
                await sender.transport._send_rtp(packet.serialize())

    legs: dict[str, Leg] = {}

    async def do(ask: dict[str, Any]) -> Any:
        name = ask.get("leg", "")
        match ask["do"]:
            case "answer":
                leg = legs[name] = Leg(ask["tone"], ask["video"])
                await leg.pc.setRemoteDescription(RTCSessionDescription(ask["sdp"], "offer"))
                leg.add()
                audio = next(one for one in leg.pc.getTransceivers() if one.kind == "audio")
                audio._codecs.append(RTCRtpCodecParameters("audio/telephone-event", 48_000, payloadType=126))
                await leg.pc.setLocalDescription(await leg.pc.createAnswer())
                return leg.pc.localDescription.sdp
            case "offer":
                leg = legs[name] = Leg(ask["tone"], ask["video"])
                leg.add()
                await leg.pc.setLocalDescription(await leg.pc.createOffer())
                return leg.pc.localDescription.sdp
            case "accept":
                await legs[name].pc.setRemoteDescription(RTCSessionDescription(ask["sdp"], "answer"))
            case "tone":
                legs[name].tone.sound(ask["tone"])
            case "heard":
                return legs[name].loud(ask["tones"])
            case "key":
                await legs[name].key(ask["digit"])
            case "frames":
                return legs[name].frames
            case "close":
                await legs.pop(name).pc.close()
        return None

    async def main() -> None:
        reader = asyncio.StreamReader(limit=1 << 24)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            try:
                answer = {"is": await do(json.loads(line))}
            except Exception as error:
                answer = {"error": repr(error)}
            print(json.dumps(answer), flush=True)
        for leg in legs.values():
            await leg.pc.close()

    asyncio.run(main())


if __name__ == "__main__":
    serve()
