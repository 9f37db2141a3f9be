"""Top bar and strip: figures counted from the picture, ages of every feed, and no overflow."""

from __future__ import annotations

import random
import wave
from functools import partial
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.alarms import Load
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, CityTime, midnight
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Refusal
from cockpit.paths import assets_dir
from cockpit.picture.picture import Picture
from tests.living_alarms import LivingAlarms
from tests.living_picture import NOW, cell_codes, event_row, feed_rows, put
from tests.panel_desk import Desk, desk
from widgets.bars.bar import Bar, Piece
from widgets.bars.feeddetail import FeedRates, feed_lines
from widgets.bars.figures import figures, load_words
from widgets.bars.strip import LANGUAGE, NAME, PALETTE, SOUND, THEME, Strip
from widgets.bars.topbar import TopBar
from widgets.kit.actions import Action
from widgets.kit.feedstate import feed_states
from widgets.kit.theme import Theme

# what the offscreen platform says of windows with a least size and of popups
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def hands(lang: str = "zh", picture: Picture | None = None) -> Desk:
    made = desk(lang=lang, picture=picture)
    made.ctx.report = lambda error, where: f"E-{where}"
    keys = {PALETTE: ("Ctrl+K",), SOUND: ("Ctrl+Shift+M",)}
    for id in (PALETTE, SOUND, THEME, LANGUAGE, NAME):
        made.ctx.actions.add(Action(id, "base.close", partial(made.ports.set, "ran", id), keys.get(id, ())))
    made.ctx.prefs.set("name", "王强")
    return made


@pytest.fixture
def at(qapp: object) -> Desk:
    return hands()


def shown(bar: Bar, qtbot: QtBot, width: int = 1920) -> Bar:
    qtbot.addWidget(bar)
    bar.resize(width, bar.height())
    bar.show()
    return bar


def events(*rows: dict[str, object]) -> Picture:
    import random

    rng, picture = random.Random(1), Picture()
    put(picture, "event", [event_row(rng, n, ["330102001001001"], **row) for n, row in enumerate(rows)])
    return picture


def test_figures_are_counted_from_the_picture() -> None:
    picture = events(
        {"level": 1, "state": 0, "occurred": NOW - MINUTE},
        {"level": 2, "state": 0, "occurred": NOW - 59 * MINUTE},
        {"level": 2, "state": 1, "occurred": NOW - HOUR},
        {"level": 4, "state": 0, "occurred": NOW - DAY},
        {"level": 1, "state": 1, "occurred": midnight(NOW)},
        {"level": 1, "state": 0, "occurred": NOW + HOUR},
    )
    now = figures(picture, NOW)
    assert (now.today, now.open, now.red, now.orange) == (4, 4, 2, 1)


def test_the_day_begins_at_the_citys_midnight() -> None:
    assert NOW - midnight(NOW) == 17 * HOUR + 42 * MINUTE + 36 * SECOND


@pytest.mark.parametrize(
    ("load", "word"), [(0, "合适"), (6, "合适"), (7, "尚可承受"), (12, "尚可承受"), (13, "偏高"), (61, "泛滥")]
)
def test_the_alarm_load_is_said_in_words_by_isa_18_2(load: int, word: str) -> None:
    assert texts("zh")(load_words(load)) == word


def test_the_top_bar_shows_the_figures_of_the_picture(at: Desk, qtbot: QtBot) -> None:
    bar = shown(TopBar(at.ctx), qtbot)
    now = figures(at.picture, NOW)
    assert bar.today.number == f"{now.today:,}"
    assert (bar.units.number, bar.units.unit) == (f"{now.on_duty}", "/ 240")
    assert bar.grave.counts == (str(now.red), str(now.orange))
    assert bar.event_age.words_now == bar.unit_age.words_now == "2 秒前"


def test_figures_grow_with_the_picture(at: Desk, qtbot: QtBot) -> None:
    bar = shown(TopBar(at.ctx), qtbot)
    before = int(bar.open.number)
    import random

    put(at.picture, "event", [event_row(random.Random(5), 4000, ["330102001001001"], state=0)])
    bar.refresh(frozenset({"event"}))
    assert int(bar.open.number) == before + 1


def test_old_figures_turn_grey_and_say_where_they_stopped(at: Desk, qtbot: QtBot) -> None:
    put(at.picture, "feed", feed_rows(NOW, events=NOW - 6 * MINUTE))
    bar = shown(TopBar(at.ctx), qtbot)
    assert (bar.today.old, bar.units.old) == (True, False)
    assert bar.event_age.words_now == "停在 17:36:36"
    assert "断开 6 分钟" in bar.today.toolTip()
    assert bar.unit_age.words_now == "2 秒前"


