"""How one row of the queue is painted: 71 px, as in the look's duty desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from cockpit.model.messages import Texts
from widgets.kit.focus import draw_focus
from widgets.kit.loopwords import Left, left_of
from widgets.kit.symbols import draw_badge, draw_pattern
from widgets.kit.theme import Theme
from widgets.kit.ticks import NARROW, WIDE, draw_ticks, stage_token, ticks_wide
from widgets.lists.queue_model import Face
from widgets.lists.words import clock_time, joined

ROW_HEIGHT = 71
BADGE = 28
_PAD = 12
_TEXT_AT = 52
_GAP = 12


Line = tuple[str, QFont, str]
"""(words, font, token of the ink)."""


_WIDE_ENOUGH = 310
"""Width of a row from which its ticks are as wide as in the look."""
_KEPT = 64
"""Painted rows that are kept, some four screens full."""


@dataclass(frozen=True)
class RowState:
    selected: bool = False
    hovered: bool = False
    cursor: bool = False
    member: bool = False


class Times(NamedTuple):
    """What a row says about time: its age, the clock of when it happened, what is left of the limit of its stage."""

    age: str
    clock: str
    left: Left | None


_Wanted = tuple[Face, RowState, str, str, str, int, float]
"""What a painted row says: face, state, age, clock, countdown, width, device pixels a pixel."""


def _tick(width: int) -> int:
    """How wide a tick is in a row of this width."""
    return WIDE if width >= _WIDE_ENOUGH else NARROW


class RowPainter:
    """Paints rows with fonts and colours of one theme, in one language.

    Attributes:
        t: texts.
        age: age in words of (event time, now), both UTC us.
    """

    def __init__(self, theme: Theme, t: Texts, age: Callable[[int, int], str]) -> None:
        self.theme = theme
        self.t = t
        self.age = age
        self._title = theme.font("row_title")
        self._small = theme.font("small")
        self._body = theme.font("body")
        self._clock = theme.font("clock")
        self._painted: dict[_Wanted, QImage] = {}

    def paint(self, painter: QPainter, rect: QRect, face: Face, state: RowState, now_us: int) -> None:
        """Paints a row at `rect`; one that says the same as when it was painted last comes from memory."""
        left = None if face.closed or face.gone else left_of(face.due, face.since, now_us)
        age, clock = self.age(face.occurred, now_us), clock_time(face.occurred, now_us)
        times = Times(age, "" if clock == age else clock, left)  # past a day the age is its date and clock
        device = painter.device()
        dpr = device.devicePixelRatioF() if device is not None else 1.0
        counted = f"{left.token} {self.t(left.words)}" if left is not None else ""
        wanted = (face, state, times.age, times.clock, counted, rect.width(), dpr)
        image = self._painted.pop(wanted, None)
        if image is None:
            image = self._image(face, state, times, rect.width(), dpr)
            if len(self._painted) >= _KEPT:
                del self._painted[next(iter(self._painted))]
        self._painted[wanted] = image  # the latest used at the end, the first one goes
        painter.drawImage(rect.topLeft(), image)

    def _image(self, face: Face, state: RowState, times: Times, width: int, dpr: float) -> QImage:
        size = QSize(width, ROW_HEIGHT) * dpr
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(dpr)
        image.fill(self.theme.s1)
        painter = QPainter(image)
        self._draw(painter, QRect(0, 0, width, ROW_HEIGHT), face, state, times)
        painter.end()
        return image

    def _draw(self, painter: QPainter, rect: QRect, face: Face, state: RowState, times: Times) -> None:
        theme = self.theme
        self._ground(painter, rect, face, state)
        right = rect.right() + 1 - _PAD
        first, second, third = (QRect(0, rect.top() + top, 0, line) for top, line in ((9, 20), (28, 18), (46, 18)))
        dim = face.closed or face.gone
        ink = {"t1": theme.t3 if dim else theme.t1, "t2": theme.t3 if dim else theme.t2, "t3": theme.t3}
        ink |= {token: theme[token] for token in ("acc", "orange_text", "yellow_text", "red_text")}
        token = "t3" if dim else "orange_text" if face.told else stage_token(face.stage)
        third_left: Line = (self._third(face), self._small, token)
        lefts = ((face.title, self._title, "t1"), (face.place, self._small, "t2"), third_left)
        if times.left is not None:
            rights: tuple[Line, ...] = (
                (self.t(times.left.words), self._clock, times.left.token),
                (face.channel, self._small, "t2"),
                (times.age, self._small, "t3"),
            )
        else:
            rights = (
                (times.age, self._body, "t1"), (face.channel, self._small, "t2"), (times.clock, self._small, "t3"),
            )  # fmt: skip
        for line, words, at_right in zip((first, second, third), lefts, rights, strict=True):
            width, at = right - _TEXT_AT - rect.left(), rect.left() + _TEXT_AT
            taken = self._right(painter, line, right, at_right, width * 45 // 100, ink)
            if words is third_left and not dim:
                ticks = draw_ticks(painter, at, line.center().y() + 1, face.stage, theme, _tick(rect.width())) + 8 - at
                self._left(painter, line, round(at + ticks), round(width - taken - _GAP - ticks), words, ink)
            else:
                self._left(painter, line, at, width - taken - _GAP, words, ink)
        if state.cursor:
            draw_focus(painter, rect, theme, bottom=2)

    def _ground(self, painter: QPainter, rect: QRect, face: Face, state: RowState) -> None:
        theme = self.theme
        if state.selected:
            painter.fillRect(rect, theme.acc_bg)
        elif state.hovered:
            painter.fillRect(rect, theme.s2)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line)
        painter.fillRect(rect.left(), rect.top(), 3, rect.height() - 1, theme.level(face.level, "fill"))
        if state.selected:
            painter.fillRect(rect.left() + 3, rect.top(), 3, rect.height() - 1, theme.acc)
        box = QRectF(rect.left() + _PAD, rect.top() + 10, BADGE, BADGE)
        draw_badge(painter, box, face.level, theme)
        if state.member:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.s1, 2))
            painter.setBrush(theme.acc)
            painter.drawEllipse(QRectF(box.right() - 5, box.top() - 5, 10, 10))
        icon = QRectF(box.center().x() - 8, rect.top() + 45, 16, 16)
        draw_pattern(painter, icon, face.pattern, theme.t3 if face.gone else theme.t2)

    def _third(self, face: Face) -> str:
        if face.gone:
            return self.t("lists.row_gone")
        words = self.t("lists.row_closed", group=face.group) if face.closed else self.t(face.stage.words)
        return joined(words, self.t("instruct.on_page")) if face.told else words

    def _left(self, painter: QPainter, line: QRect, x: int, width: int, what: Line, ink: dict[str, QColor]) -> None:
        text, font, token = what
        painter.setFont(font)
        painter.setPen(ink[token])
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(x, line.top(), width, line.height()), Qt.AlignmentFlag.AlignVCenter, shown)

    def _right(self, painter: QPainter, line: QRect, right: int, what: Line, most: int, ink: dict[str, QColor]) -> int:
        """Paints at the right, at most `most` wide; answers how wide it was."""
        text, font, token = what
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, most)
        width = metrics.horizontalAdvance(shown)
        painter.setFont(font)
        painter.setPen(ink[token])
        box = QRect(right - width, line.top(), width, line.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
        return width

    def tooltip(self, face: Face, width: int) -> str:
        """The whole of what a row of `width` had to cut, else nothing."""
        room = width - _TEXT_AT - _PAD
        title, small = QFontMetrics(self._title), QFontMetrics(self._small)
        stage = ticks_wide(_tick(width)) + 8 + small.horizontalAdvance(self.t(face.stage.words))
        cut = (
            title.horizontalAdvance(face.title) > room * 0.72
            or small.horizontalAdvance(face.place) > room * 0.72
            or small.horizontalAdvance(face.channel) > room * 0.45
            or (not face.closed and stage > room * 0.72)
        )
        return "\n".join((face.title, face.place, face.group, face.channel, self.t(face.stage.words))) if cut else ""
