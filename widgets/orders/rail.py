"""The stage rail of a case: 上报 受理 立案 派遣 处置 核查 结案, each with its time, that of now with what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cockpit.model import ages
from cockpit.model.cases import Case
from cockpit.model.loop import LoopRules, StageRule
from cockpit.model.messages import Texts
from cockpit.model.stages import STAGES
from widgets.kit.icons import draw_icon
from widgets.kit.loopwords import left_of
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip
from widgets.lists.parts import PAD, Part, draw_line
from widgets.orders.words import span_words

PASSED, NOW, AHEAD, PENDING = "passed", "now", "ahead", "pending"
"""Where a stage is: behind the case, where it is, ahead of it, where it is as far as this seat's outbox goes."""
_HEIGHT, _DOT, _R = 80, 25, 6.5


@dataclass(frozen=True)
class Mark:
    """One stage on the rail.

    Attributes:
        label: its name; under: its time, what is left, or its limit.
        where: PASSED, NOW, AHEAD or PENDING.
        token: colour of `under` where it is now: red overdue, yellow nearly so.
        tip: all of it, with the date.
    """

    label: str
    under: str
    where: str
    token: str = "t1"
    tip: str = ""


def marks(case: Case | None, reported: int, kind: str, level: int, rules: LoopRules, t: Texts, now: int) -> list[Mark]:
    """The rail of a case, or of an event that is none yet.

    Args:
        kind, level: of the event or the case.
        reported: when the event occurred (上报); 0 for a case taken by telephone, whose call is its report.
    """
    reported = reported or (case.opened if case else 0)
    made = [Mark(t("orders.stage_reported"), _clock(reported, now), PASSED, tip=_tip(reported))]
    at = _at(case, rules)
    for i, rule in enumerate(shown(rules)):
        label, came = t.pack(rule.name), case.stages.get(rule.id, 0) if case else 0
        if case is not None and (i < at or (i == at and not case.open and not case.provisional)):
            made.append(Mark(label, _clock(came, now), PASSED, tip=_tip(came)))
        elif case is None and i == 0:
            made.append(Mark(label, t("orders.stage_waits"), NOW))
        elif case is not None and i == at:
            made.append(_here(case, label, t, now))
        else:
            made.append(Mark(label, _limit(rules, rule, kind, level, t), AHEAD))
    return made


def shown(rules: LoopRules) -> list[StageRule]:
    """Stages that have a place on the rail: 反馈 is the beginning of 核查, 评价 lies behind 结案."""
    return [rule for rule in rules.stages if rule.id not in ("feedback", "rated")]


def _at(case: Case | None, rules: LoopRules) -> int:
    """Index of the stage that the case is at, or waits for: one that is filed waits to be assigned."""
    if case is None:
        return -1
    stage = "check" if case.stage == "feedback" else case.stage
    there = [i for i, rule in enumerate(shown(rules)) if STAGES.index(rule.id) <= STAGES.index(stage)]
    at = there[-1] if there else 0
    waits = stage in ("intake", "filed") and not case.provisional
    return min(at + 1, len(shown(rules)) - 1) if waits else at


def _here(case: Case, label: str, t: Texts, now: int) -> Mark:
    if case.provisional:
        return Mark(label, _clock(case.stage_at, now), PENDING, tip=_tip(case.stage_at))
    left = left_of(case.due, case.stage_at, now)
    if left is None:
        return Mark(label, _clock(case.stage_at, now), NOW, tip=_tip(case.stage_at))
    return Mark(label, t(left.words), NOW, left.token, tip=_tip(case.stage_at))


def _limit(rules: LoopRules, rule: StageRule, kind: str, level: int, t: Texts) -> str:
    """限 30 分钟: the limit that a stage will have; 处置 has that of the class, others that have none say nothing."""
    if rule.clock is not None:
        return t("orders.limit", span=span_words(rule.clock[min(max(level, 1), len(rule.clock)) - 1]))
    return t("orders.limit", span=span_words(rules.finish_spans(kind, level)[0])) if rule.id == "handling" else ""


