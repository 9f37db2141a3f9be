"""The wall as it is: a small living picture of every screen, under each its machine and how it does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cockpit.model.layout import Rect
from cockpit.model.wall import Screen
from cockpit.model.wall_boxes import beside
from cockpit.model.wall_edit import Side
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip
from widgets.walldesk.dragged import panel_of
from widgets.walldesk.hand import Hand
from widgets.walldesk.health import health_words, name_words, trouble_words
from widgets.walldesk.tiles_paint import LINE, Seen, TilePainter

GAP, PAD = 8, 12
MOST_BESIDE = 6
"""A wall of one row with more screens is drawn in several lines."""
_ARROWS: dict[int, Side] = {
    Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "top", Qt.Key.Key_Down: "bottom",
}  # fmt: skip


class Tiles(QWidget):
    """The screens of the wall that is looked at. Arrows walk them, with Shift they choose more.

    Attributes:
        opened: emitted with the number of a screen that was double-clicked.
    """

    opened = Signal(int)

    def __init__(self, hand: Hand, parent: QWidget) -> None:
        super().__init__(parent)
        self._hand = hand
        self._painter = TilePainter(hand)
        self._at = 0
        self._over = 0
        self._dropping = 0
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(160, 120)

    def sizeHint(self) -> QSize:
        return QSize(1152, 520)

    # -- where things lie ------------------------------------------------------------------------------------------

    def tiles(self) -> dict[int, QRectF]:
        """Where the picture of each screen is, by its number."""
        wall = self._hand.wall
        if wall is None or not wall.screens:
            return {}
        columns = sorted({screen.at.x for screen in wall.screens})
        rows = sorted({screen.at.y for screen in wall.screens})
        if len(rows) == 1 and len(columns) > MOST_BESIDE:
            lines = max(range(1, len(columns) + 1), key=lambda n: self._scale(_broken(wall.screens, n)))
            return self._laid(_broken(wall.screens, lines))
        return self._laid([[one for one in wall.screens if one.at.y == y] for y in rows])

    def _scale(self, lines: list[list[Screen]]) -> float:
        """How large lines of screens can be drawn, px a px of the canvas."""
        wide = max(sum(one.at.w for one in line) for line in lines)
        high = sum(max(one.at.h for one in line) for line in lines)
        gaps = GAP * (max(map(len, lines)) - 1)
        across = (self.width() - 2 * PAD - gaps) / wide
        return max(0.001, min(across, (self.height() - PAD - LINE * len(lines) - 4) / high))

    def _laid(self, lines: list[list[Screen]]) -> dict[int, QRectF]:
        scale = self._scale(lines)
        widest = max(sum(one.at.w for one in line) * scale + GAP * (len(line) - 1) for line in lines)
        total = sum(max(one.at.h for one in line) * scale + LINE for line in lines)
        found, top = {}, max(PAD, (self.height() - total) / 2)
        for line in lines:
            left = (self.width() - widest) / 2
            for one in line:
                found[one.id] = QRectF(round(left), round(top), round(one.at.w * scale), round(one.at.h * scale))
                left += one.at.w * scale + GAP
            top += max(one.at.h for one in line) * scale + LINE
        return found

    def screen_at(self, at: QPointF) -> int:
        """The number of the screen under a point, its line included; 0 none."""
        for id, rect in self.tiles().items():
            if rect.adjusted(0, 0, 0, LINE).contains(at):
                return id
        return 0

    # -- painting --------------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, wall = QPainter(self), self._hand.wall
        if wall is None:
            return
        tiles = self.tiles()
        seen = Seen(self._over, self._dropping, self._at if self.hasFocus() else 0, self.devicePixelRatioF())
        for screen in wall.screens:
            self._painter.picture(painter, screen, tiles[screen.id], seen)
            self._painter.line(painter, screen, tiles[screen.id])
        painter.end()

    # -- the pointer -----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            wall, id = self._hand.wall, self.screen_at(QPointF(event.pos()))
            screen = next((one for one in wall.screens if one.id == id), None) if wall is not None else None
            if screen is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), plain_tip(self._tip(screen)), self)
            return True
        return super().event(event)

    def _tip(self, screen: Screen) -> str:
        name, machine = name_words(self._hand, screen)
        parts = [" ".join(filter(None, part[:3])) for part in reversed(health_words(self._hand, screen))]
        trouble = trouble_words(self._hand, screen)
        said = [f"{trouble.words} {trouble.more}"] if trouble is not None else []
        return "\n".join([f"{name} {machine} {screen.output}".strip(), " · ".join(parts), *said]).strip()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.screen_at(event.position())
        if over != self._over:
            self._over = over
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        id = self.screen_at(event.position())
        if not id:
            return
        chosen = [screen.id for screen in self._hand.screens]
        more = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        if event.button() == Qt.MouseButton.RightButton and id in chosen:
            return
        if more:
            left = [one for one in chosen if one != id] if id in chosen and len(chosen) > 1 else [*chosen, id]
            self._hand.choose_screens(left)
        else:
            self._hand.choose_screens([id])
        self._at = id

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        id = self.screen_at(event.position())
        if id:
            self.opened.emit(id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        from PySide6.QtWidgets import QMenu

        ctx, menu = self._hand.ctx, QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in ("blank", "freeze", "identify", "restart", "take_back", "try"):
            action = ctx.actions.get(f"walldesk.{name}")
            if action is not None:
                menu.addAction(ctx.t(action.title)).triggered.connect(
                    lambda _checked=False, id=action.id: ctx.actions.trigger(id)
                )
        menu.popup(event.globalPos() if event.globalPos() != QPoint() else self.mapToGlobal(self.rect().center()))

    # -- the keyboard ----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        wall, side = self._hand.wall, _ARROWS.get(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if wall is None or not wall.screens or not plain:
            super().keyPressEvent(event)
            return
        ids = [screen.id for screen in wall.screens]
        if self._at not in ids:
            self._at = self._hand.screens[0].id
        if side is not None:
            drawn = {str(id): _rect(rect) for id, rect in self.tiles().items()}
            to = beside(drawn, [str(id) for id in ids], str(self._at), side)
            self._walk(int(to), bool(modifiers))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._walk(ids[0] if event.key() == Qt.Key.Key_Home else ids[-1], bool(modifiers))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.opened.emit(self._at)
        else:
            super().keyPressEvent(event)

    def _walk(self, id: int, more: bool) -> None:
        self._at = id
        self._hand.choose_screens([*(one.id for one in self._hand.screens), id] if more else [id])
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._at = self._at or next((screen.id for screen in self._hand.screens), 0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # -- what is dropped -------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if panel_of(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._dropping = self.screen_at(event.position())
        event.setAccepted(bool(self._dropping))
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dropping = 0
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        panel, id = panel_of(event.mimeData()), self.screen_at(event.position())
        self._dropping = 0
        if panel and id:
            event.acceptProposedAction()
            self._hand.put_on_screen(panel, id)
        self.update()


def _broken(screens: Sequence[Screen], lines: int) -> list[list[Screen]]:
    """A long row of screens as so many lines, the first ones as long as each other."""
    each = -(-len(screens) // lines)
    return [list(screens[at : at + each]) for at in range(0, len(screens), each)]


def _rect(rect: QRectF) -> Rect:
    return Rect(round(rect.left()), round(rect.top()), round(rect.width()), round(rect.height()))
