"""One TOML file of a pack, checked: every mistake ends in one sentence with file, line and column."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.toml_text import Path as KeyPath
from cockpit.model.toml_text import Position, find, positions
from cockpit.model.typed import converted
from cockpit.packs.schema import Words
from cockpit.paths import assets_dir

T = TypeVar("T", bound=msgspec.Struct)

_AT = re.compile(r" - at `\$([^`]*)`$")
_STEP = re.compile(r"\.([A-Za-z0-9_\-]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]*)`")
_TYPE = re.compile(r"^Expected `([a-z]+)[^`]*`, got `([a-z]+)`")
_LENGTH = re.compile(r"^Expected `array` of length (\d+)")
_SYNTAX = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TYPES = {"str", "int", "float", "bool", "array", "object"}


class Checked:
    """A file that tomllib could read.

    Attributes:
        file: its path.
        data: its values.

    Raises:
        UserError: it can not be read, or is not TOML.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError("packs.unreadable", file=str(file), why=_reason(error)) from error
        try:
            self.data: dict[str, Any] = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            why = str(error)
            found = _SYNTAX.search(why)
            lines = self._text.split("\n")
            line, column = (int(found[1]), int(found[2])) if found and found[1] else (len(lines), len(lines[-1]) + 1)
            what = Message("packs.not_toml", {"why": _SYNTAX.sub("", why)})
            raise UserError("packs.wrong", file=str(file), line=line, column=column, what=what) from error

    @cached_property
    def _places(self) -> dict[KeyPath, Position]:
        return positions(self._text)

    def place(self, path: KeyPath) -> Position:
        """Line and column of a key, of the nearest thing above it where it is not there."""
        return find(self._places, path)

    def wrong(self, path: KeyPath, message_id: str, **params: object) -> NoReturn:
        """Ends in the sentence `message_id`, with the place of `path`."""
        line, column = self.place(path)
        what = Message(message_id, dict(params))
        raise UserError("packs.wrong", file=str(self.file), line=line, column=column, what=what)

    def unknown(self, path: KeyPath, message_id: str, given: str, known: Iterable[str]) -> NoReturn:
        """Ends in the sentence for a word that is none of `known`."""
        self.wrong(path, message_id, given=given, hint=hint(given, known))

    def convert(self, kind: type[T], path: KeyPath = ()) -> T:
        """The table at `path` as a struct of `cockpit.packs.schema`.

        Raises:
            UserError: an unknown key, a missing one, a wrong type or value.
        """
        value: Any = self.data
        for step in path:
            value = value[step]
        try:
            return converted(value, kind)
        except msgspec.ValidationError as error:
            self._explain(kind, path, value, str(error))

    def rows(self, table: str, kind: type[T]) -> dict[str, T]:
        """Every row of a table of tables."""
        return {name: self.convert(kind, (table, name)) for name in self.data.get(table, {})}

    def _explain(self, kind: type[msgspec.Struct], base: KeyPath, value: Any, why: str) -> NoReturn:
        at = _AT.search(why)
        path: KeyPath = base
        for name, number in _STEP.findall(at[1] if at else ""):
            path = (*path, int(number) if number else name)
            value = value[int(number) if number else name]
        key = str(next((step for step in reversed(path) if isinstance(step, str)), ""))
        if found := _UNKNOWN.search(why):
            self.unknown((*path, found[1]), "packs.unknown_key", found[1], _fields(kind, path[len(base) :]))
        if found := _MISSING.search(why):
            message_id = "packs.no_datum" if found[1] == "datum" else "packs.missing_key"
            self.wrong(path, message_id, key=found[1])
        if found := _LENGTH.search(why):
            self.wrong(path, "packs.wrong_length", key=key, wanted=found[1], given=len(value))
        if (found := _TYPE.search(why)) and {found[1], found[2]} <= _TYPES:
            wanted, given = (Message(f"packs.type_{name}") for name in found.groups())
            self.wrong(path, "packs.wrong_type", key=key, wanted=wanted, given=given)
        self.wrong(path, "packs.wrong_value", key=key, given=str(value)[:60])


def named(file: Checked, key: str, name: str, folder: Path | None = None) -> Checked:
    """The file that `key` of a pack's file names: in the pack's folder (where the file is, if none is given), else
    the one that ships.

    Raises:
        UserError: there is none of that name, or it can not be read.
    """
    shipped = assets_dir() / "kinds"
    for place in (folder or file.file.parent, shipped):
        path = place / f"{name}.toml"
        if path.is_file():
            return Checked(path)
    return file.unknown((key,), "packs.no_kinds", name, (path.stem for path in shipped.glob("*.toml")))


def _fields(kind: type[msgspec.Struct], path: KeyPath) -> tuple[str, ...]:
    """Keys that the table at `path` below a struct of `kind` may have."""
    for step in path:
        if isinstance(step, int):
            continue
        field = next(f for f in msgspec.structs.fields(kind) if f.name == step)
        nested = msgspec.inspect.type_info(field.type)
        while not isinstance(nested, msgspec.inspect.StructType):
            if isinstance(nested, (msgspec.inspect.ListType, msgspec.inspect.VarTupleType)):
                nested = nested.item_type
            elif isinstance(nested, msgspec.inspect.Metadata):
                nested = nested.type
            else:
                return msgspec.structs.fields(Words)[0].name, msgspec.structs.fields(Words)[1].name
        kind = nested.cls
    return tuple(field.name for field in msgspec.structs.fields(kind))


def hint(given: str, known: Iterable[str]) -> Message:
    """What was probably meant; else all there is."""
    words = list(known)
    close = difflib.get_close_matches(given, words, n=1, cutoff=0.5)
    if close:
        return Message("packs.did_you_mean", {"word": close[0]})
    if not words:
        return Message("packs.there_is_none")
    return Message("packs.there_are", {"words": ", ".join(sorted(words)[:20])})


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
