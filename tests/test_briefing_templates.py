"""What an office may write in a template, and the sentence with line and column for what it may not."""

from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.assist.briefing import formula
from cockpit.assist.briefing.formula import Call, Compared, Joined, Not, Number, Wrong
from cockpit.assist.briefing.meaning import holds
from cockpit.assist.briefing.periods import of_kind, said
from cockpit.assist.briefing.template import read_template, template_of, templates
from cockpit.model.clock import DAY, HOUR, from_iso, to_iso
from cockpit.model.errors import UserError
from tests.archive_kit import year_export
from tests.briefing_kit import brief, pack, template

DAY_OF_STORM = from_iso("2026-06-20T00:00:00+08:00")
FIRST = from_iso("2020-01-01T00:00:00+08:00")
HEAD = """id = "own"
kind = "day"
office = { zh = "{city}某局" }
title = { zh = "{city}某报" }
number = { zh = "第{number}期" }
"""


def own(body: str) -> str:
    return f'{HEAD}\n[[section]]\ntitle = {{ zh = "甲" }}\n{body}'


def test_the_shipped_templates_are_read() -> None:
    assert set(templates(pack())) == {"day", "week", "month", "shift", "event"}
    for id in templates(pack()):
        assert template_of(pack(), id).id == id


@pytest.mark.parametrize(
    ("body", "line", "column", "words"),
    [
        ('[[section.part]]\nsay = [{ zh = "共{cuont()}件" }]', 10, 18, "cuont"),
        ('[[section.part]]\nsay = [{ zh = "共{count(kinds=E9999)}件" }]', 10, 30, "E9999"),
        ('[[section.part]]\nsay = [{ zh = "共{count(kind=E05)}件" }]', 10, 29, "kind"),
        ('[[section.part]]\nsay = [{ zh = "共{count(}件" }]', 10, 24, "名称"),
        ('[[section.part]]\nsay = [{ zh = "共{count()件" }]', 10, 17, "大括号"),
        ('[[section.part]]\nsay = [{ zh = "共count()}件" }]', 10, 24, "大括号"),
        ('[[section.part]]\nsay = [{ zh = "{count() + 1}" }]', 10, 25, "+"),
        ('[[section.part]]\nsay = [{ zh = "{top(n=3)}" }]', 10, 17, "by"),
        ('[[section.part]]\nsay = [{ zh = "{case_kind}" }]', 10, 17, "case_kind"),
        ('[[section.part]]\nwhen = "count() > "\nsay = [{ zh = "甲" }]', 10, 19, "名称"),
        ('[[section.part]]\nwhen = "3"\nsay = [{ zh = "甲" }]', 10, 9, "比较"),
        ('[[section.part]]\ntable = "colour"\ncolumns = ["count()"]', 10, 1, "colour"),
        ('[[section.part]]\ntable = "district"', 9, 1, "columns"),
        ('[[section.part]]\nbars = "count()"\nby = "kind"\ntrend = "count()"', 9, 1, "其中一项"),
        ("[[section.part]]\ncourse = true", 10, 1, "事件报告"),
        ("[[section.part]]\nlog = true", 10, 1, "交接班"),
        ('[[section.part]]\ncolour = "red"', 10, 1, "colour"),
        ('[[section.part]]\ntable = "kind"\ncolumns = ["count()", "share(span=tomorrow)"]', 11, 35, "tomorrow"),
        ("[[section.part]\n", 9, 15, "TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_column(tmp_path, body, line, column, words) -> None:
    with pytest.raises(UserError) as caught:
        template(tmp_path, own(body))
    said = str(caught.value)
    assert words in said
    assert f"第 {line} 行" in said
    assert f"第 {column} 列" in said, said
    assert "briefing." not in said


def test_a_template_that_is_too_large_or_no_text_is_refused(tmp_path) -> None:
    with pytest.raises(UserError):
        template(tmp_path, HEAD + "#" * 300_000)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError):
        read_template(tmp_path / "bytes.toml", pack())


def test_a_template_of_a_pack_says_what_it_says(tmp_path) -> None:
    body = """[[section.part]]
[[section.part.say]]
when = "count() > 0 and not (closing_rate() < 50 or open() > 10000)"
zh = "{area}共{count()}件。"
[[section.part.say]]
when = "count() < 0"
zh = "不会说。"
[[section.part.say]]
when = "satisfaction_rate(kinds=E0405, levels=1) > 0 or satisfaction_rate(kinds=E0405, levels=1) <= 0"
zh = "没有的不比较。"
"""
    document = brief("day", template=template(tmp_path, own(body))).document
    text = "".join(run.text for run in document.runs())
    assert re.search(r"杭州全市共\d+件。$", text)
    assert document.office == "杭州某局"
    assert document.number == "第171期"


def test_a_sign_is_a_figure_like_any_other(tmp_path) -> None:
    with sqlite3.connect(year_export()) as db:
        (code, value) = db.execute(
            "SELECT code, avg(value) FROM sign_hour WHERE area = '330100' AND at >= ? AND at < ? GROUP BY code LIMIT 1",
            (DAY_OF_STORM, DAY_OF_STORM + DAY),
        ).fetchone()
    body = f'[[section.part]]\nsay = [{{ zh = "体征{{sign(code={code})}}，较前{{change(of=sign:{code})}}。" }}]'
    document = brief("day", template=template(tmp_path, own(body))).document
    figure = next(run.figure for run in document.runs() if run.figure is not None)
    assert figure.scope.measure == f"sign:{code}"
    assert figure.value is not None
    assert abs(figure.value - value) <= max(abs(value), 1.0)  # the sign says itself how a day becomes one value
    assert "暂无数据" not in "".join(run.text for run in document.runs())


@given(st.text(alphabet="count()={}|,<>= and or not 'E05.0-\n好", max_size=40))
def test_any_text_is_read_or_refused_at_a_place_within_it(text) -> None:
    wrong: list[Wrong] = []
    for read in (formula.sentence, formula.condition, formula.call):
        try:
            read(text)
        except Wrong as error:
            wrong.append(error)
    assert all(0 <= one.at <= len(text) for one in wrong)
    assert not any("briefing." in one.message.in_chinese() for one in wrong)


@given(st.integers(1, 400))
def test_conditions_nested_too_deep_are_refused(n) -> None:
    text = "(" * n + "count() > 1" + ")" * n
    if n < 20:
        assert isinstance(formula.condition(text), Compared)
    else:
        with pytest.raises(Wrong):
            formula.condition(text)


def test_a_condition_means_what_it_says() -> None:
    values = {"count": 5.0, "open": 0.0, "late": None}

    def value(call: Call) -> float | None:
        return values[call.name]

    for text, wanted in {
        "count() > 4": True,
        "count() > 4 and open() > 0": False,
        "open() > 0 or count() == 5": True,
        "not open() > 0": True,
        "late() > 0": False,
        "not late() > 0": True,
        "late() == late()": False,
        "count": True,
        "open": False,
        "late": False,
        "count() != 5 or not (open() >= 1)": True,
        "-1 < open()": True,
    }.items():
        assert holds(formula.condition(text), value) is wanted, text
    read = formula.condition("not a and b() <= 3")
    assert read == Joined(True, (Not(Call("a", at=4)), Compared(Call("b", at=10), "<=", Number(3))))


@pytest.mark.parametrize(
    ("kind", "at", "now", "start", "end", "before"),
    [
        ("day", "2026-07-14T10:00", "2026-07-20T00:00", "2026-07-14T00:00", "2026-07-15T00:00", "2026-07-13T00:00"),
        ("day", "2026-07-14T10:00", "2026-07-14T17:42", "2026-07-14T00:00", "2026-07-14T17:42", "2026-07-13T00:00"),
        ("week", "2026-07-12T23:59", "2026-07-14T17:42", "2026-07-06T00:00", "2026-07-13T00:00", "2026-06-29T00:00"),
        ("month", "2026-03-31T10:00", "2026-07-14T17:42", "2026-03-01T00:00", "2026-04-01T00:00", "2026-02-01T00:00"),
        ("month", "2026-03-31T10:00", "2026-03-31T10:00", "2026-03-01T00:00", "2026-03-31T10:00", "2026-02-01T00:00"),
        ("shift", "2026-07-14T03:00", "2026-07-14T17:42", "2026-07-13T17:30", "2026-07-14T08:30", "2026-07-13T08:30"),
    ],
)
def test_a_period_is_that_of_the_calendar_and_of_the_same_length_before(kind, at, now, start, end, before) -> None:
    period = of_kind(kind, _us(at), _us(now), ("08:30", "17:30"))
    assert (to_iso(period.span.start)[:16], to_iso(period.span.end)[:16]) == (start, end)
    assert to_iso(period.before.start)[:16] == before
    assert period.before.end <= period.span.start


@given(
    st.integers(_us0 := 1_577_808_000_000_000, _us0 + 4000 * DAY), st.sampled_from(["day", "week", "month", "shift"])
)
def test_periods_follow_each_other_without_a_gap(at, kind) -> None:
    now = at + 900 * DAY
    one = of_kind(kind, at, now, ("08:30", "17:30"))
    assert one.span.start <= at < one.span.end
    after = of_kind(kind, one.span.end, now, ("08:30", "17:30"))
    assert after.span.start == one.span.end
    assert after.before.start == one.span.start
    assert after.before.end == one.span.end


def test_what_a_person_says_of_a_time_is_understood_or_refused() -> None:
    now = _us("2026-07-14T17:42")
    assert said("now", "day", now) == now
    assert to_iso(said("2026-06", "month", now))[:10] == "2026-06-01"
    assert to_iso(said("last", "day", now))[:10] == "2026-07-13"
    assert said("2026-07-14T17:42:00+08:00", "day", 0) == now
    assert said("2026-07-14T17:42", "day", 0) == now
    for wrong in ("gestern", "2026-13", "2026-02-30", "99999-01-01", "2026-7"):
        with pytest.raises(UserError):
            said(wrong, "day", now + HOUR)


def _us(text: str) -> int:
    return from_iso(f"{text}:00+08:00")
