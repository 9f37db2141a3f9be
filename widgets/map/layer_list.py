"""The list of layers at the upper left: an eye and a count for each, colouring of areas with its legend."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import button, draw_key
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.map.coloring import BREAKS, COLORINGS, Coloring
from widgets.map.scene import AREA, LAYERS, TRAIL

WIDTH = 196
ROW_H = 28
PAD = 12


class _Row(QAbstractButton):
    """One line: sign, words, count or key. Checked is shown."""

    def __init__(self, ctx: PanelContext, layer: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self.layer = ctx, layer
        self.count: int | None = None
        self.setCheckable(True)
        self.setFixedHeight(ROW_H)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        head = not self.layer
        if self.underMouse():
            painter.fillRect(self.rect(), theme.s2)
        on = head or self.isChecked()
        icon = "layers" if head else "eye" if on else "eye-off"
        draw_icon(painter, QRectF(PAD, (ROW_H - 16) / 2, 16, 16), icon, theme.t2 if on else theme.t3, 1.75)
        painter.setFont(theme.font("row_title" if head else "body", 700 if head else None))
        painter.setPen(theme.t1 if on else theme.t3)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(PAD + 24, 0, 110, ROW_H), int(middle | Qt.AlignmentFlag.AlignLeft), self.text())
        if head:
            draw_key(painter, self.width() - PAD, ROW_H / 2, "L", theme)
        elif self.count is not None:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t2 if on else theme.t3)
            box = QRectF(self.width() - PAD - 60, 0, 60, ROW_H)
            painter.drawText(box, int(middle | Qt.AlignmentFlag.AlignRight), f"{self.count:,}")
        _focus(painter, self, self.ctx)


class _Switch(QAbstractButton):
    """Words at the left, a switch at the right."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setCheckable(True)
        self.setFixedHeight(ROW_H)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.t1)
        box = QRectF(PAD, 0, 120, ROW_H)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        on = self.isChecked()
        rail = QRectF(self.width() - PAD - 28, ROW_H / 2 - 8, 28, 16)
        painter.setPen(QPen(theme.acc if on else theme.line2, 1))
        painter.setBrush(theme.acc if on else theme.s2)
        painter.drawRoundedRect(rail.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.acc_ink if on else theme.t3)
        painter.drawEllipse(QRectF(rail.right() - 14 if on else rail.left() + 2, rail.top() + 2, 12, 12))
        _focus(painter, self, self.ctx)


def _focus(painter: QPainter, widget: QWidget, ctx: PanelContext) -> None:
    if widget.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ctx.theme.acc, 2))
        painter.drawRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1))


class _Legend(QWidget):
    """Five steps of colour with their lower ends, and hatching where there is no value.

    Attributes:
        gap: whether some area has no value.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.coloring = Coloring("")
        self.gap = False
        self.setFixedHeight(30)

    def show_coloring(self, coloring: Coloring) -> None:
        self.coloring, self.gap = coloring, -1 in coloring.steps.values()
        self.setFixedHeight(48 if self.gap else 30)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        token = theme.map.of("choropleth")
        breaks = BREAKS.get(self.coloring.kind, ())
        wide = (self.width() - 2 * PAD) / 5
        labels = ["0", *(f"{b:g}" for b in breaks)]
        if len(labels) == 5:
            labels[-1] += "+"
        painter.setFont(theme.font("axis"))
        for i, label in enumerate(labels):
            box = QRectF(PAD + i * wide, 1, wide, 9)
            painter.fillRect(box, theme.map.color("land"))
            shade = QColor(token["color"])
            shade.setAlphaF(token["alpha"][i])
            painter.fillRect(box, shade)
            painter.setPen(theme.line2)
            painter.drawRect(box)
            painter.setPen(theme.t2)
            painter.drawText(QRectF(PAD + i * wide, 13, wide, 15), Qt.AlignmentFlag.AlignLeft, label)
        if self.gap:
            box = QRectF(PAD, 32, wide, 9)
            hatch = QColor(token["color"])
            hatch.setAlphaF(0.8)
            painter.fillRect(box, theme.map.color("land"))
            painter.fillRect(box, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
            painter.setPen(theme.line2)
            painter.drawRect(box)
            painter.setPen(theme.t2)
            words = QRectF(PAD + wide + 8, 29, self.width(), 15)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.ctx.t("map.legend_gap"))


def _padded(label: QLabel) -> QHBoxLayout:
    """A line of its own at the inset of the list; margins of a styled label are the stylesheet's."""
    line = QHBoxLayout()
    line.setContentsMargins(PAD, 0, PAD, 0)
    line.addWidget(label)
    return line


