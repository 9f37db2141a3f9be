"""Addresses of the bus."""

from __future__ import annotations

from urllib.parse import urlsplit

from cockpit.model.errors import UserError


def address(url: str) -> tuple[str, int]:
    """Host and port of a `nats://`, `tls://` or `wss://` address.

    Raises:
        UserError: it is none.
    """
    parts = urlsplit(url if "//" in url else f"nats://{url}")
    try:
        port = parts.port or 4222
    except ValueError as error:
        raise UserError("bus.bad_url", url=url) from error
    if parts.scheme not in ("nats", "tls", "wss") or not parts.hostname:
        raise UserError("bus.bad_url", url=url)
    if parts.username or parts.password:
        raise UserError("bus.secret_in_url")
    return parts.hostname, port
