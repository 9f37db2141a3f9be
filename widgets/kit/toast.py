"""Toasts: short words at the lower right, above the strip, that leave by themselves and never take the focus.

A desk on whose lower right an officer acts names another place for them: no toast lies on a button that gives an order.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_badge

WIDTH = 360
GAP = 8
MOST = 4
"""Toasts at once; of more the oldest leaves."""
STAY_MS = {0: 5000, 1: 15000, 2: 10000, 3: 7000, 4: 5000, 5: 5000}
"""How long one stays, by its level."""


class Toast(QFrame):
    """One toast.

    Attributes:
        message, level: what it says; level 0 is a plain one.
    """

    def __init__(self, message: Message, level: int, stack: Toasts, parent: QWidget) -> None:
        super().__init__(parent)
        self.message, self.level = message, level
        self._stack = stack
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.timeout.connect(lambda: stack.close(self))
        self._leave.start(STAY_MS.get(level, 5000))
        self.fit()

    @property
    def words(self) -> str:
        return self._stack.ctx.t(self.message)

    def fit(self) -> None:
        """Take the size that its words need, in the language of now."""
        theme = self._stack.ctx.theme
        self.setFont(theme.font("body"))
        inside = WIDTH - 48 - 32
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
        high = self.fontMetrics().boundingRect(0, 0, inside, 400, flags, self.words).height()
        self.setFixedSize(QSize(WIDTH, max(44, min(high, 4 * theme.line_height("body")) + 22)))
        self.setAccessibleName(self.words)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._stack.ctx.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = theme.level(self.level) if self.level else theme.line2
        painter.setPen(QPen(frame, 1))
        painter.setBrush(theme.level(self.level, "tint") if self.level else theme.s3)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 4, 4)
        mark = QRectF(14, self.height() / 2 - 11, 22, 22)
        if self.level:
            draw_badge(painter, mark, self.level, theme)
        else:
            draw_icon(painter, mark.adjusted(2, 2, -2, -2), "info", theme.t2)
        painter.setPen(theme.t1)
        painter.setFont(self.font())
        text = QRectF(48, 0, self.width() - 48 - 32, self.height())
        painter.drawText(text, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter), self.words)
        draw_icon(painter, QRectF(self.width() - 26, 14, 14, 14), "close", theme.t1 if self.underMouse() else theme.t3)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._leave.stop()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._leave.start(STAY_MS.get(self.level, 5000))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._stack.close(self)


class Toasts(QObject):
    """The stack of toasts of a window.

    Attributes:
        ctx: theme and language.
        foot: height at the window's foot that is kept free (the strip).
        place: the rectangle of the window at whose lower left they stand; None: the window's lower right.
    """

    def __init__(self, window: QWidget, ctx: PanelContext, foot: int = 44) -> None:
        super().__init__(window)
        self.ctx = ctx
        self.foot = foot
        self.place: Callable[[], QRect | None] = lambda: None
        self._window = window
        self._toasts: list[Toast] = []
        window.installEventFilter(self)

    def show(self, message: Message, level: int = 0) -> Toast:
        """Show one; the same words again only stay longer. Fits `PanelContext.notify`."""
        for toast in self._toasts:
            if (toast.message, toast.level) == (message, level):
                self.close(toast)
                break
        toast = Toast(message, level, self, self._window)
        self._toasts.append(toast)
        while len(self._toasts) > MOST:
            self.close(self._toasts[0])
        self.lay()
        toast.show()
        toast.raise_()
        return toast

    def close(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self.lay()

    def close_newest(self) -> bool:
        """Escape: close the newest; False when there is none, so that Escape may mean something else."""
        if not self._toasts:
            return False
        self.close(self._toasts[-1])
        return True

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """From the oldest to the newest."""
        return tuple(self._toasts)

    def retheme(self) -> None:
        """Theme or language changed."""
        for toast in self._toasts:
            toast.fit()
            toast.update()
        self.lay()

    def lay(self) -> None:
        """Puts each where it stands now: the window or what they stand over changed."""
        within = self.place()
        bottom = within.bottom() + 1 if within is not None else self._window.height() - self.foot - GAP
        left = within.left() if within is not None else self._window.width() - WIDTH - GAP
        for toast in reversed(self._toasts):
            toast.move(left, bottom - toast.height())
            bottom -= toast.height() + GAP

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.lay()
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            return self.close_newest()
        return False
