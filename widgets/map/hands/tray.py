"""What lies in a drawn shape, as a list on the map: topics with their counts, and each thing to be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QListView, QPushButton, QVBoxLayout, QWidget

from widgets.kit.buttons import KeyButton, button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import icon
from widgets.kit.lines import Lines
from widgets.map.hands import ground
from widgets.map.hands.contents import LAYER, Contents, Group
from widgets.map.hands.shapes import RADII, Form, Shape
from widgets.map.hands.tray_rows import HEAD_H, THING_H, WIDTH, Line, TrayRow
from widgets.map.scene import CASE, EVENT, UNIT

BEYOND = 4
"""Units outside of a ring that are told when fewer than this are in it: who is to come is asked all the same."""
MOST = 200
"""Things of a topic that are listed; the count says how many there are."""
OPEN_FIRST = frozenset(((EVENT, ""), (CASE, ""), (UNIT, "")))
"""Groups whose things are listed at once; the others are many."""
ONLY_KEY = "Ctrl+Shift+F"
Words = Callable[[str, str], "tuple[str, str] | None"]


class Tray(QFrame):
    """The list.

    Attributes:
        shape: what it is about. contents: what lies in it.
        lines: what is listed. unfolded: groups (topic, imported layer) whose things are.
        visible: layers that are shown on the map.
        list: the view. only: asks the queue for these only.
        opened: a person opens (topic, key). pointed: the pointer is at it. radius: metres that a person wants.
        closed: it is to go. wanted_only: the queue is to show these only.
    """

    opened = Signal(str, str)
    pointed = Signal(str, str)
    radius = Signal(float)
    closed = Signal()
    wanted_only = Signal()

    def __init__(self, ctx: PanelContext, words: Words, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self.words, self.picture = ctx, words, ctx.picture
        self.shape: Shape | None = None
        self.contents = Contents()
        self.visible: frozenset[str] = frozenset()
        self.unfolded = set(OPEN_FIRST)
        self._roads: Mapping[tuple[str, str], float] = {}
        self.setProperty("frame", "float")
        self.setFixedWidth(WIDTH)
        self._title, self._facts = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self._close = icon_button("close", "", ctx.theme, self.closed.emit)
        self._close.setParent(self)
        self._model = Lines(self.said, self)
        self.list = QListView(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(TrayRow(self))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.list.entered.connect(self._enter)
        self.list.installEventFilter(self)
        self.list.viewport().installEventFilter(self)
        self.only = KeyButton("", ONLY_KEY, ctx.theme, parent=self)
        self.only.clicked.connect(self.wanted_only.emit)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 4, 0)
        for part in (self._title, self._facts):
            head.addWidget(part)
        head.addStretch(1)
        head.addWidget(self._close)
        self._rings = QWidget(self)
        row = QHBoxLayout(self._rings)
        row.setContentsMargins(12, 0, 12, 6)
        row.setSpacing(4)
        group = QButtonGroup(self)
        self.radii: dict[float, QPushButton] = {}
        for metres in RADII:
            made = button(ground.length_words(metres).replace(".00", ""), None, "chip", parent=self._rings)
            made.clicked.connect(lambda _on=False, metres=metres: self.radius.emit(metres))
            group.addButton(made)
            row.addWidget(made)
            self.radii[metres] = made
        self._none = QPushButton(self)  # checked where the radius is none of those offered
        self._none.setCheckable(True)
        self._none.hide()
        group.addButton(self._none)
        row.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.addWidget(self.only, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._rings)
        column.addWidget(self.list, 1)
        column.addLayout(foot)

    @property
    def beyond(self) -> bool:
        """Whether units outside of the ring are told."""
        return any(line.beyond for line in self.lines)

    @property
    def lines(self) -> list[Line]:
        return self._model.lines

    def name_of(self, line: Line) -> str:
        """What a group is called; an imported layer has no topic's name, but its own."""
        if line.topic != LAYER:
            return self.ctx.t(f"hands.topic_{line.topic}")
        said = self.words(LAYER, f"{line.of}/0")
        return said[1] if said else self.ctx.t("hands.gone")

    def how_far(self, line: Line) -> str:
        """How the distance of a thing was measured."""
        how = self.ctx.t("hands.by_road" if line.road == line.road else "hands.by_air")
        return self.ctx.t("hands.beyond", how=how) if line.beyond else how

    def said(self, line: Line) -> str:
        """A line as it is read aloud."""
        t = self.ctx.t
        if line.more:
            return t("hands.more", n=f"{line.more:,}")
        if not line.key:
            return f"{self.name_of(line)} {line.count:,}"
        parts = [part for part in self.words(line.topic, line.key) or (t("hands.gone"), "") if part]
        far = line.road if line.road == line.road else line.metres
        if far == far:
            parts.append(f"{ground.length_words(far)} {self.how_far(line)}")
        return " · ".join(parts)

    def level(self, line: Line) -> int:
        if line.topic == CASE:
            case = self.ctx.cases.case(line.key)
            return min(max(case.facts.level, 1), 5) if case is not None else 5
        row = self.picture[EVENT].get(line.key)
        return min(max(int(row["level"]), 1), 5) if row else 5

    def tell(self, shape: Shape, contents: Contents, visible: frozenset[str]) -> None:
        """Shows what lies in a shape; the same again keeps where the person is in the list."""
        if shape is not self.shape:
            self._roads = {}
        same = self.shape is shape and contents == self.contents and visible == self.visible
        self.shape, self.contents, self.visible = shape, contents, visible
        if not same:
            self._say()
            self._list()
        else:
            self.list.viewport().update()

    def tell_roads(self, roads: Mapping[tuple[str, str], float]) -> None:
        """How far things are along the streets, by (topic, key), in metres."""
        self._roads = {**self._roads, **roads}
        self._list()

    def _say(self) -> None:
        t, shape = self.ctx.t, self.shape
        if shape is None:
            return
        if shape.form is Form.RING:
            around = self.words(*shape.around) if shape.around[1] else None
            self._title.setText(around[0] if around else t("hands.here"))
            self._facts.setText(t("hands.around", metres=ground.length_words(shape.metres)))
        else:
            self._title.setText(t(f"hands.in_{shape.form}"))
            self._facts.setText(ground.area_words(shape.square))
        self._rings.setVisible(shape.form is Form.RING)
        (self.radii.get(shape.metres) or self._none).setChecked(True)
        count = self.contents.count(EVENT)
        self.only.setText(t("hands.only", n=f"{count:,}") if count else t("hands.only_none"))
        self.only.setEnabled(count > 0)

    def _list(self) -> None:
        before = self._current()
        lines: list[Line] = []
        for group in self.contents.groups:
            if group.topic == CASE and not group.keys:
                continue  # mostly there is none that is no event
            lines.append(Line(group.topic, count=group.count, of=group.of))
            if (group.topic, group.of) not in self.unfolded:
                continue
            far = group.metres or (float("nan"),) * len(group.keys)
            things = [
                Line(group.topic, key, 0, 0, metres, self._roads.get((group.topic, key), float("nan")), of=group.of)
                for key, metres in zip(group.keys[:MOST], far, strict=False)
            ]
            known = [line for line in things if line.road == line.road]
            known.sort(key=lambda line: line.road)
            lines += [*known, *(line for line in things if line.road != line.road)]
            lines += self._beyond(group)
            if group.count > MOST:
                lines.append(Line(group.topic, more=group.count - MOST, of=group.of))
        self._model.show(lines)
        at = next((i for i, line in enumerate(lines) if (line.group, line.key) == before), 0)
        self.list.setCurrentIndex(self._model.index(at, 0))

    def _beyond(self, group: Group) -> list[Line]:
        """The units next to a ring that holds few, nearest by road first."""
        if group.topic != UNIT or len(group.keys) >= BEYOND:
            return []
        outside = [(far, key) for (topic, key), far in self._roads.items() if topic == UNIT and key not in group.keys]
        return [Line(UNIT, key, road=far, beyond=True) for far, key in sorted(outside)[: BEYOND - len(group.keys)]]

    def _current(self) -> tuple[tuple[str, str], str]:
        """Group and key of the line at which the keyboard is."""
        row = self.list.currentIndex().row()
        return (self.lines[row].group, self.lines[row].key) if 0 <= row < len(self.lines) else (("", ""), "")

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self.lines):
            return
        line = self.lines[row]
        if line.key:
            self.opened.emit(line.topic, line.key)
        elif line.count or (line.topic == UNIT and self.beyond) or line.group not in self.unfolded:
            self.fold(line.group, line.group in self.unfolded)

    def fold(self, group: tuple[str, str], folded: bool) -> None:
        """Lists the things of a group, or its count alone."""
        self.unfolded = self.unfolded - {group} if folded else self.unfolded | {group}
        self._list()

    def _enter(self, index: QModelIndex) -> None:
        line = self.lines[index.row()]
        self.pointed.emit(line.topic if line.key else "", line.key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.list and event.type() == QEvent.Type.Leave:
            self.pointed.emit("", "")
        if watched is not self.list or not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        group, _ = self._current()
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if not event.isAutoRepeat():
                    self._choose(self.list.currentIndex().row())
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case Qt.Key.Key_Left:
                self.fold(group, True)
            case Qt.Key.Key_Right:
                self.fold(group, False)
            case _:
                return False
        return True

    def retranslate(self) -> None:
        self._close.setToolTip(self.ctx.t("hands.close_tray"))
        self._close.setAccessibleName(self.ctx.t("hands.close_tray"))
        self.list.setAccessibleName(self.ctx.t("hands.tray"))
        self._say()
        self._list()

    def retheme(self) -> None:
        theme = self.ctx.theme
        self._title.setFont(theme.font("row_title"))
        self._title.set_color(theme.t1)
        self._facts.setFont(theme.font("small"))
        self._facts.set_color(theme.t2)
        self._close.setIcon(icon("close", theme))
        self.only.retheme(theme)
        self.list.viewport().update()

    @property
    def wanted_height(self) -> int:
        """Pixels that all of it would take."""
        rows = sum(THING_H if line.key else HEAD_H for line in self.lines)
        return rows + 36 + 52 + (32 if not self._rings.isHidden() else 0)
