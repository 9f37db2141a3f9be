"""What a PDF of a briefing is built from: paragraphs, drawings as vectors, rules, places of the outline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from cockpit.assist.briefing.charts import INK
from cockpit.assist.briefing.document import Run
from cockpit.assist.briefing.drawing import FONTS, Box, Dot, Drawing, Lines, Shape, Words, width_of
from cockpit.assist.briefing.lines import Line, Piece, broken, pieces_of
from cockpit.paths import assets_dir

LINK = "#1F4E79"
SANS, BOLD = "CockpitSans", "CockpitSans-Bold"


def fonts() -> None:
    """Registers the shipped fonts, once a process."""
    if SANS in pdfmetrics.getRegisteredFontNames():
        return
    for name, file in zip((SANS, BOLD), FONTS, strict=True):
        pdfmetrics.registerFont(TTFont(name, str(assets_dir() / "fonts" / file)))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=SANS, boldItalic=BOLD)


class Style(msgspec.Struct, frozen=True):
    """How a paragraph is set, points. `align`: 0 left, 0.5 middle, 1 right. `even`: its lines end at the margin."""

    size: float
    leading: float
    bold: bool = False
    colour: str = INK
    align: float = 0.0
    indent: float = 0.0
    hang: float = 0.0
    before: float = 0.0
    after: float = 0.0
    even: bool = False


class Text(Flowable):  # type: ignore[misc] # ReportLab says no types
    """A paragraph in its style; its links can be clicked on."""

    def __init__(self, what: str | Sequence[Run], style: Style, lines: Sequence[Line] | None = None) -> None:
        super().__init__()
        self._runs = (Run(what),) if isinstance(what, str) else tuple(what)
        self._style = style
        self._lines = list(lines) if lines is not None else None
        self._first = self._whole = lines is None
        self._wide = 0.0

    def getSpaceBefore(self) -> float:
        return self._style.before if self._first else 0.0

    def getSpaceAfter(self) -> float:
        return self._style.after

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        style = self._style
        if self._lines is None or (self._whole and width != self._wide):
            units = pieces_of(self._runs, style.size, style.bold)
            self._lines = broken(units, width - style.hang, style.indent - style.hang if style.indent else -style.hang)
        self._wide = width
        return width, len(self._lines) * style.leading

    def split(self, width: float, height: float) -> list[Flowable]:
        """Two lines at least on either page."""
        self.wrap(width, height)
        lines = self._lines or []
        fits = min(int(height // self._style.leading), len(lines) - 2)
        if fits < 2:
            return []
        head = Text(self._runs, self._style, lines[:fits])
        head._first = self._first
        return [head, Text(self._runs, self._style, lines[fits:])]

    def draw(self) -> None:
        style, canvas = self._style, self.canv
        lines = self._lines or []
        for i, line in enumerate(lines):
            y = (len(lines) - i) * style.leading - style.leading / 2 - style.size * 0.36
            first = i == 0 and self._first
            left = (style.indent if first else 0.0) if style.indent else (0.0 if first else style.hang)
            slack = self._wide - left - line.width
            letters = sum(len(piece.text) for piece in line.pieces)
            apart = 0.0
            if style.even and not line.last and letters > 1 and 0 < slack < 6 * style.size:
                apart = slack / (letters - 1)
            x = left + slack * style.align
            for piece in line.pieces:
                x = self._piece(canvas, piece, x, y, apart)

    def _piece(self, canvas: Canvas, piece: Piece, x: float, y: float, apart: float) -> float:
        style, run = self._style, piece.run
        bold = style.bold or run.bold
        size = style.size * (0.62 if piece.raised else 1)
        text = canvas.beginText(x, y + (style.size * 0.38 if piece.raised else 0))
        text.setFont(BOLD if bold else SANS, size)
        text.setFillColor(HexColor(LINK if run.link else style.colour))
        if apart:
            text.setCharSpace(apart)
        text.textOut(piece.text)
        if apart:
            text.setCharSpace(0)
        canvas.drawText(text)
        end = x + piece.width + apart * len(piece.text)
        if run.link:
            canvas.linkURL(run.link, (x, y - 2, end, y + style.size), relative=1)
        return end


class Rule(Flowable):  # type: ignore[misc] # ReportLab says no types
    def __init__(self, wide: float, thick: float, colour: str) -> None:
        super().__init__()
        self._wide, self._thick, self._colour = wide, thick, colour

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self._wide, self._thick

    def draw(self) -> None:
        self.canv.setStrokeColor(HexColor(self._colour))
        self.canv.setLineWidth(self._thick)
        self.canv.line(0, 0, self._wide, 0)


class Marked(Flowable):  # type: ignore[misc]
    """A place in the outline of the PDF."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self._text)
        self.canv.addOutlineEntry(self._text, self._text)


class Drawn(Flowable):  # type: ignore[misc]
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
        text.setFont(BOLD if item.bold else SANS, item.size)
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
