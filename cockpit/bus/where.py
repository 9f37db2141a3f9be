"""Where a seat finds its hub, and with which key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

from cockpit.bus.client import address
from cockpit.bus.users import Claim, User, claim_seat, read_key
from cockpit.model.errors import OutsideError, UserError
from cockpit.paths import runtime_dir


class WhereHub(Protocol):
    """Says where the hub listens and with which key, anew at each try: it may have moved."""

    def find(self) -> tuple[str, User]:
        """Address and key.

        Raises:
            CockpitError: it can not be said now.
        """
        ...

    def release(self) -> None: ...


class OwnHub:
    """The hub of a profile on this machine: its address is in `hub.json`, its keys beside it."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self._claim: Claim | None = None

    def find(self) -> tuple[str, User]:
        try:
            facts = json.loads((self.profile / "hub.json").read_bytes())
            url = str(facts["url"])
        except FileNotFoundError:
            raise OutsideError("seat.hub_starting") from None
        except (ValueError, KeyError, TypeError) as error:
            raise OutsideError("seat.hub_unknown", file=str(self.profile / "hub.json")) from error
        if self._claim is None:
            self._claim = claim_seat(self.profile)
        return url, self._claim.user

    def release(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None


class NamedHub:
    """A hub named by `--hub URL`: its key is in `--key FILE`, else in the profile of a hub on this machine."""

    def __init__(self, url: str, key: Path | None) -> None:
        self.url = url
        self._key = key
        self._own: OwnHub | None = None

    def find(self) -> tuple[str, User]:
        if self._key is not None:
            try:
                return self.url, read_key(self._key)
            except OSError as error:
                raise UserError("seat.key_unreadable", file=str(self._key), why=error.strerror or "") from error
        if self._own is None:
            self._own = OwnHub(profile_of_local_hub(self.url))
        return self.url, self._own.find()[1]

    def release(self) -> None:
        if self._own is not None:
            self._own.release()


def hub_note(url: str) -> Path:
    """Where a hub of this machine notes its profile, by port, for seats that are told its address only."""
    return runtime_dir() / f"hub-{address(url)[1]}.json"


def profile_of_local_hub(url: str) -> Path:
    """The profile of the hub that listens at `url` on this machine.

    Raises:
        OutsideError: no hub of this user does.
    """
    try:
        return Path(json.loads(hub_note(url).read_bytes())["profile"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutsideError("seat.no_key_for_hub", url=url) from error
