"""Letters as panels of a seat read them; on the thread that ticks."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.letters import Letter

SHOWN = 300
"""Letters that are told where no unit is named."""


class LettersHere:
    """What is known of letters, and those that wait here for the hub."""

    def __init__(self) -> None:
        self._known: dict[str, Letter] = {}
        self._waiting: dict[str, Letter] = {}
        self._sorted: dict[str, tuple[Letter, ...]] = {}

    def of(self, unit: str) -> Sequence[Letter]:
        """From and to a unit, oldest first; "" the newest of all."""
        if unit not in self._sorted:
            both = {**self._waiting, **self._known}.values()
            found = sorted((one for one in both if unit in ("", one.unit)), key=lambda one: (one.written, one.id))
            self._sorted[unit] = tuple(found[-SHOWN:] if not unit else found)
        return self._sorted[unit]

    def take(self, letters: Sequence[Letter]) -> None:
        """As the hub has them; a state does not go back."""
        for letter in letters:
            self._known[letter.id] = letter
            self._waiting.pop(letter.id, None)
        self._sorted.clear()

    def wait(self, letters: Sequence[Letter]) -> None:
        """Written here, not at the hub yet."""
        self._waiting.update((letter.id, letter) for letter in letters)
        self._sorted.clear()

    def forget(self) -> None:
        """The hub is another one: only what waits is left."""
        self._known.clear()
        self._sorted.clear()
