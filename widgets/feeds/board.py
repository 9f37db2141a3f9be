"""The board: a cell a system, a mark an interface, walked by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from widgets.feeds.cells import FOOT, GAP, PAD, Cell, height, lay_out
from widgets.feeds.fleet import Group
from widgets.feeds.marks import IMAGE, TOKENS, mark_image
from widgets.feeds.view import FeedView, Found, is_letter
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState, Health
from widgets.kit.panel import guarded

_RING = 5.5
"""Half the side of the frame around the selected mark."""
_STEP = 40


def _looks(groups: Sequence[Group]) -> list[tuple[str, object, int, list[tuple[str, Health]]]]:
    """What of groups is to be seen."""
    return [(g.id, g.name, g.total, [(feed.id, feed.health) for feed in g.feeds]) for g in groups]


def _places(groups: Sequence[Group]) -> dict[str, tuple[int, int]]:
    """Numbers of group and mark by feed."""
    return {feed.id: (g, i) for g, group in enumerate(groups) for i, feed in enumerate(group.feeds)}


class BoardView(FeedView):
    """Cells of groups."""

    def __init__(self, ctx: PanelContext, tip: Callable[[Group, FeedState | None], str], parent: QWidget) -> None:
        super().__init__(ctx, tip, parent, _STEP)
        self._cells: list[Cell] = []
        self._at: dict[str, tuple[int, int]] = {}

    def take(self, groups: Sequence[Group]) -> None:
        """Shows these groups; painted only where they look another than before."""
        before, self.groups = _looks(self.groups), tuple(groups)
        now = _looks(self.groups)
        if [(look[0], len(look[3])) for look in before] != [(look[0], len(look[3])) for look in now]:
            self._lay_out()
        elif before != now:
            self._at = _places(self.groups)
            for cell, old, new in zip(self._cells, before, now, strict=True):
                if old != new:
                    self.viewport().update(cell.x, cell.y - self._top, cell.w, cell.h)

    def select(self, feed: str) -> None:
        """Marks a feed as the selected one and brings it into sight."""
        if feed != self.selected:
            self.selected = feed
            self._into_sight()
            self._say()
            self.viewport().update()

    def cell_of(self, feed: str) -> QRect:
        """Where the cell of a feed is, in the viewport; empty when it is not shown."""
        at = self._at.get(feed)
        if at is None:
            return QRect()
        cell = self._cells[at[0]]
        return QRect(cell.x, cell.y - self._top, cell.w, cell.h)

    def mark_of(self, feed: str) -> QPoint:
        """The middle of a feed's mark, in the viewport."""
        group, i = self._at[feed]
        x, y = self._cells[group].mark(i)
        return QPoint(x, y - self._top)

    # -- where things are --------------------------------------------------------------------------------------------

    @property
    def _top(self) -> int:
        return self.verticalScrollBar().value()

    def _lay_out(self) -> None:
        self._cells = lay_out([len(group.feeds) for group in self.groups], self.viewport().width())
        self._at = _places(self.groups)
        bar, room = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(room)
        bar.setRange(0, max(0, height(self._cells) - room))
        self.viewport().update()

    def _into_sight(self) -> None:
        at = self._at.get(self.selected)
        if at is not None:
            cell, bar = self._cells[at[0]], self.verticalScrollBar()
            if cell.y < bar.value():
                bar.setValue(cell.y - PAD)
            elif cell.y + cell.h > bar.value() + self.viewport().height():
                bar.setValue(cell.y + cell.h + PAD - self.viewport().height())

    def under(self, at: QPoint) -> Found | None:
        x, y = at.x(), at.y() + self._top
        for group, cell in zip(self.groups, self._cells, strict=True):
            if cell.x <= x < cell.x + cell.w and cell.y <= y < cell.y + cell.h:
                i = cell.mark_at(x, y, len(group.feeds))
                return group, group.feeds[i] if i is not None else None
        return None

    def shows(self, feed: str) -> bool:
        return feed in self._at

    # -- how it is painted -------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        theme = self.ctx.theme
        painter.translate(0, -self._top)
        seen = event.rect().translated(0, self._top)
        name, small = theme.font("small"), theme.font("axis")
        chosen = self._at.get(self.selected, (-1, -1))
        for g, (group, cell) in enumerate(zip(self.groups, self._cells, strict=True)):
            if not seen.intersects(QRect(cell.x, cell.y, cell.w, cell.h)):
                continue
            worst = group.worst
            self._ground(painter, cell, worst, g == chosen[0], group.id == self._hovered[0])
            words = self._count(group, worst)
            painter.setFont(small)
            wide = QFontMetrics(small).horizontalAdvance(words)
            top, right = cell.y + 2, cell.x + cell.w - PAD
            painter.setPen(theme[TOKENS[worst] if worst < Health.WAITING else "t3"])
            painter.drawText(QRectF(right - wide - 1, top, wide + 2, 18), int(Qt.AlignmentFlag.AlignVCenter), words)
            painter.setFont(name)
            room = right - wide - 6 - cell.x - PAD
            shown = QFontMetrics(name).elidedText(
                self.ctx.t.pack(group.name), Qt.TextElideMode.ElideRight, max(room, 0)
            )
            painter.setPen(theme.t1 if worst < Health.WAITING or g == chosen[0] else theme.t2)
            painter.drawText(QRectF(cell.x + PAD, top, room, 18), int(Qt.AlignmentFlag.AlignVCenter), shown)
            for i, feed in enumerate(group.feeds):
                x, y = cell.mark(i)
                image = mark_image(feed.health, theme, self.devicePixelRatioF())
                painter.drawImage(QPointF(x + 0.5 - IMAGE / 2, y + 0.5 - IMAGE / 2), image)
            if g == chosen[0]:
                x, y = cell.mark(chosen[1])
                painter.setPen(QPen(theme.acc, 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(x + 0.5 - _RING, y + 0.5 - _RING, 2 * _RING, 2 * _RING), 2, 2)

    def _ground(self, painter: QPainter, cell: Cell, worst: Health, chosen: bool, hovered: bool) -> None:
        theme = self.ctx.theme
        edge = theme.acc if chosen and self.hasFocus() else theme.line2 if chosen or hovered else theme.line
        tint = "orange_tint" if worst <= Health.STALE else "yellow_tint" if worst is Health.AILING else "s1"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(theme.s2 if hovered and worst >= Health.WAITING else theme[tint])
        painter.drawRect(cell.x, cell.y, cell.w - 1, cell.h - 1)
        if worst <= Health.AILING:
            painter.fillRect(cell.x, cell.y, 3, cell.h, theme[TOKENS[worst]])

    def _count(self, group: Group, worst: Health) -> str:
        """中断 2/9, or 9 where all is well."""
        if worst is Health.LIVE:
            return f"{len(group.feeds)}"
        name = self.ctx.t(f"feedboard.health_{worst.name.lower()}")
        return self.ctx.t("feedboard.some_of", health=name, n=group.count(worst), total=group.total)

    # -- keyboard ----------------------------------------------------------------------------------------------------

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.groups:
            super().keyPressEvent(event)
            return
        g, i = self._at.get(self.selected, (0, -1))
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Left:
                self._walk(g, i, 1 if event.key() == Qt.Key.Key_Right else -1)
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._jump(g, i, 1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                step = 1 if event.key() == Qt.Key.Key_PageDown else -1
                self._pick(min(max(g + step * self._columns, 0), len(self.groups) - 1), 0)
            case Qt.Key.Key_Home:
                self._pick(0, 0)
            case Qt.Key.Key_End:
                self._pick(len(self.groups) - 1, 0)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if not event.isAutoRepeat():
                if self.selected in self._at:
                    self.opened.emit(self.selected)
                else:
                    self._pick(0, 0)
            case _ if is_letter(event):
                self.typed.emit(event.text())
            case _:
                super().keyPressEvent(event)

    @property
    def _columns(self) -> int:
        return len({cell.x for cell in self._cells})

    def _walk(self, g: int, i: int, step: int) -> None:
        """To the next or the last mark, in the next or the last cell at the end of one."""
        i += step
        if 0 <= i < len(self.groups[g].feeds):
            self._pick(g, i)
        elif 0 <= g + step < len(self.groups):
            self._pick(g + step, 0 if step > 0 else len(self.groups[g - 1].feeds) - 1)

    def _jump(self, g: int, i: int, step: int) -> None:
        """To the line of marks under or over this one, else to the cell under or over this one."""
        cell = self._cells[g]
        if i < 0:
            self._pick(g, 0)
            return
        along = i + step * cell.across
        if 0 <= along < len(self.groups[g].feeds):
            self._pick(g, along)
            return
        y = cell.y + cell.h + GAP if step > 0 else cell.y - GAP - FOOT
        beside = [n for n, other in enumerate(self._cells) if other.x == cell.x and other.y <= y < other.y + other.h]
        if beside:
            self._pick(beside[0], min(i % cell.across, len(self.groups[beside[0]].feeds) - 1))

    def _pick(self, g: int, i: int) -> None:
        self.picked.emit(self.groups[g].feeds[i].id)

    def _say(self) -> None:
        """What is selected, for those who can not see it."""
        at = self._at.get(self.selected)
        group = self.groups[at[0]] if at is not None else None
        self.setAccessibleDescription(self._tip(group, group.feeds[at[1]]) if group is not None and at else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self._into_sight()
