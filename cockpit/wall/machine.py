"""By which name a machine is known in the hall file."""

from __future__ import annotations

import re
import socket
from pathlib import Path

MOST = 32
"""Letters of a name."""
HERE = "here"
"""A machine whose own name has nothing that could be used."""


def plain_name(text: str) -> str:
    """A name as subjects and hall files can have it: small letters, digits and dashes; "" where nothing is left."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain[:MOST].strip("-")


def own_name() -> str:
    """How this machine calls itself."""
    return plain_name(socket.gethostname().partition(".")[0]) or HERE


def machine_name(profile: Path) -> str:
    """Of the machine that runs this profile: as it was joined, else by its own name."""
    from cockpit.bus.joined import read_joined

    joined = read_joined(profile)
    return joined.machine if joined is not None else own_name()
