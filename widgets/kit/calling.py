"""What panels share of calling: which call is looked at, with whom letters are read, who is marked in the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cockpit.model.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cockpit.model.calls import Contact


class Calling(QObject):
    """
    Attributes:
        call: id of the call that bar and panel show, "" the most alive one.
        unit: key of the unit whose letters are read, "" the newest of all.
        marked: people marked in the list that has the keyboard; the call key means them.
        adding: id of the call that people are to be added to, "" none; transferring: id of the leg that goes on to
            another, "" none.
        moved_at: when the bar came or went, or a call began (monotonic seconds): rows were moved under the pointer.
        play: plays a sound (WAV, Ogg, WebM or MP4), or says why not; the shell puts its player in.
        changed: one of these is another.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.call = ""
        self.unit = ""
        self.marked: tuple[Contact, ...] = ()
        self.adding = ""
        self.transferring = ""
        self.moved_at = float("-inf")
        self.play: Callable[[bytes], Message | None] = lambda sound: Message("callsui.no_player")

    def look_at(self, call: str) -> None:
        if call != self.call:
            self.call = call
            self.changed.emit()

    def read(self, unit: str) -> None:
        """Letters from and to a unit are wanted."""
        if unit != self.unit:
            self.unit = unit
            self.changed.emit()

    def mark(self, contacts: Sequence[Contact]) -> None:
        if tuple(contacts) != self.marked:
            self.marked = tuple(contacts)
            self.changed.emit()

    def want_more(self, call: str) -> None:
        """People are chosen in the book for a call; "" ends that."""
        self._choose(call, "")

    def want_other(self, leg: str) -> None:
        """Somebody is chosen in the book to whom a leg goes; "" ends that."""
        self._choose("", leg)

    def _choose(self, call: str, leg: str) -> None:
        if (call, leg) != (self.adding, self.transferring):
            self.adding, self.transferring = call, leg
            self.changed.emit()
