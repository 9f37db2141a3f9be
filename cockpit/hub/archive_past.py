"""The past that a city's platform gives (`/past`), taken in day by day, the newest first, where the archive lacks it.

One day, then a rest of several times its length: feeds and seats go before. What was taken is noted with its rows, so a
hub that stops goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Protocol
from urllib.parse import quote

import httpx
import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.hub.archive_follow import OnFile
from cockpit.hub.archive_signs import PastSignsOut
from cockpit.hub.service import OnHistory, Setting
from cockpit.model.archive import RECORD
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.tables import TEXT
from cockpit.model.typed import converted, from_json, from_msgpack
from cockpit.signs.backfill import put_hours, put_recent
from cockpit.signs.history import History
from cockpit.store.archive import Archive, Changed, Row

log = logging.getLogger(__name__)

TAKEN = "past"
"""Note: msgpack of `Taken`."""
SHARE = 3.0
REST_SECONDS = (0.05, 2.0)
"""Between two days: so many times what the last one took, within these."""
AGAIN_SECONDS = 30.0
FIRST_SECONDS = 4.0
"""After the hub's start: seats come first."""
TIMEOUT = 60.0
MOST_BYTES = 64_000_000
FIRST_DAYS, LATE_DAYS = 8, 35
HAVE = 0.3
"""A day of which so large a share of the past's rows is here was lived by this hub."""
EPOCH = date(1970, 1, 1)
MOST_DAYS = 3_660
_TYPES = {
    "f": float | None,
    "u": Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)],
    "i": Annotated[int, msgspec.Meta(ge=-(1 << 62), lt=1 << 62)],
}
_ROW: Any = tuple.__class_getitem__(tuple(str if c.dtype == TEXT else _TYPES[c.dtype[1]] for c in RECORD.columns))
"""What a row of the archive is made of, column by column."""


class PastCard(msgspec.Struct, frozen=True):
    """What a platform says of its past: the first and the last day (ISO), codes of signs, name and kind of units."""

    id: str
    first: str
    last: str
    signs: tuple[str, ...] = ()
    units: dict[str, tuple[str, str]] = {}


class PastDay(msgspec.Struct, frozen=True):
    """One day: rows in the order of `columns`, names as in `RECORD`; times UTC us."""

    day: str
    columns: tuple[str, ...]
    rows: list[list[Any]]


class PastSign(msgspec.Struct, frozen=True):
    """One sign: a value each hour from `begin` (UTC us), a list an area; null where there is none."""

    code: str
    begin: int
    digits: int
    areas: tuple[str, ...]
    values: list[list[float | None]]


class Taken(msgspec.Struct):
    """What was taken: numbers of days, and codes of signs, of late days (up to `last`) and whole."""

    days: set[int] = set()
    signs: set[str] = set()
    late: set[str] = set()
    last: int = 0


class Write(Protocol):
    def __call__(
        self, rows: Sequence[Row], notes: dict[str, bytes] | None = None, only_new: bool = False
    ) -> Awaitable[Changed | None]: ...


