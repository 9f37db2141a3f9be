"""The tape as a person sees it: how far it reaches, and a replay of it."""

from __future__ import annotations

import msgspec

from cockpit.model.messages import Message

RATES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
KNOWN, WAS = "known", "was"
"""As known at an instant (by when it was received), as it was at an instant (by when it happened, with all that was
received later)."""


class TapeState(msgspec.Struct, frozen=True):
    """What there is.

    Attributes:
        start, end: of the tape, UTC us of the hub's wall clock; 0 where it is empty.
        size: bytes on disk; free: bytes left there.
        a_day: bytes that a day takes, by the last hours; days_left: until the disk is full or the limit is reached.
        kinds: per kind (`raw.sensor`, `raw`, `entry`, `checkpoint`) bytes and days kept.
        gaps: [start, end) where nothing was written because the hub did not run or the disk was full.
        imported: tapes that came from elsewhere: name, start, end.
    """

    start: int = 0
    end: int = 0
    size: int = 0
    free: int = 0
    a_day: float = 0.0
    days_left: float = 0.0
    kinds: dict[str, tuple[int, float]] = {}
    gaps: tuple[tuple[int, int], ...] = ()
    imported: tuple[tuple[str, int, int], ...] = ()
    problem: Message | None = None


class ReplayState(msgspec.Struct, frozen=True):
    """A replay that runs for one seat.

    Attributes:
        id: its world is `replay:<id>`; "" none runs.
        at: instant that is shown, UTC us of the hub's wall clock then; city: the same in the city's clock.
        rate: how fast it runs; 0 stands.
        mode: `KNOWN` or `WAS`.
        start, end: how far it can go.
        busy: it is still on its way to `at`.
        pace: how fast the city's clock ran against the hub's then.
        tape: name of the imported tape that it is of, "" the hub's own.
    """

    id: str = ""
    at: int = 0
    city: int = 0
    rate: float = 0.0
    mode: str = KNOWN
    start: int = 0
    end: int = 0
    busy: bool = False
    problem: Message | None = None
    pace: float = 1.0
    tape: str = ""


class TapeWanted(msgspec.Struct, frozen=True):
    """A seat asks how the tape stands (`tape.state`), or ends its replay (`tape.stop`)."""


class ReplayWanted(msgspec.Struct, frozen=True):
    """A seat wants a replay (`tape.start`); it has one at the most.

    Attributes:
        at, rate, mode: as of `ReplayState`.
        tape: name of an imported tape, "" the hub's own.
    """

    at: int
    rate: float = 1.0
    mode: str = KNOWN
    tape: str = ""


class ReplaySteer(msgspec.Struct, frozen=True):
    """A seat steers its replay (`tape.steer`); with nothing in it it says that it still looks.

    Attributes:
        at, rate, mode: what is to change.
        again: its picture is to be sent whole.
    """

    at: int | None = None
    rate: float | None = None
    mode: str | None = None
    again: bool = False
