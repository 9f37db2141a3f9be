"""By which name a machine is known in the hall file."""

from __future__ import annotations

import socket
from pathlib import Path

from cockpit.model.machine_names import plain_name

HERE = "here"
"""A machine whose own name has nothing that could be used."""


def own_name() -> str:
    """How this machine calls itself."""
    return plain_name(socket.gethostname().partition(".")[0]) or HERE


def machine_name(profile: Path) -> str:
    """Of the machine that runs this profile: as it was joined, else by its own name."""
    from cockpit.bus.joined import read_joined

    joined = read_joined(profile)
    return joined.machine if joined is not None else own_name()
