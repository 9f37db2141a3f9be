"""The virtual list of the queue: paints the rows in sight, holds still under the pointer, and walks by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from widgets.kit.tips import plain_tip
from widgets.lists.queue_model import Face
from widgets.lists.queue_row import ROW_HEIGHT, RowPainter, RowState

_COUNT_EXACTLY = 5000
"""Up to this many rows above the viewport are compared key by key to tell the new ones."""


class Rows(Protocol):
    """What a view shows: rows in order, each with a key; positions are those of the list."""

    def __len__(self) -> int: ...

    @property
    def outdated(self) -> bool:
        """Whether what it was made from changed."""
        ...

    def position(self, key: str) -> int | None: ...

    def keys(self, start: int, stop: int) -> list[str]: ...

    def faces(self, start: int, stop: int) -> list[Face]: ...

    def level_of(self, key: str) -> int | None: ...

    def haunt(self, before: Sequence[Face], after: int) -> None:
        """Puts rows that have left back into the list as ghosts, at position `after` and following."""
        ...

    def exorcise(self) -> bool:
        """Drops the ghosts; says whether there were any."""
        ...


class QueueView(QAbstractScrollArea):
    """Rows of events or cases.

    While the pointer is in it, or the keyboard on one of its rows, rows that come or go elsewhere do not move what is
    under the pointer (or the cursor): the scroll position follows that row, what left stays as a ghost, and `newer`
    counts what came above.

    Attributes:
        model: the rows.
        selected: key of the selected event, "" when none.
        cursor: key of the row that the keyboard is on, "" when none.
        members: keys of what was gathered, which are marked.
        rows_painted: rows in sight at the last painting.
    """

    picked = Signal(str)
    entered = Signal(str)
    """Enter on a row, which is picked already."""
    hovered = Signal(str)
    newer = Signal(int, int)
    """(how many rows came above the viewport unseen, the most urgent level among them)."""

    def __init__(self, model: Rows, refresh: Callable[[], None], now: Callable[[], int]) -> None:
        super().__init__()
        self.model = model
        self.selected = ""
        self.members: frozenset[str] = frozenset()
        self.cursor = ""
        self._refresh = refresh
        self._now = now
        self._painter: RowPainter | None = None
        self._window: list[Face] = []
        self._first = 0
        self._known: set[str] | None = set()
        self._known_first = 0
        self._unseen: set[str] = set()
        self._unseen_far = 0
        self._pointer: QPoint | None = None
        self.rows_painted = 0
        self._hover_key = ""
        self._outer_hover = ""
        self._following = True
        self._moving = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    # -- what it shows

    def dress(self, painter: RowPainter) -> None:
        """Takes fonts, colours and language."""
        self._painter = painter
        self._look()
        self.viewport().update()

    def take(self, keep: bool = True) -> None:
        """Takes in the model's new rows.

        Args:
            keep: hold what is in sight in its place; False starts at the top, as after another filter.
        """
        if not keep:
            self.model.exorcise()
            self._forget_unseen()
            self._following = True
            self._set_range(0)
            self._settle()
            self._mark_seen([])
            return
        anchor = [] if self._following and not self.held else self._anchor()
        if self._pointer is not None:
            self._haunt()
        value = self._anchored(anchor) if anchor else 0
        self._set_range(value or 0)
        self._settle()
        self._count_unseen()

    @property
    def held(self) -> bool:
        """Whether someone is at it with the pointer, or at one of its rows with the keyboard."""
        return self._pointer is not None or (bool(self.cursor) and self.hasFocus())

    def to_top(self) -> None:
        self.model.exorcise()
        self._following = True
        self._forget_unseen()
        self._set_range(0)
        self._settle()
        self._mark_seen([])

    def show_key(self, key: str) -> None:
        """Scrolls as little as it takes to have the row in sight, unless the pointer is in the list."""
        position = self.model.position(key) if key else None
        if position is None or self._pointer is not None:
            return
        self._reveal(position)

    def set_outer_hover(self, key: str) -> None:
        """The event under the pointer in another panel."""
        if key != self._outer_hover:
            self._outer_hover = key
            self.viewport().update()

    # -- holding still

    def _anchor(self) -> list[tuple[str, int]]:
        """Rows in sight that may hold the list in place, the best first, each with its top in the viewport."""
        rows = [(face.key, self._top(self._first + i)) for i, face in enumerate(self._window)]
        best = self._hover_key if self._pointer is not None else self.cursor if self.hasFocus() else ""
        if not rows:
            return []
        keys = [key for key, _ in rows]
        start = keys.index(best) if best in keys else next((i for i, (_, top) in enumerate(rows) if top >= 0), 0)
        return rows[start:] + rows[:start][::-1]

    def _anchored(self, anchor: Sequence[tuple[str, int]]) -> int | None:
        """The scroll position that leaves the first of `anchor` that is still there in its place."""
        for key, top in anchor:
            position = self.model.position(key)
            if position is not None:
                return position * ROW_HEIGHT - top
        return None

    def _haunt(self) -> None:
        """Rows in sight that left the list stay as ghosts until the pointer leaves."""
        run: list[Face] = []
        before: str | None = None
        runs: list[tuple[str | None, str | None, list[Face]]] = []
        for face in self._window:
            if self.model.position(face.key) is None:
                run.append(face)
                continue
            if run:
                runs.append((before, face.key, run))
                run = []
            before = face.key
        if run:
            runs.append((before, None, run))
        for above, below, faces in runs:
            place = self.model.position(below) if below else None
            if place is None and above:
                over = self.model.position(above)
                place = None if over is None else over + 1
            if place is None and len(self.model) == 0:
                place = 0
            if place is not None:
                self.model.haunt(faces, place)

    def _set_range(self, value: int) -> None:
        """Sets the scroll range, and goes to `value`; while held the range gives way so that nothing moves."""
        bar = self.verticalScrollBar()
        height = self.viewport().height()
        bottom = max(0, len(self.model) * ROW_HEIGHT - height)
        held = self.held
        self._moving = True
        bar.setPageStep(max(ROW_HEIGHT, height - height % ROW_HEIGHT))
        bar.setRange(min(0, value) if held else 0, max(bottom, value) if held else bottom)
        bar.setValue(value)
        self._moving = False

    def _settle(self) -> None:
        self._look()
        self._rehover()
        self.viewport().update()

    def _look(self) -> None:
        """Remembers the rows in sight, as they are now."""
        value = self.verticalScrollBar().value()
        self._first = max(0, value // ROW_HEIGHT)
        last = (value + self.viewport().height()) // ROW_HEIGHT + 1
        self._window = self.model.faces(self._first, last)

    # -- what came above

    def _above(self) -> list[str] | None:
        """Keys of the rows above the viewport; None where they are too many to compare."""
        above = -(-max(0, self.verticalScrollBar().value()) // ROW_HEIGHT)
        return self.model.keys(0, above) if above <= _COUNT_EXACTLY else None

    def _mark_seen(self, above: list[str] | None) -> None:
        """What is above or in sight now was there before whatever comes next."""
        in_sight = {face.key for face in self._window}
        self._known = None if above is None else in_sight.union(above)
        self._known_first = self._first

    def _count_unseen(self) -> None:
        """After a tick: what is above now and was neither above nor in sight before has come unseen."""
        above = self._above()
        if above is None or self._known is None:
            self._unseen_far += max(0, self._first - self._known_first)
        else:
            self._unseen = {key for key in above if key in self._unseen or key not in self._known}
        self._mark_seen(above)
        self._tell_unseen()

    def _tell_unseen(self) -> None:
        level = 5
        for key in self._unseen:
            level = min(level, self.model.level_of(key) or 5)
        self.newer.emit(len(self._unseen) + self._unseen_far, level)

    def _forget_unseen(self) -> None:
        self._unseen.clear()
        self._unseen_far = 0
        self._known = set()
        self.newer.emit(0, 5)

    # -- scrolling and the pointer

    def _scrolled(self, value: int) -> None:
        if self._moving:
            return
        self._following = value <= 0
        self._sync()
        self._look()
        above = self._above()
        if above is not None:
            self._unseen &= set(above)
            self._unseen_far = 0
        self._mark_seen(above)
        self._tell_unseen()
        self._rehover()
        self.viewport().update()

    def _sync(self) -> None:
        """Rows of the table may have moved since the last tick: take them in before reading any."""
        if self.model.outdated:
            self._refresh()

    def _top(self, position: int) -> int:
        return position * ROW_HEIGHT - self.verticalScrollBar().value()

    def position_at(self, y: int) -> int | None:
        """The position of the row at `y` of the viewport; None below the last."""
        position = (y + self.verticalScrollBar().value()) // ROW_HEIGHT
        return position if 0 <= position < len(self.model) else None

    def _face_at(self, y: int) -> Face | None:
        position = self.position_at(y)
        here = None if position is None else position - self._first
        return self._window[here] if here is not None and 0 <= here < len(self._window) else None

    def _rehover(self) -> None:
        face = self._face_at(self._pointer.y()) if self._pointer is not None else None
        key = face.key if face else ""
        if key != self._hover_key:
            self._hover_key = key
            self.hovered.emit(key)
            self.viewport().update()

    def _reveal(self, position: int) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        top = position * ROW_HEIGHT
        if top < bar.value():
            bar.setValue(top)
        elif top + ROW_HEIGHT > bar.value() + height:
            bar.setValue(top + ROW_HEIGHT - height)

    def _let_go(self) -> None:
        """Nobody is at the list any more: ghosts go, and a list that was at its top goes back there."""
        if self.held:
            return
        self.model.exorcise()
        if self._following:
            self.to_top()
        else:
            anchor = self._anchor()
            value = self._anchored(anchor)
            self._set_range(value or 0)
            self._settle()

    # -- Qt's events

    def viewportEvent(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Enter and isinstance(event, QEnterEvent):
            self._pointer = event.position().toPoint()
            self._rehover()
        elif kind == QEvent.Type.Leave:
            self._pointer = None
            self._rehover()
            self._let_go()
        elif kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            face = self._face_at(event.pos().y())
            text = self._painter.tooltip(face, self.viewport().width()) if face and self._painter else ""
            QToolTip.showText(event.globalPos(), plain_tip(text), self.viewport())
            return True
        return super().viewportEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        self._sync()
        self._rehover()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pointer = event.position().toPoint()
        face = self._face_at(self._pointer.y())
        if face:
            self.cursor = face.key
            self.picked.emit(face.key)
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_range(self.verticalScrollBar().value())
        self._look()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._let_go()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, self.viewport().height() // ROW_HEIGHT - 1)
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -len(self.model),
            Qt.Key.Key_End: len(self.model),
        }
        key = Qt.Key(event.key())
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if plain and key in steps:
            self._walk(steps[key])
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor and not event.isAutoRepeat():
            key = self.cursor
            self.picked.emit(key)
            self.entered.emit(key)
        else:
            event.ignore()

    def _walk(self, step: int) -> None:
        self._sync()
        count = len(self.model)
        if not count:
            return
        here = self.model.position(self.cursor or self.selected)
        if here is None:
            start = 0 if self._top(self._first) >= 0 else 1
            here = min(self._first + start, count - 1) - (1 if step > 0 else 0) if abs(step) == 1 else 0
        there = min(max(here + step, 0), count - 1)
        self.cursor = self.model.keys(there, there + 1)[0]
        self._reveal(there)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._sync()
        if self._painter is None:
            return
        painter = QPainter(self.viewport())
        now, width, focus = self._now(), self.viewport().width(), self.hasFocus()
        self.rows_painted = len(self._window)
        for i, face in enumerate(self._window):
            rect = QRect(0, self._top(self._first + i), width, ROW_HEIGHT)
            if rect.intersects(event.rect()):
                state = RowState(
                    selected=face.key == self.selected,
                    hovered=face.key in (self._hover_key, self._outer_hover),
                    cursor=focus and face.key == self.cursor,
                    member=face.key in self.members,
                )
                self._painter.paint(painter, rect, face, state, now)
        painter.end()

    def shown(self) -> list[tuple[str, QRect]]:
        """Keys in sight with their place in the viewport."""
        width = self.viewport().width()
        return [
            (face.key, QRect(0, self._top(self._first + i), width, ROW_HEIGHT)) for i, face in enumerate(self._window)
        ]
