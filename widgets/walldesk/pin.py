"""Holds what is edited to the scene on which editing, or the choice of a place, began: it does not follow the wall."""

from __future__ import annotations

from PySide6.QtCore import QObject

from widgets.walldesk.hand import Hand


class Pin(QObject):
    """One for a desk. A scene that was held so is let go where editing ends and no hand changed anything of it."""

    def __init__(self, hand: Hand, parent: QObject) -> None:
        super().__init__(parent)
        self._walling, self._hand, self._held = hand.ctx.walling, hand, ""
        self._walling.changed.connect(self._looked)
        if hand.ctx.walls is not None:
            hand.ctx.walls.listen(self._heard)

    def _looked(self, what: str) -> None:
        if what == "editing" and not self._walling.editing:
            self._let_go()
        elif what in ("editing", "places", "scene"):
            self._hold()

    def _heard(self, what: str) -> None:
        if what in ("state", "scenes"):
            self._hold()

    def _hold(self) -> None:
        walling = self._walling
        if not walling.scene and (walling.editing or walling.places) and self._hand.looked:
            self._held = self._hand.looked
            walling.tell(scene=self._held)

    def _let_go(self) -> None:
        walling, held = self._walling, self._held
        self._held = ""
        if held and walling.scene == held and not self._hand.differs(held):
            walling.tell(scene="", places=())
