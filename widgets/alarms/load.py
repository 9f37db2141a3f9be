"""The load meter: how many alarms an operator had in ten minutes, against what a person can bear (ISA-18.2)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.alarms import Load
from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded

GOOD, MOST, FLOOD = 1.0, 2.0, 10.0
"""Alarms in ten minutes: good, the most that is manageable, a flood."""


def grade(load: Load) -> str:
    """`good`, `most` (manageable), `over` or `flood`; `none` where it is not counted."""
    if not load.known:
        return "none"
    if load.flood or load.ten_minutes > FLOOD:
        return "flood"
    if load.ten_minutes > MOST:
        return "over"
    return "most" if load.ten_minutes > GOOD else "good"


def token(load: Load) -> str:
    """Colour of the grade; what is good has none."""
    return {"flood": "red_text", "over": "orange_text", "most": "t1", "good": "t1", "none": "t2"}[grade(load)]


def rate_words(load: Load) -> str:
    """“0.8”, “14”: one digit after the point as long as it matters; “–” where it is not counted."""
    if not load.known:
        return "–"
    return f"{load.ten_minutes:.1f}" if load.ten_minutes < 10 else f"{load.ten_minutes:.0f}"


class LoadMeter(QWidget):
    """A line: the rate in words, a bar with the two marks, the last 24 hours as small bars."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self._load = Load()
        self.setFixedHeight(52)

    def tell(self, load: Load) -> None:
        if load != self._load:
            self._load = load
            self.retranslate()

    def retranslate(self) -> None:
        t, load = self.ctx.t, self._load
        words = t("alarmlist.load_none")
        if load.known:
            words = t("alarmlist.load_tip", rate=rate_words(load), n=load.operators, today=f"{load.today:.0f}")
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 52)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, t, load, painter = self.ctx.theme, self.ctx.t, self._load, QPainter(self)
        colour = theme[token(load)]
        left, middle = 12.0, int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(theme.font("fact"))
        painter.setPen(colour)
        rate = rate_words(load)
        painter.drawText(QRectF(left, 4, 80, 26), middle, rate)
        x = left + QFontMetrics(theme.font("fact")).horizontalAdvance(rate) + 6
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t2)
        painter.drawText(QRectF(x, 7, 150, 22), middle, t("alarmlist.load_unit"))
        painter.setPen(colour if grade(load) in ("over", "flood") else theme.t2)
        painter.drawText(QRectF(left, 30, self.width() * 0.45, 16), middle, t(f"alarmlist.load_{grade(load)}"))
        self._bar(painter, QRectF(x + 66, 14, max(self.width() * 0.5 - x - 66, 40), 8))
        self._hours(painter, QRectF(self.width() * 0.56, 6, self.width() * 0.44 - 12, 26), load.hours)

    def _bar(self, painter: QPainter, box: QRectF) -> None:
        theme, load = self.ctx.theme, self._load
        painter.fillRect(box, theme.line)
        share = min(load.ten_minutes / FLOOD, 1.0)
        painter.fillRect(QRectF(box.left(), box.top(), box.width() * share, box.height()), theme[token(load)])
        for mark in (GOOD, MOST):
            painter.fillRect(QRectF(box.left() + box.width() * mark / FLOOD, box.top() - 3, 1, 14), theme.t2)

    def _hours(self, painter: QPainter, box: QRectF, hours: Sequence[int]) -> None:
        theme, t = self.ctx.theme, self.ctx.t
        painter.setFont(theme.font("axis"))
        painter.setPen(theme.t2)
        under = QRectF(box.left(), box.bottom() + 2, box.width(), 16)
        painter.drawText(under, Qt.AlignmentFlag.AlignLeft, t("alarmlist.hours_ago"))
        painter.drawText(under, Qt.AlignmentFlag.AlignRight, t("alarmlist.hours_now"))
        painter.fillRect(QRectF(box.left(), box.bottom(), box.width(), 1), theme.grid)
        top = max([*hours, 6])
        wide = box.width() / max(len(hours), 24)
        for i, count in enumerate(hours):
            if count:
                tall = max(count / top * box.height(), 2)
                where = QRectF(box.left() + i * wide + 0.5, box.bottom() - tall, wide - 1, tall)
                painter.fillRect(where, theme.chart)
