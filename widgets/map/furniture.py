"""What stands on the map: the column of tools, scale bar, credit line, what is asked of whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.icons import icon
from widgets.map.camera import Camera, scale_bar

_WRAPPED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


class Tools(QFrame):
    """The column at the right: each tool a button of 38 px.

    Attributes:
        buttons: by the id of their words.
    """

    def __init__(
        self,
        ctx: PanelContext,
        tools: list[tuple[str, str, Callable[[], object], bool]],
        parent: QWidget,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            tools: icon, id of its words, what it does, whether it stays pressed.
            keys: of those that have one, by the id of their words.
        """
        super().__init__(parent)
        self.ctx, self._keys = ctx, keys or {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(1, 1, 1, 1)
        self._grid.setSpacing(0)
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
            self.buttons[words], self._icons[words] = made, name
        self._rows = 0
        self.retheme()
        self.retranslate()
        self.fit(37 * len(tools))

    def fit(self, room: int) -> None:
        """One column, or as many as it needs to stay within `room` pixels of height."""
        made = list(self.buttons.values())
        columns = max(1, -(-37 * len(made) // max(room, 37)))
        rows = -(-len(made) // columns)
        if rows != self._rows:
            self._rows = rows
            for i, one in enumerate(made):
                self._grid.addWidget(one, i % rows, columns - 1 - i // rows)
            self.setFixedSize(37 * columns + 1, 37 * rows + 2)

    def retheme(self) -> None:
        for words, made in self.buttons.items():
            made.setIcon(icon(self._icons[words], self.ctx.theme, 18))

    def retranslate(self) -> None:
        for words, made in self.buttons.items():
            key = self._keys.get(words, "")
            made.setToolTip(f"{self.ctx.t(words)}  {key}".strip())
            made.setAccessibleName(self.ctx.t(words))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.line)
        painter.setBrush(theme.s1)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        for i in range(1, self._rows):
            painter.drawLine(1, 37 * i, self.width() - 2, 37 * i)


class ScaleBar(QWidget):
    """Where north is, and a round number of metres on the ground at the middle of the view."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(214, 20)
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
        north = self.ctx.t("hands.north")
        metrics = QFontMetricsF(theme.font("axis"))
        left = 19 + metrics.horizontalAdvance(north) + 10
        wide = left + self._pixels + 16 + metrics.horizontalAdvance(self.words)
        _plate(painter, QRectF(0, 0, wide, 20), self.ctx)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.t1)
        painter.drawPolygon(QPolygonF([QPointF(11, 4), QPointF(15, 16), QPointF(11, 13)]))
        painter.setPen(QPen(theme.t1, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(QPolygonF([QPointF(11, 4), QPointF(7, 16), QPointF(11, 13)]))
        painter.drawText(QRectF(19, 0, 40, 20), int(Qt.AlignmentFlag.AlignVCenter), north)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.t2, 1))
        x, y = round(left), 13
        painter.drawLine(x, y, x + round(self._pixels), y)
        for end in (x, x + round(self._pixels)):
            painter.drawLine(end, y - 6, end, y)
        painter.setPen(theme.t1)
        painter.drawText(QRectF(x + self._pixels + 6, 0, 90, 20), int(Qt.AlignmentFlag.AlignVCenter), self.words)


class Credit(QWidget):
    """Who made the map, its 审图号 where it has one, what the areas are, and the datum of the base map."""

    def __init__(self, ctx: PanelContext, parent: QWidget, more: Callable[[], Sequence[str]] = tuple) -> None:
        """
        Args:
            more: what has to be said of a base map that is shown in the place of the pack's own.
        """
        super().__init__(parent)
        self.ctx, self._more = ctx, more
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._room = 4096
        self._lines: list[str] = []
        self.retranslate()

    def retranslate(self) -> None:
        t, pack = self.ctx.t, self.ctx.pack
        approval = t("hands.approval", number=pack.approval) if pack.approval else ""
        parts = (t.pack(pack.credit), approval, *self._more(), t.pack(pack.notice), t("hands.base_datum"))
        self.words = " · ".join(_once([part for part in parts if part]))
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


def _once(parts: Sequence[str]) -> list[str]:
    """Without what another part says too: a source names OpenStreetMap, and so does the pack, in either language."""
    said = [part.lower().replace("contributors", "").replace("贡献者", "").replace(" ", "") for part in parts]
    return [
        part
        for i, part in enumerate(parts)
        if not any(said[i] in one for one in said[:i])
        and not any(said[i] in one and said[i] != one for one in said[i + 1 :])
    ]


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
        """One line, or as many as it needs to stay within `room` pixels."""
        metrics, inner = QFontMetricsF(self.ctx.theme.font("body")), max(room - 33, 60)
        box = metrics.boundingRect(QRectF(0, 0, inner, 400), _WRAPPED, self.words)
        self.setFixedSize(max(min(round(box.width()) + 34, room), 0), max(round(box.height()) + 12, 32))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.acc, 1))
        painter.setBrush(theme.acc_bg)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.t1)
        painter.drawText(QRectF(self.rect()).adjusted(16, 0, -16, 0), _WRAPPED, self.words)


def _plate(painter: QPainter, box: QRectF, ctx: PanelContext) -> None:
    color = ctx.theme.s1
    color.setAlphaF(0.88)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(box, 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
