"""Lines of a text with 汉字: where it may be broken. Numbers and words stay whole; no line begins with a comma."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from cockpit.assist.briefing.document import Run
from cockpit.assist.briefing.drawing import width_of

_PIECE = re.compile(r"[ \u3000]+|[0-9A-Za-z\u00c0-\u024f.,:/%‰°'’_+−*#@&=\-]+|.", re.DOTALL)
NOT_FIRST = frozenset("，。、；：？！）】》〉”’％%…—)],.;:!?·~～")
"""Signs that never begin a line 避头."""
NOT_LAST = frozenset("（【《〈“‘([")
"""Signs that never end one 避尾."""
_RAISED = 0.62


class Piece(msgspec.Struct, frozen=True):
    """Letters in one go on a line: which run they are of, and how wide they are, points."""

    text: str
    run: Run
    width: float
    raised: bool = False


class Line(msgspec.Struct, frozen=True):
    pieces: tuple[Piece, ...]
    width: float
    last: bool = False


def pieces_of(runs: Sequence[Run], size: float, bold: bool = False) -> list[list[Piece]]:
    """What can not be parted, each a list of pieces: a 汉字 with the signs that stick to it, a number, a word."""
    loose: list[Piece] = []
    for run in runs:
        for text in _PIECE.findall(run.text):
            loose.append(Piece(text, run, width_of(text, size, bold or run.bold)))
        if run.note:
            mark = f"[{run.note}]"
            loose.append(Piece(mark, run, width_of(mark, size * _RAISED), True))
    units: list[list[Piece]] = []
    for piece in loose:
        sticks = bool(units) and (
            piece.raised
            or piece.text[0] in NOT_FIRST
            or units[-1][-1].text[-1] in NOT_LAST
            or (_is_word(units[-1][-1].text[-1]) and _is_word(piece.text[0]))
        )
        if sticks and not units[-1][-1].text.isspace() and not piece.text.isspace():
            units[-1].append(piece)
        else:
            units.append([piece])
    return units


def broken(units: Sequence[Sequence[Piece]], width: float, indent: float = 0.0) -> list[Line]:
    """The lines of a text. What is wider than a line alone stands on one of its own, parted where it must be.

    Args:
        indent: of the first line.
    """
    lines: list[Line] = []
    run: list[Piece] = []
    gone, room = 0.0, width - indent

    def end(last: bool = False) -> None:
        nonlocal run, gone, room
        while run and run[-1].text.isspace() and not last:
            gone -= run.pop().width
        lines.append(Line(tuple(run), gone, last))
        run, gone, room = [], 0.0, width

    for unit in units:
        wide = sum(piece.width for piece in unit)
        if run and gone + wide > room + 0.01 and not unit[0].text.isspace():
            end()
        if not run and lines and unit[0].text.isspace():
            continue
        if wide <= room:
            run += unit
            gone += wide
            continue
        for piece in unit:
            for letter in piece.text:
                one = Piece(letter, piece.run, piece.width / len(piece.text), piece.raised)
                if run and gone + one.width > room + 0.01:
                    end()
                run.append(one)
                gone += one.width
    end(True)
    return lines


def _is_word(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
