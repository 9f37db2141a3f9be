"""What a seat's copy of the archive says, with what is under way right now: computed on a thread of its own. No Qt.

The facts are read once and kept up: rows that the copy took in, and those of open events and cases of the picture and
the ledger as this seat knows them, so that what happened two seconds ago counts. What is recent is read first:
questions that look no further back are answered before the year is there. Where the year can not be read, all others
are refused until it can.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.insight import Answer, AskChanges, Query
from cockpit.model.messages import Message
from cockpit.model.signs import SignSet
from cockpit.seat.aside import Aside, raise_in_tick
from cockpit.seat.copyfacts import CopyFacts, ground_of
from cockpit.seat.underway import Here, gathered, signs_of

if TYPE_CHECKING:
    from cockpit.insight.facts import Facts
    from cockpit.insight.ground import Ground
    from cockpit.insight.signs import Signs
    from cockpit.seat.archive import ArchiveSync
    from cockpit.seat.seat import Seat

log = logging.getLogger(__name__)

TOPIC = "archive"
EVERY_SECONDS = 2.0
"""Between two times that the facts are made anew, at the least."""

Done = Callable[[Answer | Message], None]


class _Asked:
    """One question that waits."""

    __slots__ = ("done", "gone", "now", "query", "signs")

    def __init__(self, query: Query, done: Done, now: int, signs: Signs | None) -> None:
        self.query, self.done, self.now, self.signs = query, done, now, signs
        self.gone = False


class SeatInsight:
    """`model.ports.insight.Insight` over the copy of a leader's seat.

    Attributes:
        version: goes up when the facts changed, 0 before there are any; changes in ticks.
        as_of: until when they are complete, UTC us of the city.
        names: of areas and units by code and key.
        definitions: of signs; whoever knows them sets it.
        ground: areas and classes, None until they are needed; whoever has read them before it is started sets it.
    """

    def __init__(self, seat: Seat, sync: ArchiveSync) -> None:
        self.version = 0
        self.as_of = 0
        self.names: Mapping[str, str] = {}
        self.definitions: Callable[[], SignSet] = SignSet
        self.ground: Ground | None = None
        self._seat = seat
        self._sync = sync
        self._aside: Aside[_Asked] = Aside("insight", self._work)
        self._here: Here | None = None
        self._dirty = True
        self._collected = float("-inf")
        self._wants_all = False
        self._recent_read = threading.Event()
        self._copy = CopyFacts(seat, sync, self._known_ground, self._put_back, lambda: self._aside.ended)
        # of the worker alone
        self._died = False
        self._made = float("-inf")
        seat.ticked.append(self._ticked)

    @property
    def facts(self) -> Facts | None:
        """What answers are computed over now, None before all is read; never changed in place, for any thread."""
        return self._copy.whole

    def all_facts(self) -> Facts | None:
        """As `facts`, once all is read; None: it was closed before. Waits; never on the thread of ticks.

        Raises:
            OutsideError: not all of it can be read; it is tried again meanwhile.
        """
        self.read_on()
        while True:
            self._copy.is_settled.wait()
            facts, trouble = self.facts, self._copy.trouble
            if facts is not None and not self._aside.ended:
                return facts
            if trouble is not None:
                raise OutsideError(trouble.id, **trouble.params)
            if self._aside.ended:
                return None

    def signs_now(self) -> Signs:
        """What is known of the signs at this tick, for any thread."""
        return signs_of(self._seat, self._sync, self.definitions())

    def start(self) -> None:
        """Begins to read: what is recent, and the rest where a question looks further back."""
        self._aside.start()

    def wait_recent(self, seconds: float) -> None:
        """Waits until what is recent is read, so long at the most; for who has nothing else to do meanwhile."""
        self._recent_read.wait(seconds)

    def read_on(self) -> None:
        """Reads all of it."""
        self._wants_all = True
        self.start()
        self._aside.notify()

    def end(self) -> None:
        """Reads and answers no more, and nobody waits for it; waits for nothing."""
        self._aside.end()
        self._recent_read.set()
        self._copy.is_settled.set()

    def close(self) -> None:
        self.end()
        self._aside.close()

    # -- in ticks ----------------------------------------------------------------------------------------------------

    def ask(self, query: Query, done: Done) -> Callable[[], None]:
        """Computes aside; `done` gets the answer or a sentence in a tick. What is returned cancels it."""
        signs = self.signs_now() if _is_of_signs(query) else None
        cancel = self._aside.put(_Asked(query, done, self._seat.clock.now(), signs))
        if self._died:
            self._refuse_all()
        return cancel

    def _ticked(self, topics: frozenset[str]) -> None:
        if topics & {"event", "case", TOPIC}:
            self._dirty = True
        self._collect()
        if self._dirty and self._aside.begun:
            self._aside.notify()

    def _may_collect(self) -> bool:
        return self._dirty and not self._seat.looks_back and not self._aside.ended

    def _collect(self) -> None:
        """Takes what is under way out of the picture, now and then; only of now, never of a replay."""
        mono = self._seat.live.mono()
        if not (self._aside.begun and self._may_collect()) or mono - self._collected < EVERY_SECONDS:
            return
        self._dirty, self._collected = False, mono
        here = gathered(self._seat, self._sync)
        with self._aside.stir:
            self._here = here
            self._aside.stir.notify()

    def _renewed(self, as_of: int, names: Mapping[str, str]) -> None:
        self.version += 1
        self.as_of = as_of
        self.names = names
        self._seat.changed(TOPIC)

    # -- on the worker -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            self._read_and_answer()
        except Exception as error:  # nobody waits for a thread that is gone
            log.exception("insight")
            self._copy.trouble, self._died = _bug(error), True
            raise_in_tick(self._seat, error)
        finally:
            self.end()
            if self._died:
                self._refuse_all()

    def _read_and_answer(self) -> None:
        from cockpit.seat.reading import StoppedError

        aside = self._aside
        while True:
            with aside.stir:
                while not (aside.ended or self._is_due() or self._next() or self._has_to_read()):
                    if not aside.stir.wait(self._pause()) and self._may_collect():
                        self._seat.later(self._collect)
                if aside.ended:
                    return
                asked = self._next()
                if asked is not None:
                    aside.waiting.remove(asked)
                here, self._here = (None, self._here) if asked is not None else (self._here, None)
            try:
                if asked is not None:
                    self._answer(asked)
                else:
                    self._renew(here)
            except StoppedError:
                return
            except CockpitError as error:  # the file can not be read: what is known stands
                if self._failed(here, error.message):
                    self._seat.later(lambda message=error.message: self._seat.notices.append(message))  # type: ignore[misc]
            except Exception as error:
                if self._failed(here, _bug(error)):
                    raise_in_tick(self._seat, error)
            if asked is None:
                self._made = self._seat.live.mono()
            self._recent_read.set()
            self._copy.settle()

    def _is_due(self) -> bool:
        """Whether there is something to be taken in, and what was made last has stood for a while: questions that came
        meanwhile are answered first."""
        return self._here is not None and self._seat.live.mono() - self._made >= EVERY_SECONDS

    def _pause(self) -> float | None:
        mono = self._seat.live.mono()
        pause = EVERY_SECONDS if self._dirty else None
        if self._here is not None:
            pause = max(EVERY_SECONDS - (mono - self._made), 0.01)
        again = self._copy.pause()
        if again is not None:
            pause = again if pause is None else min(pause, again)
        return pause

    def _has_to_read(self) -> bool:
        """Whether nothing is read yet, or not all that was tried, or somebody waits for the rest."""
        return self._copy.has_to_read(lambda: self._wants_all or bool(self._aside.waiting))

    def _failed(self, here: Here | None, message: Message) -> bool:
        """What is known stands; what was to be taken in is tried again. Whether that is news."""
        is_news = self._copy.failed(message)
        self._put_back(here)
        return is_news

    def _put_back(self, here: Here | None) -> None:
        """It is taken in later, where nothing newer has come."""
        with self._aside.stir:
            self._here = self._here or here

    def _refuse_all(self) -> None:
        """All that wait are told why there will be no answer."""
        with self._aside.stir:
            refused = list(self._aside.waiting)
            self._aside.waiting.clear()
        for asked in refused:
            assert self._copy.trouble is not None
            self._tell(asked, self._copy.trouble)

    def _tell(self, asked: _Asked, answered: Answer | Message) -> None:
        def tell() -> None:
            if not asked.gone:
                asked.done(answered)

        self._seat.later(tell)

    def _next(self) -> _Asked | None:
        """The first question that can be answered over what is read, or is refused because no more can be read."""
        waiting = self._aside.waiting
        while waiting and waiting[0].gone:
            waiting.popleft()
        refuses = not self._copy.may_read()
        return next((one for one in waiting if refuses or self._holds(one)), None)

    def _holds(self, asked: _Asked) -> bool:
        """Whether what is read answers it as all would."""
        return self._copy.holds(asked.query, asked.now)

    def _answer(self, asked: _Asked) -> None:
        if asked.gone:
            return
        if not self._holds(asked):
            assert self._copy.trouble is not None
            self._tell(asked, self._copy.trouble)
            return
        found: Answer | Message
        try:
            found = self._copy.answer(asked.query, asked.now, asked.signs)
        except CockpitError as error:
            found = error.message
        except Exception as error:
            log.exception("insight")
            found = _bug(error)
            raise_in_tick(self._seat, error)
        self._tell(asked, found)

    def _renew(self, here: Here | None) -> None:
        """Takes in what the copy took in, then what is under way; tells where that changed anything."""
        if not self._copy.renew(here):
            return
        facts = self._copy.read
        assert facts is not None
        as_of, names = facts.as_of, dict(facts.ground.names)
        self._seat.later(lambda: self._renewed(as_of, names))

    def _known_ground(self) -> Ground:
        if self.ground is None:
            self.ground = ground_of(self._seat.pack)
        return self.ground


def _bug(error: Exception) -> Message:
    return Message("insight.failed", {"detail": type(error).__name__})


def _is_of_signs(query: Query) -> bool:
    return isinstance(query, AskChanges) or query.scope.measure.startswith("sign:")
