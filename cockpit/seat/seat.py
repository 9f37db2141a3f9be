"""A seat without a screen: cache, picture, selection, link to the hub, and the ports that panels are handed. No Qt.

The picture belongs to the thread that calls `tick`; everything that arrives waits in a queue until then.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from cockpit.bus import asks, subjects
from cockpit.bus.where import WhereHub
from cockpit.model.batch import Batch
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock, CityTime, Clock
from cockpit.model.entries import Actor
from cockpit.model.messages import Message
from cockpit.model.ports import Body
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.tables import MEASURED, TABLES
from cockpit.model.typed import from_json, from_msgpack
from cockpit.model.values import Values
from cockpit.picture.keeping import SlowKeeper
from cockpit.picture.picture import Picture
from cockpit.picture.selection import Selection
from cockpit.picture.units import PictureUnits
from cockpit.processes import give_back
from cockpit.seat.around import Around
from cockpit.seat.cases import LedgerCases
from cockpit.seat.past import WallOf
from cockpit.seat.words import Words
from cockpit.store.cache import Cache
from cockpit.store.pictures import Pictures

if TYPE_CHECKING:
    from cockpit.bus.link import Alongside, Companion, HubLink
    from cockpit.store.vault import Vault

_T = TypeVar("_T")

MAX_WAITING = 5_000
"""Batches that may wait for a tick; past it the screen has stalled, and a snapshot is cheaper than catching up."""


HARMLESS = frozenset(
    (
        *("tape.state", "tape.start", "tape.steer", "tape.stop", "signs", "signs.series", "signs.sparks"),
        *("signs.things", "alarms.rules", "alarms.history", "alarms.entries", "alarms.try", "quarantine"),
        *("feeds.sample", "feeds.systems", "videos", "roster", "wall.state", "wall.scenes", "wall.thumbs"),
        *("wall.version", "wall.versions", "wall.events"),
    )
)
"""Questions to services that change nothing; in a replay no other is asked."""
LEAN_SECONDS = 60.0
"""How often what was freed is given back: tables, pictures and rows are made anew all day long."""


class Seat:
    """One seat.

    Attributes:
        pack: the city that it shows.
        clock: the city's clock as it is shown: in a replay that of then.
        live: the city's clock of now, whatever is shown.
        units_shown: units of the picture that is shown.
        looks_back: whether a replay is shown; sees_later: with what was received later.
        ticked: told of the topics that a tick changed, before the panels are.
        on_lost, in_tick: whoever shows a replay is told that the hub is gone, and of each tick.
        picture, selection: the common operational picture; owned by the thread of `tick`.
        folder: what it keeps of this city.
        cache: cache.db, in it.
        vault: the key of an encrypted profile, None of one that is plain. connect: opens its files.
        world: of the hub, as it said when it was joined last; "" until then.
        link: how it stands with the hub.
        cases: the closed loop: `ports.Cases`.
        around: who and what is near, and what lies where.
        wake: called on any thread when there is something for the next `tick`; whoever ticks may set it.
        prompt: what arrived is of the closed loop, a step that a person waits for: to be shown before more is gathered.
        who: the officer's name, "" unknown; whoever knows it may set it.
        notices: sentences to be shown once (a cache that was set aside, a full disk).
        alongside: what lives as long as the hub is joined, companions: as long as the I/O thread; both to be named
            before `start`.
    """

    def __init__(
        self,
        profile: Path,
        pack: Pack,
        where: WhereHub,
        clock: Clock,
        wake: Callable[[], None] = lambda: None,
        vault: Vault | None = None,
        rehearses: bool = False,
    ) -> None:
        """
        Args:
            vault: the key of a profile that is encrypted.
            rehearses: it was opened to take part in a rehearsal, which is so before its hub has said its world.
        """
        self.vault = vault
        self.world = ""
        self._rehearses = rehearses
        self.connect = connect = vault.connect if vault is not None else sqlite3.connect
        self.pack = pack
        self.clock = CityClock(clock)
        self.live = CityClock(clock)
        self.looks_back = self.sees_later = False
        self.on_lost: Callable[[], None] = lambda: None
        self.in_tick: Callable[[], None] = lambda: None
        self.ticked: list[Callable[[frozenset[str]], None]] = []
        self.picture = Picture()
        self.selection = Selection()
        self.notices: deque[Message] = deque()
        self._wake = wake
        self.prompt = False
        self.who: Callable[[], str] = str
        self._arrived: deque[Callable[[], None]] = deque()
        self._batches = 0
        self._heard: dict[str, Callable[[bytes], None]] = {}
        self.alongside: list[Alongside] = []
        self.companions: list[Companion] = []
        self._topics: set[str] = set()
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self.folder = profile / pack.id
        self.cache = Cache.open(
            self.folder / "cache.db",
            clock,
            searchable=self._searchable,
            on_problem=self._cache_problem,
            connect=connect,
        )
        self.notices.extend(self.cache.notices)
        self._pictures = Pictures(self.folder / "pictures", vault)
        self.link = Link(LinkState.STARTING, clock.now())
        self.on_link: Callable[[Link], None] = lambda link: None
        self._where = where
        where.sit(str(profile.resolve()))
        self._work = ThreadPoolExecutor(1, thread_name_prefix="seat-work")
        now = self._lean = clock.mono()
        self._kept = {t: SlowKeeper(self.picture[t], partial(self.cache.upsert, t), now) for t in MEASURED}
        self.units_shown = PictureUnits(self.picture, WallOf(self.clock))
        self.around = Around(pack, self.picture, self.aside, self._later)
        self.cases = LedgerCases(
            self.folder,
            pack,
            self.live,
            self.units_shown,
            Words(self.cache, self._pictures, lambda *question: self._hub.ask(*question), clock),
            later=self._soon,
            aside=self.aside,
            notice=self.notices.append,
            who=lambda: self.who(),
            connect=connect,
        )

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
        self._fill()
        known = self.cache.meta("time")
        if known:
            self.clock.city = self.live.city = from_json(known, type=CityTime)
        actor = self.cache.meta("actor")
        if actor:
            self.cases.actor = from_json(actor, type=Actor)
        self.cases.open()

    def _fill(self) -> None:
        for topic in TABLES:
            columns = self.cache.load(topic)
            if columns["key"]:
                self.picture.upsert(topic, columns, distinct=True)

    @cached_property
    def _hub(self) -> HubLink:
        """The link, made when it is first needed: what was known is shown without it, and asyncio takes a while."""
        from cockpit.bus.link import HubLink

        link = HubLink(
            self._where,
            self.pack.id,
            self.live.base,
            self._batch,
            self._linked,
            self._time,
            (self.cases.alongside, *self.alongside),
            self.companions,
        )
        link.heard = self._heard
        return link

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
            for kept in self._kept.values():
                kept.all()
        finally:
            self.cases.close()
            self.cache.close()

    def tick(self) -> frozenset[str]:
        """Takes in what arrived; returns the topics that changed: those of the picture, `case`, `outbox`, `call` and
        `letter`."""
        self._woken.clear()
        self.prompt = False
        while (call := self._next()) is not None:
            call()
        self.in_tick()
        if self.picture.gaps:
            wanted = tuple(sorted({topic for _, topic in self.picture.gaps}))
            self.picture.gaps.clear()
            self._hub.want_snapshot(wanted)
        told, self._topics = self._topics, set()
        topics = self.picture.take_changes() | self.cases.tick() | told
        for each in self.ticked:
            each(topics)
        if (now := self.live.mono()) - self._lean >= LEAN_SECONDS:
            self._lean = now
            self.aside(give_back)
        return topics

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            return self._arrived.popleft() if self._arrived else None

    @property
    def rehearses(self) -> bool:
        """What it shows and does is of a rehearsal: nothing of it is real."""
        return self._rehearses or subjects.is_drill(self.world)

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

    def _batch(self, batch: Batch | Values) -> None:
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

    def _apply(self, batch: Batch | Values) -> None:
        self._batches = max(self._batches - 1, 0)
        if self.looks_back:
            return
        if isinstance(batch, Values):
            kept = self._kept[batch.topic]
            kept.changed(self.picture.apply_values(batch))
            kept.run(self.clock.mono())
            return
        change = self.picture.apply(batch)
        if change is None:
            return
        if change.columns is not None:
            self.cache.upsert(change.topic, change.columns)
        self.cache.remove(change.topic, change.gone)

    def _time(self, time: CityTime) -> None:
        def take() -> None:
            self.live.city = time
            if not self.looks_back:
                self.clock.city = time
            self.cache.put_meta("time", msgspec.json.encode(time).decode())

        self._later(take)

    def _linked(self, link: Link, welcome: asks.Welcome | None) -> None:
        def take() -> None:
            self.link = link
            if welcome is not None:
                self.world = welcome.world
            if link.state is not LinkState.LIVE:
                self.on_lost()
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

    # -- what was ------------------------------------------------------------------------------------------------

    def look_back(self, world: str, on_message: Callable[[str, bytes], None]) -> None:
        """Shows another world in the place of what is live; the cache keeps what was known live.

        Args:
            on_message: gets topic and bytes of what is published there, on the I/O thread.
        """
        if not self.looks_back:
            for kept in self._kept.values():
                kept.all()
        self.looks_back = True
        self._drop_batches()
        self.picture.clear()
        self._hub.look_at(world, on_message)

    def show_time(self, wall: Clock, city: CityTime, sees_later: bool) -> None:
        """Shows this time in the place of now; while it looks back."""
        if self.looks_back:
            self.sees_later = sees_later
            self.clock.base, self.clock.city = wall, city

    def look_at_now(self) -> None:
        """Shows what is live again: what was last known at once, then what the hub has."""
        self.looks_back = False
        self.clock.base, self.clock.city = self.live.base, self.live.city
        self.picture.clear()
        self._fill()
        self._hub.look_at("", None)
        self._hub.want_snapshot(tuple(TABLES))

    def later(self, what: Callable[[], None]) -> None:
        """Runs `what` in the next tick; callable on any thread."""
        self._later(what)

    def soon(self, what: Callable[[], None]) -> None:
        """As `later`, in a tick that does not wait for more to come: a person waits for it."""
        self._soon(what)

    def changed(self, topic: str) -> None:
        """Something that is no table of the picture is another; said by this tick. In a tick."""
        self._topics.add(topic)

    def on_io(self, call: Callable[[], None]) -> None:
        """Makes a call on the I/O thread, once that runs."""
        self._hub.on_loop(call)

    async def request(self, what: str, wanted: object) -> asks.Told:
        """Asks a service of the hub, on the I/O thread.

        Raises:
            OutsideError: there is no hub, or no answer.
        """
        return await self._hub.request(what, wanted)

    # -- ports ---------------------------------------------------------------------------------------------------

    def body(self, key: str, done: Callable[[Body | Message], None]) -> None:
        """`ports.Bodies`: from the hub, else the copy of an earlier reading."""

        def answered(reply: asks.BodyReply | Message) -> None:
            if isinstance(reply, asks.BodyReply) and reply.fields is not None:
                text = msgspec.json.encode(reply.fields).decode()
                self.cache.put_body(key, text, reply.fetched)
                body: Body | Message = Body(key, reply.fields, reply.fetched)
                if self.looks_back and not self.sees_later and reply.fetched > self.clock.wall():
                    body = Message("tape.body_later")
            else:
                problem = reply.problem if isinstance(reply, asks.BodyReply) else reply
                found = self.cache.fields(key)
                if found is not None:
                    body = Body(key, *found, cached=True)
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

    def ask(self, what: str, wanted: object, reply: type, done: Callable[[Any], None]) -> None:
        """Asks a service of the hub (`Answers.add`); `done` gets its struct or a Message, in a tick. In a replay what
        would change something is refused."""
        if self.looks_back and what not in HARMLESS:
            self._later(lambda: done(Message("tape.no_acts")))
            return

        def answered(told: asks.Told | Message) -> None:
            result: object = told
            if isinstance(told, asks.Told):
                try:
                    result = told.problem or from_msgpack(told.said, type=reply)
                except msgspec.MsgspecError:
                    result = Message("seat.hub_nonsense")
            self._later(lambda: done(result))

        self._hub.ask(what, wanted, asks.Told, answered)

    def hear(self, topic: str, kind: type[_T], told: Callable[[_T], None], prompt: bool = False) -> None:
        """Hands on what a service of the hub tells all seats (`Setting.publish`) on a topic that is no table, in a
        tick; what is no `kind` is of another version and left out.

        Args:
            prompt: in a tick that does not wait for more to come.
        """
        hand_on = self._soon if prompt else self._later

        def came(data: bytes) -> None:
            with contextlib.suppress(msgspec.MsgspecError):
                said = from_msgpack(data, type=kind)
                hand_on(lambda: told(said))

        self._heard[topic] = came

    def retry(self, feed: str = "") -> Message | None:
        """Tries the hub, or one feed at the hub, at once; in a replay that is refused in a sentence."""
        if self.looks_back:
            return Message("tape.no_acts")
        self._hub.retry_now()
        self._hub.ask("retry", asks.KeyWanted(feed), asks.Nothing, lambda reply: None)
        return None

    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        """`ports.Search`: keys of events by the cache's index."""

        def work() -> None:
            keys = self.cache.search(text)
            self._later(lambda: done(keys))

        self.aside(work)


def _raise(done: Future[object]) -> None:
    done.result()
