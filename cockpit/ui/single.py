"""A second start of the same profile brings its window forward instead of opening another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from cockpit.paths import runtime_dir

_FORWARD = b"forward\n"
_ANSWER_MS = 1500


def _socket(profile: Path) -> str:
    """The socket of a profile: in the runtime folder, which only this user can enter."""
    digest = hashlib.sha256(str(profile).encode()).hexdigest()[:16]
    return str(runtime_dir() / f"seat-{digest}.sock")


def bring_forward(profile: Path) -> bool:
    """Asks a seat that already runs on this profile to come forward; False when there is none that answers."""
    socket = QLocalSocket()
    socket.connectToServer(_socket(profile))
    if not socket.waitForConnected(_ANSWER_MS):
        return False
    socket.write(_FORWARD)
    socket.flush()
    answered = socket.waitForReadyRead(_ANSWER_MS)
    socket.disconnectFromServer()
    return answered


class SingleSeat(QObject):
    """Listens for second starts of this profile."""

    def __init__(self, profile: Path, on_forward: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_forward = on_forward
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._called)
        name = _socket(profile)
        QLocalServer.removeServer(name)  # left by a seat that was killed; a living one has answered before
        self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _called(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is None:
            return
        socket.disconnected.connect(socket.deleteLater)
        socket.write(b"coming\n")
        socket.flush()
        self._on_forward()
