"""The lines of the list of what lies in a drawn shape, and how they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.kit.icons import draw_icon
from widgets.kit.lines import Index
from widgets.kit.symbols import draw_badge, draw_unit
from widgets.map.hands import ground
from widgets.map.hands.contents import LAYER
from widgets.map.scene import CAMERA, CASE, EVENT, SENSOR, UNIT

if TYPE_CHECKING:
    from widgets.map.hands.tray import Tray

WIDTH = 300
HEAD_H, THING_H = 30, 42
LAYER_OF = {EVENT: EVENT, CASE: EVENT, UNIT: UNIT, SENSOR: SENSOR, CAMERA: CAMERA}
"""Which layer of the map shows a topic; imported layers are told only while they are shown."""


class Line(msgspec.Struct, frozen=True):
    """One line of the list: the head of a group (no key), a thing, or how many more there are (more > 0).

    Attributes:
        of: id of the imported layer, "" for the other topics.
        metres: by air line from the middle of a ring; NaN without one.
        road: along the streets; NaN where it is not known.
        beyond: it lies outside of the ring.
    """

    topic: str
    key: str = ""
    count: int = 0
    more: int = 0
    metres: float = float("nan")
    road: float = float("nan")
    beyond: bool = False
    of: str = ""

    @property
    def group(self) -> tuple[str, str]:
        return self.topic, self.of


class TrayRow(QStyledItemDelegate):
    def __init__(self, tray: Tray) -> None:
        super().__init__(tray)
        self._tray = tray

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH - 12, THING_H if self._tray.lines[index.row()].key else HEAD_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line, rect, theme = self._tray.lines[index.row()], QRectF(option.rect), self._tray.ctx.theme  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(line.key) and (line.topic, line.key) == self._tray.ctx.selection.item
        if selected:
            painter.fillRect(rect, theme.acc_bg)
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme.acc)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.s2)
        if line.key:
            self._thing(painter, rect, line)
        else:
            self._head(painter, rect, line)
        if state & QStyle.StateFlag.State_Selected and self._tray.list.hasFocus():
            painter.setPen(theme.acc)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.restore()

    def _head(self, painter: QPainter, rect: QRectF, line: Line) -> None:
        tray, theme = self._tray, self._tray.ctx.theme
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        if line.more:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t3)
            painter.drawText(rect.adjusted(42, 0, -12, 0), middle, tray.ctx.t("hands.more", n=f"{line.more:,}"))
            return
        arrow = "chevron-down" if line.group in tray.unfolded else "chevron-right"
        if line.count or (line.topic == UNIT and tray.beyond):
            draw_icon(painter, QRectF(rect.left() + 12, rect.center().y() - 6, 12, 12), arrow, theme.t2, 1.75)
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.t1 if line.count else theme.t3)
        name = QFontMetricsF(painter.font()).elidedText(
            tray.name_of(line), Qt.TextElideMode.ElideRight, rect.width() - 92
        )
        painter.drawText(rect.adjusted(32, 0, -60, 0), middle, name)
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(rect.adjusted(0, 0, -12, 0), right, f"{line.count:,}")
        if line.topic in LAYER_OF and LAYER_OF[line.topic] not in tray.visible and line.count:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t3)
            wide = QFontMetricsF(theme.font("body", 700)).horizontalAdvance(f"{line.count:,}") + 22
            painter.drawText(rect.adjusted(0, 0, -wide, 0), right, tray.ctx.t("hands.layer_off"))

    def _thing(self, painter: QPainter, rect: QRectF, line: Line) -> None:
        ctx = self._tray.ctx
        theme = ctx.theme
        self._sign(painter, QRectF(rect.left() + 12, rect.center().y() - 10, 20, 20), line)
        right = rect.right() - 12
        far = line.road if line.road == line.road else line.metres
        if far == far:
            words = ground.length_words(far)
            painter.setFont(theme.font("body", 700))
            painter.setPen(theme.t1)
            wide = QFontMetricsF(painter.font()).horizontalAdvance(words)
            how = self._tray.how_far(line)
            painter.drawText(QRectF(right - wide, rect.top() + 3, wide + 1, 19), Qt.AlignmentFlag.AlignVCenter, words)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t3)
            side = QFontMetricsF(painter.font()).horizontalAdvance(how)
            painter.drawText(QRectF(right - side, rect.top() + 21, side + 1, 16), Qt.AlignmentFlag.AlignVCenter, how)
            right -= max(wide, side) + 10
        said = self._tray.words(line.topic, line.key) or (ctx.t("hands.gone"), "")
        room = right - rect.left() - 42
        for text, token, ink, top, high in ((said[0], "body", "t1", 3, 19), (said[1], "small", "t2", 21, 16)):
            painter.setFont(theme.font(token))
            painter.setPen(theme[ink])
            cut = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(rect.left() + 42, rect.top() + top, room, high), Qt.AlignmentFlag.AlignVCenter, cut)

    def _sign(self, painter: QPainter, box: QRectF, line: Line) -> None:
        tray, theme = self._tray, self._tray.ctx.theme
        if line.topic in (EVENT, CASE):
            draw_badge(painter, box, tray.level(line), theme)
            return
        if line.topic == UNIT:
            row = tray.picture[UNIT].get(line.key)
            kind = tray.ctx.pack.unit_kind(row["kind"] if row else "")
            draw_unit(painter, box.center(), kind.shape, int(row["state"]) if row else 0, theme)
            return
        name = {CAMERA: "camera", LAYER: "layers"}.get(line.topic, "pin")
        draw_icon(painter, box.adjusted(2, 2, -2, -2), name, theme.t2, 1.75)
