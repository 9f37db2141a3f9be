"""The figure of a scope in one sentence, with what it stands on beneath."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.ages import hour_minute
from cockpit.model.clock import midnight
from cockpit.model.insight import UNSETTLED, Figure
from widgets.drill.pieces.sentence import Piece, Sentence, pieces_of
from widgets.drill.words import COUNTS, DrillWords
from widgets.kit.header import ElidedLabel

OLD = 30 * 60 * 1_000_000
"""An archive that is older than this is said to have stopped."""


class Headline(QWidget):
    """The sentence and the line beneath.

    Attributes:
        sentence: the sentence; its figures lead to rows (`rows`) and to the period compared with (`before`).
        basis: the line beneath.
    """

    rows = Signal()
    before = Signal()

    def __init__(self, words: DrillWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.sentence = Sentence(words.ctx, "title", self)
        self.basis = ElidedLabel(parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.sentence)
        column.addWidget(self.basis)
        self.sentence.picked.connect(self._picked)
        self.sentence.rows.connect(lambda _key: self.rows.emit())
        self._figure: Figure | None = None
        self._stale = False
        self.retheme()

    def _picked(self, key: str) -> None:
        (self.before if key == "before" else self.rows).emit()

    def retheme(self) -> None:
        theme = self._words.ctx.theme
        self.basis.setFont(theme.font("small"))
        self.basis.set_color(theme.t3)
        self.sentence.refit()

    def set_stale(self, stale: bool) -> None:
        """The archive stopped: its figure is paler, since it may be another by now."""
        if stale != self._stale:
            self._stale = stale
            if self._figure is not None:
                self.show_figure(self._figure)

    def show_figure(self, figure: Figure) -> None:
        """Says a figure: what, how much, against what."""
        self._figure = figure
        self.sentence.say(self.pieces(figure))
        self.basis.setText(self.basis_of(figure))

    def pieces(self, figure: Figure) -> list[Piece]:
        words, t = self._words, self._words.ctx.t
        scope = figure.scope
        subject = words.scope(scope)
        if scope.measure != "count":
            subject = t("drill.measure_of", measure=words.measure(scope.measure), scope=subject)
        look = "faint" if self._stale else "figure" if figure.value is not None else "bold"
        parts = {
            "scope": Piece(subject),
            "figure": Piece(words.with_unit(figure, figure.value), "rows", look, t("drill.rows_tip")),
            "against": Piece(words.against_of(scope)),
            "change": Piece(words.change(figure), "before", "bold", words.with_unit(figure, figure.before)),
        }
        known = figure.change is not None and figure.value is not None and scope.measure not in UNSETTLED
        if not known:
            return pieces_of(t("drill.headline_alone"), parts)
        turn = words.turn(figure)
        said = pieces_of(
            t("drill.headline_same" if words.change(figure) == t("drill.same") else "drill.headline"), parts
        )
        return [*said, Piece(t(f"drill.turn_{turn}"), look="faint")] if turn else said

    def basis_of(self, figure: Figure) -> str:
        """实测 · 146 件 · 目标 ≥ 95% · 截至 17:42."""
        words, t = self._words, self._words.ctx.t
        said = [t(f"drill.origin_{figure.origin}")]
        if figure.scope.measure not in COUNTS and not figure.scope.measure.startswith("sign:"):
            base, n = f"{figure.base:,}", f"{figure.n:,}"
            some = figure.base and figure.base != figure.n
            said.append(t("drill.of_base", base=base, n=n) if some else t("drill.of_records", n=n))
        if figure.before is not None:
            was = "drill.was_now" if figure.scope.measure in UNSETTLED else "drill.was"
            said.append(t(was, against=words.against_of(figure.scope),
                          value=words.with_unit(figure, figure.before)))  # fmt: skip
        if figure.target is not None:
            side = {1: "≥ ", -1: "≤ "}.get(figure.better, "")
            said.append(t("drill.target", value=side + words.with_unit(figure, figure.target)))
        if figure.as_of:
            now = words.ctx.clock.now()
            when = hour_minute(figure.as_of) if midnight(figure.as_of) == midnight(now) else words.moment(figure.as_of)
            said.append(t("drill.as_of", when=when))
        return " · ".join(said)
