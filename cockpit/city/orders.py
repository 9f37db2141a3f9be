"""What a worker's device hears and says: orders as the gateway's answers hold them, and reports about them."""

from __future__ import annotations

import msgspec

STEPS = ("sent", "delivered", "read", "accepted", "en_route", "on_scene", "done")
"""States of an order that goes well, in order."""
OVER = frozenset({"verified", "refused", "recalled", "expired"})
"""States in which a worker has nothing more to do."""


class Kind(msgspec.Struct, frozen=True):
    code: str
    zh: str = ""
    en: str = ""


class Order(msgspec.Struct, frozen=True):
    """An order as a device gets it; WGS-84. What its worker does not go by is left out."""

    id: str
    state: str
    lon: float
    lat: float
    number: str = ""
    lead: bool = True
    kind: Kind = Kind("")
    recalled: bool = False

    @property
    def over(self) -> bool:
        return self.recalled or self.state in OVER

    @property
    def step(self) -> int:
        """How far it is, as an index into `STEPS`; -1 for a state that is none of them."""
        return STEPS.index(self.state) if self.state in STEPS else -1


class Answer(msgspec.Struct, frozen=True):
    """What `GET /v1/orders` answers."""

    rev: int
    orders: list[Order]


class Shot(msgspec.Struct, frozen=True):
    """A photo that a worker takes.

    Attributes:
        ident: small things of the picture differ by it.
        scene: one of the pictures' scenes.
        dealt: shows the place after the work.
        rain: whether it rains; daylight: 0 night to 1 day.
        cut: its upload breaks off once.
    """

    ident: str
    scene: str
    dealt: bool
    rain: bool
    daylight: float
    cut: bool = False


class Report(msgspec.Struct, frozen=True):
    """What a worker reports about an order, at a city time (UTC microseconds), from a place (WGS-84)."""

    kind: str
    at: int
    lon: float
    lat: float
    reason: str = ""
    words: str = ""
    shot: Shot | None = None
