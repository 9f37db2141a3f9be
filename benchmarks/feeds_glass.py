"""What of the sensors' readings is seen on the duty desk, and how late: on the page of one sensor after the other."""

from __future__ import annotations

import random
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QTimer

from benchmarks.lateness import lateness, overdue
from cockpit.model.clock import SystemClock
from cockpit.ui.desk import Desk
from widgets.lists.page_things import SensorThing

LOOK = 6.0
"""Seconds that one sensor's page is looked at: each sensor speaks once a second."""
UNUSED = ("bad", "unknown", "dropped", "doubled", "disordered")
clock = SystemClock()


class Glass(QObject):
    """Looks at one sensor's page after the other.

    Attributes:
        late: ms from the receive stamp of each reading to the end of the paint that shows it, or a later one; those
            that no paint has shown are among them (`lateness`).
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.late: list[float] = []
        self._desk = desk
        self._sensors: Sequence[str] = ()
        self._drawn = 0
        self._told = self._since = 0
        self._timer = QTimer(self, interval=round(LOOK * 1000))
        self._timer.timeout.connect(self._next)
        self._page: SensorThing | None = None

    def begin(self, sensors: Sequence[str], since: int) -> None:
        """
        Args:
            since: when these sensors began to speak each second, UTC us.
        """
        self.late = []
        self._since = since
        self._sensors = sensors
        self._next()
        self._timer.start()

    def end(self) -> list[float]:
        self._timer.stop()
        self._leave()
        return self.late

    def _leave(self) -> None:
        """What should have been painted until now is late by what it has waited."""
        if self._told:
            self.late += overdue(self._told, clock.now())
        self._told = 0

    def _next(self) -> None:
        self._leave()
        key = random.choice(self._sensors)
        row = self._desk.seat.picture["sensor"].get(key)
        self._drawn = int(row["received"]) if row else 0  # what was there before is no news
        self._told = self._drawn if self._drawn >= self._since else 0  # nor is it late when it is of another phase
        self._desk.seat.selection.select("sensor", key)
        pages = self._desk.findChildren(SensorThing)
        self._page = next((page for page in pages if page.key == key), None)
        if self._page is not None:
            self._page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A part of a page that is painted anew has the page painted under it."""
        page = self._page
        if page is not None and watched is page and event.type() == QEvent.Type.Paint:
            received = int(page.row["received"])
            if received > self._drawn:
                self._drawn = received
                QTimer.singleShot(0, self, self._painted)  # when the loop comes round, all of the frame is painted
        return False

    def _painted(self) -> None:
        if self._drawn > self._told:
            self.late += lateness(self._told, self._drawn, clock.now())
            self._told = self._drawn


def counted(desk: Desk, feed: str) -> dict[str, int]:
    """What the hub says of a feed's messages: those that could be used, and what could not."""
    row = desk.seat.picture["feed"].get(feed) or {}
    return {name: int(row.get(name, 0)) for name in ("good", *UNUSED)}


def missing(desk: Desk, ends: Sequence[tuple[str, float, int]]) -> int:
    """Sensors whose last reading (id, value, ms) the desk does not have."""
    table = desk.seat.picture["sensor"]
    value, measured = table.numbers("value"), table.numbers("measured")
    n = 0
    for id_, last, ms in ends:
        row = table.row_of(f"sensors/{id_}")
        n += bool(row is None or value[row] != last or measured[row] != ms * 1000)
    return n
