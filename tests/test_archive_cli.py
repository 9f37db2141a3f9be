"""Files of offices become rows or are named with what is wrong; the export is plain SQL with the same sums."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from cockpit.archive_export import export
from cockpit.archive_import import put_wrong, read_file, take
from cockpit.archive_make import make
from cockpit.cli import main
from cockpit.model.clock import HOUR, ManualClock, from_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.packs.read import read_pack
from cockpit.store.archive import Archive, day_of
from tests.archive_kit import NOW, year

PACK = read_pack("hangzhou")
HEAD = "编号,类别,上报时间,区域,渠道,处置单位,结案时间,结案方式,满意度,等级"
GOOD = [
    "A-1,道路积水,2025-06-20 15:10,东新街道,12345,市政抢修 02,2025-06-20 17:30,办结,满意,二级",
    "A-2,E0410,2025-06-21 08:00,330105,巡查,,,,,",
]
BAD = [
    "A-3,飞碟降落,2025-06-21 08:00,东新街道,,,,,,",
    "A-4,E0410,昨天,东新街道,,,,,,",
    "A-1,E0410,2025-06-21 08:00,东新街道,,,,,,",
    "A-5,E0410,2025-06-21 08:00,火星街道,,,,,,",
    "A-6,E0410,2025-06-21 08:00,东新街道,,,2025-06-20 08:00,,,",
    ",E0410,2025-06-21 08:00,东新街道,,,,,,",
]
UNITS = {"positions/U211": ("市政抢修 02", "repair")}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive.open(tmp_path / "archive.db", ManualClock())
    yield opened
    opened.close()


def csv_file(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "2025.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "gb18030")
    return path


def channels_of(name: str) -> str:
    return next(channel.name["zh"] for channel in PACK.channels.values() if channel.id == name)


def test_rows_of_an_office_become_records(tmp_path: Path, archive: Archive) -> None:
    rows = [row.replace("12345", channels_of("hotline")).replace("巡查", channels_of("patrol")) for row in GOOD]
    read = read_file(csv_file(tmp_path, *rows), PACK, UNITS, NOW)
    assert read.wrong == []
    assert take(archive, read) == 2
    assert take(archive, read) == 0
    first, second = archive.rows(["import/A-1", "import/A-2"]).rows()
    said = dict(zip(list(archive.rows([]).columns), first, strict=True))
    assert (said["kind"], said["area"], said["channel"], said["level"]) == ("E0506", "330105018", "hotline", 2)
    assert (said["unit"], said["unit_kind"], said["stage"], said["result"]) == (
        "positions/U211", "repair", "closed", "solved",
    )  # fmt: skip
    assert said["reported"] == from_iso("2025-06-20T15:10:00+08:00")
    assert said["due"] == said["reported"] + 2 * HOUR
    assert said["satisfied"] == 4
    assert second[12] == "intake"
    assert [day.day for day in archive.days()] == [day_of(second[14]), day_of(first[14])]


def test_each_wrong_row_is_named_and_kept_in_a_file_of_its_own(tmp_path: Path) -> None:
    read = read_file(csv_file(tmp_path, GOOD[1].replace("巡查", ""), *BAD), PACK, UNITS, NOW)
    assert len(read.rows) == 2
    assert [(wrong.row, wrong.why.id) for wrong in read.wrong] == [
        (3, "archive.no_kind"),
        (4, "signdef.cell_time"),
        (6, "archive.no_area"),
        (7, "archive.import_before"),
        (8, "signdef.cell_missing"),
    ]
    put_wrong(read, tmp_path / "left.csv", Message.in_chinese)
    text = (tmp_path / "left.csv").read_text("utf-8-sig")
    assert text.count("\n") == 6
    assert "没有这个类别：飞碟降落" in text


def test_a_number_that_comes_twice_is_said_with_the_row_before(tmp_path: Path) -> None:
    read = read_file(csv_file(tmp_path, "A-1,E0410,2025-06-21,330105,,,,,,", BAD[2]), PACK, UNITS, NOW)
    assert [(wrong.row, wrong.why) for wrong in read.wrong] == [(3, Message("archive.import_twice", {"row": 2}))]


def test_heads_can_be_named_and_lacking_ones_are_said(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "7,E0410,2025-06-21,330105", head="流水,问题,什么时候,区域")
    with pytest.raises(UserError) as caught:
        read_file(path, PACK, {}, NOW)
    assert "编号、类别、上报时间" in str(caught.value.message.params["columns"])
    read = read_file(path, PACK, {}, NOW, {"number": "流水", "kind": "问题", "reported": "什么时候"})
    assert [row[0] for row in read.rows] == ["import/7"]
    with pytest.raises(UserError):
        read_file(path, PACK, {}, NOW, {"colour": "流水"})


def test_workbooks_and_json_lines_say_the_same_as_csv(tmp_path: Path) -> None:
    cells = ["A-9", "E0410", "2025-06-21 08:00", "330105"]
    head = ["number", "kind", "reported", "area"]
    book = openpyxl.Workbook()
    book.active.append(head)
    book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    lines = [json.dumps(dict(zip(head, cells, strict=True))), "no json", ""]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    from_book = read_file(tmp_path / "a.xlsx", PACK, {}, NOW)
    from_lines = read_file(tmp_path / "a.jsonl", PACK, {}, NOW)
    from_csv = read_file(csv_file(tmp_path, ",".join(cells), head=",".join(head)), PACK, {}, NOW)
    assert from_book.rows == from_lines.rows == from_csv.rows
    assert [(wrong.row, wrong.why.id) for wrong in from_lines.wrong] == [(2, "archive.import_json")]


def test_the_export_is_plain_sql_whose_sums_are_those_of_the_archive(tmp_path: Path) -> None:
    archive, history = make(tmp_path, PACK, ManualClock(), start=NOW, per_day=40, days=20)
    count = export(archive, PACK, tmp_path / "year.db", history)
    assert count == archive.count()
    with sqlite3.connect(tmp_path / "year.db") as db:
        total = db.execute("SELECT count(*) FROM record").fetchone()[0]
        by_area = db.execute(
            "SELECT sum(n) FROM (SELECT count(*) n FROM record r JOIN area_in i ON i.area = r.area"
            " JOIN area a ON a.code = i.above WHERE a.tier = 1 GROUP BY a.code)"
        ).fetchone()[0]
        assert total == by_area == count
        joined = "SELECT count(*) FROM record r JOIN kind k ON k.code = r.kind JOIN channel c ON c.id = r.channel"
        assert db.execute(joined).fetchone()[0] == count
        units = "SELECT count(*) FROM record r LEFT JOIN unit u ON u.key = r.unit WHERE r.unit <> '' AND u.key IS NULL"
        assert db.execute(units).fetchone()[0] == 0
        hours = db.execute("SELECT count(*) FROM sign_hour WHERE code = 'A01' AND area = '330100'").fetchone()[0]
        assert hours > 19 * 24
        tiers = "SELECT max(tier) FROM sign_hour h JOIN area a ON a.code = h.area"
        assert db.execute(tiers).fetchone()[0] == 1
    with pytest.raises(UserError):
        export(archive, PACK, tmp_path / "year.db")
    archive.close()
    history.close()


def test_the_commands_make_export_and_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "made"
    made = ["archive", "make", str(folder), "--days", "3", "--per-day", "20", "--until", "2026-07-14T17:42:00+08:00"]
    assert main(made) == 0
    assert main(["archive", "export", str(tmp_path / "x.db"), "--folder", str(folder)]) == 0
    path = csv_file(tmp_path, GOOD[1].replace("巡查", ""), BAD[0])
    assert main(["archive", "import", str(path), "--folder", str(folder), "--trial"]) == 1
    assert main(["archive", "import", str(path), "--folder", str(folder)]) == 1
    assert (tmp_path / "2025.rejected.csv").is_file()
    said = capsys.readouterr()
    assert "3" in said.err
    archive = Archive.open(folder / "archive.db", ManualClock())
    assert len(archive.rows(["import/A-2"])) == 1
    archive.close()
    assert main(["archive", "export", str(tmp_path / "y.db"), "--profile", str(tmp_path / "nowhere")]) != 0


@pytest.mark.slow
def test_the_year_that_tests_share_is_what_the_contract_says() -> None:
    shared = year()
    with sqlite3.connect(shared.sql) as db:
        count, first, last = db.execute("SELECT count(*), min(reported), max(reported) FROM record").fetchone()
    assert count > 20_000
    assert last < NOW
    assert first < NOW - 399 * 24 * HOUR
