"""The panels of the catalogue: what each is called, to which group it belongs, and the room that it wants on a wall."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

from cockpit.model.wall import Place, Wall
from cockpit.model.wall_legible import han_px
from cockpit.model.wall_panels import DESK_PLAIN, WALL_PANELS, room_of

GROUPS = ("all", "map", "chart", "list", "media", "desk", "other")
_GROUP = {
    "map": ("wallmap",),
    "chart": (
        *("wallindex", "wallsigns", "wallfigure", "wallcurve", "wallbars", "wallrank", "wallring", "wallgauge"),
        *("wallradar", "wallfunnel", "wallsankey", "wallcalendar", "wallareas"),
    ),
    "list": (
        *("wallevents", "wallfocus", "wallalerts", "wallcases", "wallcountdown", "wallroster", "wallhotline"),
        *("wallweather", "wallfeeds", "wallhead", "wallclock"),
    ),
    "media": ("wallvideo", "wallpicture", "walltext", "wallweb"),
}
_SPANS = ("wallmap", "wallvideo", "map")
_FIRST = (
    *("wallmap", "wallfigure", "wallrank", "wallring", "wallcurve", "wallbars", "wallsankey", "wallfunnel"),
    *("wallevents", "wallcountdown", "wallroster", "wallweather", "wallvideo", "wallareas", "walltext", "wallweb"),
)
"""Those that are put up most stand first."""


class Kind(NamedTuple):
    """One entry: id of the panel, its group, and id of its name ("" for a third party's, which is its id)."""

    panel: str
    group: str
    name: str


def kinds(panels: Mapping[str, type]) -> list[Kind]:
    """All panels that may be put on a wall, of those that there are."""
    ours = [*_FIRST, *(id for id in WALL_PANELS if id not in _FIRST)]
    found = [Kind(id, group_of(id), f"walldesk.kind_{id}") for id in ours if id in panels]
    found += [Kind(id, "desk", f"walldesk.kind_{id}") for id in DESK_PLAIN if id in panels]
    theirs = getattr(panels, "theirs", ())
    return found + [Kind(id, "other", "") for id in theirs]


def group_of(panel: str) -> str:
    return next((group for group, ids in _GROUP.items() if panel in ids), "desk" if panel in DESK_PLAIN else "other")


def name_id(panel: str) -> str:
    """Id of a panel's name in the catalogue, "" for a third party's."""
    return f"walldesk.kind_{panel}" if panel in WALL_PANELS or panel in DESK_PLAIN else ""


def spans_by_itself(panel: str) -> bool:
    """Whether it may lie across bezels unless a person says otherwise."""
    return panel in _SPANS


def least(place: Place, wall: Wall, wide: int = 0) -> tuple[int, int]:
    """Width and height, px of the canvas, below which words of a place's panel are cut on this wall.

    Args:
        wide: what it has, px: what lies side by side there needs less height; 0 not known.
    """
    px = han_px(wall.pitch, wall.distance)
    room = room_of(place, wide / px)
    return ceil(room.wide * px), ceil(room.high * px)
