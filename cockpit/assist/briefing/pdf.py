"""A document as PDF: A4, vectors, the letters of its fonts that it uses, every figure a link. ReportLab makes pages."""

from __future__ import annotations

import io
from functools import partial
from itertools import pairwise
from typing import Any

import msgspec
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Flowable, Frame, KeepTogether, PageTemplate, Spacer
from reportlab.platypus import Table as Grid

from cockpit.assist.briefing.charts import GREY, INK, RED
from cockpit.assist.briefing.document import Block, Chart, Document, Heading, Paragraph, Table
from cockpit.assist.briefing.drawing import width_of
from cockpit.assist.briefing.flow import SANS, Drawn, Marked, Rule, Style, Text, fonts
from cockpit.model.messages import Texts, texts

SIDE, TOP, BOTTOM = 25 * mm, 20 * mm, 21 * mm
RULE = "#8A97A3"
_WHOLE = 8
"""A table of so many rows is not parted by the end of a page."""


def pdf_of(document: Document) -> bytes:
    """The document as PDF; the same document gives the same bytes."""
    fonts()
    out = io.BytesIO()
    t = texts(document.lang)
    maker = BaseDocTemplate(
        out, pagesize=A4, leftMargin=SIDE, rightMargin=SIDE, topMargin=TOP, bottomMargin=BOTTOM,
        title=document.title, author=document.office, subject=document.number, lang=document.lang, invariant=1,
        pageCompression=1,
    )  # fmt: skip
    frame = Frame(SIDE, BOTTOM, A4[0] - 2 * SIDE, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    maker.addPageTemplates([PageTemplate(frames=[frame])])
    styles = _Styles(document.lang)
    story = [*_head(document, styles, t)]
    for block, following in pairwise((*document.blocks, None)):
        story += _block(block, following, styles)
    story += _tail(document, styles, t)
    maker.build(story, canvasmaker=partial(_Pages, document=document, t=t))
    return out.getvalue()


class _Styles:
    def __init__(self, lang: str) -> None:
        zh = lang == "zh"
        self.office = Style(27, 36, True, RED, 0.5)
        self.line = Style(10.5, 15)
        self.line_right = Style(10.5, 15, align=1)
        self.title = Style(19, 26, True, align=0.5, before=13, after=6)
        self.about = Style(8.5, 13, colour=GREY, align=0.5)
        self.heading = Style(13, 19, True, before=11, after=3)
        self.text = Style(10.5, 18, indent=21 if zh else 0, after=2 if zh else 6, even=zh)
        self.flush = Style(10.5, 18, after=2, even=zh)
        self.quiet = Style(8, 12, colour=GREY, before=2, after=3)
        self.caption = Style(9.5, 13, True, align=0.5, before=7, after=4)
        self.cell = Style(8.6, 12)
        self.number = Style(8.6, 12, align=1)
        self.column = Style(8.6, 12, True)
        self.column_right = Style(8.6, 12, True, align=1)
        self.note = Style(8, 12, colour=GREY, hang=12)


def _head(document: Document, styles: _Styles, t: Texts) -> list[Flowable]:
    """The red head: office, number, date, who signs; title; what it is of, as of when."""
    wide = A4[0] - 2 * SIDE
    rows = [[Text(document.number, styles.line), Text(document.date, styles.line_right)]]
    grid = Grid(rows, [wide / 2, wide / 2], style=[
        ("LINEBELOW", (0, -1), (-1, -1), 2.2, HexColor(RED)), ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, -1), (-1, -1), 6),
    ])  # fmt: skip
    office = document.office
    size = min(27.0, 27.0 * wide / max(width_of(office, 27, True), 1))
    red = msgspec.structs.replace(styles.office, size=size)
    head: list[Flowable] = [
        Text(office, red),
        Spacer(0, 8),
        grid,
        Text(document.title, styles.title),
    ]
    head += [Text(line, styles.about) for line in document.about]
    return [*head, Spacer(0, 6)]


