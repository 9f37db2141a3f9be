"""问数: the answer to what was asked in the box; where there is none, what can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.asking import Chip, Choice, Told
from cockpit.model.errors import UserError
from cockpit.model.links import Link, link_of
from cockpit.model.messages import Message, capital
from cockpit.model.scope import Scope
from cockpit.picture.drill import Drill
from widgets.ask.answer import BARE, AnswerPage
from widgets.ask.hints import DeclinedPage, StartPage
from widgets.ask.modelask import LEAVE_KEY, LOG_KEY, MODEL_KEY, TAKE_KEY, ModelAsk
from widgets.ask.working import WorkingPage
from widgets.drill.page import DrillDesk
from widgets.drill.record import select_record
from widgets.drill.words import DrillWords, made_of, tier_below
from widgets.kit.actions import Action
from widgets.kit.buttons import KeyButton, disable
from widgets.kit.label import label
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.pinned import MOST as MOST_PINS
from widgets.kit.states import PanelState

COPY_KEY, AGAIN_KEY, PIN_KEY = "Ctrl+Shift+Y", "Ctrl+Alt+U", "Ctrl+Shift+H"


class AskPanel(Panel):
    """The panel.

    Attributes:
        start, declined, answer, working: its pages. model: the model of the site. to_model: asks it.
        pin: keeps the question at home.
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
        self.working = WorkingPage(ctx, self.content)
        for page in (self.start, self.declined, self.answer, self.working):
            self.pages.addWidget(page)
        self.model = ModelAsk(ctx, self.words, self)
        self.to_model = KeyButton("", MODEL_KEY, ctx.theme, parent=self)
        self.to_model.clicked.connect(lambda _checked=False: self.model.ask())
        self.pin = KeyButton("", PIN_KEY, ctx.theme, parent=self)
        self.pin.clicked.connect(lambda _checked=False: self.toggle_pin())
        self.header.right.addWidget(self.pin)
        self.header.right.addWidget(self.to_model)
        self.refused = label("", self.content, role="")
        self.refused.setContentsMargins(12, 6, 12, 6)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.refused)
        column.addWidget(self.pages, 1)
        self.start.picked.connect(self._ask)
        self.declined.picked.connect(self._ask)
        self.answer.asked.connect(self._ask_next)
        self.answer.drilled.connect(self.push)
        self.answer.opened.connect(self.open_record)
        self.answer.filters.changed.connect(self._edit)
        self.answer.filters.added.connect(self._add)
        self.answer.judged.connect(self.model.judge)
        self.working.stopped.connect(self.stop_model)
        self._shown: object = None
        self._unsubscribe = ctx.drill.subscribe(self._walked) if ctx.drill is not None else None
        ctx.questioning.changed.connect(self.follow)
        ctx.pinned.changed.connect(self._say_model)
        for action in self._actions():
            ctx.actions.add(action)
        self.retheme()
        self.retranslate()
        self.follow()

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 240)

    def _actions(self) -> Iterator[Action]:
        model = self.model
        yield Action("ask.copy", "ask.do_copy", self.copy, (COPY_KEY,), self._has_answer, "copy")
        yield Action("ask.again", "ask.do_again", self.again, (AGAIN_KEY,), self._has_answer)
        yield Action("ask.pin", "ask.do_pin", self.toggle_pin, (PIN_KEY,), self._has_answer, "flag")
        yield Action("ask.model", "ask.do_model", model.ask, (MODEL_KEY,), model.can)
        yield Action("ask.take", "ask.do_take_model", lambda: model.judge(True), (TAKE_KEY,), model.can_judge)
        yield Action("ask.leave", "ask.do_leave_model", lambda: model.judge(False), (LEAVE_KEY,), model.can_judge)
        yield Action("ask.log", "ask.do_log", model.show_log, (LOG_KEY,), model.can_list)

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

    def stop_model(self) -> None:
        """Ends what the model works on; the answer before is there again."""
        self.ctx.questioning.cancel_model()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.ctx.questioning.cancel_model():
            return
        super().keyPressEvent(event)

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

    def toggle_pin(self) -> None:
        """Keeps the question of the answer at home, or no longer."""
        ctx, told = self.ctx, self.ctx.questioning.told
        if told is None:
            return
        kept = ctx.pinned.find(ctx, told.understood)
        if kept is not None:
            ctx.pinned.drop(ctx, kept.key)
            ctx.notify(Message("ask.unpinned"), 0)
        elif ctx.pinned.add(ctx, told):
            ctx.notify(Message("ask.is_pinned"), 0)
        else:
            ctx.notify(Message("ask.pins_full", {"most": MOST_PINS}), 0)
        self._say_model()

    def copy(self) -> None:
        """Puts question, answer, source and link into the clipboard."""
        told = self.ctx.questioning.told
        if told is None:
            return
        mark = [self.answer.mark.text(), self.answer.notes.text()] if told.model is not None else []
        lines = [told.understood.text, told.words, *mark, self.answer.source.text()]
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
        self._say_model()
        self._say_facts()
        if ctx.asking is None or ctx.insight is None:
            self.show_state(PanelState.EMPTY, Message("ask.no_service"), (Message("ask.no_service_why"),))
            return
        if asked.pending is not None:
            self.show_state(PanelState.WAITING, Message("ask.loading"), (Message("ask.loading_why"),))
            return
        self.show_content()
        held = self.working.stop.hasFocus() and not asked.modelling
        if asked.modelling:
            if self.pages.currentWidget() is not self.working:
                self.pages.setCurrentWidget(self.working)
                self.working.begin()
            self.working.show_steps(asked.modelling, self.model.state, asked.steps)
        elif asked.declined is not None:
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
        if held:  # the button that had the keyboard is gone
            self.answer.sentence.setFocus()

    def _say_facts(self) -> None:
        asked = self.ctx.questioning
        if asked.modelling:
            self.set_facts(Message("ask.leaves_now", {"host": self.model.state.host}))
        elif self.model.told is not None and asked.told is not None and asked.told.model is not None:
            self.set_facts(Message("ask.left_here", {"host": asked.told.model.host}))
        else:
            self.set_facts(Message("ask.busy") if asked.busy else Message("ask.stays_here"))
        insight = self.ctx.insight
        self.set_age(age(insight.as_of, self.ctx.clock.now()) if insight is not None and insight.as_of else None)

    def _say_model(self) -> None:
        """What may be done with the answer: kept, or put to the site's model; and why that gave none."""
        asked, t = self.ctx.questioning, self.ctx.t
        told = asked.told if asked.declined is None and not asked.modelling else None
        self.pin.setVisible(told is not None)
        if told is not None:
            kept = self.ctx.pinned.find(self.ctx, told.understood)
            self.pin.setText(t("ask.pin" if kept is None else "ask.unpin"))
        on, broken = self.model.state.on, self.model.state.why
        self.to_model.setVisible((on or broken is not None) and not asked.modelling)
        why = self.model.can()
        disable(self.to_model, t(why) if isinstance(why, Message) else "")
        below = "ask.refused" if asked.told is None or asked.told.model is None else "ask.refused_again"
        said = t(below, why=t(asked.refused).rstrip("。.")) if asked.refused is not None else ""
        self.refused.setText(capital(said))
        self.refused.setVisible(bool(said) and not asked.modelling)

    def _problem(self, said: Message) -> None:
        self.ctx.notify(said, 3)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        self.ctx.questioning.resume(self.ctx)
        if self.state is not None or self.pages.currentWidget() is self.start:
            self.follow()

    def age_tick(self) -> None:
        if self.model.look():
            self._say_model()
        self._say_facts()
        asked = self.ctx.questioning
        if asked.modelling:
            self.working.show_steps(asked.modelling, self.model.state, asked.steps)
        if self.pages.currentWidget() is self.start and not self.start.ready:
            self.start.show_offers()

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        told: Told | None = self.ctx.questioning.told
        for title, key, run in (("ask.do_copy", COPY_KEY, self.copy), ("ask.do_again", AGAIN_KEY, self.again)):
            action = menu.addAction(f"{t(title)}\t{key}")
            action.setEnabled(told is not None)
            action.triggered.connect(lambda _checked=False, run=run: run())
        if told is not None:
            menu.addAction(t("drill.export")).triggered.connect(self.answer.rows.ask_export)
        if self.model.can_list() is True:
            menu.addAction(f"{t('ask.do_log')}\t{LOG_KEY}").triggered.connect(self.model.show_log)

    def retranslate(self) -> None:
        super().retranslate()
        self.answer.dress()
        self.start.dress()
        self.declined.dress()
        self.working.dress()
        self.to_model.setText(self.ctx.t("ask.model"))
        self._say_model()
        self._say_facts()

    def retheme(self) -> None:
        super().retheme()
        self.answer.dress()
        self.start.dress()
        self.declined.dress()
        self.working.dress()
        for one in (self.to_model, self.pin):
            one.retheme(self.ctx.theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for one in (self.to_model, self.pin):
            one.set_bare(self.width() < BARE)

    def close_panel(self) -> None:
        """Ends its subscription and its commands."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self.model.close()
        for action in self._actions():
            self.ctx.actions.remove(action.id)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)

    def restart(self) -> None:
        self._shown = None
        super().restart()
        self.follow()


PANELS = {"ask": AskPanel}
