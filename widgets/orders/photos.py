"""Photos that a unit sent, as thumbnails; a click or Enter shows one large."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from widgets.kit.icons import draw_icon
from widgets.kit.panel import PanelContext
from widgets.kit.tips import plain_tip
from widgets.lists.evidence import Larger, paint_covering
from widgets.lists.parts import PAD
from widgets.lists.question import Question

WIDTH, HEIGHT = 76, 57
AGAIN_AFTER = 5 * SECOND
"""Until a photo that could not be had is asked for again."""


class Photo(QWidget):
    """One thumbnail.

    Attributes:
        image: null while it is fetched and when it can not be had.
    """

    def __init__(self, ctx: PanelContext, sha256: str, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage()
        self._ctx, self._sha, self._caption = ctx, sha256, caption
        self._problem: Message | None = None
        self._again_at = 0
        self._large: Question | None = None
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(ctx.t("orders.photo_of", caption=caption))
        self.setToolTip(ctx.t("orders.photo_larger", caption=caption))
        self._ask()

    def age_tick(self) -> None:
        if self._again_at and self._ctx.clock.wall() >= self._again_at:
            self._again_at = 0
            self._ask()

    def _ask(self) -> None:
        self._ctx.cases.photo(self._sha, True, Question(self, self._came).answer)

    def _came(self, said: bytes | Message) -> None:
        if isinstance(said, Message):
            self._problem, self._again_at = said, self._ctx.clock.wall() + AGAIN_AFTER
        else:
            self.image = QImage.fromData(said)
            self._problem = Message("lists.picture_broken") if self.image.isNull() else None
        if self._problem is not None:
            self.setToolTip(plain_tip(self._ctx.t(self._problem)))
        self.update()

    def open_larger(self) -> None:
        """Fetches it large and shows it in a window of its own."""
        if self._large is None or not self._large.open:
            self._large = Question(self, self._show_larger)
            self._ctx.cases.photo(self._sha, False, self._large.answer)

    def _show_larger(self, said: bytes | Message) -> None:
        self._large = None
        if isinstance(said, Message):
            self._ctx.notify(said, 0)
            return
        image = QImage.fromData(said)
        if image.isNull():
            self._ctx.notify(Message("lists.picture_broken"), 0)
            return
        dialog: QDialog = Larger(self._ctx, image, self._caption, self.window())
        dialog.open()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_larger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if not event.isAutoRepeat():
                self.open_larger()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.fillRect(self.rect(), theme.field)
        if self.image.isNull():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            name = "warning" if self._problem else "camera"
            draw_icon(painter, QRectF(WIDTH / 2 - 9, HEIGHT / 2 - 9, 18, 18), name, theme.t3, 1.5)
        else:
            paint_covering(painter, self.rect(), self.image)
        edge = theme.acc if self.hasFocus() else theme.t2 if self.underMouse() else theme.line2
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class Photos(QWidget):
    """A row of thumbnails."""

    def __init__(self, ctx: PanelContext, photos: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """
        Args:
            photos: (SHA-256, caption) of each.
        """
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(PAD, 6, PAD, 6)
        row.setSpacing(6)
        self.photos = [Photo(ctx, sha, caption, self) for sha, caption in photos]
        for photo in self.photos:
            row.addWidget(photo)
        row.addStretch(1)
        self.setFixedHeight(HEIGHT + 12)

    def age_tick(self) -> None:
        for photo in self.photos:
            photo.age_tick()
