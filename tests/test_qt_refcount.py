"""Qt calls keep the references to None.

PySide6 6.12.0 on Python 3.11 loses one per void Qt call; after some thousands the process aborts.
"""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

CALLS = 2000


def test_void_qt_calls_keep_every_reference_to_none(qapp: QApplication) -> None:
    qapp.processEvents()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        qapp.processEvents()
    lost = before - sys.getrefcount(None)
    assert lost < CALLS // 10
