"""While the model of the site works: which question it has, what it asks of this machine, what is proven so far."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.askmodel import ModelState, ModelStep
from widgets.kit.buttons import KeyButton
from widgets.kit.context import PanelContext
from widgets.kit.label import label

MOST = 7
"""Steps that are listed; older ones are counted."""
TOOLS = frozenset({"find", "figure", "split", "trend", "rows", "league"})


class WorkingPage(QWidget):
    """
    Attributes:
        steps: a line each. text: sentences whose figures are proven. stop: ends it.
        stopped: a person wants it to end.
    """

    stopped = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self._began = 0.0
        self.title = label("", self, role="", style="row_title", wrap=False)
        self.asked = label("", self, role="t2")
        self.steps = label("", self, role="t2")
        self.text = label("", self, role="", style="title")
        self.note = label("", self, role="t3")
        self.stop = KeyButton("", "Esc", ctx.theme, parent=self)
        self.stop.clicked.connect(lambda _checked=False: self.stopped.emit())
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        for one in (self.asked, self.text, self.steps):
            column.addWidget(one)
        column.addStretch(1)
        column.addWidget(self.note)
        self.dress()

    def begin(self) -> None:
        """A question was put just now."""
        self._began = self.ctx.clock.mono()
        self.stop.setFocus()

    def show_steps(self, question: str, state: ModelState, steps: tuple[ModelStep, ...]) -> None:
        t = self.ctx.t
        took = max(0, round(self.ctx.clock.mono() - self._began))
        self.title.setText(t("ask.working", model=state.model, host=state.host, s=took))
        self.asked.setText(t("ask.your_question") + question)
        lines = [self._line(step, at == len(steps) - 1) for at, step in enumerate(steps)]
        left_out = [t("ask.step_more", n=len(lines) - MOST)] if len(lines) > MOST else []
        self.steps.setText("\n".join([*left_out, *lines[-MOST:]]))
        written = [step.text for step in steps if step.state == "writing" and step.text]
        self.text.setText(written[-1] if written else "")
        self.text.setVisible(bool(written))

    def _line(self, step: ModelStep, last: bool) -> str:
        t = self.ctx.t
        if step.state == "tool":
            name = t(f"ask.tool_{step.tool}") if step.tool in TOOLS else step.tool
            said = t("ask.step_tool", tool=name)
        else:
            said = t("ask.step_writing" if step.state == "writing" else "ask.step_asking")
        return f"{'…' if last else '✓'}  {said}"

    def dress(self) -> None:
        """Theme or language are others."""
        t = self.ctx.t
        self.stop.setText(t("ask.stop"))
        self.stop.retheme(self.ctx.theme)
        self.note.setText(t("ask.working_note"))