def _tail(document: Document, styles: _Styles, t: Texts) -> list[Flowable]:
    """Notes, whom it goes to, and who signs."""
    wide = A4[0] - 2 * SIDE
    found: list[Flowable] = []
    if document.notes:
        found += [Spacer(0, 10), Rule(wide * 0.3, 0.5, RULE), Spacer(0, 2)]
        found += [Text(f"{n}. {note}", styles.note) for n, note in enumerate(document.notes, 1)]
    rows = []
    if document.sent_to:
        rows.append([Text(t("briefing.sent_to", to=document.sent_to), styles.line), ""])
    signer = t("briefing.signed", who=document.signer) if document.signer else ""
    rows.append([Text(document.office, styles.line), Text(signer, styles.line_right)])
    grid = Grid(rows, [wide * 0.62, wide * 0.38], style=[
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, HexColor(INK)), ("LINEBELOW", (0, -1), (-1, -1), 0.8, HexColor(INK)),
        ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
    ])  # fmt: skip
    return [*found, Spacer(0, 16), KeepTogether([grid])]


def _block(block: Block | None, following: Block | None, styles: _Styles) -> list[Flowable]:
    match block:
        case Heading(text):
            return [CondPageBreak(30 + _least(following)), Marked(text), Text(text, styles.heading)]
        case Paragraph(runs, quiet, indent):
            style = styles.quiet if quiet else styles.text if indent else styles.flush
            return [Text(runs, style)]
        case Chart(caption, drawing):
            return [KeepTogether([Text(caption, styles.caption), Drawn(drawing), Spacer(0, 4)])]
        case Table():
            return _table(block, styles)
        case None:
            return []


def _least(block: Block | None) -> float:
    """How much room a block needs that a heading may stand before it, points."""
    match block:
        case Chart(_, drawing):
            return drawing.height + 32
        case Table(_, _, rows):
            return min(len(rows), _WHOLE) * 20 + 60
        case _:
            return 54


def _table(table: Table, styles: _Styles) -> list[Flowable]:
    wide = A4[0] - 2 * SIDE
    total = sum(column.weight for column in table.columns)
    widths = [column.weight / total * wide for column in table.columns]
    head = [Text(one.head, styles.column_right if one.right else styles.column) for one in table.columns]
    body = [
        [Text(cell, styles.number if column.right else styles.cell)
         for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]  # fmt: skip
    rules: list[tuple[Any, ...]] = [
        ("LINEABOVE", (0, 0), (-1, 0), 1.2, HexColor(INK)), ("LINEBELOW", (0, 0), (-1, 0), 0.6, HexColor(INK)),
        ("LINEBELOW", (0, -1), (-1, -1), 1.2, HexColor(INK)), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEBELOW", (0, 1), (-1, -2), 0.25, HexColor("#D5DDE4")),
        ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]  # fmt: skip
    if table.total:
        rules.append(("LINEABOVE", (0, -1), (-1, -1), 0.6, HexColor(INK)))
    grid = Grid([head, *body], widths, repeatRows=1, style=rules)
    caption = Text(table.caption, styles.caption)
    if len(table.rows) <= _WHOLE:
        return [KeepTogether([caption, grid]), Spacer(0, 6)]
    return [CondPageBreak(_least(table)), caption, grid, Spacer(0, 6)]


class _Pages(Canvas):  # type: ignore[misc]
    """Draws the foot when it is known how many pages there are."""

    def __init__(self, *args: Any, document: Document, t: Texts, **more: Any) -> None:
        super().__init__(*args, **more)
        self._document, self._t = document, t
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        pages = self._pages
        for n, state in enumerate(pages, 1):
            self.__dict__.update(state)
            self._foot(n, len(pages))
            super().showPage()
        super().save()

    def _foot(self, n: int, of: int) -> None:
        self.setStrokeColor(HexColor(RULE))
        self.setLineWidth(0.4)
        self.line(SIDE, 15 * mm, A4[0] - SIDE, 15 * mm)
        self.setFillColor(HexColor(GREY))
        self.setFont(SANS, 8)
        self.drawString(SIDE, 10.5 * mm, self._document.foot)
        self.drawRightString(A4[0] - SIDE, 10.5 * mm, self._t("briefing.page", n=n, of=of))
