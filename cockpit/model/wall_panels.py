"""The panels that a wall has of its own, as far as a file that names them and a check of its size must know. No Qt.

The panels themselves are `widgets.wall` and `widgets.video`; those of the desk and of third parties (entry point
`cockpit.panels`) may be named too, where the reader is handed their ids.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from cockpit.model.messages import Message
from cockpit.model.wall import Place


class Room(NamedTuple):
    """What a panel must have to say anything: width and height in 汉字 of the least size, with its title and frame."""

    wide: float
    high: float


WALL_PANELS: dict[str, Room] = {
    "wallhead": Room(14, 2.2),
    "wallindex": Room(13, 5.5),
    "wallsigns": Room(9, 5.5),
    "wallfigure": Room(8, 5.5),
    "wallmap": Room(16, 10),
    "wallevents": Room(11, 5.5),
    "wallfocus": Room(13, 9),
    "wallalerts": Room(11, 3.7),
    "wallcases": Room(11, 5.5),
    "wallrank": Room(9, 5.5),
    "wallring": Room(10, 6.5),
    "wallgauge": Room(8, 6),
    "wallradar": Room(11, 8.5),
    "wallfunnel": Room(10, 7),
    "wallsankey": Room(18, 9),
    "wallcalendar": Room(14, 7.5),
    "wallareas": Room(14, 6.5),
    "wallcurve": Room(10, 6),
    "wallbars": Room(10, 6),
    "wallcountdown": Room(9, 4),
    "wallroster": Room(10, 5),
    "wallweather": Room(10, 4),
    "wallclock": Room(7, 2),
    "wallpicture": Room(4, 3),
    "walltext": Room(6, 2.5),
    "wallweb": Room(16, 9),
    "wallvideo": Room(9, 6),
    "wallhotline": Room(10, 5.5),
    "wallfeeds": Room(11, 4.5),
}
"""By id: what it needs at the least; a panel that has less cuts words off or leaves rows out."""
DESK_PLAIN = ("map", "signs", "feeds", "queue", "cases", "alarms")
"""Panels of the duty desk that show no person: they may be thrown on a wall as they are."""
_WITH_PLACES = ("queue", "cases")
"""Those of them that say at which door something is, which is not for visitors."""
DESK_NAMED = frozenset(
    (
        *("event", "video", "contacts", "incoming", "letters", "calllog", "call", "drill", "telephone", "outbox"),
        *("strip", "topbar", "leadertop", "ask", "askbox", "instructions", "decisions", "changes", "since", "topics"),
        *("topic", "index", "scopemap", "map3d"),
        *("deskcatalogue", "deskscenes", "deskscreen", "deskwallstrip", "deskwalltop", "deskwall"),
    )
)
"""Those of the other seats, which are made for eyes that may see everything: callers, numbers, what was written."""
ELSE = Room(16, 9)
"""What a panel that is not a wall's own is taken to need."""
_TILE, _BETWEEN, _TITLE = Room(9, 3.8), 0.32, 1.7
"""Of a panel of vital signs: a tile with its name over its value, what lies between two, the title."""


def withheld(panel: str, privacy: str, cleared: bool = True) -> Message | None:
    """Why a panel is not shown in a scene of this privacy, in a sentence; None: it is.

    Args:
        panel: its id. cleared: whether a third party's says that visitors may see it.
    """
    if privacy == "named" or panel in WALL_PANELS:
        return None
    if panel in DESK_NAMED:
        return Message("wallfile.personal", {"panel": panel})
    if panel in DESK_PLAIN:
        cleared = panel not in _WITH_PLACES
    return Message("wallfile.uncleared", {"panel": panel}) if privacy == "visitor" and not cleared else None


def room_of(place: Place, wide: float = 0) -> Room:
    """What a panel needs at the least, in 汉字; by `wide`, what it has, tiles lie side by side."""
    least = WALL_PANELS.get(place.panel, ELSE)
    named = place.options.get("signs")
    if place.panel != "wallsigns" or not isinstance(named, list) or not named:
        return least
    told = place.options.get("columns")
    across = max(1, int((wide + _BETWEEN) / (_TILE.wide + _BETWEEN)))
    if isinstance(told, int) and told > 0:
        across = min(across, told)
    across = min(across, len(named))
    down = ceil(len(named) / across)
    return Room(across * _TILE.wide + (across - 1) * _BETWEEN, _TITLE + down * _TILE.high + (down - 1) * _BETWEEN)
