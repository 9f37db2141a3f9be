"""What is wrong with a body, in plain words of both languages; the decoder says it in its own English only."""

from __future__ import annotations

import re
from typing import get_args, get_type_hints

from cockpit.model.messages import Message

_FIELD = re.compile(r" - at `\$\.(?:\w+\[\d+\]\.)?(\w+)(?:\[\d+\])?`\Z")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `\$[^`]*`)?\Z", re.DOTALL)
_TYPE = re.compile(r"Expected `(str|float|bool|array)(?: \| null)?`, got ")
_NO = {"str": "text", "float": "number", "bool": "bool", "array": "list"}
_COUNT = re.compile(r"Expected `array` of length (<=|>=) (\d+)")
_LENGTH = re.compile(r"Expected `str(?: \| null)?` of length (<=|>=) (\d+)")
_BOUND = re.compile(r"Expected `float(?: \| null)?` (<=|>=) (-?\d+)")
_WHOLE = re.compile(r"Expected `float(?: \| null)?` that's a multiple")
_LONGEST_NAME = 80


def wrong(said: str, kind: type) -> Message:
    """The half sentence of `field.not_valid`.

    Args:
        said: by the decoder.
        kind: struct that the body should have been.
    """
    if found := _UNKNOWN.match(said):
        return Message("field.why.unknown", {"field": printable(found[1][:_LONGEST_NAME])})
    if found := _MISSING.match(said):
        return Message("field.why.missing", {"field": found[1]})
    at = _FIELD.search(said)
    return _of_field(said, at[1], kind) if at else Message("field.why.no_object")


def _of_field(said: str, field: str, kind: type) -> Message:
    named: dict[str, object] = {"field": field}
    if said.startswith("Invalid enum value"):
        return Message("field.why.choice", {**named, "choices": ", ".join(get_args(get_type_hints(kind)[field]))})
    if found := _TYPE.match(said):
        return Message(f"field.why.no_{_NO[found[1]]}", named)
    if found := _COUNT.match(said):
        bound = {**named, "n": found[2]}
        return Message("field.why.many", bound) if found[1] == "<=" else Message("field.why.few", bound)
    if found := _LENGTH.match(said):
        bound = {**named, "n": found[2]}
        return Message("field.why.long", bound) if found[1] == "<=" else Message("field.why.short", bound)
    if found := _BOUND.match(said):
        bound = {**named, "n": found[2]}
        return Message("field.why.large", bound) if found[1] == "<=" else Message("field.why.small", bound)
    if _WHOLE.match(said):
        return Message("field.why.whole", named)
    if "matching regex" in said:
        return _of_pattern(field)
    return Message("field.why.odd", named)


def _of_pattern(field: str) -> Message:
    match field:
        case "unit":
            return Message("field.why.unit", {"field": field})
        case "id" | "leg" | "call":
            return Message("field.why.key", {"field": field})
        case "at":
            return Message("field.why.time", {"field": field})
        case "sha256" | "photo" | "photos" | "voice":
            return Message("field.why.sha", {"field": field})
        case "words" | "reason" | "answer":
            return Message("field.why.blank", {"field": field})
    return Message("field.why.odd", {"field": field})


def printable(text: str) -> str:
    """A space for each character that steers a terminal or turns the direction of writing."""
    return "".join(c if c.isprintable() else " " for c in text)
