"""A rehearsal on a machine of the wall: while its wall shows one, its panels live in that world and in no other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from cockpit.model.messages import Message
from cockpit.model.rehearsal import Entry, Which
from cockpit.seat import Seat
from cockpit.ui.wallnode import WallNode
from cockpit.wall.drill import DrillHub
from widgets.kit.context import PanelContext

FOLDER = "drills"
"""In the profile: what a seat keeps of a rehearsal, until that is over."""
AGAIN_MS = 1000


class WallDrill(QObject):
    """Brings a node into the world of the rehearsal that its wall shows, and out again.

    Attributes:
        id: of the rehearsal that is shown, "" none.
    """

    def __init__(self, node: WallNode, profile: Path, context: Callable[[Seat], PanelContext]) -> None:
        """
        Args:
            context: what panels of another seat are handed.
        """
        super().__init__(node)
        self.id = ""
        self._node, self._profile, self._context = node, profile, context
        self._seat: Seat | None = None
        self._bases: PanelContext | None = None
        self._asked = ""
        node.flipping.flipped.connect(self._look)
        self._again = QTimer(self, interval=AGAIN_MS)  # its hub is not there at once
        self._again.timeout.connect(self._look)
        self._again.start()

    def close(self) -> None:
        self._again.stop()
        self._leave()

    def _look(self) -> None:
        shown = self._node.flipping.shown
        wanted = shown.rehearsal if shown is not None else ""
        if self.id and self.id != wanted:
            self._leave()
        if not wanted:
            self._node.keep_out(None)
        if wanted and wanted not in (self.id, self._asked) and self._node.line.joined:
            self._asked = wanted
            self._node.seat.ask("rehearse.join", Which(wanted), Entry, self._joined)

    def _joined(self, reply: Entry | Message) -> None:
        wanted, self._asked = self._asked, ""
        shown = self._node.flipping.shown
        if isinstance(reply, Message):
            self._node.keep_out(reply)
        elif shown is not None and shown.rehearsal == wanted and not self.id:
            self._enter(wanted, reply)

    def _enter(self, ident: str, entry: Entry) -> None:
        node = self._node
        folder = self._profile / FOLDER / (re.sub(r"[^A-Za-z0-9-]", "-", ident)[:60] or "drill")
        seat = Seat(folder, node.seat.pack, DrillHub(self._profile, entry), node.seat.clock.base)
        seat.open_cache()
        self.id, self._seat, self._bases = ident, seat, self._context(seat)
        node.keep_out(None)
        node.enter(seat, self._bases)
        seat.start()

    def _leave(self) -> None:
        seat, bases = self._seat, self._bases
        if seat is None:
            return
        self._node.leave()
        self.id, self._seat, self._bases = "", None, None
        if bases is not None and bases.bases is not None:
            bases.bases.close()
        seat.close()
        shutil.rmtree(self._profile / FOLDER, ignore_errors=True)
