"""The dialog of rehearsals: scripts, and from when on the tape; or, while one runs, joining and ending it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cockpit.model.clock import local
from cockpit.model.rehearsal import Begin, Rehearsal, Rehearsals
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.replay.when import read_instant, wall_of

MOST_PAST = 3


class RehearsalDialog(QDialog):
    """
    Attributes:
        begun: emitted with what is to be rehearsed. joined, ended: of the one that runs.
        reported: emitted with the id of one whose report is wanted.
        choices: the scripts, and the tape as the last row. field: from when on the tape, by the city's clock.
    """

    begun = Signal(object)
    joined = Signal()
    ended = Signal()
    reported = Signal(str)

    def __init__(self, ctx: PanelContext, known: Rehearsals, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        t, self._ctx, self._known = ctx.t, ctx, known
        self.setWindowTitle(t("rehearseui.open"))
        self.setMinimumWidth(560)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 16)
        self._column.setSpacing(8)
        head = QLabel(t("rehearseui.open"), self)
        head.setProperty("style", "title")
        self._column.addWidget(head)
        self._column.addWidget(label(t("rehearseui.stays"), self))
        self.choices = QListWidget(self)
        self.choices.setAccessibleName(t("rehearseui.scripts"))
        self.field = LineEdit(self)
        self.wrong = label("", self)
        running = next((one for one in known.all if one.on), None)
        if running is None:
            self._offer()
        else:
            self.choices.hide()
            self.field.hide()
            self._running(running)
        self._past([one for one in known.all if not one.on][:MOST_PAST])
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(button(t("share.cancel"), self.reject, parent=self))
        if running is None:
            self.confirm = button(t("rehearseui.begin"), self._begin, "primary", parent=self)
        else:
            foot.addWidget(button(t("rehearseui.join"), lambda: self._say_and_close(self.joined), parent=self))
            self.confirm = button(t("rehearseui.end"), lambda: self._say_and_close(self.ended), "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        self._column.addSpacing(8)
        self._column.addLayout(foot)

    # -- what can be played --------------------------------------------------------------------------------------------

    def _offer(self) -> None:
        t = self._ctx.t
        self._column.addWidget(label(t("rehearseui.scripts"), self))
        for script in self._known.scenarios:
            if script.problem is not None:
                item = QListWidgetItem(t("rehearsal.scenario_bad", id=script.id, why=script.problem))
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            else:
                words = t("rehearseui.script", name=script.name, minutes=f"{script.minutes:g}")
                about = t.pack(script.about) if script.about else ""
                item = QListWidgetItem(f"{words}\n{about}" if about else words)
                item.setData(Qt.ItemDataRole.UserRole, script.id)
            self.choices.addItem(item)
        tape = QListWidgetItem(t("rehearseui.tape"))
        tape.setData(Qt.ItemDataRole.UserRole, "")
        self.choices.addItem(tape)
        first = next((i for i in range(self.choices.count()) if self.choices.item(i).flags()), 0)
        self.choices.setCurrentRow(first)
        self.choices.setMinimumHeight(240)
        self.choices.itemActivated.connect(lambda item: self._begin())
        self.choices.currentRowChanged.connect(lambda row: self._turn())
        self._column.addWidget(self.choices)
        self.field.setMaxLength(40)
        self.field.setAccessibleName(t("rehearseui.since"))
        self.field.setPlaceholderText(t("rehearseui.since"))
        self._column.addWidget(self.field)
        self._column.addWidget(self.wrong)
        self._turn()

    @property
    def script(self) -> str | None:
        """Id of the script that is chosen, "" the tape, None nothing that can be played."""
        item = self.choices.currentItem()
        found = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found if isinstance(found, str) else None

    def _turn(self) -> None:
        self.field.setVisible(self.script == "")
        self.wrong.setText("")

    def _begin(self) -> None:
        script, ctx = self.script, self._ctx
        if script is None:
            return
        wanted = Begin(script)
        if not script:
            at = read_instant(self.field.text(), ctx.clock.now())
            if at is None:
                self.wrong.setText(ctx.t("rehearseui.when"))
                self.field.setFocus()
                return
            wanted = Begin(at=wall_of(at, ctx.clock.city), until=ctx.clock.wall())
        self.accept()
        self.begun.emit(wanted)

    # -- what runs, and ran --------------------------------------------------------------------------------------------

    def _running(self, one: Rehearsal) -> None:
        at = f"{local(one.began):%H:%M:%S}"
        walls = " ".join(one.walls) or "–"
        self._column.addWidget(label(self._ctx.t("rehearseui.now", name=one.name, at=at, walls=walls), self))

    def _past(self, past: list[Rehearsal]) -> None:
        t = self._ctx.t
        if past:
            self._column.addWidget(label(t("rehearseui.past"), self))
        for one in past:
            row = QHBoxLayout()
            stage = t(f"rehearsal.stage_{one.stage}")
            began = f"{local(one.began):%m-%d %H:%M}"
            row.addWidget(label(t("rehearseui.past_line", at=began, name=one.name, stage=stage), self))
            row.addStretch(1)
            row.addWidget(button(t("rehearseui.report"), lambda id=one.id: self.reported.emit(id), parent=self))
            self._column.addLayout(row)

    def _say_and_close(self, signal: object) -> None:
        self.accept()
        signal.emit()  # type: ignore[attr-defined]
