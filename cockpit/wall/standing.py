"""What of the picture a wall reads itself: alerts and alarms that stand, and open events that can be put on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from cockpit.model.errors import UserError
from cockpit.model.tables import AlarmState, EventState
from cockpit.model.wallasks import EventHere
from cockpit.picture.picture import Picture
from cockpit.picture.table import LiveTable
from cockpit.wall.turning import Standing

MOST_EVENTS = 60
_STANDS = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.LATCHED)
_GRAVEST = 4


def standing(picture: Picture, now: int) -> list[Standing]:
    """Alerts that hold at `now` (UTC us of the city) and alarms that stand and nobody has put aside, of a level."""
    alerts, alarms = picture["alert"], picture["alarm"]
    holds = (alerts.numbers("effective") <= now) & (now < alerts.numbers("expires"))
    stands = np.isin(alarms.numbers("state"), _STANDS)
    return _standing(alerts, holds, "title", ours=False) + _standing(alarms, stands, "name", ours=True)


def _standing(table: LiveTable, where: npt.NDArray[np.bool_], name: str, ours: bool) -> list[Standing]:
    levels = table.numbers("level")
    rows = np.flatnonzero(where & (levels >= 1) & (levels <= _GRAVEST)).tolist()
    return [Standing(table.key_at(i), int(levels[i]), str(table.value(i, name)), ours) for i in rows]


def open_events(picture: Picture, name_of: Callable[[str], Mapping[str, str]]) -> tuple[EventHere, ...]:
    """Open events, the gravest first, then the newest.

    Args:
        name_of: name of a class of events, by its code.
    """
    table = picture["event"]
    rows = np.flatnonzero(table.numbers("state") == EventState.OPEN)
    levels = table.numbers("level")[rows].astype(np.int64)
    levels[levels == 0] = _GRAVEST + 1
    order = np.lexsort((-table.numbers("occurred")[rows], levels))[:MOST_EVENTS]
    found = []
    for row in map(table.row, rows[order].tolist()):
        place = (row["level"], row["place"], row["lon"], row["lat"], row["occurred"])
        found.append(EventHere(row["key"], dict(name_of(row["kind"])), *place))
    return tuple(found)


def event_meant(picture: Picture, said: str) -> str:
    """Key of the event that a person named: by its key, or by the number in it where only one has that.

    Raises:
        UserError: there is none.
    """
    keys = picture["event"].keys
    if said in picture["event"]:
        return said
    found = [key for key in keys if key.rpartition("/")[2] == said]
    if len(found) != 1:
        raise UserError("wall.events_of_that_number" if found else "wall.no_event", event=said[:40], n=len(found))
    return found[0]


def area_meant(picture: Picture, said: str) -> str:
    """Code of the area that a person named: by its code, or by its name where only one has that. A hub that has not
    heard of any area yet takes what is said.

    Raises:
        UserError: there is none.
    """
    table = picture["area"]
    codes, names = table.text("code"), table.text("name")
    if said in codes or not codes:
        return said
    found = [code for code, name in zip(codes, names, strict=True) if name == said]
    if len(found) != 1:
        raise UserError("wall.areas_of_that_name" if found else "wall.no_area", area=said[:40], n=len(found))
    return str(found[0])
