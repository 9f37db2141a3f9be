"""How a call sounds: read from what baresip's `audio_debug` prints and from its RTCP reports."""

from __future__ import annotations

import math
import re
from collections import deque
from dataclasses import dataclass

from cockpit.model.calls import Quality

OVER = 5
"""Seconds that a quality is over."""
_CODEC = re.compile(r"decode:\s+([A-Za-z0-9\-]{1,20})\s")
_DIRECTION = re.compile(r"audio dir=(sendrecv|sendonly|recvonly|inactive)")
_MEMBER = re.compile(r"lost=(-?\d{1,9}) Jitter=(\d{1,7}(?:\.\d{1,3})?)ms RTT=(\d{1,7}(?:\.\d{1,3})?)ms")
_DEVICE = re.compile(r"player: [a-z]{1,10},play_(\d{1,3})\s")
_RECEIVED = re.compile(r"rcvd=(\d{1,12})")


@dataclass(frozen=True)
class Report:
    """One look at a call.

    Attributes:
        device: number of its sound device; codec: of what comes, as baresip calls it.
        direction: ours, of RFC 4566: `recvonly` means that they hold us.
        received, lost: packets since the call began; jitter, rtt: milliseconds, NaN unknown.
    """

    device: int = 0
    codec: str = ""
    direction: str = ""
    received: int = 0
    lost: int = 0
    jitter: float = math.nan
    rtt: float = math.nan


def report(text: str) -> Report:
    """What `audio_debug` says; what it does not say is left out."""
    codec, direction = _CODEC.search(text), _DIRECTION.search(text)
    member, received = _MEMBER.search(text), _RECEIVED.search(text)
    device = _DEVICE.search(text)
    return Report(
        int(device[1]) if device else 0,
        codec[1] if codec else "",
        direction[1] if direction else "",
        int(received[1]) if received else 0,
        max(int(member[1]), 0) if member else 0,
        float(member[2]) if member and float(member[2]) > 0 else math.nan,
        float(member[3]) if member and float(member[3]) > 0 else math.nan,
    )


class Listening:
    """Qualities of one call, from a look each second."""

    def __init__(self) -> None:
        self._looks: deque[Report] = deque(maxlen=OVER + 1)
        self.level = 0.0

    def hear(self, decibels: str) -> None:
        """Loudness of the other side as baresip reports it, dB below full scale."""
        try:
            value = float(decibels)
        except ValueError:
            return
        self.level = 10 ** (min(value, 0.0) / 20) if math.isfinite(value) else 0.0

    def look(self, now: Report) -> Quality:
        """The quality over the last seconds, with this look the newest."""
        self._looks.append(now)
        lost = max(now.lost - self._looks[0].lost, 0)
        received = max(now.received - self._looks[0].received, 0)
        share = lost / (lost + received) if lost + received else 0.0
        return Quality(loss=share, jitter=now.jitter, rtt=now.rtt, codec=now.codec, level=self.level)
