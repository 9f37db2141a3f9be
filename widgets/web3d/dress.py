"""What the page of the 3D map is dressed in: colours, symbols, words, the legend. No Qt in here."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from cockpit.geo.metres import scale
from cockpit.model.city import PATTERNS, Pack
from cockpit.model.messages import Texts
from cockpit.share.situation import credit_of
from cockpit.share.symbols import SIDE, atlas
from cockpit.share.tokens import Tokens, rgb

TALLEST = 0.12
"""Height of the highest column, as a share of the city's lesser side."""
UNKNOWN_HEIGHT = 9.0
"""Metres of a building whose height the base map does not know: three floors; they are drawn fainter."""


def dress(look: Tokens, t: Texts, pack: Pack, motion: bool) -> dict[str, Any]:
    """All that the page needs before it draws."""
    svg, where = atlas([(level, pattern) for level in (1, 2, 3, 4, 5) for pattern in PATTERNS], look)
    return {
        "name": look.name,
        "colors": _colors(look),
        "css": {**look.plain, "land": look.map["land"]},
        "atlas": "data:image/svg+xml;base64," + b64encode(svg.encode("utf-8")).decode("ascii"),
        "where": where,
        "side": SIDE,
        "unknown_height": UNKNOWN_HEIGHT,
        "tallest": _tallest(pack),
        "motion": motion,
        "credit": " · ".join(credit_of(pack, t)),
        "hint": t("web3d.hint"),
    }


def legend(look: Tokens, t: Texts, columns: str, ground: bytes | None, reading: bool) -> list[tuple[str, str]]:
    """Lines of the legend and their colours, "" for a heading or a sentence.

    Args:
        columns: what the columns tell, "" where there are none.
        ground: the base map as the page gets it; None for none. reading: it is still read.
    """
    rows = [(t(f"web3d.legend_{columns}"), "")] if columns else []
    rows += [
        (t("web3d.legend_sensors"), ""),
        (t("web3d.sensor_usual"), look.map["unit"]),
        (t("web3d.sensor_over"), look.plain["yellow_fill"]),
        (t("web3d.sensor_none"), look.plain["chart2"]),
        (t("web3d.legend_arcs"), ""),
    ]
    if ground is not None:
        has = b'"building"' in ground[: 4 + int.from_bytes(ground[:4], "little")]
        rows.append((t("web3d.unknown_height", metres=f"{UNKNOWN_HEIGHT:g}") if has else t("web3d.no_buildings"), ""))
    elif not reading:
        rows.append((t("web3d.no_ground"), ""))
    return rows


def _tallest(pack: Pack) -> float:
    """Metres of the highest column: seen from where the whole city is seen."""
    west, south, east, north = pack.bounds
    metres_lon, metres_lat = scale((south + north) / 2)
    return TALLEST * min((east - west) * metres_lon, (north - south) * metres_lat)


def _colors(look: Tokens) -> dict[str, Any]:
    """What the page draws in, as [red, green, blue, alpha]."""
    names = ("land", "built", "park", "wood", "water", "road_main", "road_mid", "road_minor", "unit")
    colors: dict[str, Any] = {name: look.rgb(name) for name in names}
    colors |= {
        "rail": look.rgb("road_mid"),
        "road_service": look.rgb("road_minor"),
        "building": look.rgb("line2"),
        "building_unknown": look.rgb("line"),
        "column": look.rgb("choropleth"),
        "sensor": look.rgb("unit"),
        "sensor_over": look.rgb("yellow_fill"),
        "sensor_none": look.rgb("chart2"),
        "arc": look.rgb("t2"),
        "acc": look.rgb("acc"),
        "t1": look.rgb("t1"),
        "levels": [[0, 0, 0, 0], *(rgb(look.level(level)) for level in (1, 2, 3, 4, 5))],
    }
    return colors
