"""A document as PDF: A4, vectors, its fonts in it as far as they are used, every figure a link. ReportLab lays it out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Flowable, Frame, KeepTogether, PageTemplate, Spacer
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid

from cockpit.assist.briefing.charts import GREY, INK, RED
from cockpit.assist.briefing.document import Block, Chart, Document, Heading, Paragraph, Run, Table
from cockpit.assist.briefing.drawing import FONTS, Box, Dot, Drawing, Lines, Shape, Words, width_of
from cockpit.model.messages import Texts, texts
from cockpit.paths import assets_dir

SIDE, TOP, BOTTOM = 25 * mm, 24 * mm, 22 * mm
LINK = "#1F4E79"
_SANS, _BOLD = "CockpitSans", "CockpitSans-Bold"
_RULE = "#8A97A3"


def pdf_of(document: Document) -> bytes:
    """The document as PDF; the same document gives the same bytes."""
    _fonts()
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
    for block in document.blocks:
        story += _block(block, styles)
    story += _tail(document, styles, t)
    maker.build(story, canvasmaker=partial(_Pages, document=document, t=t))
    return out.getvalue()


def _fonts() -> None:
    """Registers the shipped fonts, once a process."""
    if _SANS in pdfmetrics.getRegisteredFontNames():
        return
    for name, file in zip((_SANS, _BOLD), FONTS, strict=True):
        pdfmetrics.registerFont(TTFont(name, str(assets_dir() / "fonts" / file)))
    pdfmetrics.registerFontFamily(_SANS, normal=_SANS, bold=_BOLD, italic=_SANS, boldItalic=_BOLD)


class _Styles:
    def __init__(self, lang: str) -> None:
        wrap = "CJK" if lang == "zh" else None

        def style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
            given = {"fontName": _SANS, "textColor": HexColor(INK), "wordWrap": wrap, **more}
            return ParagraphStyle(name, fontSize=size, leading=leading, **given)

        first = 22 if lang == "zh" else 0
        self.office = style("office", 27, 36, fontName=_BOLD, textColor=HexColor(RED), alignment=TA_CENTER)
        self.line = style("line", 10.5, 15)
        self.line_right = style("line_right", 10.5, 15, alignment=TA_RIGHT)
        self.title = style("title", 19, 27, fontName=_BOLD, alignment=TA_CENTER, spaceBefore=15, spaceAfter=7)
        self.about = style("about", 8.5, 13.5, textColor=HexColor(GREY), alignment=TA_CENTER)
        self.heading = style("heading", 13, 20, fontName=_BOLD, spaceBefore=13, spaceAfter=4)
        self.text = style("text", 11, 19.5, firstLineIndent=first, spaceAfter=3 if lang == "zh" else 6)
        self.flush = style("flush", 11, 19.5, spaceAfter=3)
        self.quiet = style("quiet", 8, 12, textColor=HexColor(GREY), spaceBefore=2, spaceAfter=3)
        self.caption = style("caption", 9.5, 14, fontName=_BOLD, alignment=TA_CENTER, spaceBefore=8, spaceAfter=4)
        self.cell = style("cell", 8.8, 12.6)
        self.number = style("number", 8.8, 12.6, alignment=TA_RIGHT)
        self.column = style("column", 8.8, 12.6, fontName=_BOLD)
        self.column_right = style("column_right", 8.8, 12.6, fontName=_BOLD, alignment=TA_RIGHT)
        self.note = style("note", 8, 12.5, textColor=HexColor(GREY), leftIndent=12, firstLineIndent=-12)


def _markup(runs: Sequence[Run]) -> str:
    """Runs in the markup of ReportLab's paragraphs."""
    found = []
    for run in runs:
        text = escape(run.text)
        if run.bold:
            text = f"<b>{text}</b>"
        if run.link:
            text = f"<a href={quoteattr(run.link)} color={quoteattr(LINK)}>{text}</a>"
        if run.note:
            text += f'<super size="6">[{run.note}]</super>'
        found.append(text)
    return "".join(found)


def _head(document: Document, styles: _Styles, t: Texts) -> list[Flowable]:
    """The red head: office, number, date, who signs; title; what it is of, as of when."""
    left = escape(document.number)
    right = escape(document.date)
    wide = A4[0] - 2 * SIDE
    rows = [[Text(left, styles.line), Text(right, styles.line_right)]]
    grid = Grid(rows, [wide / 2, wide / 2], style=[
        ("LINEBELOW", (0, -1), (-1, -1), 2.2, HexColor(RED)), ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, -1), (-1, -1), 6),
    ])  # fmt: skip
    office = document.office
    size = min(27.0, 27.0 * wide / max(width_of(office, 27, True), 1))
    styles.office.fontSize = size
    head: list[Flowable] = [
        Text(escape(office), styles.office),
        Spacer(0, 8),
        grid,
        Text(escape(document.title), styles.title),
    ]
    head += [Text(escape(line), styles.about) for line in document.about]
    return [*head, Spacer(0, 6)]


def _tail(document: Document, styles: _Styles, t: Texts) -> list[Flowable]:
    """Notes, whom it goes to, and who signs."""
    wide = A4[0] - 2 * SIDE
    found: list[Flowable] = []
    if document.notes:
        found += [Spacer(0, 10), _Rule(wide * 0.3, 0.5, _RULE), Spacer(0, 2)]
        found += [Text(f"{n}. {escape(note)}", styles.note) for n, note in enumerate(document.notes, 1)]
    rows = []
    if document.sent_to:
        rows.append([Text(escape(t("briefing.sent_to", to=document.sent_to)), styles.line), ""])
    signer = t("briefing.signed", who=document.signer) if document.signer else ""
    rows.append([Text(escape(document.office), styles.line), Text(escape(signer), styles.line_right)])
    grid = Grid(rows, [wide * 0.62, wide * 0.38], style=[
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, HexColor(INK)), ("LINEBELOW", (0, -1), (-1, -1), 0.8, HexColor(INK)),
        ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
    ])  # fmt: skip
    return [*found, Spacer(0, 16), KeepTogether([grid])]


