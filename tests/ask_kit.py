"""The question box over a year of the archive: the real grammar and the real figures, answered when told to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from cockpit.archive_export import units_of
from cockpit.assist.asking.engine import Engine
from cockpit.model.asking import Declined, Told, Understood
from cockpit.model.clock import ManualClock
from cockpit.model.errors import CockpitError
from cockpit.model.scope import Scope
from cockpit.packs.read import read_pack
from cockpit.signs.definitions import read_signs
from cockpit.store.archive import Archive
from tests.archive_kit import NOW, year
from tests.drill_kit import LeaderDesk, RealInsight, facts, hangzhou_areas


@cache
def engine() -> Engine:
    """The grammar of the year's city."""
    made = year()
    archive = Archive.open(made.folder / "archive.db", ManualClock())
    units = {key: (name, kind) for key, (name, kind, *_) in units_of(archive).items()}
    archive.close()
    signs = read_signs(made.pack.signs, made.pack.folder)
    return Engine(read_pack("hangzhou"), list(hangzhou_areas()), signs, units, facts().text["place"].words)


class RealAsking:
    """`ports.Asking` over the grammar.

    Attributes:
        asked: texts that were put, with what they leaned on. lang: of the suggestions.
        prepared: how many times it was told to read its words ahead. ready: it has read them.
    """

    def __init__(self, insight: RealInsight, lang: str = "zh") -> None:
        self.insight, self.lang = insight, lang
        self.asked: list[tuple[str, Understood | None]] = []
        self.prepared, self.ready = 0, True
        self._open: list[Callable[[], None]] = []

    def ask(self, text: str, context: Understood | None, done: Callable[[Any], None]) -> Callable[[], None]:
        self.asked.append((text, context))
        return self._later(lambda: done(self._answer(self._read(text, context))))

    def again(self, understood: Understood, done: Callable[[Any], None]) -> Callable[[], None]:
        return self._later(lambda: done(self._answer(understood)))

    def edit(self, understood: Understood, chip: Any, choice: Any, done: Callable[[Any], None]) -> Callable[[], None]:
        first = self.insight.facts.first
        return self._later(lambda: done(self._answer(engine().edit(understood, chip, choice, NOW, first))))

    def prepare(self) -> None:
        self.prepared += 1

    def suggestions(self, lang: str = "") -> tuple[str, ...]:
        return engine().suggestions(lang or self.lang) if self.ready else ()

    def settle(self) -> None:
        while self._open:
            self._open.pop(0)()
            self.insight.settle()

    def _later(self, run: Callable[[], None]) -> Callable[[], None]:
        self._open.append(run)
        return lambda: self._open.remove(run) if run in self._open else None

    def _read(self, text: str, context: Understood | None) -> Understood | Declined:
        return engine().read(text, NOW, self.insight.facts.first, context, lang=self.lang)

    def _answer(self, asked: Understood | Declined) -> Told | Declined:
        if isinstance(asked, Declined):
            return asked
        try:
            return engine().tell(asked, self.insight.answer, NOW, lambda: 84.0)
        except CockpitError as error:
            return engine().declined(asked, error)


class AskingDesk(LeaderDesk):
    """A leader's desk with the question box.

    Attributes:
        asking: its port.
    """

    def __init__(self, theme: str = "dark", lang: str = "zh", scope: Scope | None = None) -> None:
        super().__init__(theme, lang, scope)
        self.asking = RealAsking(self.insight, lang)
        self.ctx.asking = self.asking

    def settle(self) -> None:
        self.asking.settle()
        self.insight.settle()
