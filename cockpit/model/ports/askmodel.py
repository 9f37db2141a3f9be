"""A model of the site as panels see it. Nothing is sent before the person saw what it is and agreed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cockpit.model.asking import Declined, Told, Understood
from cockpit.model.askmodel import ModelRecord, ModelState, ModelStep

Progress = Callable[[ModelStep], None]


class AskModel(Protocol):
    """Used on the thread of `tick`; answers and progress come on it."""

    def state(self) -> ModelState:
        """Whether a model can be asked; quickly told."""
        ...

    def preview(self, text: str) -> str:
        """The exact body of the first request for a question: what would leave the machine."""
        ...

    def consent(self, yes: bool) -> None:
        """Keeps what the person decided. It ends when the address, the model or what we send changes.

        Raises:
            CockpitError: it can not be kept.
        """
        ...

    def ask_model(
        self, text: str, context: Understood | None, done: Callable[[Told | Declined], None], progress: Progress
    ) -> Callable[[], None]:
        """Asks the model. `Told.model` marks its answer; `Declined` with reason `model` says why there is none, and
        the caller shows the offline answer. What is returned cancels it."""
        ...

    def judge(self, record: str, accepted: bool) -> None:
        """Keeps whether the person took the answer of that record (`ModelMark.log`)."""
        ...

    def log(self, most: int = 100) -> tuple[ModelRecord, ...]:
        """What left the machine and what came of it, the newest first, `most` of them."""
        ...
