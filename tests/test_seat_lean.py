"""A seat that runs for months gives back, once a minute, what was freed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cockpit.bus.where import OwnHub
from cockpit.model.clock import ManualClock
from cockpit.seat.seat import LEAN_SECONDS, Seat
from tests.living_hub import pack

PATIENCE = 60.0


def test_what_was_freed_is_given_back_once_a_minute_and_not_by_the_thread_that_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[threading.Thread] = []
    told = threading.Event()

    def give_back() -> None:
        given.append(threading.current_thread())
        told.set()

    monkeypatch.setattr("cockpit.seat.seat.give_back", give_back)
    clock = ManualClock()
    seat = Seat(tmp_path, pack(), OwnHub(tmp_path / "hub"), clock)
    try:
        seat.open_cache()
        for _ in range(3):
            clock.advance(LEAN_SECONDS / 4)
            seat.tick()
        assert not given
        for _ in range(3):
            clock.advance(LEAN_SECONDS / 4)
            seat.tick()
        assert told.wait(PATIENCE)
    finally:
        seat.close()
    assert len(given) == 1
    assert given[0] is not threading.current_thread()
