"""How far back a query looks: records that were reported before make no difference to its answer."""

from __future__ import annotations

from cockpit.insight.changes import first_like
from cockpit.insight.signs import PREFIX
from cockpit.model.insight import AskChanges, AskFigure, AskRows, AskSplit, AskTrend, Query
from cockpit.model.spans import compared

NOTHING = 1 << 62
"""It looks at no record at all."""
ALL = -NOTHING


def reach(query: Query, now: int) -> int:
    """Since when (UTC us) records have to be there for the answer that all of them would give."""
    scope = query.scope
    if scope.measure.startswith(PREFIX) and not isinstance(query, AskChanges):
        return NOTHING
    if scope.when:  # reported who knows when, closed in the period
        return ALL
    try:
        first = min(scope.span.start, compared(scope.span, scope.against, now).start)
        match query:
            case AskFigure() | AskSplit() | AskTrend() | AskRows():
                return first
            case AskChanges():
                return min(first, first_like(scope.span))
            case _:
                return ALL
    except (ValueError, OverflowError):  # years that no calendar has
        return ALL
