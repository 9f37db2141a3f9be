"""城市体征: the vital signs of the city or an area of it, as a tree of themes and a dense list that is live."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model import ages
from cockpit.model.clock import MINUTE
from cockpit.model.messages import Message
from cockpit.model.signs import Sign, key_of
from cockpit.picture.selection import Selection
from widgets.kit.actions import Action
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState, StateText, StateView
from widgets.lists.areas import AreaTree
from widgets.signs.asked import Answer, Asked, Asker, Order
from widgets.signs.bar import SignBar
from widgets.signs.board import NO_ROW, SignBoard, split_key
from widgets.signs.exporting import saving
from widgets.signs.importing import Importing
from widgets.signs.pins import Pins
from widgets.signs.rail import Rail
from widgets.signs.row import RowPainter
from widgets.signs.sparks import Sparks
from widgets.signs.view import SignView
from widgets.signs.words import SignWords

_STOPPED = MINUTE
"""When the youngest value of all is older, the panel says that nothing comes any more."""


class SignsPanel(Panel):
    """The panel. Its area is that of the selected sign or area, so Back restores it too.

    Attributes:
        board: definitions and live items. bar: what is asked. rail: the themes. view: the list.
        answer: what is listed. nothing: what is said in its place.
    """

    panel_id: ClassVar[str] = "signs"
    topics: ClassVar[frozenset[str]] = frozenset({"sign", "area"})
    title_id: ClassVar[str] = "signsui.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        areas = AreaTree(ctx.picture["area"])
        self.board = SignBoard(ctx.picture["sign"], areas, ctx.pack.code)
        self.words = SignWords(ctx.t, ctx.pack, areas)
        self._asker = Asker(self.board, ctx.t)
        self._pins = Pins(ctx.prefs)
        self.answer = Answer()
        order = ctx.prefs.get("signs.order", "")
        asked = Asked(
            ctx.pack.code,
            bool(ctx.prefs.get("signs.below", False)),
            order=Order(order if order in [*Order] else "tree"),
        )
        self._exporting = saving(ctx, self)
        self._importing = Importing(ctx, self)
        self.bar = SignBar(ctx, areas, asked, {"import": self._importing.choose_file, "export": self.export})
        self.rail = Rail(ctx)
        self.view = SignView(self.board.item, self._said, ctx.clock.now, self._version)
        self.sparks = Sparks(ctx, self._sign_of, self.view.viewport().update, self)
        self.nothing = StateView(self.content)
        self._told: StateText | None = None
        self._lay_out()
        self.bar.changed.connect(self._ask)
        self.bar.area.connect(self.go_to)
        self.bar.search.left.connect(self.view.setFocus)
        self.rail.chosen.connect(lambda code: self.bar.ask(replace(self.bar.asked, theme=code)))
        self.view.picked.connect(lambda key: ctx.selection.select("sign", key))
        self.view.hovered.connect(lambda key: ctx.selection.hover("sign" if key else "", key))
        self.view.pin.connect(self._pin)
        self.view.scrolled.connect(self._want)
        self._offer_actions()
        ctx.selection.subscribe(self._selected)
        ctx.selection.subscribe_hover(self._hovered)
        self.bar.asked = replace(self.bar.asked, area=self._area_of(ctx.selection) or ctx.pack.code)
        self.view.selected = ctx.selection.key if ctx.selection.topic == "sign" else ""
        self.retheme()
        self.refresh(self.topics)
        self.age_tick()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._line = QFrame(self.content)
        self._line.setFixedHeight(1)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        listed = QWidget(self.content)
        right = QVBoxLayout(listed)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.view.headings)
        right.addWidget(self.view, 1)
        self._body = QStackedWidget(self.content)
        self._body.addWidget(listed)
        self._body.addWidget(self.nothing)
        self._edge = QFrame(self.content)
        self._edge.setFixedWidth(1)
        body.addWidget(self.rail)
        body.addWidget(self._edge)
        body.addWidget(self._body, 1)
        column.addWidget(self.bar)
        column.addWidget(self._line)
        column.addLayout(body, 1)

    def _offer_actions(self) -> None:
        """Its commands for the palette, as long as it lives."""
        actions = self.ctx.actions
        offered = (
            Action("signs.search", "signsui.action_search", self.focus_search, icon="search"),
            Action("signs.abnormal", "signsui.action_abnormal", self.toggle_abnormal, icon="warning"),
            Action("signs.fed", "signsui.action_fed", self.toggle_fed, icon="filter"),
            Action("signs.pinned", "signsui.action_pinned", self.toggle_pinned, icon="bookmark"),
            Action("signs.clear", "signsui.action_clear", self.clear_filters, (), self._can_clear, "filter"),
            Action("signs.below", "signsui.action_below", self.toggle_below, icon="layers"),
            Action("signs.up", "signsui.action_up", self.go_up, (), self._can_go_up, "chevron-up"),
            Action("signs.import", "signsui.action_import", self._importing.choose_file, icon="plus"),
            Action("signs.export", "signsui.action_export", self.export, icon="share"),
        )
        for action in offered:
            actions.add(action)

        def withdraw() -> None:
            for action in offered:
                if actions.get(action.id) is action:  # a panel built in its place has put its own there
                    actions.remove(action.id)

        self.destroyed.connect(withdraw)

    # -- what is asked

    def focus_search(self) -> None:
        self.bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.search.selectAll()

    def toggle_abnormal(self) -> None:
        self.bar.ask(replace(self.bar.asked, abnormal=not self.bar.asked.abnormal))

    def toggle_fed(self) -> None:
        self.bar.ask(replace(self.bar.asked, fed=not self.bar.asked.fed))

    def toggle_pinned(self) -> None:
        self.bar.ask(replace(self.bar.asked, pinned=not self.bar.asked.pinned))

    def toggle_below(self) -> None:
        self.bar.ask(replace(self.bar.asked, below=not self.bar.asked.below))

    def clear_filters(self) -> None:
        self.bar.ask(self.bar.asked.cleared())

    def _can_clear(self) -> bool | Message:
        return self.bar.asked.narrowed or Message("lists.nothing_to_clear")

    def _ask(self, asked: Asked) -> None:
        self.ctx.prefs.set("signs.order", str(asked.order))
        self.ctx.prefs.set("signs.below", asked.below)
        self._take(keep=False)

    # -- areas

    def _area_of(self, selection: Selection) -> str:
        """The area that a selection speaks of; "" where it speaks of none."""
        if selection.topic == "sign":
            return split_key(selection.key)[1]
        if selection.topic == "area":
            row = self.ctx.picture["area"].get(selection.key)
            return row["code"] if row is not None else ""
        return "" if selection.topic else self.ctx.pack.code

    def go_to(self, code: str) -> None:
        """Shows another area: the selected sign there, if it has a value of it, else the area."""
        selection = self.ctx.selection
        if selection.topic == "sign":
            sign = split_key(selection.key)[0]
            if self.board.row(sign, code) != NO_ROW:
                selection.select("sign", key_of(sign, code))
                return
        area = self.board.areas.get(code)
        if area is not None:
            selection.select("area", area.key)
        else:
            selection.clear()

    def go_up(self) -> None:
        path = self.board.areas.path(self.bar.asked.area)
        if len(path) > 1:
            self.go_to(path[-2].code)

    def _can_go_up(self) -> bool | Message:
        return len(self.board.areas.path(self.bar.asked.area)) > 1 or Message("signsui.at_top")

    def _selected(self, selection: Selection) -> None:
        self.view.selected = selection.key if selection.topic == "sign" else ""
        area = self._area_of(selection)
        if area and area != self.bar.asked.area:
            self.bar.asked = replace(self.bar.asked, area=area)
            self._take(keep=False)
        self.view.show_key(self.view.selected)
        self.view.viewport().update()

    def _hovered(self, selection: Selection) -> None:
        topic, key = selection.hovered
        self.view.outer = key if topic == "sign" else ""
        self.view.viewport().update()

    def _pin(self, key: str) -> None:
        self._pins.toggle(split_key(key)[0])
        self._take()

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        self._take()

    def age_tick(self) -> None:
        if self.ctx.signs is not None and self.ctx.signs.known is not self.board.told.known:
            self._take()
        if self._pins.codes != self.view.pinned:
            self._take()
        self._say_age()
        self._want()
        self.view.viewport().update()

    def _say_age(self) -> None:
        measured = self.ctx.picture["sign"].numbers("measured")
        last, now = int(measured.max()) if len(measured) else 0, self.ctx.clock.now()
        self.set_age(ages.data_age(last, _STOPPED // 3, now) if last else None, last > 0 and now - last > _STOPPED)

    def retranslate(self) -> None:
        super().retranslate()
        self.words.t = self._asker.t = self.ctx.t
        self.bar.retranslate()
        self._dress()
        self._take()
        self._fit_rail()
        self._show_answer(anew=True)

    def retheme(self) -> None:
        super().retheme()
        for line in (self._line, self._edge):
            line.setStyleSheet(f"background: {self.ctx.theme.hex('line')};")
        self.bar.retheme()
        self._dress()
        self.rail.viewport().update()
        self._show_answer(anew=True)

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        for id in ("signs.clear", "signs.up", "signs.import", "signs.export"):
            action = self.ctx.actions.get(id)
            if action is not None:
                made = menu.addAction(t(action.title))
                made.setEnabled(action.reason is None)
                made.triggered.connect(lambda _on=False, run=action.run: run())

    def restart(self) -> None:
        self.bar.asked = Asked(self.ctx.pack.code)
        super().restart()

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 240)

    def resizeEvent(self, event: object) -> None:
        self._fit_rail()
        super().resizeEvent(event)

    def _fit_rail(self) -> None:
        """Where the panel is narrow the rail leaves the list what it does not need itself."""
        narrow = min(max(self.rail.wanted(), 160), 208)
        self.rail.setFixedWidth(216 if self.width() > 900 else narrow if self.width() > 560 else 0)

    # -- how it comes about

    def _dress(self) -> None:
        self.view.setAccessibleName(self.ctx.t(self.title_id))
        self.rail.setAccessibleName(self.ctx.t("signsui.themes"))
        self.view.dress(
            RowPainter(self.ctx.theme, self.words, self.board.told),
            self.sparks,
            lambda code: dict(self.answer.themes.get(code, {})),
        )

    def _take(self, keep: bool = True) -> None:
        """Takes in the picture as it is now; what stands under a hand stays where it is."""
        if self.ctx.signs is not None and self.board.take(self.ctx.signs.known):
            self._dress()
        asked = self.bar.asked
        self.view.places = asked.below
        self._asker.pinned = self.view.pinned = self._pins.codes
        answer = self._asker.answer(asked)
        if keep and asked.order is not Order.TREE and self.view.held and set(answer.keys) == set(self.answer.keys):
            answer = replace(answer, keys=self.answer.keys)
        self.answer = answer
        self.view.take(answer.keys, keep)
        if not keep:
            self.view.verticalScrollBar().setValue(0)
            self.view.show_key(self.view.selected)
        if self.rail.show_counts(self.board.told, answer.themes, asked.theme):
            self._fit_rail()
        self.bar.show_answer(answer)
        self._show_answer()
        self._want()

    def _want(self) -> None:
        if self.view.isVisible():
            self.sparks.want(self.view.in_sight())

    def _show_answer(self, anew: bool = False) -> None:
        answer = self.answer
        if not self.board.told.signs:
            self.set_facts(None)
        elif self.bar.asked.narrowed:
            self.set_facts(Message("signsui.facts_of", {"n": f"{answer.shown:,}", "total": f"{answer.total:,}"}))
        else:
            self.set_facts(Message("signsui.facts", {"n": f"{answer.shown:,}"}))
        if answer.shown:
            self._told = None
            self._body.setCurrentIndex(0)
            return
        told = self._empty()
        if anew or self._told is None or (told.title, told.lines) != (self._told.title, self._told.lines):
            self._told = told
            self.nothing.show_text(told, self.ctx.t, self.ctx.theme)
        self._body.setCurrentIndex(1)

    def _empty(self) -> StateText:
        if self.ctx.signs is None:
            return StateText(PanelState.EMPTY, Message("signsui.no_service"), (Message("signsui.no_service_why"),))
        if not self.board.told.signs:
            return StateText(PanelState.WAITING, Message("signsui.waiting"), (Message("signsui.waiting_why"),))
        if self.bar.asked.pinned and not self._pins.codes:
            why = (Message("signsui.none_pinned_why"),)
            return StateText(PanelState.EMPTY, Message("signsui.none_pinned"), why, (self._way_out(),))
        if self.bar.asked.narrowed:
            return StateText(PanelState.EMPTY, Message("signsui.none_match"), (), (self._way_out(),))
        area = self.words.area(self.bar.asked.area)
        city = (Message("signsui.to_city"), lambda: self.go_to(self.ctx.pack.code))
        return StateText(PanelState.EMPTY, Message("signsui.none_here", {"area": area}), (), (city,))

    def _way_out(self) -> tuple[Message, object]:
        return (Message("lists.clear_filters"), self.clear_filters)

    def _version(self) -> object:
        return self.board.table.version, self.ctx.picture["area"].version, self.board.told

    def _sign_of(self, key: str) -> Sign:
        return self.board.told.sign(split_key(key)[0])

    def _said(self, key: str) -> str:
        """A row in words: for its tooltip and for those who can not see it."""
        if key.startswith("theme:"):
            return self.rail.name(key.partition(":")[2])
        item, words, t = self.board.item(key), self.words, self.ctx.t
        now = self.ctx.clock.now()
        lines = [words.title(item, area=True), words.branch(self.board.told, item.sign)]
        if item.known:
            lines.append(f"{words.with_unit(item.sign, item.value)}  {words.level(item.level)}")
            for name, before in (("change", item.previous), ("year", item.year)):
                arrow, by = words.change(item, before)
                if arrow:
                    turn = words.turn(item, before)
                    was = words.earlier(item.sign, name, before)
                    lines.append(f"{t(f'signsui.column_{name}')} {arrow} {by}  {turn}  {was}")
            value, note = words.forecast(item)
            if value:
                lines.append(f"{t('signsui.column_forecast')} {value}  {note}")
        else:
            lines.append(words.missing(item.sign, item.sign.code in self.board.told.known.unfed))
        lines += [words.mark(item.sign), words.age(item, now)]
        return "\n".join(line for line in dict.fromkeys(lines) if line)

    def export(self) -> None:
        """Asks where the listed numbers are to be written."""
        name = f"{self.ctx.t('signsui.title')}-{self.words.area(self.bar.asked.area)}"
        self._exporting.ask(name, lambda _ending: self.listed())

    def listed(self) -> bytes:
        """What is listed, as CSV."""
        from widgets.signs.csv_file import items_csv

        items = [self.board.item(key) for key in self.answer.keys if not key.startswith("theme:")]
        return items_csv(items, self.words, self.board.told)


PANELS = {"signs": SignsPanel}
