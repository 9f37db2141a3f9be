"""The dialog that begins a replay: from which instant, and what is meant by then; how far the tape reaches."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.ages import span
from cockpit.model.clock import DAY, HOUR, MINUTE, local
from cockpit.model.messages import Message
from cockpit.model.replay import KNOWN, WAS, TapeState
from widgets.kit.buttons import Segments, button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.replay.when import read_instant, wall_of

QUICK = (10 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY)
MOST_IMPORTED = 6
KINDS = ("raw.sensor", "raw", "entry", "checkpoint")


class ReplayDialog(QDialog):
    """Asks for the instant.

    Attributes:
        chosen: emitted with the instant (UTC us of the hub's clock) and the mode.
        imported: emitted with beginning, mode and name of a tape that came from elsewhere.
        field: where the instant is typed, in the city's clock. modes: known or was. confirm: the button that begins.
    """

    chosen = Signal(object, str)
    imported = Signal(object, str, str)

    def __init__(self, ctx: PanelContext, parent: QWidget, at: int = 0) -> None:
        """
        Args:
            at: the instant that is offered, UTC us of the city's clock; 0: ten minutes ago.
        """
        super().__init__(parent)
        t, self._ctx = ctx.t, ctx
        self._tape: TapeState | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("replay.action"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        head = QLabel(t("replay.action"), self)
        head.setProperty("style", "title")
        column.addWidget(head)
        column.addWidget(label(t("replay.from"), self))
        self.field = LineEdit(self)
        self.field.setMaxLength(40)
        self.field.setAccessibleName(t("replay.from"))
        self.field.textChanged.connect(self._look)
        column.addWidget(self.field)
        quick = QHBoxLayout()
        quick.setSpacing(8)
        for ago in QUICK:
            made = button(t("replay.ago", span=t(span(ago))), lambda ago=ago: self._offer(ctx.clock.now() - ago))
            quick.addWidget(made)
        quick.addStretch(1)
        column.addLayout(quick)
        self.wrong = label("", self)
        column.addWidget(self.wrong)
        column.addWidget(label(t("replay.meaning"), self))
        self.modes = Segments(((KNOWN, t("replay.known")), (WAS, t("replay.was"))), KNOWN, self)
        self.mode = KNOWN
        self.modes.chosen.connect(self._mode_changed)
        modes = QHBoxLayout()
        modes.addWidget(self.modes)
        modes.addStretch(1)
        column.addLayout(modes)
        self.why = label(t("replay.known_why"), self)
        column.addWidget(self.why)
        column.addSpacing(6)
        column.addWidget(label(t("replay.tape"), self))
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(16)
        self.facts.setVerticalSpacing(2)
        column.addLayout(self.facts)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(button(t("share.cancel"), self.reject, parent=self))
        self.confirm = button(t("replay.begin"), self._go_on, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        column.addSpacing(8)
        column.addLayout(foot)
        self._fact(t("replay.asking"), "")
        self._offer(at or ctx.clock.now() - QUICK[0])
        if ctx.tape is not None:
            ctx.tape.state(self.tell)

    def tell(self, tape: TapeState | Message) -> None:
        """How far the tape reaches, or why that is not known."""
        t = self._ctx.t
        while (item := self.facts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if isinstance(tape, Message):
            self._fact(t(tape), "")
            return
        self._tape = tape
        if not tape.end:
            self._fact(t("replay.empty"), "")
        else:
            self._fact(t("replay.reach"), f"{self._when(tape.start)} – {self._when(tape.end)}")
            days = f"{min(tape.days_left, 9999):.0f}"
            self._fact(t("replay.size"), t("replay.size_words", size=size_words(tape.size), days=days))
            for kind in KINDS:
                if kind in tape.kinds:
                    size, days_kept = tape.kinds[kind]
                    words = t("replay.kept_words", size=size_words(size), days=f"{days_kept:g}")
                    self._fact(t("replay.kind_" + kind.replace(".", "_")), words)
            if tape.gaps:
                self._fact(t("replay.gaps"), t("replay.gaps_words", n=len(tape.gaps)))
        for name, start, end in tape.imported[:MOST_IMPORTED]:
            self._offer_imported(name, start, end)
        if tape.problem is not None:
            self._fact(t(tape.problem), "")
        self._look()

    def _offer_imported(self, name: str, start: int, end: int) -> None:
        """A tape from elsewhere is played from its beginning: its city's clock is not that of this one."""
        t, row = self._ctx.t, self.facts.rowCount()
        self.facts.addWidget(label(t("tape.ui_imported", name=name), self), row, 0)
        minutes = max(round((end - start) / MINUTE), 1)
        words = t("tape.ui_play", start=local(start).strftime("%m-%d %H:%M"), minutes=minutes)
        self.facts.addWidget(button(words, lambda: self._play(start, name), parent=self), row, 1)

    def _play(self, start: int, name: str) -> None:
        mode = self.mode
        self.accept()
        self.imported.emit(start, mode, name)

    def _when(self, wall: int) -> str:
        return local(self._ctx.clock.city.at(wall)).strftime("%m-%d %H:%M")

    def _fact(self, name: str, value: str) -> None:
        row = self.facts.rowCount()
        self.facts.addWidget(label(name, self), row, 0)
        if value:
            made = QLabel(value, self)
            made.setTextFormat(Qt.TextFormat.PlainText)
            self.facts.addWidget(made, row, 1)
            self.facts.setColumnStretch(1, 1)

    def _offer(self, city: int) -> None:
        self.field.setText(local(city).strftime("%Y-%m-%d %H:%M"))
        self.field.selectAll()

    @property
    def instant(self) -> int | None:
        """What is typed, UTC us of the hub's clock; None when it is no time."""
        city = read_instant(self.field.text(), self._ctx.clock.now())
        return None if city is None else wall_of(city, self._ctx.clock.city)

    def _look(self) -> None:
        at, tape, t = self.instant, self._tape, self._ctx.t
        if at is None:
            words = t("replay.no_time")
        elif tape is not None and tape.end and at < tape.start - MINUTE:
            words = t("replay.before_tape", since=self._when(tape.start))
        elif tape is not None and any(start <= at < end for start, end in tape.gaps):
            words = t("replay.in_gap")
        else:
            words = ""
        self.wrong.setText(words)
        in_reach = tape is None or (bool(tape.end) and (at or 0) >= tape.start - MINUTE)
        self.confirm.setEnabled(at is not None and in_reach)

    def _mode_changed(self, mode: str) -> None:
        self.mode = mode
        self.why.setText(self._ctx.t("replay.known_why" if mode == KNOWN else "replay.was_why"))

    def _go_on(self) -> None:
        at, mode = self.instant, self.mode
        if at is not None:
            self.accept()
            self.chosen.emit(at, mode)


def size_words(size: float) -> str:
    """Bytes as a person reads them: 312 MB, 4.1 GB (10⁶ and 10⁹ bytes)."""
    if size < 1e6:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"
