"""A briefing on paper: a PDF with its text, fonts and links in it, and a DOCX that offices go on writing in."""

from __future__ import annotations

import functools
import io
import re
import zipfile

import docx
import msgspec
import pytest
from docx.oxml.ns import qn
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtPdf import QPdfDocument, QPdfLinkModel

from cockpit.assist.briefing import drawing as shapes
from cockpit.assist.briefing import office
from cockpit.assist.briefing.charts import Bar, bars, course
from cockpit.assist.briefing.document import Block, Chart, Run
from cockpit.assist.briefing.lines import NOT_FIRST, NOT_LAST, broken, pieces_of
from cockpit.assist.briefing.png import png_of
from cockpit.model.links import read_link
from tests.briefing_kit import KINDS, brief


@functools.cache
def written(kind: str, lang: str, ending: str) -> bytes:
    """A briefing of the shared city as a file."""
    return office.written(brief(kind, lang).document, ending)


class Paper:
    """A PDF that is read back."""

    def __init__(self, data: bytes) -> None:
        self._buffer = QBuffer()
        self._buffer.setData(QByteArray(data))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.pdf = QPdfDocument()
        self.pdf.load(self._buffer)
        pages = range(self.pdf.pageCount())
        self.pages = [self.pdf.getAllText(n).text() for n in pages]
        self.text = re.sub(r"\s+", "", "".join(self.pages))

    def links(self) -> set[str]:
        found = set()
        for page in range(self.pdf.pageCount()):
            model = QPdfLinkModel()
            model.setDocument(self.pdf)
            model.setPage(page)
            for row in range(model.rowCount(model.index(-1, -1))):
                url = model.index(row, 0).data(QPdfLinkModel.Role.Url.value)
                found.add(bytes(url.toEncoded()).decode())
        return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_pdf_says_all_that_the_document_does(qapp, kind) -> None:
    document = brief(kind).document
    paper = Paper(written(kind, "zh", "pdf"))
    assert paper.pages
    for part in (document.office, document.title, document.number, *document.about):
        assert re.sub(r"\s+", "", part) in paper.text
    for run in document.runs():
        if run.figure is not None:
            assert re.sub(r"\s+", "", run.text) in paper.text
    for n, page in enumerate(paper.pages, 1):
        assert f"第 {n} 页，共 {len(paper.pages)} 页" in page
        assert "数据截至" in page


def test_every_figure_in_the_text_and_tables_of_the_pdf_can_be_clicked(qapp) -> None:
    document = brief("day").document
    data = written("day", "zh", "pdf")
    links = set(re.findall(rb"/URI \((cockpit:[^)]*)\)", _plain(data)))
    charts = {run.link for block in document.blocks if isinstance(block, Chart) for run in block.runs}
    printed = [run for block in document.blocks if not isinstance(block, Chart) for run in runs_of(block)]
    wanted = {run.link.encode() for run in printed if run.link}
    assert len(wanted) > 60
    assert len(charts & {link.decode() for link in links}) > 20  # bars, and areas with room for their number
    assert {link.replace(b"\\", b"") for link in links} >= wanted
    for link in links:
        assert read_link(link.replace(b"\\", b"").decode()).pack == "hangzhou"


def runs_of(block: Block) -> list[Run]:
    return list(msgspec.structs.replace(brief("day").document, blocks=(block,)).runs())


def _plain(data: bytes) -> bytes:
    """Annotations are never in a compressed stream."""
    return re.sub(rb"\s*\r?\n\s*", b" ", data)


def test_the_pdf_carries_its_fonts_as_far_as_they_are_used_and_is_small(qapp) -> None:
    data = written("month", "zh", "pdf")
    assert data.count(b"/FontFile2") >= 2
    assert len(data) < 900_000
    assert data == office.written(brief("month").document, "pdf")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_docx_opens_and_says_all_that_the_document_does(kind, lang) -> None:
    document = brief(kind, lang).document
    data = written(kind, lang, "docx")
    paper = docx.Document(io.BytesIO(data))
    text = "\n".join(
        "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
        for paragraph in paper.element.body.iter(qn("w:p"))
    )
    for part in (document.office, document.title, *document.about, *document.notes):
        assert part in text
    for run in document.runs():
        if run.figure is not None:
            assert run.text in text
    links = {rel.target_ref for rel in paper.part.rels.values() if rel.reltype.endswith("hyperlink")}
    assert {run.link for run in document.runs() if run.link} == links
    assert paper.core_properties.title == document.title
    assert [one.text for one in paper.paragraphs if one.style.name == "Heading 1"]


