"""Drawings of a briefing as shapes, which become vectors in a PDF and a picture in a DOCX. Points (1/72 in), y down."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import msgspec

from cockpit.paths import assets_dir

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Points = tuple[tuple[float, float], ...]
FONTS = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")
_MEASURED_AT = 100


class Box(msgspec.Struct, frozen=True, tag="box"):
    """A filled rectangle; `link`: where a click on it leads."""

    x: float
    y: float
    w: float
    h: float
    fill: str
    link: str = ""


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    points: Points
    colour: str
    width: float = 0.6
    dashed: bool = False


class Shape(msgspec.Struct, frozen=True, tag="shape"):
    """A polygon; the first ring is its outline, the others holes."""

    rings: tuple[Points, ...]
    fill: str
    edge: str = ""
    width: float = 0.4


class Dot(msgspec.Struct, frozen=True, tag="dot"):
    x: float
    y: float
    r: float
    fill: str
    edge: str = ""


class Words(msgspec.Struct, frozen=True, tag="words"):
    """One line; y is its base line. `halo`: the colour around the letters, "" none."""

    x: float
    y: float
    text: str
    size: float = 8.0
    colour: str = "#15202A"
    bold: bool = False
    anchor: Literal["left", "middle", "right"] = "left"
    link: str = ""
    halo: str = ""


Item = Box | Lines | Shape | Dot | Words


class Drawing(msgspec.Struct, frozen=True):
    """`says`: what it shows, in a sentence, for who can not see it."""

    width: float
    height: float
    items: tuple[Item, ...]
    says: str = ""


@lru_cache(maxsize=2)
def _font(bold: bool) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(assets_dir() / "fonts" / FONTS[bold]), _MEASURED_AT)


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of the shipped font is, points."""
    return float(_font(bold).getlength(text)) * size / _MEASURED_AT


def cut(text: str, room: float, size: float, bold: bool = False) -> str:
    """As much of it as there is room for, with an ellipsis where it is cut."""
    if width_of(text, size, bold) <= room:
        return text
    while text and width_of(text + "…", size, bold) > room:
        text = text[:-1]
    return text + "…"
