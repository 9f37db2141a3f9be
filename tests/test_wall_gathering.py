"""Machines of a wall that prepare a picture: who is waited for, for how long, and what others' changes do to it."""

from __future__ import annotations

import itertools

from cockpit.model.clock import SECOND
from cockpit.wall.gathering import MOST_PATIENCE, PATIENCE, Gathering

WALL = "main"


def flips(says: dict[str, float], every: float, seconds: float) -> list[float]:
    """When a wall flips that changes `every` so many seconds, its machines saying so long after each change that they
    are ready with it (one at a time; inf never)."""
    gathering, found, busy = Gathering(), [], dict.fromkeys(says, (0, 0.0))
    revision = 0
    for tenth in range(int(seconds * 10)):
        now = tenth / 10
        if tenth % round(every * 10) == 0:
            revision += 1
            gathering.begin(WALL, revision, says, int(now * SECOND))
        for machine, takes in says.items():
            at, since = busy[machine]
            if at and now >= since + takes - 1e-9:
                gathering.said(WALL, machine, at, int(now * SECOND))
            if not at or now >= since + takes - 1e-9:
                busy[machine] = (revision, now) if revision > at else (0, 0.0) if not at else (at, since)
        if gathering.over(int(now * SECOND)):
            found.append(now)
    return found


def test_a_wall_that_changes_all_the_time_stands_for_one_patience_where_a_machine_is_silent_and_then_no_more() -> None:
    found = flips({"quick": 0.1, "hangs": float("inf")}, 0.5, 60)
    assert found[0] <= PATIENCE / SECOND + 0.5
    assert len(found) > 100


def test_a_machine_that_is_at_work_is_waited_for_and_not_called_slow_however_often_the_wall_changes() -> None:
    found = flips({"quick": 0.1, "works": 0.7}, 0.5, 60)
    assert len(found) >= 60 / (MOST_PATIENCE / SECOND + 0.5)
    assert max(b - a for a, b in itertools.pairwise(found)) <= MOST_PATIENCE / SECOND + 0.5


def test_a_machine_that_speaks_again_is_waited_for_again() -> None:
    gathering = Gathering()
    gathering.begin(WALL, 1, ["a", "b"], 0)
    gathering.said(WALL, "a", 1, 0)
    assert gathering.next_end() == PATIENCE
    assert gathering.over(PATIENCE - 1) == []
    assert gathering.over(PATIENCE) == [WALL]
    gathering.begin(WALL, 2, ["a", "b"], PATIENCE)
    gathering.said(WALL, "a", 2, PATIENCE)
    assert gathering.over(PATIENCE) == [WALL], "b is silent"
    gathering.said(WALL, "b", 1, PATIENCE)
    gathering.begin(WALL, 3, ["a", "b"], PATIENCE)
    gathering.said(WALL, "a", 3, PATIENCE)
    assert gathering.over(PATIENCE) == []
