"""What of the picture a wall reads itself: alerts and alarms that stand, and open events that can be put on it."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.model.tables import AlarmState, EventState
from cockpit.model.wallasks import EventHere
from cockpit.picture.picture import Picture
from cockpit.wall.turning import Standing

MOST_EVENTS = 60
_STANDS = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.LATCHED)
_GRAVEST = 4


def standing(picture: Picture, now: int) -> list[Standing]:
    """Alerts that hold at `now` (UTC us of the city) and alarms that stand and nobody has put aside, of a level."""
    found = []
    alerts = picture["alert"]
    for i, level in enumerate(alerts.numbers("level").tolist()):
        if 1 <= level <= _GRAVEST:
            row = alerts.row(i)
            if row["effective"] <= now < row["expires"]:
                found.append(Standing(row["key"], level, row["title"]))
    alarms = picture["alarm"]
    for i, level in enumerate(alarms.numbers("level").tolist()):
        if 1 <= level <= _GRAVEST:
            row = alarms.row(i)
            if row["state"] in _STANDS:
                found.append(Standing(row["key"], level, row["name"]))
    return found


def open_events(picture: Picture, name_of: Callable[[str], dict[str, str]]) -> tuple[EventHere, ...]:
    """Open events, the gravest first, then the newest.

    Args:
        name_of: name of a class of events, by its code.
    """
    table = picture["event"]
    open_ = (table.numbers("state") == EventState.OPEN).nonzero()[0].tolist()
    levels, times = table.numbers("level"), table.numbers("occurred")
    chosen = sorted(open_, key=lambda i: (int(levels[i]) or _GRAVEST + 1, -int(times[i])))[:MOST_EVENTS]
    found = []
    for row in map(table.row, chosen):
        place = (row["level"], row["place"], row["lon"], row["lat"], row["occurred"])
        found.append(EventHere(row["key"], dict(name_of(row["kind"])), *place))
    return tuple(found)
