"""The panels that a wall has of its own, as far as a file that names them and a check of its size must know. No Qt.

The panels themselves are `widgets.wall`; those of the desk and of third parties (entry point `cockpit.panels`) may be
named too, where the reader is handed their ids.
"""

from __future__ import annotations

from typing import NamedTuple


class Room(NamedTuple):
    """What a panel must have room for to say anything: characters a line and lines, with its title and frame."""

    chars: float
    lines: float


WALL_PANELS: dict[str, Room] = {
    "wallhead": Room(12, 1.5),
    "wallindex": Room(14, 6),
    "wallsigns": Room(10, 4),
    "wallfigure": Room(8, 4),
    "wallmap": Room(16, 10),
    "wallevents": Room(14, 4),
    "wallfocus": Room(14, 8),
    "wallalerts": Room(12, 3.5),
    "wallcases": Room(12, 4),
    "wallrank": Room(10, 5),
    "wallring": Room(8, 6),
    "wallgauge": Room(8, 5),
    "wallradar": Room(10, 8),
    "wallfunnel": Room(10, 6),
    "wallsankey": Room(16, 8),
    "wallcalendar": Room(14, 6),
    "wallareas": Room(14, 5),
    "wallcurve": Room(10, 5),
    "wallbars": Room(10, 5),
    "wallcountdown": Room(8, 3.5),
    "wallroster": Room(10, 4),
    "wallweather": Room(10, 3.5),
    "wallclock": Room(6, 1.5),
    "wallpicture": Room(4, 3),
    "walltext": Room(6, 2.5),
    "wallweb": Room(16, 9),
    "wallvideo": Room(8, 5),
    "wallhotline": Room(10, 5),
    "wallfeeds": Room(12, 4),
}
"""By id: what it needs at the least; a panel that has less cuts words off or leaves rows out."""
ELSE = Room(16, 9)
"""What a panel that is not a wall's own is taken to need."""


def room_of(panel: str) -> Room:
    """What a panel needs at the least, in characters and lines."""
    return WALL_PANELS.get(panel, ELSE)
