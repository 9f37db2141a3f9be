"""What the video process and the seat tell each other: a JSON line each, over its stdin and stdout."""

from __future__ import annotations

import msgspec

from cockpit.model.videos import Box, VideoSeen

MAX_LINE = 1024 * 1024
MOST_PIXELS = 3840 * 2160
"""Of a picture that is decoded or shown; a larger one is refused."""
LEAST_SIDE = 16
BLURRED = 40
"""Pixels that the longer side of a picture keeps when it is made unrecognisable."""


class Stream(msgspec.Struct, frozen=True):
    """One stream that is wanted.

    Attributes:
        id: of it, for as long as it is wanted.
        slot: in the shared memory.
        address: with user and password in it; nowhere written or logged.
        size: px that are needed; the picture keeps its shape within it and is never enlarged.
        fps: pictures a second at the most.
        blur: makes the whole picture unrecognisable; masks: parts of it.
    """

    id: str
    slot: int
    address: str
    size: tuple[int, int]
    fps: float = 25.0
    transport: str = "tcp"
    blur: bool = False
    masks: tuple[Box, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """All streams that are wanted from now on."""

    streams: tuple[Stream, ...] = ()


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a stream is doing; `gone`: this slot, which it will not write to any more, since it has ended."""

    id: str
    seen: VideoSeen | None = None
    gone: int = -1
