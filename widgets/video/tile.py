"""One camera of several: where its picture lies, and how it is painted with its name under it."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from cockpit.model.videos import CameraVideo, VideoPicture, VideoWanted
from widgets.kit.icons import draw_icon
from widgets.kit.theme import Theme
from widgets.wall.paint import broken, draw_lines, draw_words
from widgets.wall.sizes import metrics, wide

_OLD = 0.55
"""How bright a picture is that has stopped."""


@dataclass
class Tile:
    """One camera.

    Attributes:
        name: as it is shown. offline: its platform says that it is.
        wanted: the stream of it. box: of the tile; shown: where its picture is; caption: height of what is under it.
        image: the newest picture; data: what it lies in; after: its serial, which stays when it is let go.
        shows: what was done to it before it was seen (`shows_of`). said: how it is doing, in words; "" it plays.
    """

    camera: str
    name: str
    offline: bool = False
    box: QRectF = field(default_factory=QRectF)
    shown: QRectF = field(default_factory=QRectF)
    wanted: VideoWanted | None = None
    caption: int = 0
    image: QImage = field(default_factory=QImage)
    data: VideoPicture | None = None
    after: int = 0
    shows: tuple[object, ...] = ()
    said: str = ""

    def take(self, picture: VideoPicture, ratio: float, shows: tuple[object, ...]) -> None:
        """A newer picture; `ratio`: pixels of the screen to one of the widget."""
        self.data, self.after, self.shows = picture, picture.serial, shows
        width, height = picture.width, picture.height
        self.image = QImage(picture.data, width, height, width * 4, QImage.Format.Format_RGB32)
        self.image.setDevicePixelRatio(ratio)

    def let_go(self) -> None:
        """Its picture is not to be seen any more, nor taken once more."""
        self.image, self.data = QImage(), None

    @property
    def room(self) -> QRectF:
        """For the picture, above its caption."""
        return self.box.adjusted(0, 0, 0, -self.caption)

    def picture_box(self) -> QRectF:
        """Where the picture lies in the room, on whole pixels."""
        room, image = self.room, self.image
        if image.isNull():
            return room
        ratio = image.devicePixelRatio()
        width, height = image.width() / ratio, image.height() / ratio
        scale = min(room.width() / width, room.height() / height)
        if 1 <= scale < 1.02:  # it was made for this place: no pixel is moved
            scale = 1.0
        width, height = width * scale, height * scale
        left = round(room.left() + (room.width() - width) / 2)
        return QRectF(left, round(room.top() + (room.height() - height) / 2), width, height)


def shows_of(video: CameraVideo | None, privacy: str) -> tuple[object, ...]:
    """What of a camera's picture may be seen: one that was taken under another is not that one."""
    if video is None:
        return ()
    return video.masks, video.visitor if privacy == "visitor" else ""


def line_of(px: int) -> int:
    """Height of a line under a picture, px."""
    return round(px * 1.5)


def paint_picture(painter: QPainter, tile: Tile, theme: Theme, px: int) -> None:
    """The picture, or in its place why there is none; one that has stopped is dark and says since when."""
    room = tile.room
    if tile.image.isNull():
        painter.fillRect(room, theme.bg)
        _paint_words(painter, room, tile.said, theme, px)
        return
    shown = tile.shown
    if shown != room:
        for bar in (
            QRectF(room.left(), room.top(), room.width(), shown.top() - room.top()),
            QRectF(room.left(), shown.bottom(), room.width(), room.bottom() - shown.bottom()),
            QRectF(room.left(), shown.top(), shown.left() - room.left(), shown.height()),
            QRectF(shown.right(), shown.top(), room.right() - shown.right(), shown.height()),
        ):
            if bar.width() > 0 and bar.height() > 0:
                painter.fillRect(bar, theme.bg)
    if tile.image.width() == round(shown.width() * tile.image.devicePixelRatio()):
        painter.drawImage(shown.topLeft(), tile.image)
    else:
        painter.drawImage(shown, tile.image)
    if tile.said:
        old = QColor(theme.bg)
        old.setAlphaF(1 - _OLD)
        painter.fillRect(shown, old)
        _paint_age(painter, shown, tile.said, theme, px)


def _paint_age(painter: QPainter, shown: QRectF, said: str, theme: Theme, px: int) -> None:
    """Since when it stands still, on a ground of its own: what is behind may have any colour."""
    box = QRectF(0, 0, min(wide(said, px) + px * 0.8, shown.width()), px * 1.6)
    box.moveCenter(shown.center())
    painter.fillRect(box, theme.bg)
    draw_words(painter, box.adjusted(px * 0.2, 0, -px * 0.2, 0), said, px, theme.orange_text, False, "middle")


def _paint_words(painter: QPainter, room: QRectF, said: str, theme: Theme, px: int) -> None:
    side = px * 1.8
    inner = room.adjusted(px * 0.4, px * 0.4, -px * 0.4, -px * 0.4)
    if inner.width() < px * 3 or inner.height() < px:
        return
    high = metrics(px).lineSpacing()
    lines = len(broken(said, px, inner.width()))
    icon = inner.height() >= side * 1.3 + high * lines
    top = max(inner.center().y() - (high * lines + (side * 1.3 if icon else 0)) / 2, inner.top())
    if icon:
        box = QRectF(inner.center() - QPointF(side / 2, 0), inner.center() + QPointF(side / 2, 0))
        box.setTop(top)
        box.setHeight(side)
        draw_icon(painter, box, "camera", theme.t2, 1.5)
        top += side * 1.3
    box = QRectF(inner.left(), top, inner.width(), inner.bottom() - top)
    draw_lines(painter, box, said, px, theme.t2, False, "middle")


def shortened(name: str, width: float, px: int, lines: int = 1) -> str:
    """A name that has no room, cut in its middle: cameras of a place differ in the end of their names (北口, 南口)."""
    if len(broken(name, px, width)) <= lines:
        return name
    measure, room = metrics(px), width * lines
    said = measure.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
    while len(broken(said, px, width)) > lines and room > width / 2:
        room -= px / 2
        said = measure.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
    return said


def paint_caption(painter: QPainter, tile: Tile, theme: Theme, px: int, live: str) -> None:
    """The name, and where there is room for it that it plays (`live`)."""
    row = QRectF(tile.box.left(), tile.box.bottom() - tile.caption, tile.box.width(), tile.caption)
    painter.fillRect(row, theme.s1)
    inner = row.adjusted(px * 0.25, 0, -px * 0.25, 0)
    long = wide(tile.name, px) > inner.width()
    if long and tile.caption > line_of(px):
        name = shortened(tile.name, inner.width(), px, 2)
        draw_lines(painter, inner.adjusted(0, px * 0.15, 0, 0), name, px, theme.t1)
        return
    inner.setHeight(line_of(px))
    told = live if tile.data is not None and not tile.said else ""
    took = wide(told, px)
    if told and wide(tile.name, px) + took + px < inner.width():
        draw_words(painter, inner, told, px, theme.t2, False, "right")
        inner.setRight(inner.right() - took - px * 0.5)
    draw_words(painter, inner, shortened(tile.name, inner.width(), px), px, theme.t1)
