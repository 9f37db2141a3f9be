"""By which names and addresses this machine is known to phones."""

from __future__ import annotations

import contextlib
import ipaddress
import socket


def own_addresses() -> list[str]:
    """IPv4 addresses of this machine: the one by which it reaches others, then loopback; nothing is sent to find out.

    Not those of IPv6, which systems change every day by themselves: each would need another authority.
    """
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("192.0.2.1", 9))
        address = str(sock.getsockname()[0])
        if not ipaddress.ip_address(address).is_link_local:
            found.append(address)
    return list(dict.fromkeys([*found, "127.0.0.1"]))


def own_names() -> list[str]:
    """What this machine calls itself, and `localhost`."""
    name = socket.gethostname().rstrip(".")
    return list(dict.fromkeys([*([name] if name and name.isascii() else []), "localhost"]))
