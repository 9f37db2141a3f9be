"""Draws the living wall: a screen's picture with what was done to it and what is wrong with it, and its line."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from cockpit.model.wall import Screen
from cockpit.model.wall_solve import cut
from widgets.kit.icons import draw_icon
from widgets.walldesk.hand import Hand
from widgets.walldesk.health import Said, chips, health_words, name_words, picture_age, trouble_words
from widgets.walldesk.kinds import group_of
from widgets.walldesk.thumbs import Thumbs
from widgets.walldesk.ways import first_fitting

LINE = 30
"""Height of the line under a picture, with its gap."""
LEAST, MOST_MACHINE = 30, 90
"""Pixels that words are begun in, and that the name of a machine keeps before what it reports."""
Part = tuple[str, str, str, str]
_FIRST_GONE = {"GB": 0, "℃": 1}


class Seen(NamedTuple):
    """Numbers of the screens that the pointer is over, that something is dropped on, and that has the keyboard; 0 none.
    dpr: device pixels a pixel."""

    over: int
    dropping: int
    focus: int
    dpr: float


class TilePainter:
    """Draws screens of one desk."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._thumbs = Thumbs()

    def picture(self, painter: QPainter, screen: Screen, rect: QRectF, seen: Seen) -> None:
        """A screen as it is, with what was done to it and what is wrong with it."""
        hand, theme, shows = self._hand, self._hand.ctx.theme, self._hand.shows
        thumb = hand.thumb(screen)
        pixmap = self._thumbs.pixmap(thumb, rect.size().toSize(), seen.dpr) if thumb else None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if shows is not None and screen.id in shows.blank:
            painter.fillRect(rect, Qt.GlobalColor.black)
        elif pixmap is not None:
            painter.drawPixmap(rect.topLeft(), pixmap)
        else:
            self._plan(painter, screen, rect)
        chosen = screen.id in {one.id for one in hand.screens}
        trouble = trouble_words(hand, screen)
        self._chips(painter, screen, rect)
        if trouble is not None:
            self._band(painter, trouble, rect)
        if seen.dropping == screen.id:
            tint = theme.acc
            tint.setAlphaF(0.25)
            painter.fillRect(rect, tint)
        edge = (
            "acc" if chosen else trouble.token if trouble is not None else "t3" if seen.over == screen.id else "line2"
        )
        inset = 1.0 if chosen else 0.5
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme[edge], 2 if chosen else 1))
        painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))
        if seen.focus == screen.id:
            pen = QPen(theme.t1, 1)
            pen.setDashPattern([2, 2])
            painter.setPen(pen)
            painter.drawRect(rect.adjusted(4.5, 4.5, -4.5, -4.5))

    def _plan(self, painter: QPainter, screen: Screen, rect: QRectF) -> None:
        """As long as there is no picture: what the scene has there."""
        hand, theme, shows = self._hand, self._hand.ctx.theme, self._hand.shows
        painter.fillRect(rect, theme.bg)
        scale = rect.width() / max(screen.at.w, 1)
        placed = hand.placed(shows.scene) if shows is not None else ()
        for one in cut(placed, screen):
            at = QRectF(
                rect.left() + one.at.x * scale, rect.top() + one.at.y * scale, one.at.w * scale, one.at.h * scale
            )
            painter.fillRect(at, theme.map.color("water") if group_of(one.place.panel) == "map" else theme.s2)
            painter.setPen(QPen(theme.line2, 1))
            painter.drawRect(at.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t2)
        painter.drawText(
            rect, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), hand.ctx.t("walldesk.no_thumb")
        )

    def _chips(self, painter: QPainter, screen: Screen, rect: QRectF) -> None:
        """What was done to a screen by hand, in words at its upper left."""
        theme = self._hand.ctx.theme
        painter.setFont(theme.font("small"))
        metrics, x = QFontMetricsF(theme.font("small")), rect.left() + 6
        for ways in chips(self._hand, screen):
            room = rect.right() - 4 - x - 12
            words = next((one for one in ways if metrics.horizontalAdvance(one) <= room), "")
            if not words:
                return
            box = QRectF(round(x) + 0.5, rect.top() + 6.5, metrics.horizontalAdvance(words) + 12, 20)
            painter.setPen(QPen(theme.acc, 1))
            painter.setBrush(theme.acc_bg)
            painter.drawRect(box)
            painter.setPen(theme.acc)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
            x = box.right() + 5

    def _band(self, painter: QPainter, said: Said, rect: QRectF) -> None:
        """What is wrong with a screen, over the foot of its picture."""
        theme = self._hand.ctx.theme
        high = min(30.0, rect.height() / 2)
        band = QRectF(rect.left(), rect.bottom() - high, rect.width(), high)
        painter.fillRect(band, theme[said.tint])
        painter.fillRect(QRectF(band.left(), band.top(), band.width(), 1), theme[said.token])
        x = band.left() + 10
        if rect.width() > 140:
            draw_icon(painter, QRectF(x, band.center().y() - 8, 16, 16), "plug-broken", theme[said.token])
            x += 26
        for style, weight, token, ways in (
            ("body", 700, "t1", (said.words,)),
            ("small", 400, "t2", (said.more, *said.shorter)),
        ):
            font = theme.font(style, weight)
            room = band.right() - 8 - x
            words = first_fitting(ways, QFontMetricsF(font), room)
            painter.setFont(font)
            painter.setPen(theme[token])
            painter.drawText(QRectF(x, band.top(), room, high), int(Qt.AlignmentFlag.AlignVCenter), words)
            x += QFontMetricsF(font).horizontalAdvance(words) + 10
            if x > band.right() - 40:
                return

    def line(self, painter: QPainter, screen: Screen, rect: QRectF) -> None:
        """Number, machine and how it does, as much as there is room for."""
        hand, theme = self._hand, self._hand.ctx.theme
        chosen = screen.id in {one.id for one in hand.screens}
        line = QRectF(rect.left(), rect.bottom(), rect.width(), LINE - 4)
        name, machine = name_words(hand, screen)
        bold, small, strong = theme.font("body", 700), theme.font("small"), theme.font("small", 700)
        painter.setFont(bold)
        painter.setPen(theme.acc if chosen else theme.t1)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), name)
        left = line.left() + QFontMetricsF(bold).horizontalAdvance(name) + 10
        plain, bold_small = QFontMetricsF(small), QFontMetricsF(strong)
        age, ink = picture_age(hand, screen)
        room = line.right() - left
        words = first_fitting((hand.ctx.t(age),), plain, room) if room > LEAST else ""
        painter.setFont(small)
        painter.setPen(theme[ink])
        painter.drawText(QRectF(left, line.top(), room, line.height()), int(Qt.AlignmentFlag.AlignVCenter), words)
        left += plain.horizontalAdvance(words) + 10
        x = line.right()
        kept = min(plain.horizontalAdvance(screen.machine), MOST_MACHINE) + 10
        for label, value, unit, token in fitting(health_words(hand, screen), plain, bold_small, x - left - kept):
            pieces = ((unit, small, "t2"), (value, strong, token), (label, small, "t2"))
            for words, font, ink in pieces:
                if words:
                    room = QFontMetricsF(font).horizontalAdvance(words)
                    painter.setFont(font)
                    painter.setPen(theme[ink])
                    painter.drawText(
                        QRectF(x - room, line.top(), room + 1, line.height()), int(Qt.AlignmentFlag.AlignVCenter), words
                    )
                    x -= room + 4
            x -= 6
        painter.setFont(small)
        painter.setPen(theme.t2)
        room = x - left
        if room > min(LEAST, plain.horizontalAdvance(screen.machine)):
            words = first_fitting((machine, screen.machine), plain, room)
            painter.drawText(QRectF(left, line.top(), room, line.height()), int(Qt.AlignmentFlag.AlignVCenter), words)


def fitting(words: list[Part], plain: QFontMetricsF, bold: QFontMetricsF, room: float) -> list[Part]:
    """What of a line's parts there is room for: memory goes first, then the temperature, the age, the frame's time."""

    def wide(part: Part) -> float:
        label, value, unit, _ = part
        spaces = 4 * sum(map(bool, (label, value, unit)))
        return (
            plain.horizontalAdvance(label) + bold.horizontalAdvance(value) + plain.horizontalAdvance(unit) + spaces + 6
        )

    left = list(words)
    for gone in sorted(words, key=lambda part: _FIRST_GONE.get(part[2], 2)):
        if sum(map(wide, left)) <= room:
            break
        left.remove(gone)
    return left
