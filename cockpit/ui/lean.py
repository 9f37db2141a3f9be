"""A leaner start: what PySide6 does at every import and this program has no use for."""

from __future__ import annotations

import builtins


def load_qt() -> None:
    """Loads PySide6 and takes its hook out of `import` again.

    The hook reads the source of every module that is imported later, looking for PySide6's name, so that modules may
    switch to snake_case by `from __feature__`, which none of ours does: 50 ms of a seat's start.
    """
    import PySide6.QtCore  # noqa: F401 - it puts its hook in

    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain
