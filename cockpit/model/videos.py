"""Pictures of cameras: where each has its video, what may be shown of it to whom, and how a stream is doing. No Qt."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from urllib.parse import quote

import msgspec

from cockpit.model.messages import Message

Visitor = Literal["show", "blur", "hide"]
"""What a scene for visitors or press does with a camera: as it is, made unrecognisable, not at all."""
Box = tuple[float, float, float, float]
"""Left, top, width, height as parts (0–1) of the picture."""
MOST_SHOWN = 36
"""Pictures that one panel shows."""


class CameraVideo(msgspec.Struct, frozen=True):
    """Where one camera has its video.

    Attributes:
        key: of the camera in the picture (`<feed>/<id at the source>`).
        address: rtsp(s)://, http(s):// (FLV, MPEG-TS) or a file; no password is in it, `{secret:name}` names one.
        user, secret: with which one signs in; the secret by its name (`secret:video`), "" none.
        transport: of RTSP: within its own connection, or by UDP.
        masks: what of the picture nobody is shown (windows of flats).
        visitor: what a scene for visitors does with it.
        name: `{zh, en}` of a camera that no feed knows; {} the picture's.
    """

    key: str
    address: str
    user: str = ""
    secret: str = ""
    transport: Literal["tcp", "udp"] = "tcp"
    masks: tuple[Box, ...] = ()
    visitor: Visitor = "blur"
    name: dict[str, str] = {}


class VideoSource(msgspec.Struct, frozen=True):
    """Where all cameras of a feed have their videos: `address` has `{id}` for the camera's id at the source."""

    feed: str
    address: str
    user: str = ""
    secret: str = ""
    transport: Literal["tcp", "udp"] = "tcp"
    visitor: Visitor = "blur"

    def of(self, key: str) -> CameraVideo:
        ident = quote(key.partition("/")[2], safe="")
        address = self.address.replace("{id}", ident)
        return CameraVideo(key, address, self.user, self.secret, self.transport, (), self.visitor)


class CameraGroup(msgspec.Struct, frozen=True):
    """Cameras that are named together (隧道, 主要路口)."""

    id: str
    name: dict[str, str]
    cameras: tuple[str, ...]


class VideoBook(msgspec.Struct, frozen=True):
    """All that is known of where videos are.

    Attributes:
        sources: at most one a feed. cameras: those that differ from their source, or have none. groups: by id.
    """

    sources: tuple[VideoSource, ...] = ()
    cameras: tuple[CameraVideo, ...] = ()
    groups: tuple[CameraGroup, ...] = ()

    def with_city(self, base: str) -> VideoBook:
        """The same with the address of the city's platform in the place of `{city}`; without one (""), those that need
        it are left out."""

        def there(address: str) -> bool:
            return bool(base) or "{city}" not in address

        def put(address: str) -> str:
            return address.replace("{city}", base.rstrip("/"))

        replace = msgspec.structs.replace
        return replace(
            self,
            sources=tuple(replace(one, address=put(one.address)) for one in self.sources if there(one.address)),
            cameras=tuple(replace(one, address=put(one.address)) for one in self.cameras if there(one.address)),
        )


class BookWanted(msgspec.Struct, frozen=True):
    """Asks the hub for the book (`videos`), if it is another than `version`."""

    version: str = ""


class BookReply(msgspec.Struct, frozen=True):
    """`data`: zstd of the msgpack of a `VideoBook`; b"" where it is the version that was named. No secret is in it."""

    version: str
    data: bytes = b""


class VideoState(StrEnum):
    """How a stream is doing; a picture that came before stays to be seen in each of them but the last."""

    OPENING = "opening"
    LIVE = "live"
    AWAY = "away"
    """Nothing comes; it is tried again."""
    REFUSED = "refused"
    """What comes is not to be shown: too large, another codec, not allowed in."""


class VideoSeen(msgspec.Struct, frozen=True):
    """A stream as last told.

    Attributes:
        why: in a sentence, where it is not live.
        size: of the source's picture, px; fps: pictures a second that come; codec: its name.
        retry: when it is tried next, wall clock, UTC us; 0: now, or not at all.
    """

    state: VideoState = VideoState.OPENING
    why: Message | None = None
    size: tuple[int, int] = (0, 0)
    fps: float = 0.0
    codec: str = ""
    retry: int = 0


class VideoPicture(msgspec.Struct, frozen=True):
    """One picture: 32 bits a pixel (blue, green, red, unused), rows without padding.

    Attributes:
        serial: counts up; at: when it came, wall clock, UTC us.
    """

    width: int
    height: int
    serial: int
    at: int
    data: bytes


class VideoWanted(msgspec.Struct, frozen=True):
    """What a viewer wants to see: a camera by its key, at the size that it is drawn at (px), as `privacy` lets it."""

    camera: str
    size: tuple[int, int]
    fps: float = 25.0
    privacy: Literal["open", "visitor", "named"] = "open"
