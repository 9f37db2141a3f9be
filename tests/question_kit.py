"""The questions of tests/questions: what they are, what the archive's plain SQL answers, and whether an answer matches.

The SQL runs on the plain export of the archive (`cockpit archive export`) with two helper tables that are made here by
SQL and the calendar alone, so that nothing of what is measured has a part in what is expected:

- `span(word, begins, ends)`: a row for each period that a question's SQL names, [begins, ends) in UTC us.
- `cases`: each record with its kind's `group_code`, the `district`, `street` and `community` that it lies in, and when
  it was reported in Shanghai: `day` (2026-06-20), `hour` 0-23, `weekday` 0 Monday to 6 Sunday, and the starts in us of
  its `hour_at`, `day_at`, `week_at`, `month_at`; `closed_day_at` of the day it was closed on.
"""

from __future__ import annotations

import re
import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

HERE = Path(__file__).parent / "questions"
SHANGHAI = timezone(timedelta(hours=8))
NOW = int(datetime(2026, 7, 14, 17, 42, tzinfo=SHANGHAI).timestamp()) * 1_000_000
HOUR = 3_600_000_000
DAY = 24 * HOUR
CLOSE = 1e-6
"""Relative difference within which two numbers are the same."""

Row = Sequence[Any]
Form = Literal["number", "ranking", "series", "comparison", "list"]

SCHEMA = """
CREATE TABLE record(key TEXT PRIMARY KEY, number TEXT, kind TEXT, level INT, channel TEXT, area TEXT, place TEXT,
  lon REAL, lat REAL, amount REAL, unit TEXT, unit_kind TEXT, stage TEXT, result TEXT, reported INT, filed INT,
  assigned INT, arrived INT, finished INT, closed INT, due INT, urged INT, returned INT, reopened INT, satisfied INT,
  updated INT);
CREATE TABLE area(code TEXT PRIMARY KEY, name TEXT, tier INT, parent TEXT);
CREATE TABLE area_in(area TEXT, above TEXT);
CREATE TABLE kind(code TEXT PRIMARY KEY, zh TEXT, en TEXT, group_code TEXT, group_zh TEXT, group_en TEXT);
CREATE TABLE unit(key TEXT PRIMARY KEY, name TEXT, kind TEXT);
CREATE TABLE unit_kind(id TEXT PRIMARY KEY, zh TEXT, en TEXT);
CREATE TABLE channel(id TEXT PRIMARY KEY, zh TEXT, en TEXT);
CREATE TABLE sign(code TEXT PRIMARY KEY, zh TEXT, en TEXT, unit TEXT, theme TEXT, theme_zh TEXT, decimals INT,
  target REAL);
CREATE TABLE sign_hour(code TEXT, area TEXT, at INT, value REAL);
"""
"""The tables of the plain export that questions may use."""

HELPERS = """
CREATE TEMP TABLE place AS SELECT area, max(CASE tier WHEN 1 THEN above END) AS district,
    max(CASE tier WHEN 2 THEN above END) AS street, max(CASE tier WHEN 3 THEN above END) AS community
  FROM area_in JOIN area ON code = above GROUP BY area;
CREATE INDEX temp.place_area ON place(area);
CREATE TEMP TABLE cases AS SELECT record.*, group_code, district, street, community,
    date((reported + 28800000000) / 1000000, 'unixepoch') AS day,
    (reported + 28800000000) / 3600000000 % 24 AS hour,
    ((reported + 28800000000) / 86400000000 + 3) % 7 AS weekday,
    reported / 3600000000 * 3600000000 AS hour_at,
    (reported + 28800000000) / 86400000000 * 86400000000 - 28800000000 AS day_at,
    ((reported + 28800000000) / 86400000000 + 3) / 7 * 604800000000 - 3 * 86400000000 - 28800000000 AS week_at,
    strftime('%s', date((reported + 28800000000) / 1000000, 'unixepoch', 'start of month')) * 1000000 - 28800000000
      AS month_at,
    CASE WHEN closed > 0 THEN (closed + 28800000000) / 86400000000 * 86400000000 - 28800000000 END AS closed_day_at
  FROM record LEFT JOIN kind ON kind.code = record.kind LEFT JOIN place ON place.area = record.area;
CREATE TEMP TABLE span(word TEXT PRIMARY KEY, begins INT, ends INT);
"""


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of open.toml, sealed.toml or of dev.toml to dev6.toml.

    Attributes:
        who: `leader`, `officer` or `reporter`; lang: `zh` or `en`.
        family: what it is about, so that both halves have the same mix; spelled: `typo`, `pinyin` or "".
        form: what is to match: *number* one value, NULL is "no data"; *ranking* (code, value) in order, ties in any
            order, the first `top` (0: all that have a value); *series* (start of the bucket in us, value), a bucket
            that is not told is 0 or without a value; *comparison* (code, or start of the period in us, and value);
            *list* the keys of the records, in any order. Codes are those of `model.insight.Part`, a weekday 0 to 6,
            day, week and month their start in us.
        decimals: digits that an answer may be rounded to, None: none.
        sql, sql_any: what is expected; one of several where a fair reader could mean either.
        nothing: none is the true answer.
    """

    id: str
    who: Literal["leader", "officer", "reporter"]
    lang: Literal["zh", "en"]
    family: str
    text: str
    form: Form
    spelled: Literal["", "typo", "pinyin"] = ""
    top: int = 0
    decimals: int | None = None
    sql: str = ""
    sql_any: tuple[str, ...] = ()
    nothing: bool = False

    @property
    def queries(self) -> tuple[str, ...]:
        return self.sql_any or (self.sql,)


class Unanswerable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of declined.toml. why: what is missing for an answer."""

    id: str
    who: str
    lang: str
    why: str
    text: str


