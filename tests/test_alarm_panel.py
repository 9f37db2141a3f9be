"""The alarm list: what is to be done first stands first, a storm is one line, and each act says what came of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.alarms import Load
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.messages import Message, texts
from cockpit.model.tables import AlarmState
from tests.living_alarms import LivingAlarms, alarm_row
from tests.living_picture import NOW, put
from tests.panel_desk import Desk, desk
from widgets.alarms.load import grade, rate_words
from widgets.alarms.model import FLOOD, Which
from widgets.alarms.offenders import OffendersDialog
from widgets.alarms.panel import AlarmsPanel
from widgets.alarms.shelve import ShelveDialog
from widgets.lists.queue_row import ROW_HEIGHT

STORM = [alarm_row(n, flood="E0501", level=3) for n in range(20, 34)]


@pytest.fixture
def at() -> Desk:
    made = desk()
    made.ctx.alarms = LivingAlarms()
    return made


def panel(at: Desk, qtbot: QtBot, rows: list[dict]) -> AlarmsPanel:
    put(at.picture, "alarm", rows)
    made = AlarmsPanel(at.ctx)
    qtbot.addWidget(made)
    made.resize(396, 700)
    made.age_tick()
    return made


def keys(made: AlarmsPanel) -> list[str]:
    return made.model.keys(0, len(made.model))


def test_what_waits_for_a_person_stands_first_then_the_gravest_then_the_newest(at: Desk, qtbot: QtBot) -> None:
    made = panel(
        at,
        qtbot,
        [
            alarm_row(1, level=1, state=int(AlarmState.ACKNOWLEDGED)),
            alarm_row(2, level=3),
            alarm_row(3, level=2, raised=NOW - 9 * MINUTE),
            alarm_row(4, level=2, raised=NOW - 8 * MINUTE),
            alarm_row(5, level=1, state=int(AlarmState.RETURNED)),
            alarm_row(6, state=int(AlarmState.SHELVED), shelved=NOW + HOUR),
        ],
    )
    assert keys(made) == ["alarm/4", "alarm/3", "alarm/2", "alarm/5", "alarm/1"]
    made.ask(Which.ASIDE)
    assert keys(made) == ["alarm/6"]
    made.ask(Which.WAITING)
    assert keys(made) == ["alarm/4", "alarm/3", "alarm/2", "alarm/5"]


def test_a_storm_is_one_line_with_a_count_that_unfolds(at: Desk, qtbot: QtBot) -> None:
    made = panel(at, qtbot, [alarm_row(1, level=4), *STORM])
    assert keys(made) == [FLOOD + "E0501", "alarm/1"]
    group = made.model.faces(0, 1)[0]
    assert group.channel == "14 条"
    assert group.title == at.ctx.t.pack(at.ctx.pack.kind("E0501").name)
    made._entered(FLOOD + "E0501")
    assert len(made.model) == 16
    made._entered(FLOOD + "E0501")
    assert len(made.model) == 2


@pytest.mark.parametrize(
    ("flood", "zh", "en"),
    [
        ("rainstorm", "暴雨内涝", "Flooding by rain"),
        ("silent", "数据源中断", "A feed is silent"),
        ("台风", "台风", "台风"),
    ],
)
def test_a_storm_has_the_name_of_its_group_and_not_of_its_first_alarm(
    flood: str, zh: str, en: str, at: Desk, qtbot: QtBot
) -> None:
    made = panel(at, qtbot, [alarm_row(n, flood=flood) for n in range(5)])
    assert made.model.faces(0, 1)[0].title == zh
    at.ctx.t = texts("en")
    made.model.refresh()
    assert made.model.faces(0, 1)[0].title == en


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_fits_a_panel_of_the_smallest_desk_with_nothing_cut(lang: str, at: Desk, qtbot: QtBot) -> None:
    at.ctx.t = texts(lang)
    rows = [alarm_row(n, level=3) for n in range(130)]
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.setFont(at.ctx.theme.font("body"))
    holder.setStyleSheet(at.ctx.theme.qss())
    put(at.picture, "alarm", rows + [alarm_row(n, state=int(AlarmState.SUPPRESSED)) for n in range(200, 240)])
    made = AlarmsPanel(at.ctx, holder)
    assert made.content.minimumSizeHint().width() <= 320
    for one in (made.acknowledge, made.shelve, made.rules, made.offenders, *made.which._buttons.values()):
        assert one.minimumWidth() >= one.sizeHint().width() - 2, one.text()


def test_two_of_a_kind_are_no_storm(at: Desk, qtbot: QtBot) -> None:
    made = panel(at, qtbot, STORM[:2])
    assert len(made.model) == 2
    assert not any(key.startswith(FLOOD) for key in keys(made))


def test_one_key_acknowledges_the_selected_alarm_and_says_so(at: Desk, qtbot: QtBot) -> None:
    panel(at, qtbot, [alarm_row(1), alarm_row(2)])
    at.ctx.selection.select("alarm", "alarm/2")
    assert at.ctx.actions.trigger("alarms.acknowledge") is None
    ((act, wanted, _, _, done),) = at.ctx.alarms.acts
    assert (act, wanted) == ("acknowledge", ["alarm/2"])
    done(Message("alarmlist.unknown"))
    done(None)
    assert [message.id for message, _ in at.toasts] == ["alarmlist.unknown", "alarmlist.done_acknowledge"]


def test_a_storm_is_acknowledged_as_a_whole_and_only_what_waits(at: Desk, qtbot: QtBot) -> None:
    rows = [*STORM[:4], alarm_row(40, flood="E0501", state=int(AlarmState.ACKNOWLEDGED))]
    made = panel(at, qtbot, rows)
    made._pick(FLOOD + "E0501")
    at.ctx.actions.trigger("alarms.acknowledge")
    assert sorted(at.ctx.alarms.acts[0][1]) == sorted(row["key"] for row in STORM[:4])


@pytest.mark.parametrize(
    ("action", "state", "why"),
    [
        ("alarms.acknowledge", AlarmState.ACKNOWLEDGED, "alarmlist.acknowledged_already"),
        ("alarms.shelve", AlarmState.SHELVED, "alarmlist.shelved_already"),
        ("alarms.unshelve", AlarmState.UNACKNOWLEDGED, "alarmlist.not_shelved"),
        ("alarms.reset", AlarmState.ACKNOWLEDGED, "alarmlist.not_latched"),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(
    action: str, state: AlarmState, why: str, at: Desk, qtbot: QtBot
) -> None:
    panel(at, qtbot, [alarm_row(1, state=int(state))])
    assert at.ctx.actions.trigger(action) == Message("alarmlist.choose_one")
    at.ctx.selection.select("alarm", "alarm/1")
    assert at.ctx.actions.trigger(action) == Message(why)
    at.ctx.alarms = None
    assert at.ctx.actions.trigger(action) == Message("alarmlist.unknown")


def test_nothing_is_shelved_without_a_reason_and_an_end(at: Desk, qtbot: QtBot) -> None:
    made = panel(at, qtbot, [alarm_row(1)])
    dialog = ShelveDialog(at.ctx, "道路积水", made)
    chosen: list[tuple[str, int]] = []
    dialog.chosen.connect(lambda reason, until: chosen.append((reason, until)))
    assert not dialog.confirm.isEnabled()
    dialog.field.setText("   ")
    assert not dialog.confirm.isEnabled()
    dialog.field.setText(" 泵站  检修 ")
    dialog.spans[4 * HOUR].click()
    dialog.confirm.click()
    assert chosen == [("泵站 检修", NOW + 4 * HOUR)]


def test_a_click_selects_the_alarm_for_every_panel(at: Desk, qtbot: QtBot) -> None:
    made = panel(at, qtbot, [alarm_row(1), alarm_row(2)])
    QTest.mouseClick(made.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(120, ROW_HEIGHT + 20))
    assert (at.ctx.selection.topic, at.ctx.selection.key) == ("alarm", "alarm/2")
    assert made.acknowledge.isEnabled()


def test_without_a_hub_nothing_is_counted_as_zero(at: Desk, qtbot: QtBot) -> None:
    at.ctx.alarms = None
    made = panel(at, qtbot, [])
    assert made.nothing.isVisibleTo(made)
    assert "0" not in made.which._buttons["open"].text()


@pytest.mark.parametrize(
    ("load", "said"),
    [(Load(0.4), "good"), (Load(1.0), "good"), (Load(1.9), "most"), (Load(2.1), "over"), (Load(10.1), "flood"),
     (Load(7.0, flood=NOW), "flood"), (Load(known=False), "none")],
)  # fmt: skip
def test_the_load_is_graded_as_isa_18_2_says(load: Load, said: str) -> None:
    assert grade(load) == said


def test_in_a_replay_the_load_of_now_is_not_shown(at: Desk, qtbot: QtBot) -> None:
    made = panel(at, qtbot, [])
    assert "在岗" in made.meter.toolTip()
    at.ctx.alarms.load = Load(known=False)
    made.age_tick()
    assert made.meter.toolTip() == made.meter.accessibleName() == "回放中不计"
    assert rate_words(at.ctx.alarms.load) == "–"
    made.meter.grab()
    dialog = OffendersDialog(at.ctx, at.ctx.alarms.load, made)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert "回放中不计" in words
    assert at.ctx.t("alarmlist.no_offenders") not in words


def test_the_worst_offenders_are_named_with_what_helps(at: Desk, qtbot: QtBot) -> None:
    edited: list[str] = []
    made = panel(at, qtbot, [])
    dialog = OffendersDialog(at.ctx, at.ctx.alarms.load, made, edited.append)
    from widgets.alarms.offenders import _Row

    rows = dialog.findChildren(_Row)
    assert [row.accessibleName() for row in rows] == [
        "道路积水 · 天城路积水点 · 41 次 · 反复报警 · 建议延时 30 秒",
        "数据源中断 · 12 次 · 已持续 2 天",
    ]
    rows[0]._edit.click()
    assert edited == ["ponding"]
