"""事件队列: every event of the picture that is asked for, the most urgent first."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.messages import Message
from cockpit.picture.selection import Selection
from widgets.kit.actions import Action
from widgets.kit.discreet import may_name
from widgets.kit.feedstate import has_data
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState, StateText, StateView
from widgets.lists.among import ONLY_KEY, AmongLine
from widgets.lists.areas import AreaTree
from widgets.lists.asked import Asked, Order
from widgets.lists.chips import NewPill
from widgets.lists.question import Question
from widgets.lists.queue_bar import SEARCH_KEY, QueueBar
from widgets.lists.queue_filter import asked_words
from widgets.lists.queue_model import QueueModel
from widgets.lists.queue_row import RowPainter
from widgets.lists.queue_view import QueueView
from widgets.lists.words import EventWords

_PILL_TOP = 8


class QueuePanel(Panel):
    """The event queue.

    Attributes:
        bar: what is asked. model: the rows that answer it. view: the list. nothing: what is said in its place.
        near: (lon, lat) that NEAREST measures from; set when that order is chosen, and by a selection made elsewhere.
    """

    panel_id: ClassVar[str] = "queue"
    topics: ClassVar[frozenset[str]] = frozenset({"event", "area", "feed", "case"})
    title_id: ClassVar[str] = "lists.queue"
    age_topic: ClassVar[str] = "event"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.near: tuple[float, float] | None = None
        self._searched = ""
        self._searched_version = -1
        self._question: Question | None = None
        self._areas = AreaTree(ctx.picture["area"])
        self.model = QueueModel(
            ctx.picture["event"], self._areas, EventWords(ctx.t, ctx.pack, self._areas), ctx.cases, ctx.instructions,
            may_name(ctx),
        )  # fmt: skip
        self.bar = QueueBar(ctx, self._areas, self.content)
        self.view = QueueView(self.model, self._take, ctx.clock.now)
        self.nothing = StateView(self.content)
        self.nothing.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._told: StateText | None = None
        self.pill = NewPill(ctx.theme, self.view)
        self._line = _Hairline(ctx, self.content)
        self.among = AmongLine(ctx, self.content)
        self.among.left.connect(self.toggle_among)
        self._lay_out()
        self.bar.changed.connect(self._ask)
        self.bar.searched.connect(self.search)
        self.bar.search.left.connect(self.view.setFocus)
        self.bar.search.entered.connect(self.view.setFocus)
        self.view.picked.connect(lambda key: ctx.selection.select("event", key))
        self.view.entered.connect(lambda _key: ctx.actions.trigger("order.open"))
        self.view.hovered.connect(lambda key: ctx.selection.hover("event" if key else "", key))
        self.view.newer.connect(self._show_newer)
        self.view.installEventFilter(self)
        self.pill.clicked.connect(self.view.to_top)
        self._offer_actions()
        ctx.selection.subscribe(self._selected)
        ctx.selection.subscribe_hover(self._hovered)
        ctx.selection.subscribe_members(self._gathered)
        self.retheme()
        self.refresh(self.topics)
        self.age_tick()
        self._selected(ctx.selection)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._body = QStackedWidget(self.content)
        self._body.addWidget(self.view)
        self._body.addWidget(self.nothing)
        column.addWidget(self.bar)
        column.addWidget(self.among)
        column.addWidget(self._line)
        column.addWidget(self._body, 1)

    def _offer_actions(self) -> None:
        """Its commands for palette and keys, as long as it lives."""
        actions = self.ctx.actions
        offered = (
            Action("queue.search", "lists.action_search", self.focus_search, (SEARCH_KEY,), icon="search"),
            Action("queue.clear", "lists.clear_filters", self.clear_filters, enabled=self._can_clear, icon="filter"),
            Action("queue.among", "lists.only_among", self.toggle_among, (ONLY_KEY,), self._can_among, "lasso"),
        )
        for action in offered:
            actions.add(action)

        def withdraw() -> None:
            for action in offered:
                if actions.get(action.id) is action:  # a queue built in its place has put its own there
                    actions.remove(action.id)

        self.destroyed.connect(withdraw)

    def _can_clear(self) -> bool | Message:
        return True if self.bar.asked.narrowed else Message("lists.nothing_to_clear")

    # -- what is asked

    def toggle_among(self) -> None:
        """Shows only what was gathered on the map, or everything again."""
        among = frozenset(self.ctx.selection.members_of("event")) if self.bar.asked.among is None else None
        self.bar.ask(replace(self.bar.asked, among=among))

    def _can_among(self) -> bool | Message:
        some = self.bar.asked.among is not None or self.ctx.selection.members_of("event")
        return True if some else Message("lists.nothing_gathered")

    def _gathered(self, selection: Selection) -> None:
        """Other things were gathered: rows are marked anew, and asked anew where only these are shown."""
        keys = frozenset(selection.members_of("event"))
        self.view.members = keys
        if self.bar.asked.among is not None:
            self.bar.ask(replace(self.bar.asked, among=keys if selection.members else None))
        self.view.viewport().update()

    def focus_search(self) -> None:
        """Puts the keyboard into the search field."""
        self.bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.search.selectAll()

    def take_keyboard(self) -> None:
        """Puts the keyboard into the list, or where it will be once there are events."""
        current = self.view if self._body.currentWidget() is self.view else self.nothing
        current.setFocus(Qt.FocusReason.OtherFocusReason)

    def search(self, text: str) -> None:
        """Asks for the events that hold every word of `text`; "" for all."""
        self._searched = text
        if self._question is not None and self._question.open:
            self._question.drop()
        if not text:
            self.bar.ask(replace(self.bar.asked, text="", found=None))
            return
        self._searched_version = self.model.table.version
        self._question = Question(self, partial(self._found, text))
        self.ctx.search.search(text, self._question.answer)

    def _found(self, text: str, keys: list[str]) -> None:
        self.bar.ask(replace(self.bar.asked, text=text, found=frozenset(keys)))

    def clear_filters(self) -> None:
        """Shows every open event again."""
        self.search("")
        self.bar.clear()

    def _ask(self, asked: Asked) -> None:
        self.among.tell(None if asked.among is None else len(asked.among))
        same_question = replace(self.model.asked, found=None) == replace(asked, found=None)
        if asked.order is Order.NEAREST and self.model.asked.order is not Order.NEAREST:
            self.near = self._place_of_selected()
        self.model.ask(asked)
        self._refresh_model()
        self.view.take(keep=same_question)
        self._show_answer()

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        if topics & {"event", "area", "case"}:
            self._take()
        if "case" in topics and self.view.isVisible():
            self.view.viewport().repaint()  # a step that someone waits for goes before the rest of the frame
        if "feed" in topics:
            self.age_tick()

    def age_tick(self) -> None:
        super().age_tick()
        if self._searched and self._searched_version != self.model.table.version:
            self.search(self._searched)
        if self.model.asked.of_loop:
            self._take()  # limits pass without anything else happening
        elif not len(self.model):
            self._show_answer()
        self.view.viewport().update()

    def retranslate(self) -> None:
        super().retranslate()
        self.model.words.t = self.ctx.t
        self.bar.retranslate()
        self.among.retranslate()
        self._dress()
        self._show_answer(anew=True)

    def retheme(self) -> None:
        super().retheme()
        self.pill.theme = self.ctx.theme
        self.bar.retheme()
        self.among.retheme()
        self._dress()
        self._show_answer(anew=True)

    def fill_menu(self, menu: QMenu) -> None:
        clear = menu.addAction(self.ctx.t("lists.clear_filters"))
        clear.setEnabled(self.bar.asked.narrowed)
        clear.triggered.connect(self.clear_filters)
        menu.addAction(self.ctx.t("lists.to_top")).triggered.connect(self.view.to_top)

    def restart(self) -> None:
        self.clear_filters()
        super().restart()

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 240)

    # -- how it comes about

    def _dress(self) -> None:
        t = self.ctx.t
        self.view.setAccessibleName(t("lists.queue"))
        self.view.dress(RowPainter(self.ctx.theme, t, lambda then, now: t(age(then, now))))

    def _refresh_model(self) -> None:
        self.model.refresh(self.ctx.clock.now(), self.near)

    def _take(self) -> None:
        """Takes in the picture as it is now, holding still what a person is at."""
        self._refresh_model()
        self.view.take()
        self._show_answer()

    def _show_answer(self, anew: bool = False) -> None:
        given, shown = self.model.given, len(self.model)
        self.bar.show_answer(given, known=not self._waiting())
        if self._waiting():
            self.set_facts(None)
        elif self.bar.asked.narrowed:
            self.set_facts(Message("lists.facts_of", {"n": f"{shown:,}", "total": f"{given.total:,}"}))
        else:
            self.set_facts(Message("lists.facts", {"n": f"{shown:,}"}))
        if shown:
            self._told = None
            at_it = self.nothing.hasFocus()
            self._body.setCurrentWidget(self.view)
            if at_it:
                self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        told = self._empty()
        if anew or self._told is None or (told.title, told.lines) != (self._told.title, self._told.lines):
            self._told = told
            self.nothing.show_text(told, self.ctx.t, self.ctx.theme)
        at_it = self.view.hasFocus()
        self._body.setCurrentWidget(self.nothing)
        if at_it:
            self.nothing.setFocus(Qt.FocusReason.OtherFocusReason)

    def _waiting(self) -> bool:
        """Whether no event has come yet from a source that has not spoken."""
        return not has_data(self.ctx, "event")

    def _empty(self) -> StateText:
        asked = self.bar.asked
        if self._waiting():
            return StateText(PanelState.WAITING, Message("lists.queue_waiting"), (Message("lists.queue_waiting_why"),))
        if asked.narrowed:
            words = asked_words(asked, self.ctx.pack, self._areas, self.ctx.t)
            clear = (Message("lists.clear_filters"), self.clear_filters)
            return StateText(
                PanelState.EMPTY, Message("lists.none_match"), (Message("lists.asked", {"asked": words}),), (clear,)
            )
        return StateText(PanelState.EMPTY, Message("lists.none_open"), (Message("lists.none_open_why"),))

    def _place_of_selected(self) -> tuple[float, float] | None:
        topic, key = self.ctx.selection.item
        if topic not in ("event", "unit", "sensor", "camera"):
            return None
        row = self.ctx.picture[topic].get(key)
        if row is None or row["lon"] != row["lon"]:
            return None
        return row["lon"], row["lat"]

    def _selected(self, selection: Selection) -> None:
        self.view.selected = selection.key if selection.topic == "event" else ""
        place = self._place_of_selected()
        self.bar.nearest_allowed = place is not None
        if self.model.needs_near and place is not None and not self.view.held:
            self.near = place
            self._take()
        self.view.show_key(self.view.selected)
        self.view.viewport().update()

    def _hovered(self, selection: Selection) -> None:
        topic, key = selection.hovered
        self.view.set_outer_hover(key if topic == "event" else "")

    def _show_newer(self, count: int, level: int) -> None:
        if not count:
            self.pill.hide()
            return
        self.pill.tell(self.ctx.t("lists.newer", n=count), level)
        self._place_pill()
        self.pill.show()
        self.pill.raise_()

    def _place_pill(self) -> None:
        self.pill.move((self.view.viewport().width() - self.pill.width()) // 2, _PILL_TOP)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and event.type() == QEvent.Type.Resize:
            self._place_pill()
        return super().eventFilter(watched, event)


class _Hairline(QWidget):
    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._ctx.theme.line)


PANELS = {"queue": QueuePanel}
