"""One remote of the walls on its WebSocket."""

from __future__ import annotations

import msgspec
from aiohttp import web

from cockpit.field.line import Line
from cockpit.field.register import Token
from cockpit.field.remotewire import RemoteOut


class RemoteLine(Line):
    """One remote that signed in.

    Attributes:
        number: a newer line has a larger one.
        looks: wall whose pictures it is sent, "" none; seen: when the newest of those was taken.
        told: what it was told last of the walls.
        hand: what it points and draws as: no other line has its lines. drew: walls on which it did.
    """

    def __init__(self, socket: web.WebSocketResponse, token: Token, role: str, lang: str, number: int) -> None:
        """
        Args:
            number: larger than of any line of this gateway before.
        """
        super().__init__(socket, token)
        self.role = role
        self.number = number
        self.lang = lang
        self.looks = ""
        self.seen = 0
        self.told = b""
        self.hand = f"{token.id}.{number}"
        self.drew: set[str] = set()

    def tell(self, message: RemoteOut) -> None:
        self.put(msgspec.json.encode(message))
