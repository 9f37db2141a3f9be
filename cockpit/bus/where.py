"""Where a seat finds its hub, and with which key."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cockpit.bus.address import address
from cockpit.bus.users import Claim, User, claim_seat, read_key
from cockpit.model.errors import OutsideError, UserError
from cockpit.paths import runtime_dir
from cockpit.processes import lives

if TYPE_CHECKING:
    import ssl


class WhereHub(Protocol):
    """Says where the hub listens and with which key, anew at each try: it may have moved."""

    def find(self) -> tuple[str, User]:
        """Address and key.

        Raises:
            CockpitError: it can not be said now.
        """
        ...

    def tls(self) -> ssl.SSLContext | None:
        """How to speak to an address that begins with `wss://`; None for others.

        Raises:
            CockpitError: it can not be said now.
        """
        ...

    def sit(self, desk: str) -> None:
        """Which desk asks, from one start to the next: it gets the key that it had."""
        ...

    def release(self) -> None: ...


class OwnHub:
    """The hub of a profile on this machine: its address is in `hub.json`, its keys beside it."""

    def __init__(self, profile: Path, why_not: Callable[[], str] = str, role: str = "duty") -> None:
        """
        Args:
            why_not: what the hub said when it gave up, "" while it is only starting.
            role: whose key is claimed.
        """
        self.profile = profile
        self._role = role
        self._why_not = why_not
        self._desk = ""
        self._claim: Claim | None = None

    def sit(self, desk: str) -> None:
        self._desk = desk

    def find(self) -> tuple[str, User]:
        try:
            facts = json.loads((self.profile / "hub.json").read_bytes())
            url, pid = str(facts["url"]), int(facts["pid"])
        except OSError:
            raise self._not_there() from None
        except (ValueError, KeyError, TypeError) as error:
            raise OutsideError("seat.hub_unknown", file=str(self.profile / "hub.json")) from error
        if not lives(pid):  # the file of a hub that was killed
            raise self._not_there()
        if self._claim is None:
            self._claim = claim_seat(self.profile, self._desk, self._role)
        return url, self._claim.user

    def tls(self) -> ssl.SSLContext | None:
        return None

    def _not_there(self) -> OutsideError:
        why = self._why_not()
        return OutsideError("seat.hub_ended", why=why) if why else OutsideError("seat.hub_starting")

    def release(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None


class NamedHub:
    """A hub named by `--hub URL`: its key is in `--key FILE`, else in the profile of a hub on this machine."""

    def __init__(self, url: str, key: Path | None, role: str = "duty") -> None:
        """
        Args:
            role: whose key is claimed where none is named.
        """
        self.url = url
        self._role = role
        self._key = key
        self._desk = ""
        self._own: OwnHub | None = None

    def sit(self, desk: str) -> None:
        self._desk = desk

    def check(self) -> None:
        """Tries what can be tried before the hub is: its address and the key file.

        Raises:
            UserError: one of them can not be used.
        """
        address(self.url)
        if self.url.startswith("wss:"):  # a machine of the hall comes by what it was given when it joined
            raise UserError("bus.bad_url", url=self.url)
        if self._key is not None:
            self._read_key(self._key)

    def find(self) -> tuple[str, User]:
        if self._key is not None:
            return self.url, self._read_key(self._key)
        if self._own is None:
            self._own = OwnHub(profile_of_local_hub(self.url), role=self._role)
            self._own.sit(self._desk)
        try:
            return self.url, self._own.find()[1]
        except OutsideError as error:
            if error.message.id == "seat.hub_starting":  # nobody starts it for us
                raise OutsideError("seat.hub_not_running", url=self.url) from None
            raise

    def tls(self) -> ssl.SSLContext | None:
        return None

    def _read_key(self, file: Path) -> User:
        try:
            return read_key(file)
        except OSError as error:
            raise UserError("seat.key_unreadable", file=str(file), why=error.strerror or "") from error

    def release(self) -> None:
        if self._own is not None:
            self._own.release()


def hub_note(url: str) -> Path:
    """Where a hub of this machine notes its profile, by port, for seats that are told its address only."""
    return runtime_dir() / f"hub-{address(url)[1]}.json"


def forget_hub(profile: Path) -> None:
    """Takes away the notes of earlier runs of this profile's hub, which a killed one leaves."""
    for note in runtime_dir().glob("hub-*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if json.loads(note.read_bytes())["profile"] == str(profile):
                note.unlink()


def profile_of_local_hub(url: str) -> Path:
    """The profile of the hub that listens at `url` on this machine.

    Raises:
        OutsideError: no hub of this user does.
    """
    try:
        return Path(json.loads(hub_note(url).read_bytes())["profile"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutsideError("seat.no_key_for_hub", url=url) from error
