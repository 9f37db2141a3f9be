"""The four levels 红橙黄蓝 = Ⅰ Ⅱ Ⅲ Ⅳ = Extreme Severe Moderate Minor; Unknown 未定级 sorts last."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4
    UNKNOWN = 5

    @property
    def sign(self) -> str:
        """The sign that always stands with the colour."""
        return ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "–")[self - 1]

    @property
    def token(self) -> str:
        """Name of the colour in the theme."""
        return ("red", "orange", "yellow", "blue", "unknown")[self - 1]


CAP_SEVERITY = {
    "Extreme": Level.RED,
    "Severe": Level.ORANGE,
    "Moderate": Level.YELLOW,
    "Minor": Level.BLUE,
    "Unknown": Level.UNKNOWN,
}
