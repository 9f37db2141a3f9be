"""How a measurement is named: `@bench("store.batch_rows", unit="rows/s", better="higher")` in bench_*.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

Better = Literal["lower", "higher"]


class NotHere(Exception):
    """This machine has not got what is measured; says what. No failure: the row of another machine stays."""


class Measured(msgspec.Struct, frozen=True):
    """What one run of a measurement found.

    Attributes:
        value: in the unit of the measurement.
        peer: the one whose ratio is named, "" when there is none; `peer_value` in the same unit.
        others: further peers by library; a row `<name>.peer.<library>` each.
    """

    value: float
    peer: str = ""
    peer_value: float | None = None
    others: dict[str, float] = {}


class Bench(msgspec.Struct, frozen=True):
    """A measurement; `runs` is 1 only where the function takes its own median."""

    name: str
    unit: str
    better: Better
    runs: int
    function: Callable[[], float | Measured]


BENCHES: dict[str, Bench] = {}


def bench(
    name: str, *, unit: str, better: Better, runs: int = 5
) -> Callable[[Callable[[], float | Measured]], Callable[[], float | Measured]]:
    """Registers a function that measures once and returns the value, or a `Measured` with its peers.

    Raises:
        ValueError: the name is taken.
    """

    def register(function: Callable[[], float | Measured]) -> Callable[[], float | Measured]:
        if name in BENCHES:
            raise ValueError(f"two measurements are named {name}")
        BENCHES[name] = Bench(name, unit, better, runs, function)
        return function

    return register
