"""One stream in a thread of its own: opened, decoded, made ready, opened again when it ends. Nothing ends the thread
but that nobody wants the stream any more."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import av
import msgspec
from av import error as av_error

from cockpit.media.video.fence import within
from cockpit.media.video.memory import Memory
from cockpit.media.video.opening import HTTP, RTSP, check_size, host_of, open_stream
from cockpit.media.video.pace import Pace
from cockpit.media.video.picture import Finish
from cockpit.media.video.told import Stream
from cockpit.model.clock import SECOND, Clock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.videos import VideoSeen, VideoState

log = logging.getLogger(__name__)
RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)
REFUSED_SECONDS = 60.0
"""What can not be shown may have been set right meanwhile."""
CALM_SECONDS = 20.0
"""A stream that went so long is tried at once again."""
BLIND_SECONDS = 15.0
"""Data without a picture for so long: it begins anew."""
FIGURE_SECONDS = 2.0


class StreamThread:
    """
    Attributes:
        wanted: may be replaced while it runs, as long as its address is the same.
    """

    def __init__(
        self,
        wanted: Stream,
        memory: Memory,
        tell: Callable[[str, VideoSeen], None],
        gone: Callable[[str, int], None],
        clock: Clock,
    ) -> None:
        """
        Args:
            tell, gone: called on the thread; `gone` is its last act.
        """
        self.wanted = wanted
        self._memory, self._tell, self._gone, self._clock = memory, tell, gone, clock
        self._ending = threading.Event()
        self._finish = Finish()
        self._codec = ""
        self._size = (0, 0)
        self._thread = threading.Thread(target=self._run, name=f"video-{wanted.slot}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Asks it to end; a read that hangs is waited for by nobody."""
        self._ending.set()

    def _run(self) -> None:
        failures = 0
        try:
            while not self._ending.is_set():
                began = self._clock.mono()
                self._tell(self.wanted.id, VideoSeen(VideoState.OPENING, retry=0))
                state, why = self._once()
                if self._ending.is_set():
                    break
                failures = 0 if self._clock.mono() - began > CALM_SECONDS else failures + 1
                pause = RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]
                if state is VideoState.REFUSED:
                    pause = REFUSED_SECONDS
                retry = self._clock.now() + round(pause * SECOND)
                self._tell(self.wanted.id, VideoSeen(state, why, self._size, 0.0, self._codec, retry))
                self._ending.wait(pause)
        finally:
            self._gone(self.wanted.id, self.wanted.slot)

    def _once(self) -> tuple[VideoState, Message]:
        """One connection, to its end; why it ended."""
        try:
            with within(*host_of(self.wanted)), open_stream(self.wanted) as container:
                self._play(container)
            return VideoState.AWAY, Message("videos.ended")
        except UserError as error:
            return VideoState.REFUSED, error.message
        except CockpitError as error:
            return VideoState.AWAY, error.message
        except Exception as error:  # whatever a stream brings: it is tried again, and the others go on
            return explained(error)

    def _play(self, container: Any) -> None:
        video = container.streams.video[0]
        context = video.codec_context
        self._codec = context.name
        network = self.wanted.address.partition("://")[0].lower() in (*RTSP, *HTTP)
        figures = _Figures(self._clock.mono)
        last = self._clock.mono()
        while True:
            pace = Pace(self._clock.mono, live=network and not container.duration)
            pictures = 0
            for packet in container.demux(video):
                if self._ending.is_set():
                    return
                for frame in _decoded(packet):
                    last = self._clock.mono()
                    pictures += 1
                    self._take(frame, pace, figures)
                check_size(context.width, context.height)
                if self._clock.mono() - last > BLIND_SECONDS:
                    raise OutsideError("videos.no_picture")
            if network:
                return
            if not pictures:
                raise OutsideError("videos.no_picture")
            container.seek(0)  # a file begins again

    def _take(self, frame: Any, pace: Pace, figures: _Figures) -> None:
        check_size(frame.width, frame.height)
        at = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else None
        wait = pace.wait(at)
        if wait > 0 and self._ending.wait(wait):
            return
        self._size = (frame.width, frame.height)
        fps = figures.count()
        wanted = self.wanted
        if pace.shows(at, wanted.fps) and not self._ending.is_set():
            pixels = self._finish.pixels(frame, wanted.size, wanted.blur, wanted.masks)
            self._memory.write(wanted.slot, pixels, self._clock.now())
        if fps is not None:
            self._tell(wanted.id, VideoSeen(VideoState.LIVE, None, self._size, round(fps, 1), self._codec))


def _decoded(packet: Any) -> list[Any]:
    """Pictures of a packet; none of one that is damaged."""
    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []


class _Figures:
    """Pictures a second."""

    def __init__(self, mono: Callable[[], float]) -> None:
        self._mono = mono
        self._since = mono()
        self._count = 0
        self._first = True

    def count(self) -> float | None:
        """One more; the figure where it is to be told."""
        now = self._mono()
        self._count += 1
        if self._first:
            self._first = False
            self._since, self._count = now, 0
            return 0.0
        if now - self._since < FIGURE_SECONDS:
            return None
        fps = self._count / (now - self._since)
        self._since, self._count = now, 0
        return fps


def explained(error: Exception) -> tuple[VideoState, Message]:
    """What became of a stream, without its address: what FFmpeg says has user and password in it."""
    if isinstance(error, av_error.HTTPUnauthorizedError | av_error.HTTPForbiddenError):
        return VideoState.REFUSED, Message("videos.not_allowed")
    if isinstance(error, av_error.HTTPNotFoundError):
        return VideoState.AWAY, Message("videos.not_found")
    if isinstance(error, av_error.ExitError | TimeoutError):
        return VideoState.AWAY, Message("videos.silent")
    if isinstance(error, av_error.DecoderNotFoundError | av_error.DemuxerNotFoundError):
        return VideoState.REFUSED, Message("videos.unknown_codec")
    if isinstance(error, av_error.InvalidDataError):
        return VideoState.AWAY, Message("videos.damaged")
    if isinstance(error, ConnectionError | OSError):
        return VideoState.AWAY, Message("videos.unreachable")
    log.info("a stream ended with %s", type(error).__name__)
    return VideoState.AWAY, Message("videos.damaged")


def same_source(one: Stream, other: Stream) -> bool:
    """Whether they differ only in what may change while it runs; never between masked and not, whose pictures lie in
    slots of their own."""
    return msgspec.structs.replace(one, size=other.size, fps=other.fps) == other
