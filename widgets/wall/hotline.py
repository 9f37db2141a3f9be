"""热线: what citizens call about today, the most first, and how the hotline answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.ages import age
from cockpit.model.clock import midnight
from cockpit.model.messages import Message
from cockpit.model.signs import key_of
from cockpit.model.tables import EventState
from widgets.kit.feedstate import cut_off, has_data, topic_state
from widgets.lists.areas import AreaTree
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import draw_words
from widgets.wall.rows import LEAST, TALL
from widgets.wall.sizes import WallType, wide

BY = ("kind", "group", "area")
NAMED = 0.6
"""Of the width: so much names take before they are cut; the bars have the rest."""


@dataclass(frozen=True)
class Told:
    """What is shown: (name, how many) the most first; (name, value, age) of signs; how many in all, and open."""

    counts: tuple[tuple[str, int], ...]
    signs: tuple[tuple[str, str, str], ...]
    n: int
    open: int


class WallHotline(WallPanel):
    """Options: `channels` (ids of the pack) whose events count as calls, `by` (kind, group, area), `signs` (codes)."""

    panel_id: ClassVar[str] = "wallhotline"
    title_id: ClassVar[str] = "wallmore.hotline"
    age_topic: ClassVar[str] = "event"
    topics: ClassVar[frozenset[str]] = frozenset({"event", "area", "sign", "feed"})
    narrowed: ClassVar[frozenset[str]] = frozenset({"area"})
    options: ClassVar[Mapping[str, Any]] = {"channels": ["hotline"], "by": "kind", "signs": ["B02", "B03"]}
    ample: ClassVar[tuple[float, float]] = (22, 9)

    def begin(self) -> None:
        self._tree = AreaTree(self.ctx.picture["area"])
        self.told: Told | None = None

    def look(self) -> None:
        ctx = self.ctx
        if self.chosen["by"] not in BY:
            wrong: dict[str, object] = {"name": "by", "word": self.chosen["by"], "words": ", ".join(BY)}
            self.show_state(PanelState.EMPTY, Message("wallkit.wrong_word", wrong))
            return
        if not has_data(ctx, "event"):
            state = topic_state(ctx, "event")
            if state is not None and state.problem is not None:
                self.show_state(PanelState.DEAD, Message("wallkit.events_dead"), (state.problem,))
            else:
                self.show_state(PanelState.WAITING, Message("wallkit.events_waiting"))
            return
        told = self._count()
        facts = Message("wallmore.calls_open", {"n": f"{told.n:,}", "open": f"{told.open:,}"})
        self.set_facts(facts)
        if not told.counts and (cut := cut_off(ctx, "event")) is not None:
            self.set_facts(None)
            self.show_state(PanelState.DEAD, *cut)
            return
        if not told.counts:
            self.show_state(PanelState.EMPTY, Message("wallmore.no_calls"))
            return
        self.show_content()
        if told != self.told:
            self.told = told
            self.setAccessibleDescription("; ".join(f"{name} {n}" for name, n in told.counts[:10]))
            self.update()

    def _count(self) -> Told:
        ctx, table = self.ctx, self.ctx.picture["event"]
        now = ctx.clock.now()
        codes, channels = table.codes("channel")
        good = np.array([one in self.chosen["channels"] for one in channels], bool)
        here = good[codes] if len(channels) else np.zeros(len(table), bool)
        occurred = table.numbers("occurred")
        here &= (occurred >= midnight(now)) & (occurred <= now)
        if self.area != ctx.pack.code:
            inside, (area, areas) = self._tree.inside(self.area), table.codes("area")
            here &= np.array([one in inside for one in areas], bool)[area]
        open_ = int(np.count_nonzero(here & (table.numbers("state") == EventState.OPEN)))
        column = "area" if self.chosen["by"] == "area" else "kind"
        which, words = table.codes(column)
        counted = np.bincount(which[here], minlength=len(words)).tolist()
        sums: Counter[str] = Counter()
        for word, n in zip(words, counted, strict=True):
            if n:
                sums[self._name(word)] += n
        counts = tuple(sorted(sums.items(), key=lambda one: (-one[1], one[0])))
        return Told(counts, tuple(self._signs()), int(np.count_nonzero(here)), open_)

    def _name(self, word: str) -> str:
        t, pack = self.ctx.t, self.ctx.pack
        if self.chosen["by"] == "area":
            return self._tree.street(word) or t("lists.no_place")
        kind = pack.kind(word)
        return t.pack(kind.group if self.chosen["by"] == "group" else kind.name)

    def _signs(self) -> list[tuple[str, str, str]]:
        """Name, value and unit with its age of each sign that has a value; one that has none is not shown."""
        ctx, made = self.ctx, []
        known = {one.code: one for one in ctx.signs.known.signs} if ctx.signs is not None else {}
        for code in self.chosen["signs"]:
            row = ctx.picture["sign"].get(key_of(str(code), self.area))
            sign = known.get(str(code))
            if row is not None and sign is not None and math.isfinite(float(row["value"])):
                said = f"{float(row['value']):,.{sign.decimals}f}{'' if sign.unit == '%' else ' '}{sign.unit}".strip()
                made.append((ctx.t.pack(sign.name), said, ctx.t(age(int(row["measured"]), ctx.clock.now()))))
        return made

    def age_tick(self) -> None:
        super().age_tick()
        self.look()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        told, kind, theme = self.told, self.type, self.theme
        if told is None:
            return
        lines = told.signs if box.height() > kind.row * LEAST * 3 else ()
        line = kind.line_h if lines else 0
        bars = QRectF(box.left(), box.top(), box.width(), box.height() - line)
        draw_count_bars(painter, bars, told.counts, kind, theme)
        if lines:
            self._paint_signs(painter, QRectF(box.left(), bars.bottom(), box.width(), line), lines, kind)

    def _paint_signs(
        self, painter: QPainter, box: QRectF, signs: tuple[tuple[str, str, str], ...], kind: WallType
    ) -> None:
        x = box.left()
        for name, value, told in signs:
            for words, bold, ink in ((name, False, "t2"), (value, True, "t1"), (told, False, "t2")):
                took = wide(words, kind.min, bold)
                if x + took > box.right():
                    return
                place = QRectF(x, box.top(), box.right() - x, box.height())
                draw_words(painter, place, words, kind.min, self.theme[ink], bold)
                x += took + kind.min * 0.4
            x += kind.min * 0.6


def draw_count_bars(
    painter: QPainter, box: QRectF, counts: tuple[tuple[str, int], ...], kind: WallType, theme: Any
) -> None:
    """Names, bars and figures under each other; as many as there is room for."""
    least = kind.row * LEAST
    fit = max(int(box.height() / least + 0.02), 1)
    shown = counts[:fit]
    high = min(box.height() / len(shown), least * TALL)
    named = min(max(wide(name, kind.row) for name, _ in shown), box.width() * NAMED)
    valued = max(wide(f"{n:,}", kind.row, True) for _, n in shown)
    gap = kind.row * 0.5
    room = box.width() - named - valued - 2 * gap
    most = max(n for _, n in shown)
    for i, (name, n) in enumerate(shown):
        row = QRectF(box.left(), box.top() + i * high, box.width(), high)
        draw_words(painter, QRectF(row.left(), row.top(), named, high), name, kind.row, theme.t1)
        thick = kind.row * 0.46
        bar = QRectF(row.left() + named + gap, row.center().y() - thick / 2, max(room * n / most, kind.hair), thick)
        if room > kind.row:
            painter.fillRect(bar, theme.t2 if i == 0 else theme.chart)
        draw_words(painter, QRectF(row.right() - valued, row.top(), valued, high), f"{n:,}", kind.row, theme.t1, True,
                   "right")  # fmt: skip


PANELS = {"wallhotline": WallHotline}
