"""What is looked over before a briefing is released: form, words of the pack's list, sums and periods, personal data.

A finding that `stops` has to be mended; another is for who signs to judge. All of them are listed, and kept with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from cockpit.assist.briefing import privacy
from cockpit.assist.briefing.document import Chart, Document, Heading, Paragraph, Table
from cockpit.model.briefings import Finding
from cockpit.model.city import Pack
from cockpit.model.clock import MINUTE
from cockpit.model.insight import RATES
from cockpit.model.messages import Message
from cockpit.packs.checked import Checked
from cockpit.packs.schema import Strict, Words
from cockpit.paths import assets_dir

LIST = "sensitive.toml"
FOLDER = "words"
LATE = 10 * MINUTE
"""Data that end so little before the period does are whole."""
_NEAR = 12
"""Characters around what was found that a finding shows."""
_TITLE, _PARAGRAPH = 60, 900
_HOLE = re.compile(r"[{}]|\bnan\b")


class WordRow(Strict, frozen=True):
    """A word that may not stand in a briefing, or only where somebody looked; `instead`: what is said for it."""

    word: Annotated[str, Meta(min_length=1)]
    stops: bool = False
    instead: str = ""
    why: Words | None = None


class WordsFile(Strict, frozen=True):
    kind: Literal["sensitive"] = "sensitive"
    word: tuple[WordRow, ...] = ()


def words_of(pack: Pack) -> tuple[WordRow, ...]:
    """The list that ships and the pack's own; a word of the pack's goes before the shipped one.

    Raises:
        UserError: something in a list is wrong: one sentence with file, line and column.
    """
    found: dict[str, WordRow] = {}
    for folder in (assets_dir() / "briefings" / FOLDER, pack.folder / "briefings" / FOLDER):
        path: Path = folder / LIST
        if path.is_file():
            found |= {row.word: row for row in Checked(path).convert(WordsFile).word}
    return tuple(found.values())


def check(document: Document, words: tuple[WordRow, ...]) -> tuple[Finding, ...]:
    """All that is found, what stops it first."""
    found = [*_form(document), *_said(document, words), *_logic(document), *_personal(document)]
    once = {(repr(one.message), one.where): one for one in found}
    return tuple(sorted(once.values(), key=lambda one: not one.stops))


def released(findings: tuple[Finding, ...]) -> bool:
    """Whether it may go out."""
    return not any(one.stops for one in findings)


def texts_of(document: Document) -> Iterator[str]:
    """Every text that stands in it, piece by piece as it is read."""
    yield from (document.office, document.title, document.number, document.date, document.signer, document.sent_to)
    yield from document.about
    for block in document.blocks:
        match block:
            case Heading(text):
                yield text
            case Paragraph():
                yield block.text
            case Chart(caption):
                yield caption
                yield "".join(run.text for run in block.runs)
            case Table(caption, columns, rows):
                yield caption
                yield from (column.head for column in columns)
                for row in rows:
                    yield from ("".join(run.text for run in cell) for cell in row)
    yield from document.notes


def _form(document: Document) -> Iterator[Finding]:
    for name in ("office", "title", "number", "date"):
        if not getattr(document, name).strip():
            yield Finding("form", True, Message("briefing.found_missing", {"what": Message(f"briefing.part_{name}")}))
    if len(document.title) > _TITLE:
        yield Finding(
            "form", False, Message("briefing.found_long_title", {"n": len(document.title)}), document.title[:30]
        )
    if not any(isinstance(block, Heading) for block in document.blocks):
        yield Finding("form", True, Message("briefing.found_empty"))
    after: Heading | None = None
    for block in (*document.blocks, Heading("")):
        if isinstance(block, Heading):
            if after is not None:
                yield Finding("form", False, Message("briefing.found_no_text"), after.text)
            after = block
            continue
        after = None
        if isinstance(block, Paragraph) and len(block.text) > _PARAGRAPH:
            yield Finding("form", False, Message("briefing.found_long", {"n": len(block.text)}), block.text[:30])
    for text in texts_of(document):
        if match := _HOLE.search(text):
            yield Finding("form", True, Message("briefing.found_hole"), _around(text, *match.span()))


def _said(document: Document, words: tuple[WordRow, ...]) -> Iterator[Finding]:
    for text in texts_of(document):
        low = text.lower()
        for row in words:
            at = low.find(row.word.lower())
            if at >= 0:
                given: dict[str, object] = {"word": row.word}
                message = Message("briefing.found_word", given)
                if row.instead:
                    message = Message("briefing.found_word_instead", {**given, "instead": row.instead})
                yield Finding("words", row.stops, message, _around(text, at, at + len(row.word)))


def _logic(document: Document) -> Iterator[Finding]:
    for one in document.sums():
        if abs(sum(one.parts) + one.rest - one.whole) > 1e-6:
            given: dict[str, object] = {
                "what": one.what,
                "parts": f"{sum(one.parts) + one.rest:g}",
                "whole": f"{one.whole:g}",
            }
            yield Finding("logic", True, Message("briefing.found_sum", given))
    if document.start >= document.end:
        yield Finding("logic", True, Message("briefing.found_period"))
    if document.end > document.made:
        yield Finding("logic", True, Message("briefing.found_future"))
    values: dict[str, str] = {}
    for run in document.runs():
        figure = run.figure
        if figure is None:
            continue
        if not run.link:
            yield Finding("logic", True, Message("briefing.found_no_link"), run.text)
        if figure.value is not None and figure.scope.measure in RATES and not -1e-9 <= figure.value <= 100 + 1e-9:
            yield Finding("logic", True, Message("briefing.found_rate", {"value": f"{figure.value:g}"}), run.text)
        if figure.scope.span.end > document.made:
            yield Finding("logic", True, Message("briefing.found_future"), run.text)
        said = repr(figure.value)
        if values.setdefault(run.link, said) != said:
            yield Finding(
                "logic", True, Message("briefing.found_two", {"one": values[run.link], "other": said}), run.text
            )
    for source in document.sources:
        if 0 < source.as_of < document.end - LATE:
            yield Finding("logic", False, Message("briefing.found_early", {"source": source.words}))


def _personal(document: Document) -> Iterator[Finding]:
    for text in texts_of(document):
        for kind, start, end in privacy.found(text):
            hidden = text[max(0, start - _NEAR) : start] + privacy.HIDDEN + text[end : end + _NEAR]
            yield Finding("personal", True, Message(f"briefing.found_{kind}"), privacy.masked(hidden))


def _around(text: str, start: int, end: int) -> str:
    return privacy.masked(text[max(0, start - _NEAR) : end + _NEAR])
