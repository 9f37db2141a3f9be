"""What a person set, in `<profile>/prefs.json`; written whole at each change, set aside when it can not be read."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cockpit.model.messages import Message
from cockpit.processes import write_private


class FilePrefs:
    """`ports.Prefs` on a file.

    Attributes:
        notice: what to tell the person about the file, once; None when all is well.
    """

    def __init__(self, path: Path) -> None:
        self.notice: Message | None = None
        self._path = path
        self._values: dict[str, Any] = {}
        self._for_now: dict[str, Any] = {}
        try:
            values = json.loads(path.read_bytes())
            if not isinstance(values, dict):
                raise ValueError("not a table")
            self._values = values
        except FileNotFoundError:
            pass
        except (ValueError, RecursionError, OSError):
            with contextlib.suppress(OSError):
                path.replace(path.with_suffix(".unreadable"))
            self.notice = Message("ui.prefs_unreadable", {"file": path.name})

    def one_of(self, name: str, choices: Sequence[str]) -> str:
        """What is kept if it is one of `choices`, else the first of them: another version may have kept it."""
        value = self._for_now.get(name, self._values.get(name))
        return value if value in choices else choices[0]

    def for_now(self, name: str, value: Any) -> None:
        """Holds in this run only, until it is set: what the command line wants."""
        self._for_now[name] = value

    def get(self, name: str, default: Any) -> Any:
        """What is kept, if it is of the default's type."""
        value = self._for_now.get(name, self._values.get(name, default))
        return value if default is None or isinstance(value, type(default)) else default

    def set(self, name: str, value: Any) -> None:
        self._for_now.pop(name, None)
        if self._values.get(name) == value:
            return
        self._values[name] = value
        try:
            write_private(self._path, json.dumps(self._values, ensure_ascii=False, indent=1))
        except OSError as error:
            self.notice = Message("ui.prefs_unwritable", {"why": error.strerror or str(error)})
