"""The city's workers: what becomes of an order that one gets, by city time alone, without a gateway."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pytest

from cockpit.city.city import City
from cockpit.city.errands import Errands, daylight
from cockpit.city.evidence import DONE, photo
from cockpit.city.happening import Happening
from cockpit.city.orders import Kind, Order, Report, Shot
from cockpit.city.pictures import SCENES
from cockpit.city.units import PACE, Unit
from cockpit.city.worker import Manners, Worker, read_manners
from cockpit.model.clock import HOUR, MINUTE, SECOND, from_iso, to_iso
from cockpit.paths import assets_dir
from tests.living_city import EVENING, place

pytestmark = pytest.mark.slow

ALL = ["delivered", "read", "accepted", "en_route", "on_scene", "photo", "photo", "done"]


def manners(**habits: Any) -> Manners:
    """Willing people, but for what is asked for."""
    usual = read_manners(assets_dir() / "city" / "workers.toml", willing=True)
    return msgspec.structs.replace(usual, habits=msgspec.structs.replace(usual.habits, **habits))


@pytest.fixture(autouse=True)
def _nobody_is_sent_by_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends whom it likes, at whatever step."""
    monkeypatch.setattr("cockpit.city.city.HELPERS", {})


@dataclass
class Street:
    """A city with one worker, whose reports are kept."""

    city: City
    unit: Unit
    worker: Worker
    reports: list[tuple[str, Report]] = field(default_factory=list)

    def run(self, seconds: float, every: float = 5.0) -> None:
        end = self.city.now + round(seconds * SECOND)
        while self.city.now < end:
            self.city.step(min(end, self.city.now + round(every * SECOND)), to_iso, "")

    def until(self, kind: str, hours: float = 6.0) -> Report:
        """Steps until it reported that."""
        end = self.city.now + hours * HOUR
        while kind not in self.kinds():
            assert self.city.now < end, f"no {kind} in {hours} h: {self.kinds()}"
            self.run(5)
        return next(report for _, report in self.reports if report.kind == kind)

    def kinds(self, ident: str = "") -> list[str]:
        return [report.kind for about, report in self.reports if about == ident or not ident]


def street(how: Manners | None = None, unit_kind: str = "police", seed: int = 7) -> Street:
    city = place().city(seed, EVENING, 40, 1200.0)
    unit = next(u for u in city.units if u.kind == unit_kind and u.state == "free" and u.task is None)
    how = how or manners()
    reports: list[tuple[str, Report]] = []
    worker = Worker(unit, how, Errands(city, how), city.seed, lambda order, report: reports.append((order.id, report)))
    city.workers = [worker]
    return Street(city, unit, worker, reports)


def nearest_event(one: Street, scene: str = "") -> Happening:
    """The open event nearest to its worker that the source does not close soon."""
    xy = one.city.ground.xy
    here = one.city.ground.plane(np.array([one.unit.lon]), np.array([one.unit.lat]))[0]
    events = [event for event in one.city.open.values() if not scene or event.scene == scene]
    return min(events, key=lambda event: float(np.hypot(*(xy[event.spot.node] - here))))


def order(event: Happening, ident: str = "o1", **more: Any) -> Order:
    return Order(
        **{
            "id": ident,
            "state": "sent",
            "lon": round(event.spot.lon, 6),
            "lat": round(event.spot.lat, 6),
            "number": "G-0714-0001",
            "kind": Kind(event.kind),
            **more,
        }
    )


