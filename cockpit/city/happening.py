"""One thing that happens in the city, and everything that will be said about it until its source closes it.

All of it is decided when it is made, but for what workers with an order do about it: what is said when does not depend
on how often the simulation is stepped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

Text = dict[str, str]
Stamp = Callable[[int], str]


class Spot(msgspec.Struct, frozen=True):
    """A place in the city: WGS-84 degrees, code of the smallest area, crossing or road in words, node of the roads."""

    lon: float
    lat: float
    area: str
    place: str
    node: int


class Fact(msgspec.Struct, frozen=True):
    name: Text
    value: float | str
    unit: Text | str


class Change(msgspec.Struct, frozen=True):
    """What becomes different at a time; None leaves a thing as it is.

    Attributes:
        at: city time, UTC microseconds.
        note: what the source writes into the timeline.
        amends: came up as it went on, and was not decided when the event was made.
    """

    at: int
    note: Text | None = None
    level: int | None = None
    amount: float | None = None
    title: str | None = None
    text: str | None = None
    facts: tuple[Fact, ...] | None = None
    closes: bool = False
    amends: bool = False


class Happening(msgspec.Struct):
    """An event of the city as its source holds it. Times are city time, UTC microseconds.

    Attributes:
        id: number at the source.
        amount: the kind's own number; None where it has none.
        scene: what its picture shows, "" for no picture.
        camera: id of the camera that sees it, "" for none.
        timeline: when, and what.
        changes: what is still to come, by time; the first one is its report.
    """

    id: str
    kind: str
    level: int
    spot: Spot
    channel: str
    occurred: int
    title: str = ""
    text: str = ""
    amount: float | None = None
    facts: tuple[Fact, ...] = ()
    scene: str = ""
    camera: str = ""
    closed: bool = False
    updated: int = 0
    timeline: list[tuple[int, Text]] = []
    changes: list[Change] = []

    def apply(self, change: Change) -> None:
        """Takes a change in."""
        self.updated = change.at
        if change.note is not None:
            self.timeline.append((change.at, change.note))
        if change.level is not None:
            self.level = change.level
        if change.amount is not None:
            self.amount = change.amount
        if change.title is not None:
            self.title = change.title
        if change.text is not None:
            self.text = change.text
        if change.facts is not None:
            self.facts = change.facts
        self.closed = self.closed or change.closes

    def message(self, stamp: Stamp, pictures: str) -> dict[str, Any]:
        """As the stream says it: the city's own JSON.

        Args:
            stamp: time to ISO 8601.
            pictures: base address of the evidence pictures.
        """
        body: dict[str, Any] = {
            "text": self.text,
            "facts": [{"name": fact.name, "value": fact.value, "unit": fact.unit} for fact in self.facts],
            "picture": f"{pictures}/{self.id}.png" if self.scene else None,
            "drawn": bool(self.scene),
            "camera": self.camera or None,
            "timeline": [{"at": stamp(at), "what": what} for at, what in self.timeline],
        }
        if self.title:
            body["title"] = self.title
        return {
            "id": self.id,
            "kind": self.kind,
            "level": self.level,
            "state": "closed" if self.closed else "open",
            "lon": round(self.spot.lon, 6),
            "lat": round(self.spot.lat, 6),
            "area": self.spot.area,
            "place": self.spot.place,
            "channel": self.channel,
            "amount": self.amount,
            "occurred": stamp(self.occurred),
            "updated": stamp(self.updated),
            "body": body,
        }
