"""A recording of a mix, both sides in one: written by a thread, for a disk may be slow and the mixer never waits."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from cockpit.media.opus import FRAME, RATE, TIME_BASE
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
BEHIND = 1500
"""Frames (30 s) that wait for the disk before the recording gives up."""
MOST_SECONDS = 4 * 3600
BIT_RATE = 24_000


class Recorder:
    """Writes to `<path>.part`, which becomes `path` once it is whole.

    Attributes:
        seconds: that were taken.
    """

    def __init__(self, path: Path, ended: Callable[[float, Message | None], None]) -> None:
        """
        Args:
            ended: called on the loop once the file is whole, or why it is not.

        Raises:
            OSError: the folder can not be made.
        """
        self.seconds = 0.0
        self.path = path
        self._ended = ended
        self._queue: queue.Queue[NDArray[np.int16] | None] = queue.Queue(BEHIND)
        self._loop = asyncio.get_running_loop()
        self._stopped = False
        self._left_out = False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def take(self, pcm: NDArray[np.int16]) -> None:
        """A frame of the mix."""
        if self._stopped:
            return
        try:
            self._queue.put_nowait(pcm)
            self.seconds += len(pcm) / RATE
        except queue.Full:
            self._left_out = True
            self.stop()
        if self.seconds >= MOST_SECONDS:
            self.stop()

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            while True:
                try:
                    self._queue.put_nowait(None)
                    return
                except queue.Full:
                    self._queue.get_nowait()

    def join(self) -> None:
        """Until the file is whole; not on the loop."""
        self._thread.join(10.0)

    def _run(self) -> None:
        part = self.path.with_name(self.path.name + ".part")
        why: Message | None = None
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"):
                pass
            (self._write_ogg if self.path.suffix == ".ogg" else self._write_wave)(part)
            with open(part, "rb") as whole:
                os.fsync(whole.fileno())
            os.replace(part, self.path)
            if self._left_out:
                why = Message("media.record_slow")
        except (OSError, av.FFmpegError, wave.Error) as error:
            log.info("a recording ended: %s", error)
            why = Message("media.record_failed", {"why": getattr(error, "strerror", None) or str(error)})
            self._stopped = True
        try:
            self._loop.call_soon_threadsafe(self._ended, self.seconds, why)
        except RuntimeError:  # the loop has ended
            return

    def _write_wave(self, part: Path) -> None:
        with wave.open(str(part), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            while (pcm := self._queue.get()) is not None:
                file.writeframes(pcm.astype("<i2").tobytes())

    def _write_ogg(self, part: Path) -> None:
        with av.open(str(part), "w", format="ogg") as file:
            stream = file.add_stream("libopus", rate=RATE, layout="mono")
            stream.bit_rate = BIT_RATE
            stream.time_base = TIME_BASE
            at = 0
            while (pcm := self._queue.get()) is not None:
                frame = av.AudioFrame.from_ndarray(pcm[np.newaxis], format="s16", layout="mono")
                frame.sample_rate = RATE
                frame.pts = at
                frame.time_base = TIME_BASE
                at += FRAME
                file.mux(stream.encode(frame))
            if at:
                file.mux(stream.encode(None))
