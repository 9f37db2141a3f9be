"""The bar of a replay, over everything while one is shown: which instant, how fast, what “then” means, the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from cockpit.model.clock import MINUTE
from cockpit.model.replay import KNOWN, RATES, WAS, ReplayState, TapeState
from widgets.kit.buttons import KeyButton, Segments, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.panel import Pane
from widgets.replay.rail import Rail, clock_words
from widgets.replay.when import Times

HEIGHT = 60
LEAP = 10 * MINUTE
BACK_KEY = "Ctrl+R"
_NARROW = 1360


class ReplayBar(Pane):
    """The bar.

    Attributes:
        rail: of the tape.
        play, back, slower, faster, modes, leave: its controls.
    """

    panel_id: ClassVar[str] = "replaybar"

    def __init__(self, ctx: PanelContext, leave: Callable[[], object], parent: QWidget | None = None) -> None:
        """
        Args:
            leave: goes back to what is live.
        """
        super().__init__(ctx, parent)
        self.times = Times()
        self._state = ReplayState()
        self._tape = TapeState()
        self._before = 1.0
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 10, 0)
        row.setSpacing(8)
        self.mark = QLabel(self)
        self.instant = QLabel(self)
        self.note = ElidedLabel(parent=self)
        theme = ctx.theme
        self.back = icon_button("skip-back", "", theme, lambda: self.leap(-LEAP))
        self.play = icon_button("play", "", theme, self.toggle)
        self.slower = icon_button("minus", "", theme, lambda: self.shift_rate(-1))
        self.rate = QLabel(self)
        self.rate.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.faster = icon_button("plus", "", theme, lambda: self.shift_rate(1))
        self.rail = Rail(ctx, self.times, self)
        self.rail.sought.connect(self.go)
        self.modes = Segments(((KNOWN, ""), (WAS, "")), KNOWN, self)
        self.modes.chosen.connect(lambda mode: self._steer(mode=mode))
        self.leave = KeyButton("", BACK_KEY, theme, "primary", self)
        self.leave.clicked.connect(lambda: leave())
        for widget in (self.mark, self.instant, self.back, self.play, self.slower, self.rate, self.faster):
            row.addWidget(widget)
        row.addWidget(self.rail, 1)
        row.addWidget(self.note)
        row.addWidget(self.modes)
        row.addWidget(self.leave)
        self.retheme()
        self.retranslate()

    # -- what it is told -------------------------------------------------------------------------------------------

    def tell(self, state: ReplayState, city_rate: float) -> None:
        """How the replay stands.

        Args:
            city_rate: of the city's clock against the hub's when it is live.
        """
        self._state = state
        self.times.learn(state, city_rate)
        self.rail.tell(state.at, state.start, state.end, self._tape.gaps)
        self.modes.set_current(state.mode)
        self._write()

    def tell_tape(self, tape: TapeState) -> None:
        self._tape = tape
        self._write()

    # -- what a person does ----------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Stands still, or goes on as fast as before."""
        if self._state.rate:
            self._before = self._state.rate
            self._steer(rate=0.0)
        else:
            self._steer(rate=self._before)

    def shift_rate(self, by: int) -> None:
        """The next faster (+1) or slower (-1) of `RATES`."""
        rate = self._state.rate or self._before
        nearest = min(range(len(RATES)), key=lambda i: abs(RATES[i] - rate))
        self._steer(rate=RATES[min(max(nearest + by, 0), len(RATES) - 1)])

    def leap(self, by: int) -> None:
        """`by` microseconds on, or back."""
        self.go(self._state.at + by)

    def go(self, at: int) -> None:
        """To an instant of the hub's clock, UTC us, as far as the tape reaches."""
        at = min(max(at, self._state.start), self._state.end) if self._state.end else at
        self._steer(at=at)

    def other_mode(self) -> None:
        self._steer(mode=WAS if self._state.mode == KNOWN else KNOWN)

    def _steer(self, at: int | None = None, rate: float | None = None, mode: str | None = None) -> None:
        if self.ctx.tape is not None and self._state.id:
            self.ctx.tape.steer(at, rate, mode)

    # -- how it looks ----------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        t, theme = self.ctx.t, self.ctx.theme
        self.mark.setText(t("replay.mark"))
        dress_icon_button(self.back, "skip-back", t("replay.back"), theme)
        dress_icon_button(self.slower, "minus", t("replay.slower"), theme)
        dress_icon_button(self.faster, "plus", t("replay.faster"), theme)
        self.modes.set_words(KNOWN, t("replay.known"))
        self.modes.set_words(WAS, t("replay.was"))
        self.modes.setToolTip(t("replay.modes_why"))
        self.leave.setText(t("replay.leave"))
        self.rail.retranslate()
        self._write()

    def retheme(self) -> None:
        theme = self.ctx.theme
        self.mark.setFont(theme.font("title"))
        self.instant.setFont(theme.font("fact"))
        self.rate.setFont(theme.font("row_title"))
        self.rate.setFixedWidth(self.rate.fontMetrics().horizontalAdvance("×0.1 ") + 4)
        for label in (self.mark, self.instant, self.rate):
            label.setStyleSheet(f"color: {theme.hex('t1')}")
        self.note.setFont(theme.font("small"))
        self.note.set_color(theme.t2)
        self.leave.retheme(theme)
        self.rail.update()
        self._write()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.leave.set_bare(event.size().width() < _NARROW)
        super().resizeEvent(event)

    def _write(self) -> None:
        t, theme, state = self.ctx.t, self.ctx.theme, self._state
        self.instant.setText(clock_words(state.city or self.times.city(state.at)) if state.at else t("bars.no_value"))
        runs = bool(state.rate)
        dress_icon_button(self.play, "pause" if runs else "play", t("replay.pause" if runs else "replay.play"), theme)
        self.rate.setText(f"×{state.rate:g}" if runs else t("replay.stands"))
        if state.problem is not None:
            words = t(state.problem)
        elif state.busy:
            words = t("replay.busy")
        elif state.end and state.at >= state.end:
            words = t("replay.at_end")
        elif self._in_gap():
            words = t("replay.in_gap")
        else:
            words = ""
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self.setAccessibleName(f"{t('replay.mark')} {self.instant.text()} {self.rate.text()} {words}".strip())

    def _in_gap(self) -> bool:
        return any(start <= self._state.at < end for start, end in self._tape.gaps)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.ctx.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.replay, 1))
        painter.setBrush(theme.replay_tint)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 4, 4)


class ReplayFrame(QWidget):
    """A frame around the whole window while a replay is shown, so that nobody takes it for live; mouse goes through."""

    WIDTH = 4

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self._ctx.theme.replay, self.WIDTH))
        half = self.WIDTH / 2
        painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))
