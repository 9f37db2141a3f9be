"""视图固定: a view that a person moved by hand stays where it is; what the program would show is offered, not shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from widgets.kit.buttons import KeyButton
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import draw_icon
from widgets.map.camera import Camera
from widgets.map.canvas import Canvas

LOCK_KEY, GO_KEY = "F9", "Ctrl+J"


class Hold(QObject):
    """Whether the view belongs to the person.

    Attributes:
        held: the program moves nothing.
        wish: where the program wanted to look while it was held; None when what it wanted is in view.
    """

    changed = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.held = False
        self.wish: Camera | None = None
        self._seen: tuple[float, float] | None = None
        self._canvas = canvas
        canvas.moved.connect(lambda: self.set_held(True))
        canvas.looked.connect(self._looked)

    def set_held(self, held: bool) -> None:
        """Holds the view, or releases it: what the program wanted meanwhile it then shows."""
        if held == self.held:
            return
        self.held = held
        wish, self.wish = self.wish, None
        if not held and wish is not None:
            self._canvas.fly(wish)
        self.changed.emit()

    def ask(self, camera: Camera, place: tuple[float, float]) -> None:
        """The program wants to look at `place` (Mercator) from `camera`; while a hand draws it does not."""
        if self._canvas.hands.busy:
            return  # the ground is not pulled away under a hand that draws
        if not self.held:
            self._canvas.fly(camera)
        elif not self._canvas.goal.sees(*place):
            self.wish, self._seen = camera, place
            self.changed.emit()

    def forget(self) -> None:
        """The program wants nothing any more: another thing is selected."""
        if self.wish is not None:
            self.wish = None
            self.changed.emit()

    def follow_wish(self) -> bool:
        """A person goes where the program wanted to; the view stays theirs. False when it wanted nothing."""
        wish, self.wish = self.wish, None
        if wish is None:
            return False
        self._canvas.fly(wish)
        self.changed.emit()
        return True

    def _looked(self) -> None:
        if self.wish is not None and self._seen is not None and self._canvas.camera.sees(*self._seen):
            self.forget()


class HoldChip(QFrame):
    """Says that the view is held, and offers to release it or to go where the program wanted.

    Attributes:
        go, release: its buttons.
    """

    def __init__(self, ctx: PanelContext, hold: Hold, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._hold = ctx, hold
        self._lines = 0
        self.setProperty("frame", "float")
        self._sign = _Sign(ctx, self)
        self._words = ElidedLabel(parent=self)
        self.go = KeyButton("", GO_KEY, ctx.theme, parent=self)
        self.release = KeyButton("", LOCK_KEY, ctx.theme, parent=self)
        self.go.clicked.connect(lambda: hold.follow_wish())
        self.release.clicked.connect(lambda: hold.set_held(False))
        self._room = 4096
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 3, 4, 3)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.addWidget(self._sign, 0, 0)
        self._lay(bare=False, lines=1)
        self.hide()
        hold.changed.connect(self.tell)

    def tell(self) -> None:
        t, hold = self.ctx.t, self._hold
        self._words.setText(t("hands.held_wish" if hold.wish else "hands.held"))
        self.go.setText(t("hands.go_there"))
        self.release.setText(t("hands.release"))
        self.go.setVisible(hold.wish is not None)
        self.setAccessibleName(self._words.text())
        self.setVisible(hold.held)
        self.fit(self._room)

    def fit(self, room: int) -> None:
        """Stays within `room` pixels: without the keys on its buttons where it must, then on two lines."""
        self._room = max(room, 120)
        for bare, lines in ((False, 1), (True, 1), (False, 2), (True, 2)):
            self._lay(bare, lines)
            if self._grid.sizeHint().width() <= self._room:
                break
        self.setMaximumWidth(self._room)
        self.adjustSize()

    def _lay(self, bare: bool, lines: int) -> None:
        for one in (self.go, self.release):
            one.set_bare(bare)
        if self._lines != lines:
            self._lines = lines
            self._grid.addWidget(self._words, 0, 1, 1, 3 if lines > 1 else 1)
            self._grid.addWidget(self.go, lines - 1, 2)
            self._grid.addWidget(self.release, lines - 1, 3)
        self._grid.invalidate()

    def retheme(self) -> None:
        theme = self.ctx.theme
        self._words.setFont(theme.font("small"))
        self._words.set_color(theme.t1)
        for one in (self.go, self.release):
            one.retheme(theme)
        self._sign.update()
        self.tell()


class _Sign(QWidget):
    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.setFixedSize(QSize(16, 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(QPainter(self), QRectF(0, 0, 16, 16), "lock", self._ctx.theme.acc, 1.75)
