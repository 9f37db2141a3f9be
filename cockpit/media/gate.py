"""Who is speaking: loudness of a member, and what is only the noise of their room."""

from __future__ import annotations

import math

import numpy as np

from cockpit.media.opus import FRAME, Samples

SILENCE = 0.001
"""RMS; -60 dB is nobody's voice."""
NOISIEST = 0.0056
"""-45 dB: a room noisier than that is let through as it is."""
ABOVE = 2.5
"""A voice is that many times louder than the room."""
FALL = 0.9
"""Of what a meter shows, a beat."""
HANGOVER = 25
"""Beats that somebody still counts as speaking after the last loud one: half a second."""
_IN = np.linspace(0.0, 1.0, FRAME, dtype=np.float32)
_OUT = _IN[::-1].copy()


def loudness(rms: float) -> float:
    """0–1 as an ear has it: -60 dB is 0, full scale 1."""
    return min(max(1 + 20 * math.log10(rms) / 60, 0.0), 1.0) if rms > 1e-6 else 0.0


class Gate:
    """Lets voices through and keeps rooms out, so that those who only listen hear the same, encoded once.

    Attributes:
        level: loudness (RMS) of the last frame, 0–1, also of what is kept out.
        shown: the same as a meter has it, falling slowly.
        speaking: whether it is a voice; loud: beats in a row in which it was, as for a roll call.
    """

    def __init__(self) -> None:
        self.level = 0.0
        self.shown = 0.0
        self.speaking = False
        self.loud = 0
        self._room = NOISIEST
        self._left = 0

    def through(self, samples: Samples | None) -> Samples | None:
        """What of a frame is heard; None where nothing is."""
        if samples is None:
            self.level = 0.0
            self.shown *= FALL
            self.loud = 0
            self._left = 0
            self.speaking = False
            return None
        self.level = level = float(np.sqrt(np.dot(samples, samples) / len(samples)))
        self.shown = max(level, self.shown * FALL)
        self._room = level if level < self._room else min(self._room * 1.005 + 1e-7, NOISIEST)
        if level > max(SILENCE, self._room * ABOVE):
            self._left = HANGOVER
            self.loud += 1
        else:
            self._left -= 1
            self.loud = 0
        was, self.speaking = self.speaking, self._left > 0
        if self.speaking:
            return samples if was or level > 4 * NOISIEST else np.asarray(samples * _IN, np.float32)
        return np.asarray(samples * _OUT, np.float32) if was else None
