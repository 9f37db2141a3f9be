"""What a shell tells each of its parts; a part takes what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from widgets.kit.actions import Action


class Part:
    """Something of a seat's window that is no panel: calls, a replay, a window beside it."""

    def actions(self) -> Iterator[Action]:
        """Its commands, with their keys."""
        yield from ()

    def refresh(self, topics: frozenset[str]) -> None:
        """Tables of `topics` changed."""

    def ticked(self) -> None:
        """What arrived was taken in."""

    def second(self) -> None:
        """A second passed."""

    def place(self) -> None:
        """The window has another size."""

    def retheme(self) -> None:
        """The theme changed."""

    def retranslate(self) -> None:
        """The language changed."""

    def close(self) -> object:
        """The window closes."""
        return None
