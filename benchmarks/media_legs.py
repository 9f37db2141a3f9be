"""Ten phones in one outside process: aiortc connections that send Opus encoded beforehand, each a tone of its own.

`python -m benchmarks.media_legs` reads wishes, a JSON line each, and answers each with one:

    {"leg": 3, "sdp": "…"}    the answer to an offer
    {"seconds": 20}           how each leg heard the others for so long: {"legs": [{"gap": ms, "arrival": ms, …}, …]}

What a phone hears is played out as a phone does: `BEHIND` ms after the most punctual packet; where one comes later the
phone waits for it, which is a gap, and plays that much later from then on. Frames that are lost or in which the others
are not heard are a gap too. `arrival` is the longest time between two packets at the socket of this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from cockpit.media.opus import FRAME, RATE, Decoder, Encoder
from cockpit.model.clock import SystemClock
from cockpit.processes import die_with_parent

BEHIND = 60.0
LOOP = 100
"""Frames of the tone that are sent again and again: two seconds, a whole number of periods."""
LOUD = 0.02
MOST = 10
clock = SystemClock()


def tone(leg: int) -> float:
    """Hz; a whole number of periods in two seconds."""
    return 300.0 + 110.0 * leg


def packets_of(leg: int) -> list[bytes]:
    """The loop of a leg, encoded."""
    encoder = Encoder()
    when = np.arange(3 * LOOP * FRAME) / RATE
    wave = (6000 * np.sin(2 * np.pi * tone(leg) * when)).astype(np.int16)
    return [encoder.encode(wave[n : n + FRAME]) for n in range(0, len(wave), FRAME)][LOOP : 2 * LOOP]


class Sent(MediaStreamTrack):
    """The tone of a leg, as packets."""

    kind = "audio"

    def __init__(self, packets: list[bytes]) -> None:
        super().__init__()
        self._packets = packets
        self._n = 0
        self._due = clock.mono()

    async def recv(self) -> av.Packet[Any]:
        self._due += 0.02
        await asyncio.sleep(max(self._due - clock.mono(), 0))
        packet = av.Packet(self._packets[self._n % LOOP])
        packet.pts = self._n * FRAME
        packet.time_base = Fraction(1, RATE)
        self._n += 1
        return packet


class Leg:
    """One phone: sends its tone, notes what arrives and when."""

    def __init__(self, packets: list[bytes]) -> None:
        self._packets = packets
        self.came: list[tuple[float, int, bytes]] = []
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    async def answer(self, sdp: str) -> str:
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        self.pc.addTrack(Sent(self._packets))
        self.pc.getReceivers()[0]._handle_rtp_packet = self._take  # type: ignore[method-assign]
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return str(self.pc.localDescription.sdp)

    async def _take(self, packet: Any, arrival_time_ms: int) -> None:
        self.came.append((clock.mono(), packet.timestamp, packet.payload))

    def heard(self) -> dict[str, float]:
        """Of what came since it was last emptied."""
        at = np.array([when * 1000 for when, _, _ in self.came])
        stamps = np.array([stamp for _, stamp, _ in self.came], np.int64)
        frames = (stamps - stamps[0]) // FRAME
        late = at - frames * 20
        there = np.zeros(int(frames.max()) + 1, bool)
        behind, waited = BEHIND, 0.0
        decoder = Decoder()
        for n, (frame, (_, _, payload)) in enumerate(zip(frames, self.came, strict=True)):
            sound = decoder.decode(payload)
            loud = sound is not None and float(np.sqrt(np.mean(sound**2))) > LOUD
            there[frame] = loud or n < 5
            if (over := float(late[n] - late.min()) - behind) > 0:
                behind, waited = behind + over, max(waited, over)
        return {
            "gap": max(20.0 * longest(~there), waited),
            "arrival": float(np.diff(at).max()),
            "late": float(late.max() - late.min()),
            "frames": float(len(there)),
            "gone": float((~there).sum()),
        }


def longest(missing: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    """The longest run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], missing.astype(int), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


async def main() -> None:
    legs: dict[int, Leg] = {}
    packets = [packets_of(n) for n in range(MOST)]
    with contextlib.suppress(OSError):  # its own delays are none of what is measured
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(6))
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("{}", flush=True)
    while line := await reader.readline():
        wish = json.loads(line)
        if "sdp" in wish:
            leg = legs[wish["leg"]] = Leg(packets[wish["leg"]])
            answer: dict[str, Any] = {"sdp": await leg.answer(wish["sdp"])}
        else:
            for leg in legs.values():
                leg.came.clear()
            await asyncio.sleep(wish["seconds"])
            taken = [leg.came for leg in legs.values()]
            for leg, came in zip(legs.values(), taken, strict=True):
                leg.came = came[:]
            answer = {"legs": [leg.heard() for leg in legs.values()]}
        print(json.dumps(answer), flush=True)
    for leg in legs.values():
        await leg.pc.close()


if __name__ == "__main__":
    die_with_parent()
    asyncio.run(main())
