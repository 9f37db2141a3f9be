"""WebRTC legs: one aiortc peer connection each, their sound to and from the mixer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecParameters,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from cockpit.media import sdp
from cockpit.media.camera import CameraTrack
from cockpit.media.gate import loudness
from cockpit.media.hearing import Hearing
from cockpit.media.opus import FRAME, TIME_BASE, Samples
from cockpit.media.told import LegDigits, LegLost, LegQuality, LegUp, MediaEvent, MediaSettings
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

if TYPE_CHECKING:
    from cockpit.media.mix import Heard, Member
    from cockpit.media.pictures import Pictures

log = logging.getLogger(__name__)
COMING_UP = 8.0
"""Seconds from both descriptions to sound, or it is lost."""
SILENT = 4.0
"""Seconds without any packet after which a leg is lost."""
SILENT_HELD = 20.0
"""A browser on hold may send reports only, every few seconds."""
BACKLOG = 5
"""Frames that wait to be sent; older ones are dropped."""


def configuration(settings: MediaSettings) -> RTCConfiguration:
    """Servers that the configuration names and no others: aiortc's own default asks one of Google's."""
    servers = [RTCIceServer(urls=settings.stun)] if settings.stun else []
    servers += [RTCIceServer(urls=turn.url, username=turn.user, credential=turn.password) for turn in settings.turn]
    return RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)


class Voice(MediaStreamTrack):
    """Encoded sound on its way to a leg, a packet each beat."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._packets: asyncio.Queue[av.Packet[Any] | None] = asyncio.Queue()
        self._pts = 0

    def push(self, packet: bytes) -> None:
        made = av.Packet(packet)
        made.pts = self._pts
        made.time_base = TIME_BASE
        self._pts += FRAME
        if self._packets.qsize() >= BACKLOG:
            self._packets.get_nowait()
        self._packets.put_nowait(made)

    async def recv(self) -> av.Packet[Any]:
        packet = await self._packets.get()
        if packet is None:
            raise MediaStreamError
        return packet

    def stop(self) -> None:
        super().stop()
        self._packets.put_nowait(None)


