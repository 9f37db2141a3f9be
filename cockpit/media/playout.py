"""What comes from the network unevenly, played evenly: 20 ms at each beat of the mixer.

Time is counted in samples. How late a packet is, is told against the most punctual one of the last seconds; the
delay follows the latest. A drift of the two clocks moves what is punctual, and with it the delay: then 20 ms are left
out where it is quiet, or the last sound is held for 20 ms.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cockpit.media.opus import FRAME, RATE, Samples

LEAST = FRAME
MOST = RATE // 5
"""Delay, 20 to 200 ms."""
WINDOW = 4.0
"""Seconds; punctual is the earliest of the last one to two windows."""
FORGET = 0.998
"""By which what was late once is forgotten, a packet."""
JUMP = RATE * 10
"""A timestamp that far from the last is of another stream."""
MOST_PACKETS = 100
SPARE = FRAME * 3 // 2
"""Delay above what is needed that is left alone."""
PATIENCE = 25
"""Beats that too long a delay waits for a quiet moment."""
QUIET = 0.005
"""Loudness (RMS) at which nobody hears that 20 ms are missing."""
HELD = (0.7, 0.4, 0.15)
"""How loud the last sound is held in place of what is missing, a beat each; then there is silence."""
_FADE = np.linspace(0.0, 1.0, FRAME // 4, dtype=np.float32)


class Playout:
    """One stream.

    Attributes:
        late: packets that came after their time, or not at all; taken: those that were played.
        decoded_last: whether the last `pull` had sound of the stream itself.
    """

    def __init__(self, decode: Callable[[bytes], Samples | None]) -> None:
        self.late = 0
        self.taken = 0
        self.decoded_last = False
        self._decode = decode
        self._packets: dict[int, bytes] = {}
        self._last_stamp: int | None = None
        self._punctual = [float("inf"), float("inf")]
        self._window_ends = 0.0
        self._spread = 0.0
        self._due: int | None = None
        self._began = 0.0
        self._ready: Samples = np.empty(0, np.float32)
        self._last: Samples | None = None
        self._missing = 0
        self._long = 0

    @property
    def delay(self) -> float:
        """Seconds by which it is aimed to play later than the most punctual packet."""
        return min(max(self._spread + LEAST, LEAST), MOST) / RATE

    def put(self, stamp: int, payload: bytes, now: float) -> None:
        """A packet with its RTP timestamp, that arrived at `now` (seconds)."""
        at = self._unwrap(stamp)
        transit = now * RATE - at
        if now >= self._window_ends:
            self._window_ends = now + WINDOW
            self._punctual = [self._punctual[1], float("inf")]
        self._punctual[1] = min(self._punctual[1], transit)
        lateness = transit - min(self._punctual)
        self._spread = min(max(lateness, self._spread * FORGET), MOST)
        if self._due is not None and at < self._due:
            self.late += 1
            return
        if not self._packets and self._due is None:
            self._began = now
        self._packets[at] = payload
        if len(self._packets) > MOST_PACKETS:
            del self._packets[min(self._packets)]

    def _unwrap(self, stamp: int) -> int:
        if self._last_stamp is None:
            self._last_stamp = stamp
            return stamp
        step = (stamp - self._last_stamp + (1 << 31)) % (1 << 32) - (1 << 31)
        if abs(step) > JUMP:
            self._packets.clear()
            self._due = None
            self._punctual = [float("inf"), float("inf")]
            self._spread = 0.0
        at = self._last_stamp + step
        self._last_stamp = max(at, self._last_stamp) if abs(step) <= JUMP else at
        return at

    def pull(self, now: float) -> Samples | None:
        """The next `FRAME` samples; None is silence."""
        self.decoded_last = False
        if self._due is None:
            if not self._packets or now - self._began < self.delay:
                return None
            self._due = min(self._packets)
        if not self._fill(FRAME):
            return self._hold()
        if self._too_long(now) and self._fill(2 * FRAME):
            left_out, self._ready = self._ready[:FRAME], self._ready[FRAME:]
            fade = len(_FADE)
            self._ready = self._ready.copy()
            self._ready[:fade] = left_out[:fade] * (1 - _FADE) + self._ready[:fade] * _FADE
        out, self._ready = self._ready[:FRAME], self._ready[FRAME:]
        self._missing = 0
        self._last = out
        self.decoded_last = True
        return out

    def _fill(self, wanted: int) -> bool:
        """Decodes until so many samples are ready; False where the packets for it are not there."""
        assert self._due is not None
        while len(self._ready) < wanted:
            if not self._packets:
                return False
            at = min(self._packets)
            gap = at - self._due
            if gap > RATE:  # they were silent for long (RFC 7587, 3.1.3), or many were lost: nothing to wait for
                self._due, gap = at, 0
            if gap >= FRAME // 8:
                part = self._concealed()[: min(gap, FRAME)]
                self._due += len(part)
                self.late += 1
            else:
                decoded = self._decode(self._packets.pop(at))
                part = self._concealed() if decoded is None else decoded
                self._due = at + len(part)
                self._missing = 0
                self.taken += 1
            self._ready = part if not len(self._ready) else np.concatenate((self._ready, part))
        return True

    def _hold(self) -> Samples | None:
        """Nothing is there: the last sound fades, and what comes later is played later."""
        if self._missing >= len(HELD):
            if not self._packets and not len(self._ready):
                self._due, self._last = None, None  # it begins anew, with the delay that it needs
            self._missing += 1
            return None
        return self._concealed()

    def _concealed(self) -> Samples:
        self._missing += 1
        if self._last is None or self._missing > len(HELD):
            return np.zeros(FRAME, np.float32)
        before = 1.0 if self._missing == 1 else HELD[self._missing - 2]
        ramp = np.linspace(before, HELD[self._missing - 1], FRAME, dtype=np.float32)
        return np.asarray(self._last * ramp, np.float32)

    def _too_long(self, now: float) -> bool:
        """Whether 20 ms are to be left out: more are kept back than needed, and it is quiet or has been so for long."""
        assert self._due is not None
        kept = now * RATE - min(self._punctual) - (self._due - len(self._ready))
        over = kept - self.delay * RATE - SPARE
        if over <= 0:
            self._long = 0
            return False
        self._long += 1
        first = self._ready[:FRAME]
        loud = float(np.dot(first, first) / FRAME) ** 0.5
        if loud < QUIET or self._long > PATIENCE or over > MOST:
            self._long = 0
            return True
        return False
