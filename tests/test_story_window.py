"""The story at a real window, by keyboard and mouse: the whole program with its city on a virtual screen.

One run of the program serves the tests of this file in their order; the last ones end it and start it again.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import leaks
from tests.real_window import RealWindow, Seen, wait_for

pytestmark = [pytest.mark.window, pytest.mark.system]
PANELS = {"queue", "map", "event", "strip"}
"""Panels that F6 leads to; the top bar takes the keyboard only while there are alerts in it."""


AT_ONCE = 195
"""Open events of this city at this time of the day, at the least; on a slow machine they come piece by piece."""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="ck-"))
    (base / "run").mkdir(mode=0o700)
    yield base
    shutil.rmtree(base, ignore_errors=True)


def environment(home: Path) -> dict[str, str]:
    folders = {
        "data": "XDG_DATA_HOME",
        "config": "XDG_CONFIG_HOME",
        "cache": "XDG_CACHE_HOME",
        "run": "XDG_RUNTIME_DIR",
    }
    return {"HOME": str(home), **{name: str(home / folder) for folder, name in folders.items()}}


@pytest.fixture(scope="module")
def window(xvfb: str, home: Path) -> Iterator[RealWindow]:
    profile = home / "profile"
    profile.mkdir()
    (profile / "prefs.json").write_text('{"muted": true}', "utf-8")  # no player may outlive its test
    made = RealWindow(xvfb, profile, "--start", "2026-07-14T17:42:00+08:00", env=environment(home))
    try:
        made.open()
        leaks.kept_processes.add(made.process.pid)
        # they are not what a test leaves behind
        wait_for("hub, bus, city and gateway", lambda: any("gateway" in words(child) for child in made.children()))
        yield made
    finally:
        made.close()
        leaks.kept_processes.discard(made.process.pid)


@pytest.fixture(scope="module")
def filled(window: RealWindow) -> None:
    """The list has what was there when the city began: it does not move under the mouse any more."""
    lists: list[list[str]] = []

    def stands() -> bool:
        seen = window.look()
        lists.append([row["key"] for row in seen["queue"]["rows"]] if seen["queue"]["count"] > AT_ONCE else [])
        return bool(lists[-1]) and lists[-3:] == [lists[-1]] * 3

    wait_for("a list that stands still", stands, pause=1.0)


def words(child: psutil.Process) -> list[str]:
    """The words of its command line; none once it is gone."""
    try:
        return child.cmdline()
    except psutil.NoSuchProcess:
        return []


@pytest.fixture
def living(window: RealWindow, filled: None) -> RealWindow:
    """The window once its city lives, with nothing open over it and the keyboard in the list."""
    seen = window.sees("every feed live", lambda seen: seen["feeds"]["live"] == 6 and seen["queue"]["count"] > 20)
    if seen["dialog"]:
        named(window, seen)
    if seen["palette"]:
        window.key("Escape")
    if seen["focus"]["widget"] != "QueueView":
        window.key("ctrl+f", "ctrl+a", "BackSpace", "Escape")
        window.sees("the keyboard in the list", lambda seen: seen["focus"]["widget"] == "QueueView")
    return window


def named(window: RealWindow, seen: Seen) -> None:
    """Answers the question who sits here."""
    window.give_keyboard(seen["dialog"]["window"])
    window.sees("the keyboard in the dialog", lambda seen: seen["dialog"]["focused"])
    window.type("Wang Qiang")
    window.key("Return")
    seen = window.sees("the dialog closed", lambda seen: not seen["dialog"])
    window.give_keyboard(seen["window"])
    window.sees("the keyboard in the window", lambda seen: seen["focus"]["widget"])


def test_it_asks_once_who_sits_here_and_the_queue_fills(window: RealWindow) -> None:
    seen = window.sees("the question", lambda seen: seen["dialog"])
    named(window, seen)
    assert json.loads((window.profile / "prefs.json").read_bytes())["name"] == "Wang Qiang"
    seen = window.sees("events in the list", lambda seen: seen["queue"]["count"] > 20)
    assert (seen["lang"], seen["theme"], seen["name"]) == ("zh", "dark", "Wang Qiang")
    window.sees("the map", lambda seen: seen["map"]["settled"])


def test_the_keyboard_begins_in_the_list_of_events(living: RealWindow) -> None:
    seen = living.look()
    assert (seen["focus"]["panel"], seen["focus"]["widget"]) == ("queue", "QueueView")


def test_a_click_on_a_row_shows_the_event_on_its_page_and_on_the_map(living: RealWindow) -> None:
    row = living.look()["queue"]["rows"][2]
    living.click(row["at"])
    item = ["event", row["key"]]
    seen = living.sees("the event on every panel", lambda seen: seen["page"]["item"] == seen["map"]["selected"] == item)
    assert seen["selection"] == item
    assert seen["queue"]["selected"] == row["key"]
    living.sees("its symbol inside the map", lambda seen: seen["map"]["inside"])
    living.sees("the report itself, from the hub", lambda seen: any(len(words) > 12 for words in seen["page"]["words"]))


def test_back_returns_to_the_event_before(living: RealWindow) -> None:
    rows = living.look()["queue"]["rows"][:2]
    for row in rows:
        living.click(row["at"])
        living.sees("it selected", lambda seen: seen["queue"]["selected"] == row["key"])  # noqa: B023
    living.key("alt+Left")
    living.sees("the one before", lambda seen: seen["selection"] == ["event", rows[0]["key"]])


def test_a_click_on_the_map_selects_in_the_list(living: RealWindow) -> None:
    row = living.look()["queue"]["rows"][0]
    living.click(row["at"])
    seen = living.sees("it selected", lambda seen: seen["map"]["selected"][1] == row["key"])
    living.click(seen["map"]["to_selected"])
    at = at_rest(living)
    assert living.look()["focus"]["panel"] == "map", "a click on its tools gives the map the keyboard"
    living.key("Escape")
    living.sees("nothing selected", lambda seen: seen["selection"] == ["", ""] and seen["queue"]["selected"] == "")
    living.click(at)
    living.sees("it selected again", lambda seen: seen["queue"]["selected"] == row["key"])


def at_rest(window: RealWindow) -> list[int]:
    """Where the selected event is on the screen, once the map moves no more and it stands near its middle."""
    places: list[list[int]] = []

    def rests(seen: Seen) -> bool:
        place, middle = seen["map"]["at"], seen["map"]["middle"]
        places.append(place)
        near = abs(place[0] - middle[0]) < 60 and abs(place[1] - middle[1]) < 60
        return near and places[-3:] == [place] * 3

    at: list[int] = window.sees("the map at rest", rests)["map"]["at"]
    return at


def test_arrows_walk_the_list_and_enter_selects(living: RealWindow) -> None:
    living.point(living.look()["map"]["middle"])
    living.key("Home")
    first = living.sees("the first row", lambda seen: seen["queue"]["cursor"])["queue"]["cursor"]
    living.key("Down", "Down", "Up", "Down", "Return")
    seen = living.sees("a row selected", lambda seen: seen["selection"][1] and seen["selection"][1] != first)
    assert seen["selection"] == ["event", seen["queue"]["cursor"]]
    assert seen["page"]["item"] == seen["selection"]


def test_f6_walks_every_panel_and_back(living: RealWindow) -> None:
    visited = [living.look()["focus"]["panel"]]
    for _ in range(6):
        before = visited[-1]
        living.key("F6")
        visited.append(living.sees("another panel", lambda seen: seen["focus"]["panel"] != before)["focus"]["panel"])  # noqa: B023
        if visited[-1] == visited[0]:
            break
    assert set(visited) >= PANELS
    assert visited[-1] == visited[0], "the walk is a round"
    assert living.look()["focus"]["widget"] == "QueueView", "and ends where it began"
    living.key("shift+F6")
    living.sees("the panel before", lambda seen: seen["focus"]["panel"] == visited[-2])


def test_the_palette_finds_a_command_by_initials_and_enter_runs_it(living: RealWindow) -> None:
    living.key("ctrl+k")
    seen = living.sees("the palette", lambda seen: seen["palette"])
    assert len(seen["palette"]["lines"]) > 8
    living.type("qhss")
    seen = living.sees("what fits", lambda seen: seen["palette"]["lines"][0] == "切换深色与浅色")
    living.key("Return")
    seen = living.sees("the light theme", lambda seen: seen["theme"] == "light" and seen["ground"] > 200)
    assert seen["palette"] is None
    assert seen["focus"]["widget"] == "QueueView", "the keyboard is where it was"
    living.key("ctrl+shift+l")
    living.sees("the dark theme", lambda seen: seen["theme"] == "dark" and seen["ground"] < 60)


def test_a_slash_opens_the_palette_where_nobody_types_and_is_text_where_somebody_does(living: RealWindow) -> None:
    opened = living.look()["palette_opened"]
    living.key("slash")
    seen = living.sees("the palette", lambda seen: seen["palette"])
    assert seen["palette"]["text"] == ""
    living.key("Escape")
    living.sees("it closed", lambda seen: not seen["palette"])
    living.key("ctrl+f", "slash")
    seen = living.sees("a slash in the field", lambda seen: seen["queue"]["search"] == "/")
    assert seen["palette_opened"] == opened + 1
    living.key("Escape")
    living.sees("an empty field", lambda seen: seen["queue"]["search"] == "")
    living.key("Escape")
    living.sees("the keyboard in the list", lambda seen: seen["focus"]["widget"] == "QueueView")


def test_an_event_is_found_by_its_words_in_the_palette(living: RealWindow) -> None:
    wanted = living.look()["queue"]["rows"][3]["key"]
    living.key("ctrl+k")
    living.sees("the palette", lambda seen: seen["palette"])
    living.type(wanted.partition("/")[2])
    living.sees("one line found", lambda seen: seen["palette"] and len(seen["palette"]["lines"]) == 1)
    living.key("Return")
    living.sees("the event selected", lambda seen: seen["selection"] == ["event", wanted])


def test_an_order_is_given_in_two_key_strokes_once_however_long_they_are_held_and_taken_back_in_one(
    living: RealWindow,
) -> None:
    living.key("Home", "Return")
    seen = living.sees("the form filled in", lambda seen: seen["order"] and seen["order"]["ready"])
    assert seen["selection"] == ["event", seen["queue"]["rows"][0]["key"]]
    assert seen["order"]["button"] == ["确认派遣", "Ctrl+Enter"]
    assert not seen["order"]["covered"], "no toast lies where orders are given"
    assert seen["focus"]["widget"] == "QueueView", "the keyboard stays in the list"
    living.hand("keydown", "ctrl", "keydown", "Return", "sleep", "1.5", "keyup", "Return", "keyup", "ctrl")
    seen = living.sees("the order given out", lambda seen: seen["order"]["states"])
    assert seen["order"]["issued"] == 1
    assert seen["focus"]["widget"] == "QueueView"
    living.key("F8")
    # where the machine was slow the unit has accepted by now, and that is said
    living.sees(
        "it taken back",
        lambda seen: seen["order"]["states"] == ["recalled"] or any("没有可以撤回" in said for said in seen["toasts"]),
    )
    seen = living.look()
    assert seen["order"]["issued"] == 1
    assert seen["toasts"]
    assert not seen["order"]["covered"]


def test_the_map_is_zoomed_and_moved_by_wheel_and_keys(living: RealWindow) -> None:
    seen = living.look()
    living.point(seen["map"]["middle"])
    living.hand("click", "--repeat", "3", "4")
    nearer = living.sees("the map nearer", lambda now: now["map"]["zoom"] > seen["map"]["zoom"] + 0.2)
    living.click(seen["map"]["middle"])
    living.sees("the keyboard in the map", lambda now: now["focus"]["panel"] == "map")
    living.key("minus", "minus", "minus")
    living.sees("the map farther", lambda now: now["map"]["zoom"] < nearer["map"]["zoom"] - 0.2)


def test_the_language_changes_while_it_runs(living: RealWindow) -> None:
    living.key("ctrl+shift+e")
    seen = living.sees("English", lambda seen: seen["lang"] == "en")
    assert seen["title"] == "City cockpit · Hangzhou · duty desk"
    assert not any("件" in word for word in seen["page"]["words"])


def test_a_click_on_the_strip_does_what_its_key_does(living: RealWindow) -> None:
    seen = living.look()
    living.click(seen["strip"]["language"])
    seen = living.sees("Chinese", lambda seen: seen["lang"] == "zh")  # whose words are shorter: the switches moved
    living.click(seen["strip"]["theme"])
    seen = living.sees("the light theme", lambda seen: seen["theme"] == "light")
    living.click(seen["strip"]["palette"])
    living.sees("the palette", lambda seen: seen["palette"])
    living.key("Escape")
    living.sees("no palette", lambda seen: not seen["palette"])


def test_ctrl_q_ends_it_and_leaves_nothing_behind(living: RealWindow) -> None:
    family = living.children()
    names = {" ".join(process.cmdline()) for process in family}
    assert len(family) >= 3, f"hub, bus and city: {names}"
    living.key("ctrl+q")
    assert living.process.wait(30) == 0
    wait_for("the end of every child", lambda: not any(psutil.pid_exists(process.pid) for process in family))
    crash = living.profile / "logs" / "crash.txt"
    assert not crash.exists(), crash.read_text("utf-8")


def test_started_again_without_hub_it_asks_nothing_and_shows_what_it_knew(xvfb: str, home: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # held, so that nobody else answers there
        hub = f"nats://127.0.0.1:{nobody.getsockname()[1]}"
        again = RealWindow(xvfb, home / "profile", "--hub", hub, env=environment(home))
        try:
            seen = again.open()
            assert seen["queue"]["count"] > 20, "the picture of the run before"
            assert seen["dialog"] is None
            assert (seen["name"], seen["theme"], seen["lang"]) == ("Wang Qiang", "light", "zh")
            seen = again.sees("the sentence about the hub", lambda seen: seen["banner"])
            assert "画面停在" in seen["banner"]
            assert again.look()["feeds"]["live"] in range(7)
            again.key("ctrl+q")
            assert again.process.wait(20) == 0
        finally:
            again.close()
    assert os.path.exists(home / "profile" / "prefs.json")
