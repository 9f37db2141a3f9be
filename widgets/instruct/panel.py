"""等我决定: what waits for a leader's word, what is due first. While somebody is at it, nothing moves."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget

from cockpit.model import ages
from cockpit.model.messages import Message
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.card import Choice, WaitCard
from widgets.instruct.give import WordsForm, Written, instruct
from widgets.instruct.meet import meet
from widgets.instruct.waiting import Kind, Wait, Waiting, steady
from widgets.kit.context import PanelContext
from widgets.kit.panel import Panel
from widgets.kit.scrolling import scrolled_column
from widgets.kit.states import PanelState
from widgets.orders.reading import Reading


class DecisionsPanel(Panel):
    """
    Attributes:
        cards: in the order in which they stand.
        form: the form that was opened last.
    """

    panel_id: ClassVar[str] = "decisions"
    topics: ClassVar[frozenset[str]] = frozenset({"case", "outbox"})
    """What the picture says besides is looked at each second."""
    title_id: ClassVar[str] = "instruct.decisions"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.cards: list[WaitCard] = []
        self.form: WordsForm | None = None
        self._reading = Reading(ctx, self, self._came)
        self._waiting = Waiting(ctx, self._reading)
        self._shown: list[Wait] = []
        self._done: dict[str, str] = {}
        self._gone: set[str] = set()
        self._drawn: object = None
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        self._scroll, self._list = scrolled_column(self.content)
        self._scroll.widget().installEventFilter(self)
        column.addWidget(self._scroll)
        self._look()

    # -- what a panel is told

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()

    def age_tick(self) -> None:
        self._look()
        for card in self.cards:
            card.update()

    def retranslate(self) -> None:
        super().retranslate()
        self._drawn = None
        self._look()

    def retheme(self) -> None:
        super().retheme()
        self._drawn = None
        self._look()

    def _came(self) -> None:
        self._look()

    # -- what it shows

    @property
    def watched(self) -> bool:
        """Whether somebody is at it with the pointer or the keyboard: then nothing moves."""
        focus = QApplication.focusWidget()
        inside = self._scroll.widget()
        at_keys = focus is not None and inside is not None and inside.isAncestorOf(focus) and self.isActiveWindow()
        pointed = self._scroll.isVisible() and self._scroll.rect().contains(self._scroll.mapFromGlobal(QCursor.pos()))
        return at_keys or (pointed and self.isActiveWindow()) or bool(self.form is not None and self._open_form())

    def _open_form(self) -> bool:
        try:
            return self.form is not None and self.form.isVisible()
        except RuntimeError:  # it is deleted when it closes
            self.form = None
            return False

    def _look(self) -> None:
        now = self._waiting.all()
        self._reading.want(self._waiting.wanted)
        if self.watched:
            shown, self._gone = steady(self._shown, now)
        else:
            shown, self._gone = now, set()
            self._done = {key: words for key, words in self._done.items() if any(one.key == key for one in now)}
        self._shown = shown
        drawn = (tuple(shown), frozenset(self._gone), tuple(self._done.items()))
        if drawn != self._drawn:
            self._drawn = drawn
            self._fill()
        self._say(now)

    def _say(self, now: list[Wait]) -> None:
        ctx, t = self.ctx, self.ctx.t
        if ctx.instructions is None:
            self.show_state(PanelState.EMPTY, Message("instruct.none_here"))
            return
        if not self._shown:
            self.header.set_facts("")
            self.show_state(
                PanelState.EMPTY, Message("instruct.nothing_waits"), (Message("instruct.nothing_waits_why"),)
            )
            return
        self.show_content()
        asks = [one for one in now if one.kind is Kind.ASK]
        facts = t("instruct.waiting_n", n=len(now))
        if asks:
            longest = ctx.clock.now() - min(one.at for one in asks)
            facts = t("instruct.asks_n", n=len(asks), span=t(ages.span(max(longest, 0))))
        self.header.set_facts(facts)

    def _fill(self) -> None:
        focused = next((card.wait.key for card in self.cards if card.isAncestorOf(QApplication.focusWidget() or self)
                        or card.hasFocus()), "")  # fmt: skip
        at = self._scroll.verticalScrollBar().value()
        for card in self.cards:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        inside = self._scroll.widget()
        for n, wait in enumerate(self._shown):
            done = self._done.get(wait.key, "")
            if not done and wait.key in self._gone:
                done = self.ctx.t("instruct.over")
            card = WaitCard(self.ctx.theme, wait, self._choices(wait), self._left, done, inside)
            card.pressed.connect(lambda what, wait=wait: self.press(wait, what))
            self._list.insertWidget(n, card)
            card.show()
            self.cards.append(card)
            if wait.key == focused:
                card.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.verticalScrollBar().setValue(at)

    def _left(self, wait: Wait) -> tuple[str, str]:
        if wait.today:
            return self.ctx.t("instruct.today"), say.CALM
        return say.left_words(self.ctx.t, wait.due, self.ctx.clock.now())

    def _choices(self, wait: Wait) -> list[Choice]:
        t = self.ctx.t

        def why(act: str) -> str:
            can = acts.may(self.ctx, act)
            return t(can) if isinstance(can, Message) else ""

        decide, give = why("decision.give"), why("instruction.give")
        meet = why("case.meet")
        look = Choice("look", t("instruct.look_case" if wait.case else "instruct.look"), link=True)
        match wait.kind:
            case Kind.ASK:
                return [
                    Choice("agree", t("instruct.agree"), decide, primary=True),
                    Choice("instruct", t("instruct.do"), decide),
                    Choice("meet", t("instruct.meet"), meet),
                    Choice("back", t("instruct.back"), decide),
                    look,
                ]
            case Kind.OVERDUE:
                return [
                    Choice("urge", t("instruct.urge"), why("case.urge"), primary=True),
                    Choice("instruct", t("instruct.do"), give),
                    Choice("back", t("instruct.back"), give),
                    look,
                ]
            case Kind.SIGN:
                return [Choice("instruct", t("instruct.ask_owner"), give), look]
            case _:
                urge = [Choice("urge", t("instruct.urge"), why("case.urge"))] if wait.case else []
                meeting = Choice("meet", t("instruct.meet"), meet)
                return [Choice("instruct", t("instruct.do"), give, primary=True), *urge, meeting, look]

    # -- hands

    def press(self, wait: Wait, what: str) -> None:
        """A button of a card, or its key."""
        if wait.key in self._gone or (self._done.get(wait.key) and what != "look"):
            self.ctx.notify(Message("instruct.over"), 0)
            return
        match what:
            case "look":
                self.ctx.selection.select(*wait.item)
                self.ctx.actions.trigger("instruct.look")
            case "agree":
                self._agree(wait)
            case "meet":
                event = wait.target if wait.topic == "event" else ""
                meet(self.ctx, self, wait.case, self._area(wait), event, self.window())
            case "urge":
                self._write(wait, "urge")
            case "back":
                self._write(wait, "refuse" if wait.kind is Kind.ASK else "back")
            case _ if wait.kind is Kind.ASK:
                self._write(wait, "instruct")
            case _:
                self.form = instruct(self.ctx, self, wait.topic, wait.target, self.window())

    def _area(self, wait: Wait) -> str:
        """Code of the area of an event, "" of anything else."""
        row = self.ctx.picture["event"].get(wait.target) if wait.topic == "event" else None
        return str(row["area"]) if row is not None else ""

    def _agree(self, wait: Wait) -> None:
        """At once; where there are choices, one of them."""
        if not wait.options:
            self._decide(wait, "agree", Written(""))
            return
        menu = QMenu(self)
        for n, words in enumerate(wait.options):
            entry = menu.addAction(f"&{n + 1}  {words}")
            entry.triggered.connect(lambda _=False, n=n: self._decide(wait, "agree", Written(""), n + 1))
        menu.aboutToHide.connect(menu.deleteLater)
        card = next((card for card in self.cards if card.wait.key == wait.key), None)
        place = card.buttons["agree"] if card is not None else self
        menu.popup(place.mapToGlobal(place.rect().bottomLeft()))
        menu.setActiveAction(menu.actions()[0])

    def _decide(self, wait: Wait, verdict: str, written: Written, option: int = 0) -> None:
        port = self.ctx.instructions
        ask = port.ask(wait.ask) if port is not None else None
        if ask is None:
            self.ctx.notify(Message("instruct.over"), 0)
            return
        self._mark(wait, f"instruct.is_{verdict}")
        acts.decide(
            self.ctx, self, ask, verdict, written.words, option=option, due=written.due,
            done=lambda problem: self._unmark(wait, problem),
        )  # fmt: skip

    def _write(self, wait: Wait, what: str) -> None:
        """Opens the form for the words that go with an act."""
        t = self.ctx.t

        def give(written: Written) -> None:
            if what in ("instruct", "refuse") and wait.kind is Kind.ASK:
                self._decide(wait, what, written)
            elif what == "urge":
                self._mark(wait, "instruct.is_urged")
                acts.urge(self.ctx, self, wait.case, written.words, lambda problem: self._unmark(wait, problem))
            else:
                self._mark(wait, "instruct.is_back")
                acts.give(self.ctx, self, "case", wait.case, written.words, due=written.due,
                          done=lambda problem: self._unmark(wait, problem))  # fmt: skip

        phrases = {"urge": "urge", "refuse": "back", "back": "back"}.get(what, "case")
        instructs = what == "instruct"
        self.form = WordsForm(
            self.ctx, t(f"instruct.form_{what}"), wait.title, say.phrases(t, phrases), give, self.window(),
            do=t(f"instruct.form_{what}_do"), voice=False, due=instructs or what == "back",
            needs_words=what != "urge",
        )  # fmt: skip
        self.form.open()

    def _mark(self, wait: Wait, words: str) -> None:
        """It is decided here; the card stays where it is until nobody is at it."""
        self._done[wait.key] = self.ctx.t(words, when=ages.hour_minute(self.ctx.clock.now()))
        self._drawn = None
        self._look()

    def _unmark(self, wait: Wait, problem: Message | None) -> None:
        if problem is not None:
            self._done.pop(wait.key, None)
        self._drawn = None
        self._look()

    def take_keyboard(self) -> None:
        """The first card takes it."""
        if self.cards:
            self.cards[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._look()
        return False


PANELS = {"decisions": DecisionsPanel}
