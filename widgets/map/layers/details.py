"""What a layer's dots open: opacity, order, filters by attribute and time, colours; of an imported one its name too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from cockpit.model.clock import HOUR
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.kit.scrolling import scrolled
from widgets.map.layers.popover import Popover
from widgets.map.layers.state import LEAST_OPACITY, LayerState

WIDTH = 320
TALLEST = 640
SPANS = (0, HOUR, 24 * HOUR, 7 * 24 * HOUR)
FEW = 8
"""Values of a column up to which they stand in two columns without a field to search in."""


class Choice(msgspec.Struct, frozen=True):
    """A value that can be picked: as it is kept, in words, and how many things have it (-1: not known)."""

    value: str
    words: str
    count: int = -1


class Group(msgspec.Struct, frozen=True):
    """What a layer can be filtered by: column, in words, its values."""

    column: str
    words: str
    choices: tuple[Choice, ...]


class About(msgspec.Struct, frozen=True):
    """What there is to be said and set of a layer.

    Attributes:
        name, source: in words; source with its age.
        groups: what it can be filtered by. timed: by time too.
        span: start and end that the time bar has picked, in words; "" where it has not.
        colorings: (value, words) of what its colour may tell; plain: colours to choose from where it tells nothing.
        subjects: (value, words) of what heat may show, or of the tiers of areas; subject_words: what that is.
        movable: its order can be changed. own: it was imported, and can be renamed and removed.
    """

    name: str
    source: str = ""
    groups: tuple[Group, ...] = ()
    timed: bool = False
    span: str = ""
    colorings: tuple[tuple[str, str], ...] = ()
    plain: tuple[str, ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    subject_words: str = ""
    movable: bool = True
    own: bool = False


class Details(Popover):
    """The details; closes by Escape or a click outside. Made anew each time, with the words and values of the moment.

    Attributes:
        changed: (state) as a person wants it. moved: so many places higher.
        renamed: another name. removed, located, reported: of an imported layer. picked_span: that of the time bar.
    """

    changed = Signal(object)
    moved = Signal(int)
    renamed = Signal(str)
    removed = Signal()
    located = Signal()
    reported = Signal()
    picked_span = Signal()

    def __init__(self, ctx: PanelContext, state: LayerState, about: About, chosen: int, parent: QWidget) -> None:
        """Args: chosen: which of `about.plain` it has."""
        super().__init__(ctx, "layerDetails", (WIDTH, TALLEST), parent)
        self.state, self._about = state, about
        self.boxes: dict[tuple[str, str], QCheckBox] = {}
        self.chips: dict[tuple[str, str], QPushButton] = {}
        self._fill(chosen)
        self._filled()

    def _fill(self, chosen: int) -> None:
        about, t = self._about, self.ctx.t
        self._title()
        self._opacity()
        if about.subjects:
            self._chips("subject", about.subject_words, about.subjects, self.state.subject)
        if about.colorings:
            self._chips("color_by", t("layers.color_by"), about.colorings, self.state.color_by)
        if about.plain:
            self._swatches(chosen)
        if about.timed:
            self._times()
        for group in about.groups:
            self._group(group)
        self._foot()

    def open_at(self, beside: QWidget) -> None:
        """Opens at the right of a row, inside the screen."""
        self._open(beside, self.slider)

    def _set(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)
        self.changed.emit(self.state)

    # Parts.

    def _label(self, words: str, style: str = "small", role: str = "t3") -> QLabel:
        return label(words, self._inner, role=role, style=style)

    def _title(self) -> None:
        about, t = self._about, self.ctx.t
        if about.own:
            self.name = LineEdit(self._inner)
            self.name.setText(about.name)
            self.name.setMaxLength(60)
            self.name.setAccessibleName(t("layers.name"))
            self.name.editingFinished.connect(lambda: self.renamed.emit(self.name.text()))
            self._column.addWidget(self.name)
        else:
            self._column.addWidget(self._label(about.name, "row_title", ""))
        if about.source:
            self._column.addWidget(self._label(about.source))

    def _opacity(self) -> None:
        t = self.ctx.t
        line = QHBoxLayout()
        line.setSpacing(8)
        self.slider = QSlider(Qt.Orientation.Horizontal, self._inner)
        self.slider.setRange(round(LEAST_OPACITY * 100), 100)
        self.slider.setSingleStep(5)
        self.slider.setPageStep(20)
        self.slider.setValue(round(self.state.opacity * 100))
        self.slider.setAccessibleName(t("layers.opacity"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        percent = self._label(f"{self.slider.value()}%", role="t2")
        percent.setFixedWidth(36)
        percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

        def slid(value: int) -> None:
            percent.setText(f"{value}%")
            self._set(opacity=value / 100)

        self.slider.valueChanged.connect(slid)
        line.addWidget(self._label(t("layers.opacity"), role="t2"))
        line.addWidget(self.slider, 1)
        line.addWidget(percent)
        self._column.addSpacing(6)
        self._column.addLayout(line)
        if self._about.movable:
            order = QHBoxLayout()
            order.setSpacing(6)
            order.addWidget(self._label(t("layers.order"), role="t2"))
            order.addStretch(1)
            for name, by in (("up", 1), ("down", -1)):
                order.addWidget(button(t(f"layers.{name}"), partial(self.moved.emit, by), parent=self._inner))
            self._column.addLayout(order)

    def _chips(self, name: str, title: str, choices: Sequence[tuple[str, str]], current: str) -> None:
        """Buttons of which one is on."""
        self._column.addSpacing(6)
        self._column.addWidget(self._label(title))
        group = QButtonGroup(self)
        lines = _Wrapped(self._inner, WIDTH - 34)
        for value, words in choices:
            chip = button(words, kind="chip", parent=lines)
            chip.setChecked(value == current)
            chip.clicked.connect(lambda _on=False, value=value: self._set(**{name: value}))
            group.addButton(chip)
            lines.put(chip)
            self.chips[(name, value)] = chip
        lines.done()
        self._column.addWidget(lines)

    def _swatches(self, chosen: int) -> None:
        line = QHBoxLayout()
        line.setSpacing(4)
        group = QButtonGroup(self)
        for i, color in enumerate(self._about.plain):
            made = button("", kind="chip", parent=self._inner)
            pixmap = QPixmap(14, 14)
            pixmap.fill(QColor(color))
            made.setIcon(QIcon(pixmap))
            made.setIconSize(QSize(14, 14))
            made.setFixedWidth(30)
            made.setChecked(i == chosen % len(self._about.plain))
            made.setAccessibleName(self.ctx.t("layers.color_n", n=i + 1))
            made.setToolTip(made.accessibleName())
            made.clicked.connect(lambda _on=False, i=i: self._one_color(i))
            group.addButton(made)
            line.addWidget(made)
            self.chips[("subject", str(i))] = made
        line.addStretch(1)
        self._column.addLayout(line)

    def _one_color(self, i: int) -> None:
        told = self.chips.get(("color_by", ""))
        if told is not None:
            told.setChecked(True)
        self._set(subject=str(i), color_by="")

    def _times(self) -> None:
        t, made = self.ctx.t, self.state.filter
        self._column.addSpacing(6)
        self._column.addWidget(self._label(t("layers.time")))
        group = QButtonGroup(self)
        lines = _Wrapped(self._inner, WIDTH - 34)
        for span in SPANS:
            chip = button(t(f"layers.last_{span // HOUR}"), kind="chip", parent=lines)
            chip.setChecked(made.last == span and not made.end)
            chip.clicked.connect(lambda _on=False, span=span: self._set(filter=self.state.filter.with_last(span)))
            group.addButton(chip)
            lines.put(chip)
            self.chips[("last", str(span // HOUR))] = chip
        if self._about.span:
            chip = button(self._about.span, self.picked_span.emit, "chip", parent=lines)
            chip.setChecked(bool(made.end))
            chip.setToolTip(t("layers.span_tip"))
            group.addButton(chip)
            lines.put(chip)
            self.chips[("last", "span")] = chip
        lines.done()
        self._column.addWidget(lines)

    def _group(self, group: Group) -> None:
        self._column.addSpacing(6)
        self._column.addWidget(self._label(group.words))
        many = len(group.choices) > FEW
        grid, place = QGridLayout(), QWidget(self._inner)
        place.setAutoFillBackground(False)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        columns = 2 if all(len(choice.words) <= 9 for choice in group.choices) else 1
        picked = self.state.filter.values(group.column)
        boxes: list[QCheckBox] = []
        for i, choice in enumerate(group.choices):
            words = f"{choice.words}　{choice.count:,}" if choice.count >= 0 else choice.words
            box = QCheckBox(words, place)
            box.setMinimumHeight(26)
            box.setChecked(choice.value in picked)
            box.toggled.connect(lambda on, value=choice.value: self._pick(group.column, value, on))
            grid.addWidget(box, i // columns, i % columns)
            boxes.append(box)
            self.boxes[(group.column, choice.value)] = box
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        place.setLayout(grid)
        if many:
            search = LineEdit(self._inner)
            search.setPlaceholderText(self.ctx.t("layers.search", n=len(boxes)))
            search.setAccessibleName(self.ctx.t("layers.search", n=len(boxes)))

            def narrow(text: str) -> None:
                wanted = text.strip().lower()
                for box in boxes:
                    box.setVisible(wanted in box.text().lower())

            search.textChanged.connect(narrow)
            self._column.addWidget(search)
            scroll = scrolled(self._inner, place)
            scroll.setFixedHeight(148)
            self._column.addWidget(scroll)
        else:
            self._column.addWidget(place)

    def _pick(self, column: str, value: str, on: bool) -> None:
        had = frozenset(self.state.filter.values(column))
        self._set(filter=self.state.filter.with_values(column, had | {value} if on else had - {value}))

    def _foot(self) -> None:
        t, about = self.ctx.t, self._about
        self._column.addSpacing(8)
        line = QHBoxLayout()
        line.setSpacing(6)
        if about.own:
            line.addWidget(button(t("layers.locate"), self._leaving(self.located), parent=self._inner))
            line.addWidget(button(t("layers.report"), self._leaving(self.reported), parent=self._inner))
            self.remove = button(t("layers.remove"), self._remove, parent=self._inner)
            line.addWidget(self.remove)
        line.addStretch(1)
        if about.groups or about.timed:
            self.clear = button(t("layers.clear"), self._clear, parent=self._inner)
            line.addWidget(self.clear)
        self._column.addLayout(line)

    def _leaving(self, signal: object) -> object:
        return lambda: (signal.emit(), self.close())  # type: ignore[attr-defined]

    def _remove(self) -> None:
        """The second press removes: the first one says what the second does."""
        sure = self.ctx.t("layers.remove_sure")
        if self.remove.text() != sure:
            self.remove.setText(sure)
            return
        self.removed.emit()
        self.close()

    def _clear(self) -> None:
        for box in self.boxes.values():
            box.setChecked(False)
        if self._about.timed:
            self.chips[("last", "0")].click()


class _Wrapped(QWidget):
    """Buttons side by side, in as many lines as they need."""

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent)
        self._width, self._made = width, list[QPushButton]()

    def put(self, made: QPushButton) -> None:
        self._made.append(made)

    def done(self) -> None:
        x = y = 0
        for made in self._made:
            made.ensurePolished()
            size = made.sizeHint()
            wide = min(size.width(), self._width)
            if x and x + wide > self._width:
                x, y = 0, y + size.height() + 6
            made.setGeometry(x, y, wide, size.height())
            x += wide + 6
        self.setFixedHeight(y + (self._made[-1].sizeHint().height() if self._made else 0) + 2)
