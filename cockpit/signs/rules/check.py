"""What is wrong with a rule, in one sentence. A rule that passes can run: nothing in it is code."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping

import msgspec

from cockpit.model.alarms import RULE_KINDS, Rule
from cockpit.model.clock import DAY, SECOND
from cockpit.model.messages import Message
from cockpit.model.tables import TABLES, TEXT
from cockpit.signs.rules.hours import is_clock
from cockpit.signs.rules.look import SILENT_COLUMNS

TOPICS = ("sensor", "sign", "event", "unit", "feed", "camera")
MOST_RULES = 500
MOST_BYTES = 20_000
"""Of one rule; all of them fit into one message of the bus."""
MOST_CORNERS = 500
MOST_PARTS = 20
LONGEST = 7 * DAY // SECOND
"""Seconds of a delay, a window or a silence at the most."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_NUMBERS = ("hysteresis", "delay", "off_delay", "per", "silence")


def check(
    rule: Rule, others: Mapping[str, Rule], tiers: int = 5, kinds: Collection[str] | None = None
) -> Message | None:
    """Why a rule can not run, None when it can.

    Args:
        others: the rules it runs beside, by id; one of its own id is the one that it replaces.
        tiers: depth of the tree of areas.
        kinds: classes of events that the city knows; None: not known.
    """
    beside = {id: other for id, other in others.items() if id != rule.id}
    return next(_wrong(rule, beside, tiers, kinds), None)


