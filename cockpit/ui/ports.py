"""The ports of panels, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from cockpit.model.cases import Case, Order
from cockpit.model.entries import Act, TextRef
from cockpit.model.messages import Message
from cockpit.model.ports import Body, Here, NamedPlace, Near, Refusal, Resource, Sample, Systems, Tried, Way
from cockpit.model.ports.cases import Check, Waiting
from cockpit.seat import Seat
from cockpit.seat.feeds import FeedsOfSeat


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
        self._seat.around.near(lon, lat, kind, while_alive(done))

    def resources(
        self,
        lon: float,
        lat: float,
        topic: str,
        done: Callable[[list[Resource] | Message], None],
        spots: tuple[list[str], NDArray[np.float64]] | None = None,
    ) -> None:
        self._seat.around.resources(lon, lat, topic, while_alive(done), spots)

    def way(self, unit: str, lon: float, lat: float, done: Callable[[Way | Message], None]) -> None:
        self._seat.around.way(unit, lon, lat, while_alive(done))


class SeatGazetteer:
    """`ports.Gazetteer`."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def places(
        self, text: str, done: Callable[[list[NamedPlace]], None], near: tuple[float, float] | None = None
    ) -> None:
        self._seat.around.places(text, while_alive(done), near)

    def here(self, lon: float, lat: float, done: Callable[[Here], None]) -> None:
        self._seat.around.here(lon, lat, while_alive(done))


class SeatFeeds:
    """`ports.Feeds`."""

    def __init__(self, seat: Seat) -> None:
        self._feeds = FeedsOfSeat(seat)

    def quarantine(self, feed: str, done: Callable[[list[Refusal] | Message], None]) -> None:
        self._feeds.quarantine(feed, while_alive(done))

    def retry(self, feed: str) -> Message | None:
        return self._feeds.retry(feed)

    def sample(self, feed: str, done: Callable[[Sample | Message], None]) -> None:
        self._feeds.sample(feed, while_alive(done))

    def again(self, refusals: Sequence[int], done: Callable[[Tried | Message], None]) -> None:
        self._feeds.again(refusals, while_alive(done))

    def again_all(self, feed: str, group: str, done: Callable[[Tried | Message], None]) -> None:
        self._feeds.again_all(feed, group, while_alive(done))

    def systems(self, done: Callable[[Systems | Message], None]) -> None:
        self._feeds.systems(while_alive(done))


class SeatSearch:
    """`ports.Search`."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        self._seat.search(text, while_alive(done))

    def units(self, text: str, done: Callable[[list[tuple[str, float]]], None]) -> None:
        self._seat.around.units(text, while_alive(done))


class SeatCases:
    """`ports.Cases`."""

    def __init__(self, seat: Seat) -> None:
        self._cases = seat.cases

    @property
    def known(self) -> bool:
        return self._cases.known

    def case(self, ident: str) -> Case | None:
        return self._cases.case(ident)

    def of_event(self, key: str) -> Case | None:
        return self._cases.of_event(key)

    def all_open(self) -> list[Case]:
        return self._cases.all_open()

    def closed(self) -> list[Case]:
        return self._cases.closed()

    def order_of(self, unit: str) -> Order | None:
        return self._cases.order_of(unit)

    def nearby(self, lon: float, lat: float, metres: float) -> list[tuple[Case, float]]:
        return self._cases.nearby(lon, lat, metres)

    def checks(self, act: Act, case: str) -> list[Check]:
        return self._cases.checks(act, case)

    def submit(
        self, act: Act, case: str, texts: dict[str, str], done: Callable[[Message | None], None], valid_for: int = 0
    ) -> str:
        return self._cases.submit(act, case, texts, while_alive(done), valid_for)

    def outbox(self) -> list[Waiting]:
        return self._cases.outbox()

    def cancel(self, command: str, done: Callable[[Message | None], None]) -> None:
        self._cases.cancel(command, while_alive(done))

    def send_again(self, command: str) -> None:
        self._cases.send_again(command)

    def texts(self, refs: Sequence[TextRef], done: Callable[[dict[str, str] | Message], None]) -> None:
        self._cases.texts(refs, while_alive(done))

    def photo(self, sha256: str, thumb: bool, done: Callable[[bytes | Message], None]) -> None:
        self._cases.photo(sha256, thumb, while_alive(done))