def test_an_order_is_read_accepted_gone_to_photographed_and_done() -> None:
    one = street()
    given = order(nearest_event(one))
    one.worker.hear([given], one.city.now)
    assert one.kinds() == ["delivered"]
    assert one.until("read").at > EVENING
    assert one.until("accepted").at < EVENING + MINUTE
    one.run(1, 1)
    assert (one.unit.state, one.unit.errand) == ("busy", "G-0714-0001")
    there = one.until("on_scene")
    away = one.city.ground.plane(np.array([there.lon, given.lon]), np.array([there.lat, given.lat]))
    assert np.hypot(*(away[1] - away[0])) < 5.0
    done = one.until("done")
    assert one.kinds() == ALL
    ats = [report.at for _, report in one.reports]
    assert ats == sorted(ats)
    assert done.words
    shots = [report.shot for _, report in one.reports if report.shot is not None]
    assert [shot.dealt for shot in shots] == [False, True]
    one.run(90)
    assert (one.unit.state, one.unit.errand) == ("free", "")
    assert one.unit.message(to_iso, one.city.words, True)["body"]["facts"][-1]["name"]["zh"] != "当前任务"


def test_the_same_orders_have_the_same_outcome_however_the_city_is_stepped() -> None:
    told = []
    for every in (3.0, 47.0):
        one = street(manners(late=0.5, slow=0.5, refuses=0.3))
        event = nearest_event(one)
        for n in range(3):
            one.worker.hear([order(event, f"o{n}")], one.city.now)
            one.run(1.5 * 3600 * (n + 1) - (one.city.now - EVENING) / SECOND, every)
        told.append(one.reports)
    assert len(told[0]) > 10
    assert told[0] == told[1]


@pytest.mark.parametrize("kind", ["grid", "police"])
def test_a_worker_keeps_to_the_streets_at_its_pace_and_does_not_jump(kind: str) -> None:
    one = street(unit_kind=kind)
    unit, roads = one.unit, place().roads
    one.worker.hear([order(nearest_event(one))], one.city.now)
    pace = unit._pace / PACE
    before, far, moved = (unit.lon, unit.lat), 0.0, 0.0
    while "done" not in one.kinds() or unit.errand or unit._trip is not None:
        one.run(2, 2)
        places = one.city.ground.plane(np.array([before[0], unit.lon]), np.array([before[1], unit.lat]))
        step = float(np.hypot(*(places[1] - places[0])))
        far, moved, before = max(far, step), moved + step, (unit.lon, unit.lat)
        assert roads.nearest(unit.lon, unit.lat, unit.on_foot).metres < 1.0
        assert unit.speed <= pace + 0.01
        if moved > 1:
            assert unit.heading is not None
    assert moved > 50
    assert far <= 2 * pace + 1.0
    at = one.city.now
    one.run(600)
    assert unit.stepped == at + 600 * SECOND
    assert roads.nearest(unit.lon, unit.lat, unit.on_foot).metres < 1.0


def test_one_that_stands_by_goes_home_again() -> None:
    one = street(unit_kind="fire")
    home = (one.unit.lon, one.unit.lat)
    one.worker.hear([order(nearest_event(one))], one.city.now)
    one.until("done")
    assert (one.unit.lon, one.unit.lat) != home
    one.run(3600, 20)
    assert (one.unit.lon, one.unit.lat) == home
    assert one.unit.state == "free"


def test_a_recalled_order_is_dropped_at_once_and_its_worker_goes_back() -> None:
    one = street()
    given = order(nearest_event(one))
    one.worker.hear([given], one.city.now)
    one.until("en_route")
    one.run(10)
    assert one.unit.errand
    recalled = msgspec.structs.replace(given, state="recalled", recalled=True)
    one.worker.hear([recalled], one.city.now)
    assert one.unit.errand == ""
    one.run(3600)
    assert one.kinds() == ALL[:4]
    assert one.unit.state == "free"
    assert not one.worker.at_work


def test_an_order_that_is_told_no_more_is_dropped() -> None:
    one = street()
    one.worker.hear([order(nearest_event(one))], one.city.now)
    one.until("accepted")
    one.worker.hear([], one.city.now)
    one.run(3600)
    assert "done" not in one.kinds()
    assert one.unit.state == "free"


