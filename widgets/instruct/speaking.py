"""A sentence spoken instead of written: recorded, heard again, kept for the hub as recordings of calls are."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.lists.question import Question

MOST_SECONDS = 120


class Speaking(QWidget):
    """A row: 录音, then how long it is, 试听, 删除.

    Attributes:
        sha, seconds: of what was recorded; "" and 0.0 while there is nothing.
        changed: there is something, or nothing any more.
        record, play, drop: its buttons.
    """

    changed = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.sha, self.seconds = "", 0.0
        self._sound = b""
        self._since = 0
        self._gone = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        t = ctx.t
        self.record = button(t("instruct.speak"), self.toggle, parent=self)
        self.says = label("", self, role="t3", wrap=False)
        self.play = button(t("instruct.hear"), self._play, parent=self)
        self.drop = button(t("instruct.drop"), self._drop, parent=self)
        for one in (self.record, self.play, self.drop):
            one.setAutoDefault(False)
            row.addWidget(one)
        row.insertWidget(1, self.says)
        row.addStretch(1)
        self._ticks = QTimer(self, interval=200)
        self._ticks.timeout.connect(self._tick)
        self._show()

    @property
    def recording(self) -> bool:
        return bool(self._since)

    def toggle(self) -> None:
        """Begins or ends."""
        port = self._ctx.calls
        if port is None:
            return
        if self._since:
            self._since = 0
            self._ticks.stop()
            port.record_voice(False, Question(self, self._spoken).answer)
        else:
            self._since = self._ctx.clock.now()
            self._ticks.start()
            port.record_voice(True, Question(self, self._began).answer)
        self._show()

    def leave(self) -> None:
        """It is closed; what is being recorded is thrown away."""
        self._gone = True
        if self._since and self._ctx.calls is not None:
            self._since = 0
            self._ctx.calls.record_voice(False, Question(self, lambda _said: None).answer)

    def _began(self, said: tuple[bytes, float] | Message) -> None:
        if isinstance(said, Message):
            self._since = 0
            self._ticks.stop()
            self._show(said)

    def _spoken(self, said: tuple[bytes, float] | Message) -> None:
        if isinstance(said, Message) or not said[0]:
            self._show(said if isinstance(said, Message) else None)
            return
        self._sound, self.seconds = said
        port = self._ctx.calls
        if port is not None:
            port.keep_sound(self._sound, Question(self, self._kept).answer)

    def _kept(self, said: str | Message) -> None:
        if isinstance(said, Message):
            self._sound, self.seconds = b"", 0.0
            self._show(said)
        else:
            self.sha = said
            self._show()
        self.changed.emit()

    def _play(self) -> None:
        problem = self._ctx.calling.play(self._sound) if self._sound else None
        if problem is not None:
            self._show(problem)

    def _drop(self) -> None:
        self._sound, self.sha, self.seconds = b"", "", 0.0
        self._show()
        self.changed.emit()

    def _tick(self) -> None:
        if (self._ctx.clock.now() - self._since) // SECOND >= MOST_SECONDS:
            self.toggle()
        self._show()

    def _show(self, problem: Message | None = None) -> None:
        t = self._ctx.t
        seconds = (self._ctx.clock.now() - self._since) // SECOND if self._since else round(self.seconds)
        self.record.setText(t("instruct.speak_end") if self._since else t("instruct.speak"))
        self.record.setVisible(not self.sha)
        for one in (self.play, self.drop):
            one.setVisible(bool(self.sha))
        words = t(problem) if problem is not None else ""
        if not words and self._since:
            words = t("instruct.speaking", seconds=seconds, most=MOST_SECONDS)
        elif not words and self.sha:
            words = t("instruct.spoken", seconds=max(1, seconds))
        self.says.setText(words)
        disable(self.record, t("callsui.no_calls") if self._ctx.calls is None else "")
