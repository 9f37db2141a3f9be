"""A document as DOCX: styles that an office can change, charts and map as pictures, every figure a link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from cockpit.assist.briefing.charts import GREY, RED
from cockpit.assist.briefing.document import Block, Chart, Document, Heading, Paragraph, Run, Table
from cockpit.assist.briefing.png import png_of
from cockpit.model.clock import SECOND
from cockpit.model.messages import Texts, texts

LINK = "1F4E79"
_TEXT, _HEAD, _TITLE, _LATIN = "仿宋", "黑体", "宋体", "Times New Roman"
"""Fonts that every office in China has; others fall back to their own."""
_AFTER_BORDERS = tuple(
    f"w:{name}"
    for name in (
        "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE",
        "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents",
        "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId",
        "cnfStyle", "rPr", "sectPr", "pPrChange",
    )
)  # fmt: skip
"""What comes behind the borders of a paragraph, by ECMA-376 17.3.1.26: the order is part of the format."""
_WIDE = 16.0
"""Centimetres between the margins."""


def docx_of(document: Document) -> bytes:
    """The document as DOCX."""
    t = texts(document.lang)
    paper = docx.Document()
    _page(paper, document, t)
    _styles(paper)
    _head(paper, document)
    for block in document.blocks:
        _block(paper, block, document.lang)
    _tail(paper, document, t)
    core = paper.core_properties
    when = datetime.fromtimestamp(document.made // SECOND, UTC).replace(tzinfo=None)
    core.title, core.author, core.subject = document.title[:255], document.office[:255], document.number[:255]
    core.language, core.created, core.modified = document.lang, when, when
    core.comments, core.last_modified_by = "", document.office[:255]
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _page(paper: Any, document: Document, t: Texts) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDE), WD_ALIGN_PARAGRAPH.RIGHT)  # the right end of the line
    _words(foot, document.foot + "\t", size=8, colour=GREY)
    before, _, rest = t("briefing.page", n="\0", of="\1").partition("\0")
    between, _, after = rest.partition("\1")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        if text:
            _words(foot, text, size=8, colour=GREY)
        if field:
            _field(foot, field)


def _styles(paper: Any) -> None:
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(12)
    _east(normal.element, _TEXT)
    normal.paragraph_format.line_spacing, normal.paragraph_format.space_after = 1.5, Pt(2)
    heading = paper.styles["Heading 1"]
    heading.font.name, heading.font.size, heading.font.bold = _LATIN, Pt(14), True
    heading.font.color.rgb = RGBColor(0, 0, 0)
    _east(heading.element, _HEAD)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(12), Pt(4)
    heading.paragraph_format.keep_with_next = True


def _east(element: Any, font: str) -> None:
    """The font of 汉字; themes of the template would win over it."""
    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), font)


def _words(
    paragraph: Any,
    text: str,
    size: float = 0,
    bold: bool = False,
    colour: str = "",
    font: str = "",
    raised: bool = False,
) -> Any:
    run = paragraph.add_run(text)
    if size:
        run.font.size = Pt(size)
    run.bold = bold or None
    run.font.superscript = raised or None
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour.lstrip("#"))
    if font:
        _east(run._r, font)
    return run


def _runs(paragraph: Any, runs: Sequence[Run], size: float = 0, colour: str = "") -> None:
    for one in runs:
        if one.link:
            _link(paragraph, one, size)
        else:
            _words(paragraph, one.text, size, one.bold, colour)
        if one.note:
            _words(paragraph, f"[{one.note}]", size, raised=True, colour=GREY)


def _link(paragraph: Any, one: Run, size: float) -> None:
    id = paragraph.part.relate_to(one.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), id)
    run = _words(paragraph, one.text, size, one.bold, LINK)
    link.append(run._r)
    paragraph._p.append(link)


def _field(paragraph: Any, name: str) -> None:
    """A number that the reader's own program puts in."""
    for kind, text in (("begin", ""), ("", name), ("separate", ""), ("text", "1"), ("end", "")):
        run = _words(paragraph, "", size=8, colour=GREY)
        if kind == "text":
            made = OxmlElement("w:t")
            made.text = text
        elif kind:
            made = OxmlElement("w:fldChar")
            made.set(qn("w:fldCharType"), kind)
        else:
            made = OxmlElement("w:instrText")
            made.set(qn("xml:space"), "preserve")
            made.text = text
        run._r.append(made)


