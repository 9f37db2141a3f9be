"""A seeded sample of kills and faults; all of them are `make torture`."""

from __future__ import annotations

import pytest

from tests.story import a_home
from tests.torture.stage import BUS, GATEWAY, Stage

SEED = 20261121


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_order_is_lost_and_none_has_effect_twice_whoever_is_killed() -> None:
    """Promise 1: twelve kills of a seat, six of the hub, of bus and gateway some, and a cut between them."""
    with a_home() as home, Stage(home, SEED) as stage:
        stage.await_more(5)
        for turn in range(6):
            for _ in range(2):
                stage.kill_seat()
            stage.kill_hub()
            if turn % 3 == 0:
                stage.kill_child("bus", BUS)
            elif turn % 3 == 1:
                stage.kill_child("gateway", GATEWAY)
        stage.cut_off(12)
        stage.await_more(5)
        verdict, states = stage.settle()
        assert verdict.problems == []
        assert (verdict.lost, verdict.doubled) == (0, 0)
        assert stage.kills["seat"] == 12
        assert stage.kills["hub"] == 6
        assert verdict.decided > 20
        assert states["a"]["cases"] == states["b"]["cases"]
        assert states["a"]["cases"]
