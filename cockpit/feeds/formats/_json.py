"""JSON of no fixed shape within bounds: bytes, values, depth."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.feeds.decoding import BAD_JSON, explain
from cockpit.feeds.items import SAMPLE_BYTES, Refused, refused

MOST_VALUES = 1_500_000
"""Members and elements of one document: a city of 110,000 sensors has room, a bomb of empty lists has not."""
_anything = msgspec.json.Decoder(Any)


_LONG = 2**20
"""Bytes of a document whose id is not looked for when it can not be read."""


def read(data: bytes, decoder: msgspec.json.Decoder[Any] = _anything, most: int = MOST_VALUES) -> Any | Refused:
    """A document, or why it is refused: it is no such JSON, or may hold more than `most` values (commas in texts count
    too): more than fit into memory with a good conscience."""
    if len(data) > most and data.count(b",") + data.count(b"[") + data.count(b"{") > most:
        return refused("too_many_values", data, most=most)
    try:
        return decoder.decode(data)
    except BAD_JSON as error:
        return explain(error, data[:SAMPLE_BYTES] if len(data) > _LONG else data)


def dig(value: Any, path: str) -> Any:
    """What stands under a dotted path (`data.items.0`; a name with dots in it comes first), None where nothing does."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and name.isascii() and len(name) < 10:
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value