def _clock(us: int, now: int) -> str:
    return ages.instant(us, now) if us > 0 else "–"


def _tip(us: int) -> str:
    return ages.full_stamp(us) if us > 0 else ""


class StageRail(Part):
    """The part of the page; `read` is asked at each paint, so that countdowns run."""

    def __init__(self, theme: Theme, read: Callable[[], Sequence[Mark]], parent: QWidget | None = None) -> None:
        super().__init__(theme, _HEIGHT, parent)
        self.read = read
        self.setAccessibleName("; ".join(f"{mark.label} {mark.under}" for mark in read()))

    def paintEvent(self, event: QPaintEvent) -> None:
        marks = self.read()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = (self.width() - 2 * PAD) / max(1, len(marks))
        middles = [QPointF(PAD + step * (i + 0.5), _DOT) for i in range(len(marks))]
        for i in range(len(marks) - 1):
            passed = marks[i + 1].where != AHEAD
            painter.setPen(QPen(self.theme.t2 if passed else self.theme.line2, 1.5 if passed else 1))
            painter.drawLine(middles[i] + QPointF(_R + 5, 0), middles[i + 1] - QPointF(_R + 5, 0))
        for mark, middle in zip(marks, middles, strict=True):
            self._dot(painter, mark, middle)
            self._words(painter, mark, round(middle.x()), int(step))
        self.hairline(painter, self.height() - 1)
        self.setAccessibleName("; ".join(f"{mark.label} {mark.under}" for mark in marks))
        tip = plain_tip("\n".join(f"{mark.label}  {mark.tip or mark.under}" for mark in marks))
        if tip != self.toolTip():
            self.setToolTip(tip)

    def _dot(self, painter: QPainter, mark: Mark, at: QPointF) -> None:
        theme = self.theme
        if mark.where == PASSED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.t2)
            painter.drawEllipse(at, _R, _R)
            draw_icon(painter, QRectF(at.x() - 4, at.y() - 4, 8, 8), "check", theme.s1, 4.0)
            return
        color = theme.red_text if mark.token == "red_text" else theme.acc
        if mark.where == NOW:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(theme.s1)
            painter.drawEllipse(at, _R + 1, _R + 1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(at, _R - 2, _R - 2)
            return
        if mark.where == PENDING:
            painter.setPen(QPen(theme.orange_text, 1.5))
            painter.setBrush(theme.s1)
            painter.drawEllipse(at, _R, _R)
            painter.drawLine(at - QPointF(3, 0), at + QPointF(3, 0))
            return
        painter.setPen(QPen(theme.line2, 1.5))
        painter.setBrush(theme.s1)
        painter.drawEllipse(at, _R - 0.5, _R - 0.5)

    def _words(self, painter: QPainter, mark: Mark, middle: int, wide: int) -> None:
        theme = self.theme
        here = mark.where in (NOW, PENDING)
        ink = theme.t3 if mark.where == AHEAD else theme.acc if mark.where == NOW else theme.t1
        under = theme.t3 if mark.where == AHEAD else theme[mark.token] if here else theme.t2
        font = _fitting(theme, mark.label, wide, here, "body")
        small = _fitting(theme, mark.under, wide, mark.where == NOW)
        _centred(painter, QRect(middle - wide // 2, 38, wide, 18), mark.label, font, ink)
        _centred(painter, QRect(middle - wide // 2, 56, wide, 16), mark.under, small, under)


def _fitting(theme: Theme, text: str, wide: int, bold: bool, style: str = "small") -> QFont:
    """The font of a style, or the smallest where it has no room."""
    font = theme.font(style, 700 if bold else 400)
    return font if QFontMetrics(font).horizontalAdvance(text) <= wide - 2 else theme.font("axis")


def _centred(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor) -> None:
    wide = QFontMetrics(font).horizontalAdvance(text)
    if wide > rect.width():
        draw_line(painter, rect, text, font, color)
        return
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
