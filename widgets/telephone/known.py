"""附近 300 米: what is open already near the caller's place, each with a button that joins the call to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.symbols import draw_badge
from widgets.lists.parts import PAD, Row, SectionHead, Sentence, words
from widgets.telephone.around import METRES, Known


class KnownBlock(QWidget):
    """The section.

    Attributes:
        known: what is shown; None while no place is known. joins: its buttons, in the same order.
        joined: one was chosen to take the call in.
    """

    joined = Signal(object)

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.known: tuple[Known, ...] | None = None
        self.joins: list[QPushButton] = []
        self._rows: list[QWidget] = []
        self._parts: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def tell(self, known: Sequence[Known] | None, anew: bool = False) -> None:
        """Shows them; the same again changes nothing, so that no row moves under the pointer."""
        found = None if known is None else tuple(known)
        if found == self.known and self._parts and not anew:
            return
        self.known = found
        for part in self._parts:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self.joins, self._rows = [], []
        self._parts = self._made()
        for part in self._parts:
            self._column.addWidget(part)
            part.show()

    @property
    def stops(self) -> list[QWidget]:
        """Where the Tab key stops, in order."""
        return [stop for pair in zip(self._rows, self.joins, strict=True) for stop in pair]

    def _made(self) -> list[QWidget]:
        theme, t = self._ctx.theme, self._ctx.t
        count = len(self.known or ())
        beside = t("telephone.known_count", n=count) if count else ""
        made: list[QWidget] = [SectionHead(theme, t("telephone.known", n=round(METRES)), words(beside))]
        if self.known is None:
            return [*made, Sentence(theme, t("telephone.known_no_place"), "t3", "small")]
        if not self.known:
            return [*made, Sentence(theme, t("telephone.known_none"), "t3", "small")]
        return [*made, *(self._line(one) for one in self.known)]

    def _line(self, known: Known) -> QWidget:
        theme, t = self._ctx.theme, self._ctx.t

        def draw(painter: QPainter, rect: QRectF) -> None:
            draw_badge(painter, rect, known.level, theme)

        line = QWidget(self)
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, PAD, 0)
        across.setSpacing(0)
        same = words(t("telephone.same_kind") if known.same else "")
        row = Row(theme, draw, known.title, known.under, t("telephone.metres", n=round(known.metres)), same)
        row.pointed.connect(lambda at_it: self._point(known if at_it else None))
        join = button(t("telephone.join" if known.case else "telephone.join_event"), parent=line)
        join.setToolTip(t("telephone.join_why" if known.case else "telephone.join_event_why"))
        join.setAccessibleName(f"{join.text()} {known.title}")
        join.clicked.connect(lambda _checked=False: self.joined.emit(known))
        across.addWidget(row, 1)
        across.addWidget(join)
        self._rows.append(row)
        self.joins.append(join)
        return line

    def _point(self, known: Known | None) -> None:
        """The map shows which one is meant; what is selected stays."""
        key = known.event if known is not None else ""
        self._ctx.selection.hover("event" if key else "", key)
