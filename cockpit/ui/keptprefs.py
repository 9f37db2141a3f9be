"""What a person set and wrote at a seat; what may name somebody lies in the seat's cache, which a laptop encrypts."""

from __future__ import annotations

import json
from typing import Any

from cockpit.model.ports import Prefs
from cockpit.seat import Seat
from widgets.kit.notes import PREF as NOTES
from widgets.kit.pinned import PINNED
from widgets.kit.questioning import HISTORY

KEPT = frozenset({NOTES, HISTORY, PINNED})
"""Names of what people wrote and asked."""


class KeptPrefs:
    """`ports.Prefs`: another one's, but for what is in `KEPT`."""

    def __init__(self, prefs: Prefs, seat: Seat) -> None:
        self._prefs, self._seat = prefs, seat
        self._read: dict[str, Any] = {}

    def get(self, name: str, default: Any) -> Any:
        """What is kept, if it is of the default's type."""
        if name not in KEPT:
            return self._prefs.get(name, default)
        if name not in self._read:  # charts ask each second
            try:
                self._read[name] = json.loads(self._seat.cache.meta(_key(name)) or "null")
            except ValueError:
                self._read[name] = None
        value = self._read[name]
        return value if isinstance(value, type(default)) else default

    def set(self, name: str, value: Any) -> None:
        if name in KEPT:
            self._read[name] = value
            self._seat.cache.put_meta(_key(name), json.dumps(value, ensure_ascii=False))
        else:
            self._prefs.set(name, value)


def _key(name: str) -> str:
    return f"prefs.{name}"
