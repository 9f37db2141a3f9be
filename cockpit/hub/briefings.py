"""Briefings at the hub: made by the schedule of the pack's templates, kept, announced; and those that a seat wants.

A child process makes each, so that the hub's own thread waits for none. One that lies there is not made again: a hub
that was off at its time makes the last one after, and no earlier ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.assist.briefing.asked import Logged
from cockpit.assist.briefing.schedule import Due, due_of
from cockpit.assist.briefing.template import Template, read_template, templates
from cockpit.hub.service import Setting
from cockpit.model.briefings import (
    FORMATS,
    PIECE,
    TOPIC,
    Briefing,
    FilePiece,
    FileWanted,
    Kept,
    Ready,
    Wanted,
    Written,
)
from cockpit.model.clock import DAY, MINUTE, SECOND, to_iso
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message, texts
from cockpit.model.typed import from_json
from cockpit.model.wallasks import Nothing
from cockpit.processes import cockpit_command, environment_of_child, said_by

log = logging.getLogger(__name__)

FOLDER, ASKED = "briefings", "asked"
LOOK_SECONDS = 20.0
PAST_SECONDS = 900.0
"""How long the first waits for the city's past, which may never come; seats come first meanwhile."""
MAKE_SECONDS = 180.0
MOST_ASKED = 12
"""Files made for seats that are kept, for a seat to fetch."""
MOST_AT = 4_102_444_800 * SECOND
"""The end of the century, UTC us."""
ID_LENGTH = 36
"""Of the id behind a user's name in the name of such a file."""
AGAIN_SECONDS = 900.0
"""Before one that could not be made is tried again."""
READERS = ("duty", "leader")
PAST_LOOK_SECONDS = 2.0
_REFUSED = 3
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class BriefingsService:
    """`cockpit.hub.service.Service`; the asks of `cockpit.model.briefings`."""

    def __init__(self, setting: Setting, log_of: Callable[[int, int], tuple[Logged, ...]] | None = None) -> None:
        """
        Args:
            log_of: what was said and ordered between two instants; None of the ledger's own book.
        """
        self._setting = setting
        self._folder = setting.folder / FOLDER
        self._asked = self._folder / ASKED
        self._log_of = log_of or (lambda start, end: logged(setting, start, end))
        self._tried: dict[str, float] = {}
        self._said: set[str] = set()
        self._one = asyncio.Lock()
        add = setting.answers.add
        add("brief.list", Nothing, self._list)
        add("brief.make", Wanted, self._make)
        add("brief.file", FileWanted, self._file)

    async def run(self) -> None:
        await self._setting.time_told()
        await self._past_is_in()
        while True:
            try:
                await self._look()
            except CockpitError as error:
                self._say_once(error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def _past_is_in(self) -> None:
        """One that is made of half a past lies there for good."""
        mono, past_is_in = self._setting.clock.mono, self._setting.between.past_is_in
        begun = mono()
        while not past_is_in() and mono() - begun < PAST_SECONDS:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(PAST_LOOK_SECONDS)

    async def close(self) -> None:
        pass

    # -- by schedule -------------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Makes what is due and not there."""
        now = self._setting.clock.now()
        for template in await asyncio.to_thread(self._templates):
            if template.schedule is None:
                continue
            due = due_of(template, now)
            name = f"{self._setting.pack.id}-{due.name}"
            if now < due.at or (self._folder / f"{name}.json").exists():
                continue
            mono = self._setting.clock.mono()
            if mono - self._tried.get(name, float("-inf")) < AGAIN_SECONDS:
                continue
            self._tried[name] = mono
            await self._by_schedule(template, due, name)

    def _templates(self) -> list[Template]:
        found = []
        for path in templates(self._setting.pack).values():
            try:
                found.append(read_template(path, self._setting.pack))
            except UserError as error:
                self._say_once(error.message)
        return found

    async def _by_schedule(self, template: Template, due: Due, name: str) -> None:
        if not (self._setting.folder / "archive.db").exists():
            return
        now = self._setting.clock.now()
        files = [self._folder / f"{name}.{ending}" for ending in FORMATS]
        log_file = self._folder / f".{name}.log" if template.kind == "shift" else None
        if log_file is not None:
            await asyncio.to_thread(_write, log_file, msgspec.json.encode(self._log_of(due.start, due.end)))
        try:
            wanted = Wanted(template.id, due.start)
            written = await self._child(wanted, files, max(now, due.end), log_file)
        finally:
            if log_file is not None:
                log_file.unlink(missing_ok=True)
        formats = FORMATS if written.released else ()
        made = Briefing(name, template.id, written.title, due.start, now, formats, written.findings)
        # the note comes last: one without it is made again
        await asyncio.to_thread(_write, self._folder / f"{name}.json", msgspec.json.encode(made))
        keep = template.schedule.keep if template.schedule is not None else 1
        await asyncio.to_thread(self._tidy, template.id, keep)
        log.info("briefing %s: %s", name, "made" if written.released else "not released")
        await self._setting.publish(TOPIC, msgspec.msgpack.encode(made))

    async def _child(self, wanted: Wanted, files: list[Path], now: int, log_file: Path | None) -> Written:
        """Raises UserError, OutsideError: what the child said."""
        setting = self._setting
        command = cockpit_command(
            "brief", wanted.template, "--json", "--profile", str(setting.folder.parent), "--city", setting.folder.name,
            "--pack", str(setting.pack.folder), "--now", to_iso(now), "--at", to_iso(wanted.at), "--lang", wanted.lang,
            *(("--area", wanted.area) if wanted.area else ()), *(("--event", wanted.event) if wanted.event else ()),
            *(("--log", str(log_file)) if log_file is not None else ()),
            *(word for file in files for word in ("--out", str(file))),
        )  # fmt: skip
        async with self._one:  # each reads the whole archive
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE, env=environment_of_child(), preexec_fn=_modest,
            )  # fmt: skip
            try:
                out, err = await said_by(process, MAKE_SECONDS)
            except TimeoutError as error:
                raise OutsideError("briefing.too_slow") from error
        if process.returncode not in (0, _REFUSED):
            raise OutsideError("briefing.not_made", why=err.decode("utf-8", "replace").strip()[-400:])
        try:
            return from_json(out, type=Written)
        except msgspec.MsgspecError as error:
            raise OutsideError("briefing.not_made", why=str(error)) from error

    def _tidy(self, template: str, keep: int) -> None:
        """Removes the oldest beyond `keep`."""
        mine = [one for one in self._kept() if one.template == template]
        for old in mine[keep:]:
            for ending in (*FORMATS, "json"):
                (self._folder / f"{old.name}.{ending}").unlink(missing_ok=True)

    def _kept(self) -> list[Briefing]:
        found = []
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                found.append(from_json(path.read_bytes(), type=Briefing))
        return sorted(found, key=lambda one: (one.start, one.name), reverse=True)

    def _say_once(self, message: Message) -> None:
        text = message.in_chinese()
        if text not in self._said:
            self._said.add(text)
            log.warning("%s", text)

    # -- what is asked -----------------------------------------------------------------------------------------------

    def _may(self, user: str) -> None:
        if self._setting.roles.get(user) not in READERS:
            raise UserError("briefing.not_allowed")

    async def _list(self, user: str, wanted: Nothing) -> Kept:
        self._may(user)
        return Kept(tuple((await asyncio.to_thread(self._kept))[:400]))

    async def _make(self, user: str, wanted: Wanted) -> Ready:
        """Raises UserError: this role may not, or it can not be made so."""
        self._may(user)
        if wanted.format not in FORMATS or wanted.lang not in ("zh", "en"):
            raise UserError("briefing.bad_ending", file=wanted.format)
        now = self._setting.clock.now()
        if abs(wanted.at) > MOST_AT:
            raise UserError("briefing.bad_time", given=str(wanted.at))
        name = f"{user}-{new_id(self._setting.clock)}"
        file = self._asked / f"{name}.{wanted.format}"
        template = next((one for one in await asyncio.to_thread(self._templates) if one.id == wanted.template), None)
        log_file = None
        if template is not None and template.kind == "shift":
            log_file = self._asked / f".{name}.log"
            said = self._log_of(wanted.at - DAY, now + MINUTE)
            await asyncio.to_thread(_write, log_file, msgspec.json.encode(said))
        try:
            written = await self._child(wanted, [file], now, log_file)
        finally:
            if log_file is not None:
                log_file.unlink(missing_ok=True)
        await asyncio.to_thread(self._tidy_asked)
        return Ready(written, name, file.stat().st_size) if written.released else Ready(written)

    def _tidy_asked(self) -> None:
        files = sorted(self._asked.glob("*.*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in files[MOST_ASKED:]:
            old.unlink(missing_ok=True)

    async def _file(self, user: str, wanted: FileWanted) -> FilePiece:
        """Raises UserError: there is no such file, or it is another seat's."""
        self._may(user)
        if wanted.format not in FORMATS or not wanted.name or not set(wanted.name) <= _NAME or wanted.offset < 0:
            raise UserError("briefing.no_file")
        path = self._folder / f"{wanted.name}.{wanted.format}"
        if not path.is_file():
            path = self._asked / f"{wanted.name}.{wanted.format}"
            mine = wanted.name.startswith(f"{user}-") and len(wanted.name) == len(user) + 1 + ID_LENGTH
            if not mine or not path.is_file():  # a user's name may begin with another's
                raise UserError("briefing.no_file")
        try:
            return await asyncio.to_thread(_piece, path, wanted.offset)
        except FileNotFoundError as error:  # another one was made meanwhile, and this was the oldest
            raise UserError("briefing.no_file") from error


def logged(setting: Setting, start: int, end: int) -> tuple[Logged, ...]:
    """What leaders ordered and were asked, and what was urged, as the ledger tells; words stay where they are."""
    state, t = setting.book.state, texts("zh")
    found: list[Logged] = []

    def number(id: str) -> str:
        return state.cases[id].number if id in state.cases else ""

    for order in state.threads.instructions.values():
        if start <= order.said.at < end:
            answer = t(f"briefing.log_{order.answers[-1].state}") if order.answers else t("briefing.log_waits")
            found.append(Logged(order.said.at, t("briefing.log_instruction", answer=answer), number(order.home)))
    for ask in state.threads.asks.values():
        if start <= ask.said.at < end:
            what = "briefing.log_asked" if ask.open else "briefing.log_decided"
            found.append(Logged(ask.said.at, t(Message(what)), number(ask.case)))
    for case in state.cases.values():
        if start <= case.urged_at < end:
            found.append(Logged(case.urged_at, t("briefing.log_urged"), case.number))
    return tuple(found)


def _modest() -> None:
    """A paper waits for what people do."""
    with contextlib.suppress(OSError):
        os.nice(10)


def _write(path: Path, data: bytes) -> None:
    """Raises OutsideError: the disk refused."""
    from cockpit.assist.briefing.office import keep

    keep(data, path)


def _piece(path: Path, offset: int) -> FilePiece:
    with path.open("rb") as file:
        file.seek(offset)
        return FilePiece(file.read(PIECE), path.stat().st_size)
