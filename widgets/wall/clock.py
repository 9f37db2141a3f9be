"""时钟 and 倒计时: the city's time and day; what is left until an instant or a limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any, ClassVar

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QPainter

from cockpit.model.ages import countdown, date_words, stamp
from cockpit.model.clock import DAY, HOUR, SECOND, from_iso, local
from cockpit.model.messages import Message
from widgets.kit.discreet import visitor
from widgets.kit.loopwords import left_of, stage_of
from widgets.lists.words import joined
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import draw_words, fitted
from widgets.wall.sizes import wide

YEAR_LEAST = 2000
"""A city's clock before this year was never set."""


class WallClock(WallPanel):
    """The time of the city, on the second. Options: `seconds`, `date`: whether they are shown."""

    panel_id: ClassVar[str] = "wallclock"
    title_id: ClassVar[str] = ""
    options: ClassVar[Mapping[str, Any]] = {"seconds": True, "date": True}

    def begin(self) -> None:
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._turn)
        self._shown = ""

    def look(self) -> None:
        now = self.ctx.clock.now()
        if local(now).year < YEAR_LEAST:
            self.show_state(PanelState.WAITING, Message("walltime.unset"))
        else:
            self.show_content()
        words = local(now).strftime("%H:%M:%S" if self.chosen["seconds"] else "%H:%M")
        if words != self._shown:
            self._shown = words
            self.setAccessibleDescription(words)
            self.update()

    def age_tick(self) -> None:
        self._turn()

    def _turn(self) -> None:
        """Shows the second of now; comes again when the next one begins, however late this was."""
        if self.failed:
            return
        self.look()
        if self.isVisible():
            self._next.start(max((SECOND - self.ctx.clock.now() % SECOND) // 1000 + 1, 1))

    def paint(self, painter: QPainter, box: QRectF) -> None:
        base, theme = self.base, self.theme
        day = self.ctx.t(date_words(self.ctx.clock.now())) if self.chosen["date"] else ""
        if day and box.height() < base.clock + base.row * 1.4:  # beside each other where it is low
            px = fitted(day + self._shown, box.width() * 0.9, min(base.clock * 2, box.height()), base.row, True)
            small = max(px * 0.5, base.min)
            room = wide(day, small)
            if room + wide(self._shown, px, True) + base.gap * 2 > box.width():
                draw_words(painter, box, self._shown, px, theme.t1, True, "middle")
                return
            draw_words(painter, box, day, small, theme.t2)
            draw_words(painter, box, self._shown, px, theme.t1, True, "right")
            return
        share = 0.66 if day else 1.0
        high = box.height() * share
        px = fitted(self._shown, box.width(), high * 0.86, base.row, True)
        small = max(min(px * 0.4, box.height() * 0.2), base.min)
        top = box.top() + max((box.height() - px * 1.1 - (small * 1.5 if day else 0)) / 2, 0)
        draw_words(painter, QRectF(box.left(), top, box.width(), px * 1.1), self._shown, px, theme.t1, True, "middle")
        if day:
            below = QRectF(box.left(), top + px * 1.1, box.width(), small * 1.5)
            draw_words(painter, below, day, fitted(day, box.width(), small, base.min), theme.t2, side="middle")


class WallCountdown(WallPanel):
    """What is left.

    Options:
        to: an instant ("2026-07-15T08:00:00+08:00"), a time of the day ("20:00", the next one), or `case`: the limit of
            the stage of the case that the wall follows, else of the open case that is due first; visitors are not told
            its number.
        words: what happens then, passed: what is said when it is past; each `{zh, en}`.
    """

    panel_id: ClassVar[str] = "wallcountdown"
    title_id: ClassVar[str] = "walltime.countdown"
    topics: ClassVar[frozenset[str]] = frozenset({"case", "event"})
    options: ClassVar[Mapping[str, Any]] = {"to": "case", "words": {}, "passed": {}}

    def begin(self) -> None:
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._turn)
        self._big, self._under, self._ink = "", "", "t1"

    def look(self) -> None:
        told = self._told()
        if told is not None and told != (self._big, self._under, self._ink):
            self._big, self._under, self._ink = told
            self.setAccessibleDescription(f"{self._big} {self._under}")
            self.update()

    def age_tick(self) -> None:
        self._turn()

    def _turn(self) -> None:
        if self.failed:
            return
        self.look()
        if self.isVisible():
            self._next.start(max((SECOND - self.ctx.clock.now() % SECOND) // 1000 + 1, 1))

    def _told(self) -> tuple[str, str, str] | None:
        """Figures, what they are of, and their colour; None: a state is said."""
        to, t, now = str(self.chosen["to"]), self.ctx.t, self.ctx.clock.now()
        if to == "case":
            return self._of_case(now)
        due = instant(to, now)
        if due is None:
            self.show_state(PanelState.EMPTY, Message("walltime.no_instant", {"given": to}))
            return None
        self.show_content()
        what = t.pack(self.chosen["words"]) if self.chosen["words"] else ""
        if now >= due and self.chosen["passed"]:
            return t.pack(self.chosen["passed"]), joined(what, stamp(due)), "t1"
        over = now >= due
        said = t("walltime.since" if over else "walltime.until", when=stamp(due))
        return _span(due - now, t), joined(what, said), "t2" if over else "t1"

    def _of_case(self, now: int) -> tuple[str, str, str] | None:
        ctx, t = self.ctx, self.ctx.t
        if not ctx.cases.known:
            self.show_state(PanelState.WAITING, Message("wallkit.cases_waiting"))
            return None
        sight = ctx.wall
        key = (sight.event or sight.focus) if sight is not None else ""
        case = (ctx.cases.of_event(key) or ctx.cases.case(key)) if key else None
        if key and (case is None or not case.open):
            self.show_state(PanelState.EMPTY, Message("walltime.no_case"))
            return None
        case = case or next((one for one in ctx.cases.all_open() if one.due), None)
        left = left_of(case.due, case.stage_at, now) if case is not None else None
        if case is None or left is None:
            self.show_state(PanelState.EMPTY, Message("walltime.nothing_due"))
            return None
        self.show_content()
        name = t.pack(ctx.pack.kind(case.facts.kind).name)
        number = "" if visitor(ctx) else case.number
        return t(left.words), joined(name, number, t(stage_of(case).words)), left.token

    def paint(self, painter: QPainter, box: QRectF) -> None:
        base, theme = self.base, self.theme
        small = max(base.min, min(base.row * 1.3, box.height() * 0.16))
        room = small * 1.5 if self._under and box.height() >= base.row * 1.2 + small * 1.5 else 0.0
        high = box.height() - room
        px = fitted(self._big, box.width(), min(high * 0.9, box.height() * 0.62), base.row, True)
        top = box.top() + max((box.height() - px * 1.15 - room) / 2, 0)
        draw_words(painter, QRectF(box.left(), top, box.width(), px * 1.15), self._big, px, theme[self._ink], True,
                   "middle")  # fmt: skip
        if room:
            below = QRectF(box.left(), top + px * 1.15, box.width(), room)
            draw_words(painter, below, self._under, fitted(self._under, box.width(), small, base.min), theme.t2,
                       side="middle")  # fmt: skip


def instant(to: str, now: int) -> int | None:
    """The instant that an option says, city time, UTC us; of a time of the day the next; None for what is none."""
    try:
        if "T" in to or "-" in to:
            return from_iso(to)
        clock = time.fromisoformat(to)
    except ValueError:
        return None
    today = local(now)
    due = today.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
    if due <= today:
        due += timedelta(days=1)
    return from_iso(due.isoformat())


def _span(us: int, t: Any) -> str:
    """12 天 03:04:05; 03:04:05; 04:05."""
    left = abs(us)
    days, rest = divmod(left, DAY)
    clock = countdown(rest) if rest >= HOUR or not days else f"0:{countdown(rest)}"
    return f"{t('kit.span_days', n=days)} {clock}" if days else clock


PANELS = {"wallclock": WallClock, "wallcountdown": WallCountdown}