class WebLeg:
    """One leg.

    Attributes:
        id: of the leg; member: in its mix, set by whoever made it.
        video: whether pictures were agreed on; picture: ours on its way to them, None where they were not.
        up: sound goes both ways.
    """

    def __init__(
        self,
        id: str,
        settings: MediaSettings,
        clock: Clock,
        tell: Callable[[MediaEvent], None],
        pictures: Pictures,
    ) -> None:
        self.id = id
        self.member: Member | None = None
        self.video = False
        self.up = False
        self._clock = clock
        self._tell = tell
        self._pictures = pictures
        self._voice = Voice()
        self._hearing = Hearing(clock, self._on_digit)
        self._since: float | None = None
        self._lost = False
        self._closed = False
        self.picture: CameraTrack | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pc = RTCPeerConnection(configuration(settings))
        self._pc.on("connectionstatechange", self._on_state)
        self._pc.on("track", self._on_track)
        transceiver = self._pc.addTransceiver(self._voice, direction="sendrecv")
        self._transceiver = transceiver
        self._sender = transceiver.sender
        self._receiver = transceiver.receiver
        self._take_over(transceiver.receiver)
        opus = [one for one in RTCRtpSender.getCapabilities("audio").codecs if one.mimeType == "audio/opus"]
        transceiver.setCodecPreferences(opus)

    def _take_over(self, receiver: RTCRtpReceiver) -> None:
        """From here on the transport hands the packets of this receiver to us."""
        assert callable(receiver._handle_rtp_packet)
        assert callable(receiver._handle_rtcp_packet)
        receiver._handle_rtp_packet = self._hearing.on_rtp  # type: ignore[method-assign]
        receiver._handle_rtcp_packet = self._hearing.on_rtcp  # type: ignore[method-assign]

    # -- descriptions ----------------------------------------------------------------------------------------------

    async def offer(self, video: bool) -> str:
        """Our offer."""
        if video:
            self._add_video()
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return sdp.with_keys(self._pc.localDescription.sdp)

    async def accept(self, theirs: str) -> None:
        """Their answer.

        Raises:
            OutsideError: nobody understands it, or we have no codec in common.
        """
        await self._read("answer", theirs)

    async def take(self, theirs: str, video: bool) -> str:
        """Our answer to their offer.

        Raises:
            OutsideError: nobody understands it, or we have no codec in common.
        """
        if video and "\nm=video" in theirs:
            self._add_video()
        await self._read("offer", theirs)
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return str(self._pc.localDescription.sdp)

    async def _read(self, kind: str, theirs: str) -> None:
        text = sdp.cleaned(theirs)
        opus, telephone = sdp.payload_types(text)
        if opus < 0:
            raise OutsideError("media.no_codec")
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp=text, type=kind))
        except Exception as error:  # aiortc reads what others wrote: whatever it stumbles over, that was it
            log.info("a description was refused: %r", error)
            raise OutsideError("media.sdp_bad") from error
        self._hearing.opus, self._hearing.telephone = opus, telephone
        if telephone >= 0:  # aiortc leaves out what it has no codec for; its router is to let keys through
            keys = RTCRtpCodecParameters("audio/telephone-event", clockRate=48_000, payloadType=telephone)
            self._transceiver._codecs.append(keys)
        self.video = self.video and "\nm=video 0 " not in text
        self._since = self._clock.mono()

    def _add_video(self) -> None:
        self.video = True
        self.picture = CameraTrack()
        self._pc.addTransceiver(self.picture, direction="sendrecv")

    # -- sound -----------------------------------------------------------------------------------------------------

    def pull(self, now: float) -> Samples | None:
        return self._hearing.pull(now)

    def push(self, heard: Heard) -> None:
        if self.up:
            self._voice.push(heard.packet)

    def _on_digit(self, digit: str) -> None:
        self._tell(LegDigits(self.id, digit))

    # -- pictures --------------------------------------------------------------------------------------------------

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "video":
            task = asyncio.ensure_future(self._pictures.show(self.id, track))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    # -- whether it is there ---------------------------------------------------------------------------------------

    def _on_state(self) -> None:
        state = self._pc.connectionState
        if state == "connected" and not self.up:
            self.up = True
            self._hearing.heard = self._clock.mono()
            if self.member is not None:
                self.member.up = True
            self._tell(LegUp(self.id, self.video))
        elif state in ("failed", "closed") and not self._closed:
            self._lose(Message("media.cut" if self.up else "media.unreachable"))

    def _lose(self, why: Message) -> None:
        if not self._lost:
            self._lost = True
            self._tell(LegLost(self.id, why))

    async def look(self) -> None:
        """Once a second: tells the quality, sends a report, notices that nobody is there any more."""
        now = self._clock.mono()
        if not self.up:
            if self._since is not None and now - self._since > COMING_UP:
                self._lose(Message("media.unreachable"))
            return
        held = self.member is not None and self.member.held
        if now - self._hearing.heard > (SILENT_HELD if held else SILENT):
            self._lose(Message("media.cut"))
            return
        with contextlib.suppress(ConnectionError):
            if report := self._hearing.report(self._sender._ssrc):
                await self._receiver.transport._send_rtp(report)
        level = loudness(self.member.gate.shown) if self.member is not None else 0.0
        rtt = await self._round_trip()
        self._tell(LegQuality(self.id, self._hearing.loss(), self._hearing.jitter, rtt, level))

    async def _round_trip(self) -> float | None:
        """Milliseconds; None unknown."""
        for stats in (await self._sender.getStats()).values():
            if stats.type == "remote-inbound-rtp" and stats.roundTripTime is not None:
                return float(stats.roundTripTime) * 1000
        return None

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._voice.stop()
            if self.picture is not None:
                self.picture.stop()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._pictures.end(self.id)
            await asyncio.shield(self._pc.close())  # it closes by itself too, and does not bear that who waits is ended
