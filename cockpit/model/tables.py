"""The tables of the picture: what columns a thing has. One description serves hub, bus, cache and panels.

Times are UTC microseconds (int64, 0 = never), coordinates WGS-84 degrees (float64, NaN = no place), the rest text.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec

TEXT = "text"


class Column(msgspec.Struct, frozen=True):
    """One column.

    Attributes:
        name: its name, the same in Python, on the bus and in SQL.
        dtype: little-endian NumPy dtype string, or `TEXT`.
    """

    name: str
    dtype: str


class Table(msgspec.Struct, frozen=True):
    """One table of the picture. Its first column is `key`, unique: `<feed>/<id at the source>`.

    Attributes:
        topic: name on the bus and in SQL.
        columns: in order.
        by_district: whether it is published by district, so that reading rights can be.
    """

    topic: str
    columns: tuple[Column, ...]
    by_district: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


class EventState(IntEnum):
    OPEN = 0
    CLOSED = 1


class UnitState(IntEnum):
    FREE = 0
    BUSY = 1
    OFF_DUTY = 2


class CameraState(IntEnum):
    ONLINE = 0
    OFFLINE = 1


class AlarmState(IntEnum):
    """Of ISA-18.2; an alarm that is back to normal and acknowledged leaves the picture."""

    UNACKNOWLEDGED = 0
    ACKNOWLEDGED = 1
    RETURNED = 2
    """Back to normal before anyone acknowledged it."""
    SHELVED = 3
    SUPPRESSED = 4
    """By its parent, by design."""
    LATCHED = 5
    """Back to normal and acknowledged, and stays until it is reset."""


def table(topic: str, spec: str, by_district: bool = True) -> Table:
    pairs = (word.split(":") for word in spec.split())
    columns = tuple(Column(name, {"t": TEXT}.get(kind, "<" + kind)) for name, kind in pairs)
    return Table(topic, columns, by_district)


# kind: code in the pack's class table ("E0506"); channel: how it reached the source (id of the pack's channels);
# amount: number of the kind's own fact (depth in cm, people trapped; NaN none); has_picture: 1 when the body has one.
# area: code of the smallest area it lies in; place: crossing or address in words, never a citizen's text.
EVENTS = table(
    "event",
    "key:t feed:t kind:t level:u1 state:u1 lon:f8 lat:f8 area:t place:t channel:t amount:f8 has_picture:u1 "
    "occurred:i8 updated:i8 received:i8",
)
# kind: id of the pack's unit kinds ("grid", "police"); name: call sign; heading: degrees from north, NaN unknown;
# speed: m/s; skill: what it carries or can, pack text id; fixed: time of the position.
UNITS = table(
    "unit",
    "key:t feed:t kind:t name:t state:u1 lon:f8 lat:f8 heading:f4 speed:f4 area:t fixed:i8 received:i8",
)
# period: the item's own beat in microseconds; value NaN = 尚无数据; measured: when.
SENSORS = table(
    "sensor",
    "key:t feed:t kind:t name:t lon:f8 lat:f8 area:t value:f8 unit:t period:i8 measured:i8 received:i8",
)
CAMERAS = table(
    "camera",
    "key:t feed:t kind:t name:t lon:f8 lat:f8 area:t heading:f4 state:u1 received:i8",
)
# An authority's alert (CAP 1.2, status Actual only). rings: msgpack-free text, GeoJSON MultiPolygon coordinates.
ALERTS = table(
    "alert",
    "key:t feed:t kind:t title:t sender:t level:u1 area_name:t rings:t sent:i8 effective:i8 expires:i8 received:i8",
    by_district=False,
)
# tier: 0 city, 1 district, 2 street, 3 community, 4 cell; parent: code of the area above; rings as in alerts.
AREAS = table("area", "key:t feed:t code:t name:t tier:u1 parent:t rings:t received:i8", by_district=False)
# One row a feed of the pack: what the strip and the feed board show. received: last good message; wall clock, not the
# city's. beat: microseconds; good, bad: messages since the hub's start; lag: receive minus source time, us; problem:
# sentence id of the catalogue ("" none); detail: its one parameter; retry: when it tries again. rate, expected:
# messages a second, over the last ten; skew: how far the source's clock is ahead of ours, us; doubled: came again;
# disordered: older than what was known; dropped: by the queue's policy; unknown: readings of nothing that is known;
# waiting: in its queue.
FEEDS = table(
    "feed",
    "key:t feed:t name:t source:t format:t beat:i8 received:i8 good:i8 bad:i8 lag:i8 problem:t detail:t retry:i8 "
    "system:t topic:t rate:f8 expected:f8 bytes:f8 skew:i8 doubled:i8 disordered:i8 dropped:i8 unknown:i8 waiting:i8",
    by_district=False,
)
# A live vital sign of an area or a part of it; key `sign/<code>@<area>` and `#<part>`. value NaN = 尚无数据; level: of
# `Level`, 0 within bounds, hysteresis and delay already in it; measured: when; period: its beat, us; previous: one
# period ago (环比), year: a year ago (同比), NaN unknown; forecast: for `ahead` us later, NaN none, with `accuracy`
# 0–1, NaN not told; n: how many things it was made from.
SIGNS = table(
    "sign",
    "key:t feed:t code:t area:t part:t value:f8 level:u1 measured:i8 period:i8 previous:f8 year:f8 forecast:f8 "
    "ahead:i8 accuracy:f8 n:i8 received:i8",
)
# An alarm that a rule of ours raised (ISA-18.2); key `alarm/<id>`. rule: id; kind: class of event that its case gets;
# thing: key of the sensor, sign or feed, "" none; state: `AlarmState`; level: of `Level`; value, limit: at the last
# change; times: UTC us of the city, 0 never; shelved: until; count: times raised since it was last quiet; flood: id of
# the group that it is counted in, "" none; parent: key of the alarm that suppresses it; chatter: 1 found chattering.
ALARMS = table(
    "alarm",
    "key:t feed:t rule:t kind:t thing:t name:t state:u1 level:u1 lon:f8 lat:f8 area:t place:t value:f8 limit:f8 unit:t "
    "raised:i8 acked:i8 cleared:i8 shelved:i8 updated:i8 count:i8 flood:t parent:t chatter:u1 received:i8",
)

TABLES = {t.topic: t for t in (EVENTS, UNITS, SENSORS, CAMERAS, ALERTS, AREAS, FEEDS, SIGNS, ALARMS)}
HUBS_OWN = ("feed", "sign", "alarm")
"""Tables that no feed of a pack may fill: the hub makes them."""
MEASURED = {"sensor": ("value", "measured", "received")}
"""Columns by table that change many times a second while the rest of the row stays: they travel as `Values`."""
EVERYWHERE = "all"
"""The district of a table that is not published by district, and of a row whose district is not known."""


def district_of(area: str) -> str:
    """The district of an area's code, as a token of a subject: its first six digits (GB/T 2260), else `EVERYWHERE`."""
    return area[:6] if area[:6].isdecimal() and len(area) >= 6 and area.isascii() else EVERYWHERE