def _border(paragraph: Any, edge: str, size: int, colour: str) -> None:
    """A line below or above a paragraph; size in eighths of a point."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement(f"w:{edge}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", "4"), ("color", colour.lstrip("#"))):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_BORDERS)


def _head(paper: Any, document: Document) -> None:
    office = paper.add_paragraph()
    office.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _words(office, document.office, 28, True, RED, _TITLE)
    line = paper.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDE), WD_ALIGN_PARAGRAPH.RIGHT)
    _words(line, f"{document.number}\t{document.date}", 12)
    _border(line, "bottom", 18, RED)
    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(14), Pt(6)
    _words(title, document.title, 20, True, font=_TITLE)
    for text in document.about:
        about = paper.add_paragraph()
        about.alignment = WD_ALIGN_PARAGRAPH.CENTER
        about.paragraph_format.line_spacing = 1.15
        _words(about, text, 9, colour=GREY)


def _block(paper: Any, block: Block, lang: str) -> None:
    match block:
        case Heading(text):
            paper.add_heading(text, 1)
        case Paragraph(runs, quiet, indent):
            paragraph = paper.add_paragraph()
            if indent and lang == "zh":
                paragraph.paragraph_format.first_line_indent = Pt(24)
            _runs(paragraph, runs, 9 if quiet else 0, GREY if quiet else "")
        case Chart(caption, drawing):
            _caption(paper, caption)
            picture = paper.add_paragraph()
            picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
            picture.paragraph_format.line_spacing = 1.0
            shape = picture.add_run().add_picture(io.BytesIO(png_of(drawing)), width=Pt(drawing.width))
            shape._inline.docPr.set("descr", drawing.says or caption)
            if block.runs:
                words = paper.add_paragraph()
                words.paragraph_format.line_spacing = 1.15
                _runs(words, block.runs, 9, GREY)
        case Table():
            _table(paper, block)


def _caption(paper: Any, text: str) -> None:
    caption = paper.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = Pt(6)
    _words(caption, text, 10.5, True, font=_HEAD)


def _table(paper: Any, table: Table) -> None:
    _caption(paper, table.caption)
    grid = paper.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    total = sum(column.weight for column in table.columns)
    for i, column in enumerate(table.columns):
        grid.columns[i].width = Cm(_WIDE * column.weight / total)
    last = len(table.rows)
    for r, row in enumerate([[(Run(column.head, bold=True),) for column in table.columns], *table.rows]):
        cells = grid.rows[r].cells
        for i, (column, runs) in enumerate(zip(table.columns, row, strict=True)):
            cells[i].width = Cm(_WIDE * column.weight / total)
            paragraph = cells[i].paragraphs[0]
            paragraph.paragraph_format.line_spacing, paragraph.paragraph_format.space_after = 1.1, Pt(0)
            if column.right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _runs(paragraph, runs, 9)
            _edges(cells[i], r, last, table.total)
        _row(grid.rows[r], head=r == 0)
    paper.add_paragraph().paragraph_format.line_spacing = 0.6


def _edges(cell: Any, row: int, last: int, total: bool) -> None:
    """The rules of a table in three lines 三线表."""
    lines = {"top": 12 if row == 0 else 0, "bottom": 12 if row == last else 6 if row == 0 else 2}
    if total and row == last:
        lines["top"] = 6
    borders = OxmlElement("w:tcBorders")
    for edge, size in lines.items():
        if size:
            line = OxmlElement(f"w:{edge}")
            colour = "D5DDE4" if size == 2 else "000000"
            for name, value in (("val", "single"), ("sz", str(size)), ("color", colour)):
                line.set(qn(f"w:{name}"), value)
            borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)


def _row(row: Any, head: bool) -> None:
    """A row is not parted by the end of a page; the head stands on each."""
    facts = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(["w:tblHeader"] if head else [])):
        facts.append(OxmlElement(name))


def _tail(paper: Any, document: Document, t: Texts) -> None:
    for n, note in enumerate(document.notes, 1):
        paragraph = paper.add_paragraph()
        paragraph.paragraph_format.line_spacing = 1.15
        if n == 1:
            _border(paragraph, "top", 4, GREY)
        _words(paragraph, f"{n}. {note}", 9, colour=GREY)
    if document.sent_to:
        line = paper.add_paragraph()
        _border(line, "top", 6, "#000000")
        _words(line, t("briefing.sent_to", to=document.sent_to), 12)
    line = paper.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDE), WD_ALIGN_PARAGRAPH.RIGHT)
    signer = t("briefing.signed", who=document.signer) if document.signer else ""
    _words(line, f"{document.office}\t{signer}", 12)
    _border(line, "bottom", 6, "#000000")
