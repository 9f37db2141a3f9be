"""`Hall` to a TOML text that `wall_read_hall` reads as the same again: halls of property tests are made as objects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from cockpit.model.wall import Carousel, Hall, Mode, Wall
from cockpit.model.wall_read_hall import BEZEL_MM, ROLES
from cockpit.model.wall_write import toml_key, toml_value

_MOST_WIDE = 100


def write_hall(hall: Hall) -> str:
    """The text of a hall. Its walls must be grids, as those that were read are."""
    lines = [f"id = {toml_value(hall.id)}", f"name = {toml_value(hall.name)}", f"shift = {hall.shift}"]
    if hall.night:
        first, end, brightness = hall.night
        between = f'from = "{_time(int(first))}", to = "{_time(int(end))}"'
        lines.append(f"night = {{ {between}, brightness = {toml_value(brightness)} }}")
    else:
        lines.append("night = {}")
    for room in hall.rooms:
        lines += ["", f"[rooms.{toml_key(room.id)}]", f"name = {toml_value(room.name)}"]
        lines += [f"shares = {toml_value(room.shares)}"] if room.shares else []
    for wall in hall.walls:
        lines += ["", f"[walls.{toml_key(wall.id)}]", *_wall(wall)]
    for mode in hall.modes:
        lines += ["", f"[modes.{toml_key(mode.id)}]", *_mode(mode)]
    if not hall.carousels:
        lines += ["", "[carousels]"]
    for carousel in hall.carousels:
        lines += ["", f"[carousels.{toml_key(carousel.id)}]", *_carousel(carousel)]
    return "\n".join(lines) + "\n"


def _wall(wall: Wall) -> list[str]:
    first_row, first_column = wall.screens[: wall.columns], wall.screens[:: wall.columns]
    widths, heights = [s.at.w for s in first_row], [s.at.h for s in first_column]
    lines = [
        f"name = {toml_value(wall.name)}",
        f"room = {toml_value(wall.room)}",
        f"rows = {wall.rows}",
        f"columns = {wall.columns}",
    ]
    if len(set(widths)) == 1 and len(set(heights)) == 1:
        lines.append(f"screen = {toml_value([widths[0], heights[0]])}")
    else:
        lines += [f"widths = {toml_value(widths)}", f"heights = {toml_value(heights)}"]
    lines.append(f"pitch = {toml_value(wall.pitch)}")
    across = _gaps([(s.at.x, s.at.w) for s in first_row])
    down = _gaps([(s.at.y, s.at.h) for s in first_column])
    if any((*across, *down)):
        lines.append(f"bezel_mm = {toml_value([_millimetres(gaps, wall.pitch) for gaps in (across, down)])}")
    lines.append(f"distance = {toml_value(wall.distance)}")
    machines = [screen.machine for screen in wall.screens]
    lines += _list("machines", machines) if len(set(machines)) > 1 else [f"machines = {toml_value(machines[0])}"]
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
    lines = [f"name = {toml_value(mode.name)}"]
    if mode.scene:
        lines.append(f"scene = {toml_value(mode.scene)}")
    for key, values in (("layers", mode.layers), ("sounds", mode.sounds)):
        if values:
            lines.append(f"{key} = {toml_value(values)}")
    if mode.rights != ROLES:
        lines.append(f"rights = {toml_value(mode.rights)}")
    if mode.accent:
        lines.append(f"accent = {mode.accent}")
    return lines


def _carousel(carousel: Carousel) -> list[str]:
    lines = [f"name = {toml_value(carousel.name)}"]
    if carousel.between:
        lines.append(f"between = {toml_value([_time(minute) for minute in carousel.between])}")
    lines += _list("steps", [{"scene": scene, "seconds": seconds} for scene, seconds in carousel.steps])
    if carousel.triggers:
        lines += _list(
            "triggers", [{"alert": t.alert, "scene": t.scene, "seconds": t.seconds} for t in carousel.triggers]
        )
    return lines


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _list(key: str, values: list[Any]) -> list[str]:
    """A list, an item a line where it is long."""
    whole = f"{key} = {toml_value(values)}"
    return (
        [whole] if len(whole) <= _MOST_WIDE else [f"{key} = [", *(f"    {toml_value(value)}," for value in values), "]"]
    )
