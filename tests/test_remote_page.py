"""The remote's page in a browser: paired by its link, it drives the walls of a real hub by touch and by keys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit.field.remotestate import home_of
from cockpit.model.clock import SECOND
from cockpit.model.rehearsal import Begin, Rehearsal, Which
from cockpit.model.typed import from_msgpack
from cockpit.model.wallasks import HAND, Nothing, Pair, Paired, RemotesKnown, Unpair
from cockpit.model.wallstate import Pointer, Thumb, WallShows, WallState
from cockpit.packs.read import read_pack
from cockpit.paths import assets_dir
from tests.living_hub import CITY
from tests.living_wall import act, living_wall, put_events, told, until_open
from tests.on_the_wire import OnTheWire, on_the_wire
from tests.phone_city import PATIENCE, GatewayThread, Phone, chromium
from tests.test_phone_look import MEASURE
from tests.wall_kit import report

FOLDER = assets_dir() / "remote"
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True, "locale": "zh-CN"}


class Hall:
    """A hub with walls, its gateway, a desk, and tablets."""

    def __init__(self, hub: Any, gateway: GatewayThread, desk: OnTheWire, browser: Any) -> None:
        self.hub, self.gateway, self.desk, self.browser = hub, gateway, desk, browser
        self.tablets: list[Phone] = []

    def tablet(self, role: str = "operator", **options: Any) -> Phone:
        """A tablet that opened the link of a code and paired."""
        context = self.browser.new_context(**{**TABLET, **options})
        tablet = Phone(context, context.new_page())
        tablet.listen()
        self.tablets.append(tablet)
        head = {"Authorization": f"Bearer {self.gateway.gateway.enrol_secret}"}
        wanted = {"role": role, "days": 1}
        answer = httpx.post(
            f"{self.gateway.url}/remote/v1/codes", json=wanted, headers=head, trust_env=False, timeout=30
        )
        assert answer.status_code == 201, answer.text
        tablet.page.goto(f"{self.gateway.url}/remote/#code={answer.json()['code']}")
        return tablet

    def on(self, role: str = "operator", **options: Any) -> Phone:
        """A tablet that knows the walls."""
        tablet = self.tablet(role, **options)
        tablet.tap("#pair")
        tablet.page.locator("[data-scene=calm]").wait_for()
        return tablet

    def until(self, condition: Any, what: str) -> WallShows:
        """Waits for the main wall to be as it should."""
        found: WallShows = self.desk.until(lambda: (now := told(self.desk)) and condition(now) and now, what)
        return found


@contextmanager
def remote_hall(folder: Path) -> Iterator[Hall]:
    with living_wall(folder) as hub, on_the_wire(hub, "seat-1") as desk, chromium() as browser:
        until_open(desk)
        gateway = GatewayThread(folder / "hub")
        gateway.start()
        hall = Hall(hub, gateway, desk, browser)
        try:
            yield hall
        except BaseException:
            for number, tablet in enumerate(hall.tablets):
                tablet.page.screenshot(path=str(folder / f"tablet-{number}.png"), timeout=5000)
            raise
        finally:
            gateway.stop()
        for tablet in hall.tablets:
            assert tablet.problems == []


def box_of(tablet: Phone) -> dict[str, float]:
    found = tablet.page.locator("canvas.surface").bounding_box()
    assert found is not None
    return dict(found)


def pinch(tablet: Phone, by: float) -> None:
    """Two fingers that go apart about the middle."""
    box = box_of(tablet)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = tablet.context.new_cdp_session(tablet.page)
    far = [60.0 + (60.0 * by - 60.0) * step / 6 for step in range(7)]
    for number, width in enumerate(far):
        points = [{"x": x - width, "y": y, "id": 1}, {"x": x + width, "y": y, "id": 2}]
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchStart" if number == 0 else "touchMove", "touchPoints": points}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.slow
@pytest.mark.system
def test_a_tablet_is_paired_by_its_link_and_drives_scenes_modes_carousel_and_screens(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on()
        assert "code" not in tablet.page.url
        tablet.tap("[data-scene=storm]")
        shows = hall.until(lambda now: now.scene.id == "storm", "the scene")
        assert shows.by == "平板"
        tablet.page.locator("[data-scene=storm][aria-pressed=true]").wait_for()
        act(hall.desk, "scene", "grave")
        tablet.page.locator("[data-scene=grave][aria-pressed=true]").wait_for()
        tablet.page.get_by_role("button", name="轮播", exact=True).click()
        hall.until(lambda now: now.carousel == "day" and now.scene.id == "calm", "the carousel")
        tablet.tap("#next")
        hall.until(lambda now: now.scene.id == "storm", "the next step")
        tablet.page.keyboard.press("PageUp")
        hall.until(lambda now: now.scene.id == "calm", "the step before, by a presenter's key")
        tablet.tap("#pause")
        hall.until(lambda now: now.paused, "the pause")
        tablet.page.get_by_role("button", name="战时", exact=True).click()
        hall.until(lambda now: now.mode == "war", "the mode")
        tablet.tap("#tab-more")
        tablet.page.get_by_role("button", name="屏 2").click()
        tablet.tap("#blank")
        hall.until(lambda now: now.blank == (2,), "one screen blank")
        tablet.tap("#live")
        hall.until(lambda now: not now.blank, "it is taken back")
        tablet.page.locator("#volume").fill("35")
        hall.until(lambda now: now.volume == 35, "the volume")
        tablet.tap("#mute")
        hall.until(lambda now: now.muted, "silence")


@pytest.mark.slow
@pytest.mark.system
def test_a_finger_moves_the_map_two_zoom_it_and_an_event_is_thrown_on_the_wall(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        (key,) = put_events(hall.hub, 1)
        tablet = hall.on("presenter")
        tablet.tap("#tab-map")
        box = box_of(tablet)
        page, x, y = tablet.page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 200, y, steps=8)
        page.mouse.up()
        first = hall.until(lambda now: now.view is not None, "a view").view
        assert first is not None
        home = home_of(read_pack(CITY)).lon
        shows = hall.until(lambda now: now.view.lon - home > 0.5 * 200 * now.view.scale / 111_320, "a map moved east")
        assert shows.view is not None
        pinch(tablet, 3.0)
        scale = shows.view.scale
        near = hall.until(lambda now: abs(now.view.scale * 3 / scale - 1) < 0.1, "a map three times as near").view
        page.locator("canvas.surface").press("-")
        hall.until(lambda now: now.view.scale > near.scale * 1.3, "a key zooms out")
        tablet.tap("#tab-events")
        page.locator("button.event").first.click()
        shows = hall.until(lambda now: now.event == key and now.scene.id == "event", "the event on the wall")
        assert shows.view is None, "the map looks where the event is"
        page.get_by_text("大屏跟随中").wait_for()
        tablet.tap("#none")
        hall.until(lambda now: not now.event, "nothing is followed")


@pytest.mark.slow
@pytest.mark.system
def test_a_light_spot_and_lines_are_where_the_finger_is_on_the_picture_of_the_wall(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall, on_the_wire(hall.hub, "seat-2") as north:
        north.ask("wall.report", report("north"))
        tablet = hall.on("presenter")
        tablet.tap("#tab-point")
        box = box_of(tablet)
        page = tablet.page
        wide = box["width"]
        high = wide * 1080 / 5760
        top = box["y"] + (box["height"] - high) / 2
        page.mouse.move(box["x"] + wide * 0.25, top + high * 0.5)
        page.mouse.down()
        spot = hall.desk.until(lambda: (now := hall.desk.last(HAND, Pointer)) and now.x > 0 and now, "the spot")
        assert (spot.wall, round(spot.x, 2), round(spot.y, 2)) == ("main", 0.25, 0.5)
        page.mouse.up()
        hall.desk.until(lambda: hall.desk.last(HAND, Pointer).x == -1, "it is gone")
        tablet.tap("#tool-draw")
        page.mouse.move(box["x"] + wide * 0.5, top + high * 0.2)
        page.mouse.down()
        page.mouse.move(box["x"] + wide * 0.7, top + high * 0.8, steps=10)
        page.mouse.up()
        drawn = hall.desk.until(
            lambda: (now := hall.desk.last(HAND, Pointer)).x == -1 and now.strokes and now, "a line"
        )
        (stroke,) = drawn.strokes
        assert (round(stroke[0][0], 1), round(stroke[-1][0], 1)) == (0.5, 0.7)
        tablet.tap("#clear")
        hall.desk.until(lambda: hall.desk.last(HAND, Pointer).strokes == (), "it is wiped off")
        with _jpeg() as jpeg:
            north.ask("wall.thumb", Thumb("main", 1, 1, jpeg))
        page.wait_for_function(
            "() => import('/remote/surface.js').then((s) => s.pictures.has('main 1'))", timeout=PATIENCE
        )


@pytest.mark.slow
@pytest.mark.system
def test_a_clickers_keys_turn_the_scene_wherever_the_focus_is_and_once_however_long_they_are_held(
    tmp_path: Path,
) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on()
        keys = tablet.page.keyboard
        scenes = [scene[0] for scene in hall.desk.last("wall", WallState).scenes]
        before = hall.until(lambda now: True, "the wall")

        def after(steps: int) -> str:
            return scenes[(scenes.index(before.scene.id) + steps) % len(scenes)]

        tablet.tap("#tab-more")
        tablet.page.locator("#volume").focus()
        keys.press("PageDown")
        shows = hall.until(lambda now: now.scene.id == after(1), "the next scene")
        assert shows.volume == before.volume
        for _ in range(4):
            keys.down("PageDown")
        keys.up("PageDown")
        tablet.tap("#mute")
        shows = hall.until(lambda now: now.muted, "what came after the key")
        assert shows.scene.id == after(2)
        tablet.tap("#tab-events")
        put_events(hall.hub, 1)
        tablet.tap("#again")
        tablet.page.locator("#also").focus()
        keys.press("PageUp")
        hall.until(lambda now: now.scene.id == after(1), "the scene before")


@pytest.mark.slow
@pytest.mark.system
def test_the_light_spot_stays_as_long_as_the_finger_rests_and_goes_with_it(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on("presenter")
        tablet.tap("#tab-point")
        box = box_of(tablet)
        mouse = tablet.page.mouse
        mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
        mouse.down()

        def heard() -> list[Pointer]:
            return [from_msgpack(data, type=Pointer) for data in hall.desk.told.get(HAND, ())]

        hall.desk.until(lambda: len([one for one in heard() if one.x > 0]) >= 4, "again each second")
        lit = [one for one in heard() if one.x > 0]
        assert {(one.x, one.y) for one in lit} == {(lit[0].x, lit[0].y)}
        assert max(after.at - before.at for before, after in pairwise(lit)) < 2 * SECOND
        mouse.up()
        hall.desk.until(lambda: heard()[-1].x == -1, "it is lifted")
        told = len(heard())
        tablet.page.wait_for_timeout(1500)
        assert len(heard()) == told, "and says nothing more"


SCRIBBLE = """async ([strokes, points]) => {
  const [{ wall }, { Surface }] = await Promise.all([import('/remote/app.js'), import('/remote/surface.js')]);
  const said = [];
  const surface = new Surface(wall(), 'draw', (words) => said.push(words));
  document.getElementById('view').append(surface.node);
  surface.clear();
  const [w, height] = wall().size;
  let seed = 7;
  const some = () => { seed = (seed * 48271) % 2147483647; return seed / 2147483647; };
  for (let n = 0; n < strokes; n += 1) {
    surface.strokes.push([]);
    for (let i = 0; i < points; i += 1) surface.touch({ x: some() * w, y: some() * height });
    surface.finish();
  }
  surface.lift();
  return [said, surface.strokes.map((stroke) => stroke.length)];
}"""
"""Draws so many strokes of so many points, none of which is on a line with its neighbours."""


@pytest.mark.slow
@pytest.mark.system
def test_however_much_is_drawn_it_reaches_the_wall_and_the_oldest_lines_make_room(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on("presenter")
        said, drawn = tablet.page.evaluate(SCRIBBLE, [50, 100])
        assert 2900 <= sum(drawn) <= 3000, "as much as a message holds"
        assert "最早的线条已擦去" in said[0]

        def on_the_wall() -> list[int]:
            pointer = hall.desk.last(HAND, Pointer)
            return [len(stroke) for stroke in pointer.strokes] if pointer else []

        hall.desk.until(lambda: on_the_wall() == drawn, "all that is left")
        _, drawn = tablet.page.evaluate(SCRIBBLE, [1, 700])
        hall.desk.until(lambda: on_the_wall() == drawn, "a line longer than a stroke may be")
        first, second = hall.desk.last(HAND, Pointer).strokes
        assert first[-1] == second[0], "which goes on where it was"
        assert 690 <= sum(drawn) <= 701
        _, drawn = tablet.page.evaluate(SCRIBBLE, [90, 3])
        hall.desk.until(lambda: on_the_wall() == drawn, "more strokes than there may be")
        assert len(drawn) == 60
        assert tablet.page.get_by_text("与网关中断").count() == 0


@pytest.mark.slow
@pytest.mark.system
def test_a_circle_that_a_hand_draws_keeps_its_shape_with_few_points(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on("presenter")
        tablet.tap("#tab-point")
        tablet.tap("#tool-draw")
        box = box_of(tablet)
        mouse, middle = tablet.page.mouse, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        radius = box["width"] * 0.08
        places = [(middle[0] + radius * math.cos(n / 10), middle[1] + radius * math.sin(n / 10)) for n in range(64)]
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place)
        mouse.up()
        pointer = hall.desk.until(
            lambda: (now := hall.desk.last(HAND, Pointer)) and now.x == -1 and now.strokes and now, "a circle"
        )
        (stroke,) = pointer.strokes
        assert 12 <= len(stroke) <= 50
        away = [math.hypot((x - 0.5) * 5760, (y - 0.5) * 1080) / 5760 for x, y in stroke]
        assert max(abs(far - 0.08) for far in away) < 0.002


@pytest.mark.slow
@pytest.mark.system
def test_lines_stay_while_other_tabs_are_looked_at_and_go_with_the_desks_word_and_with_the_remote(
    tmp_path: Path,
) -> None:
    with remote_hall(tmp_path) as hall:
        one, other = hall.on("presenter"), hall.on("presenter")

        def hand(tablet: Phone, x: float) -> Pointer:
            """Draws a line from the middle of the picture; what the machines hear when the finger is lifted."""
            tablet.tap("#tab-point")
            tablet.tap("#tool-draw")
            box = box_of(tablet)
            mouse, y = tablet.page.mouse, box["y"] + box["height"] / 2
            mouse.move(box["x"] + box["width"] * 0.5, y)
            mouse.down()
            mouse.move(box["x"] + box["width"] * x, y, steps=8)
            mouse.up()

            def heard() -> Pointer | None:
                now = hall.desk.last(HAND, Pointer)
                here = now is not None and now.x == -1 and now.strokes and abs(now.strokes[-1][-1][0] - x) < 0.01
                return now if here else None

            found: Pointer = hall.desk.until(heard, f"a line to {x}")
            return found

        first = hand(one, 0.7)
        second = hand(other, 0.6)
        assert first.by != second.by
        one.tap("#tab-scenes")
        again = hand(one, 0.8)
        assert (again.by, again.strokes[0]) == (first.by, first.strokes[0])
        assert len(again.strokes) == 2
        act(hall.desk, "live")
        hall.desk.until(lambda: hall.desk.last(HAND, Pointer).strokes == (), "all of them wiped off")
        one.page.wait_for_timeout(2500)  # it is told within a second
        anew = hand(one, 0.9)
        assert len(anew.strokes) == 1, "and what was wiped does not come back"
        remotes = hall.desk.ask("wall.remotes", Nothing(), RemotesKnown).remotes
        (known,) = [remote for remote in remotes if anew.by.startswith(remote.id)]
        hall.desk.ask("wall.unpair", Unpair(known.id))
        one.shows("遥控已到期或被收回")
        hall.desk.until(
            lambda: (now := hall.desk.last(HAND, Pointer)).by == anew.by and not now.strokes, "its line goes with it"
        )


@contextmanager
def _jpeg() -> Iterator[bytes]:
    from tests.living_gateway import photo

    yield photo(320, 180)


@pytest.mark.slow
@pytest.mark.system
def test_a_presenter_is_told_what_it_may_not_and_a_remote_that_is_taken_back_says_so(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on("presenter")
        assert tablet.page.get_by_role("button", name="战时").count() == 0
        act(hall.desk, "mode", "war")
        tablet.tap("[data-scene=calm]")
        tablet.shows("战时模式下本席位不能操作大屏")
        paired = hall.desk.ask("wall.pair", Pair("operator", 2), Paired)
        assert "/remote/#code=" in paired.url
        (known,) = hall.desk.ask("wall.remotes", Nothing(), RemotesKnown).remotes
        assert (known.name, known.role, known.on) == ("平板", "presenter", True)
        hall.desk.ask("wall.unpair", Unpair(known.id))
        tablet.shows("遥控已到期或被收回")
        assert tablet.page.evaluate("localStorage.length") == 0


LIFT = """
name = { zh = "电梯演练", en = "Lift" }
starts = "10:00"
minutes = 600
speed = 60
units = 20
everyday = 0
scene = "storm"
[[event]]
at = 0.5
kind = "E0599"
level = 1
where = "minor"
title = "电梯困人（演练）"
text = "{place}电梯困人"
"""


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(400)
def test_a_presenter_rehearses_with_the_rehearsals_events_in_red_and_no_real_one_is_listed(tmp_path: Path) -> None:
    looks = (("zh-CN", "演练", "下面是演练里的事件"), ("en-US", "Rehearsal", "these are events of the rehearsal"))
    with remote_hall(tmp_path) as hall:
        real = put_events(hall.hub, 1, 2)
        narrow = {"width": 390, "height": 844}
        tablets = [hall.on("presenter", locale=locale, viewport=narrow) for locale, *_ in looks]
        for tablet in tablets:
            tablet.tap("#tab-events")
        tablets[0].page.locator("button.event").last.tap()
        hall.until(lambda now: now.event == real[1], "the real event")
        for tablet in tablets:
            tablet.page.locator("#none").wait_for()
            assert tablet.page.locator("#drill").count() == 0
        drill = hall.desk.ask("rehearse.start", Begin(text=LIFT), Rehearsal)
        for (locale, word, why), tablet in zip(looks, tablets, strict=True):
            tablet.page.locator("#drill", has_text=word).wait_for(timeout=90_000)
            tablet.shows(why)
            tablet.page.locator("button.event").first.wait_for(timeout=90_000)
            assert tablet.page.get_by_text("天城路").count() == 0, "the real ones"
            asked = "import('/remote/line.js').then((line) => line.ask({kind: 'events', wall: 'main'}))"
            answer = tablet.page.evaluate(asked)
            assert answer["rehearsal"] == drill.id
            assert not {event["key"] for event in answer["events"]} & set(real)
            red = "getComputedStyle(document.getElementById('bar')).backgroundColor"
            assert tablet.page.evaluate(red) in ("rgb(195, 38, 29)", "rgb(255, 107, 96)")
            assert tablet.page.evaluate(MEASURE) == []
            tablet.page.screenshot(path=str(tmp_path / f"drill-{locale}.png"))
        tablets[0].page.locator("button.event").first.tap()
        shows = hall.until(lambda now: now.event, "an event of the rehearsal")
        assert shows.rehearsal == drill.id
        assert shows.event in {event["key"] for event in answer["events"]}
        tablets[0].tap("#tab-map")
        tablets[0].tap("#in")
        hall.until(lambda now: now.view and now.rehearsal, "the map moved")
        tablets[0].tap("#tab-events")
        hall.desk.ask("rehearse.stop", Which())
        for tablet in tablets:
            tablet.page.locator("button.event", has_text="天城路").first.wait_for()
            assert tablet.page.locator("#drill").count() == 0
        assert hall.until(lambda now: not now.rehearsal, "what is live").event == real[1]


@pytest.mark.slow
@pytest.mark.system
def test_a_window_too_many_of_one_remote_makes_the_oldest_rest_until_it_is_touched(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on()
        windows = [tablet.page]
        for _ in range(3):
            windows.append(tablet.context.new_page())
            windows[-1].goto(f"{hall.gateway.url}/remote/")
            windows[-1].locator("[data-scene=calm]").wait_for()
        hint = windows[0].get_by_text("已停用")
        hint.wait_for()
        assert windows[1].get_by_text("已停用").count() == 0
        windows[0].bring_to_front()
        windows[0].locator("[data-scene=storm]").tap()
        hint.wait_for(state="detached")
        windows[0].locator("[data-scene=storm]").tap()
        hall.until(lambda now: now.scene.id == "storm", "the scene")


@pytest.mark.slow
@pytest.mark.system
def test_a_hub_that_goes_is_said_and_the_remote_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with remote_hall(tmp_path) as hall:
        tablet = hall.on()
        hall.hub.stop()
        tablet.shows("主机不在，大屏保持现在的画面")
        hall.hub.start()
        tablet.page.get_by_text("主机不在").wait_for(state="detached", timeout=PATIENCE)
        tablet.tap("[data-scene=storm]")
        tablet.page.locator("[data-scene=storm][aria-pressed=true]").wait_for()


@pytest.mark.slow
@pytest.mark.system
def test_every_tab_is_readable_and_its_keys_have_names_in_light_and_dark_and_both_languages(tmp_path: Path) -> None:
    looks = [("zh-CN", "dark", 1024, 768), ("zh-CN", "light", 390, 844), ("en-US", "dark", 820, 1180)]
    wrong: list[str] = []
    with remote_hall(tmp_path) as hall:
        put_events(hall.hub, 1, 2, 3, 4)
        for locale, scheme, width, height in looks:
            options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": height}}
            tablet = hall.tablet(**options)
            tablet.page.locator("#pair").wait_for()
            wrong += [f"{locale} {scheme} pair: {one}" for one in tablet.page.evaluate(MEASURE)]
            tablet.tap("#pair")
            tablet.page.locator("[data-scene=calm]").wait_for()
            for tab, there in (
                ("scenes", ".scene"), ("map", "#in"), ("events", "button.event"), ("point", "#clear"),
                ("more", "#live"),
            ):  # fmt: skip
                tablet.tap(f"#tab-{tab}")
                tablet.page.locator(there).first.wait_for()
                wrong += [f"{locale} {scheme} {tab}: {one}" for one in tablet.page.evaluate(MEASURE)]
                tablet.page.screenshot(path=str(tmp_path / f"{locale}-{scheme}-{tab}.png"))
            if locale.startswith("en"):
                assert not re.search(r"\b(undefined|null|NaN)\b", tablet.page.locator("body").inner_text())
    assert wrong == []


def test_the_page_has_no_inline_script_or_style_and_makes_no_markup_of_data() -> None:
    index = (FOLDER / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", index)
    for file in FOLDER.glob("*.js"):
        text = file.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document.write|\beval\(|new Function", text), file


def test_every_sentence_has_two_languages_and_none_is_missing_or_left_over() -> None:
    words = (FOLDER / "words.js").read_text("utf-8")
    listed = words[words.index("const WORDS") :]
    known = {a or b for a, b in re.findall(r"^  (?:'([^']+)'|(\w+)): \['.+',(?:\n  +| )'.+'\],$", listed, re.MULTILINE)}
    assert len(known) == len(re.findall(r"^  \S+: \[", listed, re.MULTILINE))
    rest = "".join(file.read_text("utf-8") for file in FOLDER.glob("*.js") if file.name != "words.js")
    used = set(re.findall(r"'([a-z]+(?:\.[a-z0-9_]+)*)'", rest))
    stems = tuple(re.findall(r"t\(`([a-z.]+)\$\{", rest))
    groups = r"(tab|now|leave|enrol|hint|scenes|map|events|point|more|role)\.(?!js)"
    assert {one for one in used if re.match(groups, one)} <= known
    assert {one for one in known if one not in used and not one.startswith(stems)} == set()
