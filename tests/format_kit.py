"""Formats as a feed of a city uses them: told their mapping, then read and checked."""

from __future__ import annotations

import json
from typing import Any

from cockpit.feeds.checks import check
from cockpit.feeds.finding import make_format
from cockpit.feeds.formats.base import Context, Format
from cockpit.feeds.items import Item, Readings, Refused, Rows
from cockpit.model.clock import from_iso
from cockpit.model.messages import texts

HANGZHOU = (120.05, 30.12, 120.32, 30.36)
WORLD = (-180.0, -90.0, 180.0, 90.0)
AT = "2026-07-14T17:30:00+08:00"
AT_US = from_iso(AT)
NOW = AT_US + 60_000_000


def context(topic: str = "sensor", **fields: Any) -> Context:
    return Context(**{"feed": "f", "topic": topic, "bounds": HANGZHOU, "now": NOW, **fields})


def read(
    name: str, data: Any, mapping: dict[str, Any] | None = None, topic: str = "sensor", reader: Format | None = None,
    **fields: Any,
) -> list[Item]:  # fmt: skip
    """Items of a message, checked. `data`: bytes, a text, or what is written as JSON."""
    where = context(topic, **fields)
    raw = data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else json.dumps(data).encode()
    return check((reader or make_format(name, mapping or {}, topic)).parse(raw, where), where)


def of(kind: type, items: list[Item]) -> list[Any]:
    return [item for item in items if isinstance(item, kind)]


def rows(items: list[Item]) -> list[dict[str, Any]]:
    return [row for item in of(Rows, items) for row in item.rows]


def readings(items: list[Item]) -> list[tuple[str, float, int]]:
    return [
        (id_, float(value), int(us))
        for item in of(Readings, items)
        for id_, value, us in zip(item.ids, item.values, item.measured, strict=True)
    ]


def sentences(items: list[Item]) -> list[str]:
    """What is said about each refused piece, in Chinese; English is there too and nothing is left to fill in."""
    said = []
    for item in of(Refused, items):
        for language in ("zh", "en"):
            text = texts(language)(item.reason)
            assert text != item.reason.id
            assert "{" not in text.replace("{http", "").replace("{urn", "").replace('{"', "")
        said.append(item.reason.in_chinese())
    return said
