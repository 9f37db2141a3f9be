"""声音设备: what one speaks and hears with, headsets first, how loud it is, and whether one is heard (echo test)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.calls import SoundDevice
from cockpit.model.messages import Message
from widgets.calls.meter import LevelMeter
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.lists.question import Question

LEVELS_MS = 100


class SoundDialog(QDialog):
    """
    Attributes:
        microphone, speaker: what is used. test: the echo test. says: how the test went, or why there is no sound.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx = ctx
        t = ctx.t
        self.setWindowTitle(t("callsui.sound_title"))
        self.setMinimumWidth(500)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(t("callsui.sound_title"), self, role="", style="title"))
        self.microphone, self.speaker = QComboBox(self), QComboBox(self)
        self.mic, self.them = LevelMeter(ctx.theme, "mic", self), LevelMeter(ctx.theme, "headset", self)
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (name, box, meter) in enumerate(
            (("callsui.microphone", self.microphone, self.mic), ("callsui.speaker", self.speaker, self.them))
        ):
            box.setAccessibleName(t(name))
            grid.addWidget(label(t(name), self, wrap=False), row, 0)
            grid.addWidget(box, row, 1)
            grid.addWidget(meter, row, 2)
            box.activated.connect(lambda _i: self._use())
        column.addLayout(grid)
        self.echo = label("", self, role="t3")
        column.addWidget(self.echo)
        self.says = label("", self)
        column.addWidget(self.says)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.test = button(t("callsui.echo_test"), self._test, parent=self)
        self.test.setAutoDefault(False)
        foot.addWidget(self.test)
        foot.addStretch(1)
        self.done_ = button(t("callsui.ok"), self.accept, "primary", parent=self)
        self.done_.setDefault(True)
        foot.addWidget(self.done_)
        column.addSpacing(6)
        column.addLayout(foot)
        self._fill()
        self._levels = QTimer(self, interval=LEVELS_MS)
        self._levels.timeout.connect(self._show)
        self._levels.start()
        self.finished.connect(lambda _how: self._leave())
        if ctx.calls is not None:
            ctx.calls.watch_sound(True)
        self._show()

    def _leave(self) -> None:
        """The microphone is open no longer than somebody looks at its level."""
        self._levels.stop()
        if self._ctx.calls is not None:
            self._ctx.calls.watch_sound(False)

    def _fill(self) -> None:
        port = self._ctx.calls
        if port is None:
            return
        sound = port.sound
        for box, devices, used in (
            (self.microphone, sound.inputs, sound.input),
            (self.speaker, sound.outputs, sound.output),
        ):
            box.blockSignals(True)
            box.clear()
            for one in headsets_first(devices):
                box.addItem(self._ctx.t("callsui.headset", name=one.name) if one.headset else one.name, one.id)
            if not devices:
                box.addItem(self._ctx.t("callsui.no_device"), "")
            box.setEnabled(bool(devices))
            box.setCurrentIndex(max(box.findData(used), 0))
            box.blockSignals(False)

    def _show(self) -> None:
        ctx, port = self._ctx, self._ctx.calls
        if port is None:
            return
        sound, t = port.sound, ctx.t
        shown = [self.microphone.itemData(i) for i in range(self.microphone.count())]
        if sound.inputs and set(shown) != {one.id for one in sound.inputs} and not self.microphone.view().isVisible():
            self._fill()  # something was plugged in or out
        self.mic.tell(sound.level_in, not sound.input, t("callsui.meter_mic"))
        self.them.tell(sound.level_out, not sound.output, t("callsui.meter_them"))
        self.echo.setText(t("callsui.echo_on" if sound.echo else "callsui.echo_off"))
        if sound.problem is not None:
            self.says.setText(t(sound.problem))
        disable(self.test, t(sound.problem) if sound.problem is not None else "")

    def _use(self) -> None:
        if self._ctx.calls is not None:
            self._ctx.calls.use_sound(self.microphone.currentData() or "", self.speaker.currentData() or "")

    def _test(self) -> None:
        if self._ctx.calls is not None:
            self.says.setText(self._ctx.t("callsui.echo_speak"))
            self.test.setEnabled(False)
            self._ctx.calls.test_echo(Question(self, self._tested).answer)

    def _tested(self, problem: Message | None) -> None:
        self.test.setEnabled(True)
        self.says.setText(self._ctx.t(problem if problem is not None else "callsui.echo_heard"))


def headsets_first(devices: Sequence[SoundDevice]) -> list[SoundDevice]:
    return sorted(devices, key=lambda one: not one.headset)
