"""The place of one panel on a screen of a wall, and what stands in for panels that are not seen yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.kit.wallsight import Part, WallSight


class Holder(QWidget):
    """The place of one panel on a screen: what of the panel lies on other screens is cut off.

    A panel that has `takes_cut` draws its part itself (`ctx.wall.part`) and has its size; any other has the size of the
    whole panel and is seen through this. One that draws aside says by `settled() -> bool` whether that is done.

    Attributes:
        panel, sight: what lies here, and what it knows of the wall. ground: colour behind it.
        missed: tables that changed while it was out of sight.
        used: number of the flip that showed it last.
    """

    def __init__(self, sight: WallSight, ground: QColor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.sight = sight
        sight.setParent(self)
        self.panel: QWidget = self
        self.missed: frozenset[str] = frozenset()
        self.used = 0
        self._behind = False
        self.ground = ground
        self._still = Cover(ground, self)
        self._still.hide()

    def take(self, panel: QWidget, part: Part) -> None:
        """Puts the panel in."""
        self.panel = panel
        if getattr(panel, "takes_cut", False):
            panel.setGeometry(0, 0, part.cut.w, part.cut.h)
        else:
            left, top = part.offset
            panel.setGeometry(-left, -top, part.panel.w, part.panel.h)
        panel.show()

    def clear(self) -> None:
        """Takes out what a panel left that could not be built."""
        for half_built in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if half_built is not self._still and half_built is not self.panel:
                half_built.hide()
                half_built.deleteLater()

    @property
    def part(self) -> Part:
        """Where the panel lies on the canvas, and what of it is seen here."""
        assert self.sight.part is not None, "whoever builds it says where"
        return self.sight.part

    @property
    def pixels(self) -> int:
        return self.width() * self.height()

    @property
    def still(self) -> QPixmap | None:
        """What stands in for the panel, None where nothing does."""
        return self._still.picture

    @property
    def settled(self) -> bool:
        """Whether the panel has what it draws; a map may still be drawing aside."""
        settled = getattr(self.panel, "settled", None)
        return bool(settled()) if callable(settled) else True

    def go_behind(self, cover: QWidget) -> None:
        """Lies behind `cover` from now on. What is moved has all painted anew where it lies: it is done once."""
        if not self._behind:
            self._behind = True
            self.stackUnder(cover)

    def come_before(self) -> None:
        """Lies before all else; one that does already stays where it is."""
        if self._behind:
            self._behind = False
            self.raise_()

    def draw_ahead(self) -> None:
        """Draws the panel as it is now, to stand in for it."""
        drawn = QPixmap(self.size())
        drawn.fill(self.ground)
        seen = QRegion(self.rect().translated(-self.panel.pos()))
        self.panel.render(drawn, QPoint(), seen, QWidget.RenderFlag.DrawChildren)
        self._still.show_picture(drawn)

    def unveil(self) -> None:
        """The panel takes the place of its still."""
        self._still.show_picture(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._still.setGeometry(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), self.ground)


class Cover(QWidget):
    """Lies over what is not to be seen yet: a picture, or one colour.

    Attributes:
        picture: None it is one colour.
    """

    def __init__(self, color: QColor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._color = color
        self.picture: QPixmap | None = None

    def show_picture(self, picture: QPixmap | None) -> None:
        self.picture = picture
        self.setVisible(picture is not None)
        if picture is not None:
            self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.picture is not None:
            painter.drawPixmap(event.rect(), self.picture, event.rect())
        else:
            painter.fillRect(event.rect(), self._color)


_NOWHERE = QRect(0, 0, 0, 0)
"""Where a first frame lies that nobody is to see: one that is hidden and shown is painted twice."""


class FirstFrame(QWidget):
    """The picture that is seen first of what is shown next, over all that is shown now; where both have the same panel
    it is open. To hand it to the screen is all that is done at the moment that the hub names.
    """

    def __init__(self, ground: QColor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ground_color = ground
        self._pictures: list[tuple[QRect, QPixmap]] = []
        self._bare = QRegion()
        self._painted: Callable[[], None] = _nothing
        self.setGeometry(_NOWHERE)

    def show_ahead(self, new: Iterable[Holder], staying: Iterable[Holder], painted: Callable[[], None]) -> None:
        """Shows the stills of `new` and the ground between them; `staying` are seen as they are.

        Args:
            painted: called when the frame is painted, before the screen gets it: it may wait.
        """
        self._painted = painted
        whole = self.parentWidget().rect()
        self._pictures = [(holder.geometry(), holder.still) for holder in new if holder.still is not None]
        covered = _without(whole, (holder.geometry() for holder in staying))
        self._bare = _without(covered, (place for place, _ in self._pictures))
        if covered == QRegion(whole):
            self.clearMask()
        else:
            self.setMask(covered)
        self.setGeometry(whole)
        self.raise_()
        self.update()

    def clear(self) -> None:
        """What it showed is there itself."""
        self._pictures, self._painted = [], _nothing
        self.setGeometry(_NOWHERE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, picture in self._pictures:
            seen = place & event.rect()
            painter.drawPixmap(seen, picture, seen.translated(-place.topLeft()))
        for rect in self._bare & event.region():
            painter.fillRect(rect, self._ground_color)
        painter.end()
        self._painted()


def _without(whole: QRect | QRegion, parts: Iterable[QRect]) -> QRegion:
    left = QRegion(whole)
    for part in parts:
        left = left.subtracted(part)
    return left


def _nothing() -> None:
    pass
