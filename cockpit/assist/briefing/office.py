"""Where briefings are made: an archive is read, a template filled, looked over, and written to a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np

from cockpit.assist.briefing.asked import Ask, Logged
from cockpit.assist.briefing.check import check, released, words_of
from cockpit.assist.briefing.compose import Order, compose
from cockpit.assist.briefing.document import Document
from cockpit.geo.areas import Areas
from cockpit.insight import answers
from cockpit.insight.asked import answer
from cockpit.insight.facts import Facts
from cockpit.insight.signs import Signs
from cockpit.model.briefings import Finding
from cockpit.model.city import Pack
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.insight import Row
from cockpit.model.messages import Texts

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")

FORMATS = ("pdf", "docx")


class Made(msgspec.Struct, frozen=True):
    """A briefing, and what was found when it was looked over."""

    document: Document
    findings: tuple[Finding, ...]

    @property
    def released(self) -> bool:
        """Whether it may go out."""
        return released(self.findings)


def asker(facts: Facts, now: int, signs: Signs | None = None) -> Ask:
    """Answers from facts, at once.

    Args:
        signs: definitions and history of the city's signs, None there are none here.
    """
    known = signs or Signs()
    return lambda query: answer(facts, known, query, now)


def case_of(facts: Facts, named: str) -> Row | None:
    """The record of a key, or the newest with a printed number; None where nothing is named.

    Raises:
        UserError: there is none.
    """
    if not named:
        return None
    for column in ("key", "number"):
        text = facts.text[column]
        codes = [code for code, word in enumerate(text.words) if word == named]
        rows = np.flatnonzero(np.isin(text.codes[:], codes))
        if len(rows):
            return answers.row_of(facts, int(rows[-1]))
    raise UserError("briefing.no_event", given=named)


def areas_of(pack: Pack) -> Areas | None:
    """The areas of a pack; None where it has none."""
    return Areas.load(pack.folder) if (pack.folder / "areas.npz").is_file() else None


def make(
    order: Order,
    pack: Pack,
    areas: Areas | None,
    ask: Ask,
    t: Texts,
    now: int,
    signs: Mapping[str, str] = MappingProxyType({}),
    log: tuple[Logged, ...] | None = None,
) -> Made:
    """A briefing, looked over.

    Raises:
        UserError: it can not be made of this, or the list of words is wrong.
    """
    document = compose(order, pack, areas, ask, t, now, signs, log)
    return Made(document, check(document, words_of(pack)))


def _writable(value: Any) -> Any:
    """The same without characters that neither XML nor UTF-8 can hold: names come from files of others."""
    if isinstance(value, str):
        return _NOT_XML.sub("", value)
    if isinstance(value, (tuple, list)):
        return type(value)(map(_writable, value))
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {name: new for name, old in fields.items() if (new := _writable(old)) is not old and new != old}
        return msgspec.structs.replace(value, **changed) if changed else value
    return value


def written(document: Document, format: str) -> bytes:
    """The document as a file.

    Raises:
        UserError: what writes it is not installed.
    """
    document = _writable(document)
    if format == "docx":
        try:
            from cockpit.assist.briefing.docx import docx_of
        except ImportError as error:
            raise UserError("briefing.no_writer", what="python-docx", format="DOCX") from error
        return docx_of(document)
    try:
        from cockpit.assist.briefing.pdf import pdf_of
    except ImportError as error:
        raise UserError("briefing.no_writer", what="reportlab", format="PDF") from error
    return pdf_of(document)


def format_of(path: Path) -> str:
    """Raises UserError: it ends in neither."""
    ending = path.suffix.lower().lstrip(".")
    if ending not in FORMATS:
        raise UserError("briefing.bad_ending", file=path.name)
    return ending


def keep(data: bytes, path: Path) -> None:
    """Writes a file whole or not at all; the one before is there until then.

    Raises:
        OutsideError: the disk refused.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutsideError("briefing.unwritable", file=str(path), why=error.strerror or str(error)) from error
