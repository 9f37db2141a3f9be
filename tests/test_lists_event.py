"""The page of the selected thing: what is known of it, with its age, and what is not known said in words."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Body
from cockpit.picture.picture import Picture
from tests.living_picture import NOW, feed_rows, living_picture, put
from tests.panel_desk import Desk, desk, near_units, scene_png, story_body
from widgets.kit.theme import Theme
from widgets.lists.event import EventPage
from widgets.lists.page_event import EventThing
from widgets.lists.page_things import SensorThing
from widgets.lists.parts import Fact, Head, Line, Row, SectionHead
from widgets.lists.queue import QueuePanel
from widgets.orders.history import History

FLOOD = "events/0714-1187"
ZH = texts("zh")


class Reading:
    """An event page on a desk."""

    def __init__(self, qtbot: QtBot, at: Desk, size: tuple[int, int] = (448, 972)) -> None:
        self.desk = at
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.panel = EventPage(at.ctx, self.window)
        self.window.resize(*size)
        self.panel.resize(*size)
        self.window.show()

    def select(self, topic: str, key: str) -> None:
        self.desk.ctx.selection.select(topic, key)

    def answer_all(self) -> None:
        self.desk.ports.bodies.answer(story_body())
        self.desk.ports.nears.answer(near_units(self.desk.picture))
        self.desk.ports.pictures.answer(scene_png())

    def parts(self, of: type[Any]) -> list[Any]:
        """Parts of the page that are shown, from the top."""
        page = self.panel.page
        assert page is not None
        shown = [part for part in page.findChildren(of) if not part.isHidden()]
        return sorted(shown, key=lambda part: part.mapTo(page, part.rect().topLeft()).y())

    def said(self) -> str:
        """All sentences of the page or of the state shown in its place."""
        shown = (label.text() for label in self.panel.findChildren(QLabel) if label.isVisibleTo(self.panel))
        return "\n".join(shown)

    def tick(self) -> None:
        self.panel.refresh(self.desk.picture.take_changes() & self.panel.topics)


@pytest.fixture
def read(qtbot: QtBot) -> Reading:
    return Reading(qtbot, desk())


def event_page(read: Reading) -> EventThing:
    page = read.panel.page
    assert isinstance(page, EventThing)
    return page


def test_nothing_selected_says_how_to_select(read: Reading) -> None:
    assert read.panel.page is None
    assert ZH("lists.nothing_selected") in read.said()


def test_the_page_follows_the_one_selection_and_back(read: Reading) -> None:
    read.select("event", FLOOD)
    assert event_page(read).key == FLOOD
    read.select("unit", "positions/u001")
    assert read.panel.page is not None
    assert read.panel.page.topic == "unit"
    read.desk.ctx.selection.back()
    assert event_page(read).key == FLOOD
    read.desk.ctx.selection.clear()
    assert read.panel.page is None


def test_the_queue_and_the_page_share_a_selection(qtbot: QtBot) -> None:
    at = desk()
    read = Reading(qtbot, at)
    queue = QueuePanel(at.ctx, read.window)
    queue.view.setFocus()
    qtbot.keyClick(queue.view, Qt.Key.Key_Home)
    qtbot.keyClick(queue.view, Qt.Key.Key_Return)
    assert event_page(read).key == queue.view.selected == queue.view.cursor


def test_an_event_shows_what_the_picture_knows_before_its_body_comes(read: Reading) -> None:
    read.select("event", FLOOD)
    assert read.parts(Head)[0].accessibleName() == "道路积水 62 cm"
    assert [fact.accessibleName() for fact in read.parts(Fact)] == ["积水深度 62 cm"]
    assert ZH("lists.body_loading") in read.said()


def test_the_body_brings_title_facts_report_and_timeline(read: Reading) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    assert read.parts(Head)[0].accessibleName() == "下穿通道积水 62 cm，3 人被困"
    facts = [fact.accessibleName() for fact in read.parts(Fact)]
    assert facts == ["积水深度 62 cm", "1 小时雨量 58.4 mm", "被困 3 人"]
    assert "一辆轿车熄火" in read.said()
    (timeline,) = read.parts(History)
    assert timeline.accessibleName().startswith("17:38:12  AI 视频识别上报")


def test_a_body_with_broken_pieces_shows_the_sound_ones(read: Reading) -> None:
    read.select("event", FLOOD)
    facts = [7, {"name": {"zh": "深"}}, {"name": 3, "value": None}, {"name": {"zh": "被困"}, "value": 3, "unit": "人"}]
    timeline = ["x", {"at": "later", "what": "a"}, {"at": "2026-07-14T17:38:12+08:00", "what": {"zh": "上报"}}]
    broken = story_body(facts=facts, timeline=timeline, text=5, picture=["no"], title=None)
    read.desk.ports.bodies.answer(broken)
    assert not read.panel.failed
    assert read.parts(Fact)[-1].accessibleName() == "被困 3 人"
    assert read.parts(History)[0].accessibleName() == "17:38:12  上报"


def test_a_body_that_can_not_be_had_says_why_and_is_asked_for_again(read: Reading, qtbot: QtBot) -> None:
    read.select("event", FLOOD)
    read.desk.ports.bodies.answer(Message("lists.never"))
    assert ZH("lists.body_none", why=Message("lists.never")) in read.said()
    again = next(b for b in read.panel.findChildren(QPushButton) if b.text() == ZH("lists.again"))
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert [key for key, _ in read.desk.ports.bodies.open] == [FLOOD]


def test_a_cached_body_says_its_age(read: Reading) -> None:
    read.select("event", FLOOD)
    body = story_body()
    read.desk.ports.bodies.answer(Body(body.key, body.fields, NOW - 7 * MINUTE, cached=True))
    assert "7 分钟前" in read.said()
    assert read.parts(History)


def test_an_event_that_changed_is_read_again(read: Reading) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    row = read.desk.picture["event"].get(FLOOD)
    assert row is not None
    put(read.desk.picture, "event", [{**row, "amount": 71.0, "updated": NOW}])
    read.tick()
    assert read.parts(Fact)[0].accessibleName() == "积水深度 71 cm"
    assert [key for key, _ in read.desk.ports.bodies.open] == [FLOOD]


def test_an_event_that_left_the_picture_stays_as_last_known(read: Reading) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    read.desk.picture.remove("event", [FLOOD])
    read.tick()
    assert ZH("lists.gone") in read.said()
    assert read.parts(Fact)[0].accessibleName() == "积水深度 62 cm"
    read.desk.ctx.t = texts("en")
    read.panel.retranslate()
    assert texts("en")("lists.gone") in read.said()


def test_late_answers_for_another_event_change_nothing(read: Reading) -> None:
    read.select("event", FLOOD)
    late = read.desk.ports.bodies.open.pop()
    read.select("event", "events/0714-1179")
    late[1](story_body())
    assert "下穿通道" not in read.parts(Head)[0].accessibleName()


# -- the picture


def test_the_picture_says_that_it_is_a_drawing_and_opens_larger(read: Reading, qtbot: QtBot) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    evidence = event_page(read).evidence
    assert evidence is not None
    assert evidence.words() == "示意图 · 天城路 × 机场路 · 17:38:12"
    assert not evidence.image.isNull()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_click_on_the_picture_opens_it_larger_and_escape_closes_it(read: Reading, qtbot: QtBot) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    evidence = event_page(read).evidence
    assert evidence is not None
    qtbot.mouseClick(evidence, Qt.MouseButton.LeftButton)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert dialog.width() > evidence.width()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None


@pytest.mark.parametrize("answer", [b"no picture", Message("lists.never")])
def test_a_picture_that_can_not_be_shown_says_so(read: Reading, answer: bytes | Message) -> None:
    read.select("event", FLOOD)
    read.desk.ports.bodies.answer(story_body())
    read.desk.ports.pictures.answer(answer)
    evidence = event_page(read).evidence
    assert evidence is not None
    assert evidence.image.isNull()
    assert evidence.toolTip() == ZH("lists.never" if isinstance(answer, Message) else "lists.picture_broken")


# -- who is near


def test_units_near_are_listed_with_distance_and_those_not_free_say_why(read: Reading) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    rows = read.parts(Row)
    assert len(rows) == 5
    assert rows[0].accessibleName().endswith("0.3 km")
    assert ZH("lists.unit_not_free") in rows[2].accessibleName()


def test_pointing_at_a_unit_shows_its_way_on_the_map_and_choosing_keeps_it(read: Reading, qtbot: QtBot) -> None:
    routes = read.desk.ctx.routes
    read.select("event", FLOOD)
    read.answer_all()
    nearby, rows = event_page(read).nearby, read.parts(Row)
    assert dict(routes.paths) == {near.key: near.path for near in nearby.found}
    rows[1].setFocus()
    assert routes.chosen == nearby.found[1].key
    assert read.desk.ctx.selection.hovered == ("unit", nearby.found[1].key)
    qtbot.keyClick(rows[2], Qt.Key.Key_Return)
    rows[1].clearFocus()
    assert routes.chosen == nearby.found[2].key
    assert read.desk.ctx.selection.item == ("event", FLOOD)
    read.desk.ctx.selection.clear()
    assert routes.paths == ()


def test_what_could_not_be_had_is_asked_for_again_until_it_comes(read: Reading) -> None:
    read.select("event", FLOOD)
    read.desk.ports.bodies.answer(Message("seat.hub_gone"))
    read.panel.age_tick()
    assert not read.desk.ports.bodies.open, "not at once"
    read.desk.clock.advance(6)
    read.panel.age_tick()
    read.desk.ports.bodies.answer(lambda key: story_body(key))
    read.desk.ports.pictures.answer(Message("seat.hub_gone"))
    read.desk.clock.advance(6)
    read.panel.age_tick()
    assert not read.desk.ports.bodies.open, "it came"
    read.desk.ports.pictures.answer(scene_png())
    evidence = event_page(read).evidence
    assert evidence is not None
    assert not evidence.image.isNull()


def test_who_is_near_is_asked_again_unless_someone_is_at_a_row(read: Reading) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    row = read.parts(Row)[0]
    row.setFocus()
    read.desk.clock.advance(20)
    read.panel.age_tick()
    assert not read.desk.ports.nears.open
    row.clearFocus()
    read.panel.age_tick()
    assert len(read.desk.ports.nears.open) == 1


@pytest.mark.parametrize(
    ("answer", "said"), [([], "lists.nearby_none"), (Message("lists.nearby_no_place"), "lists.nearby_no_place")]
)
def test_nobody_near_is_said_in_words(read: Reading, answer: object, said: str) -> None:
    read.select("event", FLOOD)
    read.desk.ports.nears.answer(answer)
    assert ZH(said) in read.said()


# -- other things


@pytest.mark.parametrize(
    ("topic", "key"),
    [
        ("unit", "positions/u001"),
        ("sensor", "sensors/s0001"),
        ("camera", "cameras/c0001"),
        ("alert", "weather/a0"),
        ("area", "areas/330105"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_thing_has_a_page_in_both_languages_and_themes(
    qtbot: QtBot, topic: str, key: str, lang: str, theme: str
) -> None:
    read = Reading(qtbot, desk(theme, lang), (400, 712))
    read.select(topic, key)
    read.desk.ports.bodies.answer(Body(key, {"facts": [{"name": {"zh": "任务"}, "value": "巡查"}], "text": "x"}, NOW))
    read.panel.age_tick()
    read.panel.grab()
    assert not read.panel.failed
    assert read.panel.page is not None
    assert read.parts(Head)[0].accessibleName()
    assert read.panel.header.title.text() == texts(lang)(f"lists.thing_{topic}")
    assert "lists." not in read.said()


def test_a_sensor_without_a_value_says_so_and_never_zero(read: Reading) -> None:
    row = read.desk.picture["sensor"].get("sensors/s0001")
    assert row is not None
    put(read.desk.picture, "sensor", [{**row, "value": float("nan"), "measured": 0}])
    read.select("sensor", "sensors/s0001")
    name = read.parts(Fact)[0].accessibleName()
    assert ZH("lists.no_value") in name
    assert "0" not in name.replace("1 小时雨量", "")


def test_a_sensor_grows_old_by_its_own_period_and_keeps_its_last_value(read: Reading) -> None:
    row = read.desk.picture["sensor"].get("sensors/s0001")
    assert row is not None
    put(read.desk.picture, "sensor", [{**row, "value": 12.0, "measured": NOW, "period": 60 * SECOND}])
    read.select("sensor", "sensors/s0001")
    page = read.panel.page
    assert isinstance(page, SensorThing)
    states = []
    for minutes in (0, 4, 30):
        read.desk.clock.advance(minutes * 60)
        read.panel.age_tick()
        states.append(page.freshness)
    assert states == [Freshness.LIVE, Freshness.STALE, Freshness.DEAD]
    assert "12" in read.parts(Fact)[0].accessibleName()


def test_a_new_value_of_a_sensor_changes_its_value_alone_and_a_new_name_its_head(read: Reading) -> None:
    row = read.desk.picture["sensor"].get("sensors/s0001")
    assert row is not None

    def told(**changed: Any) -> Head:
        put(read.desk.picture, "sensor", [{**row, "period": 60 * SECOND, **changed}])
        read.panel.refresh(frozenset({"sensor"}))
        return read.parts(Head)[0]

    read.select("sensor", "sensors/s0001")
    head = told(value=12.0, measured=NOW)
    assert told(value=41.0, measured=NOW + SECOND) is head
    assert "41" in read.parts(Fact)[0].accessibleName()
    assert told(value=41.0, measured=NOW + SECOND, name="凤起路泵站") is not head
    assert "凤起路泵站" in read.parts(Head)[0].accessibleName()


def test_an_area_counts_and_lists_its_open_events_and_leads_to_them(read: Reading, qtbot: QtBot) -> None:
    read.select("area", "areas/330105")
    first = read.parts(Row)[0]
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    event = read.desk.picture["event"].get(read.desk.ctx.selection.key)
    assert event is not None
    assert event["area"].startswith("330105")
    assert event["level"] == 1


def test_old_positions_are_said_to_be_for_guidance_only(read: Reading) -> None:
    read.select("event", FLOOD)
    read.answer_all()
    read.desk.clock.advance(60)
    put(read.desk.picture, "feed", feed_rows(NOW + 60 * SECOND, positions=NOW))
    read.tick()
    nearby = next(head for head in read.parts(SectionHead) if head._title == ZH("lists.nearby"))
    assert nearby._beside() == ZH("lists.nearby_old")


def test_a_thing_that_is_not_in_the_picture_says_so_and_shows_when_it_comes(qtbot: QtBot) -> None:
    full = desk()
    row = full.picture["event"].get(FLOOD)
    assert row is not None
    read = Reading(qtbot, desk(picture=Picture()))
    read.select("event", FLOOD)
    assert ZH("lists.not_there") in read.said()
    put(read.desk.picture, "event", [row])
    read.tick()
    assert event_page(read).key == FLOOD


@pytest.mark.parametrize("width", [400, 448])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_language_and_theme_change_keeps_the_thing(qtbot: QtBot, theme: str, width: int) -> None:
    read = Reading(qtbot, desk("light" if theme == "dark" else "dark"), (width, 712))
    read.select("event", FLOOD)
    read.answer_all()
    read.desk.ctx.t, read.desk.ctx.theme = texts("en"), Theme.load(theme)
    read.window.setStyleSheet(read.desk.ctx.theme.qss())
    read.panel.retranslate()
    read.panel.retheme()
    read.answer_all()
    read.panel.grab()
    assert not read.panel.failed
    assert event_page(read).key == FLOOD
    assert read.panel.header.title.text() == "Event 0714-1187"
    assert read.parts(Fact)[0].accessibleName() == "Water depth 62 cm"
    for fact in read.parts(Fact):
        assert fact.width() <= width


def test_areas_that_arrive_after_the_event_name_where_it_lies(qtbot: QtBot) -> None:
    picture = living_picture()
    areas = picture["area"]
    rows = [areas.row(i) for i in range(len(areas))]
    areas.remove(list(areas.keys))
    read = Reading(qtbot, desk(picture=picture))
    read.select("event", FLOOD)
    assert ZH("lists.no_area") in [line._value() for line in read.parts(Line)]
    put(picture, "area", rows)
    read.tick()
    where = [line._value() for line in read.parts(Line)]
    assert ZH("lists.no_area") not in where
    assert any("闸弄口" in value for value in where)