def _wrong(rule: Rule, others: Mapping[str, Rule], tiers: int, kinds: Collection[str] | None) -> Iterator[Message]:
    if not _ID.fullmatch(rule.id):
        yield Message("rules.bad_id", {"id": rule.id[:60]})
    if not rule.name.get("zh", "").strip():
        yield Message("rules.no_name")
    if len(msgspec.msgpack.encode(rule)) > MOST_BYTES:
        yield Message("rules.too_large", {"most": MOST_BYTES // 1000})
    if rule.kind not in RULE_KINDS:
        yield Message("rules.bad_kind", {"kind": rule.kind[:40]})
    if rule.topic not in TOPICS:
        yield Message("rules.bad_topic", {"topic": rule.topic[:40]})
    if not 1 <= rule.level <= 4:
        yield Message("rules.bad_level")
    if kinds is not None and rule.case_kind and rule.case_kind not in kinds:
        yield Message("rules.bad_case_kind", {"kind": rule.case_kind[:40]})
    if not -1 <= rule.area_tier < tiers:
        yield Message("rules.bad_tier")
    for name in _NUMBERS:
        value = getattr(rule, name)
        if not math.isfinite(value) or value < 0 or (name != "hysteresis" and value > LONGEST):
            yield Message("rules.bad_number", {"field": Message(f"rules.field_{name}")})
    yield from _where(rule)
    yield from _bounds(rule)
    yield from _hours(rule)
    yield from _of_kind(rule, others)
    if rule.parent:
        yield from _parent(rule, others)


def _where(rule: Rule) -> Iterator[Message]:
    columns = {column.name: column.dtype for column in TABLES[rule.topic].columns}
    for name, want in rule.where.items():
        if name not in columns:
            yield Message("rules.no_column", {"column": name[:40], "topic": Message(f"rules.topic_{rule.topic}")})
        elif (columns[name] == TEXT) != isinstance(want, str):
            yield Message("rules.bad_where", {"column": name})
        elif isinstance(want, list) and (len(want) != 2 or not all(map(math.isfinite, want)) or want[0] > want[1]):
            yield Message("rules.bad_range", {"column": name})
        elif isinstance(want, str) and "*" in want[:-1]:
            yield Message("rules.bad_star", {"column": name})


def _bounds(rule: Rule) -> Iterator[Message]:
    given = [bound for bound in (rule.above, rule.below) if bound is not None]
    if not all(map(math.isfinite, given)):
        yield Message("rules.bad_number", {"field": Message("rules.field_bound")})
    if rule.measure:
        dtype = next((c.dtype for c in TABLES[rule.topic].columns if c.name == rule.measure), TEXT)
        if dtype == TEXT:
            yield Message("rules.bad_measure", {"column": rule.measure[:40]})
        if rule.kind == "count" and not given:
            yield Message("rules.no_bound")
    if len(given) == 2 and rule.kind != "rate":
        above, below = given
        if below >= above:
            yield Message("rules.crossed")
        elif rule.hysteresis and above - below <= 2 * rule.hysteresis:
            yield Message("rules.wide_hysteresis")


def _hours(rule: Rule) -> Iterator[Message]:
    hours = rule.hours
    if not all(is_clock(clock) for clock in (hours.start, hours.end) if clock) or bool(hours.start) != bool(hours.end):
        yield Message("rules.bad_hours")
    if any(not 1 <= day <= 7 for day in hours.days):
        yield Message("rules.bad_days")


def _of_kind(rule: Rule, others: Mapping[str, Rule]) -> Iterator[Message]:
    if rule.kind in ("threshold", "rate"):
        if not rule.measure:
            yield Message("rules.no_measure")
        if rule.above is None and rule.below is None:
            yield Message("rules.no_bound")
    if rule.kind == "rate":
        if rule.per <= 0:
            yield Message("rules.no_window")
        if (rule.above is not None and rule.above <= 0) or (rule.below is not None and rule.below >= 0):
            yield Message("rules.rate_signs")
    elif rule.kind == "absence":
        if rule.topic not in SILENT_COLUMNS:
            yield Message("rules.never_silent", {"topic": Message(f"rules.topic_{rule.topic}")})
        elif not rule.silence and not SILENT_COLUMNS[rule.topic][1]:
            yield Message("rules.no_silence")
    elif rule.kind == "count":
        if rule.more_than < 0:
            yield Message("rules.bad_count")
        if rule.per and rule.topic != "event":
            yield Message("rules.window_of_events")
        if rule.area_tier >= 0 and not _has(rule.topic, "area"):
            yield Message("rules.no_areas", {"topic": Message(f"rules.topic_{rule.topic}")})
    elif rule.kind == "geofence":
        yield from _ring(rule)
    elif rule.kind == "combination":
        yield from _parts(rule, others)


def _ring(rule: Rule) -> Iterator[Message]:
    if not _has(rule.topic, "lon"):
        yield Message("rules.no_places", {"topic": Message(f"rules.topic_{rule.topic}")})
    if not 3 <= len(rule.ring) <= MOST_CORNERS:
        yield Message("rules.bad_ring", {"most": MOST_CORNERS})
    if not all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in rule.ring):
        yield Message("rules.bad_corner")


def _parts(rule: Rule, others: Mapping[str, Rule]) -> Iterator[Message]:
    parts = (*rule.all_of, *rule.any_of)
    if not 2 <= len(parts) <= MOST_PARTS or len(set(parts)) < len(parts):
        yield Message("rules.bad_parts", {"most": MOST_PARTS})
    for part in parts:
        if part not in others:
            yield Message("rules.no_part", {"id": part[:60]})
    if _reaches(rule.id, parts, others):
        yield Message("rules.ring_of_rules")


def _reaches(id: str, parts: Collection[str], others: Mapping[str, Rule]) -> bool:
    """Whether a combination would be a part of itself."""
    seen: set[str] = set()
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if part == id:
            return True
        if part not in seen and part in others:
            seen.add(part)
            waiting += (*others[part].all_of, *others[part].any_of)
    return False


def _parent(rule: Rule, others: Mapping[str, Rule]) -> Iterator[Message]:
    if rule.parent == rule.id:
        yield Message("rules.own_parent")
    elif rule.parent not in others:
        yield Message("rules.no_parent", {"id": rule.parent[:60]})
    else:
        seen, above = {rule.id}, rule.parent
        while above and above not in seen:
            seen.add(above)
            above = others[above].parent if above in others else ""
        if above:
            yield Message("rules.own_parent")


def used_by(id: str, rules: Mapping[str, Rule]) -> str:
    """Id of a rule that needs another one, "" none: as a part or as a parent."""
    return next((r.id for r in rules.values() if id in (*r.all_of, *r.any_of, r.parent) and r.id != id), "")


def _has(topic: str, column: str) -> bool:
    return column in TABLES[topic].names
