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
from typing import TYPE_CHECKING, Any

import msgspec

from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Records, joined
from cockpit.model.city import Pack
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.insight import Answer, AskChanges, Query
from cockpit.model.messages import Message
from cockpit.model.ports.link import LinkState
from cockpit.model.signs import SignSet
from cockpit.processes import give_back
from cockpit.seat.aside import Aside, raise_in_tick

if TYPE_CHECKING:
    from cockpit.insight.facts import Facts
    from cockpit.insight.ground import Ground
    from cockpit.insight.signs import Signs
    from cockpit.seat.archive import ArchiveSync
    from cockpit.seat.reading import Reading
    from cockpit.seat.seat import Seat

log = logging.getLogger(__name__)

TOPIC = "archive"
EVERY_SECONDS = 2.0
"""Between two times that the facts are made anew, at the least."""
SAME_SECONDS = 5.0
"""So long an answer stands for the same question where no data changed."""
AGAIN_SECONDS, LONGEST_SECONDS = 2.0, 60.0
"""So long it waits before what could not be read is tried again: each time twice as long, up to the second."""
MOST_KEPT = 256
MOST_CHANGED = 50_000
"""More rows than that are read with all the others."""
_EVENT = ("key", "kind", "level", "channel", "area", "place", "lon", "lat", "amount", "state", "occurred", "updated")

_decode = msgspec.msgpack.Decoder(dict[str, tuple[str, str]]).decode

_AT = {name: i for i, name in enumerate(RECORD.names)}

Row = tuple[Any, ...]
Done = Callable[[Answer | Message], None]


class _Asked:
    """One question that waits."""

    __slots__ = ("done", "gone", "now", "query", "signs")

    def __init__(self, query: Query, done: Done, now: int, signs: Signs | None) -> None:
        self.query, self.done, self.now, self.signs = query, done, now, signs
        self.gone = False


