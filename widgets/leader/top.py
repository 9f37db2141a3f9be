"""A leader's top bar: Back, the way that was walked, the period, the gravest alert, the wall, who and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QMenu, QWidget

from cockpit.model.ages import clock_time, full_stamp
from cockpit.model.scope import Span
from cockpit.model.scopewords import span_words
from cockpit.model.spans import span_of
from cockpit.picture.drill import Drill
from cockpit.picture.selection import Selection
from widgets.bars.alertchip import AlertChip, alerts_now
from widgets.bars.bar import Piece, TellingBar
from widgets.bars.pieces import Person
from widgets.kit.actions import Action, key_words
from widgets.kit.buttons import draw_key
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.tips import plain_tip
from widgets.leader.way import Crumb, crumbs
from widgets.lists.areas import AreaTree

HIGH = 56
PERIODS = (
    "hours1", "hours6", "today", "yesterday", "last7", "week", "last_week", "last30", "month", "last_month", "quarter",
    "year", "last_year",
)  # fmt: skip
BACK, CAST, NAME, PERIOD = "desk.back", "desk.cast", "desk.name", "leader.period"


class Mark(Piece):
    """Logo and 领导驾驶舱 · 杭州."""

    stages: ClassVar[int] = 3

    def _words(self, stage: int) -> str:
        t = self.ctx.t
        city = t.pack(self.ctx.pack.name)
        return t("leader.title", city=city) if stage == 0 else city if stage == 1 else ""

    def face(self) -> object:
        return self._words(self.stage)

    def wide(self, stage: int) -> int:
        words = self._words(stage)
        return round(36 + self.measure("title", words) + 18) if words else 40

    def paint(self, painter: QPainter) -> None:
        theme = self.ctx.theme
        box = QRectF(0.75, self.height() / 2 - 11.25, 22.5, 22.5)
        painter.setPen(QPen(theme.t2, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        foot = box.bottom() - 5.25
        for x, high in ((6, 7), (11, 12), (16, 5)):
            painter.fillRect(QRectF(x, foot - high, 2.5, high), theme.acc)
        self.words(painter, 36, "title", self._words(self.stage), "t1")


class Push(Piece):
    """A button of the bar: icon, words, its key; greyed with the reason in its tooltip."""

    stages: ClassVar[int] = 3

    def __init__(self, ctx: PanelContext, action: str, icon: str, words: str, parent: QWidget, keyed: bool) -> None:
        """Args: words: id of its text. keyed: its key is printed on it."""
        super().__init__(ctx, parent)
        self._action, self._icon, self._id, self._keyed = action, icon, words, keyed
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._press)

    def _press(self) -> None:
        reason = self.ctx.actions.trigger(self._action)
        if reason is not None:
            self.ctx.notify(reason, 0)

    def tell(self) -> None:
        t, action = self.ctx.t, self.ctx.actions.get(self._action)
        reason = action.reason if action is not None else None
        words = t(self._id)
        if reason is not None:
            words = t("bars.key_tip", words=t(reason), key=self._key()) if self._key() else t(reason)
        elif self._key():
            words = t("bars.key_tip", words=words, key=self._key())
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setEnabled(action is not None and reason is None)

    def _key(self) -> str:
        action = self.ctx.actions.get(self._action)
        return key_words(action.keys[0]) if action is not None and action.keys else ""

    def face(self) -> object:
        return self.ctx.t(self._id), self.isEnabled()

    def wide(self, stage: int) -> int:
        if self.ctx.actions.get(self._action) is None:
            return 0
        words = self.measure("body", self.ctx.t(self._id)) + 8 if stage < 2 else 0
        key = self.measure("axis", self._key()) + 22 if stage == 0 and self._keyed and self._key() else 0
        return round(12 + 16 + words + key + 12) + 10

    def focus_frame(self) -> QRectF:
        return QRectF(1, self.height() / 2 - 15, self.width() - 12, 30)

    def paint(self, painter: QPainter) -> None:
        theme, middle, on = self.ctx.theme, self.height() / 2, self.isEnabled()
        frame = QRectF(0.5, middle - 14.5, self.width() - 11, 29)
        painter.setPen(QPen(theme.t3 if on and self.underMouse() else theme.line2 if on else theme.line, 1))
        painter.setBrush((theme.s3 if self.underMouse() else theme.button) if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 4, 4)
        ink = "t1" if on else "t3"
        draw_icon(painter, QRectF(11, middle - 7, 14, 14), self._icon, theme[ink], 1.9)
        if self.stage < 2:
            self.words(painter, 33, "body", self.ctx.t(self._id), ink)
        if self.stage == 0 and self._keyed and self._key():
            draw_key(painter, frame.right() - 6, middle, self._key(), theme)


class Crumbs(Piece):
    """The way: each step a link, the last what is looked at. Left and Right walk it, Enter jumps."""

    stages: ClassVar[int] = 4

    def __init__(self, ctx: PanelContext, areas: AreaTree, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self._areas = areas
        self._steps: list[Crumb] = []
        self.at, self._over = -1, -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)

    def tell(self) -> None:
        self._steps = crumbs(self.ctx, self._areas)
        self.at = min(self.at, len(self._steps) - 1)
        words = " › ".join(step.words for step in self._steps)
        self.setAccessibleName(words)

    @property
    def steps(self) -> Sequence[Crumb]:
        return self._steps

    def face(self) -> object:
        return tuple(self._shown(self.stage)), self.at, self._over

    def _shown(self, stage: int) -> list[Crumb]:
        """All of them, then the first, … and the last ones."""
        steps = self._steps
        keep = (6, 4, 3, 2)[stage]
        if len(steps) <= keep:
            return steps
        return [steps[0], Crumb("…", steps[-keep].depth), *steps[len(steps) - keep + 1 :]]

    def _places(self) -> list[tuple[float, float, Crumb]]:
        x, found = 4.0, []
        shown = self._shown(self.stage)
        for i, crumb in enumerate(shown):
            last = i == len(shown) - 1
            wide = self.measure("row_title", self._cut(crumb.words), 700 if last else 400)
            found.append((x, wide, crumb))
            x += wide + 22
        return found

    def _cut(self, words: str) -> str:
        font = self.ctx.theme.font("row_title")
        return QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideMiddle, (220, 180, 140, 110)[self.stage])

    def wide(self, stage: int) -> int:
        before, self.stage = self.stage, stage
        places = self._places()
        self.stage = before
        return round(places[-1][0] + places[-1][1] + 18) if places else 0

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        places = self._places()
        for i, (x, wide, crumb) in enumerate(places):
            last = i == len(places) - 1
            token = "t1" if last else "acc"
            end = self.words(painter, x, "row_title", self._cut(crumb.words), token, 700 if last else 400)
            if (i == self._over or (self.hasFocus() and i == self.at)) and not last:
                painter.fillRect(QRectF(x, middle + 9, wide, 1), theme.acc)
            if not last:
                draw_icon(painter, QRectF(end + 6, middle - 5, 10, 10), "chevron-right", theme.t3, 2.4)

    def _jump(self, i: int) -> None:
        places = self._places()
        if 0 <= i < len(places) - 1 and self.ctx.drill is not None:
            self.ctx.drill.jump(places[i][2].depth)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self.at = max(0, min(self.at + step, len(self._places()) - 1))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._jump(self.at)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        over = next((i for i, (left, wide, _) in enumerate(self._places()) if left - 4 <= x <= left + wide + 4), -1)
        if over != self._over:
            self._over = over
            link = 0 <= over < len(self._places()) - 1
            self.setCursor(Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.ArrowCursor)
            self.setToolTip(plain_tip(self._places()[over][2].words) if over >= 0 else "")
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self._jump(next((i for i, (left, wide, _) in enumerate(self._places()) if left <= x <= left + wide), -1))


class TimeChip(Piece):
    """The period that is looked at; a click opens the others."""

    stages: ClassVar[int] = 2

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.menu: QMenu | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: ctx.actions.trigger(PERIOD))

    def _words(self) -> str:
        drill = self.ctx.drill
        return span_words(drill.scope.span, self.ctx.t, self.ctx.clock.now()) if drill is not None else ""

    def tell(self) -> None:
        held = self.ctx.drill is not None and self.ctx.drill.held
        t = self.ctx.t
        words = joined_tip(t("leader.period_tip"), t("leader.period_held") if held else "")
        action = self.ctx.actions.get(PERIOD)
        key = key_words(action.keys[0]) if action is not None and action.keys else ""
        self.setToolTip(t("bars.key_tip", words=words, key=key) if key else words)
        self.setAccessibleName(f"{self._words()} {words}")

    def face(self) -> object:
        return self._words(), self.ctx.drill is not None and self.ctx.drill.held

    def wide(self, stage: int) -> int:
        words = self._words()
        most = 10_000 if stage == 0 else 132
        return round(12 + min(self.measure("small", words), most) + 8 + 12 + 10) + 10 if words else 0

    def focus_frame(self) -> QRectF:
        return QRectF(1, self.height() / 2 - 13, self.width() - 12, 26)

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        frame = QRectF(0.5, middle - 12.5, self.width() - 11, 25)
        held = self.ctx.drill is not None and self.ctx.drill.held
        painter.setPen(QPen(theme.acc if held else theme.t3 if self.underMouse() else theme.line2, 1))
        painter.setBrush(theme.s3 if self.underMouse() else theme.s2)
        painter.drawRoundedRect(frame, 4, 4)
        words = self._words()
        if self.stage:
            words = QFontMetricsF(theme.font("small")).elidedText(words, Qt.TextElideMode.ElideRight, 133)
        end = self.words(painter, 12, "small", words, "t1")
        draw_icon(painter, QRectF(end + 7, middle - 5, 10, 10), "chevron-down", theme.t2, 2.4)

    def open(self) -> None:
        """The menu of periods under the chip."""
        drill, t, now = self.ctx.drill, self.ctx.t, self.ctx.clock.now()
        if drill is None:
            return
        if self.menu is not None:
            self.menu.deleteLater()
        menu = self.menu = QMenu(self)
        if drill.held:
            menu.addAction(t("leader.period_release")).triggered.connect(lambda: drill.release(self.ctx.clock.now()))
            menu.addSeparator()
        for word in PERIODS:
            entry = menu.addAction(span_words(span_of(word, now), t, now))
            entry.setCheckable(True)
            entry.setChecked(word == drill.scope.span.word)
            entry.triggered.connect(lambda _=False, word=word: self._choose(word))
        menu.popup(self.mapToGlobal(QPoint(0, self.height() - 10)))
        chosen = next((one for one in menu.actions() if one.isChecked()), None)
        menu.setActiveAction(chosen or menu.actions()[0])

    def _choose(self, word: str) -> None:
        drill = self.ctx.drill
        if drill is not None:
            span: Span = span_of(word, self.ctx.clock.now())
            drill.push(drill.scope.with_(span=span))


class Clock(Piece):
    """The city's time."""

    def face(self) -> object:
        return clock_time(self.ctx.clock.now())

    def tell(self) -> None:
        self.setToolTip(self.ctx.t("bars.clock_why", when=full_stamp(self.ctx.clock.now())))

    def wide(self, stage: int) -> int:
        return round(14 + self.measure("title", "00:00:00")) + 2

    def paint(self, painter: QPainter) -> None:
        self.words(painter, 12, "title", clock_time(self.ctx.clock.now()), "t1")


