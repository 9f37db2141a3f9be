"""What a WebRTC leg says: its RTP packets, taken at the transport and decoded at the mixer's beat.

aiortc would decode each stream in a thread and buffer it for 80 ms, whatever the network is like. Here its receiver
only hands over what arrived; playing, statistics and receiver reports (RFC 3550) are ours.
"""

from __future__ import annotations

from collections.abc import Callable

from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket, RtpPacket

from cockpit.media.opus import RATE, Decoder, Samples
from cockpit.media.playout import Playout
from cockpit.model.clock import Clock

KEYS = "0123456789*#ABCD"
"""Events of RFC 4733, 3.2."""
WINDOW = 5
"""Seconds over which losses are told."""


class Hearing:
    """One stream of one leg.

    Attributes:
        heard: monotonic time of the last packet of any kind, 0 never.
        packets: how many came.
    """

    def __init__(self, clock: Clock, on_digit: Callable[[str], None]) -> None:
        self.heard = 0.0
        self.packets = 0
        self.opus = -1
        self.telephone = -1
        self._clock = clock
        self._on_digit = on_digit
        self._digit_stamp = -1
        self._ssrc: int | None = None
        self._playout = Playout(Decoder().decode)
        self._highest = self._base = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._sender_report = 0
        self._reported_at = 0.0
        self._prior = (0, 0)
        self._told: list[tuple[int, int]] = []

    def pull(self, now: float) -> Samples | None:
        return self._playout.pull(now)

    # -- called by aiortc's transport in place of its receiver ------------------------------------------------------

    async def on_rtp(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        """A packet whose authenticity SRTP has proven."""
        now = self._clock.mono()
        self.heard = now
        if packet.payload_type == self.telephone:
            self._digit(packet)
            return
        if packet.payload_type != self.opus or not packet.payload:
            return
        if packet.ssrc != self._ssrc:
            self._ssrc = packet.ssrc
            self._playout = Playout(Decoder().decode)
            self._base = self._highest = packet.sequence_number
            self.packets = 0
            self._prior = (0, 0)
            self._told.clear()
            self._transit = None
        self.packets += 1
        step = (packet.sequence_number - self._highest + 0x8000) % 0x10000 - 0x8000
        if step > 0:
            self._highest += step
        transit = now * RATE - packet.timestamp
        if self._transit is not None and abs(transit - self._transit) < RATE * 10:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16  # RFC 3550, 6.4.1
        self._transit = transit
        self._playout.put(packet.timestamp, packet.payload, now)

    async def on_rtcp(self, packet: object) -> None:
        self.heard = self._clock.mono()
        if isinstance(packet, RtcpSrPacket):
            self._sender_report = (packet.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF
            self._reported_at = self.heard

    def _digit(self, packet: RtpPacket) -> None:
        """Each event comes in several packets with one timestamp (RFC 4733, 2.5)."""
        if len(packet.payload) < 4 or packet.timestamp == self._digit_stamp or packet.payload[0] >= len(KEYS):
            return
        self._digit_stamp = packet.timestamp
        self._on_digit(KEYS[packet.payload[0]])

    # -- quality -------------------------------------------------------------------------------------------------

    @property
    def jitter(self) -> float:
        """Milliseconds."""
        return self._jitter * 1000 / RATE

    def loss(self) -> float:
        """Share lost in the last `WINDOW` calls, which come once a second."""
        self._told.append((self._expected, self.packets))
        del self._told[: -WINDOW - 1]
        expected = self._told[-1][0] - self._told[0][0]
        came = self._told[-1][1] - self._told[0][1]
        return min(max(1 - came / expected, 0.0), 1.0) if expected > 0 else 0.0

    @property
    def _expected(self) -> int:
        return self._highest - self._base + 1 if self._ssrc is not None else 0

    def report(self, ours: int) -> bytes:
        """A receiver report from the source `ours`; empty before anything came."""
        if self._ssrc is None:
            return b""
        expected = self._expected - self._prior[0]
        lost = max(expected - (self.packets - self._prior[1]), 0)
        self._prior = (self._expected, self.packets)
        since = self._clock.mono() - self._reported_at
        known = self._sender_report != 0 and since < 60
        return bytes(
            RtcpRrPacket(
                ssrc=ours,
                reports=[
                    RtcpReceiverInfo(
                        ssrc=self._ssrc,
                        fraction_lost=min(lost * 256 // expected, 255) if expected > 0 else 0,
                        packets_lost=min(max(self._expected - self.packets, 0), 0x7FFFFF),
                        highest_sequence=self._highest & 0xFFFFFFFF,
                        jitter=int(self._jitter) & 0xFFFFFFFF,
                        lsr=self._sender_report if known else 0,
                        dlsr=int(since * 65536) if known else 0,
                    )
                ],
            )
        )
