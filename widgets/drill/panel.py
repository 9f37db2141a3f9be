"""下钻: the page of the scope that is looked at; every number in it leads further, Back leads the same way home."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.insight import AskFigure, Figure
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.picture.drill import Drill
from widgets.drill.asking import Asker
from widgets.drill.before import BeforePage
from widgets.drill.checkup import CheckupPage
from widgets.drill.choices import Choices, last_filter, without
from widgets.drill.headline import OLD, Headline
from widgets.drill.league import LeaguePage
from widgets.drill.matrix import MatrixPage
from widgets.drill.multiples import MultiplesPage
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.parts import PartsPage
from widgets.drill.periods import PeriodsPage
from widgets.drill.pieces.chips import ChipBar
from widgets.drill.pieces.tabline import TabLine
from widgets.drill.record import RecordPage, select_record
from widgets.drill.why import WhyPage
from widgets.drill.words import DrillWords, is_sign, made_of
from widgets.kit.actions import Action
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState, StateText, StateView

PAGES: dict[str, type[DrillPage]] = {
    "parts": PartsPage,
    "areas": MultiplesPage,
    "periods": PeriodsPage,
    "before": BeforePage,
    "league": LeaguePage,
    "checkup": CheckupPage,
    "matrix": MatrixPage,
    "why": WhyPage,
}
"""In the order of the tabs; made when first turned to."""
OF_SIGNS = ("parts", "areas", "periods")
"""Pages of a sign, which has no records behind it."""
RECORD = "record"
TABS_KEY = "Ctrl+Alt+{n}"
MOST_HELD = 60
"""Times that newer data wait for a page whose answers are under way."""


class DrillPanel(Panel):
    """The panel.

    Attributes:
        chips: what restricts the scope. headline: its figure. tabs: the pages. choices: what the chips offer.
        pages: those made so far, by name. page: the name of the one shown. figure: of the headline, None before.
    """

    panel_id: ClassVar[str] = "drill"
    topics: ClassVar[frozenset[str]] = frozenset({"archive", "area", "unit"})
    title_id: ClassVar[str] = "drill.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.words = DrillWords(ctx)
        self.desk = DrillDesk(ctx, self.words, self.push, self.replace, self.show_rows, self._problem)
        self.choices = Choices(self.words, self.push, self)
        self.pages: dict[str, DrillPage] = {}
        self.page = "parts"
        self.figure: Figure | None = None
        self._scope: Scope | None = None
        self._version = -1
        self._held = 0
        self._asker = Asker(ctx, self)
        self._wants_rows = False
        self._lay_out()
        self._unsubscribe = ctx.drill.subscribe(self._drilled) if ctx.drill is not None else None
        self._add_actions()
        self.retheme()
        self.retranslate()
        self._follow()

    def _lay_out(self) -> None:
        self.tabs = TabLine(self.ctx, "body", 34, self.header)
        self.tabs.ruled = True
        self.tabs.picked.connect(self.show_page)
        self.setFocusProxy(self.tabs)
        row = self.header.layout()
        assert row is not None
        row.insertWidget(1, self.tabs, 1000)
        self.chips = ChipBar(self.ctx, self.choices.fill, self.content)
        self.chips.dropped.connect(self.choices.drop)
        self.headline = Headline(self.words, self.content)
        self.headline.rows.connect(lambda: self._scope is not None and self.show_rows(self._scope))
        self.headline.before.connect(self._push_before)
        self.stack = QStackedWidget(self.content)
        self.nothing = StateView(self.content)
        self.stack.addWidget(self.nothing)
        self.stack.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(12, 10, 12, 8)
        top.setSpacing(8)
        top.addWidget(self.chips)
        top.addWidget(self.headline)
        column.addLayout(top)
        self._line = QWidget(self.content)
        self._line.setFixedHeight(1)
        column.addWidget(self._line)
        column.addWidget(self.stack, 1)

    def _add_actions(self) -> None:
        for i, name in enumerate(PAGES, 1):
            self.ctx.actions.add(
                Action(f"drill.{name}", f"drill.do_{name}", lambda name=name: self.show_page(name),
                       (TABS_KEY.format(n=i),))
            )  # fmt: skip
        self.ctx.actions.add(
            Action("drill.rows", "drill.rows_action", lambda: self._scope and self.show_rows(self._scope))
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 300)

    # -- the way

    def push(self, scope: Scope) -> None:
        """A further step."""
        if self.ctx.drill is not None:
            self.ctx.drill.push(scope.with_(key="") if scope.key and scope.key == self._key else scope)

    def replace(self, scope: Scope) -> None:
        """The same step, seen otherwise."""
        if self.ctx.drill is not None:
            self.ctx.drill.replace(scope)

    @property
    def _key(self) -> str:
        return self._scope.key if self._scope is not None else ""

    def show_rows(self, scope: Scope) -> None:
        """From a number to its rows: its scope, on the first page, with the keyboard in the table."""
        self._wants_rows = True
        self.show_page("parts")
        self.push(made_of(scope.with_(key="")))
        QTimer.singleShot(0, self, self._focus_rows)

    def _focus_rows(self) -> None:
        page = self.pages.get("parts")
        if self._wants_rows and isinstance(page, PartsPage):
            self._wants_rows = False
            page.rows.table.setFocus()

    def open_record(self, key: str) -> None:
        """From a row to its case."""
        if self._scope is None:
            return
        self.push(self._scope.with_(key=key, by=""))
        select_record(self.ctx, key)

    def _push_before(self) -> None:
        scope = self._scope
        if scope is not None:
            self.push(scope.with_(span=self.words.compared(scope), against=None))

    # -- showing

    def _drilled(self, drill: Drill) -> None:
        self._follow()

    def _follow(self) -> None:
        """Shows the scope of now."""
        drill, insight = self.ctx.drill, self.ctx.insight
        if drill is None or insight is None:
            self.show_state(PanelState.EMPTY, Message("drill.no_service"), (Message("drill.no_service_why"),))
            return
        before, self._scope = self._scope, drill.scope
        self.chips.show_chips(self.choices.chips(drill.scope))
        self._show_tabs()
        if insight.version == 0:
            self.show_state(PanelState.WAITING, Message("drill.loading"), (Message("drill.loading_why"),))
            return
        self._version = insight.version
        self.show_content()
        plain = before is not None and before.with_(by="", key="") == drill.scope.with_(by="", key="")
        if not plain:
            self.figure = None
        self._show_page()
        self._asker.ask("figure", AskFigure(drill.scope.with_(key="")), self._came)

    def _came(self, said: Any) -> None:
        if isinstance(said, Message):
            self._problem(said)
            return
        self.figure = said
        self.headline.show_figure(said)
        self._say_age()
        page = self.pages.get("parts")
        if isinstance(page, PartsPage):
            page.expect(said)
        if said.n == 0 and not said.scope.measure.startswith("sign:") and not self._key:
            self._say_nothing(said)
        elif self.stack.currentWidget() is self.nothing:
            self._show_page()

    def _say_nothing(self, figure: Figure) -> None:
        """Nothing in this scope: what was asked, and one way out."""
        scope = figure.scope
        narrow = last_filter(scope)
        lines = (Message("drill.nothing_why", {"scope": self.words.scope(scope)}),)
        buttons = []
        if narrow:
            value = self.words.area(scope.area) if narrow == "area" else self.words.filter(scope, narrow)
            title = self.ctx.t(f"drill.chip_{narrow}")
            said = value if value.startswith(title) else f"{title} {value}"
            way = Message("drill.give_up", {"what": said})
            buttons.append((way, lambda: self.push(without(scope, narrow))))
        elif self.ctx.drill is not None and self.ctx.drill.depth:
            buttons.append((Message("drill.back"), self.ctx.drill.back))
        self.nothing.show_text(
            StateText(PanelState.EMPTY, Message("drill.nothing"), lines, tuple(buttons)), self.ctx.t, self.ctx.theme
        )
        self.stack.setCurrentWidget(self.nothing)

    def _problem(self, said: Message) -> None:
        """Why there is no answer, and one way on."""
        self.nothing.show_text(
            StateText(PanelState.DEAD, Message("drill.no_answer"), (said,), ((Message("drill.again"), self._follow),)),
            self.ctx.t, self.ctx.theme,
        )  # fmt: skip
        self.stack.setCurrentWidget(self.nothing)

    def show_page(self, name: str) -> None:
        """Turns to a page."""
        if self._key and self._scope is not None:
            self.page = name
            self.push(self._scope)  # from a record back to what it is one of
            return
        if name != self.page:
            self.page = name
            self._show_tabs()
            if self._scope is not None and self.state is None:
                self._show_page()

    def _show_page(self) -> None:
        scope = self._scope
        if scope is None:
            return
        name = RECORD if scope.key else self.page
        self.headline.setVisible(name != "checkup")  # of a month of its own, not of the period above
        page = self.pages.get(name)
        if page is None:
            page = self.pages[name] = (RecordPage if name == RECORD else PAGES[name])(self.desk, self.stack)
            self.stack.addWidget(page)
            if isinstance(page, PartsPage | RecordPage):
                page.opened.connect(self.open_record)
        for other in self.pages.values():
            if other is not page:
                other.leave()
        self.stack.setCurrentWidget(page)
        page.show_scope(scope, self.figure if self.figure and self.figure.scope == scope.with_(key="") else None)

    def _show_tabs(self) -> None:
        t, sign = self.ctx.t, self._scope is not None and is_sign(self._scope)
        if sign and self.page not in OF_SIGNS:
            self.page = OF_SIGNS[0]
        tabs = [(name, t(f"drill.page_{name}")) for name in (OF_SIGNS if sign else PAGES)]
        if self._key:
            tabs.insert(0, (RECORD, t("drill.page_record")))
        self.tabs.show_tabs(tabs, RECORD if self._key else self.page)

    def _say_age(self) -> None:
        insight, now = self.ctx.insight, self.ctx.clock.now()
        if insight is None or not insight.as_of:
            self.set_age(None)
            return
        old = now - insight.as_of > OLD
        self.headline.set_stale(old)
        self.set_age(Message("drill.stale", {"age": age(insight.as_of, now)}) if old else age(insight.as_of, now), old)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        insight = self.ctx.insight
        if insight is None:
            return
        page = self.pages.get(RECORD if self._key else self.page)
        other = self.ctx.drill is not None and self.ctx.drill.scope != self._scope
        if page is not None and page.busy and not other and self._held < MOST_HELD:
            self._held += 1  # newer data would drop answers that are under way, again and again on a slow machine
            return
        self._held = 0
        if insight.version != self._version or self._scope is None:
            self._follow()

    def age_tick(self) -> None:
        self._say_age()
        self.refresh(frozenset())

    def fill_menu(self, menu: QMenu) -> None:
        page = self.pages.get("parts")
        if isinstance(page, PartsPage):
            menu.addAction(self.ctx.t("drill.export")).triggered.connect(page.rows.ask_export)

    def retranslate(self) -> None:
        super().retranslate()
        self.header.title.hide()
        self.tabs.setAccessibleName(self.ctx.t("drill.pages"))
        self.chips.setAccessibleName(self.ctx.t("drill.chips"))
        if self._scope is not None:
            self.chips.show_chips(self.choices.chips(self._scope))
        self._show_tabs()
        if self.figure is not None:
            self.headline.show_figure(self.figure)
        for page in self.pages.values():
            page.retranslate()

    def retheme(self) -> None:
        super().retheme()
        self._line.setStyleSheet(f"background: {self.ctx.theme.hex('line')};")
        self.headline.retheme()
        self.chips.retheme()
        self.tabs.update()
        for page in self.pages.values():
            page.retheme()

    def close_panel(self) -> None:
        """Ends its subscription, its questions and its commands."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
            self._asker.drop()
            for page in self.pages.values():
                page.leave()
            for name in (*PAGES, "rows"):
                self.ctx.actions.remove(f"drill.{name}")

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)

    def restart(self) -> None:
        self._scope, self._version = None, -1
        super().restart()
        self._follow()


PANELS = {"drill": DrillPanel}
