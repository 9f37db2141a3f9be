"""离线能看到什么: level by level, which tiles of the city are on this machine, how old, and where."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.geo.tiles.grid import Box, Tile, box_of
from cockpit.geo.tiles.regions import Cover, coverage
from cockpit.geo.tiles.tiles import Tiles
from cockpit.model.ages import age
from widgets.kit.context import PanelContext
from widgets.kit.sayinglist import SayingList
from widgets.map.offline.regions import amount

if TYPE_CHECKING:
    from widgets.map.offline.ways import BaseWays

FIRST, LAST = 8, 18
"""Levels that are looked at; above a city is a dot, below no map of a city goes."""


class PreviewPage(QWidget):
    """Attributes:
    list: the levels. plan: where the tiles of the chosen level are.
    covers: what is here, level by level; empty before it was read.
    """

    _read = Signal(object, object)

    def __init__(self, ctx: PanelContext, ways: BaseWays, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._ways = ctx, ways
        self.covers: Sequence[Cover] = ()
        self._reading: Future[list[Cover]] | None = None
        t = ctx.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.words = QLabel(self)
        self.words.setProperty("role", "t2")
        self.words.setWordWrap(True)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.list = SayingList(ctx, "", self)
        self.list.setAccessibleName(t("base.page_preview"))
        self.list.setFixedWidth(300)
        self.list.currentRowChanged.connect(self._turn)
        self.plan = CoverPlan(ctx, ways, self)
        row.addWidget(self.list)
        row.addWidget(self.plan, 1)
        column.addLayout(row, 1)
        self.offline = QCheckBox(t("base.toggle_offline"), self)
        self.offline.toggled.connect(self._toggle)
        column.addWidget(self.offline)
        hint = QLabel(t("base.offline_hint"), self)
        hint.setProperty("role", "t3")
        hint.setWordWrap(True)
        column.addWidget(hint)
        self._read.connect(self._show)

    def refresh(self) -> None:
        """The page is turned to: what is here is read anew."""
        bases, t = self._ways.bases, self.ctx.t
        if bases is None:
            return
        self.offline.blockSignals(True)
        self.offline.setChecked(bases.offline)
        self.offline.blockSignals(False)
        tiles = bases.tiles(bases.current) if bases.current else None
        self.covers = ()
        whole = tiles is None or tiles.spec.is_file
        self.list.empty = t("base.levels_whole") if whole else ""
        self.list.clear()
        self.plan.show_cover(None, whole)
        if tiles is None or tiles.spec.is_file:
            self.words.setText(t("base.all_here", name=bases.spec.name if bases.spec is not None else t("base.own")))
            return
        self.words.setText(t("base.reading"))
        first, last = max(FIRST, tiles.spec.min_zoom), min(LAST, tiles.spec.max_zoom)
        self._reading = reading = bases.engine.ask(_covers(tiles, self.ctx.pack.bounds, first, max(first, last)))
        reading.add_done_callback(lambda done: self._read.emit(done, None if done.cancelled() else done.result()))

    def _show(self, asked: object, covers: list[Cover] | None) -> None:
        bases, t = self._ways.bases, self.ctx.t
        if asked is not self._reading or covers is None or bases is None:
            return
        self._reading, self.covers = None, covers
        self.list.clear()
        for cover in covers:
            need, here = len(cover.tiles), len(cover.here)
            percent = "100%" if here >= need else f"{min(here / need * 100, 99.9):.1f}%"
            when = t("base.oldest", age=age(cover.oldest, bases.clock.now())) if cover.oldest else t("base.none_here")
            self.list.addItem(
                t("base.level_row", level=cover.tiles.z, percent=percent, here=f"{here:,}", need=f"{need:,}", age=when)
            )
        size = sum(cover.size for cover in covers)
        whole = [cover.tiles.z for cover in covers if len(cover.here) >= len(cover.tiles)]
        spec = bases.spec
        name = t.pack(spec.name) if spec is not None else ""
        if whole and whole == list(range(whole[0], whole[-1] + 1)):
            self.words.setText(t("base.seen_whole", name=name, first=whole[0], last=whole[-1], size=amount(size)))
        else:
            self.words.setText(t("base.seen_part" if size else "base.seen_none", name=name, size=amount(size)))
        level = round(self._ways.canvas.camera.zoom)
        at = min(range(len(covers)), key=lambda i: abs(covers[i].tiles.z - level))
        self.list.setCurrentRow(at)

    def _turn(self, row: int) -> None:
        self.plan.show_cover(self.covers[row] if 0 <= row < len(self.covers) else None)

    def _toggle(self, on: bool) -> None:
        bases = self._ways.bases
        if bases is not None and bases.offline != on:
            self._ways.toggle_offline()

    def end(self) -> None:
        if self._reading is not None:
            self._reading.cancel()


async def _covers(tiles: Tiles, bounds: Box, first: int, last: int) -> list[Cover]:
    return await tiles.engine.aside(coverage, tiles, bounds, first, last)


class CoverPlan(QWidget):
    """The city in small: tiles that are here filled, those that are not hatched, and the frame of the map's view.

    Attributes:
        whole: all of it is here.
    """

    def __init__(self, ctx: PanelContext, ways: BaseWays, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._ways = ctx, ways
        self._cover: Cover | None = None
        self.whole = False
        self.setMinimumSize(240, 200)

    def show_cover(self, cover: Cover | None, whole: bool = False) -> None:
        """Shows one level; whole: it is a map that lies on this machine, without levels that were fetched."""
        self._cover, self.whole = cover, whole
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.fillRect(self.rect(), theme.map.color("land"))
        west, south, east, north = box_of(self.ctx.pack.bounds)
        scale = min((self.width() - 24) / (east - west), (self.height() - 24) / (north - south))
        left = (self.width() - (east - west) * scale) / 2
        top = (self.height() - (north - south) * scale) / 2

        def placed(box: Box) -> QRectF:
            x, y = left + (box[0] - west) * scale, top + (north - box[3]) * scale
            return QRectF(x, y, (box[2] - box[0]) * scale, (box[3] - box[1]) * scale)

        city = placed((west, south, east, north))
        here = theme.acc
        here.setAlphaF(0.75)
        if self.whole:
            painter.fillRect(city, here)
        elif self._cover is not None:
            painter.save()
            painter.setClipRect(city)
            missing = QBrush(theme.t3, Qt.BrushStyle.BDiagPattern)
            painter.fillRect(city, missing)
            for x, y in self._cover.here:
                box = placed(Tile(self._cover.tiles.z, x, y).box)
                painter.fillRect(box, theme.map.color("land"))
                painter.fillRect(box, here)
            painter.restore()
        painter.setPen(QPen(theme.line2, 1))
        painter.drawRect(city)
        painter.setPen(QPen(theme.t1, 2))
        painter.drawRect(placed(self._ways.canvas.camera.box).intersected(QRectF(self.rect()).adjusted(1, 1, -2, -2)))
