"""A seat is opened beside the loading of Qt, shows what it knew, and only then joins the hub."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.model.clock import ManualClock
from cockpit.model.layout_read import read_layout_file
from cockpit.opening import SeatOpening
from cockpit.packs.read import read_pack
from cockpit.seat import Seat
from cockpit.store.cache import Cache
from cockpit.ui.app import FirstPicture
from cockpit.ui.desk import Desk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from tests.living_picture import NOW, event_row, put
from tests.store_rows import events
from widgets.kit.fonts import load_fonts

offscreen = pytest.mark.qt_log_ignore("This plugin does not support")


def opening(profile: Path) -> SeatOpening:
    return SeatOpening(profile, read_pack("lujiazui"), OwnHub(profile / "hub"), ManualClock(NOW))


def test_an_opened_seat_holds_what_its_cache_kept(tmp_path: Path) -> None:
    assert not opening_of_nothing(tmp_path).was_here
    cache = Cache.open(tmp_path / "lujiazui" / "cache.db", ManualClock(NOW))
    cache.upsert("event", events({"key": "events/1"}, {"key": "events/2"}))
    assert cache.close()
    opened = opening(tmp_path)
    assert opened.was_here
    seat = opened.seat()
    table = seat.picture["event"]
    assert sorted(table.keys) == ["events/1", "events/2"]
    assert [table.row_of(key) for key in table.keys] == [0, 1]
    assert table.row_of("events/3") is None
    seat.close()
    opened.close()


def opening_of_nothing(profile: Path) -> SeatOpening:
    """One whose seat nobody takes."""
    opened = opening(profile)
    opened.close()
    return opened


def test_what_opening_raised_is_raised_to_whom_waits_and_to_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Seat) -> None:
        raise RuntimeError("no picture")

    monkeypatch.setattr(Seat, "open_cache", fails)
    opened = opening(tmp_path)
    opened.close()
    with pytest.raises(RuntimeError, match="no picture"):
        opened.seat()


class Opened:
    """A desk on a seat whose joining is noted in place of being done.

    Attributes:
        joined: how often it joined the hub.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        load_fonts()
        self.joined = 0
        self.seat = Seat(folder, read_pack("lujiazui"), OwnHub(folder / "hub"), ManualClock(NOW))
        monkeypatch.setattr(self.seat, "start", self._join)
        self.player = Player(self.seat.clock.base)
        layout = read_layout_file(shipped("duty"), Panels())
        prefs = FilePrefs(folder / "prefs.json")
        self.desk = Desk(self.seat, layout, prefs, self.player, _raised, "zh", "dark", lambda: None)
        self.first = FirstPicture(self.desk)
        self.desk.resize(1400, 800)

    def _join(self) -> None:
        self.joined += 1

    def close(self) -> None:
        self.desk.close()
        self.seat.close()
        self.player.close()
        self.player.deleteLater()
        self.desk.deleteLater()


def _raised(error: BaseException, panel: str) -> str:
    raise error


@pytest.fixture
def opened(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Opened]]:
    made: list[Opened] = []

    def make() -> Opened:
        made.append(Opened(tmp_path, monkeypatch))
        return made[-1]

    yield make
    for one in made:
        one.close()


@offscreen
@pytest.mark.slow
def test_what_was_known_is_painted_before_the_hub_is_joined(opened: Callable[[], Opened], qtbot: QtBot) -> None:
    at = opened()
    rows = [event_row(random.Random(n), n, [""]) | {"state": 0} for n in range(5)]
    put(at.seat.picture, "event", rows)
    at.desk._patience.setInterval(60_000)
    at.desk.show()
    at.desk.begin()
    assert (at.joined, at.first.ms) == (0, None)
    qtbot.waitUntil(lambda: at.first.ms is not None, timeout=30_000)
    assert at.joined == 1
    shown = at.first.ms
    at.desk.repaint()
    assert (at.joined, at.first.ms) == (1, shown)


@offscreen
@pytest.mark.slow
def test_a_seat_that_knows_nothing_joins_the_hub_at_once_and_one_without_a_map_after_some_patience(
    opened: Callable[[], Opened], qtbot: QtBot
) -> None:
    empty = opened()
    empty.desk.begin()
    assert empty.joined == 1
    unseen = opened()  # never shown, so never painted
    put(unseen.seat.picture, "event", [event_row(random.Random(1), 1, [""])])
    unseen.desk._patience.setInterval(50)
    unseen.desk.begin()
    assert unseen.joined == 0
    qtbot.waitUntil(lambda: unseen.joined == 1, timeout=10_000)


@offscreen
@pytest.mark.slow
def test_a_desk_that_was_closed_before_its_first_picture_joins_no_hub(
    opened: Callable[[], Opened], qtbot: QtBot
) -> None:
    at = opened()
    put(at.seat.picture, "event", [event_row(random.Random(1), 1, [""])])
    at.desk.begin()
    at.desk.close()
    at.desk.follow()
    assert not at.desk._patience.isActive()
    assert at.joined == 0
