"""What a city pack says about a city: pure data, read and checked by `cockpit.packs`, handed to panels read-only.

A `Text` is a pack's own text, `{"zh": …, "en": …}`; zh is always there. Coordinates are WGS-84 lon/lat in degrees.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.bases import BaseSpec
from cockpit.model.forms import FieldForms
from cockpit.model.loop import BARE, LoopRules

Text = dict[str, str]

DATUMS = ("wgs84", "gcj02", "bd09", "cgcs2000")
SOURCES = ("http", "sse", "websocket", "mqtt", "nats", "file", "kafka")
FORMATS = (
    "city", "geojson", "cap", "readings", "csv", "jsonl", "xlsx", "open311", "ngsi_ld", "sensorthings", "gtfs_realtime",
    "cot", "cloudevents",
)  # fmt: skip
PATTERNS = (
    "water", "lift", "tree", "power", "pit", "lamp_signal", "lid", "waste", "board", "street_lamp", "speech", "fire",
    "camera", "road", "smoke", "pipe", "stall", "noise", "bike", "other",
)  # fmt: skip
"""Patterns that a symbol of an event may carry; `widgets.kit.symbols` draws each of them."""
SHAPES = ("circle", "square", "shield", "triangle", "hexagon", "pentagon")
"""Shapes of units; `widgets.kit.symbols` draws each of them."""
BASES = ("S", "G", "P", "C", "R", "M", "O")
"""How well a row is founded: text of a standard, a government's own table, secondary page, public code, computed,
from memory, ours."""


class Kind(msgspec.Struct, frozen=True):
    """One class of events.

    Attributes:
        code: `E` + 大类 + 小类 (event), `P` + … (a part that is broken), `H` + number (12345 appeal).
        name: what it is called.
        group_code, group: the class above it (`E05` 突发事件).
        pattern: one of `PATTERNS`.
        level: the level it has when its source says none, 1 to 5 (`model.levels`).
        fact, unit: name and unit of the number that comes with it (积水深度, cm); both empty when it has none. A unit
            that is a word of a language (人) is a `{zh, en}` text.
        basis, source: one of `BASES` and where it was read.
        known: False for a code that the pack does not list.
    """

    code: str
    name: Text
    group_code: str
    group: Text
    pattern: str
    level: int
    fact: Text = {}
    unit: Text | str = ""
    basis: str = "O"
    source: str = ""
    known: bool = True


class UnitKind(msgspec.Struct, frozen=True):
    """One kind of unit.

    Attributes:
        shape: one of `SHAPES`.
        speed: how fast it usually gets along, m/s.
        on_foot: whether it takes foot ways and goes against one-way streets.
    """

    id: str
    name: Text
    shape: str
    speed: float
    on_foot: bool


class SensorKind(msgspec.Struct, frozen=True):
    """One kind of sensor.

    Attributes:
        unit: of its values, as printed.
        decimals: digits after the point.
        low, high: values outside of these are not believed.
        warn: from here on it is worth a look; None where no one knows. `basis` says who says so.
    """

    id: str
    name: Text
    unit: str
    decimals: int
    low: float
    high: float
    warn: float | None = None
    basis: str = "O"


class Channel(msgspec.Struct, frozen=True):
    """How an event reached its source: hotline, video, sensor, patrol."""

    id: str
    name: Text


class Finding(msgspec.Struct, frozen=True):
    """What video analytics reports, and the class of event that it means."""

    id: str
    name: Text
    kind: str


class System(msgspec.Struct, frozen=True):
    """A system of the city (视频平台, 12345) that feeds belong to.

    Attributes:
        owner: the department that answers for it; {} unknown.
        classification: of its data (`public`, `internal`, `sensitive`), "" not told.
    """

    id: str
    name: Text
    owner: Text = {}
    classification: str = ""


class FeedSpec(msgspec.Struct, frozen=True):
    """One feed (an interface of a system) as the pack, or the site's own feeds.toml, names it.

    Attributes:
        source, format: names of a transport and of a format of `cockpit.feeds`.
        url: with `{city}` for the base address of the city's platform.
        datum: one of `DATUMS`.
        beat: seconds between two signs of life (a poll's period, a stream's beat).
        topic: the table of the picture that it fills.
        system: id of the `System` that it belongs to, "" none.
        of: id of the feed whose things its readings are of, "" its own.
        expected: messages a second that are expected; 0: one a beat.
        queue: what happens when its messages come faster than they are read: `all` (wait, then refuse the newest,
            counted), `latest` (the newest of each id), `sample` (every n-th, counted).
        room: messages that may wait, of 64 MB together at the most.
        options: of its source (topics, qos, share, stream, paging, secret, user, ca, …); the source checks them.
        mapping: columns of the table to columns of the file or members of the JSON, for `csv`, `jsonl`, `xlsx`, …;
            the format checks them.
    """

    id: str
    name: Text
    source: str
    url: str
    format: str
    datum: str
    beat: float
    topic: str
    system: str = ""
    of: str = ""
    expected: float = 0.0
    queue: str = "all"
    room: int = 100_000
    options: dict[str, Any] = {}
    mapping: dict[str, Any] = {}

    def address(self, city: str) -> str:
        """The url with `city` (base address, with or without a slash at its end) put in."""
        return self.url.replace("{city}", city.rstrip("/"))


class Pack(msgspec.Struct, frozen=True):
    """One city.

    Attributes:
        id: name of its folder.
        code: its six-digit 行政区划 code.
        bounds: west, south, east, north.
        centre, zoom: where the map opens (zoom as in web Mercator tiles of 256 px).
        timezone: IANA name.
        credit: who made the map data; stands on the map.
        notice: what a reader has to know about the areas; stands on the map.
        tiers: labels of 市 区 街道 社区 网格, from the top; the index is the tier of the table `area`.
        kinds, unit_kinds, sensor_kinds, channels, findings: by code or id.
        feeds: in the order of the strip.
        folder: where basemap.npz, roads.npz, areas.npz and places.npz lie.
        loop: how cases run here.
        approval: 审图号 of the map, as the authority gave it (GS(2024)0650号); "" where none was given.
        bases: base maps in tiles that may be shown in the place of the pack's own.
        systems: by id.
        signs: name of the file of signs in assets/signs/, "" none.
        forms: what the phone page asks for.
    """

    id: str
    code: str
    name: Text
    bounds: tuple[float, float, float, float]
    centre: tuple[float, float]
    zoom: float
    timezone: str
    credit: Text
    notice: Text
    tiers: tuple[Text, ...]
    feeds: tuple[FeedSpec, ...]
    kinds: dict[str, Kind]
    unit_kinds: dict[str, UnitKind]
    sensor_kinds: dict[str, SensorKind]
    channels: dict[str, Channel]
    findings: dict[str, Finding]
    folder: Path
    loop: LoopRules = BARE
    approval: str = ""
    bases: tuple[BaseSpec, ...] = ()
    systems: dict[str, System] = {}
    signs: str = ""
    forms: FieldForms = FieldForms()

    def kind(self, code: str) -> Kind:
        """The class of `code`; for a code that the pack does not list one that shows the code itself."""
        return self.kinds.get(code) or Kind(code, {"zh": code}, code[:3], {"zh": code[:3]}, "other", 5, known=False)

    def unit_kind(self, id: str) -> UnitKind:
        """The kind of unit `id`; for one that the pack does not list a walker that shows the id itself."""
        return self.unit_kinds.get(id) or UnitKind(id, {"zh": id}, "circle", 1.4, True)

    def sensor_kind(self, id: str) -> SensorKind:
        """The kind of sensor `id`; for one that the pack does not list one that shows the id itself."""
        return self.sensor_kinds.get(id) or SensorKind(id, {"zh": id}, "", 1, float("-inf"), float("inf"))

    def channel(self, id: str) -> Text:
        """Name of the channel `id`; for one that the pack does not list the id itself."""
        known = self.channels.get(id)
        return known.name if known else {"zh": id}

    def feed(self, id: str) -> FeedSpec | None:
        return next((feed for feed in self.feeds if feed.id == id), None)

    def contains(self, lon: float, lat: float) -> bool:
        """Whether a place is inside `bounds`."""
        west, south, east, north = self.bounds
        return west <= lon <= east and south <= lat <= north
