"""A bar: pieces from the left and from the right that give way by priority until all fits; nothing overflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.panel import Pane, guarded
from widgets.kit.theme import Theme

_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


@lru_cache(maxsize=4096)
def _width(theme: Theme, style: str, text: str, weight: int | None) -> float:
    """Pixels that words take; the bars ask for all of theirs each second, and most are the same."""
    return QFontMetricsF(theme.font(style, weight)).horizontalAdvance(text)


class Piece(QAbstractButton):
    """One piece of a bar, painted by itself. Stage 0 says all; each further stage is narrower.

    Attributes:
        stages: how many ways of being it has.
        stage: the one of now.
        ctx: theme, language, clock.
    """

    stages: ClassVar[int] = 1

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.stage = 0
        self._by_key = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def wide(self, stage: int) -> int:
        """Its width at a stage, pixels; 0 when it is not shown at all."""
        raise NotImplementedError

    def paint(self, painter: QPainter) -> None:
        """Draw it at its stage."""
        raise NotImplementedError

    def face(self) -> object:
        """What it shows at its stage: while that is the same it is not painted anew. None: painted each time."""
        return None

    def setToolTip(self, words: str) -> None:
        if words != self.toolTip():  # Qt tells everybody of the same words too
            super().setToolTip(words)

    def setAccessibleName(self, words: str) -> None:
        if words != self.accessibleName():
            super().setAccessibleName(words)

    def sizeHint(self) -> QSize:
        return QSize(self.wide(self.stage), self.height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter)
        if self.hasFocus() and self._by_key:
            painter.setPen(QPen(self.ctx.theme.acc, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.focus_frame(), 4, 4)

    def focus_frame(self) -> QRectF:
        """Where the frame of the focus goes."""
        return QRectF(self.rect()).adjusted(1, 7, -1, -7)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # a frame that a click or the window's coming forward left behind would point at nothing
        self._by_key = event.reason() in _KEYS
        super().focusInEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.update()

    # words, measured and drawn

    def measure(self, style: str, text: str, weight: int | None = None) -> float:
        return _width(self.ctx.theme, style, text, weight)

    def words(
        self, painter: QPainter, x: float, style: str, text: str, token: str, weight: int | None = None, drop: float = 0
    ) -> float:
        """Draw words at `x` in the middle of the bar, `drop` lower; the answer is where they end."""
        font = self.ctx.theme.font(style, weight)
        painter.setFont(font)
        painter.setPen(self.ctx.theme[token])
        wide = self.measure(style, text, weight)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
        painter.drawText(QRectF(x, drop, wide + 2, self.height()), middle, text)
        return x + wide

    def rule(self, painter: QPainter, x: float) -> None:
        """Draw the hairline between groups."""
        painter.fillRect(QRectF(round(x), 10, 1, self.height() - 20), self.ctx.theme.line)


class Bar(Pane):
    """A bar of pieces.

    Attributes:
        top: whether its hairline is at the top (the strip) or at the foot (the top bar).
    """

    top: ClassVar[bool] = False
    pad: ClassVar[int] = 12

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._left: list[Piece] = []
        self._right: list[Piece] = []
        self._broken = ""
        self._faces: dict[Piece, object] = {}
        self._dress: tuple[object, ...] = ()

    def set_pieces(self, left: Sequence[Piece], right: Sequence[Piece]) -> None:
        """The pieces from the left, and those at the right in the order in which they stand."""
        self._left, self._right = list(left), list(right)
        self.arrange()

    def gives_way(self) -> Sequence[tuple[Piece, int]]:
        """(piece, stage) in the order in which they are taken until all fits."""
        return ()

    def arrange(self) -> None:
        """Choose stages for the width of now and put every piece in its place."""
        pieces = [*self._left, *self._right]
        stages = dict.fromkeys(pieces, 0)

        def needed() -> int:
            return 2 * self.pad + sum(piece.wide(stages[piece]) for piece in pieces)

        room = self.width()
        total = needed()
        for piece, stage in self.gives_way():
            if total <= room:
                break
            if piece in stages:
                stages[piece] = stage
                total = needed()
        for piece, stage in stages.items():
            piece.stage = stage
        dress = (self.ctx.theme, self.ctx.t, self._broken)
        before, self._faces = self._faces if dress == self._dress else {}, {}
        right = sum(piece.wide(piece.stage) for piece in self._right)
        moved = self._put(self._left, self.pad, before)
        moved |= self._put(self._right, room - self.pad - right, before)
        if moved or dress != self._dress:
            self._dress = dress
            self.update()

    def _put(self, pieces: Sequence[Piece], x: int, before: Mapping[Piece, object]) -> bool:
        """Puts pieces beside each other, and paints those that show something else than `before`; whether one moved."""
        moved = False
        for piece in pieces:
            wide = piece.wide(piece.stage)
            place, shown = QRect(x, 1 if self.top else 0, wide, self.height() - 1), wide > 0 and not self._broken
            if place != piece.geometry() or shown == piece.isHidden():
                piece.setGeometry(place)
                piece.setVisible(shown)
                moved = True
            face = self._faces[piece] = (piece.stage, piece.face())
            if face[1] is None or before.get(piece) != face:
                piece.update()
            x += wide
        return moved

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()

    def retheme(self) -> None:
        self.arrange()

    def retranslate(self) -> None:
        self.arrange()

    def show_failure(self, number: str) -> None:
        self._broken = self.ctx.t("bars.failed", number=number or "–")
        self.setToolTip(self._broken)
        for piece in (*self._left, *self._right):
            piece.hide()
        self.update()

    def reopen(self) -> None:
        self._broken = ""
        self.setToolTip("")
        super().reopen()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._broken:
            self.reopen()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._ground()

    def _ground(self) -> None:
        theme = self.ctx.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.s1)
        painter.fillRect(0, 0 if self.top else self.height() - 1, self.width(), 1, theme.line)
        if self._broken:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.orange_text)
            painter.drawText(self.rect().adjusted(self.pad, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self._broken)


class TellingBar(Bar):
    """A bar that says anew what its pieces show, whatever happened."""

    def _tell(self) -> None:
        raise NotImplementedError

    def refresh(self, topics: frozenset[str]) -> None:
        self._tell()

    def age_tick(self) -> None:
        self._tell()

    def retranslate(self) -> None:
        self._tell()

    def retheme(self) -> None:
        self._tell()
