"""One person in a call: who, how it stands with them, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.calls import CallKind, CallState, Leg
from widgets.calls.words import THERE, WAITED, Said, clock_words, leg_said, quality_words, roll_state, why_words
from widgets.kit.buttons import dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_unit
from widgets.lists.parts import PAD, Part, draw_line

HIGH = 50
_MARKS = {CallState.UP: "check", CallState.ENDED: "close"}


class MemberRow(Part):
    """
    Attributes:
        leg: as it is now. unit_key: their unit, for the call key.
        muted, dropped, again: what is wanted of them.
    """

    muted = Signal(bool)
    dropped = Signal()
    again = Signal()
    opened = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx.theme, HIGH, parent)
        self.ctx = ctx
        self.leg: Leg | None = None
        self.kind = CallKind.SINGLE
        self.unit_key = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme = ctx.theme
        self.mute = icon_button("mic", "", theme, lambda: self.muted.emit(self.leg is not None and not self.leg.muted))
        self.drop = icon_button("close", "", theme, self.dropped.emit)
        self.call = icon_button("retry", "", theme, self.again.emit)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, PAD - 4, 1)
        self._row.setSpacing(2)
        self._row.addStretch(1)
        for button in (self.mute, self.drop, self.call):
            self._row.addWidget(button)

    def tell(self, leg: Leg, kind: CallKind) -> None:
        """The leg of now."""
        self.leg, self.kind = leg, kind
        self.unit_key = leg.contact.unit
        t, theme, ended = self.ctx.t, self.ctx.theme, leg.state is CallState.ENDED
        name = leg.contact.name
        mic = "mic-off" if leg.muted else "mic"
        words = t("callsui.unmute_them" if leg.muted else "callsui.mute_them", name=name)
        dress_icon_button(self.mute, mic, words, theme)
        dress_icon_button(self.drop, "close", t("callsui.drop_them", name=name), theme)
        dress_icon_button(self.call, "retry", t("callsui.call_again", name=name), theme)
        self.mute.setVisible(leg.state is CallState.UP and kind is not CallKind.SINGLE)
        self.drop.setVisible(not ended and kind is not CallKind.SINGLE)
        self.call.setVisible(ended)
        said = self.said()
        self.setAccessibleName(f"{name} {said.words}")
        self.update()

    def said(self) -> Said:
        assert self.leg is not None
        if self.kind is CallKind.ROLL:
            state = roll_state(self.leg)
            if state != WAITED:
                token = "t1" if state == THERE else "orange_text"
                chain = leg_said(self.leg, self.ctx.t).words
                word = self.ctx.t(f"callsui.roll_{state}")
                return Said(word if state == THERE else f"{word} · {chain}", token)
        return leg_said(self.leg, self.ctx.t)

    def paintEvent(self, event: QPaintEvent) -> None:
        leg, theme, t = self.leg, self.theme, self.ctx.t
        if leg is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.hairline(painter, self.height() - 1, PAD)
        self._sign(painter, QRectF(PAD, 13, 22, 22))
        left, right = PAD + 32, self.width() - PAD - self._taken()
        clock = clock_words(leg.answered, leg.ended, self.ctx.clock.now())
        font = theme.font("small")
        wide = QFontMetrics(font).horizontalAdvance(clock) + 4 if clock else 0
        draw_line(painter, QRect(right - wide, 5, wide, 20), clock, font, theme.t2, right=True)
        ended = leg.state is CallState.ENDED
        ink = theme.t3 if ended else theme.t1
        room = right - wide - left - 8
        _, cut = draw_line(painter, QRect(left, 5, room, 20), leg.contact.name, theme.font("row_title"), ink)
        said = self.said()
        bad = quality_words(leg.quality, t) if leg.state is CallState.UP else ""
        used, also = draw_line(painter, QRect(left, 26, right - left, 18), said.words, font, theme[said.token])
        if bad:
            ink = theme.orange_text
            draw_line(painter, QRect(left + used + 10, 26, right - left - used - 10, 18), bad, font, ink)
        tip = "\n".join(one for one in (leg.contact.name, said.words, why_words(leg, t)) if one)
        self.whole(cut or also or bool(leg.failed) or leg.why is not None, tip)
        if self.hasFocus():
            draw_focus(painter, self.rect(), theme, bottom=2)

    def _taken(self) -> int:
        return 30 * sum(not button.isHidden() for button in (self.mute, self.drop, self.call)) + 2

    def _sign(self, painter: QPainter, box: QRectF) -> None:
        leg, theme = self.leg, self.theme
        assert leg is not None
        unit = self.ctx.picture["unit"].get(leg.contact.unit) if leg.contact.unit else None
        if unit is not None:
            shape = self.ctx.pack.unit_kind(unit["kind"]).shape
            draw_unit(painter, box.center(), shape, int(unit["state"]), theme, radius=8.0)
        else:
            draw_icon(painter, box.adjusted(1, 1, -1, -1), "user", theme.t2, 1.75)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, leg = event.key(), self.leg
        if event.isAutoRepeat() or leg is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif key == Qt.Key.Key_Delete and not self.drop.isHidden():
            self.dropped.emit()
        elif key == Qt.Key.Key_Space and not self.mute.isHidden():
            self.muted.emit(not leg.muted)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)
