"""What may be opened, and how: schemes, containers and codecs by name; what arrives can name no other address."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import av
from av.container import InputContainer

from cockpit.media.video.told import LEAST_SIDE, MOST_PIXELS, Stream
from cockpit.model.errors import OutsideError, UserError

OPEN_SECONDS = 8.0
READ_SECONDS = 8.0
RTSP, HTTP = ("rtsp", "rtsps"), ("http", "https")
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
CODECS = "h264,hevc,mjpeg,mpeg4,vp8,vp9,av1,libdav1d,libvpx-vp9,flv"
FORMATS = "rtsp,sdp,rtp,flv,live_flv,mpegts,mpjpeg,h264,hevc,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
_OF_NETWORK = "rtp,udp,tcp,tls,rtsp,rtsps,http,https,crypto"
_OF_NAME = {".ts": "mpegts", ".mjpg": "mpjpeg", ".mjpeg": "mpjpeg"}
_MAX_PIXELS = str(2 * MOST_PIXELS)
"""What FFmpeg may decode at all: a picture that is a little too large is refused by its size, in words."""
_PROBED = {"probesize": "1000000", "analyzeduration": "2000000", "fpsprobesize": "0"}


def open_stream(stream: Stream) -> InputContainer:
    """Opens a stream; its first video is what is shown.

    Raises:
        UserError: it can never be shown, in a sentence.
        OutsideError: it can not be reached now.
        av.FFmpegError, OSError, ValueError: it is not what it should be.
    """
    format, options = _way(stream)
    limits = {"codec_whitelist": CODECS, "format_whitelist": FORMATS, "max_pixels": _MAX_PIXELS, **_PROBED}
    container = av.open(
        stream.address,
        "r",
        format=format,
        options={**limits, **options},
        timeout=(OPEN_SECONDS, READ_SECONDS),
        metadata_errors="ignore",
    )
    try:
        if not container.streams.video:
            raise UserError("videos.no_video")
        video = container.streams.video[0]
        context = video.codec_context
        check_size(context.width, context.height)
        context.options = {**context.options, "max_pixels": _MAX_PIXELS}
        context.thread_count = 1
    except BaseException:
        container.close()
        raise
    return container


def host_of(stream: Stream) -> tuple[str, int]:
    """Host and port that a stream may connect to, "" of a file or of no address."""
    with suppress(ValueError):
        parts = urlsplit(stream.address)
        scheme = parts.scheme.lower()
        if scheme in _PORTS and parts.hostname:
            return parts.hostname, parts.port or _PORTS[scheme]
    return "", 0


def check_size(width: int, height: int) -> None:
    """
    Raises:
        UserError: a picture of this size is not shown. A size of 0 is not known yet.
    """
    if width * height > MOST_PIXELS or 0 < min(width, height) < LEAST_SIDE:
        raise UserError("videos.wrong_size", width=width, height=height)


def _way(stream: Stream) -> tuple[str | None, dict[str, str]]:
    """Container (None: to be found out) and options of an address."""
    try:
        parts = urlsplit(stream.address)
        parts.port  # noqa: B018 - says whether it is a number
    except ValueError as error:
        raise UserError("videos.bad_address") from error
    scheme = parts.scheme.lower()
    if scheme in RTSP:
        own = {"rtsp_transport": stream.transport, "allowed_media_types": "video"}
        return "rtsp", {**own, "protocol_whitelist": _OF_NETWORK}
    if scheme in HTTP:
        format = _OF_NAME.get(Path(parts.path).suffix.lower(), "flv")
        return format, {"protocol_whitelist": "http,https,tcp,tls", "max_redirects": "0"}
    if not scheme or scheme == "file":
        if not Path(parts.path).is_file():
            raise OutsideError("videos.no_file")
        return None, {"protocol_whitelist": "file"}
    raise UserError("videos.bad_scheme", scheme=re.sub(r"[^a-z0-9+.\-]", "", scheme)[:12])
