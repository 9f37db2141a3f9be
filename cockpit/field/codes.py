"""Single-use codes: each enrols one phone of one unit within ten minutes.

A code has 40 random bits. With at most a hundred wrong ones a second of all addresses together, ten minutes of guessing
at two hundred open codes, the most that there are, succeed once in ninety thousand tries; at the three of a usual day
once in six million. Kept as HMAC under the enrol secret: who reads the file can not try them out at leisure.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from cockpit.field.register import Register
from cockpit.field.remotewire import OF_REMOTES
from cockpit.model.clock import MINUTE, Clock
from cockpit.processes import write_private, writing_to

GOOD_FOR = 10 * MINUTE
MOST_OPEN = 200
"""Codes that may be open at once; one more ends the oldest."""
LENGTH = 8
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O, U, which are misread."""
_MISREAD = str.maketrans("ILO", "110")


class Card(msgspec.Struct, frozen=True):
    """What the hub said of a unit when it asked for a code; `duty`: what its device said last."""

    unit: str
    name: str
    kind: str = ""
    area: str = ""
    duty: bool = False


class Codes:
    """Codes and the cards of the units they are for. Any thread may call."""

    def __init__(self, register: Register, secret: str, clock: Clock) -> None:
        """
        Args:
            clock: the machine's.
        """
        self._register = register
        self._secret = secret.encode()
        self._clock = clock

    def make(self, card: Card) -> tuple[str, int]:
        """A new code for a unit ("7K2M-9QXD"), and until when it is good (machine time).

        Raises:
            OutsideError: the disk refused.
        """
        letters = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
        now = self._clock.now()
        until = now + GOOD_FOR
        oldest = "SELECT hash FROM code ORDER BY expires DESC LIMIT -1 OFFSET ?"
        self._register.write(
            ("DELETE FROM code WHERE expires <= ?", (now,)),
            (f"DELETE FROM code WHERE hash IN ({oldest})", (MOST_OPEN - 1,)),
            (
                "INSERT INTO card (unit, name, kind, area) VALUES (?, ?, ?, ?) ON CONFLICT (unit) DO UPDATE SET"
                " name = excluded.name, kind = excluded.kind, area = excluded.area WHERE excluded.kind != ''"
                " OR excluded.name != excluded.unit",
                (card.unit, card.name or card.unit, card.kind, card.area),
            ),
            ("INSERT INTO code (hash, unit, expires) VALUES (?, ?, ?)", (self._hash(letters), card.unit, until)),
        )
        return f"{letters[:4]}-{letters[4:]}", until

    def use(self, code: str, kind: str = "") -> str | None:
        """The unit of a code, which is then used up; None: there is no such code, any more.

        Args:
            kind: what the unit begins with, "" a phone's: a code of another kind is none here, and stays.

        Raises:
            OutsideError: the disk refused.
        """
        plain = code.upper().translate(_MISREAD).replace("-", "").replace(" ", "")
        if len(plain) != LENGTH or not plain.isascii():
            return None
        wanted = (self._hash(plain), self._clock.now())
        found = self._register.read("SELECT unit FROM code WHERE hash = ? AND expires > ?", wanted)
        # of two that bring the same code at once one deletes it
        if not found or _kind_of(str(found[0][0])) != kind:
            return None
        if not self._register.write(("DELETE FROM code WHERE hash = ? AND expires > ?", wanted)):
            return None
        return str(found[0][0])

    def card(self, unit: str) -> Card:
        """Raises OutsideError: the file can not be read."""
        found = self._register.read("SELECT name, kind, area, duty FROM card WHERE unit = ?", (unit,))
        if not found:
            return Card(unit, unit.partition("/")[2])
        name, kind, area, duty = found[0]
        return Card(unit, name if name != unit else unit.partition("/")[2], kind, area, bool(duty))

    def put_duty(self, unit: str, on: bool) -> None:
        """Raises OutsideError: the disk refused."""
        row = (unit, unit, "", "", on)
        self._register.write(
            (
                "INSERT INTO card (unit, name, kind, area, duty) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (unit) DO UPDATE SET duty = excluded.duty",
                row,
            )
        )

    def _hash(self, letters: str) -> bytes:
        return hmac.digest(self._secret, letters.encode(), hashlib.sha256)


def _kind_of(unit: str) -> str:
    """`wall:` of a remote's, "" of a phone's."""
    return OF_REMOTES if unit.startswith(OF_REMOTES) else ""


def enrol_secret(folder: Path) -> str:
    """The secret for enrolling, the same as long as the profile lives; 256 random bits.

    Raises:
        OutsideError: the profile can not be written.
    """
    path = folder / "enrol"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        known = path.read_text("ascii").strip()
        if len(known) >= 40:
            return known
    secret = secrets.token_urlsafe(32)
    with writing_to(folder):
        write_private(path, secret)
    return secret
