"""English words of time that is reckoned from now, of weeks, weekdays and holidays."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from datetime import timedelta

from cockpit.assist.asking.lexicon import words
from cockpit.assist.asking.months_en import (
    BARE_WEEKDAY,
    DAY_IN,
    MONTH_IN,
    MONTHS,
    SO_MANY,
    WEEKDAY_IN,
    WEEKDAYS,
    YEAR_IN,
    rule,
)
from cockpit.assist.asking.numbers import number_of
from cockpit.assist.asking.times import Rule, Said, Times
from cockpit.model.clock import DAY, HOUR
from cockpit.model.scope import Span
from cockpit.model.spans import begin, previous


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
         "few days": (3, "day"), "few weeks": (3, "week")}  # fmt: skip  # fmt: skip


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
    day = WEEKDAYS[m["w"]]
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
    if named in WEEKDAYS:
        back = (times.today.weekday() - WEEKDAYS[named]) % 7 or (7 if m["w"].startswith("last") else 0)
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


def _weekday_range(times: Times, m: re.Match[str]) -> tuple[str, object]:
    first, last = WEEKDAYS[m["w"]], WEEKDAYS[m["v"]]
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


_NAMES = "|".join(
    sorted((n for n in words()["days"] if n.isascii() and not n.endswith(" holiday")), key=len, reverse=True)
)


RULES: tuple[Rule, ...] = (
    rule(r"today(?:'s)?\b(?: so far)?", _word("today", "day")),
    rule(r"yesterday(?:'s)?\b(?! (?:morning|afternoon|evening|night))", _word("yesterday", "day")),
    rule(r"(?:the )?day before yesterday\b", _back(2)),
    rule(r"tomorrow(?:'s)?\b", _back(-1)),
    rule(r"(?:so far )?(?P<w>this|last|previous|the previous|current|the current|the last|next)\s+"
          r"(?P<u>week|month|quarter|year|weekend|half-year|half year)(?:'s)?\b(?: so far| to date)?(?!\w)", _relative),
    rule(r"(?:the )?week before last\b", _weeks_back),
    rule(r"(?:the )?(?P<w>past) (?P<u>weekend)\b", _weekend),
    rule(r"(?:the |over the |in the |during the )?(?:last|past|previous|recent)\s+(?P<n>" + SO_MANY + r")\s+"
          r"(?P<u>hours?|days?|weeks?|months?|years?)\b", _recent),
    rule(r"(?:the |over the |in the |during the |within the )?(?:last|past|previous) (?P<n>)(?P<u>fortnight|couple of (?:days|weeks|months)|few (?:days|weeks))\b", _some),
    rule(r"(?:over|during|throughout|through|across) the (?P<u>year|month|quarter)\b(?! (?:of|to|before)\b)", lambda t, m: ("time", Said(t.word(m["u"]), unit=m["u"]))),
    rule(r"(?:from |since )?(?:the )?(?:start|beginning) of (?:the |this )?(?P<u>week|month|quarter|year)(?: (?:on|onwards?|to now|until now|till now|to date|up to now))?\b", lambda t, m: ("time", Said(t.word(m["u"])))),
    rule(r"(?:the |over the |in the )?past(?P<n>)\s+(?P<u>hour|day|week|month|year)\b", _recent),
    rule(r"(?:within |in )?(?:the )?(?:next|coming)\s+(?P<n>" + SO_MANY + r")?\s*(?P<u>hours?|days?|weeks?)\b", _coming),
    rule(r"(?:lately|recently|these days)\b", _word("last7")),
    rule(r"(?:the )?year to date\b|since the (?:beginning|start) of (?:the|this) year\b|ytd\b", _word("year", "year")),
    rule(r"month to date\b|since the (?:beginning|start) of (?:the|this) month\b", _word("month", "month")),
    rule(rf"(?:since (?:on )?|(?:starting|from) (?:on )?(?=[a-z ]+ on(?:wards?)?\b))(?P<w>(?:last |this )?{BARE_WEEKDAY}|yesterday|today|last week|last month|last quarter|last year|(?:the |last )?weekend)(?: on| onwards?)?\b(?! (?:to|until|till|through|and))",
          _since_day),
    rule(rf"since (?:the )?(?P<n>{_NAMES})(?: holiday)?{YEAR_IN.format('y')}", _since_named),
    rule(rf"(?:in |during )?the week of (?:the )?(?:{DAY_IN.format('d')}\s+(?:of )?{MONTH_IN.format('m')}|{MONTH_IN.format('m2')}\s+{DAY_IN.format('d2')}){YEAR_IN.format('y')}", _week_of),
    rule(r"(?:at |as |in )?(?:the )?same (?:time|period|point|stage|hours|days) (?:of |the )?(?:last |previous )?(?:the )?(?P<u>yesterday|week|month|quarter|day)(?: before)?\b", _same_before),
    rule(rf"since (?:(?P<d0>\d+)(?:st|nd|rd|th)? (?:of )?)?{MONTH_IN.format('m')}(?:\s+(?P<d>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d))?"
          rf"{YEAR_IN.format('y')}", _since),
    rule(rf"{WEEKDAY_IN.format('w')}\s*(?:to|through|-)\s*{WEEKDAY_IN.format('v')}s?\b", _weekday_range),
    rule(rf"(?:on |every |each )?(?P<l>last |this )?{WEEKDAY_IN.format('w')}(?P<s>s)?\b(?! to (?:mon|tue|wed|thu|fri|sat|sun))", _weekday),
    rule(r"(?:over|at|during|on) the (?P<w>)weekend\b", _weekend),
    rule(r"(?:on |at |over )?(?:the )?weekends?\b", lambda t, m: ("weekdays", (5, 6))),
    rule(r"(?:on )?(?:saturdays and sundays|saturday and sunday)\b", lambda t, m: ("weekdays", (5, 6))),
    rule(r"(?:on )?(?:working days|workdays|weekdays only|business days)\b", lambda t, m: ("weekdays", (0, 1, 2, 3, 4))),
    rule(rf"(?P<n>{_NAMES})(?P<h>\s+(?:holiday|holidays|week|golden week|break))?{YEAR_IN.format('y')}", _named),
    rule(r"(?:the )?(?:day of the (?:great |big |heavy )?(?:storm|rainstorm|rain|downpour)|last (?:great |big )?(?:rainstorm|storm)"
          r"|(?:big|great) (?:storm|rainstorm))\b", _storm),
)  # fmt: skip
"""What each pattern of a text says."""
KNOWN = frozenset(words()["times"]["en"].split())
"""Words of these patterns, that are no mistakes."""
PLAIN = frozenset(words()["times"]["plain"].split())
"""Everyday words that are no mistakes for others."""
