"""The event queue over 100,000 events: what one tick and one question cost on Qt's thread. Aim: ≤ 30 ms each.

Run alone: `python -m benchmarks.bench_lists` prints one line a figure, ms, the median of the runs.
"""

from __future__ import annotations

import os
import random
import statistics
from collections.abc import Callable
from dataclasses import replace

from cockpit.model.clock import SystemClock
from tests.living_picture import NOW, cell_codes, event_row, living_picture, put

EVENTS = 100_000
RUNS = 15
_clock = SystemClock()


def _median_ms(run: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        begin = _clock.mono()
        run()
        times.append((_clock.mono() - begin) * 1000)
    return statistics.median(times)


def measure() -> dict[str, float]:
    """Name to milliseconds: a tick with 20 changed events (with its paint), a filter, an order, a page of scrolling."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from tests.panel_desk import desk
    from widgets.lists.asked import Order, Scope
    from widgets.lists.queue import QueuePanel

    app = QApplication.instance() or QApplication([])
    at = desk(picture=living_picture(events=EVENTS))
    panel = QueuePanel(at.ctx)
    panel.resize(396, 972)
    panel.show()
    app.processEvents()
    rng, cells, bar = random.Random(5), cell_codes(), panel.bar

    def tick() -> None:
        rows = [event_row(rng, rng.randrange(EVENTS), cells, NOW) for _ in range(20)]
        put(at.picture, "event", rows)
        panel.refresh(at.picture.take_changes())
        panel.view.viewport().repaint()

    def narrow() -> None:
        levels = frozenset() if bar.asked.levels else frozenset({1, 2})
        bar.ask(replace(bar.asked, levels=levels, scope=Scope.ALL))
        panel.view.viewport().repaint()

    def reorder() -> None:
        order = Order.OLDEST if bar.asked.order is Order.NEWEST else Order.NEWEST
        bar.ask(replace(bar.asked, order=order))
        panel.view.viewport().repaint()

    def scroll() -> None:
        scroll_bar = panel.view.verticalScrollBar()
        scroll_bar.setValue((scroll_bar.value() + 71 * 997) % max(1, scroll_bar.maximum()))
        panel.view.viewport().repaint()

    figures = {
        "lists.tick_100k": _median_ms(tick),
        "lists.filter_100k": _median_ms(narrow),
        "lists.order_100k": _median_ms(reorder),
        "lists.scroll_100k": _median_ms(scroll),
    }
    panel.close()
    panel.deleteLater()
    return figures


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name} {value:.2f} ms")
