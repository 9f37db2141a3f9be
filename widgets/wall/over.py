"""What lies over the panels of a screen: the hub is gone, 演练, frozen, which screen this is, the light spot, night."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from widgets.kit.icons import draw_icon
from widgets.wall.kit import wall_theme
from widgets.wall.paint import broken, draw_frame, draw_words, faint, fitted
from widgets.wall.sizes import WallType, font, metrics, sizes_at, wide

Point = tuple[float, float]
SPOT = 0.45
"""Radius of the light spot, in rows of type."""


@dataclass(frozen=True)
class Said:
    """What is said over a screen, in words ready to be drawn.

    Attributes:
        trouble: one line along the foot, "" none; heavy: it is no mere note.
        frozen: one line in the lower left corner, "" none.
        rehearsal: the word of the red frame, "" none.
        number, name: of the screen, large, in the middle; "" none. facts: under it.
        notice: sentences in the middle of a screen that has nothing else to show, () none.
        dim: how much of the light is taken away, 0–1.
    """

    trouble: str = ""
    heavy: bool = True
    frozen: str = ""
    rehearsal: str = ""
    number: str = ""
    name: str = ""
    facts: str = ""
    notice: tuple[str, ...] = ()
    dim: float = 0.0


NOTHING = Said()


class Over(QWidget):
    """Lies over a whole screen and lets through what it does not paint; hidden while it has nothing to say.

    Attributes:
        said: what it says now.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.said = NOTHING
        self._type = sizes_at(1.27, 8.0)
        self._spots: tuple[Point, ...] = ()
        self._strokes: tuple[tuple[Point, ...], ...] = ()
        self.hide()

    def fit(self, pitch_mm: float, distance_m: float) -> None:
        """The wall's pitch and distance, which its type is computed from."""
        self._type = sizes_at(pitch_mm, distance_m)
        self.update()

    def say(self, said: Said) -> None:
        if said != self.said:
            self.said = said
            self._show_or_hide()
            self.update()

    def point(self, spots: tuple[Point, ...], strokes: tuple[tuple[Point, ...], ...]) -> None:
        """The light spots and the strokes, in px of this screen; all may lie beside it."""
        if strokes != self._strokes:
            self._strokes, self._spots = strokes, spots
            self._show_or_hide()
            self.update()
        elif spots != self._spots:
            before, self._spots = self._spots, spots
            self._show_or_hide()
            for place in {*before} ^ {*spots}:
                self.update(self._spot_box(place))

    @property
    def type(self) -> WallType:
        return self._type

    def _show_or_hide(self) -> None:
        self.setVisible(self.said != NOTHING or bool(self._spots) or bool(self._strokes))

    def _spot_box(self, spot: Point) -> QRect:
        r = round(self._type.row * SPOT * 1.5) + 2
        return QRect(round(spot[0]) - r, round(spot[1]) - r, 2 * r, 2 * r)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        said = self.said
        if said.notice:
            self._paint_notice(painter, said.notice)
        self._paint_strokes(painter)
        foot = self._paint_trouble(painter, said) if said.trouble else 0.0
        if said.frozen:
            self._paint_frozen(painter, said.frozen, foot)
        if said.rehearsal:
            self._paint_rehearsal(painter, said.rehearsal)
        if said.number:
            self._paint_number(painter, said)
        for spot in self._spots:
            self._paint_spot(painter, spot)
        if said.dim > 0:
            painter.fillRect(event.rect(), faint(QColor(Qt.GlobalColor.black), min(said.dim, 0.95)))

    def _paint_trouble(self, painter: QPainter, said: Said) -> float:
        """Along the foot; how high it is."""
        theme, size = wall_theme(), self._type
        high = size.row * 1.7
        box = QRectF(0, self.height() - high, self.width(), high)
        painter.fillRect(box, theme.orange_tint if said.heavy else theme.s2)
        ink = theme.orange_text if said.heavy else theme.t2
        painter.fillRect(QRectF(0, box.top(), box.width(), max(2, size.hair * 2)), ink)
        side, gap = size.row * 1.05, size.row * 0.5
        room = box.width() - side - 3 * size.pad - gap
        px = fitted(said.trouble, room, size.row, size.min, True)
        took = min(wide(said.trouble, px, True), room)
        left = (box.width() - took - side - gap) / 2
        mark = QRectF(left, box.center().y() - side / 2, side, side)
        draw_icon(painter, mark, "plug-broken" if said.heavy else "clock", ink, 2)
        row = QRectF(left + side + gap, box.top(), room, high)
        draw_words(painter, row, said.trouble, px, theme.t1, True)
        return high

    def _paint_frozen(self, painter: QPainter, words: str, foot: float) -> None:
        theme, size = wall_theme(), self._type
        high, pad = size.row * 1.6, size.pad
        took = min(wide(words, size.row, True) + 2 * pad, self.width() - 2 * pad)
        box = QRectF(pad, self.height() - foot - high - pad, took, high)
        draw_frame(painter, box, theme.s2, theme.blue_text, max(2, size.hair), size.radius)
        draw_words(painter, box.adjusted(pad, 0, -pad, 0), words, size.row, theme.t1, True)

    def _paint_rehearsal(self, painter: QPainter, word: str) -> None:
        theme, size = wall_theme(), self._type
        thick = max(8.0, size.min * 0.34)
        pen = QPen(theme.red_fill, thick)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2))
        px = size.figure * 0.62
        took, high = wide(word, px, True) + 2 * size.pad, px * 1.5
        box = QRectF((self.width() - took) / 2, 0, took, high)
        painter.fillRect(box, theme.red_fill)
        draw_words(painter, box, word, px, theme.red_ink, True, "middle")

    def _paint_number(self, painter: QPainter, said: Said) -> None:
        theme, size = wall_theme(), self._type
        lines = [(said.name, size.row * 1.5, True), (said.facts, size.row, False)]
        lines = [line for line in lines if line[0]]
        number = min(self.height() * 0.42, self.width() * 0.3)
        high = number * 1.05 + sum(px * 1.5 for _, px, _ in lines) + 2 * size.pad
        widest = max([wide(said.number, number, True), *(wide(words, px, bold) for words, px, bold in lines)])
        width = min(max(widest + 4 * size.pad, high), self.width() - 2 * size.pad)
        box = QRectF((self.width() - width) / 2, (self.height() - high) / 2, width, high)
        draw_frame(painter, box, theme.s1, theme.acc, max(3, size.hair * 2), size.radius * 2)
        painter.setFont(font(number, True))
        painter.setPen(theme.t1)
        top = QRectF(box.left(), box.top() + size.pad * 0.5, width, number * 1.05)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip), said.number)
        y = top.bottom() + size.pad * 0.5
        for words, px, bold in lines:
            row = QRectF(box.left() + size.pad, y, width - 2 * size.pad, px * 1.4)
            draw_words(painter, row, words, fitted(words, row.width(), px, size.min, bold), theme.t2, bold, "middle")
            y += px * 1.5

    def _paint_notice(self, painter: QPainter, lines: tuple[str, ...]) -> None:
        theme, size = wall_theme(), self._type
        painter.fillRect(self.rect(), theme.bg)
        room, rows = self.width() - 4 * size.pad, []
        for i, words in enumerate(lines):
            most = size.panel * 1.5 if i == 0 else size.row
            px = fitted(words, room, most, size.min, i == 0)
            if wide(words, px, i == 0) <= room:
                rows.append((words, px, i == 0))
            else:
                rows += [(part, size.row, i == 0) for part in broken(words, size.row, room, i == 0)]
        y = self.height() / 2 - size.row * 0.9 * len(rows)
        for words, px, first in rows:
            row = QRectF(size.pad * 2, y, room, metrics(px).lineSpacing() * 1.15)
            draw_words(painter, row, words, px, theme.t1 if first else theme.t2, first, "middle")
            y = row.bottom()

    def _paint_strokes(self, painter: QPainter) -> None:
        theme, size = wall_theme(), self._type
        for color, width in ((theme.bg, size.row * 0.30), (theme.acc, size.row * 0.16)):
            round_pen = QPen(QBrush(color), width)
            round_pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            round_pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(round_pen)
            for stroke in self._strokes:
                points = [QPointF(*point) for point in stroke]
                if len(points) == 1:
                    painter.drawPoint(points[0])
                elif points:
                    painter.drawPolyline(QPolygonF(points))

    def _paint_spot(self, painter: QPainter, spot: Point) -> None:
        """A disc of the one accent in a light ring with a dark rim: seen on any ground, and no level's colour."""
        theme, r = wall_theme(), self._type.row * SPOT
        middle = QPointF(*spot)
        painter.setPen(QPen(theme.bg, r * 0.34))
        painter.setBrush(theme.acc)
        painter.drawEllipse(middle, r, r)
        painter.setPen(QPen(theme.t1, r * 0.18))
        painter.drawEllipse(middle, r, r)
