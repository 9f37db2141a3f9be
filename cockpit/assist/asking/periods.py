"""Which period a question means, of all that were said of time; which periods stand beside one another."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations

from cockpit.assist.asking.found import Found, is_joined
from cockpit.assist.asking.measure import Asked
from cockpit.assist.asking.times import HALF, MONTH, QUARTER, Said, Times
from cockpit.model.clock import DAY, HOUR
from cockpit.model.scope import Span
from cockpit.model.spans import GROWING, begin, day_of, previous, span_of

_SIDES = ("COMPARE", "EACH", "DIFFER", "MORE", "LESS", "FAST", "SLOW", "GOOD", "BAD", "GROWTH", "WHICH")


@dataclass
class Periods:
    """Attributes: span; hours of its days; sides: periods that stand beside one another; is_assumed: nobody said it; is_soft: the
    sides were only said one after the other, `span` is all of them."""

    span: Span
    hours: tuple[int, ...] = ()
    sides: tuple[Span, ...] = ()
    is_assumed: bool = False
    is_soft: bool = False


def periods_of(found: Found, now: int, all_time: Span, asked: Asked) -> Periods:
    """What was said of time put together."""
    said = [one for one, _ in found.times]
    if any(not one.loose for one in said):
        said = [one for one in said if not one.loose]
    said = [one for one in said if not _is_explained(found, one)]
    hours = _hours(found, said)
    if asked.when == "due":
        return Periods(_due(found, said, now, all_time), ())
    if not said:
        if found.has("YEARAGO", "PREV") and not asked.measure.startswith("sign:"):
            return Periods(span_of("year" if found.has("YEARAGO") else "month", now), hours, is_assumed=True)
        if asked.measure.startswith("sign:"):
            return Periods(span_of("hours24", now), hours, is_assumed=True)
        return Periods(all_time, hours, is_assumed=not ({"open", "overdue"} & set(asked.marks)))
    lists = (found.areas, found.kinds, found.channels, found.unit_kinds, found.levels, found.units)
    alone = all(len(dict.fromkeys(value for value, _ in one)) < 2 for one in lists)
    if alone and len(said) == 1 and said[0].ends and found.has("DIFFER", "GROWTH") and not found.has("TREND", "EACH"):
        return Periods(said[0].ends[-1], hours, said[0].ends)
    spans = _distinct([one.span for one in said])
    if "YEARAGO" in found.names and len(said) > 1:  # 同比去年: no period of its own
        spans = _distinct([one.span for one in said if one.unit != "year"]) or spans
    if len(spans) == 1 and len(said) > 1 and _is_relative(found) and found.has(*_SIDES):  # 六月较上月
        before = previous(spans[0])
        return Periods(spans[0], hours, (spans[0], Span(before.start, before.end)))
    running = _running(found, spans, now)
    if running is not None:
        return Periods(running, hours, (running, *spans))
    if len(spans) == 1:
        clock = _by_the_clock(spans[0], hours) if asked.when == "closed" else None
        return Periods(clock, ()) if clock is not None else Periods(spans[0], hours)
    listed = "SUM" not in found.names and any(len(one.more) > 1 for one in said)
    if found.names & {*_SIDES, "PREV", "YEARAGO"} or listed or not _touch(spans):
        return Periods(spans[0], hours, tuple(spans))
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    first, last = day_of(start), day_of(end - 1)
    whole = Span(start, end, f"{first.isoformat()}/{last.isoformat()}" if end == begin(last) + DAY else "")
    if asked.measure == "per_day":  # 五月和六月平均一天
        return Periods(whole, hours)
    in_one = "SUM" not in found.names and any(one.more for one in said)
    soft = in_one or is_joined(found, [at for _, at in found.times])
    return Periods(whole, hours, tuple(spans) if soft else (), is_soft=soft)


def _is_explained(found: Found, one: Said) -> bool:
    """清明，4月4号到6号: whether the next period says of which days a named one is."""
    tokens = found.divided.tokens
    places = {id(said): at for said, at in found.times}
    for other, at in found.times:
        first = places.get(id(one), at)
        wider = other.span.start <= one.span.start and one.span.end <= other.span.end and other.span != one.span
        if first < at and wider and one.unit == "day" and not other.unit and not found.names & {*_SIDES}:
            between = tokens[first + 1 : at]
            if all(token.type in ("unknown", "filler", "dim") and token.said not in _AND for token in between):
                return True
    return False


_AND = ("、", "和", "与", "及", "跟", "and", "&")


def _running(found: Found, spans: list[Span], now: int) -> Span | None:
    """比上月: this month, where only the one before was said; None where that is not so."""
    if len(spans) != 1 or not found.names & {"COMPARE", "DIFFER", "MORE", "LESS", "GROWTH"}:
        return None
    names = {"today": "yesterday"} | {name: f"last_{name}" for name in GROWING if name != "today"}
    one = spans[0]
    word = next((name for name, last in names.items() if _alike(one, span_of(last, now))), one.word)
    if word not in GROWING:
        return None
    tokens = [token for token in found.divided.tokens if token.said != "the"]
    for before, token in pairwise(tokens):
        if token.type == "time" and before.said in _WITH and not any(map(str.isdigit, token.said)):
            return span_of(word, now)
    return None


def _is_relative(found: Found) -> bool:
    """Whether the period named last is the one before, behind a word of comparison."""
    at = found.times[-1][1]
    tokens = found.divided.tokens
    return tokens[at].said.startswith(("上", "前", "the month before", "the previous")) and any(
        token.said in _WITH for token in tokens[max(0, at - 1) : at]
    )


def _alike(one: Span, other: Span) -> bool:
    return (one.start, one.end) == (other.start, other.end)


_WITH = ("比", "跟", "和", "与", "同", "较", "比起", "相比", "相较", "对比", "相对于", "than", "with", "to", "against", "versus", "vs", "compared with",
         "compared to", "over", "from", "on")  # fmt: skip


def of_one_year(said: list[Said], now: int, leads: bool = False) -> list[Said]:
    """A month or quarter whose year was left out has that of the one named with it."""
    year = next((day_of(one.span.start).year for one in said if one.year and one.unit in (MONTH, QUARTER, HALF)), None)
    times = Times(now)
    month = next((day_of(one.span.start) for one in said if one.unit in (MONTH, "part")), None)
    whole = next((one for one in said if one.unit == "year"), None)
    made = []
    said = _of_both_years(said, times, now)
    years = [one for one in said if one.year and one.unit]
    for i, one in enumerate(said):
        if one.unit == "ordinal":  # than in the first
            unit, of = next(
                ((other.unit, day_of(other.span.start).year) for other in said if other.unit in (QUARTER, HALF)),
                ("", 0),
            )
            made.append(times.of_year(unit, one.index, of) if unit and one.index < 5 else one)
            continue
        twin = any(other.year and (other.unit, other.index) == (one.unit, one.index) for other in said)
        later = (leads or twin) and not any(before in years for before in said[:i])  # 六月和去年六月
        if one.unit == "bare" and month is not None:
            day = times.day(month.year, month.month, one.index)
            one = Said(times.days(day, day), True, "day")
        elif one.unit == "tens" and month is not None:
            one = Said(times.month(month.year, month.month, one.index), True, "part", one.index)
        elif not later and not one.year and one.unit in (MONTH, QUARTER, HALF) and (year or whole):
            of = year or day_of(whole.span.start).year  # type: ignore[union-attr] # one of the two is there
            begun = begin(day_of(times.unit(one.unit, of, one.index).start)) <= now
            one = times.of_year(one.unit, one.index, of) if begun else one
        made.append(one)
    return made


_TO = ("到", "至", "-", "~", "—", "–", "直到", "to", "until", "till", "through", "up to")


def _of_both_years(said: list[Said], times: Times, now: int) -> list[Said]:
    """今年与去年上半年, Q1 this year against last year: the part of the one year is that of the other."""
    parts = [one for one in said if one.year and one.unit in (MONTH, QUARTER, HALF) and one.index]
    if len(said) != 2 or len(parts) != 1:
        return said
    part = parts[0]
    made = []
    for one in said:
        year = day_of(one.span.start).year
        if one.unit == "year" and year != day_of(part.span.start).year:
            other = times.unit(part.unit, year, part.index)
            one = Said(other, True, part.unit, part.index) if other.start <= now else one
        made.append(one)
    return made


_BETWEEN = ("the", "开始", "起", "了", "算", "算起")
_UNTIL_NOW = ("到现在", "至今", "到目前", "到此刻", "到眼下", "到现在为止", "到目前为止")


def one_to_another(found: Found, now: int) -> None:
    """本月到今天为止, from May Day to yesterday: two periods with `to` between them are one; an ordinal of nothing is named."""
    tokens = found.divided.tokens
    for (one, at), (other, to) in permutations(list(found.times), 2):  # this June and last June
        if one.span == other.span and one.unit in (MONTH, QUARTER) and one.index and not one.more:
            first, second = tokens[at].said, tokens[to].said
            if second.startswith("last ") and not first.startswith("last "):
                before = Times(now).unit(one.unit, day_of(one.span.start).year - 1, one.index)
                found.times = [
                    (Said(before, True, one.unit, one.index), to) if pair == (other, to) else pair
                    for pair in found.times
                ]
    for one, at in list(found.times):  # from Monday until now
        behind = [token.said for token in tokens[at + 1 : at + 4] if token.said not in _BETWEEN]
        until = behind[:1] and (behind[0] in _UNTIL_NOW or (behind[0] in _TO and behind[1:2] == ["now"]))
        if until and not one.hours and one.span.start < now:
            found.times = [
                (Said(Times(now).since(one.span)), at) if pair == (one, at) else pair for pair in found.times
            ]
    for (one, at), (other, to) in pairwise(list(found.times)):
        between = [token.said for token in tokens[at + 1 : to]]
        runs = bool(between) and between[0] in _TO and all(said in (*_TO, "了", "the", "为止") for said in between)
        if runs and one.span.start < other.span.end and not (one.hours or other.hours) and (one, at) in found.times:
            whole = Said(Span(one.span.start, other.span.end), ends=(one.span, other.span))
            found.times = [(whole, at) if pair == (one, at) else pair for pair in found.times if pair != (other, to)]
    nothing = [at for one, at in found.times if one.unit == "ordinal"]
    found.unread += [tokens[at].said for at in nothing]
    found.times = [pair for pair in found.times if pair[1] not in nothing]


def _distinct(spans: list[Span]) -> list[Span]:
    """Without those in which another lies: the narrower one was meant."""
    kept: list[Span] = []
    for span in spans:
        if any(span.start <= other.start and other.end <= span.end and (span.start, span.end) != (other.start, other.end)
               for other in spans):  # fmt: skip
            continue
        if not any((span.start, span.end) == (other.start, other.end) for other in kept):
            kept.append(span)
    return kept or spans[:1]


def _touch(spans: list[Span]) -> bool:
    ordered = sorted(spans, key=lambda span: span.start)
    return all(one.end >= other.start for one, other in pairwise(ordered))


def _hours(found: Found, said: list[Said]) -> tuple[int, ...]:
    """By the clock where it was said, else the part of the day; `两点` after 下午 is 14."""
    clock = [one for one, _ in found.hours if not one.soft]
    soft = [hour for one, _ in found.hours if one.soft for hour in one.hours]
    soft += [hour for one in said for hour in one.hours]
    if not clock:
        return tuple(dict.fromkeys(soft))
    hours: list[int] = []
    for one in clock:
        own = one.hours
        if (
            soft
            and not one.sure
            and min(soft) >= 12
            and own
            and own[0] < 12
            and own[0] + 12 < 24
            and not set(own) & set(soft) - set(range(12, 24))
        ):
            ends = own[-1] == 23 and list(own) == list(range(own[0], 24))  # 8点以后
            own = tuple(range(own[0] + 12, 24)) if ends else tuple(sorted({h + 12 if h < 12 else h for h in own}))
        hours += own
    return tuple(dict.fromkeys(hours))


def _by_the_clock(span: Span, hours: tuple[int, ...]) -> Span | None:
    """Hours of one day as a period: a scope's hours are those of the report, not of another time."""
    first = begin(day_of(span.start))
    if (
        not hours
        or span.start != first
        or span.end > first + DAY
        or list(hours) != list(range(hours[0], hours[-1] + 1))
    ):
        return None
    return Span(first + hours[0] * HOUR, min(span.end, first + (hours[-1] + 1) * HOUR))


