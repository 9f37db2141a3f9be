"""案件: the open cases by what is due first, those that are overdue, and those closed today."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.messages import Message
from cockpit.picture.selection import Selection
from widgets.kit.buttons import Segments
from widgets.kit.loopwords import item_of
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState, StateText, StateView
from widgets.lists.areas import AreaTree
from widgets.lists.cases_model import CaseModel, Which
from widgets.lists.queue_row import RowPainter
from widgets.lists.queue_view import QueueView
from widgets.orders.reading import Reading


class CaseList(Panel):
    """The case list.

    Attributes:
        model: the rows. view: the list. which: which cases are asked for. nothing: what is said in its place.
    """

    panel_id: ClassVar[str] = "cases"
    topics: ClassVar[frozenset[str]] = frozenset({"case", "outbox", "event", "area", "unit"})
    title_id: ClassVar[str] = "cases.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.model = CaseModel(ctx, AreaTree(ctx.picture["area"]))
        self.view = QueueView(self.model, self._take, ctx.clock.now)
        self._reading = Reading(ctx, self, self._take)
        self.model.read = self._reading
        self.which = Segments([(one, "") for one in Which], self.model.which, self.content)
        self.nothing = StateView(self.content)
        self._told: StateText | None = None
        self._lay_out()
        self.which.chosen.connect(self.ask)
        self.view.picked.connect(self._pick)
        self.view.entered.connect(lambda _key: ctx.actions.trigger("order.open"))
        ctx.selection.subscribe(self._selected)
        ctx.selection.subscribe_members(self._gathered)
        self.retranslate()
        self.refresh(self.topics)
        self._selected(ctx.selection)
        self._gathered(ctx.selection)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 12, 12, 12)
        bar.addWidget(self.which)
        bar.addStretch(1)
        self._body = QStackedWidget(self.content)
        self._body.addWidget(self.view)
        self._body.addWidget(self.nothing)
        column.addLayout(bar)
        column.addWidget(self._body, 1)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        self._take()

    def age_tick(self) -> None:
        super().age_tick()
        if self.model.which is Which.OVER or self._counted != self.model.counts():
            self._take()  # limits pass without anything else happening
        self.view.viewport().update()

    def retranslate(self) -> None:
        super().retranslate()
        self._dress()
        self._show_answer(anew=True)

    def retheme(self) -> None:
        super().retheme()
        self._dress()
        self._show_answer(anew=True)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 240)

    # -- how it comes about

    def _dress(self) -> None:
        t = self.ctx.t
        self.view.setAccessibleName(t("cases.title"))
        self.view.dress(RowPainter(self.ctx.theme, t, lambda then, now: t(age(then, now))))

    def ask(self, which: str) -> None:
        """Lists others: `open`, `over` or `closed`."""
        self.model.which = Which(which)
        self.which.set_current(which)
        self.model.refresh()
        self.view.take(keep=False)
        self._show_answer()

    def _take(self) -> None:
        self.model.refresh()
        self.view.take()
        self._show_answer()
        wanted, self.model.wanted = self.model.wanted, []
        self._reading.want(wanted)

    def _show_answer(self, anew: bool = False) -> None:
        counts = self._counted = self.model.counts()
        known = self.ctx.cases.known
        for which, count in counts.items():
            number = f"{count:,}" if known else self.ctx.t("bars.no_value")
            self.which.set_words(which, self.ctx.t(f"cases.which_{which}", n=number))
        if len(self.model):
            self._told = None
            self._body.setCurrentWidget(self.view)
            return
        none = Message(f"cases.none_{self.model.which}"), (Message(f"cases.none_{self.model.which}_why"),)
        unknown = Message("cases.unknown"), (Message("cases.unknown_why"),)
        told = StateText(PanelState.EMPTY, *none) if known else StateText(PanelState.WAITING, *unknown)
        if anew or self._told != told:
            self._told = told
            self.nothing.show_text(told, self.ctx.t, self.ctx.theme)
        self._body.setCurrentWidget(self.nothing)

    def _pick(self, ident: str) -> None:
        case = self.ctx.cases.case(ident)
        if case is not None:
            self.ctx.selection.select(*item_of(case, self.ctx.picture))

    def _selected(self, selection: Selection) -> None:
        if selection.topic in ("event", "alarm"):
            case = self.ctx.cases.of_event(selection.key)
            self.view.selected = case.id if case is not None else ""
        else:
            self.view.selected = selection.key if selection.topic == "case" else ""
        self.view.show_key(self.view.selected)
        self.view.viewport().update()

    def _gathered(self, selection: Selection) -> None:
        """Marks the cases that were gathered on the map, by themselves or by their event."""
        found = (self.ctx.cases.of_event(key) for key in selection.members_of("event"))
        self.view.members = frozenset((*selection.members_of("case"), *(case.id for case in found if case is not None)))
        self.view.viewport().update()


PANELS = {"cases": CaseList}
