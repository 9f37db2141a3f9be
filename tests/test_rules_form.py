"""The rule form: a rule comes out of it as it went in, bad input is a sentence, a dry run says what would be."""

from __future__ import annotations

import tomllib

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.alarms import Firing, Rule, Tried, Window
from cockpit.model.clock import HOUR, SECOND
from cockpit.model.messages import Message
from cockpit.paths import assets_dir
from tests.living_alarms import RULES, LivingAlarms
from tests.living_picture import NOW
from tests.panel_desk import Desk, desk
from widgets.rules.dialog import RulesDialog
from widgets.rules.form import RuleForm
from widgets.rules.ground import CORNERS, ring_of
from widgets.rules.trial import YESTERDAY
from widgets.rules.where import read_where, where_text
from widgets.rules.words import rule_words

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FULL = Rule(
    "ponding", {"zh": "道路积水", "en": "Water on the road"}, "threshold", "sensor",
    where={"kind": "water", "area": "330102*", "name": "泵站*", "period": [1.0, 60.0]}, measure="value", above=50.0,
    below=-5.0, hysteresis=2.5, delay=60.0, off_delay=30.0, hours=Window("22:00", "06:00", (1, 2, 3)), level=2,
    case_kind="E0501", latched=True, parent="gas", flood="storm", owner={"zh": "排水处", "en": "Drainage"},
    why={"zh": "淹过"}, guide={"zh": "派泵车"}, version=4, changed=NOW - HOUR, by="seat-1",
)  # fmt: skip
EVERY = (
    FULL,
    Rule("rate", {"zh": "水位上涨"}, "rate", "sensor", measure="value", above=10.0, per=600.0),
    Rule("silent", {"zh": "中断"}, "absence", "feed", where={"feed": "positions"}, silence=90.0),
    Rule("many", {"zh": "扎堆"}, "count", "event", where={"kind": "E05*"}, per=3600.0, more_than=5, area_tier=2),
    Rule("both", {"zh": "双报"}, "combination", "sensor", all_of=("ponding", "gas"), per=60.0, area_tier=1),
    Rule("either", {"zh": "任一"}, "combination", "sensor", any_of=("ponding", "gas")),
    Rule("fence", {"zh": "围栏"}, "geofence", "unit", ring=((120.1, 30.2), (120.2, 30.2), (120.2, 30.3)), inside=False),
    Rule(
        "night", {"zh": "夜间"}, "threshold", "sign", where={"code": "G01"}, measure="value", below=1.0, enabled=False
    ),
)


@pytest.fixture
def at() -> Desk:
    made = desk()
    made.ctx.alarms = LivingAlarms()
    return made


def form(at: Desk, qtbot: QtBot) -> RuleForm:
    holder = QWidget()
    qtbot.addWidget(holder)
    made = RuleForm(at.ctx, holder)
    made.holder = holder
    return made


def dialog(at: Desk, qtbot: QtBot, wanted: str = "") -> RulesDialog:
    made = RulesDialog(at.ctx, None, wanted)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_a_rule_comes_out_of_the_form_as_it_went_in(rule: Rule, at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    made.show_rule(rule, RULES)
    assert made.rule() == rule
    for other in EVERY:
        made.show_rule(other, RULES)
    made.show_rule(rule, RULES)
    assert made.rule() == rule, "nothing of another rule stays in the form"


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_a_rule_is_said_in_one_line_of_each_language(rule: Rule, at: Desk) -> None:
    from cockpit.model.messages import texts

    for lang in ("zh", "en"):
        at.ctx.t = texts(lang)
        said = rule_words(at.ctx, rule)
        assert said
        assert "{" not in said


def test_what_is_no_number_is_named_and_marked(at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    made.show_rule(FULL, RULES)
    made.above.setText("五十")
    assert made.rule() == Message("rulesui.no_number", {"text": "五十"})
    assert made.above.property("wrong") == "true"
    made.above.setText("5０．5")
    read = made.rule()
    assert isinstance(read, Rule)
    assert read.above == 50.5, "full-width figures are figures"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", {}),
        ("state=0", {"state": 0.0}),
        ("value=10..20； name=泵站*", {"value": [10.0, 20.0], "name": "泵站*"}),
        ("name=42", {"name": "42"}),
    ],
)
def test_further_conditions_are_read_and_written_alike(typed: str, read: dict) -> None:
    topic = "event" if "state" in typed else "sensor"
    assert read_where(typed, topic) == read
    assert read_where(where_text(read), topic) == read


