"""What a machine keeps of the hub that it joined: where it is, its authority, and the machine's own key."""

from __future__ import annotations

import ssl
from pathlib import Path

import msgspec

from cockpit.bus.users import User
from cockpit.model.errors import UserError
from cockpit.model.typed import from_json

FOLDER = "joined"
"""In the machine's profile, with `hub.json`, `ca.crt`, `machine.crt` and `machine.key`; 0600."""
FILE = "hub.json"


_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which `ssl` has no name for: a machine without a battery wakes up in 1970."""


class Joined(msgspec.Struct, frozen=True):
    """A hub that this machine belongs to.

    Attributes:
        machine: this machine's name in the hall. url: of the bus, `wss://host:port`. city: id of its pack.
        user: at the bus.
    """

    machine: str
    url: str
    city: str
    user: User


def read_joined(profile: Path) -> Joined | None:
    """What a machine of this profile joined; None: nothing, or it can not be read."""
    try:
        return from_json((profile / FOLDER / FILE).read_bytes(), type=Joined)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def context_of(folder: Path) -> ssl.SSLContext:
    """How a machine speaks to its hub: it believes the hub's own authority and nobody else, and shows its certificate.

    Whom it speaks to is said by the authority, not by a name: that signs one server, so the hub may move.

    Raises:
        UserError: the files are not what joining wrote.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_flags |= _NO_CHECK_TIME
    try:
        context.load_verify_locations(folder / "ca.crt")
        context.load_cert_chain(folder / "machine.crt", folder / "machine.key")
    except (OSError, ssl.SSLError) as error:
        raise UserError("walljoin.not_joined", folder=str(folder.parent)) from error
    return context


class JoinedHub:
    """The hub that a profile joined: a `WhereHub`."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile

    def find(self) -> tuple[str, User]:
        """Raises UserError: this profile joined none."""
        joined = read_joined(self.profile)
        if joined is None:
            raise UserError("walljoin.not_joined", folder=str(self.profile))
        return joined.url, joined.user

    def tls(self) -> ssl.SSLContext | None:
        return context_of(self.profile / FOLDER)

    def sit(self, desk: str) -> None:
        pass

    def release(self) -> None:
        pass