class PastIn:
    """Attributes:
    left: days that are still to be taken. is_in: all was taken, or there is nothing to be taken.
    """

    def __init__(
        self,
        setting: Setting,
        write: Write,
        on_file: OnFile,
        signs: PastSignsOut,
    ) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._write = write
        self._on_file = on_file
        self._signs = signs
        self.left = 0
        self.is_in = False

    async def run(self) -> None:
        """Until all is taken; a platform that does not answer is asked again."""
        base = self._setting.intake.base_url
        if not base:
            self.is_in = True
            return
        await asyncio.sleep(FIRST_SECONDS)
        said = ""
        async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT, trust_env=False, follow_redirects=False) as web:
            while True:
                try:
                    if await self._take(web):
                        return
                except (httpx.HTTPError, httpx.InvalidURL, msgspec.MsgspecError, ValueError, OutsideError) as error:
                    why = error.message if isinstance(error, OutsideError) else str(error) or type(error).__name__
                    if said != str(why):
                        said = str(why)
                        log.warning("%s", Message("archive.past_waits", {"why": why}).in_chinese())
                await asyncio.sleep(AGAIN_SECONDS)

    async def _take(self, web: httpx.AsyncClient) -> bool:
        """Whether there is nothing more to be taken."""
        body = await _body(web, "/past")
        if body is None:
            self.is_in = True
            return True
        card = from_json(body, type=PastCard)
        data = await self._on_file(lambda archive: archive.meta(TAKEN))
        taken = from_msgpack(data, type=Taken) if data else Taken()
        oldest = max(_number(card.first), _number(card.last) - MOST_DAYS)
        days = [day for day in range(_number(card.last), oldest - 1, -1) if day not in taken.days]
        self.left = len(days)
        if taken.last < (last := _number(card.last)):
            taken.late, taken.last = set(), last
        first, rest = days[:FIRST_DAYS], days[FIRST_DAYS:]
        await self._take_days(web, first, taken)
        # yesterday and last week first, of everything; the year behind them
        await self._take_signs(web, card, taken.late, LATE_DAYS, taken)
        await self._take_days(web, rest, taken)
        await self._take_signs(web, card, taken.signs, 0, taken)
        self.is_in = True
        if self._setting.between.history is None and card.signs:
            raise OutsideError("archive.no_signs")
        return True

    async def _take_days(self, web: httpx.AsyncClient, days: list[int], taken: Taken) -> None:
        """A day that says what can not be is left out until the next try; it keeps no other back."""
        wrong: ValueError | None = None
        for day in days:
            begun = self._clock.mono()
            try:
                await self._take_day(web, day, taken)
                self.left -= 1
            except ValueError as error:  # msgspec's are ValueErrors
                wrong = wrong or ValueError(f"{_iso(day)}: {error}")
            await self._rest(begun)
        if wrong is not None:
            raise wrong

    async def _take_signs(
        self, web: httpx.AsyncClient, card: PastCard, done: set[str], days: int, taken: Taken
    ) -> None:
        on_history = self._setting.between.history
        lacking = [code for code in card.signs if code not in done]
        if on_history is None or not lacking:
            return
        keys: list[str] = []
        for code in lacking:
            begun = self._clock.mono()
            keys += await self._take_sign(web, code, days, on_history)
            await self._rest(begun)
        now = self._clock.now()
        await on_history(lambda history: put_recent(history, keys, now))
        done.update(lacking)
        await self._on_file(lambda archive: archive.note(**{TAKEN: msgspec.msgpack.encode(taken)}))
        await self._signs.begin_anew()

    async def _rest(self, begun: float) -> None:
        least, most = REST_SECONDS
        await asyncio.sleep(min(max(SHARE * (self._clock.mono() - begun), least), most))

    async def _take_day(self, web: httpx.AsyncClient, number: int, taken: Taken) -> None:
        body = await _body(web, f"/past/cases/{_iso(number)}")
        day = await asyncio.to_thread(from_json, body or b"", type=PastDay)
        if day.columns != RECORD.names:
            raise ValueError("columns")
        told: list[Row] = await asyncio.to_thread(converted, day.rows, type=list[_ROW])
        keys = [row[0] for row in told]

        def lived(archive: Archive) -> bool:
            here = next((one.rows for one in archive.days() if one.day == number), 0)
            return here - len(archive.rows(keys)) > HAVE * len(keys)

        taken.days.add(number)
        try:
            rows = [] if await self._on_file(lived) else told
            await self._write(rows, {TAKEN: msgspec.msgpack.encode(taken)}, True)
        except (OutsideError, ValueError):
            taken.days.discard(number)
            raise

    async def _take_sign(self, web: httpx.AsyncClient, code: str, days: int, on_history: OnHistory) -> list[str]:
        """Keys of the items that it is of."""
        body = await _body(web, f"/past/signs/{quote(code, safe='')}", {"days": days} if days else None)
        sign = await asyncio.to_thread(from_json, body or b"", type=PastSign)
        keys = [f"sign/{sign.code}@{area}" for area in sign.areas]
        for key, values in zip(keys, sign.values, strict=True):
            numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            await on_history(partial(_put, key, sign, numbers))
        return keys


def _put(key: str, sign: PastSign, values: NDArray[np.float64], history: History) -> None:
    put_hours(history, key, sign.begin, values, sign.digits)


async def _body(web: httpx.AsyncClient, path: str, params: dict[str, int] | None = None) -> bytes | None:
    """What lies there, None: nothing does.

    Raises:
        httpx.HTTPError: it did not come. ValueError: it is more than can be.
    """
    async with web.stream("GET", path, params=params) as answer:
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        body = bytearray()
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise ValueError("too much at once")
        return bytes(body)


def _number(day: str) -> int:
    return date.fromisoformat(day).toordinal() - EPOCH.toordinal()


def _iso(number: int) -> str:
    return date.fromordinal(EPOCH.toordinal() + number).isoformat()
