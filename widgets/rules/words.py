"""A rule as a person says it: “道路积水深度 高于 50 cm，持续 60 秒”. No Qt."""

from __future__ import annotations

from enum import IntEnum

from cockpit.model.ages import span
from cockpit.model.alarms import Rule
from cockpit.model.clock import SECOND
from cockpit.model.levels import Level
from cockpit.model.tables import TABLES, TEXT, CameraState, EventState, UnitState
from widgets.alarms.model import flood_name
from widgets.kit.context import PanelContext
from widgets.lists.words import joined, number

PLAIN = ("value", "previous", "year", "forecast")
"""Measures that have the unit of the thing's value."""
STATES: dict[str, type[IntEnum]] = {"event": EventState, "unit": UnitState, "camera": CameraState}
TOPICS = ("sensor", "sign", "event", "unit", "feed", "camera")
NAMED_BY = {"sensor": "kind", "event": "kind", "unit": "kind", "camera": "kind", "sign": "code", "feed": "feed"}
"""The column that says what kind of thing a row is."""


def kinds_of(ctx: PanelContext, topic: str) -> list[tuple[str, str]]:
    """(word, name) of the kinds that a table may have."""
    t, pack = ctx.t, ctx.pack
    if topic == "sensor":
        return [(id, t.pack(kind.name)) for id, kind in pack.sensor_kinds.items()]
    if topic == "unit":
        return [(id, t.pack(kind.name)) for id, kind in pack.unit_kinds.items()]
    if topic == "event":
        groups = {kind.group_code: kind.group for kind in pack.kinds.values()}
        found = [(f"{code}*", t.pack(name)) for code, name in groups.items()]
        return found + [(code, t.pack(kind.name)) for code, kind in pack.kinds.items()]
    if topic == "sign" and ctx.signs is not None:
        return [(sign.code, f"{sign.code} {t.pack(sign.name)}") for sign in ctx.signs.known.signs]
    if topic == "feed":
        return [(feed.id, t.pack(feed.name)) for feed in pack.feeds]
    return []


def flood_words(ctx: PanelContext, flood: str) -> str:
    """A group of alarms by its name; "" none."""
    return flood_name(ctx, flood) if flood else ""


def kind_words(ctx: PanelContext, rule: Rule) -> str:
    """What the rule watches, in words."""
    wanted = rule.where.get(NAMED_BY.get(rule.topic, ""), "")
    named = dict(kinds_of(ctx, rule.topic)).get(str(wanted), str(wanted))
    return named or ctx.t(f"rulesui.topic_{rule.topic}")


def unit_of(ctx: PanelContext, rule: Rule) -> str:
    """Unit of what is compared, "" none or not known."""
    wanted = str(rule.where.get(NAMED_BY.get(rule.topic, ""), ""))
    if rule.topic == "sensor" and wanted in ctx.pack.sensor_kinds:
        return ctx.pack.sensor_kinds[wanted].unit
    if rule.topic == "sign" and ctx.signs is not None:
        return next((ctx.t.unit(sign.unit) for sign in ctx.signs.known.signs if sign.code == wanted), "")
    return ""


def unit_of_value(ctx: PanelContext, rule: Rule) -> str:
    """Unit of the value that an alarm of the rule has: of a silence minutes, of a count none."""
    if rule.kind in ("threshold", "rate"):
        return unit_of(ctx, rule)
    return "min" if rule.kind == "absence" else ""


def measures_of(topic: str) -> list[str]:
    """Columns of a table that are numbers and no times or places."""
    skip = {"lon", "lat", "tier"}
    return [c.name for c in TABLES[topic].columns if c.dtype != TEXT and c.dtype[1] == "f" and c.name not in skip]


def states_of(ctx: PanelContext, topic: str) -> list[tuple[str, str]]:
    """(number, name) of the states that a thing of a table has; none where it has no state of its own."""
    return [(str(int(state)), ctx.t(f"rulesui.{topic}_{state.name.lower()}")) for state in STATES.get(topic, ())]


