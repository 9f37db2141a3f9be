"""Rehearsals at the desk: what the dialog offers, what a desk that takes part says, and the sheet of the report."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.errors import UserError
from cockpit.model.messages import Message, texts
from cockpit.model.rehearsal import (
    Begin,
    Did,
    Entry,
    Held,
    OrderTime,
    Rehearsal,
    Rehearsals,
    Report,
    Scenario,
    Stage,
    StageTime,
)
from cockpit.model.rehearsal_sheet import as_csv, sheet, span, tables
from cockpit.packs.read import read_pack
from cockpit.packs.rehearsals import read_script, scenarios
from cockpit.paths import assets_dir
from cockpit.wall.rehearsing import FOLDER, REPORTS, desk_command, write_report
from tests.living_picture import NOW
from tests.panel_desk import desk
from widgets.rehearsal.opening import RehearsalDialog

# what the offscreen platform says of windows with a least size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FLOOD = Scenario("flood", {"zh": "内涝"}, {"zh": "下穿通道积水困人"}, 60.0)
BROKEN = Scenario("bad", {"zh": "bad"}, {}, 0.0, True, Message("rehearsal.nothing_happens"))
RUNS = Rehearsal("r2", {"zh": "火灾"}, Stage.RUNNING, "seat-1", NOW, walls=("main",))
OVER = Rehearsal("r1", {"zh": "电梯"}, Stage.OVER, "seat-1", NOW, NOW + MINUTE)


def report() -> Report:
    stage = StageTime("0714-0001", {"zh": "电梯困人"}, 1, {"zh": "派遣"}, 3 * MINUTE, 2 * MINUTE)
    order = OrderTime("0714-0001", "0714-0001-1", "机动一队", "on_scene", 8 * SECOND, 5 * MINUTE, -1, 10 * MINUTE, 0)
    did = Did(NOW, "=HYPERLINK(1)", "duty", Message("rehearsal.did_ordered", {"unit": "<b>一队"}), "0714-0001")
    held = (Held(NOW, "sms", "机动一队", "请签收", "0714-0001-1"),)
    return Report("r1", {"zh": "电梯"}, {"zh": "杭州"}, NOW, NOW + 20 * MINUTE, (did,), (stage,), (order,), held)


def test_every_shipped_script_can_be_played_in_every_shipped_city(tmp_path: Path) -> None:
    for city in ("hangzhou", "lujiazui"):
        pack = read_pack(city)
        found = scenarios(tmp_path, pack)
        assert {one.id for one in found} >= {"flood", "fire", "lift"}
        assert [one.problem for one in found if one.problem is not None] == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('kind = "E0599"', 'kind = "E0000"'),
        ("at = 8", "at = 80"),
        ('where = "minor"', 'where = "moon"'),
        ("minutes = 25", 'minutes = "long"'),
    ],
)
def test_a_mistake_in_a_script_is_said_with_its_line(tmp_path: Path, was: str, now: str) -> None:
    text = (assets_dir() / "rehearsals" / "lift.toml").read_text("utf-8")
    assert was in text
    file = tmp_path / "lift.toml"
    file.write_text(text.replace(was, now, 1), "utf-8")
    with pytest.raises(UserError) as error:
        read_script(file, read_pack("hangzhou"))
    assert error.value.message.params["line"] == text[: text.index(was)].count("\n") + 1


def test_a_sites_own_script_goes_before_the_shipped_one_and_a_broken_one_says_why(tmp_path: Path) -> None:
    own = tmp_path / "rehearsals"
    own.mkdir()
    (own / "flood.toml").write_text("name = 3\n")
    found = {one.id: one for one in scenarios(tmp_path, read_pack("hangzhou"))}
    assert found["flood"].own
    assert found["flood"].problem is not None
    assert found["fire"].problem is None


def test_the_sheet_names_what_was_late_and_what_stayed_inside_and_takes_no_markup(tmp_path: Path) -> None:
    t = texts("zh")
    html = sheet(report(), t)
    assert '<td class="late">超时</td>' in html
    assert "拦在演练内的短信与呼叫 1 条" in html
    assert "<b>" not in html
    _, heads, rows = tables(report(), t)["did"]
    assert "'=HYPERLINK" in as_csv(heads, rows)
    files = write_report(report(), tmp_path, t)
    assert [file.suffix for file in files] == [".html", ".csv", ".csv", ".csv", ".csv"]
    assert span(62 * SECOND) == "1:02"


def test_enter_begins_the_script_that_is_chosen_and_a_broken_one_can_not_be(qtbot: QtBot) -> None:
    dialog = RehearsalDialog(desk().ctx, Rehearsals((OVER,), (BROKEN, FLOOD)))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.script == "flood"
    with qtbot.waitSignal(dialog.begun) as told:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert told.args == [Begin("flood")]


def test_from_the_tape_an_instant_is_asked_for(qtbot: QtBot) -> None:
    at = desk()
    dialog = RehearsalDialog(at.ctx, Rehearsals((), (FLOOD,)))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.choices.setCurrentRow(1)
    assert dialog.field.isVisible()
    dialog.confirm.click()
    assert dialog.wrong.text() == at.ctx.t("rehearseui.when")
    dialog.field.setText("17:30")
    with qtbot.waitSignal(dialog.begun) as told:
        dialog.confirm.click()
    wanted = told.args[0]
    assert wanted.at < wanted.until == at.ctx.clock.wall()


def test_while_one_runs_enter_ends_it(qtbot: QtBot) -> None:
    dialog = RehearsalDialog(desk().ctx, Rehearsals((RUNS, OVER), (FLOOD,)))
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.ended):
        QTest.keyClick(dialog, Qt.Key.Key_Return)


def test_a_seat_that_joins_a_rehearsal_keeps_its_reports_and_nothing_else_of_earlier_ones(tmp_path: Path) -> None:
    def join(id: str) -> Path:
        desk_command(Entry(id, {"zh": "暴雨"}, "nats://127.0.0.1:1", 0, "seat-1", "p", "duty", "hangzhou"), tmp_path)
        return tmp_path / FOLDER / id

    write_report(report(), tmp_path / FOLDER / REPORTS, texts("zh"))
    first = join("d1")
    (first / "cache").mkdir()
    assert join("d1") == first
    assert (first / "cache").is_dir(), "the same rehearsal is joined again"
    second = join("d2")
    assert not first.exists()
    assert (second / "drill.key").is_file()
    assert list((tmp_path / FOLDER / REPORTS).glob("r1*"))
