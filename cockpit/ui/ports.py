"""The ports of panels, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject

from cockpit.bus import asks
from cockpit.model.messages import Message
from cockpit.model.ports import Body, Here, NamedPlace, Near, Refusal
from cockpit.seat import Seat


def while_alive(done: Callable[..., Any]) -> Callable[..., None]:
    """`done`, called only as long as the object it belongs to is there."""
    owner = getattr(done, "__self__", None)
    if not isinstance(owner, QObject) or not inspect.ismethod(done):
        return done
    ref = weakref.WeakMethod(done)

    def call(*args: Any) -> None:
        method = ref()
        if method is not None and shiboken6.isValid(method.__self__):
            method(*args)

    return call


class SeatBodies:
    """`ports.Bodies`."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def body(self, key: str, done: Callable[[Body | Message], None]) -> None:
        self._seat.body(key, while_alive(done))

    def picture(self, url: str, done: Callable[[bytes | Message], None]) -> None:
        self._seat.evidence(url, while_alive(done))


class SeatNearby:
    """`ports.Nearby`."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def near(self, lon: float, lat: float, kind: str, done: Callable[[list[Near] | Message], None]) -> None:
        self._seat.near(lon, lat, kind, while_alive(done))


class SeatGazetteer:
    """`ports.Gazetteer`."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def places(self, text: str, done: Callable[[list[NamedPlace]], None]) -> None:
        self._seat.places(text, while_alive(done))

    def here(self, lon: float, lat: float, done: Callable[[Here], None]) -> None:
        self._seat.here(lon, lat, while_alive(done))


class SeatFeeds:
    """`ports.Feeds`."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def quarantine(self, feed: str, done: Callable[[list[Refusal] | Message], None]) -> None:
        tell = while_alive(done)

        def came(found: list[asks.Refusal] | Message) -> None:
            if isinstance(found, Message):
                tell(found)
            else:
                tell([Refusal(one.reason, one.sample, one.received) for one in found])

        self._seat.quarantine(feed, came)

    def retry(self, feed: str) -> None:
        self._seat.retry(feed)


class SeatSearch:
    """`ports.Search`."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        self._seat.search(text, while_alive(done))
