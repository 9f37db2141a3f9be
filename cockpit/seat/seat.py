"""A seat without a screen: cache, picture, selection, link to the hub, and the ports that panels are handed. No Qt.

The picture belongs to the thread that calls `tick`; everything that arrives waits in a queue until then.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cockpit.bus import asks
from cockpit.bus.where import WhereHub
from cockpit.dispatch.near import Finder
from cockpit.model.batch import Batch
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock, CityTime, Clock
from cockpit.model.entries import Actor
from cockpit.model.messages import Message
from cockpit.model.ports import Body, Here, NamedPlace, Way
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.tables import TABLES
from cockpit.picture.picture import Picture
from cockpit.picture.selection import Selection
from cockpit.picture.units import PictureUnits
from cockpit.seat.cases import LedgerCases
from cockpit.seat.words import Words
from cockpit.store.cache import Cache
from cockpit.store.pictures import Pictures

if TYPE_CHECKING:
    from cockpit.bus.link import HubLink
    from cockpit.geo.areas import Areas
    from cockpit.geo.places import Places

MAX_WAITING = 5_000
"""Batches that may wait for a tick; past it the screen has stalled, and a snapshot is cheaper than catching up."""


PLACES = 8
"""Places that a search by name answers with at the most."""


class Seat:
    """One seat.

    Attributes:
        pack: the city that it shows.
        clock: the city's clock.
        picture, selection: the common operational picture; owned by the thread of `tick`.
        folder: what it keeps of this city.
        cache: cache.db, in it.
        link: how it stands with the hub.
        cases: the closed loop: `ports.Cases`.
        wake: called on any thread when there is something for the next `tick`; whoever ticks may set it.
        prompt: what arrived is of the closed loop, a step that a person waits for: to be shown before more is gathered.
        who: the officer's name, "" unknown; whoever knows it may set it.
        notices: sentences to be shown once (a cache that was set aside, a full disk).
    """

    def __init__(
        self, profile: Path, pack: Pack, where: WhereHub, clock: Clock, wake: Callable[[], None] = lambda: None
    ) -> None:
        self.pack = pack
        self.clock = CityClock(clock)
        self.picture = Picture()
        self.selection = Selection()
        self.notices: deque[Message] = deque()
        self._wake = wake
        self.prompt = False
        self.who: Callable[[], str] = str
        self._arrived: deque[Callable[[], None]] = deque()
        self._batches = 0
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self.folder = profile / pack.id
        self.cache = Cache.open(
            self.folder / "cache.db", clock, searchable=self._searchable, on_problem=self._cache_problem
        )
        self.notices.extend(self.cache.notices)
        self._pictures = Pictures(self.folder / "pictures")
        self.link = Link(LinkState.STARTING, clock.now())
        self.on_link: Callable[[Link], None] = lambda link: None
        self._where = where
        where.sit(str(profile.resolve()))
        self._work = ThreadPoolExecutor(1, thread_name_prefix="seat-work")
        self._finder = Finder(pack)
        self._gazetteer: Places | None = None
        self.cases = LedgerCases(
            self.folder,
            pack,
            self.clock,
            PictureUnits(self.picture, clock),
            Words(self.cache, self._pictures, lambda *question: self._hub.ask(*question), clock),
            later=self._soon,
            aside=self.aside,
            notice=self.notices.append,
            who=lambda: self.who(),
        )
        self._areas: Areas | None = None

    @property
    def wake(self) -> Callable[[], None]:
        return self._wake

    @wake.setter
    def wake(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        if self._arrived:  # it came when nobody listened
            wake()

    # -- life ----------------------------------------------------------------------------------------------------

    def open_cache(self) -> None:
        """Fills the picture with what was last known; to be called before the first tick."""
        for topic in TABLES:
            columns = self.cache.load(topic)
            if columns["key"]:
                self.picture.upsert(topic, columns, distinct=True)
        known = self.cache.meta("time")
        if known:
            self.clock.city = msgspec.json.decode(known, type=CityTime)
        actor = self.cache.meta("actor")
        if actor:
            self.cases.actor = msgspec.json.decode(actor, type=Actor)
        self.cases.open()

    @cached_property
    def _hub(self) -> HubLink:
        """The link, made when it is first needed: what was known is shown without it, and asyncio takes a while."""
        from cockpit.bus.link import HubLink

        alongside = (self.cases.alongside,)
        return HubLink(self._where, self.pack.id, self.clock.base, self._batch, self._linked, self._time, alongside)

    def start(self) -> None:
        """Joins the hub, now and whenever it is lost."""
        self.cases.open()
        self._hub.start()

    def close(self) -> None:
        if "_hub" in self.__dict__:
            self._hub.close()
        self._work.shutdown(cancel_futures=True)
        try:
            self.tick()
        finally:
            self.cases.close()
            self.cache.close()

    def tick(self) -> frozenset[str]:
        """Takes in what arrived; returns the topics that changed: those of the picture, `case` and `outbox`."""
        self._woken.clear()
        self.prompt = False
        while (call := self._next()) is not None:
            call()
        if self.picture.gaps:
            topics = tuple(sorted({topic for _, topic in self.picture.gaps}))
            self.picture.gaps.clear()
            self._hub.want_snapshot(topics)
        return self.picture.take_changes() | self.cases.tick()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            return self._arrived.popleft() if self._arrived else None

    # -- from other threads --------------------------------------------------------------------------------------

    def _later(self, what: Callable[[], None]) -> None:
        """Runs `what` in the next tick."""
        with self._lock:
            self._arrived.append(what)
        if not self._woken.is_set():
            self._woken.set()
            self._wake()

    def _soon(self, what: Callable[[], None]) -> None:
        """Runs `what` in the next tick, which does not wait for more to come."""
        with self._lock:
            self._arrived.append(what)
        if not (self._woken.is_set() and self.prompt):
            self.prompt = True
            self._woken.set()
            self._wake()

    def aside(self, work: Callable[[], object]) -> None:
        """Does what is slow on the one worker thread; what it raises is raised in the next tick, never lost."""

        def over(done: Future[object]) -> None:
            if not done.cancelled() and done.exception() is not None:
                self._later(lambda: _raise(done))

        with contextlib.suppress(RuntimeError):  # the seat is closed
            self._work.submit(work).add_done_callback(over)

    def _batch(self, batch: Batch) -> None:
        if self._batches >= MAX_WAITING:
            self._drop_batches()
            self._hub.want_snapshot(tuple(TABLES))
        self._batches += 1
        self._later(partial(self._apply, batch))

    def _drop_batches(self) -> None:
        """Answers and what else waits for a tick stay: somebody waits for them."""
        with self._lock:
            kept = [call for call in self._arrived if getattr(call, "func", None) != self._apply]
            self._arrived.clear()
            self._arrived.extend(kept)
            self._batches = 0

    def _apply(self, batch: Batch) -> None:
        self._batches = max(self._batches - 1, 0)
        change = self.picture.apply(batch)
        if change is None:
            return
        if change.columns is not None:
            self.cache.upsert(change.topic, change.columns)
        self.cache.remove(change.topic, change.gone)

    def _time(self, time: CityTime) -> None:
        def take() -> None:
            self.clock.city = time
            self.cache.put_meta("time", msgspec.json.encode(time).decode())

        self._later(take)

    def _linked(self, link: Link, welcome: asks.Welcome | None) -> None:
        def take() -> None:
            self.link = link
            if link.state is LinkState.LIVE:
                self.cache.put_meta("actor", msgspec.json.encode(self.cases.actor).decode())
            self.on_link(link)

        self._later(take)

    def _cache_problem(self, problem: Message) -> None:
        self._later(lambda: self.notices.append(problem))

    def _searchable(self, topic: str, row: dict[str, Any]) -> str:
        """The words by which an event is found: kind, class, place, source and its id at the source."""
        kind = self.pack.kind(row["kind"])
        words = [*kind.name.values(), *kind.group.values(), row["place"], row["kind"], row["key"].partition("/")[2]]
        words += self.pack.channel(row["channel"]).values()
        return " ".join(words)

    # -- ports ---------------------------------------------------------------------------------------------------

    def body(self, key: str, done: Callable[[Body | Message], None]) -> None:
        """`ports.Bodies`: from the hub, else the copy of an earlier reading."""

        def answered(reply: asks.BodyReply | Message) -> None:
            if isinstance(reply, asks.BodyReply) and reply.fields is not None:
                text = msgspec.json.encode(reply.fields).decode()
                self.cache.put_body(key, text, reply.fetched)
                body: Body | Message = Body(key, reply.fields, reply.fetched)
            else:
                problem = reply.problem if isinstance(reply, asks.BodyReply) else reply
                found = self.cache.body(key)
                if found is not None:
                    body = Body(key, msgspec.json.decode(found[0]), found[1], cached=True)
                else:
                    body = problem or Message("hub.no_body")
            self._later(lambda: done(body))

        self._hub.ask("body", asks.KeyWanted(key), asks.BodyReply, answered)

    def evidence(self, url: str, done: Callable[[bytes | Message], None]) -> None:
        """`ports.Bodies.picture`: the bytes of an evidence picture, else of the copy of an earlier look."""

        def answered(reply: asks.PictureReply | Message) -> None:
            problem = reply.problem if isinstance(reply, asks.PictureReply) else reply
            if isinstance(reply, asks.PictureReply) and problem is None:
                self._pictures.put(url, reply.data)
                result: bytes | Message = reply.data
            else:
                result = self._pictures.get(url) or problem or Message("hub.no_body")
            self._later(lambda: done(result))

        self._hub.ask("picture", asks.KeyWanted(url), asks.PictureReply, answered)

    def quarantine(self, feed: str, done: Callable[[list[asks.Refusal] | Message], None]) -> None:
        """The last refused items of a feed, newest first."""

        def answered(reply: asks.QuarantineReply | Message) -> None:
            result = reply.refused if isinstance(reply, asks.QuarantineReply) else reply
            self._later(lambda: done(result))

        self._hub.ask("quarantine", asks.KeyWanted(feed), asks.QuarantineReply, answered)

    def retry(self, feed: str = "") -> None:
        """Tries the hub, or one feed at the hub, at once."""
        self._hub.retry_now()
        self._hub.ask("retry", asks.KeyWanted(feed), asks.QuarantineReply, lambda reply: None)

    def near(self, lon: float, lat: float, kind: str, done: Callable[[Any], None]) -> None:
        """`ports.Nearby`: who is near along the streets."""
        units = self._finder.units_of(self.picture["unit"])

        def work() -> None:
            answer = self._finder.near(lon, lat, self.pack.kind(kind), units)
            self._later(lambda: done(answer))

        self.aside(work)

    def way(self, unit: str, lon: float, lat: float, done: Callable[[Way | Message], None]) -> None:
        """`ports.Nearby.way`: of one unit along the streets."""
        units = self._finder.units_of(self.picture["unit"])

        def work() -> None:
            answer = self._finder.way(lon, lat, unit, units)
            self._later(lambda: done(answer))

        self.aside(work)

    def here(self, lon: float, lat: float, done: Callable[[Here], None]) -> None:
        """`ports.Gazetteer.here`: by the pack's own names and areas."""

        def work() -> None:
            if self._areas is None:
                from cockpit.geo.areas import Areas  # with shapely, 0.1 s

                self._areas = Areas.load(self.pack.folder)
            found = Here(self._names().at(lon, lat).words, self._areas.at(lon, lat))
            self._later(lambda: done(found))

        self.aside(work)

    def _names(self) -> Places:
        """Names of places, read at the first question; on the worker thread."""
        if self._gazetteer is None:
            from cockpit.geo.places import Places  # with SciPy, 0.2 s

            self._gazetteer = Places.load(self.pack.folder)
        return self._gazetteer

    def places(self, text: str, done: Callable[[list[NamedPlace]], None]) -> None:
        """`ports.Gazetteer`: by the pack's own names, so it needs no network."""

        def work() -> None:
            found = [NamedPlace(p.words, p.kind, p.lon, p.lat) for p in self._names().search(text, PLACES)]
            self._later(lambda: done(found))

        self.aside(work)

    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        """`ports.Search`: keys of events by the cache's index."""

        def work() -> None:
            keys = self.cache.search(text)
            self._later(lambda: done(keys))

        self.aside(work)


def _raise(done: Future[object]) -> None:
    done.result()
