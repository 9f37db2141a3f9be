"""Briefings 简报 as seats and the hub tell each other of them: which there are, what was found, the files in pieces."""

from __future__ import annotations

import msgspec

from cockpit.model.city import Text
from cockpit.model.messages import Message

TOPIC = "briefing"
"""On which the hub says that there is a new one."""
PIECE = 400_000
"""Bytes of a file in one answer: the bus refuses messages over 1 MB."""
FORMATS = ("pdf", "docx")


class Finding(msgspec.Struct, frozen=True):
    """One thing that was found when a briefing was looked over.

    Attributes:
        what: `form`, `words`, `logic` or `personal`. stops: whether it must not go out so.
        message: in a sentence. where: some words around it, personal data hidden.
    """

    what: str
    stops: bool
    message: Message
    where: str = ""


class Written(msgspec.Struct, frozen=True):
    """What came of making one. `name`: of its files, without an ending."""

    name: str
    title: str
    released: bool
    findings: tuple[Finding, ...] = ()


class Briefing(msgspec.Struct, frozen=True):
    """One that the hub keeps.

    Attributes:
        name: of its files, without an ending. template: id. title: as printed.
        start: of its period, UTC us. made: when, UTC us of the city. formats: that lie there.
        findings: what was found; one that stops: there are no files.
    """

    name: str
    template: str
    title: str
    start: int
    made: int
    formats: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """All that the hub keeps, the newest first."""

    briefings: tuple[Briefing, ...] = ()


class TemplateFacts(msgspec.Struct, frozen=True):
    """A template that can be chosen. `kind`: day, week, month, event or shift. `name`: as a person says it."""

    id: str
    kind: str
    name: Text


class Wanted(msgspec.Struct, frozen=True):
    """A briefing that is to be made now.

    Attributes:
        template: id. at: an instant of its period, UTC us. area: code, "" the whole city.
        event: key or printed number, of an event report. format: `pdf` or `docx`. lang: `zh` or `en`.
    """

    template: str
    at: int
    area: str = ""
    event: str = ""
    format: str = "pdf"
    lang: str = "zh"


class FileWanted(msgspec.Struct, frozen=True):
    """A piece of a file that the hub keeps, or that it made for this seat."""

    name: str
    format: str
    offset: int = 0


class FilePiece(msgspec.Struct, frozen=True):
    """Bytes from the offset on; `size`: of the whole file."""

    data: bytes
    size: int


class Ready(msgspec.Struct, frozen=True):
    """One that was made because a seat wanted it; without `size` it was not released. `name`: to ask its file by."""

    written: Written
    name: str = ""
    size: int = 0


class WordStep(msgspec.Struct, frozen=True):
    """A piece of a difference: `same`, `gone` or `new`."""

    how: str
    text: str


class Reworded(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another wording of a paragraph.

    Attributes:
        block: which block of the briefing. before: its words, figures as printed.
        steps: the difference. refused: why it may not be taken, None it may.
    """

    block: int
    before: str
    steps: tuple[WordStep, ...] = ()
    refused: Message | None = None
