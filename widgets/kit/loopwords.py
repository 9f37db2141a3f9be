"""The closed loop in words: a case's stage and the small bars of it, and what is left of a limit. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from cockpit.model.ages import countdown
from cockpit.model.cases import Case
from cockpit.model.clock import DAY
from cockpit.model.entries import CaseClosed, StageReached
from cockpit.model.messages import Message
from cockpit.picture import Picture
from cockpit.picture.selection import Item

RAIL = ("report", "intake", "filed", "assigned", "handling", "check", "closed")
"""The ticks of a row, 上报 to 结案: one a stage, 反馈 is the beginning of 核查 and 评价 lies behind 结案."""
_STEP = {"intake": 1, "filed": 2, "assigned": 3, "handling": 4, "feedback": 5, "check": 5, "closed": 6, "rated": 6}
_WAITS_FOR_NEXT = frozenset({"intake", "filed"})
_NEAR = 5
"""A fifth of the limit left is near."""


class Stage(NamedTuple):
    """Where a case is, as a row shows it.

    Attributes:
        name: of the stage, `none` before there is a case.
        done: ticks behind it; now: the one that it is at, -1 for none (nothing is to be done at the desk).
        provisional: something about it waits in this seat's outbox.
    """

    name: str
    done: int
    now: int = -1
    provisional: bool = False

    @property
    def words(self) -> Message:
        """待派遣, 处置中, 已派遣 · 待发."""
        word = Message(f"cases.stage_{self.name}")
        return Message("cases.waiting", {"stage": word}) if self.provisional else word


class Left(NamedTuple):
    """What is left of a limit, as a row shows it: 余 02:36.

    Attributes:
        words: the word and the clock.
        token: the colour of the theme.
        over: whether it is past.
    """

    words: Message
    token: str
    over: bool


NOT_TAKEN = Stage("none", 1, 1)
"""An event of which no case was made: 待受理."""


def stage_of(case: Case | None) -> Stage:
    """The stage of a case; without one the event waits to be taken."""
    if case is None:
        return NOT_TAKEN
    at = _STEP.get(case.stage, 0)
    name = case.stage
    if case.provisional:
        return Stage(name, at + 1, -1, True)
    if not case.open:
        return Stage(name, len(RAIL))
    if name in _WAITS_FOR_NEXT:
        return Stage(name, at + 1, at + 1)
    return Stage(name, at + 1) if name == "assigned" else Stage(name, at, at)


def left_of(due: int, since: int, now: int) -> Left | None:
    """What is left until `due` of a limit that began at `since`, city time; None where there is no limit."""
    if due <= 0:
        return None
    left = due - now
    if left <= 0:
        return Left(Message("cases.over", {"clock": _clock(left)}), "red_text", True)
    near = left * _NEAR < due - since
    return Left(Message("cases.left", {"clock": _clock(left)}), "yellow_text" if near else "t1", False)


def _clock(us: int) -> str | Message:
    """02:36, 2:11:40; from two days on in days, since nobody reads 71:20:05."""
    return countdown(us) if abs(us) < 2 * DAY else Message("kit.span_days", {"n": abs(us) // DAY})


def number_of(case: Case) -> Message | str:
    """The printed number, or that it has none yet."""
    return case.number or Message("cases.no_number")


def item_of(case: Case, picture: Picture) -> Item:
    """How a case is selected: as its event or alarm where the picture has it, else as itself."""
    topic = next((topic for topic in ("event", "alarm") if case.facts.event in picture[topic]), "")
    return (topic, case.facts.event) if topic else ("case", case.id)


def in_time(case: Case) -> bool:
    """Whether a case left each of its stages before that was overdue."""
    due, stage = 0, ""
    for step in case.steps:
        if isinstance(step.entry, CaseClosed):
            return not 0 < due < step.at
        if isinstance(step.entry, StageReached):
            if step.entry.stage != stage and 0 < due < step.at:
                return False
            due, stage = step.entry.due, step.entry.stage
    return True


def overdue(case: Case, now: int) -> bool:
    """Whether an open case stayed in its stage for too long."""
    return case.open and 0 < case.due < now
