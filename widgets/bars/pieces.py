"""Pieces of the strip: alarm load, palette field, switches, who sits here, date and clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import clock_time, date_words, full_stamp
from widgets.bars.bar import Piece
from widgets.bars.figures import LOAD_CALM, LOAD_MOST, load_words
from widgets.kit.actions import key_words
from widgets.kit.buttons import draw_key
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon


class AlarmLoad(Piece):
    """How many alarms an operator had in the last hour, of the twelve that one person can handle, in words as well."""

    stages: ClassVar[int] = 3

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.load = 0
        self.known = True

    def tell(self, load: int, known: bool = True) -> None:
        """The load of now; `known` is False while there is no data at all, which is no calm."""
        self.load, self.known = load, known
        t = self.ctx.t
        self.setToolTip(t("bars.load_why", n=load, words=t(load_words(load))) if known else t("bars.load_none"))
        self.setAccessibleName(self.toolTip())

    @property
    def words_now(self) -> str:
        """Number and word."""
        t = self.ctx.t
        return f"{self._count()} {t(load_words(self.load)) if self.known else ''}".rstrip()

    def face(self) -> object:
        return self.load, self.known

    def wide(self, stage: int) -> int:
        label = self.measure("small", self.ctx.t("bars.load")) + 8 if stage == 0 else 0
        bars = LOAD_MOST * 7 + 8 if stage < 2 else 0
        return round(14 + 22 + label + bars + self.measure("body", self._count(), 700) + 8 + self._word_room() + 14)

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        token = "t1" if self.load <= LOAD_CALM else "yellow_text" if self.load <= LOAD_MOST else "red_text"
        self.rule(painter, 0)
        draw_icon(painter, QRectF(14, middle - 8, 16, 16), "bell", theme.t2, 1.75)
        x = 36.0
        if self.stage == 0:
            x = self.words(painter, x, "small", self.ctx.t("bars.load"), "t2") + 8
        if self.stage < 2:
            for i in range(LOAD_MOST):
                on = theme.t2 if token == "t1" else theme[token]
                painter.fillRect(QRectF(round(x) + 7 * i, middle - 7, 5, 14), on if i < self.load else theme.line2)
            x += LOAD_MOST * 7 + 6
        x = self.words(painter, x, "body", self._count(), token, 700) + 8
        if self.known:
            self.words(painter, x, "small", self.ctx.t(load_words(self.load)), "t2" if token == "t1" else token)

    def _count(self) -> str:
        count = self.load if self.known else self.ctx.t("bars.no_value")
        return self.ctx.t("bars.load_count", n=count, most=LOAD_MOST)

    def _word_room(self) -> float:
        return max(self.measure("small", self.ctx.t(f"bars.load_{word}")) for word in ("calm", "busy", "over", "flood"))


class PaletteField(Piece):
    """Looks like a field, opens the palette; its key is that of the action."""

    stages: ClassVar[int] = 2

    def __init__(self, ctx: PanelContext, action: str, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self._action = action
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: ctx.actions.trigger(action))

    def _key(self) -> str:
        action = self.ctx.actions.get(self._action)
        return key_words(action.keys[0]) if action and action.keys else ""

    def face(self) -> object:
        return self._key()

    def wide(self, stage: int) -> int:
        self.setAccessibleName(self.ctx.t("bars.palette"))
        if stage == 1:
            return 36 + 14
        key = self.measure("axis", self._key()) + 12 + 8 if self._key() else 0
        return round(14 + 30 + self.measure("small", self.ctx.t("bars.palette")) + 20 + key + 6 + 8)

    def focus_frame(self) -> QRectF:
        return QRectF(15, self.height() / 2 - 14, self.width() - 22, 27)

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        self.rule(painter, 0)
        frame = QRectF(14.5, middle - 14.5, self.width() - 14 - 7, 28)
        painter.setPen(QPen(theme.t3 if self.underMouse() else theme.line2, 1))
        painter.setBrush(theme.field)
        painter.drawRoundedRect(frame, 4, 4)
        draw_icon(painter, QRectF(22, middle - 7, 14, 14), "search", theme.t2)
        if self.stage == 0:
            self.words(painter, 44, "small", self.ctx.t("bars.palette"), "t3")
            if self._key():
                draw_key(painter, frame.right() - 5, middle, self._key(), theme)


class Switch(Piece):
    """An icon that runs an action: sound, theme, language."""

    def __init__(self, ctx: PanelContext, action: str, look: Callable[[], tuple[str, str]], parent: QWidget) -> None:
        """
        Args:
            action: id of the action.
            look: icon and id of the words of now.
        """
        super().__init__(ctx, parent)
        self._action, self._look = action, look
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._press)

    def _press(self) -> None:
        reason = self.ctx.actions.trigger(self._action)
        if reason is not None:
            self.ctx.notify(reason, 0)

    def tell(self) -> None:
        """Words of now, and the reason where it can not be done."""
        t, action = self.ctx.t, self.ctx.actions.get(self._action)
        words = t(self._look()[1])
        reason = action.reason if action else None
        if reason is not None:
            words = t(reason)
        elif action and action.keys:
            words = t("bars.key_tip", words=words, key=key_words(action.keys[0]))
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setEnabled(action is not None and reason is None)

    def face(self) -> object:
        return self._look()[0], self.isEnabled()

    def wide(self, stage: int) -> int:
        return 30 if self.ctx.actions.get(self._action) else 0

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        hovered = self.underMouse() and self.isEnabled()
        if hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.s3)
            painter.drawRoundedRect(QRectF(1, middle - 14, 28, 28), 4, 4)
        token = "t1" if hovered else "t2" if self.isEnabled() else "line2"
        draw_icon(painter, QRectF(7, middle - 8, 16, 16), self._look()[0], theme[token], 1.75)


class Person(Piece):
    """Who sits here; a click changes the name."""

    stages: ClassVar[int] = 3

    def __init__(self, ctx: PanelContext, action: str, parent: QWidget, role: str = "bars.role") -> None:
        """Args: role: id of what the person is here."""
        super().__init__(ctx, parent)
        self._role = role
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: ctx.actions.trigger(action))

    @property
    def name(self) -> str:
        return str(self.ctx.prefs.get("name", "")) or self.ctx.t("bars.no_name")

    def face(self) -> object:
        return self.name

    def wide(self, stage: int) -> int:
        self.setToolTip(f"{self.name} · {self.ctx.t(self._role)}")
        self.setAccessibleName(self.toolTip())
        if stage == 2:
            return 14 + 16 + 14
        role = self.measure("small", self.ctx.t(self._role)) + 8 if stage == 0 else 0
        return round(14 + 24 + min(self.measure("body", self.name, 700), 120) + role + 14)

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        self.rule(painter, 0)
        draw_icon(painter, QRectF(13, middle - 8, 16, 16), "user", theme.t1 if self.underMouse() else theme.t2, 1.75)
        if self.stage == 2:
            return
        wide = min(self.measure("body", self.name, 700), 120)
        painter.save()
        painter.setClipRect(QRectF(0, 0, 38 + wide, self.height()))
        self.words(painter, 38, "body", self.name, "t1", 700)
        painter.restore()
        if self.stage == 0:
            self.words(painter, 38 + wide + 8, "small", self.ctx.t(self._role), "t2")


class CityClockFace(Piece):
    """Date and time of the city; the time is never left out."""

    stages: ClassVar[int] = 2

    def face(self) -> object:
        return self._date(), clock_time(self.ctx.clock.now())

    def wide(self, stage: int) -> int:
        date = self.measure("small", self._date()) + 12 if stage == 0 else 0
        return round(14 + date + self.measure("title", "00:00:00")) + 1

    def tell(self) -> None:
        clock, t = self.ctx.clock, self.ctx.t
        when, rate = full_stamp(clock.now()), clock.city.rate
        plain = rate == 1
        self.setToolTip(t("bars.clock_why", when=when) if plain else t("bars.clock_rate", when=when, rate=f"{rate:g}"))
        self.setAccessibleName(self.toolTip())

    def paint(self, painter: QPainter) -> None:
        self.rule(painter, 0)
        x = 14.0
        if self.stage == 0:
            x = self.words(painter, x, "small", self._date(), "t2") + 12
        self.words(painter, x, "title", clock_time(self.ctx.clock.now()), "t1", drop=-1)

    def _date(self) -> str:
        return self.ctx.t(date_words(self.ctx.clock.now()))
