"""Events, cases, alerts, the one that is followed, clocks, roster, weather, hotline, feeds and pictures on a wall."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.ages import stamp
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, from_iso, local
from cockpit.model.messages import Message
from cockpit.model.wall_shipped import shipped_scenes
from cockpit.model.wall_tree import leaves
from tests.living_picture import NOW, feed_rows, put
from tests.wall_panels import Hall, painted
from widgets.kit.states import PanelState
from widgets.map.scene import Alert
from widgets.wall.clock import instant
from widgets.wall.kit import WallPanel, wall_theme
from widgets.wall.mapfloats import Floats
from widgets.wall.paint import paint_state
from widgets.wall.rows import Row, draw_rows
from widgets.wall.sizes import metrics, sizes_at
from widgets.wall.text import fill
from widgets.wall.weather import beaufort, rain_name

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PEOPLE = [
    {"duty": {"zh": "带班领导", "en": "Leader"}, "name": "李敏"},
    {"duty": "值班长", "name": "张伟", "from": "08:00", "to": "20:00"},
    {"duty": "值班长", "name": "王夜", "from": "20:00", "to": "08:00"},
]
OPTIONS: dict[str, dict[str, Any]] = {
    "wallroster": {"people": PEOPLE},
    "walltext": {"words": {"zh": "人民城市人民建", "en": "One city, one net"}},
    "wallcountdown": {"to": "20:00", "words": {"zh": "距交班", "en": "Shift ends"}},
}
PANELS = (
    "wallevents", "wallfocus", "wallalerts", "wallcases", "wallcountdown", "wallroster", "wallweather", "wallclock",
    "walltext", "wallhotline", "wallfeeds", "wallpicture", "wallweb",
)  # fmt: skip


def age(panel: WallPanel) -> str:
    told = panel._age[0]
    return panel.ctx.t(told) if told is not None else ""


def facts(panel: WallPanel) -> str:
    told = panel._facts
    return panel.ctx.t(told) if isinstance(told, Message) else str(told or "")


def orders(hall: Hall, count: int) -> None:
    """Orders to the gravest open events, each to a free unit of its district."""
    events, units = hall.at.picture["event"], hall.at.picture["unit"]
    rows = [row for row in map(events.row, range(len(events))) if row["state"] == 0]
    free = [row for row in map(units.row, range(len(units))) if row["state"] == 0]
    for row in sorted(rows, key=lambda one: (one["level"], one["key"])):
        unit = next((one for one in free if one["area"][:6] == row["area"][:6]), None)
        if count and unit is not None:
            free.remove(unit)
            hall.at.cases.order(row, unit["key"])
            count -= 1


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_word_of_a_panel_is_smaller_than_the_last_row_reads(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, panel: str, lang: str
) -> None:
    hall = Hall(qtbot, lang)
    orders(hall, 6)
    hall.reads_from_the_last_row(monkeypatch, panel, **OPTIONS.get(panel, {}))


@pytest.mark.parametrize("panel", PANELS)
def test_a_setting_that_there_is_not_is_said_in_a_sentence(qtbot: QtBot, panel: str) -> None:
    shown = Hall(qtbot).hang(panel, colour="red")
    shown.grab()
    assert not shown.failed
    assert shown.wrong is not None
    assert "colour" in shown.wrong.in_chinese()


@pytest.mark.parametrize("panel", ["wallevents", "wallalerts", "wallcases", "wallhotline", "wallweather"])
def test_before_anything_came_a_panel_says_what_it_waits_for(qtbot: QtBot, panel: str) -> None:
    shown = Hall(qtbot, blank=True).hang(panel)
    assert shown.state is PanelState.WAITING
    assert shown.said.startswith("正在等")


@pytest.mark.parametrize(("panel", "options"), [("wallcases", {"shows": "pretty"}), ("wallhotline", {"by": "mood"}),
                                                ("walltext", {"side": "up", "text": "x"}),
                                                ("wallpicture", {"fit": "tight"})])  # fmt: skip
def test_a_word_that_a_setting_does_not_know_is_said_with_those_it_knows(
    qtbot: QtBot, panel: str, options: dict[str, Any]
) -> None:
    shown = Hall(qtbot).hang(panel, **options)
    assert shown.state is PanelState.EMPTY
    assert "不认识" in shown.said


# -- rows


def test_a_list_that_has_no_room_says_how_many_more_there_are(qtbot: QtBot) -> None:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    told: list[int] = []

    def rest(n: int) -> str:
        told.append(n)
        return f"{n}"

    hall = Hall(qtbot)
    hall.hang("wallevents")
    image = QImage(800, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    kind, rows = sizes_at(1.27, 8.0), [Row(f"row {i}") for i in range(40)]
    from widgets.wall.kit import wall_theme

    shown = draw_rows(painter, QRectF(0, 0, 800, 400), rows, kind, wall_theme(), rest)
    few = draw_rows(painter, QRectF(0, 0, 800, 400), rows[:3], kind, wall_theme(), rest)
    painter.end()
    assert 3 <= shown < 40
    assert told == [40 - shown]
    assert few == 3


# -- events, alerts, cases


def test_events_are_listed_by_level_and_of_one_level_the_newest_first(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallevents")
    table = hall.at.picture["event"]
    rows = [table.row(i) for i in shown.wanted()]
    keys = [(row["level"], -row["occurred"]) for row in rows]
    assert keys == sorted(keys)
    assert all(row["state"] == 0 for row in rows)
    assert shown.rows[0].level == 1
    assert "今日" in facts(shown)


def test_events_of_a_group_a_channel_and_an_area_are_listed_alone(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    table = hall.at.picture["event"]
    some: Any = hall.hang("wallevents", kinds=["E05*"], levels=[1])
    assert {table.value(i, "kind")[:3] for i in some.wanted()} == {"E05"}
    assert {table.value(i, "level") for i in some.wanted()} == {1}
    calls: Any = hall.hang("wallevents", channels=["hotline"])
    assert {table.value(i, "channel") for i in calls.wanted()} == {"hotline"}
    hall.sight.tell(area="330106")
    assert calls.wanted()
    assert all(str(table.value(i, "area")).startswith("330106") for i in calls.wanted())


def test_events_of_a_period_are_listed_alone(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    table = hall.at.picture["event"]
    every: Any = hall.hang("wallevents")
    occurred = sorted(int(table.row(i)["occurred"]) for i in every.wanted())
    middle = occurred[len(occurred) // 2]
    late: Any = hall.hang("wallevents", since=middle)
    early: Any = hall.hang("wallevents", until=middle)
    assert len(late.wanted()) == sum(at >= middle for at in occurred)
    assert len(late.wanted()) + len(early.wanted()) == len(occurred)


def test_no_event_of_what_was_asked_for_is_said_and_is_no_blank(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallevents", kinds=["X99"])
    assert shown.state is PanelState.EMPTY
    assert shown.said == "没有未办结的事件"


@pytest.mark.parametrize(("panel", "feed"), [("wallevents", "events"), ("wallalerts", "weather")])
def test_what_stopped_stays_with_its_age_in_words(qtbot: QtBot, panel: str, feed: str) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang(panel)
    rows = len(shown.rows)
    put(hall.at.picture, "feed", feed_rows(NOW, **{feed: NOW - 40 * MINUTE}))
    shown.age_tick()
    assert len(shown.rows) == rows > 0
    assert "40 分钟" in age(shown)
    assert shown._age[1], "marked as old"


@pytest.mark.parametrize("panel", ["wallevents", "wallhotline", "wallrank"])
def test_where_other_feeds_of_a_table_stopped_it_is_said_beside_the_age_of_the_freshest(
    qtbot: QtBot, panel: str
) -> None:
    hall = Hall(qtbot)
    shown = hall.hang(panel)
    assert (age(shown), shown._age[1]) == ("2 秒前", False)
    (one,) = [row for row in feed_rows(NOW) if row["feed"] == "events"]
    cut = {**one, "key": "hub/12345", "feed": "12345", "received": NOW - 9 * HOUR}
    never = {**one, "key": "hub/110", "feed": "110", "received": 0, "problem": "feeds.refused"}
    new = {**one, "key": "hub/cg", "feed": "cg", "received": 0}
    put(hall.at.picture, "feed", [cut, new])
    shown.look_now()
    shown.age_tick()
    assert (age(shown), shown._age[1]) == ("2 秒前（1 路已停）", True)
    put(hall.at.picture, "feed", [never])
    shown.age_tick()
    assert age(shown) == "2 秒前（2 路已停）"
    put(hall.at.picture, "feed", [{**one, "received": NOW - 40 * MINUTE}])
    shown.age_tick()
    assert age(shown) == "断开 40 分钟", "none lives: the age says it"


def test_an_alert_that_ended_leaves_and_none_is_said_in_words(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallalerts")
    assert [row.level for row in shown.rows] == sorted(row.level for row in shown.rows)
    assert shown.rows[0].title == "暴雨橙色预警"
    table = hall.at.picture["alert"]
    put(hall.at.picture, "alert", [{**table.row(i), "expires": NOW - SECOND} for i in range(len(table))])
    shown.refresh(frozenset({"alert"}))
    assert shown.state is PanelState.EMPTY
    assert "没有生效的预警" in shown.said


def alerted(hall: Hall, ago: int, ahead: int) -> str:
    """One alert in force is all there is; its key."""
    table = hall.at.picture["alert"]
    rows = [table.row(i) for i in range(len(table))]
    rows = [{**row, "sent": NOW - ago, "effective": NOW - ago, "expires": NOW + ahead} for row in rows]
    put(hall.at.picture, "alert", [rows[0], *({**row, "expires": NOW - SECOND} for row in rows[1:])])
    return str(rows[0]["key"])


def test_a_time_of_another_day_has_its_day(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    key = alerted(hall, 2 * DAY, 3 * DAY - 4 * HOUR)
    listed: Any = hall.hang("wallalerts")
    assert listed.rows[0].right == "至 07-17 13:42"
    weather: Any = hall.hang("wallweather")
    assert weather.told[1][2] == "至 07-17 13:42"
    row = hall.at.picture["event"].row(0)
    put(hall.at.picture, "event", [{**row, "occurred": NOW - 3 * DAY - HOUR}])
    hall.sight.tell(event=str(row["key"]), privacy="visitor")
    focus: Any = hall.hang("wallfocus")
    assert focus.focus.under == "07-11 16:42 上报"
    floats = Floats(hall.at.ctx, focus.theme)
    alert = Alert(key, "暴雨橙色预警", 2, NOW + 3 * DAY - 4 * HOUR, ())
    one = floats._alert(alert, QRectF(0, 0, 3000, 800), 0.0, focus.base, 0)
    assert one.more.startswith("07-12 17:42 发布 · 至 07-17 13:42")
    alerted(hall, HOUR, HOUR)
    listed.look_now()
    assert listed.rows[0].right == "至 18:42", "today's are as short as they were"


def test_in_a_narrow_list_a_long_time_leaves_the_title_its_room(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    alerted(hall, 2 * DAY, 3 * DAY)
    said = painted(hall.hang("wallalerts", (500, 300)))
    assert "暴雨橙色预警" in said
    assert any(one.startswith("至 07-17 17:42") for one in said)


def test_cases_say_stage_number_who_is_at_them_and_what_is_left(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    orders(hall, 3)
    shown: Any = hall.hang("wallcases")
    assert len(shown.rows) == 3
    row = shown.rows[0]
    assert row.under.startswith("0714-")
    assert row.right.startswith("余 ")
    assert facts(shown) == "在办 3 · 超期 0"
    none = hall.hang("wallcases", shows="overdue")
    assert none.state is PanelState.EMPTY


# -- the one that is followed


def test_the_followed_event_is_told_with_its_stages_orders_and_what_was_done(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    orders(hall, 1)
    case = hall.at.cases.all_open()[0]
    hall.sight.tell(event=case.facts.event)
    shown: Any = hall.hang("wallfocus", (1264, 800))
    focus = shown.focus
    assert case.number in shown.title()
    assert focus.level == case.facts.level
    assert focus.rail[0].label == "上报"
    assert len(focus.orders) == 1
    assert any("派" in row.title for row in focus.steps)
    hall.sight.tell(privacy="visitor")
    assert shown.focus.orders == ()
    assert shown.focus.steps == ()
    assert "×" not in shown.focus.under


def test_where_none_is_followed_the_gravest_is_shown_or_it_is_said_that_there_is_none(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    gravest: Any = hall.hang("wallfocus")
    assert gravest.focus.level == 1
    asked = hall.hang("wallfocus", auto=False)
    assert asked.state is PanelState.EMPTY
    assert "选定" in asked.said
    gone = hall.hang("wallfocus", event="events/never")
    assert gone.state is PanelState.EMPTY
    assert "不在态势中" in gone.said


# -- clocks


def test_a_clock_shows_the_city_s_time_and_day(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallclock")
    assert shown._shown == "17:42:36"
    short: Any = hall.hang("wallclock", seconds=False)
    assert short._shown == "17:42"


@pytest.mark.parametrize(
    ("to", "due"),
    [
        ("20:00", "2026-07-14T20:00:00+08:00"),
        ("08:00", "2026-07-15T08:00:00+08:00"),
        ("2026-07-18T08:00:00+08:00", "2026-07-18T08:00:00+08:00"),
        ("soon", ""),
    ],
)
def test_an_instant_is_a_time_of_day_the_next_one_or_a_date(to: str, due: str) -> None:
    assert instant(to, NOW) == (from_iso(due) if due else None)


def test_a_countdown_runs_and_says_when_it_is_past(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    to = (local(NOW) + timedelta(seconds=90)).isoformat()
    shown: Any = hall.hang("wallcountdown", to=to, passed={"zh": "已开始", "en": "Begun"})
    assert shown._big.endswith("01:30")
    hall.at.clock.advance(100.0)
    shown.age_tick()
    assert shown._big == "已开始"


def test_without_an_instant_it_counts_to_the_limit_of_the_followed_case(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    empty = hall.hang("wallcountdown")
    assert empty.state is PanelState.EMPTY
    orders(hall, 1)
    case = hall.at.cases.all_open()[0]
    hall.sight.tell(event=case.facts.event)
    shown: Any = hall.hang("wallcountdown")
    assert shown._big.startswith("余 ")
    assert case.number in shown._under


# -- people and weather


def test_the_roster_shows_who_is_on_duty_now_and_how_many_are_out(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallroster", people=PEOPLE)
    assert [one.name for one in shown.people] == ["李敏", "张伟"]
    units = hall.at.picture["unit"]
    out = sum(units.value(i, "state") != 2 for i in range(len(units)))
    assert f"在岗 {out} / {len(units)}" in facts(shown)
    assert sum(one.all for one in shown.forces) == len(units)
    hall.sight.tell(privacy="visitor")
    assert [one.name for one in shown.people] == ["李**", "张**"]


def test_weather_says_what_gauges_measure_and_nothing_that_none_does(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallweather")
    kinds = [one.kind for one in shown.told[0]]
    assert kinds == ["rain", "pm25"]
    gauge = dict(hall.at.picture["sensor"].row(0))
    gauge |= {"key": "sensors/t", "kind": "temperature", "value": 24.3, "unit": "℃", "measured": NOW - 20 * SECOND}
    put(hall.at.picture, "sensor", [gauge])
    shown.refresh(frozenset({"sensor"}))
    assert [one.kind for one in shown.told[0]] == ["temperature", "rain", "pm25"]
    assert "前" in age(shown) or age(shown) == "刚刚"


def gauge(hall: Hall, key: str, **said: Any) -> None:
    """One more gauge, as the first of the picture but for what is said."""
    put(hall.at.picture, "sensor", [{**hall.at.picture["sensor"].row(0), "key": f"sensors/{key}", **said}])


def test_a_gauge_that_stopped_days_ago_makes_no_weather_of_now(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallweather", kinds=["rain"])
    table = hall.at.picture["sensor"]
    dry = [{**table.row(i), "value": 0.0, "measured": NOW - SECOND} for i in range(len(table))
           if str(table.row(i)["kind"]).startswith("rain")]  # fmt: skip
    put(hall.at.picture, "sensor", dry)
    gauge(hall, "stuck", kind=dry[0]["kind"], value=62.0, measured=NOW - 9 * DAY)
    shown.refresh(frozenset({"sensor"}))
    (rain,) = shown.told[0]
    assert (rain.mean, rain.most, rain.old) == (0.0, 0.0, False)
    put(hall.at.picture, "sensor", [{**row, "measured": NOW - 2 * HOUR} for row in dry])
    shown.refresh(frozenset({"sensor"}))
    assert shown.told[0][0].old, "none of the kind lives: what they said last stays, as old"
    assert age(shown) == "2 小时前"


def test_an_old_temperature_has_its_age_though_other_gauges_live(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    gauge(hall, "t", kind="temperature", value=-0.3, unit="℃", measured=NOW - 3 * HOUR)
    for size in ((960, 540), (600, 300)):
        shown: Any = hall.hang("wallweather", size)
        assert "3 小时前" in painted(shown), size
        assert "0" in painted(shown), "and no -0"


def test_rain_and_wind_have_their_names() -> None:
    assert [rain_name(mm) for mm in (0.0, 0.5, 3.0, 9.0, 58.4)] == ["", "light", "moderate", "heavy", "storm"]
    assert [beaufort(speed) for speed in (0.0, 1.0, 9.1, 40.0)] == [0, 1, 5, 12]


# -- hotline and feeds


def test_the_hotline_counts_today_s_calls_by_kind_the_most_first(qtbot: QtBot) -> None:
    shown: Any = Hall(qtbot).hang("wallhotline")
    counts = [n for _, n in shown.told.counts]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == shown.told.n > 0
    none = Hall(qtbot).hang("wallhotline", channels=["carrier-pigeon"])
    assert none.state is PanelState.EMPTY


def test_feeds_are_listed_the_worst_first_with_what_is_wrong(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallfeeds")
    well = hall.hang("wallfeeds", troubled=True)
    assert well.state is PanelState.EMPTY
    assert "全部正常" in well.said
    put(hall.at.picture, "feed", feed_rows(NOW, sensors=NOW - 60 * MINUTE))
    for panel in (shown, well):
        panel.refresh(frozenset({"feed"}))
    assert shown.rows[0].title == "传感器"
    assert shown.rows[0].right == "中断"
    assert "中断 1" in facts(shown)
    assert well.state is None


# -- words and pictures


def test_a_state_that_has_no_room_for_its_whole_sentence_ends_in_dots(qapp: QApplication) -> None:
    base = sizes_at(1.0, 10.0)
    box = QRectF(0, 0, 9 * base.row, 1.5 * base.row)

    def painted(*said: str) -> QImage:
        image = QImage(box.size().toSize(), QImage.Format.Format_RGB32)
        image.fill(QColor("#000000"))
        painter = QPainter(image)
        paint_state(painter, box, base, wall_theme(), "", said)
        painter.end()
        return image

    cut = metrics(base.row, True).elidedText("中枢不可达：已停十三分钟", Qt.TextElideMode.ElideRight, box.width())
    assert cut.endswith("…")
    assert painted("中枢不可达：已停十三分钟") == painted(cut)
    assert painted("中枢不可达", "已停十三分钟") == painted("中枢不可达"), "a sentence is left out whole"


def test_words_are_as_large_as_there_is_room_for_and_never_too_small() -> None:
    large, lines = fill("防汛", QRectF(0, 0, 1200, 600), 38, True)
    small, many = fill("请各席位在十八时前完成交接。" * 6, QRectF(0, 0, 600, 160), 38, True)
    assert lines == ["防汛"]
    assert large > 120
    assert small == 38
    assert many[-1].endswith("…")


def test_a_picture_is_shown_and_a_newer_one_takes_its_place(qtbot: QtBot, tmp_path: Path) -> None:
    hall = Hall(qtbot)
    hall.at.ctx.layers = tmp_path / "layers"
    (tmp_path / "wall").mkdir()
    shown: Any = hall.hang("wallpicture", file="plan.png")
    assert shown.state is PanelState.EMPTY
    assert "找不到图片 plan.png" in shown.said

    def put_picture(color: str) -> None:
        image = QImage(64, 48, QImage.Format.Format_RGB32)
        image.fill(QColor(color))
        assert image.save(str(tmp_path / "wall" / "plan.png"))

    def center() -> str:
        shown.age_tick()
        QApplication.processEvents()
        image = shown.grab().toImage()
        return str(image.pixelColor(image.width() // 2, image.height() // 2).name())

    put_picture("#3355aa")
    qtbot.waitUntil(lambda: center() == "#3355aa", timeout=60_000)
    put_picture("#aa3355")
    import os

    os.utime(tmp_path / "wall" / "plan.png", ns=(NOW * 1000, NOW * 1000))
    qtbot.waitUntil(lambda: center() == "#aa3355", timeout=60_000)
    (tmp_path / "wall" / "plan.png").unlink()
    assert center() == "#aa3355", "the last one stays"
    shown.close()
    assert not [one for one in threading.enumerate() if one.name == "wallpicture"]


def test_a_picture_keeps_its_own_date_when_its_file_can_not_be_read_any_more(qtbot: QtBot, tmp_path: Path) -> None:
    import os

    def put_file(made: str | bytes, changed: int) -> None:
        if isinstance(made, bytes):
            file.write_bytes(made)
        else:
            image = QImage(64, 48, QImage.Format.Format_RGB32)
            image.fill(QColor(made))
            assert image.save(str(file))
        os.utime(file, ns=(changed * 1000, changed * 1000))

    def says(*words: str) -> bool:
        shown.age_tick()
        QApplication.processEvents()
        return shown.caption() == list(words)

    hall = Hall(qtbot)
    hall.at.ctx.layers = tmp_path / "layers"
    (tmp_path / "wall").mkdir()
    file = tmp_path / "wall" / "plan.png"
    put_file("#aa3355", NOW - 3 * DAY)
    shown: Any = hall.hang("wallpicture", file="plan.png")
    old, new = (f"更新于 {stamp(at)}" for at in (NOW - 3 * DAY, NOW))
    qtbot.waitUntil(lambda: says(old), timeout=60_000)
    put_file(b"half of a picture", NOW)
    qtbot.waitUntil(lambda: says("新图读不出", old), timeout=60_000)
    file.unlink()
    qtbot.waitUntil(lambda: says("文件已不在", old), timeout=60_000)
    put_file("#3355aa", NOW)
    qtbot.waitUntil(lambda: says(new), timeout=60_000)
    shown.close()


def test_a_picture_lies_in_the_folder_wall_of_the_profile_or_of_its_city(qtbot: QtBot, tmp_path: Path) -> None:
    hall = Hall(qtbot)
    hall.at.ctx.layers = tmp_path / "hangzhou" / "layers"
    for folder in (tmp_path / "wall", tmp_path / "hangzhou" / "wall"):
        folder.mkdir(parents=True)
        file = folder / f"{folder.parent.name}.png"
        QImage(8, 8, QImage.Format.Format_RGB32).save(str(file))
        shown: Any = hall.hang("wallpicture", file=file.name)
        assert shown.path() == file
        shown.close()


def test_a_picture_outside_of_its_folder_is_not_shown(qtbot: QtBot, tmp_path: Path) -> None:
    hall = Hall(qtbot)
    hall.at.ctx.layers = tmp_path / "layers"
    (tmp_path / "wall").mkdir()
    QImage(8, 8, QImage.Format.Format_RGB32).save(str(tmp_path / "secret.png"))
    shown: Any = hall.hang("wallpicture", file="../secret.png")
    assert shown.path() is None
    assert shown.state is PanelState.EMPTY


def test_an_address_that_is_no_page_is_said_before_anything_is_asked(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    assert "还没有指定网页" in hall.hang("wallweb").said
    assert "不是网页地址" in hall.hang("wallweb", url="file:///etc/passwd").said


def test_the_scene_of_the_rehearsal_says_on_the_live_wall_that_the_city_is_real(qtbot: QtBot) -> None:
    drill = next(scene for scene in shipped_scenes() if scene.id == "drill")
    words = next(place for one in drill.arrangements for place in leaves(one.root) if place.panel == "walltext")
    shown: Any = Hall(qtbot).hang("walltext", **words.options)
    assert "真实城市" in shown.accessibleDescription()
    assert "演练\n" not in shown.accessibleDescription()
    shown.ctx.wall.tell(rehearsal="drill-1")
    assert shown.accessibleDescription() == "演练\n工单与通话不出演练环境"
