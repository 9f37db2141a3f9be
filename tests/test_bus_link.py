"""The seat's link to its hub ends quietly, however the ends of its loop and of its owner fall together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from cockpit.bus.asks import Welcome
from cockpit.bus.link import HubLink
from cockpit.bus.users import User
from cockpit.model.clock import SystemClock
from cockpit.model.errors import OutsideError
from cockpit.model.ports.link import Link


class Nowhere:
    """A hub that is not there yet."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.released = False

    def find(self) -> tuple[str, User]:
        self.asked.set()
        raise OutsideError("seat.hub_starting")

    def release(self) -> None:
        self.released = True


def link_to(where: Nowhere, on_link: Callable[[Link, Welcome | None], None]) -> HubLink:
    return HubLink(where, "hangzhou", SystemClock(), lambda batch: None, on_link, lambda time: None)


def test_a_loop_that_ends_while_it_is_told_to_end_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    where = Nowhere()
    link = link_to(where, lambda state, welcome: None)
    link.start()
    assert where.asked.wait(10)
    soon = link._loop.call_soon_threadsafe

    def and_wait_for_the_end(*call: Any) -> Any:
        handle = soon(*call)
        link._thread.join(10)
        return handle

    monkeypatch.setattr(link._loop, "call_soon_threadsafe", and_wait_for_the_end)
    link.close()
    assert not link._thread.is_alive()
    assert where.released


def test_a_link_that_is_closed_takes_wishes_without_an_error() -> None:
    where = Nowhere()
    link = link_to(where, lambda state, welcome: None)
    link.start()
    link.close()
    link.retry_now()
    link.want_snapshot(("events",))
    link.close()
    assert where.released
