"""Colours of themes and of styles of the map as plain text, for pages. No Qt."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from cockpit.paths import assets_dir

Rgb = list[int]
LEVELS = ("red", "orange", "yellow", "blue", "unknown")


class Tokens(msgspec.Struct, frozen=True):
    """Colours of one theme as #RRGGBB.

    Attributes:
        name: `dark` or `light`.
        plain: by name (`t1`, `red_fill`).
        map: the map's, by name (`land`, `road_main`, `road_main.case`).
        steps: alpha of the five steps of coloured areas, 0 to 1.
    """

    name: str
    plain: Mapping[str, str]
    map: Mapping[str, str]
    steps: tuple[float, ...]

    def level(self, level: int, part: str = "fill") -> str:
        """A level's colour: `fill`, `ink` on it, `text` or `tint`; anything that is no level is 未定级."""
        return self.plain[f"{LEVELS[level - 1] if 1 <= level <= 5 else LEVELS[4]}_{part}"]

    def rgb(self, name: str, alpha: float = 1.0) -> Rgb:
        """A colour of the map, else a plain one, as [red, green, blue, alpha], 0 to 255."""
        return rgb(self.map.get(name) or self.plain[name], alpha)


def rgb(text: str, alpha: float = 1.0) -> Rgb:
    """#RRGGBB as [red, green, blue, alpha], 0 to 255."""
    return [*bytes.fromhex(text[1:7]), round(255 * alpha)]


@lru_cache(maxsize=8)
def tokens(name: str, map_style: str = "") -> Tokens:
    """The theme of that name, with the map's style of that name (of the theme's own, if none is named)."""
    style: dict[str, Any] = {}
    for one in dict.fromkeys(("dark", map_style or name)):  # what a style does not name is as in the dark one
        for key, value in _file("mapstyles", one)["map"].items():
            below = style.get(key)
            style[key] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return tokens_of(name, _file("themes", "themes")[name], style)


def tokens_of(name: str, plain: Mapping[str, str], style: Mapping[str, Any]) -> Tokens:
    """Those of a theme that was read already.

    Args:
        style: the map's: a colour, or a table with `color` and others.
    """
    flat: dict[str, str] = {}
    for key, value in style.items():
        parts: Mapping[str, Any] = value if isinstance(value, Mapping) else {"color": value}
        flat |= {key if part == "color" else f"{key}.{part}": v for part, v in parts.items() if isinstance(v, str)}
    alpha = style.get("choropleth", {}).get("alpha", (0, 0.07, 0.14, 0.21, 0.29))
    return Tokens(name, dict(plain), flat, tuple(float(a) for a in alpha))


def _file(folder: str, name: str) -> dict[str, Any]:
    return tomllib.loads((assets_dir() / folder / f"{name}.toml").read_text(encoding="utf-8"))
