"""A decoded picture made into what is shown: scaled to the size that is drawn, masked, or made unrecognisable."""

from __future__ import annotations

import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from cockpit.media.video.memory import DEPTH, Pixels
from cockpit.media.video.told import BLURRED
from cockpit.model.videos import Box

FORMAT = "bgr0"
MASK_BLOCK = 0.125
"""A masked part is left in blocks of an eighth of it at the least."""


class Finish:
    """Of one stream: keeps its scalers, since to make one takes longer than to use it."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()
        self._shrinker = VideoReformatter()

    def pixels(self, frame: VideoFrame, size: tuple[int, int], blur: bool, masks: tuple[Box, ...]) -> Pixels:
        """The picture as it is shown; it may be a view of memory that goes with the next one.

        Args:
            size: px that it is to fit into; it keeps its shape and is never enlarged.

        Raises:
            ValueError, av.FFmpegError: it can not be scaled.
        """
        width, height = fitted(frame.width, frame.height, size)
        if blur:
            long = max(frame.width, frame.height)
            small = max(2, frame.width * BLURRED // long), max(2, frame.height * BLURRED // long)
            frame = self._shrinker.reformat(
                frame, small[0], small[1], FORMAT, interpolation=Interpolation.AREA, threads=1
            )
        scaled = self._scaler.reformat(
            frame, width, height, FORMAT, interpolation=Interpolation.FAST_BILINEAR, threads=1
        )
        plane = scaled.planes[0]
        rows: Pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        picture = rows[:height, : width * DEPTH].reshape(height, width, DEPTH) if rows.size else rows
        if not masks or blur:
            return picture
        masked = picture.copy()
        for mask in masks:
            _mask(masked, mask)
        return masked


def fitted(width: int, height: int, size: tuple[int, int]) -> tuple[int, int]:
    """A picture's width and height where it is to fit into `size`, even, never enlarged.

    Raises:
        ValueError: it has none.
    """
    if width < 1 or height < 1:
        raise ValueError("an empty picture")
    scale = min(size[0] / width, size[1] / height, 1.0)
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)


def _mask(picture: Pixels, box: Box) -> None:
    """Leaves of a part of the picture only the mean of large blocks."""
    height, width = picture.shape[:2]
    left, top = int(max(box[0], 0.0) * width), int(max(box[1], 0.0) * height)
    right, foot = (
        min(width, int(np.ceil((box[0] + box[2]) * width))),
        min(height, int(np.ceil((box[1] + box[3]) * height))),
    )
    if right <= left or foot <= top:
        return
    block = max(int(max(right - left, foot - top) * MASK_BLOCK), 8)
    for y in range(top, foot, block):
        for x in range(left, right, block):
            part = picture[y : min(y + block, foot), x : min(x + block, right)]
            part[:] = part.mean((0, 1), dtype=np.float32).astype(np.uint8)
