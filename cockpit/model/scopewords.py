"""How a scope is said to a person: 今天 12:00–17:42 · 东新街道 · 道路积水."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from cockpit.model.city import Pack, Text
from cockpit.model.clock import DAY, HOUR
from cockpit.model.figures import MINUS
from cockpit.model.levels import Level
from cockpit.model.messages import Texts
from cockpit.model.scope import Scope, Span, counted
from cockpit.model.spans import GROWING, PREVIOUS, YEAR_BEFORE, ZONE, begin, calendar, day_of, moves, span_of, unit_of

Names = Mapping[str, str]
"""Names by code of an area, key of a unit, code of a sign; what is not in it is said by its code."""
DOT = " · "
SIGN_VALUES = ("mean", "max", "min", "last")
"""What may be asked of a sign over a period, behind its code."""
_MOST = 3
"""Kinds, units and areas that are named one by one."""


def scope_words(scope: Scope, pack: Pack, names: Names, t: Texts, now: int) -> str:
    """The whole scope in one line, period first; without its measure (`measure_words`)."""
    return DOT.join([span_words(scope.span, t, now), *part_words(scope, pack, names, t, now)])


def part_words(scope: Scope, pack: Pack, names: Names, t: Texts, now: int) -> list[str]:
    """Everything but the period, the area first, each restriction by itself."""
    said = [names.get(scope.area, scope.area) if scope.area else t.pack(pack.name)]
    said += [words for name in _FILTERS if (words := filter_words(scope, name, pack, names, t, now))]
    return said


def step_words(before: Scope | None, scope: Scope, pack: Pack, names: Names, t: Texts, now: int) -> str:
    """What one step of the way is: what is another than in the step before; all of it for the first."""
    if before is None:
        return scope_words(scope, pack, names, t, now)
    said = [] if _same(before.span, scope.span) else [span_words(scope.span, t, now)]
    if scope.area != before.area:
        said.append(names.get(scope.area, scope.area) if scope.area else t.pack(pack.name))
    for name in _FILTERS:
        if getattr(scope, name) != getattr(before, name):
            said.append(filter_words(scope, name, pack, names, t, now) or t("insight.no_longer", what=t(_title(name))))
    if scope.measure != before.measure:
        said.append(measure_words(scope.measure, t, names))
    if scope.by != before.by and scope.by:
        said.append(t("insight.by", what=dimension_words(scope.by, t)))
    if scope.against != before.against and scope.against is not None:
        said.append(t("insight.against", what=against_words(scope.against, t, now)))
    if scope.key != before.key and scope.key:
        number = names.get(scope.key) or scope.key.partition("/")[2] or scope.key
        said.append(t("insight.record", number=number))
    return DOT.join(said) or scope_words(scope, pack, names, t, now)


def _same(before: Span, span: Span) -> bool:
    """Whether two steps are of one period: one that goes on with the clock is the same a few minutes later."""
    return before == span or (before.word == span.word and moves(span) and abs(before.start - span.start) < DAY)


def measure_words(measure: str, t: Texts, names: Names = {}) -> str:  # noqa: B006 - never changed
    """A measure as it is called; a sign by its name."""
    if not measure.startswith("sign:"):
        return t(f"insight.measure_{measure}")
    code, _, of = measure.removeprefix("sign:").partition(":")
    name = names.get(code, code)
    return t("insight.sign_of_period", name=name, of=t(f"insight.sign_{of}")) if of in SIGN_VALUES else name


def unit_words(unit: Text | str, t: Texts, value: float | None = None) -> str:
    """The unit of a figure as printed: `case`, `h`, `min` and a pack's word in the reader's language, cm as it is; of
    1 in the singular."""
    if unit == "case" and value in (1, -1):
        return t("insight.unit_one_case")
    return t(f"insight.unit_{unit}") if unit in ("case", "h", "min") else t.unit(unit, value)


def source_words(source: Text | str, t: Texts) -> str:
    """Where a figure comes from: by its id, or as its pack says it."""
    return t(source) if isinstance(source, str) and source.startswith("insight.") else t.unit(source)


def dimension_words(by: str, t: Texts) -> str:
    return t(f"insight.dimension_{by}")


def against_words(span: Span, t: Texts, now: int) -> str:
    """What something is compared with: 环比 or 同比 by their names, else the period."""
    if span.word in (PREVIOUS, YEAR_BEFORE):
        return t(f"insight.{span.word}")
    return span_words(span, t, now)


# -- periods -------------------------------------------------------------------------------------------------------


def span_words(span: Span, t: Texts, now: int, brief: bool = False) -> str:
    """A period; by its word where that still says it at `now`, dates and clock times always.

    Args:
        brief: 近 7 天 or 本月 without dates; of one that is over the dates alone, beside which 上月 would be another.
    """
    dates = _dates(span, t, now)
    word = span.word
    says = span_of(word, now) if moves(span) else None
    if says is None or abs(says.start - span.start) > (HOUR if word.startswith("hours") else 0):
        return dates
    if word in ("today", "yesterday"):
        return t("insight.span_today") if brief and word == "today" else dates
    if word in GROWING or word.startswith("last_"):
        name = t(f"insight.span_{word}")
        if brief:
            return name if word in GROWING else dates
        return t("insight.named_span", name=name, dates=dates)
    number = int(word.removeprefix("last").removeprefix("hours"))
    name = t("insight.last_hours" if word.startswith("hours") else "insight.last_days", n=number)
    return name if brief else t("insight.named_span", name=name, dates=dates)


def _dates(span: Span, t: Texts, now: int) -> str:
    named = calendar(span.start, span.end)
    first, last = day_of(span.start), day_of(span.end - 1)
    unit = unit_of(span)
    if unit in ("month", "quarter", "half", "year"):
        part = int(named.word[-1]) if unit in ("quarter", "half") else first.month
        name = f"half{part}" if unit == "half" else unit
        return t(f"insight.whole_{name}", year=first.year, part=part, month=t(f"insight.month_{first.month}"))
    if first == last:
        day = _day(span.start, t, now)
        whole = unit == "day" and span.end <= now
        return day if whole else t("insight.in_a_day", day=day, start=_clock(span.start), end=_clock(span.end))
    if not (span.start + ZONE) % DAY and not (span.end + ZONE) % DAY:
        return t("insight.days", first=_date(span.start, t, now), last=_date(span.end - 1, t, now))
    start = _date(span.start, t, now)
    if (span.start + ZONE) % DAY:
        start = f"{start} {_clock(span.start)}"
    return t("insight.days", first=start, last=f"{_date(span.end - 1, t, now)} {_clock(span.end)}")


def _clock(us: int) -> str:
    minutes = (us + ZONE) % DAY // 60_000_000
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day(us: int, t: Texts, now: int) -> str:
    days = (begin(day_of(now)) - begin(day_of(us))) // DAY
    if days in (0, 1):
        return t("insight.span_yesterday" if days else "insight.span_today")
    return _date(us, t, now)


def _date(us: int, t: Texts, now: int) -> str:
    day = day_of(us)
    name = "insight.date" if day.year == day_of(now).year else "insight.date_of_year"
    return t(name, year=day.year, month=t(f"insight.month_{day.month}"), day=day.day)


def moment_words(us: int, t: Texts, now: int) -> str:
    """An instant: 7月14日 17:42."""
    return f"{_date(us, t, now)} {_clock(us)}"


# -- restrictions --------------------------------------------------------------------------------------------------

_FILTERS = ("when", "areas", "kinds", "channels", "levels", "stages", "results", "marks", "hours", "weekdays",
            "unit_kind", "unit", "place", "amount", "took", "reached", "behind", "at")  # fmt: skip


def _title(name: str) -> str:
    return f"insight.filter_{name}"


def filter_words(scope: Scope, name: str, pack: Pack, names: Names, t: Texts, now: int) -> str:
    """One restriction of a scope by the name of its field, "" where it does not restrict."""
    value = getattr(scope, name)
    if not value:
        return ""
    if name == "kinds":
        return _some([kind_words(code, pack, t) for code in value], t)
    if name == "areas":
        return t("insight.side_by_side", what=_some([names.get(code, code) for code in value], t))
    if name == "channels":
        return _some([t.pack(pack.channel(id)) for id in value], t)
    if name == "levels":
        return _some([t("insight.level", sign=Level(n).sign) if n < 5 else t("insight.no_level") for n in value], t)
    if name in ("stages", "results"):
        return _some([code_words(name[:-1], code, pack, names, t) for code in value], t)
    if name == "when":
        return t(f"insight.when_{value}")
    if name == "marks":
        return DOT.join(_mark_words(mark, t) for mark in value)
    if name == "took":
        return t("insight.took", bounds=bounds_words(value[0], value[1], t("insight.unit_h")))
    if name == "reached":
        return t("insight.reached", bounds=bounds_words(value[0], value[1], t("insight.unit_min")))
    if name == "behind":
        return t("insight.behind", bounds=bounds_words(value[0], value[1], t("insight.unit_h")))
    if name == "hours" and (ends := _run_of_hours(value)):
        return ends
    if name in ("hours", "weekdays"):
        return _some([code_words(name[:-1], str(value), pack, names, t) for value in value], t)
    if name == "unit_kind":
        return t.pack(pack.unit_kind(value).name)
    if name == "unit":
        return names.get(value, value)
    if name == "place":
        return t("insight.place", words=value)
    if name == "at":
        return t("insight.measure_from", when=moment_words(value, t, now))
    return amount_words(scope, pack, t)


def _mark_words(mark: str, t: Texts) -> str:
    name, times = counted(mark)
    words = t(f"insight.mark_{name}")
    return words if times == 1 else t("insight.mark_times", mark=words, n=times)


def _run_of_hours(hours: tuple[int, ...]) -> str:
    """Hours one after another, over midnight too: 22:00–06:00; "" of others and of one."""
    found = set(hours)
    first = [hour for hour in found if (hour - 1) % 24 not in found]
    if len(found) < 2 or len(first) != 1:
        return ""
    return f"{first[0]:02}:00–{(first[0] + len(found)) % 24 or 24:02}:00"


def amount_words(scope: Scope, pack: Pack, t: Texts) -> str:
    """Bounds of the kind's own number: 积水深度 ≥ 30 cm."""
    low, high = scope.amount or (-inf, inf)
    kind = pack.kind(scope.kinds[0]) if scope.kinds else None
    fact = t.pack(kind.fact) if kind is not None and kind.fact else t("insight.amount")
    unit = t.unit(kind.unit) if kind is not None else ""
    return f"{fact} {bounds_words(low, high, unit)}"


