"""The worst offenders: which rules and things raise the most alarms, and what may be done about each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from cockpit.model.ages import span
from cockpit.model.alarms import Load, Offender
from cockpit.model.clock import SECOND
from widgets.alarms.load import LoadMeter
from widgets.alarms.model import rule_name
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.tips import plain_tip
from widgets.lists.words import joined


def offender_words(ctx: PanelContext, one: Offender) -> str:
    """What is wrong with it, in words: 反复报警，建议延时 30 秒; 已持续 2 天."""
    t, words = ctx.t, []
    if one.chatter:
        words.append(t("alarmlist.chatter"))
    if one.delay:
        words.append(t("alarmlist.try_delay", span=t(span(round(one.delay * SECOND)))))
    if one.standing:
        words.append(t("alarmlist.standing", span=t(span(one.standing))))
    return joined(*words)


class _Row(QWidget):
    """One offender: its share as a bar, its count, its words."""

    def __init__(self, ctx: PanelContext, one: Offender, edit: Callable[[str], object] | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._one = ctx, one
        self.setFixedHeight(48)
        named = one.name or one.thing
        self._title = joined(rule_name(ctx, one.rule), named)
        self._words = offender_words(ctx, one)
        self.setAccessibleName(joined(self._title, ctx.t("alarmlist.times", n=one.times), self._words))
        self.setToolTip(plain_tip(joined(self._title, self._words)))
        if edit is not None:
            self._edit = button(ctx.t("alarmlist.edit_rule"), lambda: edit(one.rule), parent=self)
        else:
            self._edit = None

    def resizeEvent(self, event: object) -> None:
        if self._edit is not None:
            size = self._edit.sizeHint()
            self._edit.setGeometry(self.width() - size.width(), 10, size.width(), 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._ctx.theme, QPainter(self)
        right = self.width() - (self._edit.width() + 12 if self._edit is not None else 0)
        wide = 64
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme.line)
        painter.setFont(theme.font("row_title"))
        painter.setPen(theme.t1)
        fit = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, right - wide - 8)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 4, right - wide - 8, 20), middle, fit)
        painter.drawText(
            QRectF(right - wide, 4, wide, 20),
            middle | Qt.AlignmentFlag.AlignRight,
            f"{self._one.times:,}",
        )
        painter.fillRect(QRectF(0, 32, 120, 4), theme.line)
        painter.fillRect(QRectF(0, 32, 120 * min(self._one.share, 1.0), 4), theme.chart)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t2)
        words = joined(f"{self._one.share * 100:.0f}%", self._words)
        painter.drawText(QRectF(128, 24, right - 128, 20), middle, words)


class OffendersDialog(QDialog):
    """The load of an operator, and what it comes from."""

    def __init__(
        self, ctx: PanelContext, load: Load, parent: QWidget, edit: Callable[[str], object] | None = None
    ) -> None:
        """
        Args:
            edit: opens a rule by id; None where none can be changed.
        """
        super().__init__(parent)
        t = ctx.t
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("alarmlist.load_title"))
        self.setMinimumSize(560, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        head = QLabel(t("alarmlist.load_title"), self)
        head.setProperty("style", "title")
        column.addWidget(head)
        meter = LoadMeter(ctx, self)
        meter.tell(load)
        column.addWidget(meter)
        note = QLabel(t("alarmlist.load_why"), self)
        note.setProperty("role", "t2")
        note.setWordWrap(True)
        column.addWidget(note)
        inner = QWidget(self)
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setSpacing(0)
        for one in load.offenders:
            rows.addWidget(_Row(ctx, one, self._then(edit), inner))
        if not load.offenders:
            none = QLabel(t("alarmlist.no_offenders" if load.known else "alarmlist.load_none"), inner)
            none.setProperty("role", "t2")
            rows.addWidget(none)
        rows.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inner)
        column.addWidget(scroll, 1)
        close = button(t("alarmlist.close"), self.accept, "primary", parent=self)
        close.setDefault(True)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _then(self, edit: Callable[[str], object] | None) -> Callable[[str], object] | None:
        if edit is None:
            return None

        def go(rule: str) -> None:
            self.accept()
            edit(rule)

        return go
