"""What people said, as a file that the players of this machine can play: WAV as it is, anything else decoded."""

from __future__ import annotations

import io
import wave
from pathlib import Path

from cockpit.model.errors import OutsideError

MOST_DECODED = 4_000_000
"""Bytes of a voice letter; a recording of a long call is Ogg, which players read themselves."""
MOST_SECONDS = 900
LEAST_RATE = 500
"""Bytes a second of the most densely packed speech."""
RATE = 48_000


def playable(sound: bytes) -> tuple[bytes, str]:
    """The bytes of a file and how its name ends.

    Raises:
        OutsideError: it is no sound, or the program that reads it is not installed.
    """
    if sound[:4] == b"RIFF":
        return sound, ".wav"
    if sound[:4] == b"OggS" and len(sound) > MOST_DECODED:
        return sound, ".ogg"
    if len(sound) > MOST_DECODED:
        raise OutsideError("callsui.sound_too_large")
    return _decoded(sound), ".wav"


def seconds_of(file: Path) -> float:
    """How long a file of sound lasts at the most; exact for WAV whose header is true."""
    most = 0.0
    try:
        most = file.stat().st_size / LEAST_RATE
        with wave.open(str(file), "rb") as sound:
            return min(sound.getnframes() / max(sound.getframerate(), 1), most)
    except (wave.Error, EOFError, OSError):
        return most


def _decoded(sound: bytes) -> bytes:
    try:
        import av
    except ImportError as error:
        raise OutsideError("callsui.no_decoder") from error
    pieces: list[bytes] = []
    size = 0
    try:
        with av.open(io.BytesIO(sound)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray().tobytes())
                    size += len(pieces[-1])
                if size > MOST_SECONDS * RATE * 2:
                    raise OutsideError("callsui.sound_too_large")
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise OutsideError("callsui.not_sound") from error
    if not size:
        raise OutsideError("callsui.not_sound")
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(pieces))
    return made.getvalue()
