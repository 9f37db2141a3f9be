"""The rows of the case list: open cases by what is due first, or those closed today. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from cockpit.model.cases import Case
from cockpit.model.entries import TextRef
from widgets.kit.context import PanelContext
from widgets.kit.discreet import may_name, unit_name
from widgets.kit.loopwords import in_time, number_of, overdue, stage_of
from widgets.lists.areas import AreaTree
from widgets.lists.queue_model import Face, told
from widgets.lists.words import EventWords, joined


class Which(StrEnum):
    """Which cases are listed."""

    OPEN = "open"
    OVER = "over"
    CLOSED = "closed"


class CaseModel:
    """The cases asked for, in order; it is what a `QueueView` shows.

    Attributes:
        which: those asked for.
        read: words of a text by the id of its ref, None while they are not known.
        wanted: refs of words that a row shown lacked.
    """

    outdated = False

    def __init__(self, ctx: PanelContext, areas: AreaTree) -> None:
        self.which = Which.OPEN
        self.read: Callable[[str], str | None] = lambda ident: None
        self.wanted: list[TextRef] = []
        self._ctx, self._areas = ctx, areas
        self._cases: list[Case] = []
        self._rows: list[Case | Face] = []

    def counts(self) -> dict[Which, int]:
        """How many there are of each."""
        cases, now = self._ctx.cases, self._ctx.clock.now()
        found = cases.all_open()
        over = sum(overdue(case, now) for case in found)
        return {Which.OPEN: len(found), Which.OVER: over, Which.CLOSED: len(cases.closed())}

    def refresh(self) -> None:
        """Reads anew. Ghosts are dropped: whoever still needs them puts them back with `haunt`."""
        cases, now = self._ctx.cases, self._ctx.clock.now()
        if self.which is Which.CLOSED:
            self._cases = cases.closed()
        else:
            self._cases = [c for c in cases.all_open() if self.which is Which.OPEN or overdue(c, now)]
        self._rows = list(self._cases)

    def haunt(self, before: Sequence[Face], after: int) -> None:
        """Puts rows that have left back into the list as ghosts, at position `after` and following."""
        self._rows[after:after] = [replace(face, gone=True) for face in before]

    def exorcise(self) -> bool:
        """Drops the ghosts; says whether there were any."""
        ghosts = len(self._rows) > len(self._cases)
        self._rows = list(self._cases)
        return ghosts

    def __len__(self) -> int:
        return len(self._rows)

    def position(self, key: str) -> int | None:
        """Where in the list the case is; None when it is not."""
        return next((i for i, row in enumerate(self._rows) if _key(row) == key), None)

    def keys(self, start: int, stop: int) -> list[str]:
        return [_key(row) for row in self._rows[start:stop]]

    def level_of(self, key: str) -> int | None:
        """Level of a case that is listed."""
        return next((case.facts.level for case in self._cases if case.id == key), None)

    def faces(self, start: int, stop: int) -> list[Face]:
        return [self._face(row) for row in self._rows[max(start, 0) : max(stop, 0)]]

    # -- what a row says

    def _face(self, case: Case | Face) -> Face:
        if isinstance(case, Face):
            return case
        ctx, t = self._ctx, self._ctx.t
        words = EventWords(t, ctx.pack, self._areas)
        event = ctx.picture["event"].get(case.facts.event) if case.facts.event else None
        kind = ctx.pack.kind(case.facts.kind)
        late = "cases.closed_late" if not in_time(case) else "cases.closed_in_time"
        number = number_of(case)
        return Face(
            key=case.id,
            level=case.facts.level,
            pattern=kind.pattern,
            title=words.title(case.facts.kind, float(event["amount"])) if event else t.pack(kind.name),
            place=joined(number if isinstance(number, str) else t(number), self._place(case, event, words)),
            group=t(late) if not case.open else words.group(case.facts.kind),
            channel=self._who(case, words),
            occurred=case.opened if case.open else case.closed,
            closed=not case.open,
            stage=stage_of(case),
            due=case.due if case.open else 0,
            since=case.stage_at,
            told=told(ctx.instructions, case.facts.event, case),
        )

    def _place(self, case: Case, event: dict[str, object] | None, words: EventWords) -> str:
        if not may_name(self._ctx):
            return self._areas.street(case.facts.area)
        if event is not None:
            return words.place(event, short=True)
        ref = case.texts.get("place")
        if ref is None:
            return case.words.get("place") or self._areas.street(case.facts.area)
        known = self.read(ref.id)
        if known is None:
            self.wanted.append(ref)
        return known or self._areas.street(case.facts.area)

    def _who(self, case: Case, words: EventWords) -> str:
        """The units at it; before there are any, where the case came from."""
        units = [order.unit for order in sorted(case.at_work(), key=lambda order: not order.lead)]
        if not units:
            return words.channel(case.facts.channel)
        name = unit_name(self._ctx, units[0]) or units[0].partition("/")[2] or units[0]
        return name if len(units) == 1 else self._ctx.t("outbox.and_others", name=name, n=len(units))


def _key(row: Case | Face) -> str:
    return row.key if isinstance(row, Face) else row.id
