"""The question box as panels see it: plain words in, an answer or a sentence why there is none out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cockpit.model.asking import Chip, Choice, Declined, Told, Understood

Done = Callable[[Told | Declined], None]
Cancel = Callable[[], None]


class Asking(Protocol):
    """Used on the thread of `tick`; answers come on it. Topic `archive`: the data changed, `again` may say more."""

    def ask(self, text: str, context: Understood | None, done: Done) -> Cancel:
        """Reads and answers a question.

        Args:
            context: of the question before: what this one leaves out is taken from there ("那西湖区呢？").
            done: gets the answer or why there is none. What is returned cancels it.
        """
        ...

    def again(self, understood: Understood, done: Done) -> Cancel:
        """Answers what was understood before once more: of a link, or over newer data."""
        ...

    def edit(self, understood: Understood, chip: Chip, choice: Choice | None, done: Done) -> Cancel:
        """Answers with another choice in the place of a chip; None: without it."""
        ...

    def prepare(self) -> None:
        """Reads the words of the city aside, so that the first question need not wait for them."""
        ...

    def suggestions(self, lang: str = "") -> tuple[str, ...]:
        """Questions that can be answered here and are worth asking now, in that language; "" in that of the start."""
        ...
