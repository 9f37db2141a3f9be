"""What is open already near where a caller says it is: cases, and events of the picture without one. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cockpit.geo.metres import haversine
from cockpit.model.cases import Case
from cockpit.model.tables import EventState
from widgets.kit.context import PanelContext
from widgets.kit.loopwords import number_of, stage_of
from widgets.lists.words import EventWords, joined

METRES = 300.0
MOST = 6


@dataclass(frozen=True)
class Known:
    """Something open nearby.

    Attributes:
        case: id of its case, "" where an event has none; event: key of its event, "" for a case by telephone.
        kind: code of its class; level: 1–5.
        title, under: words; under says number or source, and its stage. metres: how far.
        same: it is of the class that the caller tells of.
    """

    case: str
    event: str
    kind: str
    level: int
    title: str
    under: str
    metres: float
    same: bool


def known_around(ctx: PanelContext, say: EventWords, lon: float, lat: float, kind: str) -> list[Known]:
    """What is open within `METRES`, that of the same class first, then the nearest."""
    found = [_of_case(ctx, case, far, kind) for case, far in ctx.cases.nearby(lon, lat, METRES)]
    table = ctx.picture["event"]
    if len(table):
        far = haversine(lon, lat, table.numbers("lon"), table.numbers("lat"))
        near = np.flatnonzero((table.numbers("state") == EventState.OPEN) & (far <= METRES))
        rows = [(int(i), float(far[i])) for i in near]
        found += [_of_event(ctx, say, i, metres, kind) for i, metres in rows if _without_case(ctx, table.key_at(i))]
    return sorted(found, key=lambda one: (not one.same, one.metres))[:MOST]


def _without_case(ctx: PanelContext, event: str) -> bool:
    case = ctx.cases.of_event(event)
    return case is None or not case.open


def _of_case(ctx: PanelContext, case: Case, metres: float, kind: str) -> Known:
    t, facts = ctx.t, case.facts
    number = number_of(case)
    under = joined(number if isinstance(number, str) else t(number), t(stage_of(case).words))
    name = t.pack(ctx.pack.kind(facts.kind).name)
    return Known(case.id, facts.event, facts.kind, facts.level, name, under, metres, facts.kind == kind)


def _of_event(ctx: PanelContext, say: EventWords, i: int, metres: float, kind: str) -> Known:
    row = ctx.picture["event"].row(i)
    title = say.title(row["kind"], float(row["amount"]))
    under = joined(say.place(row, short=True), say.channel(row["channel"]), ctx.t("cases.stage_none"))
    return Known("", row["key"], row["kind"], int(row["level"]), title, under, metres, row["kind"] == kind)
