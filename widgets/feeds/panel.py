"""数据源: the feed board: every system of the city and its interfaces at a glance, those in trouble first."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPoint
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.picture import Selection
from widgets.feeds.bar import BoardBar
from widgets.feeds.board import BoardView
from widgets.feeds.fleet import Asked, Finder, Fleet, Group, fleet, held
from widgets.feeds.known import known_systems
from widgets.feeds.lines import MOST, LineView
from widgets.kit.actions import Action
from widgets.kit.feedstate import FeedState, Health, feed_states
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState

RETRY, SORT, TROUBLE = "feeds.retry", "feeds.sort", "feeds.trouble"


class FeedsPanel(Panel):
    """The feed board.

    Attributes:
        marks, lines: a mark a feed, and a line a feed where there are few. bar: what is asked of them.
        shown: what is shown now.
    """

    panel_id: ClassVar[str] = "feeds"
    topics: ClassVar[frozenset[str]] = frozenset()
    """It is told each second: feeds change more often than anybody can read."""
    title_id: ClassVar[str] = "feedboard.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.shown = Fleet()
        self._finder = Finder()
        self._systems = known_systems(ctx)
        self._views = QStackedWidget(self.content)  # first: whoever turns to the board walks it at once
        self.lines = LineView(ctx, self._tip, self._views)
        self.marks = BoardView(ctx, self._tip, self._views)
        self.bar = BoardBar(ctx, self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._views, 1)
        self.bar.changed.connect(self._asked)
        self.bar.left.connect(lambda: self.view.setFocus())
        self.bar.again.clicked.connect(self.sort)
        for view in (self.lines, self.marks):
            self._views.addWidget(view)
            view.typed.connect(self.bar.begin)
            view.picked.connect(lambda feed: ctx.selection.select("feed", feed))
            view.opened.connect(lambda feed: ctx.actions.trigger("desk.page"))
            view.wants_menu.connect(self._menu_at)
            view.left.connect(self._show)
        self._systems.changed.connect(self._show)
        self._unsubscribe = ctx.selection.subscribe(self._selected)
        self._actions = (
            Action(RETRY, "feedboard.retry_selected", self.retry, (), self._can_retry, icon="plug-broken"),
            Action(SORT, "feedboard.sort", self.sort, (), icon="sort"),
            Action(TROUBLE, "feedboard.only_trouble", self.only_trouble, (), icon="filter"),
        )
        for action in self._actions:
            ctx.actions.add(action)
        self.restart()

    @property
    def view(self) -> LineView | BoardView:
        """The one that is shown."""
        return self.lines if self._views.currentWidget() is self.lines else self.marks

    # -- what a panel says

    def age_tick(self) -> None:
        self._systems.second()
        self._show()

    def refresh(self, topics: frozenset[str]) -> None:
        self._show()

    def retranslate(self) -> None:
        super().retranslate()
        self.bar.retranslate()
        for view in (self.lines, self.marks):
            view.setAccessibleName(self.ctx.t(self.title_id))
            view.viewport().update()
        self._show()

    def retheme(self) -> None:
        super().retheme()
        self.bar.retheme()
        for view in (self.lines, self.marks):
            view.viewport().update()

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        menu.addAction(t("feedboard.sort")).triggered.connect(self.sort)
        menu.addAction(t("feedboard.only_trouble")).triggered.connect(self.only_trouble)
        menu.addAction(t("feedboard.retry_all")).triggered.connect(self.retry_all)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._unsubscribe()
        for action in self._actions:
            if self.ctx.actions.get(action.id) is action:
                self.ctx.actions.remove(action.id)
        super().closeEvent(event)

    # -- what a person does

    def sort(self) -> None:
        """Puts what is in trouble first, whoever is at it."""
        self._show(anew=True)
        self.view.verticalScrollBar().setValue(0)

    def only_trouble(self) -> None:
        """Shows what is in trouble and nothing else."""
        self.bar.ask(Asked(healths=frozenset({Health.DEAD, Health.STALE, Health.AILING})))
        self.view.setFocus()

    def retry(self) -> None:
        """Has the hub try the selected feed at once."""
        problem = self.ctx.feeds.retry(self.view.selected)
        said = problem or Message("feedboard.retrying", {"name": self._feed_name(self.view.selected)})
        self.ctx.notify(said, 0)

    def retry_all(self) -> None:
        """Has the hub try every feed at once."""
        problem = self.ctx.feeds.retry("")
        if problem is not None:
            self.ctx.notify(problem, 0)

    def _can_retry(self) -> bool | Message:
        return bool(self.view.selected) or Message("feedboard.none_selected")

    def _menu_at(self, feed: str, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(self.ctx.t("feedboard.retry")).triggered.connect(self.retry)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _asked(self) -> None:
        self._show(anew=True)

    # -- how it comes about

    def _selected(self, selection: Selection) -> None:
        for view in (self.lines, self.marks):
            view.select(selection.key if selection.topic == "feed" else "")

    def _show(self, anew: bool = False) -> None:
        """Takes in how the feeds are now; the order stays while a person is at it."""
        states = feed_states(self.ctx)
        found = fleet(states, self._systems.by_id, self.bar.asked, self._finder)
        self.shown = found
        self._turn_to(self.lines if len(states) <= MOST else self.marks)
        groups, before = found.groups, [group.id for group in self.view.groups]
        if self.view.held and not anew and before:
            groups = held(groups, before)
        self.bar.again.setVisible([group.id for group in groups] != [group.id for group in found.groups])
        self.bar.tell(found)
        self.view.take(groups)
        self.set_facts(self._counts(found))
        if not found.interfaces:
            self.show_state(PanelState.WAITING, Message("feedboard.none"), (Message("feedboard.none_why"),))
        elif not groups:
            clear = (Message("feedboard.clear"), self.bar.clear)
            self.show_state(PanelState.EMPTY, Message("feedboard.none_match"), (), (clear,))
        else:
            self.show_content()

    def _turn_to(self, view: LineView | BoardView) -> None:
        if view is not self.view:
            focused = self.view.hasFocus()
            self.view.take(())
            self._views.setCurrentWidget(view)
            if focused:
                view.setFocus()

    def _counts(self, found: Fleet) -> str:
        """115 个系统 · 800 个接口：792 正常 · 3 异常 · 2 停更 · 2 中断 · 1 待首条."""
        t = self.ctx.t
        named = any(group.total > 1 or group.id in self._systems.by_id for group in found.groups)
        head = t("feedboard.head", systems=f"{found.systems:,}", n=f"{found.interfaces:,}")
        if not named:
            head = t("feedboard.head_plain", n=f"{found.interfaces:,}")
        parts = [
            t("feedboard.chip", health=t(f"feedboard.health_{health.name.lower()}"), n=f"{found.counts[health]:,}")
            for health in reversed(Health)
            if found.counts.get(health) or health is Health.LIVE
        ]
        return " · ".join([head, *parts])

    def _feed_name(self, feed: str) -> str:
        state = next((one for one in feed_states(self.ctx) if one.id == feed), None)
        return self.ctx.t.pack(state.name) if state is not None else feed

    def _tip(self, group: Group, feed: FeedState | None) -> str:
        """What a cell or a mark says in words."""
        t, now = self.ctx.t, self.ctx.clock.wall()
        lines = [t.pack(group.name)]
        if group.owner:
            lines.append(t("feedboard.of_owner", owner=t.pack(group.owner)))
        for one in (feed,) if feed is not None else group.feeds[:8]:
            health = t(f"feedboard.health_{one.health.name.lower()}")
            lines.append(t("feedboard.tip", name=t.pack(one.name), health=health, age=t(one.age(now))))
            if one.problem is not None:
                lines.append(t(one.problem))
        return "\n".join(lines)


PANELS = {"feeds": FeedsPanel}
