"""contacts.toml of a pack: who is reached how, checked with line and column."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cockpit.calls.book import MOST_ORG, MOST_WAYS, Row
from cockpit.model.calls import Way, WayKind
from cockpit.packs.checked import Checked

NAME = "contacts.toml"
Words = Annotated[str, Meta(min_length=1, max_length=80)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table whose unknown keys are mistakes."""


class WayRow(_Strict, frozen=True):
    """One way: exactly one of `sip`, `tel` and `handoff` (dialled by the desk's telephone only)."""

    sip: str = ""
    tel: str = ""
    handoff: str = ""
    label: Annotated[str, Meta(max_length=20)] = ""


class PersonRow(_Strict, frozen=True):
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-.]{1,60}$")]
    name: Words
    ways: Annotated[list[WayRow], Meta(min_length=1, max_length=MOST_WAYS)]
    duty: Annotated[str, Meta(max_length=80)] = ""
    org: Annotated[list[Words], Meta(max_length=MOST_ORG)] = []
    unit: Annotated[str, Meta(max_length=80)] = ""
    area: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-]{0,20}$")] = ""
    leads: Annotated[list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(max_length=200)] = []


class BookFile(_Strict, frozen=True):
    """`basis`: whence the book is; made-up persons say so."""

    basis: Literal["real", "made-up"] = "real"
    people: list[PersonRow] = []


def read_people(path: Path, areas: Collection[str] | None = None) -> list[Row]:
    """The persons of a book.

    Args:
        areas: codes that there are; None: not checked.

    Raises:
        UserError: something in it is wrong: one sentence with line and column.
    """
    file = Checked(path)
    book = file.convert(BookFile)
    seen: set[str] = set()
    rows = []
    for i, row in enumerate(book.people):
        if row.id in seen:
            file.wrong(("people", i, "id"), "calls.person_twice", given=row.id)
        seen.add(row.id)
        if row.area and areas is not None and row.area not in areas:
            file.unknown(("people", i, "area"), "calls.no_area", row.area, areas)
        ways = tuple(_way(file, i, k, way) for k, way in enumerate(row.ways))
        rows.append(Row(row.id, row.name, row.duty, tuple(row.org), row.unit, row.area, ways, tuple(row.leads)))
    return rows


def _way(file: Checked, person: int, number: int, row: WayRow) -> Way:
    given = [
        (kind, address) for kind, address in (("sip", row.sip), ("tel", row.tel), ("handoff", row.handoff)) if address
    ]
    path = ("people", person, "ways", number)
    if len(given) != 1:
        file.wrong(path, "calls.one_way")
    kind, address = given[0]
    if not valid(address):
        file.wrong((*path, kind), "calls.no_number", given=address[:80])
    return Way(WayKind.HANDOFF if kind == "handoff" else WayKind.SIP, address.strip(), row.label)


def valid(address: str) -> bool:
    """Whether it is a number or a SIP address."""
    from cockpit.calls.handoff import url_of

    return bool(url_of(address, "tel"))
