"""What stands on the map: the column of tools, scale bar, credit line, what is asked of whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.icons import icon
from widgets.map.camera import Camera, scale_bar


class Tools(QFrame):
    """The column at the right: each tool a button of 38 px.

    Attributes:
        buttons: by the id of their words.
    """

    def __init__(self, ctx: PanelContext, tools: list[tuple[str, str, Callable[[], object], bool]], parent: QWidget):
        """Args: tools: icon, id of its words, what it does, whether it stays pressed."""
        super().__init__(parent)
        self.ctx = ctx
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.buttons: dict[str, QToolButton] = {}
        self._icons: dict[str, str] = {}
        for name, words, run, stays in tools:
            made = QToolButton(self)
            made.setProperty("kind", "quiet")
            made.setFixedSize(36, 37)
            made.setIconSize(QSize(18, 18))
            made.setCheckable(stays)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.clicked.connect(lambda _checked=False, run=run: run())
            column.addWidget(made)
            self.buttons[words], self._icons[words] = made, name
        self.retheme()
        self.retranslate()
        self.setFixedSize(38, 37 * len(tools) + 2)

    def retheme(self) -> None:
        for words, made in self.buttons.items():
            made.setIcon(icon(self._icons[words], self.ctx.theme, 18))

    def retranslate(self) -> None:
        for words, made in self.buttons.items():
            made.setToolTip(self.ctx.t(words))
            made.setAccessibleName(self.ctx.t(words))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.line)
        painter.setBrush(theme.s1)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        for i in range(1, len(self.buttons)):
            painter.drawLine(1, 37 * i, self.width() - 2, 37 * i)


class ScaleBar(QWidget):
    """A round number of metres on the ground at the middle of the view."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(190, 20)
        self._metres, self._pixels = 1, 10.0

    def show_camera(self, camera: Camera) -> None:
        metres, pixels = scale_bar(camera, 90)
        if (metres, pixels) != (self._metres, self._pixels):
            self._metres, self._pixels = metres, pixels
            self.update()

    @property
    def words(self) -> str:
        return f"{self._metres // 1000:,} km" if self._metres >= 1000 else f"{self._metres} m"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setFont(theme.font("axis"))
        wide = self._pixels + 24 + QFontMetricsF(theme.font("axis")).horizontalAdvance(self.words)
        _plate(painter, QRectF(0, 0, wide, 20), self.ctx)
        painter.setPen(QPen(theme.t2, 1))
        x, y = 8, 13
        painter.drawLine(x, y, x + round(self._pixels), y)
        for end in (x, x + round(self._pixels)):
            painter.drawLine(end, y - 6, end, y)
        painter.setPen(theme.t1)
        painter.drawText(QRectF(x + self._pixels + 8, 0, 90, 20), int(Qt.AlignmentFlag.AlignVCenter), self.words)


class Credit(QWidget):
    """Who made the map, what the areas are, and the datum."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._room = 4096
        self._lines: list[str] = []
        self.retranslate()

    def retranslate(self) -> None:
        t, pack = self.ctx.t, self.ctx.pack
        self.words = " · ".join(p for p in (t.pack(pack.credit), t.pack(pack.notice), "WGS-84") if p)
        self.setAccessibleName(self.words)
        self.fit(self._room)

    def fit(self, room: int) -> None:
        """Takes one line, or as many as it needs to stay within `room` pixels: it is never cut."""
        self._room = room
        metrics = QFontMetricsF(self.ctx.theme.font("axis"))
        self._lines = [""]
        for part in self.words.split(" · "):
            longer = f"{self._lines[-1]} · {part}" if self._lines[-1] else part
            if self._lines[-1] and metrics.horizontalAdvance(longer) + 18 > room:
                self._lines.append(part)
            else:
                self._lines[-1] = longer
        wide = max(metrics.horizontalAdvance(line) for line in self._lines)
        self.setFixedSize(round(wide) + 18, 4 + 16 * len(self._lines))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        _plate(painter, QRectF(self.rect()), self.ctx)
        painter.setFont(theme.font("axis"))
        painter.setPen(theme.t2)
        for i, line in enumerate(self._lines):
            box = QRectF(0, 2 + 16 * i, self.width() - 9, 16)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), line)


class Hint(QWidget):
    """What a click does now, at the top; hidden as long as it does what it always does."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def tell(self, words: str) -> None:
        self.words = words
        self.setAccessibleName(words)
        self.setVisible(bool(words))

    def fit(self, room: int) -> None:
        metrics = QFontMetricsF(self.ctx.theme.font("body"))
        self.setFixedSize(min(round(metrics.horizontalAdvance(self.words)) + 33, max(room, 0)), 32)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.acc, 1))
        painter.setBrush(theme.acc_bg)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.t1)
        cut = QFontMetricsF(theme.font("body")).elidedText(self.words, Qt.TextElideMode.ElideRight, self.width() - 24)
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, cut)


def _plate(painter: QPainter, box: QRectF, ctx: PanelContext) -> None:
    color = ctx.theme.s1
    color.setAlphaF(0.88)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(box, 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
