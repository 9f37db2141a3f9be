"""Makes the sounds of this folder: short, calm, two notes for Ⅱ and three for Ⅰ. Run it to make them again.

A note is a sine with a soft second harmonic, 15 ms attack and exponential decay; nothing above 1.2 kHz, peak -9 dBFS.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

RATE = 44_100
PEAK = 0.35
# name: (start s, frequency Hz, length s) of each note
SOUNDS = {
    "alert_1": ((0.0, 587.33, 0.30), (0.16, 783.99, 0.30), (0.32, 1174.66, 0.55)),
    "ring": ((0.0, 440.0, 0.35), (0.18, 554.37, 0.35), (0.7, 440.0, 0.35), (0.88, 554.37, 0.55)),
    "alert_2": ((0.0, 587.33, 0.30), (0.16, 783.99, 0.45)),
}


def note(frequency: float, length: float) -> np.ndarray:
    """One note, mono float samples in -1 to 1."""
    t = np.arange(round(length * RATE)) / RATE
    tone = np.sin(2 * np.pi * frequency * t) + 0.18 * np.sin(4 * np.pi * frequency * t)
    attack = np.minimum(t / 0.015, 1.0)
    release = np.minimum((length - t) / 0.03, 1.0)
    return tone * attack * release * np.exp(-5.0 * t / length)


def render(notes: tuple[tuple[float, float, float], ...]) -> bytes:
    """Notes as 16-bit little-endian samples."""
    total = max(start + length for start, _, length in notes)
    samples = np.zeros(round(total * RATE) + 1)
    for start, frequency, length in notes:
        sound = note(frequency, length)
        first = round(start * RATE)
        samples[first : first + len(sound)] += sound
    samples *= PEAK / np.abs(samples).max()
    return np.round(samples * 32767).astype("<i2").tobytes()


def main() -> None:
    for name, notes in SOUNDS.items():
        with wave.open(str(Path(__file__).parent / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(render(notes))


if __name__ == "__main__":
    main()
