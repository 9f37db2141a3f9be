"""What the devices cost against how fast they speak, hub and seat, as a plot for the manual.

python -m benchmarks.feeds_plot measure --out benchmarks/feeds_cost.json     some minutes; goes on where it was stopped
python -m benchmarks.feeds_plot draw --from benchmarks/feeds_cost.json --out docs/pictures/feeds-cost.svg
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.plots import FOOT, HEIGHT, LEFT, RIGHT, TOP, WIDTH, aim, level, main, sheet, text, tick

RATES = {
    "gateways": (11_000, 27_500, 55_000, 110_000),
    "nats": (2_500, 5_000, 10_000, 20_000),
    "mqtt": (1_250, 2_500, 5_000),
}
SECONDS = 30
NAMES = {"gateways": "网关成批", "nats": "单点 NATS", "mqtt": "单点 MQTT"}
COLORS = {"gateways": "#0A6E61", "nats": "#1B5BAE", "mqtt": "#984605"}
AIM = 0.6
"""Cores of hub and of seat at the full rate."""


def measure(out: Path) -> None:
    for way, rates in RATES.items():
        options = ("--ways", way, "--rates", ",".join(map(str, rates)), "--seconds", str(SECONDS), "--out", str(out))
        subprocess.run([sys.executable, "-m", "benchmarks.feeds_hall", *options], check=True)


def draw(lines: list[dict[str, Any]]) -> str:
    """The plot as SVG; hub as lines, seat dashed."""
    top = max(AIM * 1.15, *(line[who] for line in lines for who in ("hub_cpu", "seat_cpu")))
    most = max(line["rate"] for line in lines)

    def x(rate: float) -> float:
        return LEFT + (rate / most) ** 0.5 * (WIDTH - LEFT - RIGHT)

    def y(cores: float) -> float:
        return HEIGHT - FOOT - cores / top * (HEIGHT - TOP - FOOT)

    out = sheet("处理器占用（核）与每秒读数：实线为中枢，虚线为席位", "每秒读数")
    for tenth in range(int(top * 10) + 1):
        out += level(y(tenth / 10), f"{tenth / 10:.1f}")
    out.append(aim(y(AIM)))
    out += [tick(x(rate), f"{rate:,}") for rate in (1_000, 5_000, 20_000, 50_000, 110_000)]
    for way, color in COLORS.items():
        own = sorted((line for line in lines if line["way"] == way), key=lambda line: line["rate"])
        for who, dash in (("hub_cpu", ""), ("seat_cpu", ' stroke-dasharray="6 4"')):
            if own:
                path = "L".join(f"{x(line['rate']):.1f} {y(line[who]):.1f}" for line in own)
                out.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"{dash}/>')
        if own:
            last = own[-1]
            words = f"{NAMES[way]}  {last['hub_cpu']:.2f} / {last['seat_cpu']:.2f}"
            out.append(text(x(last["rate"]) + 9, y(last["hub_cpu"]) + 4, words, 12, color))
    return "\n".join([*out, "</svg>\n"])


if __name__ == "__main__":
    main(__doc__, measure, draw, "feeds_cost.json")