def _is_before(found: Found) -> bool:
    """Whether the first period is followed by 前, or `before` stands before it."""
    at = found.times[0][1]
    tokens = found.divided.tokens
    return any(token.said in ("前", "之前", "以前") for token in tokens[at + 1 : at + 3]) or any(
        token.said == "before" for token in tokens[max(0, at - 2) : at]
    )


def _due(found: Found, said: list[Said], now: int, all_time: Span) -> Span:
    """Until when something is due: what is over of the period is not meant where something is open still."""
    until = next((one.until for one, _ in found.hours if one.until >= 0), -1)
    if 0 <= until < 12 and any(min(one.hours, default=0) >= 12 for one in said):  # 今天晚上六点前
        until += 12
    is_open = found.has("OPEN") or any(
        token.said
        in (
            "要到期",
            "将到期",
            "快到期",
            "即将到期",
            "马上到期",
            "马上要到期",
            "眼看要到期",
            "临近到期",
            "快要到期",
            "就要到期",
            "马上要超期",
            "会到期",
            "将超期",
            "要超期",
            "快超期",
        )
        for token in found.divided.tokens
    )
    is_open = (
        is_open or until >= 0 or any(token.said in ("前", "之前", "before", "by") for token in found.divided.tokens)
    )
    if not said:
        return Span(now, now + DAY) if is_open else Span(all_time.start, now + 90 * DAY)
    span = said[0].span
    end = span.end
    if span.start > now and _is_before(found):  # 明天之前
        return Span(now, span.start)
    if span.end == now:  # today, this week: all of it
        length = {"today": DAY, "week": 7 * DAY}.get(span.word)
        if length:
            end = span.start + length
        elif span.word == "month":
            first = day_of(span.start)
            end = begin(first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1))
    start = span.start
    if until >= 0:
        end = start + until * HOUR
    if is_open and start < now < end:
        start = now
    return Span(start, end)
