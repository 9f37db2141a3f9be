"""The case of what is selected, as page and dock of it share it: the case itself, its words, what it is about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from cockpit.model.cases import Case
from widgets.kit.panel import PanelContext
from widgets.orders.draft import About
from widgets.orders.history import refs
from widgets.orders.reading import Reading
from widgets.orders.say import plain
from widgets.orders.words import CaseWords

CAUSES = ("event", "alarm")
"""Topics of what a case can be opened about."""


class Dossier(QObject):
    """The case of an event, of an alarm or of a telephone call.

    Attributes:
        item: (topic, key) as it is selected.
        case: None while there is none.
        words: says it; reading: free words that it refers to.
        about: what an order would be about.
        changed: the case is another one than before, or words of it came.
    """

    changed = Signal()

    def __init__(self, ctx: PanelContext, item: tuple[str, str], about: Callable[[], About], parent: QObject) -> None:
        super().__init__(parent)
        self.item, self.about = item, about
        self.case: Case | None = None
        self.words = CaseWords(ctx.t, self.unit, ctx.clock.now, self._stage)
        self.reading = Reading(ctx, self, self.changed.emit)
        self.words.read = self.reading
        self.words.plain = lambda message: plain(ctx, message)
        self._ctx = ctx
        self.take(quietly=True)

    def take(self, quietly: bool = False) -> None:
        """Cases or the outbox may have changed."""
        topic, key = self.item
        cases = self._ctx.cases
        self.case = cases.of_event(key) if topic in CAUSES else cases.case(key)
        self.age_tick()
        if not quietly:
            self.changed.emit()

    def age_tick(self) -> None:
        """A second passed: words that could not be had are asked for again."""
        if self.case is not None:
            self.reading.want(refs(self.case))

    def unit(self, key: str) -> str:
        """Name of a unit; its id where the picture has none of that key."""
        row = self._ctx.picture["unit"].get(key)
        return (row["name"] if row is not None else "") or key.rpartition("/")[2]

    def text(self, name: str) -> str:
        """A free text of the case: plain, read, on its way or erased; "" where there is none."""
        case, t = self.case, self._ctx.t
        if case is None:
            return ""
        ref = case.texts.get(name)
        if name in case.words or ref is None:
            return case.words.get(name, "")
        read = self.reading(ref.id)
        return t("orders.text_coming") if read is None else read or t("orders.text_erased")

    def _stage(self, ident: str) -> str:
        return self._ctx.t.pack(self._ctx.pack.loop.label(ident))
