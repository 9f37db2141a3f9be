"""How one row of the alarm list is painted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from cockpit.model.tables import AlarmState
from widgets.alarms.model import AlarmFace
from widgets.kit.focus import draw_focus
from widgets.kit.symbols import draw_badge, draw_pattern
from widgets.lists.queue_model import Face
from widgets.lists.queue_row import BADGE, RowPainter, RowState, Times

_PAD, _TEXT_AT, _GAP, _INDENT = 12, 52, 12, 18
_ASKS = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)


class AlarmPainter(RowPainter):
    """Paints rows of alarms: what waits for a person has its level's ground and a solid mark, the rest is quiet."""

    def _draw(self, painter: QPainter, rect: QRect, face: Face, state: RowState, times: Times) -> None:
        if not isinstance(face, AlarmFace):
            super()._draw(painter, rect, face, state, times)
            return
        theme = self.theme
        shift = _INDENT if face.inner else 0
        asks = face.state in _ASKS and not face.gone
        self._alarm_ground(painter, rect, face, state, asks, shift)
        dim = face.gone or face.state in (AlarmState.SHELVED, AlarmState.SUPPRESSED)
        ink = {"t1": theme.t3 if dim else theme.t1, "t2": theme.t3 if dim else theme.t2, "t3": theme.t3}
        token = f"level_{face.level}"
        ink[token] = theme.t3 if dim else theme.level(face.level)
        right = rect.right() + 1 - _PAD
        left = rect.left() + _TEXT_AT + shift
        lines = [QRect(0, rect.top() + top, 0, tall) for top, tall in ((9, 20), (28, 18), (46, 18))]
        words = self.t("lists.row_gone") if face.gone else face.group
        if face.chatter:
            words = f"{words} · {self.t('alarmlist.chatter')}"
        lefts = (
            (face.title, self._title, "t1"),
            (face.place, self._small, "t2"),
            (words, self._small, token if asks else "t2"),
        )
        rights = (
            (face.channel, self._title if face.count else self._body, "t1"),
            (times.age, self._small, "t2"),
            (times.clock, self._small, "t3"),
        )
        for line, at_left, at_right in zip(lines, lefts, rights, strict=True):
            width = right - left
            taken = self._right(painter, line, right, at_right, width * 50 // 100, ink)
            self._left(painter, line, left, width - taken - _GAP, at_left, ink)
        if state.cursor:
            draw_focus(painter, rect, theme, bottom=2)

    def _alarm_ground(
        self, painter: QPainter, rect: QRect, face: AlarmFace, state: RowState, asks: bool, shift: int
    ) -> None:
        theme = self.theme
        if state.selected:
            painter.fillRect(rect, theme.acc_bg)
        elif state.hovered:
            painter.fillRect(rect, theme.s2)
        elif asks:
            painter.fillRect(rect, theme.level(face.level, "tint"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line)
        painter.fillRect(rect.left(), rect.top(), 3, rect.height() - 1, theme.level(face.level, "fill"))
        if state.selected:
            painter.fillRect(rect.left() + 3, rect.top(), 3, rect.height() - 1, theme.acc)
        box = QRectF(rect.left() + _PAD + shift, rect.top() + 10, BADGE, BADGE)
        draw_badge(painter, box, face.level, theme)
        if state.member:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.s1, 2))
            painter.setBrush(theme.acc)
            painter.drawEllipse(QRectF(box.right() - 5, box.top() - 5, 10, 10))
        icon = QRectF(box.center().x() - 8, rect.top() + 45, 16, 16)
        if face.count:
            self._fold(painter, icon, face.open)
        else:
            draw_pattern(painter, icon, face.pattern, theme.t3 if face.gone else theme.t2)

    def _fold(self, painter: QPainter, box: QRectF, is_open: bool) -> None:
        """The mark of a group: it can be unfolded, or is."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.t1, 1.75))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = box.center().x(), box.center().y()
        points = [(-5, -2.5), (0, 3), (5, -2.5)] if is_open else [(-2.5, -5), (3, 0), (-2.5, 5)]
        painter.drawPolyline(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in points]))

    def tooltip(self, face: Face, width: int) -> str:
        """The whole of what a row of `width` may have had to cut."""
        said = (face.title, face.place, face.group, face.channel)
        return "\n".join(words for words in said if words)
