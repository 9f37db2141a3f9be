"""How the map is coloured: the theme's `[map]` tokens with the widths they leave out. No Qt in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

HEAT = ("#6E675C", "#9C9384", "#CFC6B6", "#FFF8EA")
HEAT_ALPHA = (0.55, 0.7, 0.8, 0.9)
"""Where a style names no colours of heat: greys, neither those of levels nor those of areas."""
LEVEL_TOKENS = ("", "red", "orange", "yellow", "blue", "unknown")


class Road(msgspec.Struct, frozen=True):
    """A class of roads: colour and width, casing colour and width ("" and 0 for none), logical pixels."""

    color: str
    width: float
    case: str = ""
    case_width: float = 0.0


class MapStyle(msgspec.Struct, frozen=True):
    """Colours as #RRGGBB, widths in logical pixels.

    Attributes:
        roads: by base map layer.
        choropleth_alpha: five steps, 0–1.
        heat: colours of heat from little to the most. heat_alpha: how strong each is, 0–1.
        levels: colour of lines and text of each level, index 1 (red) to 5 (unknown).
        fills: colour of symbols of each level.
    """

    land: str
    built: str
    park: str
    wood: str
    water: str
    shore: str
    building: str
    rail: str
    roads: dict[str, Road]
    road_label: str
    area_label: str
    water_label: str
    halo: str
    choropleth: str
    choropleth_alpha: tuple[float, ...]
    edge_alpha: float
    unit: str
    stale: str
    trail: str
    trail_alpha: tuple[float, ...]
    trail_width: float
    acc: str
    levels: tuple[str, ...]
    fills: tuple[str, ...]
    s1: str
    line: str
    line2: str
    t1: str
    t2: str
    t3: str
    heat: tuple[str, ...] = HEAT
    heat_alpha: tuple[float, ...] = HEAT_ALPHA


def style_of(map_tokens: Mapping[str, Any], tokens: Mapping[str, Any]) -> MapStyle:
    """The style of a theme.

    Args:
        map_tokens: its `[map]` table; a road or label is a colour or a table with `color`.
        tokens: its plain colours (`acc`, `red_text`, `red_fill`, …).
    """

    def color(name: str, fallback: str = "") -> str:
        value = map_tokens.get(name, fallback)
        return str(value["color"] if isinstance(value, Mapping) else value)

    def table(name: str) -> Mapping[str, Any]:
        value = map_tokens.get(name, {})
        return value if isinstance(value, Mapping) else {}

    def road(name: str, width: float) -> Road:
        given = table(name)
        return Road(
            color(name),
            float(given.get("w", width)),
            str(given.get("case", "")),
            float(given.get("case_w", 4.2)) if "case" in given else 0.0,
        )

    minor = road("road_minor", 0.9)
    heat = {"ramp": HEAT, "alpha": HEAT_ALPHA} | dict(table("heat"))
    halo = str(table("road_label").get("halo", map_tokens.get("halo", map_tokens["land"])))
    return MapStyle(
        land=color("land"),
        built=color("built"),
        park=color("park"),
        wood=color("wood"),
        water=color("water"),
        shore=color("shore"),
        building=color("building", color("road_minor")),
        rail=color("rail", color("road_mid")),
        roads={
            "road_main": road("road_main", 2.6),
            "road_mid": road("road_mid", 1.6),
            "road_minor": minor,
            "road_service": Road(minor.color, 0.6),
        },
        road_label=color("road_label"),
        area_label=color("area_label"),
        water_label=color("water_label"),
        halo=halo,
        choropleth=color("choropleth"),
        choropleth_alpha=tuple(float(a) for a in table("choropleth").get("alpha", (0, 0.06, 0.13, 0.22, 0.34))),
        edge_alpha=float(table("choropleth").get("edge_alpha", 0.38)),
        unit=color("unit"),
        stale=str(tokens["chart"]),
        trail=color("trail"),
        trail_alpha=tuple(float(a) for a in table("trail").get("alpha", (0.3, 0.55, 0.85))),
        trail_width=float(table("trail").get("w", 2.2)),
        acc=str(tokens["acc"]),
        levels=("", *(str(tokens[f"{name}_text"]) for name in LEVEL_TOKENS[1:])),
        fills=("", *(str(tokens[f"{name}_fill"]) for name in LEVEL_TOKENS[1:])),
        s1=str(tokens["s1"]),
        line=str(tokens["line"]),
        line2=str(tokens["line2"]),
        t1=str(tokens["t1"]),
        t2=str(tokens["t2"]),
        t3=str(tokens["t3"]),
        heat=tuple(str(one) for one in heat["ramp"]),
        heat_alpha=tuple(float(one) for one in heat["alpha"]),
    )


def width_factor(zoom: float) -> float:
    """How much wider or narrower roads are than their tokens, which hold at zoom 14 to 15."""
    if zoom <= 14.5:
        return max(0.42, 1 - (14.5 - zoom) * 0.22)
    return min(5.0, 1.38 ** (zoom - 14.5))
