"""What the names in a template mean: which there are, what each may be asked for, and the scope that comes of it."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.assist.briefing.formula import Call, Compared, Joined, Not, Number, Wrong
from cockpit.assist.briefing.periods import Period
from cockpit.model.city import Pack
from cockpit.model.clock import DAY
from cockpit.model.insight import DIMENSIONS as ALL_DIMENSIONS
from cockpit.model.insight import MEASURES
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import begin, day_of
from cockpit.model.stages import STAGES
from cockpit.packs.checked import hint

PARTS = ("say", "table", "bars", "trend", "map", "cases", "course", "log")
DIMENSIONS = ALL_DIMENSIONS
AREAS = ("district", "street", "community", "cell")
WORDS = frozenset({"city", "area", "date", "period", "before", "year_before", "now", "year", "number"})
CASE_WORDS = frozenset({"case_number", "case_kind", "case_level", "case_place", "case_stage", "case_channel",
                        "case_unit", "case_area"})  # fmt: skip
FILTERS = ("kinds", "channels", "levels", "stages", "results", "unit", "unit_kind", "place", "area", "span")
SPANS = ("this", "before", "year", "last7", "last30", "month_to_date", "year_to_date", "all_before")
RESULTS = ("solved", "void", "referred")
MORE_STAGES = ("open", "overdue", "late")
MEASURED = frozenset({*MEASURES, "sign"})
IN_COLUMN = MEASURED | {"change", "share"}
IN_CONDITION = MEASURED | {"delta", "share", "running"}
IN_SENTENCE = MEASURED | {"change", "share", "top"} | WORDS | CASE_WORDS
_OWN = {
    "sign": ("code", "area", "span"),
    "change": ("of", "against", *FILTERS),
    "delta": ("of", "against", *FILTERS),
    "share": FILTERS,
    "top": ("of", "by", "n", "lowest", *FILTERS),
}
AGAINST = ("before", "year")
MOST_TOP = 10


def check(call: Call, pack: Pack, may: frozenset[str], kind: str) -> None:
    """Args:
        may: names that may stand here; kind: of the template.

    Raises:
        Wrong: a name that is not known, or that can not be asked so.
    """
    if call.name not in may or (call.name in CASE_WORDS and kind != "event"):
        raise Wrong(call.at, "briefing.no_name", given=call.name, hint=hint(call.name, may))
    takes = _OWN.get(call.name, FILTERS if call.name in MEASURES else ())
    for key, words in call.given.items():
        at = call.places[key]
        if key not in takes:
            raise Wrong(at, "briefing.no_argument", name=call.name, given=key, hint=hint(key, takes))
        known = _known(key, pack)
        if key == "kinds" and kind == "event" and words == ("same",):
            continue
        for word in words:
            if known is not None and word not in known and not _fits(key, word):
                raise Wrong(at, "briefing.no_value", key=key, given=word, hint=hint(word, known))
        if key not in ("kinds", "channels", "levels", "stages", "results") and len(words) > 1:
            raise Wrong(at, "briefing.one_value", key=key)
    for needed in {"sign": ("code",), "top": ("by",)}.get(call.name, ()):
        if needed not in call.given:
            raise Wrong(call.at, "briefing.needs", name=call.name, key=needed)


def _known(key: str, pack: Pack) -> tuple[str, ...] | None:
    """Values that an argument may have; None any."""
    match key:
        case "kinds":
            return (*pack.kinds, *sorted({kind.group_code for kind in pack.kinds.values()}))
        case "channels":
            return tuple(pack.channels)
        case "levels":
            return ("1", "2", "3", "4", "5")
        case "stages":
            return (*STAGES, *MORE_STAGES)
        case "results":
            return RESULTS
        case "unit_kind":
            return tuple(pack.unit_kinds)
        case "span":
            return SPANS
        case "against":
            return AGAINST
        case "by":
            return DIMENSIONS
        case "of":
            return MEASURES
        case "lowest":
            return ("yes", "no")
        case "n":
            return tuple(str(n) for n in range(1, MOST_TOP + 1))
        case "area":
            return ("here", "city")
        case _:
            return None


def _fits(key: str, word: str) -> bool:
    return (key == "area" and word.isdigit()) or (key == "of" and word.startswith("sign:"))


def span_of(word: str, period: Period) -> Span:
    """A span by its word, seen from the period."""
    end = period.span.end
    match word:
        case "before":
            return period.before
        case "year":
            return period.year
        case "last7":
            return Span(end - 7 * DAY, end)
        case "last30":
            return Span(end - 30 * DAY, end)
        case "month_to_date":
            return Span(_first_of(end - 1, "month"), end)
        case "year_to_date":
            return Span(_first_of(end - 1, "year"), end)
        case "all_before":
            return Span(end - 400 * DAY, period.span.start)
        case _:
            return period.span


def _first_of(us: int, what: str) -> int:
    first = day_of(us).replace(day=1)
    return begin(first.replace(month=1) if what == "year" else first)


def scope_of(call: Call, here: Scope, period: Period, same: str = "") -> Scope:
    """The scope of a call.

    Args:
        here: what the whole briefing is of. same: kind of the event of an event report.
    """
    given = call.given

    def one(key: str, default: str = "") -> str:
        return given[key][0] if key in given else default

    measure = f"sign:{one('code')}" if call.name == "sign" else one("of", "count")
    if call.name in MEASURES:
        measure = call.name
    area = {"": here.area, "here": here.area, "city": ""}.get(one("area"), one("area"))
    against = None
    if call.name in ("change", "delta"):
        against = period.year if one("against") == "year" else period.before
    return here.with_(
        span=span_of(one("span", "this"), period),
        area=area,
        kinds=(same,) if given.get("kinds") == ("same",) else given.get("kinds", here.kinds),
        channels=given.get("channels", here.channels),
        levels=tuple(int(n) for n in given["levels"]) if "levels" in given else here.levels,
        stages=given.get("stages", here.stages),
        results=given.get("results", here.results),
        unit=one("unit", here.unit),
        unit_kind=one("unit_kind", here.unit_kind),
        place=one("place", here.place),
        measure=measure,
        against=against,
    )


Holds = Callable[[Call], "float | None"]


def holds(of: object, value: Holds) -> bool:
    """Whether a condition holds; what has no value is neither more nor less than anything."""
    match of:
        case Joined(every, parts):
            return (all if every else any)(holds(part, value) for part in parts)
        case Not(inner):
            return not holds(inner, value)
        case Compared(left, how, right):
            a, b = (one.value if isinstance(one, Number) else value(one) for one in (left, right))
            if a is None or b is None:
                return False
            return {
                "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b,
            }[how]  # fmt: skip
        case Call():
            found = value(of)
            return bool(found)
        case _:
            return True
