"""Why a figure is another than before: what each part brought to the change, and that they come to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.insight import AskExplained, Explained
from cockpit.model.messages import capital
from cockpit.model.scope import Scope
from widgets.charts.deltabars import Delta, DeltaBars
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.tabline import TabLine
from widgets.drill.words import TIERS, tier_below

MOST = 10
AUTO = "auto"


class WhyPage(DrillPage):
    """The page.

    Attributes:
        explained: as answered, None before. bars: the contributions.
        by: the dimension asked for, "" what explains most.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.explained: Explained | None = None
        self.by = ""
        self.tabs = TabLine(self.ctx, parent=self)
        self.tabs.picked.connect(self.show_by)
        self.said = self.note(wrap=True)
        self.bars = DeltaBars(self.ctx, self)
        self.bars.picked.connect(self._drill)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 8, 0)
        top.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(2)
        column.addLayout(top)
        line = QHBoxLayout()
        line.setContentsMargins(12, 2, 12, 4)
        line.addWidget(self.said)
        column.addLayout(line)
        column.addWidget(self.bars, 1)

    def ask(self, scope: Scope) -> None:
        by = tier_below(self.words.areas, scope.area) if self.by in TIERS else self.by
        self._show_tabs()
        self.asker.ask("why", AskExplained(scope.with_(by=""), by), self._came)

    def show_by(self, name: str) -> None:
        """By another dimension."""
        area = tier_below(self.words.areas, self.scope.area if self.scope is not None else "")
        self.by = "" if name == AUTO else area if name == "area" else name
        if self.scope is not None:
            self.ask(self.scope)

    def _show_tabs(self) -> None:
        t = self.ctx.t
        names = ("kind", "channel", "unit", "level", "stage")
        tabs = [(AUTO, t("drill.why_auto")), ("area", t("drill.by_area"))]
        tabs += [(name, self.words.dimension(name)) for name in names]
        self.tabs.show_tabs(tabs, AUTO if not self.by else "area" if self.by in TIERS else self.by)

    def _came(self, said: Any) -> None:
        if not self.refused(said):
            self.explained = said
            self._show()

    def _show(self) -> None:
        explained, t, words = self.explained, self.ctx.t, self.words
        if explained is None:
            return
        figure = explained.figure
        if figure.change is None:
            self.said.setText(t("drill.why_unknown", against=words.against_of(figure.scope)))
            self.bars.show_deltas([])
            return
        deltas = []
        for one in explained.parts[:MOST]:
            name = capital(words.part_name(explained.by, one.code, one.name))
            tip = f"{words.with_unit(figure, one.before)} → {words.with_unit(figure, one.value)}"
            deltas.append(Delta(one.code, name, one.brings, words.change(figure, one.brings), tip))
        others = sum(one.brings for one in explained.parts[MOST:]) + explained.rest
        if explained.parts[MOST:] or explained.rest:
            name = t("drill.why_others", n=len(explained.parts[MOST:])) if explained.parts[MOST:] else t("drill.rest")
            deltas.append(Delta("", name, others, words.change(figure, others)))
        deltas.append(Delta("", t("drill.why_total"), figure.change, words.change(figure), total=True))
        self.bars.setAccessibleName(t("drill.page_why"))
        self.bars.show_deltas(deltas)
        first = explained.parts[0] if explained.parts else None
        params: dict[str, object] = {
            "against": words.against_of(figure.scope), "before": words.with_unit(figure, figure.before),
            "now": words.with_unit(figure, figure.value), "by": words.dimension(explained.by),
        }  # fmt: skip
        said = t("drill.why_said", **params)
        if first is not None and first.brings:
            name = words.part_name(explained.by, first.code, first.name)
            said += t("drill.why_most", name=name, n=words.change(figure, first.brings))
        self.said.setText(said)

    def _drill(self, code: str) -> None:
        if self.explained is not None:
            part = next((one for one in self.explained.parts if one.code == code), None)
            if part is not None:
                self.desk.push(part.scope.with_(by=""))

    def retranslate(self) -> None:
        self._show_tabs()
        self._show()
