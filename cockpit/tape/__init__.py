"""The tape: all that the hub received, raw and with its receive time, and what it made of it; and the reading of it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.tape.reader import TapeReader
    from cockpit.tape.record import Record
    from cockpit.tape.writer import TapeWriter

__all__ = ["Record", "TapeReader", "TapeWriter"]
_WHERE = {"Record": "record", "TapeReader": "reader", "TapeWriter": "writer"}


def __getattr__(name: str) -> object:
    """Imported when first used: the command line names this room, and NumPy and zstd take a while."""
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"cockpit.tape.{_WHERE[name]}"), name)
