"""The port of calling, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from cockpit.model.calls import CallRecord, Contact, Listened
from cockpit.model.messages import Message
from cockpit.seat import Seat
from cockpit.seat.calls import LiveCalls
from cockpit.ui.ports import while_alive

ASK_SECONDS = 5.0


class SeatCalls(LiveCalls):
    """`ports.Calls`."""

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, self._open_address)

    def _open_address(self, url: str, told: Callable[[bool], None]) -> None:
        """Has the desktop open an address; where nothing is set up for it, that is told."""

        def work() -> None:
            ready = has_program(url.partition(":")[0])
            self._seat.soon(lambda: told(ready and QDesktopServices.openUrl(QUrl(url))))

        self._seat.aside(work)

    def contacts(self, text: str, done: Callable[[list[Contact]], None], most: int = 50) -> None:
        super().contacts(text, while_alive(done), most)

    def settle(self, missed: str, words: str, done: Callable[[Message | None], None]) -> None:
        super().settle(missed, words, while_alive(done))

    def records(
        self, done: Callable[[list[CallRecord] | Message], None], *, case: str = "", before: int = 0, most: int = 100
    ) -> None:
        super().records(while_alive(done), case=case, before=before, most=most)

    def recording(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        super().recording(sha256, while_alive(done))

    def listened(self, sha256: str, done: Callable[[list[Listened] | Message], None]) -> None:
        super().listened(sha256, while_alive(done))

    def keep_sound(self, sound: bytes, done: Callable[[str | Message], None]) -> None:
        super().keep_sound(sound, while_alive(done))

    def voice(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        super().voice(sha256, while_alive(done))

    def enrol(self, unit: str, done: Callable[[tuple[str, int] | Message], None]) -> None:
        super().enrol(unit, while_alive(done))

    def test_echo(self, done: Callable[[Message | None], None]) -> None:
        super().test_echo(while_alive(done))

    def record_voice(self, on: bool, done: Callable[[tuple[bytes, float] | Message], None]) -> None:
        super().record_voice(on, while_alive(done))


def has_program(scheme: str) -> bool:
    """Whether the desktop has a program for addresses of this scheme; True where it can not be asked."""
    asker = shutil.which("xdg-mime")
    if asker is None:
        return True
    asked: Sequence[str] = (asker, "query", "default", f"x-scheme-handler/{scheme}")
    try:
        said = subprocess.run(asked, capture_output=True, timeout=ASK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return True
    return bool(said.stdout.strip())
