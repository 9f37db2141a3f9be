"""Qt's types for Python, made before threads use them."""

from __future__ import annotations

from functools import lru_cache

from PySide6 import QtCore, QtGui


@lru_cache(maxsize=1)
def make_all_types() -> None:
    """Has PySide6 make every type of QtCore and QtGui now, 0.1 s.

    It makes them at their first use, in Python code that another thread may interrupt: two threads at it crash the
    process, or find a type without its enums.
    """
    for module in (QtCore, QtGui):
        for name in dir(module):
            getattr(module, name, None)
