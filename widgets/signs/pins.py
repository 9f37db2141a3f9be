"""Favourite signs of a person, kept in the profile. No Qt."""

from __future__ import annotations

from cockpit.model.ports import Prefs

_MOST = 500


class Pins:
    """Codes of signs that are pinned; panel and page each have one and read the same preference."""

    def __init__(self, prefs: Prefs) -> None:
        self._prefs = prefs

    @property
    def codes(self) -> frozenset[str]:
        kept = self._prefs.get("signs.pinned", [])
        return frozenset(code for code in kept if isinstance(code, str)) if isinstance(kept, list) else frozenset()

    def toggle(self, code: str) -> bool:
        """Pins a sign, or lets it go; whether it is pinned now."""
        codes = self.codes ^ {code}
        self._prefs.set("signs.pinned", sorted(codes)[:_MOST])
        return code in codes