def test_before_the_first_value_a_figure_is_a_dash_and_no_zero(qapp: object, qtbot: QtBot) -> None:
    bar = shown(TopBar(hands(picture=Picture()).ctx), qtbot)
    assert bar.today.number == bar.open.number == bar.units.number == "–"
    assert "尚无数据" in bar.today.toolTip()


def test_alerts_that_hold_now_stand_in_the_bar_the_gravest_first(at: Desk, qtbot: QtBot) -> None:
    bar = shown(TopBar(at.ctx), qtbot)
    assert [chip.alert.title for chip in bar.chips] == ["暴雨橙色预警", "地质灾害黄色预警"]
    first = bar.chips[0]
    at.clock.advance(308 * 60 + 1)
    bar.age_tick()
    assert [chip.alert.title for chip in bar.chips] == ["地质灾害黄色预警"], "an alert leaves when it expires"
    assert first not in bar.chips


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_alert_that_ends_tomorrow_says_the_day_of_its_end(qapp: object, qtbot: QtBot, lang: str) -> None:
    bar = shown(TopBar(hands(lang).ctx), qtbot, 3840)
    today, tomorrow = bar.chips
    for stage in (0, 1):
        assert "22:50" in today.detail(stage)
        assert "07-1" not in today.detail(stage)
        assert "07-15 03:42" in tomorrow.detail(stage)
    assert tomorrow.wide(0) > tomorrow.wide(1) > tomorrow.wide(2), "it has room for what it says"


def test_a_click_on_an_alert_selects_it_everywhere(at: Desk, qtbot: QtBot) -> None:
    bar = shown(TopBar(at.ctx), qtbot)
    qtbot.mouseClick(bar.chips[1], Qt.MouseButton.LeftButton)
    assert at.ctx.selection.item == ("alert", "weather/a1")


def test_a_demo_city_says_so(at: Desk, qtbot: QtBot) -> None:
    bar = shown(TopBar(at.ctx), qtbot)
    real = bar.mark.wide(0)
    at.ctx.clock.city = CityTime(NOW, NOW, 60.0, "", True)
    bar.age_tick()
    assert bar.mark.wide(0) > real
    assert "演示" in bar.mark.toolTip()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1920, 1366, 1100])
@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("kind", [TopBar, Strip])
def test_pieces_never_overlap_nor_leave_their_bar(
    qapp: object, qtbot: QtBot, lang: str, width: int, cut: bool, kind: type[Bar]
) -> None:
    made = hands(lang)
    if cut:
        gone = dict.fromkeys(("events", "positions", "cameras", "sensors", "areas", "weather"), NOW - 6 * MINUTE)
        put(made.picture, "feed", feed_rows(NOW, **gone))
    made.ctx.clock.city = CityTime(NOW, NOW, 240.0, "", True)
    bar = shown(kind(made.ctx), qtbot, width)
    pieces = sorted((child for child in bar.findChildren(QWidget) if child.isVisible()), key=lambda child: child.x())
    assert len(pieces) > 6
    assert pieces[0].x() >= 0
    assert pieces[-1].geometry().right() < width
    for one, other in pairwise(pieces):
        assert one.geometry().right() < other.x(), (one, other)


def test_at_1366_the_strip_still_names_every_feed_and_the_bar_every_figure(at: Desk, qtbot: QtBot) -> None:
    strip, top = shown(Strip(at.ctx), qtbot, 1366), shown(TopBar(at.ctx), qtbot, 1366)
    assert [chip.stage for chip in strip.feeds] == [0] * 6
    assert (top.today.stage, top.open.stage, top.units.stage) == (0, 0, 0)


def test_the_strip_shows_each_feed_with_its_age_and_counts_the_live_ones(at: Desk, qtbot: QtBot) -> None:
    put(at.picture, "feed", feed_rows(NOW, events=NOW - 6 * MINUTE, cameras=NOW - 4 * MINUTE, weather=0))
    strip = shown(Strip(at.ctx), qtbot)
    told = {chip.name: chip.age for chip in strip.feeds}
    assert told == {
        "城市平台": "断 6 分钟", "人员定位": "2 秒", "摄像头": "停 4 分钟", "传感器": "2 秒", "区域": "2 秒",
        "气象预警": "无数据",
    }  # fmt: skip
    assert (strip.count.live, strip.count.total) == (3, 6)


def test_ages_grow_each_second_without_any_news(at: Desk, qtbot: QtBot) -> None:
    strip = shown(Strip(at.ctx), qtbot)
    at.clock.advance(5)
    strip.age_tick()
    assert {chip.age for chip in strip.feeds if chip.state.id in ("cameras", "areas")} == {"7 秒"}