def _block(block: Block, styles: _Styles) -> list[Flowable]:
    match block:
        case Heading(text):
            return [CondPageBreak(34 * mm), _Marked(text), Text(escape(text), styles.heading)]
        case Paragraph(runs, quiet, indent):
            style = styles.quiet if quiet else styles.text if indent else styles.flush
            return [Text(_markup(runs), style)]
        case Chart(caption, drawing):
            return [KeepTogether([Text(escape(caption), styles.caption), _Drawn(drawing), Spacer(0, 4)])]
        case Table():
            return _table(block, styles)


def _table(table: Table, styles: _Styles) -> list[Flowable]:
    wide = A4[0] - 2 * SIDE
    total = sum(column.weight for column in table.columns)
    widths = [column.weight / total * wide for column in table.columns]
    head = [Text(escape(one.head), styles.column_right if one.right else styles.column) for one in table.columns]
    body = [
        [Text(_markup(cell), styles.number if column.right else styles.cell)
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
    caption = Text(escape(table.caption), styles.caption)
    if len(table.rows) <= 8:
        return [KeepTogether([caption, grid]), Spacer(0, 6)]
    return [CondPageBreak(60 * mm), caption, grid, Spacer(0, 6)]


class _Rule(Flowable):  # type: ignore[misc] # ReportLab says no types
    def __init__(self, wide: float, thick: float, colour: str) -> None:
        super().__init__()
        self._wide, self._thick, self._colour = wide, thick, colour

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self._wide, self._thick

    def draw(self) -> None:
        self.canv.setStrokeColor(HexColor(self._colour))
        self.canv.setLineWidth(self._thick)
        self.canv.line(0, 0, self._wide, 0)


class _Marked(Flowable):  # type: ignore[misc]
    """A place in the outline of the PDF."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self._text)
        self.canv.addOutlineEntry(self._text, self._text)


class _Drawn(Flowable):  # type: ignore[misc]
    """A drawing as vectors."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self.hAlign = "CENTER"

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self._drawing.width, self._drawing.height

    def draw(self) -> None:
        canvas, tall = self.canv, self._drawing.height
        for item in self._drawing.items:
            match item:
                case Box(x, y, w, h, fill, link):
                    canvas.setFillColor(HexColor(fill))
                    canvas.rect(x, tall - y - h, w, h, stroke=0, fill=1)
                    if link:
                        canvas.linkURL(link, (x, tall - y - h, x + w, tall - y), relative=1)
                case Lines(points, colour, width, dashed):
                    canvas.setStrokeColor(HexColor(colour))
                    canvas.setLineWidth(width)
                    canvas.setDash([4, 3] if dashed else [])
                    canvas.drawPath(_path(canvas, [points], tall, False), stroke=1, fill=0)
                    canvas.setDash([])
                case Shape(rings, fill, edge, width):
                    canvas.setFillColor(HexColor(fill))
                    if edge:
                        canvas.setStrokeColor(HexColor(edge))
                        canvas.setLineWidth(width)
                    path = _path(canvas, rings, tall, True)
                    canvas.drawPath(path, stroke=1 if edge else 0, fill=1, fillMode=0)
                case Dot(x, y, r, fill, edge):
                    canvas.setFillColor(HexColor(fill))
                    canvas.setStrokeColor(HexColor(edge or fill))
                    canvas.setLineWidth(1.2)
                    canvas.circle(x, tall - y, r, stroke=1, fill=1)
                case Words():
                    self._words(item, tall)

    def _words(self, item: Words, tall: float) -> None:
        canvas, wide = self.canv, width_of(item.text, item.size, item.bold)
        x = item.x - {"left": 0.0, "middle": wide / 2, "right": wide}[item.anchor]
        y = tall - item.y
        if item.halo:
            self._text(item, x, y, 1, item.halo)
        self._text(item, x, y, 0, item.colour)
        if item.link:
            canvas.linkURL(item.link, (x, y - 2, x + wide, y + item.size), relative=1)

    def _text(self, item: Words, x: float, y: float, mode: int, colour: str) -> None:
        text = self.canv.beginText(x, y)
        text.setFont(_BOLD if item.bold else _SANS, item.size)
        text.setTextRenderMode(mode)
        if mode:
            self.canv.setStrokeColor(HexColor(colour))
            self.canv.setLineWidth(2.2)
            self.canv.setLineJoin(1)
        text.setFillColor(HexColor(colour))
        text.textOut(item.text)
        text.setTextRenderMode(0)
        self.canv.drawText(text)


def _path(canvas: Canvas, rings: Sequence[Sequence[tuple[float, float]]], tall: float, close: bool) -> Any:
    path = canvas.beginPath()
    for ring in rings:
        for i, (x, y) in enumerate(ring):
            (path.lineTo if i else path.moveTo)(x, tall - y)
        if close:
            path.close()
    return path


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
        self.setStrokeColor(HexColor(_RULE))
        self.setLineWidth(0.4)
        self.line(SIDE, 15 * mm, A4[0] - SIDE, 15 * mm)
        self.setFillColor(HexColor(GREY))
        self.setFont(_SANS, 8)
        self.drawString(SIDE, 10.5 * mm, self._document.foot)
        self.drawRightString(A4[0] - SIDE, 10.5 * mm, self._t("briefing.page", n=n, of=of))
