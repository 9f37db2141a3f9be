"""The city's cameras by RTSP (RFC 2326), RTP within the connection; H.264 by RFC 6184. What players need, no more."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
import struct
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from cockpit.city.clip import Clip, units
from cockpit.city.videos import CityVideos

MOST_HEAD = 16 * 1024
MOST_UNSENT = 4 * 1024 * 1024
"""Bytes that a viewer has not taken: then it is let go."""
PIECE = 1400
RATE = 90_000
_REASONS = {461: "Unsupported Transport", 454: "Session Not Found"}


class RtspServer:
    """On a port of loopback, beside the city's own server.

    Attributes:
        port: where it listens.
    """

    def __init__(self, videos: CityVideos, port: int = 0, user: str = "", password: str = "") -> None:
        """
        Args:
            user, password: who may look (Basic); "" everybody.
        """
        self.port = port
        self._videos = videos
        self._sign = base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""
        self._server: asyncio.Server | None = None
        self._viewers: set[asyncio.Task[None]] = set()

    async def open(self, host: str) -> None:
        """
        Raises:
            OSError: the port can not be had.
        """
        self._server = await asyncio.start_server(self._joined, host, self.port, limit=MOST_HEAD)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._viewers, return_exceptions=True)

    def cut(self) -> None:
        """Ends every connection."""
        for viewer in self._viewers:
            viewer.cancel()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._viewers.add(task)
        try:
            await _Viewer(self._videos, self._sign, reader, writer).serve()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        except asyncio.CancelledError:  # the task is the stream's: nobody waits for it to say so
            pass
        finally:
            self._viewers.discard(task)
            writer.transport.abort()


class _Viewer:
    def __init__(
        self, videos: CityVideos, sign: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._videos, self._sign, self._reader, self._writer = videos, sign, reader, writer
        self._playing: asyncio.Task[None] | None = None
        self._channel = 0

    async def serve(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(1)
                if head == b"$":  # RTCP of the viewer
                    _, size = struct.unpack(">BH", await self._reader.readexactly(3))
                    await self._reader.readexactly(size)
                    continue
                lines = (head + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
                body = int(fields.get("content-length", "0") or 0)
                if not 0 <= body <= MOST_HEAD:
                    return
                await self._reader.readexactly(body)
                method, url, *_ = (*lines[0].split(" "), "", "")
                if not await self._answer(method, url, fields):
                    return
        finally:
            if self._playing is not None:
                self._playing.cancel()
                await asyncio.gather(self._playing, return_exceptions=True)

    async def _answer(self, method: str, url: str, fields: dict[str, str]) -> bool:
        """Answers one request; False: it was the last."""
        camera = unquote(urlsplit(url).path).strip("/").partition("/")[0]
        clip = self._videos.clip(camera)
        if method == "OPTIONS":
            return await self._say(fields, 200, {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"})
        if self._sign and fields.get("authorization", "").partition(" ")[2] != self._sign:
            return await self._say(fields, 401, {"WWW-Authenticate": 'Basic realm="city"'})
        if clip is None:
            return await self._say(fields, 404, {})
        if method == "DESCRIBE":
            base = {"Content-Base": url.rstrip("/") + "/", "Content-Type": "application/sdp"}
            return await self._say(fields, 200, base, described(clip))
        if method == "SETUP":
            wanted = fields.get("transport", "")
            if "TCP" not in wanted:
                return await self._say(fields, 461, {})
            pair = wanted.partition("interleaved=")[2].partition(";")[0] or "0-1"
            self._channel = int(pair.partition("-")[0]) & 0xFF
            return await self._say(
                fields, 200, {"Transport": f"RTP/AVP/TCP;unicast;interleaved={pair}", "Session": "1;timeout=60"}
            )
        if method == "PLAY":
            await self._say(fields, 200, {"Session": "1", "Range": "npt=0.000-"})
            if self._playing is None:
                self._playing = asyncio.ensure_future(self._play(camera, clip))
            return True
        if method == "TEARDOWN":
            await self._say(fields, 200, {"Session": "1"})
            return False
        return await self._say(fields, 200 if method == "GET_PARAMETER" else 405, {"Session": "1"})

    async def _say(self, fields: dict[str, str], status: int, head: dict[str, str], body: str = "") -> bool:
        reason = _REASONS.get(status) or HTTPStatus(status).phrase
        lines = [f"RTSP/1.0 {status} {reason}", f"CSeq: {fields.get('cseq', '0')}"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1"))
        await self._writer.drain()
        return True

    async def _play(self, camera: str, clip: Clip) -> None:
        packets = Packets(self._channel)
        with contextlib.suppress(ConnectionError):
            async for shot in self._videos.shots(camera, clip):
                if self._writer.transport.get_write_buffer_size() > MOST_UNSENT:
                    break
                sets = clip.parameters if shot.key else ()
                self._writer.write(packets.of(shot.at, [*sets, *units(shot.data)]))
                await self._writer.drain()
        self._writer.close()


class Packets:
    """RTP packets of one stream, framed for a channel of the connection (RFC 2326, 10.12)."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._number = random.randrange(0x10000)
        self._source = random.getrandbits(32)

    def of(self, ms: int, nals: list[bytes]) -> bytes:
        """One picture: units that are too long in pieces (FU-A)."""
        payloads: list[bytes] = []
        for nal in filter(None, nals):
            if len(nal) <= PIECE:
                payloads.append(nal)
                continue
            parts = [nal[at : at + PIECE] for at in range(1, len(nal), PIECE)]
            for n, part in enumerate(parts):
                mark = (0x80 if n == 0 else 0) | (0x40 if n == len(parts) - 1 else 0)
                payloads.append(bytes((nal[0] & 0xE0 | 28, mark | nal[0] & 31)) + part)
        stamp = ms * RATE // 1000 & 0xFFFFFFFF
        return b"".join(self._packet(stamp, one, n == len(payloads) - 1) for n, one in enumerate(payloads))

    def _packet(self, stamp: int, payload: bytes, last: bool) -> bytes:
        self._number = self._number + 1 & 0xFFFF
        head = struct.pack(">BBHII", 0x80, (0x80 if last else 0) | 96, self._number, stamp, self._source)
        return struct.pack(">cBH", b"$", self._channel, len(head) + len(payload)) + head + payload


def described(clip: Clip) -> str:
    """SDP of a clip (RFC 8866, RFC 6184)."""
    first, second = clip.parameters
    sets = ",".join(base64.b64encode(one).decode() for one in (first, second))
    return "\r\n".join(
        (
            "v=0",
            "o=- 0 0 IN IP4 127.0.0.1",
            "s=city",
            "c=IN IP4 0.0.0.0",
            "t=0 0",
            "a=control:*",
            "m=video 0 RTP/AVP 96",
            "a=rtpmap:96 H264/90000",
            f"a=fmtp:96 packetization-mode=1;profile-level-id={first[1:4].hex().upper()};sprop-parameter-sets={sets}",
            "a=control:trackID=0",
            "",
        )
    )
