"""What devices say besides facts and letters: where they are, who is on duty, and what workers report (上报).

A report becomes an event of the feed `field`; its words and photos are its body, never the picture's. Between a phone
and the city's own feed of the same unit the newer fix counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
from typing import Any

import msgspec

from cockpit.bus.users import GATEWAY
from cockpit.hub.answers import BLOB
from cockpit.hub.fieldplaces import FieldPlaces
from cockpit.hub.ownfile import OwnFile
from cockpit.hub.service import Setting
from cockpit.ledger.codes import is_key, is_uuid
from cockpit.model.batch import Columns
from cockpit.model.calls import Signal
from cockpit.model.clock import SECOND
from cockpit.model.entries import MAX_TEXT, CaseClosed, CaseReopened, Decision, Receipt
from cockpit.model.errors import OutsideError
from cockpit.model.letters import Duty, Position, Reported
from cockpit.model.messages import Message
from cockpit.model.tables import EventState, UnitState
from cockpit.store.fieldbook import FieldBook

log = logging.getLogger(__name__)

FEED = "field"
FILE = "field.db"
NAME = {"zh": "现场上报", "en": "Field reports"}
BEAT_SECONDS = 5.0
"""A gateway asks who the hub is so often."""
LOOK_SECONDS = 2.0
OTHER_KIND, OTHER_LEVEL = "other", 5
CHANNEL = "patrol"
"""Id of the channel 网格员上报 in the packs that ship."""
MOST_PHOTOS = 20
AHEAD = 10 * SECOND
"""A fix from further ahead than this is of a phone whose clock is wrong: it counts as one of now."""


class FieldService:
    """Hears `Position`, `Duty` and `Reported`; keeps the feed `field`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._pack = setting.pack
        self._intake = setting.intake
        self._store = FieldBook(setting.folder / FILE, setting.clock.base)
        self._file = OwnFile(self._store, "field-disk", log)
        self._places = FieldPlaces(setting.pack)
        self._channel = CHANNEL if CHANNEL in setting.pack.channels else next(iter(setting.pack.channels), "")
        self._fixes: dict[str, Position] = {}
        self._duty: dict[str, Duty] = {}
        self._open: dict[str, tuple[str, Reported]] = {}
        self._closing: dict[str, bool] = {}
        self._good = self._bad = 0
        self._spoke = 0.0
        self._shown = 0
        self._devices = self._warm = False
        setting.intake.amend["unit"] = self._amend
        setting.hearing.said.update({Position: self._placed, Duty: self._on_duty, Reported: self._reported})
        setting.hearing.signals.append(self._signalled)
        setting.book.listeners.append(self._decided)

    async def run(self) -> None:
        await self._until_open()
        await self._setting.time_told()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._devices and not self._warm:  # so that what comes after the first report does not wait for that
                self._warm = True
                await asyncio.to_thread(self._places.at, *self._pack.centre)
            self._tell_feed()
            with contextlib.suppress(OutsideError):  # what can not be noted now is noted another time
                await self._end_old()

    async def close(self) -> None:
        await self._file.close()

    async def _until_open(self) -> None:
        """Opens the file; reports that the picture has lost (a kill between the two) come back into it."""
        reports, duties = await self._file.until_open(lambda: (self._store.reports(), self._store.duties()))
        self._duty = {duty.unit: duty for duty in duties} | self._duty
        for duty in duties:  # what feeds told of them since the start was not known to be older
            self._renew(duty.unit)
        events = self._intake.picture["event"]
        for run, report in reports:
            self._open[report.id] = (run, report)
            if events.get(_key(report)) is None:
                await self._show(report)

    async def _signalled(self, sender: str, signal: Signal) -> None:
        if sender == GATEWAY and signal.kind == "online":
            self._devices = True

    # -- where units are -------------------------------------------------------------------------------------------

    async def _placed(self, gateway: str, fix: Position) -> Receipt:
        """Not kept: an older one than what is known changes nothing, however often it comes."""
        place = math.isfinite(fix.lon) and math.isfinite(fix.lat) and abs(fix.lon) <= 180 and abs(fix.lat) <= 90
        if not place or not is_key(fix.unit):
            return self._refuse(fix.id)
        self._took()
        now = self._clock.now()
        if fix.at > now + AHEAD:
            fix = msgspec.structs.replace(fix, at=now)
        before = self._fixes.get(fix.unit)
        if before is None or fix.at > before.at or before.at > now + AHEAD:
            self._fixes[fix.unit] = fix
            self._renew(fix.unit)
        return Receipt(fix.id, seq=1)

    async def _on_duty(self, gateway: str, duty: Duty) -> Receipt:
        """Raises OutsideError: it could not be kept; the gateway says it again."""
        if not is_key(duty.unit):
            return self._refuse(duty.id)
        self._took()
        if await self._file.aside(lambda: self._store.put_duty(duty)):
            self._duty[duty.unit] = duty
            if not duty.on:
                self._fixes.pop(duty.unit, None)
            self._renew(duty.unit, duty)
        return Receipt(duty.id, seq=1)

    def _renew(self, unit: str, duty: Duty | None = None) -> None:
        """The unit's row as it is now; one that no feed tells of gets a row of its own."""
        self._intake.take_in()
        row = self._intake.picture["unit"].get(unit)
        fix = self._fixes.get(unit)
        if row is None:
            if fix is None:
                return
            row = self._new_row(unit, fix)
        if duty is not None and duty.on and row["state"] == UnitState.OFF_DUTY:
            row["state"] = UnitState.FREE
        self._intake.put("unit", [self._as_known(row, self._clock.wall())])

    def _as_known(self, row: dict[str, Any], wall: int = 0) -> dict[str, Any]:
        """A unit's row with what its device said later than its feed.

        Args:
            wall: when it is received, 0: as the row says.
        """
        unit = str(row["key"])
        fix, duty = self._fixes.get(unit), self._duty.get(unit)
        new = dict(row)
        if fix is not None and fix.at > int(row["fixed"]):
            new |= {"lon": fix.lon, "lat": fix.lat, "fixed": fix.at, "heading": math.nan, "speed": 0.0}
            new["received"] = wall or row["received"]
        if duty is not None and not duty.on:
            new["state"] = UnitState.OFF_DUTY
        return new

    def _new_row(self, unit: str, fix: Position) -> dict[str, Any]:
        return {
            "key": unit, "feed": unit.partition("/")[0], "kind": next(iter(self._pack.unit_kinds), ""),
            "name": unit.partition("/")[2], "state": UnitState.FREE, "lon": fix.lon, "lat": fix.lat,
            "heading": math.nan, "speed": 0.0, "area": "", "fixed": 0,
            "received": self._clock.wall(),
        }  # fmt: skip

    def _amend(self, columns: Columns) -> None:
        """Rows that a feed brings, before they get into the picture: what a phone said later stays."""
        known = self._fixes.keys() | self._duty.keys()
        if not known:
            return
        for i, key in enumerate(columns["key"]):
            if key in known:
                row = {name: values[i] for name, values in columns.items()}
                for name, value in self._as_known(row).items():
                    columns[name][i] = value

    # -- what workers report ---------------------------------------------------------------------------------------

    async def _reported(self, gateway: str, report: Reported) -> Receipt:
        """On the disk before the receipt, once for ever.

        Raises:
            OutsideError: it could not be kept; the gateway says it again.
        """
        place = math.isfinite(report.lon) and math.isfinite(report.lat) and self._pack.contains(report.lon, report.lat)
        short = len(report.words) <= MAX_TEXT and len(report.photos) <= MOST_PHOTOS
        if not is_uuid(report.id) or not is_key(report.unit) or not short:
            return self._refuse(report.id)
        if not place:  # it is said all the same: where the unit is known to be, else in the middle of the city
            row = self._intake.picture["unit"].get(report.unit)
            lon, lat = (float(row["lon"]), float(row["lat"])) if row is not None else (math.nan, math.nan)
            if not (math.isfinite(lon) and self._pack.contains(lon, lat)):
                lon, lat = self._pack.centre
            report = msgspec.structs.replace(report, lon=lon, lat=lat)
        run = self._clock.city.run
        if await self._file.aside(lambda: self._store.put_report(report, run)):
            self._took()
            self._open[report.id] = (run, report)
            await self._show(report)
            self._tell_feed()
        return Receipt(report.id, seq=1)

    async def _show(self, report: Reported, state: EventState = EventState.OPEN) -> None:
        """The event, and its body; words and photos are in the body alone."""
        place, area = await asyncio.to_thread(self._places.at, report.lon, report.lat)
        self._intake.put_body(_key(report), self.body(report), self._clock.wall())
        self._intake.put("event", [self._row(report, place, area, state)])

    def _row(self, report: Reported, place: str, area: str, state: EventState) -> dict[str, Any]:
        kind = self._pack.kinds.get(report.kind)
        now = self._clock.now()
        occurred = report.said if 0 < report.said <= report.received else report.received
        return {
            "key": _key(report), "feed": FEED, "kind": kind.code if kind else OTHER_KIND,
            "level": kind.level if kind else OTHER_LEVEL, "state": state, "lon": report.lon, "lat": report.lat,
            "area": area, "place": place, "channel": self._channel, "amount": math.nan,
            "has_picture": int(bool(report.photos)), "occurred": occurred or now, "updated": now,
            "received": self._clock.wall(),
        }  # fmt: skip

    def body(self, report: Reported) -> dict[str, Any]:
        """What is shown of a report when somebody opens it."""
        row = self._intake.picture["unit"].get(report.unit)
        who = str(row["name"]) if row is not None else report.unit.partition("/")[2]
        photos = [photo.sha256 for photo in report.photos]
        return {
            "text": report.words,
            "facts": [{"name": {"zh": "上报人", "en": "Reported by"}, "value": who}],
            "unit": report.unit,
            "photos": photos,
            **({"picture": f"{BLOB}{photos[0]}"} if photos else {}),
        }

    # -- what becomes of it ----------------------------------------------------------------------------------------

    def _decided(self, decision: Decision, data: bytes) -> None:
        """The case about a report was closed: so is its event; reopened, it is open again."""
        case = self._setting.book.state.cases.get(decision.case)
        if case is None or not case.facts.event.startswith(f"{FEED}/"):
            return
        for entry in decision.said():
            if isinstance(entry, (CaseClosed, CaseReopened)):
                self._set(case.facts.event, isinstance(entry, CaseClosed))

    def _set(self, key: str, closed: bool) -> None:
        row = self._intake.picture["event"].get(key)
        if row is None:
            return
        state = EventState.CLOSED if closed else EventState.OPEN
        self._intake.put("event", [row | {"state": state, "updated": self._clock.now()}])
        self._closing[key.partition("/")[2]] = closed

    async def _end_old(self) -> None:
        """Notes what was closed; closes reports that nobody opened a case for, and those of another run of a demo."""
        city, now = self._clock.city, self._clock.now()
        keep = self._pack.loop.keep.reports
        for ident, (run, report) in list(self._open.items()):
            other = city.demo and run != city.run
            old = now - report.received > keep and self._setting.book.state.case_of_event(_key(report)) is None
            if (other or old) and ident not in self._closing:
                self._set(_key(report), closed=True)
                self._closing[ident] = True
        if not self._closing:
            return
        told, self._closing = self._closing, {}
        for closed in (True, False):
            idents = [ident for ident, so in told.items() if so is closed]
            if idents:
                await self._note_end(idents, closed)
        for ident, closed in told.items():
            if closed:
                self._open.pop(ident, None)

    async def _note_end(self, idents: list[str], closed: bool) -> None:
        await self._file.aside(lambda: self._store.end_reports(idents, closed))

    # -- the feed --------------------------------------------------------------------------------------------------

    def _tell_feed(self) -> None:
        """As fresh as the gateway: what it says is heard while it is there. No row while there never was one."""
        heard = max(self._setting.answers.heard.get(GATEWAY, 0.0), self._spoke)
        if not heard:
            return
        silent = asyncio.get_running_loop().time() - heard
        received = self._clock.wall() - round(silent * SECOND)
        if received - self._shown < SECOND and self._shown:
            return
        self._shown = received
        row = {
            "key": FEED, "feed": FEED, "name": json.dumps(NAME, ensure_ascii=False), "source": "gateway",
            "format": "field", "beat": round(BEAT_SECONDS * SECOND), "received": received, "good": self._good,
            "bad": self._bad, "lag": 0, "problem": "", "detail": "", "retry": 0, "system": "", "topic": "event",
            "rate": 0.0, "expected": 0.0, "bytes": 0.0, "skew": 0, "doubled": 0, "disordered": 0, "dropped": 0,
            "unknown": 0, "waiting": 0,
        }  # fmt: skip
        self._intake.put("feed", [row])

    # -- within ----------------------------------------------------------------------------------------------------

    def _took(self) -> None:
        self._good += 1
        self._devices = True
        self._spoke = asyncio.get_running_loop().time()

    def _refuse(self, ident: str) -> Receipt:
        self._bad += 1
        return Receipt(ident, refused=Message("hubcalls.unfit_said"))


def _key(report: Reported) -> str:
    return f"{FEED}/{report.id}"
