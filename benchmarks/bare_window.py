"""The least a Qt program in Python does: a window of 1920×1080 with one label. Prints ms from exec to its paint."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel

from cockpit.model.clock import since_exec


class Label(QLabel):
    """Tells when it was painted for the first time."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, self, self._painted)  # as in the cockpit: when the loop comes round, the frame is over

    def _painted(self) -> None:
        print(round(since_exec() * 1000), flush=True)
        QApplication.exit()


def main() -> None:
    app = QApplication([])
    label = Label("城市运行领导驾驶舱")
    label.resize(1920, 1080)
    label.show()
    app.exec()


if __name__ == "__main__":
    main()
