"""事件详情: the page of whatever is selected: event, unit, sensor, camera, alert, area."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.picture.selection import Selection
from widgets.kit.feedstate import topic_age
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState
from widgets.lists.areas import AreaTree
from widgets.lists.page import Desk, Page
from widgets.lists.page_event import EventThing
from widgets.lists.page_things import CameraThing, SensorThing, UnitThing
from widgets.lists.page_wide import AlertThing, AreaThing
from widgets.lists.words import EventWords, event_id

_PAGES: dict[str, type[Page]] = {
    page.topic: page for page in (EventThing, UnitThing, SensorThing, CameraThing, AlertThing, AreaThing)
}


class EventPage(Panel):
    """The page of the selected thing.

    Attributes:
        page: what is shown, None when nothing is selected.
    """

    panel_id: ClassVar[str] = "event"
    topics: ClassVar[frozenset[str]] = frozenset({*_PAGES, "feed"})
    title_id: ClassVar[str] = "lists.event"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.page: Page | None = None
        self._areas = AreaTree(ctx.picture["area"])
        self._scroll = QScrollArea(self.content)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        ctx.selection.subscribe(self._selected)
        self._selected(ctx.selection)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        page = self.page
        if page is None:
            if topics & _PAGES.keys():
                self._selected(self.ctx.selection)
            return
        if page.topic in topics:
            page.take_row(self.ctx.picture[page.topic].get(page.key))
        if topics & page.watches:
            page.others_changed(topics & page.watches)
        if "feed" in topics:
            self.age_tick()

    def age_tick(self) -> None:
        if self.page is None:
            return
        self.set_age(*topic_age(self.ctx, self.page.topic))
        self.page.age_tick()

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
        row = self.ctx.picture[topic].get(key) if topic in _PAGES else None
        if row is None:
            self._show(None)
            self._show_none(topic)
            return
        self._show(_PAGES[topic](self._desk(), key, row))

    def _desk(self) -> Desk:
        return Desk(self.ctx, EventWords(self.ctx.t, self.ctx.pack, self._areas), self._areas)

    def _show(self, page: Page | None) -> None:
        if isinstance(self.page, EventThing):
            self.page.nearby.leave()
        self.page = page
        old = self._scroll.takeWidget()
        if old is not None:
            old.deleteLater()
        if page is not None:
            self._scroll.setWidget(page)
            page.setAutoFillBackground(False)  # setWidget turns it on
            self.show_content()
        self._name_page()
        self.age_tick()

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
        if topic in _PAGES:
            self.show_state(PanelState.EMPTY, Message("lists.not_there"), (Message("lists.not_there_why"),))
            return
        lines = (Message("lists.nothing_how"), Message("lists.nothing_keys"))
        self.show_state(PanelState.EMPTY, Message("lists.nothing_selected"), lines)

    def _name_page(self) -> None:
        t, page = self.ctx.t, self.page
        if page is None:
            self.header.set_title(t(self.title_id))
            return
        name = t(f"lists.thing_{page.topic}")
        if page.topic == "event":
            name = t("lists.thing_with_id", thing=name, id=event_id(page.key))
        self.header.set_title(name)
        self.setAccessibleName(name)


PANELS = {"event": EventPage}