def joined_tip(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


class LeaderTop(TellingBar):
    """Attributes:
    chip: of the gravest alert, None while there is none.
    """

    panel_id: ClassVar[str] = "leadertop"
    topics: ClassVar[frozenset[str]] = frozenset({"alert", "area"})

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setFixedHeight(HIGH)
        self.mark = Mark(ctx, self)
        self.back = Push(ctx, BACK, "chevron-left", "leader.back", self, keyed=True)
        self.way = Crumbs(ctx, AreaTree(ctx.picture["area"]), self)
        self.period = TimeChip(ctx, self)
        self.chip: AlertChip | None = None
        self.cast = Push(ctx, CAST, "cast", "leader.cast", self, keyed=False)
        self.person = Person(ctx, NAME, self, "leader.role")
        self.clock = Clock(ctx, self)
        ctx.actions.add(Action(PERIOD, "leader.do_period", self.period.open, ("Ctrl+Shift+P",), icon="clock"))
        if ctx.drill is not None:
            ctx.drill.subscribe(self._walked)
        ctx.selection.subscribe(self._selected)
        self._tell()

    def _walked(self, drill: Drill) -> None:
        self._tell()

    def _selected(self, selection: Selection) -> None:
        self._tell()

    def gives_way(self) -> Sequence[tuple[Piece, int]]:
        alert: tuple[tuple[Piece, int], ...] = ((self.chip, 1), (self.chip, 2)) if self.chip is not None else ()
        last: tuple[tuple[Piece, int], ...] = ((self.chip, 3), (self.chip, 4)) if self.chip is not None else ()
        return (
            *alert, (self.way, 1), (self.cast, 2), (self.person, 1), (self.period, 1), (self.way, 2), *last[:1],
            (self.back, 1), (self.mark, 1), (self.person, 2), (self.back, 2), (self.way, 3), *last[1:], (self.mark, 2),
        )  # fmt: skip

    def _tell(self) -> None:
        self._show_alert()
        for piece in (self.back, self.way, self.period, self.cast, self.clock):
            piece.tell()
        left: list[Piece] = [self.mark, self.back, self.way, self.period]
        right: list[Piece] = [*([self.chip] if self.chip is not None else []), self.cast, self.person, self.clock]
        self.set_pieces(left, right)

    def _show_alert(self) -> None:
        alerts = alerts_now(self.ctx.picture, self.ctx.clock.now())
        if not alerts:
            if self.chip is not None:
                self.chip.hide()
                self.chip.deleteLater()
                self.chip = None
            return
        if self.chip is None:
            self.chip = AlertChip(self.ctx, alerts[0], self)
        self.chip.tell(alerts[0])


PANELS = {"leadertop": LeaderTop}
