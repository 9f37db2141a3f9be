"""The frame that every panel has: title, age, one place for facts or a button, one for its menu, and its states.

A panel that fails, in a refresh or while it paints, shows so in its own frame with the number of the report; the
others go on. A file of panels registers by `PANELS = {"queue": QueuePanel}` at module level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QMenu, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import topic_age
from widgets.kit.header import PanelHeader
from widgets.kit.states import PanelState, StateText, StateView

__all__ = ["Pane", "Panel", "PanelContext", "PanelState", "guarded"]

_GUARDED = ("refresh", "age_tick", "retranslate", "retheme", "paintEvent", "resizeEvent", "mousePressEvent")


def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let what `method` raises end in the error state of the panel that its widget lies in, and nowhere else.

    For methods of a panel and of the widgets inside it (`paintEvent`, mouse and timer handlers). The named methods of
    `Panel` are wrapped of themselves.
    """

    @wraps(method)
    def call(self: QWidget, *args: Any, **kwargs: Any) -> Any:
        panel = panel_of(self)
        if panel is not None and panel.failed:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            if panel is None:
                raise
            panel.fail(error)
            return None

    return call


def panel_of(widget: QObject | None) -> Pane | None:
    """The pane (panel or bar) that a widget is, or lies in."""
    while widget is not None and not isinstance(widget, Pane):
        widget = widget.parent()
    return widget


class Pane(QFrame):
    """What an engine puts into a region: a panel with its frame, or a bar. It keeps its own failures to itself.

    Attributes:
        panel_id: name in layouts and preferences.
        topics: tables of the picture whose change brings a `refresh`.
        for_visitors: of a third party's panel: visitors may see all that it shows (scenes of `privacy = "visitor"`).
        ctx: what it was handed.
        reopened: emitted after it began anew.
    """

    panel_id: ClassVar[str] = ""
    for_visitors: ClassVar[bool] = False
    topics: ClassVar[frozenset[str]] = frozenset()

    reopened = Signal()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in _GUARDED:
            if name in cls.__dict__:
                setattr(cls, name, guarded(cls.__dict__[name]))

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setObjectName(self.panel_id)
        self._error: BaseException | None = None

    def refresh(self, topics: frozenset[str]) -> None:
        """Tables of `topics` changed; called once a tick at most."""

    def age_tick(self) -> None:
        """A second passed: bring ages and countdowns up to date."""

    def retranslate(self) -> None:
        """The language changed."""

    def retheme(self) -> None:
        """The theme changed; the stylesheet is the application's."""

    def restart(self) -> None:
        """Begin anew after an error; a panel with a state of its own drops it here, then calls this."""
        self.retheme()
        self.retranslate()
        self.refresh(self.topics)
        self.age_tick()

    @property
    def failed(self) -> bool:
        return self._error is not None

    def fail(self, error: BaseException) -> None:
        """Our bug: report it and show the error state. Safe to call while painting."""
        if self._error is not None:
            return
        self._error = error
        number = self.ctx.report(error, self.panel_id)
        QTimer.singleShot(0, self, lambda: self.show_failure(number))

    def show_failure(self, number: str) -> None:
        """Show that it failed; `number` is the report's, "" where there is none."""

    def reopen(self) -> None:
        """Begin anew after an error, or because a person wants it."""
        self._error = None
        try:
            self.restart()
        except Exception as error:
            self.fail(error)
        self.reopened.emit()


class Panel(Pane):
    """One panel in its frame.

    Attributes:
        title_id: id of its title in the catalogue.
        age_topic: the table whose feeds' age stands beside the title; "" when the panel says its age itself.
        content: where a panel puts its own widgets.
        header: the title line.
    """

    title_id: ClassVar[str] = ""
    age_topic: ClassVar[str] = ""

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("frame", "panel")
        self._text: StateText | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.header = PanelHeader(ctx, self)
        self.header.set_menu(self._fill_menu)
        self.content = QWidget(self)
        self._state = StateView(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.content)
        self._stack.addWidget(self._state)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)
        self._name()

    # What a panel says of itself; a subclass takes what it needs.

    def age_tick(self) -> None:
        """A second passed: bring ages and countdowns up to date."""
        if self.age_topic:
            age = topic_age(self.ctx, self.age_topic)
            self.set_age(age.words, age.old)

    def retranslate(self) -> None:
        """The language changed."""
        self._name()
        self.header.retranslate()
        if self._text is not None:
            self._state.show_text(self._text, self.ctx.t, self.ctx.theme)

    def retheme(self) -> None:
        """The theme changed; the stylesheet is the application's."""
        self.header.retheme()
        if self._text is not None:
            self._state.show_text(self._text, self.ctx.t, self.ctx.theme)
        self.update()

    def fill_menu(self, menu: QMenu) -> None:
        """Add to the panel's menu; called each time it opens."""

    # What it is told.

    def set_age(self, age: Message | None, stale: bool = False) -> None:
        """The age beside the title, in words."""
        self.header.set_age(age, stale)

    def set_facts(self, facts: Message | str | None) -> None:
        """The one line of facts at the right of the header."""
        self.header.set_facts(facts)

    def show_content(self) -> None:
        """Show the content again; does nothing after an error, which only a person ends."""
        if self._error is None and self._text is not None:
            self._text = None
            self._stack.setCurrentWidget(self.content)

    def show_state(
        self,
        state: PanelState,
        title: Message,
        lines: Sequence[Message] = (),
        buttons: Sequence[tuple[Message, Callable[[], object]]] = (),
    ) -> None:
        """Show a state in place of the content; the same again is kept as it is, with the focus in it."""
        if self._error is not None and state is not PanelState.ERROR:
            return
        text = StateText(state, title, tuple(lines), tuple(buttons))
        told = self._text
        if told is not None and (told.state, told.title, told.lines) == (text.state, text.title, text.lines):
            return
        self._text = text
        self._state.show_text(text, self.ctx.t, self.ctx.theme)
        self._stack.setCurrentWidget(self._state)

    @property
    def state(self) -> PanelState | None:
        """The state shown in place of the content, None when the content is."""
        return self._text.state if self._text else None

    def show_failure(self, number: str) -> None:
        kept = Message("kit.error_kept", {"number": number}) if number else Message("kit.error_logged")
        self.set_age(Message("kit.panel_off"))
        self.show_state(PanelState.ERROR, Message("kit.error_title"), (kept,), ((Message("kit.reopen"), self.reopen),))

    def reopen(self) -> None:
        self._error = None
        self.set_age(None)
        self.show_content()
        super().reopen()

    def _fill_menu(self, menu: QMenu) -> None:
        self.fill_menu(menu)
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(self.ctx.t("kit.reopen")).triggered.connect(self.reopen)

    def _name(self) -> None:
        title = self.ctx.t(self.title_id) if self.title_id else ""
        self.header.set_title(title)
        self.setAccessibleName(title)
