"""Links that bring a view again, exactly: `cockpit://hangzhou/drill?from=…&to=…&word=today&area=330102&kind=E0506`.

The query says the scope that is looked at; each `back` is a step before it, a query of its own, oldest first; `item` is
what was selected beside it. A link comes from anywhere: it is read strictly, and can do nothing but show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isnan
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

from cockpit.model.errors import UserError
from cockpit.model.insight import DIMENSIONS, MEASURES
from cockpit.model.scope import TIMES, Scope, Span, is_mark

SCHEME = "cockpit"
MOST = 8_000
"""Characters of a link; one that would be longer leaves the oldest steps out."""
_MOST_FIELDS = 4_000
_MOST_TEXT = 200
_MOST_TIME = 7_258_118_400_000_000
"""The year 2200, UTC us."""
_PACK = re.compile(r"[a-z0-9_-]{1,64}")
_TOPIC = re.compile(r"[a-z_]{1,32}")
_MANY = {"areas": "beside", "kinds": "kind", "channels": "channel", "stages": "stage", "results": "result",
         "marks": "mark"}  # fmt: skip
_ONE = {"area": "area", "unit": "unit", "unit_kind": "unit_kind", "place": "place", "when": "when",
        "measure": "measure", "by": "by", "key": "key"}  # fmt: skip
_BOUNDS = ("amount", "took", "reached", "behind")
_NUMBERS = {"levels": ("level", range(1, 6)), "hours": ("hour", range(24)), "weekdays": ("weekday", range(7))}


class Link(msgspec.Struct, frozen=True):
    """What a link says.

    Attributes:
        pack: id of the city.
        way: the scopes, the one that is looked at last.
        item: (topic, key) of what is selected, both "" nothing.
    """

    pack: str
    way: tuple[Scope, ...]
    item: tuple[str, str] = ("", "")


def link_of(link: Link) -> str:
    """The link in words; where it would be too long without its oldest steps.

    Raises:
        UserError: the scope itself holds more than a link can.
    """
    *steps, last = link.way
    tail = [("item", ":".join(link.item))] if any(link.item) else []
    for first in range(len(steps) + 1):
        back = [("back", urlencode(_fields(scope))) for scope in steps[first:]]
        text = f"{SCHEME}://{link.pack}/drill?" + urlencode([*_fields(last), *tail, *back], quote_via=quote)
        if len(text) <= MOST:
            return text
    raise UserError("insight.link_too_long", most=MOST)


def read_link(text: str) -> Link:
    """What a link says.

    Raises:
        UserError: it is none, is damaged, or is too long.
    """
    if len(text) > MOST:
        raise UserError("insight.link_too_long", most=MOST)
    try:
        parts = urlsplit(text.strip())
        if parts.scheme != SCHEME or parts.path not in ("/drill", "/drill/") or parts.fragment:
            raise ValueError(parts.scheme)
        if not _PACK.fullmatch(parts.netloc):
            raise ValueError(parts.netloc)
        fields = _read(parts.query)
        back = [_scope(_read(query)) for query in fields.pop("back", [])]
        item = _item(fields.pop("item", []))
        return Link(parts.netloc, (*back, _scope(fields)), item)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise UserError("insight.link_broken") from error


# -- writing -------------------------------------------------------------------------------------------------------


def _fields(scope: Scope) -> list[tuple[str, str]]:
    nothing = Scope(scope.span)
    found = [*_span_fields(scope.span, "")]
    found += [(word, value) for name, word in _ONE.items() if (value := getattr(scope, name)) != getattr(nothing, name)]
    for name, word in _MANY.items():
        found += [(word, value) for value in getattr(scope, name)]
    for name, (word, _) in _NUMBERS.items():
        found += [(word, str(value)) for value in getattr(scope, name)]
    found += [(name, "..".join(map(repr, map(float, value)))) for name in _BOUNDS if (value := getattr(scope, name))]
    if scope.against is not None:
        found += _span_fields(scope.against, "against_")
    if scope.at:
        found.append(("at", str(scope.at)))
    return found


def _span_fields(span: Span, prefix: str) -> list[tuple[str, str]]:
    found = [(prefix + "from", str(span.start)), (prefix + "to", str(span.end))]
    return [*found, (prefix + "word", span.word)] if span.word else found


# -- reading -------------------------------------------------------------------------------------------------------


def _read(query: str) -> dict[str, list[str]]:
    pairs = parse_qsl(query, True, True, errors="strict", max_num_fields=_MOST_FIELDS)
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _scope(fields: dict[str, list[str]]) -> Scope:
    fields = dict(fields)
    parts: dict[str, object] = {"span": _span(fields, "")}
    for name, word in _ONE.items():
        if word in fields:
            parts[name] = _text(_only(fields.pop(word)))
    for name, word in _MANY.items():
        if word in fields:
            parts[name] = tuple(map(_text, fields.pop(word)))
    for name, (word, allowed) in _NUMBERS.items():
        if word in fields:
            parts[name] = tuple(_among(allowed, int(value)) for value in fields.pop(word))
    for name in _BOUNDS:
        if name in fields:
            low, high = map(float, _only(fields.pop(name)).split(".."))
            if isnan(low) or isnan(high):
                raise ValueError(name)
            parts[name] = (low, high)
    if "against_from" in fields:
        parts["against"] = _span(fields, "against_")
    if "at" in fields:
        parts["at"] = _time(_only(fields.pop("at")))
    if fields:
        raise ValueError(f"unknown: {min(fields)}")
    scope = Scope(**parts)  # type: ignore[arg-type] # each was read as its own
    if scope.measure not in MEASURES and not scope.measure.startswith("sign:"):
        raise ValueError(scope.measure)
    if scope.by and scope.by not in DIMENSIONS:
        raise ValueError(scope.by)
    if (scope.when and scope.when not in TIMES) or not all(map(is_mark, scope.marks)):
        raise ValueError(scope.when)
    return scope


def _span(fields: dict[str, list[str]], prefix: str) -> Span:
    start, end = (_time(_only(fields.pop(prefix + name))) for name in ("from", "to"))
    if start > end:
        raise ValueError("ends before it begins")
    return Span(start, end, _text(_only(fields.pop(prefix + "word", [""]))))


def _item(values: list[str]) -> tuple[str, str]:
    if not values:
        return "", ""
    topic, _, key = _only(values).partition(":")
    if not _TOPIC.fullmatch(topic) or not key:
        raise ValueError("item")
    return topic, _text(key)


def _only(values: Sequence[str]) -> str:
    if len(values) != 1:
        raise ValueError("said twice")
    return values[0]


def _text(value: str) -> str:
    if len(value) > _MOST_TEXT or not value.isprintable():
        raise ValueError("text")
    return value


def _time(value: str) -> int:
    if not re.fullmatch(r"-?\d{1,17}", value, re.ASCII):
        raise ValueError("time")
    return _among(range(-_MOST_TIME, _MOST_TIME), int(value))


def _among(allowed: range, value: int) -> int:
    if value not in allowed:
        raise ValueError(value)
    return value
