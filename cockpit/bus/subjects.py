"""Subjects of the bus. The hub takes the actor's seat from the subject, never from the body."""

from __future__ import annotations

LIVE = "live"
"""The world of the real thing; others are `drill:<id>` and `replay:<id>`, whose colon NATS carries as it is."""


def picture(city: str, world: str, district: str, topic: str) -> str:
    return f"pic.{city}.{world}.{district}.{topic}"


def all_pictures(city: str, world: str) -> str:
    return f"pic.{city}.{world}.>"


def ask(seat: str, what: str) -> str:
    """Where a seat asks the hub: `hello`, `snapshot`, `body`, `picture`, `retry`, `quarantine`."""
    return f"ask.{seat}.{what}"


ALL_ASKS = "ask.*.*"


def seat_and_what(subject: str) -> tuple[str, str]:
    _, seat, what = subject.split(".")
    return seat, what


def inbox(user: str) -> str:
    """Prefix of the inboxes of a user: only they may read there."""
    return f"_INBOX.{user}"
