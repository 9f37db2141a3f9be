"""The named views: pick one, tick several to stack them, tick departments and sources, save what is set now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from widgets.kit.buttons import button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.map.layers.popover import Popover
from widgets.map.views import LONGEST, NamedView

WIDTH = 320
TALLEST = 560


class ViewsMenu(Popover):
    """The popover; closes by Escape or a click outside. What is ticked is shown at once.

    Attributes:
        boxes: by the view's name. sources: by who brings layers.
        stacked: names of views that are to be shown together. chosen: sources that are to be shown, and no others.
        kept: (name, department) under which what is set now is to be saved. removed: name of a view to be removed.
    """

    stacked = Signal(object)
    chosen = Signal(object)
    kept = Signal(str, str)
    removed = Signal(str)

    def __init__(
        self, ctx: PanelContext, views: Sequence[NamedView], sources: Sequence[tuple[str, str]], parent: QWidget
    ) -> None:
        """Args: sources: (id, words) of who brings layers: feeds and departments, with their age."""
        super().__init__(ctx, "layerViews", (WIDTH, TALLEST), parent)
        self.boxes: dict[str, QCheckBox] = {}
        self.sources: dict[str, QCheckBox] = {}
        self._views(views)
        self._sources(sources)
        self._save()
        self._filled()

    def open_at(self, beside: QWidget) -> None:
        """Opens at the right of the list, inside the screen."""
        self._open(beside, next(iter((*self.boxes.values(), *self.sources.values())), self.field))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk the boxes, Enter shows one view alone, Delete removes it."""
        boxes = [*self.boxes.values(), *self.sources.values()]
        here = next((box for box in boxes if box.hasFocus()), None)
        key = event.key()
        name = next((name for name, box in self.boxes.items() if box is here), "")
        if here is not None and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            at = boxes.index(here) + (1 if key == Qt.Key.Key_Down else -1)
            boxes[min(max(at, 0), len(boxes) - 1)].setFocus(Qt.FocusReason.TabFocusReason)
        elif name and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._only(name)
        elif name and key == Qt.Key.Key_Delete and not event.isAutoRepeat():
            self._remove(name)
        else:
            super().keyPressEvent(event)

    # Parts.

    def _label(self, words: str) -> None:
        self._column.addSpacing(4)
        self._column.addWidget(label(words, self._inner, role="t3", style="small"))

    def _views(self, views: Sequence[NamedView]) -> None:
        t = self.ctx.t
        self._label(t("layers.views_how") if views else t("layers.no_views"))
        for view in views:
            line = QWidget(self._inner)
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(4)
            words = f"{view.name}（{view.department}）" if view.department else view.name
            box = QCheckBox(words, line)
            box.setMinimumHeight(28)
            box.toggled.connect(lambda _on: self._stack())
            only = button(t("layers.only"), lambda name=view.name: self._only(name), "chip", parent=line)
            only.setCheckable(False)
            only.setToolTip(t("layers.only_tip"))
            gone = icon_button(
                "close", t("layers.view_remove"), self.ctx.theme, lambda name=view.name: self._remove(name)
            )
            gone.setParent(line)
            row.addWidget(box, 1)
            row.addWidget(only)
            row.addWidget(gone)
            self._column.addWidget(line)
            self.boxes[view.name] = box

    def _sources(self, sources: Sequence[tuple[str, str]]) -> None:
        if not sources:
            return
        self._label(self.ctx.t("layers.sources_how"))
        for id, words in sources:
            box = QCheckBox(words, self._inner)
            box.setMinimumHeight(26)
            box.toggled.connect(lambda _on: self._choose())
            self._column.addWidget(box)
            self.sources[id] = box

    def _save(self) -> None:
        t = self.ctx.t
        self._label(t("layers.save_how"))
        self.field, self.department = LineEdit(self._inner), LineEdit(self._inner)
        for field, words in ((self.field, "layers.view_name"), (self.department, "layers.department")):
            field.setMaxLength(LONGEST)
            field.setPlaceholderText(t(words))
            field.setAccessibleName(t(words))
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.field, 3)
        line.addWidget(self.department, 2)
        self._column.addLayout(line)
        self.save = button(t("layers.save"), self._keep, "primary", parent=self._inner)
        self.save.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.field.returnPressed.connect(self._keep)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.save)
        self._column.addSpacing(4)
        self._column.addLayout(foot)

    # What is done.

    def _keep(self) -> None:
        name = " ".join(self.field.text().split())
        if name:
            self.kept.emit(name, " ".join(self.department.text().split()))
            self.close()

    def _only(self, name: str) -> None:
        self.stacked.emit((name,))
        self.close()

    def _remove(self, name: str) -> None:
        box = self.boxes.pop(name)
        focus = next(iter(self.boxes.values()), self.field)
        line = box.parentWidget()
        if line is not None:
            line.hide()
        focus.setFocus(Qt.FocusReason.OtherFocusReason)
        self.removed.emit(name)

    def _stack(self) -> None:
        names = tuple(name for name, box in self.boxes.items() if box.isChecked())
        if names:
            _untick(self.sources)
            self.stacked.emit(names)

    def _choose(self) -> None:
        ids = frozenset(id for id, box in self.sources.items() if box.isChecked())
        if ids:
            _untick(self.boxes)
            self.chosen.emit(ids)


def _untick(boxes: dict[str, QCheckBox]) -> None:
    for box in boxes.values():
        box.blockSignals(True)
        box.setChecked(False)
        box.blockSignals(False)
