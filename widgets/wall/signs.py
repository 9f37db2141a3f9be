"""体征墙: vital signs as a grid of tiles; those that the scene names, else those that stand worst now."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.messages import Message
from widgets.signs.board import Item, split_key
from widgets.signs.sparks import Sparks
from widgets.wall.kit import PanelState
from widgets.wall.paint import draw_frame
from widgets.wall.signed import SignPanel
from widgets.wall.sizes import WallType
from widgets.wall.tile import HIGH, LEAST_HIGH, LEAST_WIDE, WIDE, Tile, alike, draw_tile

_BY_ITSELF = 12
"""So many are shown at the most where the scene names none."""


class WallSigns(SignPanel):
    """Attributes:
    tiles: what is shown. left_out: how many the scene names that have no room.
    """

    panel_id: ClassVar[str] = "wallsigns"
    title_id: ClassVar[str] = "wallkit.signs"
    options: ClassVar[Mapping[str, Any]] = {"signs": [], "columns": 0, "frame": False}

    def title(self) -> str:
        """Only what the scene says: tiles have names of their own."""
        return self.ctx.t.pack(self.chosen["title"]) if self.chosen["title"] else ""

    def begin(self) -> None:
        super().begin()
        self.tiles: list[Tile] = []
        self.left_out = 0
        self.sparks = Sparks(self.ctx, lambda key: self.board.told.sign(split_key(key)[0]), self._curves_came, self)

    def gather(self) -> None:
        named = [str(code) for code in self.chosen["signs"]]
        unknown = [code for code in named if not self.known(code)]
        codes = [code for code in named if self.known(code)] or (self.worst(_BY_ITSELF) if not named else [])
        if not codes:
            if unknown:
                said = Message("wallkit.no_such_sign", {"code": ", ".join(unknown[:6])})
                self.show_state(PanelState.EMPTY, said)
            else:
                self.show_state(PanelState.WAITING, Message("wallkit.signs_waiting"))
            return
        self.items = tuple(self.item(code) for code in codes)
        self.sparks.want([item.key for item in self.items])
        before = len(self.tiles)
        self._fill()
        if len(self.tiles) != before:
            self.update()
        self._say_facts()

    def seen(self) -> object:
        return ""  # tiles are painted one by one

    def _fill(self) -> None:
        """Makes the tiles; those that are other than before are painted anew."""
        now, before = self.ctx.clock.now(), self.tiles
        self.tiles = [tile_of(self, item, self.sparks, now) for item in self.items]
        for i, (tile, was) in enumerate(zip(self.tiles, before, strict=False)):
            if not alike(tile, was):
                self.update(self.place_of(i).toAlignedRect())

    def _curves_came(self) -> None:
        if not self.failed:
            self.look_now()

    def _say_facts(self) -> None:
        count = self.grid()[0] * self.grid()[1]
        self.left_out = max(len(self.tiles) - count, 0)
        if self.left_out and self.chosen["signs"]:
            self.set_facts(Message("wallkit.left_out", {"n": self.left_out}))
        else:
            self.set_facts(self.place() if self.chosen["area"] else None)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._say_facts()

    def age_tick(self) -> None:
        super().age_tick()
        if self.state is None and self.tiles:
            self._fill()

    def grid(self) -> tuple[int, int]:
        """Columns and rows; what the largest type fits in, and as many tiles as can be read."""
        box, base = self.body(), self.base
        count = max(len(self.tiles), 1)
        if not self.chosen["signs"]:  # none was asked for by name: fewer, and each with room
            count = min(count, self._at_ease())
        wanted = int(self.chosen["columns"])
        most_across = max(1, int((box.width() + base.gap) / (LEAST_WIDE * base.row + base.gap)))
        most_down = max(1, int((box.height() + base.gap) / (LEAST_HIGH * base.row + base.gap)))
        across = [min(wanted, most_across)] if wanted > 0 else range(1, min(most_across, count) + 1)
        best, found = -1.0, (1, 1)
        for columns in across:
            rows = min(ceil(count / columns), most_down)
            shown = min(columns * rows, count)
            by = min(box.width() / columns / (WIDE * base.row), box.height() / rows / (HIGH * base.row))
            empty = columns * rows - shown
            worth = shown * 100 + min(by, 3.0) * 10 - empty * 2
            if worth > best:
                best, found = worth, (columns, rows)
        return found

    def _at_ease(self) -> int:
        box, base = self.body(), self.base
        across = max(1, int((box.width() + base.gap) / (WIDE * base.row + base.gap)))
        return across * max(1, int((box.height() + base.gap) / ((HIGH + 0.7) * base.row + base.gap)))

    def place_of(self, i: int) -> QRectF:
        """Where a tile lies."""
        box, gap = self.body(), self.base.gap
        columns, rows = self.grid()
        across, down = (box.width() - gap * (columns - 1)) / columns, (box.height() - gap * (rows - 1)) / rows
        x, y = box.left() + (i % columns) * (across + gap), box.top() + (i // columns) * (down + gap)
        return QRectF(round(x), round(y), round(across), round(down))

    def paint(self, painter: QPainter, box: QRectF) -> None:
        base, theme = self.base, self.theme
        columns, rows = self.grid()
        first = self.place_of(0)
        kind = tile_type(base, first.width(), first.height())
        for i, tile in enumerate(self.tiles[: columns * rows]):
            frame = self.place_of(i)
            if not frame.intersects(self.exposed):
                continue
            draw_frame(painter, frame, theme.s1, theme.line, base.hair, base.radius)
            inner = frame.adjusted(base.pad, base.pad * 0.4, -base.pad, -base.pad * 0.4)
            painter.save()
            painter.setClipRect(frame)
            draw_tile(painter, inner, tile, kind, theme)
            painter.restore()


def tile_type(base: WallType, across: float, down: float) -> WallType:
    """The sizes in a tile of that width and height."""
    by = min(across / ((WIDE + 1.4) * base.row), down / ((HIGH + 0.7) * base.row), 2.2)
    return base.grown(round(max(by, 1.0) * 8) / 8)


def aged(panel: SignPanel, item: Item, now: int) -> str:
    """Its age in words if it is old, else ""."""
    return panel.words.age(item, now) if item.old(now) else ""


def tile_of(panel: SignPanel, item: Item, sparks: Sparks, now: int) -> Tile:
    """What a tile says of an item."""
    words = panel.words
    known = item.known
    return Tile(
        item,
        words.title(item),
        words.value(item.sign, item.value),
        words.unit(item.sign, item.value) if known else "",
        panel.goal(item) if known else "",
        panel.compared(item) if known else "",
        aged(panel, item, now),
        words.age(item, now) if known and not item.old(now) and not panel.title() else "",
        panel.bound(item) if known else "",
        "" if known else words.lacking(item.sign, item.sign.code in panel.board.told.known.unfed),
        sparks.curve(item.key),
    )


PANELS = {"wallsigns": WallSigns}
