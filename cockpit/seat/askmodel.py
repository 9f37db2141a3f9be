"""The model of the site at a leader's seat: asked on a thread beside, over the facts of this seat's copy. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from cockpit.model.asking import Declined, Told, Understood
from cockpit.model.askmodel import ModelRecord, ModelState, ModelStep
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message, Texts, texts
from cockpit.seat.aside import raise_in_tick

if TYPE_CHECKING:
    from cockpit.assist.model.vocabulary import Vocabulary
    from cockpit.assist.model.way import ModelWay, Stop
    from cockpit.insight.facts import Facts
    from cockpit.insight.signs import Signs
    from cockpit.seat.insight import SeatInsight
    from cockpit.seat.leader import LeaderSeat

Done = Callable[[Told | Declined], None]


class SeatAskModel:
    """`model.ports.askmodel.AskModel`."""

    def __init__(self, seat: LeaderSeat, t: Texts) -> None:
        self._seat, self._t = seat, t
        self._made: ModelWay | None = None
        self._loading = False

    @property
    def _way(self) -> ModelWay:
        if self._made is None:
            from cockpit.assist.model.way import ModelWay
            from cockpit.model.clock import SystemClock

            self._made = ModelWay(self._seat.folder.parent, SystemClock(), self._seat.vault)
        return self._made

    def state(self) -> ModelState:
        """Asked each second: nothing is loaded where the site has no model, and the first time it is loaded aside."""
        if not (self._seat.folder.parent / "model.toml").is_file():
            return ModelState()
        if self._made is None:
            if not self._loading:
                self._loading = True
                self._seat.aside(self._load)
            return ModelState()
        return self._made.state()

    def _load(self) -> None:
        way = self._way
        way.state()

    def consent(self, yes: bool) -> None:
        self._way.consent(yes)

    def judge(self, record: str, accepted: bool) -> None:
        self._way.judge(record, accepted)

    def log(self, most: int = 100) -> tuple[ModelRecord, ...]:
        return tuple(islice(self._way.journal.records(), most))

    def preview(self, text: str) -> str:
        facts, signs = self._data()
        t = self._texts(text)
        return self._way.preview(text, t.lang, self._words(facts, signs, t), self._seat.clock.now())

    def ask_model(
        self, text: str, context: Understood | None, done: Done, progress: Callable[[ModelStep], None]
    ) -> Callable[[], None]:
        """Asks on a thread beside; what is returned cancels it. `context` is not sent: a question stands by itself."""
        from cockpit.assist.model.way import Stop

        stop, seat, insight = Stop(), self._seat, self._seat.insight

        def tell(what: Told | Declined) -> None:
            if not stop.gone:
                done(what)

        def stepped(step: ModelStep) -> None:
            seat.later(lambda: None if stop.gone else progress(step))

        if insight is None:
            refused = Declined(text, self._t.lang, "model", Message("asking.nothing_here"))
            seat.later(lambda: tell(refused))
            return stop.stop
        given = (text, insight, insight.signs_now(), seat.clock.now(), stepped, stop, tell)
        threading.Thread(target=self._ask, args=given, name="model", daemon=True).start()
        return stop.stop

    def _ask(
        self,
        text: str,
        insight: SeatInsight,
        signs: Signs,
        now: int,
        step: Callable[[ModelStep], None],
        stop: Stop,
        tell: Done,
    ) -> None:
        from cockpit.insight.asked import answer

        found: Told | Declined
        t = self._texts(text)
        try:
            facts = insight.all_facts()
            if facts is None:
                raise UserError("asking.nothing_here")
            ask = partial(answer, facts, signs, now=now)
            found = self._way.ask(text, t.lang, self._words(facts, signs, t), ask, now, step, stop)
        except CockpitError as error:
            found = Declined(text, t.lang, "model", error.message)
        except Exception as error:  # one answer less, and the window goes on
            found = Declined(text, t.lang, "model", Message("insight.failed", {"detail": type(error).__name__}))
            raise_in_tick(self._seat, error)
        self._seat.later(lambda: tell(found))

    def _data(self) -> tuple[Facts, Signs]:
        insight = self._seat.insight
        if insight is None or insight.facts is None:
            raise UserError("asking.nothing_here")
        return insight.facts, insight.signs_now()

    def _texts(self, text: str) -> Texts:
        """In the language in which it is asked it is answered."""
        if any("\u4e00" <= char <= "\u9fff" for char in text):
            return texts("zh")
        return texts("en") if any(char.isascii() and char.isalpha() for char in text) else self._t

    def _words(self, facts: Facts, signs: Signs, t: Texts) -> Vocabulary:
        from cockpit.assist.model.vocabulary import Vocabulary

        return Vocabulary(self._seat.pack, facts.ground, signs.of, t)
