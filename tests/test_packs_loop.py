"""The loop of a pack: stages, rights, clocks and the calendar; each mistake ends in one sentence with its place."""

from __future__ import annotations

import shutil

import pytest

from cockpit.model.city import BASES
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, from_iso
from cockpit.model.entries import Act
from cockpit.model.errors import UserError
from cockpit.model.loop import BARE
from cockpit.model.rights import ACTS
from cockpit.model.stages import STAGES
from cockpit.packs.read import list_packs, read_pack
from cockpit.paths import assets_dir

MONDAY = from_iso("2026-07-13T09:00:00+08:00")
FRIDAY_EVENING = from_iso("2026-07-17T20:00:00+08:00")


@pytest.fixture(scope="module")
def loop():
    return read_pack("lujiazui").loop


@pytest.fixture
def edit(tmp_path):
    """Writes a pack with a loop or a calendar of its own, one text replaced."""

    def write(file, old, new):
        folder = tmp_path / "own"
        shutil.copytree(assets_dir() / "cities" / "lujiazui", folder, ignore=shutil.ignore_patterns("*.npz"))
        text = (assets_dir() / "kinds" / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")
        return folder

    return write


def test_the_loop_has_the_stages_of_the_standard(loop):
    assert [loop.label(stage)["zh"] for stage in STAGES] == [
        "受理", "立案", "派遣", "处置", "反馈", "核查", "结案", "rated",
    ]  # fmt: skip
    assert not loop.uses("rated")


def test_acts_of_rights_are_the_acts_of_commands():
    tags = tuple(act.__struct_config__.tag for act in Act.__args__)
    assert tags == ACTS


def test_clocks_of_a_class_go_before_those_of_its_level(loop):
    assert [str(span) for span in loop.finish_spans("P0101", 1)] == ["2u", "4h", "2d", "5d"]
    assert loop.finish_by("E0506", 3, FRIDAY_EVENING).at == FRIDAY_EVENING + 2 * HOUR, "道路积水 runs through the night"
    monday_noon = from_iso("2026-07-20T12:00:00+08:00")
    assert loop.finish_by("E0110", 1, FRIDAY_EVENING).at == monday_noon, "暴露生活垃圾 4 工作时"
    assert [str(span) for span in loop.finish_spans("E0599", 1)] == ["2u"], "a class of ours has its level's"
    assert loop.kinds["E0506"].basis == "G"
    assert (loop.basis, "E0599" in loop.kinds) == ("O", False)


def test_a_unit_is_never_to_finish_before_it_is_to_arrive(loop):
    evening = loop.finish_by("E0112", 4, MONDAY + 13 * HOUR)
    assert evening.at >= loop.arrive_by(4, MONDAY + 13 * HOUR).at
    for kind in ("E0506", "E0112", "E0599", "??"):
        for level in range(8):
            assert loop.finish_by(kind, level, MONDAY).at >= loop.arrive_by(level, MONDAY).at > MONDAY


def test_stages_are_due_by_level(loop):
    assert [loop.stage_due("check", level, MONDAY) - MONDAY for level in (1, 2, 3, 5)] == [
        30 * MINUTE, HOUR, 2 * HOUR, 2 * HOUR,
    ]  # fmt: skip
    assert loop.stage_due("handling", 1, MONDAY) == 0
    assert loop.stage_due("rated", 1, MONDAY) == 0
    assert loop.ready_due(4, MONDAY) == MONDAY + DAY


def test_every_clock_belongs_to_a_class_and_says_how_well_it_is_founded(loop):
    kinds = read_pack("lujiazui").kinds
    assert loop.kinds.keys() <= kinds.keys()
    assert {clock.basis for clock in loop.kinds.values()} == {"G"}
    assert loop.basis in BASES
    assert all(clock.source for clock in loop.kinds.values())
    without = {code for code, kind in kinds.items() if kind.basis != "O" and code[0] in "EP"} - loop.kinds.keys()
    assert not without


def test_rights_are_by_role(loop):
    of_leaders = {"instruction.give", "instruction.close", "decision.give", "case.urge"}
    assert loop.of_role("duty").acts == set(ACTS) - of_leaders
    assert of_leaders < loop.of_role("leader").acts
    assert loop.of_role("duty").reaches("closed")
    assert not loop.of_role("duty").reaches("rated")
    assert loop.of_role("leader").may("case.note")
    assert not loop.of_role("leader").reaches("intake")
    assert not loop.of_role("anybody").acts
    assert not BARE.of_role("duty").acts


def test_an_order_that_is_not_delivered_climbs_as_the_pack_says(loop, edit):
    steps = [(step.after, step.by) for step in loop.climb.steps]
    assert steps == [(MINUTE, "page"), (90 * SECOND, "sms"), (2 * MINUTE, "call"), (4 * MINUTE, "leader")]
    assert (loop.climb.ring, loop.keep.recordings, loop.keep.reports) == (40 * SECOND, 180 * DAY, 7 * DAY)
    own = read_pack(edit("loop.toml", 'after = "240s"', 'after = "5min"')).loop
    assert own.climb.steps[-1].after == 5 * MINUTE
    assert BARE.climb.steps == ()


def test_both_packs_have_a_loop():
    assert list_packs()
    for name in list_packs():
        assert read_pack(name).loop.stages


def test_a_pack_with_a_loop_of_its_own_has_that(edit):
    folder = edit("loop.toml", 'zh = "处置"', 'zh = "办理"')
    assert read_pack(folder).loop.label("handling")["zh"] == "办理"


def test_a_city_may_add_its_own_free_days(edit):
    folder = edit("workdays.toml", "2026-06-19,", "2026-06-19, 2026-07-15,")
    tuesday = from_iso("2026-07-14T17:00:00+08:00")
    loop = read_pack(folder).loop
    assert loop.calendar.after(tuesday, loop.finish_spans("E0111", 4)[0]).at == tuesday + 8 * DAY


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "sentence"),
    [
        ("loop.toml", '"8min"', '"8m"', 'arrive = ["8m"', "“8m”不是时限"),
        ("loop.toml", '"3min", "5min", "15min", "30min", "30min"', '"3min", "5min"', "intake =", "应当有 5 个值"),
        ("loop.toml", 'reopen = "1U"', 'reopen = "2U"', "reopen =", "“reopen”不能是“2U”"),
        ("loop.toml", 'reopen = "1U"', 'reopen = "4h"', "reopen =", "“reopen”不能是“4h”"),
        ("loop.toml", "feedback =", "feedbak =", "feedbak =", "是不是想写“feedback”"),
        ("loop.toml", "filed =", "rated =", "[stages]", "缺少“filed”"),
        (
            "loop.toml",
            'leader = { acts = ["case.note"',
            'leader = { acts = ["case.not"',
            "leader =",
            "是不是想写“case.note”",
        ),
        ("loop.toml", 'upto = "closed"', 'upto = "close"', "duty =", "是不是想写“closed”"),
        ("loop.toml", 'after = "90s"', 'after = "60s"', 'after = "60s", by = "sms"', "不晚于前一步"),
        ("loop.toml", 'by = "sms"', 'by = "smss"', 'by = "smss"', "smss"),
        ("loop.toml", "ring = 40", "ring = 900", "ring =", "“ring”不能是“900”"),
        ("loop.toml", "letters = 180", "letters = 0", "letters =", "“letters”不能是“0”"),
        ("loop.toml", 'E0101 = "2U/15d"', 'E0101 = "2U/15"', "E0101 =", "“15”不是时限"),
        ("loop.toml", '"grid", "sanitation"', '"grid", "sanitatoin"', "bound =", "是不是想写“sanitation”"),
        ("loop.toml", 'basis = "G"', 'basis = "X"', 'basis = "X"', "“basis”不能是“X”"),
        ("loop.toml", 'calendar = "workdays"', 'calendar = "workday"', "calendar =", "是不是想写“workdays”"),
        ("workdays.toml", "2026-06-19,", "2026-06-20,", "2026-06-20", "“off”里的 2026-06-20 不对"),
        ("workdays.toml", "2026-01-04,", "2027-01-03,", "2027-01-03", "“on”里的 2027-01-03 不对"),
        ("workdays.toml", "08:00-12:00", "08:00-15:00", "08:00-15:00", "“hours”不能是“14:00-18:00”"),
        ("workdays.toml", "08:00-12:00", "8-12", "8-12", "“hours”不能是"),
        ("workdays.toml", "[years.2026]", "[years.next]", "[years.next]", "“years”不能是“next”"),
        ("workdays.toml", "2026-01-01, ", '"Monday", ', '"Monday"', "“off”不能是“Monday”"),
    ],
)
def test_each_mistake_ends_in_a_sentence_with_its_line(edit, file, old, new, line, sentence):
    folder = edit(file, old, new)
    with pytest.raises(UserError) as wrong:
        read_pack(folder)
    lines = (folder / file).read_text("utf-8").splitlines()
    said = str(wrong.value)
    assert sentence in said
    assert str(folder / file) in said
    number = next(n for n, text in enumerate(lines, 1) if line in text)
    assert f"第 {number} 行" in said
