"""What every row has to pass, whatever format it came in: id, types, level, lengths, times, place, datum.

One bad row becomes one `Refused`; its neighbours go on. What passes is complete (every column of its table) and WGS-84.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from cockpit.feeds.check_readings import check_readings
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Everything, Gone, Item, Readings, Refused, Rows, refused
from cockpit.feeds.places import Misplaced, place_points, place_rings
from cockpit.model.clock import from_iso
from cockpit.model.levels import Level
from cockpit.model.tables import TABLES, TEXT, CameraState, EventState, Table, UnitState

MAX_TEXT = 10_000
MAX_ID = 200
MAX_BODY_NODES = 5_000
MAX_BODY_DEPTH = 8
EARLIEST = from_iso("1990-01-01T00:00:00+00:00")
LATEST = from_iso("2100-01-01T00:00:00+00:00")
SINCE_HUB = ("key", "feed", "received")
"""Columns that the hub fills."""

_NAN = float("nan")
_DEFAULTS: dict[str, Any] = {
    "level": int(Level.UNKNOWN),
    **dict.fromkeys(("lon", "lat", "amount", "heading", "speed", "value"), _NAN),
}
_RANGES: dict[tuple[str, str], range] = {
    ("event", "state"): range(len(EventState)),
    ("unit", "state"): range(len(UnitState)),
    ("camera", "state"): range(len(CameraState)),
    ("event", "level"): range(1, len(Level) + 1),
    ("alert", "level"): range(1, len(Level) + 1),
}
_TIMES = {"occurred", "updated", "fixed", "measured", "sent", "effective", "expires"}


class Bad(Exception):
    """A row that is refused: the end of the message's id and its params."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def check(items: Sequence[Item], context: Context) -> list[Item]:
    """Items of a format with every row checked, converted to WGS-84 and filled up."""
    checked: list[Item] = []
    for item in items:
        if isinstance(item, Rows):
            checked += check_rows(item, context)
        elif isinstance(item, Readings):
            checked += check_readings(item, context.now)
        elif isinstance(item, (Gone, Everything)):
            checked.append(msgspec.structs.replace(item, ids=[i for i in item.ids if _is_id(i)]))
        else:
            checked.append(item)
    return checked


def check_rows(rows: Rows, context: Context) -> list[Item]:
    """The good rows as one `Rows` (the last of each id), then the refused ones."""
    table = TABLES.get(rows.topic)
    if table is None:
        return [refused("unknown_topic", "", detail=rows.topic)]
    fields = _fields(table)
    good: dict[str, dict[str, Any]] = {}
    bad = Refusals()
    for row in rows.rows:
        try:
            whole = _check_row(row, fields)
        except Bad as reason:
            bad.count() if bad.full else bad.add(_refuse(row, reason))
        else:
            good[whole["id"]] = whole
    if "lon" in table.names:
        for row, error in place_points(list(good.values()), context):
            bad.count() if bad.full else bad.add(_misplaced(row, error))
            del good[row["id"]]
    elif "rings" in table.names:
        for row in list(good.values()):
            try:
                row["rings"] = place_rings(row["rings"], context)
            except Misplaced as misplaced:
                bad.add(_misplaced(row, misplaced))
                del good[row["id"]]
    return [Rows(rows.topic, list(good.values())), *bad.items()] if good else [*bad.items()]


_Check = Callable[[str, Any], Any]


def _fields(table: Table) -> list[tuple[str, Any, _Check]]:
    """(name, default, check) of every column that a format fills."""
    fields: list[tuple[str, Any, _Check]] = []
    for column in table.columns:
        name = column.name
        if name in SINCE_HUB:
            continue
        if name == "rings":
            fields.append((name, [], _as_it_is))
        elif column.dtype == TEXT:
            fields.append((name, "", _text))
        elif column.dtype[1] == "f":
            fields.append((name, _DEFAULTS.get(name, _NAN), _number))
        elif name in _TIMES:
            fields.append((name, 0, _time))
        else:
            allowed = _RANGES.get((table.topic, name)) or range(256 if column.dtype[1] == "u" else 2**62)
            fields.append((name, _DEFAULTS.get(name, 0), _whole_number(allowed)))
    return fields


def _check_row(row: dict[str, Any], fields: list[tuple[str, Any, _Check]]) -> dict[str, Any]:
    id_ = row.get("id")
    if id_ is None or id_ == "":
        raise Bad("no_id")
    if not _is_id(id_):
        raise Bad("bad_id", most=MAX_ID)
    whole: dict[str, Any] = {"id": id_}
    for name, default, verify in fields:
        value = row.get(name)
        whole[name] = default if value is None else verify(name, value)
    body = row.get("body")
    if body:
        if not isinstance(body, dict):
            raise Bad("wrong_type", field="body", expected="object", got=type(body).__name__)
        _check_body(body)
        whole["body"] = body
    return whole


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable()


def _as_it_is(name: str, value: Any) -> Any:
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Bad("wrong_type", field=name, expected="str", got=type(value).__name__)
    if len(value) > MAX_TEXT:
        raise Bad("too_long", field=name, length=len(value), most=MAX_TEXT)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Bad("not_text", field=name) from None
    return value


def _number(name: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Bad("wrong_type", field=name, expected="float", got=type(value).__name__)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isinf(number):
        raise Bad("not_finite", field=name)
    return number


def _time(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Bad("wrong_type", field=name, expected="int", got=type(value).__name__)
    if value != 0 and not EARLIEST <= value < LATEST:
        raise Bad("implausible_time", field=name)
    return value


def _whole_number(allowed: range) -> _Check:
    def verify(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Bad("wrong_type", field=name, expected="int", got=type(value).__name__)
        if value not in allowed:
            raise Bad("out_of_range", field=name, value=str(value)[:30], low=allowed.start, high=allowed.stop - 1)
        return int(value)

    return verify


def _check_body(body: dict[str, Any]) -> None:
    nodes = 0
    stack: list[tuple[Any, int]] = [(body, 0)]
    while stack:
        value, depth = stack.pop()
        nodes += 1
        if nodes > MAX_BODY_NODES or depth > MAX_BODY_DEPTH:
            raise Bad("body_too_big")
        if isinstance(value, str):
            _text("body", value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                _text("body", key)
                stack.append((inner, depth + 1))
        elif isinstance(value, (list, tuple)):
            stack += [(inner, depth + 1) for inner in value]
        elif isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise Bad("not_finite", field="body")


def _refuse(row: dict[str, Any], reason: Bad) -> Refused:
    named = row.get("id")
    id_ = named if _is_id(named) else ""
    return refused(reason.reason, _sample(row), str(id_), id=id_ or "?", **reason.params)


def _misplaced(row: dict[str, Any], error: Misplaced) -> Refused:
    return refused(error.reason, _sample(row), row["id"], id=row["id"], **error.params)


def _sample(row: dict[str, Any]) -> bytes:
    """The row as JSON for a reader of the quarantine; long texts are cut first so that the rest is seen too."""
    short = {k: v[:200] if isinstance(v, str) else v for k, v in row.items() if k not in ("rings", "body")}
    if "rings" in row:
        short["rings"] = str(np.asarray(row["rings"], dtype=object).shape) if row["rings"] else ""
    try:
        return msgspec.json.encode(short)
    except (TypeError, ValueError, OverflowError, UnicodeError):
        return repr(short).encode("utf-8", "replace")
