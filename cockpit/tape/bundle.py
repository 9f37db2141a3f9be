"""A piece of a tape as one file: a zstd tar with a manifest first, for a colleague or a bug report; and its way in.

What comes in is a stranger's: names, sizes, sums and every record are looked at before anything lies where tapes lie.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from cockpit.model.clock import SECOND, Clock
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.typed import from_json
from cockpit.tape.folder import segments
from cockpit.tape.lane import Lane
from cockpit.tape.layout import WINDOW, BadBytes
from cockpit.tape.reader import TapeReader
from cockpit.tape.record import CHECKPOINT, KINDS, Record
from cockpit.tape.record import MINUTE as MINUTES
from cockpit.tape.segment import mend, read, scan

VERSION = 1
WHAT = "city-cockpit tape"
MANIFEST = "manifest.json"
MOST_MANIFEST = 16 * 1024 * 1024
MOST_FILES = 50_000
MOST_BYTES = 500_000_000_000
LEAST_FREE = 256 * 1024 * 1024
AT_ONCE = 2_000
BLOCK = 512
PIECE = 1 << 20
BEFORE = 6 * SECOND
"""Receipt before the checkpoint from which on messages go along: a replay reads some of them again."""
_NAME = re.compile(r"(raw\.sensor|raw|entry|checkpoint|checkpoint\.minute)/[0-9a-f]{16}-[0-9]{1,18}\.seg")


class File(msgspec.Struct, frozen=True):
    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What is in the file.

    Attributes:
        what: `WHAT`; v: version.
        city: id of the pack; program: version of the program that wrote it.
        start, end: what was asked for, UTC us of the hub's wall clock; `files` begin at the checkpoint before.
        records: how many there are.
        files: segments.
    """

    what: str
    v: int
    city: str
    program: str
    start: int
    end: int
    records: int
    files: tuple[File, ...]


# -- out -----------------------------------------------------------------------------------------------------------


def export(
    reader: TapeReader,
    start: int,
    end: int,
    out: Path,
    clock: Clock,
    program: str,
    feeds: Collection[str] | None = None,
) -> Manifest:
    """Writes what was received in [start, end), with the checkpoint before it, into one file, whole or not at all.

    Args:
        feeds: messages of these feeds only; what the hub made of the others is still in its checkpoints.

    Raises:
        UserError: there is nothing in between, or `out` is there already.
        OutsideError: the disk refused.
    """
    if out.exists():
        raise UserError("tape.file_there", file=str(out))
    try:
        with tempfile.TemporaryDirectory(prefix=".tape-", dir=out.parent) as temporary:
            folder = Path(temporary)
            city, records = _copy(reader, start, end, folder, clock, feeds)
            files = tuple(_described(folder))
            manifest = Manifest(WHAT, VERSION, city, program, start, end, records, files)
            new = folder / "file"
            with open(new, "wb") as file:
                _write(file, folder, manifest)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, out)
            return manifest
    except OSError as error:
        raise OutsideError("tape.file_unwritable", file=str(out), why=error.strerror or str(error)) from error


def _copy(
    reader: TapeReader, start: int, end: int, folder: Path, clock: Clock, feeds: Collection[str] | None
) -> tuple[str, int]:
    """Copies records into segments of their own; the city that they are of, and how many."""
    checkpoint = reader.last_before(start, [MINUTES, CHECKPOINT], ["picture"])
    begin = min(start, checkpoint.received - BEFORE) if checkpoint is not None else start
    city, hub = _origin(reader)
    lanes = {kind: Lane(folder, kind, city, hub, clock) for kind in KINDS}
    gathered: list[Record] = []
    records = 0
    for record in reader.read(begin, end):
        own = record.kind.startswith("raw") and not record.feed.startswith("own")
        if own and feeds is not None and record.feed not in feeds:
            continue
        records += 1
        gathered.append(record)
        if len(gathered) >= AT_ONCE:
            _append(lanes, gathered)
            gathered = []
    _append(lanes, gathered)
    for lane in lanes.values():
        lane.close()
    if not records:
        raise UserError("tape.nothing_there")
    return city, records


def _append(lanes: dict[str, Lane], gathered: list[Record]) -> None:
    by_kind: dict[str, list[Record]] = {}
    for record in gathered:
        by_kind.setdefault(record.kind, []).append(record)
    for kind, records in by_kind.items():
        lanes[kind].append(records)


def _origin(reader: TapeReader) -> tuple[str, str]:
    """City and hub of a tape."""
    for kind in KINDS:
        for segment in segments(reader.folder, kind)[-1:]:
            with contextlib.suppress(BadBytes, OSError):
                head = scan(segment.path).head
                return head.city, head.hub
    return "", ""


