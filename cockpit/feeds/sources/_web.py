"""What a feed may say of a request over HTTP: headers, query, who signs in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec

from cockpit.feeds.sources._options import Secured, open_secrets
from cockpit.feeds.sources._secrets import Secrets
from cockpit.model.messages import Message


class WebOptions(Secured, frozen=True, kw_only=True):
    """Options of whatever begins with a request over HTTP.

    Attributes:
        headers: to send; query: to be added to the address. A value may be `secret:<name>`, or have `{secret:<name>}`
            in it. `user` and `secret` sign in by RFC 7617 (Basic), `secret` alone by RFC 6750 (Bearer).
    """

    headers: dict[str, str] = msgspec.field(default_factory=dict)
    query: dict[str, str] = msgspec.field(default_factory=dict)

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        yield from super().mistakes()
        yield from open_secrets("headers", self.headers)
        yield from open_secrets("query", self.query)


def request_headers(options: WebOptions, secrets: Secrets) -> dict[str, str]:
    """Headers with their secrets in them.

    Raises:
        OutsideError: a secret is not there.
    """
    headers = {name: _in_one_line(value) for name, value in secrets.fill(options.headers).items()}
    if options.secret:
        secret = secrets.fill(options.secret)
        if options.user:
            pair = base64.b64encode(f"{options.user}:{secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        else:
            headers["Authorization"] = f"Bearer {_in_one_line(secret)}"
    return headers


def request_url(url: str, options: WebOptions, secrets: Secrets) -> httpx.URL:
    """The address with the query of the options, secrets in it: for the request alone, never for a sentence."""
    address = httpx.URL(url)
    return address.copy_merge_params(secrets.fill(options.query)) if options.query else address


def as_text(value: Any, secrets: Secrets) -> str:
    """A body or a message of the options, a text as it is and a table as JSON, with its secrets in it."""
    filled = secrets.fill(value)
    return filled if isinstance(filled, str) else msgspec.json.encode(filled).decode()


def _in_one_line(value: str) -> str:
    """A header's value has no line break: who can write a secret could write headers."""
    return " ".join(value.split())
