"""Files of offices: what is taken, what is left out and why, row by row; hostile ones end in a sentence."""

from __future__ import annotations

import io
import math
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.clock import from_iso, to_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.model.signs import SignSet, Theme
from cockpit.signs.importing import Known, Read, merged, read_file, thresholds_of, time_of, where_of
from tests.signs_city import CITY, NOW, sign

SIGNS = SignSet(
    (Theme("T", {"zh": "试"}),),
    (sign("R1", name={"zh": "增速"}, unit="%", origin="reported"), sign("L1", "events"), sign("B", low=0.0, high=1.0)),
    3,
)
KNOWN = Known(SIGNS, CITY, {CITY: "杭州市", "330106": "西湖区", "1": "重名", "2": "重名"}, NOW, frozenset({"L1"}))


def said(read: Read) -> list[str]:
    return [texts("zh")(message) for message in read.said]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_values_of_an_office_are_taken_by_code_or_name(encoding: str) -> None:
    text = '编码,名称,区域,时间,数值,来源\nR1,,,2026年6月,5.4%,统计局\n,增速,西湖区,2026-05,"1,234.5",\n'
    read = read_file("月报.csv", text.encode(encoding), KNOWN)
    assert said(read) == []
    assert [(code, area, value.value, to_iso(value.at)[:10]) for code, area, value in read.values] == [
        ("R1", CITY, 5.4, "2026-06-01"),
        ("R1", "330106", 1234.5, "2026-05-01"),
    ]
    assert read.values[0][2].source == "统计局"


def test_what_is_wrong_is_said_with_its_row_and_the_rest_is_taken() -> None:
    rows = (
        "编码;时间;数值;区域;备注",
        "R1;2026-06;—;;",
        "R1;2026-13;1;;",
        "R1;2031;1;;",
        "Q9;2026;1;;",
        "",
        "R1;2026;abc;;",
        "R1;2026;1;火星;",
        "R1;2026;1;重名;",
        "R1;2026;1;;",
        "R1;2026;2;;",
        "B;2026;7;;",
        "L1;2026;7;;",
    )
    read = read_file("a.csv", "\n".join(rows).encode(), KNOWN)
    assert [value.value for _, _, value in read.values] == [1.0]
    found = said(read)
    assert found[0] == "“备注”这一列不认识，未用。"
    assert [sentence.split(" ")[1] for sentence in found[1:]] == ["2", "3", "4", "5", "7", "8", "9", "11", "12", "13"]
    assert not any("{" in sentence or "signdef" in sentence for sentence in found)


def test_a_workbook_brings_dates_and_numbers_as_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["指标编码", "日期", "值", "预测时间", "准确率"])
    july, august = datetime(2026, 7, 1), datetime(2026, 8, 1)  # noqa: DTZ001 - a cell has no zone
    sheet.append(["R1", july, 3.25, None, None])
    sheet.append(["R1", july, 4.0, august, 97.2])
    data = io.BytesIO()
    book.save(data)
    read = read_file("表.xlsx", data.getvalue(), KNOWN)
    assert said(read) == []
    plain, ahead = (value for _, _, value in read.values)
    assert (plain.at, plain.value, plain.target) == (from_iso("2026-07-01T00:00:00+08:00"), 3.25, 0)
    assert math.isnan(plain.accuracy)
    assert (ahead.target, ahead.accuracy) == (from_iso("2026-08-01T00:00:00+08:00"), pytest.approx(0.972))


def test_definitions_are_new_or_changed_and_what_does_not_fit_is_left_out() -> None:
    rows = (
        "编码,名称,分类,单位,方向,周期,公式,阈值,条件,输入",
        "N1,新增指标,试,m³/d,越低越好,日,,红>40 黄>15,,",
        "R1,增速,试,%,,,,,,",
        "F1,比值,新类,%,,,N1 / R1,,,",
        "F2,环,试,,,,F3,,,",
        "F3,环,试,,,,F2,,,",
        "E1,事件,试,件,,,,,kind=E05*; state=0,events",
        "E2,事件,试,件,,,,,没有=1,events",
        "N2,,试,,,,,,,",
        "N3,三,试,,,,,红40,,",
    )
    read = read_file("定义.csv", "\n".join(rows).encode(), KNOWN)
    assert [one.code for one in read.signs] == ["N1", "E1"]
    assert (read.new, read.changed, read.rows) == (2, 0, 9)
    new = read.signs[0]
    assert (new.unit, new.direction, new.every, new.origin) == ("m³/d", "down", 86400.0, "reported")
    assert [(one.level, one.above) for one in new.thresholds] == [(1, 40.0), (3, 15.0)]
    assert read.signs[1].where == {"kind": "E05*", "state": 0.0}
    assert read.signs[1].origin == "measured"
    rows_said = sorted(int(sentence.split(" ")[1]) for sentence in said(read))
    assert rows_said == [4, 5, 6, 8, 9, 10]
    assert [one.code for one in merged(SIGNS, read.signs).signs] == ["R1", "L1", "B", "N1", "E1"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2026", "2026-01-01T00:00:00+08:00"),
        ("2026年第二季度", "2026-04-01T00:00:00+08:00"),
        ("2026Q3", "2026-07-01T00:00:00+08:00"),
        ("2026年7月14日", "2026-07-14T00:00:00+08:00"),
        ("2026/7/14 8:05", "2026-07-14T08:05:00+08:00"),
        ("２０２６-０７-１４", "2026-07-14T00:00:00+08:00"),
        ("2026-07-14T08:00:00Z", "2026-07-14T16:00:00+08:00"),
    ],
)
def test_times_as_people_write_them(given: str, wanted: str) -> None:
    assert to_iso(time_of(given)) == wanted


def test_thresholds_and_conditions_in_a_cell() -> None:
    assert [(one.level, one.below) for one in thresholds_of("橙<0.05")] == [(2, 0.05)]
    assert where_of("value=10..; kind=a|b") == {"value": [10.0, math.inf], "kind": "a|b"}
    for wrong in ("", "红", "红>", "40", "红>4 黑>5"):
        with pytest.raises(UserError):
            thresholds_of(wrong)


def test_a_workbook_that_would_burst_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 120_000_000)
    with pytest.raises(UserError) as error:
        read_file("b.xlsx", data.getvalue(), KNOWN)
    assert error.value.message.id == "signdef.file_large"


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", b"%PDF"), ("a.csv", b""), ("a.csv", b"a,b\n"), ("a.csv", b"a,b\n1,2\n"), ("a.xlsx", b"PK\3\4"),
     ("a.csv", b"\xff\xfe\x00"), ("a.csv", "编码,时间,数值\n".encode())],
)  # fmt: skip
def test_what_is_no_such_file_ends_in_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(UserError) as error:
        read_file(name, data, KNOWN)
    assert "{" not in str(error.value)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=6), min_size=1, max_size=6), st.booleans())
def test_whatever_stands_in_the_cells_there_is_a_report(rows: list[list[str]], definitions: bool) -> None:
    head = "编码,名称,分类,公式,阈值,条件" if definitions else "编码,时间,数值,区域,预测时间,准确率"
    body = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    try:
        read = read_file("a.csv", f"{head}\n{body}".encode("utf-8", "replace"), KNOWN)
    except UserError:
        return
    assert len(read.values) + len(read.signs) <= read.rows
    assert all(said(read))
