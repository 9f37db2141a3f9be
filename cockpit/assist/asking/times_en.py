"""English words of time."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from datetime import date, timedelta

from cockpit.assist.asking.lexicon import words
from cockpit.assist.asking.numbers import ENGLISH, ORDINAL, number_of
from cockpit.assist.asking.times import HALF, MONTH, QUARTER, Hours, Rule, Said, Times, round_the_clock
from cockpit.model.clock import DAY, HOUR
from cockpit.model.scope import Span
from cockpit.model.spans import begin, day_of, previous

MONTHS = {name: i for i, names in enumerate(
    ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
     "september sept sep", "october oct", "november nov", "december dec"), 1) for name in names.split()}  # fmt: skip
_M = r"(?P<{0}>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAYS = {name: i for i, names in enumerate(
    ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri", "saturday sat", "sunday sun")
) for name in names.split()}  # fmt: skip
_W = r"(?P<{0}>" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + ")"
_NUM = r"\d+|" + "|".join(word for word in ENGLISH if len(word) > 2)
_ORD = "|".join(ORDINAL)
_D = r"(?P<{0}>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_Y = r"(?:,?\s*(?:of\s+|in\s+)?(?P<{0}>20\d\d|this year|last year|the year|the current year)(?:'s)?)?"
_TO = r"\s*(?:to|through|until|till|-|–|and|up to)\s*(?:the\s+)?"
_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (22, 6), "daytime": (6, 18),
          "noon": (11, 13), "rush": (7, 9)}  # fmt: skip


def _dates(times: Times, m: re.Match[str]) -> tuple[str, object]:
    year = times.year_of(m["y"])
    first = times.day(year, MONTHS[m["m"]], int(m["d"]))
    if m["d2"]:
        month = MONTHS[m["m2"]] if m["m2"] else first.month
        last = date(first.year, month, int(m["d2"]))
        return "time", Said(times.days(first, last), year is not None)
    return "time", Said(times.days(first, first), year is not None, "day")


def _dates_before(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """18 to 24 June."""
    year = times.year_of(m["y"])
    last = times.day(year, MONTHS[m["m"]], int(m["d2"]))
    first = date(last.year, MONTHS[m["m1"]] if m["m1"] else last.month, int(m["d"]))
    return "time", Said(times.days(first, last), year is not None)


def _month(times: Times, m: re.Match[str]) -> tuple[str, object]:
    part = {"early": 1, "mid": 2, "late": 3}.get((m["t"] or "").strip(" -"), 0)
    year = times.year_of(m["y"])
    index = MONTHS[m["m"]]
    if m["l"] and year is None:
        year = times.today.year if index < times.today.month else times.today.year - 1
    if m["y0"]:
        year = times.year_of(m["y0"])
    return "time", times.of_year(MONTH, index, year, part)


def _months(times: Times, m: re.Match[str]) -> tuple[str, object]:
    last = times.of_year(MONTH, MONTHS[m["m2"]], times.year_of(m["y2"] or m["y"]))
    end = day_of(last.span.end - 1)
    first = MONTHS[m["m"]]
    begun = times.year_of(m["y"]) or (end.year if first <= MONTHS[m["m2"]] else end.year - 1)
    span = times.days(date(begun, first, 1), end)
    return "time", Said(span, m["y"] is not None or m["y2"] is not None, ends=(times.month(begun, first), last.span))


def _of_year(unit: str) -> object:
    def make(times: Times, m: re.Match[str]) -> tuple[str, object]:
        index = ORDINAL.get(m["q"]) or int(m["q"])
        year = times.year_of(m["y"] or m["y0"])
        return "time", times.of_year(unit, index, year)

    return make


def _season(times: Times, m: re.Match[str]) -> tuple[str, object]:
    month = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}[m["s"]]
    first = times.day(times.year_of(m["y"]), month, 1)
    if m["l"] == "last " and first.year == times.today.year:
        first = first.replace(year=first.year - 1)
    months = first.year * 12 + first.month + 2
    last = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    return "time", Said(times.days(first, last), m["y"] is not None)


def _half_month(times: Times, m: re.Match[str]) -> tuple[str, object]:
    one = times.of_year(MONTH, MONTHS[m["m"]], times.year_of(m["y"]))
    first = day_of(one.span.start)
    last = day_of(times.month(first.year, first.month).end - 1)
    middle = first.replace(day=15)
    is_first = ORDINAL.get(m["q"], 1) == 1
    return "time", Said(times.days(first, middle) if is_first else times.days(middle + timedelta(1), last))


def _tens(times: Times, m: re.Match[str]) -> tuple[str, object]:
    part = {"first": 1, "second": 2, "middle": 2, "last": 3, "third": 3}[m["q"]]
    return "time", times.of_year(MONTH, MONTHS[m["m"]], times.year_of(m["y"]), part)


def _year(times: Times, m: re.Match[str]) -> tuple[str, object]:
    year = times.year_of(m["y"])
    assert year is not None
    return "time", Said(times.days(date(year, 1, 1), date(year, 12, 31)), True, "year")


def _word(word: str, unit: str = "") -> object:
    return lambda times, m: ("time", Said(times.word(word), unit=unit))


def _relative(times: Times, m: re.Match[str]) -> tuple[str, object]:
    unit = "half" if m["u"].startswith("half") else m["u"]
    if unit == "weekend":
        return _weekend(times, m)
    before = m["w"] in ("last", "previous", "the previous", "the last")
    if m["w"] == "next":
        return "time", Said(_next(times, unit))
    return "time", Said(times.word(f"last_{unit}" if before else unit), unit=unit)


def _next(times: Times, unit: str) -> Span:
    start = begin(times.today) + DAY
    return Span(start, start + {"week": 7, "month": 30, "quarter": 91, "half": 183, "year": 365}[unit] * DAY)


def _weekend(times: Times, m: re.Match[str]) -> tuple[str, object]:
    _, sunday = times.week(1 if times.today.weekday() < 5 or m["w"] in ("last", "previous", "past") else 0)
    return "time", Said(times.days(sunday - timedelta(days=1), sunday))


def _recent(times: Times, m: re.Match[str]) -> tuple[str, object]:
    return "time", Said(times.recent(number_of(m["n"] or "one") or 1.0, m["u"].rstrip("s")))


_SOME = {"fortnight": (2, "week"), "couple of days": (2, "day"), "couple of weeks": (2, "week"), "couple of months": (2, "month"),
         "few days": (3, "day"), "few weeks": (3, "week")}  # fmt: skip


def _some(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """The past fortnight, the last couple of days."""
    number, unit = _SOME[m["u"]]
    return "time", Said(times.recent(number, unit))


def _coming(times: Times, m: re.Match[str]) -> tuple[str, object]:
    length = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}[m["u"].rstrip("s")]
    return "time", Said(Span(times.now, times.now + int((number_of(m["n"] or "one") or 1.0) * length)))


def _back(number: int) -> object:
    def make(times: Times, m: re.Match[str]) -> tuple[str, object]:
        day = times.today - timedelta(days=number)
        return "time", Said(times.days(day, day), unit="day")

    return make


def _weeks_back(times: Times, m: re.Match[str]) -> tuple[str, object]:
    return "time", Said(times.days(*times.week(2)), unit="week")


def _weekday(times: Times, m: re.Match[str]) -> tuple[str, object]:
    day = _WEEKDAYS[m["w"]]
    if m["s"]:
        return "weekdays", (day,)
    back = (times.today.weekday() - day) % 7
    if m["l"] == "last":
        back = back or 7
    there = times.today - timedelta(days=back)
    return "time", Said(times.days(there, there), unit="day")


def _since_day(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """Since Monday, since yesterday, from last week on."""
    named = m["w"].removeprefix("last ").removeprefix("the ").removeprefix("this ")
    if named in _WEEKDAYS:
        back = (times.today.weekday() - _WEEKDAYS[named]) % 7 or (7 if m["w"].startswith("last") else 0)
        start = begin(times.today - timedelta(days=back))
    elif named == "weekend":
        start = begin(times.week(1 if times.today.weekday() < 5 else 0)[1]) - DAY
    else:
        start = times.word({"yesterday": "yesterday", "today": "today"}.get(named, f"last_{named}")).start
    return "time", Said(times.since(Span(start, start + DAY)))


def _since_named(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    span = times.named(m["n"], times.year_of(m["y"]))
    return None if span is None else ("time", Said(times.since(span)))


def _week_of(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """The week of 6 July."""
    day = times.day(times.year_of(m["y"]), MONTHS[m["m"] or m["m2"]], int(m["d"] or m["d2"]))
    monday = day - timedelta(days=day.weekday())
    return "time", Said(times.days(monday, monday + timedelta(days=6)), unit="week")


def _same_before(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """The same time last week: what is over of this week, a week earlier."""
    unit = "today" if m["u"] in ("yesterday", "day") else m["u"]
    before = previous(times.word(unit))
    return "time", Said(Span(before.start, before.end), unit="same")


def _several_days(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """19, 20 and 21 June."""
    year, month = times.year_of(m["y"]), MONTHS[m["m"]]
    days = [times.day(year, month, int(one)) for one in re.findall(r"\d+", m["l"])]
    spans = [times.days(day, day) for day in days]
    return "time", Said(spans[0], year is not None, "day", more=tuple(spans[1:]))


def _first_days(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """The first ten days, the last week of June."""
    days = int((number_of(m["n"] or "one") or 1) * (7 if m["u"].startswith("week") else 1))
    first = day_of(times.of_year(MONTH, MONTHS[m["m"]], times.year_of(m["y"])).span.start)
    last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)
    if m["e"] == "last":
        return "time", Said(times.days(max(first, last - timedelta(days=days - 1)), last))
    start = first + timedelta(days=7 * (ORDINAL.get(m["e"], 1) - 1) if m["u"].startswith("week") and not m["n"] else 0)
    return "time", Said(times.days(start, min(last, start + timedelta(days=days - 1))))


def _weekday_range(times: Times, m: re.Match[str]) -> tuple[str, object]:
    first, last = _WEEKDAYS[m["w"]], _WEEKDAYS[m["v"]]
    return "weekdays", tuple(range(first, last + 1)) if first <= last else (*range(first, 7), *range(last + 1))


def _named(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    name = m["n"] + (" holiday" if m["h"] and f"{m['n']} holiday" in words()["days"] else "")
    span = times.named(name, times.year_of(m["y"]))
    return None if span is None else ("time", Said(span, m["y"] is not None, "day"))


def _storm(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    day = times.storm()
    return ("nothing", None) if day is None else ("time", Said(times.days(day, day), unit="day", loose=True))


def _since(times: Times, m: re.Match[str]) -> tuple[str, object]:
    first = times.day(times.year_of(m["y"]), MONTHS[m["m"]], int(m["d"] or m["d0"] or 1))
    return "time", Said(times.since(Span(begin(first), begin(first) + DAY)))


# -- hours ---------------------------------------------------------------------------------------------------------


def _hour(text: str, half: str | None) -> int:
    if text in ("noon", "midnight"):
        return 12 if text == "noon" else 0
    hour = int(number_of(text.split(":")[0]) or 0)
    if half and half.strip(". ").startswith("p") and hour < 12:
        hour += 12
    if half and half.strip(". ").startswith("a") and hour == 12:
        hour = 0
    return hour


def _part_half(part: str | None) -> str | None:
    return None if part is None else "pm" if part in ("afternoon", "evening") else "am" if part == "morning" else None


def _clock_range(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    tail = _part_half(m["part"])
    if not (m["h1"] or m["h2"] or tail or m["pre"] or ":" in m["a"] + m["b"]):
        return None
    last_half = m["h2"] or tail
    first = _hour(
        m["a"], m["h1"] or (last_half if int(number_of(m["a"].split(":")[0]) or 0) < 12 and _same(m) else None)
    )
    last = _hour(m["b"], last_half)
    if last == 0 and first < 12 and not m["h1"]:  # 10 to midnight
        first += 12
    if max(first, last) > 24 or first == last:
        return None
    hours = round_the_clock(first, last)
    if m["this"]:
        return "time", Said(times.word("today"), unit="day", hours=hours)
    return "hours", Hours(hours)


def _same(m: re.Match[str]) -> bool:
    """Whether `7 to 9 pm` means both in the afternoon."""
    low, high = (int(number_of(m[name].split(":")[0]) or 0) for name in "ab")
    return low < high or high == 12


def _clock_side(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    hour = _hour(m["a"], m["h"])
    if hour > 24:
        return None
    if m["s"] in ("before", "until", "by", "till"):
        return "hours", Hours(tuple(range(hour)), until=hour or 24)
    return "hours", Hours(tuple(range(6)) if m["a"] == "midnight" else tuple(range(hour, 24)))


def _across(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """From an hour of a day to an hour of another."""
    first, last = (_day_named(times, m[name]) for name in ("on", "on2"))
    half = {"last night": "pm", "this morning": "am", "yesterday evening": "pm"}
    start = begin(first) + _hour(m["a"], m["h1"] or half.get(m["on"])) * HOUR
    end = begin(last) + _hour(m["b"], m["h2"] or half.get(m["on2"])) * HOUR
    return ("time", Said(Span(start, min(end, times.now)))) if start < min(end, times.now) else None


def _day_named(times: Times, text: str) -> date:
    if text.startswith(("yesterday", "last night")):
        return times.today - timedelta(days=1)
    if text.startswith(("today", "this")):
        return times.today
    found = re.match(rf"{_M.format('m')}\s+{_D.format('d')}|{_D.format('e')}\s+{_M.format('k')}", text)
    assert found is not None
    return times.day(None, MONTHS[found["m"] or found["k"]], int(found["d"] or found["e"]))


def _first_months(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """The first three months, of this year where none is said."""
    year, months = times.year_of(m["y"] or "this year"), (number_of(m["n"]) or 0) * (3 if m["u"] == "quarter" else 1)
    if year is None or not 1 <= months <= 12:
        return None
    end = times.unit(MONTH, year, int(months))
    return "time", Said(times.days(date(year, 1, 1), day_of(end.end - 1)), True)


def _last_months(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """The last three months of 2025."""
    year, months = times.year_of(m["y"]), int((number_of(m["n"]) or 0) * (3 if m["u"] == "quarter" else 1))
    if year is None or not 1 <= months <= 12:
        return None
    return "time", Said(times.days(date(year, 13 - months, 1), date(year, 12, 31)), True)


def _this_part(times: Times, m: re.Match[str]) -> tuple[str, object]:
    back = 1 if m["w"] in ("yesterday", "last") else 0
    hours = round_the_clock(*_PARTS[m["p"]])
    if m["p"] in ("night", "morning"):
        hours = tuple(range(18, 24)) if m["p"] == "night" else tuple(range(12))
    return "time", Said(times.word("yesterday" if back else "today"), unit="day", hours=hours)


def _rule(pattern: str, make: object) -> Rule:
    return re.compile(rf"(?<![a-z]){pattern}"), make  # type: ignore[return-value]


_NAMES = "|".join(
    sorted((n for n in words()["days"] if n.isascii() and not n.endswith(" holiday")), key=len, reverse=True)
)
_POSSESSIVE = r"(?:(?P<y0>last year's|this year's|20\d\d's)\s+)?"
_CLOCK = r"(?P<{0}>2[0-4](?::00)?|1\d(?::00)?|0?\d(?::00)?|noon|midnight|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_AMPM = r"(?:\s*(?P<{0}>[ap]\.?m\b\.?|o'clock))?"
_BARE_M = _M.format("q_").replace("(?P<q_>", "(?:")
_BARE_D = _D.format("q_").replace("(?P<q_>", "(?:")
_BARE_W = _W.format("q_").replace("(?P<q_>", "(?:")
_ON = rf"(?:yesterday(?: evening)?|today|last night|this (?:morning|afternoon|evening)|{_BARE_M}\s+{_BARE_D}|{_BARE_D}\s+{_BARE_M})"
RULES: tuple[Rule, ...] = (
    _rule(rf"(?:between |from )?{_CLOCK.format('a')}{_AMPM.format('h1')}\s+(?:on )?(?P<on>{_ON})\s*(?:to|until|till|and|-|–)\s*"
          rf"{_CLOCK.format('b')}{_AMPM.format('h2')}\s+(?:on )?(?P<on2>{_ON})", _across),
    _rule(rf"(?:between |from )?(?P<on>{_ON})\s+(?:at |from )?{_CLOCK.format('a')}{_AMPM.format('h1')}\s*(?:to|until|till|and|-|–)\s*"
          rf"(?P<on2>{_ON})\s+(?:at )?{_CLOCK.format('b')}{_AMPM.format('h2')}", _across),
    _rule(rf"(?:in |over |during )?(?:the )?first (?P<n>{_NUM}) (?P<u>month|quarter)s?(?: of)?(?:,? (?P<y>the year|this year|last year|20\d\d))?\b", _first_months),
    _rule(r"(?:in |over |during )?(?:the )?(?:last|final|closing) (?P<n>two|three|four|six|[2-9]) (?P<u>month|quarter)s? of (?P<y>the year|this year|last year|20\d\d)\b", _last_months),
    _rule(r"today(?:'s)?\b(?: so far)?", _word("today", "day")),
    _rule(r"yesterday(?:'s)?\b(?! (?:morning|afternoon|evening|night))", _word("yesterday", "day")),
    _rule(r"(?:the )?day before yesterday\b", _back(2)),
    _rule(r"tomorrow(?:'s)?\b", _back(-1)),
    _rule(r"tonight\b", lambda t, m: ("time", Said(t.word("today"), unit="day", hours=tuple(range(18, 24))))),
    _rule(r"(?:so far )?(?P<w>this|last|previous|the previous|current|the current|the last|next)\s+"
          r"(?P<u>week|month|quarter|year|weekend|half-year|half year)(?:'s)?\b(?: so far| to date)?(?!\w)", _relative),
    _rule(r"(?:the )?week before last\b", _weeks_back),
    _rule(r"(?:the )?(?P<w>past) (?P<u>weekend)\b", _weekend),
    _rule(r"(?:the |over the |in the |during the )?(?:last|past|previous|recent)\s+(?P<n>" + _NUM + r")\s+"
          r"(?P<u>hours?|days?|weeks?|months?|years?)\b", _recent),
    _rule(r"(?:the |over the |in the |during the |within the )?(?:last|past|previous) (?P<n>)(?P<u>fortnight|couple of (?:days|weeks|months)|few (?:days|weeks))\b", _some),
    _rule(r"(?:over|during|throughout|through|across) the (?P<u>year|month|quarter)\b(?! (?:of|to|before)\b)", lambda t, m: ("time", Said(t.word(m["u"]), unit=m["u"]))),
    _rule(r"(?:from |since )?(?:the )?(?:start|beginning) of (?:the |this )?(?P<u>week|month|quarter|year)(?: (?:on|onwards?|to now|until now|till now|to date|up to now))?\b", lambda t, m: ("time", Said(t.word(m["u"])))),
    _rule(r"(?:the |over the |in the )?past(?P<n>)\s+(?P<u>hour|day|week|month|year)\b", _recent),
    _rule(r"(?:within |in )?(?:the )?(?:next|coming)\s+(?P<n>" + _NUM + r")?\s*(?P<u>hours?|days?|weeks?)\b", _coming),
    _rule(r"(?:lately|recently|these days)\b", _word("last7")),
    _rule(r"(?:the )?year to date\b|since the (?:beginning|start) of (?:the|this) year\b|ytd\b", _word("year", "year")),
    _rule(r"month to date\b|since the (?:beginning|start) of (?:the|this) month\b", _word("month", "month")),
    _rule(rf"(?:since (?:on )?|(?:starting|from) (?:on )?(?=[a-z ]+ on(?:wards?)?\b))(?P<w>(?:last |this )?{_BARE_W}|yesterday|today|last week|last month|last quarter|last year|(?:the |last )?weekend)(?: on| onwards?)?\b(?! (?:to|until|till|through|and))",
          _since_day),
    _rule(rf"since (?:the )?(?P<n>{_NAMES})(?: holiday)?{_Y.format('y')}", _since_named),
    _rule(rf"(?:in |during )?the week of (?:the )?(?:{_D.format('d')}\s+(?:of )?{_M.format('m')}|{_M.format('m2')}\s+{_D.format('d2')}){_Y.format('y')}", _week_of),
    _rule(r"(?:at |as |in )?(?:the )?same (?:time|period|point|stage|hours|days) (?:of |the )?(?:last |previous )?(?:the )?(?P<u>yesterday|week|month|quarter|day)(?: before)?\b", _same_before),
    _rule(rf"(?:on )?(?:the )?(?P<l>{_BARE_D}(?:, ?{_BARE_D})*,? (?:and|&) {_BARE_D}) (?:of )?{_M.format('m')}{_Y.format('y')}", _several_days),
    _rule(rf"(?:on )?{_M.format('m')} (?P<l>{_BARE_D}(?:, ?{_BARE_D})+,? (?:and|&) {_BARE_D}){_Y.format('y')}(?!\d)", _several_days),
    _rule(rf"(?:in |during )?(?:the )?(?P<e>first|second|third|fourth|last) (?:(?P<n>{_NUM}) )?(?P<u>days?|weeks?) of {_M.format('m')}{_Y.format('y')}", _first_days),
    _rule(rf"since (?:(?P<d0>\d+)(?:st|nd|rd|th)? (?:of )?)?{_M.format('m')}(?:\s+(?P<d>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d))?"
          rf"{_Y.format('y')}", _since),
    _rule(rf"(?:between |from )?{_M.format('m')}\s+(?:the )?{_D.format('d')}(?!\d)(?:{_TO}(?:{_M.format('m2')}\s+)?{_D.format('d2')}(?!\d))?"
          rf"{_Y.format('y')}", _dates),
    _rule(rf"(?:between |from )?(?:the )?{_D.format('d')}\s+(?:of )?{_M.format('m')}(?P<d2>)(?P<m2>)(?!\s+to \d){_Y.format('y')}", _dates),
    _rule(rf"(?:between |from )?(?:the )?{_D.format('d')}(?:\s+(?:of )?{_M.format('m1')})?{_TO}{_D.format('d2')}\s+(?:of )?"
          rf"{_M.format('m')}{_Y.format('y')}", _dates_before),
    _rule(rf"(?:between |from )?{_M.format('m')}{_Y.format('y')}\s*(?:to|through|until|till|-|–)\s*{_M.format('m2')}{_Y.format('y2')}"
          r"(?! \d\d?\b)", _months),
    _rule(rf"between {_M.format('m')}{_Y.format('y')} and {_M.format('m2')}{_Y.format('y2')}", _months),
    _rule(rf"{_POSSESSIVE}(?P<l>last\s+)?(?P<t>early[ -]|mid[ -]|late[ -])?{_M.format('m')}(?:'s)?{_Y.format('y')}", _month),
    _rule(rf"(?:the )?{_POSSESSIVE}(?P<q>{_ORD}) quarter{_Y.format('y')}\b", _of_year(QUARTER)),
    _rule(rf"(?:in |of )?the (?P<q>{_ORD})(?: one)?(?=\s*(?:[?.!,]|$))",
          lambda t, m: ("time", Said(Span(0, 0), False, "ordinal", ORDINAL[m["q"]]))),
    _rule(rf"{_POSSESSIVE}q(?P<q>[1-4])\b{_Y.format('y')}", _of_year(QUARTER)),
    _rule(rf"(?:the )?(?P<l>last |this )?(?P<s>spring|summer|autumn|(?:(?<=in )|(?<=the )|(?<=last )|(?<=this )|(?<=during ))fall|winter)\b(?! festival){_Y.format('y')}", _season),
    _rule(r"(?P<y>20\d\d)[ -]?q(?P<q>[1-4])\b(?P<y0>)", _of_year(QUARTER)),
    _rule(rf"(?:the )?{_POSSESSIVE}(?P<q>first|second|1st|2nd) half(?: of)?(?:-year| year)?{_Y.format('y')}(?! of)\b", _of_year(HALF)),
    _rule(rf"(?:the )?(?P<q>first|second) half of {_M.format('m')}{_Y.format('y')}", _half_month),
    _rule(rf"h(?P<q>[12])\b(?P<y0>){_Y.format('y')}", _of_year(HALF)),
    _rule(rf"(?:the )?(?P<q>first|second|middle|last|third) (?:ten|10) days of {_M.format('m')}{_Y.format('y')}", _tens),
    _rule(r"(?P<y>20\d\d)(?![\d./:-]|\s*(?:cases|cm|m|metres|meters|homes|households))(?:'s)?", _year),
    _rule(rf"{_W.format('w')}\s*(?:to|through|-)\s*{_W.format('v')}s?\b", _weekday_range),
    _rule(rf"(?:on |every |each )?(?P<l>last |this )?{_W.format('w')}(?P<s>s)?\b(?! to )", _weekday),
    _rule(r"(?:over|at|during|on) the (?P<w>)weekend\b", _weekend),
    _rule(r"(?:on |at |over )?(?:the )?weekends?\b", lambda t, m: ("weekdays", (5, 6))),
    _rule(r"(?:on )?(?:saturdays and sundays|saturday and sunday)\b", lambda t, m: ("weekdays", (5, 6))),
    _rule(r"(?:on )?(?:working days|workdays|weekdays only|business days)\b", lambda t, m: ("weekdays", (0, 1, 2, 3, 4))),
    _rule(rf"(?P<n>{_NAMES})(?P<h>\s+(?:holiday|holidays|week|golden week|break))?{_Y.format('y')}", _named),
    _rule(r"(?:the )?(?:day of the (?:great |big |heavy )?(?:storm|rainstorm|rain|downpour)|last (?:great |big )?(?:rainstorm|storm)"
          r"|(?:big|great) (?:storm|rainstorm))\b", _storm),
    _rule(rf"(?P<pre>between |from )?{_CLOCK.format('a')}{_AMPM.format('h1')}\s*(?:and|to|-|–|until|till)\s*{_CLOCK.format('b')}"
          rf"{_AMPM.format('h2')}(?!\s*(?:\d|of|cm|m\b|%|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|days|cases|homes|hours))"
          r"(?:\s+(?:in the |(?P<this>this ))?(?P<part>morning|afternoon|evening|night))?", _clock_range),
    _rule(rf"(?P<s>after|before|from|since|until|by|till) {_CLOCK.format('a')}(?!\d|\s*(?:days?|hours?|cases?|minutes?|cm|weeks?))"
          rf"{_AMPM.format('h')}(?! quarter| half)", _clock_side),
    _rule(r"(?P<w>this|yesterday|last)\s+(?P<p>morning|afternoon|evening|night)\b", _this_part),
    _rule(r"(?:in the |during the |at |by )?(?P<p>morning|afternoon|evening|night|daytime)(?:s|-time|time)?\b(?! rush| peak)",
          lambda t, m: ("hours", Hours(round_the_clock(*_PARTS[m["p"]]), soft=True))),
    _rule(r"overnight\b|at nights?\b", lambda t, m: ("hours", Hours(round_the_clock(22, 6), soft=True))),
    _rule(r"(?:in |during |at )?(?:the )?morning (?:rush|peak)(?: hours?)?\b", lambda t, m: ("hours", Hours((7, 8), soft=True))),
    _rule(r"(?:in |during |at )?(?:the )?rush[ -]?hours?\b", lambda t, m: ("hours", Hours((7, 8, 17, 18), soft=True))),
    _rule(r"(?:in |during |at )?(?:the )?evening (?:rush|peak)(?: hours?)?\b", lambda t, m: ("hours", Hours((17, 18), soft=True))),
)  # fmt: skip
"""What each pattern of a text says."""
KNOWN = frozenset(words()["times"]["en"].split())
"""Words of these patterns, that are no mistakes."""
