"""What every page of the drill panel has: the scope, whom to ask, and the step further."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from cockpit.model.insight import Figure, Row
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from widgets.drill.asking import Asker
from widgets.drill.pieces.waiting import Waiting
from widgets.drill.words import DrillWords
from widgets.kit.context import PanelContext
from widgets.kit.label import label

PATIENCE = 200
"""ms from which a page says that it waits: a shorter wait would only flicker."""


@dataclass
class DrillDesk:
    """What pages share.

    Attributes:
        push: a further step of the way. replace: the same step seen otherwise.
        rows: shows the rows of a scope, one step. problem: why there is no answer, said in the panel.
        records: rows that were seen, by key: a case that is gone into is known at once.
    """

    ctx: PanelContext
    words: DrillWords
    push: Callable[[Scope], None]
    replace: Callable[[Scope], None]
    rows: Callable[[Scope], None]
    problem: Callable[[Message], None]
    records: dict[str, Row] = field(default_factory=dict)

    def learn(self, rows: tuple[Row, ...]) -> None:
        """Keeps rows that were seen, the newest few thousand."""
        self.records.update((row.key, row) for row in rows)
        while len(self.records) > 5000:
            del self.records[next(iter(self.records))]


class DrillPage(QWidget):
    """One page. It asks only while it is shown.

    Attributes:
        scope: what it shows. figure: the one in the panel's headline, None before it is known.
        waiting: says that something is being counted, over what will show it.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.ctx, self.words = desk, desk.ctx, desk.words
        self.asker = Asker(desk.ctx, self)
        self.scope: Scope | None = None
        self.figure: Figure | None = None
        self.waiting: Waiting | None = None
        self._fresh = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._say_waiting)
        self.asker.stirred = self._stirred

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 120)  # pages share one place, and each has its own way with little room

    def show_scope(self, scope: Scope, figure: Figure | None) -> None:
        """Another scope, or the same whose data are others: asks."""
        other = scope != self.scope
        self.scope, self.figure = scope, figure
        self.ask(scope)
        if other and self.busy:
            self.wait_anew()

    @property
    def busy(self) -> bool:
        """Whether answers are under way."""
        return bool(self.asker.open)

    # -- while it is counted

    def wait_anew(self) -> None:
        """What it shows will be of something else: till that is there it says so, if it takes longer than a moment."""
        self._fresh = True
        self._patience.start()

    def covered(self) -> QWidget:
        """What has nothing to show while it waits."""
        return self

    def _stirred(self) -> None:
        if self.busy:
            if self.waiting is not None and self.waiting.isVisible():
                self._say_waiting()
            return
        self._fresh = False
        self._patience.stop()
        if self.waiting is not None:
            self.waiting.hide()

    def _say_waiting(self) -> None:
        if not (self._fresh and self.busy):
            return
        if self.waiting is None:
            self.waiting = Waiting(self.ctx, self.covered())
        many, left = self.asker.many, len(self.asker.open)
        said = self.ctx.t("drill.counting_of", n=many - left, all=many) if many > 1 else self.ctx.t("drill.counting")
        self.waiting.say(said)

    def ask(self, scope: Scope) -> None:
        """Asks what it shows."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """The language changed."""
        if self.scope is not None:
            self.ask(self.scope)

    def retheme(self) -> None:
        """The theme changed."""
        for child in self.findChildren(QWidget):
            child.update()

    def leave(self) -> None:
        """It is not shown any more: nobody waits for its answers."""
        self.asker.drop()

    # -- pieces

    def title(self, words: str = "") -> QLabel:
        """The title line of a part."""
        return label(words, self, role="", style="row_title", wrap=False)

    def note(self, words: str = "", wrap: bool = False) -> QLabel:
        return label(words, self, role="t2", style="small", wrap=wrap)

    def refused(self, said: object) -> bool:
        """Whether an answer is a sentence why there is none; it is shown then."""
        if isinstance(said, Message):
            self.desk.problem(said)
            return True
        return False
