"""What a seat asks the hub of the archive, so as to have a copy of its own; `archive.*`, for leaders and duty only.

Both copies go on from a cursor that the hub answered and the seat kept with what it wrote: a line that breaks costs
one page. Pages hold at most about `PAGE` bytes of zstd. A cursor fixes until where it goes when it is begun; what
changes meanwhile comes in the next round, which begins where this one was fixed.
"""

from __future__ import annotations

import msgspec

ROLES = frozenset({"leader", "duty"})
"""Who may ask."""
PAGE = 200_000
"""Bytes of one page, more or less."""
TOPIC = "archive"
"""`ArchiveNews` are published on it, at most every few seconds."""


class ArchiveNews(msgspec.Struct, frozen=True):
    """The archive changed. As in `ArchiveState`."""

    archive: str
    revision: int
    as_of: int


class StateWanted(msgspec.Struct, frozen=True):
    """How the hub's archive stands.

    Attributes:
        since: revision up to which the seat has all rows, 0 none; signs_since: likewise hour of the signs, UTC us;
            signs_from: what begins before is not wanted (size budget): both for the sizes that are answered.
    """

    since: int = 0
    signs_since: int = 0
    signs_from: int = 0


class DayState(msgspec.Struct, frozen=True, array_like=True):
    """One day of `reported` (Shanghai).

    Attributes:
        day: days since 1970-01-01 in Shanghai; revision: of its newest change; rows; size: bytes of its columns.
    """

    day: int
    revision: int
    rows: int
    size: int


class ArchiveState(msgspec.Struct, frozen=True):
    """The hub's archive.

    Attributes:
        archive: id of the file; another one: the copy is to be begun anew. signs: likewise of signs.db.
        revision: counts transactions; as_of: until when it is complete, UTC us.
        horizon: rows that were reported before are forgotten, at the copy too; 0 none.
        filling: days of the past that the city still gives; 0 it is all in.
        days: newest first.
        signs_until: end of the last closed hour, UTC us.
        rows, size: rows that changed behind `since` and about how many bytes they take; signs_size: of the signs.
        units: msgpack of name and kind of units by key, for the copy's note `units`.
    """

    archive: str
    signs: str
    revision: int
    as_of: int
    horizon: int
    filling: int
    days: tuple[DayState, ...]
    signs_until: int
    rows: int
    size: int
    signs_size: int
    units: bytes = b""


class RowsCursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a round of rows stands: open ones first, then closed ones, each newest first.

    Attributes:
        since, until: revisions: rows of (since, until] are given; until 0: the hub fixes it.
        closed: 1: the open ones are all given; reported, key: of the last row that was given, 0 and "" none yet.
        page: pages that were given before.
    """

    since: int = 0
    until: int = 0
    closed: int = 0
    reported: int = 0
    key: str = ""
    page: int = 0


class DaysWanted(msgspec.Struct, frozen=True):
    """The next page of changed rows.

    Attributes:
        archive: id of the file that the cursor is of; "" with a new one.
        most: bytes of the page at most, for a bad line less than `PAGE`.
    """

    archive: str
    cursor: RowsCursor
    most: int = PAGE


class DaysPage(msgspec.Struct, frozen=True):
    """A page of rows.

    Attributes:
        archive: another one than was asked: begin anew, nothing is in `data`.
        data: of `store.archive_pack.pack`; n: its rows, 0 and b"" when nothing is left.
        next: the cursor behind it. done: the round is over; the next one begins with `since = next.until`.
        left: rows of the round behind this page; pages: about how many pages they take.
    """

    archive: str
    data: bytes
    n: int
    next: RowsCursor
    done: bool
    left: int
    pages: int
    as_of: int


class SignsCursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a round of the signs' past stands: slices of hours, of days, then chunks of days, of hours; newest first.

    Attributes:
        since, until: UTC us: buckets that begin in [since, until); until 0: the hub fixes it.
        step: 0 hours, 1 days as slices; 2 days, 3 hours as chunks; 4 over.
        start: of the last slice or chunk that was given, 0 none yet; item: its number (chunks).
    """

    since: int = 0
    until: int = 0
    step: int = 0
    start: int = 0
    item: int = 0
    page: int = 0


class PastSignsWanted(msgspec.Struct, frozen=True):
    """The next page of the signs' past, `archive.signs`.

    Attributes:
        signs: id of the signs.db that the cursor is of; "" with a new one.
        items: the highest number of an item that the seat knows.
        start: what begins before is not wanted, 0 all.
    """

    signs: str
    cursor: SignsCursor
    items: int = 0
    start: int = 0
    most: int = PAGE


class ItemName(msgspec.Struct, frozen=True, array_like=True):
    """Number and key of an item, and what its history is kept with."""

    id: int
    key: str
    fine: bool
    digits: int


class PastPiece(msgspec.Struct, frozen=True, array_like=True):
    """One slice (item 0: all items, whose numbers are its `start` column) or a chunk of one item.

    Attributes:
        grain: `hour` or `day`; start: of the slice, of a chunk its first bucket; data: of `signs.packing.pack`.
    """

    grain: str
    start: int
    item: int
    data: bytes


class PastSignsPage(msgspec.Struct, frozen=True):
    """A page of the signs' past.

    Attributes:
        signs: another one than was asked: begin anew, nothing is in it.
        items: those with numbers above the one that was known; they hold for all later pages.
        pieces: zstd of the msgpack of a list of `PastPiece`.
        next, done: as in `DaysPage`; the next round begins with `since = next.until`. size: bytes still to come, about.
    """

    signs: str
    items: list[ItemName]
    pieces: bytes
    next: SignsCursor
    done: bool
    size: int