@pytest.mark.parametrize("typed", ["state", "=5", "value=", "value=viel", "value=1..b"])
def test_a_condition_that_can_not_be_read_is_named(typed: str, at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    made.show_rule(FULL, RULES)
    made.more.setText(typed)
    assert made.rule() == Message("rulesui.no_condition", {"text": typed})


def test_only_the_fields_of_the_kind_are_shown(at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    made.show_rule(EVERY[2], RULES)
    assert made.form.isRowVisible(made._rows["silence"])
    assert not made.form.isRowVisible(made._rows["bounds"])
    made.show_rule(EVERY[4], RULES)
    assert not made.form.isRowVisible(made._rows["topic"])
    assert made.form.isRowVisible(made._rows["parts"])


def test_a_fence_is_drawn_along_an_area(at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    made.show_rule(EVERY[6], RULES)
    code = made.ring.itemData(1)
    made.ring.choose(code)
    read = made.rule()
    assert isinstance(read, Rule)
    assert read.ring == ring_of(at.picture["area"], code)
    assert 3 <= len(read.ring) <= CORNERS
    assert ring_of(at.picture["area"], "no such area") == ()


def test_saving_tells_the_hub_and_keeps_what_was_typed_when_it_refuses(at: Desk, qtbot: QtBot) -> None:
    made = dialog(at, qtbot, "gas")
    made.form.above.setText("20")
    made.form.changed.emit()
    QTest.keyClick(made, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    if not at.ctx.alarms.saved:  # a dialog that is not in front gets no shortcuts
        made.save_now()
    rule, done = at.ctx.alarms.saved[0]
    assert (rule.id, rule.above, rule.version) == ("gas", 20.0, 1)
    done(Message("alarmlist.unknown"))
    assert made.said.text() == at.ctx.t("alarmlist.unknown")
    assert made.form.above.text() == "20"
    assert made.save.isEnabled()
    done(None)
    assert not made.save.isEnabled()


def test_a_new_rule_has_an_id_of_its_own_and_no_version(at: Desk, qtbot: QtBot) -> None:
    made = dialog(at, qtbot)
    made.begin_new()
    made.form.name.setText("夜间巡查")
    made.form.changed.emit()
    made.save_now()
    made.begin_copy()
    made.save_now()
    (first, _), (second, _) = at.ctx.alarms.saved
    assert first.version == second.version == 0
    assert len({first.id, second.id, *(rule.id for rule in RULES)}) == 2 + len(RULES)


def test_removing_needs_a_second_press(at: Desk, qtbot: QtBot) -> None:
    made = dialog(at, qtbot, "gas")
    made.remove.click()
    assert at.ctx.alarms.removed == []
    made.remove.click()
    rule, version, _ = at.ctx.alarms.removed[0]
    assert (rule, version) == ("gas", 1)


def test_a_dry_run_says_how_often_and_where(at: Desk, qtbot: QtBot) -> None:
    made = dialog(at, qtbot, "ponding")
    made.trial.periods.chosen.emit(YESTERDAY)
    made.try_now()
    rule, start, end, done = at.ctx.alarms.tried[0]
    assert rule.id == "ponding"
    assert (end - start) == 24 * HOUR
    firing = Firing(start + HOUR, "sensors/W1", "天城路积水点", 61.5, start + HOUR + 90 * SECOND)
    done(Tried(start, end, 7, (firing,)))
    assert "昨天会报 7 次" in made.trial.said.text()
    assert "天城路积水点" in made.trial.firings.item(0).text()
    assert "61.5" in made.trial.firings.item(0).text()


def test_an_answer_to_a_rule_that_changed_since_is_not_shown(at: Desk, qtbot: QtBot) -> None:
    made = dialog(at, qtbot, "ponding")
    made.try_now()
    _, start, end, done = at.ctx.alarms.tried[0]
    made.form.above.setText("99")
    made.form.changed.emit()
    done(Tried(start, end, 7))
    assert "7" not in made.trial.said.text()


def test_an_earlier_version_is_taken_up_as_a_change_of_the_present_one(at: Desk, qtbot: QtBot) -> None:
    made = dialog(at, qtbot, "gas")
    old = msgspec.structs.replace(RULES[1], above=12.0, measure="value", version=1)
    made._open = msgspec.structs.replace(RULES[1], version=3)
    made._take_up(old)
    made.save_now()
    rule, _ = at.ctx.alarms.saved[0]
    assert (rule.above, rule.version) == (12.0, 3)


def test_rules_are_found_by_pinyin(at: Desk, qtbot: QtBot) -> None:
    made = dialog(at, qtbot)
    made.find.setText("jw")
    assert [made._at(i).id for i in range(made.rules.count())] == ["gas"]


def test_every_shipped_rule_comes_out_of_the_form_as_it_went_in(at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    shipped = tomllib.loads((assets_dir() / "rules" / "cityops.toml").read_text(encoding="utf-8"))["rules"]
    rules = msgspec.convert(shipped, tuple[Rule, ...], strict=False)
    assert len(rules) > 10
    for rule in rules:
        made.show_rule(rule, rules)
        assert made.rule() == rule


def test_a_state_is_chosen_in_words_and_comes_out_as_it_went_in(at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    rule = Rule("open", {"zh": "未结"}, "count", "event", where={"kind": "E05*", "state": 0.0}, more_than=5, per=1800.0)
    made.show_rule(rule, RULES)
    assert made.stands.currentText() == "未结"
    assert made.more.text() == ""
    assert made.rule() == rule
    made.stands.choose("1")
    read = made.rule()
    assert isinstance(read, Rule)
    assert read.where["state"] == 1.0
    two = msgspec.structs.replace(rule, where={"state": [0.0, 1.0]})
    made.show_rule(two, RULES)
    assert made.rule() == two, "what has no word stays a condition"
    made.show_rule(FULL, RULES)
    assert not made.form.isRowVisible(made._rows["stands"]), "a sensor has no state"


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("1800", 1800.0), ("30 分", 1800.0), ("30分钟", 1800.0), ("1.5 h", 5400.0), ("90 秒", 90.0), ("２ min", 120.0)],
)
def test_a_span_is_typed_in_minutes_as_well(typed: str, seconds: float, at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    made.show_rule(EVERY[1], RULES)
    made.per.setText(typed)
    assert made.per.value == seconds
    made.per.put(seconds)
    assert made.per.value == seconds


def test_a_span_is_shown_in_its_largest_whole_unit(at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    for seconds, words in ((1800.0, "30 分"), (90.0, "90 秒"), (7200.0, "2 小时"), (0.5, "0.5 秒"), (None, "")):
        made.per.put(seconds)
        assert made.per.text() == words
    made.per.setText("分")
    assert not made.per.is_good


def test_a_group_is_named_in_words_and_joined_by_its_name(at: Desk, qtbot: QtBot) -> None:
    made = form(at, qtbot)
    storm = msgspec.structs.replace(FULL, flood="rainstorm")
    made.show_rule(storm, RULES)
    assert made.flood.text() == "暴雨内涝"
    assert made.rule() == storm
    made.show_rule(EVERY[1], (storm,))
    made.flood.setText("暴雨内涝")
    read = made.rule()
    assert isinstance(read, Rule)
    assert read.flood == "rainstorm"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("a", {}, "threshold", "sensor", measure="value", above=27.0), "传感器 达到 27"),
        (Rule("b", {}, "threshold", "unit", measure="speed", below=5.0), "处置力量 速度 低至 5"),
        (Rule("c", {}, "threshold", "event", where={"state": 0.0}, measure="level", below=5.0), "事件 未结"),
        (Rule("d", {}, "threshold", "event", measure="level", below=2.0), "事件 2 级及更重"),
    ],
)
def test_a_sentence_says_what_is_compared_and_that_a_bound_counts_when_it_is_reached(
    rule: Rule, said: str, at: Desk
) -> None:
    assert rule_words(at.ctx, rule) == said
