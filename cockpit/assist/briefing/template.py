"""Templates of briefings: TOML files, the ones that ship in assets/briefings and a pack's own in its folder.

docs/briefings.md describes them. What is wrong in one ends in a sentence with file, line and column.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cockpit.assist.briefing import formula, meaning
from cockpit.assist.briefing.formula import Call, Condition, Wrong
from cockpit.assist.briefing.periods import KINDS, is_clock
from cockpit.model.city import Pack, Text
from cockpit.model.errors import UserError
from cockpit.model.toml_text import Path as KeyPath
from cockpit.packs.checked import Checked, hint
from cockpit.packs.schema import Strict, Words
from cockpit.paths import assets_dir

FOLDER = "briefings"
MOST_BYTES = 256_000
LANGUAGES = ("zh", "en")
Few = Annotated[int, Meta(ge=1, le=60)]


class ScheduleRow(Strict, frozen=True):
    """When the hub makes it of itself: at this time of day; the week's on `weekday` (1 Monday), the month's on `day`;
    a shift's digest so long after its end."""

    at: str
    weekday: Annotated[int, Meta(ge=1, le=7)] = 1
    day: Annotated[int, Meta(ge=1, le=28)] = 1
    keep: Annotated[int, Meta(ge=1, le=1000)] = 60


class SayRow(Strict, frozen=True):
    zh: Annotated[str, Meta(min_length=1)]
    en: str = ""
    when: str = ""


class PartRow(Strict, frozen=True):
    """One part of a section; exactly one of the first eight."""

    say: tuple[SayRow, ...] = ()
    table: str = ""
    bars: str = ""
    trend: str = ""
    map: str = ""
    cases: str = ""
    course: bool = False
    log: bool = False
    when: str = ""
    caption: Words | None = None
    columns: tuple[str, ...] = ()
    by: str = ""
    most: Few = 12
    total: bool = True
    grain: Literal["", "hour", "day", "week", "month"] = ""
    compare: bool = True
    order: Literal["gravest", "newest", "oldest", "overdue"] = "gravest"
    none: Words | None = None


class SectionRow(Strict, frozen=True):
    title: Words
    part: tuple[PartRow, ...] = ()
    when: str = ""


class TemplateFile(Strict, frozen=True):
    id: Annotated[str, Meta(pattern=r"^[a-z0-9_\-]+$")]
    kind: Literal["day", "week", "month", "event", "shift"]
    office: Words
    title: Words
    number: Words
    signer: Words | None = None
    sent_to: Words | None = None
    turns: tuple[str, ...] = ()
    notes: tuple[Words, ...] = ()
    schedule: ScheduleRow | None = None
    section: tuple[SectionRow, ...] = ()


Sentence = tuple[str | Call, ...]


class Say(msgspec.Struct, frozen=True):
    """One sentence by language, and when it is said."""

    texts: dict[str, Sentence]
    when: Condition | None


class Part(msgspec.Struct, frozen=True):
    """
    Attributes:
        what: `say`, `table`, `bars`, `trend`, `map`, `cases`, `course`, `log`.
        of: the figure of a chart or a map, and which records a list of cases holds.
        by: the dimension of a table, of bars, or of a map.
        none: what is said in the place of a list of cases without any.
    """

    what: str
    says: tuple[Say, ...] = ()
    of: Call | None = None
    columns: tuple[Call, ...] = ()
    by: str = ""
    when: Condition | None = None
    caption: Text | None = None
    most: int = 12
    total: bool = True
    grain: str = ""
    compare: bool = True
    order: str = "gravest"
    none: Text | None = None


class Section(msgspec.Struct, frozen=True):
    title: dict[str, Sentence]
    parts: tuple[Part, ...]
    when: Condition | None


class Template(msgspec.Struct, frozen=True):
    """A template that can be filled: every name in it is known, of this pack."""

    id: str
    kind: str
    office: dict[str, Sentence]
    title: dict[str, Sentence]
    number: dict[str, Sentence]
    signer: Text
    sent_to: Text
    turns: tuple[str, ...]
    notes: tuple[Text, ...]
    schedule: ScheduleRow | None
    sections: tuple[Section, ...]


