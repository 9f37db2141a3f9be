"""English words of days by their date, of months, quarters, seasons and years, and of their parts."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from datetime import date, timedelta

from cockpit.assist.asking.numbers import ENGLISH, ORDINAL, number_of
from cockpit.assist.asking.times import HALF, MONTH, QUARTER, Rule, Said, Times
from cockpit.model.scope import Span
from cockpit.model.spans import day_of

MONTHS = {name: i for i, names in enumerate(
    ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
     "september sept sep", "october oct", "november nov", "december dec"), 1) for name in names.split()}  # fmt: skip  # fmt: skip
MONTH_IN = r"(?P<{0}>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
WEEKDAYS = {name: i for i, names in enumerate(
    ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri", "saturday sat", "sunday sun")
) for name in names.split()}  # fmt: skip  # fmt: skip
WEEKDAY_IN = r"(?P<{0}>" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + ")"
SO_MANY = r"\d+|" + "|".join(word for word in ENGLISH if len(word) > 2)
ORDINALS = "|".join(ORDINAL)
DAY_IN = r"(?P<{0}>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
YEAR_IN = r"(?:,?\s*(?:of\s+|in\s+)?(?P<{0}>20\d\d|this year|last year|the year|the current year)(?:'s)?)?"
TO = r"\s*(?:to|through|until|till|-|–|and|up to)\s*(?:the\s+)?"


def rule(pattern: str, make: object) -> Rule:
    return re.compile(rf"(?<![a-z]){pattern}"), make  # type: ignore[return-value]


BARE_MONTH = MONTH_IN.format("q_").replace("(?P<q_>", "(?:")
BARE_DAY = DAY_IN.format("q_").replace("(?P<q_>", "(?:")
BARE_WEEKDAY = WEEKDAY_IN.format("q_").replace("(?P<q_>", "(?:")


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


_POSSESSIVE = r"(?:(?P<y0>last year's|this year's|20\d\d's)\s+)?"


RULES: tuple[Rule, ...] = (
    rule(rf"(?:in |over |during )?(?:the )?first (?P<n>{SO_MANY}) (?P<u>month|quarter)s?(?: of)?(?:,? (?P<y>the year|this year|last year|20\d\d))?\b", _first_months),
    rule(r"(?:in |over |during )?(?:the )?(?:last|final|closing) (?P<n>two|three|four|six|[2-9]) (?P<u>month|quarter)s? of (?P<y>the year|this year|last year|20\d\d)\b", _last_months),
    rule(rf"(?:on )?(?:the )?(?P<l>{BARE_DAY}(?:, ?{BARE_DAY})*,? (?:and|&) {BARE_DAY}) (?:of )?{MONTH_IN.format('m')}{YEAR_IN.format('y')}", _several_days),
    rule(rf"(?:on )?{MONTH_IN.format('m')} (?P<l>{BARE_DAY}(?:, ?{BARE_DAY})+,? (?:and|&) {BARE_DAY}){YEAR_IN.format('y')}(?!\d)", _several_days),
    rule(rf"(?:in |during )?(?:the )?(?P<e>first|second|third|fourth|last) (?:(?P<n>{SO_MANY}) )?(?P<u>days?|weeks?) of {MONTH_IN.format('m')}{YEAR_IN.format('y')}", _first_days),
    rule(rf"(?:between |from )?{MONTH_IN.format('m')}\s+(?:the )?{DAY_IN.format('d')}(?!\d)(?:{TO}(?:{MONTH_IN.format('m2')}\s+)?{DAY_IN.format('d2')}(?!\d))?"
          rf"{YEAR_IN.format('y')}", _dates),
    rule(rf"(?:between |from )?(?:the )?{DAY_IN.format('d')}\s+(?:of )?{MONTH_IN.format('m')}(?P<d2>)(?P<m2>)(?!\s+to \d){YEAR_IN.format('y')}", _dates),
    rule(rf"(?:between |from )?(?:the )?{DAY_IN.format('d')}(?:\s+(?:of )?{MONTH_IN.format('m1')})?{TO}{DAY_IN.format('d2')}\s+(?:of )?"
          rf"{MONTH_IN.format('m')}{YEAR_IN.format('y')}", _dates_before),
    rule(rf"(?:between |from )?{MONTH_IN.format('m')}{YEAR_IN.format('y')}\s*(?:to|through|until|till|-|–)\s*{MONTH_IN.format('m2')}{YEAR_IN.format('y2')}"
          r"(?! \d\d?\b)", _months),
    rule(rf"between {MONTH_IN.format('m')}{YEAR_IN.format('y')} and {MONTH_IN.format('m2')}{YEAR_IN.format('y2')}", _months),
    rule(rf"{_POSSESSIVE}(?P<l>last\s+)?(?P<t>early[ -]|mid[ -]|late[ -])?{MONTH_IN.format('m')}(?:'s)?{YEAR_IN.format('y')}", _month),
    rule(rf"(?:the )?{_POSSESSIVE}(?P<q>{ORDINALS}) quarter{YEAR_IN.format('y')}\b", _of_year(QUARTER)),
    rule(rf"(?:in |of )?the (?P<q>{ORDINALS})(?: one)?(?=\s*(?:[?.!,]|$))",
          lambda t, m: ("time", Said(Span(0, 0), False, "ordinal", ORDINAL[m["q"]]))),
    rule(rf"{_POSSESSIVE}q(?P<q>[1-4])\b{YEAR_IN.format('y')}", _of_year(QUARTER)),
    rule(rf"(?:the )?(?P<l>last |this )?(?P<s>spring|summer|autumn|(?:(?<=in )|(?<=the )|(?<=last )|(?<=this )|(?<=during ))fall|winter)\b(?! festival){YEAR_IN.format('y')}", _season),
    rule(r"(?P<y>20\d\d)[ -]?q(?P<q>[1-4])\b(?P<y0>)", _of_year(QUARTER)),
    rule(rf"(?:the )?{_POSSESSIVE}(?P<q>first|second|1st|2nd) half(?: of)?(?:-year| year)?{YEAR_IN.format('y')}(?! of)\b", _of_year(HALF)),
    rule(rf"(?:the )?(?P<q>first|second) half of {MONTH_IN.format('m')}{YEAR_IN.format('y')}", _half_month),
    rule(rf"h(?P<q>[12])\b(?P<y0>){YEAR_IN.format('y')}", _of_year(HALF)),
    rule(rf"(?:the )?(?P<q>first|second|middle|last|third) (?:ten|10) days of {MONTH_IN.format('m')}{YEAR_IN.format('y')}", _tens),
    rule(r"(?P<y>20\d\d)(?![\d./:-]|\s*(?:cases|cm|m|metres|meters|homes|households))(?:'s)?", _year),
)  # fmt: skip
"""What each pattern of a text says."""
