"""电话受理: a case is taken down while the caller speaks. What is open nearby is seen before it is saved.

The form lies over the page of what is selected and leaves selection and queue as they are. A form that is closed keeps
what was typed until it is saved or cleared.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from cockpit.model.ages import countdown
from cockpit.model.entries import AddNote, OpenCase
from cockpit.model.messages import Message
from widgets.kit.buttons import KeyButton, disable, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.loopwords import item_of, number_of
from widgets.kit.panel import Panel, guarded
from widgets.kit.scrolling import scrolled
from widgets.lists.areas import AreaTree
from widgets.lists.parts import PAD
from widgets.lists.question import Question
from widgets.lists.words import EventWords
from widgets.orders.pieces import Checks
from widgets.telephone.around import Known, known_around
from widgets.telephone.draft import CallDraft
from widgets.telephone.form import LEVELS, CallForm
from widgets.telephone.known import KnownBlock

CLOSE, ORDER = "desk.telephone_close", "order.draft"
"""Commands that it runs: closing it, and going on to the order."""


class TelephonePanel(Panel):
    """The form of a call.

    Attributes:
        form, known: its fields, and what is open nearby.
        save, save_order: its buttons.
        problem: why it can not be saved, or was not.
    """

    panel_id: ClassVar[str] = "telephone"
    topics: ClassVar[frozenset[str]] = frozenset({"case", "event", "area", "unit"})
    title_id: ClassVar[str] = "telephone.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._areas = AreaTree(ctx.picture["area"])
        self._sending = False
        self._known_kind = ""
        self.form = CallForm(ctx, self._areas, CallDraft(), self.content)
        self.known = KnownBlock(ctx, self.content)
        self.checks = Checks(ctx.theme)
        self.problem = QLabel(self.content)
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.save = KeyButton("", "Ctrl+S", ctx.theme, parent=self.content)
        self.save_order = KeyButton("", "Ctrl+Enter", ctx.theme, "primary", self.content)
        self.close_ = icon_button("close", "", ctx.theme, self._close)
        self.header.right.addWidget(self.close_)
        self._lay_out()
        self.form.changed.connect(self._changed)
        self.form.moved.connect(self._moved)
        self.form.pick.connect(self._want_place)
        self.known.joined.connect(self._join)
        self.save.clicked.connect(lambda: self._save(False))
        self.save_order.clicked.connect(lambda: self._save(True))
        self.form.words.left.connect(self._close)
        for field in self.form.fields:
            field.installEventFilter(self)
        ctx.picking.picked.connect(self._picked)
        ctx.picking.left.connect(self._back_to_form)
        self.retranslate()
        self.refresh(self.topics)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        page = QWidget()
        down = QVBoxLayout(page)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        down.addWidget(self.form)
        down.addWidget(self.known)
        down.addStretch(1)
        self._scroll = scrolled(self.content, page)
        foot = QVBoxLayout()
        foot.setContentsMargins(PAD, 8, PAD, 12)
        foot.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for one in (self.save_order, self.save):
            one.setProperty("big", "true")
        buttons.addWidget(self.save_order, 3)
        buttons.addWidget(self.save, 2)
        foot.addWidget(self.checks)
        foot.addWidget(self.problem)
        foot.addLayout(buttons)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)

    # -- opening and closing

    def take_keyboard(self) -> None:
        """Begins a call, or goes on with the one that was begun."""
        if not self.form.draft.began:
            self.form.draft.began = self.ctx.clock.now()
        self.form.take_keyboard()
        self._show_mark()
        self.age_tick()

    def leave(self) -> None:
        """It is closed; what was typed stays."""
        self.ctx.picking.leave()
        self.ctx.picking.show(None)
        if self.form.draft.empty:
            self.form.draft.began = 0

    def clear(self) -> None:
        """Throws away what was typed."""
        self.form.draft = CallDraft(began=self.ctx.clock.now())
        self.form.show_draft()
        self._moved()
        self.form.take_keyboard()

    def _close(self) -> None:
        self.ctx.actions.trigger(CLOSE)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        self._changed()
        self._show_known()

    def age_tick(self) -> None:
        super().age_tick()
        draft = self.form.draft
        on = self.ctx.clock.now() - draft.began
        self.set_age(Message("telephone.began", {"clock": countdown(on)}) if draft.began and not draft.empty else None)

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        self.form.retranslate()
        self.save.setText(t("telephone.save"))
        self.save_order.setText(t("telephone.save_order"))
        dress_icon_button(self.close_, "close", t("telephone.close"), self.ctx.theme)
        self._changed()
        self._show_known(anew=True)

    def retheme(self) -> None:
        super().retheme()
        theme = self.ctx.theme
        self.form.retheme()
        self.checks.theme = theme
        for one in (self.save, self.save_order):
            one.retheme(theme)
        dress_icon_button(self.close_, "close", self.ctx.t("telephone.close"), theme)
        self._changed()
        self._show_known(anew=True)

    def fill_menu(self, menu: QMenu) -> None:
        menu.addAction(self.ctx.t("telephone.clear")).triggered.connect(self.clear)

    # -- the place

    def _want_place(self) -> None:
        self.ctx.picking.want()

    def _picked(self, lon: float, lat: float) -> None:
        self.form.place_at(lon, lat)
        self._back_to_form()

    def _back_to_form(self) -> None:
        if self.isVisible():
            self.form.take_keyboard()

    def _moved(self) -> None:
        self._show_mark()
        self._changed()
        self._show_known()

    def _show_mark(self) -> None:
        draft = self.form.draft
        words = draft.place.strip() or self.ctx.t("telephone.mark")
        shown = draft.placed and self.isVisible()
        self.ctx.picking.show((draft.lon, draft.lat, words) if shown else None)

    def _show_known(self, anew: bool = False) -> None:
        draft = self.form.draft
        if draft.placed:
            say = EventWords(self.ctx.t, self.ctx.pack, self._areas)
            self.known.tell(known_around(self.ctx, say, draft.lon, draft.lat, draft.kind), anew)
        else:
            self.known.tell(None, anew)
        # what was just made comes where it stands, not behind all else
        stops = [*self.form.stops, *self.known.stops, self.save_order, self.save, self.close_]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    # -- what the rules say

    def _changed(self) -> None:
        ctx, draft = self.ctx, self.form.draft
        missing = draft.missing()
        checks = ctx.cases.checks(OpenCase(draft.new_case(ctx.pack)), "") if missing is None else []
        self.checks.tell(checks, ctx.t)
        self.checks.setVisible(bool(checks))
        self._say(missing if not draft.empty else None, self.checks.why)
        for one in (self.save, self.save_order):
            disable(one, ctx.t(missing) if missing is not None else self.checks.why)
        if self._known_kind != draft.kind:
            self._known_kind = draft.kind
            self._show_known()

    def _say(self, missing: Message | None, why: str = "", failed: bool = False) -> None:
        theme = self.ctx.theme
        words = why or (self.ctx.t(missing) if missing is not None else self.ctx.t("telephone.hint"))
        token = "red_text" if why or failed else "t3"
        self.problem.setText(words)
        self.problem.setStyleSheet(f"color: {theme.hex(token)}; font-size: {theme.px('small')}px;")

    # -- saving

    def _save(self, then_order: bool) -> None:
        """Opens the case; with `then_order` the order form of it follows."""
        draft, ctx = self.form.draft, self.ctx
        if self._sending or self.form.composing or not self.save.isEnabled():
            return
        self._submit(OpenCase(draft.new_case(ctx.pack)), "", draft.texts(), "telephone.saved", then_order)

    def _join(self, known: Known) -> None:
        """The call is about something that is open already: a note to its case, or the case of its event."""
        draft, ctx = self.form.draft, self.ctx
        if self._sending:
            return
        if known.case:
            words = draft.note() or ctx.t("telephone.called_again")
            self._submit(AddNote(), known.case, {"words": words}, "telephone.joined", False)
            return
        row = ctx.picture["event"].get(known.event)
        if row is None:
            self._say(Message("telephone.event_gone"), failed=True)
            return
        about = CallDraft(
            kind=row["kind"], level=min(int(row["level"]), 4), lon=row["lon"], lat=row["lat"], area=row["area"],
            place=row["place"], name=draft.name, number=draft.number, words=draft.words,
        )  # fmt: skip
        act = OpenCase(about.new_case(ctx.pack, known.event))
        self._submit(act, "", about.texts(), "telephone.joined_event", False)

    def _submit(self, act: OpenCase | AddNote, case: str, texts: dict[str, str], said: str, then_order: bool) -> None:
        self._sending = True
        ident = ""

        def durable(problem: Message | None) -> None:
            self._sending = False
            if problem is not None:
                self._say(problem, failed=True)  # nothing is lost: the form stays as it is
                return
            self._done(ident, said, then_order)

        ident = self.ctx.cases.submit(act, case, texts, Question(self, durable).answer)

    def _done(self, ident: str, said: str, then_order: bool) -> None:
        ctx = self.ctx
        case = ctx.cases.case(ident)
        number = number_of(case) if case is not None else Message("cases.no_number")
        ctx.notify(Message(said, {"number": number}), 0)
        self.form.draft = CallDraft()
        self.form.show_draft()
        self._moved()
        self._close()
        if then_order:
            ctx.selection.select(*(item_of(case, ctx.picture) if case is not None else ("case", ident)))
            QTimer.singleShot(0, self, lambda: ctx.actions.trigger(ORDER))

    # -- the keyboard

    def _keys(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does here."""
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held == Qt.KeyboardModifier.ControlModifier and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return lambda: self._save(True)
        if held == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_S:
            return lambda: self._save(False)
        if held == Qt.KeyboardModifier.AltModifier and key == Qt.Key.Key_M:
            return self._want_place
        if held == Qt.KeyboardModifier.AltModifier and Qt.Key.Key_1 <= key < Qt.Key.Key_1 + len(LEVELS):
            return lambda: self.form.choose_level(key - Qt.Key.Key_0)
        if held == Qt.KeyboardModifier.NoModifier and key == Qt.Key.Key_Escape:
            return self._close
        return None

    def event(self, event: QEvent) -> bool:
        # keys of this form are not those of the window while the keyboard is in it: Ctrl+Enter saves
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._keys(event):
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # a line of text takes Alt with a letter for that letter
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or event.key() == Qt.Key.Key_Escape:
            return False
        run = self._keys(event)
        if run is not None and not event.isAutoRepeat():
            run()
        return run is not None

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        run = self._keys(event)
        if run is None or event.isAutoRepeat():
            super().keyPressEvent(event)
        else:
            run()


PANELS = {"telephone": TelephonePanel}
