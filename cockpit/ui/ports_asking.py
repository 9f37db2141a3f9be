"""The port of the question box, answered by a leader's seat. A callback whose asker is gone is not called."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.model.asking import Chip, Choice, Declined, Told, Understood
from cockpit.model.askmodel import ModelStep
from cockpit.seat.asking import SeatAsking
from cockpit.seat.askmodel import SeatAskModel
from cockpit.ui.ports import while_alive

Done = Callable[[Told | Declined], None]


class AskingOfSeat:
    """`ports.asking.Asking`."""

    def __init__(self, asking: SeatAsking, lang: str = "zh") -> None:
        self._asking = asking
        asking.lang = lang

    def ask(self, text: str, context: Understood | None, done: Done) -> Callable[[], None]:
        return self._asking.ask(text, context, while_alive(done))

    def again(self, understood: Understood, done: Done) -> Callable[[], None]:
        return self._asking.again(understood, while_alive(done))

    def edit(self, understood: Understood, chip: Chip, choice: Choice | None, done: Done) -> Callable[[], None]:
        return self._asking.edit(understood, chip, choice, while_alive(done))

    def prepare(self) -> None:
        self._asking.prepare()

    def suggestions(self, lang: str = "") -> tuple[str, ...]:
        if lang:
            self._asking.lang = lang
        return self._asking.suggestions()


class AskModelOfSeat(SeatAskModel):
    """`ports.askmodel.AskModel`."""

    def ask_model(
        self, text: str, context: Understood | None, done: Done, progress: Callable[[ModelStep], None]
    ) -> Callable[[], None]:
        return super().ask_model(text, context, while_alive(done), while_alive(progress))
