"""An order that no device acknowledges climbs by itself, as the pack says: the phone page, a short message, a call that
speaks the order, the unit's leader. Each step is on the case, begins once for ever, and stops when the order arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import uuid
from collections.abc import Awaitable, Callable

import msgspec

from cockpit.bus.tasks import end
from cockpit.hub.climbwords import ClimbBook, home, number_for_sms, way_to_speak
from cockpit.hub.service import Setting
from cockpit.hub.speaking import Speaker, Spoken
from cockpit.ledger.urging import BEGUN, DONE, FAILED, cause_of, urged, waits
from cockpit.model.calls import Contact, Way
from cockpit.model.cases import Case, Order
from cockpit.model.clock import HOUR, SECOND
from cockpit.model.entries import CallMade, OrderUrged
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.letters import Letter, LetterKind
from cockpit.model.loop import ClimbStep
from cockpit.model.messages import Message, texts
from cockpit.model.time_limit import time_limit

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
GRACE_SECONDS = 10.0
"""After the hub's start: what devices have acknowledged meanwhile comes in first."""
LATE = HOUR
"""Past the last step's time by so long nothing begins any more: a hub that was away for days wakes nobody."""
PAGE_SECONDS = 20.0
"""An open page fetches a letter within a second; after so long it does not work."""
AT_ONCE = 8
"""Steps of one kind; of calls one, as there is one line."""
_TELLING = re.compile(r"[0-9]{4}|@|/")

Ended = tuple[str, Message | None, str, CallMade | None]
"""State, why, unit that was reached for, call that was made."""


class Step(msgspec.Struct, frozen=True):
    case: Case
    order: Order
    number: int
    step: ClimbStep

    @property
    def due(self) -> int:
        return self.order.times.get("sent", 0) + self.step.after

    @property
    def key(self) -> tuple[str, int]:
        return self.order.id, self.number

    def entry(self, state: str, why: Message | None = None, unit: str = "") -> OrderUrged:
        return OrderUrged(self.order.id, self.number, self.step.by, state, unit, why)


