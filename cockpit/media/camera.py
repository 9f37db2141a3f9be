"""The desk's own camera: opened while somebody is shown its picture, read in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import logging
import threading
from pathlib import Path

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from cockpit.media.pictures import Pictures
from cockpit.model.errors import OutsideError

log = logging.getLogger(__name__)
SIZE = "640x360"
RATE = 15
_TIME_BASE = fractions.Fraction(1, 90_000)


def found() -> str:
    """The first camera of this machine, "" none."""
    with contextlib.suppress(OSError):
        devices = sorted(Path("/dev").glob("video*"))
        return str(devices[0]) if devices else ""
    return ""


class CameraTrack(MediaStreamTrack):
    """Our picture on its way to one leg: always the newest."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._newest: asyncio.Queue[av.VideoFrame | None] = asyncio.Queue()

    def push(self, frame: av.VideoFrame | None) -> None:
        while not self._newest.empty():
            self._newest.get_nowait()
        self._newest.put_nowait(frame)

    async def recv(self) -> av.VideoFrame:
        frame = await self._newest.get()
        if frame is None:
            raise MediaStreamError
        return frame

    def stop(self) -> None:
        super().stop()
        self.push(None)


class Camera:
    """Open while somebody is in `tracks`.

    Attributes:
        tracks: by leg, whom it is sent to; "" it is shown to ourselves.
    """

    def __init__(self, device: str, pictures: Pictures) -> None:
        """
        Args:
            device: `/dev/video0`, or an address or file that FFmpeg opens (a camera of the network); "" the first.
        """
        self.tracks: dict[str, CameraTrack] = {}
        self._device = device
        self._pictures = pictures
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._showing: asyncio.Task[None] | None = None

    async def add(self, leg: str, track: CameraTrack) -> None:
        """Sends it to one more, or ("") shows it to ourselves.

        Raises:
            OutsideError: there is none, or another program has it.
        """
        if self._thread is None or not self._thread.is_alive():
            await self._open()
        self.tracks[leg] = track

    async def drop(self, leg: str) -> None:
        """No longer; the last one closes it."""
        if self.tracks.pop(leg, None) is not None and not self.tracks:
            await self.close()

    async def close(self) -> None:
        self.tracks.clear()
        self._ending.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 5.0)
            self._thread = None
        self._pictures.end("")

    async def _open(self) -> None:
        device = self._device or found()
        if not device:
            raise OutsideError("media.no_camera")
        try:
            opened = await asyncio.to_thread(_open, device)
        except (av.FFmpegError, OSError, ValueError, IndexError) as error:
            raise OutsideError("media.camera_busy", device=device) from error
        self._ending = threading.Event()
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, args=(opened, self._ending, loop), name="camera", daemon=True)
        self._thread.start()

    def _run(
        self, opened: av.container.InputContainer, ending: threading.Event, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Thread of the camera: reads it, at most `RATE` pictures a second."""
        live = self._device.startswith("/dev/") or "://" in self._device or not self._device
        with opened:
            while not ending.is_set():
                try:
                    for frame in opened.decode(video=0):
                        if ending.is_set():
                            break
                        loop.call_soon_threadsafe(self._take, frame)
                        if not live:
                            ending.wait(1 / RATE)  # a file has no beat of its own
                    if live:
                        break
                    opened.seek(0)
                except (av.FFmpegError, ValueError) as error:
                    log.info("the camera ended: %s", error)
                    break
                except RuntimeError:  # the loop has ended
                    break

    def _take(self, frame: av.VideoFrame) -> None:
        pts = int(asyncio.get_running_loop().time() * 90_000)
        sent = frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
        sent.pts = pts
        sent.time_base = _TIME_BASE
        for track in self.tracks.values():
            track.push(sent)
        if self._showing is None or self._showing.done():
            self._showing = asyncio.ensure_future(self._pictures.put("", sent))


def _open(device: str) -> av.container.InputContainer:
    if device.startswith("/dev/"):
        return av.open(device, "r", format="v4l2", options={"video_size": SIZE, "framerate": str(RATE)}, timeout=5.0)
    return av.open(device, "r", timeout=5.0)
