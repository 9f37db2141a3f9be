"""Qt is loaded while another thread imports: what that thread brings in must not end the process."""

from __future__ import annotations

import subprocess
import sys

WHILE_ANOTHER_IMPORTS = """
import sys, threading, time
from cockpit.ui.lean import load_qt

loaded = threading.Event()

def bring_in():
    number = 0
    while not loaded.is_set():
        for _ in range(5):
            number += 1
            sys.modules[f"brought_{number}"] = sys
        time.sleep(0)

sys.setswitchinterval(1e-6)
other = threading.Thread(target=bring_in, daemon=True)
other.start()
load_qt()
loaded.set()
other.join()
assert sys.getswitchinterval() == 1e-6
assert "PySide6.QtCore" in sys.modules
"""


def test_qt_is_loaded_while_another_thread_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHILE_ANOTHER_IMPORTS], capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr
