"""Asking the site's model for better words of the briefing that is shown: consent, the way there, what is offered."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog

from cockpit.model.askmodel import ModelState
from cockpit.model.briefings import Reworded, Wanted
from cockpit.model.messages import Message
from widgets.ask.consent import ConsentDialog, ask_consent
from widgets.briefing.wording import WordingPage
from widgets.kit.context import PanelContext


class Bettering(QObject):
    """
    Attributes:
        page: where offers are looked at. busy: something is waited for. open: the page is to be seen.
        consent: what would leave the machine, while it is asked.
        changed: busy or open are others. taken: (blocks) a person wants the briefing in these words.
    """

    changed = Signal()
    taken = Signal(tuple)

    def __init__(self, ctx: PanelContext, page: WordingPage, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._ctx, self._dialog, self.page = ctx, dialog, page
        self.busy = self.open = False
        self.consent: ConsentDialog | None = None
        self._cancel: Callable[[], None] = lambda: None
        page.left.connect(self.leave)
        page.taken.connect(self._take)

    @property
    def state(self) -> ModelState:
        port = self._ctx.wording
        return port.state() if port is not None else ModelState()

    def ask(self, wanted: Wanted) -> None:
        """Asks for other words, after consent."""
        port, state = self._ctx.wording, self.state
        if port is None or not state.on or self.busy or self.open:
            return
        if state.consented:
            self._offer(wanted)
            return
        self._set(busy=True)
        self._cancel = port.preview(wanted, self._here(lambda body: self._ask_consent(wanted, body)))

    def _ask_consent(self, wanted: Wanted, body: str | Message) -> None:
        self._set(busy=False)
        if isinstance(body, Message):
            self._ctx.notify(body, 0)
            return
        port = self._ctx.wording
        assert port is not None
        dialog, state = self._dialog, self.state
        self.consent = ask_consent(self._ctx, port, state, body, "wording", dialog, lambda: self._offer(wanted))
        self.consent.finished.connect(self._asked)

    def _asked(self) -> None:
        self.consent = None

    def _offer(self, wanted: Wanted) -> None:
        port, state = self._ctx.wording, self.state
        assert port is not None
        self.page.show_progress(0, 1, state.host)
        self._set(busy=True, open=True)
        self.page.leave.setFocus()

        def done(offers: tuple[Reworded, ...] | Message) -> None:
            if isinstance(offers, Message) or not offers:
                self._set(busy=False, open=False)
                self._ctx.notify(offers if isinstance(offers, Message) else Message("briefing.better_none"), 0)
                return
            self._set(busy=False, open=True)
            self.page.show_offers(offers, state.model, state.host)

        def progress(n: int, of: int) -> None:
            self.page.show_progress(n, of, state.host)

        self._cancel = port.offers(wanted, self._here(done), self._here(progress))

    def _take(self, blocks: tuple[int, ...]) -> None:
        self._set(busy=False, open=False)
        self.taken.emit(blocks)

    def leave(self) -> None:
        """Nothing of it; what is waited for ends."""
        if self.busy:
            self._cancel()
        self._set(busy=False, open=False)

    def _set(self, busy: bool = False, open: bool = False) -> None:
        self.busy, self.open = busy, open
        self.changed.emit()

    def _here(self, done: Callable[..., None]) -> Callable[..., None]:
        """`done`, called only as long as the window is there."""
        return lambda *given: done(*given) if shiboken6.isValid(self) else None
