"""Symbols of events as SVG, the same as on the map: shape and colour tell the level, the pattern the kind, a tab the
sign."""

from __future__ import annotations

import math
import re
import tomllib
from functools import lru_cache

from cockpit.model.levels import Level
from cockpit.paths import assets_dir
from cockpit.share.tokens import Tokens

SIDE = 52
"""Side of a symbol's square in pixels at scale 1; its middle is the place."""
RADIUS = {1: 17.0, 2: 14.0, 3: 12.0, 4: 12.0, 5: 12.0}
_HALO = 2.0
_TAB, _TAB_AT = 16.0, (14.0, 13.0)
_PATTERN = 16.0
_MARK = re.compile(r"-?\d*\.?\d+")


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[str]]:
    text = (assets_dir() / "icons" / "patterns.toml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = tomllib.loads(text)
    return found


def _stroke(line: str, ink: str) -> str:
    """One stroke of the path language of the icons as an SVG element."""
    filled = line.startswith("*")
    body = line.lstrip("*").strip()
    paint = f'fill="{ink}" stroke="none"' if filled else ""
    numbers = _MARK.findall(body)
    if body.startswith("O"):
        return f'<circle cx="{numbers[0]}" cy="{numbers[1]}" r="{numbers[2]}" {paint}/>'
    if body.startswith("R"):
        x, y, w, h, r = numbers[:5]
        return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" {paint}/>'
    return f'<path d="{body}" {paint}/>'


def _regular(corners: int, radius: float) -> str:
    turn = [2 * math.pi * i / corners for i in range(corners)]
    return " ".join(f"{radius * math.cos(a):.2f},{radius * math.sin(a):.2f}" for a in turn)


def _shape(level: int, radius: float, paint: str) -> str:
    """Ⅰ diamond, Ⅱ hexagon, Ⅲ rounded square, Ⅳ and 未定级 circle."""
    if level == Level.RED:
        return f'<polygon points="{_regular(4, radius)}" {paint}/>'
    if level == Level.ORANGE:
        return f'<polygon points="{_regular(6, radius / math.cos(math.pi / 6))}" {paint}/>'
    if level == Level.YELLOW:
        side = 2 * radius
        return f'<rect x="{-radius}" y="{-radius}" width="{side}" height="{side}" rx="{radius / 4}" {paint}/>'
    return f'<circle r="{radius}" {paint}/>'


def _bars(level: int, size: float, color: str) -> str:
    """The sign Ⅰ Ⅱ Ⅲ Ⅳ or – as filled bars around (0, 0): no font draws it this evenly, and none is needed."""
    height, wide = size * 0.44, max(1.0, size * 0.08)

    def bar(x: float) -> str:
        return f"M{x - wide / 2:.2f},{-height / 2:.2f}h{wide:.2f}v{height:.2f}h{-wide:.2f}Z"

    if level in (1, 2, 3):
        path = "".join(bar((i - (level - 1) / 2) * size * 0.175) for i in range(level))
    elif level == Level.BLUE:
        left, right, half, top, foot = -size * 0.1, size * 0.24, wide * 0.55, -height / 2, height / 2
        mid = (left + right) / 2
        path = bar(-size * 0.21) + (
            f"M{left:.2f},{top:.2f}L{left + 2 * half:.2f},{top:.2f}L{mid:.2f},{foot - size * 0.1:.2f}"
            f"L{right - 2 * half:.2f},{top:.2f}L{right:.2f},{top:.2f}L{mid + half:.2f},{foot:.2f}"
            f"L{mid - half:.2f},{foot:.2f}Z"
        )
    else:
        path = f"M{-size * 0.17:.2f},{-wide / 2:.2f}h{size * 0.34:.2f}v{wide:.2f}h{-size * 0.34:.2f}Z"
    return f'<path d="{path}" fill="{color}"/>'


def event_group(level: int, pattern: str, look: Tokens) -> str:
    """The symbol around (0, 0), `SIDE` wide, as an SVG group; an unknown pattern is drawn as `other`."""
    level = level if 1 <= level <= 5 else int(Level.UNKNOWN)
    radius = RADIUS[level]
    known = _patterns()
    ink = look.level(level, "ink")
    strokes = "".join(_stroke(line, ink) for line in known.get(pattern) or known["other"])
    half, grid = _PATTERN / 2, _PATTERN / 24
    x, y = _TAB_AT
    text = look.level(level, "text")
    return (
        "<g>"
        + _shape(level, radius, f'fill="{look.map["land"]}" stroke="{look.map["land"]}" stroke-width="{2 * _HALO}"')
        + _shape(level, radius, f'fill="{look.level(level)}"')
        + f'<g transform="translate({-half} {-half}) scale({grid:.4f})" fill="none" stroke="{ink}" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{strokes}</g>'
        + f'<g transform="translate({x} {y})"><rect x="{-_TAB / 2}" y="{-_TAB / 2}" width="{_TAB}" height="{_TAB}" '
        f'rx="3" fill="{look.plain["s1"]}" stroke="{text}"/>{_bars(level, _TAB * 1.2, text)}</g>' + "</g>"
    )


def badge_svg(level: int, size: int, look: Tokens) -> str:
    """The severity badge: a filled square with the sign."""
    level = level if 1 <= level <= 5 else int(Level.UNKNOWN)
    return (
        f'<svg width="{size}" height="{size}" viewBox="{-size / 2} {-size / 2} {size} {size}" aria-hidden="true">'
        f'<rect x="{-size / 2}" y="{-size / 2}" width="{size}" height="{size}" rx="{min(4.0, size / 6):.1f}" '
        f'fill="{look.level(level)}"/>{_bars(level, size, look.level(level, "ink"))}</svg>'
    )


def atlas(symbols: list[tuple[int, str]], look: Tokens, scale: int = 2) -> tuple[str, dict[str, dict[str, int]]]:
    """One SVG with all symbols in rows of twelve, and where each is: {"1-water": {x, y, width, height}}, pixels."""
    across = min(len(symbols), 12) or 1
    down = -(-len(symbols) // across) or 1
    side = SIDE * scale
    where: dict[str, dict[str, int]] = {}
    parts = []
    for i, (level, pattern) in enumerate(symbols):
        x, y = i % across * side, i // across * side
        where[f"{level}-{pattern}"] = {
            "x": x, "y": y, "width": side, "height": side, "anchorX": side // 2, "anchorY": side // 2,
        }  # fmt: skip
        group = event_group(level, pattern, look)
        parts.append(f'<g transform="translate({x + side / 2} {y + side / 2}) scale({scale})">{group}</g>')
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across * side}" height="{down * side}">{"".join(parts)}</svg>'
    )
    return svg, where
