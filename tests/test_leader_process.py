"""A leader's seat as a program: beside the duty seat's profile, with a key of its own role, on its cache at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.bus.users import LEADER, Keys, claim_seat, leader_names, read_key, seat_names
from tests.story import EVENING, a_home, run

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with a_home() as base:
        yield base


def shot(home: Path, picture: Path, *more: str) -> dict[str, Any]:
    """What a leader's seat says once it has events; a machine that is busy with other things gets a second chance."""
    for seconds in ("10", "40"):
        told = ("--after", seconds, "--shot", picture, "--json", "--past", "0", *EVENING)
        done = run(home, "run", "--seat", "leader", *more, *told)
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        if said["events"]:
            break
    return said


def test_it_opens_with_a_hub_of_this_machine_and_again_on_what_it_knew(home: Path) -> None:
    picture = home / "leader.png"
    said = shot(home, picture)
    assert said["seat"] == "leader"
    assert said["events"] > 0
    assert picture.stat().st_size > 50_000
    profiles = home / "data" / "city-cockpit"
    assert (profiles / "leader" / "hangzhou" / "cache.db").is_file()
    keys = profiles / "default" / "hub" / "keys"
    assert {path.stem for path in keys.glob("leader-*.json")} == set(leader_names())
    claimed = [path for path in keys.glob("*.lock") if path.read_text("utf-8")]
    assert [path.stem for path in claimed] == ["leader-1"], "it claimed a leader's key and no officer's"
    assert read_key(keys / "leader-1.json").role == LEADER

    said = shot(home, picture, "--hub", "nats://127.0.0.1:9")
    assert said["events"] > 0, "what was known is there without any hub"
    assert said["first_picture_ms"] is not None


def test_a_leader_claims_a_leader_s_key_and_the_same_one_again(tmp_path: Path) -> None:
    Keys(tmp_path).ensure()
    first = claim_seat(tmp_path, "a", LEADER)
    second = claim_seat(tmp_path, "b", LEADER)
    officer = claim_seat(tmp_path, "c")
    assert (first.user.role, second.user.role, officer.user.role) == (LEADER, LEADER, "duty")
    assert officer.user.name in seat_names()
    name = second.user.name
    second.release()
    assert claim_seat(tmp_path, "b", LEADER).user.name == name