def state_words(ctx: PanelContext, rule: Rule) -> str:
    """The state that is watched, “未结”; "" any, or one that has no word."""
    want = rule.where.get("state")
    return dict(states_of(ctx, rule.topic)).get(f"{want:g}", "") if isinstance(want, float | int) else ""


def measure_words(ctx: PanelContext, rule: Rule) -> str:
    """What is compared, where that is not plainly the thing's value."""
    return ctx.t(f"rulesui.column_{rule.measure}") if rule.measure not in ("", "value") else ""


def bound_words(ctx: PanelContext, rule: Rule) -> str:
    """“达到 27 cm”: a bound itself counts as passed."""
    t, unit = ctx.t, unit_of(ctx, rule) if rule.measure in PLAIN else ""
    if rule.measure == "level":
        return _level_words(ctx, rule)
    words = []
    if rule.above is not None:
        words.append(t("rulesui.above_words", n=number(rule.above), unit=unit).strip())
    if rule.below is not None:
        words.append(t("rulesui.below_words", n=number(rule.below), unit=unit).strip())
    return t("rulesui.or").join(words)


def _level_words(ctx: PanelContext, rule: Rule) -> str:
    """“Ⅱ级及以上”: the gravest level is 1. A bound that every level passes is "": it only asks that there is one."""
    t, gravest, least = ctx.t, int(min(Level)), int(max(Level))
    words = []
    if rule.below is not None and rule.below < least:
        words.append(t("rulesui.level_at_least", n=number(rule.below)))
    if rule.above is not None and rule.above > gravest:
        words.append(t("rulesui.level_at_most", n=number(rule.above)))
    want = rule.where.get("level")
    if isinstance(want, list):
        words.append(t("rulesui.level_range", low=number(want[0]), high=number(want[1])))
    return t("rulesui.or").join(words)


def seconds_words(ctx: PanelContext, seconds: float) -> str:
    return ctx.t(span(round(seconds * SECOND)))


def rule_words(ctx: PanelContext, rule: Rule) -> str:
    """What a rule says, in one line."""
    t, what = ctx.t, " ".join(filter(None, (kind_words(ctx, rule), state_words(ctx, rule))))
    if rule.kind in ("threshold", "rate", "count") and rule.measure != "level":
        what = " ".join(filter(None, (what, measure_words(ctx, rule))))
    if rule.kind == "threshold":
        said = f"{what} {bound_words(ctx, rule)}"
    elif rule.kind == "rate":
        said = t("rulesui.say_rate", thing=what, per=seconds_words(ctx, rule.per), bound=bound_words(ctx, rule))
    elif rule.kind == "absence":
        silence = seconds_words(ctx, rule.silence) if rule.silence else t("rulesui.three_beats")
        said = t("rulesui.say_absence", thing=what, silence=silence)
    elif rule.kind == "count":
        per = seconds_words(ctx, rule.per) if rule.per else t("rulesui.at_once")
        what = f"{what} {bound_words(ctx, rule)}".rstrip() if rule.measure else what
        said = t("rulesui.say_count", thing=what, per=per, n=rule.more_than)
    elif rule.kind == "geofence":
        said = t("rulesui.say_inside" if rule.inside else "rulesui.say_outside", thing=what)
    else:
        names = {one.id: t.pack(one.name) for one in (ctx.alarms.rules if ctx.alarms is not None else ())}
        all_of = t("rulesui.and").join(names.get(id, id) for id in rule.all_of)
        any_of = t("rulesui.or").join(names.get(id, id) for id in rule.any_of)
        said = joined(all_of, any_of)
    lasting = t("rulesui.say_delay", span=seconds_words(ctx, rule.delay)) if rule.delay else ""
    when = f"{rule.hours.start}–{rule.hours.end}" if rule.hours.start else ""
    return joined(said.strip(), lasting, when)
