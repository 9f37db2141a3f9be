"""How a machine joins a hall: what is asked of the hub over the bus, and what a machine and the hub say to each other.

| ask | question | answer |
|---|---|---|
| `wall.code` | `CodeWanted` | `CodeMade` |
| `wall.machines` | `MachinesWanted` | `Machines` |
| `wall.revoke` | `Revoke` | `Revoked` |
| `wall.forget` | `Forget` | `Forgotten` |
"""

from __future__ import annotations

import msgspec

from cockpit.model.messages import Message

PORT = 4223
"""Where machines reach the bus unless `machines.toml` says otherwise; they join one further."""
CODE_LETTERS = 8
MOST_LINE = 16_384
"""Bytes of what either side says when a machine joins: one line of JSON."""


_MISREAD = str.maketrans("ILO", "110")


def plain_code(text: str) -> str:
    """A code as it was meant: capitals, without dashes, misread letters as the ones that there are."""
    return "".join(text.upper().translate(_MISREAD).replace("-", " ").split())


class CodeWanted(msgspec.Struct, frozen=True):
    """A code for a machine; "": it is called as it calls itself. role: `wall`, or `leader` for a leader's laptop."""

    machine: str = ""
    role: str = "wall"


class CodeMade(msgspec.Struct, frozen=True):
    """A code that lets one machine join, once.

    Attributes:
        code: as it is typed, with the letters by which the machine knows the hub.
        until: machine time of the hub, UTC us. host: where it is to be typed with, `host` or `host:port`.
    """

    code: str
    until: int
    host: str


class MachinesWanted(msgspec.Struct, frozen=True):
    pass


class Member(msgspec.Struct, frozen=True):
    """A machine that the hub knows.

    Attributes:
        since: when it joined, UTC us; 0: it has no key, since that was taken away or its wall is a seat's.
        here: whether it has asked the hub anything in the last seconds.
        heard: when it last reported, hub's wall clock, UTC us; 0 never since the hub began.
    """

    machine: str
    since: int
    here: bool
    heard: int = 0


class Machines(msgspec.Struct, frozen=True):
    machines: tuple[Member, ...] = ()


class Revoke(msgspec.Struct, frozen=True):
    machine: str


class Revoked(msgspec.Struct, frozen=True):
    """It is hung up on, and can not come back without a code."""

    machine: str


class Forget(msgspec.Struct, frozen=True):
    machine: str


class Forgotten(msgspec.Struct, frozen=True):
    """The hub knows nothing of it any more: key, codes, reports, the wall that was made of its screens. hall: the hall
    file names it all the same."""

    machine: str
    hall: bool = False


class JoinWanted(msgspec.Struct, frozen=True):
    """What a machine says: the code without what it checked by itself, what it calls itself, its key to be signed,
    as what it comes."""

    protocol: int
    version: str
    code: str
    machine: str
    request: str
    role: str = "wall"


class JoinReply(msgspec.Struct, frozen=True):
    """What it gets: all that it keeps of the hub, or why not.

    Attributes:
        machine: its name in the hall. user, password: at the bus. port: of the bus; city: id of the pack.
        ca, certificate: PEM.
    """

    machine: str = ""
    user: str = ""
    password: str = ""
    port: int = 0
    city: str = ""
    ca: str = ""
    certificate: str = ""
    problem: Message | None = None
