"""What is asked in plain words at this desk: one question, its answer, and the steps of the way that are answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cockpit.model.asking import Declined, Told, Understood
from cockpit.model.askmodel import ModelStep

if TYPE_CHECKING:
    from cockpit.model.asking import Chip, Choice
    from cockpit.model.messages import Message
    from cockpit.model.scope import Scope
    from widgets.kit.context import PanelContext

HISTORY = "ask.history"
"""Preference: what was asked, the newest last. It may name a person."""
MOST_ASKED, MOST_LETTERS = 100, 200
TOPIC = "topic"
"""The selection of a topic's page, which an answer takes the place of."""


class _Wanted(QObject):
    """One answer that is waited for; a newer question drops it."""

    def __init__(self, parent: QObject, came: Callable[[Told | Declined], object]) -> None:
        super().__init__(parent)
        self._came: Callable[[Told | Declined], object] | None = came
        self.cancel: Callable[[], None] = lambda: None

    def answer(self, said: Told | Declined) -> None:
        came, self._came = self._came, None
        if came is not None:
            self.deleteLater()
            came(said)

    def drop(self) -> None:
        if self._came is not None:
            self._came = None
            self.cancel()
            self.deleteLater()


class Questioning(QObject):
    """The question of this desk, for the box that takes it, the page that answers it and the window around them.

    Attributes:
        text: as it was put last. told: what is answered, None nothing. declined: why it is not, None it is.
        pending: a question that waits until the archive is read. leans: it was put on top of the one before.
        modelling: the question that the model of the site works on, "" none. steps: how far it is, the newest last.
        refused: why the model gave no answer to what is shown, None it was not asked or did.
        changed: one of these is another. wanted: the page of the answer is to be seen. typed: the box is wanted, with
            these words in it.
    """

    changed = Signal()
    wanted = Signal()
    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.told: Told | None = None
        self.declined: Declined | None = None
        self.pending: tuple[str, Understood | None] | None = None
        self.leans = False
        self.modelling = ""
        self.steps: tuple[ModelStep, ...] = ()
        self.refused: Message | None = None
        self._open: _Wanted | None = None
        self._steps: dict[int, tuple[Scope, Told]] = {}

    @property
    def busy(self) -> bool:
        """Whether an answer is waited for."""
        return self._open is not None or self.pending is not None

    # -- asking

    def ask(self, ctx: PanelContext, text: str, context: Understood | None = None) -> None:
        """Puts a question. Args: context: of the one that it leans on."""
        text = text.strip()[:MOST_LETTERS]
        if not text:
            return
        self._begin(text, keep=context is not None)
        self.leans = context is not None
        if context is None:
            self.remember(ctx, text)
        if ctx.asking is not None and (ctx.insight is None or not ctx.insight.version):
            self.pending = (text, context)
        elif ctx.asking is not None:
            asking = ctx.asking
            self._want(ctx, lambda done: asking.ask(text, context, done))
        self.wanted.emit()
        self.changed.emit()

    def resume(self, ctx: PanelContext) -> None:
        """Asks what waited for the archive."""
        if self.pending is not None and ctx.insight is not None and ctx.insight.version and ctx.asking is not None:
            (text, context), self.pending = self.pending, None
            asking = ctx.asking
            self._want(ctx, lambda done: asking.ask(text, context, done))
            self.changed.emit()

    def edit(self, ctx: PanelContext, chip: Chip, choice: Choice | None) -> None:
        """The same with another choice in the place of a chip, None: without it; it takes the answer's place."""
        told, asking = self.told, ctx.asking
        if told is not None and asking is not None:
            self._drop()
            self._want(ctx, lambda done: asking.edit(told.understood, chip, choice, done), instead=True)
            self.changed.emit()

    def again(self, ctx: PanelContext, understood: Understood, instead: bool = False) -> None:
        """Answers what was understood once more. Args: instead: in the place of the answer of now."""
        asking = ctx.asking
        if asking is not None:
            self._begin(understood.text, keep=instead)
            self._want(ctx, lambda done: asking.again(understood, done), instead)
            self.wanted.emit()
            self.changed.emit()

    # -- the model of the site

    def ask_model(self, ctx: PanelContext, text: str) -> None:
        """Puts a question to the model, with consent. What is shown stays until it answers, and where it does not."""
        port, text = ctx.ask_model, text.strip()[:MOST_LETTERS]
        if port is None or not text:
            return
        self._drop()
        self.modelling, self.refused = text, None
        self._want(ctx, lambda done: port.ask_model(text, None, done, self._stepped))
        self.wanted.emit()
        self.changed.emit()

    def cancel_model(self) -> bool:
        """Ends what the model works on; whether it worked."""
        if not self.modelling:
            return False
        self._drop()
        self.changed.emit()
        return True

    def _stepped(self, step: ModelStep) -> None:
        if self.modelling:
            same = self.steps and step.state == "writing" == self.steps[-1].state
            self.steps = (*(self.steps[:-1] if same else self.steps), step)
            self.changed.emit()

    def _begin(self, text: str, keep: bool) -> None:
        self._drop()
        self.text, self.declined, self.refused = text, None, None
        if not keep:
            self.told = None

    def _drop(self) -> None:
        self.pending = None
        self.modelling, self.steps = "", ()
        if self._open is not None:
            self._open.drop()
            self._open = None

    def _want(self, ctx: PanelContext, ask: Callable[[Callable[[Told | Declined], None]], Callable[[], None]],
              instead: bool = False) -> None:  # fmt: skip
        wanted = self._open = _Wanted(self, lambda said: self._came(ctx, said, instead))
        cancel = ask(wanted.answer)
        if self._open is wanted:
            wanted.cancel = cancel

    def _came(self, ctx: PanelContext, said: Told | Declined, instead: bool) -> None:
        self._open = None
        asked, self.modelling, self.steps = self.modelling, "", ()
        if isinstance(said, Declined) and asked:
            self.refused = said.why
            self.changed.emit()
            return
        if isinstance(said, Declined):
            self.declined = said
            self.changed.emit()
            return
        self.told, self.declined = said, None
        self._step(ctx, said, instead)
        self.changed.emit()

    # -- the way

    def _step(self, ctx: PanelContext, told: Told, instead: bool) -> None:
        """An answer is a step of the way, also one of the scope that is looked at already: map, breadcrumbs, link and
        wall follow it, and Back comes home to it."""
        drill, scope = ctx.drill, told.understood.scope
        if drill is None:
            return
        instead = instead and self.here(ctx) is not None
        depth = drill.depth + (0 if instead else 1)
        self._steps = {at: step for at, step in self._steps.items() if at < depth}
        self._steps[depth] = (scope, told)
        if instead:
            drill.replace(scope)
        else:
            drill.push(scope, again=True)
        if drill.depth != depth:  # a long way forgot a step
            self._steps[drill.depth] = self._steps.pop(depth)
        if ctx.selection.topic == TOPIC:
            ctx.selection.clear()

    def here(self, ctx: PanelContext) -> Told | None:
        """The answer that the step of the way of now is, None where it is none."""
        drill = ctx.drill
        found = self._steps.get(drill.depth) if drill is not None else None
        if drill is None or found is None:
            return None
        scope, told = found
        moved = scope.span.word and scope.span.word == drill.scope.span.word
        same = drill.scope == scope or (moved and drill.scope.with_(span=scope.span) == scope)
        return told if same else None

    def restore(self, ctx: PanelContext) -> bool:
        """Shows the answer of this step again, where it is one."""
        told = self.here(ctx)
        if told is None or (told is self.told and self.declined is None):
            return told is not None
        self._drop()
        self.told, self.declined, self.refused, self.text = told, None, None, told.understood.text
        self.changed.emit()
        return True

    # -- what was asked before

    @staticmethod
    def history(ctx: PanelContext) -> list[str]:
        """What was asked, the newest last."""
        kept = ctx.prefs.get(HISTORY, [])
        return [text for text in kept if isinstance(text, str)] if isinstance(kept, list) else []

    def remember(self, ctx: PanelContext, text: str) -> None:
        before = [one for one in self.history(ctx) if one != text]
        ctx.prefs.set(HISTORY, [*before, text][-MOST_ASKED:])
