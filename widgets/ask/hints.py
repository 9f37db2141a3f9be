"""What can be asked: before anything was, and where a question was not answered."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.asking import Declined
from widgets.ask.flow import Flow
from widgets.drill.pieces.sentence import Piece, Sentence
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.label import label
from widgets.kit.questioning import Questioning

LAST = 4


class _Hints(QWidget):
    """A column of lines and offers.

    Attributes:
        picked: (text) a question that is to be put.
    """

    picked = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self._titles: list[tuple[ElidedLabel, str]] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 14, 16, 10)
        self.column.setSpacing(8)

    def title(self, words: str) -> ElidedLabel:
        made = ElidedLabel(parent=self)
        self._titles.append((made, words))
        return made

    def flow(self, lines: int) -> Flow:
        made = Flow(lines, self)
        made.picked.connect(self.picked)
        return made

    def dress(self) -> None:
        """Theme or language are others."""
        for made, words in self._titles:
            made.setFont(self.ctx.theme.font("small"))
            made.set_color(self.ctx.theme.t2)
            made.setText(self.ctx.t(words))


class StartPage(_Hints):
    """What can be asked here.

    Attributes:
        offers: questions worth asking now; examples until the words of the city are read. last: those put before.
        ready: they are read.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.what = label("", self, role="t2")
        self.ready = False
        self.offers, self.last = self.flow(4), self.flow(2)
        self._last_title = self.title("ask.asked_before")
        self.column.addWidget(self.title("ask.can_ask"))
        self.column.addWidget(self.offers)
        self.column.addSpacing(6)
        self.column.addWidget(self._last_title)
        self.column.addWidget(self.last)
        self.column.addSpacing(6)
        self.column.addWidget(self.what)
        self.column.addStretch(1)
        self.dress()

    def show_offers(self) -> None:
        ctx = self.ctx
        known = ctx.asking.suggestions(ctx.t.lang) if ctx.asking is not None else ()
        self.ready = bool(known)
        self.offers.show_texts(known or [ctx.t(f"ask.example_{n}") for n in range(1, 5)])
        last = list(reversed(Questioning.history(ctx)))[:LAST]
        self.last.show_texts(last)
        self._last_title.setVisible(bool(last))

    def dress(self) -> None:
        super().dress()
        self.what.setText(self.ctx.t("ask.what_it_knows"))
        if self.isVisible():
            self.show_offers()


class DeclinedPage(_Hints):
    """Why a question was not answered, which words of it are not known, and what can be asked instead.

    Attributes:
        said: what it shows. text: the question, with those words marked. why: one sentence.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.said: Declined | None = None
        self.text = Sentence(ctx, "body", self)
        self.why = label("", self, role="", style="title")
        self.offers = self.flow(4)
        self._offers_title = self.title("ask.instead")
        for widget in (self.why, self.text):
            self.column.addWidget(widget)
        self.column.addSpacing(8)
        self.column.addWidget(self._offers_title)
        self.column.addWidget(self.offers)
        self.column.addStretch(1)
        self.dress()

    def show_declined(self, said: Declined) -> None:
        self.said = said
        self.why.setText(self.ctx.t(said.why))
        lead = self.ctx.t("ask.your_question")
        self.text.say([Piece(lead, look="faint"), *_marked(said.text, said.words)])
        offers = said.offers or (self.ctx.asking.suggestions(self.ctx.t.lang) if self.ctx.asking is not None else ())
        self.offers.show_texts(offers)
        self._offers_title.setVisible(bool(offers))

    def dress(self) -> None:
        super().dress()
        self.text.refit()
        if self.said is not None:
            self.show_declined(self.said)


def _marked(text: str, words: tuple[str, ...]) -> list[Piece]:
    """The question with the words that are not known in bold and accent."""
    found: list[Piece] = []
    rest = text
    while rest:
        at = min(((rest.find(word), word) for word in words if word and word in rest), default=(-1, ""))
        if at[0] < 0:
            found.append(Piece(rest))
            break
        if at[0]:
            found.append(Piece(rest[: at[0]]))
        found.append(Piece(at[1], look="figure"))
        rest = rest[at[0] + len(at[1]) :]
    return found
