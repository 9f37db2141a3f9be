"""A worker with a device: what becomes of an order that it gets, from the first look to being free again.

Everything is decided by the seed, the unit and how many orders it had before, and timed in city time: how often the
city is stepped makes no difference. After a restart of the city it goes on where the order's state says it was.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from cockpit.city.ground import Floats
from cockpit.city.happening import Text
from cockpit.city.orders import STEPS, Order, Report, Shot
from cockpit.city.phone import Manner
from cockpit.city.units import Unit
from cockpit.model.clock import SECOND
from cockpit.model.typed import converted

Span = tuple[float, float]


class Habits(msgspec.Struct, frozen=True):
    """`[habits]` of assets/city/workers.toml; see there."""

    never: float
    refuses: float
    late: float
    slow: float
    slower: float
    cut: float
    read: Span
    read_late: Span
    answer: Span
    answer_late: Span
    leave: Span
    look: Span
    write: Span
    pack: Span
    work_share: float
    work: Span
    far: float
    clock: float


class Words(msgspec.Struct, frozen=True):
    before: str
    after: str
    broken: str
    far: str
    refusals: tuple[str, ...]


class Manners(msgspec.Struct, frozen=True):
    """The whole of assets/city/workers.toml."""

    habits: Habits
    words: Words
    closing: Text
    pumping: Text
    calls: Manner
    done: dict[str, tuple[str, ...]]


def read_manners(file: Path, willing: bool = False) -> Manners:
    """With `willing` everyone answers, and nobody refuses, is late or slow."""
    manners = converted(tomllib.loads(file.read_text("utf-8")), Manners)
    if not willing:
        return manners
    return msgspec.structs.replace(
        manners,
        habits=msgspec.structs.replace(manners.habits, never=0.0, refuses=0.0, late=0.0, slow=0.0),
        calls=msgspec.structs.replace(manners.calls, answers=1.0),
    )


class Surroundings(Protocol):
    """What a worker needs of its city."""

    def way(self, unit: Unit, order: Order) -> Floats | None:
        """The way from the node that the unit goes to, (n, 2) lon/lat; None: ask again at the next step."""
        ...

    def home(self, unit: Unit) -> Floats | None:
        """The way home of one that stands by there."""
        ...

    def metres(self, unit: Unit, order: Order) -> float:
        """As the crow flies."""
        ...

    def shot(self, order: Order, ident: str, at: int, dealt: bool, cut: bool) -> Shot: ...

    def usual_minutes(self, order: Order) -> float:
        """How long the source usually takes for such an event."""
        ...

    def taken(self, order: Order) -> None:
        """A worker takes care of it."""
        ...

    def let_go(self, order: Order) -> None:
        """It does so no more, and it is not done."""
        ...

    def arrived(self, order: Order, at: int) -> None: ...

    def done(self, order: Order, at: int, words: str, rng: random.Random) -> None: ...


class _Job:
    """One order at one worker.

    Attributes:
        due, then: when it does something next, and what; 0 and "" for nothing.
        known: how far the order is, as an index into `STEPS`; what is known already is not reported again.
        heard: how far it was when it was last told of.
        reported: the worker said that it is done; times: how often it is worked on.
    """

    def __init__(self, order: Order, rng: random.Random, habits: Habits) -> None:
        self.order, self.rng = order, rng
        fate = rng.random()
        self.never = fate < habits.never
        self.refuses = habits.never <= fate < habits.never + habits.refuses
        self.late, self.slow = rng.random() < habits.late, rng.random() < habits.slow
        self.due, self.then = 0, ""
        self.known = self.heard = order.step
        self.taken = self.reported = False
        self.times = 1

    def wait(self, span: Span, since: int, then: str) -> None:
        self.due, self.then = since + round(self.rng.uniform(*span) * SECOND), then

    def rest(self) -> None:
        self.due, self.then = 0, ""


class Worker:
    """One unit's worker.

    Args:
        tell: is handed what it reports, and about which order.

    Attributes:
        active: it has something to do at a time to come.
    """

    def __init__(
        self, unit: Unit, manners: Manners, around: Surroundings, seed: int, tell: Callable[[Order, Report], None]
    ) -> None:
        self.unit = unit
        self.active = False
        self._manners, self._habits = manners, manners.habits
        self._around, self._seed, self._tell = around, seed, tell
        self._jobs: dict[str, _Job] = {}
        self._current: _Job | None = None
        self._had = 0

    @property
    def at_work(self) -> bool:
        """An order is accepted and not yet over."""
        return any(job.taken for job in self._jobs.values())

    def hear(self, orders: Iterable[Order], now: int) -> None:
        """Takes in all orders that its device knows of, at a time not before the last step."""
        heard = {order.id: order for order in orders}
        for ident, order in heard.items():
            job = self._jobs.get(ident)
            if order.over:
                if job is not None:
                    self._drop(job, now)
            elif job is None:
                self._begin(order, now)
            else:
                self._go_on(job, order, now)
        for ident in [ident for ident in self._jobs if ident not in heard]:
            self._drop(self._jobs[ident], now)
        self._see()

    def step(self, now: int) -> None:
        """Does all that is due by then, in order, the unit always where it is at that moment."""
        while (job := self._next()) is not None and job.due <= now:
            at = max(job.due, self.unit.stepped)  # later than due is what had to be tried again
            self.unit.step(at)
            if not self._act(job, at):
                break
        self._see()

    def _next(self) -> _Job | None:
        return min((job for job in self._jobs.values() if job.then), key=lambda job: job.due, default=None)

    def _see(self) -> None:
        self.active = any(job.then for job in self._jobs.values())

    def _begin(self, order: Order, now: int) -> None:
        if order.state == "done":
            return
        self._had += 1
        job = self._jobs[order.id] = _Job(
            order, random.Random(f"{self._seed}/{self.unit.id}/order/{self._had}"), self._habits
        )
        self._report(job, "delivered", now)
        self._resume(job, now)

    def _resume(self, job: _Job, now: int) -> None:
        """What comes next for an order that is as far as its state says."""
        if job.known >= STEPS.index("accepted"):
            self._take(job)
            job.wait(self._habits.leave, now, "leave")
        elif job.known == STEPS.index("read"):
            job.wait(self._habits.answer_late if job.late else self._habits.answer, now, "answer")
        elif not job.never:
            job.wait(self._habits.read_late if job.late else self._habits.read, now, "read")

    def _go_on(self, job: _Job, order: Order, now: int) -> None:
        heard, job.heard, job.order = job.heard, order.step, order
        if job.reported and 0 <= order.step < heard:  # it was sent back: once more
            job.reported = job.never = job.refuses = job.late = False
            job.known = order.step
            job.times += 1
            if job is self._current:
                self._free(job, now)
            self._report(job, "delivered", now)
            self._resume(job, now)

    def _act(self, job: _Job, at: int) -> bool:
        """Does what is due of one order; False: it has to be tried again at the next step."""
        habits = self._habits
        match job.then:
            case "read":
                self._report(job, "read", at)
                job.wait(habits.answer_late if job.late else habits.answer, at, "answer")
            case "answer":
                self._answer(job, at)
            case "leave":
                return self._leave(job, at)
            case "arrive":
                self._report(job, "on_scene", at)
                self._around.arrived(job.order, at)
                job.wait(habits.look, at, "look")
            case "look":
                self._photograph(job, at, dealt=False)
                job.wait(self._work(job), at, "finish")
            case "finish":
                self._photograph(job, at, dealt=True)
                job.wait(habits.write, at, "write")
            case "write":
                self._done(job, at)
            case _:
                self._free(job, at)
        return True

    def _answer(self, job: _Job, at: int) -> None:
        if job.refuses:
            words = self._manners.words
            far = self._around.metres(self.unit, job.order) >= self._habits.far
            self._report(job, "refused", at, reason=words.far if far else job.rng.choice(words.refusals))
            job.rest()
            return
        self._report(job, "accepted", at)
        self._take(job)
        job.wait(self._habits.leave, at, "leave")

    def _take(self, job: _Job) -> None:
        job.taken = True
        self._around.taken(job.order)
        if not self.unit.errand:
            self.unit.take(job.order.number or job.order.id)

    def _leave(self, job: _Job, at: int) -> bool:
        if self._current not in (None, job):
            job.rest()  # one after the other
            return True
        way = self._around.way(self.unit, job.order)
        if way is None:
            return False
        self._current = job
        self.unit.take(job.order.number or job.order.id)
        self._report(job, "en_route", at)
        job.due, job.then = self.unit.set_out(way, at), "arrive"
        return True

    def _work(self, job: _Job) -> Span:
        """Seconds that the work takes, about."""
        habits = self._habits
        least, most = habits.work
        usual = min(max(self._around.usual_minutes(job.order) * 60 * habits.work_share, least), most)
        usual *= habits.slower if job.slow else 1.0
        return 0.8 * usual, 1.25 * usual

    def _photograph(self, job: _Job, at: int, dealt: bool) -> None:
        ident = f"{self.unit.id}/{job.order.id}/{job.times}"
        shot = self._around.shot(job.order, ident, at, dealt, job.rng.random() < self._habits.cut)
        words = self._manners.words
        self._report(job, "photo", at, words=words.after if dealt else words.before, shot=shot)

    def _done(self, job: _Job, at: int) -> None:
        scene = self._around.shot(job.order, "", at, True, False).scene
        words = job.rng.choice(self._manners.done.get(scene) or self._manners.done["street"])
        self._report(job, "done", at, words=words)
        job.reported = True
        self._around.done(job.order, at, words, job.rng)
        job.wait(self._habits.pack, at, "free")

    def _free(self, job: _Job, at: int) -> None:
        job.rest()
        job.taken = False
        if job is self._current:
            self._current = None
        self.unit.let_go(at, self._around.home(self.unit))
        for other in self._jobs.values():
            if other.taken and not other.then:
                self.unit.take(other.order.number or other.order.id)
                other.wait(self._habits.leave, at, "leave")
                return

    def _drop(self, job: _Job, now: int) -> None:
        """The order is over: whatever it does for it, it stops."""
        del self._jobs[job.order.id]
        if not job.taken:
            return
        if not job.reported:
            self._around.let_go(job.order)
        if self._current in (None, job):
            self.unit.step(now)
            self._free(job, now)

    def _report(
        self, job: _Job, kind: str, at: int, reason: str = "", words: str = "", shot: Shot | None = None
    ) -> None:
        if kind in STEPS:
            step = STEPS.index(kind)
            if step <= job.known:
                return
            job.known = step
        self._tell(job.order, Report(kind, at, round(self.unit.lon, 6), round(self.unit.lat, 6), reason, words, shot))
