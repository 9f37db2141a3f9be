"""What lies flat on the map as layers: coloured areas, alerts, trails, ways along the streets. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from widgets.map.compose.plane import Floats, Origin, places, polygons, rgba, starts_of
from widgets.map.drawing import Layer, Lines, Polygons, Rgba
from widgets.map.motion import TrailLines
from widgets.map.scene import Alert, Area
from widgets.map.style import MapStyle

STEPS = 5
HATCH = STEPS
"""Index of the palette of areas whose polygons are hatched: no data."""
ALERT_FILL = 0.045
ALERT_WIDTH = 1.5
ALERT_DASH = (8.0, 4.0)
FLOW = 14.0
"""Logical pixels a second: slow, since every pixel is a frame."""
FLOW_DASH = (6.0, 22.0)
FLOW_WIDTH = 0.6
"""Part of the way's width."""
THIN_FROM = 13.0
"""Zoom from which trails have their full width."""


class RouteLook(msgspec.Struct, frozen=True):
    """Colours and widths of ways along the streets."""

    color: Rgba
    faint: Rgba
    case: Rgba
    width: float
    case_width: float


def area_layer(areas: Sequence[Area], style: MapStyle, origin: Origin) -> Polygons:
    """Areas coloured by their step; hatched where there is no data."""
    xy, rings, polys = polygons([area.rings for area in areas], origin)
    edge = rgba(style.choropleth, style.edge_alpha)
    fills = [rgba(style.choropleth, style.choropleth_alpha[i] if i else 0.0) for i in range(STEPS)]
    steps = np.array([area.step for area in areas], dtype=np.int64)
    return Polygons(
        key="area",
        xy=xy,
        rings=rings,
        polys=polys,
        fill=np.where(steps < 0, HATCH, np.clip(steps, 0, STEPS - 1)).astype(np.uint8),
        palette=(*fills, edge),
        edge=edge,
        edge_width=1.0,
        hatch=frozenset((HATCH,)),
    )


def alert_layers(alerts: Sequence[Alert], style: MapStyle, origin: Origin) -> tuple[Layer, ...]:
    """A layer a level, the most urgent on top."""
    layers = []
    for level in sorted({alert.level for alert in alerts}, reverse=True):
        xy, rings, polys = polygons([alert.rings for alert in alerts if alert.level == level], origin)
        layers.append(
            Polygons(
                key=f"alert.{level}",
                xy=xy,
                rings=rings,
                polys=polys,
                fill=np.zeros(len(polys) - 1, dtype=np.uint8),
                palette=(rgba(style.fills[level], ALERT_FILL),),
                edge=rgba(style.levels[level]),
                edge_width=ALERT_WIDTH,
                edge_dash=ALERT_DASH,
            )
        )
    return tuple(layers)


def trail_layer(lines: TrailLines, thin: bool, stale: bool, style: MapStyle, origin: Origin) -> Lines:
    """Trails that fade with their age; `thin`: drawn narrower, far out."""
    color = style.stale if stale else style.trail
    return Lines(
        key="trail",
        xy=places(lines.x, lines.y, origin),
        starts=starts_of(lines.length),
        color=lines.part,
        palette=tuple(rgba(color, alpha) for alpha in style.trail_alpha),
        width=style.trail_width * (0.7 if thin else 1.0),
    )


def route_layers(
    routes: Sequence[tuple[Floats, Floats, bool, bool]], look: RouteLook, origin: Origin
) -> tuple[Layer, ...]:
    """Ways as layers: those that are not chosen faint and lowest, chosen ones with a casing; open ones dashed.

    Args:
        routes: x, y in Mercator metres, whether chosen, whether open.
    """
    layers: list[Layer] = []
    for chosen, open_ in ((False, False), (False, True), (True, False), (True, True)):
        lines = [(x, y) for x, y, *kind in routes if kind == [chosen, open_] and len(x) > 1]
        if not lines:
            continue
        width = look.width if chosen else 1.5
        layers.append(
            Lines(
                key=f"route.{'chosen' if chosen else 'other'}{'.open' if open_ else ''}",
                xy=places(np.concatenate([x for x, _ in lines]), np.concatenate([y for _, y in lines]), origin),
                starts=starts_of([len(x) for x, _ in lines]),
                color=np.zeros(len(lines), dtype=np.uint8),
                palette=(look.color if chosen else look.faint,),
                width=width,
                case=look.case,
                case_width=look.case_width if chosen else 0.0,
                dash=(3.0 * width, 2.0 * width) if open_ else (),
            )
        )
    return tuple(layers)


def flow_layer(routes: Sequence[tuple[Floats, Floats]], look: RouteLook, origin: Origin) -> Lines:
    """Marks that run along the ways of units that are under way, from the unit to the place.

    The lines begin at the place: the marks keep their distance from it while the unit's end grows shorter.
    """
    return Lines(
        key="route.flow",
        xy=places(np.concatenate([x[::-1] for x, _ in routes]), np.concatenate([y[::-1] for _, y in routes]), origin),
        starts=starts_of([len(x) for x, _ in routes]),
        color=np.zeros(len(routes), dtype=np.uint8),
        palette=(look.case,),
        width=look.width * FLOW_WIDTH,
        dash=FLOW_DASH,
        flow=-FLOW,
    )


def ahead_layer(start: Floats, end: Floats, of: Lines, origin: Origin) -> Lines:
    """The last piece of trails, from the last fix to where the unit is drawn; places of shape (N, 2)."""
    xy = np.stack([start, end], axis=1).reshape(-1, 2) - np.array(origin)
    return Lines(
        key="trail.ahead",
        xy=xy.astype(np.float32),
        starts=np.arange(0, len(xy) + 1, 2, dtype=np.int64),
        color=np.zeros(len(start), dtype=np.uint8),
        palette=of.palette[-1:],
        width=of.width,
        live=True,
    )
