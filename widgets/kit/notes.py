"""批注: what people wrote at a time to a sign in an area, kept at this seat only; nobody else sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cockpit.model.ports import Prefs

PREF = "leader.notes"
MOST, MOST_LETTERS = 500, 200
"""Notes that are kept, the newest; letters of one."""


class SignNote(NamedTuple):
    """One: to which sign in which area, about when (UTC us of the city), by whom, what."""

    sign: str
    area: str
    at: int
    by: str
    words: str


def all_notes(prefs: Prefs) -> list[SignNote]:
    """All of this seat's, the oldest first; what is none in the file is passed over."""
    found = []
    for one in prefs.get(PREF, []):
        if isinstance(one, list) and len(one) == 5 and isinstance(one[2], int):
            found.append(SignNote(str(one[0]), str(one[1]), one[2], str(one[3]), str(one[4])))
    return found


def notes_of(prefs: Prefs, sign: str, area: str) -> list[SignNote]:
    """Those to a sign in an area, the oldest first: a chart of it marks them."""
    return [note for note in all_notes(prefs) if (note.sign, note.area) == (sign, area)]


def add_note(prefs: Prefs, note: SignNote) -> None:
    """Keeps another one."""
    words = " ".join(note.words.split())[:MOST_LETTERS]
    if words:
        _keep(prefs, sorted([*all_notes(prefs), note._replace(words=words)], key=lambda one: one.at))


def drop_note(prefs: Prefs, note: SignNote) -> None:
    """Takes one away."""
    _keep(prefs, [one for one in all_notes(prefs) if one != note])


def _keep(prefs: Prefs, notes: Sequence[SignNote]) -> None:
    kept: list[Any] = [list(note) for note in notes[-MOST:]]
    prefs.set(PREF, kept)
