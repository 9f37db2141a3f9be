"""The command palette (Ctrl+K): every command by Chinese, English or pinyin initials, and events, units and places."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QObject,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cockpit.model.messages import texts
from widgets.kit.actions import Action, key_words
from widgets.kit.buttons import draw_key
from widgets.kit.context import PanelContext
from widgets.kit.finders import EventFinder, Finder, Found, UnitFinder
from widgets.kit.fuzzy import score
from widgets.kit.icons import draw_icon
from widgets.kit.lineedit import LineEdit
from widgets.kit.lines import Index, Lines
from widgets.kit.symbols import draw_badge

WIDTH, ROW, ROWS = 640, 36, 12
RECENT = "palette.recent"
MOST_RECENT = 8


class _Row(QStyledItemDelegate):
    """Draws one line: badge or icon, title, detail, key or group."""

    def __init__(self, ctx: PanelContext, model: Lines) -> None:
        super().__init__(model)
        self._ctx, self._model = ctx, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH - 2, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, line = self._ctx.theme, self._model.lines[index.row()]
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        middle = rect.center().y()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.acc_bg)
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme.acc)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.s2)
        mark = QRectF(rect.left() + 14, middle - 9, 18, 18)
        possible = line.run is not None
        if line.level:
            draw_badge(painter, mark, line.level, theme)
        else:
            draw_icon(painter, mark, line.icon or "chevron-right", theme.t2 if possible else theme.t3)
        right = rect.right() - 12
        if line.key:
            right = draw_key(painter, right, middle, line.key, theme) - 10
        elif line.group:
            group = self._ctx.t(line.group)
            right = _words(painter, group, rect.left(), right, middle, theme.font("small"), theme.t3) - 10
        painter.setFont(theme.font("body"))
        metrics = QFontMetricsF(painter.font())
        room = right - rect.left() - 44
        title = metrics.elidedText(line.title, Qt.TextElideMode.ElideRight, room)
        painter.setPen(theme.t1 if possible else theme.t3)
        painter.drawText(QRectF(rect.left() + 44, rect.top(), room, ROW), int(Qt.AlignmentFlag.AlignVCenter), title)
        used = metrics.horizontalAdvance(title) + 10
        if line.detail and room - used > 24:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t3)
            detail = QFontMetricsF(painter.font()).elidedText(line.detail, Qt.TextElideMode.ElideRight, room - used)
            where = QRectF(rect.left() + 44 + used, rect.top(), room - used, ROW)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), detail)
        painter.restore()


def _words(
    painter: QPainter, words: str, left: float, right: float, middle: float, font: QFont, color: QColor
) -> float:
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(QRectF(left, middle - 9, right - left, 18), int(Qt.AlignmentFlag.AlignRight), words)
    return right - QFontMetricsF(font).horizontalAdvance(words)


class Palette(QFrame):
    """The palette of a window, an overlay at its top that `open` shows.

    Attributes:
        field: where it is typed.
        lines: what is listed now.
    """

    def __init__(self, ctx: PanelContext, window: QWidget, finders: Sequence[Finder] = ()) -> None:
        super().__init__(window)
        self._window, self._ctx = window, ctx
        self._finders = (EventFinder(ctx), UnitFinder(ctx), *finders)
        self._asked = 0
        self._found: list[Found] = []
        self._before: QWidget | None = None
        self.setProperty("frame", "float")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 9, 1, 5)
        column.setSpacing(8)
        self.field = LineEdit(self)
        self.field.setClearButtonEnabled(False)
        self.field.textChanged.connect(self._look)
        self.field.installEventFilter(self)
        inset = QVBoxLayout()
        inset.setContentsMargins(8, 0, 8, 0)
        inset.addWidget(self.field)
        column.addLayout(inset)
        self._model = Lines(lambda found: found.title, self)
        self._view = QListView(self)
        self._view.setModel(self._model)
        self._view.setItemDelegate(_Row(ctx, self._model))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMouseTracking(True)
        self._view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerItem)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.clicked.connect(lambda index: self._choose(index.row()))
        column.addWidget(self._view)
        self.hide()

    @property
    def lines(self) -> list[Found]:
        return self._model.lines

    def open(self, text: str = "") -> None:
        """Show it with `text` typed; what had the focus gets it back when it closes."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.field.setPlaceholderText(self._ctx.t("kit.palette_hint"))
        self.field.setAccessibleName(self._ctx.t("kit.palette_hint"))
        self.field.setText(text)
        self.field.selectAll()
        self._look()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        self._asked += 1
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and QApplication.focusWidget() is not self.field:
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress or self.field.composing:
            return False
        row, last = self._view.currentIndex().row(), len(self.lines) - 1
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_palette()
            case Qt.Key.Key_Down:
                self._go(min(row + 1, last))
            case Qt.Key.Key_Up:
                self._go(max(row - 1, 0))
            case Qt.Key.Key_PageDown:
                self._go(min(row + ROWS - 1, last))
            case Qt.Key.Key_PageUp:
                self._go(max(row - ROWS + 1, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if not event.isAutoRepeat():
                    self._choose(row)
            case _:
                return False
        return True

    def _look(self) -> None:
        """List what fits the typed words; finders may add theirs later, if it is still asked for."""
        typed = self.field.text().strip()
        self._asked += 1
        self._found = []
        self._list(typed)
        if typed:
            for finder in self._finders:
                finder.find(typed, lambda found, asked=self._asked: self._add(asked, typed, found))

    def _add(self, asked: int, typed: str, found: list[Found]) -> None:
        if asked == self._asked and found:
            self._found += found
            self._list(typed)

    def _list(self, typed: str) -> None:
        row = self._view.currentIndex().row()
        kept = self.lines[row] if 0 < row < len(self.lines) else None
        lines = self._commands(typed) + self._found
        if typed:
            lines.sort(key=lambda line: -line.rank)
        if not lines:
            lines = [Found(self._ctx.t("kit.palette_nothing", text=typed), icon="search")]
        self._model.show(lines)
        same = next((i for i, line in enumerate(lines) if kept and (line.title, line.id) == (kept.title, kept.id)), 0)
        self._go(same)
        self._place()

    def _commands(self, typed: str) -> list[Found]:
        recent = list(self._ctx.prefs.get(RECENT, []))
        found = []
        for action in self._ctx.actions:
            if not action.shown:
                continue
            rank = score(typed, texts("zh")(action.title), texts("en")(action.title))
            if rank > 0:
                found.append(self._command(action, rank + (5 if action.id in recent else 0)))
        if not typed:
            found.sort(key=lambda line: recent.index(line.id) if line.id in recent else MOST_RECENT)
        return found

    def _command(self, action: Action, rank: float) -> Found:
        t, reason = self._ctx.t, action.reason
        return Found(
            title=t(action.title),
            detail=t(reason) if reason else "",
            run=None if reason else lambda: self._run(action),
            key=key_words(action.keys[0]) if action.keys else "",
            icon=action.icon,
            group="kit.group_command",
            rank=rank,
            id=action.id,
        )

    def _run(self, action: Action) -> None:
        recent = [action.id, *(id for id in self._ctx.prefs.get(RECENT, []) if id != action.id)]
        self._ctx.prefs.set(RECENT, recent[:MOST_RECENT])
        reason = self._ctx.actions.trigger(action.id)
        if reason is not None:
            self._ctx.notify(reason, 0)

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self.lines):
            return
        run = self.lines[row].run
        if run is not None:
            self.close_palette()
            run()

    def _go(self, row: int) -> None:
        if row >= 0:
            self._view.setCurrentIndex(self._model.index(row, 0))

    def _place(self) -> None:
        wide = min(WIDTH, self._window.width() - 32)
        rows = min(len(self.lines), ROWS, max(3, (self._window.height() - 240) // ROW))
        self._view.setFixedHeight(rows * ROW)
        self.setGeometry((self._window.width() - wide) // 2, 88, wide, rows * ROW + 28 + 22)