class Answered(msgspec.Struct, frozen=True):
    """What was answered, as far as it is judged: the part of the question's form is looked at, the others are not."""

    declined: bool = False
    value: float | None = None
    ranking: tuple[tuple[str, float | None], ...] = ()
    series: tuple[tuple[int, float | None], ...] = ()
    comparison: tuple[tuple[str, float | None], ...] = ()
    keys: tuple[str, ...] = ()


class Answers(Protocol):
    """Whoever answers. now: the city's, UTC us."""

    def answer(self, text: str, now: int) -> Answered: ...


def questions(half: Literal["open", "sealed", "dev", "dev2", "dev3", "dev4", "dev5", "dev6"]) -> list[Question]:
    told = tomllib.loads((HERE / f"{half}.toml").read_text("utf-8"))["question"]
    return [msgspec.convert(one, Question) for one in told]


def unanswerable() -> list[Unanswerable]:
    told = tomllib.loads((HERE / "declined.toml").read_text("utf-8"))["question"]
    return [msgspec.convert(one, Unanswerable) for one in told]


# -- periods -------------------------------------------------------------------------------------------------------


def period(word: str, now: int) -> tuple[int, int]:
    """[begins, ends) of a period's word; KeyError for one that is not known."""
    if ".." in word:
        first, last = word.split("..")
        return period(first, now)[0], now if last == "now" else period(last, now)[1]
    if found := re.fullmatch(r"(hours|last|roll|full)(\d+)", word):
        return _recent(found[1], int(found[2]), now)
    if word[:1].isdigit():
        return _calendar(word)
    today = datetime.fromtimestamp(now / 1e6, SHANGHAI).date()
    midnight = _us(today)
    monday, month = midnight - today.weekday() * DAY, _us(today.replace(day=1))
    month_before = _us((today.replace(day=1) - timedelta(1)).replace(day=1))
    ago = today.replace(year=today.year - 1)
    return {
        "today": (midnight, now),
        "whole_today": (midnight, midnight + DAY),
        "today_prev": (midnight - (now - midnight), midnight),
        "yesterday": (midnight - DAY, midnight),
        "yesterday_same": (midnight - DAY, now - DAY),
        "week": (monday, now),
        "last_week": (monday - 7 * DAY, monday),
        "last_week_same": (monday - 7 * DAY, now - 7 * DAY),
        "week_before_last": (monday - 14 * DAY, monday - 7 * DAY),
        "weekend": (monday - 2 * DAY, monday),
        "month": (month, now),
        "month_year_ago": (_us(ago.replace(day=1)), _us(ago) + now - midnight),
        "last_month": (month_before, month),
        "year": (_us(today.replace(month=1, day=1)), now),
    }[word]


def _recent(unit: str, n: int, now: int) -> tuple[int, int]:
    """The last n hours; n days as the calendar counts them with today, as n times 24 hours, or as whole days."""
    midnight = _us(datetime.fromtimestamp(now / 1e6, SHANGHAI).date())
    if unit == "hours":
        return now - n * HOUR, now
    if unit == "last":
        return midnight - (n - 1) * DAY, now
    return (now - n * DAY, now) if unit == "roll" else (midnight - n * DAY, midnight)