def test_the_platform_closes_its_own_event_soon_after_its_worker_is_done_and_not_before() -> None:
    one = street()
    event = nearest_event(one)
    one.worker.hear([order(event)], one.city.now)
    done = one.until("done")
    assert not event.closed
    one.run(240)
    assert event.closed
    assert event.id in one.city.closed
    (noted, note), (closed, _) = event.timeline[-2:]
    assert done.at < noted < closed < done.at + 240 * SECOND
    assert done.words in note["zh"]
    last = len(event.timeline)
    one.run(4 * 3600, 60)
    assert len(event.timeline) == last, "its own story says nothing more"


def test_an_event_that_a_worker_gave_up_is_closed_by_its_source_after_all() -> None:
    one = street()
    event = nearest_event(one)
    given = order(event)
    one.worker.hear([given], one.city.now)
    one.until("accepted")
    one.worker.hear([msgspec.structs.replace(given, recalled=True)], one.city.now)
    one.run(12 * 3600, 300)
    assert event.closed


def test_where_water_stands_the_pump_runs_from_the_arrival_and_the_sensor_there_falls() -> None:
    one = street()
    flood = next(event for event in one.city.open.values() if event.kind == "E0506" and event.level == 1)

    def depth() -> float:
        features = one.city.sensors.features(one.city.now, to_iso)
        near = [
            f["properties"]["value"]
            for f in features
            if f["properties"]["kind"] == "water_depth"
            and np.hypot(
                f["geometry"]["coordinates"][0] - flood.spot.lon, f["geometry"]["coordinates"][1] - flood.spot.lat
            )
            < 3e-4
        ]
        return float(max(near))

    one.worker.hear([order(flood)], one.city.now)
    one.until("on_scene")
    one.run(10)
    full = depth()
    assert full > 40
    said = len(flood.timeline)
    assert "泵" in flood.timeline[-1][1]["zh"]
    one.until("done")
    assert depth() < full / 2
    assert len(flood.timeline) == said, "it rises no more"
    one.run(240)
    assert (flood.closed, flood.amount) == (True, 0.0)


@pytest.mark.parametrize("more", [{"kind": Kind("E0110")}, {"lead": False}])
def test_orders_by_telephone_and_of_helpers_close_nothing(more: dict[str, Any]) -> None:
    one = street()
    event = nearest_event(one)
    assert event.kind != "E0110"
    away = {"lon": round(event.spot.lon + 2e-4, 6)} if "kind" in more else {}
    one.worker.hear([order(event, **more, **away)], one.city.now)
    one.until("done")
    one.run(240)
    assert not any("处置人员反馈" in note["zh"] for _, note in event.timeline)


def test_some_refuse_some_are_late_and_some_never_answer() -> None:
    outcomes: Counter[str] = Counter()
    delays = []
    usual = read_manners(assets_dir() / "city" / "workers.toml")
    one = street(usual)
    event = nearest_event(one)
    for n in range(400):
        begun = one.city.now
        one.reports.clear()
        one.worker.hear([order(event, f"o{n}")], begun)
        one.worker.step(begun + 20 * MINUTE)
        one.city.now += 20 * MINUTE
        for about, report in one.reports:
            if report.kind in ("accepted", "refused"):
                outcomes[report.kind] += 1
                delays.append((report.at - begun) / SECOND)
                assert report.kind == "accepted" or report.reason
                assert about == f"o{n}"
        one.worker.hear([], one.city.now)
    assert 330 < outcomes["accepted"] < 390
    assert 5 < outcomes["refused"] < 40
    assert 2 < 400 - outcomes.total() < 30, "some never answer"
    assert 10 < sum(delay > 120 for delay in delays) < 60
    assert min(delays) >= 9
    assert np.median(delays) < 60


def test_an_order_that_is_sent_back_is_worked_on_once_more() -> None:
    one = street()
    given = order(nearest_event(one))
    one.worker.hear([given], one.city.now)
    one.until("done")
    one.worker.hear([msgspec.structs.replace(given, state="on_scene")], one.city.now)
    one.run(300)
    assert one.kinds() == ALL, "an answer that is older than the report is no order to begin again"
    one.worker.hear([msgspec.structs.replace(given, state="done")], one.city.now)
    one.worker.hear([msgspec.structs.replace(given, state="accepted")], one.city.now)
    one.run(3600)
    assert one.kinds()[len(ALL) :] == ["en_route", "on_scene", "photo", "photo", "done"]


