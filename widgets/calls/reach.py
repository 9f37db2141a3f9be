"""联系: how the selected unit can be reached, with buttons to call, to write, and to enrol a phone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from cockpit.model.calls import WayKind
from widgets.calls import acts, keys
from widgets.calls.words import way_name
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, button, disable, icon_button
from widgets.kit.context import PanelContext
from widgets.lists.parts import PAD, Line


class ReachBlock(QWidget):
    """
    Attributes:
        call, video, letters, enrol: its buttons.
    """

    def __init__(self, ctx: PanelContext, unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._unit = ctx, unit
        t = ctx.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 4)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setContentsMargins(PAD, 0, PAD, 0)
        row.setSpacing(8)
        self.call = KeyButton(t("callsui.call"), keys.CALL, ctx.theme, parent=self)
        self.call.clicked.connect(lambda: acts.click_unit(ctx, unit))
        self.video = icon_button("camera", "", ctx.theme, lambda: acts.click_unit(ctx, unit, True))
        self.letters = KeyButton("", keys.LETTERS, ctx.theme, parent=self)
        self.letters.clicked.connect(lambda: acts.read_letters(ctx, unit))
        self.enrol = button(t("callsui.enrol"), self._enrol, parent=self)
        for made in (self.call, self.video, self.letters, self.enrol):
            row.addWidget(made)
        row.addStretch(1)
        column.addLayout(row)
        self._ways = Line(ctx.theme, t("callsui.reached_by"), self._ways_words, pad=PAD)
        column.addWidget(self._ways)
        self.show_state()

    def _ways_words(self) -> str:
        return ways_words(self._ctx, self._unit)

    def show_state(self) -> None:
        """What can be done now, and how many letters nobody has seen."""
        ctx, t = self._ctx, self._ctx.t
        why = acts.refusal(ctx)
        for made in (self.call, self.video):
            disable(made, t(why) if why is not None else "")
        if why is None:
            self.video.setToolTip(t("bars.key_tip", words=t("callsui.video_call"), key=key_words(keys.VIDEO)))
        self.video.setAccessibleName(t("callsui.video_call"))
        waiting = sum(one.unit == self._unit for one in acts.unread(ctx))
        self.letters.setText(t("callsui.letters_n", n=waiting) if waiting else t("callsui.letter"))
        for made in (self.letters, self.enrol):
            disable(made, "" if ctx.calls is not None else t("callsui.no_calls"))
        self._ways.update()

    def _enrol(self) -> None:
        problem = self._ctx.actions.trigger("call.enrol")
        if problem is not None:
            self._ctx.notify(problem, 0)


def ways_words(ctx: PanelContext, unit: str) -> str:
    """手机网页 在线 · 分机 8012; why nothing is known where there is no way."""
    t, port = ctx.t, ctx.calls
    contact = port.contact_of(unit) if port is not None else None
    if port is None or contact is None or not contact.ways:
        return t("callsui.no_way")
    said = []
    for way in contact.ways:
        words = way_name(way, t)
        if way.kind is WayKind.WEBRTC:
            words = f"{words} {t('callsui.online' if unit in port.board.online else 'callsui.offline')}"
        said.append(words)
    return " · ".join(said)


def call_button(ctx: PanelContext, unit: str, name: str) -> QToolButton:
    """The telephone beside a row that stands for a unit; Tab passes it by, since the call key calls the row."""
    made = icon_button("phone", "", ctx.theme, lambda: acts.click_unit(ctx, unit))
    made.setProperty("kind", "normal")
    made.setFixedSize(36, 26)
    made.setStyleSheet("padding: 0;")
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    words = ctx.t("callsui.call_them", name=name)
    made.setAccessibleName(words)
    made.setToolTip(ctx.t("bars.key_tip", words=words, key=key_words(keys.CALL)))
    return made
