"""Cursor on Target 2.0 (MITRE; XML as TAK servers send it): what moves as units, what happened as events.

Topic `unit` takes atoms (`a-…`), topic `event` takes bits (`b-…`: alarms, markers, reports); others in the message are
passed over. What is past its `stale` time is gone, as is what a deletion (`t-x-d-d`) names. The mapping may be empty;
the longest beginning of a type counts:

    [feeds.mapping]
    types = ["a-f-G", "b-a"]                       # instead of what the topic takes
    kinds = { "a-f-G-E-V" = "urban", "b-l" = "E0506" }  # type to kind of unit, or class of event
    levels = { "b-a" = 2 }                         # of events
    channel = "patrol"
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from functools import lru_cache
from typing import Any

from cockpit.feeds.checks import MAX_ID
from cockpit.feeds.decoding import BadTime, refuse_time, when
from cockpit.feeds.formats._cells import BadCell
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats._texts import both
from cockpit.feeds.formats._xml import read_xml, source_of
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Gone, Item, Refused, Rows, SourceTime, refused
from cockpit.model.clock import SECOND
from cockpit.model.errors import UserError
from cockpit.model.levels import Level
from cockpit.model.tables import EventState, UnitState
from cockpit.paths import assets_dir

MOST = 20_000
MOST_REMEMBERED = 50_000
_TAKEN = {"unit": ("a",), "event": ("b",)}
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}\?>")
_AFFILIATION = {
    "p": "pending", "u": "unknown", "a": "assumed_friend", "f": "friend", "n": "neutral", "s": "suspect",
    "h": "hostile", "j": "joker", "k": "faker", "o": "none", "x": "other",
}  # fmt: skip
Row = dict[str, Any]


class CursorOnTarget:
    """Format `cot`. Remembers until when each thing counts, so that it leaves in time."""

    def __init__(self) -> None:
        self._stale: OrderedDict[str, int] = OrderedDict()
        self._looked = 0

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        if topic not in _TAKEN:
            raise UserError("formats.other_topic", detail=f"cot: unit, event ({topic})")
        keys = Keys(mapping)
        self._types = keys.texts("types") or _TAKEN[topic]
        self._kinds = keys.kinds("kinds")
        levels = keys.table("levels")
        self._levels = {type_: levels.whole(type_, 0, 1, 5) for type_ in levels.names()}
        self._channel = keys.text("channel")
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        if data[:1] == b"\xbf":
            return [refused("cot_protobuf", data[:64])]
        root = _document(data)
        if isinstance(root, Refused):
            return [root]
        bad = Refusals()
        rows: dict[str, Row] = {}
        gone: list[str] = []
        sent = 0
        elements = [root] if root.tag == "event" else root.findall("event")
        if not elements and root.tag != "events":
            return [refused("not_cot", data, detail=str(root.tag)[:100])]
        for number, event in enumerate(elements):
            if number >= MOST:
                bad.add(refused("too_many_records", b"", most=MOST))
                break
            uid = (event.get("uid") or "").strip()
            try:
                type_, time, stale = _head(event)
                sent = max(sent, time)
                if type_.startswith("t-x-d-d"):
                    gone += _named(event)
                elif _begins(type_, self._types) is None:
                    continue
                elif stale <= context.now:
                    gone.append(uid)
                else:
                    rows[uid] = self._row(event, type_, time, context.topic)
                    self._remember(uid, stale)
            except (BadTime, BadCell) as error:
                bad.count() if bad.full else bad.add(_refuse(error, event, uid[:200]))
        gone += self._over(context.now)
        items: list[Item] = [*bad.items()]
        if sent:
            items.append(SourceTime(sent))
        gone = [uid for uid in dict.fromkeys(gone) if uid not in rows]
        if gone:
            items.append(Gone(context.topic, gone))
        if rows:
            items.append(Rows(context.topic, list(rows.values())))
        return items

    def _remember(self, uid: str, stale: int) -> None:
        self._stale[uid] = stale
        self._stale.move_to_end(uid)
        while len(self._stale) > MOST_REMEMBERED:
            self._stale.popitem(last=False)

    def _over(self, now: int) -> list[str]:
        if abs(now - self._looked) < SECOND:
            return []
        self._looked = now
        over = [uid for uid, stale in self._stale.items() if stale <= now]
        for uid in over:
            del self._stale[uid]
        return over

    def _row(self, event: Any, type_: str, time: int, topic: str) -> Row:
        lon, lat = _place(event)
        detail = event.find("detail")
        contact = _attribute(detail, "contact", "callsign")
        remarks = (detail.findtext("remarks") or "").strip()[:5000] if detail is not None else ""
        kind = _begins(type_, tuple(self._kinds))
        row: Row = {
            "id": event.get("uid").strip(),
            "kind": self._kinds[kind] if kind is not None else type_,
            "lon": lon,
            "lat": lat,
        }
        body = {"title": contact or type_name(type_), "text": remarks, "facts": _facts(event, type_, detail)}
        if topic == "unit":
            speed, course = _number(detail, "speed"), _number(detail, "course")
            return row | {
                "name": contact or row["id"],
                "state": int(UnitState.BUSY if _attribute(detail, "emergency", "type") else UnitState.FREE),
                "heading": course % 360 if course is not None else None,
                "speed": speed,
                "fixed": time,
                "body": body,
            }
        level = _begins(type_, tuple(self._levels))
        cancelled = _attribute(detail, "emergency", "cancel").lower() == "true"
        return row | {
            "level": self._levels[level] if level is not None else int(Level.UNKNOWN),
            "state": int(EventState.CLOSED if cancelled else EventState.OPEN),
            "place": contact,
            "channel": self._channel,
            "occurred": when(event.get("start"), "start") or time,
            "updated": time,
            "body": body,
        }


def _document(data: bytes) -> Any:
    """The root; several events one behind the other, as a stream has them, are put into one."""
    root = read_xml(data)
    if isinstance(root, Refused) and root.reason.id == "feeds.not_xml" and data.count(b"<event") > 1:
        together = read_xml(b"<events>" + _DECLARATION.sub(b"", data) + b"</events>")
        return root if isinstance(together, Refused) else together
    return root


def _head(event: Any) -> tuple[str, int, int]:
    """Type, time and stale of an event.

    Raises:
        BadCell, BadTime: one of them is not there or not readable.
    """
    if not (event.get("uid") or "").strip():
        raise BadCell("no_id")
    if len(event.get("uid")) > MAX_ID:
        raise BadCell("bad_id", most=MAX_ID)
    for name in ("type", "time", "stale"):
        if not (event.get(name) or "").strip():
            raise BadCell("missing", field=name)
    type_ = event.get("type").strip()
    if len(type_) > 100:
        raise BadCell("too_long", field="type", length=len(type_), most=100)
    return type_, when(event.get("time"), "time"), when(event.get("stale"), "stale")


def _refuse(error: BadTime | BadCell, event: Any, uid: str) -> Refused:
    if isinstance(error, BadTime):
        return refuse_time(error, source_of(event), uid)
    return refused(error.reason, source_of(event), uid, id=uid or "?", **error.params)


def _begins(type_: str, known: tuple[str, ...]) -> str | None:
    """The longest of `known` that the type begins with, atom by atom; `.` stands for any atom."""
    best: str | None = None
    atoms = type_.split("-")
    for one in known:
        wanted = one.split("-")
        fits = len(wanted) <= len(atoms) and all(w in (a, ".") for w, a in zip(wanted, atoms, strict=False))
        if fits and (best is None or len(one) > len(best)):
            best = one
    return best


def _place(event: Any) -> tuple[float, float]:
    point = event.find("point")
    if point is None:
        raise BadCell("missing", field="point")
    try:
        lat, lon = float(point.get("lat") or ""), float(point.get("lon") or "")
    except ValueError:
        raise BadCell("not_a_point", field="point", value=f"{point.get('lat')}, {point.get('lon')}"[:60]) from None
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise BadCell("not_a_point", field="point", value=f"{lat}, {lon}")
    return lon, lat


def _named(event: Any) -> list[str]:
    """What a deletion deletes."""
    return [uid for link in event.iter("link") if (uid := (link.get("uid") or "").strip()[:200])][:1000]


def _attribute(detail: Any, tag: str, name: str) -> str:
    element = detail.find(tag) if detail is not None else None
    return (element.get(name) or "").strip()[:200] if element is not None else ""


def _number(detail: Any, name: str) -> float | None:
    try:
        value = float(_attribute(detail, "track", name))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e6 else None


def _facts(event: Any, type_: str, detail: Any) -> list[Row]:
    side = _AFFILIATION.get(type_.split("-")[1], "") if type_.startswith("a-") and "-" in type_[2:] else ""
    facts: list[tuple[str, Any]] = [
        ("type", type_name(type_)),
        ("affiliation", both(f"formats.cot_{side}") if side else ""),
        ("how", (event.get("how") or "")[:50]),
        ("group", _attribute(detail, "__group", "name")),
        ("role", _attribute(detail, "__group", "role")),
        ("battery", _attribute(detail, "status", "battery")),
        ("emergency", _attribute(detail, "emergency", "type")),
    ]
    return [{"name": both(f"formats.cot_fact_{name}"), "value": value, "unit": ""} for name, value in facts if value]


def type_name(type_: str) -> str:
    """The name of a type in the tree of MITRE, that of the nearest type above it where it has none, else itself."""
    atoms = type_.split("-")
    if atoms[0] == "a" and len(atoms) > 1:
        atoms[1] = "."
    while atoms:
        if (name := _tree().get("-".join(atoms))) is not None:
            return name
        atoms.pop()
    return type_


@lru_cache(maxsize=1)
def _tree() -> dict[str, str]:
    file = assets_dir() / "formats" / "cot_types.tsv"
    pairs = (line.split("\t", 1) for line in file.read_text("utf-8").splitlines())
    return {one[0]: one[1] for one in pairs}


FORMAT = CursorOnTarget
