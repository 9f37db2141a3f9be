"""What is under the pointer: hovered everywhere at once, said in a tooltip after a while, selected by a click."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtWidgets import QToolTip

from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip
from widgets.map.marks import Hit
from widgets.map.scene import EVENT

if TYPE_CHECKING:
    from widgets.map.canvas import Canvas

HOVER_MS = 400
GROUP_PAD = 140
NEAREST = 17
"""Zoom beyond which a group is not flown into: what is still one mark there stands in one place."""


class Pointing(QObject):
    """Hovers and selects."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._at = QPointF()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(HOVER_MS)
        self._wait.timeout.connect(self._show_tip)

    def hover(self, at: QPointF) -> None:
        hit = self._canvas.hit(at)
        self._at = at
        self._set((hit.topic, hit.key) if hit else ("", ""))
        self.dress_cursor()

    def leave(self) -> None:
        self._set(("", ""))

    def _set(self, item: tuple[str, str]) -> None:
        canvas = self._canvas
        if item == canvas.hover_item:
            return
        canvas.hover_item = item
        QToolTip.hideText()
        self._wait.start() if item[1] else self._wait.stop()
        canvas.hovered.emit(*item)
        canvas.touch_over()

    def dress_cursor(self) -> None:
        canvas = self._canvas
        if canvas.picking or canvas.hands.tool is not None:
            canvas.setCursor(Qt.CursorShape.CrossCursor)
        elif canvas.hover_item[1]:
            canvas.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            canvas.unsetCursor()

    @guarded
    def _show_tip(self) -> None:
        canvas = self._canvas
        hit = canvas.hit(self._at)
        words = canvas.words(*canvas.hover_item) if canvas.hover_item[1] else None
        if words is None or hit is None:
            return
        title = words[0] if hit.count == 1 else f"{words[0]} +{hit.count - 1}"
        place = canvas.mapToGlobal(self._at.toPoint() + QPoint(14, 14))
        QToolTip.showText(place, plain_tip(f"{title}\n{words[1]}"), canvas)

    def pick(self, at: QPointF) -> None:
        """A click selects what is there, or opens a group."""
        hit = self._canvas.hit(at)
        if hit is None:
            self._canvas.picked.emit("", "")
        elif hit.count > 1:
            self._open_group(hit)
        else:
            self._canvas.picked.emit(hit.topic, hit.key)

    def _open_group(self, hit: Hit) -> None:
        """Flies nearer until the group falls apart; where it can not, the first of it is selected."""
        canvas, box = self._canvas, hit.box
        goal = canvas.camera.fitted(box, GROUP_PAD) if box is not None else canvas.camera
        if box is None or math.hypot(box[2] - box[0], box[3] - box[1]) < 8 or goal.scale < canvas.camera.scale * 1.05:
            canvas.picked.emit(hit.topic, hit.key)
        else:
            near = goal.centred(goal.x, goal.y, goal.scale / 2 ** max(goal.zoom - NEAREST, 0))
            canvas.fly(near)
            canvas.moved.emit()

    def cycle(self, onward: bool) -> bool:
        """Selects the next event in view, from the left to the right; False past the last one."""
        canvas, events = self._canvas, self._canvas.scene.events
        sx, sy = canvas.camera.to_screen(events.x, events.y)
        seen = np.flatnonzero((sx > 0) & (sy > 0) & (sx < canvas.width()) & (sy < canvas.height()))
        order = [events.keys[i] for i in seen[np.lexsort((sy[seen], sx[seen]))].tolist()]
        if not order or not canvas.scene.shows(EVENT):
            return False
        chosen = canvas.selected[1]
        at = order.index(chosen) if chosen in order else (-1 if onward else len(order))
        at += 1 if onward else -1
        if not 0 <= at < len(order):
            return False
        canvas.picked.emit(EVENT, order[at])
        return True

    def stop(self) -> None:
        self._wait.stop()
