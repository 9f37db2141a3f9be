"""WAV (RIFF) in and out, by FFmpeg and the standard library."""

from __future__ import annotations

import io
import wave

import av
import numpy as np
from numpy.typing import NDArray

from cockpit.media.opus import RATE, Samples
from cockpit.model.errors import OutsideError

MOST_SECONDS = 300
LETTER_RATE = 16_000


def read_wave(data: bytes) -> Samples:
    """A sound file as one channel at 48 kHz, at most `MOST_SECONDS` of it.

    Raises:
        OutsideError: nobody can play it.
    """
    parts: list[Samples] = []
    length = 0
    try:
        with av.open(io.BytesIO(data), "r", format="wav") as opened:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            for frame in opened.decode(audio=0):
                for out in resampler.resample(frame):
                    part = out.to_ndarray()[0]
                    parts.append(part)
                    length += len(part)
                if length > MOST_SECONDS * RATE:
                    break
            for out in resampler.resample(None):
                parts.append(out.to_ndarray()[0])
    except (av.FFmpegError, ValueError, IndexError, EOFError) as error:
        raise OutsideError("media.bad_sound") from error
    if not parts:
        raise OutsideError("media.bad_sound")
    return np.concatenate(parts).astype(np.float32)


def write_wave(samples: NDArray[np.int16], rate: int) -> bytes:
    """As a WAV file of one channel."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def letter_of(samples: NDArray[np.int16]) -> bytes:
    """A voice letter: at 16 kHz, a third of the bytes and all of a voice."""
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
    frame.sample_rate = RATE
    resampler = av.AudioResampler(format="s16", layout="mono", rate=LETTER_RATE)
    parts = [out.to_ndarray()[0] for given in (frame, None) for out in resampler.resample(given)]
    return write_wave(np.concatenate(parts).astype(np.int16), LETTER_RATE)
