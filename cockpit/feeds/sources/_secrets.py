"""Secrets of a feed: named in its options, put in when it connects, taken out again of whatever is said about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar, cast

from cockpit.model.errors import OutsideError

T = TypeVar("T")
PATTERN = r"secret:[A-Za-z0-9_\-]{1,40}"
_WHOLE = re.compile(rf"^{PATTERN}$")
_INSIDE = re.compile(rf"\{{({PATTERN})\}}")
MASK = "***"


def names_secret(text: str) -> bool:
    """Whether a value of an option names a secret: it is `secret:name`, or has `{secret:name}` in it."""
    return bool(_WHOLE.match(text) or _INSIDE.search(text))


class Secrets:
    """Finds secrets late, so that one that is renewed holds from the next connection on."""

    def __init__(self, find: Callable[[str], str]) -> None:
        """
        Args:
            find: the secret of a name, "" where there is none.
        """
        self._find = find
        self._found: set[str] = set()

    def fill(self, value: T) -> T:
        """A value of an option (text, list, table) with its secrets put in.

        Raises:
            OutsideError: one is not there.
        """
        if isinstance(value, str):
            return cast("T", self._fill(value))
        if isinstance(value, list):
            return cast("T", [self.fill(one) for one in value])
        if isinstance(value, dict):
            return cast("T", {key: self.fill(one) for key, one in value.items()})
        return value

    def scrub(self, text: str) -> str:
        """A text without any secret that was ever put in."""
        for secret in self._found:
            text = text.replace(secret, MASK)
        return text

    def _fill(self, text: str) -> str:
        if _WHOLE.match(text):
            return self._one(text)
        return _INSIDE.sub(lambda found: self._one(found[1]), text)

    def _one(self, reference: str) -> str:
        name = reference.partition(":")[2]
        secret = self._find(name)
        if not secret:
            raise OutsideError("sources.no_secret", detail=name)
        self._found.add(secret)
        return secret
