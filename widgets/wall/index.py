"""运行指数: how the city stands as one figure, and the dimensions that it is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from math import ceil
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.messages import Message, Texts
from widgets.kit.theme import Theme
from widgets.signs.board import Item
from widgets.signs.score import Scored, dimensions_of, index_of, scored
from widgets.signs.words import SignWords
from widgets.wall.kit import PanelState
from widgets.wall.paint import draw_mark, draw_old, draw_value, draw_words, value_px
from widgets.wall.signed import SignPanel, level
from widgets.wall.sizes import FIGURE_EM, WallType, wide


class ScorePanel(SignPanel):
    """What is made from dimensions.

    Attributes:
        dimensions: what is known of them; never empty while the content is shown.
    """

    options: ClassVar[Mapping[str, Any]] = {"dimensions": []}

    def begin(self) -> None:
        super().begin()
        self.dimensions: list[Scored] = []

    def gather(self) -> None:
        told, now = self.board.told, self.ctx.clock.now()
        try:
            wanted = dimensions_of(told, self.chosen["dimensions"])
        except ValueError as error:
            self.show_state(PanelState.EMPTY, Message("wallkit.wrong_dimension", {"text": str(error)[:60]}))
            return
        self.dimensions = scored(told, wanted, self.item, now)
        self.items = tuple(item for one in self.dimensions for item in one.items)
        if not self.dimensions:
            lines = (Message("wallkit.no_score_way"),)
            self.show_state(PanelState.EMPTY, Message("wallkit.no_score"), lines)

    @property
    def old(self) -> bool:
        """Whether all that it is made from is old."""
        now = self.ctx.clock.now()
        return bool(self.items) and all(item.old(now) for item in self.items)

    def deviating(self) -> list[Item]:
        """Signs outside their bounds, the gravest first, each once."""
        found = {item.key: item for item in self.items if level(item)}
        return sorted(found.values(), key=lambda item: (item.level, item.key))


class WallIndex(ScorePanel):
    """Attributes:
    own: the sign that a scene names for the index, None: it is made from the dimensions.
    """

    panel_id: ClassVar[str] = "wallindex"
    title_id: ClassVar[str] = "wallkit.index"
    options: ClassVar[Mapping[str, Any]] = {"sign": "", "dimensions": []}
    ample: ClassVar[tuple[float, float]] = (30, 6)

    def begin(self) -> None:
        super().begin()
        self.own: Item | None = None

    def gather(self) -> None:
        super().gather()
        self.own = None
        code = self.chosen["sign"]
        if code:
            self.own = self.one(code)
            if self.own is None:
                return
            self.items = (self.own, *(item for one in self.dimensions for item in one.items))
            self.show_content()
        self.set_facts(self.place() if self.chosen["area"] else None)

    def value(self) -> float:
        return self.own.value if self.own is not None else index_of(self.dimensions)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        if not self.dimensions and self.own is None:
            return
        kind, base, t = self.type, self.base, self.ctx.t
        away = self.deviating()
        if away and box.height() >= base.row * 13 and box.width() >= base.row * 12:
            under = box.adjusted(0, box.height() * 0.5 + kind.gap, 0, 0)
            box = QRectF(box.left(), box.top(), box.width(), box.height() * 0.5 - kind.gap)
            painter.fillRect(QRectF(under.left(), under.top(), under.width(), kind.hair), self.theme.line)
            old = {item.key for item in away if item.old(self.ctx.clock.now())}
            draw_away(painter, under.adjusted(0, kind.gap, 0, 0), away, old, self.words, kind, self.theme)
        if box.width() >= base.row * 17 and self.dimensions:
            share = 0.36 if box.width() < base.row * 28 else 0.3
            left = QRectF(box.left(), box.top(), box.width() * share, box.height())
            right = box.adjusted(left.width() + kind.pad, 0, 0, 0)
            draw_dimensions(painter, right, self.dimensions, kind, self.theme, t)
            self._index(painter, left)
        elif self.dimensions and box.height() >= base.row * 7:
            above = QRectF(box.left(), box.top(), box.width(), box.height() * 0.42)
            under = box.adjusted(0, above.height() + kind.gap, 0, 0)
            draw_dimensions(painter, under, self.dimensions, kind, self.theme, t)
            self._index(painter, above)
        else:
            self._index(painter, box)

    def _index(self, painter: QPainter, box: QRectF) -> None:
        """The figure, and under or beside it how it changed or how many signs deviate."""
        kind, theme = self.type, self.theme
        told, foot_h = f"{self.value():.1f}", kind.min * 1.35
        ink = theme.t2 if self.old else theme.t1
        unit = self.ctx.t.unit(self.own.sign.unit) if self.own is not None else ""
        said = [one for one in self._under() if wide(one, kind.min) <= box.width()]
        lines = max(min(len(said), int((box.height() - kind.figure * FIGURE_EM * 1.25) / foot_h)), 0)
        figure = box.adjusted(0, 0, 0, -foot_h * lines)
        most = min(figure.height() * 0.94 / FIGURE_EM, kind.hero * 2.2)
        px = value_px(told, unit, figure.width(), most, kind.row)
        took = draw_value(painter, figure, told, unit, px, ink, theme.t2, kind.min)
        if not lines:
            self._beside(painter, box.adjusted(took + kind.pad * 1.5, 0, 0, 0))
            return
        gap = min((figure.height() - px * FIGURE_EM) / 2, kind.pad * 3)
        top = figure.center().y() + px * FIGURE_EM / 2 + gap * 0.6
        for i, one in enumerate(said[:lines]):
            draw_words(painter, QRectF(box.left(), top + i * foot_h, box.width(), foot_h), one, kind.min, theme.t2)

    def _beside(self, painter: QPainter, box: QRectF) -> None:
        """At the right of the figure, where there is no room under it."""
        px = self.type.min
        said = [one for one in self._under() if wide(one, px) <= box.width()]
        high = px * 1.4
        said = said[: int(box.height() / high)]
        top = box.center().y() - high * len(said) / 2
        for i, one in enumerate(said):
            draw_words(painter, QRectF(box.left(), top + i * high, box.width(), high), one, px, self.theme.t2)

    def _under(self) -> list[str]:
        """What is said with the figure, the first first."""
        t = self.ctx.t
        if self.own is not None:
            return [one for one in (self.compared(self.own), self.goal(self.own)) if one]
        away = len(self.deviating())
        out = t(Message("wallkit.deviating", {"n": away})) if away else t("wallkit.none_deviates")
        return [out, t(Message("wallkit.made_from", {"n": len({item.key for item in self.items})}))]


def draw_away(
    painter: QPainter, box: QRectF, away: Sequence[Item], old: Set[str], words: SignWords, kind: WallType, theme: Theme
) -> None:
    """Signs outside their bounds: badge, name, value; as many as there is room for. old: keys of those that stopped."""
    columns = max(1, min(3, int(box.width() / (kind.row * 19))))
    rows = max(1, min(int(box.height() / (kind.row * 1.35)), ceil(len(away) / columns)))
    high = min(box.height() / rows, kind.row * 2.2)
    across = (box.width() - kind.pad * 2 * (columns - 1)) / columns
    side = kind.row * 0.9
    for i, item in enumerate(away[: rows * columns]):
        x, y = box.left() + (i // rows) * (across + kind.pad * 2), box.top() + (i % rows) * high
        draw_mark(painter, QRectF(x, y + (high - side) / 2, side, side), item.level, theme)
        value = words.with_unit(item.sign, item.value)
        took = wide(value, kind.row, True)
        row = QRectF(x + side + kind.gap * 1.5, y, across - side - kind.gap * 1.5, high)
        draw_words(painter, row, value, kind.row, theme.level(item.level), True, "right")
        if item.key in old:
            took += kind.row + kind.gap
            draw_old(painter, row.right() - took, row.center().y(), kind.row, theme)
        draw_words(painter, row.adjusted(0, 0, -took - kind.gap * 2, 0), words.name(item.sign), kind.row, theme.t1)


def draw_dimensions(
    painter: QPainter, box: QRectF, many: Sequence[Scored], kind: WallType, theme: Theme, t: Texts
) -> None:
    """Name, bar and score of each, in one column or two; with the sign of what stopped."""
    names = [t.pack(one.name) for one in many]
    named = max(wide(name, kind.min) for name in names) + kind.gap
    scored_w = wide("100", kind.row, True) + kind.gap
    stopped = kind.min * 1.1 if any(one.old for one in many) else 0.0
    least = named + stopped + scored_w + kind.row * 1.5 + kind.min * 1.2
    most = max(1, int(box.height() / (kind.row * 1.2)))
    columns = 2 if box.width() >= least * 2 + kind.pad * 2 and len(many) > 3 else 1
    rows = min(ceil(len(many) / columns), most)
    if len(many) > rows * columns:  # those that stand worst, in their order
        worst = sorted(many, key=lambda one: one.score)[: rows * columns]
        many = [one for one in many if one in worst]
        names = [t.pack(one.name) for one in many]
    across = (box.width() - (columns - 1) * kind.pad * 2) / columns
    high = min(box.height() / rows, kind.row * 2.4)
    top = box.center().y() - high * rows / 2
    for i, one in enumerate(many[: rows * columns]):
        x = box.left() + (i // rows) * (across + kind.pad * 2)
        row = QRectF(x, top + (i % rows) * high, across, high)
        name_w = min(named, across - scored_w - stopped - kind.min * 2.4)
        draw_words(painter, QRectF(row.left(), row.top(), name_w - kind.gap, high), names[i], kind.min, theme.t2)
        draw_words(painter, row, f"{one.score:.0f}", kind.row, theme.t1, True, "right")
        side = kind.min * 0.9 if one.worst else 0.0
        if one.old:
            draw_old(painter, row.left() + name_w, row.center().y(), kind.min, theme)
        lane = QRectF(
            row.left() + name_w + stopped,
            row.center().y() - kind.min * 0.15,
            across - name_w - stopped - scored_w - kind.min * 1.2,
            kind.min * 0.3,
        )
        if lane.width() > kind.row:
            painter.fillRect(lane, theme.s3)
            done = QRectF(lane.left(), lane.top(), lane.width() * one.score / 100, lane.height())
            painter.fillRect(done, theme.chart2 if one.old == len(one.items) else theme.chart)
        at = QRectF(lane.right() + kind.gap * 0.6, row.center().y() - side / 2, side, side)
        draw_mark(painter, at, one.worst, theme)


PANELS = {"wallindex": WallIndex}
