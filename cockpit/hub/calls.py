"""The hub's part in calls: who calls the desks and where it rings, who takes it, missed ones, records, phone pages."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial

import msgspec

from cockpit.bus import asks
from cockpit.bus.users import GATEWAY
from cockpit.hub.alarm_operators import Operators
from cockpit.hub.callboard import SHOWN_SETTLED, Board, Ring
from cockpit.hub.ownfile import OwnFile
from cockpit.hub.phones import GATEWAY_GONE, Phones
from cockpit.hub.recordings import Recordings
from cockpit.hub.service import Setting
from cockpit.ledger.codes import is_key, is_uuid
from cockpit.model.calls import (
    CallBoard,
    CallGone,
    CallKind,
    CallRecord,
    Claimed,
    ClaimWanted,
    Contact,
    Devices,
    Enrolment,
    EnrolWanted,
    Inbound,
    Missed,
    Outcome,
    Records,
    RecordsWanted,
    SettleWanted,
    Signal,
    Way,
    WayKind,
)
from cockpit.model.clock import SECOND
from cockpit.model.entries import MAX_TEXT
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.store.callbook import CallBook

log = logging.getLogger(__name__)

FILE = "calls.db"
TOPIC = "calls"
BOARD_SECONDS = 5.0
LOOK_SECONDS = 0.5
AGREE_SECONDS = 20.0
TRIM_SECONDS = 3600.0
MOST_SDP = 64_000
MOST_RECORDS = 300
MOST_NAME = 100
MOST_ORDERS = 8


class CallsService:
    """Answers `calls.…`, hears phone pages, publishes the `CallBoard`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._rules = setting.pack.loop
        self._picture = setting.intake.picture
        self._heard = setting.answers.heard
        self._there = Operators(setting.answers.heard, setting.roles)
        self._store = CallBook(setting.folder / FILE, setting.clock.base)
        self._opened = False
        self._file = OwnFile(self._store, "calls-disk", log)
        self._changed = asyncio.Event()
        self._settling = asyncio.Lock()
        self._unkept: dict[str, Missed | CallRecord] = {}
        self._said: Message | None = None
        self.board = Board()
        self.phones = Phones(setting.profile)
        self._recordings = Recordings(setting, self._store, self._file.aside, self._may)
        add = setting.answers.add
        add("calls.board", asks.Nothing, self._board)
        add("calls.claim", ClaimWanted, self._claim)
        add("calls.inbound", Inbound, self._inbound)
        add("calls.gone", CallGone, self._gone)
        add("calls.record", CallRecord, self._record)
        add("calls.records", RecordsWanted, self._records)
        add("calls.settle", SettleWanted, self._settle)
        add("calls.enrol", EnrolWanted, self._enrol)
        add("calls.devices", asks.Nothing, self._devices)
        setting.hearing.signals.append(self._signalled)
        setting.between.online = self.phones.online

    async def run(self) -> None:
        await self._until_open()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._publish())
            tasks.create_task(self._look())
            tasks.create_task(self._agree())
            tasks.create_task(self._trim())

    async def close(self) -> None:
        if self._unkept:
            with contextlib.suppress(OutsideError):
                if not self._opened:  # a hub that lived for a moment only
                    await self._file.aside(self._store.open)
                    self._opened = True
                await self._keep()
        self._opened = False
        await self._file.close()

    async def _until_open(self) -> None:
        missed = await self._file.until_open(lambda: self._store.missed(self._clock.now() - SHOWN_SETTLED))
        self.board.missed = {one.inbound.id: one for one in missed} | self.board.missed
        self._opened = True

    # -- the board -------------------------------------------------------------------------------------------------

    async def _board(self, seat: str, wanted: asks.Nothing) -> CallBoard:
        return self._told()

    def _told(self) -> CallBoard:
        return self.board.told(self._clock.now(), self.phones.open)

    async def _publish(self) -> None:
        """Whenever it changed, and every few seconds."""
        while True:
            self._changed.clear()
            await self._setting.publish(TOPIC, msgspec.msgpack.encode(self._told()))
            with contextlib.suppress(TimeoutError):
                async with time_limit(BOARD_SECONDS):
                    await self._changed.wait()

    async def _look(self) -> None:
        """Seats that went, calls that nobody takes, a gateway that is gone."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._unkept:
                await self._keep()
            now = asyncio.get_running_loop().time()
            back, over = self.board.look(now, self._heard, self._answering())
            for ring in over:
                await self._nobody(ring, "unreachable")
            if now - self._heard.get(GATEWAY, now) >= GATEWAY_GONE and self.phones.open:
                self.phones.open.clear()
                for ring in [ring for ring in self.board.ringing.values() if ring.sdp]:
                    self.board.gave_up(ring.inbound.id)
                    await self._miss(ring.inbound)
                self._changed.set()
            if back or over:
                self._changed.set()

    async def _agree(self) -> None:
        while True:
            await asyncio.sleep(AGREE_SECONDS)
            if self.phones.open:
                with contextlib.suppress(OutsideError):
                    if await self.phones.agree():
                        self._changed.set()

    # -- phone pages -----------------------------------------------------------------------------------------------

    async def _signalled(self, sender: str, signal: Signal) -> None:
        if sender != GATEWAY:
            return
        match signal.kind:
            case "online":
                if is_key(signal.unit) and self.phones.came(signal.unit, signal.device):
                    self._changed.set()
            case "offline":
                if self.phones.went(signal.unit, signal.device):
                    self._changed.set()
            case "offer":
                await self._offered(signal)
            case "bye" | "declined" | "busy" | "unreachable":
                await self._gave_up(signal)

    async def _offered(self, signal: Signal) -> None:
        """A phone page calls the desks."""
        if not self._is_sound(signal):
            await self._answer(signal, "busy")
            return
        for ring in self.board.of_device(signal.device):  # its page was opened anew
            self.board.gave_up(ring.inbound.id)
        inbound = self._page_call(signal)
        self._changed.set()
        if not self._answering():
            self.board.over(signal.call)
            await self._answer(signal, "unreachable")
            await self._miss(inbound)
            return
        ring = Ring(inbound, asyncio.get_running_loop().time(), signal.sdp, signal.leg, signal.device)
        await self._answer(signal, "ringing" if self.board.offered(ring) else "busy")

    def _page_call(self, signal: Signal) -> Inbound:
        """A phone page's call by what it signals."""
        inbound = Inbound(
            id=signal.call,
            contact=self._contact(signal.unit, signal.name),
            way=Way(WayKind.WEBRTC, signal.unit),
            since=self._clock.now(),
            orders=self._orders(signal.unit),
            video=signal.video,
        )
        row = self._picture["unit"].get(signal.unit)
        if row is None:
            return inbound
        return msgspec.structs.replace(inbound, lon=float(row["lon"]), lat=float(row["lat"]))

    def _is_sound(self, signal: Signal) -> bool:
        return 0 < len(signal.sdp) <= MOST_SDP and self._is_new(signal)

    def _is_new(self, signal: Signal) -> bool:
        fits = is_key(signal.unit) and bool(signal.leg) and is_uuid(signal.call)
        return fits and not self.board.knows(signal.call)

    async def _gave_up(self, signal: Signal) -> None:
        """A phone page hung up before it was answered: whoever had claimed it hears it from us. What an answered call
        signals goes to its seat, so that a call that we do not know began to ring before we were started anew.
        """
        ring = self.board.ringing.get(signal.call)
        if ring is None and signal.kind == "bye" and self._is_new(signal):
            self.board.over(signal.call)
            await self._miss(self._page_call(signal))
            return
        if ring is None or ring.device != signal.device:
            return
        self.board.gave_up(signal.call)
        if ring.inbound.claimed:
            await self._setting.signal(ring.inbound.claimed, signal)
        await self._miss(ring.inbound)

    async def _answer(self, to: Signal, kind: str) -> None:
        bare = msgspec.structs.replace(to, kind=kind, sdp="", video=False, value="", name="")
        await self._setting.signal(GATEWAY, bare)

    async def _nobody(self, ring: Ring, kind: str) -> None:
        """A ring ends and nobody took it."""
        if ring.sdp:
            signal = Signal(kind, ring.leg, ring.inbound.id, ring.inbound.contact.unit, ring.device)
            await self._setting.signal(GATEWAY, signal)
        await self._miss(ring.inbound)

    def _contact(self, unit: str, name: str) -> Contact:
        """Who a unit is by the picture, else what its gateway calls it."""
        row = self._picture["unit"].get(unit)
        way = (Way(WayKind.WEBRTC, unit),)
        if row is None:
            return Contact(f"unit/{unit}", (name or unit.partition("/")[2])[:MOST_NAME], unit=unit, ways=way)
        kind = self._setting.pack.unit_kind(str(row["kind"])).name["zh"]
        return Contact(f"unit/{unit}", str(row["name"]), kind, unit=unit, area=str(row["area"]), ways=way)

    def _orders(self, unit: str) -> tuple[str, ...]:
        """Ids of a unit's orders that have not ended, the newest first."""
        orders = [
            order
            for case in self._setting.book.state.open_cases()
            for order in case.orders.values()
            if order.unit == unit and not order.ended
        ]
        orders.sort(key=lambda order: order.issued, reverse=True)
        return tuple(order.id for order in orders[:MOST_ORDERS])

    # -- seats -----------------------------------------------------------------------------------------------------

    def _may(self, seat: str) -> None:
        """Raises UserError: this post does not call."""
        if not self._calls(seat):
            raise UserError("hubcalls.no_right")

    def _calls(self, seat: str) -> bool:
        return self._rules.of_role(self._setting.roles.get(seat, "")).may("case.call")

    def _answering(self) -> set[str]:
        """Seats that are there and could take a call."""
        return {seat for seat in self._there.there() if self._calls(seat)}

    async def _claim(self, seat: str, wanted: ClaimWanted) -> Claimed:
        self._may(seat)
        claimed = self.board.claim(wanted.id, seat, asyncio.get_running_loop().time())
        self._changed.set()
        return claimed

    async def _inbound(self, seat: str, inbound: Inbound) -> Inbound:
        """A telephone rings at a seat."""
        self._may(seat)
        contact = inbound.contact
        names = len(contact.name) <= MOST_NAME and len(inbound.way.address) <= 2 * MOST_NAME
        if not is_uuid(inbound.id) or inbound.way.kind is WayKind.WEBRTC or not names:
            raise UserError("hubcalls.no_inbound")
        row = self._picture["unit"].get(contact.unit) if contact.unit else None
        if row is not None:
            place = {"lon": float(row["lon"]), "lat": float(row["lat"])}
            inbound = msgspec.structs.replace(inbound, orders=self._orders(contact.unit), **place)
        known = self.board.came_in(inbound, seat, asyncio.get_running_loop().time())
        self._changed.set()
        return known

    async def _gone(self, seat: str, gone: CallGone) -> None:
        self._may(seat)
        ring = self.board.gone(gone, seat, self._answering())
        self._changed.set()
        if ring is not None:
            await self._nobody(ring, "declined" if gone.outcome is Outcome.DECLINED else "unreachable")

    async def _settle(self, seat: str, wanted: SettleWanted) -> None:
        """Raises:
        UserError: it is settled already, or there is no such item.
        OutsideError: it was not kept, and so is not settled.
        """
        self._may(seat)
        if len(wanted.words) > MAX_TEXT:
            raise UserError("hubcalls.words_long", most=MAX_TEXT)
        async with self._settling:
            missed = self.board.settled(wanted.id, seat, wanted.words, self._clock.now())
            await self._file.aside(lambda: self._store.put_missed(missed))
            self.board.missed[missed.inbound.id] = missed
        self._changed.set()

    async def _miss(self, inbound: Inbound) -> None:
        """A work item and a record: in the hall's sight at once, on the disk as soon as that lets us."""
        now = self._clock.now()
        async with self._settling:
            missed = self.board.miss(inbound, now)
            self._changed.set()
            record = CallRecord(
                id=new_id(self._clock.base),
                call=inbound.id,
                kind=CallKind.SINGLE,
                seat="hub",
                contact=inbound.contact,
                way=inbound.way,
                outcome=Outcome.MISSED,
                inbound=True,
                begun=inbound.since,
                rang=inbound.since,
                answered=0,
                ended=now,
                video=inbound.video,
            )
            self._unkept[missed.inbound.id] = missed
            if inbound.way.kind is WayKind.WEBRTC:  # of a telephone the seats at which it rang tell
                self._unkept[record.id] = record
        await self._keep()

    async def _keep(self) -> None:
        """What the disk has not taken yet: tried again until it does."""
        if not self._opened:
            return
        async with self._settling:
            for ident, one in list(self._unkept.items()):
                try:
                    if isinstance(one, Missed):
                        await self._file.aside(partial(self._store.put_missed, self.board.missed.get(ident, one)))
                    else:
                        await self._file.aside(partial(self._store.put_record, one))
                except OutsideError as error:
                    if error.message != self._said:
                        self._file.say(error.message)
                    self._said = error.message
                    return
                self._unkept.pop(ident, None)
            self._said = None

    async def _record(self, seat: str, record: CallRecord) -> None:
        """Raises:
        UserError: it is no record.
        OutsideError: it was not kept; the seat tells it again.
        """
        self._may(seat)
        idents = [record.id, record.call, *(one for one in (record.case, record.order) if one)]
        short = len(record.note) <= MAX_TEXT and len(record.contact.name) <= MOST_NAME
        if not all(map(is_uuid, idents)) or not short:
            raise UserError("hubcalls.no_record")
        mine = msgspec.structs.replace(record, seat=seat, ended=record.ended or self._clock.now())
        await self._file.aside(lambda: self._store.put_record(mine))

    async def _records(self, seat: str, wanted: RecordsWanted) -> Records:
        self._may(seat)
        most = min(max(wanted.most, 1), MOST_RECORDS)
        return await self._file.aside(lambda: self._store.records(wanted.case, max(wanted.before, 0), most))

    async def _enrol(self, seat: str, wanted: EnrolWanted) -> Enrolment:
        """Raises:
        UserError: this post may not, or there is no such unit.
        OutsideError: the gateway is away.
        """
        self._may(seat)
        if not is_key(wanted.unit):
            raise UserError("hubcalls.no_unit")
        row = self._picture["unit"].get(wanted.unit)
        if row is None:
            raise UserError("hubcalls.no_unit")
        made = await self.phones.enrol(wanted.unit, str(row["name"]), str(row["kind"]), str(row["area"]))
        log.info("%s had a code made that enrols a phone of %s", seat, wanted.unit)
        return made

    async def _devices(self, seat: str, wanted: asks.Nothing) -> Devices:
        return await self.phones.devices()

    # -- within ----------------------------------------------------------------------------------------------------

    async def _trim(self) -> None:
        await self._setting.time_told()
        while True:
            with contextlib.suppress(OutsideError):  # what can not be forgotten now is forgotten another time
                await self._file.aside(self._forget)
            await asyncio.sleep(TRIM_SECONDS)

    def _forget(self) -> None:
        now, keep = self._clock.now(), self._rules.keep
        gone = self._store.trim(now - keep.records, now - keep.recordings)
        self._recordings.remove(gone, self._clock.wall() / SECOND)
