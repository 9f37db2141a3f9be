"""The line over a chart: its title, and what its marks mean beside it, or below where there is no room for both."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from widgets.drill.pieces.legend import Legend

_GAP = 10
_BESIDE, _BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class ChartHead(QWidget):
    """Neither of the two is cut while a line of its own would hold it."""

    def __init__(self, title: QLabel, legend: Legend, parent: QWidget, left: int = 12, top: int = 0) -> None:
        """Args: left, top: margins, px."""
        super().__init__(parent)
        self._title, self._legend = title, legend
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._box = QBoxLayout(_BESIDE, self)
        self._box.setContentsMargins(left, top, 8, 0)
        self._box.setSpacing(0)
        self._box.addWidget(title, 0, Qt.AlignmentFlag.AlignLeft)
        self._box.addStretch(1)
        self._box.addWidget(legend, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def below(self) -> bool:
        """Whether the legend has a line of its own."""
        return self._box.direction() is _BELOW

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._turn()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._turn()

    def _turn(self) -> None:
        margins = self._box.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        wanted = self._title.sizeHint().width() + _GAP + self._legend.sizeHint().width()
        below = bool(self._legend.marks) and not self._legend.isHidden() and wanted > room
        if below != self.below:
            self._box.setDirection(_BELOW if below else _BESIDE)
            self.updateGeometry()
