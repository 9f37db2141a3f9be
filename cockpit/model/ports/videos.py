"""The port of cameras' videos. All of it is called on the thread that ticks; nothing waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cockpit.model.messages import Message
from cockpit.model.videos import CameraGroup, CameraVideo, VideoPicture, VideoSeen, VideoWanted


class Videos(Protocol):
    """Videos of the city's cameras. What several viewers want is fetched and decoded once."""

    @property
    def problem(self) -> Message | None:
        """Why no video can be shown on this machine at all; None: it can."""
        ...

    @property
    def mistake(self) -> Message | None:
        """What is wrong where the site says where videos are; what was known before is still shown."""
        ...

    @property
    def groups(self) -> Sequence[CameraGroup]:
        """Groups of cameras that the site named."""
        ...

    def video(self, camera: str) -> CameraVideo | None:
        """Where a camera has its video; None: nobody said so."""
        ...

    def watch(self, viewer: object, wanted: Sequence[VideoWanted]) -> None:
        """All that a viewer wants to see from now on; () ends it. A viewer that is gone wants nothing any more."""
        ...

    def seen(self, wanted: VideoWanted) -> VideoSeen:
        """How the stream is doing."""
        ...

    def newest(self, wanted: VideoWanted, after: int = 0) -> VideoPicture | None:
        """The newest picture, also of a stream that is away now; None: there is none, it is not to be shown
        (REFUSED), or there is no other than the one with serial `after`."""
        ...
