"""Who is on duty, from the hub's address book to a wall: asked again and again, without numbers, with its age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from cockpit.bus import subjects
from cockpit.bus.users import User, permissions
from cockpit.calls.book_toml import NAME
from cockpit.model.clock import MINUTE
from cockpit.model.messages import Message
from cockpit.model.roster import OnDuty, Roster
from cockpit.seat import roster as at_seat
from cockpit.seat.roster import LiveRosters
from tests.living_hub import LivingHub, pack, seated
from tests.test_wall_lists import age
from tests.wall_node_kit import a_node, site
from tests.wall_panels import Hall
from widgets.kit.states import PanelState
from widgets.wall.roster import WallRoster

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def put_book(profile: Path, **people: str) -> None:
    """Names by duty, in the hall of the site's own book; the first name has a number."""
    rows = [
        f'[[people]]\nid = "p{n}"\nname = "{name}"\nduty = "{duty}"\norg = ["城运中心", "大厅"]\n'
        f'ways = [{{ tel = "1380000000{n}" }}]\n'
        for n, (duty, name) in enumerate(people.items())
    ]
    (profile / NAME).write_text("\n".join(rows), "utf-8")


def names(roster: Roster) -> list[str]:
    return [one.name for one in roster.people]


@pytest.mark.slow
def test_the_hub_tells_who_is_on_duty_and_the_next_shift_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_seat, "ASK_SECONDS", 0.2)
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub, start=False) as seat:
        put_book(hub.profile, 指挥长="周一", 值班长="吴二")
        rosters = LiveRosters(seat.seat)
        seat.seat.start()
        assert rosters.of("") == Roster()
        seat.until(lambda: rosters.of("").people, "who is on duty")
        known = rosters.of("")
        assert known.people == (OnDuty("指挥长", "周一"), OnDuty("值班长", "吴二"))
        assert known.told > 0
        assert b"138" not in msgspec.msgpack.encode(known), "no number leaves the hub"
        seat.until(lambda: rosters.of("大厅").people == known.people, "those of a unit of it")
        put_book(hub.profile, 指挥长="郑三")
        seat.until(lambda: names(rosters.of("")) == ["郑三"], "the next shift")


@pytest.mark.slow
def test_without_an_organisation_it_is_that_of_whoever_leads_the_whole_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_seat, "ASK_SECONDS", 0.2)
    person = '[[people]]\nid = "{0}"\nname = "{1}"\nduty = "值班"\norg = ["{2}"]\nways = [{{ sip = "8301" }}]\n'
    police = person.format("p", "周一", "公安") + person.format("d", "郑三", '城运中心", "上城区')
    centre = person.format("c", "吴二", "城运中心")
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub, start=False) as seat:
        (hub.profile / NAME).write_text(police + centre, "utf-8")
        rosters = LiveRosters(seat.seat)
        seat.seat.start()
        seat.until(lambda: rosters.of("").told, "the hub answered")
        assert (rosters.of("").people, rosters.of("").orgs) == ((), 3), "nothing says which of them it is"
        seat.until(lambda: names(rosters.of("公安")) == ["周一"], "the one that a scene names")
        (hub.profile / NAME).write_text(f'{police}{centre}leads = ["{pack().code[:4]}"]\n', "utf-8")
        seat.until(lambda: names(rosters.of("")) == ["吴二"], "the centre")


@pytest.mark.slow
def test_a_hub_that_is_there_again_is_asked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_seat, "ASK_SECONDS", 1e6)
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub, start=False) as seat:
        put_book(hub.profile, 指挥长="周一")
        rosters = LiveRosters(seat.seat)
        seat.seat.start()
        seat.until(lambda: rosters.of("").people, "who is on duty")
        hub.stop()
        seat.until(lambda: seat.seat.link.state.value != "live", "gone")
        assert names(rosters.of("")) == ["周一"], "what is known stays"
        put_book(hub.profile, 指挥长="郑三")
        hub.start()
        seat.until(lambda: names(rosters.of("")) == ["郑三"], "asked again")


def test_a_machine_of_a_wall_may_ask_who_is_on_duty() -> None:
    wall = User("wall-north", "", "wall")
    assert subjects.ask(wall.name, "roster") in permissions(wall)["publish"]["allow"]


