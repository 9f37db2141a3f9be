"""What is said beside the gravest events on a wall's map, and where it stands on a screen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from cockpit.model.ages import age, moment
from cockpit.model.alarms import text_of
from cockpit.model.figures import figure
from cockpit.model.layout import Rect
from cockpit.model.tables import AlarmState
from widgets.kit.context import PanelContext
from widgets.kit.discreet import visitor
from widgets.lists.words import SEPARATOR, joined
from widgets.map.scene import ALARM, CASE, EVENT, SENSOR
from widgets.map.titles import Titles
from widgets.wall.mapface import boxes_of_marks
from widgets.wall.mapmarks import Mark
from widgets.wall.mapwords import TOLD, Callout, placed
from widgets.wall.sizes import SEAM, WallType


class Wording:
    """Says marks in words; the same words at the same places are the very same callouts."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx
        self._titles = Titles(ctx.picture, ctx.pack, ctx.cases)
        self._made: tuple[tuple[object, ...], list[Callout]] = ((), [])

    def callouts(
        self, marks: list[Mark], cut: Rect, followed: str, occurred: NDArray[np.int64], floats: NDArray[np.float64],
        base: WallType,
    ) -> list[Callout]:  # fmt: skip
        """Words of the gravest events whose symbol is on this screen: the followed one first, then by level and age.

        Args:
            marks: of the whole canvas. occurred: of events, by row. floats: boxes of what floats, px of the cut.
        """
        wanted = self._wanted(marks, cut, followed, occurred)
        token = (id(marks), cut, base, floats.tobytes(), tuple(lines for _, lines in wanted))
        if self._made[0] != token:
            self._held = marks  # what the id is of
            self._made = (token, self._placed(wanted, marks, cut, floats, base))
        return self._made[1]

    def moved(self, marks: list[Mark], cut: Rect) -> list[Callout]:
        """The last callouts gone along with their marks, while a hand moves the view: laid out anew when it rests."""
        now = {mark.key: mark for mark in marks if mark.key}
        room = QRectF(SEAM, SEAM, cut.w - 2 * SEAM, cut.h - 2 * SEAM)
        made = []
        for one in self._made[1]:
            mark = now.get(one.mark.key)
            if mark is not None:
                box = one.box.translated(round(mark.x - one.mark.x), round(mark.y - one.mark.y))
                if room.contains(box):
                    made.append(Callout(mark, one.lines, box))
        return made

    def _wanted(
        self, marks: list[Mark], cut: Rect, followed: str, occurred: NDArray[np.int64]
    ) -> list[tuple[Mark, tuple[str, str]]]:
        wanted = []
        for mark in marks:
            here = cut.x <= mark.x < cut.x + cut.w and cut.y <= mark.y < cut.y + cut.h
            if here and mark.key and (0 < mark.level <= TOLD or mark.key == followed):
                lines = self._words(mark)
                if lines is not None:
                    wanted.append((mark, lines))

        def order(one: tuple[Mark, tuple[str, str]]) -> tuple[bool, int, int, str]:
            mark = one[0]
            return mark.key != followed, mark.level, -int(occurred[mark.row]) if mark.row >= 0 else 0, mark.key

        return sorted(wanted, key=order)

    @staticmethod
    def _placed(
        wanted: Sequence[tuple[Mark, tuple[str, str]]], marks: list[Mark], cut: Rect, floats: NDArray[np.float64],
        base: WallType,
    ) -> list[Callout]:  # fmt: skip
        room = QRectF(SEAM, SEAM, cut.w - 2 * SEAM, cut.h - 2 * SEAM)
        shift = np.array([cut.x, cut.y, cut.x, cut.y])
        grave = boxes_of_marks([one for one in marks if 0 < one.level <= TOLD]) - shift
        others = boxes_of_marks([one for one in marks if not 0 < one.level <= TOLD]) - shift
        return placed(wanted, (cut.x, cut.y), room, base, np.concatenate([grave, floats]), others)

    def _words(self, mark: Mark) -> tuple[str, str] | None:
        """What is said of a thing; visitors are not told where it is or whose it is."""
        ctx, now = self._ctx, self._ctx.clock.now()
        strangers = visitor(ctx)
        if mark.topic == ALARM:
            return alarm_words(ctx, mark.key, strangers)
        if mark.topic == CASE and strangers:
            case = ctx.cases.case(mark.key)
            return (ctx.t.pack(ctx.pack.kind(case.facts.kind).name), "") if case is not None else None
        lines = self._titles.of(mark.topic, mark.key, ctx.t, now)
        if lines is not None and mark.count > 1:
            lines = ctx.t("wallmap.of_many", title=lines[0], n=mark.count), lines[1]
        if lines is not None and strangers:
            row = ctx.picture[EVENT].get(mark.key)
            at = moment(int(row["occurred"]), now) if row is not None else ""
            return lines[0], ctx.t("wallmap.since", time=at) if at else ""
        return lines


def alarm_words(ctx: PanelContext, key: str, strangers: bool) -> tuple[str, str] | None:
    """What an alarm is about with its value; then where and how it stands, or for strangers since when alone.

    Strangers are not told the name of the thing, which says a street, nor that of the rule, which a site may call after
    one: they are told the class of event that a case of it gets, or the kind of what measured it.
    """
    row, t = ctx.picture[ALARM].get(key), ctx.t
    if row is None:
        return None
    value, unit = float(row["value"]), t.unit(text_of(row["unit"]))
    amount = f"{figure(value, 0 if value.is_integer() else 1)} {unit}".strip() if math.isfinite(value) else ""
    kind = _kind_of(ctx, row)
    if strangers:
        title = f"{kind or t('wallmap.alarm')} {amount}".strip()
        return title, t("wallmap.raised", time=moment(int(row["raised"]), ctx.clock.now()))
    rules = ctx.alarms.rules if ctx.alarms is not None else ()
    rule = next((one for one in rules if one.id == row["rule"]), None)
    what = t.pack(rule.name) if rule is not None else kind or t("wallmap.alarm")
    name = t.pack(text_of(row["name"])) or str(row["place"])
    where = name.split(SEPARATOR)[-1] if name == row["place"] else name
    said = "alarmlist.shelved_now" if row["state"] == AlarmState.SHELVED else f"alarmlist.state_{row['state']}"
    return f"{what} {amount}".strip(), joined(
        where if where != what else "", t(said), t(age(row["raised"], ctx.clock.now()))
    )


def _kind_of(ctx: PanelContext, row: Mapping[str, Any]) -> str:
    """What an alarm is about in words of the pack or of the signs; "" where neither knows."""
    if row["kind"]:
        return ctx.t.pack(ctx.pack.kind(str(row["kind"])).name)
    if (sensor := ctx.picture[SENSOR].get(row["thing"])) is not None:
        return ctx.t.pack(ctx.pack.sensor_kind(str(sensor["kind"])).name)
    if ctx.picture["sign"].get(row["thing"]) is not None:
        return ctx.t.pack(text_of(row["name"]))
    return ""
