"""CSV (RFC 4180, and what offices make of it) by a mapping: any delimiter, UTF-8 or GB 18030, with or without headings.

    [feeds.mapping]
    encoding = "gb18030"   # else UTF-8, and where it is not that, GB 18030
    delimiter = ";"        # else what stands most often in the line of headings; tab is "\\t"
    header = 1             # line of the headings; 0: none, columns are numbered from 1
    complete = false       # the file is not all there is: what it lacks is not gone

and `columns`, `facts`, `zone`, `time`, `none` as in `_columns`. Headings may come with the first message only, as when
a growing file is followed.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any

from cockpit.feeds.formats._columns import Columns, Record, read_columns
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._records import Piece, items_of
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Item, Refused, refused
from cockpit.model.errors import UserError

MAX_LINE = 1_000_000
"""Characters of a record."""
MOST_LINES = 1_000_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODINGS = ("auto", "utf-8", "gb18030", "gbk", "gb2312", "utf-16", "big5", "latin-1")


class Csv:
    """Format `csv`. Remembers the headings of the connection."""

    def __init__(self) -> None:
        self._headings: list[str] = []

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        keys = Keys(mapping)
        self._columns: Columns = read_columns(keys, topic)
        self._encoding = keys.one_of("encoding", _ENCODINGS, "auto")
        self._delimiter = keys.text("delimiter")
        if len(self._delimiter) > 1 or self._delimiter in ('"', "\r", "\n"):
            raise UserError("formats.not_a_delimiter", detail=keys.at("delimiter"))
        self._header = keys.whole("header", 1, 0, 100)
        self._complete = keys.flag("complete", True)
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        if context.first or context.whole:
            self._headings = []
        encoding = encoding_of(data, self._encoding)
        lines = _Lines(data, encoding)
        records = self._records(lines, encoding)
        return items_of(records, self._columns, context, self._complete)

    def _records(self, lines: _Lines, encoding: str) -> Iterator[tuple[Record, Piece] | Refused]:
        reader: Any = None
        skip = 0 if self._headings else max(self._header - 1, 0)
        try:
            for _ in range(skip):
                next(lines, None)
            delimiter = self._delimiter or lines.likely_delimiter()
            reader = csv.reader(lines, delimiter=delimiter)
            while True:
                lines.begin()
                try:
                    row = next(reader)
                except csv.Error as error:
                    yield refused("bad_csv", lines.piece, line=lines.number, detail=str(error)[:100])
                    continue
                if not any(row):
                    continue
                if not self._headings:
                    numbered = [str(i + 1) for i in range(len(row))]
                    self._headings = numbered if self._header == 0 else [name.strip() for name in row]
                    lacking = [name for name in self._columns.sources if name not in self._headings]
                    if lacking:
                        self._headings = []
                        yield refused("csv_lacks", lines.piece, detail="、".join(lacking)[:300])
                        return
                    if self._header:
                        continue
                if self._header and [name.strip() for name in row] == self._headings:
                    continue
                yield _record(row, self._headings), lines.copy_of_piece()
        except StopIteration:
            return
        except UnicodeError:
            yield refused("bad_encoding", lines.piece, line=lines.number + 1, detail=encoding)
        except _TooMany:
            yield refused("too_many_records", lines.piece, most=MOST_LINES)
        except _TooLong:
            yield refused("line_too_long", lines.piece, line=lines.number, most=MAX_LINE)


def _record(row: list[str], headings: list[str]) -> Record:
    named = dict(zip(headings, row, strict=False))
    return named.__getitem__


def encoding_of(data: bytes, told: str) -> str:
    """The name of the codec: by the byte order mark, as told, else UTF-8 where it is that, else GB 18030."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    if told == "auto":
        try:
            codecs.getincrementaldecoder("utf-8")().decode(data[:65536])
        except UnicodeDecodeError:
            return "gb18030"
        return "utf-8"
    return "gb18030" if told in ("gbk", "gb2312") else told  # the older ones are parts of it


class _TooLong(Exception):
    """A record without end."""


class _TooMany(Exception):
    """A file without end."""


class _Lines:
    """Lines of a file one by one; no line and no record of several lines is read beyond `MAX_LINE`.

    Attributes:
        number: of the last line, from 1.
        piece: the record that is being read, as far as a quarantine wants it.
    """

    def __init__(self, data: bytes, encoding: str) -> None:
        self._file = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
        self._kept: list[str] = []
        self._length = 0
        self.number = 0
        self.piece = ""

    def begin(self) -> None:
        """A new record begins."""
        self._length = 0
        self.piece = ""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._kept.pop() if self._kept else self._file.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if self.number > MOST_LINES:
            raise _TooMany
        self._length += len(line)
        if len(self.piece) < 2048:
            self.piece += line[:2048]
        if self._length > MAX_LINE:
            raise _TooLong
        return line

    def likely_delimiter(self) -> str:
        """What stands most often in the next line, a comma in doubt."""
        line = self._file.readline(MAX_LINE + 1)
        if line:
            self._kept.append(line)
        return max(",;\t|", key=line.count)

    def copy_of_piece(self) -> Piece:
        piece = self.piece
        return lambda: piece.encode("utf-8", "replace")


FORMAT = Csv