def test_pictures_of_a_docx_say_in_words_what_they_show() -> None:
    data = written("day", "zh", "docx")
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert xml.count("<pic:pic") == 3
    assert len(re.findall(r'<wp:docPr [^>]*descr="[^"]{4,}"', xml)) == 3
    assert "PAGE" in zipfile.ZipFile(io.BytesIO(data)).read("word/footer1.xml").decode()


def test_what_is_said_of_a_paragraph_stands_in_the_order_of_the_format() -> None:
    paper = docx.Document(io.BytesIO(written("day", "zh", "docx")))
    order = [qn(f"w:{name}") for name in ("pStyle", "keepNext", "pBdr", "tabs", "spacing", "ind", "jc")]
    bordered = 0
    for facts in paper.element.body.iter(qn("w:pPr")):
        names = [one.tag for one in facts if one.tag in order]
        assert names == sorted(names, key=order.index)
        bordered += qn("w:pBdr") in names
    assert bordered >= 3


def test_a_briefing_without_records_is_written_too(qapp) -> None:
    from tests.briefing_kit import nothing

    for kind in ("day", "week", "month", "shift"):
        made = brief(kind, of=nothing())
        assert made.released, made.findings
        paper = Paper(office.written(made.document, "pdf"))
        assert "没有接报事件的记录" in paper.text
        assert not re.search(r"(?<!\d)0件|0\.0%", paper.text)  # what is not known is not nought
        office.written(made.document, "docx")


def test_no_line_begins_or_ends_with_a_sign_that_may_not_stand_there() -> None:
    text = "其中已结案106件，结案率100.0%；未结案0件（其中超期0件）。按时办结率67.0%，较前一日下降24.0个百分点。" * 4
    for width in range(60, 460, 7):
        lines = broken(pieces_of([Run(text)], 10.5), width, 21)
        said = "".join(piece.text for line in lines for piece in line.pieces)
        assert said == text
        for line in lines:
            whole = "".join(piece.text for piece in line.pieces)
            assert whole[0] not in NOT_FIRST
            assert whole[-1] not in NOT_LAST
            assert line.width <= width + 0.1
            assert not re.search(r"\d\.$", whole)


def test_a_word_that_is_wider_than_its_line_is_parted() -> None:
    lines = broken(pieces_of([Run("x" * 300)], 10), 100)
    assert "".join(piece.text for line in lines for piece in line.pieces) == "x" * 300
    assert all(line.width <= 100.1 for line in lines)


def test_a_chart_of_nought_and_one_of_nothing_can_be_drawn() -> None:
    for made in (
        bars([Bar("上城区", 0.0, "0"), Bar("拱墅区", None, "暂无数据")]),
        course(["0"], [None], [None], (), ("本期", "上期")),
        course(["0", "1"], [0.0, 0.0], [], (), ("本期", "上期")),
        course([str(n) for n in range(48)], [n * 1e6 for n in range(48)], [None] * 48, (), ("本期", "上期")),
    ):
        assert png_of(made).startswith(b"\x89PNG")
        for item in made.items:
            if isinstance(item, shapes.Box):
                assert item.x >= 0
                assert item.w <= made.width


@pytest.mark.parametrize("format", ["pdf", "docx"])
def test_names_that_no_file_can_hold_and_markup_are_plain_words(format: str) -> None:
    from cockpit.assist.briefing.document import Document, Heading, Paragraph, Run
    from cockpit.assist.briefing.office import written

    bad = "=1 <b>&amp;<img src='file:///x'/>\x01\x0b\x00\ud800\ufffe" + "W" * 300
    blocks = (Heading(bad), Paragraph((Run(bad), Run(bad, link="cockpit://hangzhou/drill?x=1"))))
    made = Document(
        "day", "zh", bad, bad, bad, bad, bad, bad, (bad,), blocks, (), (bad,), bad, 1_700_000_000_000_000, 0, 1, "x"
    )
    assert len(written(made, format)) > 10_000
