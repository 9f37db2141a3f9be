"""Answers questions on a leader's seat: read and computed on a thread of its own, over what insight knows. No Qt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.model.asking import Chip, Choice, Declined, Told, Understood
from cockpit.model.errors import CockpitError
from cockpit.model.insight import Answer, Query
from cockpit.model.messages import Message
from cockpit.processes import give_back
from cockpit.seat.aside import Aside, raise_in_tick

if TYPE_CHECKING:
    from cockpit.assist.asking.engine import Engine
    from cockpit.insight.facts import Facts
    from cockpit.insight.signs import Signs
    from cockpit.seat.leader import LeaderSeat

log = logging.getLogger(__name__)

Done = Callable[[Told | Declined], None]


@dataclass
class _Asked:
    """What waits: a text to be read, or what was understood, with a chip to be changed."""

    done: Done
    now: int
    signs: Signs | None
    text: str = ""
    understood: Understood | None = None
    chip: Chip | None = None
    choice: Choice | None = None
    is_again: bool = False
    gone: bool = False


class SeatAsking:
    """`model.ports.asking.Asking` over a leader's copy.

    Attributes:
        lang: of the suggestions, and of refusals of what says no language; whoever shows them sets it.
    """

    def __init__(self, seat: LeaderSeat) -> None:
        self._seat = seat
        self.lang = "zh"
        self._aside: Aside[_Asked] = Aside("asking", self._work)
        # of the worker alone
        self._engine: Engine | None = None
        self._warmed = False
        self._of: tuple[int, str] = (-1, "")

    def ask(self, text: str, context: Understood | None, done: Done) -> Callable[[], None]:
        """Reads and answers a question; `done` in a tick. What is returned cancels it."""
        return self._aside.put(_Asked(done, self._seat.clock.now(), self._signs(), text, context))

    def again(self, understood: Understood, done: Done) -> Callable[[], None]:
        """Answers what was understood before once more."""
        return self._aside.put(_Asked(done, self._seat.clock.now(), self._signs(), "", understood, is_again=True))

    def edit(self, understood: Understood, chip: Chip, choice: Choice | None, done: Done) -> Callable[[], None]:
        """Answers with another choice in the place of a chip; None: without it."""
        return self._aside.put(_Asked(done, self._seat.clock.now(), self._signs(), "", understood, chip, choice))

    def suggestions(self) -> tuple[str, ...]:
        """Questions that are worth asking now; none while the words are not read yet."""
        engine = self._engine
        return () if engine is None else engine.suggestions(self.lang)

    def prepare(self) -> None:
        """Reads the words of the city aside, so that the first question need not wait for them."""
        self._aside.start()

    def end(self) -> None:
        """Begins nothing more; waits for nothing."""
        self._aside.end()

    def close(self) -> None:
        self._aside.close()

    # -- in ticks ----------------------------------------------------------------------------------------------------

    def _signs(self) -> Signs | None:
        return None if self._seat.insight is None else self._seat.insight.signs_now()

    # -- on the worker -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        aside = self._aside
        while True:
            with aside.stir:
                while not aside.ended and not aside.waiting and (self._engine is not None or self._warmed):
                    aside.stir.wait()
                if aside.ended:
                    return
                asked = aside.waiting.popleft() if aside.waiting else None
            try:
                if asked is None:
                    self._warmed = True  # also where it fails: the next question tries it again, and says so
                    self._warm()
                    continue
                if asked.gone:
                    continue
                found = self._answer(asked)
            except Exception as error:
                log.exception("asking")
                if asked is None:
                    continue
                detail = Message("insight.failed", {"detail": type(error).__name__})
                found = Declined(asked.text, self.lang, "failed", detail)
                raise_in_tick(self._seat, error)
            self._seat.later(lambda asked=asked, found=found: self._tell(asked, found))  # type: ignore[misc]

    def _warm(self) -> None:
        """The words with the places of the year, and what a first reading looks up."""
        insight = self._seat.insight
        try:
            facts = insight.all_facts() if insight is not None else None
        except CockpitError:  # insight has said it; the words of the city are known without
            facts = None
        if self._aside.ended:
            return
        engine = self._ready(facts)
        if facts is not None and facts.n:
            for text in engine.suggestions(self.lang)[:1]:
                engine.read(text, self._seat.clock.now(), facts.first, lang=self.lang)
        give_back()

    def _tell(self, asked: _Asked, found: Told | Declined) -> None:
        if not asked.gone:
            asked.done(found)

    def _answer(self, asked: _Asked) -> Told | Declined:
        from cockpit.insight.asked import answer
        from cockpit.insight.signs import Signs

        mono = self._seat.live.mono
        begun = mono()
        insight = self._seat.insight
        try:
            facts = insight.all_facts() if insight is not None else None
        except CockpitError as error:
            return Declined(asked.text, self.lang, "failed", error.message)
        if facts is None or not facts.n or self._aside.ended:
            return Declined(asked.text, self.lang, "failed", Message("asking.nothing_here"))
        engine = self._ready(facts)
        signs = asked.signs or Signs()
        now, first = asked.now, facts.first

        def ask(query: Query) -> Answer:
            return answer(facts, signs, query, now)

        understood = asked.understood
        try:
            if asked.chip is not None and understood is not None:
                understood = engine.edit(understood, asked.chip, asked.choice, now, first)
            elif not asked.is_again:
                read = engine.read(asked.text, now, first, understood, lambda: engine.storm(ask, now, first))
                if isinstance(read, Declined):
                    return read
                understood = read
            assert understood is not None
            return engine.tell(understood, ask, now, lambda: (mono() - begun) * 1e3, first)
        except CockpitError as error:
            return Declined(asked.text or (understood.text if understood else ""), self.lang, "failed", error.message)

    def _ready(self, facts: Facts | None) -> Engine:
        """The words; read anew where a year's places came in, or units that were not known."""
        from cockpit.archive_export import units_of
        from cockpit.assist.asking.engine import Engine
        from cockpit.geo.areas import Areas

        seat = self._seat
        units = units_of(seat.sync.archive) if seat.sync is not None else {}
        insight = seat.insight
        signs = insight.definitions() if insight is not None else None
        places = facts.text["place"].words if facts is not None else ()
        state = (len(places) // 2000, f"{len(units)}/{signs.version if signs is not None else 0}")
        if self._engine is None or self._of != state:
            from cockpit.model.signs import SignSet

            areas = Areas.load(seat.pack.folder)
            self._engine = Engine(seat.pack, areas, signs or SignSet(), units, places)
            self._of = state
        return self._engine
