"""Milliseconds a frame against the number of moving points, ours and three other libraries, as a plot for the manual.

python -m benchmarks.map_plot measure --out benchmarks/map_speed.json     some minutes
python -m benchmarks.map_plot draw --from benchmarks/map_speed.json --out docs/pictures/map-speed.svg
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from benchmarks.bench_map import AT_1080P, ours, peer
from benchmarks.plots import FOOT, HEIGHT, LEFT, RIGHT, TOP, WIDTH, aim, level, main, sheet, text, tick
from cockpit.model.clock import SystemClock, local

COUNTS = (1_000, 10_000, 100_000, 1_000_000, 3_000_000)
MOST = {"vispy": 1_000_000, "pyqtgraph": 1_000_000, "deckgl": 1_000_000}
"""Where a peer takes so long for a frame that more tells nothing."""
NAMES = {
    "cockpit": "驾驶舱（无 GPU）",
    "vispy": "vispy Markers",
    "pyqtgraph": "pyqtgraph",
    "deckgl": "deck.gl (WebEngine)",
}
COLORS = {"cockpit": "#0A6E61", "vispy": "#1B5BAE", "pyqtgraph": "#984605", "deckgl": "#B7211A"}
GLASS = 33.3
"""Milliseconds of a frame at 30 a second."""


def measure(out: Path) -> None:
    told: dict[str, list[tuple[int, float]]] = {"cockpit": [(n, ours(AT_1080P, n)) for n in COUNTS]}
    for library, most in MOST.items():
        told[library] = [(n, peer(library, AT_1080P, n)) for n in COUNTS if n <= most]
    whole = {"day": local(SystemClock().now()).date().isoformat(), "ms": told}
    out.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def draw(told: dict[str, object]) -> str:
    """The plot as SVG, both axes logarithmic."""
    lines: dict[str, list[tuple[int, float]]] = told["ms"]  # type: ignore[assignment]
    top = max(ms for line in lines.values() for _, ms in line)
    decades = range(math.ceil(math.log10(top)) + 1)

    def x(count: float) -> float:
        share = math.log10(count / COUNTS[0]) / math.log10(COUNTS[-1] / COUNTS[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(ms: float) -> float:
        share = math.log10(max(ms, 1.0)) / decades[-1]
        return HEIGHT - FOOT - share * (HEIGHT - TOP - FOOT)

    title = f"1080p、两个处理器核、无 GPU：每帧毫秒（{told['day']}）"
    out = sheet(title, "每帧都移动的点数")
    for decade in decades:
        out += level(y(10**decade), f"{10**decade:,} ms")
    out += [tick(x(n), f"{n // 10_000} 万" if n >= 10_000 else f"{n:,}") for n in COUNTS]
    out += [aim(y(GLASS)), text(LEFT + 6, y(GLASS) - 5, "每秒 30 帧", 11, "#526270")]
    for name, line in lines.items():
        path = "L".join(f"{x(n):.1f} {y(ms):.1f}" for n, ms in line)
        out.append(f'<path d="M{path}" fill="none" stroke="{COLORS[name]}" stroke-width="2"/>')
        out += [f'<circle cx="{x(n):.1f}" cy="{y(ms):.1f}" r="3.5" fill="{COLORS[name]}"/>' for n, ms in line]
        n, ms = line[-1]
        out.append(text(x(n) + 9, y(ms) + 4, f"{NAMES[name]}  {ms:,.0f}", 12, COLORS[name]))
    return "\n".join([*out, "</svg>\n"])


if __name__ == "__main__":
    main(__doc__, measure, draw, "map_speed.json")
