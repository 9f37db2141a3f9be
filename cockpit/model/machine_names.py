"""Names that a machine of the hall can have."""

from __future__ import annotations

import re

MOST = 32
"""Letters of a name."""


def plain_name(text: str) -> str:
    """A name as subjects and hall files can have it: small letters, digits and dashes; "" where nothing is left."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain[:MOST].strip("-")