def _calendar(word: str) -> tuple[int, int]:
    """2026, 2026-H1, 2026-Q2, 2026-06 or 2026-06-20."""
    year, _, rest = word.partition("-")
    if len(rest) == 5:
        begins = _us(date.fromisoformat(word))
        return begins, begins + DAY
    months = {"": 12, "H": 6, "Q": 3}.get(rest[:1], 1)
    first = (int(rest.strip("HQ") or 1) - 1) * months
    last = int(year) * 12 + first + months
    return _us(date(int(year), first + 1, 1)), _us(date(last // 12, last % 12 + 1, 1))


def _us(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp()) * 1_000_000


# -- what is expected ----------------------------------------------------------------------------------------------


def empty() -> sqlite3.Connection:
    """An export without any record."""
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    return db


def with_helpers(db: sqlite3.Connection, asked: Iterable[Question], now: int) -> sqlite3.Connection:
    """The export with the helper tables; they are temporary, the file stays as it is."""
    db.executescript(HELPERS)
    words = {word for one in asked for sql in one.queries for word in _words(sql)}
    db.executemany("INSERT INTO span VALUES (?, ?, ?)", [(word, *period(word, now)) for word in sorted(words)])
    return db


def _words(sql: str) -> list[str]:
    named = re.findall(r"word (?:= |IN \()('[^']+'(?:, '[^']+')*)", sql)
    return [word.strip("'") for listed in named for word in listed.split(", ")]


def expected(db: sqlite3.Connection, question: Question, now: int) -> list[list[Row]]:
    """The rows of each of the question's queries."""
    return [db.execute(sql, {"now": now} if ":now" in sql else {}).fetchall() for sql in question.queries]


# -- whether it matches --------------------------------------------------------------------------------------------


def right(question: Question, wanted: list[list[Row]], answered: Answered) -> bool:
    """Whether the answer is one of those that are expected."""
    return not answered.declined and any(MATCH[question.form](question, rows, answered) for rows in wanted)


def same(wanted: float | None, told: float | None, decimals: int | None) -> bool:
    if wanted is None or told is None:
        return wanted is told
    rounding = 0.0 if decimals is None else 0.5001 * 10.0**-decimals
    return abs(wanted - told) <= max(CLOSE * abs(wanted), rounding)


def _number(question: Question, rows: list[Row], answered: Answered) -> bool:
    return same(rows[0][0] if rows else None, answered.value, question.decimals)


def _ranking(question: Question, rows: list[Row], answered: Answered) -> bool:
    """The values in their order, and each code with its own value: so ties may stand in any order."""
    values = {str(code): value for code, value in rows if value is not None}
    told = [(code, value) for code, value in answered.ranking if value is not None]
    if not question.top:
        told = [(code, value) for code, value in told if value or values.get(code)]
        values = {code: value for code, value in values.items() if value}
    most = min(question.top or len(values), len(values))
    told = told[:most] if question.top else told
    codes = {code for code, _ in told}
    return (
        len(told) == len(codes) == most
        and all(same(value, said, question.decimals) for value, (_, said) in zip(values.values(), told, strict=False))
        and all(code in values and same(values[code], said, question.decimals) for code, said in told)
    )


def _pairs(question: Question, rows: list[Row], told: Iterable[tuple[object, float | None]]) -> bool:
    wanted = {str(label): value for label, value in rows}
    said = {str(label): value for label, value in told}
    return all(
        same(wanted.get(label) or None, said.get(label) or None, question.decimals) for label in wanted.keys() | said
    )


def _series(question: Question, rows: list[Row], answered: Answered) -> bool:
    return bool(answered.series) and _pairs(question, rows, answered.series)


def _comparison(question: Question, rows: list[Row], answered: Answered) -> bool:
    return len(answered.comparison) > 1 and _pairs(question, rows, answered.comparison)


def _list(question: Question, rows: list[Row], answered: Answered) -> bool:
    return sorted(answered.keys) == sorted(row[0] for row in rows)


MATCH: dict[Form, Callable[[Question, list[Row], Answered], bool]] = {
    "number": _number,
    "ranking": _ranking,
    "series": _series,
    "comparison": _comparison,
    "list": _list,
}
