"""The vital signs at the hub: made twice a second from picture and ledger, told as rows of the table `sign`, kept by
minute, hour and day."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
import numpy as np
import zstandard

from cockpit.hub.service import Setting
from cockpit.hub.signs_past import SignsPast
from cockpit.ledger.fold import State
from cockpit.model.clock import SECOND
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.freshness import STALE_BEATS
from cockpit.model.messages import Message, language, texts
from cockpit.model.signs import Series, Sign, SignSet, Sparks
from cockpit.model.typed import from_msgpack
from cockpit.signs import asked
from cockpit.signs.definitions import connected, read_signs, wrong_of
from cockpit.signs.engine import Engine
from cockpit.signs.history import GRAIN, History, bucket_of
from cockpit.signs.importing import Known, Read, merged, read_file
from cockpit.signs.inputs import Inputs
from cockpit.signs.items import FEED, PARTS_TIER, Kept
from cockpit.signs.packing import Buckets, joined
from cockpit.signs.reported import Reported
from cockpit.signs.rollup import Rollup

log = logging.getLogger(__name__)
_T = TypeVar("_T")

STEP_SECONDS = 0.5
SHARE = 8
"""A step is followed by a rest of so many times its length, at most a second: a large city costs no whole core."""
MOST_ROWS = 4_000
"""Rows that are told in a step; what is over waits for the next, new levels never."""
SAVE_SECONDS = 300.0
"""How often what is open is written down."""
FINE_TIER = 2
"""Items of areas below streets are kept coarser."""
MOST_IDLE = 1_000
"""Items that have left the picture and may keep their rows."""
IMPORTERS = frozenset({"duty", "leader"})


class SignsService:
    """`cockpit.hub.service.Service`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._picture = setting.intake.picture
        self._reported = Reported()
        self._inputs = Inputs(setting.pack.code, self._picture, self._state)
        self._engine = Engine(setting.pack.code, self._picture, self._inputs, self._reported, setting.figures)
        self._rollup = Rollup()
        self._past = SignsPast(self._engine, self._reported, self._aside)
        self._work = ThreadPoolExecutor(1, thread_name_prefix="signs")
        self._history: History | None = None
        self._signs = SignSet()
        self._packed = b""
        self._last = 0
        self._saved = -1.0
        self._said = ""
        self._files: dict[str, tuple[str, list[bytes]]] = {}
        self._shipped = SignSet()
        self._gone: list[str] = []
        self._imported: dict[str, Sign] = {}
        self._before: set[str] = set()
        answers = setting.answers
        answers.add("signs", asked.SignsWanted, self._answer_signs)
        answers.add("signs.series", asked.SeriesWanted, self._answer_series)
        answers.add("signs.sparks", asked.SparksWanted, self._answer_sparks)
        answers.add("signs.things", asked.ThingsWanted, self._answer_things)
        answers.add("signs.import", asked.ImportWanted, self._answer_import)

    def _state(self) -> State | None:
        return self._setting.book.state if self._setting.book.is_open else None

    async def run(self) -> None:
        pack = self._setting.pack
        try:
            self._shipped = await self._aside(read_signs, pack.signs, pack.folder)
        except UserError as error:  # the city's own file; what was imported still runs
            self._say(error.message)
        await self._open()
        await self._recall_imported()
        self._define(merged(self._shipped, self._imported.values()))
        await self._setting.publish("signs", msgspec.msgpack.encode(self._signs.version))
        await self._recall()
        self._past.reported(self._clock.now())
        self._setting.intake.whole("sign", FEED)
        while True:
            begun = self._clock.mono()
            await self._step()
            took = self._clock.mono() - begun
            await asyncio.sleep(max(STEP_SECONDS - took, min(SHARE * took, 1.0)))

    async def close(self) -> None:
        if self._history is not None:
            with contextlib.suppress(OutsideError):
                await self._aside(self._write, self._history, [], self._kept_bytes(), self._open_slices())
            await self._aside(self._history.close)
        self._history = None
        await asyncio.to_thread(self._work.shutdown)

    async def _aside(self, work: Callable[..., _T], *given: Any) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._work, work, *given)

    async def _on_history(self, work: Callable[[History], _T]) -> _T:
        """Does something with the history, between its own writings.

        Raises:
            OutsideError: it is closed, or the disk refuses.
        """
        if self._history is None:
            raise OutsideError("archive.no_signs")
        return await self._aside(work, self._history)

    # -- beginning -------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        """The history; without one the live tree goes on all the same."""
        try:
            self._history = await self._aside(History, self._setting.folder / "signs.db", self._clock.base)
        except OutsideError as error:
            self._say(Message("signdef.not_kept", {"why": error.message}))
            return
        for notice in self._history.notices:
            self._say(notice)
        self._setting.between.history = self._on_history
        for code, area, value in await self._aside(self._history.reported):
            self._reported.put(code, area, value)

    async def _recall_imported(self) -> None:
        """Definitions that were imported, as far as they fit those of now."""
        data = await self._aside(self._history.meta, "imported") if self._history is not None else None
        if not data:
            return
        try:
            for sign in from_msgpack(data, type=list[Sign]):
                wrong = dict(wrong_of(merged(self._shipped, [*self._imported.values(), sign])))
                if wrong:
                    why = next(iter(wrong.values()))
                    self._say(Message("signdef.definitions_kept_out", {"why": why}))
                else:
                    self._imported[sign.code] = sign
        except msgspec.MsgspecError as error:
            self._say(Message("signdef.definitions_kept_out", {"why": str(error)}))

    def _define(self, signs: SignSet) -> None:
        """Runs these definitions; seats hear of them by their version."""
        pack = self._setting.pack
        reported = self._reported.codes()
        unfed = tuple(s.code for s in signs.signs if not (connected(s, pack) or s.formula or s.code in reported))
        content = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode((signs.themes, signs.signs, unfed)))
        version = self._version_of(content)
        self._signs = SignSet(signs.themes, signs.signs, version, unfed)
        self._packed = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(self._signs))
        gone = self._engine.define(self._signs)
        for code, problem in self._engine.problems.items():
            log.warning("%s: %s", code, texts(language())(problem))
        if gone:
            self._setting.intake.take_out("sign", gone)

    def _version_of(self, content: bytes) -> int:
        """One more than before wherever the definitions are others."""
        if self._history is None:
            return max(self._signs.version + 1, self._clock.wall() // SECOND)
        with contextlib.suppress(OutsideError, sqlite3.Error, ValueError):
            known = self._history.meta("version")
            before = int(known) if known else 0
            if before and self._history.meta("content") == content:
                return before
            self._history.put_meta("version", str(before + 1).encode())
            self._history.put_meta("content", content)
            return before + 1
        return self._signs.version + 1

    async def _recall(self) -> None:
        """Goes on where an earlier run ended: levels, and the buckets that are open."""
        history, now = self._history, self._clock.now()
        self._inputs.look(now)
        tree = self._inputs.tree
        numbers = {sign.code: i for i, sign in enumerate(self._signs.signs)}
        tiers = dict(zip(tree.codes, tree.tier.tolist(), strict=True))
        known = set(self._picture["sign"].keys)
        if history is not None:
            data = await self._aside(history.meta, "levels")
            with contextlib.suppress(msgspec.MsgspecError):
                if data:
                    kept = from_msgpack(data, type=dict[str, Kept])
                    self._engine.items.recall(kept, numbers, tiers)
            await self._recall_open(history, now, numbers, tiers)
        # what an earlier run told and nobody makes any more goes with the first step that does not make it
        self._before = known

    async def _recall_open(self, history: History, now: int, numbers: dict[str, int], tiers: dict[str, int]) -> None:
        keys = history.key_of()
        items = self._engine.items
        for grain, running in self._rollup.running.items():
            start = bucket_of(grain, now)
            found = await self._aside(history.slice_at, grain, start)
            if found is None or not len(found):
                continue
            rows, keep = [], []
            for i, ident in enumerate(found.start.tolist()):
                code, area, part = parted(keys.get(ident, ""))
                if code in numbers:
                    rows.append(items.row(numbers[code], area, part, tiers.get(area, 0)))
                    keep.append(i)
            running.begin(start)
            running.resume(np.array(rows, dtype=np.int64), found.take(np.array(keep, dtype=np.int64)), len(items))

    # -- each second -----------------------------------------------------------------------------------------------

    async def _step(self) -> None:
        intake, items = self._setting.intake, self._engine.items
        intake.take_in()
        now = self._clock.now()
        gone = [*self._gone, *self._engine.step(now, self._clock.wall(), self._clock.city.rate)]
        self._gone.clear()
        if self._before and now:
            gone += [key for key in self._before if not self._is_live(key)]
            self._before = set()
        if gone:
            intake.take_out("sign", gone)
        rows = items.news(now, MOST_ROWS)
        if len(rows):
            intake.put_columns("sign", items.columns_of(rows, self._clock.wall()))
        await self._keep(now)

    def _is_live(self, key: str) -> bool:
        row = self._engine.items.index.get(key)
        return row is not None and bool(self._engine.items.live[row])

    async def _keep(self, now: int) -> None:
        """Takes a sample of every item, and writes down what it closed."""
        items, history = self._engine.items, self._history
        if now < self._last - 60 * SECOND and history is not None:
            self._rollup = Rollup()
            await self._kept(history.forget_after, now)
        self._last = now
        fresh = items.live & np.isfinite(items.value) & (items.measured > 0)
        fresh &= now - items.measured <= STALE_BEATS * items.period
        rows = np.flatnonzero(fresh)
        # two digits more than are printed: what no one sees takes no room
        scale = items.scale[rows] * 100.0
        closed = self._rollup.sample(now, rows, np.round(items.value[rows] * scale) / scale, len(items))
        mono = self._clock.mono()
        if self._saved < 0:
            self._saved = mono
        day_over = any(grain == "day" for grain, *_ in closed)
        if history is not None and (closed or mono - self._saved >= SAVE_SECONDS):
            await self._write_down(history, now, mono, closed)
            if day_over:
                await self._kept(history.tidy, now)
        if day_over:
            self._forget_idle()

    async def _write_down(self, history: History, now: int, mono: float, closed: list[Any]) -> None:
        opened = self._open_slices() if mono - self._saved >= SAVE_SECONDS else []
        if opened:
            self._saved = mono
        await self._kept(self._write, history, closed, self._kept_bytes(), opened)
        for grain, start, rows, buckets in closed:
            if grain == "minute":
                with contextlib.suppress(OutsideError):  # said when it is written
                    await self._past.minute(history, now, start, rows, buckets)
        for grain in GRAIN:
            await self._kept(history.fold, grain, now)

    def _forget_idle(self) -> None:
        """Items where nothing is any more, once a day, when they are many."""
        items = self._engine.items
        size = len(items)
        keep = ~items.idle() | self._rollup.holds(size) | self._past.holds(size)
        if np.count_nonzero(~keep) < MOST_IDLE:
            return
        rows = np.flatnonzero(keep)
        moved = self._engine.keep_only(rows)
        self._rollup.keep_only(rows)
        self._past.keep_only(rows, moved)

    async def _kept(self, work: Callable[..., object], *given: Any) -> None:
        """Writes; a disk that refuses is said once, and it goes on."""
        try:
            await self._aside(work, *given)
        except OutsideError as error:
            if self._said != error.message.id:
                self._said = error.message.id
                self._say(Message("signdef.not_kept", {"why": error.message}))
        else:
            self._said = ""

    def _kept_bytes(self) -> bytes:
        return msgspec.msgpack.encode(self._engine.items.kept())

    def _open_slices(self) -> list[tuple[str, int, Any, Buckets]]:
        return self._rollup.open_ones(len(self._engine.items))

    def _write(self, history: History, closed: list[Any], levels: bytes, opened: list[Any]) -> None:
        """On the worker: rows of items become numbers of the file."""
        slices: dict[tuple[str, int], Buckets] = {}
        for grain, start, rows, buckets in (*opened, *closed):
            items = self._engine.items
            fine = items.tier[rows] > FINE_TIER
            fine &= items.tier[rows] != PARTS_TIER
            keep = ~fine if grain == "minute" else np.ones(len(rows), dtype=np.bool_)
            rows, buckets, fine = rows[keep], buckets.take(keep), fine[keep]
            keys = [items.keys[row] for row in rows.tolist()]
            digits = np.round(np.log10(np.maximum(items.scale[rows], 1))).astype(np.int64).tolist()
            ids = history.ids_of(keys, fine.tolist(), digits)
            order = np.argsort(ids)
            buckets = buckets.take(order)
            buckets.start = ids[order]
            slices[grain, start] = buckets
        history.put_slices(slices, levels=levels)

    # -- answers ---------------------------------------------------------------------------------------------------

    async def _answer_signs(self, seat: str, wanted: asked.SignsWanted) -> asked.SignsReply:
        if wanted.version == self._signs.version:
            return asked.SignsReply(wanted.version)
        return asked.SignsReply(self._signs.version, self._packed)

    async def _answer_series(self, seat: str, wanted: asked.SeriesWanted) -> Series:
        if wanted.grain not in (*GRAIN, "raw"):
            raise UserError("signdef.no_grain", grain=wanted.grain[:20])
        code, area, part = parted(wanted.key)
        most = min(max(wanted.most, 1), asked.MOST_BUCKETS)
        start, end = sorted((wanted.start, wanted.end))
        values = [] if part else self._reported.values(code, area)
        if values:
            found = _points([(v.at, v.value) for v in values if start <= v.at < end])
            return asked.series_of(wanted.key, "raw", asked.thinned(found, most))
        grain = "minute" if wanted.grain == "raw" else wanted.grain
        pieces = []
        if self._history is not None:
            pieces.append(await self._aside(self._history.series, wanted.key, grain, start, end))
        pieces.append(self._open_bucket(wanted.key, grain, start, end))
        return asked.series_of(wanted.key, grain, asked.thinned(joined(pieces), most))

    def _open_bucket(self, key: str, grain: str, start: int, end: int) -> Buckets:
        """What has begun and is not over."""
        row = self._engine.items.index.get(key, -1)
        running = self._rollup.running[grain]
        _, found = running.buckets(np.array([row] if row >= 0 and start <= running.start < end else [], dtype=np.int64))
        found.start = np.full(len(found), running.start, dtype=np.int64)
        return found

    async def _answer_sparks(self, seat: str, wanted: asked.SparksWanted) -> Sparks:
        if wanted.grain not in GRAIN:
            raise UserError("signdef.no_grain", grain=wanted.grain[:20])
        if len(wanted.keys) > asked.MOST_KEYS or not 0 < wanted.count <= asked.MOST_SPARKS:
            raise UserError("signdef.too_much", most=asked.MOST_KEYS)
        step = GRAIN[wanted.grain]
        last = bucket_of(wanted.grain, self._clock.now())
        first = last - (wanted.count - 1) * step
        values = np.full((len(wanted.keys), wanted.count), np.nan)
        if self._history is not None:
            starts, found = await self._aside(self._history.recent, wanted.grain, first, last, wanted.keys)
            for column, start in enumerate(starts):
                values[:, (start - first) // step] = found[:, column]
        self._put_open(values, wanted.keys, wanted.grain)
        data = np.ascontiguousarray(values, dtype="<f8").tobytes()
        return Sparks(tuple(wanted.keys), wanted.grain, first, step, wanted.count, data)

    def _put_open(self, values: Any, keys: list[str], grain: str) -> None:
        index = self._engine.items.index
        rows = np.array([index.get(key, -1) for key in keys], dtype=np.int64)
        known, buckets = self._rollup.running[grain].buckets(rows[rows >= 0])
        means = dict(zip(known.tolist(), buckets.mean.tolist(), strict=True))
        for i, row in enumerate(rows.tolist()):
            values[i, -1] = means.get(row, np.nan)

    async def _answer_things(self, seat: str, wanted: asked.ThingsWanted) -> asked.ThingsReply:
        code, area, part = parted(wanted.key)
        if not code:
            raise UserError("signdef.no_item", key=wanted.key[:60])
        return asked.ThingsReply(self._engine.things(code, area, part))

    async def _answer_import(self, seat: str, wanted: asked.ImportWanted) -> asked.ImportReply:
        """Pieces of a file, one file a seat; with the last one it is read and, if it is no trial, taken."""
        if self._setting.roles.get(seat, "") not in IMPORTERS:
            raise UserError("signdef.no_right")
        ident, pieces = self._files.pop(seat, ("", []))
        if wanted.part == 0:
            ident, pieces = wanted.id, []
        if ident != wanted.id or wanted.part != len(pieces):
            raise UserError("signdef.file_broken", name=wanted.name[:80], why=f"#{wanted.part}")
        pieces.append(wanted.data)
        size = sum(map(len, pieces))
        if size > asked.MOST_FILE:
            raise UserError("signdef.file_large", size=f"{size / 1e6:.1f}", most=asked.MOST_FILE // 1_000_000)
        if not wanted.last:
            self._files[seat] = (ident, pieces)
            return asked.ImportReply()
        areas = self._picture["area"]
        names = dict(zip(areas.text("code"), areas.text("name"), strict=True))
        live = frozenset(s.code for s in self._signs.signs if s.formula or connected(s, self._setting.pack))
        known = Known(self._signs, self._setting.pack.code, names, self._clock.now(), live)
        read = await asyncio.to_thread(read_file, wanted.name, b"".join(pieces), known)
        if not wanted.trial:
            await self._take(read)
        return asked.ImportReply(read.report(wanted.trial))

    async def _take(self, read: Read) -> None:
        """On disk first, then live."""
        history = self._history
        if read.values:
            if history is not None:
                await self._aside(history.put_reported, read.values)
            for code, area, value in read.values:
                self._reported.put(code, area, value)
        if read.signs:
            imported = self._imported | {sign.code: sign for sign in read.signs}
            if history is not None:
                await self._aside(history.put_meta, "imported", msgspec.msgpack.encode(list(imported.values())))
            self._imported = imported
        self._define(merged(self._shipped, self._imported.values()))
        self._gone += self._engine.step(self._clock.now(), self._clock.wall(), self._clock.city.rate)
        self._past.reported(self._clock.now())
        await self._setting.publish("signs", msgspec.msgpack.encode(self._signs.version))

    def _say(self, message: Message) -> None:
        log.warning("%s", texts(language())(message))


def parted(key: str) -> tuple[str, str, str]:
    """Code, area and part of an item's key; "" all where it is none."""
    if not key.startswith("sign/") or "@" not in key:
        return "", "", ""
    code, _, place = key.removeprefix("sign/").partition("@")
    area, _, part = place.partition("#")
    return code, area, part


def _points(values: list[tuple[int, float]]) -> Buckets:
    starts = np.array([at for at, _ in values], dtype=np.int64)
    numbers = np.array([value for _, value in values], dtype=np.float64)
    return Buckets(starts, numbers, numbers, numbers, numbers, np.ones(len(values), dtype=np.int64))
