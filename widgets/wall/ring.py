"""构成: what a whole is made of, as a ring with its total in the middle and a list beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cockpit.model import ages
from cockpit.model.messages import Message
from widgets.signs.board import Item, SignBoard
from widgets.signs.words import SignWords
from widgets.wall.counting import CountPanel
from widgets.wall.kit import PanelState
from widgets.wall.paint import draw_mark, draw_value, draw_words, fitted
from widgets.wall.signed import tells
from widgets.wall.sizes import FIGURE_EM, wide

_MOST = 6
"""Pieces at the most; what is beyond is one more, 其他."""
_SHADES = ("t2", "chart", "chart2", "line2")


@dataclass(frozen=True)
class Piece:
    """One piece of the ring; level 1 to 4 gives it its colour and sign."""

    name: str
    value: float
    words: str
    level: int = 0


class WallRing(CountPanel):
    """Attributes:
    pieces: of the whole. total: in words; unit: of it.
    """

    panel_id: ClassVar[str] = "wallring"
    title_id: ClassVar[str] = "wallkit.ring"
    topics: ClassVar[frozenset[str]] = CountPanel.topics | {"sign"}
    options: ClassVar[Mapping[str, Any]] = {"of": "events", "by": "level", "sign": ""}
    ample: ClassVar[tuple[float, float]] = (22, 11)

    def begin(self) -> None:
        super().begin()
        self.board = SignBoard(self.ctx.picture["sign"], self.areas, self.ctx.pack.code)
        self.pieces: list[Piece] = []
        self.total, self.unit = "", ""
        self._item: Item | None = None

    def seen(self) -> object:
        return repr((self.pieces, self.total, self.old))

    def title(self) -> str:
        if self.chosen["title"]:
            return super().title()
        if self.chosen["sign"]:
            return SignWords(self.ctx.t, self.ctx.pack, self.areas).name(self.board.told.sign(self.chosen["sign"]))
        by = Message(f"wallkit.by_{self.chosen['by']}")
        return self.ctx.t(Message("wallkit.ring_by", {"of": self.of_words(), "by": by}))

    def look(self) -> None:
        code = self.chosen["sign"]
        if not code:
            super().look()
            return
        if not tells(self, self.board, code):
            return
        words = SignWords(self.ctx.t, self.ctx.pack, self.areas)
        self.show_content()
        self._item = item = self.board.item_at(row) if (row := self.board.row(code, self.area)) >= 0 else None
        parts = [one for one in self.board.parts(code, self.area) if one.known and one.value > 0]
        if not parts or item is None:
            named = {"name": words.name(self.board.told.sign(code))}
            self.show_state(PanelState.EMPTY, Message("wallkit.no_parts", named))
            return
        sign = item.sign
        self.pieces = self._gathered([Piece(words.part(one), one.value, words.value(sign, one.value)) for one in parts])
        self.total, self.unit = words.value(sign, item.value), words.unit(sign, item.value)
        self._say_total()
        self._say_age()
        self.setAccessibleName(self.headline())

    def count(self) -> None:
        self._item = None
        counts = self.counts()
        if not counts:
            self.say_none()
            return
        self.pieces = self._gathered([Piece(one.name, one.n, f"{one.n:,}", one.level % 5) for one in counts])
        self.total, self.unit = f"{sum(one.n for one in counts):,}", ""
        self._say_total()

    def _gathered(self, pieces: Sequence[Piece]) -> list[Piece]:
        if len(pieces) <= _MOST + 1:
            return list(pieces)
        rest = sum(one.value for one in pieces[_MOST:])
        return [*pieces[:_MOST], Piece(self.ctx.t("wallkit.others"), rest, f"{rest:,.0f}")]

    def _say_age(self) -> None:
        if self._item is None:
            super()._say_age()
        elif self._item.known:
            now = self.ctx.clock.now()
            self.set_age(ages.data_age(self._item.measured, self._item.period, now), self._item.old(now))

    def color(self, i: int) -> QColor:
        """Of a piece: its level's, else a shade that its neighbours have not."""
        piece = self.pieces[i]
        if piece.level:
            return self.theme.level(piece.level, "fill")
        shades = [self.theme[name] for name in _SHADES]
        return shades[min(i, len(shades) - 1)] if i < len(shades) else shades[-1 - (i % 2)]

    def paint(self, painter: QPainter, box: QRectF) -> None:
        kind = self.type
        side = min(box.height(), box.width() * (0.42 if box.width() > box.height() * 1.3 else 0.8))
        beside = box.width() - side - kind.pad * 2 >= kind.row * 6
        if beside:
            need = max(wide(one.name, kind.row) + wide(one.words, kind.row, True) for one in self.pieces)
            need += kind.row * 3.4 + wide("100%", kind.min) + kind.pad * 2
            room = min(box.width() - side - kind.pad * 2, max(need * 1.25, kind.row * 12))
            left = box.left() + (box.width() - side - kind.pad * 2 - room) / 2
            self._ring(painter, QRectF(left, box.center().y() - side / 2, side, side))
            self._list(painter, QRectF(left + side + kind.pad * 2, box.top(), room, box.height()))
            return
        listed = len(self.pieces) * kind.row * 1.22
        side = min(box.width() * 0.8, box.height() - min(listed, box.height() * 0.5) - kind.gap)
        if side >= kind.row * 4:
            self._ring(painter, QRectF(box.center().x() - side / 2, box.top(), side, side))
            top = box.top() + side + kind.gap * 2
            self._list(painter, QRectF(box.left(), top, box.width(), box.bottom() - top))
        else:
            self._list(painter, box)

    def _ring(self, painter: QPainter, box: QRectF) -> None:
        kind, theme = self.type, self.theme
        thick = max(box.width() * 0.13, kind.line * 2)
        ring = box.adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        whole = sum(piece.value for piece in self.pieces) or 1.0
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        at = 90 * 16.0
        apart = min(360 * 16 * kind.hair * 1.5 / (3.14 * ring.width()), 80.0) if len(self.pieces) > 1 else 0.0
        for i, piece in enumerate(self.pieces):
            length = piece.value / whole * 360 * 16
            pen = QPen(self.color(i), thick)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawArc(ring, round(at - length), max(round(length - apart), 8))
            at -= length
        painter.restore()
        inner = (box.width() - 2 * thick) * 0.82
        if not self._has_middle(inner):
            return
        px = fitted(self.total, inner, max(min(inner * 0.5, kind.hero * 1.6), kind.min), kind.min, True)
        caption = self.unit or self.ctx.t("wallkit.altogether")
        under = inner >= kind.min * 4
        middle = box.center()
        shift = kind.min * 0.62 if under else 0.0
        figure = QRectF(middle.x() - inner / 2, middle.y() - px * 0.8 - shift, inner, px * 1.6)
        ink = theme.t2 if self.old else theme.t1
        draw_value(painter, figure, self.total, "", px, ink, theme.t2, kind.min, "middle")
        if under:
            y = middle.y() - shift + px * FIGURE_EM / 2 + kind.min * 0.1
            draw_words(
                painter,
                QRectF(middle.x() - inner / 2, y, inner, kind.min * 1.4),
                caption,
                kind.min,
                theme.t2,
                side="middle",
            )

    def _has_middle(self, inner: float) -> bool:
        """Whether the total can be read within a ring; else it stands in the title line."""
        return inner >= self.type.min * 1.5 and wide(self.total, self.type.min, True) <= inner

    def _say_total(self) -> None:
        low = self.content().height() < self.base.row * 3.6
        self.set_facts(Message("wallkit.total_of", {"n": f"{self.total} {self.unit}".strip()}) if low else None)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        if self.pieces:
            self._say_total()

    def _list(self, painter: QPainter, box: QRectF) -> None:
        kind, theme = self.type, self.theme
        count = max(1, min(len(self.pieces), int((box.height() + kind.gap) / (kind.row * 1.22))))
        high = min(box.height() / count, kind.row * 2.0)
        top = box.center().y() - high * count / 2
        whole = sum(piece.value for piece in self.pieces) or 1.0
        words = max(wide(piece.words, kind.row, True) for piece in self.pieces)
        share_w = wide("100%", kind.min) + kind.pad
        named = max(wide(piece.name, kind.row) for piece in self.pieces)
        shares = box.width() >= kind.row * 1.3 + named + words + share_w + kind.pad
        for i, piece in enumerate(self.pieces[:count]):
            row = QRectF(box.left(), top + i * high, box.width(), high)
            side = kind.row * 0.72
            at = QRectF(row.left(), row.center().y() - side / 2, side, side)
            if piece.level:
                draw_mark(painter, at, piece.level, theme)
            else:
                painter.fillRect(at.adjusted(side * 0.12, side * 0.12, -side * 0.12, -side * 0.12), self.color(i))
            right = row.right()
            if shares:
                said = f"{piece.value / whole * 100:.0f}%"
                draw_words(painter, row, said, kind.min, theme.t2, side="right")
                right -= share_w
            value = QRectF(right - words, row.top(), words, high)
            draw_words(painter, value, piece.words, kind.row, theme.t1, True, "right")
            name = QRectF(
                row.left() + kind.row * 1.2, row.top(), value.left() - row.left() - kind.row * 1.2 - kind.gap, high
            )
            draw_words(painter, name, piece.name, kind.row, theme.t1)


PANELS = {"wallring": WallRing}
