"""Better wording of a briefing by the model of the site, as panels see it: offered, looked at, taken or left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cockpit.model.askmodel import ModelState
from cockpit.model.briefings import Reworded, Wanted
from cockpit.model.messages import Message
from cockpit.model.ports.briefings import Made


class Wording(Protocol):
    """Used on the thread of `tick`; what is done aside is answered on it."""

    def state(self) -> ModelState:
        """Whether a model words briefings here; quickly told."""
        ...

    def consent(self, yes: bool) -> None:
        """Keeps what the person decided.

        Raises:
            CockpitError: it can not be kept.
        """
        ...

    def preview(self, wanted: Wanted, done: Callable[[str | Message], None]) -> Callable[[], None]:
        """`done` gets the exact body of the first request, or why there is none. What is returned cancels it."""
        ...

    def offers(
        self,
        wanted: Wanted,
        done: Callable[[tuple[Reworded, ...] | Message], None],
        progress: Callable[[int, int], None],
    ) -> Callable[[], None]:
        """Asks for another wording of each paragraph, with consent.

        Args:
            done: gets what is offered, also what was refused, or a sentence why there is nothing.
            progress: (how many are done, of how many). What is returned cancels it.
        """
        ...

    def make(
        self, wanted: Wanted, taken: tuple[int, ...], done: Callable[[Made | Message], None]
    ) -> Callable[[], None]:
        """The briefing of the last offers in those words that were taken, looked over once more.

        Args:
            taken: blocks whose offer is taken.
        """
        ...
