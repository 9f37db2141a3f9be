"""A scene on the wall that is looked at, small and still: before and after in dialogs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.errors import UserError
from cockpit.model.wall import Place, Scene
from cockpit.model.wall_solve import solve_scene
from widgets.walldesk.hand import Hand
from widgets.walldesk.kinds import group_of
from widgets.walldesk.mini import fitted, scaled


class PlanView(QWidget):
    """
    Attributes:
        scene: what is shown, None nothing. marked: ids of the places that are framed.
    """

    def __init__(self, hand: Hand, name: Callable[[Place], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._hand, self._name = hand, name
        self.scene: Scene | None = None
        self.marked: frozenset[str] = frozenset()
        self.setMinimumSize(200, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(320, 140)

    def show_scene(self, scene: Scene | None, marked: frozenset[str] = frozenset()) -> None:
        self.scene, self.marked = scene, marked
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, wall = QPainter(self), self._hand.ctx.theme, self._hand.wall
        scene = self.scene
        if wall is None or scene is None or not scene.arrangements:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t2)
            painter.drawText(
                QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter), self._hand.ctx.t("walldesk.not_there")
            )
            return
        box, scale = fitted(wall.size, QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.fillRect(box, theme.bg)
        try:
            placed = solve_scene(scene, wall)
        except UserError:
            placed = ()
        painter.setFont(theme.font("axis"))
        for one in placed:
            at = scaled(one.at, box, scale)
            painter.fillRect(at, theme.map.color("water") if group_of(one.place.panel) == "map" else theme.s3)
            chosen = one.place.id in self.marked
            painter.setPen(QPen(theme.orange_text if chosen else theme.line2, 2 if chosen else 1))
            painter.drawRect(at.adjusted(0.5, 0.5, -1, -1))
            if at.width() > 36 and at.height() > 14:
                painter.setPen(theme.t1)
                words = painter.fontMetrics().elidedText(
                    self._name(one.place), Qt.TextElideMode.ElideRight, int(at.width()) - 6
                )
                painter.drawText(at, int(Qt.AlignmentFlag.AlignCenter), words)
