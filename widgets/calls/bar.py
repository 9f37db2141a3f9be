"""The softphone bar: who, which way, how long, how loud, and what can be done. It takes room only while a call goes on.

It comes by a person's own act (they called, or took a call); what rings or was missed moves nothing on the desk.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cockpit.model.calls import Call, CallState
from widgets.calls import acts, keys
from widgets.calls.meter import LevelMeter
from widgets.calls.words import answered_at, call_said, clock_words, who_words, why_words, worst_quality
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import draw_icon
from widgets.kit.panel import Pane

HEIGHT = 44
LEVELS_MS = 100
NARROW = 1240
"""Below, the meters give way to the words."""
BUTTONS = (
    ("call.mute", "mic"),
    ("call.hold", "pause"),
    ("call.push", "talk"),
    ("call.keypad", "keypad"),
    ("call.transfer", "transfer"),
    ("call.add", "user-plus"),
    ("call.record", "record"),
    ("call.camera", "camera"),
    ("call.sound", "headset"),
    ("call.panel", "people"),
)
"""Commands that have a button, with their icons."""
END = "call.end"


class CallBar(Pane):
    """
    Attributes:
        who, said, clock, heard: its words: who, the ways in order, how long, how badly it is heard.
        buttons: by command. talk: held while speaking, with push to talk. end: hangs up.
    """

    panel_id: ClassVar[str] = "callbar"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("frame", "panel")
        self.setFixedHeight(HEIGHT)
        theme = ctx.theme
        self._shown: Call | None = None
        self.who, self.said = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self.clock, self.heard, self.others = (ElidedLabel(parent=self) for _ in range(3))
        self.who.setMaximumWidth(240)
        self.mic, self.them = LevelMeter(theme, "mic", self), LevelMeter(theme, "headset", self)
        self.talk = KeyButton("", keys.TALK, theme, parent=self)
        self.talk.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.talk.pressed.connect(lambda: self._talk(True))
        self.talk.released.connect(lambda: self._talk(False))
        self.buttons: dict[str, QToolButton] = {}
        self.end = KeyButton("", keys.END, theme, parent=self)
        self.end.clicked.connect(lambda: self._run(END))
        self._lay_out()
        self._levels = QTimer(self, interval=LEVELS_MS)
        self._levels.timeout.connect(self._show_levels)
        self.retheme()
        self.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(44, 0, 8, 0)
        row.setSpacing(8)
        for one in (self.who, self.said, self.clock, self.heard):
            row.addWidget(one)
        row.addStretch(1)
        row.addWidget(self.others)
        row.addWidget(self.mic)
        row.addWidget(self.them)
        row.addWidget(self.talk)
        box = QHBoxLayout()
        box.setSpacing(2)
        for command, icon in BUTTONS:
            made = icon_button(icon, "", self.ctx.theme, lambda command=command: self._run(command))
            self.buttons[command] = made
            box.addWidget(made)
        row.addLayout(box)
        row.addWidget(self.end)

    def _run(self, command: str) -> None:
        problem = self.ctx.actions.trigger(command)
        if problem is not None:
            self.ctx.notify(problem, 0)

    def _talk(self, down: bool) -> None:
        if self.ctx.calls is not None:
            self.ctx.calls.talk(down)

    # -- what it says

    @property
    def call(self) -> Call | None:
        return self._shown

    def tell(self, call: Call | None) -> None:
        """The call of now; None and it says nothing."""
        self._shown = call
        running = call is not None and call.state is not CallState.ENDED
        if running and not self._levels.isActive():
            self._levels.start()
        elif not running:
            self._levels.stop()
        self._write()

    def _write(self) -> None:
        call, t, theme, ctx = self._shown, self.ctx.t, self.ctx.theme, self.ctx
        if call is None or ctx.calls is None:
            return
        now = ctx.clock.now()
        up = call.state is CallState.UP
        said = call_said(call, t)
        self.who.setText(who_words(call, t))
        self.said.setText(said.words)
        self.said.set_color(theme[said.token])
        self.said.more = why_words(call.legs[0], t) if len(call.legs) == 1 else ""
        self.said.setAccessibleDescription(self.said.more)
        self.clock.setText(clock_words(answered_at(call), call.ended, now))
        heard = [worst_quality(call, t) if up else ""]
        deaf = ctx.calls.sound.problem
        if deaf is not None and call.state is not CallState.ENDED:  # nobody hears us: before anything else
            heard.insert(0, t(deaf))
        if call.recording:
            heard.append(t("callsui.recording"))
        self.heard.setText(" · ".join(one for one in heard if one))
        others = len(acts.living(ctx.calls)) - (call.state is not CallState.ENDED)
        self.others.setText(t("callsui.other_calls", n=others) if others > 0 else "")
        for label in (self.clock, self.heard, self.others):
            label.setVisible(bool(label.text()))
        self.talk.setVisible(call.push and call.state is not CallState.ENDED)
        self.talk.setText(t("callsui.talking" if call.talking else "callsui.hold_to_talk"))
        self._dress(call)
        self._show_levels()
        self.setAccessibleName(f"{self.who.text()} {said.words} {self.clock.text()}".strip())
        self.update()

    def _dress(self, call: Call) -> None:
        """Icons and words of the buttons as the call is."""
        t, theme = self.ctx.t, self.ctx.theme
        sends = any(leg.sends_video for leg in call.legs)
        on = {
            "call.mute": call.muted, "call.hold": call.held, "call.push": call.push, "call.record": call.recording,
            "call.camera": sends,
        }  # fmt: skip
        for command, icon in BUTTONS:
            made, action = self.buttons[command], self.ctx.actions.get(command)
            name = "mic-off" if command == "call.mute" and call.muted else icon
            if command == "call.hold" and call.held:
                name = "play"
            words = t(f"callsui.{command.partition('.')[2]}_{'off' if on.get(command) else 'on'}")
            reason = action.reason if action is not None else None
            key = key_words(action.keys[0]) if action is not None and action.keys else ""
            tip = t(reason) if reason is not None else t("bars.key_tip", words=words, key=key) if key else words
            dress_icon_button(made, name, tip, theme)
            made.setCheckable(command in on)
            made.setChecked(bool(on.get(command)))
            made.setEnabled(reason is None)
        ended = call.state is CallState.ENDED
        self.end.setText(t("callsui.close" if ended else "callsui.hang_up"))

    def _show_levels(self) -> None:
        call, port, t = self._shown, self.ctx.calls, self.ctx.t
        if call is None or port is None:
            return
        sound, running = port.sound, call.state is CallState.UP
        silent = call.muted or call.held or (call.push and not call.talking) or not running
        self.mic.tell(sound.level_in, silent, t("callsui.meter_mic_off" if silent else "callsui.meter_mic"))
        level = max((leg.quality.level for leg in call.legs if leg.state is CallState.UP), default=0.0)
        self.them.tell(level, not running, t("callsui.meter_them"))

    # -- how it looks

    def age_tick(self) -> None:
        self._write()

    def retranslate(self) -> None:
        self._write()

    def retheme(self) -> None:
        theme = self.ctx.theme
        self.who.setFont(theme.font("row_title"))
        self.who.set_color(theme.t1)
        for label in (self.said, self.others):
            label.setFont(theme.font("small"))
        self.others.set_color(theme.t3)
        self.clock.setFont(theme.font("clock"))
        self.clock.set_color(theme.t1)
        self.heard.setFont(theme.font("small", 700))
        self.heard.set_color(theme.orange_text)
        for meter in (self.mic, self.them):
            meter.theme = theme
            meter.update()
        for key in (self.talk, self.end):
            key.retheme(theme)
        self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        for meter in (self.mic, self.them):
            meter.setVisible(self.width() >= NARROW)
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme, painter = self.ctx.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self._shown is not None and self._shown.state is CallState.UP
        painter.setPen(QPen(theme.acc if on else theme.line2, 1))
        painter.fillRect(QRectF(1, 1, 3, self.height() - 2), theme.acc if on else theme.line2)
        draw_icon(painter, QRectF(16, 14, 16, 16), "phone", theme.acc if on else theme.t2, 1.75)

    def hideEvent(self, event: object) -> None:
        self._levels.stop()
