"""Files: each new or changed one of a folder is a message, or what is appended to one that grows."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar, Literal, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Meta

from cockpit.feeds.sources._folder import Mark, Memory, found, mark_of, put_away, read_whole
from cockpit.feeds.sources._options import Options
from cockpit.feeds.sources.base import Received, Source, in_thread
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

T = TypeVar("T")
TAIL_BYTES = 256 * 1024
"""As much of a growing file is read in one go."""


class FileOptions(Options, frozen=True, kw_only=True):
    """
    Attributes:
        mode: `files` (whole ones, of a folder or a single one) or `tail` (lines appended to a file).
        pattern: names that are read, with * and ?.
        every: seconds between two looks.
        settle: seconds that a file must not have changed; not needed where files are renamed into the folder.
        whole: whether a file is all there is, so that what it lacks is gone.
        done: `keep` (remembered) or `move` to the folder `done_folder`; what could not be used at all goes to
            `refused_folder`. begin: whether a file that grows is read from its `start` or its `end`.
        header: whether the first line of a file that grows stands before each part of it (CSV).
        each: `part`: many lines are one message (JSONL, CSV); `line`: each line is one.
    """

    files: ClassVar[tuple[str, ...]] = ("done_folder", "refused_folder")

    mode: Literal["files", "tail"] = "files"
    pattern: Annotated[str, Meta(min_length=1, max_length=200)] = "*"
    every: Annotated[float, Meta(gt=0, le=3_600)] = 1.0
    settle: Annotated[float, Meta(ge=0, le=3_600)] = 2.0
    whole: bool = False
    done: Literal["keep", "move"] = "keep"
    done_folder: str = ""
    refused_folder: str = ""
    begin: Literal["start", "end"] = "end"
    header: bool = False
    each: Literal["part", "line"] = "part"

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        if self.done == "move" and not self.done_folder:
            yield "done", Message("sources.move_where", {"detail": "done_folder"})
        if self.done_folder and self.done != "move":
            yield "done_folder", Message("sources.move_where", {"detail": "done"})


class FileSource(Source):
    """Looks at a folder, or a file, time and again: works on any file system, shared ones too."""

    name = "file"
    takes = FileOptions
    schemes = ("file", "")
    options: FileOptions
    _memory: Memory | None = None
    _kept: Memory | None = None
    _first = True

    async def attempt(self) -> None:
        self._first = True
        path = path_of(self.settings.url)
        if self._memory is None:
            kept = None if self.settings.trial else self.settings.memory
            self._memory = await self._aside(partial(Memory.of, kept))
        try:
            if self.options.mode == "tail":
                await self._tail(path)
            else:
                await self._look(path)
        except OSError as error:
            raise _sentence(error, path) from error

    # -- whole files ---------------------------------------------------------------------------------------------

    async def _look(self, path: Path) -> None:
        seen: dict[str, Mark] = {}
        unsettled: dict[str, float] = {}
        while True:
            folder, pattern = (path.parent, path.name) if path.is_file() else (path, self.options.pattern)
            marks = await self._aside(partial(found, folder, pattern))
            now = self.clock.mono()
            try:
                for name, mark in marks.items():
                    if seen.get(name) != mark:
                        seen[name], unsettled[name] = mark, now
                    settled = now - unsettled[name] >= self.options.settle or self._old(mark)
                    if settled and self._known.read.get(name) != mark:
                        await self._read(folder / name, name, mark)
                for gone in self._known.read.keys() - marks.keys():
                    del self._known.read[gone]
            finally:
                await self._keep_memory()
            seen = {name: mark for name, mark in seen.items() if name in marks}
            self.sink.alive(self.clock.wall())
            await self.rest(self.options.every)

    def _old(self, mark: Mark) -> bool:
        return self.clock.wall() - mark[2] // 1000 >= self.options.settle * 1_000_000

    async def _read(self, file: Path, name: str, mark: Mark) -> None:
        try:
            data = await self._aside(partial(read_whole, file, self.settings.max_bytes))
        except FileNotFoundError:  # somebody took it away
            return
        except OutsideError:
            await self._finish(file, name, mark, used=False)
            raise
        message = Received(data, self.clock.wall(), first=self._first, whole=self.options.whole, address=name)
        self._first = False
        used = await self.sink.received(message)
        self.spoke()
        await self._finish(file, name, mark, used)

    async def _finish(self, file: Path, name: str, mark: Mark, used: bool) -> None:
        """Remembers what was read, then puts it away: a file that can not be moved is not read again."""
        self._known.read[name] = mark
        if self.settings.trial:
            return
        options = self.options
        where = options.refused_folder if not used and options.refused_folder else options.done_folder
        if options.done == "move" or (not used and options.refused_folder):
            with suppress(FileNotFoundError):
                await self._aside(partial(put_away, file, Path(where)))
            self._known.read.pop(name, None)

    # -- a file that grows ---------------------------------------------------------------------------------------

    async def _tail(self, path: Path) -> None:
        while True:
            opened, mark = await self._aside(partial(_open, path))
            try:
                await self._follow(path, opened, mark)
            finally:
                opened.close()

    async def _follow(self, path: Path, opened: BinaryIO, mark: Mark) -> None:
        """Until another file has its place: that one is read from its start, once this one was read to its end."""
        inode, size, _ = mark
        known, at = self._known.tail
        if known != inode or at > size:
            at = size if known == 0 and self.options.begin == "end" else 0
        header = (
            await self._aside(partial(_first_line, opened, self.settings.max_bytes)) if self.options.header else b""
        )
        while True:
            part = await self._aside(partial(_lines, opened, max(at, len(header)), self.settings.max_bytes))
            if part.lines:
                await self._tell(header, part.lines, path.name)
                at = part.at
                self._known.tail = (inode, at)
                await self._keep_memory()
                continue
            self.sink.alive(self.clock.wall())
            there = await self._aside(partial(_mark, path))
            if there is not None and (there[0] != inode or there[1] < at):
                self._known.tail = (there[0], 0)
                return
            await self.rest(self.options.every)

    async def _tell(self, header: bytes, lines: bytes, name: str) -> None:
        parts = [header + lines] if self.options.each == "part" else [one for one in lines.split(b"\n") if one.strip()]
        for data in parts:
            message = Received(data, self.clock.wall(), first=self._first, address=name)
            self._first = False
            await self.hand_on(message)

    # -- both ----------------------------------------------------------------------------------------------------

    @property
    def _known(self) -> Memory:
        assert self._memory is not None
        return self._memory

    async def _keep_memory(self) -> None:
        kept = Memory(dict(self._known.read), self._known.tail)
        if self.settings.memory is not None and not self.settings.trial and kept != self._kept:
            self._kept = kept
            with suppress(OSError):  # a full disk costs that files are read twice after a restart
                await self._aside(partial(kept.keep, self.settings.memory))

    async def _aside(self, call: Callable[[], T]) -> T:
        return await in_thread(call, f"file {self.settings.feed}")


class _Part(msgspec.Struct, frozen=True):
    """Whole lines, and where the next one begins."""

    lines: bytes
    at: int


def path_of(url: str) -> Path:
    """The path of an address `file:///…`, or of a plain path."""
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(url).expanduser()


def _open(path: Path) -> tuple[BinaryIO, Mark]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would be waited for
    opened = os.fdopen(descriptor, "rb", buffering=0)
    status = os.fstat(opened.fileno())
    if not stat.S_ISREG(status.st_mode):
        opened.close()
        raise OutsideError("sources.not_a_file", detail=str(path))
    return opened, mark_of(status)


def _mark(path: Path) -> Mark | None:
    try:
        return mark_of(path.stat())
    except FileNotFoundError:  # between two, where files are rotated
        return None


def _first_line(opened: BinaryIO, most: int) -> bytes:
    opened.seek(0)
    line = opened.read(min(TAIL_BYTES, most)).partition(b"\n")
    return line[0] + line[1] if line[1] else b""


def _lines(opened: BinaryIO, at: int, most: int) -> _Part:
    """The whole lines that stand there, about `TAIL_BYTES` of them.

    Raises:
        OutsideError: a line without end.
    """
    opened.seek(at)
    data = opened.read(TAIL_BYTES)
    while data and b"\n" not in data and len(data) <= most:
        more = opened.read(TAIL_BYTES)
        if not more:
            break
        data += more
    end = data.rfind(b"\n") + 1
    if not end and len(data) > most:
        raise OutsideError("feeds.too_big", detail=f"{most / 2**20:g}")
    return _Part(data[:end], at + end)


def _sentence(error: OSError, path: Path) -> OutsideError:
    if isinstance(error, FileNotFoundError):
        return OutsideError("sources.no_such_file", detail=str(path))
    if isinstance(error, PermissionError):
        return OutsideError("sources.not_readable", detail=str(path))
    return OutsideError("sources.file_trouble", detail=f"{path}: {error.strerror or error}")


SOURCE = FileSource
