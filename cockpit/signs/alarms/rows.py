"""An alarm as a row of the picture's table."""

from __future__ import annotations

from typing import Any

from cockpit.signs.alarms.life import Alarm

FEED = "alarms"
"""What stands in the column `feed` of an alarm."""


def row_of(alarm: Alarm, received: int) -> dict[str, Any]:
    """The row; `received`: UTC us of the hub's wall clock."""
    return {
        "key": alarm.key,
        "feed": FEED,
        "rule": alarm.rule,
        "kind": alarm.kind,
        "thing": alarm.thing,
        "name": alarm.name,
        "state": int(alarm.state),
        "level": alarm.level,
        "lon": alarm.lon,
        "lat": alarm.lat,
        "area": alarm.area,
        "place": alarm.place,
        "value": alarm.value,
        "limit": alarm.limit,
        "unit": alarm.unit,
        "raised": alarm.raised,
        "acked": alarm.acked,
        "cleared": alarm.cleared,
        "shelved": alarm.shelved,
        "updated": alarm.updated,
        "count": alarm.count,
        "flood": alarm.flood,
        "parent": alarm.parent,
        "chatter": int(alarm.chatter),
        "received": received,
    }
