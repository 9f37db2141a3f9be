"""The catalogue's panels as tiles that are dragged onto a screen or a place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from cockpit.model.wall import Place
from widgets.kit.panel import guarded
from widgets.walldesk.dragged import carried
from widgets.walldesk.glyphs import draw_glyph
from widgets.walldesk.hand import Hand
from widgets.walldesk.kinds import Kind, least

TILE, GAP, WIDE = 64, 8, 150
_STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class KindGrid(QWidget):
    """Arrows walk the tiles; Enter puts the chosen one into the chosen place.

    Attributes:
        kinds: what is shown, in order.
        picked: emitted with the id of the panel that was chosen; wanted: that is to be put into the chosen place.
    """

    picked = Signal(str)
    wanted = Signal(str)

    def __init__(self, hand: Hand, parent: QWidget) -> None:
        super().__init__(parent)
        self._hand = hand
        self.kinds: list[Kind] = []
        self._over = -1
        self._pressed: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_kinds(self, kinds: list[Kind]) -> None:
        if kinds != self.kinds:
            self.kinds = kinds
            self.updateGeometry()
            self.setFixedHeight(self.heightForWidth(self.width()))
        self.update()

    @property
    def columns(self) -> int:
        return max(1, min(2, (self.width() + GAP) // (WIDE + GAP)))

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self.kinds) // self.columns)
        return max(TILE, rows * (TILE + GAP) - GAP)

    def sizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width()))

    def resizeEvent(self, event: object) -> None:
        high = self.heightForWidth(self.width())
        if high != self.height():
            self.setFixedHeight(high)

    def rect_of(self, at: int) -> QRectF:
        wide = (self.width() - GAP * (self.columns - 1)) / self.columns
        column, row = at % self.columns, at // self.columns
        return QRectF(round(column * (wide + GAP)), row * (TILE + GAP), round(wide), TILE)

    def at(self, point: QPointF) -> int:
        return next((i for i in range(len(self.kinds)) if self.rect_of(i).contains(point)), -1)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for i, kind in enumerate(self.kinds):
            if self.rect_of(i).intersects(QRectF(event.rect())):
                self.paint_tile(painter, self.rect_of(i), kind, i == self._over)
        painter.end()

    def paint_tile(self, painter: QPainter, rect: QRectF, kind: Kind, over: bool) -> None:
        hand, theme, t = self._hand, self._hand.ctx.theme, self._hand.ctx.t
        chosen = kind.panel == hand.ctx.walling.panel
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = "acc" if chosen else "t3" if over else "line"
        width = 2.0 if chosen and self.hasFocus() else 1.0
        painter.setPen(QPen(theme[edge], width))
        painter.setBrush(theme.acc_bg if chosen else theme.s3 if over else theme.s2)
        painter.drawRoundedRect(rect.adjusted(width / 2, width / 2, -width / 2, -width / 2), 4, 4)
        wide = min(88.0, rect.width() * 0.46)
        draw_glyph(painter, QRectF(rect.left() + 10, rect.top() + 14, wide - 10, TILE - 28), kind.panel, theme)
        left, room = rect.left() + wide + 10, rect.width() - wide - 14
        name = t(kind.name) if kind.name else kind.panel
        wall = hand.wall
        size = "{} × {}".format(*least(Place("", panel=kind.panel), wall)) if wall is not None else ""
        for y, style, weight, token, words in (
            (11, "body", 700, "t1", name), (32, "small", 400, "t2", t("walldesk.from_size", size=size) if size else ""),
        ):  # fmt: skip
            font = theme.font(style, weight)
            painter.setFont(font)
            painter.setPen(theme[token])
            cut = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, rect.top() + y, room, 20), int(Qt.AlignmentFlag.AlignVCenter), cut)

    # -- hands -----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.at(event.position())
        if at >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self.picked.emit(self.kinds[at].panel)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.at(event.position())
        if over != self._over:
            self._over = over
            self.update()
        pressed = self._pressed
        if pressed is not None and (event.position() - pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            at = self.at(pressed)
            if at >= 0:
                self._drag(at)

    def _drag(self, at: int) -> None:
        drag = QDrag(self)
        drag.setMimeData(carried(self.kinds[at].panel))
        rect = self.rect_of(at)
        picture = QPixmap(rect.size().toSize() * self.devicePixelRatioF())
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint_tile(painter, QRectF(0, 0, rect.width(), rect.height()), self.kinds[at], False)
        painter.end()
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(20, TILE // 2))
        drag.exec(Qt.DropAction.CopyAction)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.at(event.position())
        if at >= 0:
            self.wanted.emit(self.kinds[at].panel)

    def leaveEvent(self, event: QEvent) -> None:
        self._over = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        ids = [kind.panel for kind in self.kinds]
        chosen = self._hand.ctx.walling.panel
        here = ids.index(chosen) if chosen in ids else -1
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers or not ids:
            super().keyPressEvent(event)
        elif step is not None:
            to = here + step[0] + step[1] * self.columns if here >= 0 else 0
            if 0 <= to < len(ids):
                self.picked.emit(ids[to])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here >= 0 and not event.isAutoRepeat():
            self.wanted.emit(ids[here])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