def test_a_click_on_a_feed_tells_its_state_counts_problem_and_next_try(at: Desk, qtbot: QtBot) -> None:
    rows = feed_rows(NOW, events=NOW - 6 * MINUTE)
    rows[0] |= {"good": 1234, "bad": 7, "problem": "bars.no_value", "retry": NOW + 18 * SECOND, "lag": 250_000}
    put(at.picture, "feed", rows)
    strip = shown(Strip(at.ctx), qtbot)
    qtbot.mouseClick(strip.feeds[0], Qt.MouseButton.LeftButton)
    assert strip.detail is not None
    assert strip.detail.isVisible()
    told = strip.detail.words()
    for words in ("城市平台", "断开", "17:36:36", "每 5 秒", "250 毫秒", "1,234 条", "隔离 7 条", "18 秒后"):
        assert words in told
    at.clock.advance(10)
    strip.age_tick()
    assert "8 秒后" in strip.detail.words(), "it goes on while it is open"
    strip.detail.close()


def test_the_details_of_a_feed_say_what_was_refused_and_have_it_tried_again(at: Desk, qtbot: QtBot) -> None:
    strip = shown(Strip(at.ctx), qtbot)
    strip.feeds[1].setFocus()
    qtbot.keyClick(strip.feeds[1], Qt.Key.Key_Space)
    detail = strip.detail
    assert detail is not None
    assert "正在向中枢查询" in detail.words()
    asked = [feed for feed, _ in at.ports.quarantines.open]
    assert asked == [strip.feeds[1].state.id]
    reason = Message("feeds.all_refused", {"detail": 3})
    at.ports.quarantines.answer([Refusal(reason, '{"id": 7,\n "lon": "east"}', NOW - SECOND)])
    for words in ("17:42:35", texts("zh")(reason), '{"id": 7, "lon": "east"}'):
        assert words in detail.words()
    strip.age_tick()
    assert not at.ports.quarantines.open, "nothing more was refused, nothing more is asked"
    qtbot.mouseClick(detail.retry, Qt.MouseButton.LeftButton)
    assert at.ports.retried == asked
    strip.age_tick()
    at.ports.quarantines.answer([])
    assert "没有拒收过内容" in detail.words()
    detail.close()


def test_without_any_data_nothing_is_counted_as_zero(qapp: object, qtbot: QtBot) -> None:
    at = hands(picture=Picture())
    bar, strip = shown(TopBar(at.ctx), qtbot), shown(Strip(at.ctx), qtbot)
    assert bar.grave.counts == ("–", "–")
    assert strip.load.words_now == "– / 12"
    put(at.picture, "feed", feed_rows(NOW))
    bar.age_tick()
    strip.age_tick()
    assert bar.grave.counts == ("0", "0"), "a source that spoke and told of none"
    assert strip.load.words_now == "– / 12", "no hub has told of alarms yet"
    at.ctx.alarms = LivingAlarms(Load(hours=(0,) * 23 + (8,)))
    strip.age_tick()
    assert strip.load.words_now == "8 / 12 尚可承受"
    at.ctx.alarms.load = Load(hours=(0,) * 23 + (19,), operators=4)
    strip.age_tick()
    assert strip.load.words_now == "5 / 12 合适", "of each operator, as the alarm list says it"
    at.ctx.alarms.load = Load(known=False)
    bar.age_tick()
    strip.age_tick()
    assert strip.load.words_now == "– / 12", "it is not counted in a replay"
    assert "回放中不计" in strip.load.toolTip()
    assert bar.loop["alarms"].unit == "– 条/10分"
    assert "回放中不计" in bar.loop["alarms"].toolTip()


def test_every_sentence_of_a_feed_is_in_both_languages(at: Desk) -> None:
    state = feed_states(at.ctx)[0]
    names = {}
    for lang in ("zh", "en"):
        at.ctx.t = texts(lang)
        names[lang] = [name for name, _ in feed_lines(at.ctx, state, 12.0)]
    assert not set(names["zh"]) & set(names["en"])


def test_the_rate_of_a_feed_is_counted_over_a_minute_and_begins_anew_with_the_hub(at: Desk) -> None:
    rates = FeedRates()
    for second in range(0, 90, 10):
        rows = feed_rows(NOW)
        rows[0]["good"] = 1000 + 2 * second
        put(at.picture, "feed", rows)
        rates.note(feed_states(at.ctx), NOW + second * SECOND)
        if second < 10:
            assert rates.per_minute("events") is None
    assert rates.per_minute("events") == 120
    assert rates.per_minute("cameras") == 0
    rows = feed_rows(NOW)
    rows[0]["good"] = 3
    put(at.picture, "feed", rows)
    rates.note(feed_states(at.ctx), NOW + 90 * SECOND)
    assert rates.per_minute("events") is None


