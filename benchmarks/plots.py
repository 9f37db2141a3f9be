"""What the plots of the manual share: a sheet of SVG in the light theme's colours, and their command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

FOLDER = Path(__file__).resolve().parent
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 880, 480, 70, 190, 46, 56


def sheet(title: str, under: str) -> list[str]:
    """The beginning of a plot.

    Args:
        under: what the horizontal axis counts.
    """
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="Noto Sans SC">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#FAFBFC"/>',
        text(LEFT, 26, title, 15, "#15202A"),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, under, 12, "#3D4C59", "middle"),
    ]


def text(x: float, y: float, words: str, px: int, color: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{px}" fill="{color}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def level(y: float, words: str) -> list[str]:
    """A line of the grid, and what it stands for."""
    return [
        f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#D5DDE4"/>',
        text(LEFT - 8, y + 4, words, 11, "#526270", "end"),
    ]


def tick(x: float, words: str) -> str:
    return text(x, HEIGHT - FOOT + 20, words, 11, "#526270", "middle")


def aim(y: float) -> str:
    return f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#526270" stroke-dasharray="4 3"/>'


def main(about: str | None, measure: Callable[[Path], None], draw: Callable[[Any], str], figures: str) -> None:
    """`measure --out FILE` and `draw --from FILE --out SVG`.

    Args:
        figures: name of the file in this folder that `draw` reads where none is given.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("measure", "draw"))
    parser.add_argument("--from", dest="source", type=Path, default=FOLDER / figures)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.what == "measure":
        measure(given.out)
    else:
        given.out.write_text(draw(json.loads(given.source.read_text("utf-8"))), encoding="utf-8")
