"""The rows that a figure is made of: whose they are, that they agree with it, and a way to take them along."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from cockpit.model.insight import AskRows, Row, Rows
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from widgets.drill.asking import Asker
from widgets.drill.exporting import MAKERS, saving
from widgets.drill.page import DrillDesk
from widgets.drill.pieces.rowtable import Column, RowTable
from widgets.kit.header import ElidedLabel
from widgets.lists.words import number, unit_words

PAGE = 200
MOST = 200_000
"""Rows that go into a file at the most; the file says so."""


class RowsView(QWidget):
    """The title line and the table.

    Attributes:
        table: the rows. title, sum: what stands above them. scope: whose rows they are.
        opened: (key) a record was opened.
    """

    opened = Signal(str)

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.ctx, self.words = desk, desk.ctx, desk.words
        self.asker = Asker(desk.ctx, self)
        self.scope: Scope | None = None
        self.rows: Rows | None = None
        self.expected: int | None = None
        self._name = ""
        self.title, self.sum = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self.export = QPushButton(self)
        self.export.setProperty("kind", "quiet")
        self.table = RowTable(desk.ctx, self)
        self.exporting = saving(desk.ctx, self)
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 8, 0)
        head.setSpacing(10)
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.sum.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # gives way first
        head.addWidget(self.title)
        head.addWidget(self.sum, 1)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        self.table.opened.connect(self.opened)
        self.table.sorted.connect(self.sort)
        self.table.wanted.connect(self._more)
        self.export.clicked.connect(lambda _checked=False: self.ask_export())
        self.dress()

    def dress(self) -> None:
        """Theme or language are others."""
        theme, t = self.ctx.theme, self.ctx.t
        self.title.setFont(theme.font("body", 700))
        self.title.set_color(theme.t1)
        self.sum.setFont(theme.font("small"))
        self.sum.set_color(theme.t2)
        self.export.setText(t("drill.export"))
        self.export.setToolTip(t("drill.export_tip"))
        self.table.setAccessibleName(t("drill.rows"))
        if self.rows is not None:
            self._say(self.rows)
            self.table.show_rows(self.columns(self.rows.figure.scope), self.rows.rows, self.table.order, keep=True)

    # -- asking

    def show_scope(self, scope: Scope, name: str, expected: int | None) -> None:
        """
        Args:
            name: whose rows they are, "" those of all that is looked at.
            expected: how many the number says that they are of.
        """
        same = self.scope == scope
        self.scope, self._name, self.expected = scope, name, expected
        limit = max(PAGE, len(self.rows.rows)) if same and self.rows is not None else PAGE
        self.asker.ask("rows", AskRows(scope, self.table.order, 0, limit), self._came)

    def expect(self, number: int | None) -> None:
        """The number above is known now."""
        self.expected = number
        if self.rows is not None:
            self._say(self.rows)

    def sort(self, order: str) -> None:
        self.table.order = order
        if self.scope is not None:
            self.asker.ask("rows", AskRows(self.scope, order, 0, PAGE), self._came)

    def _more(self) -> None:
        rows = self.rows
        if rows is None or self.scope is None or len(rows.rows) >= rows.total or self.asker.open:
            return
        self.asker.ask("more", AskRows(self.scope, self.table.order, len(rows.rows), PAGE), self._came_more)

    def _came(self, said: Any) -> None:
        if isinstance(said, Message):
            self.desk.problem(said)
            return
        keep = self.rows is not None and self.rows.figure.scope == said.figure.scope
        self._show(said, keep)

    def _came_more(self, said: Any) -> None:
        rows = self.rows
        if isinstance(said, Rows) and rows is not None and said.offset == len(rows.rows):
            self._show(Rows(said.figure, (*rows.rows, *said.rows), said.total), True)

    def _show(self, rows: Rows, keep: bool) -> None:
        self.rows = rows
        self.desk.learn(rows.rows)
        self.table.show_rows(self.columns(rows.figure.scope), rows.rows, self.table.order, keep)
        self._say(rows)

    def _say(self, rows: Rows) -> None:
        t = self.ctx.t
        total = f"{rows.total:,}"
        self.title.setText(t("drill.rows_of", name=self._name, n=total) if self._name else t("drill.rows_n", n=total))
        shown = t("drill.rows_shown", n=f"{len(rows.rows):,}", total=total)
        if self.expected is not None:
            agrees = self.expected == rows.total
            shown += t("drill.rows_agree") if agrees else t("drill.rows_differ", n=f"{self.expected:,}")
        self.sum.setText(shown)
        self.export.setEnabled(rows.total > 0)

    # -- columns

    def columns(self, scope: Scope) -> list[Column]:
        """What is said of each row: what all of them share is left out."""
        t, words = self.ctx.t, self.words
        kind = self.ctx.pack.kind(scope.kinds[0]) if len(scope.kinds) == 1 else None
        one_kind = kind is not None and kind.known
        found = [
            Column("number", t("drill.column_number"), lambda row: row.number or row.key.partition("/")[2], 110,
                   look="link"),
            Column("reported", t("drill.column_reported"), lambda row: words.when(row.reported), 100, look="faint"),
        ]  # fmt: skip
        if not one_kind:
            found.append(Column("kind", t("drill.column_kind"), lambda row: words.kind(row.kind), 120))
        found.append(Column("place", t("drill.column_place"), lambda row: row.place, 170))
        if kind is not None and one_kind and kind.fact:
            title = f"{t.pack(kind.fact)} {unit_words(kind.unit, t)}".rstrip()
            found.append(Column("amount", title, _amount, 90, number=True))
        found.append(Column("stage", t("drill.column_stage"), words.stage, 80))
        if not scope.unit:
            found.append(Column("unit", t("drill.column_unit"), lambda row: words.unit_name(row.unit), 130))
        found += [
            Column("area", t("drill.column_area"), lambda row: words.areas.street(row.area), 110, look="faint"),
            Column("level", t("drill.column_level"), self._level, 60),
            Column("channel", t("drill.column_channel"), lambda row: t.pack(self.ctx.pack.channel(row.channel)), 90),
            Column("", t("drill.column_hours"), words.hours, 70, number=True),
            Column("due", t("drill.column_due"), lambda row: words.when(row.due), 100, look="faint"),
            Column("closed", t("drill.column_closed"), lambda row: words.when(row.closed), 100, look="faint"),
        ]
        return found

    def _level(self, row: Row) -> str:
        return self.words.level(row.level)

    # -- taking them along

    def ask_export(self) -> None:
        """Asks for all rows, then for a place."""
        if self.scope is not None:
            self.asker.ask("export", AskRows(self.scope, self.table.order, 0, MOST), self._export)

    def _export(self, said: Any) -> None:
        if not isinstance(said, Rows):
            self.desk.problem(said)
            return
        scope = said.figure.scope
        self.exporting.ask(self.words.scope(scope), lambda ending: self.file_of(said, ending))

    def file_of(self, rows: Rows, ending: str) -> bytes:
        scope = rows.figure.scope
        return MAKERS[ending](self.words.scope(scope), self.columns(scope), rows, self.ctx.t)


def _amount(row: Row) -> str:
    return "" if row.amount is None else number(row.amount)
