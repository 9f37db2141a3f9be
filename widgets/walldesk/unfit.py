"""What of a scene is badly seen on a wall: screens that it leaves empty, panels too small to be read from the last row.

`cockpit wall check` says the same of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.wall import Place, Placed, Scene, Wall
from cockpit.model.wall_solve import empty_screens, solve_scene
from widgets.walldesk.hand import Hand
from widgets.walldesk.kinds import least

Finding = tuple[str, Message]
"""What it is about, the same before and after an edit; and the sentence."""


def too_small(placed: Sequence[Placed], wall: Wall) -> list[tuple[Placed, tuple[int, int]]]:
    """Those whose words are cut, each with the size that it wants, px of the canvas."""
    found = []
    for one in placed:
        wide, high = least(one.place, wall, one.at.w) if one.place.panel else (0, 0)
        if one.at.w < wide or one.at.h < high:
            found.append((one, (wide, high)))
    return found


def unfit(hand: Hand, scene: Scene, before: Scene | None, name: Callable[[Place], str]) -> list[Message]:
    """A sentence each: all of the wall that is looked at, of the hall's other walls what was not so `before`."""
    state, looked = hand.state, hand.wall
    walls = state.hall.walls if state is not None else ()
    found: list[Message] = []
    for wall in sorted(walls, key=lambda wall: wall != looked):
        known = {about for about, _ in _on(before, wall, name)} if before is not None and wall != looked else set()
        found += [said for about, said in _on(scene, wall, name) if about not in known]
    return found


def _on(scene: Scene, wall: Wall, name: Callable[[Place], str]) -> Iterator[Finding]:
    try:
        placed = solve_scene(scene, wall)
    except UserError:
        return
    empty = empty_screens(placed, wall)
    if empty:
        numbers = ", ".join(str(id) for id in empty)
        yield numbers, Message("walldesk.leaves_empty", {"wall": wall.name, "screens": numbers})
    for one, (wide, high) in too_small(placed, wall):
        words = {
            "wall": wall.name,
            "panel": name(one.place),
            "has": size(one.at.w, one.at.h),
            "least": size(wide, high),
        }
        yield one.place.id, Message("walldesk.is_small", words)


def size(wide: int, high: int) -> str:
    return f"{wide} × {high}"