def bounds_words(low: float, high: float, unit: str) -> str:
    """≥ 30 cm; a bound right beside a round number leaves that one out: > 30 cm."""
    above = ">" if float(f"{low:g}") < low else "≥"
    below = "<" if float(f"{high:g}") > high else "≤"
    ends = [f"{end:g}".replace("-", MINUS, end < 0) for end in (low, high)]
    both = low > -inf and high < inf
    said = "–".join(ends) if both else f"{above} {ends[0]}" if low > -inf else f"{below} {ends[1]}"
    return f"{said} {unit}".rstrip()


def kind_words(code: str, pack: Pack, t: Texts) -> str:
    """A class or a group of classes by its code."""
    if code not in pack.kinds:
        group = next((kind.group for kind in pack.kinds.values() if kind.group_code == code), None)
        if group is not None:
            return t.pack(group)
    return t.pack(pack.kind(code).name)


def code_words(by: str, code: str, pack: Pack, names: Names, t: Texts) -> str:
    """The code of a part of a composition as printed, whatever the dimension."""
    if by in ("kind", "group"):
        return kind_words(code, pack, t)
    if by == "channel":
        return t.pack(pack.channel(code))
    if by == "level":
        return t("insight.level", sign=Level(int(code)).sign) if code in "1234" else t("insight.no_level")
    if by == "stage":
        rule = pack.loop.stage(code)
        return t.pack(rule.name) if rule is not None and rule.name else t(f"insight.stage_{code}")
    if by == "result":
        return t(f"insight.result_{code or 'none'}")
    if by == "unit_kind":
        return t.pack(pack.unit_kind(code).name)
    if by == "hour":
        return f"{int(code):02}:00"
    if by == "weekday":
        return t(f"insight.weekday_{code}")
    if by in ("day", "week", "month"):
        return t.pack(_bucket(by, int(code), t))
    return names.get(code, code)


def _bucket(by: str, start: int, t: Texts) -> str:
    day = day_of(start)
    if by == "month":
        return t("insight.whole_month", year=day.year, part=day.month, month=t(f"insight.month_{day.month}"))
    return t("insight.date" if by == "day" else "insight.week_from", month=t(f"insight.month_{day.month}"), day=day.day)


def _some(said: list[str], t: Texts) -> str:
    shown = t("insight.comma").join(said[:_MOST])
    return shown if len(said) <= _MOST else t("insight.and_more", shown=shown, n=len(said))
