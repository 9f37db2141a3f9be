"""The address book: persons of the pack, of the site's CSV and of its directory, found as a person types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from cockpit.calls.dialled import packed
from cockpit.model.calls import Contact, Way, WayKind
from cockpit.model.nameindex import NameIndex
from cockpit.model.pinyin import plain

MOST_CONTACTS = 50_000
MOST_WAYS = 8
MOST_ORG = 4
_DIGITS = re.compile(r"\d+")
_TYPED = re.compile(r"\+?[\d\s()\-]{3,24}|[*#\d]{2,24}|sips?:\S{3,120}")
_COUNTRY = re.compile(r"^(\+|00)86")
_LEAST_DIGITS = 2


class Row(msgspec.Struct, frozen=True):
    """A person as a source tells of them; the id is unique in its source."""

    id: str
    name: str
    duty: str = ""
    org: tuple[str, ...] = ()
    unit: str = ""
    area: str = ""
    ways: tuple[Way, ...] = ()
    leads: tuple[str, ...] = ()


def number_of(address: str) -> str:
    """A number or a SIP address in the form in which two of them are compared: no signs, no country code of China, of a
    SIP address the user, in small letters."""
    text = address.strip()
    low = text.lower()
    for prefix in ("sips:", "sip:", "tel:"):
        if low.startswith(prefix):
            text = text[len(prefix) :]
            break
    user = text.partition("@")[0].partition(";")[0]
    number = packed(user)
    if re.fullmatch(r"\+?[\d*#]+", number):
        return _COUNTRY.sub("", number)
    return user.lower()


def typed(text: str) -> Contact | None:
    """Somebody who is known by a number that was typed only; None where it is none."""
    text = text.strip()
    if not _TYPED.fullmatch(text):
        return None
    number = number_of(text)
    return Contact(f"number/{number}", text, ways=(Way(WayKind.SIP, text if "@" in text else number),))


class Book:
    """Contacts in the order of the book.

    Attributes:
        contacts: each id once; of two sources the first counts.
    """

    def __init__(self, contacts: Iterable[Contact] = ()) -> None:
        self.contacts = tuple({contact.id: contact for contact in reversed(list(contacts))}.values())[::-1]
        self._of_unit: dict[str, list[Contact]] = {}
        self._by_number: dict[str, Contact] = {}
        for contact in self.contacts:
            if contact.unit:
                self._of_unit.setdefault(contact.unit, []).append(contact)
            for way in contact.ways:
                self._by_number.setdefault(number_of(way.address), contact)
        self._indexes: tuple[NameIndex, ...] | None = None
        self._numbers: list[str] = []

    def __len__(self) -> int:
        return len(self.contacts)

    def of_unit(self, key: str) -> list[Contact]:
        """Persons of a unit of the picture."""
        return self._of_unit.get(key, [])

    def by_way(self, way: Way) -> Contact | None:
        """Whose number it is."""
        return self._by_number.get(number_of(way.address))

    def find(self, text: str, most: int) -> list[Contact]:
        """Those whom every word fits: by name, duty, organisation (as written, in pinyin, by initials) or number; best
        first, of equals in the order of the book. Slow at the first time: for a worker thread."""
        words = plain(text).split()
        if not words:
            return list(self.contacts[:most])
        scores = np.minimum.reduce([self._scores(word) for word in words])
        best = np.argsort(-scores.astype(int), kind="stable")[:most]
        return [self.contacts[i] for i in best.tolist() if scores[i] > 0]

    def _scores(self, word: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        names, *others = self._ready()
        scores = names.scores(word)
        for index in others:  # a name that fits as well comes before a duty
            found = index.scores(word)
            scores = np.maximum(scores, np.where(found > 1, found - 1, 0).astype(np.uint8))
        digits = packed(word)
        if _DIGITS.fullmatch(digits) and len(digits) >= _LEAST_DIGITS:
            hits = [90 if f" {digits}" in numbers else 45 if digits in numbers else 0 for numbers in self._numbers]
            scores = np.maximum(scores, np.array(hits, np.uint8))
        return scores

    def _ready(self) -> tuple[NameIndex, ...]:
        if self._indexes is None:
            self._numbers = ["".join(f" {number_of(way.address)}" for way in contact.ways) for contact in self.contacts]
            self._indexes = (
                NameIndex([contact.name for contact in self.contacts]),
                NameIndex([contact.duty for contact in self.contacts]),
                *(
                    NameIndex([contact.org[i] if i < len(contact.org) else "" for contact in self.contacts])
                    for i in range(MOST_ORG)
                ),
            )
        return self._indexes


def contacts_of(rows: Iterable[Row], source: str) -> list[Contact]:
    """As contacts of the book; ids are unique across sources by their name."""
    return [
        Contact(f"book/{source}/{row.id}", row.name, row.duty, row.org, row.unit, row.area, row.ways, row.leads)
        for row in rows
    ]


def order_ways(ways: Sequence[Way], kinds: Sequence[str]) -> tuple[Way, ...]:
    """Ways of several sources in the order of their kinds, each once."""
    known = [kind for kind in kinds if any(way.kind.value == kind for way in ways)]
    return tuple(dict.fromkeys(way for kind in known for way in ways if way.kind.value == kind))
