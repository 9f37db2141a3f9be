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
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cockpit.model.layout import Rect
from cockpit.model.wall import Screen, Wall
from cockpit.model.wall_edit import Side, beside
from cockpit.model.wall_solve import cut
from widgets.kit.icons import draw_icon
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip
from widgets.walldesk.dragged import panel_of
from widgets.walldesk.hand import Hand
from widgets.walldesk.health import Said, health_words, name_words, trouble_words
from widgets.walldesk.kinds import group_of
from widgets.walldesk.thumbs import Thumbs

Part = tuple[str, str, str, str]
_FIRST_GONE = {"GB": 0, "℃": 1}

LINE, GAP, PAD = 30, 8, 12
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
        self._thumbs = Thumbs()
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
        for screen in wall.screens:
            self._picture(painter, wall, screen, tiles[screen.id])
            self._line(painter, screen, tiles[screen.id])
        painter.end()

    def _picture(self, painter: QPainter, wall: Wall, screen: Screen, rect: QRectF) -> None:
        hand, theme, shows = self._hand, self._hand.ctx.theme, self._hand.shows
        walls = hand.ctx.walls
        thumb = walls.thumbs(wall.id).get(screen.id) if walls is not None else None
        pixmap = self._thumbs.pixmap(thumb, rect.size().toSize(), self.devicePixelRatioF()) if thumb else None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if shows is not None and screen.id in shows.blank:
            painter.fillRect(rect, Qt.GlobalColor.black)
        elif pixmap is not None:
            painter.drawPixmap(rect.topLeft(), pixmap)
        else:
            self._plan(painter, screen, rect)
        chosen = screen.id in {one.id for one in hand.screens}
        trouble = trouble_words(hand, screen)
        self._chips(painter, screen, rect)
        if trouble is not None:
            self._band(painter, trouble, rect)
        if self._dropping == screen.id:
            tint = theme.acc
            tint.setAlphaF(0.25)
            painter.fillRect(rect, tint)
        edge = (
            "acc" if chosen else trouble.token if trouble is not None else "t3" if self._over == screen.id else "line2"
        )
        inset = 1.0 if chosen else 0.5
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme[edge], 2 if chosen else 1))
        painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))
        if self.hasFocus() and self._at == screen.id:
            pen = QPen(theme.t1, 1)
            pen.setDashPattern([2, 2])
            painter.setPen(pen)
            painter.drawRect(rect.adjusted(4.5, 4.5, -4.5, -4.5))

    def _plan(self, painter: QPainter, screen: Screen, rect: QRectF) -> None:
        """As long as there is no picture: what the scene has there."""
        hand, theme, shows = self._hand, self._hand.ctx.theme, self._hand.shows
        painter.fillRect(rect, theme.bg)
        scale = rect.width() / max(screen.at.w, 1)
        placed = hand.placed(shows.scene) if shows is not None else ()
        for one in cut(placed, screen):
            at = QRectF(
                rect.left() + one.at.x * scale, rect.top() + one.at.y * scale, one.at.w * scale, one.at.h * scale
            )
            painter.fillRect(at, theme.map.color("water") if group_of(one.place.panel) == "map" else theme.s2)
            painter.setPen(QPen(theme.line2, 1))
            painter.drawRect(at.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t2)
        painter.drawText(
            rect, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), hand.ctx.t("walldesk.no_thumb")
        )

    def _chips(self, painter: QPainter, screen: Screen, rect: QRectF) -> None:
        """What was done to a screen by hand, in words at its upper left."""
        hand, theme, shows = self._hand, self._hand.ctx.theme, self._hand.shows
        if shows is None:
            return
        found = [
            ("walldesk.is_blank", screen.id in shows.blank),
            ("walldesk.is_frozen", screen.id in shows.frozen),
            ("walldesk.is_identified", screen.id in shows.identify),
            ("walldesk.is_tried", screen.id in shows.trial_on),
            ("walldesk.is_cast", any(cast.screen == screen.id for cast in shows.casts)),
        ]
        painter.setFont(theme.font("small"))
        metrics, x = QFontMetricsF(theme.font("small")), rect.left() + 6
        for id, on in found:
            if not on:
                continue
            words = hand.ctx.t(id)
            box = QRectF(round(x) + 0.5, rect.top() + 6.5, metrics.horizontalAdvance(words) + 12, 20)
            if box.right() > rect.right() - 4:
                return
            painter.setPen(QPen(theme.acc, 1))
            painter.setBrush(theme.acc_bg)
            painter.drawRect(box)
            painter.setPen(theme.acc)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
            x = box.right() + 5

    def _band(self, painter: QPainter, said: Said, rect: QRectF) -> None:
        """What is wrong with a screen, over the foot of its picture."""
        theme = self._hand.ctx.theme
        high = min(30.0, rect.height() / 2)
        band = QRectF(rect.left(), rect.bottom() - high, rect.width(), high)
        painter.fillRect(band, theme[said.tint])
        painter.fillRect(QRectF(band.left(), band.top(), band.width(), 1), theme[said.token])
        x = band.left() + 10
        if rect.width() > 140:
            draw_icon(painter, QRectF(x, band.center().y() - 8, 16, 16), "plug-broken", theme[said.token])
            x += 26
        for style, weight, token, words in (("body", 700, "t1", said.words), ("small", 400, "t2", said.more)):
            font = theme.font(style, weight)
            room = band.right() - 8 - x
            cut_words = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.setFont(font)
            painter.setPen(theme[token])
            painter.drawText(QRectF(x, band.top(), room, high), int(Qt.AlignmentFlag.AlignVCenter), cut_words)
            x += QFontMetricsF(font).horizontalAdvance(cut_words) + 10
            if x > band.right() - 40:
                return

    def _line(self, painter: QPainter, screen: Screen, rect: QRectF) -> None:
        """Number, machine and how it does, as much as there is room for."""
        hand, theme = self._hand, self._hand.ctx.theme
        chosen = screen.id in {one.id for one in hand.screens}
        line = QRectF(rect.left(), rect.bottom(), rect.width(), LINE - 4)
        name, machine = name_words(hand, screen)
        bold, small, strong = theme.font("body", 700), theme.font("small"), theme.font("small", 700)
        painter.setFont(bold)
        painter.setPen(theme.acc if chosen else theme.t1)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), name)
        left = line.left() + QFontMetricsF(bold).horizontalAdvance(name) + 10
        x = line.right()
        plain, bold_small = QFontMetricsF(small), QFontMetricsF(strong)
        for label, value, unit, token in fitting(health_words(hand, screen), plain, bold_small, x - left - 8):
            pieces = ((unit, small, "t2"), (value, strong, token), (label, small, "t2"))
            for words, font, ink in pieces:
                if words:
                    room = QFontMetricsF(font).horizontalAdvance(words)
                    painter.setFont(font)
                    painter.setPen(theme[ink])
                    painter.drawText(
                        QRectF(x - room, line.top(), room + 1, line.height()), int(Qt.AlignmentFlag.AlignVCenter), words
                    )
                    x -= room + 4
            x -= 6
        painter.setFont(small)
        painter.setPen(theme.t2)
        room = x - left
        if room > 30:
            words = QFontMetricsF(small).elidedText(machine, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, line.top(), room, line.height()), int(Qt.AlignmentFlag.AlignVCenter), words)

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


def fitting(words: list[Part], plain: QFontMetricsF, bold: QFontMetricsF, room: float) -> list[Part]:
    """What of a line's parts there is room for: memory goes first, then the temperature, the age, the frame's time."""

    def wide(part: Part) -> float:
        label, value, unit, _ = part
        spaces = 4 * sum(map(bool, (label, value, unit)))
        return (
            plain.horizontalAdvance(label) + bold.horizontalAdvance(value) + plain.horizontalAdvance(unit) + spaces + 6
        )

    left = list(words)
    for gone in sorted(words, key=lambda part: _FIRST_GONE.get(part[2], 2)):
        if sum(map(wide, left)) <= room:
            break
        left.remove(gone)
    return left
