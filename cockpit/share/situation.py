"""What a shared situation tells: read from the picture at one instant, in one language. Never a citizen's words.

An event is its kind, level, place and times, as the picture holds them; a unit is its kind and state, without a name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from cockpit.model.ages import data_age, full_stamp
from cockpit.model.cases import Case
from cockpit.model.city import Pack
from cockpit.model.headline import headline_words
from cockpit.model.levels import Level
from cockpit.model.messages import Texts
from cockpit.model.tables import EventState, UnitState
from cockpit.picture import Picture

Bounds = tuple[float, float, float, float]
Rings = list[list[list[list[float]]]]
TOPICS = ("event", "unit", "alert", "sensor")
"""Whose age a page tells."""
AREA_TIER = 2
_rings = msgspec.json.Decoder(list[list[list[tuple[float, float]]]])


class Happening(msgspec.Struct, frozen=True):
    """An open event or case on a page.

    Attributes:
        title: its kind in words, with its number (62 cm).
        level: 1 to 5; pattern: of its symbol.
        place: crossing or address, "" where none is known. lon, lat: WGS-84.
        at: when it happened, UTC us; when: the same in words.
        stage: where its case stands, "" where it has none.
    """

    title: str
    level: int
    pattern: str
    place: str
    lon: float
    lat: float
    at: int
    when: str
    stage: str = ""


class Force(msgspec.Struct, frozen=True):
    """A unit: kind and state in words; busy or not."""

    kind: str
    state: str
    busy: bool
    lon: float
    lat: float


class Zone(msgspec.Struct, frozen=True):
    """An area with its count of open events; rings as GeoJSON MultiPolygon coordinates; step: of its colour, 0 to 4."""

    name: str
    count: int
    step: int
    rings: Rings


class Warned(msgspec.Struct, frozen=True):
    """An authority's alert: title, level, until when in words, and its area."""

    title: str
    level: int
    until: str
    rings: Rings


class Age(msgspec.Struct, frozen=True):
    """How old the data of a topic were when the page was made: name of the source, and its age in words."""

    name: str
    words: str


class Situation(msgspec.Struct, frozen=True):
    """One instant.

    Attributes:
        title: what it is called.
        taken: city's clock, UTC us; stamp: the same in words.
        wall: the machine's clock, UTC us: a page tells from it how old it is.
        demo: whether the city is the demonstration.
        by: who shared it, "" unknown.
        credit: lines under the map: who made it, what the areas are, 审图号, datum.
        centre, zoom: of the view (256 px scheme); bounds: what of the ground is needed.
    """

    title: str
    taken: int
    stamp: str
    wall: int
    demo: bool
    by: str
    credit: tuple[str, ...]
    centre: tuple[float, float]
    zoom: float
    bounds: Bounds
    events: tuple[Happening, ...] = ()
    units: tuple[Force, ...] = ()
    zones: tuple[Zone, ...] = ()
    alerts: tuple[Warned, ...] = ()
    ages: tuple[Age, ...] = ()


class Asked(msgspec.Struct, frozen=True):
    """What is to be shared.

    Attributes:
        centre, zoom: of the view. bounds: what the view and its surroundings cover.
        units: whether units are shown.
        by: who shares it.
        title: what it is to be called; "" for the city's situation.
    """

    centre: tuple[float, float]
    zoom: float
    bounds: Bounds
    units: bool = False
    by: str = ""
    title: str = ""


def situation_of(
    picture: Picture, pack: Pack, cases: Sequence[Case], t: Texts, now: int, wall: int, demo: bool, asked: Asked
) -> Situation:
    """The situation of now.

    Args:
        cases: the open ones.
        now: city's clock, wall: the machine's, UTC us.
    """
    return Situation(
        title=asked.title or t("share.page_title", city=pack.name),
        taken=now,
        stamp=full_stamp(now),
        wall=wall,
        demo=demo,
        by=asked.by,
        credit=credit_of(pack, t),
        centre=asked.centre,
        zoom=asked.zoom,
        bounds=asked.bounds,
        events=_events(picture, pack, cases, t),
        units=_units(picture, pack, t) if asked.units else (),
        zones=_zones(picture),
        alerts=_alerts(picture, t, now),
        ages=_ages(picture, pack, t, wall, asked.units),
    )


def credit_of(pack: Pack, t: Texts) -> tuple[str, ...]:
    """What has to stand on a map of this city."""
    approval = t("share.approval", number=pack.approval) if pack.approval else ""
    return tuple(line for line in (t.pack(pack.credit), t.pack(pack.notice), approval, "WGS-84") if line)


def _events(picture: Picture, pack: Pack, cases: Sequence[Case], t: Texts) -> tuple[Happening, ...]:
    table = picture["event"]
    by_event = {case.facts.event: case for case in cases if case.facts.event}
    found = []
    for i in np.flatnonzero(table.numbers("state") == EventState.OPEN).tolist():
        row = table.row(i)
        if math.isfinite(row["lon"]) and math.isfinite(row["lat"]):
            title = _title(pack, row["kind"], float(row["amount"]), t)
            case = by_event.get(row["key"])
            place = (round(row["lon"], 6), round(row["lat"], 6))
            found.append(
                _happening(title, row["level"], row["kind"], row["place"], place, row["occurred"], case, pack, t)
            )
    open_events = {table.key_at(i) for i in np.flatnonzero(table.numbers("state") == EventState.OPEN).tolist()}
    for case in cases:
        facts = case.facts
        if facts.event not in open_events and math.isfinite(facts.lon) and math.isfinite(facts.lat):
            title = _title(pack, facts.kind, math.nan, t)
            at = (round(facts.lon, 6), round(facts.lat, 6))
            found.append(_happening(title, facts.level, facts.kind, "", at, case.opened, case, pack, t))
    found.sort(key=lambda one: (one.level, -one.at))
    return tuple(found)


