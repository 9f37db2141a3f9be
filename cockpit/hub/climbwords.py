"""Whom an order climbs to, and what they are told: from the address book, the pack and the case's own words."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.hub.service import Setting
from cockpit.model.calls import Contact, Way, WayKind
from cockpit.model.cases import Case, Order
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message, texts

if TYPE_CHECKING:
    from cockpit.calls.book import Book
    from cockpit.calls.books import Books

MOST_LEADERS = 3
"""Who is tried one after the other until somebody was reached."""
_OF_PACK = "book/pack/"
LEAST_DIGITS = 7
"""Digits of a number that a short message can reach: an extension is none."""


def home(profile: Path, name: str) -> Path:
    """Where a file of the site's own lies: in the hub's profile, else, where a desk keeps its hub, in the desk's."""
    above = profile.parent
    return above if profile.name == "hub" and not (profile / name).is_file() and (above / name).is_file() else profile


class ClimbBook:
    """The address book at the hub, read when it is needed and not before."""

    def __init__(self, setting: Setting, directory_seconds: float = math.inf) -> None:
        """
        Args:
            directory_seconds: how old what the site's directory said may be.
        """
        self._setting = setting
        self._directory_seconds = directory_seconds
        self._directory_due = math.inf
        self._books: Books | None = None
        self._stamps: object = None
        self._book: Book | None = None
        self._lock = asyncio.Lock()

    async def contacts(self, unit: str) -> list[Contact]:
        """Persons of a unit."""
        return (await self._read()).of_unit(unit)

    async def leaders(self, unit: str, area: str) -> list[Contact]:
        """Who leads a unit, or an area around it, the smallest first; of equals in the order of the book."""
        book = await self._read()
        fits = [
            (max((_fit(one, unit, area) for one in contact.leads), default=0), contact) for contact in book.contacts
        ]
        fits = [pair for pair in fits if pair[0]]
        return [contact for _, contact in sorted(fits, key=lambda pair: -pair[0])][:MOST_LEADERS]

    async def on_duty(self, org: str) -> list[Contact]:
        """People who have a duty and are no unit's, of an organisation as in `RosterWanted`, in the order of the book;
        "" of that of the first who leads the whole city, of all where nobody does; of the pack's book only where the
        site's own have nobody on duty."""
        book = await self._read()
        people = [one for one in book.contacts if one.duty and not one.unit and one.org]
        if org:
            return [one for one in people if org in one.org or org == " ".join(one.org)]
        city = self._setting.pack.code
        people = [one for one in people if not one.id.startswith(_OF_PACK)] or people
        centre = next((one.org for one in people if any(_fit(area, "", city) for area in one.leads)), None)
        return [one for one in people if centre in (None, one.org)]

    async def _read(self) -> Book:
        """Again when one of its files was changed."""
        async with self._lock:
            return await asyncio.to_thread(self._load)

    def _load(self) -> Book:
        from cockpit.calls import book_csv, book_toml
        from cockpit.calls.books import Books
        from cockpit.calls.config import NAME, read_settings

        profile, pack = self._setting.profile, self._setting.pack.folder
        names = (book_csv.NAME, book_toml.NAME)
        folder = next((at for name in names if (at := home(profile, name)) != profile), profile)
        books = self._books = self._books or Books(folder, pack)
        stamps = books.stamps()
        now = self._setting.clock.mono()
        if self._book is None or stamps != self._stamps or now >= self._directory_due:
            try:
                ldap = read_settings(home(profile, NAME), pack).ldap
            except CockpitError:  # who calls by it says what is wrong in it
                ldap = None
            self._book, self._stamps = books.read(ldap), stamps
            self._directory_due = now + self._directory_seconds if ldap is not None else math.inf
        return self._book

    async def words(self, case: Case, order: Order) -> str:
        """The sentence that is sent or spoken: Chinese, the language of the streets. It is nowhere kept."""
        place = ""
        ref = case.texts.get("place")
        if ref is not None:
            place = (await self._setting.book.words([ref.id], "hub")).texts.get(ref.id, "")
        pack = self._setting.pack
        kind = pack.kind(case.facts.kind).name["zh"]
        said: dict[str, object] = {"city": pack.name["zh"], "order": order.number, "kind": kind, "place": place or "–"}
        return texts("zh")(Message("climb.words", said))


def number_for_sms(contacts: list[Contact]) -> str:
    """The first number of them that a short message can reach, "" none."""
    from cockpit.calls.book import number_of

    ways = (way for contact in contacts for way in contact.ways if way.kind is not WayKind.WEBRTC)
    numbers = (number_of(way.address).lstrip("+") for way in ways)
    return next((one for one in numbers if one.isdecimal() and len(one) >= LEAST_DIGITS), "")


def way_to_speak(contacts: list[Contact]) -> Way | None:
    """The first way of them by which the hub itself can call."""
    return next((way for contact in contacts for way in contact.ways if way.kind is WayKind.SIP), None)


def _fit(led: str, unit: str, area: str) -> int:
    """How near to a unit what somebody leads is; 0 elsewhere."""
    if led == unit:
        return 1_000
    return len(led) if area and area.startswith(led) else 0