def test_the_strip_runs_the_seats_actions(at: Desk, qtbot: QtBot) -> None:
    strip = shown(Strip(at.ctx), qtbot)
    for piece, id in ((strip.palette_field, PALETTE), (strip.theme, THEME), (strip.sound, SOUND), (strip.person, NAME)):
        qtbot.mouseClick(piece, Qt.MouseButton.LeftButton)
        assert at.ports.kept["ran"] == id


def test_a_switch_that_can_not_be_used_says_why(at: Desk, qtbot: QtBot) -> None:
    no = Message("bars.no_problem")
    at.ctx.actions.add(Action(SOUND, "base.close", lambda: None, (), lambda: no))
    strip = shown(Strip(at.ctx), qtbot)
    assert (strip.sound.isEnabled(), strip.sound.toolTip()) == (False, "没有")


def test_language_and_theme_change_while_running(at: Desk, qtbot: QtBot) -> None:
    strip, top = shown(Strip(at.ctx), qtbot), shown(TopBar(at.ctx), qtbot)
    at.ctx.t, at.ctx.theme = texts("en"), Theme.load("light")
    for bar in (strip, top):
        bar.retranslate()
        bar.retheme()
    assert strip.feeds[0].name == "City platform"
    assert "Events in the picture" in top.open.toolTip()
    ground = strip.grab().toImage().pixelColor(strip.width() // 2, 30)
    assert ground.lightness() > 200


def test_a_bar_that_fails_says_so_alone_and_comes_back(at: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    strip = shown(Strip(at.ctx), qtbot)
    monkeypatch.setattr("widgets.bars.strip.feed_states", lambda ctx: 1 / 0)
    strip.age_tick()
    qtbot.waitUntil(lambda: "E-strip" in strip.toolTip())
    assert not any(chip.isVisible() for chip in strip.feeds)
    monkeypatch.undo()
    strip.reopen()
    assert all(chip.isVisible() for chip in strip.feeds)


@pytest.mark.parametrize("name", ["alert_1", "alert_2"])
def test_sounds_are_short_and_calm(name: str) -> None:
    import numpy as np

    with wave.open(str(assets_dir() / "sounds" / f"{name}.wav")) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32768
    assert 0.3 < seconds < 1.2
    assert 0.2 < np.abs(samples).max() < 0.5
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01


class Painted(QObject):
    """Notes which pieces of a bar are painted."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self.pieces: set[Piece] = set()
        for piece in bar.findChildren(Piece):
            piece.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, Piece):
            self.pieces.add(watched)
        return False


def painted_in_a_second(bar: Bar, at: Desk) -> set[Piece]:
    bar.age_tick()
    QApplication.processEvents()
    painted = Painted(bar)
    at.clock.advance(1)
    bar.age_tick()
    QApplication.processEvents()
    return painted.pieces


def test_each_second_only_what_says_something_else_is_painted(at: Desk, qtbot: QtBot) -> None:
    top = shown(TopBar(at.ctx), qtbot)
    assert isinstance(top, TopBar)
    assert painted_in_a_second(top, at) == {top.event_age, top.unit_age}
    strip = shown(Strip(at.ctx), qtbot)
    assert isinstance(strip, Strip)
    seconds = [painted_in_a_second(strip, at) for _ in range(8)]
    assert all(strip.clock in painted for painted in seconds)
    at_rest = {strip.person, strip.palette_field, strip.theme, strip.outbox, strip.load}
    assert any(not painted & at_rest for painted in seconds), "but where an age that grew wider moved them"


def test_what_was_not_painted_anew_looks_as_if_it_had_been(at: Desk, qtbot: QtBot) -> None:
    bars = [shown(TopBar(at.ctx), qtbot), shown(Strip(at.ctx), qtbot)]
    for step in range(4):
        at.clock.advance(1 + 40 * step)
        put(at.picture, "event", [event_row(random.Random(step), 9000 + step, cell_codes(), level=1)])
        if step == 2:
            at.ctx.theme, at.ctx.t = Theme.load("light"), texts("en")
            for bar in bars:
                bar.retranslate()
                bar.retheme()
        for bar in bars:
            bar.age_tick()
        QApplication.processEvents()
    for bar in bars:
        fresh = shown(type(bar)(at.ctx), qtbot)
        fresh.age_tick()
        assert bar.grab().toImage() == fresh.grab().toImage()
