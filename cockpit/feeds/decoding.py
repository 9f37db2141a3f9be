"""Typed decoding of JSON from outside by msgspec, with errors as sentences instead of exceptions."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from cockpit.feeds.items import Refused, refused
from cockpit.model.clock import from_iso

T = TypeVar("T")

_TYPE = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]*)`")
_PATH = re.compile(r"at `\$\.?([^`]*)`")
BAD_JSON = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""What decoding raises for bytes from outside."""


class BadTime(ValueError):
    """A time that can not be read; `field` says which."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(field)
        self.field = field
        self.value = value[:60]


class _Named(msgspec.Struct):
    id: str | int | None = None


_named = msgspec.json.Decoder(_Named)


def id_of(piece: bytes | msgspec.Raw) -> str:
    """The id that a piece of JSON gives itself, "" where it can not be read."""
    try:
        named = _named.decode(piece).id
    except BAD_JSON:
        return ""
    return "" if named is None else str(named)[:200]


def explain(error: Exception, piece: bytes | msgspec.Raw) -> Refused:
    """The sentence for a piece of JSON that does not decode."""
    text = str(error)
    data = bytes(piece)
    id_ = id_of(data)
    shown = id_ or "?"
    where = _PATH.search(text)
    field = where.group(1) if where else ""
    if isinstance(error, msgspec.ValidationError):
        if missing := _MISSING.search(text):
            name = missing.group(1)
            if name == "id":
                return refused("no_id", data, id=shown)
            return refused("missing", data, id_, id=shown, field=f"{field}.{name}" if field else name)
        if wrong := _TYPE.search(text):
            return refused("wrong_type", data, id_, id=shown, field=field, expected=wrong.group(1), got=wrong.group(2))
        return refused("bad_value", data, id_, id=shown, field=field or "?", detail=text.split(" - at")[0])
    return refused("not_json", data, size=len(data))


def when(text: str | None, field: str) -> int:
    """ISO 8601 with offset to UTC us; 0 for none.

    Raises:
        BadTime: anything else.
    """
    if not text:
        return 0
    try:
        return from_iso(text.strip())
    except (ValueError, OverflowError):
        raise BadTime(field, text) from None


def refuse_time(error: BadTime, piece: bytes | msgspec.Raw, id_: str) -> Refused:
    return refused("bad_time", bytes(piece), id_, id=id_ or "?", field=error.field, value=error.value)
