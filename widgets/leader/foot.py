"""The line at the foot of a leader's cockpit: what waits to be sent, and how fresh is what is kept on this machine."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from cockpit.model.ages import instant
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.icons import draw_icon
from widgets.kit.outbox import seen, tally
from widgets.lists.parts import draw_line
from widgets.lists.words import joined

HIGH = 38
OUTBOX = "desk.outbox"


class Foot(QAbstractButton):
    """A click opens the outbox."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setFixedHeight(HIGH)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._left = ""
        self._rights: tuple[str, ...] = ()
        self._waits = self._wrong = 0
        self.clicked.connect(self._open)

    def sizeHint(self) -> QSize:
        return QSize(200, HIGH)

    def _open(self) -> None:
        reason = self.ctx.actions.trigger(OUTBOX)
        if reason is not None:
            self.ctx.notify(reason, 0)

    def tell(self) -> None:
        """What is so now."""
        ctx, t = self.ctx, self.ctx.t
        now = tally(ctx.cases.outbox(), seen(ctx.prefs), ctx.cases.case)
        left = t("leader.outbox", n=now.waiting)
        if now.wrong:
            left = joined(left, t("leader.outbox_wrong", n=now.wrong))
        rights = self._kept()
        if (left, rights, now.waiting, now.wrong) != (self._left, self._rights, self._waits, self._wrong):
            self._left, self._rights, self._waits, self._wrong = left, rights, now.waiting, now.wrong
            self.setAccessibleName(joined(left, rights[0]))
            self.setToolTip(rights[0])
            self.update()

    def _kept(self) -> tuple[str, ...]:
        """本机数据 312 MB · 已加密 · 同步至 17:42:34; then shorter ones, for where there is no room."""
        t, keeping, now = self.ctx.t, self.ctx.keeping, self.ctx.clock.now()
        if keeping is None:
            return (t("leader.no_archive"),)
        kept = keeping.kept
        size = t("leader.kept_size", n=f"{kept.size / 1e6:,.0f}") if kept.size else ""
        locked = t("leader.encrypted" if kept.encrypted else "leader.not_encrypted")
        if kept.problem is not None and not kept.until:
            return joined(size, t(kept.problem)), t(kept.problem)
        fresh = t("leader.filling", n=f"{kept.left:,}") if kept.left else t("leader.filling_begins")
        if kept.until and not kept.left:
            fresh = t("leader.synced", at=instant(kept.until, now))
        days = t("leader.days_left", n=kept.days_left) if kept.days_left is not None else ""
        return joined(size, locked, fresh, days), joined(locked, fresh, days), joined(fresh, days), fresh

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        if self.underMouse():
            painter.fillRect(self.rect(), theme.s2)
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        token = "red_text" if self._wrong else "orange_text" if self._waits else "t2"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_icon(painter, QRectF(12, self.height() / 2 - 8, 16, 16), "outbox", theme[token], 1.75)
        small = theme.font("small")
        taken, _ = draw_line(painter, QRect(36, 0, self.width() - 48, self.height()), self._left, small, theme[token])
        metrics = QFontMetricsF(small)
        free = self.width() - 12 - 36 - taken - 16
        words = next((one for one in self._rights if metrics.horizontalAdvance(one) <= free), "")
        draw_line(painter, QRect(0, 0, self.width() - 12, self.height()), words, small, theme.t2, right=True)
        if self.hasFocus():
            draw_focus(painter, self.rect(), theme)
