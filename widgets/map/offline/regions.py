"""离线下载: an area counted and estimated first, then fetched, paused, resumed, given up."""

from __future__ import annotations

import shutil
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cockpit.geo.tiles.grid import Box, spans
from cockpit.geo.tiles.regions import DONE, RUNNING, Estimate, Progress
from cockpit.geo.tiles.tiles import Tiles
from cockpit.model.ages import span as span_words
from cockpit.model.messages import Message
from widgets.kit.buttons import Segments, button, disable
from widgets.kit.context import PanelContext
from widgets.kit.sayinglist import SayingList
from widgets.map.camera import wgs84

if TYPE_CHECKING:
    from widgets.map.offline.ways import BaseWays

MOST = 500_000
"""Tiles of one area: more is a task for the map's provider."""
DETAIL = 16
"""Level up to which an area is offered first: every street with its name."""
PROGRESS = int(Qt.ItemDataRole.UserRole)


def amount(size: float) -> str:
    """Bytes as they are said: 840 kB, 12.4 MB, 1.20 GB."""
    if size < 1e6:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.2f} GB"


class RegionsPage(QWidget):
    """Attributes:
    list: the areas; Space pauses and resumes one, Delete gives it up.
    estimate: of the area in the form; None before it was asked for.
    """

    _estimated = Signal(object, object)
    _heard = Signal()

    def __init__(self, ctx: PanelContext, ways: BaseWays, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._ways = ctx, ways
        self.estimate: Estimate | None = None
        self._asking: Future[Estimate] | None = None
        self._end_watch = lambda: None
        self._watching = False
        self.area = "view"
        t = ctx.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._head = QLabel(self)
        self._head.setProperty("role", "t2")
        self._head.setWordWrap(True)
        column.addWidget(self._head)
        form = QHBoxLayout()
        form.setSpacing(8)
        self._areas = Segments([(a, t(f"base.area_{a}")) for a in ("view", "city")], self.area, self)
        self._areas.chosen.connect(self._set_area)
        form.addWidget(self._areas)
        form.addSpacing(8)
        self.first, self.last = self._spin("base.from_level"), self._spin("base.to_level")
        for words, spin in (("base.levels", self.first), ("base.to", self.last)):
            label = QLabel(t(words), self)
            label.setProperty("role", "t2")
            form.addWidget(label)
            form.addWidget(spin)
        form.addStretch(1)
        self.count = button(t("base.estimate"), self.ask, parent=self)
        self.begin = button(t("base.begin"), self.start, "primary", parent=self)
        for made in (self.count, self.begin):
            made.setAutoDefault(False)
            form.addWidget(made)
        column.addLayout(form)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(40)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.words)
        self.list = SayingList(ctx, t("base.regions_empty"), self)
        self.list.setAccessibleName(t("base.page_regions"))
        self.list.setItemDelegate(_Rows(ctx, self.list))
        self.list.installEventFilter(self)
        self.list.currentRowChanged.connect(lambda _row: self._enable())
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.pause = button(t("base.pause"), self.turn, parent=self)
        self.drop = button(t("base.give_up"), self.give_up, parent=self)
        for made in (self.pause, self.drop):
            made.setAutoDefault(False)
            row.addWidget(made)
        row.addStretch(1)
        column.addLayout(row)
        self._estimated.connect(self._show_estimate)
        self._heard.connect(self._fill)

    def _spin(self, name: str) -> QSpinBox:
        theme = self.ctx.theme
        spin = QSpinBox(self)
        spin.setRange(0, 22)
        spin.setFixedSize(64, 28)
        spin.setAccessibleName(self.ctx.t(name))
        spin.setStyleSheet(f"QSpinBox {{ background: {theme.hex('field')}; color: {theme.hex('t1')}; }}")
        spin.valueChanged.connect(self._changed)
        return spin

    # -- the form --------------------------------------------------------------------------------------------------

    @property
    def tiles(self) -> Tiles | None:
        """The source that is shown, if its tiles come from elsewhere."""
        bases = self._ways.bases
        tiles = bases.tiles(bases.current) if bases is not None and bases.current else None
        return tiles if tiles is not None and not tiles.spec.is_file else None

    @property
    def bounds(self) -> Box:
        """Degrees of the area in the form."""
        if self.area == "city":
            return self.ctx.pack.bounds
        west, south, east, north = self._ways.canvas.camera.box
        return (*wgs84(west, south), *wgs84(east, north))

    def refresh(self) -> None:
        """The page is turned to."""
        bases, t = self._ways.bases, self.ctx.t
        if bases is None:
            return
        tiles, spec = self.tiles, bases.spec
        if tiles is not None:
            self._head.setText(t("base.regions_hint", name=tiles.spec.name))
            low, high = tiles.spec.min_zoom, tiles.spec.max_zoom
            for spin, value in ((self.first, max(low, 8)), (self.last, min(high, DETAIL))):
                spin.blockSignals(True)
                spin.setRange(low, high)
                spin.setValue(value)
                spin.blockSignals(False)
        else:
            self._head.setText(t("base.all_here", name=spec.name if spec is not None else t("base.own")))
        for widget in (self.first, self.last, self._areas):
            widget.setEnabled(tiles is not None)
        if not self._watching and (tiles is not None or spec is not None):
            self._watching = True
            self._end_watch = bases.regions.watch(self._heard.emit)
        self._changed()
        self._fill()

    def _set_area(self, area: str) -> None:
        self.area = area
        self._changed()

    def _changed(self) -> None:
        """Another area: it is counted at once, its size is not known yet."""
        self.estimate = None
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        self._say()

    def _total(self) -> int:
        return sum(map(len, spans(self.bounds, self.first.value(), self.last.value())))

    def _say(self) -> None:
        t, tiles = self.ctx.t, self.tiles
        wrong = ""
        if tiles is None:
            wrong = t("base.nothing_to_fetch")
            self.words.setText("")
        elif self.first.value() > self.last.value():
            wrong = t("base.levels_wrong")
            self.words.setText(wrong)
        else:
            total, found = self._total(), self.estimate
            if total > MOST:
                wrong = t("base.too_many", count=f"{total:,}", most=f"{MOST:,}")
                self.words.setText(wrong)
            elif self._asking is not None:
                self.words.setText(t("base.estimating", count=f"{total:,}"))
            elif found is None:
                self.words.setText(t("base.counted", count=f"{total:,}"))
            elif found.trouble is not None:
                self.words.setText(t("base.not_estimated", count=f"{total:,}", why=found.trouble))
            else:
                self.words.setText(
                    t(
                        "base.estimated", count=f"{found.total:,}", here=f"{found.here:,}", size=amount(found.size),
                        low=amount(found.low), high=amount(found.high), sampled=found.sampled,
                        free=amount(self._free()),
                    )
                )  # fmt: skip
        disable(self.count, wrong or (t("base.is_estimating") if self._asking is not None else ""))
        if not wrong and (self.estimate is None or self.estimate.trouble is not None):
            wrong = t("base.estimate_first")
        elif not wrong and self.estimate is not None and self.estimate.high > self._free():
            wrong = t("base.no_room")
        disable(self.begin, wrong)

    def _free(self) -> int:
        """Bytes that the disk of this machine's tiles still takes."""
        bases = self._ways.bases
        path = getattr(bases.engine.store, "path", None) if bases is not None else None
        try:
            return shutil.disk_usage(path.parent).free if path is not None else 0
        except OSError:
            return 0

    def ask(self) -> None:
        """Fetches some tiles of the area to say how large all of it is."""
        bases, tiles = self._ways.bases, self.tiles
        if bases is None or tiles is None or self._asking is not None:
            return
        work = bases.regions.estimate(tiles, self.bounds, self.first.value(), self.last.value())
        self._asking = asking = bases.engine.ask(work)
        asking.add_done_callback(lambda done: self._estimated.emit(done, None if done.cancelled() else done.result()))
        self._say()

    def _show_estimate(self, asked: object, found: Estimate | None) -> None:
        if asked is self._asking and found is not None:
            self._asking, self.estimate = None, found
            self._say()

    def start(self) -> None:
        """Begins to fetch the area of the form."""
        bases, tiles = self._ways.bases, self.tiles
        if bases is None or tiles is None or self.estimate is None:
            return
        t, place = self.ctx.t, t_name(self.ctx, self.area)
        name = t("base.region_name", place=place, first=self.first.value(), last=self.last.value())
        bases.keep_region(name, tiles.spec.id, self.bounds, self.first.value(), self.last.value())
        self._changed()
        self._fill()

    # -- the areas -------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> Progress | None:
        item = self.list.currentItem()
        progress: Progress | None = item.data(PROGRESS) if item is not None else None
        return progress

    def _fill(self) -> None:
        bases = self._ways.bases
        if bases is None or not self._watching:
            self._enable()
            return
        rows, before = bases.regions.all(), self.chosen
        for row, progress in enumerate(rows):
            if row >= self.list.count():
                item = QListWidgetItem()
                item.setSizeHint(QSize(0, 58))
                self.list.addItem(item)
            item = self.list.item(row)
            item.setData(PROGRESS, progress)
            item.setText(row_words(self.ctx, progress))
        while self.list.count() > len(rows):
            self.list.takeItem(self.list.count() - 1)
        wanted = next((i for i, p in enumerate(rows) if before is not None and p.region.id == before.region.id), 0)
        if rows:
            self.list.setCurrentRow(wanted)
        self._enable()
        self.list.viewport().update()

    def _enable(self) -> None:
        t, progress = self.ctx.t, self.chosen
        running = progress is not None and progress.region.state == RUNNING
        self.pause.setText(t("base.pause" if running or progress is None else "base.resume"))
        done = progress is not None and progress.region.state == DONE
        complete = done and progress is not None and progress.here >= progress.total
        disable(self.pause, t("base.no_region") if progress is None else t("base.is_done") if complete else "")
        disable(self.drop, "" if progress is not None else t("base.no_region"))

    def turn(self) -> None:
        """Pauses what runs, goes on with what does not."""
        bases, progress = self._ways.bases, self.chosen
        if bases is None or progress is None:
            return
        if progress.region.state == RUNNING:
            bases.regions.pause(progress.region.id)
        else:
            bases.regions.resume(progress.region.id)

    def give_up(self) -> None:
        """The area is not kept any more; its tiles stay until room is needed."""
        bases, progress = self._ways.bases, self.chosen
        if bases is not None and progress is not None:
            bases.regions.drop(progress.region.id)
            self.ctx.notify(Message("base.given_up", {"name": progress.region.name}), 0)
            self._fill()

    def end(self) -> None:
        self._end_watch()
        if self._asking is not None:
            self._asking.cancel()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Space:
                self.turn()
                return True
            if event.key() == Qt.Key.Key_Delete:
                self.give_up()
                return True
        return False


