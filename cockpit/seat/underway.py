"""What is under way as a leader's seat sees it now, and how that is laid over what its copy knows. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Records
from cockpit.model.loop import LoopRules
from cockpit.model.ports.link import LinkState
from cockpit.model.signs import SignSet

if TYPE_CHECKING:
    from cockpit.insight.facts import Facts
    from cockpit.insight.signs import Signs
    from cockpit.seat.archive import ArchiveSync
    from cockpit.seat.seat import Seat
    from cockpit.store.archive import Archive

_EVENT = ("key", "kind", "level", "channel", "area", "place", "lon", "lat", "amount", "state", "occurred", "updated")
_FROM_PAST = ("satisfied",)
_FROM_EVENT = ("lon", "lat", "area", "place", "amount", "reported", *_FROM_PAST)

_AT = {name: i for i, name in enumerate(RECORD.names)}

Row = tuple[Any, ...]


class Here(msgspec.Struct):
    """What the picture and the ledger of this seat say now.

    Attributes:
        cases: rows of our cases by key, and whether their event is in the picture.
        events: columns of the open events of the picture. names: of units.
        as_of: until when that is complete, UTC us of the city; 0 where it is not known.
    """

    cases: dict[str, tuple[Row, bool]]
    events: dict[str, Any]
    names: dict[str, str]
    as_of: int


def gathered(seat: Seat, sync: ArchiveSync) -> Here:
    """What is under way, taken out of the picture and the ledger; in a tick."""
    from cockpit.insight.now import of_case, of_event

    picture, cases, rules = seat.picture, seat.cases, seat.pack.loop
    events, units = picture["event"], picture["unit"]

    def kind_of(unit: str) -> str:
        row = units.row_of(unit)
        return "" if row is None else str(units.value(row, "kind"))

    rows = {}
    for case in (*cases.all_open(), *cases.closed()):
        event = events.get(case.facts.event) if case.facts.event else None
        before = None if event is None else of_event(event, rules)
        row = of_case(case, before, rules, kind_of)
        rows[row[0]] = (row, before is not None)
    columns = events.columns()
    names = dict(zip(units.keys, units.text("name"), strict=True))
    is_live = seat.link.state is LinkState.LIVE and bool(sync.fresh.rows_until)
    return Here(rows, {name: columns[name] for name in _EVENT}, names, seat.live.now() if is_live else 0)


def signs_of(seat: Seat, sync: ArchiveSync, definitions: SignSet) -> Signs:
    """What is known of the signs now: as the picture has them, and their past."""
    from cockpit.insight.signs import Live, Signs

    table = seat.picture["sign"]
    numbers = (table.numbers(name).tolist() for name in ("value", "measured", "level"))
    live = dict(zip(table.keys, map(Live, *numbers), strict=True))
    return Signs({sign.code: sign for sign in definitions.signs}, live, sync.history)


def laid_over(
    facts: Facts, here: Here, before: dict[str, Row], archive: Archive, rules: LoopRules
) -> tuple[dict[str, Row], list[Records]]:
    """Rows by key of cases as they stand and of events that the archive has not heard of; and what changes: those
    of them that are new, and those that were under way before as the archive has them.

    Args:
        before: rows by key that are laid over `facts` already.

    Raises:
        OutsideError: the archive can not be read.
    """
    from cockpit.insight.now import of_event

    rows = _with_past(here.cases, archive)
    keys = here.events["key"]
    for i, is_known in enumerate(facts.knows(keys)):
        if keys[i] not in rows and (not is_known or keys[i] in before):
            event = {name: _plain(here.events[name][i]) for name in _EVENT}
            rows[keys[i]] = of_event(event, rules)
    gone = [key for key in before if key not in rows]
    new = [row for key, row in rows.items() if before.get(key) != row]
    back = archive.rows(gone)
    return rows, [piece for piece in (back, Records.of_rows(new)) if len(piece)]


def _with_past(cases: dict[str, tuple[Row, bool]], archive: Archive) -> dict[str, Row]:
    """Our cases, with what only the archive knows of them: what became of their events, what citizens said."""
    known = {row[0]: row for row in archive.rows(list(cases)).rows()}
    found: dict[str, Row] = {}
    for key, (row, has_event) in cases.items():
        if before := known.get(key):
            mended = list(row)
            for name in _FROM_PAST if has_event else _FROM_EVENT:
                mended[_AT[name]] = before[_AT[name]]
            row = tuple(mended)
        found[key] = row
    return found


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
