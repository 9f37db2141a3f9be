"""A sentence with figures in it that lead somewhere: 道路积水 · 东新街道：**18 件**，比昨日同期 +7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip

_CLOSING = "，。；：、！？）】》”’,.;:!?)%"
"""Letters that may not begin a line."""


@dataclass(frozen=True)
class Piece:
    """A stretch of the sentence.

    Attributes:
        words: its text. key: what a click or Enter on it leads to, "" nothing.
        look: `plain`, `bold`, `figure` (bold in the accent), `faint`.
        tip: what is said of it.
    """

    words: str
    key: str = ""
    look: str = "plain"
    tip: str = ""


class Sentence(QWidget):
    """The sentence; wraps where it must. Left and Right walk its figures, Enter goes into one.

    Attributes:
        pieces: what it says. picked: (key) of the figure gone into; rows: (key) whose rows are wanted (Ctrl+Enter).
    """

    picked = Signal(str)
    rows = Signal(str)

    def __init__(self, ctx: PanelContext, style: str = "title", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx, self._style = ctx, style
        self.pieces: tuple[Piece, ...] = ()
        self._at, self._over = -1, -1
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def text(self) -> str:
        return "".join(piece.words for piece in self.pieces)

    def say(self, pieces: Sequence[Piece]) -> None:
        if tuple(pieces) == self.pieces:
            return
        self.pieces = tuple(piece for piece in pieces if piece.words)
        keyed = self._keyed()
        self._at = keyed[0] if keyed else -1
        self._over = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if keyed else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.text)
        self._fit()
        self.update()

    def refit(self) -> None:
        """Theme or width are others."""
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, self.heightForWidth(max(self.width(), 200)))

    def heightForWidth(self, width: int) -> int:
        lines = self._laid(width)
        return round((max((line for _, _, line, _, _ in lines), default=0) + 1) * self._line())

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.heightForWidth(max(self.width(), 80)))

    def _line(self) -> float:
        return float(self.ctx.theme.line_height(self._style) + 2)

    def _metrics(self, piece: Piece) -> QFontMetricsF:
        return QFontMetricsF(self.ctx.theme.font(self._style, 400 if piece.look in ("plain", "faint") else 700))

    def _laid(self, width: int) -> list[tuple[int, str, int, float, float]]:
        """Runs of text: (piece, words, line, left, width). Chinese breaks anywhere, other words at blanks."""
        found: list[tuple[int, str, int, float, float]] = []
        x, line = 0.0, 0
        for i, piece in enumerate(self.pieces):
            metrics, run, start = self._metrics(piece), "", x
            for token in _tokens(piece.words) if piece.look in ("plain", "faint") else [piece.words]:
                wide = metrics.horizontalAdvance(run + token)
                if start + wide > width and (start > 0 or run) and token[0] not in _CLOSING:
                    if run:
                        found.append((i, run, line, start, metrics.horizontalAdvance(run)))
                    line, start, run = line + 1, 0.0, token.lstrip()
                else:
                    run += token
            wide = metrics.horizontalAdvance(run)
            found.append((i, run, line, start, wide))
            x = start + wide
        return found

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, high = QPainter(self), self.ctx.theme, self._line()
        looks = {"plain": theme.t1, "bold": theme.t1, "figure": theme.acc, "faint": theme.t3}
        for i, words, line, left, wide in self._laid(self.width()):
            piece = self.pieces[i]
            painter.setFont(theme.font(self._style, 400 if piece.look in ("plain", "faint") else 700))
            painter.setPen(looks[piece.look])
            box = QRectF(left, line * high, wide + 1, high)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), words)
            if piece.key and i == self._over:
                painter.drawLine(QPointF(left, box.bottom() - 3), QPointF(left + wide, box.bottom() - 3))
            if i == self._at and self.hasFocus():
                painter.setPen(QPen(theme.acc, 2))
                painter.drawRoundedRect(box.adjusted(-2, 1, 2, -1), 3, 3)

    # -- hands

    def _keyed(self) -> list[int]:
        return [i for i, piece in enumerate(self.pieces) if piece.key]

    def _hit(self, at: QPointF) -> int:
        high = self._line()
        for i, _, line, left, wide in self._laid(self.width()):
            if self.pieces[i].key and QRectF(left - 2, line * high, wide + 4, high).contains(at):
                return i
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._hit(event.position())
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over >= 0 else Qt.CursorShape.ArrowCursor)
            self.setToolTip(plain_tip(self.pieces[over].tip) if over >= 0 else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position())
        if event.button() == Qt.MouseButton.LeftButton and hit >= 0:
            self.picked.emit(self.pieces[hit].key)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keyed, key = self._keyed(), Qt.Key(event.key())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._at in keyed:
            at = keyed.index(self._at) + (1 if key == Qt.Key.Key_Right else -1)
            self._at = keyed[min(max(at, 0), len(keyed) - 1)]
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat() and self._at in keyed:
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.rows if control else self.picked).emit(self.pieces[self._at].key)
        else:
            super().keyPressEvent(event)


def _tokens(words: str) -> list[str]:
    """Where a line may break: after every Chinese letter, after blanks."""
    found, run = [], ""
    for letter in words:
        if letter == " ":
            found.append(run + letter)
            run = ""
        elif "\u2e80" <= letter <= "\uffef":
            if run:
                found.append(run)
            found.append(letter)
            run = ""
        else:
            run += letter
    return [*found, run] if run else found


def pieces_of(template: str, parts: dict[str, Piece]) -> list[Piece]:
    """The pieces of a translated sentence whose places in braces are pieces: "{scope}: {figure}"."""
    found: list[Piece] = []
    rest = template
    while rest:
        before, brace, after = rest.partition("{")
        if before:
            found.append(Piece(before))
        if not brace:
            break
        name, _, rest = after.partition("}")
        if name in parts:
            found.append(parts[name])
    return found