class LayerList(QFrame):
    """The list.

    Attributes:
        toggled: a person showed or hid a layer.
        colored: a person chose what areas' colour tells.
        folded: a person folded or opened the list.
    """

    toggled = Signal(str, bool)
    colored = Signal(str)
    folded = Signal(bool)

    def __init__(self, ctx: PanelContext, visible: frozenset[str], kind: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setFixedWidth(WIDTH)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._coloring, self._age = Coloring(kind), None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        self._head = _Row(ctx, "", self)
        self._head.setCheckable(False)
        self._head.clicked.connect(self.fold)
        column.addWidget(self._head)
        self._body = QWidget(self)
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 4)
        inner.setSpacing(0)
        self.rows: dict[str, QAbstractButton] = {}
        for layer in LAYERS[:-1]:
            row = _Row(ctx, layer, self._body)
            inner.addWidget(row)
            self.rows[layer] = row
        inner.addSpacing(9)
        self.rows[AREA] = _Switch(ctx, self._body)
        inner.addWidget(self.rows[AREA])
        for layer, row in self.rows.items():
            row.setChecked(layer in visible)
            row.toggled.connect(lambda on, layer=layer: self.toggled.emit(layer, on))
        self._legend = _Legend(ctx, self._body)
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
        for one in COLORINGS:
            chip = button("", kind="chip", parent=self._body)
            chip.setChecked(one == kind)
            chip.clicked.connect(lambda _checked=False, one=one: self.colored.emit(one))
            self._group.addButton(chip)
            self._chips[one] = chip
            chips.addWidget(chip)
        chips.addStretch(1)
        inner.addLayout(chips)
        inner.addLayout(_padded(self._old))
        column.addWidget(self._body)
        self.retranslate()

    @property
    def open(self) -> bool:
        return not self._body.isHidden()

    def fold(self) -> None:
        self.set_open(not self.open)
        self.folded.emit(not self.open)

    def set_open(self, open: bool) -> None:
        self._body.setVisible(open)
        self.adjustSize()

    def toggle(self, number: int) -> None:
        """The layer of a digit key, 1 to 7."""
        self.rows[LAYERS[number - 1]].toggle()

    def set_counts(self, counts: Mapping[str, int | None]) -> None:
        """How many things each layer has; None where no source has spoken yet."""
        for layer, count in counts.items():
            row = self.rows[layer]
            if isinstance(row, _Row) and row.count != count:
                row.count = count
                row.setAccessibleDescription("" if count is None else f"{count:,}")
                row.update()

    def set_coloring(self, coloring: Coloring, age: Message | None) -> None:
        """What the colours tell now, and how old it is."""
        if coloring.kind != self._coloring.kind or coloring.unit != self._coloring.unit or age != self._age:
            self._coloring, self._age = coloring, age
            self._say()
        self._coloring = coloring
        gap = self._legend.gap
        self._legend.show_coloring(coloring)
        if self._legend.gap != gap:
            self.adjustSize()

    def retranslate(self) -> None:
        t = self.ctx.t
        self._head.setText(t("map.layers"))
        self._head.setToolTip(t("map.layers_tip"))
        for number, layer in enumerate(LAYERS, 1):
            self.rows[layer].setText(t(f"map.layer_{layer}"))
            self.rows[layer].setToolTip(t("map.layer_tip", key=number))
        for kind, chip in self._chips.items():
            chip.setText(t(f"map.color_{kind}"))
        self._say()

    def _say(self) -> None:
        t, coloring = self.ctx.t, self._coloring
        kind = coloring.kind or COLORINGS[0]
        self._caption.setText(t(f"map.legend_{kind}", unit=coloring.unit or "mm"))
        missing = kind == "rain" and not coloring.steps
        self._old.setText(t("map.no_rain") if missing else t(self._age) if self._age else "")
        self.adjustSize()

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
            y = self.rows[AREA].mapTo(self, self.rows[AREA].rect().topLeft()).y() - 5
            painter.drawLine(0, y, self.width(), y)


COUNTED = tuple(layer for layer in LAYERS if layer not in (AREA, TRAIL))
"""Layers whose rows have a count."""
