"""A TOML text whose every value can say where it stands: what the readers of halls and scenes have in common. No Qt."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NoReturn

from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.toml_text import MOST_PARTS, find, positions, too_deep
from cockpit.model.toml_text import Path as KeyPath

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
MOST_BYTES = 256_000


def file_text(path: Path) -> str:
    """What a file says.

    Raises:
        UserError: it can not be read, or is no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise UserError("wallfile.too_long", file=str(path), most=MOST_BYTES // 1000)
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("layout.unreadable", file=str(path), why=str(error)) from error


class TomlFile:
    """A text that was read.

    Attributes:
        data: as tomllib has it. file: how errors name it, "" nobody sees this text: then no place is looked for.

    Raises:
        UserError: it is not TOML, with line and column.
    """

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        text = text.replace("\r\n", "\n")
        deep = too_deep(text)
        if deep is not None:
            why = Message("wallfile.too_deep", {"most": MOST_PARTS})
            raise UserError("layout.wrong", file=file, line=deep[0], column=deep[1], what=why)
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
            line, column = (found[1], found[2]) if found else (str(text.count("\n") + 1), "1")
            why = Message("layout.not_toml", {"why": re.sub(r"\s*\(at .*\)", "", str(error))})
            raise UserError("layout.wrong", file=file, line=line, column=column, what=why) from error
        except (RecursionError, ValueError) as error:  # thousands of brackets; a number of thousands of digits
            why = Message("layout.not_toml", {"why": str(error)})
            raise UserError("layout.wrong", file=file, line=1, column=1, what=why) from error
        self._text = text

    # -- what is wrong

    def wrong(self, path: KeyPath, message_id: str, **params: object) -> NoReturn:
        """Say what is wrong with the value at `path`."""
        line, column = find(positions(self._text), path) if self.file else (1, 1)
        raise UserError(
            "layout.wrong", file=self.file, line=line, column=column, what=Message(message_id, dict(params))
        )

    def unknown(self, path: KeyPath, message_id: str, given: object, known: Iterable[str]) -> NoReturn:
        """Say that a word is not known, and what was meant."""
        words = sorted(known)
        close = difflib.get_close_matches(str(given), words, n=1, cutoff=0.5)
        hint = (
            Message("layout.did_you_mean", {"word": close[0]})
            if close
            else Message("layout.there_are", {"words": ", ".join(words[:12])})
        )
        self.wrong(path, message_id, given=str(given)[:80], hint=hint)

    # -- values

    def keys(self, data: dict[str, Any], known: Collection[str], path: KeyPath) -> None:
        for key in data:
            if key not in known:
                self.unknown((*path, key), "layout.unknown_key", key, known)

    def table(self, data: dict[str, Any], key: str, path: KeyPath) -> dict[str, Any]:
        """A table, empty where there is none."""
        table = data.get(key, {})
        if not isinstance(table, dict):
            self.wrong((*path, key), "layout.not_a_table", key=key)
        return table

    def tables(self, data: dict[str, Any], key: str, path: KeyPath) -> dict[str, dict[str, Any]]:
        """Tables by id."""
        found = self.table(data, key, path)
        for name, value in found.items():
            self.id(name, (*path, key, name))
            if not isinstance(value, dict):
                self.wrong((*path, key, name), "layout.not_a_table", key=name)
        return found

    def rows(self, data: dict[str, Any], key: str, path: KeyPath) -> list[dict[str, Any]]:
        """A list of tables, empty where there is none."""
        rows = data.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.wrong((*path, key), "wallfile.rows", key=key)
        return rows

    def id(self, value: str, path: KeyPath) -> str:
        if not ID.fullmatch(value):
            self.wrong(path, "wallfile.id", given=value[:80])
        return value

    def name(self, data: dict[str, Any], path: KeyPath) -> dict[str, str]:
        name = data.get("name")
        if not isinstance(name, dict) or not isinstance(name.get("zh"), str) or not name["zh"].strip():
            self.wrong((*path, "name"), "layout.name")
        for key, value in name.items():
            if not isinstance(value, str):
                self.wrong((*path, "name", key), "layout.name")
        return name

    def text(self, data: dict[str, Any], key: str, path: KeyPath, default: str = "") -> str:
        value = data.get(key, default)
        if not isinstance(value, str):
            self.wrong((*path, key), "wallfile.text", key=key)
        return value

    def texts(self, data: dict[str, Any], key: str, path: KeyPath) -> tuple[str, ...]:
        values = data.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            self.wrong((*path, key), "wallfile.texts", key=key)
        return tuple(values)

    def choice(self, data: dict[str, Any], key: str, path: KeyPath, known: Collection[str], default: str) -> str:
        value = data.get(key, default)
        if not isinstance(value, str) or value not in known:
            self.unknown((*path, key), "wallfile.choice", value, [word for word in known if word])
        return value

    def flag(self, data: dict[str, Any], key: str, path: KeyPath) -> bool:
        value = data.get(key, False)
        if not isinstance(value, bool):
            self.wrong((*path, key), "layout.flag", key=key)
        return value

    def whole(self, data: dict[str, Any], key: str, path: KeyPath, low: int, high: int, default: int) -> int:
        return self.a_whole(data.get(key, default), key, (*path, key), low, high)

    def a_whole(self, value: object, key: str, path: KeyPath, low: int, high: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(path, "wallfile.whole", key=key, low=low, high=high)
        return value

    def number(self, data: dict[str, Any], key: str, path: KeyPath, low: float, high: float, default: float) -> float:
        return self.a_number(data.get(key, default), key, (*path, key), low, high)

    def a_number(self, value: object, key: str, path: KeyPath, low: float, high: float) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(path, "wallfile.number", key=key, low=f"{low:g}", high=f"{high:g}")
        return float(value)

    def pair(self, data: dict[str, Any], key: str, path: KeyPath, low: float, high: float) -> tuple[float, float]:
        """Two numbers: across, down."""
        value = data[key]
        if not isinstance(value, list) or len(value) != 2:
            self.wrong((*path, key), "wallfile.pair", key=key)
        across, down = (self.a_number(v, key, (*path, key, i), low, high) for i, v in enumerate(value))
        return across, down

    def minutes(self, value: object, key: str, path: KeyPath) -> int:
        """Minutes after midnight of a time of the day, "22:30"."""
        found = _TIME.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            self.wrong(path, "wallfile.time", key=key)
        return int(found[1]) * 60 + int(found[2])

    def options(self, data: dict[str, Any], key: str, path: KeyPath) -> dict[str, Any]:
        """What is handed to a panel: only what can be sent and written again."""
        options = self.table(data, key, path)

        def check(value: object, at: KeyPath, depth: int) -> None:
            if depth > 6:
                self.wrong(at, "wallfile.deep")
            if isinstance(value, dict):
                for name, item in value.items():
                    check(item, (*at, name), depth + 1)
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    check(item, (*at, i), depth + 1)
            elif not isinstance(value, str) and not (
                isinstance(value, int | float) and math.isfinite(value) and abs(value) < 2**53
            ):
                self.wrong(at, "wallfile.option")

        check(options, (*path, key), 0)
        return options
