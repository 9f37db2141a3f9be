"""The machines of the walls as the hub knows them: their beats, who speaks for which, a hall made of their outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.wall import Hall, Wall
from cockpit.model.wall_solve import wall_of_screens
from cockpit.model.wallstate import NodeReport, NodeSeen
from cockpit.wall.bounds import MOST_REPORTS, can_be_kept, size

JOINED_SECONDS = 5.0
"""A machine reports each second; after so long without a word it is gone."""
MOST = 200
MOST_NAME = 64
MOST_VERSION = 40
MOST_PROBLEM = 2_000
"""Bytes of what a machine says is wrong with it."""
MOST_SCREENS = 64
_PIXELS = (64, 32_768)


class Machines:
    """Who reports. To be used on one thread."""

    def __init__(self) -> None:
        self._seen: dict[str, NodeSeen] = {}
        self._user: dict[str, str] = {}
        self._at: dict[str, float] = {}
        self._bytes: dict[str, int] = {}

    def report(self, report: NodeReport, user: str, now: int, mono: float) -> bool:
        """A machine's beat. A window that was started anew may hold another key of this host, so the last user who
        spoke for a machine speaks for it; whose key is a machine's own is not asked here.

        Returns:
            whether it has just come, or another wall is its.

        Raises:
            UserError: its name can not be, it says more than a machine has to, or there are too many.
        """
        _check_name(report.machine)
        bytes_of = _checked(report)
        if bytes_of + sum(n for name, n in self._bytes.items() if name != report.machine) > MOST_REPORTS:
            raise UserError("wall.too_many_machines", n=len(self._seen))
        before = self._seen.get(report.machine)
        if before is None and len(self._seen) >= MOST and not self._forget_one():
            raise UserError("wall.too_many_machines", n=MOST)
        self._seen[report.machine] = NodeSeen(report, now, True)
        self._user[report.machine] = user
        self._at[report.machine] = mono
        self._bytes[report.machine] = bytes_of
        return before is None or not before.joined or before.report.wall != report.wall

    def speaks_for(self, user: str, machine: str) -> bool:
        """Whether the beats of this machine come from this user."""
        return self._user.get(machine) == user

    def gone(self, mono: float) -> list[str]:
        """Machines that have been silent for too long, each once."""
        found = [name for name, seen in self._seen.items() if seen.joined and mono - self._at[name] > JOINED_SECONDS]
        for name in found:
            self._seen[name] = replace(self._seen[name], joined=False)
        return found

    def joined(self, wall: str) -> set[str]:
        """Machines that draw a wall now."""
        return {name for name, seen in self._seen.items() if seen.joined and seen.report.wall == wall}

    def all(self) -> tuple[NodeSeen, ...]:
        return tuple(self._seen[name] for name in sorted(self._seen))

    def forget(self, machine: str) -> bool:
        """Knows nothing of a machine any more; False: it did not."""
        for of in (self._user, self._at, self._bytes):
            of.pop(machine, None)
        return self._seen.pop(machine, None) is not None

    def _forget_one(self) -> bool:
        """The one that has been gone the longest."""
        away = [name for name, seen in self._seen.items() if not seen.joined]
        if not away:
            return False
        return self.forget(min(away, key=lambda one: self._at[one]))

    def forget_unless(self, known: Callable[[str], bool]) -> list[str]:
        """Forgets machines whose users the bus does not know any more; which ones."""
        found = [name for name, user in self._user.items() if not known(user)]
        for name in found:
            self.forget(name)
        return found


Screens = tuple[tuple[int, ...], ...]
"""Width and height of a machine's outputs, with x and y on its desktop where it knows them."""


def hall_of(hall: Hall, adopted: Mapping[str, Screens], named: bool = False) -> Hall:
    """A hall without a file of its own: a wall for each machine that came, of its outputs; as shipped before that.

    Args:
        named: the wall of the first one is called by its machine too: the machine whose wall had the plain id is gone.
    """
    walls: list[Wall] = []
    for machine, screens in adopted.items():
        at = [(one[2], one[3]) for one in screens if len(one) == 4]
        wall = wall_of_screens([(one[0], one[1]) for one in screens], machine, at=at).walls[0]
        walls.append(replace(wall, id=f"{wall.id}-{machine}" if walls or named else wall.id))
    return replace(hall, walls=tuple(walls)) if walls else hall


def wall_of(hall: Hall, machine: str) -> str:
    """Id of the wall that a machine draws, "" none."""
    return next((wall.id for wall in hall.walls if machine in wall.machines), "")


def check_screens(machine: str, screens: Screens) -> None:
    """Raises UserError: these are no outputs of a machine."""
    _check_name(machine)
    low, high = _PIXELS
    known = all(len(one) in (2, 4) and all(low <= n <= high for n in one[:2]) for one in screens)
    if not known or not 0 < len(screens) <= MOST_SCREENS:
        raise UserError("wall.machine_screens", machine=machine)


def _checked(report: NodeReport) -> int:
    """Bytes of a report.

    Raises:
        UserError: everybody would have to be told more of it than a machine has to say.
    """
    words = (report.wall, MOST_NAME), (report.version, MOST_VERSION)
    named = all(len(word) <= most and (not word or word.isprintable()) for word, most in words)
    problem = report.problem
    plain = problem is None or (can_be_kept(problem) and size(problem) <= MOST_PROBLEM)
    if not named or not plain or len(report.screens) > MOST_SCREENS:
        raise UserError("wall.report_too_large", machine=report.machine)
    return size(report)


def _check_name(machine: str) -> None:
    if not machine or len(machine) > MOST_NAME or not machine.isprintable():
        raise UserError("wall.machine_name")
