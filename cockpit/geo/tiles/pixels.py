"""Raster tiles to pixels, in the tone of the map's style. Runs in the worker process: what comes in is hostile."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.geo.tiles.made import Pixels

SIDES = (16, 1024)
"""Pixels that a tile may have on a side."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
Floats = NDArray[np.float32]


def decode(pictures: Sequence[bytes], tone: tuple[float, float, float]) -> Pixels:
    """Args:
        pictures: of one place, the lowest first; those above may be empty.
        tone: brightness (below 0: light and dark exchanged), contrast, saturation.

    Raises:
        ValueError: the first is no picture of a tile.
    """
    from PIL import Image, UnidentifiedImageError

    bomb = Image.DecompressionBombError
    whole: Image.Image | None = None
    for data in pictures:
        if not data and whole is not None:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                opened = Image.open(io.BytesIO(data), formats=FORMATS)
                if not all(SIDES[0] <= side <= SIDES[1] for side in opened.size):
                    raise ValueError("a size that no tile has")
                picture = opened.convert("RGBA")
        except (UnidentifiedImageError, OSError, SyntaxError, EOFError, MemoryError, Warning, TypeError, bomb) as error:
            raise ValueError("no picture, or a damaged one") from error
        if whole is None:
            whole = picture
        else:
            if picture.size != whole.size:
                picture = picture.resize(whole.size)
            whole = Image.alpha_composite(whole, picture)
    if whole is None:
        raise ValueError("no picture")
    pixels = np.asarray(whole)
    toned = _toned(pixels[..., :3].astype(np.float32), tone)
    alpha = pixels[..., 3:].astype(np.float32) / 255
    out = np.concatenate([toned * alpha + 0.5, pixels[..., 3:]], axis=2).astype(np.uint8)
    return Pixels(whole.width, whole.height, out.tobytes())


def _toned(rgb: Floats, tone: tuple[float, float, float]) -> Floats:
    brightness, contrast, saturation = tone
    if (brightness, contrast, saturation) == (1.0, 1.0, 1.0):
        return rgb
    light = (rgb @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    color = (rgb - light) * saturation
    if brightness < 0:
        light = 255 - light
    light = ((light - 128) * contrast + 128) * abs(brightness)
    return np.clip(light + color * min(abs(brightness), 1.0), 0, 255).astype(np.float32)
