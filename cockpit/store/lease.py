"""How long a laptop may keep what it has without hearing of its hall: `<profile>/lease.json`, renewed at each contact.

The file says when the hall was heard last and for how many days that holds; a seal of the profile's key beside it says
that nobody wrote another time into it, and the latest time that was ever seen makes a clock set back of no use.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import msgspec

from cockpit.model.clock import DAY
from cockpit.model.typed import from_json
from cockpit.processes import write_private
from cockpit.store.vault import Vault

FILE = "lease.json"
DAYS = 14
"""Unless the hub says otherwise."""
MOST_DAYS = 366


class Lease(msgspec.Struct, frozen=True):
    """What is known of the hall.

    Attributes:
        heard: when it was heard last, machine time, UTC us. days: for how long that holds.
        seen: the latest time that was seen. wipe: the hall ordered to wipe, what is not done yet.
        seal: of the others, by the profile's key; "" where there is none.
    """

    heard: int
    days: int = DAYS
    seen: int = 0
    wipe: bool = False
    seal: str = ""

    def left(self, now: int) -> int:
        """Days until it is over, rounded up; 0: it is."""
        return max(0, -((max(now, self.seen) - self.heard - self.days * DAY) // DAY))

    def is_over(self, now: int) -> bool:
        return self.wipe or max(now, self.seen) >= self.heard + self.days * DAY


def read_lease(profile: Path) -> Lease | None:
    """None: the hall was never heard, or what is there can not be read."""
    try:
        return from_json((profile / FILE).read_bytes(), type=Lease)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def keep_lease(profile: Path, lease: Lease, vault: Vault | None) -> None:
    """Raises OSError: it was not kept."""
    sealed = msgspec.structs.replace(lease, seal=_seal(lease, vault) if vault is not None else "")
    write_private(profile / FILE, msgspec.json.encode(sealed).decode())


def is_genuine(lease: Lease, vault: Vault | None) -> bool:
    """Whether this profile's key wrote it."""
    return vault is None or hmac.compare_digest(lease.seal, _seal(lease, vault))


def _seal(lease: Lease, vault: Vault) -> str:
    said = f"{lease.heard}/{lease.days}/{lease.seen}/{int(lease.wipe)}"
    key = hashlib.sha256(b"city-cockpit lease" + vault.key).digest()
    return hmac.new(key, said.encode(), "sha256").hexdigest()
