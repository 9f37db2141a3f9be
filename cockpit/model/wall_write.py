"""`Hall` and `Scene` to TOML texts that `wall_read` reads as the same again. No Qt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from cockpit.model.wall import Arrangement, Carousel, Hall, Mode, Place, Scene, Wall
from cockpit.model.wall_read_hall import BEZEL_MM, ROLES
from cockpit.model.wall_read_scene import WEIGHTS
from cockpit.model.wall_toml import ID

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MOST_WIDE = 100


def write_scene(scene: Scene) -> str:
    """The text of a scene. Its version is not in it: that is the hub's."""
    lines = [f"id = {_value(scene.id)}", f"name = {_value(scene.name)}"]
    if scene.key:
        lines.append(f"key = {_value(scene.key)}")
    if scene.layers:
        lines.append(f"layers = {_value(scene.layers)}")
    if scene.privacy != "open":
        lines.append(f"privacy = {_value(scene.privacy)}")
    if scene.topic:
        lines.append(f"topic = {_value(scene.topic)}")
    shared: dict[str, Place] = {}
    for arrangement in scene.arrangements:
        for place in _panels(arrangement.root):
            shared.setdefault(place.id, place)
    for id, place in shared.items():
        lines += ["", f"[panels.{_place_id(id)}]", *_panel(place)]
    for arrangement in scene.arrangements:
        lines += _arrangement(arrangement, shared)
    return "\n".join(lines) + "\n"


def write_hall(hall: Hall) -> str:
    """The text of a hall. Its walls must be grids, as those that were read are."""
    lines = [f"id = {_value(hall.id)}", f"name = {_value(hall.name)}", f"shift = {hall.shift}"]
    if hall.night:
        first, end, brightness = hall.night
        lines.append(
            f'night = {{ from = "{_time(int(first))}", to = "{_time(int(end))}", brightness = {_value(brightness)} }}'
        )
    else:
        lines.append("night = {}")
    for room in hall.rooms:
        lines += ["", f"[rooms.{_key(room.id)}]", f"name = {_value(room.name)}"]
        lines += [f"shares = {_value(room.shares)}"] if room.shares else []
    for wall in hall.walls:
        lines += ["", f"[walls.{_key(wall.id)}]", *_wall(wall)]
    for mode in hall.modes:
        lines += ["", f"[modes.{_key(mode.id)}]", *_mode(mode)]
    if not hall.carousels:
        lines += ["", "[carousels]"]
    for carousel in hall.carousels:
        lines += ["", f"[carousels.{_key(carousel.id)}]", *_carousel(carousel)]
    return "\n".join(lines) + "\n"


# -- scenes


def _panels(place: Place) -> Iterable[Place]:
    if not place.split:
        yield place
    for child in place.children:
        yield from _panels(child)


def _content(place: Place) -> tuple[object, ...]:
    return place.panel, place.options, place.follows, place.spans


def _panel(place: Place) -> list[str]:
    lines = [f"panel = {_value(place.panel)}"]
    if place.options:
        lines.append(f"options = {_value(place.options)}")
    if place.follows:
        lines.append(f"follows = {_value(place.follows)}")
    if place.spans:
        lines.append("spans = true")
    return lines


def _arrangement(arrangement: Arrangement, shared: Mapping[str, Place]) -> list[str]:
    root = arrangement.root
    if not root.split:  # a single panel is a row of one
        root = Place("", "rows", (root,))
    lines: list[str] = []

    def line(place: Place, header: str) -> None:
        names = [_place_id(child.id) for child in place.children]
        lines.extend(["", f"[{header}]", f"{place.split} = {_value(names)}"])
        if any(child.weight != 1 for child in place.children):
            lines.append(f"weights = {_value(_weights([child.weight for child in place.children]))}")
        if any(child.screens for child in place.children):
            lines.append(f"screens = {_value([child.screens for child in place.children])}")
        for child in place.children:
            here = f"{arrangement.fit}.{_place_id(child.id)}"
            if child.split:
                line(child, here)
            elif _content(child) != _content(shared[child.id]):
                lines.extend(["", f"[{here}]", *_panel(child)])

    line(root, arrangement.fit)
    return lines


