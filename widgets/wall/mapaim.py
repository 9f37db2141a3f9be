"""Where a wall's map looks: the wall's own view before the event, the event before the area, else the city."""

from __future__ import annotations

import math

from widgets.kit.context import PanelContext
from widgets.map.camera import Box, mercator
from widgets.map.raster.pane import Pane
from widgets.map.reader import rings_of
from widgets.wall.mapview import Canvas, box_of_rings, pane_of_box, pane_of_city, pane_of_event, pane_of_view


def aimed(ctx: PanelContext, canvas: Canvas, factor: float, area: str, all_of_it: bool) -> Pane:
    """The pane of a canvas.

    Args:
        factor: pixels of the canvas a logical pixel of the map. area: code that a scene set, "" none.
        all_of_it: of the city, not its middle.
    """
    sight, size = ctx.wall, canvas.size
    view = sight.view if sight is not None else None
    if view is not None and all(math.isfinite(one) for one in (view.lon, view.lat, view.scale)):
        return pane_of_view(view, size, factor)
    place = place_of(ctx, sight.event) if sight is not None and sight.event else None
    if place is not None:
        return pane_of_event(*place, canvas, factor)
    box = box_of_area(ctx, area or (sight.area if sight is not None else ""))
    if box is not None:
        return pane_of_box(box, size, factor)
    return pane_of_city(ctx.pack, size, factor, all_of_it)


def place_of(ctx: PanelContext, key: str) -> tuple[float, float] | None:
    """Where an event or a case is, Mercator metres; None where nobody knows."""
    row = ctx.picture["event"].get(key)
    lon = lat = math.nan
    if row is not None:
        lon, lat = float(row["lon"]), float(row["lat"])
    else:
        case = ctx.cases.of_event(key) or ctx.cases.case(key)
        if case is not None:
            lon, lat = case.facts.lon, case.facts.lat
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    x, y = mercator(lon, lat)
    return float(x), float(y)


def box_of_area(ctx: PanelContext, code: str) -> Box | None:
    """What an area covers, Mercator metres; None for the city itself and for one that is not known."""
    if not code or code == ctx.pack.code:
        return None
    table = ctx.picture["area"]
    codes = table.text("code")
    row = next((i for i in range(len(codes)) if codes[i] == code), None)
    return box_of_rings(rings_of(table.text("rings")[row])) if row is not None else None
