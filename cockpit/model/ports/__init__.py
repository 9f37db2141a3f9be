"""The protocols that panels and services are handed, so that they need not know who answers.

Answers come by callback on the thread that asked (Qt's thread, for panels), never before the call returns.
A callback whose asker is gone is not called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.city import System
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


class Resource(msgspec.Struct, frozen=True):
    """A thing that stands near a place, along the streets.

    Attributes:
        topic, key: which.
        metres: along the streets, on foot.
        path: [(lon, lat), …] from it to the place.
    """

    topic: str
    key: str
    metres: float
    path: tuple[tuple[float, float], ...]


class NamedPlace(msgspec.Struct, frozen=True):
    """A place with a name: a road, a crossing, an area, a park or water.

    Attributes:
        words: "延安路 × 庆春路", as the map source writes it.
        kind: `road`, `crossing`, `area` or `other`.
        lon, lat: WGS-84.
        within: "西湖区 · 翠苑街道": in which areas it lies, as the pack names them; "" unknown.
    """

    words: str
    kind: str
    lon: float
    lat: float
    within: str = ""


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
        id: by which it can be tried again; 0: it can not.
        group: those that were refused for the same reason have the same; count: how many of them since the hub's
            start.
    """

    reason: Message
    sample: str
    received: int
    id: int = 0
    group: str = ""
    count: int = 1


class Sample(msgspec.Struct, frozen=True):
    """A message of a feed as it came: its head as text, its size in bytes, when it was received (wall, UTC us)."""

    text: str
    size: int
    received: int


class Tried(msgspec.Struct, frozen=True):
    """What came of refused pieces that were read again.

    Attributes:
        taken: are in the picture now. refused: were refused again. older: newer ones are known, they are let go.
        lost: can not be read again, since they were not kept whole.
        reason: why the last of them was refused again; None: none was.
    """

    taken: int = 0
    refused: int = 0
    older: int = 0
    lost: int = 0
    reason: Message | None = None


class Interface(msgspec.Struct, frozen=True):
    """What the hub knows of a feed that is not in the picture, as its pack or the site's feeds.toml says it.

    Attributes:
        id: of the feed. address: where it comes from, without user, password and query.
        datum: of its coordinates. queue, room: what happens when it comes too fast, see `city.FeedSpec`.
        of: id of the feed whose things its readings are of, "" its own.
    """

    id: str
    address: str
    datum: str
    queue: str
    room: int
    of: str = ""


class Systems(msgspec.Struct, frozen=True):
    """The systems of the city and the feeds that are their interfaces."""

    systems: tuple[System, ...]
    interfaces: tuple[Interface, ...]


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
        """Who is near (WGS-84) and fits events of `kind`, nearest by road first, at most 8; "" asks for whoever is
        nearest, whatever the place is."""
        ...

    def resources(
        self,
        lon: float,
        lat: float,
        topic: str,
        done: Callable[[list[Resource] | Message], None],
        spots: tuple[list[str], NDArray[np.float64]] | None = None,
    ) -> None:
        """Cameras or sensors (`topic`) nearest to a place (WGS-84) along the streets, at most 8; of things that are in
        no table `spots` says keys and places, shape (n, 2), WGS-84 lon, lat."""
        ...

    def way(self, unit: str, lon: float, lat: float, done: Callable[[Way | Message], None]) -> None:
        """The way of one unit, by its key, to a place (WGS-84); a Message says why there is none."""
        ...


class Search(Protocol):
    def units(self, text: str, done: Callable[[list[tuple[str, float]]], None]) -> None:
        """Keys of units whose name fits `text`, as written, in pinyin or by initials, and how well: 100 the whole
        name; best first, at most 8."""
        ...

    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        """Keys of events whose kind, place, source or id hold every word of `text`, newest first, at most 500."""
        ...


class Gazetteer(Protocol):
    def places(
        self, text: str, done: Callable[[list[NamedPlace]], None], near: tuple[float, float] | None = None
    ) -> None:
        """Roads, crossings, areas and other places that `text` names, in characters, pinyin or initials; best first,
        of equals the nearest to `near` (WGS-84), at most 8."""
        ...

    def here(self, lon: float, lat: float, done: Callable[[Here], None]) -> None:
        """What a place (WGS-84) is called, and the area it lies in."""
        ...


class Feeds(Protocol):
    def quarantine(self, feed: str, done: Callable[[list[Refusal] | Message], None]) -> None:
        """The last refused pieces of a feed, newest first, some of each reason; a Message says why they can not be
        had."""
        ...

    def retry(self, feed: str) -> Message | None:
        """Has the hub try a feed at once; "" tries the hub and all feeds. Answers with why not, in a replay."""
        ...

    def sample(self, feed: str, done: Callable[[Sample | Message], None]) -> None:
        """The last message of a feed that could be used."""
        ...

    def again(self, refusals: Sequence[int], done: Callable[[Tried | Message], None]) -> None:
        """Has the hub read refused pieces again, as they were received; a Message says why it could not."""
        ...

    def again_all(self, feed: str, group: str, done: Callable[[Tried | Message], None]) -> None:
        """As `again`, all of a feed that were refused for the same reason."""
        ...

    def systems(self, done: Callable[[Systems | Message], None]) -> None:
        """The systems that feeds are interfaces of; a Message says why they can not be had."""
        ...


class Prefs(Protocol):
    """What a person set, kept in the profile."""

    def get(self, name: str, default: Any) -> Any: ...

    def set(self, name: str, value: Any) -> None: ...
