"""The popover of the queue's filters: channel, class of events, district."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cockpit.model.city import Pack
from cockpit.model.messages import Texts
from widgets.lists.areas import AreaTree
from widgets.lists.asked import Asked, Handling
from widgets.lists.words import joined

_COLUMNS = 2
_WIDTH = 336


def groups(pack: Pack, t: Texts) -> list[tuple[str, str, frozenset[str]]]:
    """(code, name, kinds) of each class of events of the pack, in its order."""
    found: dict[str, tuple[str, set[str]]] = {}
    for kind in pack.kinds.values():
        found.setdefault(kind.group_code, (t.pack(kind.group), set()))[1].add(kind.code)
    return [(code, name, frozenset(kinds)) for code, (name, kinds) in found.items()]


def asked_words(asked: Asked, pack: Pack, areas: AreaTree, t: Texts) -> str:
    """What is asked, in one line: 「井盖」 · Ⅰ · 闸弄口 · 12345."""
    parts = [t("lists.quoted", text=asked.text)] if asked.text else []
    parts += [t("lists.among", n=len(asked.among))] if asked.among is not None else []
    parts += [t(f"lists.level_{level}") for level in sorted(asked.levels)]
    parts += [t(f"lists.handling_{one}") for one in Handling if one in asked.handling]
    parts += [name for _, name, kinds in groups(pack, t) if kinds <= asked.kinds]
    parts += [area.name if (area := areas.get(code)) else code for code in sorted(asked.areas)]
    parts += [t.pack(pack.channel(id)) for id in sorted(asked.channels)]
    parts.append(t(f"lists.scope_{asked.scope}_long"))
    return joined(*parts)


class FilterPopover(QFrame):
    """Check boxes for what may be asked; closes by Escape or a click outside.

    Made anew each time it opens, so that it holds the districts, the language and the theme of that moment.
    """

    changed = Signal(Asked)

    def __init__(self, asked: Asked, pack: Pack, areas: AreaTree, t: Texts, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("filterPopover")
        self.setProperty("frame", "float")
        self._asked = asked
        self._boxes: list[QCheckBox] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # it is sized once, when it opens
        handling = [(frozenset({one}), t(f"lists.handling_{one}")) for one in Handling]
        self._section(column, t("lists.filter_handling"), "handling", handling)
        channels = [(frozenset({one.id}), t.pack(one.name)) for one in pack.channels.values()]
        self._section(column, t("lists.filter_channel"), "channels", channels)
        kinds = [(codes, name) for _, name, codes in groups(pack, t)]
        self._section(column, t("lists.filter_class"), "kinds", kinds)
        districts = [(frozenset({area.code}), area.name) for area in areas.districts()]
        if districts:
            self._section(column, t("lists.filter_district"), "areas", districts)
        column.addSpacing(8)
        foot = QHBoxLayout()
        self._clear = QPushButton(t("lists.clear_filters"), self)
        self._clear.clicked.connect(self._clear_all)
        foot.addStretch(1)
        foot.addWidget(self._clear)
        column.addLayout(foot)

    def open_at(self, below: QWidget) -> None:
        """Opens with its right edge under that of `below`, inside the screen."""
        self.resize(_WIDTH, self.sizeHint().height())
        at = below.mapToGlobal(QPoint(below.width() - self.width(), below.height() + 4))
        screen = below.screen().availableGeometry()
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()
        self._boxes[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def _section(
        self, column: QVBoxLayout, title: str, name: str, choices: Iterable[tuple[frozenset[Any], str]]
    ) -> None:
        label = QLabel(title, self)
        label.setProperty("style", "small")
        label.setProperty("role", "t3")
        column.addSpacing(4)
        column.addWidget(label)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        for column_number in range(_COLUMNS):
            grid.setColumnStretch(column_number, 1)
        for i, (codes, words) in enumerate(choices):
            box = QCheckBox(words, self)
            box.setMinimumHeight(28)
            box.setChecked(codes <= getattr(self._asked, name))
            box.toggled.connect(lambda on, name=name, codes=codes: self._set(name, codes, on))
            grid.addWidget(box, i // _COLUMNS, i % _COLUMNS)
            self._boxes.append(box)
        column.addLayout(grid)

    def _set(self, name: str, codes: frozenset[Any], on: bool) -> None:
        had: frozenset[Any] = getattr(self._asked, name)
        self._asked = replace(self._asked, **{name: had | codes if on else had - codes})
        self.changed.emit(self._asked)

    def _clear_all(self) -> None:
        for box in self._boxes:
            box.setChecked(False)
