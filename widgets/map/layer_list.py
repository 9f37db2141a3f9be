"""The list of layers at the upper left: what is shown, in which order, colouring of areas with its legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.scrolling import hold, scrolled
from widgets.kit.tips import plain_tip
from widgets.map.coloring import COLORINGS, EVENTS, SIGN, Coloring
from widgets.map.compose.heat import HeatTold
from widgets.map.layers.colors import Colored
from widgets.map.layers.legends import AreaLegend, HeatKey
from widgets.map.layers.rows import PAD, ROW_H, ColorKey, Head, Row, SwitchRow
from widgets.map.layers.state import FIRST, HEAT, LayerStack
from widgets.map.scene import AREA, LAYERS, TRAIL

WIDTH = 196
LEAST_ROWS = 3
"""Rows that are seen however low the map is; the others are scrolled to."""
DIGITS: Mapping[str, str] = {**{layer: str(i) for i, layer in enumerate(LAYERS, 1)}, HEAT: "8"}
"""Keys of the layers on the map."""


def _padded(label: QLabel) -> QHBoxLayout:
    """A line of its own at the inset of the list; margins of a styled label are the stylesheet's."""
    line = QHBoxLayout()
    line.setContentsMargins(PAD, 0, PAD, 0)
    line.addWidget(label)
    return line


class _Rows(QWidget):
    """Where the rows lie; draws where a dragged one would go.

    Attributes:
        mark: y of that line, -1 for none.
    """

    def __init__(self, ctx: PanelContext) -> None:
        super().__init__()
        self.ctx, self.mark = ctx, -1
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.mark >= 0:
            QPainter(self).fillRect(
                QRectF(4, min(self.mark, self.height() - 2), self.width() - 8, 2), self.ctx.theme.acc
            )


