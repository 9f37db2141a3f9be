"""The dialog that imports a layer: which file, whose, in which datum; then how it goes, then what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cockpit.geo.imports.files import ENDINGS
from cockpit.geo.imports.model import Report, Wishes
from cockpit.geo.imports.words import bad_places, sentences
from cockpit.model.city import DATUMS
from cockpit.model.messages import Message
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit

WIDTH = 460


class ImportDialog(QDialog):
    """Asks, waits, tells. It lets go of the screen: the map goes on beneath.

    Attributes:
        name, department: fields. datums: buttons by datum; none is chosen beforehand, coordinates tell nothing of it.
        confirm: the button that imports. lines: the sentences of what came of it.
    """

    def __init__(self, ctx: PanelContext, path: Path, start: Callable[[Wishes], object], parent: QWidget) -> None:
        """Args: start: imports with these wishes."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(ctx.t("imports.title"))
        self.setFixedWidth(WIDTH)
        self.ctx, self._path, self._start = ctx, path, start
        self.cancel: Callable[[], object] = lambda: None
        self.lines: list[str] = []
        self._asking, self._waiting = True, False
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        self._title = label(ctx.t("imports.title"), self, role="", style="title")
        column.addWidget(self._title)
        self._file = label(path.name, self)
        column.addWidget(self._file)
        self._stack = QStackedWidget(self)
        column.addWidget(self._stack)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(8)
        self._foot.addStretch(1)
        self.close_button = button(ctx.t("imports.no"), self.reject, parent=self)
        self.confirm = button(ctx.t("imports.go"), self._go, "primary", parent=self)
        self.confirm.setDefault(True)
        self._foot.addWidget(self.close_button)
        self._foot.addWidget(self.confirm)
        column.addSpacing(4)
        column.addLayout(self._foot)
        self._stack.addWidget(self._ask())
        self._say_confirm()

    def _ask(self) -> QWidget:
        t, page = self.ctx.t, QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.name, self.department = LineEdit(page), LineEdit(page)
        self.name.setText(self._path.stem[:60])
        self.name.setMaxLength(60)
        self.department.setMaxLength(40)
        self.department.setPlaceholderText(t("imports.department_hint"))
        for field, words in ((self.name, "layers.name"), (self.department, "layers.department")):
            field.setAccessibleName(t(words))
            column.addWidget(label(t(words), self, role="t3", style="small"))
            column.addWidget(field)
        column.addSpacing(4)
        column.addWidget(label(t("imports.datum"), self, role="t3", style="small"))
        self.datums: dict[str, QPushButton] = {}
        group, line = QButtonGroup(self), QHBoxLayout()
        line.setSpacing(6)
        for datum in DATUMS:
            made = self.datums[datum] = button(t(f"imports.datum_{datum}"), kind="chip", parent=page)
            made.setToolTip(t(f"imports.datum_{datum}_tip"))
            made.toggled.connect(self._say_confirm)
            group.addButton(made)
            line.addWidget(made)
        line.addStretch(1)
        column.addLayout(line)
        self._datum_words = label(t("imports.datum_why"), self, role="t2", style="small")
        column.addWidget(self._datum_words)
        return page

    @property
    def datum(self) -> str:
        return next((datum for datum, made in self.datums.items() if made.isChecked()), "")

    def _say_confirm(self) -> None:
        t, datum = self.ctx.t, self.datum
        self._datum_words.setText(t(f"imports.datum_{datum}_tip") if datum else t("imports.datum_why"))
        disable(self.confirm, "" if datum else t("imports.datum_why"))

    def _go(self) -> None:
        if not self._asking:
            self.accept()
            return
        if not self.datum:
            return
        t = self.ctx.t
        name, department = (" ".join(field.text().split()) for field in (self.name, self.department))
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 8)
        bar = QProgressBar(page)
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedHeight(6)
        column.addWidget(label(t("imports.reading"), self, role=""))
        column.addWidget(bar)
        column.addStretch(1)
        self._show(page)
        self._asking, self._waiting = False, True
        self.confirm.hide()
        self.close_button.setText(t("imports.stop"))
        self._start(Wishes(self.datum, self.ctx.pack.bounds, name, department))

    def _show(self, page: QWidget) -> None:
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)

    def reject(self) -> None:
        """Closing while it reads ends the reading."""
        if self._waiting:
            self._waiting = False
            self.cancel()
        super().reject()

    def tell(self, report: Report) -> None:
        """What came of it."""
        self._title.setText(self.ctx.t("imports.done"))
        self._tell([self.ctx.t(one) for one in sentences(report)], [self.ctx.t(one) for one in bad_places(report)])

    def refuse(self, why: Message) -> None:
        """Why nothing came of it."""
        if not self._waiting:
            return
        self._title.setText(self.ctx.t("imports.not_done"))
        self._tell([self.ctx.t(why)], [])

    def _tell(self, said: list[str], places: list[str]) -> None:
        t, page = self.ctx.t, QWidget(self)
        self._asking = self._waiting = False
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.lines = [*said, *places]
        for words in said:
            column.addWidget(label(words, self, role=""))
        if places:
            column.addSpacing(4)
            column.addWidget(label(t("imports.first_bad"), self, role="t3", style="small"))
        for words in places:
            column.addWidget(label(words, self, role="t2", style="small"))
        column.addStretch(1)
        self._show(page)
        self.close_button.hide()
        self.confirm.setText(t("imports.close"))
        disable(self.confirm, "")
        self.confirm.show()
        self.confirm.setFocus()
        self._stack.setFixedHeight(page.sizeHint().height())
        self.adjustSize()


def report_dialog(ctx: PanelContext, file: str, report: Report, parent: QWidget) -> ImportDialog:
    """What came of a file when it was imported, to be read again."""
    made = ImportDialog(ctx, Path(file), lambda _wishes: None, parent)
    made.tell(report)
    return made


def filter_words(ctx: PanelContext) -> str:
    """What a file dialog lists."""
    return f"{ctx.t('imports.files')} ({' '.join('*' + ending for ending in ENDINGS)})"
