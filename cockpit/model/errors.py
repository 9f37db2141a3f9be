"""Errors typed by whom they blame. Anything else that is raised is our bug and goes to the crash report."""

from __future__ import annotations

from cockpit.model.messages import Message


class CockpitError(Exception):
    """An error that ends in one clear sentence.

    Attributes:
        message: what to say, in the language of whoever reads it.
    """

    def __init__(self, message_id: str, **params: object) -> None:
        super().__init__(message_id, params)
        self.message = Message(message_id, dict(params))

    def __str__(self) -> str:
        return self.message.in_chinese()


class UserError(CockpitError):
    """Your input; the sentence says how to mend it."""


class OutsideError(CockpitError):
    """A feed, a server, a disk; the sentence says what we do meanwhile."""
