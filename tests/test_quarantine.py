"""What a feed refused is kept whole, outlives the hub, and is taken in later when what was wrong is put right."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit.feeds.items import refused
from cockpit.feeds.quarantine import COUNTED, KEEP, MOST, Quarantine
from cockpit.feeds.sources.base import Received
from cockpit.hub import Hub
from cockpit.hub.feeds import address
from cockpit.model.city import FeedSpec, Pack, System
from cockpit.model.clock import SystemClock
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Refusal, Sample, Systems, Tried
from cockpit.packs.read import read_pack
from cockpit.processes import free_port
from cockpit.seat.feeds import FeedsOfSeat
from cockpit.store.refused import KEEP_BYTES, MINUTE_BYTES, MOST_BYTES, Piece, RefusedStore, Whole
from tests.living_hub import LivingHub, Seated, seated

CLOCK = SystemClock()
INSIDE, OUTSIDE = (120.16, 30.25), (121.9, 30.25)


# -- in memory ---------------------------------------------------------------------------------------------------------


def test_a_flood_for_one_reason_pushes_no_other_reason_out() -> None:
    keeper = Quarantine()
    keeper.add("a", 1, refused("no_id", "rare"))
    for i in range(10 * KEEP):
        keeper.add("a", 2 + i, refused("missing", "common", "x", field="kind"))
    kept = keeper.last("a")
    assert [one.refused.sample for one in kept if one.refused.reason.id == "feeds.no_id"] == [b"rare"]
    assert keeper.reasons == {("a", "feeds.no_id"): 1, ("a", "feeds.missing kind"): 10 * KEEP}


def test_reasons_that_a_hostile_feed_invents_do_not_fill_the_memory() -> None:
    keeper = Quarantine()
    for i in range(20 * COUNTED):
        keeper.add("a", i, refused("missing", "x", "x", field=f"f{i}"))
    assert len(keeper.reasons) == COUNTED
    assert keeper.counts["a"] == 20 * COUNTED
    for feed in range(200):
        for i in range(2 * KEEP):
            keeper.add(f"f{feed}", i, refused("no_id", "x"))
    assert len(keeper.last(most=10**6)) <= MOST


def test_a_message_with_many_bad_pieces_is_written_down_once() -> None:
    written: list[Any] = []
    keeper = Quarantine(written.append)
    message = Received(b"[1, 2, 3]", 5)
    for piece in ("a", "b", "c"):
        keeper.add("f", 5, refused("missing", piece, piece, field="kind"), message)
    keeper.add("f", 6, refused("no_id", "d"), Received(b"[4]", 6))
    assert [kept.whole is not None for kept in written] == [True, False, False, True]
    assert len({kept.message for kept in written[:3]}) == 1
    assert written[3].message not in (0, written[0].message)


# -- on disk -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def problems() -> list[Message]:
    return []


@pytest.fixture
def store(tmp_path: Path, problems: list[Message]) -> Iterator[RefusedStore]:
    made = RefusedStore(tmp_path / "refused.db", CLOCK, problems.append)
    yield made
    made.close()


def piece(id: int, message: int = 0, feed: str = "f", received: int = 0) -> Piece:
    return Piece(id, feed, received, '{"id":"feeds.no_id","params":{}}', b"head", "x", message)


def test_pieces_and_their_message_outlive_the_store(tmp_path: Path, problems: list[Message]) -> None:
    first = RefusedStore(tmp_path / "refused.db", CLOCK, problems.append)
    first.put(piece(1, 1), Whole(b"whole", "event", "7", "t/1"))
    first.put(piece(2, 1), None)
    first.close()
    again = RefusedStore(tmp_path / "refused.db", CLOCK, problems.append)
    try:
        assert [one.id for one in again.last(10)] == [2, 1]
        assert again.whole(1) == Whole(b"whole", "event", "7", "t/1")
        again.forget([2])
        assert [one.id for one in again.last(10)] == [1]
    finally:
        again.close()
    assert problems == []


def test_too_large_a_message_and_a_minute_of_garbage_are_not_kept_whole(store: RefusedStore) -> None:
    store.put(piece(1, 1), Whole(b"x" * (MOST_BYTES + 1)))
    store.put(piece(2, 2), Whole(b"x" * MOST_BYTES))
    assert store.whole(1) is None
    assert store.whole(2) is not None
    for id in range(3, 60):
        store.put(piece(id, id), Whole(b"x" * MOST_BYTES))
    assert store.flush()
    kept = sum(store.whole(id) is not None for id in range(1, 60))
    assert kept == MINUTE_BYTES // MOST_BYTES
    store.put(piece(60, 60, received=10**12), Whole(b"another minute"))
    assert store.whole(60) is not None
    assert len(store.last(100)) == 60, "each is still told of"
    assert KEEP_BYTES > MINUTE_BYTES


def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, problems: list[Message]) -> None:
    (tmp_path / "refused.db").write_bytes(b"no database" * 1000)
    store = RefusedStore(tmp_path / "refused.db", CLOCK, problems.append)
    try:
        store.put(piece(1), None)
        assert [one.id for one in store.last(10)] == [1]
    finally:
        store.close()
    assert len(problems) == 1
    assert "refused.db" in texts("zh")(problems[0])


def test_a_shown_address_holds_no_key() -> None:
    assert address("https://li:geheim@gis.example.cn:8443/a/b?token=abc#x") == "https://gis.example.cn:8443/a/b"
    assert address("mqtts://broker.example.cn:8883") == "mqtts://broker.example.cn:8883"
    assert address("http://[bad") == ""


# -- the whole way -----------------------------------------------------------------------------------------------------


def gauges(*things: tuple[str, tuple[float, float], float, str]) -> bytes:
    """A GeoJSON file of water gauges: id, place, value, measured."""
    features = [
        {
            "type": "Feature", "id": id, "geometry": {"type": "Point", "coordinates": list(at)},
            "properties": {"kind": "water", "value": value, "unit": "cm", "period": 60, "measured": measured},
        }
        for id, at, value, measured in things
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


class FeedHub(LivingHub):
    """A hub with one feed from a folder; `bounds` of the city can be another at the next start."""

    def __init__(self, profile: Path, folder: Path) -> None:
        super().__init__(profile)
        self.folder = folder
        base = read_pack("hangzhou")
        west, south, _, north = base.bounds
        options = {"every": 0.05, "settle": 0.0}
        spec = FeedSpec(
            "gauges", {"zh": "水位站", "en": "Gauges"}, "file", folder.as_uri(), "geojson", "wgs84", 5, "sensor",
            "water", options=options,
        )  # fmt: skip
        systems = {"water": System("water", {"zh": "水务平台"}, {"zh": "水务局"}, "internal")}
        self.pack: Pack = msgspec.structs.replace(base, feeds=(spec,), systems=systems)
        self._narrow, self._wide = base.bounds, (west, south, OUTSIDE[0] + 0.1, north)

    def widen(self) -> None:
        self.pack = msgspec.structs.replace(self.pack, bounds=self._wide)

    def drop(self, name: str, data: bytes) -> None:
        """A file comes into the folder, whole at once."""
        (self.folder / f".{name}.part").write_bytes(data)
        (self.folder / f".{name}.part").rename(self.folder / name)

    async def _main(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self.hub = Hub(self.profile, self.pack, "", free_port(), CLOCK)
        await self.hub.run(ready.set)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FeedHub]:
    (tmp_path / "in").mkdir()
    made = FeedHub(tmp_path / "hub", tmp_path / "in")
    with made:
        yield made


def refusals(seat: Seated) -> list[Refusal]:
    found: list[Refusal] = seat.heard(lambda done: FeedsOfSeat(seat.seat).quarantine("gauges", done))
    assert isinstance(found, list), found
    return found


def wait_for_refusals(seat: Seated, n: int) -> list[Refusal]:
    seat.until(lambda: bad(seat) >= n, "refused")
    return refusals(seat)


def bad(seat: Seated) -> int:
    row = seat.seat.picture["feed"].get("gauges")
    return int(row["bad"]) if row is not None else 0


def value(seat: Seated, id: str) -> float | None:
    row = seat.seat.picture["sensor"].get(f"gauges/{id}")
    return float(row["value"]) if row is not None else None


@pytest.mark.slow
def test_a_piece_refused_by_a_wrong_setting_is_taken_in_once_that_is_mended(hub: FeedHub, tmp_path: Path) -> None:
    early = "2026-07-14T17:00:00+08:00"
    with seated(tmp_path / "seat", hub) as seat:
        port = FeedsOfSeat(seat.seat)
        hub.drop(
            "1.json", gauges(("W1", INSIDE, 12.0, early), ("W2", OUTSIDE, 30.0, early), ("W3", OUTSIDE, 40.0, early))
        )
        found = wait_for_refusals(seat, 2)
        seat.until(lambda: value(seat, "W1") == 12.0, "its neighbours go on")
        assert {one.group for one in found} == {found[0].group}
        assert found[0].count == 2
        tried: Tried = seat.heard(lambda done: port.again([found[0].id], done))
        assert (tried.taken, tried.refused) == (0, 1)
        assert tried.reason is not None
        assert tried.reason.id == found[0].reason.id

        hub.stop()
        hub.widen()
        hub.start()
        seat.until(lambda: seat.seat.link.state.value == "live", "the hub is back")
        hub.drop("2.json", gauges(("W3", OUTSIDE, 44.0, "2026-07-14T18:00:00+08:00")))
        seat.until(lambda: value(seat, "W3") == 44.0, "the feed goes on")
        again = refusals(seat)
        assert {one.id for one in again} == {one.id for one in found}, "kept over the restart"

        tried = seat.heard(lambda done: port.again_all("gauges", again[0].group, done))
        assert tried == Tried(taken=1, older=1), "W2 is new, W3 is known as of later"
        seat.until(lambda: value(seat, "W2") == 30.0, "W2 in the picture")
        assert value(seat, "W3") == 44.0, "nothing older took its place"
        assert refusals(seat) == [], "what was taken in is not in quarantine"
        gone = seat.heard(lambda done: port.again([found[0].id], done))
        assert isinstance(gone, Message)


@pytest.mark.slow
def test_a_seat_hears_of_the_last_good_message_and_of_the_systems(hub: FeedHub, tmp_path: Path) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        port = FeedsOfSeat(seat.seat)
        seat.until(lambda: seat.seat.link.state.value == "live", "the hub is there")
        assert isinstance(seat.heard(lambda done: port.sample("gauges", done)), Message), "nothing came yet"
        good = gauges(("W1", INSIDE, 12.0, "2026-07-14T17:00:00+08:00"))
        hub.drop("1.json", good)
        seat.until(lambda: value(seat, "W1") == 12.0)
        hub.drop("2.json", b"{nonsense")
        wait_for_refusals(seat, 1)
        sample = seat.heard(lambda done: port.sample("gauges", done))
        assert isinstance(sample, Sample)
        assert (sample.text, sample.size) == (good.decode(), len(good))
        known = seat.heard(port.systems)
        assert isinstance(known, Systems)
        assert [(one.id, one.owner["zh"], one.classification) for one in known.systems] == [
            ("water", "水务局", "internal")
        ]
        assert [(one.id, one.datum, one.queue) for one in known.interfaces] == [("gauges", "wgs84", "all")]
