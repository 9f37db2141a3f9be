"""What a wall turns to by itself where nobody chose anything: the same in every panel that follows."""

from __future__ import annotations

import numpy as np

from cockpit.model.tables import EventState
from widgets.kit.context import PanelContext

GRAVE = (1, 2)
"""Levels of what a wall turns to."""


def gravest_key(ctx: PanelContext) -> str:
    """Key of the gravest open case's event (of the case where the picture has no such event), of these the one due
    first; else of the gravest open event, of these the newest; "" none is grave."""
    open_ = [case for case in ctx.cases.all_open() if case.facts.level in GRAVE]
    if open_:
        best = min(open_, key=lambda case: (case.facts.level, case.due or 2**62, case.id))
        return best.facts.event if best.facts.event in ctx.picture["event"] else best.id
    table = ctx.picture["event"]
    levels, occurred = table.numbers("level"), table.numbers("occurred")
    rows = np.flatnonzero((table.numbers("state") == EventState.OPEN) & np.isin(levels, GRAVE)).tolist()
    return table.key_at(min(rows, key=lambda i: (int(levels[i]), -int(occurred[i])))) if rows else ""
