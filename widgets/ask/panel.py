"""问数: the answer to what was asked in the box; where there is none, what can be asked."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QSize
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.asking import Chip, Choice, Told
from cockpit.model.errors import UserError
from cockpit.model.links import Link, link_of
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.picture.drill import Drill
from widgets.ask.answer import AnswerPage
from widgets.ask.hints import DeclinedPage, StartPage
from widgets.drill.page import DrillDesk
from widgets.drill.record import select_record
from widgets.drill.words import DrillWords, made_of, tier_below
from widgets.kit.actions import Action
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState

COPY_KEY, AGAIN_KEY = "Ctrl+Shift+Y", "Ctrl+Alt+U"


class AskPanel(Panel):
    """The panel.

    Attributes:
        start, declined, answer: its pages.
    """

    panel_id: ClassVar[str] = "ask"
    topics: ClassVar[frozenset[str]] = frozenset({"archive", "area", "unit"})
    title_id: ClassVar[str] = "ask.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.words = DrillWords(ctx)
        self.desk = DrillDesk(ctx, self.words, self.push, self.push, self.show_rows, self._problem)
        self.start, self.declined = StartPage(ctx, self.content), DeclinedPage(ctx, self.content)
        self.answer = AnswerPage(self.desk, self.content)
        self.pages = QStackedWidget(self.content)
        self.pages.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        for page in (self.start, self.declined, self.answer):
            self.pages.addWidget(page)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self.start.picked.connect(self._ask)
        self.declined.picked.connect(self._ask)
        self.answer.asked.connect(self._ask_next)
        self.answer.drilled.connect(self.push)
        self.answer.opened.connect(self.open_record)
        self.answer.filters.changed.connect(self._edit)
        self.answer.filters.added.connect(self._add)
        self._shown: object = None
        self._unsubscribe = ctx.drill.subscribe(self._walked) if ctx.drill is not None else None
        ctx.questioning.changed.connect(self.follow)
        ctx.actions.add(Action("ask.copy", "ask.do_copy", self.copy, (COPY_KEY,), self._has_answer, "copy"))
        ctx.actions.add(Action("ask.again", "ask.do_again", self.again, (AGAIN_KEY,), self._has_answer))
        self.retheme()
        self.retranslate()
        self.follow()

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 240)

    # -- asking

    def _ask(self, text: str) -> None:
        self.ctx.questioning.ask(self.ctx, text)

    def _ask_next(self, text: str) -> None:
        told = self.ctx.questioning.told
        self.ctx.questioning.ask(self.ctx, text, told.understood if told is not None else None)

    def _edit(self, chip: Chip, choice: Choice | None) -> None:
        self.ctx.questioning.edit(self.ctx, chip, choice)

    def _add(self, words: str) -> None:
        told = self.ctx.questioning.told
        if told is not None:
            self.ctx.questioning.ask(self.ctx, words, told.understood)

    def again(self) -> None:
        """Answers the same once more, over the data of now."""
        told = self.ctx.questioning.told
        if told is not None:
            self.ctx.questioning.again(self.ctx, told.understood, instead=True)

    def _has_answer(self) -> bool | Message:
        return self.ctx.questioning.told is not None or Message("ask.no_answer_yet")

    # -- further

    def push(self, scope: Scope) -> None:
        """A step further from the answer; Back comes home to it."""
        drill = self.ctx.drill
        if drill is None:
            return
        if scope == drill.scope:  # the answer's own: seen as a page of its own
            by = tier_below(self.words.areas, scope.area)
            scope = scope.with_(by="" if scope.by == by else by)
        drill.push(scope)

    def show_rows(self, scope: Scope) -> None:
        self.push(made_of(scope.with_(key="")))

    def open_record(self, key: str) -> None:
        """From a row to its case."""
        scope = self.answer.rows.scope
        if scope is not None:
            self.push(scope.with_(key=key, by=""))
            select_record(self.ctx, key)

    def copy(self) -> None:
        """Puts question, answer, source and link into the clipboard."""
        told = self.ctx.questioning.told
        if told is None:
            return
        lines = [told.understood.text, told.words, self.answer.source.text()]
        try:
            lines.append(link_of(Link(self.ctx.pack.id, (told.understood.scope,))))
        except UserError as error:
            self.ctx.notify(error.message, 0)
        QGuiApplication.clipboard().setText("\n".join(line for line in lines if line))
        self.ctx.notify(Message("ask.copied"), 0)

    # -- showing

    def _walked(self, drill: Drill) -> None:
        self.ctx.questioning.restore(self.ctx)

    def follow(self) -> None:
        """Shows the question of now."""
        ctx, asked = self.ctx, self.ctx.questioning
        self._say_facts()
        if ctx.asking is None or ctx.insight is None:
            self.show_state(PanelState.EMPTY, Message("ask.no_service"), (Message("ask.no_service_why"),))
            return
        if asked.pending is not None:
            self.show_state(PanelState.WAITING, Message("ask.loading"), (Message("ask.loading_why"),))
            return
        self.show_content()
        if asked.declined is not None:
            self.declined.show_declined(asked.declined)
            self.pages.setCurrentWidget(self.declined)
        elif asked.told is not None:
            if asked.told is not self._shown:
                self._shown = asked.told
                self.answer.show_told(asked.told)
            self.pages.setCurrentWidget(self.answer)
        else:
            self.start.show_offers()
            self.pages.setCurrentWidget(self.start)

    def _say_facts(self) -> None:
        busy = self.ctx.questioning.busy
        self.set_facts(Message("ask.busy") if busy else Message("ask.stays_here"))
        insight = self.ctx.insight
        self.set_age(age(insight.as_of, self.ctx.clock.now()) if insight is not None and insight.as_of else None)

    def _problem(self, said: Message) -> None:
        self.ctx.notify(said, 3)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        self.ctx.questioning.resume(self.ctx)
        if self.state is not None or self.pages.currentWidget() is self.start:
            self.follow()

    def age_tick(self) -> None:
        self._say_facts()

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        told: Told | None = self.ctx.questioning.told
        for title, key, run in (("ask.do_copy", COPY_KEY, self.copy), ("ask.do_again", AGAIN_KEY, self.again)):
            action = menu.addAction(f"{t(title)}\t{key}")
            action.setEnabled(told is not None)
            action.triggered.connect(lambda _checked=False, run=run: run())
        if told is not None:
            menu.addAction(t("drill.export")).triggered.connect(self.answer.rows.ask_export)

    def retranslate(self) -> None:
        super().retranslate()
        self.answer.dress()
        self.start.dress()
        self.declined.dress()
        self._say_facts()

    def retheme(self) -> None:
        super().retheme()
        self.answer.dress()
        self.start.dress()
        self.declined.dress()

    def close_panel(self) -> None:
        """Ends its subscription and its commands."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for name in ("copy", "again"):
            self.ctx.actions.remove(f"ask.{name}")

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)

    def restart(self) -> None:
        self._shown = None
        super().restart()
        self.follow()


PANELS = {"ask": AskPanel}
