"""The voice at a worker's end of a call: says its sentence once the call is up, then listens until it is over."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import io
import math
import shutil
import struct
import subprocess
import wave

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole

from cockpit.model.time_limit import time_limit

RATE = 48_000
FRAME = RATE // 50
SPEAK_SECONDS = 10.0
LONGEST = 600.0
"""Seconds after which a worker hangs up, whoever forgot to."""


def spoken(words: str) -> bytes:
    """A sentence as 16-bit mono samples at `RATE`; two tones where espeak-ng is not installed."""
    if shutil.which("espeak-ng"):
        with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError, EOFError, wave.Error, av.FFmpegError):
            made = subprocess.run(
                ["espeak-ng", "-v", "cmn", "-s", "180", "--stdout", "--", words],
                capture_output=True, timeout=SPEAK_SECONDS, check=True,
            )  # fmt: skip
            return _resampled(made.stdout)
    seconds = np.arange(RATE) / RATE
    tone = np.where(seconds < 0.5, np.sin(2 * math.pi * 520 * seconds), np.sin(2 * math.pi * 660 * seconds))
    return (tone * 6000).astype("<i2").tobytes()


def _resampled(sound: bytes) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    out = []
    with av.open(io.BytesIO(_with_length(sound)), "r") as file:
        for frame in file.decode(audio=0):
            out += [part.to_ndarray().tobytes() for part in resampler.resample(frame)]
    out += [part.to_ndarray().tobytes() for part in resampler.resample(None)]
    return b"".join(out)


def _with_length(sound: bytes) -> bytes:
    """espeak-ng writes a WAV to a pipe whose lengths are too great."""
    at = sound.find(b"data")
    if at < 0:
        raise ValueError("no WAV")
    body = sound[at + 8 :]
    return sound[:4] + struct.pack("<I", at + len(body)) + sound[8:at] + b"data" + struct.pack("<I", len(body)) + body


class _Speaking(MediaStreamTrack):
    """The sentence, then silence, frame by frame in real time."""

    kind = "audio"

    def __init__(self, sound: bytes) -> None:
        super().__init__()
        self._sound = b"\0" * (2 * RATE) + sound  # a second until the other side listens
        self._frame = 0
        self._begun = 0.0

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        self._begun = self._begun or loop.time()
        await asyncio.sleep(max(0.0, self._begun + self._frame * FRAME / RATE - loop.time()))
        made = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        made.planes[0].update(self._sound[2 * FRAME * self._frame :][: 2 * FRAME].ljust(2 * FRAME, b"\0"))
        made.sample_rate = RATE
        made.time_base = fractions.Fraction(1, RATE)
        made.pts = self._frame * FRAME
        self._frame += 1
        return made


class Voice:
    """One call of one worker. Nothing is asked of any server outside: no STUN."""

    def __init__(self, sound: bytes) -> None:
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._heard = MediaBlackhole()
        self._over = asyncio.Event()
        self._sound = sound

        @self._peer.on("track")
        def came(track: MediaStreamTrack) -> None:
            self._heard.addTrack(track)

        @self._peer.on("connectionstatechange")
        async def changed() -> None:
            if self._peer.connectionState in ("failed", "closed", "disconnected"):
                self._over.set()

    async def take(self, offer: str) -> str:
        """The answer to an offer, with all candidates in it."""
        self._peer.addTrack(_Speaking(self._sound))
        await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        answer = await self._peer.createAnswer()
        await self._peer.setLocalDescription(answer)
        await self._heard.start()
        return str(self._peer.localDescription.sdp)

    async def over(self) -> None:
        """Waits until the other side is gone."""
        with contextlib.suppress(TimeoutError):
            async with time_limit(LONGEST):
                await self._over.wait()

    async def close(self) -> None:
        await self._heard.stop()
        await asyncio.shield(self._peer.close())  # it closes by itself too, and does not bear that who waits is ended
