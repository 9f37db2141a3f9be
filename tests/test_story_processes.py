"""The story of the processes: they start together, each dies and comes back alone, and none is left behind."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cockpit.bus.where import NamedHub, OwnHub
from cockpit.heartbeat import BEAT_SECONDS
from cockpit.model.clock import SECOND, SystemClock
from cockpit.model.ports.link import LinkState
from cockpit.packs.read import read_pack
from cockpit.processes import free_port
from cockpit.seat import Seat
from cockpit.ui.summary import feed_counts
from tests import leaks
from tests.story import (
    EVENING,
    EVERY_CHILD,
    GATEWAY,
    PATIENCE,
    Kept,
    Program,
    a_home,
    all_gone,
    open_seat,
    run,
    sentence,
    standing_city,
    standing_hub,
    until,
)

pytestmark = [pytest.mark.system, pytest.mark.slow]

HUB, BUS, CITY = EVERY_CHILD
QUICK_FEED = "positions"
"""The feed that speaks every second or two."""
STREAMS = {"events", "positions"}
"""The feeds whose connection stands; the others ask now and then."""

clock = SystemClock()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with a_home() as home:
        yield home


@pytest.fixture(scope="module")
def seat(home: Path) -> Iterator[Program]:
    """A seat with all its children, which the tests here kill in turn."""
    with Program(home, "run", "--profile", home / "desk", *EVENING) as seat:
        seat.children()
        kept = Kept(home / "desk")
        until(lambda: kept.all_spoke() and kept.events(), "every feed has brought something", besides=kept.feeds)
        seat.keep()
        yield seat
    leaks.kept_processes.clear()


def shooting(file: Path, seconds: str) -> tuple[str | Path, ...]:
    """Options of a seat that draws its picture after so many seconds."""
    return ("--shot", file, "--after", seconds, "--json")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("city", ["hangzhou", "lujiazui"])
def test_a_cold_start_is_a_living_city_and_its_end_leaves_no_process(home: Path, city: str) -> None:
    shot = home / "shots" / f"{city}.png"
    feeds = {"waiting": 0, "live": len(read_pack(city).feeds), "stale": 0, "dead": 0}
    for seconds in ("18", "45"):  # a machine that is busy with other things gets a second chance
        profile = home / f"cold-{city}-{seconds}"
        with Program(home, "run", *EVENING, *shooting(shot, seconds), "--city", city, "--profile", profile) as seat:
            children = seat.children()
            report = seat.answer()
            assert seat.wait() == 0, seat.err.read_text()
        if report["feeds"] == feeds:
            break
    assert report["feeds"] == feeds
    assert report["events"] > 0
    assert report["first_picture_ms"] > 0
    assert shot.read_bytes().startswith(b"\x89PNG")
    assert all_gone(children)
    assert "Traceback" not in seat.err.read_text("utf-8")


def test_a_killed_bus_is_started_again_by_the_hub_alone(home: Path, seat: Program) -> None:
    hub, bus, city = seat.children()
    at = clock.now()
    bus.kill()
    seat.await_child(BUS, other_than=bus)
    until(lambda: Kept(home / "desk").hears(QUICK_FEED, at), "the picture is live again")
    assert hub.is_running()
    assert city.is_running()
    seat.keep()


def test_a_killed_hub_takes_the_bus_along_and_both_come_back_alone(home: Path, seat: Program) -> None:
    hub, bus, city = seat.children()
    at = clock.now()
    hub.kill()
    assert all_gone([hub, bus])
    seat.await_child(HUB, other_than=hub)
    until(lambda: Kept(home / "desk").hears(QUICK_FEED, at + SECOND), "the picture is live again")
    assert city.is_running()
    seat.keep()


@pytest.mark.timeout(300)
def test_a_hub_that_hangs_is_ended_and_started_again_by_the_seat(home: Path, seat: Program) -> None:
    hub, bus, city = seat.children()
    at = clock.now()
    hub.suspend()
    assert all_gone([hub, bus])
    seat.await_child(HUB, other_than=hub)
    until(lambda: Kept(home / "desk").hears(QUICK_FEED, at + SECOND), "the picture is live again", seconds=120)
    assert city.is_running()
    seat.keep()


@pytest.mark.timeout(300)
def test_a_gateway_that_hangs_is_ended_and_started_again_by_the_hub(home: Path, seat: Program) -> None:
    hub = seat.await_child(HUB)
    gateway = seat.await_child(GATEWAY)
    note = home / "desk" / "hub" / "field.json"
    until(lambda: note.exists() and json.loads(note.read_bytes())["pid"] == gateway.pid, "devices can come")
    gateway.suspend()
    assert all_gone([gateway])
    seat.await_child(GATEWAY, other_than=gateway)
    assert hub.is_running()
    seat.keep()


def test_a_killed_city_comes_back_alone_and_the_picture_stays_meanwhile(home: Path, seat: Program) -> None:
    kept = Kept(home / "desk")
    hub, bus, city = seat.children()
    before = kept.events()
    city.kill()
    at = clock.now()
    while seat.child(CITY) in (None, city) or not kept.hears("events", at):
        assert kept.events().keys() >= before.keys() or kept.hears("events", at), "events left with the city"
        assert clock.now() - at < 60 * SECOND, "the city does not come back"
    until(lambda: kept.hears(QUICK_FEED, at), "the units move again")
    assert kept.events()
    assert hub.is_running()
    assert bus.is_running()
    seat.keep()


def test_a_second_start_brings_the_first_forward_and_starts_nothing(home: Path, seat: Program) -> None:
    before = seat.children()
    done = run(home, "run", "--profile", home / "desk", *EVENING)
    assert done.returncode == 0
    assert "已经打开" in done.stdout
    assert done.stderr == ""
    assert seat.children() == before


def test_another_way_to_the_same_profile_is_the_same_profile(home: Path, seat: Program) -> None:
    (home / "other-way").symlink_to(home / "desk")
    assert run(home, "run", "--profile", home / "other-way").returncode == 0


def test_a_hub_is_one_a_profile(home: Path, seat: Program) -> None:
    said = sentence(
        run(home, "hub", "--profile", home / "desk" / "hub", "--city", "http://127.0.0.1:9", "--pack", "hangzhou")
    )
    assert str(home / "desk" / "hub") in said
    seat.await_child(HUB)


def test_a_picture_is_taken_beside_an_open_seat_by_its_hub(home: Path, seat: Program) -> None:
    before = seat.children()
    options = ("--profile", home / "desk", *shooting(home / "beside.png", "3"))
    with Program(home, "run", *options) as beside:
        report = beside.answer()
        assert beside.tree() == [], "it starts nothing of its own"
        assert beside.wait() == 0, beside.err.read_text()
    assert report["feeds"]["live"] >= 1
    assert report["events"] > 0
    assert seat.children() == before
    at = clock.now()
    until(lambda: Kept(home / "desk").hears(QUICK_FEED, at), "the open seat goes on")
    assert json.loads((home / "desk" / "hub" / "hub.json").read_bytes())["pid"] == before[0].pid


def test_a_killed_seat_takes_everything_along(home: Path, seat: Program) -> None:
    children = seat.children()
    seat.kill()
    assert all_gone(children)


@pytest.mark.parametrize("moment", ["its children start", "its window opens"])
def test_ctrl_c_ends_a_seat_that_is_only_starting(home: Path, moment: str) -> None:
    def sockets() -> set[Path]:
        return set((home / "run" / "city-cockpit").glob("seat-*.sock"))

    before = sockets()
    with Program(home, "run", "--city", "lujiazui", "--profile", home / "interrupted") as seat:
        children = [seat.await_child(HUB), seat.await_child(CITY)]
        if moment == "its window opens":
            until(lambda: sockets() - before, "the seat listens")
        assert seat.interrupt() in (0, -signal.SIGINT)
        assert all_gone(children)


# -- the plug ----------------------------------------------------------------------------------------------------------


def test_without_the_city_the_picture_stays_and_grows_old_also_over_a_new_start(home: Path) -> None:
    profile = home / "plug"
    kept = Kept(profile, "lujiazui")
    with Program(home, "city", "serve", "--port", "0", "--city", "lujiazui", *EVENING) as city:
        url = city.answer()["url"]
        with Program(home, "run", "--profile", profile, "--city", url) as seat:
            until(lambda: kept.all_spoke() and kept.events(), "every feed has brought something", besides=kept.feeds)
            tree = [seat.await_child(HUB), seat.await_child(BUS)]
            assert seat.child(CITY) is None
            city.end()
            # a stream is refused when all that had come of it is read: until then the hub goes on telling of it
            until(lambda: kept.refused() >= STREAMS, "the feeds say that the city is gone")
            with open_seat(home / "visitor", OwnHub(profile / "hub"), "lujiazui") as visitor:
                visitor.until(lambda it: stamps(it) == kept.events(), "a seat that joins now sees it all")
                before = kept.events()
                visitor.until(lambda it: feed_counts(it)["stale"] > 0, "the feeds grow old")
                at, city_time = clock.now(), visitor.seat.clock.now()
            assert kept.events() == before
            spoke = kept.feeds()
            seat.kill()
            assert all_gone(tree)
    with Program(home, "run", "--profile", profile, *shooting(home / "plug.png", "5")) as seat:
        report = seat.answer()
        assert seat.wait() == 0, seat.err.read_text()
    assert report["events"] == len(before)
    assert report["feeds"]["waiting"] == 0
    assert report["feeds"]["stale"] + report["feeds"]["dead"] > 0
    assert kept.events() == before, "every stamp is the one of then"
    assert kept.feeds() == spoke
    with open_seat(profile, OwnHub(profile / "hub"), "lujiazui") as alone:
        assert len(alone.seat.picture["event"]) == len(before)
        passed = clock.now() - at
        assert abs(alone.seat.clock.now() - city_time - passed) < SECOND, "the city's clock went on, so ages grew"


# -- a hub for several -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def platform(home: Path) -> Iterator[str]:
    """Address of a city that stands by itself."""
    with standing_city(home) as url:
        yield url


@pytest.fixture(scope="module")
def hub(home: Path, platform: str) -> Iterator[Program]:
    """A hub that stands by itself."""
    with standing_hub(home / "hall", home, platform) as hub:
        yield hub


def bus_of(hub: Program) -> str:
    return str(hub.answer()["url"])


@pytest.mark.timeout(300)
def test_a_hub_tells_systemd_that_it_can_be_joined_and_lives_and_falls_silent_when_it_hangs(
    home: Path, platform: str
) -> None:
    said = home / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(said))
        heard.settimeout(PATIENCE)
        options = ("--profile", home / "watched", "--city", platform, "--port", "0")
        with Program(home, "hub", *options, NOTIFY_SOCKET=str(said)) as hub:
            assert heard.recv(100) == b"READY=1"
            assert hub.answer()["url"]
            assert [heard.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
            hub.process.send_signal(signal.SIGSTOP)
            until(lambda: psutil.Process(hub.process.pid).status() == psutil.STATUS_STOPPED, "it stands still")
            heard.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while heard.recv(100):
                    pass
            heard.settimeout(4 * BEAT_SECONDS)
            with pytest.raises(TimeoutError):
                heard.recv(100)
            hub.process.send_signal(signal.SIGABRT)  # as systemd does then
            hub.process.send_signal(signal.SIGCONT)
            assert hub.wait() == -signal.SIGABRT
            assert "Current thread" in hub.err.read_text("utf-8")  # where it stood


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit_of_a_hub() -> None:
    unit = Path(__file__).parent.parent / "packaging" / "cockpit-hub.service"
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "cockpit-hub" in line]) == (0, [])


def test_two_seats_join_a_hub_by_its_address_and_see_the_same(home: Path, hub: Program) -> None:
    def seat(name: str) -> Program:
        return Program(home, "run", "--hub", bus_of(hub), "--city", "lujiazui", "--profile", home / name)

    left, right = Kept(home / "left", "lujiazui"), Kept(home / "right", "lujiazui")
    at = clock.now()
    with seat("left") as one, seat("right") as other:
        until(lambda: left.hears(QUICK_FEED, at) and right.hears(QUICK_FEED, at), "both hear the city")
        until(lambda: left.events() and left.events() == right.events(), "both see the same events")
        assert one.tree() == other.tree() == []
    assert hub.process.poll() is None


@pytest.fixture
def profile(home: Path, hub: Program, tmp_path: Path) -> Path:
    """A profile with a picture of before."""
    kept = Kept(home / "known", "lujiazui")
    if not kept.file.exists():
        with open_seat(home / "known", OwnHub(home / "hall"), "lujiazui") as seat:
            seat.until(lambda it: len(it.picture["event"]), "events")
    shutil.copytree(home / "known", tmp_path / "known")
    return tmp_path / "known"


def test_a_seat_whose_hub_is_not_there_shows_what_it_knew_and_says_so(home: Path, profile: Path) -> None:
    nobody = f"nats://127.0.0.1:{free_port()}"
    known = len(Kept(profile, "lujiazui").events())
    shot = shooting(home / "nobody.png", "0")
    with Program(home, "run", "--hub", nobody, "--profile", profile, "--city", "lujiazui", *shot) as seat:
        report = seat.answer()
    assert report["events"] == known > 0
    with open_seat(profile, NamedHub(nobody, None), "lujiazui") as seat:
        assert len(seat.seat.picture["event"]) == known
        seat.until_said(nobody)
    key = home / "hall" / "keys" / "seat-1.json"
    with open_seat(profile, NamedHub(nobody, key), "lujiazui") as seat:
        seat.until_said("连不上")
        assert len(seat.seat.picture["event"]) == known


OTHER_VERSION = """
import cockpit
from cockpit.bus import asks
asks.PROTOCOL += 1
cockpit.__version__ = "9.9"
import sys
from cockpit.cli import main
sys.exit(main())
"""


def test_a_hub_of_another_version_is_said_and_the_picture_stays(home: Path, platform: str, profile: Path) -> None:
    known = len(Kept(profile, "lujiazui").events())
    command = [sys.executable, "-c", OTHER_VERSION]
    options = ("--profile", home / "newer", "--city", platform, "--port", "0")
    with Program(home, "hub", *options, command=command) as newer:
        newer.answer()
        with open_seat(profile, OwnHub(home / "newer"), "lujiazui") as seat:
            seat.until_said("9.9")
            assert "升级" in seat.problem()
            assert seat.seat.link.state is LinkState.STARTING
            assert len(seat.seat.picture["event"]) == known > 0


def test_a_hub_of_another_city_is_said(hub: Program, home: Path, tmp_path: Path) -> None:
    with open_seat(tmp_path, OwnHub(home / "hall"), "hangzhou") as seat:
        seat.until_said("--city lujiazui")


def test_a_seat_finds_its_hub_again_however_often_the_bus_dies(hub: Program, home: Path, profile: Path) -> None:
    with open_seat(profile, OwnHub(home / "hall"), "lujiazui") as seat:
        for _ in range(4):
            seat.until(lambda it: it.link.state is LinkState.LIVE, "joined")
            hub.await_child(("nats-server",)).kill()
            seat.until(lambda it: it.link.state is not LinkState.LIVE, "the loss is noticed")
        at = clock.now()
        seat.until(lambda it: it.link.state is LinkState.LIVE, "joined again")
        seat.until(lambda it: newest_fix(it) > at, "units move again")
    hub.keep()


def stamps(seat: Seat) -> dict[str, tuple[int, int, int]]:
    """As `Kept.events`, of the picture of a seat in this process."""
    events = seat.picture["event"]
    times = (events.numbers(name).tolist() for name in ("occurred", "updated", "received"))
    return dict(zip(events.keys, zip(*times, strict=True), strict=True))


def newest_fix(seat: Seat) -> int:
    """When the last position arrived."""
    return int(seat.picture["unit"].numbers("received").max(initial=0))
