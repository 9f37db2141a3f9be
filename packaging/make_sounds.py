"""Makes the shipped sounds (assets/sounds/*.wav): plain tones of our own making, so nobody need be credited.

python packaging/make_sounds.py
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

RATE = 22_050
FOLDER = Path(__file__).resolve().parent.parent / "assets" / "sounds"
# tones as (hertz, seconds), 0 Hz is silence: the gravest level calls three times, rising; the next one twice, level
SOUNDS = {
    "alert_1": [(784.0, 0.16), (988.0, 0.22), (0.0, 0.16)] * 3,
    "alert_2": [(659.0, 0.16), (0.0, 0.10), (659.0, 0.24)],
}


def tone(hertz: float, seconds: float) -> np.ndarray:
    """One tone with two overtones and soft ends, float64 in -1..1."""
    t = np.arange(round(RATE * seconds)) / RATE
    wave_form = sum(np.sin(2 * np.pi * hertz * n * t) / n**2 for n in (1, 2, 3))
    ends = np.minimum(1.0, np.minimum(t, seconds - t) / 0.012)
    return 0.5 * wave_form * ends * np.exp(-2.5 * t) if hertz else np.zeros_like(t)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, tones in SOUNDS.items():
        samples = np.concatenate([tone(*each) for each in tones])
        with wave.open(str(FOLDER / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((np.clip(samples, -1, 1) * 32_000).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
