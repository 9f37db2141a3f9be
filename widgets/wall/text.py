"""Words that a scene says: a slogan, a notice, a rule of the hall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.messages import Message
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import broken, draw_words
from widgets.wall.sizes import metrics

SIDES = ("left", "middle", "right")
GROWS = 5.0
"""How many times the smallest type the words become at the most."""
LINE = 1.36


class WallText(WallPanel):
    """Options: `words` (`{zh, en}`) or `text`, lines by \\n; `side` (left, middle, right), `level` (1–4: its colour, 0
    none), `bold`; `live`: words in their place, without the colour, wherever no rehearsal is shown. They are as large
    as there is room for."""

    panel_id: ClassVar[str] = "walltext"
    title_id: ClassVar[str] = ""
    options: ClassVar[Mapping[str, Any]] = {
        "words": {}, "text": "", "side": "middle", "level": 0, "bold": True, "live": {},
    }  # fmt: skip

    def words(self) -> str:
        """What it says."""
        if self._of_the_live_city:
            return self.ctx.t.pack(self.chosen["live"]).strip()
        return str(self.ctx.t.pack(self.chosen["words"]) if self.chosen["words"] else self.chosen["text"]).strip()

    @property
    def _of_the_live_city(self) -> bool:
        return bool(self.chosen["live"]) and not (self.ctx.wall is not None and self.ctx.wall.rehearsal)

    def look(self) -> None:
        if self.chosen["side"] not in SIDES:
            wrong: dict[str, object] = {"name": "side", "word": self.chosen["side"], "words": ", ".join(SIDES)}
            self.show_state(PanelState.EMPTY, Message("wallkit.wrong_word", wrong))
        elif not self.words():
            self.show_state(PanelState.EMPTY, Message("walltime.no_words"), (Message("walltime.no_words_why"),))
        else:
            self.show_content()
            self.setAccessibleDescription(self.words())

    def paint(self, painter: QPainter, box: QRectF) -> None:
        base, theme, bold = self.base, self.theme, bool(self.chosen["bold"])
        px, lines = fill(self.words(), box, base.min, bold)
        level = 0 if self._of_the_live_city else int(self.chosen["level"])
        ink = theme.level(level) if 1 <= level <= 4 else theme.t1
        high = metrics(px, bold).height() / LINE * 1.28
        top = box.top() + max((box.height() - high * len(lines)) / 2, 0)
        for i, line in enumerate(lines):
            at = QRectF(box.left(), top + i * high, box.width(), high)
            draw_words(painter, at, line, px, ink, bold, self.chosen["side"])


def fill(words: str, box: QRectF, least: float, bold: bool) -> tuple[float, list[str]]:
    """The largest type in which words fit, and their lines; at the least size those lines that have room."""
    paragraphs = words.split("\n")
    low, high = float(least), max(min(least * GROWS, box.height() / max(len(paragraphs), 1) / 1.2), least)
    best = low, _lines(paragraphs, low, box.width(), bold)
    for _ in range(9):
        px = (low + high) / 2
        lines = _lines(paragraphs, px, box.width(), bold)
        if len(lines) * metrics(px, bold).height() / LINE * 1.28 <= box.height():
            low, best = px, (px, lines)
        else:
            high = px
    room = max(int(box.height() / (metrics(best[0], bold).height() / LINE * 1.28)), 1)
    px, lines = best
    if len(lines) > room:
        lines = [*lines[: room - 1], lines[room - 1] + "…"]
    return px, lines


def _lines(paragraphs: list[str], px: float, width: float, bold: bool) -> list[str]:
    return [line for one in paragraphs for line in broken(one, px, width, bold)]


PANELS = {"walltext": WallText}
