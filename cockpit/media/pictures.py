"""Pictures of legs and of the own camera: the newest of each as RGB in the shared memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from cockpit.media.frames import MAX_PIXELS, SLOTS, Frames
from cockpit.media.told import LegPictures, MediaEvent
from cockpit.model.time_limit import time_limit

log = logging.getLogger(__name__)
AT_MOST = 1 / 15
"""Seconds between two pictures of a leg that are shown."""
SILENT = 5.0
"""Seconds after which pictures that stopped are told as ended."""


class Pictures:
    """Lives on the process's loop; pictures are converted in threads."""

    def __init__(self, frames: Frames | None, tell: Callable[[MediaEvent], None]) -> None:
        self._frames = frames
        self._tell = tell
        self._slots: dict[str, int] = {}
        self._told: set[int] = set()

    async def show(self, leg: str, track: MediaStreamTrack) -> None:
        """Shows what comes from a track until it ends."""
        newest: list[av.VideoFrame] = []
        came = asyncio.Event()
        reading = asyncio.ensure_future(_read(track, newest, came))
        loop = asyncio.get_running_loop()
        try:
            while not reading.done():
                try:
                    async with time_limit(SILENT):
                        await came.wait()
                except TimeoutError:
                    self.end(leg)
                    continue
                came.clear()
                if newest:
                    due = loop.time() + AT_MOST
                    await self.put(leg, newest.pop())
                    newest.clear()
                    await asyncio.sleep(max(due - loop.time(), 0))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            self.end(leg)

    async def put(self, leg: str, frame: av.VideoFrame) -> None:
        """One picture; of a size that nobody can show it is left out."""
        if self._frames is None:
            return
        try:
            width, height, data = await asyncio.to_thread(_rgb, frame)
        except (av.FFmpegError, ValueError, MemoryError) as error:
            log.info("a picture of %s is left out: %s", leg, error)
            return
        slot = self._slots.get(leg)
        if slot is None:
            free = sorted(set(range(SLOTS)) - set(self._slots.values()))
            if not free:
                return
            slot = self._slots[leg] = free[0]
        self._frames.write(slot, width, height, data)
        if slot not in self._told:
            self._told.add(slot)
            self._tell(LegPictures(leg, True, slot))

    def end(self, leg: str) -> None:
        """No pictures come from there any more."""
        slot = self._slots.pop(leg, None)
        if slot is not None and self._frames is not None:
            self._told.discard(slot)
            self._frames.clear(slot)
            self._tell(LegPictures(leg, False, slot))


async def _read(track: MediaStreamTrack, newest: list[av.VideoFrame], came: asyncio.Event) -> None:
    try:
        while True:
            frame = await track.recv()
            if isinstance(frame, av.VideoFrame):
                newest[:] = [frame]
                came.set()
    except MediaStreamError:
        came.set()


def _rgb(frame: av.VideoFrame) -> tuple[int, int, bytes]:
    """Width, height and rows of a picture, made smaller where it is larger than what is shown."""
    width, height = frame.width, frame.height
    if width < 1 or height < 1:
        raise ValueError("an empty picture")
    if width * height > MAX_PIXELS:
        shrink = (MAX_PIXELS / (width * height)) ** 0.5
        width, height = max(int(width * shrink) // 2 * 2, 2), max(int(height * shrink) // 2 * 2, 2)
    rgb = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    return width, height, np.ascontiguousarray(rgb).tobytes()
