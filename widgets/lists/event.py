"""事件详情: the page of whatever is selected: event, case, unit, sensor, camera, alert, area; of events and cases with
the order form or the orders at its foot."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.places import PLACE
from cockpit.picture.selection import Selection
from widgets.feeds.page import FeedThing
from widgets.instruct.foot import LeaderFoot
from widgets.kit.actions import Action
from widgets.kit.buttons import dress_icon_button, icon_button
from widgets.kit.feedstate import topic_age
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.scrolling import hold, scrolled
from widgets.kit.states import PanelState
from widgets.lists.areas import AreaTree
from widgets.lists.page import Desk, Page
from widgets.lists.page_alarm import AlarmThing
from widgets.lists.page_case import CaseThing
from widgets.lists.page_event import EventThing
from widgets.lists.page_place import PlaceThing, place_row
from widgets.lists.page_record import RecordThing
from widgets.lists.page_things import CameraThing, SensorThing, UnitThing
from widgets.lists.page_wide import AlertThing, AreaThing
from widgets.lists.words import EventWords, event_id
from widgets.orders.actions import order_actions
from widgets.orders.dock import OrderDock
from widgets.orders.drafting import Memory
from widgets.signs.page import SignThing, sign_row

_PAGES: dict[str, type[Page]] = {
    page.topic: page
    for page in (
        EventThing,
        UnitThing,
        SensorThing,
        CameraThing,
        AlarmThing,
        AlertThing,
        AreaThing,
        FeedThing,
        SignThing,
    )
}
_MADE: dict[str, type[Page]] = {"case": CaseThing, PLACE: PlaceThing, "layer": RecordThing}
"""Pages of what is in no table of the picture."""
_OF_CASES = frozenset({"case", "outbox"})
_OF_CALLS = frozenset({"call", "letter"})
_OFFICERS = ("case.open", "order.issue", "order.verify", "case.close")
"""Acts of a seat that deals with cases itself."""


class EventPage(Panel):
    """The page of the selected thing.

    Attributes:
        page: what is shown, None when nothing is selected.
        dock: what is at its foot: where an officer acts on a case; None of things that are no case.
        foot: what a leader does about it. close_: where it lies over other panels.
    """

    panel_id: ClassVar[str] = "event"
    topics: ClassVar[frozenset[str]] = frozenset({*_PAGES, *_OF_CASES, "feed", *_OF_CALLS})
    title_id: ClassVar[str] = "lists.event"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.page: Page | None = None
        self.dock: OrderDock | None = None
        self.foot: LeaderFoot | None = None
        self._memory = Memory()
        self._areas = AreaTree(ctx.picture["area"])
        self._scroll = scrolled(self.content)
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._scroll, 1)
        self.close_ = icon_button("close", "", ctx.theme, lambda: ctx.actions.trigger("instruct.page"))
        self.close_.hide()
        self.header.right.addWidget(self.close_)
        self._offer_actions()
        ctx.selection.subscribe(self._selected)
        ctx.records.changed.connect(self._records_changed)
        self._selected(ctx.selection)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        page = self.page
        if page is None:
            if topics & (_PAGES.keys() | _OF_CASES):
                self._selected(self.ctx.selection)
            return
        if topics & _OF_CASES:
            self._cases_changed()
        if topics & _OF_CALLS:
            self._calls_changed()
        if page.topic in topics and page.topic in _PAGES:
            page.take_row(self.ctx.picture[page.topic].get(page.key))
        if topics & page.watches:
            page.others_changed(topics & page.watches)
        if "feed" in topics:
            self.age_tick()

    def age_tick(self) -> None:
        if self.page is None:
            return
        if self.page.topic in _PAGES:
            age = topic_age(self.ctx, self.page.topic)
            self.set_age(age.words, age.old)
        else:
            self.set_age(None)  # its parts say their own
        self.page.age_tick()
        if self.dock is not None:
            self.dock.age_tick()
        if self.foot is not None:
            self.foot.look()

    def retranslate(self) -> None:
        super().retranslate()
        self._show_anew()

    def retheme(self) -> None:
        super().retheme()
        self._show_anew()

    def minimumSizeHint(self) -> QSize:
        return QSize(340, 240)

    # -- how it comes about

    def _selected(self, selection: Selection) -> None:
        page, topic, key = self.page, *selection.item
        if page is not None and (page.topic, page.key) == (topic, key):
            return
        if topic == "case":
            case = self.ctx.cases.case(key)
            row: dict[str, Any] | None = {"facts": case.facts} if case is not None else None
        elif topic == PLACE:
            row = place_row(key)
        elif topic == SignThing.topic:
            row = sign_row(self.ctx, key)
        elif topic in self.ctx.records:
            row = self._record(topic, key)
        else:
            row = self.ctx.picture[topic].get(key) if topic in _PAGES else None
        if row is None:
            self._show(None)
            self._show_none(topic)
            return
        self._show((_MADE.get(topic) or _PAGES[topic])(self._desk(), key, row))

    def _record(self, topic: str, key: str) -> dict[str, Any] | None:
        record = self.ctx.records.of(topic, key)
        return {"record": record} if record is not None else None

    def _records_changed(self, topic: str) -> None:
        """What is in no table of the picture has changed, come or gone."""
        if self.page is None:
            self._selected(self.ctx.selection)
        elif self.page.topic == topic:
            self.page.take_row(self._record(topic, self.page.key))

    def _desk(self) -> Desk:
        return Desk(self.ctx, EventWords(self.ctx.t, self.ctx.pack, self._areas), self._areas)

    def _show(self, page: Page | None) -> None:
        if isinstance(self.page, EventThing | AlarmThing | CaseThing | PlaceThing):
            self.page.nearby.leave()
        self._undock()
        self.page = page
        old = self._scroll.takeWidget()
        if old is not None:
            old.deleteLater()
        if page is not None:
            hold(self._scroll, page)
            self.show_content()
        if isinstance(page, EventThing | AlarmThing | CaseThing) and self._orders():
            self._dock(page)
        elif page is not None and self._instructs():
            self.foot = LeaderFoot(self.ctx, self.content)
            self._column.addWidget(self.foot)
            self.foot.show()
        self._name_page()
        self.age_tick()

    def _orders(self) -> bool:
        """Whether this seat acts on cases itself."""
        port = self.ctx.instructions
        return port is None or any(map(port.may, _OFFICERS))

    def _instructs(self) -> bool:
        port = self.ctx.instructions
        return port is not None and port.may("instruction.give")

    def _dock(self, page: EventThing | AlarmThing | CaseThing) -> None:
        """Puts the form, or the orders, of a case at the foot of its page."""
        nearby = page.nearby
        self.dock = OrderDock(self.ctx, page.dossier, lambda: nearby.found, self._memory, self.content)
        self.dock.fits(self.content.height())
        self.dock.chosen = nearby.show_chosen
        nearby.answered.connect(self.dock.found)
        nearby.picked.connect(self.dock.pick)
        self._column.addWidget(self.dock)
        self.dock.show()

    def _undock(self) -> None:
        foot, self.foot = self.foot, None
        if foot is not None:
            self._column.removeWidget(foot)
            foot.hide()
            foot.deleteLater()
        dock, self.dock = self.dock, None
        if dock is not None:
            self._column.removeWidget(dock)
            dock.hide()
            dock.deleteLater()

    def _cases_changed(self) -> None:
        page = self.page
        if isinstance(page, EventThing | AlarmThing | CaseThing):
            page.dossier.take()
            page.nearby.orders_changed()
            self._name_page()

    def _calls_changed(self) -> None:
        """Letters about the case, or how the unit can be reached."""
        page = self.page
        if isinstance(page, EventThing | AlarmThing | CaseThing):
            page.blocks.show()
        elif isinstance(page, UnitThing):
            page.reach.show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.dock is not None:
            self.dock.fits(self.height())

    def _offer_actions(self) -> None:
        """Its commands for palette and keys, as long as it lives."""
        actions = self.ctx.actions
        every = order_actions(lambda: self.dock, lambda message, level: self.ctx.notify(message, level))
        # a window whose keys mean something else goes without: a leader does not order
        offered = tuple(action for action in every if not self._means_other(action))
        for action in offered:
            actions.add(action)

        def withdraw() -> None:
            for action in offered:
                if actions.get(action.id) is action:  # a page built in its place has put its own there
                    actions.remove(action.id)

        self.destroyed.connect(withdraw)

    def _means_other(self, action: Action) -> bool:
        """Whether a key of a command is another's in this window."""
        others = (self.ctx.actions.by_key(key) for key in action.keys)
        return any(other is not None and other.id != action.id for other in others)

    def _show_anew(self) -> None:
        """The same thing in another language or theme; what was known of it is kept, it may have left the picture."""
        page = self.page
        if page is None:
            return
        made = type(page)(self._desk(), page.key, page.row)
        if not page.there:
            made.take_row(None)
        at = self._scroll.verticalScrollBar().value()
        self._show(made)
        self._scroll.verticalScrollBar().setValue(at)

    def _show_none(self, topic: str) -> None:
        self.set_age(None)
        if topic in _PAGES or topic in _MADE:
            self.show_state(PanelState.EMPTY, Message("lists.not_there"), (Message("lists.not_there_why"),))
            return
        lines = (Message("lists.nothing_how"), Message("lists.nothing_keys"))
        self.show_state(PanelState.EMPTY, Message("lists.nothing_selected"), lines)

    def _name_page(self) -> None:
        t, page = self.ctx.t, self.page
        closing = self.ctx.actions.get("instruct.page")
        self.close_.setVisible(closing is not None and closing.reason is None)
        dress_icon_button(self.close_, "close", t("instruct.close_panel"), self.ctx.theme)
        if page is None:
            self.header.set_title(t(self.title_id))
            return
        name = t(f"lists.thing_{page.topic}")
        if page.topic == "event":
            name = t("lists.thing_with_id", thing=name, id=event_id(page.key))
        elif isinstance(page, CaseThing):
            case = page.dossier.case
            name = t("lists.thing_with_id", thing=name, id=(case.number if case else "") or t("orders.unnumbered"))
        self.header.set_title(name)
        self.setAccessibleName(name)


PANELS = {"event": EventPage}
