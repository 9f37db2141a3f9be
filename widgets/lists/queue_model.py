"""The rows of the queue: what is asked, kept fresh, and what each row says. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cockpit.model.cases import Case
from cockpit.model.ports.cases import Cases
from cockpit.model.ports.instructions import Instructions
from cockpit.model.tables import EventState
from widgets.kit.loopwords import NOT_TAKEN, Stage, stage_of
from widgets.lists.areas import AreaTree
from widgets.lists.asked import NOTHING, Answer, Asked, Loop, Order, Scope, answer
from widgets.lists.words import EventWords

GHOST = -1


@dataclass(frozen=True)
class Face:
    """What one row shows.

    Attributes:
        key: of the event.
        level: 1-5. pattern: name of the kind's symbol. title, place, group, channel: words.
        occurred: when it happened, UTC us. closed: its source says that it is over.
        stage: where its case is; an open event without one waits to be taken.
        due, since: limit of that stage and when it began, city time, 0 never.
        told: a leader has written to it, and waits for an answer.
        gone: it has left the list, and is held here only until the pointer leaves, so that no row moves under it.
    """

    key: str
    level: int
    pattern: str
    title: str
    place: str
    group: str
    channel: str
    occurred: int
    closed: bool
    stage: Stage = NOT_TAKEN
    due: int = 0
    since: int = 0
    gone: bool = False
    told: bool = False


class QueueModel:
    """The events asked for, in order; positions are those of the list, never rows of the table.

    Attributes:
        asked: what is asked; set by `ask`.
        words: how events are said.
        given: the answer to it as of the last `refresh`.
    """

    def __init__(
        self, table: Any, areas: AreaTree, words: EventWords, cases: Cases, written: Instructions | None = None,
        named: bool = True,
    ) -> None:  # fmt: skip
        """
        Args:
            named: whether addresses may be said; else the street area is.
        """
        self.table = table
        self._written = written
        self._named = named
        self._cases = cases
        self.words = words
        self.asked = Asked()
        self.given: Answer = NOTHING
        self._near: tuple[float, float] | None = None
        self._areas = areas
        self._rows = NOTHING.rows
        self._ghosts: list[Face] = []

    def ask(self, asked: Asked) -> None:
        self.asked = asked
        self.given = replace(NOTHING)

    @property
    def outdated(self) -> bool:
        return bool(self.given.version != self.table.version)

    def refresh(self, now_us: int, near: tuple[float, float] | None = None) -> None:
        """Answers anew. Ghosts are dropped: whoever still needs them puts them back with `haunt`."""
        asked = self.asked
        # else time, the areas or the ledger make another answer
        lasts = asked.scope is not Scope.CLOSED_TODAY and not asked.areas and not asked.of_loop
        if self.outdated or not lasts or near != self._near:
            self._near = near
            loop = self._loop() if asked.of_loop else Loop()
            self.given = answer(self.table, asked, now_us, self._areas.within, near, loop)
            if self.given is NOTHING:
                self.given = replace(NOTHING, version=self.table.version)
        self._rows, self._ghosts = self.given.rows, []

    def _loop(self) -> Loop:
        """What the ledger says of events now."""
        due = {case.facts.event: case.due for case in self._cases.all_open() if case.facts.event}
        closed = {case.facts.event for case in self._cases.closed()}
        return Loop(frozenset(due).union(closed), due)

    def haunt(self, before: Sequence[Face], after: int) -> None:
        """Puts rows that have left back into the list as ghosts, at position `after` and following."""
        ghosts = [replace(face, gone=True) for face in before]
        at = GHOST - len(self._ghosts)
        self._rows = np.insert(self._rows, after, [at - i for i in range(len(ghosts))])
        self._ghosts += ghosts

    def exorcise(self) -> bool:
        """Drops the ghosts; says whether there were any."""
        if not self._ghosts:
            return False
        self._rows, self._ghosts = self.given.rows, []
        return True

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def needs_near(self) -> bool:
        return self.asked.order is Order.NEAREST

    def position(self, key: str) -> int | None:
        """Where in the list the event is; None when it is not."""
        for i, ghost in enumerate(self._ghosts):
            if ghost.key == key:
                return int(np.flatnonzero(self._rows == GHOST - i)[0])
        row = self.table.row_of(key)
        if row is None:
            return None
        where = np.flatnonzero(self._rows == row)
        return int(where[0]) if len(where) else None

    def level_of(self, key: str) -> int | None:
        """Level of an event of the picture."""
        row = self.table.row_of(key)
        return None if row is None else int(self.table.value(row, "level"))

    def keys(self, start: int, stop: int) -> list[str]:
        keys = self.table.text("key")
        return [keys[row] if row >= 0 else self._ghosts[GHOST - row].key for row in self._rows[start:stop].tolist()]

    def face(self, position: int) -> Face:
        row = int(self._rows[position])
        if row < 0:
            return self._ghosts[GHOST - row]
        event = self.table.row(row)
        words = self.words
        case = self._cases.of_event(event["key"])
        return Face(
            key=event["key"],
            level=int(event["level"]),
            pattern=words.pack.kind(event["kind"]).pattern,
            title=words.title(event["kind"], float(event["amount"])),
            place=words.place(event, short=True) if self._named else self._areas.street(event["area"]),
            group=words.group(event["kind"]),
            channel=words.channel(event["channel"]),
            occurred=int(event["occurred"]),
            closed=int(event["state"]) == EventState.CLOSED and (case is None or not case.open),
            stage=stage_of(case),
            due=case.due if case is not None and case.open else 0,
            since=case.stage_at if case is not None else 0,
            told=told(self._written, event["key"], case),
        )

    def faces(self, start: int, stop: int) -> list[Face]:
        return [self.face(i) for i in range(max(start, 0), min(stop, len(self)))]


def told(written: Instructions | None, event: str, case: Case | None) -> bool:
    """Whether a leader has written to an event or its case, and waits for an answer."""
    if written is None:
        return False
    found = (*(written.of("case", case.id) if case is not None else ()), *(written.of("event", event) if event else ()))
    return any(one.open and not one.answered for one in found)
