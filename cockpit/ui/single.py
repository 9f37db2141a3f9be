"""The side of a running seat that second starts of its profile speak to (see `cockpit.oneseat`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from cockpit.model.messages import Message
from cockpit.oneseat import COMING, MOST_LINE, OPEN, SHOWN, address_of_seat


class SingleSeat(QObject):
    """Listens for second starts of this profile."""

    def __init__(
        self,
        profile: Path,
        on_forward: Callable[[], None],
        parent: QObject | None = None,
        on_link: Callable[[str], Message | None] = lambda text: Message("insight.no_links"),
    ) -> None:
        """
        Args:
            on_link: shows a link that a second start brings; why not, where it can not.
        """
        super().__init__(parent)
        self._on_forward = on_forward
        self._on_link = on_link
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
            socket.readyRead.connect(partial(self._read, socket))
            self._read(socket)
            self._on_forward()

    def _read(self, socket: QLocalSocket) -> None:
        """A line: a link, or only that it is to come forward. A caller that says too much is hung up on."""
        if not socket.canReadLine():
            if socket.bytesAvailable() > MOST_LINE:
                socket.abort()
            return
        line = bytes(socket.readLine(MOST_LINE).data())
        if line.startswith(OPEN):
            problem = self._on_link(line.removeprefix(OPEN).decode("utf-8", "replace").rstrip("\n"))
            socket.write(SHOWN if problem is None else msgspec.json.encode(problem) + b"\n")
            socket.flush()