def t_name(ctx: PanelContext, area: str) -> str:
    return ctx.t.pack(ctx.pack.name) if area == "city" else ctx.t("base.view_area")


def row_words(ctx: PanelContext, progress: Progress) -> str:
    """How far an area is, in words."""
    t = ctx.t
    share = progress.here / max(progress.total, 1)
    percent = "100%" if progress.here >= progress.total else f"{min(share * 100, 99.9):.1f}%"
    words = t(
        f"base.state_{progress.region.state}",
        here=f"{progress.here:,}", total=f"{progress.total:,}", size=amount(progress.size), percent=percent,
    )  # fmt: skip
    if progress.region.state == RUNNING and progress.trouble is not None:
        words += " · " + t(progress.trouble)
    elif progress.active and progress.rate > 0:
        left = span_words(int((progress.total - progress.here) / progress.rate * 1e6))
        words += " · " + t("base.rate", rate=f"{progress.rate:.0f}", left=left)
    elif progress.region.state != RUNNING and progress.trouble is not None:
        words += " · " + t(progress.trouble)
    return words


class _Rows(QStyledItemDelegate):
    """An area: its name, a bar, and words."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        progress: Progress = index.data(PROGRESS)  # type: ignore[attr-defined]
        theme, box = self._ctx.theme, option.rect.adjusted(10, 6, -10, -6)
        painter.save()
        chosen = bool(option.state & option.state.State_Selected)
        if chosen:
            painter.fillRect(option.rect, theme.acc_bg)
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.t1)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignTop), progress.region.name)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.orange_text if progress.trouble is not None else theme.t2)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignBottom), row_words(self._ctx, progress))
        bar = box.adjusted(0, 21, 0, -21)
        painter.fillRect(bar, theme.line)
        bar.setWidth(round(bar.width() * min(progress.here / max(progress.total, 1), 1.0)))
        painter.fillRect(bar, theme.acc if progress.region.state != "paused" else theme.chart)
        painter.restore()