class _Here(msgspec.Struct):
    """What the picture and the ledger of this seat say now.

    Attributes:
        cases: rows of our cases by key, and whether their event is in the picture.
        events: columns of the open events of the picture. names: of units.
    """

    cases: dict[str, tuple[Row, bool]]
    events: dict[str, Any]
    names: dict[str, str]
    as_of: int


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
        self._here: _Here | None = None
        self._dirty = True
        self._collected = float("-inf")
        self._wants_all = False
        self._recent_read, self._all_read = threading.Event(), threading.Event()
        # of the worker alone
        self._facts: Facts | None = None
        self._reading: Reading | None = None
        self._last: _Here | None = None
        self._trouble: Message | None = None
        self._tries, self._again = 0, float("-inf")
        self._died = False
        self._made = float("-inf")
        self._archive = ""
        self._revision = self._horizon = 0
        self._overlaid: dict[str, Row] = {}
        self._gives_back = False
        self._kept: dict[Query, tuple[int, Answer]] = {}
        seat.ticked.append(self._ticked)

    @property
    def facts(self) -> Facts | None:
        """What answers are computed over now, None before all is read; never changed in place, for any thread."""
        return self._facts if self._reading is None else None

    def all_facts(self) -> Facts | None:
        """As `facts`, once all is read; None: it was closed before. Waits; never on the thread of ticks.

        Raises:
            OutsideError: not all of it can be read; it is tried again meanwhile.
        """
        self.read_on()
        while True:
            self._all_read.wait()
            facts, trouble = self.facts, self._trouble
            if facts is not None and not self._aside.ended:
                return facts
            if trouble is not None:
                raise OutsideError(trouble.id, **trouble.params)
            if self._aside.ended:
                return None

    def signs_now(self) -> Signs:
        """What is known of the signs at this tick, for any thread."""
        return self._signs()

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
        self._all_read.set()

    def close(self) -> None:
        self.end()
        self._aside.close()

    # -- in ticks ----------------------------------------------------------------------------------------------------

    def ask(self, query: Query, done: Done) -> Callable[[], None]:
        """Computes aside; `done` gets the answer or a sentence in a tick. What is returned cancels it."""
        signs = self._signs() if _is_of_signs(query) else None
        cancel = self._aside.put(_Asked(query, done, self._seat.clock.now(), signs))
        if self._died:
            self._refuse_all()
        return cancel

    def _signs(self) -> Signs:
        from cockpit.insight.signs import Live, Signs

        table = self._seat.picture["sign"]
        numbers = (table.numbers(name).tolist() for name in ("value", "measured", "level"))
        live = dict(zip(table.keys, map(Live, *numbers), strict=True))
        return Signs({sign.code: sign for sign in self.definitions().signs}, live, self._sync.history)

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
        here = self._gathered()
        with self._aside.stir:
            self._here = here
            self._aside.stir.notify()

    def _gathered(self) -> _Here:
        from cockpit.insight.now import of_case, of_event

        picture, cases, rules = self._seat.picture, self._seat.cases, self._seat.pack.loop
        events, units = picture["event"], picture["unit"]

        def kind_of(unit: str) -> str:
            row = units.row_of(unit)
            return "" if row is None else str(units.value(row, "kind"))

        rows = {}
        for case in (*cases.all_open(), *cases.closed()):
            event = events.get(case.facts.event) if case.facts.event else None
            before = None if event is None else of_event(event, rules)
            row = of_case(case, before, rules, kind_of)
            rows[row[0]] = (row, before is not None)
        columns = events.columns()
        names = dict(zip(units.keys, units.text("name"), strict=True))
        is_live = self._seat.link.state is LinkState.LIVE and bool(self._sync.fresh.rows_until)
        return _Here(rows, {name: columns[name] for name in _EVENT}, names, self._seat.live.now() if is_live else 0)

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
            self._trouble, self._died = _bug(error), True
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
                    self._tries = self._tries if self._trouble is not None else 0
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
            if self.facts is not None or self._trouble is not None:
                self._all_read.set()
            elif not aside.ended:
                self._all_read.clear()

    def _is_due(self) -> bool:
        """Whether there is something to be taken in, and what was made last has stood for a while: questions that came
        meanwhile are answered first."""
        return self._here is not None and self._seat.live.mono() - self._made >= EVERY_SECONDS

    def _pause(self) -> float | None:
        mono = self._seat.live.mono()
        pause = EVERY_SECONDS if self._dirty else None
        if self._here is not None:
            pause = max(EVERY_SECONDS - (mono - self._made), 0.01)
        if self._trouble is not None:
            again = max(self._again - mono, 0.01)
            pause = again if pause is None else min(pause, again)
        return pause

    def _may_read(self) -> bool:
        """Whether what could not be read may be tried again; also where nothing failed."""
        return self._trouble is None or self._seat.live.mono() >= self._again

    def _has_to_read(self) -> bool:
        """Whether nothing is read yet, or not all that was tried, or somebody waits for the rest."""
        if not self._may_read():
            return False
        if self._facts is None or self._trouble is not None:
            return True
        return self._reading is not None and (self._wants_all or bool(self._aside.waiting))

    def _failed(self, here: _Here | None, message: Message) -> bool:
        """What is known stands, be it all or what is recent, and is read again after a pause. Whether that is news."""
        is_news = message != self._trouble
        self._again = self._seat.live.mono() + min(AGAIN_SECONDS * 2.0**self._tries, LONGEST_SECONDS)
        self._tries = min(self._tries + 1, 16)
        self._trouble = message
        if self._reading is None:
            self._archive = ""
        self._put_back(here)
        return is_news

    def _put_back(self, here: _Here | None) -> None:
        """It is taken in later, where nothing newer has come."""
        with self._aside.stir:
            self._here = self._here or here

    def _refuse_all(self) -> None:
        """All that wait are told why there will be no answer."""
        with self._aside.stir:
            refused = list(self._aside.waiting)
            self._aside.waiting.clear()
        for asked in refused:
            assert self._trouble is not None
            self._tell(asked, self._trouble)

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
        refuses = not self._may_read()
        return next((one for one in waiting if refuses or self._holds(one)), None)

    def _holds(self, asked: _Asked) -> bool:
        """Whether what is read answers it as all would."""
        if self._facts is None:
            return False
        return self._reading is None or self._reading.holds(asked.query, asked.now)

    def _answer(self, asked: _Asked) -> None:
        from cockpit.insight.asked import answer
        from cockpit.insight.signs import Signs

        if asked.gone:
            return
        if not self._holds(asked):
            assert self._trouble is not None
            self._tell(asked, self._trouble)
            return
        facts = self._facts
        assert facts is not None
        found: Answer | Message
        kept = self._kept.get(asked.query) if asked.signs is None else None
        if kept is not None and abs(asked.now - kept[0]) < SAME_SECONDS * 1e6:
            found = kept[1]
        else:
            try:
                found = answer(facts, asked.signs or Signs(), asked.query, asked.now)
            except CockpitError as error:
                found = error.message
            except Exception as error:
                log.exception("insight")
                found = _bug(error)
                raise_in_tick(self._seat, error)
            else:
                if asked.signs is None:
                    if len(self._kept) >= MOST_KEPT:
                        self._kept.clear()
                    self._kept[asked.query] = (asked.now, found)

        self._tell(asked, found)

    def _renew(self, here: _Here | None) -> None:
        """Takes in what the copy took in, then what is under way."""
        if self._gives_back:  # questions that waited for it are answered now
            give_back()
            self._gives_back = False
        archive = self._sync.archive
        changed: list[Records] = []
        as_of, may_read = archive.as_of, self._may_read()
        anew = self._facts is None or archive.id != self._archive or archive.horizon != self._horizon
        if anew and not may_read:
            self._put_back(here)
            return
        facts = None if anew else self._facts
        if facts is not None and self._reading is not None and may_read:
            facts = self._facts = self._reading.rest()
            self._revision, self._overlaid = self._reading.revision, {}
            self._reading = self._trouble = None
            self._gives_back = True
            here = here or self._last
        revision = self._revision
        if facts is not None and archive.revision != revision:
            loaded = archive.changed(revision)
            if len(loaded.records) > MOST_CHANGED and may_read:
                facts = None
            else:
                changed.append(loaded.records)
                revision = loaded.revision
        if facts is None:
            facts, changed = self._load(), []
            revision, here = self._revision, here or self._last
            facts.ground.names.update(self._kept_names())
            if self._reading is not None:  # with the rest, which may know what it tells of
                self._put_back(here)
                here = None
        overlaid = self._overlaid
        if here is not None:
            overlaid, pieces = self._under_way(facts, here)
            changed += pieces
            as_of = max(as_of, here.as_of)
            facts.ground.names.update(here.names)
        rows = joined(changed) if changed else Records.of_rows([])
        if len(rows):
            facts = facts.renewed(_newest(rows), as_of)
        self._revision, self._overlaid, self._last = revision, overlaid, here or self._last
        if not len(rows) and facts is self._facts and as_of == facts.as_of:
            return
        facts.as_of = as_of
        self._facts = facts
        self._kept.clear()
        names = dict(facts.ground.names)
        self._seat.later(lambda: self._renewed(as_of, names))

    def _load(self) -> Facts:
        """What is recent; all, where something is known already: that stands until all is there."""
        from cockpit.seat.reading import Reading

        reading = Reading(self._sync.archive, self._known_ground(), lambda: self._aside.ended)
        if self._facts is not None:
            reading.rest()
        self._archive, self._horizon, self._revision = reading.archive, reading.horizon, reading.revision
        self._overlaid = {}
        self._gives_back = reading.is_whole
        if self._reading is not None and reading.is_whole:  # never what is recent for all
            self._facts = reading.facts
        self._reading = None if reading.is_whole else reading
        if self._reading is not None:
            self._all_read.clear()
        self._trouble = None
        return reading.facts

    def _kept_names(self) -> dict[str, str]:
        """Names of units as the archive has them: of those too that are on no screen now."""
        kept = self._sync.archive.meta("units")
        try:
            return {key: name for key, (name, _) in _decode(kept or b"\x80").items()}
        except msgspec.MsgspecError:
            return {}

    def _known_ground(self) -> Ground:
        if self.ground is None:
            self.ground = ground_of(self._seat.pack)
        return self.ground

    def _with_past(self, cases: dict[str, tuple[Row, bool]]) -> dict[str, Row]:
        """Our cases, with what only the archive knows of them: what became of their events, what citizens said."""
        known = {row[0]: row for row in self._sync.archive.rows(list(cases)).rows()}
        found: dict[str, Row] = {}
        for key, (row, has_event) in cases.items():
            if before := known.get(key):
                mended = list(row)
                for name in _FROM_PAST if has_event else _FROM_EVENT:
                    mended[_AT[name]] = before[_AT[name]]
                row = tuple(mended)
            found[key] = row
        return found

    def _under_way(self, facts: Facts, here: _Here) -> tuple[dict[str, Row], list[Records]]:
        """Rows by key of cases as they stand and of events that the archive has not heard of; and what changes: those
        of them that are new, and those that were under way before as the archive has them."""
        from cockpit.insight.now import of_event

        rows = self._with_past(here.cases)
        keys = here.events["key"]
        for i, is_known in enumerate(facts.knows(keys)):
            if keys[i] not in rows and (not is_known or keys[i] in self._overlaid):
                event = {name: _plain(here.events[name][i]) for name in _EVENT}
                rows[keys[i]] = of_event(event, self._seat.pack.loop)
        gone = [key for key in self._overlaid if key not in rows]
        new = [row for key, row in rows.items() if self._overlaid.get(key) != row]
        back = self._sync.archive.rows(gone)
        return rows, [piece for piece in (back, Records.of_rows(new)) if len(piece)]


def ground_of(pack: Pack) -> Ground:
    """On what the figures of a city stand.

    Raises:
        UserError: its areas can not be read.
    """
    from cockpit.geo.areas import Areas
    from cockpit.insight.ground import Ground

    return Ground.of(pack, Areas.load(pack.folder))


_FROM_PAST = ("satisfied",)
_FROM_EVENT = ("lon", "lat", "area", "place", "amount", "reported", *_FROM_PAST)


def _newest(rows: Records) -> Records:
    """The last row of each key."""
    last = {key: i for i, key in enumerate(rows.text("key").texts())}
    if len(last) == len(rows):
        return rows
    import numpy as np

    return rows.take(np.array(sorted(last.values()), dtype=np.int64))


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _bug(error: Exception) -> Message:
    return Message("insight.failed", {"detail": type(error).__name__})


def _is_of_signs(query: Query) -> bool:
    return isinstance(query, AskChanges) or query.scope.measure.startswith("sign:")
