"""`ports.videos.Videos` of a seat: which streams its viewers want together, and the process that brings them. No Qt."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import weakref
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.model.videos import (
    BookReply,
    BookWanted,
    CameraGroup,
    CameraVideo,
    VideoBook,
    VideoPicture,
    VideoSeen,
    VideoState,
    VideoWanted,
)
from cockpit.seat.seat import Seat
from cockpit.secrets import secret_at_hub

if TYPE_CHECKING:
    from cockpit.feeds.sources._secrets import Secrets
    from cockpit.media.video.client import VideoProcess
    from cockpit.media.video.told import Stream

KEPT = "videos"
"""Name of the book in the seat's cache."""
ASK_SECONDS = 30.0
SOON_SECONDS = 2.0
MOST_BOOK = 200_000_000
"""Bytes of a book when it is unpacked."""
_UNKNOWN = VideoSeen(VideoState.AWAY, Message("videos.unknown"))
_HIDDEN = VideoSeen(VideoState.REFUSED, Message("videos.hidden"))
_OPENING = VideoSeen()


class LiveVideos:
    """`ports.videos.Videos`. To be made before `seat.start`; called on the thread that ticks.

    Attributes:
        mistake: what the hub last said is wrong in the file that says where videos are; the book before it holds.
    """

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._book = VideoBook()
        self._version = ""
        self.mistake: Message | None = None
        self._asked = float("-inf")
        self._cameras: dict[str, CameraVideo] = {}
        self._sources: dict[str, CameraVideo | None] = {}
        self._idents: dict[tuple[str, bool], str] = {}
        self._viewers: dict[int, tuple[weakref.ref[object], tuple[VideoWanted, ...]]] = {}
        self._streams: dict[str, tuple[CameraVideo, tuple[int, int], float, bool]] = {}
        self._process: VideoProcess | None = None
        self._over = False
        self._no_secret: dict[str, Message] = {}
        seat.companions.append(self._living)
        kept = seat.cache.meta(KEPT)
        if kept:
            with contextlib.suppress(msgspec.MsgspecError, ValueError):  # of another version: the hub's is asked for
                self._take(from_msgpack(base64.b64decode(kept), type=VideoBook))

    # -- the port --------------------------------------------------------------------------------------------------

    @property
    def problem(self) -> Message | None:
        from cockpit.media.video.client import missing

        why = missing() or (Message("videos.not_in_replay") if self._seat.looks_back else None)
        if why is None:
            self._ask()  # who is told of a mistake looks here alone, and is to see it mended
        known = self._book.sources or self._book.cameras
        return why or (None if known else self.mistake)

    @property
    def groups(self) -> Sequence[CameraGroup]:
        self._ask()
        return self._book.groups

    def video(self, camera: str) -> CameraVideo | None:
        self._ask()
        found = self._cameras.get(camera)
        if found is None and camera not in self._sources:
            feed = camera.partition("/")[0]
            source = next((one for one in self._book.sources if one.feed == feed), None)
            self._sources[camera] = source.of(camera) if source is not None else None
        return found or self._sources[camera]

    def watch(self, viewer: object, wanted: Sequence[VideoWanted]) -> None:
        if wanted:
            self._ask()
        known = self._viewers.get(id(viewer))
        if (known[1] if known is not None else ()) == tuple(wanted):
            return
        if wanted:
            self._viewers[id(viewer)] = weakref.ref(viewer, partial(self._left, id(viewer))), tuple(wanted)
        else:
            del self._viewers[id(viewer)]
        self._want()

    def _left(self, number: int, ref: object) -> None:
        """A viewer is gone, on whatever thread its memory was taken."""

        def forget() -> None:
            known = self._viewers.get(number)
            if known is not None and known[0] is ref:
                del self._viewers[number]
                self._want()

        self._seat.later(forget)

    def seen(self, wanted: VideoWanted) -> VideoSeen:
        video = self.video(wanted.camera)
        if video is None:
            return _UNKNOWN if self.mistake is None else VideoSeen(VideoState.AWAY, self.mistake)
        return _HIDDEN if _hides(video, wanted) else self._of_stream(self._ident(video, wanted))

    def _of_stream(self, ident: str) -> VideoSeen:
        if ident in self._no_secret:
            return VideoSeen(VideoState.REFUSED, self._no_secret[ident])
        process = self._process
        return process.seen.get(ident, _OPENING) if process is not None else _OPENING

    def newest(self, wanted: VideoWanted, after: int = 0) -> VideoPicture | None:
        video, process = self.video(wanted.camera), self._process
        if video is None or process is None or self._over or _hides(video, wanted):
            return None
        ident = self._ident(video, wanted)
        return None if self._of_stream(ident).state is VideoState.REFUSED else process.read(ident, after)

    def _ident(self, video: CameraVideo, wanted: VideoWanted) -> str:
        """Of a stream: its camera, where it is, and what is done to its picture."""
        blurs = _blurs(video, wanted)
        known = self._idents.get((video.key, blurs))
        if known is None:
            parts = (video.key, video.address, video.user, video.secret, video.transport, video.masks, blurs)
            known = self._idents[video.key, blurs] = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
        return known

    # -- what all viewers want together ----------------------------------------------------------------------------

    def _want(self) -> None:
        streams: dict[str, tuple[CameraVideo, tuple[int, int], float, bool]] = {}
        for wanted in (one for _, several in self._viewers.values() for one in several):
            video = self.video(wanted.camera)
            if video is None or _hides(video, wanted):
                continue
            ident = self._ident(video, wanted)
            size, fps = wanted.size, wanted.fps
            if ident in streams:
                _, known, others, _ = streams[ident]
                size, fps = (max(size[0], known[0]), max(size[1], known[1])), max(fps, others)
            streams[ident] = video, size, fps, _blurs(video, wanted)
        if streams != self._streams:
            self._streams = streams
            self._seat.on_io(lambda: self._hand_over(streams))

    def _hand_over(self, streams: dict[str, tuple[CameraVideo, tuple[int, int], float, bool]]) -> None:
        """On the I/O thread: puts the secrets in and tells the process."""
        from cockpit.feeds.sources._secrets import Secrets
        from cockpit.media.video.client import VideoProcess
        from cockpit.media.video.told import Stream

        if self._over:
            return
        profile = self._seat.folder.parent
        secrets = Secrets(lambda name: secret_at_hub(name, profile))
        made: list[Stream] = []
        missing: dict[str, Message] = {}
        for ident, (video, size, fps, blur) in streams.items():
            try:
                address = _signed_in(video, secrets)
            except OutsideError as error:
                missing[ident] = error.message
                continue
            made.append(Stream(ident, -1, address, size, fps, video.transport, blur, video.masks))
        self._no_secret = missing
        if self._process is None and made:
            self._process = VideoProcess(profile / "logs" / "video.log", self._seat.live.base)
        if self._process is not None:
            self._process.want(made)

    @contextlib.asynccontextmanager
    async def _living(self) -> AsyncIterator[None]:
        """As long as the I/O thread, with which the kernel ends the process too."""
        try:
            yield
        finally:
            self._over = True
            process, self._process = self._process, None
            if process is not None:
                await process.stop()

    # -- the book --------------------------------------------------------------------------------------------------

    def _take(self, book: VideoBook) -> None:
        self._book = book
        self._cameras = {one.key: one for one in book.cameras}
        self._sources.clear()
        self._idents.clear()

    def _ask(self) -> None:
        """Whether the hub has another book is asked now and then, while something is to be seen."""
        now = self._seat.live.mono()
        if now - self._asked < ASK_SECONDS:
            return
        self._asked = now

        def told(reply: BookReply | Message) -> None:
            if isinstance(reply, Message):
                self._asked = now - ASK_SECONDS + SOON_SECONDS
                if reply.id.startswith(("packs.", "videos.")):  # the file is wrong; else the hub is only away
                    self._tell(reply)
                return
            self._tell(None)
            if self._no_secret:  # one may have been put there meanwhile
                self._seat.on_io(lambda: self._hand_over(self._streams))
            if reply.data:
                self._version = reply.version
                self._unpack(reply.data)

        self._seat.ask("videos", BookWanted(self._version), BookReply, told)

    def _tell(self, mistake: Message | None) -> None:
        if mistake != self.mistake:
            self.mistake = mistake
            self._seat.changed("video")

    def _unpack(self, data: bytes) -> None:
        from cockpit.store.unzipped import unzipped

        raw = unzipped(data, MOST_BOOK)
        self._take(from_msgpack(raw, type=VideoBook))
        self._seat.cache.put_meta(KEPT, base64.b64encode(raw).decode())
        self._want()
        self._seat.changed("video")


def _hides(video: CameraVideo, wanted: VideoWanted) -> bool:
    return wanted.privacy == "visitor" and video.visitor == "hide"


def _blurs(video: CameraVideo, wanted: VideoWanted) -> bool:
    return wanted.privacy == "visitor" and video.visitor == "blur"


def _signed_in(video: CameraVideo, secrets: Secrets) -> str:
    """The address with what one signs in with.

    Raises:
        OutsideError: a secret is not there.
    """
    address = secrets.fill(video.address)
    if not video.user and not video.secret:
        return address
    password = secrets.fill(video.secret) if video.secret else ""
    parts = urlsplit(address)
    signed = quote(video.user, safe="") + (f":{quote(password, safe='')}" if password else "")
    return urlunsplit(parts._replace(netloc=f"{signed}@{parts.netloc}"))
