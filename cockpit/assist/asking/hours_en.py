"""English words of the hours of a day, and of a stretch from an hour of one day to an hour of another."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from datetime import date, timedelta

from cockpit.assist.asking.months_en import (
    BARE_DAY,
    BARE_MONTH,
    DAY_IN,
    MONTH_IN,
    MONTHS,
    rule,
)
from cockpit.assist.asking.numbers import number_of
from cockpit.assist.asking.times import Hours, Rule, Said, Times, round_the_clock
from cockpit.model.clock import HOUR
from cockpit.model.scope import Span
from cockpit.model.spans import begin

_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (22, 6), "daytime": (6, 18),
          "noon": (11, 13), "rush": (7, 9)}  # fmt: skip  # fmt: skip


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
    found = re.match(
        rf"{MONTH_IN.format('m')}\s+{DAY_IN.format('d')}|{DAY_IN.format('e')}\s+{MONTH_IN.format('k')}", text
    )
    assert found is not None
    return times.day(None, MONTHS[found["m"] or found["k"]], int(found["d"] or found["e"]))


def _this_part(times: Times, m: re.Match[str]) -> tuple[str, object]:
    back = 1 if m["w"] in ("yesterday", "last") else 0
    hours = round_the_clock(*_PARTS[m["p"]])
    if m["p"] in ("night", "morning"):
        hours = tuple(range(18, 24)) if m["p"] == "night" else tuple(range(12))
    return "time", Said(times.word("yesterday" if back else "today"), unit="day", hours=hours)


_CLOCK = r"(?P<{0}>2[0-4](?::00)?|1\d(?::00)?|0?\d(?::00)?|noon|midnight|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_AMPM = r"(?:\s*(?P<{0}>[ap]\.?m\b\.?|o'clock))?"
_ON = rf"(?:yesterday(?: evening)?|today|last night|this (?:morning|afternoon|evening)|{BARE_MONTH}\s+{BARE_DAY}|{BARE_DAY}\s+{BARE_MONTH})"


RULES: tuple[Rule, ...] = (
    rule(rf"(?:between |from )?{_CLOCK.format('a')}{_AMPM.format('h1')}\s+(?:on )?(?P<on>{_ON})\s*(?:to|until|till|and|-|–)\s*"
          rf"{_CLOCK.format('b')}{_AMPM.format('h2')}\s+(?:on )?(?P<on2>{_ON})", _across),
    rule(rf"(?:between |from )?(?P<on>{_ON})\s+(?:at |from )?{_CLOCK.format('a')}{_AMPM.format('h1')}\s*(?:to|until|till|and|-|–)\s*"
          rf"(?P<on2>{_ON})\s+(?:at )?{_CLOCK.format('b')}{_AMPM.format('h2')}", _across),
    rule(r"tonight\b", lambda t, m: ("time", Said(t.word("today"), unit="day", hours=tuple(range(18, 24))))),
    rule(rf"(?P<pre>between |from )?{_CLOCK.format('a')}{_AMPM.format('h1')}\s*(?:and|to|-|–|until|till)\s*{_CLOCK.format('b')}"
          rf"{_AMPM.format('h2')}(?!\s*(?:\d|of|cm|m\b|%|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|days|cases|homes|hours))"
          r"(?:\s+(?:in the |(?P<this>this ))?(?P<part>morning|afternoon|evening|night))?", _clock_range),
    rule(rf"(?P<s>after|before|from|since|until|by|till) {_CLOCK.format('a')}(?!\d|\s*(?:days?|hours?|cases?|minutes?|cm|weeks?))"
          rf"{_AMPM.format('h')}(?! quarter| half)", _clock_side),
    rule(r"(?P<w>this|yesterday|last)\s+(?P<p>morning|afternoon|evening|night)\b", _this_part),
    rule(r"(?:in the |during the |at |by )?(?P<p>morning|afternoon|evening|night|daytime)(?:s|-time|time)?\b(?! rush| peak)",
          lambda t, m: ("hours", Hours(round_the_clock(*_PARTS[m["p"]]), soft=True))),
    rule(r"overnight\b|at nights?\b", lambda t, m: ("hours", Hours(round_the_clock(22, 6), soft=True))),
    rule(r"(?:in |during |at )?(?:the )?morning (?:rush|peak)(?: hours?)?\b", lambda t, m: ("hours", Hours((7, 8), soft=True))),
    rule(r"(?:in |during |at )?(?:the )?rush[ -]?hours?\b", lambda t, m: ("hours", Hours((7, 8, 17, 18), soft=True))),
    rule(r"(?:in |during |at )?(?:the )?evening (?:rush|peak)(?: hours?)?\b", lambda t, m: ("hours", Hours((17, 18), soft=True))),
)  # fmt: skip
"""What each pattern of a text says."""
