"""Where a key stands in a TOML text: `tomllib` gives values without their lines, and a good error names the line."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
"""Keys from the top; an element of an array of tables by its number."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]\]?")
_PAIR = re.compile(rf"^(\s*)({_DOTTED})\s*=")
_PART = re.compile(_KEY)
_STRING = re.compile(r'"{3}.*?(?:"{3}|$)|\'{3}.*?(?:\'{3}|$)|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#[^\n]*', re.DOTALL)


class TomlText:
    """The lines of one valid TOML text, asked by path.

    Keys inside a value that spans lines (an array, a long string) are not told apart: they have their value's place.
    """

    def __init__(self, text: str) -> None:
        self._where: dict[Path, tuple[int, int]] = {(): (1, 1)}
        self._arrays: dict[Path, int] = {}
        self._scan(text.splitlines())

    def where(self, path: Path) -> tuple[int, int]:
        """Line and column, both from 1, of `path` or of the nearest thing around it."""
        while path not in self._where:
            path = path[:-1]
        return self._where[path]

    def _scan(self, lines: list[str]) -> None:
        table: Path = ()
        number = 0
        while number < len(lines):
            line = lines[number]
            header = _HEADER.match(line)
            pair = None if header else _PAIR.match(line)
            if header:
                table = self._table(header[1] == "[[", _parts(header[2]))
                for depth in range(1, len(table) + 1):
                    self._where.setdefault(table[:depth], (number + 1, header.start(2) + 1))
            elif pair:
                path = table + _parts(pair[2])
                for depth in range(len(table) + 1, len(path) + 1):
                    self._where.setdefault(path[:depth], (number + 1, pair.start(2) + 1))
                number = _last_line(lines, number, pair.end())
            number += 1

    def _table(self, is_array: bool, parts: Path) -> Path:
        path: Path = ()
        for depth, part in enumerate(parts):
            path = (*path, part)
            last = depth == len(parts) - 1
            if is_array and last:
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
        return path


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _last_line(lines: list[str], number: int, start: int) -> int:
    """The last line of the value that begins at column `start` of line `number`."""
    value = lines[number][start:]
    while number + 1 < len(lines):
        bare = _STRING.sub("", value)
        in_long_string = any(value.count(mark) % 2 for mark in ('"""', "'''"))
        if not in_long_string and bare.count("[") + bare.count("{") <= bare.count("]") + bare.count("}"):
            break
        number += 1
        value += "\n" + lines[number]
    return number