def _place_id(id: str) -> str:
    """An id that a file may have: a place that is named after another's panel may have a dot or a capital in it."""
    if ID.fullmatch(id):
        return id
    return re.sub(r"[^a-z0-9_-]+", "-", id.lower()).strip("-_")[:40] or "place"


def _weights(weights: Sequence[float]) -> list[float]:
    """Weights that a file may have: a place that was halved again and again weighs too little for one."""
    low, high = WEIGHTS
    if low <= min(weights) and max(weights) <= high:
        return list(weights)
    most = max(weights)
    return [max(low, weight * high / most) for weight in weights]


# -- halls


def _wall(wall: Wall) -> list[str]:
    first_row, first_column = wall.screens[: wall.columns], wall.screens[:: wall.columns]
    widths, heights = [s.at.w for s in first_row], [s.at.h for s in first_column]
    lines = [
        f"name = {_value(wall.name)}",
        f"room = {_value(wall.room)}",
        f"rows = {wall.rows}",
        f"columns = {wall.columns}",
    ]
    if len(set(widths)) == 1 and len(set(heights)) == 1:
        lines.append(f"screen = {_value([widths[0], heights[0]])}")
    else:
        lines += [f"widths = {_value(widths)}", f"heights = {_value(heights)}"]
    lines.append(f"pitch = {_value(wall.pitch)}")
    across = _gaps([(s.at.x, s.at.w) for s in first_row])
    down = _gaps([(s.at.y, s.at.h) for s in first_column])
    if any((*across, *down)):
        lines.append(f"bezel_mm = {_value([_millimetres(gaps, wall.pitch) for gaps in (across, down)])}")
    lines.append(f"distance = {_value(wall.distance)}")
    machines = [screen.machine for screen in wall.screens]
    lines += _list("machines", machines) if len(set(machines)) > 1 else [f"machines = {_value(machines[0])}"]
    if any(screen.output for screen in wall.screens):
        lines += _list("outputs", [screen.output for screen in wall.screens])
    return lines


def _gaps(screens: Sequence[tuple[int, int]]) -> list[int]:
    """Px between each two of a row, given as (first, length)."""
    return [after - first - length for (first, length), (after, _) in pairwise(screens)]


def _millimetres(gaps: Sequence[int], pitch: float) -> float | list[float]:
    """One number for all where they are alike."""
    if len(set(gaps)) > 1 or (gaps and gaps[0] * pitch > BEZEL_MM[1]):
        return [px * pitch for px in gaps]
    return gaps[0] * pitch if gaps else 0.0


def _mode(mode: Mode) -> list[str]:
    lines = [f"name = {_value(mode.name)}"]
    if mode.scene:
        lines.append(f"scene = {_value(mode.scene)}")
    for key, values in (("layers", mode.layers), ("sounds", mode.sounds)):
        if values:
            lines.append(f"{key} = {_value(values)}")
    if mode.rights != ROLES:
        lines.append(f"rights = {_value(mode.rights)}")
    if mode.accent:
        lines.append(f"accent = {mode.accent}")
    return lines


def _carousel(carousel: Carousel) -> list[str]:
    lines = [f"name = {_value(carousel.name)}"]
    if carousel.between:
        lines.append(f"between = {_value([_time(minute) for minute in carousel.between])}")
    lines += _list("steps", [{"scene": scene, "seconds": seconds} for scene, seconds in carousel.steps])
    if carousel.triggers:
        lines += _list(
            "triggers", [{"alert": t.alert, "scene": t.scene, "seconds": t.seconds} for t in carousel.triggers]
        )
    return lines


# -- values


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _list(key: str, values: list[Any]) -> list[str]:
    """A list, an item a line where it is long."""
    whole = f"{key} = {_value(values)}"
    return [whole] if len(whole) <= _MOST_WIDE else [f"{key} = [", *(f"    {_value(value)}," for value in values), "]"]


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return str(value)
