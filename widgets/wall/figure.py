"""One vital sign, as large as there is room for: its value, what it did lately, what it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from widgets.lists.words import joined
from widgets.signs.board import Item, split_key
from widgets.signs.sparks import Sparks
from widgets.wall.asking import History
from widgets.wall.lines import Chart, draw_chart, draw_spark
from widgets.wall.paint import draw_mark, draw_value, draw_words, value_px
from widgets.wall.signed import SignPanel, bounds_of, level
from widgets.wall.signs import tile_of
from widgets.wall.sizes import FIGURE_EM, wide
from widgets.wall.tile import Tile, alike, draw_tile

_CHARTED = (14, 8.5)
"""Rows of type across and down from which on there is a chart with axes under the value."""


class WallFigure(SignPanel):
    """Attributes:
    tile: what it says, None without a value.
    """

    panel_id: ClassVar[str] = "wallfigure"
    title_id: ClassVar[str] = "wallkit.figure"
    options: ClassVar[Mapping[str, Any]] = {"sign": "", "hours": 12.0, "curve": True}
    ample: ClassVar[tuple[float, float]] = (26, 15)

    def begin(self) -> None:
        super().begin()
        self.tile: Tile | None = None
        self.sparks = Sparks(self.ctx, lambda key: self.board.told.sign(split_key(key)[0]), self._came, self)
        self.history = History(self.ctx, self._came, self)

    def title(self) -> str:
        if self.chosen["title"] or self.tile is None:
            return super().title()
        return joined(self.tile.name, self.place())

    def gather(self) -> None:
        self.tile = None
        item = self.one(self.chosen["sign"])
        if item is None:
            self.set_facts(None)
            return
        self.sparks.want([item.key])
        self.history.want(item.key, self.curve_span())
        self.tile = self._tile(item)
        self.set_facts(self.words.owner(item.sign) or None)

    def _came(self) -> None:
        if not self.failed:
            self.look_now()

    def age_tick(self) -> None:
        super().age_tick()
        if self.tile is not None and self.state is None:
            made = self._tile(self.tile.item)
            if not alike(made, self.tile):
                self.tile = made
                self.update()

    def _tile(self, item: Item) -> Tile:
        """What it says; its age stands in the title line while it is not old."""
        return replace(tile_of(self, item, self.sparks, self.ctx.clock.now()), fresh="")

    def paint(self, painter: QPainter, box: QRectF) -> None:
        tile, kind, theme = self.tile, self.type, self.theme
        if tile is None:
            return
        if box.height() < kind.figure * FIGURE_EM * 1.5 + kind.line_h or box.width() < kind.row * 6:
            draw_tile(painter, box, tile, kind, theme, named=False)
            return
        item, old = tile.item, bool(tile.age)
        at = level(item)
        ink = theme.level(at) if at else theme.t2 if old else theme.t1
        least = _CHARTED[0] * self.base.row, _CHARTED[1] * self.base.row
        charted = self.chosen["curve"] and box.width() >= least[0] and box.height() >= least[1]
        above = QRectF(box.left(), box.top(), box.width(), box.height() * (0.42 if charted else 1.0))
        foot_h = kind.min * 1.4
        figures = QRectF(above.left(), above.top(), above.width(), above.height() - foot_h)
        side = kind.row * 1.3 if at else 0.0
        spark = self.chosen["curve"] and not charted and figures.width() > kind.row * 11 and tile.curve.known
        room = figures.width() * (0.56 if spark else 1.0) - side - kind.gap * 2
        most = min(figures.height() * 0.86 / FIGURE_EM, kind.hero * 2.6)
        px = value_px(tile.value, tile.unit, max(room, kind.row), most, kind.row)
        took = draw_value(
            painter,
            QRectF(figures.left(), figures.top(), room, figures.height()),
            tile.value,
            tile.unit,
            px,
            ink,
            theme.t2,
            kind.min,
        )
        if at:
            badge = QRectF(figures.left() + took + kind.gap * 2, figures.center().y() - side / 2, side, side)
            draw_mark(painter, badge, at, theme)
        if spark:
            left = figures.left() + max(took + side + kind.gap * 4, figures.width() * 0.56)
            high = min(figures.height() * 0.8, (figures.right() - left) * 0.5)
            lane = QRectF(left, figures.center().y() - high / 2, figures.right() - left, high)
            draw_spark(painter, lane, tile.curve, bounds_of(item.sign), theme, kind.line, old)
        foot = QRectF(above.left(), above.bottom() - foot_h, above.width(), foot_h)
        self._foot(painter, foot, tile)
        if charted:
            top = above.bottom() + kind.gap
            self._chart(painter, QRectF(box.left(), top, box.width(), box.bottom() - top), tile)

    def _foot(self, painter: QPainter, row: QRectF, tile: Tile) -> None:
        """What it is held against and how it changed; what has no room is left out from the end."""
        theme, px = self.theme, self.type.min
        said = [tile.age, tile.goal, tile.compared, self.expected(tile.item)]
        words = ""
        for one in said:
            more = joined(words, one)
            if wide(more, px) <= row.width() or not words:
                words = more
        draw_words(painter, row, words, px, theme.t1 if tile.age else theme.t2)

    def _chart(self, painter: QPainter, box: QRectF, tile: Tile) -> None:
        item, history = tile.item, self.history
        if not history.curve.known:
            said = "wallkit.curve_waiting" if history.waiting else "wallkit.curve_none"
            draw_words(painter, box, self.ctx.t(said), self.type.min, self.theme.t2, side="middle")
            return
        shown = Chart(
            history.start,
            history.end,
            history.curve,
            bounds=bounds_of(item.sign),
            old=bool(tile.age),
            decimals=item.sign.decimals,
        )
        draw_chart(painter, box, shown, self.type, self.theme)


PANELS = {"wallfigure": WallFigure}
