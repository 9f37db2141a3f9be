"""What a remote is told of the walls and of the city."""

from __future__ import annotations

import math

from cockpit.field.remotewire import Home, RemoteOut, WallOut
from cockpit.model.city import Pack
from cockpit.model.headline import by_words
from cockpit.model.messages import LANGUAGES, texts
from cockpit.model.wallstate import WallState

METRES_A_DEGREE = 111_320.0


def state_of(state: WallState) -> RemoteOut:
    """What a remote is told of the walls: no machine, no person, nothing that it does not need."""
    hall = state.hall
    walls = []
    for shows in state.shows:
        wall = hall.wall(shows.wall)
        if wall is not None:
            screens = [(one.id, one.at.x, one.at.y, one.at.w, one.at.h) for one in wall.screens]
            walls.append(
                WallOut(
                    wall.id, wall.name, wall.size, screens, shows.scene.id, shows.mode, shows.carousel, shows.paused,
                    shows.event, shows.view, shows.blank, shows.frozen, shows.identify, shows.volume, shows.muted,
                    {lang: by_words(shows.by, texts(lang)) for lang in LANGUAGES}, shows.rehearsal,
                    state.wiped.get(wall.id, 0),
                )
            )  # fmt: skip
    return RemoteOut(
        "state",
        walls=walls,
        scenes=[{"id": id, "name": name, "key": key} for id, name, key in state.scenes],
        modes=[{"id": mode.id, "name": mode.name, "accent": mode.accent} for mode in hall.modes],
        carousels=[{"id": one.id, "name": one.name} for one in hall.carousels],
    )


def home_of(pack: Pack) -> Home:
    """Where a map of this city looks by itself: all of the city."""
    west, south, east, north = pack.bounds
    lon, lat = pack.centre
    across = (east - west) * METRES_A_DEGREE * math.cos(math.radians(lat))
    return Home(lon, lat, max(across, (north - south) * METRES_A_DEGREE))