class ClimbService:
    """Looks each second, in the city's time."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._climb = setting.pack.loop.climb
        self._ledger = setting.book
        self._book = ClimbBook(setting)
        self._running: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._arrived: dict[str, asyncio.Event] = {}
        self._room = {by: asyncio.Semaphore(AT_ONCE) for by in ("page", "sms", "leader")}
        self._swept = False
        self._doing: dict[str, Callable[[Step], Awaitable[Ended]]] = {
            "page": self._page, "sms": self._sms, "call": self._call, "leader": self._leader,
        }  # fmt: skip
        pack = setting.pack.folder
        self._speaker = Speaker(home(setting.profile, "calls.toml"), pack, setting.clock)
        setting.book.listeners.append(lambda decision, data: self._look_for_arrivals())

    async def run(self) -> None:
        if not self._climb.steps:
            return
        await self._setting.time_told()
        await asyncio.sleep(GRACE_SECONDS)
        while True:
            if self._ledger.problem is None:
                with contextlib.suppress(OutsideError):  # the ledger says itself what it lacks
                    await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """What is under way is left as begun; the next run says that it was cut short."""
        await end(*self._running.values())

    async def look(self) -> None:
        """Begins what is due, ends what an earlier run left.

        Raises:
            OutsideError: the ledger takes nothing now.
        """
        for step in self._cut_short():
            entry = step.entry(FAILED, Message("climb.interrupted"))
            await self._ledger.own(cause_of(entry), lambda now, e=entry: urged(self._ledger.state, e))  # type: ignore[misc]
        self._swept = True
        for step in self._due(self._clock.now()):
            self._running[step.key] = asyncio.create_task(self._go(step), name=f"climb {step.order.id}")

    def _cut_short(self) -> list[Step]:
        """Steps that began and that nobody is at: at first of all cases, then of those that are open."""
        state = self._ledger.state
        return [
            Step(case, order, urge.step, ClimbStep(0, urge.by))
            for case in (state.open_cases() if self._swept else state.cases.values())
            for order in case.orders.values()
            for urge in order.urges
            if urge.state == BEGUN and (order.id, urge.step) not in self._running
        ]

    def _due(self, now: int) -> list[Step]:
        steps = self._climb.steps
        found = []
        for case in self._ledger.state.open_cases():
            for order in case.orders.values():
                if not waits(order):
                    continue
                age = now - order.times.get("sent", now)
                begun = {urge.step for urge in order.urges}
                for number, step in enumerate(steps, 1):
                    late = age > steps[-1].after + LATE
                    if age >= step.after and not late and number not in begun:
                        one = Step(case, order, number, step)
                        if one.key not in self._running:
                            found.append(one)
        return found

    def _look_for_arrivals(self) -> None:
        """Whatever is being done for an order that has arrived is stopped."""
        for ident, event in self._arrived.items():
            order = self._ledger.state.order(ident)
            if order is None or not waits(order):
                event.set()

    # -- one step --------------------------------------------------------------------------------------------------

    async def _go(self, step: Step) -> None:
        try:
            # a call that waits for the line has not begun, and keeps nobody else from beginning
            async with self._speaker.line.turn(step.due) if step.step.by == "call" else self._room[step.step.by]:
                await self._walk(step)
        except CockpitError as error:  # begun it is cut short, not begun it comes again
            log.info("%s", error.message.in_chinese())
        except Exception:  # our bug: said; the others go on
            log.exception("an order climbs")
        finally:
            self._running.pop(step.key, None)

    async def _walk(self, step: Step) -> None:
        """Begins, does it, ends; each of the two is on the case once."""
        begun = step.entry(BEGUN)
        if not await self._ledger.own(cause_of(begun), lambda now: urged(self._ledger.state, begun)):
            return
        arrived = self._arrived.setdefault(step.order.id, asyncio.Event())
        self._look_for_arrivals()
        doing = asyncio.ensure_future(self._doing[step.step.by](step))
        waiting = asyncio.ensure_future(arrived.wait())
        try:
            await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                state, why, unit, call = self._result(doing)
            else:
                doing.cancel()
                await asyncio.wait({doing})
                state = DONE if step.step.by == "page" else FAILED
                why, unit, call = (None if state == DONE else Message("climb.arrived")), "", None
        finally:
            doing.cancel()
            waiting.cancel()
            await asyncio.gather(doing, waiting, return_exceptions=True)
            if not any(key[0] == step.order.id and key != step.key for key in self._running):
                self._arrived.pop(step.order.id, None)
        entry = step.entry(state, _codes_only(why), unit)
        while True:
            try:
                await self._ledger.own(cause_of(entry), lambda now: urged(self._ledger.state, entry, call))
                return
            except OutsideError:  # it happened: that is said as soon as the ledger takes it
                await asyncio.sleep(LOOK_SECONDS)

    @staticmethod
    def _result(doing: asyncio.Future[Ended]) -> Ended:
        try:
            return doing.result()
        except CockpitError as error:
            return FAILED, error.message, "", None
        except Exception as error:  # our bug: the case says that it was one, and the next step comes
            log.exception("an order climbs")
            return FAILED, Message("climb.our_bug", {"detail": type(error).__name__}), "", None

    # -- by the phone page -----------------------------------------------------------------------------------------

    async def _page(self, step: Step) -> Ended:
        """A letter with the order's number, and a knock; done when the device has it."""
        letter = await self._urge(step, step.order.unit)
        if not self._setting.between.online(step.order.unit):
            return FAILED, Message("climb.no_page"), "", None
        return await self._fetched(letter)

    async def _fetched(self, letter: Letter) -> Ended:
        between = self._setting.between
        with contextlib.suppress(TimeoutError):
            async with time_limit(PAGE_SECONDS):
                while True:
                    now = await between.letter(letter.id) if between.letter is not None else None
                    if now is not None and now.delivered:
                        return DONE, None, "", None
                    await asyncio.sleep(LOOK_SECONDS)
        return FAILED, Message("climb.page_silent"), "", None

    async def _urge(self, step: Step, unit: str) -> Letter:
        """The letter of a step to a unit: the same however often it is asked for."""
        ident = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{step.order.id} {step.number} {unit}"))
        t = texts("zh")
        words = t("climb.letter", order=step.order.number)
        letter = Letter(
            ident, LetterKind.URGE, "hub", unit, False, t("climb.sender"), self._clock.now(), words,
            case=step.case.id, order=step.order.id if unit == step.order.unit else "",
        )  # fmt: skip
        if self._setting.between.send is not None:
            await self._setting.between.send([letter])
        return letter

    # -- by a short message ----------------------------------------------------------------------------------------

    async def _sms(self, step: Step) -> Ended:
        contacts = await self._book.contacts(step.order.unit)
        return await self._sms_to(step, contacts, "")

    async def _sms_to(self, step: Step, contacts: list[Contact], unit: str) -> Ended:
        from cockpit.hub import sms

        profile = self._setting.profile
        settings = await asyncio.to_thread(sms.read_sms, home(profile, sms.NAME))
        if settings is None:
            return FAILED, Message("climb.no_sms"), unit, None
        number = number_for_sms(contacts)
        if not number:
            return FAILED, Message("climb.no_number"), unit, None
        await sms.send(settings, profile, number, await self._book.words(step.case, step.order))
        return DONE, None, unit, None

    # -- by a call that speaks -------------------------------------------------------------------------------------

    async def _call(self, step: Step) -> Ended:
        contacts = await self._book.contacts(step.order.unit)
        return await self._call_to(step, way_to_speak(contacts), step.order.unit)

    async def _call_to(self, step: Step, way: Way | None, unit: str) -> Ended:
        if way is None:
            return FAILED, Message("climb.no_number"), unit, None
        words = await self._book.words(step.case, step.order)
        spoken = await self._speaker.speak(way, words, self._climb.ring / SECOND)
        call = self._made(step, spoken, unit)
        if spoken.whole:
            return DONE, None, unit, call
        return FAILED, Message("climb.call_failed", {"outcome": Message(f"climb.{spoken.outcome}")}), unit, call

    def _made(self, step: Step, spoken: Spoken, unit: str) -> CallMade:
        return CallMade(
            call=spoken.call,
            leg=spoken.leg,
            outcome=spoken.outcome.value,
            way="sip",
            order=step.order.id,
            unit=unit,
            begun=spoken.begun,
            rang=spoken.rang,
            answered=spoken.answered,
            ended=spoken.ended,
        )

    # -- by whoever leads the unit ---------------------------------------------------------------------------------

    async def _leader(self, step: Step) -> Ended:
        """A letter to a leader's page, a short message, a call: done when one got through; else the next leader."""
        row = self._setting.intake.picture["unit"].get(step.order.unit)
        area = str(row["area"]) if row is not None else step.case.facts.area
        leaders = await self._book.leaders(step.order.unit, area)
        if not leaders:
            return FAILED, Message("climb.no_leader"), "", None
        ended: Ended = FAILED, None, "", None
        for leader in leaders:
            ended = await self._reach(step, leader)
            if ended[0] == DONE:
                break
        return ended

    async def _reach(self, step: Step, leader: Contact) -> Ended:
        ways: list[Callable[[], Awaitable[Ended]]] = [
            lambda: self._sms_to(step, [leader], leader.unit),
            lambda: self._call_leader(step, leader),
        ]
        results = [await self._letter_to_leader(step, leader.unit)] if leader.unit else []
        for way in ways:
            try:
                results.append(await way())
            except CockpitError as error:
                results.append((FAILED, error.message, leader.unit, None))
        call = next((made for *_, made in results if made is not None), None)
        reached = any(state == DONE for state, *_ in results)
        why = None if reached else results[-1][1]
        return DONE if reached else FAILED, why, leader.unit, call

    async def _call_leader(self, step: Step, leader: Contact) -> Ended:
        way = way_to_speak([leader])
        if way is None:
            return await self._call_to(step, None, leader.unit)
        async with self._speaker.line.turn(step.due):
            return await self._call_to(step, way, leader.unit)

    async def _letter_to_leader(self, step: Step, unit: str) -> Ended:
        letter = await self._urge(step, unit)
        return await self._fetched(letter) if self._setting.between.online(unit) else (FAILED, None, unit, None)


def _codes_only(why: Message | None) -> Message | None:
    """A sentence as it may stand in the chain: what looks like a number or an address is left out."""
    if why is None:
        return None
    return Message(why.id, {name: _code(value) for name, value in why.params.items()})


def _code(value: object) -> object:
    if isinstance(value, Message):
        return _codes_only(value)
    return value if isinstance(value, (int, float)) or not _TELLING.search(str(value)) else "–"
