"""Where a machine of the wall finds the hub of a rehearsal: by the way in that its own hub gave it."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

from cockpit.bus.joined import FOLDER, context_of, read_joined
from cockpit.bus.users import User
from cockpit.model.errors import UserError
from cockpit.model.rehearsal import Entry


class DrillHub:
    """The hub of a rehearsal: a `WhereHub`. A machine of the hall comes to it as to its own hub, at another port."""

    def __init__(self, profile: Path, entry: Entry) -> None:
        """
        Args:
            profile: of the machine.
        """
        self._profile = profile
        self._entry = entry

    def find(self) -> tuple[str, User]:
        """Raises UserError: the machine belongs to no hall any more."""
        return self._url(), User(self._entry.user, self._entry.password, self._entry.role)

    def tls(self) -> ssl.SSLContext | None:
        return None if self._entry.url else context_of(self._profile / FOLDER)

    def sit(self, desk: str) -> None:
        pass

    def release(self) -> None:
        pass

    def _url(self) -> str:
        if self._entry.url:
            return self._entry.url
        joined = read_joined(self._profile)
        host = urlsplit(joined.url).hostname if joined is not None else None
        if host is None:
            raise UserError("walljoin.not_joined", folder=str(self._profile))
        return f"wss://{f'[{host}]' if ':' in host else host}:{self._entry.port}"
