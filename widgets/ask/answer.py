"""The page of an answer: how it was understood, the sentence, its chart, the rows behind it, and what to ask next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.asking import Told
from cockpit.model.clock import local
from cockpit.model.messages import Message, capital
from cockpit.model.scope import Scope
from cockpit.model.scopewords import source_words
from widgets.ask.chart import AnswerChart
from widgets.ask.filters import Filters
from widgets.ask.flow import Flow
from widgets.ask.modelask import LEAVE_KEY, TAKE_KEY
from widgets.drill.page import DrillDesk
from widgets.drill.pieces.chips import HIGH, ChipBar
from widgets.drill.pieces.sentence import Piece, Sentence
from widgets.drill.rowsview import RowsView
from widgets.drill.words import COUNTS, is_sign, made_of
from widgets.kit.buttons import KeyButton
from widgets.kit.header import ElidedLabel
from widgets.kit.panel import guarded
from widgets.kit.states import PanelState, StateText, StateView

NARROW, BARE = 560, 760
LOW = 330
"""Pixels of height under which who answered stands at the foot, so that bars have a row more."""


class AnswerPage(QWidget):
    """The page.

    Attributes:
        told: what it shows. chips, sentence, chart, rows, follow: its parts. mark: who answered, and how fast.
        queries: what a model asked for it. take, leave: what the person makes of a model's answer.
        notes: what the reader has to know beside it. source: what it stands on.
        drilled: (scope) a figure was gone into. asked: (text) a question that follows.
        opened: (key) a record was opened. judged: (accepted) of a model's answer.
    """

    drilled = Signal(object)
    judged = Signal(bool)
    asked = Signal(str)
    opened = Signal(str)

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.ctx, self.words = desk, desk.ctx, desk.words
        self.told: Told | None = None
        self._low = False
        self.filters = Filters(self.words, self)
        self.chips = ChipBar(self.ctx, self.filters.fill, self)
        self.chips.dropped.connect(self.filters.drop)
        self.reading, self.mark, self.queries = (ElidedLabel(parent=self) for _ in range(3))
        self.sentence = Sentence(self.ctx, "title", self)
        self.notes = ElidedLabel(parent=self)
        self.take = KeyButton("", TAKE_KEY, self.ctx.theme, parent=self)
        self.leave = KeyButton("", LEAVE_KEY, self.ctx.theme, parent=self)
        self.chart = AnswerChart(self.words, self)
        self.rows = RowsView(desk, self)
        self.nothing = StateView(self)
        self.next, self.source = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self.follow = Flow(1, self)
        self._lay_out()
        self.take.clicked.connect(lambda _checked=False: self.judged.emit(True))
        self.leave.clicked.connect(lambda _checked=False: self.judged.emit(False))
        self.sentence.picked.connect(self._figure)
        self.sentence.rows.connect(self._figure_rows)
        self.chart.drilled.connect(self.drilled)
        self.chart.rows.connect(desk.rows)
        self.chart.pointed.connect(self._point)
        self.rows.opened.connect(self.opened)
        self.follow.picked.connect(self.asked)
        self.dress()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 12, 0)
        top.setSpacing(10)
        for one in (self.reading, self.mark, self.queries):
            one.setFixedHeight(HIGH)
        top.addWidget(self.reading, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.chips, 1)
        self.queries.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        top.addWidget(self.queries, 1, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        said = QVBoxLayout()
        said.setContentsMargins(12, 6, 12, 6)
        said.setSpacing(2)
        said.addWidget(self.sentence)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.notes)
        below.addStretch(1)
        for one in (self.take, self.leave):
            one.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            below.addWidget(one)
        said.addLayout(below)
        self._lines = [QWidget(self) for _ in range(3)]
        self._halves = QWidget(self)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._halves)
        self._box.setContentsMargins(0, 6, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(self.chart, 9)
        self._box.addWidget(self._lines[2])
        self._box.addWidget(self.rows, 11)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self._halves)
        self.stack.addWidget(self.nothing)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 5, 12, 5)
        foot.setSpacing(8)
        foot.addWidget(self.next)
        foot.addWidget(self.follow, 1)
        foot.addWidget(self.source)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(said)
        column.addWidget(self._lines[0])
        column.addWidget(self.stack, 1)
        column.addWidget(self._lines[1])
        column.addLayout(foot)
        for line in self._lines[:2]:
            line.setFixedHeight(1)

    # -- showing

    def show_told(self, told: Told) -> None:
        """Shows an answer."""
        self.told = told
        asked = told.understood
        self.chips.show_chips(self.filters.texts(asked))
        self._say_mark(told)
        self.sentence.say(self._pieces(told))
        self._say_notes(told)
        self.follow.show_texts(told.follow)
        self.next.setVisible(bool(told.follow))
        self._say_source(told)
        sign = is_sign(asked.scope)
        if told.figure.n == 0 and not sign and not any(one.n for one in told.standpoints):
            self._say_nothing(told)
            return
        self.stack.setCurrentWidget(self._halves)
        self.chart.setVisible(asked.form != "list")
        self.rows.setVisible(not sign)
        self._lines[2].setVisible(not sign and asked.form != "list")
        if asked.form != "list":
            self.chart.show_told(told)
        if not sign:
            self.rows.table.order = asked.order
            self._point(0 if asked.form in ("ranking", "comparison") and told.standpoints else -1)

    def _say_mark(self, told: Told) -> None:
        """Who answered; a model's answer is never to be taken for this machine's own."""
        t, mark = self.ctx.t, told.model
        self.mark.setFont(self.ctx.theme.font("small", 400 if mark is None else 700))
        self.mark.set_color(self.ctx.theme.t2 if mark is None else self.ctx.theme.t1)
        self.reading.setText(t("ask.reading" if mark is None else "ask.model_read"))
        self.reading.setVisible(mark is not None or not self._low)
        self.mark.setVisible(mark is not None or not self._low)
        self.chips.setVisible(mark is None)
        for one in (self.queries, self.take, self.leave):
            one.setVisible(mark is not None)
        if mark is None:
            self.mark.more = ""
            self.mark.setText(self._own_mark(told))
            return
        self.mark.setText(t("ask.mark_model", model=mark.model, host=mark.host, s=f"{mark.took / 1e3:.1f}"))
        self.mark.more = t("ask.mark_model_more", version=mark.version, log=mark.log)
        done = [one for one in mark.tools if one.handle]
        self.queries.setText("  ·  ".join(one.words for one in done))
        self.queries.more = "\n".join(f"{one.handle}  {one.words}" for one in done)

    def _own_mark(self, told: Told) -> str:
        return self.ctx.t("ask.mark", ms=f"{max(told.took, 1):.0f}")

    def _pieces(self, told: Told) -> list[Piece]:
        tip = self.ctx.t("ask.figure_tip")
        found = []
        for i, piece in enumerate(told.sentence):
            linked = piece.scope is not None
            text = piece.text if i else capital(piece.text)
            found.append(Piece(text, str(i) if linked else "", "figure" if linked else "plain",
                               tip if linked else ""))  # fmt: skip
        return found

    def _say_notes(self, told: Told) -> None:
        asked, t = told.understood, self.ctx.t
        said = [t("ask.corrected", written=one.written, read=one.read) for one in asked.corrected]
        if asked.unread:
            said.append(t("ask.unread", words=t("ask.between").join(asked.unread)))
        lead = [t("ask.model_says")] if told.model is not None else []
        self.notes.setText(" · ".join((*lead, *said, *told.notes)))
        self.notes.setVisible(bool(self.notes.text()))

    def _say_source(self, told: Told) -> None:
        t = self.ctx.t
        source = source_words(told.source, t)
        parts = [t(f"drill.origin_{told.origin}")]
        if not is_sign(told.understood.scope):
            parts.append(t("ask.from_rows", n=f"{told.figure.n:,}"))
        if told.as_of:
            parts.append(t("ask.until", at=self._moment(told.as_of)))
        said = " · ".join(parts)
        whole = t("ask.source", source=source, said=said) if source else said
        own = self._own_mark(told) if self._low and told.model is None else ""
        self.source.setText(" · ".join(part for part in (own, whole) if part))

    def _moment(self, us: int) -> str:
        then, now = local(us), local(self.ctx.clock.now())
        return then.strftime("%H:%M:%S") if then.date() == now.date() else then.strftime("%Y-%m-%d %H:%M")

    def _say_nothing(self, told: Told) -> None:
        """Nothing was found: the chips that may be taken away are the ways out."""
        buttons = []
        for chip in [chip for chip in told.understood.chips if chip.removable and not chip.assumed][-3:]:
            way = Message("ask.without", {"what": chip.words})
            buttons.append((way, lambda chip=chip: self.filters.changed.emit(chip, None)))
        why = Message("ask.nothing_why", {"scope": self.words.scope(told.understood.scope)})
        text = StateText(PanelState.EMPTY, Message("ask.nothing"), (why,), tuple(buttons))
        self.nothing.show_text(text, self.ctx.t, self.ctx.theme)
        self.stack.setCurrentWidget(self.nothing)

    # -- further

    def _point(self, at: int) -> None:
        """Rows of a standpoint, -1 those of all that was asked."""
        told = self.told
        if told is None or is_sign(told.understood.scope):
            return
        if 0 <= at < len(told.standpoints):
            one = told.standpoints[at]
            counts = one.scope.measure in COUNTS and told.understood.of == "value"
            expected = round(one.value or 0) if counts else one.n
            self.rows.show_scope(made_of(one.scope), one.name, expected)
            return
        scope, figure = told.understood.scope, told.figure
        expected = round(figure.value or 0) if figure.scope.measure in COUNTS else figure.n
        self.rows.show_scope(made_of(scope), "", expected)

    def _linked(self, key: str) -> Scope | None:
        told = self.told
        return told.sentence[int(key)].scope if told is not None and int(key) < len(told.sentence) else None

    def _figure(self, key: str) -> None:
        if (scope := self._linked(key)) is not None:
            self.drilled.emit(scope)

    def _figure_rows(self, key: str) -> None:
        if (scope := self._linked(key)) is not None:
            self.desk.rows(scope)

    # -- looks

    @guarded
    def resizeEvent(self, event: object) -> None:
        narrow = self.width() < NARROW
        ways = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._box.setDirection(ways[0] if narrow else ways[1])
        rule = self._lines[2]
        if narrow:
            rule.setFixedSize(self.width(), 1)
        else:
            rule.setFixedWidth(1)
            rule.setMinimumHeight(0)
            rule.setMaximumHeight(16_777_215)
        self.source.setMaximumWidth(max(160, self.width() // 2 if self._low else self.width() * 2 // 5))
        if self._low != (self.height() < LOW):
            self._low = not self._low
            if self.told is not None:
                self._say_mark(self.told)
                self._say_source(self.told)
        for one in (self.take, self.leave):
            one.set_bare(self.width() < BARE)

    def dress(self) -> None:
        """Theme or language are others."""
        theme, t = self.ctx.theme, self.ctx.t
        for line in self._lines:
            line.setStyleSheet(f"background: {theme.hex('line')};")
        for one, words in ((self.reading, t("ask.reading")), (self.next, t("ask.next"))):
            one.setText(words)
        for made, words in ((self.take, t("ask.do_take")), (self.leave, t("ask.do_leave"))):
            made.setText(words)
            made.retheme(theme)
        for one in (self.reading, self.next, self.mark, self.source, self.notes, self.queries):
            one.setFont(theme.font("small"))
            one.set_color(theme.t2)
        self.reading.set_color(theme.t3)
        self.next.set_color(theme.t3)
        self.chips.setAccessibleName(t("ask.reading"))
        self.chips.retheme()
        self.sentence.refit()
        self.chart.dress()
        self.rows.dress()
        if self.told is not None:
            self.show_told(self.told)
