"""Questions that go on from the one before."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from cockpit.assist.asking.found import Found
from cockpit.assist.asking.measure import Asked
from cockpit.model.asking import Understood


def leans_on(found: Found, context: Understood) -> bool:
    """Whether a question goes on from the one before: it says so, or names nothing that it could be of."""
    names = found.names
    tokens = [token for token in found.divided.tokens if token.type != "unknown"]
    ends = tokens[:1] + tokens[-1:]
    if any(token.type == "atom" and "SAME" in token.value for token in ends):
        return True
    own = names - {"SAME", "WHICH", "WHOLE", "COMPARE", "NOW", "NOT", "EACH"}
    slots = (found.areas, found.kinds, found.channels, found.unit_kinds, found.units, found.levels, found.stages, found.times,
             found.hours, found.weekdays, found.bounds, found.places, found.signs)  # fmt: skip
    if not any(slots):
        return own <= _ONLY_FORM
    return not own and not found.asked and not found.signs


_ONLY_FORM = {"LIST", "CASES", "PREV", "YEARAGO", "RANK", "TREND", "DIFFER", "MOST", "LEAST", "GROWTH", "UP"}


def leaning(found: Found, asked: Asked, dims: list[str], context: Understood) -> tuple[Asked, list[str]]:
    if asked.measure == "count" and not found.has("COUNT") and not asked.marks:
        measure = "count" if found.has("LIST") else context.scope.measure
        asked = Asked(measure, context.scope.marks, context.scope.when, context.of == "share")
    return asked, dims
