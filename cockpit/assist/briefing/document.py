"""A briefing as a document, before it is paper: what stands on it, and which figure is where. Qt-free values.

Every number that stands in it is a `Run` with the figure that it prints and the link of its scope.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cockpit.assist.briefing.drawing import Drawing
from cockpit.model.insight import Figure


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words in one go.

    Attributes:
        link: `cockpit://…` of the scope of its figure, "" none.
        figure: what it prints; a change prints the difference of it.
        note: which source of the document's it has, from 1; 0 the first, which the head names.
    """

    text: str
    link: str = ""
    figure: Figure | None = None
    bold: bool = False
    note: int = 0


class Heading(msgspec.Struct, frozen=True):
    text: str
    level: int = 1


class Paragraph(msgspec.Struct, frozen=True):
    """`quiet`: small and grey; `indent`: with two blank 汉字 in front, as text has."""

    runs: tuple[Run, ...]
    quiet: bool = False
    indent: bool = True

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class Sum(msgspec.Struct, frozen=True):
    """What must add up: the parts with the rest are the whole. `what`: as printed."""

    what: str
    whole: float
    parts: tuple[float, ...]
    rest: float = 0


class Column(msgspec.Struct, frozen=True):
    """`weight`: of its width; `right`: figures are set to the right."""

    head: str
    weight: float = 1.0
    right: bool = False


class Table(msgspec.Struct, frozen=True):
    """
    Attributes:
        rows: a cell is its runs.
        total: the last row is the sum of the others.
        sums: of its columns that are counts.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[Run, ...], ...], ...]
    total: bool = False
    sums: tuple[Sum, ...] = ()


class Chart(msgspec.Struct, frozen=True):
    """A drawing with its caption; `runs`: the figures that it shows, also as words for who can not see it."""

    caption: str
    drawing: Drawing
    runs: tuple[Run, ...] = ()
    sums: tuple[Sum, ...] = ()


Block = Heading | Paragraph | Table | Chart


class Source(msgspec.Struct, frozen=True):
    """Where figures come from: in words, as of when (UTC us), and `measured` or `reported`."""

    words: str
    as_of: int
    origin: str


class Document(msgspec.Struct, frozen=True):
    """
    Attributes:
        kind: of `periods.KINDS`. lang: `zh` or `en`.
        office: who gives it out, the red head. title; number: 期号 as printed; date: in words.
        signer, sent_to: as printed, "" none.
        about: the lines below the title: period, area, as of when and from where.
        sources: of its figures; the first is the main one.
        notes: what its measures mean, and whatever else stands at the end.
        foot: on every page, before the number of the page.
        made: UTC us.
    """

    kind: str
    lang: str
    office: str
    title: str
    number: str
    date: str
    signer: str
    sent_to: str
    about: tuple[str, ...]
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    foot: str
    made: int
    start: int
    end: int
    name: str
    """Of its file, without an ending."""

    def runs(self) -> Iterator[Run]:
        """All runs of it, in order."""
        for block in self.blocks:
            match block:
                case Paragraph(runs):
                    yield from runs
                case Chart():
                    yield from block.runs
                case Table():
                    for row in block.rows:
                        for cell in row:
                            yield from cell
                case Heading(text):
                    yield Run(text)

    def sums(self) -> Iterator[Sum]:
        for block in self.blocks:
            if isinstance(block, (Table, Chart)):
                yield from block.sums
