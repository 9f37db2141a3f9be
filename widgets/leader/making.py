"""Tiles of signs and of figures of the archive, with all that goes with a number."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cockpit.model import ages
from cockpit.model.ages import hour_minute, moment
from cockpit.model.clock import DAY
from cockpit.model.figures import MINUS
from cockpit.model.figures import figure as printed
from cockpit.model.insight import UNSETTLED, Figure, Trend
from cockpit.model.messages import Texts, capital
from cockpit.model.scopewords import measure_words, source_words, span_words, unit_words
from cockpit.model.signs import Sign
from widgets.charts.scale import Curve
from widgets.kit.context import PanelContext
from widgets.kit.notes import SignNote, notes_of
from widgets.leader.days import Days
from widgets.leader.tile import Tile
from widgets.lists.words import joined
from widgets.signs.board import Item
from widgets.signs.words import SignWords

RATE_UNITS = ("%", "‰")


def difference(words: SignWords, sign: Sign, value: float, before: float) -> str:
    """+88 处, −3.1 点, or +61% where it was another number of many; "" where one of them is not known."""
    t = words.t
    if not (math.isfinite(value) and math.isfinite(before)):
        return ""
    by = value - before
    if abs(by) < 0.5 * 10.0**-sign.decimals:
        return t("leader.unchanged")
    side = "+" if by > 0 else MINUS
    if sign.unit in RATE_UNITS:
        return side + t("signsui.points", n=f"{abs(by):,.{max(sign.decimals, 1)}f}")
    return side + words.with_unit(sign, abs(by))


def of_sign(
    ctx: PanelContext, words: SignWords, item: Item, days: Days, followed: frozenset[str], unfed: bool = False
) -> Tile:
    """The tile of a sign: compared with the same time yesterday."""
    t, sign, now = ctx.t, item.sign, ctx.clock.now()
    before = days.before(item.key)
    code = item.area if item.area != ctx.pack.code else ""
    drill = ctx.drill
    scope = drill.scope.with_(measure=f"sign:{sign.code}", area=code) if drill is not None else None
    old, reported = item.old(now), sign.origin == "reported"
    told = t("signsui.reported") if reported else t("signsui.measured")
    place, age = words.area(item.area), words.age(item, now)
    was = t("leader.yesterday", value=words.value(sign, before) if math.isfinite(before) else "–")
    goal = t("leader.target", value=words.target(sign)) if sign.target is not None else ""
    note = joined(age, place, told) if old else joined(place, age, told)
    curve = days.today(item.key, item.value)
    notes = notes_of(ctx.prefs, sign.code, item.area)
    if not item.known:
        why = words.missing(sign, unfed)
        tip = "\n".join(part for part in (words.name(sign), why, joined(place, told)) if part)
        return Tile(
            item.key, words.name(sign), t("signsui.no_value"), scope, known=False, note=why,
            followed=sign.code in followed, tip=tip,
        )  # fmt: skip
    change = difference(words, sign, item.value, before)
    against = joined(was, goal)
    return Tile(
        item.key,
        words.name(sign),
        words.value(sign, item.value),
        scope,
        words.unit(sign, item.value),
        item.level,
        change,
        against,
        note,
        old=old,
        reported=reported,
        curve=curve,
        ends=ends_of(curve),
        marks=tuple(one.at for one in notes),
        followed=sign.code in followed,
        tip=_tip(ctx, words, item, before, notes),
    )


def ends_of(curve: Curve) -> tuple[str, str]:
    """Its first and last time as printed, of a course within a day or two."""
    return (hour_minute(int(curve.at[0])), hour_minute(int(curve.at[-1]))) if len(curve) > 1 else ("", "")


def _tip(ctx: PanelContext, words: SignWords, item: Item, before: float, notes: Sequence[SignNote]) -> str:
    """Value, area, period, comparison, target, bounds, age, how told, what was written to it: a line each."""
    t, sign, now = ctx.t, item.sign, ctx.clock.now()
    lines = [
        f"{words.name(sign)}  {words.with_unit(sign, item.value)}",
        joined(words.area(item.area), t("leader.until", at=moment(item.measured, now))),
        t("leader.tip_yesterday", value=words.with_unit(sign, before)) if math.isfinite(before) else "",
        t("signsui.was_year", value=words.with_unit(sign, item.year)) if math.isfinite(item.year) else "",
        joined(t("leader.target", value=words.target(sign)), words.met(item)) if sign.target is not None else "",
        *(f"{words.level(one.level)} {words.bound(sign, one)}" for one in sign.thresholds),
        joined(words.age(item, now), words.mark(sign), words.owner(sign)),
        *(t("leader.note_line", at=ages.stamp(one.at), by=one.by, words=one.words) for one in notes[-3:]),
    ]
    return "\n".join(line for line in lines if line)


def of_figure(
    ctx: PanelContext,
    words: SignWords,
    key: str,
    figure: Figure,
    trend: Trend | None,
    name: str = "",
) -> Tile:
    """The tile of a measure of the archive's records."""
    t, now, scope = ctx.t, ctx.clock.now(), figure.scope
    unit = unit_words(figure.unit, t, figure.value)
    title = capital(name or measure_words(scope.measure, t))
    place = words.area(scope.area) if scope.area else t.pack(ctx.pack.name)
    told = t("signsui.reported") if figure.origin == "reported" else t("signsui.measured")
    age = t(ages.age(figure.as_of, now)) if figure.as_of else ""
    note = joined(place, span_words(scope.span, t, now, brief=True))
    tip = [f"{title}  {_number(figure.value, figure, t) if figure.value is not None else t('leader.no_base')}",
           joined(place, span_words(scope.span, t, now)), t("leader.of_records", n=f"{figure.n:,}")]  # fmt: skip
    if figure.value is None:
        return Tile(key, title, t("signsui.no_value"), scope, known=False, note=t("leader.no_base"), tip="\n".join(tip))
    change = ""
    against = ""
    if figure.change is not None and figure.before is not None:
        settled = scope.measure not in UNSETTLED
        change = _changed(figure, t) if settled else ""
        when = "yesterday" if scope.span.word == "today" and scope.against is None else "before"
        against = t(f"leader.{when}" if settled else f"leader.{when}_now", value=_bare(figure.before, figure))
        tip.append(t("leader.tip_before", value=_number(figure.before, figure, t)))
    if figure.target is not None:
        goal = t("leader.target", value=_number(figure.target, figure, t))
        against = joined(against, goal)
        tip.append(goal)
    tip.append(joined(age, told, source_words(figure.source, t)))
    curve = curve_of_trend(trend)
    return Tile(
        key, title, _bare(figure.value, figure), scope, unit, figure.level, change, against, note,
        reported=figure.origin == "reported", curve=curve, ends=_trend_ends(trend, curve), tip="\n".join(tip),
    )  # fmt: skip


