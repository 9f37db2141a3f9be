"""The layers of a shared page for deck.gl, written with pydeck. Colours are the theme's."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.model.messages import Texts
from cockpit.share.ground import FILLS, Ground
from cockpit.share.situation import Happening, Situation, Zone
from cockpit.share.symbols import SIDE
from cockpit.share.tokens import Tokens, rgb

FONT = '"Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif'
_ROADS = {"road_minor": (8, 0.4, 3), "road_mid": (13, 0.7, 4), "road_main": (20, 1.2, 7), "rail": (6, 0.5, 2)}
"""Width in metres, and in pixels at least and at most."""
Row = dict[str, Any]


def deck_json(told: Situation, ground: Ground, where: dict[str, Row], look: Tokens, t: Texts) -> str:
    """What deck.gl is given: view and layers, the lowest first.

    Args:
        where: of each symbol in the atlas, whose address the page puts in for `ATLAS`.
    """
    import pydeck

    view = pydeck.View(type="MapView", controller={"inertia": True, "dragRotate": False, "touchRotate": False})
    state = pydeck.ViewState(longitude=told.centre[0], latitude=told.centre[1], zoom=told.zoom - 1, pitch=0, bearing=0)
    layers = [
        *_ground(ground, look),
        _zones(told.zones, look, t),
        *_roads(ground, look),
        *_alerts(told, look),
        _names(ground, look),
        _units(told, look),
        _events(told.events, where),
    ]
    shown = [layer for layer in layers if layer is not None]
    rows = {layer.id: layer.rows for layer in shown}
    deck = pydeck.Deck(
        layers=[layer.made for layer in shown],
        views=[view],
        initial_view_state=state,
        map_provider=None,
        map_style=None,
    )
    told_json = msgspec.json.decode(deck.to_json())
    for layer in told_json["layers"]:  # pydeck writes a number a line, and slowly: the rows are put in here
        layer["data"] = rows[layer["id"]]
    return msgspec.json.encode(told_json).decode("utf-8")


ATLAS = "atlas:"
"""Stands where the picture of all symbols belongs."""


class _Layer(msgspec.Struct):
    """A layer as pydeck has it, without its rows."""

    id: str
    made: Any
    rows: list[Row]


def _layer(kind: str, key: str, rows: list[Row], **props: Any) -> _Layer:
    import pydeck

    return _Layer(key, pydeck.Layer(kind, [], id=key, **props), rows)


def _quoted(text: str) -> Any:
    """A text that pydeck hands on as a text; it takes a bare one for an expression."""
    from pydeck.types import String

    return String(text)


def _ground(ground: Ground, look: Tokens) -> list[_Layer]:
    made: list[_Layer] = []
    for name in FILLS:
        shapes = ground.shapes.get(name)
        if shapes:
            edge = name == "water"
            made.append(
                _layer(
                    "PolygonLayer", f"ground-{name}", [{"p": shape} for shape in shapes], get_polygon="p", filled=True,
                    get_fill_color=look.rgb(name), stroked=edge, get_line_color=look.rgb("shore" if edge else name),
                    line_width_min_pixels=1, line_width_max_pixels=1, pickable=False,
                )
            )  # fmt: skip
    return made


def _roads(ground: Ground, look: Tokens) -> list[_Layer]:
    made: list[_Layer] = []
    for name, (metres, least, most) in _ROADS.items():
        shapes = ground.shapes.get(name)
        if shapes:
            color = look.rgb("road_mid" if name == "rail" else name)
            made.append(
                _layer(
                    "PathLayer", name, [{"p": shape[0]} for shape in shapes], get_path="p", get_color=color,
                    get_width=metres, width_min_pixels=least, width_max_pixels=most, joint_rounded=True,
                    cap_rounded=True, pickable=False,
                )
            )  # fmt: skip
    return made


def _zones(zones: tuple[Zone, ...], look: Tokens, t: Texts) -> _Layer | None:
    data = [
        {
            "p": polygon,
            "c": look.rgb("choropleth", look.steps[zone.step]),
            "tip": f"{zone.name}\n{t('share.zone_count', n=zone.count)}",
        }
        for zone in zones
        for polygon in zone.rings
    ]
    if not data:
        return None
    return _layer(
        "PolygonLayer", "zones", data, get_polygon="p", filled=True, get_fill_color="c", stroked=True,
        get_line_color=look.rgb("choropleth", 0.38), line_width_min_pixels=1, line_width_max_pixels=1, pickable=True,
    )  # fmt: skip


def _alerts(told: Situation, look: Tokens) -> list[_Layer]:
    data = [
        {
            "p": polygon,
            "c": rgb(look.level(alert.level), 0.06),
            "l": rgb(look.level(alert.level, "text")),
            "tip": "\n".join(part for part in (alert.title, alert.until) if part),
        }
        for alert in told.alerts
        for polygon in alert.rings
    ]
    if not data:
        return []
    return [
        _layer(
            "PolygonLayer", "alerts", data, get_polygon="p", filled=True, get_fill_color="c", stroked=True,
            get_line_color="l", line_width_min_pixels=1.5, line_width_max_pixels=1.5, pickable=True,
        )
    ]  # fmt: skip


def _names(ground: Ground, look: Tokens) -> _Layer | None:
    data = [
        {"p": [lon, lat], "t": text, "c": look.rgb("water_label" if kind == "water" else "area_label")}
        for text, lon, lat, kind in ground.names
    ]
    if not data:
        return None
    return _layer(
        "TextLayer", "names", data, get_position="p", get_text="t", get_color="c", get_size=13,
        font_family=_quoted(FONT), character_set=_quoted("auto"),
        font_settings={"sdf": True, "fontSize": 40, "buffer": 10, "radius": 14},
        outline_width=3, outline_color=look.rgb("area_label.halo"), pickable=False,
    )  # fmt: skip


def _units(told: Situation, look: Tokens) -> _Layer | None:
    unit, land = look.rgb("unit"), look.rgb("land")
    data = [
        {"p": [one.lon, one.lat], "c": unit if one.busy else land, "tip": f"{one.kind}\n{one.state}"}
        for one in told.units
    ]
    if not data:
        return None
    return _layer(
        "ScatterplotLayer", "units", data, get_position="p", get_fill_color="c", get_line_color=unit, filled=True,
        stroked=True, radius_units=_quoted("pixels"), get_radius=5, line_width_units=_quoted("pixels"),
        get_line_width=1.6, pickable=True,
    )  # fmt: skip


def _events(events: tuple[Happening, ...], where: dict[str, Row]) -> _Layer:
    """The most urgent lie on top."""
    data = [
        {
            "p": [one.lon, one.lat], "i": f"{one.level}-{one.pattern}", "n": n, "l": one.level,
            "tip": "\n".join(part for part in (one.title, one.place, one.when, one.stage) if part),
        }
        for n, one in reversed(list(enumerate(events)))
    ]  # fmt: skip
    return _layer(
        "IconLayer", "events", data, get_position="p", get_icon="i", get_size=SIDE, size_units=_quoted("pixels"),
        icon_atlas=_quoted(ATLAS), icon_mapping=where, pickable=True, alpha_cutoff=0.05,
    )  # fmt: skip