def test_an_order_that_was_sent_back_before_its_device_asked_again_is_begun_anew() -> None:
    one = street()
    given = order(nearest_event(one))
    one.worker.hear([given], one.city.now)
    one.until("on_scene")
    one.worker.hear([msgspec.structs.replace(given, state="on_scene")], one.city.now)
    one.until("done")
    one.worker.hear([given], one.city.now)
    one.run(3600)
    assert one.kinds() == [*ALL, *ALL]
    shots = [report.shot for _, report in one.reports if report.shot is not None]
    assert len({shot.ident for shot in shots}) == 2, "photos of the second time are others"
    assert one.unit.errand == ""


def test_two_orders_at_once_are_worked_on_one_after_the_other() -> None:
    one = street()
    event = nearest_event(one)
    first, second = order(event, "o1"), order(event, "o2", number="G-0714-0002")
    one.worker.hear([first, second], one.city.now)
    one.run(2 * 3600)
    assert one.kinds("o1") == one.kinds("o2") == ALL
    ends = [(report.at, about) for about, report in one.reports if report.kind == "done"]
    starts = [(report.at, about) for about, report in one.reports if report.kind == "en_route"]
    assert starts[1] > ends[0]
    assert one.unit.errand == ""


@pytest.mark.parametrize("state", ["delivered", "read", "accepted", "en_route", "on_scene"])
def test_after_a_restart_a_worker_goes_on_where_the_order_stands(state: str) -> None:
    one = street()
    one.worker.hear([order(nearest_event(one), state=state)], one.city.now)
    one.until("done")
    assert one.kinds() == ALL[ALL.index(state) + 1 :]


def test_a_worker_with_an_order_finishes_it_past_the_end_of_its_shift() -> None:
    one = street()
    one.unit.shift = "day"
    one.run((from_iso("2026-07-14T18:58:00+08:00") - EVENING) / SECOND, 60)
    one.worker.hear([order(nearest_event(one))], one.city.now)
    one.until("en_route")
    one.run((from_iso("2026-07-14T19:00:30+08:00") - one.city.now) / SECOND)
    assert one.unit.state == "busy"
    one.until("done")
    one.run(120)
    assert one.unit.state == "off"


def test_photos_before_and_after_are_pictures_of_one_place_that_differ() -> None:
    assert set(DONE) == set(SCENES)
    for scene in ("junction", "nothing known"):
        before = photo(Shot("U001/o1", scene, False, True, 0.5))
        assert before == photo(Shot("U001/o1", scene, False, True, 0.5))
        assert before != photo(Shot("U001/o1", scene, True, True, 0.5))
        assert before != photo(Shot("U001/o1", scene, False, False, 0.5))
        assert before != photo(Shot("U001/o1", scene, False, True, 0.0))
        assert before[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_photo_shows_the_kind_of_event_its_weather_and_the_light() -> None:
    one = street()
    flood = next(event for event in one.city.open.values() if event.kind == "E0506")
    around = Errands(one.city, manners())
    shot = around.shot(order(flood), "x", EVENING, False, False)
    assert (shot.scene, shot.rain) == ("underpass", True)
    assert not around.shot(order(flood), "x", EVENING + 5 * HOUR, False, False).rain
    unknown = around.shot(order(flood, "o2", lon=120.1234, kind=Kind("E0110")), "x", EVENING, False, False)
    assert unknown.scene == "heap"
    lights = [daylight(from_iso(f"2026-07-14T{hour}:00:00+08:00")) for hour in ("03", "12", "19", "22")]
    assert (lights[0], lights[1], lights[3]) == (0.0, 1.0, 0.0)
    assert 0 < lights[2] < 1


def test_each_scene_has_words_for_what_was_done() -> None:
    usual = read_manners(assets_dir() / "city" / "workers.toml")
    assert set(usual.done) == set(SCENES)