def templates(pack: Pack) -> dict[str, Path]:
    """Files of templates by their id: the pack's own in the place of the shipped ones."""
    found: dict[str, Path] = {}
    for folder in (assets_dir() / FOLDER, pack.folder / FOLDER):
        found |= {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return found


def template_of(pack: Pack, id: str) -> Template:
    """Raises UserError: there is none of that name, or something in it is wrong."""
    known = templates(pack)
    if id not in known:
        raise UserError("briefing.no_template", given=id, hint=hint(id, known))
    return read_template(known[id], pack)


def read_template(path: Path, pack: Pack) -> Template:
    """Raises UserError: something in it is wrong: one sentence with file, line and column."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError("briefing.too_big", file=str(path), kb=MOST_BYTES // 1000)
    except OSError as error:
        raise UserError("packs.unreadable", file=str(path), why=error.strerror or str(error)) from error
    return _Reading(Checked(path), path.read_text(encoding="utf-8"), pack).template()


class _Reading:
    def __init__(self, file: Checked, text: str, pack: Pack) -> None:
        self._file, self._text, self._pack = file, text, pack
        self._whole = file.convert(TemplateFile)

    def template(self) -> Template:
        whole = self._whole
        for i, turn in enumerate(whole.turns):
            if not is_clock(turn):
                self._file.wrong(("turns", i), "packs.wrong_value", key="turns", given=turn)
        if whole.kind == "shift" and not whole.turns:
            self._file.wrong(("kind",), "packs.missing_key", key="turns")
        if whole.schedule is not None:
            if whole.kind == "event":
                self._file.wrong(("schedule",), "briefing.no_schedule")
            if not is_clock(whole.schedule.at):
                self._file.wrong(("schedule", "at"), "packs.wrong_value", key="at", given=whole.schedule.at)
        if not whole.section:
            self._file.wrong((), "packs.missing_key", key="section")
        return Template(
            whole.id,
            whole.kind,
            self._words(("office",), whole.office),
            self._words(("title",), whole.title),
            self._words(("number",), whole.number),
            whole.signer.text() if whole.signer else {},
            whole.sent_to.text() if whole.sent_to else {},
            whole.turns,
            tuple(one.text() for one in whole.notes),
            whole.schedule,
            tuple(self._section(("section", i), row) for i, row in enumerate(whole.section)),
        )

    def _section(self, path: KeyPath, row: SectionRow) -> Section:
        parts = tuple(self._part((*path, "part", i), one) for i, one in enumerate(row.part))
        return Section(self._words((*path, "title"), row.title), parts, self._when(path, row.when))

    def _part(self, path: KeyPath, row: PartRow) -> Part:
        asked = [name for name in meaning.PARTS if getattr(row, name)]
        if len(asked) != 1:
            self._file.wrong(path, "briefing.one_of", words=", ".join(meaning.PARTS))
        what = asked[0]
        if what == "log" and self._whole.kind != "shift":
            self._file.wrong((*path, "log"), "briefing.only_shift")
        if what == "course" and self._whole.kind != "event":
            self._file.wrong((*path, "course"), "briefing.only_event")
        by = row.table if what == "table" else row.by
        if what == "table":
            self._known((*path, "table"), by, meaning.DIMENSIONS)
            if not row.columns:
                self._file.wrong(path, "packs.missing_key", key="columns")
        elif what == "bars":
            self._known((*path, "by") if by else path, by, meaning.DIMENSIONS)
        elif what == "map":
            self._known((*path, "by") if by else path, by, meaning.AREAS)
        source = getattr(row, what) if what in ("bars", "trend", "map", "cases") else ""
        of = self._call((*path, what), source, meaning.MEASURED) if source else None
        columns = (
            self._call((*path, "columns", i), one, meaning.IN_COLUMN) for i, one in enumerate(row.columns)
        )  # fmt: skip
        return Part(
            what=what,
            says=tuple(self._say((*path, "say", i), one) for i, one in enumerate(row.say)),
            of=of,
            columns=tuple(columns),
            by=by,
            when=self._when(path, row.when),
            caption=row.caption.text() if row.caption else None,
            most=row.most,
            total=row.total,
            grain=row.grain,
            compare=row.compare,
            order=row.order,
            none=row.none.text() if row.none else None,
        )

    def _say(self, path: KeyPath, row: SayRow) -> Say:
        texts = {"zh": row.zh, "en": row.en} if row.en else {"zh": row.zh}
        return Say({k: self._sentence((*path, k), text) for k, text in texts.items()}, self._when(path, row.when))

    def _words(self, path: KeyPath, words: Words) -> dict[str, Sentence]:
        return {lang: self._sentence((*path, lang), text) for lang, text in words.text().items()}

    def _sentence(self, path: KeyPath, text: str) -> Sentence:
        try:
            parts = formula.sentence(text)
            for one in parts:
                if isinstance(one, Call):
                    meaning.check(one, self._pack, meaning.IN_SENTENCE, self._whole.kind)
        except Wrong as wrong:
            self._at(path, text, wrong)
        return parts

    def _call(self, path: KeyPath, text: str, may: frozenset[str]) -> Call:
        try:
            found = formula.call(text)
            meaning.check(found, self._pack, may, self._whole.kind)
        except Wrong as wrong:
            self._at(path, text, wrong)
        return found

    def _when(self, path: KeyPath, text: str) -> Condition | None:
        if not text:
            return None
        try:
            found = formula.condition(text)
            for one in formula.calls(found):
                meaning.check(one, self._pack, meaning.IN_CONDITION, self._whole.kind)
        except Wrong as wrong:
            self._at((*path, "when"), text, wrong)
        return found

    def _known(self, path: KeyPath, given: str, known: tuple[str, ...]) -> None:
        if given not in known:
            self._file.unknown(path, "briefing.no_dimension", given, known)

    def _at(self, path: KeyPath, text: str, wrong: Wrong) -> None:
        """Ends in the sentence, with the place inside of the text where it can be told."""
        line, column = self._inside(path, text, wrong.at)
        raise UserError("packs.wrong", file=str(self._file.file), line=line, column=column, what=wrong.message)

    def _inside(self, path: KeyPath, text: str, offset: int) -> tuple[int, int]:
        """Line and column of a character of a value; of its key where the file writes the value with escapes."""
        line, column = self._file.place(path)
        lines = self._text.split("\n")
        start = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
        found = self._text.find(text, start)
        if found < 0:
            return line, column
        at = found + min(offset, len(text))
        return self._text.count("\n", 0, at) + 1, at - (self._text.rfind("\n", 0, at) + 1) + 1


__all__ = ["KINDS", "Part", "Say", "ScheduleRow", "Section", "Template", "read_template", "template_of", "templates"]
