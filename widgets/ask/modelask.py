"""The model of the site at the question's panel: asked with consent only, its answers judged, what left shown."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from cockpit.model.asking import Told
from cockpit.model.askmodel import ModelState
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from widgets.ask.consent import ConsentDialog, ask_consent
from widgets.ask.modellog import ModelLogDialog
from widgets.drill.words import DrillWords
from widgets.kit.panel import PanelContext

MODEL_KEY, LOG_KEY = "Ctrl+Alt+S", "Ctrl+Alt+G"
TAKE_KEY, LEAVE_KEY = "Ctrl+Alt+F", "Ctrl+Shift+X"


class ModelAsk:
    """What the panel does with the model.

    Attributes:
        state: whether there is one, as of the last look. dialog: the consent that is asked for. log: what left.
    """

    def __init__(self, ctx: PanelContext, words: DrillWords, over: QWidget) -> None:
        self._ctx, self._words, self._over = ctx, words, over
        self.state = ModelState()
        self.dialog: ConsentDialog | None = None
        self.log: ModelLogDialog | None = None

    def look(self) -> bool:
        """Whether the state is another than before."""
        port, before = self._ctx.ask_model, self.state
        self.state = port.state() if port is not None else ModelState()
        return self.state != before

    def can(self) -> bool | Message:
        """Whether what is shown can be put to the model, or why not."""
        asked = self._ctx.questioning
        if not self.state.on:
            return self.state.why or Message("ask.no_model")
        if asked.modelling:
            return Message("ask.model_works")
        return bool(self.question()) or Message("ask.no_answer_yet")

    def question(self) -> str:
        """What would be put: the question; one that leans on the one before with what was understood of it."""
        asked = self._ctx.questioning
        told = asked.told
        if asked.declined is not None:
            return asked.declined.text or asked.text
        if told is None or told.model is not None:
            return told.understood.text if told is not None else ""
        scope = told.understood.scope
        if not asked.leans or scope.unit or scope.place or scope.key:
            return told.understood.text
        return f"{told.understood.text} ({self._words.scope(scope)})"

    # -- asking

    def ask(self) -> None:
        """Puts it, after consent."""
        port, text = self._ctx.ask_model, self.question()
        if port is None or self.can() is not True:
            return
        self.look()
        if self.state.consented:
            self._ctx.questioning.ask_model(self._ctx, text)
            return
        try:
            body = port.preview(text)
        except CockpitError as error:
            self._ctx.notify(error.message, 0)
            return
        over = self._over.window()
        self.dialog = ask_consent(self._ctx, port, self.state, body, "ask", over, lambda: self._agreed(text))
        self.dialog.finished.connect(self._asked)

    def _asked(self) -> None:
        self.dialog = None

    def _agreed(self, text: str) -> None:
        self.look()
        self._ctx.questioning.ask_model(self._ctx, text)

    # -- afterwards

    @property
    def told(self) -> Told | None:
        """The answer of a model that is shown."""
        told = self._ctx.questioning.told
        return told if told is not None and told.model is not None and self._ctx.questioning.declined is None else None

    def can_judge(self) -> bool | Message:
        return self.told is not None or Message("ask.no_model_answer")

    def judge(self, accepted: bool) -> None:
        """Keeps beside the record what the person made of the answer."""
        port, told = self._ctx.ask_model, self.told
        if port is None or told is None or told.model is None:
            return
        try:
            port.judge(told.model.log, accepted)
        except CockpitError as error:
            self._ctx.notify(error.message, 0)
            return
        self._ctx.notify(Message("ask.judged_taken" if accepted else "ask.judged_left"), 0)

    def can_list(self) -> bool | Message:
        wording = self._ctx.wording
        return self.state.on or (wording is not None and wording.state().on) or Message("ask.no_model")

    def show_log(self) -> None:
        """What left the machine, and what came of it."""
        port = self._ctx.ask_model
        if port is None:
            return
        if self.log is not None:
            self.log.raise_()
            return
        self.log = ModelLogDialog(self._ctx, port, self.state, self._over.window())
        self.log.finished.connect(self._listed)
        self.log.open()

    def _listed(self) -> None:
        if self.log is not None:
            self.log.deleteLater()
            self.log = None
        self.look()

    def close(self) -> None:
        for dialog in (self.dialog, self.log):
            if dialog is not None:
                dialog.reject()
