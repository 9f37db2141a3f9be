"""Walls and scenes of any shape, for tests: what a file may hold, by chance."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cockpit.model.layout import Rect
from cockpit.model.wall import (
    Arrangement,
    Carousel,
    Hall,
    Mode,
    Place,
    Room,
    Scene,
    Screen,
    Trigger,
    Wall,
)
from cockpit.model.wall_panels import WALL_PANELS
from cockpit.model.wall_read_hall import ROLES
from cockpit.model.wall_read_scene import FITS, ROOT

IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: {"zh": "屏" + text}),
    st.just({"zh": "主屏", "en": "Main wall"}),
)
VALUES = st.one_of(
    WORDS,
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.lists(WORDS, max_size=3),
)
OPTIONS = st.dictionaries(WORDS, st.one_of(VALUES, st.dictionaries(WORDS, VALUES, max_size=2)), max_size=3)


def grid(
    rows: int,
    columns: int,
    size: tuple[int, int] = (1920, 1080),
    bezel: tuple[int, int] = (0, 0),
    pitch: float = 0.63,
    distance: float = 6.0,
    machines: int = 1,
) -> Wall:
    """A wall of equal screens; machines have whole columns in turn."""
    w, h = size
    screens = tuple(
        Screen(
            row * columns + column + 1,
            f"wall-{column * machines // columns + 1}",
            Rect(column * (w + bezel[0]), row * (h + bezel[1]), w, h),
        )
        for row in range(rows)
        for column in range(columns)
    )
    canvas = (columns * w + (columns - 1) * bezel[0], rows * h + (rows - 1) * bezel[1])
    return Wall("main", {"zh": "主屏"}, "hall", screens, canvas, pitch, distance, rows, columns, bezel)


@st.composite
def walls(draw: st.DrawFn, id: str = "main", room: str = "hall", machine: str = "wall") -> Wall:
    """Any wall that a hall file can describe, of two machines at the most."""
    machines = st.sampled_from([f"{machine}-1", f"{machine}-2"])
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    sides = st.integers(320, 3840)
    if draw(st.booleans()):
        widths, heights = [draw(sides)] * columns, [draw(sides)] * rows
    else:
        widths = [draw(sides) for _ in range(columns)]
        heights = [draw(sides) for _ in range(rows)]
    pitch = draw(st.floats(0.2, 4))
    across, down = ([draw(st.integers(0, 80))] * (count - 1) for count in (columns, rows))
    if draw(st.booleans()):  # gaps of their own: a pillar, a door
        across = [draw(st.sampled_from([0, 3, 900])) for _ in across]
    screens = []
    y = 0
    for height, below in zip(heights, (*down, 0), strict=True):
        x = 0
        for width, beside in zip(widths, (*across, 0), strict=True):
            n = len(screens)
            output = draw(st.sampled_from(["", f"HDMI-{n}"]))
            screens.append(Screen(n + 1, draw(machines), Rect(x, y, width, height), output))
            x += width + beside
        y += height + below
    size = (sum(widths) + sum(across), sum(heights) + sum(down))
    bezel = (min(across, default=0), min(down, default=0))
    distance = draw(st.floats(1, 20))
    return Wall(id, draw(NAMES), room, tuple(screens), size, pitch, distance, rows, columns, bezel)


@st.composite
def arrangements(draw: st.DrawFn, fit: Any = "wide") -> Arrangement:
    """Any arrangement that a scene file can describe, three splits deep."""
    count = 0

    def place(depth: int, split: bool) -> Place:
        nonlocal count
        id = f"p{count}" if count else ROOT
        count += 1
        weight = draw(st.sampled_from([0.05, 0.5, 1.0, 1.0, 2.3, 100.0]))
        screens = draw(st.sampled_from([0, 0, 0, 1, 2]))
        if split:
            ways = draw(st.sampled_from(["rows", "columns"]))
            children = tuple(
                place(depth - 1, depth > 1 and draw(st.booleans())) for _ in range(draw(st.integers(1, 3)))
            )
            found = Place(id, ways, children, weight, screens)
        else:
            panel = draw(st.sampled_from(sorted(WALL_PANELS)))
            follows: Any = draw(st.sampled_from(["", "event", "area", "selection"]))
            found = Place(id, "", (), weight, screens, panel, draw(OPTIONS), follows, draw(st.booleans()))
        return found

    root = place(3, True)
    return Arrangement(fit, Place(root.id, root.split, root.children))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any scene that a file can describe."""
    fits = sorted(draw(st.sets(st.sampled_from(FITS), min_size=1)), key=FITS.index)
    privacy: Any = draw(st.sampled_from(["open", "visitor", "named"]))
    return Scene(
        draw(IDS),
        draw(NAMES),
        tuple(draw(arrangements(fit)) for fit in fits),
        draw(st.sampled_from(["", "F1", "Ctrl+Alt+1"])),
        tuple(draw(st.lists(WORDS.filter(bool), max_size=3))),
        privacy,
    )


@st.composite
def halls(draw: st.DrawFn) -> Hall:
    """Any hall that a file can describe."""
    rooms = (Room("hall", draw(NAMES)), Room("press", draw(NAMES), draw(st.sampled_from(["", "hall"]))))
    ids = draw(st.lists(IDS, min_size=1, max_size=2, unique=True))
    minutes = st.integers(0, 1439)
    modes = tuple(
        Mode(
            id,
            draw(NAMES),
            draw(st.sampled_from(["", "overview"])),
            tuple(draw(st.lists(WORDS.filter(bool), max_size=2))),
            tuple(draw(st.lists(WORDS.filter(bool), max_size=2))),
            tuple(draw(st.sets(st.sampled_from(ROLES)))),
            draw(st.integers(0, 4)),
        )
        for id in draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    )
    carousels = tuple(
        Carousel(
            id,
            draw(NAMES),
            tuple((scene, draw(st.integers(5, 600))) for scene in draw(st.lists(IDS, min_size=1, max_size=4))),
            draw(st.one_of(st.just(()), st.tuples(minutes, minutes).filter(lambda one: one[0] != one[1]))),
            tuple(
                Trigger(draw(st.integers(1, 4)), s, draw(st.integers(0, 600))) for s in draw(st.lists(IDS, max_size=2))
            ),
        )
        for id in draw(st.lists(IDS, max_size=2, unique=True))
    )
    night = draw(st.one_of(st.just(()), st.tuples(minutes, minutes, st.floats(0.05, 1))))
    return Hall(
        draw(IDS),
        draw(NAMES),
        tuple(draw(walls(id, draw(st.sampled_from(["hall", "press"])), f"wall{n}")) for n, id in enumerate(ids)),
        rooms,
        modes,
        carousels,
        night,
        draw(st.integers(0, 16)),
    )
