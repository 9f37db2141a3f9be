"""The evidence picture of an event: 182×136 on the page, larger in a window of its own, with its place and time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from widgets.kit.icons import draw_icon
from widgets.kit.panel import PanelContext
from widgets.lists.parts import draw_line
from widgets.lists.question import Question
from widgets.lists.words import joined

WIDTH, HEIGHT = 182, 136
_CAPTION = 20
AGAIN_AFTER = 5 * SECOND
"""Until a picture that could not be had is asked for again."""
_LARGEST = QSize(1280, 960)


class Evidence(QWidget):
    """Fetches and shows one picture.

    Attributes:
        image: the picture; null while it is fetched and when there is none.
        drawn: its source says that it is a drawing (示意图), no photograph.
    """

    def __init__(
        self, ctx: PanelContext, url: str, place: str, taken: str, drawn: bool, parent: QWidget | None = None
    ) -> None:
        """
        Args:
            place, taken: where, and when; the page says the place, so the small picture leaves it out.
        """
        super().__init__(parent)
        self.image = QImage()
        self.drawn = drawn
        self._ctx = ctx
        self._place, self._taken = place, taken
        self._problem: Message | None = None
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(ctx.t("lists.picture_of", caption=self.words()))
        self._url = url
        self._again_at = 0
        self._ask()

    def _ask(self) -> None:
        self._ctx.bodies.picture(self._url, Question(self, self._came).answer)

    def age_tick(self) -> None:
        """A picture that could not be had is asked for again every few seconds."""
        if self._again_at and self._ctx.clock.wall() >= self._again_at:
            self._again_at = 0
            self._ask()

    def _came(self, answer: bytes | Message) -> None:
        self._again_at = self._ctx.clock.wall() + AGAIN_AFTER if isinstance(answer, Message) else 0
        if isinstance(answer, Message):
            self._problem = answer
        else:
            self.image = QImage.fromData(answer)
            self._problem = Message("lists.picture_broken") if self.image.isNull() else None
        if not self.image.isNull():
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self._ctx.t(self._problem) if self._problem else self._ctx.t("lists.picture_larger"))
        self.update()

    def open_larger(self) -> QDialog | None:
        """The picture in a window of its own; None while there is none."""
        if self.image.isNull():
            return None
        dialog = Larger(self._ctx, self.image, self.words(), self.window())
        dialog.open()
        return dialog

    def words(self) -> str:
        """What it is, where and of when."""
        return joined(self._ctx.t("lists.drawn") if self.drawn else "", self._place, self._taken)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_larger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_larger()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, t = QPainter(self), self._ctx.theme, self._ctx.t
        small = theme.font("small")
        painter.fillRect(self.rect(), theme.field)
        if self.image.isNull():
            draw_icon(painter, QRectF(WIDTH / 2 - 12, 42, 24, 24), "camera", theme.t3, 1.5)
            said = t(self._problem) if self._problem else t("lists.picture_loading")
            painter.setFont(small)
            painter.setPen(theme.t3)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(QRect(8, 72, WIDTH - 16, 56), int(flags), said)
        else:
            paint_covering(painter, self.rect(), self.image)
        painter.fillRect(0, 0, WIDTH, _CAPTION, QColor(6, 10, 14, 205))
        light = QColor("#E8EEF3")
        painter.setFont(small)
        wide = painter.fontMetrics().horizontalAdvance(self._taken) + 2
        draw_line(painter, QRect(WIDTH - wide - 6, 0, wide, _CAPTION), self._taken, small, light, right=True)
        draw_line(painter, QRect(6, 0, WIDTH - wide - 20, _CAPTION), t("lists.picture"), small, light)
        if self.drawn:
            self._mark(painter, t("lists.drawn"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        edge = theme.acc if self.hasFocus() else theme.t3 if self.underMouse() else theme.line
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _mark(self, painter: QPainter, text: str) -> None:
        """The mark of a drawing, at the lower left where it hides little."""
        font = self._ctx.theme.font("axis")
        painter.setFont(font)
        wide = painter.fontMetrics().horizontalAdvance(text) + 12
        painter.fillRect(QRectF(0, HEIGHT - 20, wide, 20), QColor(6, 10, 14, 205))
        painter.setPen(QColor("#E8EEF3"))
        painter.drawText(QRectF(0, HEIGHT - 20, wide, 20), Qt.AlignmentFlag.AlignCenter, text)


def paint_covering(painter: QPainter, rect: QRect, image: QImage) -> None:
    """The image over the whole of `rect`, its middle kept, what juts out cut off."""
    scale = max(rect.width() / image.width(), rect.height() / image.height())
    wide, high = rect.width() / scale, rect.height() / scale
    source = QRectF((image.width() - wide) / 2, (image.height() - high) / 2, wide, high)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(rect), image, source)


class Larger(QDialog):
    """The picture as large as the window lets it; Escape or a click closes it."""

    def __init__(self, ctx: PanelContext, image: QImage, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(caption)
        self._ctx, self._caption = ctx, caption
        room = _LARGEST.boundedTo(parent.size() * 0.9)
        size = image.size().scaled(room.expandedTo(QSize(320, 240)), Qt.AspectRatioMode.KeepAspectRatio)
        smooth = Qt.TransformationMode.SmoothTransformation
        self._pixmap = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        self.setFixedSize(self._pixmap.width() + 24, self._pixmap.height() + 24 + 32)
        QVBoxLayout(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.fillRect(self.rect(), theme.s1)
        painter.drawPixmap(12, 44, self._pixmap)
        draw_line(painter, QRect(12, 8, self.width() - 24, 28), self._caption, theme.font("row_title"), theme.t1)
        painter.setPen(theme.line2)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close()
