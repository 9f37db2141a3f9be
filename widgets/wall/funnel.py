"""漏斗: how far the cases of today came in the closed loop, stage by stage, and what share of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from cockpit.model.cases import Case
from cockpit.model.clock import midnight
from cockpit.model.messages import Message
from cockpit.model.stages import STAGES
from widgets.wall.counting import CountPanel, taken
from widgets.wall.kit import PanelState
from widgets.wall.paint import draw_words, faint
from widgets.wall.sizes import wide

_REACHED = ("filed", "assigned", "handling", "feedback", "closed")
"""Stages that a loop is read by, where the pack has them."""


@dataclass(frozen=True)
class Stage:
    """A stage: its name, how many reached it, and the share of the first's."""

    name: str
    n: int
    share: float


class WallFunnel(CountPanel):
    """Attributes:
    stages: from the first on; a case counts in each that it reached.
    """

    panel_id: ClassVar[str] = "wallfunnel"
    title_id: ClassVar[str] = "wallkit.funnel"
    options: ClassVar[Mapping[str, Any]] = {}
    ample: ClassVar[tuple[float, float]] = (18, 10)

    def begin(self) -> None:
        super().begin()
        self.stages: list[Stage] = []

    def narrowing(self) -> frozenset[str]:
        return frozenset({"area", "about"})

    def seen(self) -> object:
        return repr(self.stages)

    @property
    def of(self) -> str:
        return "cases"

    def count(self) -> None:
        today = midnight(self.ctx.clock.now())
        everyone = [*self.ctx.cases.all_open(), *self.ctx.cases.closed()]
        which = self.taken_in(timed=False)
        cases = {case.id: case for case in everyone if case.opened >= today and taken(case, which)}
        inside = self._inside([case.facts.area for case in cases.values()])
        kept = [case for case, good in zip(cases.values(), inside, strict=True) if good]
        if not kept:
            self.show_state(PanelState.EMPTY, Message("wallkit.no_cases_today"))
            self.set_facts(None)
            return
        used = {rule.id: rule.name for rule in self.ctx.pack.loop.stages}
        steps = [(self.ctx.t("wallkit.opened"), len(kept))]
        for stage in _REACHED[1:] if not used else [one for one in _REACHED[1:] if one in used or one == "closed"]:
            name = self.ctx.t.pack(used[stage]) if stage in used else self.ctx.t(f"cases.stage_{stage}")
            steps.append((name, sum(reached(case, stage) for case in kept)))
        self.stages = [Stage(name, n, n / len(kept)) for name, n in steps]
        overdue = sum(case.open and 0 < case.due < self.ctx.clock.now() for case in kept)
        self.set_facts(Message("wallkit.overdue", {"n": overdue}) if overdue else None)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        if not self.stages:
            return
        kind, theme = self.type, self.theme
        if box.height() < len(self.stages) * kind.row * 1.15:
            self._beside(painter, box)
            return
        high = min(box.height() / len(self.stages), kind.row * 3.4)
        top = box.center().y() - high * len(self.stages) / 2
        names = max(wide(one.name, kind.row) for one in self.stages) + kind.pad
        counts = max(wide(f"{one.n:,}", kind.row, True) for one in self.stages)
        shares = wide("100%", kind.min) + kind.pad
        room = box.width() - names - counts - shares - kind.pad
        shared = room >= kind.row * 4
        if not shared:
            room += shares
        middle = box.left() + names + room / 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        thick = high * 0.66
        for i, one in enumerate(self.stages):
            y, half = top + i * high + (high - thick) / 2, max(room * one.share / 2, kind.hair)
            painter.setBrush(theme.chart if i else theme.t2)
            if one.n:
                painter.drawRect(QRectF(middle - half, y, 2 * half, thick))
            if i + 1 < len(self.stages):
                after = max(room * self.stages[i + 1].share / 2, kind.hair)
                under = [QPointF(middle - half, y + thick), QPointF(middle + half, y + thick),
                         QPointF(middle + after, y + high), QPointF(middle - after, y + high)]  # fmt: skip
                painter.setBrush(faint(theme.chart, 0.3))
                painter.drawPolygon(QPolygonF(under))
        painter.restore()
        for i, one in enumerate(self.stages):
            row = QRectF(box.left(), top + i * high, box.width(), high)
            draw_words(painter, row.adjusted(0, 0, -row.width() + names, 0), one.name, kind.row, theme.t1)
            value = row.adjusted(0, 0, -(shares if shared else 0.0), 0)
            draw_words(painter, value, f"{one.n:,}", kind.row, theme.t1, True, "right")
            if shared:
                draw_words(painter, row, f"{one.share * 100:.0f}%", kind.min, theme.t2, side="right")

    def _beside(self, painter: QPainter, box: QRectF) -> None:
        """Where it is low: the stages beside each other, each with its count; the last ones give way."""
        kind, theme = self.type, self.theme
        least = max(wide(one.name, kind.min) for one in self.stages) + kind.pad
        fit = max(1, min(len(self.stages), int(box.width() / least)))
        shown = self.stages if fit == len(self.stages) else [*self.stages[: fit - 1], self.stages[-1]]
        across = box.width() / len(shown)
        two = box.height() >= kind.min * 1.35 + kind.row * 1.2
        for i, one in enumerate(shown):
            cell = QRectF(box.left() + i * across, box.top(), across - kind.pad, box.height())
            if two:
                name_h = kind.min * 1.35
                value = QRectF(cell.left(), cell.top(), cell.width(), cell.height() - name_h)
                px = min(kind.figure, value.height() * 0.8)
                took = draw_words(painter, value, f"{one.n:,}", px, theme.t1, True) + kind.gap * 1.5
                share = f"{one.share * 100:.0f}%"
                if i and took + wide(share, kind.min) <= value.width():
                    draw_words(painter, value.adjusted(took, 0, 0, 0), share, kind.min, theme.t2)
                under = QRectF(cell.left(), cell.bottom() - name_h, cell.width(), name_h)
                draw_words(painter, under, one.name, kind.min, theme.t2)
            else:
                draw_words(painter, cell, f"{one.name} {one.n:,}", kind.min, theme.t1)


def reached(case: Case, stage: str) -> bool:
    """Whether a case came as far as a stage, or further."""
    at = STAGES.index(stage)
    far = max((STAGES.index(one) for one in (*case.stages, case.stage) if one in STAGES), default=-1)
    return far >= at


PANELS = {"wallfunnel": WallFunnel}
