"""JSON of any platform by a mapping: JSON lines, an array of objects, or one object with its records under a path.

    [feeds.mapping]
    records = "data.items"  # where the list is; without: the document is the list, one object, or a line each
    complete = false        # the list is not all there is: what it lacks is not gone
    encoding = "gb18030"    # UTF-8 without

and `columns`, `facts`, `zone`, `time`, `none` as in `_columns`, where `from` is a dotted path (`pos.lon`, `tags.0`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from cockpit.feeds.formats import _json
from cockpit.feeds.formats._columns import Columns, Record, read_columns
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._records import Piece, items_of
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import SAMPLE_BYTES, Item, Refused, refused

MAX_LINE = 1_000_000
MOST_LINE_VALUES = 100_000
_LINE = re.compile(rb"[^\r\n]+")


class JsonLines:
    """Format `jsonl`."""

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        keys = Keys(mapping)
        self._columns: Columns = read_columns(keys, topic)
        self._path = keys.text("records")
        self._complete = keys.flag("complete", True)
        self._encoding = keys.one_of("encoding", ("utf-8", "gb18030"), "utf-8")
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        if self._encoding != "utf-8":
            try:
                data = data.decode(self._encoding).encode()
            except UnicodeError:
                return [refused("bad_encoding", data, line=1, detail=self._encoding)]
        data = data.removeprefix(b"\xef\xbb\xbf")
        return items_of(self._records(data), self._columns, context, self._complete and not self._by_line(data))

    def parse_many(self, many: Sequence[bytes], context: Context) -> list[Item] | None:
        """Readings of many messages as one: what a broker brings by the thousand."""
        if not self._columns.readings or self._encoding != "utf-8":
            return None
        records = [record for data in many for record in self._records(data)]
        items = items_of(records, self._columns, context, False)
        return None if any(isinstance(item, Refused) for item in items) else items

    def _by_line(self, data: bytes) -> bool:
        return not self._path and not data.lstrip().startswith(b"[")

    def _records(self, data: bytes) -> Iterator[tuple[Record, Piece] | Refused]:
        return _lines(data) if self._by_line(data) else _listed(data, self._path)


def _listed(data: bytes, path: str) -> Iterator[tuple[Record, Piece] | Refused]:
    found = _json.read(data)
    if isinstance(found, Refused):
        yield found
        return
    if path:
        found = _json.dig(found, path)
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        yield refused("no_records", data, detail=path or "[]")
        return
    for one in found:
        yield _record(one)


def _lines(data: bytes) -> Iterator[tuple[Record, Piece] | Refused]:
    for found in _LINE.finditer(data):
        line = data[found.start() : min(found.end(), found.start() + MAX_LINE + 1)].strip()
        if found.start() == 0 and line == b"{":  # one object, printed over many lines
            yield from _listed(data, "")
            return
        if not line:
            continue
        if len(line) > MAX_LINE:
            yield refused("line_too_long", line[:SAMPLE_BYTES], line=1, most=MAX_LINE)
            continue
        value = _json.read(line, most=MOST_LINE_VALUES)
        yield value if isinstance(value, Refused) else _record(value)


def _record(value: Any) -> tuple[Record, Piece] | Refused:
    if not isinstance(value, dict):
        return refused("wrong_type", piece_of(value), id="?", field="", expected="object", got=type(value).__name__)
    return partial(_json.dig, value), partial(piece_of, value)


def piece_of(value: Any) -> bytes:
    """The head of a value as JSON again."""
    try:
        return msgspec.json.encode(value)[:SAMPLE_BYTES]
    except (TypeError, ValueError, OverflowError, RecursionError):
        return b"?"


FORMAT = JsonLines
