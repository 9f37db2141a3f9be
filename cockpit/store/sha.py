"""Where a file lies that is kept under its SHA-256."""

from __future__ import annotations

import re
from pathlib import Path

from cockpit.model.errors import UserError

_SHA = re.compile(r"[0-9a-f]{64}")


def by_sha(folder: Path, sha: str) -> Path:
    """`<first two digits>/<SHA-256>`, whether it is there or not.

    Raises:
        UserError: that is no SHA-256.
    """
    if not _SHA.fullmatch(sha):
        raise UserError("store.not_a_sha")
    return folder / sha[:2] / sha
