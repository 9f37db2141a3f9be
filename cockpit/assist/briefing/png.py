"""Drawings as pictures, for documents that take no vectors."""

from __future__ import annotations

import io
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from cockpit.assist.briefing.drawing import FONTS, Box, Dot, Drawing, Lines, Points, Shape, Words
from cockpit.paths import assets_dir

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

DPI = 220
_FINER = 2
"""Drawn so many times larger, then made smaller: smooth edges."""
_DASH = (4.0, 3.0)


def png_of(drawing: Drawing) -> bytes:
    """The drawing on white, `DPI` pixels an inch."""
    from PIL import Image, ImageDraw

    scale = DPI / 72 * _FINER
    size = round(drawing.width * scale), round(drawing.height * scale)
    image = Image.new("RGB", size, "#FFFFFF")
    brush = ImageDraw.Draw(image)
    for item in drawing.items:
        match item:
            case Box(x, y, w, h, fill):
                brush.rectangle((x * scale, y * scale, (x + w) * scale, (y + h) * scale), fill=fill)
            case Lines():
                _line(brush, item, scale)
            case Shape(rings, fill, edge, width):
                points = [(x * scale, y * scale) for x, y in rings[0]]
                if len(points) > 2:
                    brush.polygon(points, fill=fill)
                for ring in rings if edge else ():
                    brush.line([(x * scale, y * scale) for x, y in ring], fill=edge, width=max(1, round(width * scale)))
            case Dot(x, y, r, fill, edge):
                box = ((x - r) * scale, (y - r) * scale, (x + r) * scale, (y + r) * scale)
                brush.ellipse(box, fill=fill, outline=edge or None, width=round(1.2 * scale) if edge else 0)
            case Words():
                _words(brush, item, scale)
    out = io.BytesIO()
    small = image.resize((max(1, size[0] // _FINER), max(1, size[1] // _FINER)), Image.Resampling.LANCZOS)
    small.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def _line(brush: ImageDraw, item: Lines, scale: float) -> None:
    width = max(1, round(item.width * scale))
    for piece in dashes(item.points) if item.dashed else [item.points]:
        brush.line([(x * scale, y * scale) for x, y in piece], fill=item.colour, width=width, joint="curve")


def dashes(points: Points) -> list[Points]:
    """A line cut into dashes."""
    found: list[Points] = []
    on, left = True, _DASH[0]
    run = [points[0]]
    for (ax, ay), (bx, by) in pairwise(points):
        long = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        gone = 0.0
        while long - gone > left:
            gone += left
            at = (ax + (bx - ax) * gone / long, ay + (by - ay) * gone / long)
            if on:
                found.append((*run, at))
            run = [at]
            on = not on
            left = _DASH[0 if on else 1]
        left -= long - gone
        run.append((bx, by))
    if on and len(run) > 1:
        found.append(tuple(run))
    return found


@lru_cache(maxsize=64)
def _font(bold: bool, pixels: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(assets_dir() / "fonts" / FONTS[bold]), pixels)


def _words(brush: ImageDraw, item: Words, scale: float) -> None:
    anchor = {"left": "ls", "middle": "ms", "right": "rs"}[item.anchor]
    font = _font(item.bold, round(item.size * scale))
    at, stroke = (item.x * scale, item.y * scale), round(1.1 * scale) if item.halo else 0
    brush.text(at, item.text, item.colour, font, anchor, stroke_width=stroke, stroke_fill=item.halo or None)
