"""流向: through which channels events come, of which class they are, and how far they are: as ribbons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from cockpit.model.messages import Message
from cockpit.model.stages import STAGES
from widgets.wall.counting import BY, CountPanel
from widgets.wall.kit import PanelState
from widgets.wall.paint import draw_words, faint
from widgets.wall.sizes import wide

_OTHERS = "\0"
_MOST = 8
_ORDER = ("none", *STAGES)


@dataclass(frozen=True)
class Node:
    """A piece of a column: how many things go through it; level 1 to 4 gives its colour."""

    key: str
    name: str
    n: int
    level: int = 0


class WallSankey(CountPanel):
    """Attributes:
    columns: nodes of each, the most first; others in one at the end. links: (column, from, to) to how many.
    """

    panel_id: ClassVar[str] = "wallsankey"
    title_id: ClassVar[str] = "wallkit.sankey"
    options: ClassVar[Mapping[str, Any]] = {"of": "today", "columns": ["channel", "group", "stage"]}
    ample: ClassVar[tuple[float, float]] = (36, 16)

    def begin(self) -> None:
        super().begin()
        self.columns: list[list[Node]] = []
        self.links: dict[tuple[int, str, str], int] = {}
        self._flows: list[tuple[str, ...]] = []
        self._by: list[int] = []

    def seen(self) -> object:
        return (list(self.columns), dict(self.links))

    def count(self) -> None:
        by = [str(one) for one in self.chosen["columns"]]
        wrong = next((one for one in by if one not in BY), "")
        if wrong or not 2 <= len(by) <= 4:
            said = {"name": "columns", "word": wrong or str(len(by)), "words": ", ".join(BY)}
            self.show_state(PanelState.EMPTY, Message("wallkit.wrong_word", said))
            return
        things = self.things(staged="stage" in by)
        if not len(things):
            self.say_none()
            self.set_facts(None)
            return
        self._flows = list(zip(*(self.keys_by(things, one) for one in by), strict=True))
        self.set_facts(Message("wallkit.total", {"n": f"{len(things):,}"}))
        self._arrange()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        if self._flows:
            self._arrange()

    def _arrange(self) -> None:
        """As many nodes a column as can be named; what is beyond is one more."""
        by = [str(one) for one in self.chosen["columns"]]
        self._by = self._kept_columns(by)
        flows = [tuple(flow[i] for i in self._by) for flow in self._flows]
        by = [by[i] for i in self._by]
        room = max(2, min(_MOST, int(self.content().height() / (self.type.row * 1.65))))
        kept: list[dict[str, int]] = []
        for column in range(len(by)):
            counts: dict[str, int] = {}
            for flow in flows:
                counts[flow[column]] = counts.get(flow[column], 0) + 1
            order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
            if by[column] == "level":  # the gravest are named, however few they are
                order.sort()
            if len(order) > room:
                order = [*order[: room - 1], (_OTHERS, sum(n for _, n in order[room - 1 :]))]
            if by[column] == "stage":
                order.sort(key=lambda pair: _ORDER.index(pair[0]) if pair[0] in _ORDER else len(_ORDER))
            kept.append(dict(order))
        self.columns = [
            [Node(key, self._name(key, by[i]), n, _level(key, by[i])) for key, n in column.items()]
            for i, column in enumerate(kept)
        ]
        self.links = {}
        for flow in flows:
            keys = [key if key in kept[i] else _OTHERS for i, key in enumerate(flow)]
            for i, (a, b) in enumerate(pairwise(keys)):
                self.links[(i, a, b)] = self.links.get((i, a, b), 0) + 1

    def _kept_columns(self, by: Sequence[str]) -> list[int]:
        """Which columns there is room to name: all, else the first and the last."""
        least = self.type.min * 6.5
        return [*range(len(by))] if self.content().width() >= least * len(by) else [0, len(by) - 1]

    def _name(self, key: str, by: str) -> str:
        return self.ctx.t("wallkit.others") if key == _OTHERS else self.named(key, by)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        kind = self.type
        if not self.columns:
            return
        count, thick = len(self.columns), max(kind.row * 0.5, kind.line * 3)
        labels = [max(wide(self._said(node), kind.min) for node in column) + kind.gap * 2 for column in self.columns]
        labels[-1] = min(labels[-1], box.width() * (0.36 if count > 2 else 0.5))
        lanes = box.width() - labels[-1] - thick
        labels[:-1] = [min(one, lanes / (count - 1) - thick - kind.gap * 2) for one in labels[:-1]]
        xs = [box.left() + lanes * i / (count - 1) for i in range(count)]
        places = [self._laid(column, box) for column in self.columns]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._ribbons(painter, places, xs, thick)
        for column, x, at in zip(self.columns, xs, places, strict=True):
            for node in column:
                y, high = at[node.key]
                painter.fillRect(QRectF(x, y, thick, max(high, kind.hair)), self._color(node))
        painter.restore()
        for i, column in enumerate(self.columns):
            for node in column:
                y, high = places[i][node.key]
                row = QRectF(
                    xs[i] + thick + kind.gap, y + high / 2 - kind.min * 0.7, labels[i] - kind.gap, kind.min * 1.4
                )
                self._label(painter, row, node)

    def _said(self, node: Node) -> str:
        return f"{node.name} {node.n:,}"

    def _label(self, painter: QPainter, row: QRectF, node: Node) -> None:
        """Name and count; the count stays where the name is cut."""
        px, theme = self.type.min, self.theme
        count = f"{node.n:,}"
        need = wide(count, px, True) + px * 0.3
        taken = min(wide(node.name, px), row.width() - need) + need + px * 0.3
        painter.fillRect(row.adjusted(-px * 0.15, 0, taken - row.width(), 0), faint(theme.s1, 0.6))
        took = draw_words(painter, row.adjusted(0, 0, -need, 0), node.name, px, theme.t1)
        draw_words(painter, row.adjusted(took + px * 0.3, 0, 0, 0), count, px, theme.t1, True)

    def _color(self, node: Node) -> QColor:
        return self.theme.level(node.level, "fill") if node.level else self.theme.t2

    def _laid(self, column: Sequence[Node], box: QRectF) -> dict[str, tuple[float, float]]:
        """Top and height of each node: as large as its count, and apart enough for their names."""
        total, gaps = sum(node.n for node in column), self.type.gap * (len(column) - 1)
        least = min(self.type.min * 1.42, (box.height() - gaps) / len(column))
        low, high = 0.0, box.height() / max(total, 1)
        for _ in range(24):
            scale = (low + high) / 2
            used = sum(max(node.n * scale, least) for node in column) + gaps
            low, high = (scale, high) if used <= box.height() else (low, scale)
        slots = [max(node.n * low, least) for node in column]
        y = box.top() + (box.height() - sum(slots) - gaps) / 2
        found = {}
        for node, slot in zip(column, slots, strict=True):
            tall = node.n * low
            found[node.key] = (y + (slot - tall) / 2, tall)
            y += slot + self.type.gap
        return found

    def _ribbons(
        self, painter: QPainter, places: Sequence[dict[str, tuple[float, float]]], xs: Sequence[float], thick: float
    ) -> None:
        """From each node to those that its things go on to; in the colour of a level where one end has it."""
        for i in range(len(xs) - 1):
            left, right = self.columns[i], self.columns[i + 1]
            out = {node.key: places[i][node.key][0] for node in left}
            into = {node.key: places[i + 1][node.key][0] for node in right}
            for a in left:
                for b in right:
                    n = self.links.get((i, a.key, b.key), 0)
                    if not n:
                        continue
                    tall_a = places[i][a.key][1] * n / a.n
                    tall_b = places[i + 1][b.key][1] * n / b.n
                    color = self._color(b) if b.level else self._color(a) if a.level else self.theme.chart
                    painter.fillPath(
                        ribbon(xs[i] + thick, out[a.key], tall_a, xs[i + 1], into[b.key], tall_b), faint(color, 0.3)
                    )
                    out[a.key] += tall_a
                    into[b.key] += tall_b


def _level(key: str, by: str) -> int:
    return int(key) % 5 if by == "level" and key.isdigit() else 0


def ribbon(x: float, y: float, tall: float, to_x: float, to_y: float, to_tall: float) -> QPainterPath:
    """From (x, y) downwards `tall` to (to_x, to_y) downwards `to_tall`."""
    half = (x + to_x) / 2
    path = QPainterPath()
    path.moveTo(x, y)
    path.cubicTo(half, y, half, to_y, to_x, to_y)
    path.lineTo(to_x, to_y + to_tall)
    path.cubicTo(half, to_y + to_tall, half, y + tall, x, y + tall)
    path.closeSubpath()
    return path


PANELS = {"wallsankey": WallSankey}