def _described(folder: Path) -> Iterator[File]:
    for kind in KINDS:
        for segment in segments(folder, kind):
            name = f"{kind}/{segment.path.name}"
            with open(segment.path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield File(name, segment.path.stat().st_size, digest)


def _write(out: IO[bytes], folder: Path, manifest: Manifest) -> None:
    # segments are compressed already; the frame around them gives a sum over all and one kind of file
    with (
        zstandard.ZstdCompressor(level=1, write_checksum=True).stream_writer(out, closefd=False) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
    ):
        data = msgspec.json.encode(manifest)
        tar.addfile(_entry(MANIFEST, len(data)), io.BytesIO(data))
        for one in manifest.files:
            with open(folder / one.name, "rb") as file:
                tar.addfile(_entry(one.name, one.size), file)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    return info


# -- in ------------------------------------------------------------------------------------------------------------


def take(source: Path, folder: Path, name: str, *, most: int = MOST_BYTES) -> Manifest:
    """Takes an exported file in as a tape of its own, `<folder>/<name>`, after all of it was looked at.

    Args:
        most: bytes that it may have, unpacked.

    Raises:
        UserError: it is none, something in it is not as it says, or there is a tape of that name.
        OutsideError: the disk refused.
    """
    if not re.fullmatch(r"[\w一-鿿][\w一-鿿 .-]{0,79}", name) or name.endswith(" "):
        raise UserError("tape.bad_name")
    if (folder / name).exists():
        raise UserError("tape.name_there", name=name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".in-", dir=folder) as temporary:
            unpacked = Path(temporary) / "tape"
            unpacked.mkdir(mode=0o700)
            manifest = _unpack(source, unpacked, most)
            _look_over(unpacked, manifest)
            os.replace(unpacked, folder / name)
            return manifest
    except OSError as error:
        raise OutsideError("tape.not_taken", file=str(source), why=error.strerror or str(error)) from error


def _unpack(source: Path, folder: Path, most: int) -> Manifest:
    with open(source, "rb") as file:
        decompressor = zstandard.ZstdDecompressor(max_window_size=1 << WINDOW)
        with decompressor.stream_reader(file, read_across_frames=False, closefd=False) as packed:
            try:
                return _unpack_members(_Members(packed.read), folder, most)
            except (zstandard.ZstdError, BadBytes) as error:
                raise UserError("tape.no_tape", file=str(source), why=str(error)) from error


def _unpack_members(members: _Members, folder: Path, most: int) -> Manifest:
    first = members.next()
    if first is None or first[0] != MANIFEST or first[1] > MOST_MANIFEST:
        raise BadBytes("no manifest")
    manifest = read_manifest(members.read(first[1]))
    if sum(file.size for file in manifest.files) > most:
        raise UserError("tape.too_large", most=most // 1_000_000)
    free = shutil.disk_usage(folder).free
    if sum(file.size for file in manifest.files) > free - LEAST_FREE:
        raise UserError("tape.no_room_for_it", free=free // 1_000_000)
    for expected in manifest.files:
        found = members.next()
        if found is None or found != (expected.name, expected.size):
            raise BadBytes(f"{expected.name} is not where it should be")
        path = folder / expected.name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        digest = hashlib.sha256()
        with open(path, "xb") as file:
            for piece in members.pieces(expected.size):
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != expected.sha256:
            raise BadBytes(f"{expected.name} was changed")
    if members.next() is not None:
        raise BadBytes("more than the manifest names")
    return manifest


def read_manifest(data: bytes) -> Manifest:
    """
    Raises:
        BadBytes: it is none, or names files that no tape has.
    """
    try:
        manifest = from_json(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadBytes(str(error)) from error
    if manifest.what != WHAT or manifest.v != VERSION:
        raise BadBytes(f"{manifest.what[:40]!r}, version {manifest.v}")
    names = [file.name for file in manifest.files]
    if len(names) > MOST_FILES or len(set(names)) < len(names) or not names:
        raise BadBytes("too many files, none, or one of them twice")
    for file in manifest.files:
        if not _NAME.fullmatch(file.name) or file.size < 0:
            raise BadBytes(f"{file.name[:80]!r} is no segment's name")
    return manifest


class _Members:
    """Plain files of a tar of the oldest kind (ustar), one after the other; nothing else is understood, so that no
    header can ask for memory, a link or a place of its own."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def next(self) -> tuple[str, int] | None:
        """Name and size of the next file, None at the end. The one before has to be read whole."""
        block = self.read(BLOCK)
        if block == bytes(BLOCK):
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
            raise BadBytes("no tar") from error
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.size < 0:
            raise BadBytes(f"{info.name[:80]!r} is no plain file")
        return info.name, info.size

    def read(self, size: int) -> bytes:
        """So many bytes, and what fills up the block behind them."""
        return b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            piece = self._read(min(left, PIECE))
            if not piece:
                raise BadBytes("it ends too soon")
            left -= len(piece)
            yield piece
        fill = -size % BLOCK
        while fill:
            piece = self._read(fill)
            if not piece:
                raise BadBytes("it ends too soon")
            fill -= len(piece)


def _look_over(folder: Path, manifest: Manifest) -> None:
    """Every record can be read, and they are as many as said.

    Raises:
        UserError: not so.
    """
    records = 0
    for file in manifest.files:
        path = folder / file.name
        try:
            index = scan(path, check=True)
            if index.size != file.size or index.head.kind != path.parent.name or index.head.city != manifest.city:
                raise BadBytes(f"{file.name} is not what it says")
            for _ in read(path, index):
                records += 1
            mend(path)
        except BadBytes as error:
            raise UserError("tape.no_tape", file=file.name, why=str(error)) from error
    if records != manifest.records:
        raise UserError("tape.no_tape", file=MANIFEST, why=f"{records} != {manifest.records}")
