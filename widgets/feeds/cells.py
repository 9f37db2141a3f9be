"""Where the cells of a board lie: as many columns as there is room for, each next cell in the shortest one. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LEAST_WIDTH = 160
GAP = 4
PAD = 8
"""Inside a cell's sides, and around all of them."""
PITCH = 11
"""From mark to mark."""
HEAD = 21
"""Of a cell, over its marks: its name."""
FOOT = 4


class Cell(NamedTuple):
    """Where a group lies, pixels from the upper left of the board; `across`: marks on one line."""

    x: int
    y: int
    w: int
    h: int
    across: int

    def mark(self, i: int) -> tuple[int, int]:
        """The middle of the mark with this number."""
        line, at = divmod(i, self.across)
        return self.x + PAD + PITCH // 2 + at * PITCH, self.y + HEAD + PITCH // 2 + line * PITCH

    def mark_at(self, x: float, y: float, count: int) -> int | None:
        """The number of the mark there; None between them."""
        at, line = int(x - self.x - PAD) // PITCH, int(y - self.y - HEAD) // PITCH
        if x < self.x + PAD or y < self.y + HEAD or at >= self.across:
            return None
        i = line * self.across + at
        return i if i < count else None


def lay_out(marks: Sequence[int], width: int) -> list[Cell]:
    """A cell for each group, in their order.

    Args:
        marks: how many each group has.
        width: of the board, pixels.
    """
    room = max(width - 2 * PAD, LEAST_WIDTH)
    columns = max(1, (room + GAP) // (LEAST_WIDTH + GAP))
    wide = (room - GAP * (columns - 1)) // columns
    across = max(1, (wide - 2 * PAD) // PITCH)
    feet = [PAD] * columns
    cells = []
    for count in marks:
        column = feet.index(min(feet))
        high = HEAD + -(-count // across) * PITCH + FOOT
        cells.append(Cell(PAD + column * (wide + GAP), feet[column], wide, high, across))
        feet[column] += high + GAP
    return cells


def height(cells: Sequence[Cell]) -> int:
    """Of all of them."""
    return max((cell.y + cell.h for cell in cells), default=0) + PAD
