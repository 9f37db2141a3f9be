"""The history of signs when the city's clock is set back."""

from __future__ import annotations

import threading
from pathlib import Path

from cockpit.model.clock import HOUR, SystemClock
from cockpit.signs.history import History


def test_the_history_forgets_what_lies_ahead_and_waits_for_nobody(tmp_path: Path) -> None:
    clock = SystemClock()
    history = History(tmp_path / "signs.db", clock)
    done = threading.Event()

    def forget() -> None:
        history.forget_after(clock.now() - HOUR)
        done.set()

    threading.Thread(target=forget, daemon=True).start()
    assert done.wait(30), "it waits for a lock that it holds itself"
    history.close()