def _title(pack: Pack, code: str, amount: float, t: Texts) -> str:
    kind = pack.kind(code)
    title = t.pack(kind.name)
    if kind.unit and amount and math.isfinite(amount):
        title += f" {amount:,.{0 if amount.is_integer() else 1}f} {t.pack(kind.unit)}"
    return title


def _happening(
    title: str, level: int, code: str, place: str, at: tuple[float, float], occurred: int, case: Case | None,
    pack: Pack, t: Texts,
) -> Happening:  # fmt: skip
    level = int(level) if 1 <= level <= 5 else int(Level.UNKNOWN)
    stage = pack.loop.stage(case.stage) if case is not None else None
    words = t.pack(stage.name) if stage is not None else ""
    return Happening(title, level, pack.kind(code).pattern, place, *at, occurred, full_stamp(occurred), words)


def _units(picture: Picture, pack: Pack, t: Texts) -> tuple[Force, ...]:
    table = picture["unit"]
    found = []
    for i in np.flatnonzero(table.numbers("state") != UnitState.OFF_DUTY).tolist():
        lon, lat = float(table.value(i, "lon")), float(table.value(i, "lat"))
        if math.isfinite(lon) and math.isfinite(lat):
            busy = int(table.value(i, "state")) == UnitState.BUSY
            kind = t.pack(pack.unit_kind(str(table.value(i, "kind"))).name)
            state = t("share.unit_busy" if busy else "share.unit_free")
            found.append(Force(kind, state, busy, round(lon, 5), round(lat, 5)))
    return tuple(found)


def _zones(picture: Picture) -> tuple[Zone, ...]:
    areas, events = picture["area"], picture["event"]
    codes = list(areas.text("code"))
    parent = dict(zip(codes, areas.text("parent"), strict=True))
    wanted = set(np.flatnonzero(areas.numbers("tier") == AREA_TIER).tolist())
    tier = {codes[i] for i in wanted}
    counts: dict[str, int] = dict.fromkeys(tier, 0)
    open_rows = np.flatnonzero(events.numbers("state") == EventState.OPEN).tolist()
    for i in open_rows:
        code = str(events.value(i, "area"))
        for _ in range(8):
            if code in tier or not code:
                break
            code = parent.get(code, "")
        if code in tier:
            counts[code] += 1
    found = []
    for i in sorted(wanted):
        rings = rings_of(str(areas.value(i, "rings")))
        if rings:
            count = counts[codes[i]]
            found.append(Zone(str(areas.value(i, "name")), count, _step(count), rings))
    return tuple(found)


STEPS = (1, 3, 6, 10)
"""Lower ends of the colours 1 to 4 of an area, open events; as on the map."""


def _step(count: int) -> int:
    return sum(count >= low for low in STEPS)


def rings_of(text: str, digits: int = 5) -> Rings:
    """GeoJSON MultiPolygon coordinates, rounded; [] for what is none."""
    try:
        polygons = _rings.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return []
    return [
        [[[round(x, digits), round(y, digits)] for x, y in ring] for ring in polygon if len(ring) > 3]
        for polygon in polygons
        if polygon and len(polygon[0]) > 3
    ]


def _until(expires: int, now: int) -> str:
    """The time of today alone, else with its day."""
    ends = full_stamp(expires)
    return ends[11:16] if ends[:10] == full_stamp(now)[:10] else ends[5:16]


def _alerts(picture: Picture, t: Texts, now: int) -> tuple[Warned, ...]:
    table = picture["alert"]
    found = []
    for row in (table.row(i) for i in range(len(table))):
        rings = rings_of(row["rings"])
        if rings and row["effective"] <= now and not 0 < row["expires"] <= now:
            level = int(row["level"]) if 1 <= row["level"] <= 5 else int(Level.UNKNOWN)
            until = t("share.until", time=_until(row["expires"], now)) if row["expires"] else ""
            found.append(Warned(headline_words(row["title"], t, whole=True), level, until, rings))
    return tuple(sorted(found, key=lambda one: one.level))


def _ages(picture: Picture, pack: Pack, t: Texts, wall: int, units: bool) -> tuple[Age, ...]:
    table = picture["feed"]
    rows = {str(row["feed"]): row for row in (table.row(i) for i in range(len(table)))}
    found = []
    for spec in pack.feeds:
        if spec.topic not in TOPICS or (spec.topic == "unit" and not units):
            continue
        row = rows.get(spec.id, {})
        beat = int(row.get("beat", 0)) or round(spec.beat * 1_000_000)
        found.append(Age(t.pack(spec.name), t(data_age(int(row.get("received", 0)), beat, wall))))
    return tuple(found)
