"""Where pictures of cameras lie: in how many columns, on which screen, and how large."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF

from widgets.video.tile import Tile, line_of
from widgets.wall.sizes import wide

SHAPE = 16 / 9


def grid(n: int, width: float, height: float, caption: float, columns: int = 0, shape: float = SHAPE) -> int:
    """How many columns make `n` pictures of that shape, each with a caption under it, largest."""
    if columns:
        return min(columns, max(n, 1))
    best, most = 1, 0.0
    for across in range(1, max(n, 1) + 1):
        down = -(-n // across)
        wide = min(width / across, max(height / down - caption, 1.0) * shape)
        if wide > most + 0.5:
            best, most = across, wide
    return best


def shared_out(n: int, sizes: Sequence[float]) -> list[int]:
    """How many of `n` tiles lie in each of several places, as many as fits their sizes; the largest have one first."""
    whole = sum(sizes) or 1.0
    parts = [n * size / whole for size in sizes]
    shares = [int(part) for part in parts]
    order = sorted(range(len(sizes)), key=lambda i: (shares[i] > 0, shares[i] - parts[i]))
    for i in order[: n - sum(shares)]:
        shares[i] += 1
    return shares


def lay(tiles: Sequence[Tile], rooms: Sequence[QRect], px: int, pad: int, margin: int, columns: int = 0) -> None:
    """Lays tiles into rooms, no tile in two of them.

    Args:
        px: size of the words; pad: the gap between tiles; margin: the room around them.
        columns: 0 as many as make the pictures largest.
    """
    first = 0
    for room, n in zip(rooms, shared_out(len(tiles), [r.width() * r.height() for r in rooms]), strict=True):
        _lay_in(room, tiles[first : first + n], px, pad, margin, columns)
        first += n


def _lay_in(room: QRect, tiles: Sequence[Tile], px: int, pad: int, margin: int, columns: int) -> None:
    if not tiles:
        return
    line = line_of(px)
    width, height = room.width() - 2 * margin, room.height() - 2 * margin
    across = grid(len(tiles), width, height, line + pad, columns)
    down = -(-len(tiles) // across)
    wide_, high = (width + pad) / across, (height + pad) / down
    spare = high - pad - line - (wide_ - pad) / SHAPE
    cramped = any(wide(tile.name, px) > wide_ - pad - px for tile in tiles)
    lines = 2 if cramped and spare >= line else 1
    over = max(0, round(spare - (lines - 1) * line))
    for i, tile in enumerate(tiles):
        left, top = round(i % across * wide_), round(i // across * high) + over // 2
        right = round((i % across + 1) * wide_) - pad
        foot = round((i // across + 1) * high) - pad - (over - over // 2)
        box = QRect(left, top, max(right - left, 1), max(foot - top, 1))
        tile.box = QRectF(box.translated(room.left() + margin, room.top() + margin))
        tile.caption = line * lines
