"""Opus (RFC 6716) at 48 kHz in one channel, 20 ms at a time, by FFmpeg's codecs."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
FRAME = 960
"""Samples of 20 ms, the beat of everything here."""
TIME_BASE = Fraction(1, RATE)
Samples = NDArray[np.float32]
"""Shape (n,), one channel at 48 kHz, full scale ±1."""

BIT_RATE = 32_000
APPLICATION = "audio"
"""The transform codec (CELT) for voices too: half the work of the speech codec at this rate, and it recovers in one
frame where a leg goes over from the encoding that it shared to its own."""
COMPLEXITY = "2"
"""Of ten: what comes above it is not heard in speech at this rate."""
MOST = 5760
"""Samples of the longest packet, 120 ms (RFC 6716, 2.1.4)."""


class Encoder:
    """A stream that is going out."""

    def __init__(self, bit_rate: int = BIT_RATE) -> None:
        codec = av.CodecContext.create("libopus", "w")
        assert isinstance(codec, av.AudioCodecContext)
        codec.bit_rate = bit_rate
        codec.format = av.AudioFormat("s16")
        codec.layout = "mono"
        codec.sample_rate = RATE
        codec.time_base = TIME_BASE
        codec.options = {"application": APPLICATION, "compression_level": COMPLEXITY, "frame_duration": "20"}
        self._codec = codec
        self._pts = 0

    def encode(self, samples: NDArray[np.int16]) -> bytes:
        """The packet of one frame of `FRAME` samples."""
        frame = av.AudioFrame("s16", "mono", FRAME)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate = RATE
        frame.pts = self._pts
        self._pts += FRAME
        packets = self._codec.encode(frame)
        return bytes(packets[0]) if packets else b""


class Decoder:
    """A stream that comes in; what is stereo becomes mono."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("opus", "r")
        assert isinstance(codec, av.AudioCodecContext)
        codec.layout = "mono"
        codec.sample_rate = RATE
        self._codec = codec

    def decode(self, payload: bytes) -> Samples | None:
        """Samples of a packet; None for one that is broken."""
        try:
            frames = self._codec.decode(av.Packet(payload))
        except (av.FFmpegError, ValueError):
            return None
        if not frames:
            return None
        samples: Samples = np.frombuffer(memoryview(frames[0].planes[0]), np.float32)[: frames[0].samples]
        return samples if 0 < len(samples) <= MOST else None