@pytest.mark.slow
def test_a_panel_of_a_wall_s_machine_names_who_the_hub_s_book_says(qtbot: QtBot, tmp_path: Path) -> None:
    site(tmp_path / "hub")
    with LivingHub(tmp_path / "hub") as hub, a_node(qtbot, tmp_path / "node", hub) as node:
        put_book(hub.profile, 指挥长="周一", 值班长="吴二")
        shown: Any = WallRoster(node.ctx)
        qtbot.addWidget(shown)

        def named() -> bool:
            shown.age_tick()
            return [one.name for one in shown.people] == ["周一", "吴二"]

        node.until(named)


class Told:
    """The port, told by hand; `asked` are the organisations that were asked for."""

    def __init__(self) -> None:
        self.known = Roster()
        self.asked: list[str] = []

    def of(self, org: str) -> Roster:
        self.asked.append(org)
        return self.known


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def hall(qtbot: QtBot, told: Told) -> Hall:
    made = Hall(qtbot)
    made.at.ctx.rosters = told
    return made


def test_people_of_the_hub_s_book_are_shown_and_change_with_it(hall: Hall, told: Told) -> None:
    now = hall.at.ctx.clock.wall()
    told.known = Roster((OnDuty("指挥长", "赵甲"), OnDuty("值班长", "钱乙")), now)
    shown: Any = hall.hang("wallroster", org="大厅")
    assert set(told.asked) == {"大厅"}
    assert [(one.duty, one.name) for one in shown.people] == [("指挥长", "赵甲"), ("值班长", "钱乙")]
    told.known = Roster((OnDuty("指挥长", "孙丙"),), now)
    shown.age_tick()
    assert [one.name for one in shown.people] == ["孙丙"]
    hall.sight.tell(privacy="visitor")
    assert [one.name for one in shown.people] == ["孙**"]


def test_people_of_whom_the_hub_has_not_spoken_for_long_have_their_age(hall: Hall, told: Told) -> None:
    now = hall.at.ctx.clock.wall()
    told.known = Roster((OnDuty("指挥长", "赵甲"),), now)
    shown: Any = hall.hang("wallroster")
    assert "值班人员" not in age(shown)
    alone: Any = hall.hang("wallroster", forces=False)
    assert (age(alone), alone._age[1]) == ("值班人员 刚刚", False)
    told.known = Roster(told.known.people, now - 40 * MINUTE, Message("seat.hub_gone"))
    shown.age_tick()
    assert [one.name for one in shown.people] == ["赵甲"]
    assert (age(shown), shown._age[1]) == ("值班人员 40 分钟前", True)


def test_where_nobody_can_be_shown_it_is_said_why_and_no_advice_given_that_can_not_help(hall: Hall, told: Told) -> None:
    shown: Any = hall.hang("wallroster", forces=False)
    assert shown.state is PanelState.WAITING
    told.known = Roster(problem=Message("seat.hub_gone"))
    shown.age_tick()
    assert shown.state is PanelState.DEAD
    assert "people" not in shown.said
    told.known = Roster(told=hall.at.ctx.clock.wall())
    shown.age_tick()
    assert shown.state is PanelState.EMPTY
    assert "中枢的通讯录" in shown.said


def test_a_panel_that_can_not_know_whom_it_is_to_name_asks_for_the_organisation(hall: Hall, told: Told) -> None:
    told.known = Roster(told=hall.at.ctx.clock.wall(), orgs=12)
    alone: Any = hall.hang("wallroster", forces=False)
    assert alone.state is PanelState.EMPTY
    assert "12 个单位" in alone.said
    assert "org" in alone.said
    beside: Any = hall.hang("wallroster")
    assert beside.state is None
    asked = beside.grab().toImage()
    told.known = Roster(told=told.known.told)
    beside.age_tick()
    assert beside.grab().toImage() != asked, "it says so beside the units too"


def test_a_roster_of_the_scene_s_own_asks_nobody(hall: Hall, told: Told) -> None:
    told.known = Roster((OnDuty("指挥长", "赵甲"),), hall.at.ctx.clock.wall())
    shown: Any = hall.hang("wallroster", people=[{"duty": "带班领导", "name": "李敏"}])
    assert [one.name for one in shown.people] == ["李敏"]
    assert told.asked == []
