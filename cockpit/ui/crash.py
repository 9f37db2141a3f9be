"""A crash is reported at the next start (promise 7).

faulthandler and exceptions that nobody caught write a file of the profile.
"""

from __future__ import annotations

import contextlib
import faulthandler
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from cockpit.model.clock import Clock, to_iso


class CrashLog:
    """The crash file of a profile, open as long as the seat runs.

    Attributes:
        last: path of the report of the last run, None when that one ended well.
    """

    def __init__(self, profile: Path, clock: Clock) -> None:
        self.last: Path | None = None
        self._clock = clock
        self._reports = 0
        self._path = profile / "logs" / "crash.txt"
        self._file: IO[str] | None = None
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > 0:
                self.last = self._path.with_name("crash-last.txt")
                self._path.replace(self.last)
            self._file = open(self._path, "w", encoding="utf-8")  # noqa: SIM115 - faulthandler keeps its descriptor
            faulthandler.enable(self._file)

    def install(self, on_error: Callable[[str], None]) -> None:
        """Writes exceptions that nobody caught and tells `on_error` in one line; the seat goes on."""

        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            sys.__excepthook__(kind, error, trace)
            self.note("".join(traceback.format_exception(kind, error, trace)))
            on_error(f"{kind.__name__}: {error}")

        sys.excepthook = hook

    def report(self, error: BaseException, where: str) -> str:
        """Keeps an error of ours that cost one panel; the number of its report."""
        self._reports += 1
        number = f"E-{self._reports:04d}"
        self.note(f"{number} {where}\n" + "".join(traceback.format_exception(error)))
        return number

    def note(self, text: str) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.write(f"{to_iso(self._clock.now())}\n{text}\n")
                self._file.flush()

    def close(self, ended_well: bool = True) -> None:
        faulthandler.disable()
        sys.excepthook = sys.__excepthook__
        if self._file is not None:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                if ended_well and self._path.stat().st_size == 0:
                    self._path.unlink()
