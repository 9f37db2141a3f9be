"""Bad input at the edges of the real program: one clear sentence, or it goes on and says it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nats.aio.msg import Msg

from cockpit.bus import subjects
from cockpit.bus.asks import PROTOCOL
from cockpit.bus.client import connect
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys
from cockpit.bus.where import OwnHub
from cockpit.children import Children
from cockpit.launch import RememberedCity, lasting_name
from cockpit.model.clock import HOUR, SECOND, SystemClock
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Refusal
from cockpit.model.ports.link import LinkState
from cockpit.packs.read import read_pack
from cockpit.paths import assets_dir
from cockpit.processes import free_port, write_private
from cockpit.seat import Seat
from cockpit.seat.feeds import FeedsOfSeat
from tests import leaks
from tests.full_disk import fill, small_disk
from tests.story import (
    OpenSeat,
    a_home,
    open_seat,
    run,
    sentence,
    standing_city,
    standing_hub,
)

pytestmark = [pytest.mark.system, pytest.mark.slow]

CITY = "lujiazui"
clock = SystemClock()
zh = texts("zh")
NOBODY = "nats://127.0.0.1:9"
"""Where no hub is."""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with a_home() as home:
        (home / "file").write_text("a file and no folder")
        yield home
    leaks.kept_processes.clear()


@pytest.fixture(scope="module")
def platform(home: Path) -> Iterator[str]:
    """Address of a city that stands by itself."""
    with standing_city(home) as url:
        yield url


@pytest.fixture(scope="module")
def hub(home: Path, platform: str) -> Iterator[Path]:
    """Profile of a hub that stands by itself."""
    with standing_hub(home / "hall", home, platform):
        yield home / "hall"


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("run --city hangzou", "hangzhou"),
        ("run --city {home}/nowhere/", "pack.toml"),
        ("run --city {home}/typo/", "pack.toml"),
        ("run --city http://127.0.0.1:9", "--pack"),
        ("run --city ftp://127.0.0.1:9", "--pack"),
        ("run --size big", "1920x1080"),
        ("run --size 100x100", "1920x1080"),
        ("run --seat throne", "--help"),
        ("run --nonsense", "--help"),
        ("run --profile {home}/file/profile", "file/profile"),
        ("run --shot {home}/file/shot.png", "shot.png"),
        ("run --shot {home}", "{home}"),
        ("run --layout {home}/bad.toml --shot {home}/x.png", "bad.toml"),
        ("run --hub http://127.0.0.1:4222", "nats://"),
        ("run --hub nats://me:secret@127.0.0.1:4222", "--key"),
        ("run --hub nats://127.0.0.1:4222 --key {home}/none.json", "none.json"),
        ("run --hub nats://127.0.0.1:4222 --key {home}/file", "{home}/file"),
        ("run --start yesterday", "yesterday"),
        ("run --speed 500", "240"),
        ("hub --port 0", "--city"),
        ("hub --port {taken} --city http://127.0.0.1:9 --pack lujiazui --profile {home}/second", "{taken}"),
        ("hub --port 70000 --city http://127.0.0.1:9 --pack lujiazui --profile {home}/second", "70000"),
        ("hub --port 0 --city http://127.0.0.1:9 --pack lujiazui --profile {home}/file/hub", "file/hub"),
        ("city serve --port {taken} --city lujiazui", "{taken}"),
        ("city fault flood", "--help"),
        ("city fault down --url http://127.0.0.1:9", "127.0.0.1:9"),
    ],
)
def test_what_can_not_be_is_refused_in_one_sentence_that_names_it(home: Path, arguments: str, words: str) -> None:
    shutil.copytree(assets_dir() / "cities" / CITY, home / "typo", dirs_exist_ok=True)
    pack = home / "typo" / "pack.toml"
    pack.write_text(pack.read_text("utf-8").replace("source =", "sauce =", 1), "utf-8")
    (home / "bad.toml").write_text('name = "x"\nnonsense = [', "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = {"home": home, "taken": taken.getsockname()[1]}
        profile = home / f"refused-{abs(hash(arguments))}"
        more = ["--profile", profile] if arguments.startswith("run") and "--profile" not in arguments else []
        said = sentence(run(home, *arguments.format(**given).split(), *more))
    assert words.format(**given) in said


def test_a_refusal_is_said_in_english_where_english_is_spoken(home: Path) -> None:
    done = run(home, "run", "--size", "big", COCKPIT_LANG="en")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a size" in done.stderr


def test_without_a_display_there_is_a_sentence_and_no_abort(home: Path) -> None:
    done = run(home, "run", "--profile", home / "blind", "--city", CITY, QT_QPA_PLATFORM="")
    assert "offscreen" in sentence(done)


# -- what is gone on with ----------------------------------------------------------------------------------------------


def live(seat: OpenSeat) -> None:
    """Waits until the seat is joined and units move in its picture."""
    at = clock.now()
    seat.until(lambda it: it.link.state is LinkState.LIVE, "joined")
    seat.until(lambda it: newest_fix(it) > at, "units move")
    seat.until(lambda it: len(it.picture["event"]), "events")


def newest_fix(seat: Seat) -> int:
    return int(seat.picture["unit"].numbers("received").max(initial=0))


def spoil(file: Path, how: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if how == "corrupt":
        file.write_bytes(b"SQLite format 3\x00" + b"\xa5" * 9000)
    else:
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA user_version = 99")
        connection.close()


SPOILT = [("corrupt", "store.corrupt"), ("future", "store.from_future")]


@pytest.mark.parametrize(("how", "said"), SPOILT)
def test_a_seat_on_a_spoilt_cache_says_so_and_goes_live(hub: Path, tmp_path: Path, how: str, said: str) -> None:
    spoil(tmp_path / CITY / "cache.db", how)
    with open_seat(tmp_path, OwnHub(hub), CITY) as seat:
        assert [notice.id for notice in seat.seat.notices] == [said]
        live(seat)
    with open_seat(tmp_path, OwnHub(tmp_path), CITY) as again:
        assert len(again.seat.picture["event"])


@pytest.mark.parametrize(("how", "said"), SPOILT)
def test_a_hub_on_a_spoilt_memory_says_so_and_serves(
    home: Path, platform: str, tmp_path: Path, how: str, said: str
) -> None:
    spoil(tmp_path / "hub" / "hub.db", how)
    with (
        standing_hub(tmp_path / "hub", home, platform) as hub,
        open_seat(tmp_path, OwnHub(tmp_path / "hub"), CITY) as seat,
    ):
        live(seat)
        lines = hub.err.read_text("utf-8").splitlines()
    expected = zh(Message(said)).partition("{file}")[2][:6]
    assert [line for line in lines if "hub.db" in line and expected in line]
    assert "Traceback" not in "".join(lines)


def test_the_program_opens_on_a_spoilt_cache_and_keeps_what_is_left_of_it(home: Path) -> None:
    cache = home / "spoilt" / CITY / "cache.db"
    spoil(cache, "corrupt")
    shot = ("--json", "--shot", home / "spoilt.png", "--after", "0")
    done = run(home, "run", "--profile", home / "spoilt", "--hub", NOBODY, "--city", CITY, *shot)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"] == 0
    assert "Traceback" not in done.stderr
    assert [file.name for file in cache.parent.glob("cache.db.corrupt-*")]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"pack": 7}', None])
def test_a_damaged_note_of_the_last_city_is_as_none(tmp_path: Path, content: bytes | None) -> None:
    RememberedCity("lujiazui", "http://127.0.0.1:9").keep(tmp_path)
    assert RememberedCity.of(tmp_path).url == "http://127.0.0.1:9"
    if content is None:
        (tmp_path / "city.json").unlink()
    else:
        (tmp_path / "city.json").write_bytes(content)
    assert RememberedCity.of(tmp_path) == RememberedCity()


def test_a_pack_in_a_folder_is_remembered_wherever_the_next_start_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(assets_dir() / "cities" / CITY, tmp_path / "ours")
    monkeypatch.chdir(tmp_path)
    for name, lasting in (("ours", str(tmp_path / "ours")), ("./ours/", str(tmp_path / "ours")), (CITY, CITY)):
        assert lasting_name(name, read_pack(name)) == lasting


def test_a_hub_that_gives_up_is_said_in_its_own_words_and_tried_again(platform: str, tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("a file where a folder is wanted")
    children = Children(tmp_path, CITY, platform, [], clock)
    where = OwnHub(tmp_path / "hub", children.failure_of_hub)
    try:
        with open_seat(tmp_path, where, CITY) as seat:

            def problem(_: Seat) -> bool:
                children.poll()
                return "不能写入" in seat.problem()

            seat.until(problem, "the reason is said")
            assert str(tmp_path / "hub") in seat.problem()
            (tmp_path / "hub").unlink()

            def joined(it: Seat) -> bool:
                children.poll()
                return it.link.state is LinkState.LIVE

            seat.until(joined, "joined once the folder can be made")
    finally:
        children.stop()


def test_a_city_whose_port_was_taken_moves_and_the_hub_follows(tmp_path: Path) -> None:
    children = Children(tmp_path, CITY, "", ["--units", "3"], clock)
    hub, city = children.all
    port = int(children.base_url.rpartition(":")[2])
    try:
        with socket.create_server(("127.0.0.1", port)), open_seat(tmp_path, OwnHub(tmp_path / "hub"), CITY) as seat:

            def moving(it: Seat) -> bool:
                children.poll()
                return newest_fix(it) > 0

            seat.until(moving, "units move")
            assert not children.base_url.endswith(f":{port}")
            assert (hub.restarts, city.restarts) != (0, 0)
    finally:
        children.stop()


def test_a_damaged_key_is_made_anew(home: Path, platform: str, tmp_path: Path) -> None:
    keys = tmp_path / "hub" / "keys"
    keys.mkdir(parents=True)
    for name in ("hub", "seat-1"):
        (keys / f"{name}.json").write_bytes(b'{"name": "hu')
    with standing_hub(tmp_path / "hub", home, platform), open_seat(tmp_path, OwnHub(tmp_path / "hub"), CITY) as seat:
        live(seat)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "seat.hub_nonsense"),
        (b"\xc1 no message pack", "seat.hub_nonsense"),
        (msgspec.msgpack.encode({"protocol": PROTOCOL, "hub": 7}), "seat.hub_nonsense"),
        (msgspec.msgpack.encode([1, 2]), "seat.other_version"),
        (None, "seat.hub_silent"),
    ],
)
def test_a_hub_that_answers_nonsense_is_said_and_tried_again(tmp_path: Path, answer: bytes | None, said: str) -> None:
    profile = tmp_path / "hub"
    keys = Keys(profile)
    bus = NatsServer(profile, free_port(), keys.ensure(), clock)
    bus.start()

    async def respond(message: Msg) -> None:
        if answer is not None:
            await message.respond(answer)

    async def story(seat: OpenSeat) -> None:
        hub = await connect(bus.url, keys.hub(), "hub", lambda: None)
        if answer is not None:
            await hub.subscribe(subjects.ALL_ASKS, cb=respond)
        async with asyncio.timeout(60):
            while (link := seat.seat.link).tries < 2 or link.problem is None or link.problem.id != said:
                seat.seat.tick()
                await asyncio.sleep(0.02)
        await hub.close()

    write_private(profile / "hub.json", json.dumps({"url": bus.url, "pid": os.getpid()}))
    try:
        with open_seat(tmp_path, OwnHub(profile), CITY) as seat:
            asyncio.run(story(seat))
            assert seat.problem() != said
            assert "{" not in seat.problem()
    finally:
        bus.stop()


# -- a full disk -------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk(32, "tests/test_store_states.py fills files") as folder:
        yield folder


def test_on_a_full_disk_hub_and_seat_go_on_and_write_again_when_there_is_space(
    home: Path, platform: str, disk: Path
) -> None:
    profile = disk / "hub"
    with standing_hub(profile, home, platform) as hub, open_seat(disk / "desk", OwnHub(profile), CITY) as seat:
        live(seat)
        ballast = fill(disk)

        def said(words: str) -> None:
            seat.until(lambda it: any(words in zh(notice) for notice in it.notices), f"the seat says {words}")
            seat.until(lambda _: words in hub.err.read_text("utf-8"), f"the hub says {words}")

        said("磁盘已满")
        hub.await_child(("nats-server",)).kill()
        seat.until(lambda it: it.link.state is not LinkState.LIVE, "the loss is noticed")
        live(seat)
        ballast.unlink()
        said("已恢复写入")


def test_a_profile_on_a_full_disk_opens_on_what_it_knew(home: Path, hub: Path, disk: Path) -> None:
    with open_seat(disk, OwnHub(hub), CITY) as seat:
        live(seat)
        known = len(seat.seat.picture["event"])
    fill(disk)
    shot = ("--json", "--shot", home / "full.png", "--after", "0")
    done = run(home, "run", "--profile", disk, "--hub", NOBODY, "--city", CITY, *shot)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"] == known


# -- faults of the platform --------------------------------------------------------------------------------------------


@pytest.fixture
def joined(hub: Path, tmp_path: Path) -> Iterator[OpenSeat]:
    """A seat with a living picture and no feed in trouble."""
    with open_seat(tmp_path, OwnHub(hub), CITY) as seat:
        live(seat)
        well(seat)
        yield seat


def well(seat: OpenSeat) -> None:
    seat.until(lambda it: not any(feed(it, spec.id)["problem"] for spec in it.pack.feeds), "no feed is in trouble")


def feed(seat: Seat, name: str) -> dict[str, Any]:
    table = seat.picture["feed"]
    row = table.row_of(name)
    return dict(table.row(row)) if row is not None else {"problem": "not told of", "bad": 0, "lag": 0, "good": 0}


def fault(home: Path, platform: str, name: str, seconds: float) -> None:
    done = run(home, "city", "fault", name, "--seconds", str(seconds), "--url", platform)
    assert json.loads(done.stdout) == {"fault": name, "seconds": seconds}


def refused(seat: OpenSeat, name: str) -> list[Refusal]:
    """What is in quarantine."""
    answers: list[list[Refusal] | Message] = []
    FeedsOfSeat(seat.seat).quarantine(name, answers.append)
    answer = seat.until(lambda _: answers, "the hub answers")[0]
    assert isinstance(answer, list), answer
    return answer


def test_garbage_is_in_quarantine_with_its_reason_and_good_items_go_on(
    home: Path, platform: str, joined: OpenSeat
) -> None:
    names = ("events", "positions", "sensors")
    begin = {name: feed(joined.seat, name)["bad"] for name in names}
    fault(home, platform, "garbage", 60)

    def all_bad(seat: Seat) -> bool:
        if feed(seat, "sensors")["bad"] == begin["sensors"]:
            seat.retry("sensors")
        return all(feed(seat, name)["bad"] > begin[name] for name in names)

    joined.until(all_bad, "stream, socket and poll brought garbage")
    at = clock.now()
    joined.until(lambda it: newest_fix(it) > at, "good positions go on between")
    fault(home, platform, "garbage", 0.01)
    for name in names:
        found = refused(joined, name)
        assert found
        for one in found:
            sentence = zh(one.reason)
            assert sentence != one.reason.id
            assert "{" not in sentence
            assert one.sample
    well(joined)
    live(joined)


def test_a_dropped_stream_is_said_and_heals_by_itself(home: Path, platform: str, joined: OpenSeat) -> None:
    known = len(joined.seat.picture["event"])
    fault(home, platform, "sse-drop", 2)
    joined.until(lambda it: feed(it, "events")["problem"], "the feed says that it is in trouble")
    assert zh(Message(feed(joined.seat, "events")["problem"])) != feed(joined.seat, "events")["problem"]
    assert len(joined.seat.picture["event"]) >= known
    at = clock.now()
    joined.until(lambda it: newest_fix(it) > at, "the other feeds go on")
    well(joined)


def test_a_slow_platform_is_waited_for(home: Path, platform: str, joined: OpenSeat) -> None:
    bad = {spec.id: feed(joined.seat, spec.id)["bad"] for spec in joined.seat.pack.feeds}
    at = clock.now()
    fault(home, platform, "slow", 2)
    joined.until(lambda it: newest_fix(it) > at + 2 * SECOND, "positions come, late")
    well(joined)
    assert {spec.id: feed(joined.seat, spec.id)["bad"] for spec in joined.seat.pack.feeds} == bad


def test_a_clock_that_is_an_hour_ahead_is_measured_and_nothing_is_refused(
    home: Path, platform: str, joined: OpenSeat
) -> None:
    bad = feed(joined.seat, "positions")["bad"]
    fault(home, platform, "clock-skew", 3)
    joined.until(lambda it: feed(it, "positions")["lag"] < -0.9 * HOUR, "the skew is measured")
    joined.until(lambda it: abs(feed(it, "positions")["lag"]) < 60 * SECOND, "and gone with its cause")
    assert feed(joined.seat, "positions")["bad"] == bad


def test_a_platform_that_is_down_is_said_and_the_picture_stays_until_it_is_back(
    home: Path, platform: str, joined: OpenSeat
) -> None:
    known = len(joined.seat.picture["event"])
    fault(home, platform, "down", 3)
    for name in ("events", "positions"):
        joined.until(lambda it, name=name: feed(it, name)["problem"], f"{name} is in trouble")
    assert len(joined.seat.picture["event"]) >= known
    live(joined)
    well(joined)


def test_a_platform_that_lost_its_memory_is_another_story_told_from_its_beginning(
    home: Path, platform: str, joined: OpenSeat
) -> None:
    run_before = joined.seat.clock.city.run
    fault(home, platform, "restart", 1)
    joined.until(lambda it: it.clock.city.run != run_before, "the other run is known")
    live(joined)
    well(joined)