class LayerList(QFrame):
    """The list.

    Attributes:
        rows: by the layer's key, the uppermost first; that of areas last.
        toggled: a person showed or hid a layer. colored: a person chose what areas' colour tells.
        folded: a person folded or opened the list. detailed: details of a layer are asked for, beside a widget.
        moved: a layer is to go to a place of the list. faded: its opacity is to change by so much.
        views: the named views are asked for. wanted: a file is to be imported.
        grown: its height is another.
    """

    toggled = Signal(str, bool)
    colored = Signal(str)
    folded = Signal(bool)
    detailed = Signal(str, QWidget)
    moved = Signal(str, int)
    faded = Signal(str, float)
    views = Signal()
    wanted = Signal()
    grown = Signal()

    def __init__(self, ctx: PanelContext, visible: frozenset[str], kind: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setFixedWidth(WIDTH)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._coloring, self._age = Coloring(kind), None
        self._room = 4096
        self._names: dict[str, str] = {}
        self._tips: dict[str, str] = {}
        self.rows: dict[str, Row] = {}
        self._keys: dict[str, ColorKey] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        self._head = Head(ctx, self)
        self._head.clicked.connect(self.fold)
        column.addWidget(self._head)
        self._body = QWidget(self)
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        self._list = _Rows(ctx)
        self._scroll = scrolled(self._body)
        self._scroll.setFixedHeight(0)
        hold(self._scroll, self._list)
        inner.addWidget(self._scroll)
        self._foot = self._make_foot()
        inner.addLayout(self._foot)
        inner.addSpacing(9)
        self._area = SwitchRow(ctx, AREA, self._body)
        inner.addWidget(self._area)
        self._make_legend(inner, kind)
        column.addWidget(self._body)
        self.show_stack(_shown(FIRST, visible))
        self.retranslate()

    def _make_foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(PAD - 4, 4, PAD - 4, 0)
        line.setSpacing(6)
        self._views = button("", self.views.emit, "chip", parent=self._body)
        self._import = button("", self.wanted.emit, "chip", parent=self._body)
        for made in (self._views, self._import):
            made.setCheckable(False)
            line.addWidget(made, 1)
        return line

    def _make_legend(self, inner: QVBoxLayout, kind: str) -> None:
        self._legend = AreaLegend(self.ctx, self._body)
        self._caption, self._old = QLabel(self._body), QLabel(self._body)
        for label in (self._caption, self._old):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("style", "small")
        self._caption.setProperty("role", "t2")
        self._old.setProperty("role", "t3")
        inner.addSpacing(2)
        inner.addWidget(self._legend)
        inner.addSpacing(2)
        inner.addLayout(_padded(self._caption))
        chips = QHBoxLayout()
        chips.setContentsMargins(PAD, 7, PAD, 7)
        chips.setSpacing(6)
        self._group = QButtonGroup(self)
        self._chips = {}
        for one in (*COLORINGS, SIGN):
            chip = button("", kind="chip", parent=self._body)
            chip.setChecked(one == (SIGN if kind.startswith(SIGN) else kind))
            chip.clicked.connect(lambda _checked=False, one=one: self.colored.emit(one))
            self._group.addButton(chip)
            self._chips[one] = chip
            chips.addWidget(chip)
        chips.addStretch(1)
        inner.addLayout(chips)
        inner.addLayout(_padded(self._old))

    # What it shows.

    @property
    def open(self) -> bool:
        return not self._body.isHidden()

    def fold(self) -> None:
        self.set_open(not self.open)
        self.folded.emit(not self.open)

    def set_open(self, open: bool) -> None:
        self._body.setVisible(open)
        self.adjustSize()

    def fit(self, room: int) -> None:
        """Takes at most so many pixels of height: layers that have no room are scrolled to."""
        if room != self._room:
            self._room = room
            self._fit()

    def show_stack(self, stack: LayerStack, names: Mapping[str, str] | None = None) -> None:
        """Shows what is set. names: of imported layers, by key."""
        if names is not None:
            self._names = dict(names)
        keys = [key for key in stack.keys if key != AREA]
        if [key for key in self.rows if key != AREA] != keys:
            self._lay_out(keys)
        for key, row in self.rows.items():
            state = stack.state(key)
            row.blockSignals(True)
            row.setChecked(state.visible)
            row.blockSignals(False)
            row.show_state(row.count, bool(state.filter))
            row.update()
        filtered = any(state.visible and state.filter for state in stack.layers)
        if filtered != self._head.filtered:
            self._head.filtered = filtered
            self._head.setAccessibleDescription(self.ctx.t("layers.filtered") if filtered else "")
            self._head.update()
        by = stack.state(AREA).color_by or self._coloring.kind
        for kind, chip in self._chips.items():
            chip.setChecked(kind == (SIGN if by.startswith(SIGN) else by))
        self._name_rows()

    def _lay_out(self, keys: Sequence[str]) -> None:
        """Rows in another order, or others; one that stays keeps its focus."""
        focused = next((key for key, row in self.rows.items() if row.hasFocus()), "")
        for key in [key for key in self.rows if key not in keys and key != AREA]:
            for one in (self.rows.pop(key), self._keys.pop(key)):
                one.hide()
                one.deleteLater()
        for key in keys:
            if key not in self.rows:
                self.rows[key] = self._connected(Row(self.ctx, key, self._list))
                self._keys[key] = (HeatKey if key == HEAT else ColorKey)(self.ctx, self._list)
        if AREA not in self.rows:
            self.rows[AREA] = self._connected(self._area)
        self.rows = {**{key: self.rows[key] for key in keys}, AREA: self._area}
        last: QWidget = self._head
        for i, key in enumerate(keys):
            self._list.column.insertWidget(2 * i, self.rows[key])
            self._list.column.insertWidget(2 * i + 1, self._keys[key])
            QWidget.setTabOrder(last, self.rows[key])
            self.rows[key].show()
            last = self.rows[key]
        for after in (self._views, self._import, self._area, *self._chips.values()):
            QWidget.setTabOrder(last, after)
            last = after
        if focused in self.rows:
            self.rows[focused].setFocus()
        self._fit()

    def _connected(self, row: Row) -> Row:
        key = row.layer
        row.toggled.connect(partial(self.toggled.emit, key))
        row.details.connect(lambda: self.detailed.emit(key, row))
        row.faded.connect(partial(self.faded.emit, key))
        row.stepped.connect(partial(self._step, key))
        row.shifted.connect(lambda by: self.moved.emit(key, self._at(key) - by))
        row.dragged.connect(lambda y: self._mark(self._gap(y)))
        row.dropped.connect(partial(self._drop, key))
        return row

    def _at(self, key: str) -> int:
        return list(self.rows).index(key)

    def _step(self, key: str, by: int) -> None:
        keys = list(self.rows)
        row = self.rows[keys[min(max(keys.index(key) + by, 0), len(keys) - 1)]]
        row.setFocus(Qt.FocusReason.TabFocusReason)
        if row is not self._area:
            self._scroll.ensureWidgetVisible(row, 0, 0)

    def _gap(self, y: int) -> int:
        """Between which rows a dragged one would go: how many are above."""
        rows = [row for key, row in self.rows.items() if key != AREA]
        return sum(y > row.y() + ROW_H / 2 for row in rows)

    def _mark(self, gap: int) -> None:
        rows = [row for key, row in self.rows.items() if key != AREA]
        self._list.mark = rows[gap].y() if gap < len(rows) else rows[-1].y() + ROW_H
        self._list.update()

    def _drop(self, key: str, y: int) -> None:
        self._list.mark = -1
        self._list.update()
        gap, at = self._gap(y), self._at(key)
        if key != AREA:
            self.moved.emit(key, gap - 1 if gap > at else gap)

    def _fit(self) -> None:
        shown = [key for key in self._keys.values() if not key.isHidden()]
        needed = ROW_H * (len(self.rows) - 1) + sum(key.height() for key in shown)
        beside = self._head.height() + 8 + self._body.sizeHint().height() - self._scroll.minimumHeight()
        high = max(min(needed, self._room - beside), min(needed, LEAST_ROWS * ROW_H))
        before = self.height()
        if high != self._scroll.minimumHeight():
            self._scroll.setFixedHeight(high)
            self._body.updateGeometry()
            for layout in (self._body.layout(), self.layout()):  # now: a request would come after the next picture
                layout.activate()
        self.adjustSize()
        if self.height() != before:
            self.grown.emit()

    def toggle(self, number: int) -> None:
        """The layer of a digit key, 1 to 8."""
        key = next((layer for layer, digit in DIGITS.items() if digit == str(number)), "")
        if key in self.rows:
            self.rows[key].toggle()

    def take_keyboard(self) -> None:
        """Opens the list; arrows walk it."""
        if not self.open:
            self.fold()
        next(iter(self.rows.values())).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_counts(self, counts: Mapping[str, int | None]) -> None:
        """How many things each layer has; None where no source has spoken yet."""
        for layer, count in counts.items():
            row = self.rows.get(layer)
            if row is not None:
                row.show_state(count, row.filtered)

    def show_colors(self, colors: Mapping[str, Colored | None]) -> None:
        """What the colours of imported layers tell, by key; None for nothing that needs words."""
        for key, legend in self._keys.items():
            legend.show_colors(colors.get(key))
        self._fit()

    def show_heat(self, told: HeatTold | None) -> None:
        """What the colours of heat mean; None for no heat."""
        key = self._keys.get(HEAT)
        if isinstance(key, HeatKey) and key.show_heat(told):
            self._fit()

    def show_tips(self, tips: Mapping[str, str]) -> None:
        """Where each layer comes from and how old it is."""
        if tips != self._tips:
            self._tips = dict(tips)
            self._name_rows()

    def set_coloring(self, coloring: Coloring, age: Message | None) -> None:
        """What the colours tell now, and how old it is."""
        before, known = (
            (one.kind, one.unit, one.tier, bool(one.steps), one.name) for one in (self._coloring, coloring)
        )
        if before != known or age != self._age:
            self._coloring, self._age = coloring, age
            self._say()
        self._coloring = coloring
        gap = self._legend.gap
        self._legend.show_coloring(coloring)
        if self._legend.gap != gap:
            self._fit()

    # Words.

    def retranslate(self) -> None:
        t = self.ctx.t
        self._head.setText(t("map.layers"))
        self._head.setToolTip(t("map.layers_tip"))
        self._views.setText(t("layers.views"))
        self._views.setToolTip(t("layers.views_tip"))
        self._import.setText(t("layers.import"))
        self._import.setToolTip(t("layers.import_tip"))
        for kind, chip in self._chips.items():
            chip.setText(t("signsui.map_chip") if kind == SIGN else t(f"map.color_{kind}"))
        self._chips[SIGN].setToolTip(t("signsui.map_chip_tip"))
        self._name_rows()
        self._say()

    def _name_rows(self) -> None:
        t = self.ctx.t
        for key, row in self.rows.items():
            name = self._names.get(key) or (t(f"map.layer_{key}") if key in DIGITS else key)
            if row.text() != name:
                row.setText(name)
            digit = DIGITS.get(key)
            tip = [name, self._tips.get(key, ""), t("map.layer_tip", key=digit) if digit else "", t("layers.row_keys")]
            said = plain_tip("\n".join(part for part in tip if part))
            if row.toolTip() != said:
                row.setToolTip(said)

    def _say(self) -> None:
        t, coloring = self.ctx.t, self._coloring
        tiers = self.ctx.pack.tiers
        tier = t.pack(tiers[coloring.tier]) if coloring.tier < len(tiers) else ""
        words = t(coloring.legend(tier))
        self._caption.setText(
            self._caption.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, WIDTH - 2 * PAD)
        )
        self._caption.setToolTip(plain_tip(words))
        missing = "signsui.no_sign_values" if coloring.kind.startswith(SIGN) else "map.no_rain"
        none = not coloring.steps and coloring.kind != EVENTS
        self._old.setText(t(missing) if none else t(self._age) if self._age else "")
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self.ctx.theme
        painter.setPen(theme.line)
        painter.setBrush(theme.s1)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if self.open:
            y = self._area.mapTo(self, self._area.rect().topLeft()).y() - 5
            painter.drawLine(0, y, self.width(), y)


def _shown(stack: LayerStack, visible: frozenset[str]) -> LayerStack:
    for key in stack.keys:
        stack = stack.with_layer(key, visible=key in visible)
    return stack


COUNTED = tuple(layer for layer in LAYERS if layer not in (AREA, TRAIL))
"""Layers whose rows have a count."""
