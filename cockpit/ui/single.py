"""The side of a running seat that second starts of its profile speak to (see `cockpit.oneseat`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer

from cockpit.oneseat import COMING, address_of_seat


class SingleSeat(QObject):
    """Listens for second starts of this profile."""

    def __init__(self, profile: Path, on_forward: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_forward = on_forward
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._called)
        name = address_of_seat(profile)
        QLocalServer.removeServer(name)  # left by a seat that was killed: this one holds the profile now
        self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _called(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.write(COMING)
            socket.flush()
            self._on_forward()
