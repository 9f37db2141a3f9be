"""Looks an XLSX over before anything reads it: zip bombs, a billion cells, a row without end, entities."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

MAX_BYTES = 8 * 2**20
MAX_PARTS = 500
MAX_PART = 24 * 2**20
MAX_WHOLE = 48 * 2**20
"""Unpacked bytes."""
MAX_MARKS = 800_000
"""Tags of all sheets together: about 200,000 cells."""
MAX_ROW_MARKS = 20_000
"""Tags of a row: a row is held in memory whole."""
MAX_OTHER_MARKS = 200_000
"""Tags of any other part (texts, styles)."""
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_SHEETS = re.compile(r"xl/worksheets/[^/]*\.xml", re.I)


class Unsafe(Exception):
    """Refused unread: the end of the message's id and its params."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def guard(data: bytes) -> None:
    """Hold a file to the limits.

    Raises:
        Unsafe: it is over one of them, or no XLSX at all.
    """
    if len(data) > MAX_BYTES:
        raise Unsafe("xlsx_too_big", detail=MAX_BYTES // 2**20)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or len({p.filename for p in parts}) < len(parts):
                raise Unsafe("zip_bomb")
            if sum(p.file_size for p in parts) > MAX_WHOLE or any(p.file_size > MAX_PART for p in parts):
                raise Unsafe("zip_bomb")
            if any(p.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for p in parts):
                raise Unsafe("not_xlsx", detail="compression")
            _weigh(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Unsafe("not_xlsx", detail=type(error).__name__) from None


def _weigh(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    sheets = 0
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels")):
            continue
        text = archive.read(part)
        marks = text.count(b"<")
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Unsafe("xlsx_entities")
        if _SHEETS.fullmatch(part.filename):
            sheets += marks
            if sheets > MAX_MARKS or _longest_row(text) > MAX_ROW_MARKS:
                raise Unsafe("too_many_cells")
        elif marks > MAX_OTHER_MARKS or _deep(text, marks):
            raise Unsafe("too_many_cells")


def _longest_row(text: bytes) -> int:
    longest, at = 0, 0
    for found in _ROW.finditer(text):
        longest = max(longest, text.count(b"<", at, found.start()))
        at = found.start()
    return max(longest, text.count(b"<", at))


def _deep(text: bytes, marks: int) -> bool:
    """Whether tags open without closing, as in what is nested to break a parser; sheets are walked, not nested."""
    return marks > 2000 and marks - text.count(b"</") * 2 - text.count(b"/>") > marks // 2
