"""What the hub runs beside feeds and ledger: the tape, the vital signs, the alarms. Each is one file in this folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from cockpit.hub.answers import Answers
from cockpit.hub.hearing import Hearing
from cockpit.hub.intake import Intake
from cockpit.ledger.book import Book
from cockpit.model.calls import Signal
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock
from cockpit.model.letters import Letter
from cockpit.model.rehearsal import Told
from cockpit.signs.history import History

_T = TypeVar("_T")


async def _at_once() -> None:
    pass


async def _to_nobody(to: str, signal: Signal) -> None:
    pass


def _not_online(unit: str) -> bool:
    return False


def _at_all_times() -> bool:
    return True


def _no_machines() -> Mapping[str, tuple[int, bool]]:
    return {}


def _knows_none(machine: str) -> tuple[bool, bool]:
    return False, False


class OnHistory(Protocol):
    def __call__(self, work: Callable[[History], _T]) -> Awaitable[_T]: ...


@dataclass
class Between:
    """What services of the hub do for each other; whoever does it puts itself here.

    Attributes:
        send: takes letters of the hub's own, each once for ever; raises OutsideError while they can not be kept.
        letter: a letter by its id, as it is now; None where there is none.
        online: whether a unit has a phone page open now.
        rehearse: has walls (() all) show a rehearsal with a scene, or with "" what they showed before; who wants it.
            Answers which walls do.
        machines: of walls, known by what they said: when each last reported (hub's wall clock, UTC us; 0 never), and
            whether it does now.
        forget: has nothing of a machine known that it said; answers whether anything was, and whether the hall file
            names it; raises OutsideError: the walls are not there yet.
        drilled: what the rehearsal of an id answers: its open events, or the key of one that somebody named; raises
            UserError: it does not run, or has no such event; OutsideError: it does not answer.
        history: does something with the signs' past, on its thread; raises OutsideError.
        past_is_in: whether the archive has what the city tells of its past.
    """

    send: Callable[[Sequence[Letter]], Awaitable[None]] | None = None
    letter: Callable[[str], Awaitable[Letter | None]] | None = None
    online: Callable[[str], bool] = _not_online
    rehearse: Callable[[str, tuple[str, ...], str, str], tuple[str, ...]] | None = None
    machines: Callable[[], Mapping[str, tuple[int, bool]]] = _no_machines
    forget: Callable[[str], tuple[bool, bool]] = _knows_none
    drilled: Callable[[str, str], Awaitable[Told]] | None = None
    history: OnHistory | None = None
    past_is_in: Callable[[], bool] = _at_all_times


@dataclass(frozen=True)
class Setting:
    """What a service of the hub is handed.

    Attributes:
        pack: the city; folder: what the hub keeps of it, where a service may have files of its own.
        clock: the city's over the machine's.
        intake: the feeds and the picture; `put` and `take_out` write the hub's own tables.
        book: the ledger's copy at the hub.
        answers: `add` a question that seats may ask.
        publish: sends bytes to all seats, `publish(topic, data)` on `pic.<city>.<world>.all.<topic>`.
        roles: of users of the bus, by name.
        figures: numbers that services know of the hub itself, by name, for whoever counts them (`hub:<name>` of the
            signs): `operators`, `alarm_load`.
        time_told: waits until the city has said how its clock runs, or for a minute.
        profile: folder of the hub.
        signal: sends a signal to a user of the bus (`gateway`, a seat); one that is not there does not get it.
        hearing: where a service says what it hears.
        between: what services do for each other.
    """

    pack: Pack
    folder: Path
    clock: CityClock
    intake: Intake
    book: Book
    answers: Answers
    publish: Callable[[str, bytes], Awaitable[None]]
    roles: Mapping[str, str]
    figures: dict[str, float] = field(default_factory=dict)
    time_told: Callable[[], Awaitable[None]] = _at_once
    profile: Path = Path()
    signal: Callable[[str, Signal], Awaitable[None]] = _to_nobody
    hearing: Hearing = field(default_factory=Hearing)
    between: Between = field(default_factory=Between)


class Asked:
    """Of a service that works when it is asked; one that keeps files closes them itself."""

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        pass


class Service(Protocol):
    """Made with a `Setting` before the hub runs; must not write the picture before `run`."""

    async def run(self) -> None:
        """Works until it is cancelled. A bug in it is logged and ends this service alone, never the hub."""
        ...

    async def close(self) -> None:
        """Lets go of its files; on return everything is on disk."""
        ...
