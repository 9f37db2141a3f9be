"""What a wall says of people and places in scenes for visitors, in open ones, and in those that may name people."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cockpit.model.cases import Case
from cockpit.model.videos import CameraVideo
from cockpit.model.wallstate import Cast
from layouts.wallpieces import pieces_of, sight_of
from tests.living_alarms import LivingAlarms, alarm_row
from tests.living_picture import put
from tests.video_kit import LivingVideos
from tests.wall_panels import Hall
from tests.wall_stage_kit import hall as stage_hall
from tests.wall_stage_kit import panel, scene, shows, wall
from widgets.lists.areas import AreaTree
from widgets.lists.cases import CaseList
from widgets.lists.queue import QueuePanel
from widgets.map.reader import SceneReader
from widgets.wall import focus
from widgets.wall.mapmarks import Mark
from widgets.wall.mapreading import for_eyes
from widgets.wall.mapwording import Wording
from widgets.wall.rows import ListPanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PERSON, FIRE, SIGN = "王建国", "消防 武林站", "网格员 07"
ADDRESS = "文一西路 98 号 3 单元 501 室"


def served(hall: Hall, name: str, kind: str) -> Case:
    """A case with an order to a unit of that name and kind."""
    events, units = hall.at.picture["event"], hall.at.picture["unit"]
    unit = next(row for row in map(units.row, range(len(units))) if row["state"] == 0)
    put(hall.at.picture, "unit", [dict(unit) | {"name": name, "kind": kind}])
    for event in map(events.row, range(len(events))):
        if event["state"] == 0 and hall.at.cases.of_event(event["key"]) is None:
            _, order = hall.at.cases.order(event, unit["key"])
            if hall.at.cases.state.order(order) is not None:
                return next(case for case in hall.at.cases.all_open() if case.facts.event == event["key"])
    raise AssertionError("no event lets an order go")


def printed(shown: ListPanel) -> str:
    return " ".join(f"{row.title} {row.beside} {row.under} {row.right}" for row in shown.rows)


def test_a_list_of_events_tells_visitors_no_street(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallevents")
    assert any(row.beside for row in shown.rows)
    hall.sight.tell(privacy="visitor")
    assert shown.rows
    assert not any(row.beside or row.under for row in shown.rows)


def test_a_list_of_cases_tells_visitors_no_number_no_street_and_no_unit(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    case = served(hall, FIRE, "fire")
    shown: Any = hall.hang("wallcases")
    street = shown._tree.street(case.facts.area)
    assert all(word in printed(shown) for word in (str(case.number), street, FIRE))
    hall.sight.tell(privacy="visitor")
    assert any(row.title for row in shown.rows)
    assert not any(word in printed(shown) for word in (str(case.number), street, FIRE))


def test_a_countdown_and_the_followed_case_tell_visitors_no_number(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    case = served(hall, FIRE, "fire")
    hall.sight.tell(event=case.facts.event, privacy="visitor")
    left: Any = hall.hang("wallcountdown")
    assert left._big
    assert case.number not in left._under
    followed: Any = hall.hang("wallfocus")
    assert case.number not in followed.headline() + followed.focus.title + followed.focus.under


def test_visitors_are_not_told_that_nobody_was_sent_where_somebody_was(qtbot: QtBot, monkeypatch: Any) -> None:
    hall = Hall(qtbot)
    case = served(hall, FIRE, "fire")
    hall.sight.tell(event=case.facts.event, privacy="visitor")
    followed: Any = hall.hang("wallfocus", (1264, 800))
    drawn: list[str] = []
    monkeypatch.setattr(focus, "draw_words", lambda painter, box, words, *rest, **more: drawn.append(words))
    followed.grab()
    assert "派出 1 单" in drawn
    assert "还没有派出力量" not in drawn


@pytest.mark.parametrize(
    ("name", "kind", "privacy", "said"),
    [
        (PERSON, "grid", "named", PERSON),
        (PERSON, "grid", "open", "网格员"),
        (SIGN, "grid", "open", SIGN),
        (FIRE, "fire", "open", FIRE),
        ("Li Lei 12", "of-another-source", "open", "of-another-source"),
    ],
)
def test_the_name_of_somebody_on_foot_is_said_only_where_the_scene_may_name_people(
    qtbot: QtBot, name: str, kind: str, privacy: str, said: str
) -> None:
    hall = Hall(qtbot)
    case = served(hall, name, kind)
    hall.sight.tell(privacy=privacy, event=case.facts.event)
    listed: Any = hall.hang("wallcases")
    followed: Any = hall.hang("wallfocus")
    assert [row.title for row in followed.focus.orders] == [said]
    under = next(row.under for row in listed.rows if str(case.number) in row.under)
    assert under.endswith(f" · {said}")
    everything = printed(listed) + " ".join(row.title for row in followed.focus.steps)
    assert (name in everything) == (name == said)


@pytest.mark.parametrize("privacy", ["open", "named"])
def test_lists_of_the_duty_desk_on_a_wall_say_addresses_and_names_only_where_the_scene_may(
    qtbot: QtBot, privacy: str
) -> None:
    hall = Hall(qtbot)
    case = served(hall, PERSON, "grid")
    events = hall.at.picture["event"]
    put(hall.at.picture, "event", [dict(events.get(case.facts.event)) | {"place": ADDRESS}])
    hall.sight.tell(privacy=privacy)
    said = ""
    for kind in (QueuePanel, CaseList):
        hung: Any = kind(hall.at.ctx)
        qtbot.addWidget(hung)
        hung.refresh(kind.topics)
        faces = hung.model.faces(0, len(hung.model))
        assert case.facts.event in [one.key for one in faces] or case.id in [one.key for one in faces]
        said += " ".join(f"{one.title} {one.place} {one.channel}" for one in faces)
    street = AreaTree(hall.at.picture["area"]).street(case.facts.area)
    assert street.removesuffix("街道") in said
    assert (ADDRESS in said, PERSON in said) == (privacy == "named",) * 2


def test_what_is_cast_on_a_scene_for_visitors_is_shown_as_to_visitors() -> None:
    made = scene("visit", panel("all"), privacy="visitor")
    hung = wall(1)
    told = shows(made, casts=(Cast("c1", "", 1, "wallcases"),))
    pieces = pieces_of(told, hung, hung.screens[0])
    assert "wallcases" in [piece.place.panel for piece in pieces]
    assert {sight_of(piece, stage_hall(hung), hung, told, hung.screens[0])["privacy"] for piece in pieces} == {
        "visitor"
    }


def map_words(hall: Hall, topic: str, key: str) -> tuple[str, str]:
    said = Wording(hall.at.ctx)._words(Mark(0.0, 0.0, QImage(), 1.0, 1, topic=topic, key=key))
    assert said is not None
    return said


def test_a_map_tells_visitors_no_number_of_a_case(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    case = served(hall, FIRE, "fire")
    kind = hall.at.ctx.t.pack(hall.at.ctx.pack.kind(case.facts.kind).name)
    assert str(case.number) in map_words(hall, "case", case.id)[0]
    hall.sight.tell(privacy="visitor")
    assert map_words(hall, "case", case.id) == (kind, "")


def test_a_map_says_of_an_alarm_what_it_is_and_tells_visitors_no_street(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    hall.at.ctx.alarms = LivingAlarms()
    street = "之江东路近运河之江隧道 积水监测"
    put(hall.at.picture, "alarm", [
        alarm_row(1, name=street, kind="E0506"),
        alarm_row(2, name="上城区 · 四季青街道", place="上城区 · 四季青街道", value=3.0, unit=""),
        alarm_row(3, name=street, rule="of-a-site", thing=""),
    ])  # fmt: skip
    title, under = map_words(hall, "alarm", "alarm/1")
    assert title == "道路积水 62 cm"
    assert under.startswith(f"{street} · 未确认")
    title, under = map_words(hall, "alarm", "alarm/2")
    assert title == "道路积水 3"
    assert under.startswith("四季青街道 · 未确认")
    hall.sight.tell(privacy="visitor")
    kind = hall.at.ctx.t.pack(hall.at.ctx.pack.kind("E0506").name)
    assert map_words(hall, "alarm", "alarm/1")[0] == f"{kind} 62 cm"
    assert map_words(hall, "alarm", "alarm/3")[0] == "报警 62 cm"
    assert not any("之江" in word for key in ("1", "3") for word in map_words(hall, "alarm", f"alarm/{key}"))


def test_a_mode_brings_visitors_no_layer_that_their_scene_has_not() -> None:
    hung = wall(1)
    said = {}
    for privacy in ("open", "visitor"):
        told = shows(scene("visit", panel("all"), privacy=privacy))
        piece = pieces_of(told, hung, hung.screens[0])[0]
        said[privacy] = sight_of(piece, stage_hall(hung), hung, told, hung.screens[0])["layers"]
    assert said == {"open": ("alert",), "visitor": ()}


def test_a_map_shows_visitors_no_camera_that_is_hidden_from_them(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    keys = list(hall.at.picture["camera"].text("key"))
    hall.at.ctx.videos = videos = LivingVideos()
    videos.book[keys[0]] = CameraVideo(keys[0], "rtsp://10.0.0.1/1", visitor="hide")
    read = SceneReader(hall.at.picture, hall.at.ctx.pack, hall.at.cases).read
    whole = read(frozenset({"camera"}), "", False, hall.at.clock.now(), 0.0)
    assert for_eyes(hall.at.ctx, whole) is whole
    hall.sight.tell(privacy="visitor")
    assert keys[0] in whole.cameras.keys
    assert list(for_eyes(hall.at.ctx, whole).cameras.keys) == [key for key in whole.cameras.keys if key != keys[0]]
