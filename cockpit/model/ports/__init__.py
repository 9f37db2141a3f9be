"""The protocols that panels and services are handed, so that they need not know who answers.

Answers come by callback on the thread that asked (Qt's thread, for panels), never before the call returns.
A callback whose asker is gone is not called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from cockpit.model.messages import Message


class Body(msgspec.Struct, frozen=True):
    """What is fetched by id and not in the picture: texts, facts, timeline, picture.

    Attributes:
        key: whose body it is.
        fields: as the source sent them (`text`, `facts`, `timeline`, `picture`, `camera`).
        fetched: when the hub had it, wall clock, UTC us; 0 when unknown.
        cached: the hub did not answer, this is the copy of an earlier reading.
    """

    key: str
    fields: dict[str, Any]
    fetched: int = 0
    cached: bool = False


class Near(msgspec.Struct, frozen=True):
    """A unit near a place, along the streets.

    Attributes:
        key: of the unit.
        metres: along the streets; NaN where no way was found.
        seconds: at the way of moving of its kind.
        path: [(lon, lat), …] from the unit to the place.
        fits: why it fits or not, in words.
        free: may be sent.
    """

    key: str
    metres: float
    seconds: float
    path: tuple[tuple[float, float], ...]
    fits: tuple[Message, ...]
    free: bool


class NamedPlace(msgspec.Struct, frozen=True):
    """A place with a name: a road, a crossing, a park or water.

    Attributes:
        words: "延安路 × 庆春路", as the map source writes it.
        kind: `road`, `crossing` or `other`.
        lon, lat: WGS-84.
    """

    words: str
    kind: str
    lon: float
    lat: float


class Here(msgspec.Struct, frozen=True):
    """What a place on the map is called.

    Attributes:
        words: the crossing, road or other place that it is near, "" where none is.
        area: code of the smallest area it lies in, "" where it lies in none.
    """

    words: str
    area: str


class Refusal(msgspec.Struct, frozen=True):
    """A piece of a feed that was refused and is kept in quarantine.

    Attributes:
        reason: why, in a sentence.
        sample: its first bytes as text, control characters replaced.
        received: wall clock, UTC us.
    """

    reason: Message
    sample: str
    received: int


class Way(msgspec.Struct, frozen=True):
    """The way of a unit to a place, along the streets.

    Attributes:
        metres: along the streets; seconds: at the way of moving of its kind.
        path: [(lon, lat), …] from where the unit was when it was asked for, WGS-84.
    """

    metres: float
    seconds: float
    path: tuple[tuple[float, float], ...]


class Bodies(Protocol):
    def body(self, key: str, done: Callable[[Body | Message], None]) -> None:
        """The body of an event, unit or alert; a Message says in a sentence why there is none."""
        ...

    def picture(self, url: str, done: Callable[[bytes | Message], None]) -> None:
        """The bytes of an evidence picture (JPEG or PNG, ≤ 2 MB)."""
        ...


class Nearby(Protocol):
    def near(self, lon: float, lat: float, kind: str, done: Callable[[list[Near] | Message], None]) -> None:
        """Who is near (WGS-84) and fits events of `kind`, nearest by road first, at most 8."""
        ...

    def way(self, unit: str, lon: float, lat: float, done: Callable[[Way | Message], None]) -> None:
        """The way of one unit, by its key, to a place (WGS-84); a Message says why there is none."""
        ...


class Search(Protocol):
    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        """Keys of events whose kind, place, source or id hold every word of `text`, newest first, at most 500."""
        ...


class Gazetteer(Protocol):
    def places(self, text: str, done: Callable[[list[NamedPlace]], None]) -> None:
        """Roads, crossings and other places whose name holds every word of `text`, best first, at most 8."""
        ...

    def here(self, lon: float, lat: float, done: Callable[[Here], None]) -> None:
        """What a place (WGS-84) is called, and the area it lies in."""
        ...


class Feeds(Protocol):
    def quarantine(self, feed: str, done: Callable[[list[Refusal] | Message], None]) -> None:
        """The last refused pieces of a feed, newest first, at most 50; a Message says why they can not be had."""
        ...

    def retry(self, feed: str) -> None:
        """Has the hub try a feed at once; "" tries the hub and all feeds."""
        ...


class Prefs(Protocol):
    """What a person set, kept in the profile."""

    def get(self, name: str, default: Any) -> Any: ...

    def set(self, name: str, value: Any) -> None: ...
