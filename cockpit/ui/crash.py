"""A crash is reported at the next start (promise 7).

faulthandler and exceptions that nobody caught write a file of the profile.
"""

from __future__ import annotations

import contextlib
import faulthandler
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from cockpit.model.clock import Clock, to_iso

MOST = 200
"""Different errors that are kept of one run: one that comes back with each frame would fill the disk."""


class CrashLog:
    """The crash file of a profile, open as long as the seat runs.

    Attributes:
        last: path of the report of the last run, None when that one ended well.
    """

    def __init__(self, profile: Path, clock: Clock, name: str = "crash") -> None:
        """
        Args:
            name: of the file; whoever runs beside the seat of this profile takes another one.
        """
        self.last: Path | None = None
        self._clock = clock
        self._reports = 0
        self._noted: set[str] = set()
        self._hooks = (sys.excepthook, threading.excepthook)
        self._path = profile / "logs" / f"{name}.txt"
        self._file: IO[str] | None = None
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > 0:
                self.last = self._path.with_name(f"{name}-last.txt")
                self._path.replace(self.last)
            self._file = open(self._path, "w", encoding="utf-8")  # noqa: SIM115 - faulthandler keeps its descriptor
            faulthandler.enable(self._file)

    def install(self, on_error: Callable[[str], None]) -> None:
        """Writes exceptions that nobody caught; the seat goes on.

        Args:
            on_error: told in one line, on the thread of Qt; what happens on another thread is only written.
        """

        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            sys.__excepthook__(kind, error, trace)
            self.note("".join(traceback.format_exception(kind, error, trace)))
            on_error(f"{kind.__name__}: {error}")

        def of_thread(args: threading.ExceptHookArgs) -> None:
            threading.__excepthook__(args)
            name = args.thread.name if args.thread is not None else "?"
            trace = traceback.format_exception(args.exc_type, args.exc_value, args.exc_traceback)
            self.note(f"thread {name}\n" + "".join(trace))

        sys.excepthook, threading.excepthook = hook, of_thread

    def report(self, error: BaseException, where: str) -> str:
        """Keeps an error of ours that cost one panel; the number of its report."""
        self._reports += 1
        number = f"E-{self._reports:04d}"
        self.note(f"{number} {where}\n" + "".join(traceback.format_exception(error)))
        return number

    def note(self, text: str) -> None:
        """Writes a report with its time; one that was written before is not written again."""
        if self._file is None or text in self._noted or len(self._noted) >= MOST:
            return
        self._noted.add(text)
        with contextlib.suppress(OSError):
            self._file.write(f"{to_iso(self._clock.now())}\n{text}\n")
            self._file.flush()

    def close(self) -> None:
        """The seat ended well; an empty file goes, one with reports stays for the next start."""
        faulthandler.disable()
        sys.excepthook, threading.excepthook = self._hooks
        if self._file is not None:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                if self._path.stat().st_size == 0:
                    self._path.unlink()
