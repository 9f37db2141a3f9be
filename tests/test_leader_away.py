"""What a leader's seat says of signs while its hub is away, and what it says of itself; topics of a pack's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cockpit.bus.where import OwnHub
from cockpit.model.clock import DAY, HOUR, ManualClock
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.signs import Series, Sparks
from cockpit.model.topics import read_topics
from cockpit.packs.read import read_pack
from cockpit.seat.keptsigns import KeptSigns
from cockpit.seat.leader import LeaderSeat
from cockpit.signs.backfill import put_hours, put_recent
from cockpit.ui.ports_keeping import SeatKeeping
from tests.living_picture import NOW
from tests.story import until

KEY = "sign/N01@330100"


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[LeaderSeat]:
    made = LeaderSeat(tmp_path, read_pack("hangzhou"), OwnHub(tmp_path / "hub", role="leader"), ManualClock(NOW))
    made.start()
    yield made
    made.close()


def answered(seat: LeaderSeat, said: list[object]) -> object:
    def look() -> bool:
        seat.tick()
        return bool(said)

    until(look, "an answer")
    return said[0]


def test_without_a_hub_yesterday_comes_from_the_copy_of_this_seat(seat: LeaderSeat) -> None:
    assert seat.sync is not None
    now = seat.clock.now()
    begin = now - now % HOUR - 3 * DAY
    hours = (now - begin) // HOUR
    put_hours(seat.sync.history, KEY, begin, np.arange(hours, dtype=np.float64), 1)
    put_recent(seat.sync.history, [KEY], now)
    signs = KeptSigns(seat)

    told: list[object] = []
    signs.sparks([KEY, "sign/X@330100"], "hour", 50, told.append)
    sparks = answered(seat, told)
    assert isinstance(sparks, Sparks)
    rows = np.frombuffer(sparks.values, "<f8").reshape(2, 50)
    day_ago = (now - now % HOUR - DAY - sparks.start) // HOUR
    assert rows[0, day_ago] == hours - 24
    assert np.isnan(rows[1]).all(), "what the copy does not know is a gap"

    told.clear()
    signs.series(KEY, "minute", now - DAY, now, told.append)
    series = answered(seat, told)
    assert isinstance(series, Series)
    assert series.grain == "hour", "a copy has no minutes"
    assert len(np.frombuffer(series.mean, "<f8")) >= 23


def test_a_seat_says_that_it_is_not_encrypted_and_how_far_its_copy_reaches(seat: LeaderSeat) -> None:
    kept = SeatKeeping(seat).kept
    assert (kept.encrypted, kept.until, kept.days_left) == (False, 0, None)
    assert kept.problem is None or isinstance(kept.problem, Message)


@pytest.mark.parametrize(
    "text",
    [
        "topics = 5",
        '[[topics]]\nid = "a"\nname = { zh = "甲" }\nfigures = []',
        '[[topics]]\nid = "a"\nname = { en = "A" }\nfigures = [{ sign = "A01" }]',
        '[[topics]]\nid = "a"\nname = { zh = "甲" }\nfigures = [{ sign = "A01", measure = "count" }]',
        '[[topics]]\nid = "a"\nname = { zh = "甲" }\nfigures = [{ measure = "happiness" }]',
        '[[topics]]\nid = "a b"\nname = { zh = "甲" }\nfigures = [{ sign = "A01" }]',
        '[[topics]]\nid = "a"\nname = { zh = "甲" }\nfigurs = [{ sign = "A01" }]',
        "[[topics",
    ],
)
def test_topics_of_a_pack_that_can_not_be_are_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "topics.toml").write_text(text, "utf-8")
    with pytest.raises(UserError) as refused:
        read_topics(tmp_path)
    assert refused.value.message.id == "leader.topics_wrong"
    assert "topics.toml" in str(refused.value.message.params["file"])


def test_a_pack_s_own_topics_take_the_place_of_those_that_ship(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text(
        'target = 90\n[[topics]]\nid = "snow"\nname = { zh = "雪" }\nfigures = [{ sign = "N05" }]\n', "utf-8"
    )
    topics = read_topics(tmp_path)
    assert ([topic.id for topic in topics.topics], topics.target) == (["snow"], 90)
