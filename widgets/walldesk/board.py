"""The scene that is looked at as a plan of the wall: places are chosen, moved, split and resized on it by hand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from cockpit.model.wall import Place
from cockpit.model.wall_boxes import Divider, beside
from cockpit.model.wall_edit import Side
from cockpit.model.wall_tree import leaves
from widgets.kit.panel import guarded
from widgets.walldesk.board_paint import BoardPainter, Held
from widgets.walldesk.dragged import panel_of, side_at
from widgets.walldesk.editing import Editing
from widgets.walldesk.mini import fitted, scaled

GRAB, FAR = 5, 8
"""How near to a divider the pointer takes it, and how far a place is dragged before it moves, px."""
_ARROWS: dict[int, Side] = {
    Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "top", Qt.Key.Key_Down: "bottom",
}  # fmt: skip
_NUDGES = 48
"""So many nudges are the width of the wall."""
_MENU = ("split_columns", "split_rows", "merge", "put", "clear", "remove", "undo", "redo")


class Board(QWidget):
    """Arrows walk the places, with Shift they choose more, with Ctrl they move an edge, with Alt they swap two places.

    Attributes:
        opened: emitted with the id of a place whose settings are wanted.
        large: places have their drawing and all their words.
    """

    opened = Signal(str)

    def __init__(self, edit: Editing, parent: QWidget, large: bool = True) -> None:
        super().__init__(parent)
        self._edit = edit
        self._hand = edit.hand
        self.large = large
        self._painter = BoardPainter(edit, large)
        self._held = Held()
        self._pressed: QPointF | None = None
        self._place = ""
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(120, 40)

    def sizeHint(self) -> QSize:
        return QSize(280, 150)

    # -- where things lie ------------------------------------------------------------------------------------------

    def box(self) -> tuple[QRectF, float]:
        """Where the canvas of the wall is drawn, and its scale."""
        wall = self._hand.wall
        pad = 12 if self.large else 1
        room = QRectF(self.rect()).adjusted(pad, pad, -pad, -pad)
        return fitted(wall.size if wall is not None else (16, 9), room)

    def places(self) -> dict[str, QRectF]:
        """Where each place is drawn, by its id."""
        box, scale = self.box()
        return {one.place.id: scaled(one.at, box, scale) for one in self._edit.placed()}

    def place_at(self, at: QPointF) -> str:
        return next((id for id, rect in self.places().items() if rect.contains(at)), "")

    def divider_at(self, at: QPointF) -> Divider | None:
        """The divider under a point; the innermost of several."""
        box, scale = self.box()
        found = None
        for divider in self._edit.dividers():
            rect = scaled(divider.at, box, scale)
            across = divider.along == "columns"
            rect = rect.adjusted(-GRAB, 0, GRAB, 0) if across else rect.adjusted(0, -GRAB, 0, GRAB)
            if rect.contains(at):
                found = divider
        return found

    def name(self, place: Place) -> str:
        """What a place is called."""
        return self._painter.name(place)

    # -- painting --------------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box, scale = self.box()
        self._painter.paint(painter, box, scale, self._held, self.hasFocus())
        painter.end()

    # -- the pointer -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton and (divider := self.divider_at(at)) is not None:
            self._pressed, self._held = at, Held(divider=divider)
            return
        place = self.place_at(at)
        if not place:
            return
        chosen = self._hand.ctx.walling.places
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            self._choose(tuple(one for one in chosen if one != place) if place in chosen else (*chosen, place))
        elif event.button() == Qt.MouseButton.LeftButton or place not in chosen:
            self._choose((place,))
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._place = at, place

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None:
            over = self.divider_at(at)
            shape = Qt.CursorShape.ArrowCursor
            if over is not None:
                shape = Qt.CursorShape.SplitHCursor if over.along == "columns" else Qt.CursorShape.SplitVCursor
            self.setCursor(shape)
            if over != self._held.over:
                self._held = Held(over=over)
                self.update()
            return
        if self._held.divider is not None:
            px = self._px(self._held.divider, at)
            self._held = Held(divider=self._held.divider, placed=self._edit.dragged(self._held.divider, px))
            self.update()
        elif self._place and (at - self._pressed).manhattanLength() >= FAR:
            target = self.place_at(at)
            side = side_at(self.places()[target], at) if target and target != self._place else "middle"
            self._held = Held(moved=self._place, target=target if target != self._place else "", side=side, at=at)
            self.update()

    def _px(self, divider: Divider, at: QPointF) -> int:
        assert self._pressed is not None
        _, scale = self.box()
        moved = at - self._pressed
        return round((moved.x() if divider.along == "columns" else moved.y()) / scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, pressed = self._held, self._pressed
        px = self._px(held.divider, event.position()) if held.divider is not None and pressed is not None else 0
        self._pressed, self._place, self._held = None, "", Held()
        if held.divider is not None and px:
            self._edit.drag(held.divider, px)
        elif held.moved and held.target:
            self._edit.move(held.moved, held.target, held.side)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place:
            self.opened.emit(place)

    def leaveEvent(self, event: QEvent) -> None:
        if self._pressed is None:
            self._held = Held()
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        ctx, menu = self._hand.ctx, QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in _MENU:
            action = ctx.actions.get(f"walldesk.{name}")
            if action is not None:
                made = menu.addAction(ctx.t(action.title))
                made.triggered.connect(lambda _checked=False, id=action.id: ctx.actions.trigger(id))
        menu.popup(event.globalPos())

    # -- the keyboard ----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        side, root = _ARROWS.get(event.key()), self._edit.root
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        chosen = self._hand.ctx.walling.places
        if event.key() == Qt.Key.Key_Escape and self._pressed is not None:
            self._pressed, self._place, self._held = None, "", Held()
            self.update()
            return
        if root is None:
            super().keyPressEvent(event)
            return
        ids = [leaf.id for leaf in leaves(root)]
        here = chosen[0] if chosen and chosen[0] in ids else ""
        if side is not None and modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            to = beside(self._edit.boxes(), ids, here, side) if here else ids[0]
            more = modifiers == Qt.KeyboardModifier.ShiftModifier
            self._choose((to, *(one for one in chosen if one != to)) if more else (to,))
        elif side is not None and modifiers == Qt.KeyboardModifier.ControlModifier:
            wall = self._hand.wall
            self._edit.nudge(side, max(1, wall.size[0] // _NUDGES) if wall is not None else 1)
        elif side is not None and modifiers == Qt.KeyboardModifier.AltModifier:
            self._edit.swap_towards(side)
        elif event.key() == Qt.Key.Key_Delete and modifiers == Qt.KeyboardModifier.NoModifier:
            self._edit.clear()
        elif event.key() == Qt.Key.Key_Delete and modifiers == Qt.KeyboardModifier.ControlModifier:
            self._edit.remove()
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not modifiers and not event.isAutoRepeat() and here
        ):
            self.opened.emit(here)
        else:
            super().keyPressEvent(event)

    def _choose(self, places: tuple[str, ...]) -> None:
        self._hand.ctx.walling.tell(places=places)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # -- what is dropped -------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if panel_of(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        at = event.position()
        target = self.place_at(at)
        self._held = Held(target=target, side=side_at(self.places()[target], at) if target else "middle", at=at)
        event.setAccepted(bool(target))
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._held = Held()
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        panel, at = panel_of(event.mimeData()), event.position()
        target = self.place_at(at)
        self._held = Held()
        if panel and target:
            event.acceptProposedAction()
            root = self._edit.root
            empty = root is not None and any(one.id == target and not one.panel for one in leaves(root))
            self._edit.put_beside(panel, target, "middle" if empty else side_at(self.places()[target], at))
        self.update()
