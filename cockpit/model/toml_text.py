"""Line and column of every key of a TOML text, which `tomllib` does not tell. Only for texts that tomllib has read."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
Position = tuple[int, int]

_TOKEN = re.compile(
    r'(?P<string>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<space>[ \t\r]+)"
    r"|(?P<mark>\[\[|\]\]|[\[\]{}=,.])|(?P<word>[A-Za-z0-9_\-+:]+)",
    re.DOTALL,
)


MOST_PARTS = 16
"""Of a dotted key: tomllib takes seconds for one of thousands."""


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Kind, text and place of each, without spaces and comments."""
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        kind = match.lastgroup or ""
        if kind not in {"space", "comment"}:
            found.append((kind, match.group(), at))
        at = match.end()
    return found


class _Lines:
    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def position(self, at: int) -> Position:
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1


class _Reader:
    """Walks the tokens once; values are passed over, keys noted."""

    def __init__(self, text: str) -> None:
        self.places: dict[Path, Position] = {}
        self._tokens = _tokens(text)
        self._position = _Lines(text).position
        self._end = len(text)
        self._i = 0

    def _peek(self) -> tuple[str, str, int]:
        return self._tokens[self._i] if self._i < len(self._tokens) else ("end", "", self._end)

    def _names(self) -> list[tuple[str, int]]:
        """The parts of a key, dotted or not, and where each stands."""
        found = []
        while True:
            kind, text, at = self._peek()
            self._i += 1
            found.append((next(iter(tomllib.loads(f"{text} = 0"))) if kind == "string" else text, at))
            if self._peek()[1] != ".":
                return found
            self._i += 1

    def _key(self, base: Path) -> Path:
        """A key; notes every part."""
        path = base
        for name, at in self._names():
            path = (*path, name)
            self.places.setdefault(path, self._position(at))
        return path

    def _header(self, count: dict[Path, int]) -> Path:
        """The name in a header; below an array of tables it goes on in the last table of it."""
        at = self._peek()[2]
        found: Path = ()
        for part, _ in self._names():
            if found in count:
                found = (*found, count[found])
            found = (*found, part)
            self.places.setdefault(found, self._position(at))
        return found

    def _value(self, path: Path) -> None:
        _, text, _ = self._peek()
        if text == "{":
            self._i += 1
            while self._peek()[1] not in {"}", ""}:
                if self._peek()[1] in {",", "\n"}:
                    self._i += 1
                    continue
                inner = self._key(path)
                self._i += 1  # =
                self._value(inner)
            self._i += 1
        elif text in {"[", "[["}:
            self._array(path)
        else:
            self._i += 1
            while self._peek()[1] == "." or (self._peek()[0] == "word" and self._tokens[self._i - 1][1] == "."):
                self._i += 1

    def _array(self, path: Path) -> None:
        """An array; brackets are counted, since `[[` may be two of them here."""
        self._split()
        self._i += 1
        n = 0
        while self._peek()[1] not in {"]", "]]", ""}:
            kind, text, at = self._peek()
            if text == "," or kind == "newline":
                self._i += 1
                continue
            self.places[(*path, n)] = self._position(at)
            self._value((*path, n))
            n += 1
        self._split()
        self._i += 1

    def _split(self) -> None:
        kind, text, at = self._peek()
        if text in {"[[", "]]"}:
            self._tokens[self._i : self._i + 1] = [(kind, text[0], at), (kind, text[0], at + 1)]

    def read(self) -> dict[Path, Position]:
        base: Path = ()
        count: dict[Path, int] = {}
        while self._peek()[0] != "end":
            kind, text, at = self._peek()
            if kind == "newline":
                self._i += 1
            elif text == "[[":
                self._i += 1
                name = self._header(count)
                count[name] = count.get(name, -1) + 1
                base = (*name, count[name])
                self.places[base] = self._position(at)
                self._i += 1
            elif text == "[":
                self._i += 1
                base = self._header(count)
                self._i += 1
            else:
                path = self._key(base)
                self._i += 1  # =
                self._value(path)
        return self.places


def too_deep(text: str) -> Position | None:
    """Where a dotted key of more than `MOST_PARTS` parts begins, of a text that nobody has read yet."""
    tokens = _tokens(text)
    first = parts = 0
    for i, (kind, said, _) in enumerate(tokens):
        if said == "." and i:
            parts += 1
            if parts >= MOST_PARTS:
                return _Lines(text).position(tokens[first][2])
        elif not i or tokens[i - 1][1] != "." or kind not in {"word", "string"}:
            first, parts = i, 0
    return None


def positions(text: str) -> dict[Path, Position]:
    """(line, column), both from 1, of every key, table and array item, by its path, e.g. `("feeds", 0, "url")`."""
    return _Reader(text).read()


def find(places: dict[Path, Position], path: Path) -> Position:
    """The position of a path, or of the nearest thing above it; (1, 1) for the file itself."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, (1, 1))
