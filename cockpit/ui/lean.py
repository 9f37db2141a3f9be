"""A leaner start: what PySide6 does at every import and this program has no use for."""

from __future__ import annotations

import builtins
import sys
from typing import Any

WRITER = "pyi_generator.py"
NO_TURNS = 60.0
"""Seconds that a thread which waits for the interpreter is not given it, if nobody lets go of it himself."""


def load_qt() -> None:
    """Loads PySide6 and takes its hook out of `import` again.

    The hook reads the source of every module that is imported later, looking for PySide6's name, so that modules may
    switch to snake_case by `from __feature__`, which none of ours does: 50 ms of a seat's start.
    """
    load_binding()
    import PySide6.QtCore  # noqa: F401 - it puts its hook in

    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain


def load_binding() -> None:
    """Loads shiboken6, which goes through `sys.modules` as it starts: a module that another thread imports in that
    moment, the one that opens the seat, would end the process.

    It compiles its Python anew at every start, from an archive that it carries; the part that writes stubs of Qt for
    developers, a quarter of it, is left empty.
    """
    usual, compiled = sys.getswitchinterval(), builtins.compile

    def without_writer(source: Any, filename: Any, *rest: Any, **options: Any) -> Any:
        return compiled(b"" if str(filename).endswith(WRITER) else source, filename, *rest, **options)

    sys.setswitchinterval(NO_TURNS)
    builtins.compile = without_writer
    try:
        import shiboken6  # noqa: F401 - it starts
    finally:
        builtins.compile = compiled
        sys.setswitchinterval(usual)