def _bare(value: float, figure: Figure) -> str:
    return printed(value, figure.decimals)


def _number(value: float, figure: Figure, t: Texts) -> str:
    unit = unit_words(figure.unit, t, value)
    gap = "" if unit in RATE_UNITS else " "
    return f"{_bare(value, figure)}{gap}{unit}".rstrip()


def _changed(figure: Figure, t: Texts) -> str:
    """As `difference`: of shares in points."""
    by = figure.change or 0.0
    if abs(by) < 0.5 * 10.0**-figure.decimals:
        return t("leader.unchanged")
    points = t("signsui.points", n=_bare(abs(by), figure)) if figure.unit in RATE_UNITS else ""
    return ("+" if by > 0 else MINUS) + (points or _number(abs(by), figure, t))


def curve_of_trend(trend: Trend | None) -> Curve:
    """The course of a figure as a curve; gaps are gaps."""
    if trend is None or not trend.starts:
        return Curve()
    values = np.array([math.nan if value is None else value for value in trend.values], dtype=np.float64)
    return Curve(np.array(trend.starts, dtype=np.int64), values, values, values)


def _trend_ends(trend: Trend | None, curve: Curve) -> tuple[str, str]:
    if trend is None or len(curve) < 2:
        return "", ""
    first, last = int(curve.at[0]), int(curve.at[-1])
    if last - first < 2 * DAY:
        return hour_minute(first), hour_minute(last)
    return ages.stamp(first)[:5], ages.stamp(last)[:5]
