"""区域对比: districts or streets under each other, vital signs beside each other, the one that stands worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent

from cockpit.model.messages import Message
from cockpit.model.signs import Sign
from widgets.lists.areas import Area
from widgets.lists.words import joined
from widgets.map.coloring import with_unit
from widgets.signs.asked import LEVELS
from widgets.signs.board import Item
from widgets.wall.kit import PanelState
from widgets.wall.paint import broken, clamped, draw_mark, draw_old, draw_words
from widgets.wall.signed import SignPanel, level
from widgets.wall.sizes import wide

_BY_ITSELF = 5
"""So many signs are shown where the scene names none."""


@dataclass(frozen=True)
class Line:
    """An area and its items, one a column."""

    area: Area
    items: tuple[Item, ...]

    @property
    def rank(self) -> tuple[float, ...]:
        """The gravest first, then those with more of them."""
        levels = sorted(item.level for item in self.items if level(item))
        return (*levels, 9.0)


class WallAreas(SignPanel):
    """Attributes:
    lines: areas in order. columns: the signs.
    """

    panel_id: ClassVar[str] = "wallareas"
    title_id: ClassVar[str] = "wallkit.areas"
    options: ClassVar[Mapping[str, Any]] = {"signs": [], "by": "district"}
    ample: ClassVar[tuple[float, float]] = (34, 16)

    def begin(self) -> None:
        super().begin()
        self.lines: list[Line] = []
        self.columns: list[Sign] = []
        self._missing = 0

    def seen(self) -> object:
        return (super().seen(), [line.area.code for line in self.lines])

    def gather(self) -> None:
        if not self.knows("by", ("district", "street")):
            return
        named = [str(code) for code in self.chosen["signs"]]
        unknown = [code for code in named if not self.known(code)]
        areas = self._areas()
        codes = [code for code in named if self.known(code)] if named else self._told_of(areas)
        if unknown and not codes:
            self.show_state(PanelState.EMPTY, Message("wallkit.no_such_sign", {"code": ", ".join(unknown[:6])}))
            return
        self.columns = [self.board.told.sign(code) for code in codes]
        lines = [Line(area, tuple(self.item(code, area.code) for code in codes)) for area in areas]
        lines = [line for line in lines if any(item.known for item in line.items)]
        if not lines or not codes:
            self.show_state(PanelState.EMPTY, Message("wallkit.areas_none"), (Message("wallkit.no_areas_way"),))
            self.set_facts(None)
            return
        told = [i for i in range(len(codes)) if any(line.items[i].known for line in lines)]
        missing, self.columns = len(codes) - len(told), [self.columns[i] for i in told]
        lines = [Line(line.area, tuple(line.items[i] for i in told)) for line in lines]
        self.lines = sorted(lines, key=lambda line: (line.rank, line.area.code))
        self.items = tuple(item for line in self.lines for item in line.items)
        self._missing = missing
        self._say_facts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.lines and self.columns:
            self._say_facts()

    def _say_facts(self) -> None:
        """Of columns that are not there that they are not; else how many areas are out of bounds."""
        missing = self._missing
        left_out = len(self.columns) - len(self._wide(self.content().width())[1])
        said = [Message("signsui.n_missing", {"n": missing})] if missing else []
        said += [Message("wallkit.left_out", {"n": left_out})] if left_out else []
        if said:
            self.set_facts(joined(*(self.ctx.t(one) for one in said)))
            return
        away = sum(any(level(item) for item in line.items) for line in self.lines)
        self.set_facts(Message("wallkit.areas_away", {"n": away, "of": len(self.lines)}))

    def _areas(self) -> list[Area]:
        """The areas right below the panel's; their areas for streets of a city."""
        below = self.areas.children(self.area)
        if self.chosen["by"] == "street" and self.area == self.ctx.pack.code:
            return [area for one in below for area in self.areas.children(one.code)]
        return below

    def _told_of(self, areas: list[Area]) -> list[str]:
        """Signs that these areas have, those with a level somewhere first."""
        found = []
        for sign in self.board.told.signs:
            levels = [item.level for area in areas if (item := self.item(sign.code, area.code)).known]
            if levels:
                found.append((min((one for one in levels if one in LEVELS), default=9), -len(levels), sign.code))
            if len(found) > 60:
                break
        return [code for _, _, code in sorted(found, key=lambda one: one[:2])[:_BY_ITSELF]]

    def paint(self, painter: QPainter, box: QRectF) -> None:
        kind, theme = self.type, self.theme
        if not self.lines:
            return
        now = self.ctx.clock.now()
        named, across = self._wide(box.width())
        fit = len(across)
        rights = [box.left() + named + sum(across[: i + 1]) for i in range(fit)]
        heads = [self._heading(sign, one - kind.gap * 2) for sign, one in zip(self.columns, across, strict=False)]
        head_h = max(len(lines) for lines in heads) * kind.min * 1.22 + kind.gap
        if box.height() - head_h < kind.row * 1.5:
            heads = [[self.words.name(sign)] for sign in self.columns[:fit]]
            head_h = kind.min * 1.3 if box.height() >= kind.min * 1.3 + kind.row * 1.3 else 0.0
        rows = max(1, min(len(self.lines), int((box.height() - head_h) / (kind.row * 1.3))))
        high = min((box.height() - head_h) / rows, kind.row * 3.0)
        if head_h:
            for i, lines in enumerate(heads):
                for j, line in enumerate(lines):
                    y = box.top() + head_h - kind.gap - (len(lines) - j) * kind.min * 1.22
                    row = QRectF(rights[i] - across[i] + kind.gap, y, across[i] - kind.gap, kind.min * 1.22)
                    draw_words(painter, row, line, kind.min, theme.t2, side="right")
            painter.fillRect(QRectF(box.left(), box.top() + head_h - kind.hair, box.width(), kind.hair), theme.line2)
        for n, line in enumerate(self.lines[:rows]):
            y = box.top() + head_h + n * high
            if n:
                painter.fillRect(QRectF(box.left(), y, box.width(), max(kind.hair * 0.5, 1)), theme.line)
            draw_words(painter, QRectF(box.left(), y, named - kind.gap, high), line.area.name, kind.row, theme.t1)
            for i, item in enumerate(line.items[:fit]):
                self._value(painter, QRectF(rights[i] - across[i], y, across[i], high), item, item.old(now))

    def _wide(self, width: float) -> tuple[float, list[float]]:
        """How wide the names of areas are, and each of the columns that have room, the first first: whole heads in one
        line where all of them fit so, else on two."""
        kind, now, words = self.type, self.ctx.clock.now(), self.words
        named = max(wide(line.area.name, kind.row) for line in self.lines) + kind.pad
        named = min(named, width * 0.4)
        cells = [max(wide(words.value(sign, item.value), kind.row, True) + kind.row * item.old(now)
                     for item in self._column(i)) + kind.row * 1.5
                 for i, sign in enumerate(self.columns)]  # fmt: skip
        names = [wide(words.name(sign), kind.min) + kind.gap * 2 for sign in self.columns]
        needs = [max(cell, name) for cell, name in zip(cells, names, strict=True)]
        if named + sum(needs) > width:
            titled = [wide(self._titled_with(sign), kind.min) for sign in self.columns]
            heads = [min(one, one * 0.56 + kind.min, kind.row * 7) + kind.gap * 2 for one in titled]
            needs = [max(cell, head) for cell, head in zip(cells, heads, strict=True)]
        fit = 1
        while fit < len(needs) and named + sum(needs[: fit + 1]) <= width:
            fit += 1
        spare = (width - named - sum(needs[:fit])) / fit
        return named, [need + spare for need in needs[:fit]]

    def _column(self, i: int) -> list[Item]:
        return [line.items[i] for line in self.lines]

    def _titled_with(self, sign: Sign) -> str:
        return with_unit(self.words.name(sign), self.words.unit(sign))

    def _heading(self, sign: Sign, width: float) -> list[str]:
        """Name and unit of a sign on two lines at the most."""
        name = self.words.name(sign)
        titled = self._titled_with(sign)
        if titled != name and wide(name, self.type.min) <= width < wide(titled, self.type.min):
            return [name, self.words.unit(sign)]
        lines = broken(titled, self.type.min, width)
        return clamped(lines, 2)

    def _value(self, painter: QPainter, cell: QRectF, item: Item, old: bool) -> None:
        kind, theme, at = self.type, self.theme, level(item)
        words = self.words.value(item.sign, item.value) if item.known else "–"
        ink = theme.level(at) if at else theme.t2 if old or not item.known else theme.t1
        took = draw_words(painter, cell, words, kind.row, ink, item.known, "right")
        side, x = kind.row * 0.86, cell.right() - took
        if at:
            x -= kind.gap + side
            draw_mark(painter, QRectF(x, cell.center().y() - side / 2, side, side), at, theme)
        if old:
            draw_old(painter, x - kind.gap - side, cell.center().y(), kind.row, theme)


PANELS = {"wallareas": WallAreas}
