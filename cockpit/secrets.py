"""Secrets by their name: a key for a map service is named in a configuration, never written there.

Looked for in the credentials that systemd hands over, in `<profile>/secrets/` (0600), in `COCKPIT_SECRET_<NAME>`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from cockpit.processes import write_private

FOLDER = "secrets"
VARIABLES = ("COCKPIT_SECRET_", "CREDENTIALS_DIRECTORY")
"""What variables of the environment that bring secrets begin with."""
MOST = 4096
_NAME = re.compile(r"[A-Za-z0-9_\-]{1,40}")


def secret(name: str, profile: Path) -> str:
    """The secret of that name; "" where there is none."""
    if not _NAME.fullmatch(name):
        return ""
    folders = [Path(p) for p in (os.environ.get("CREDENTIALS_DIRECTORY"),) if p]
    for file in (*(folder / name for folder in folders), profile / FOLDER / name):
        try:
            with open(file, encoding="utf-8") as opened:
                text = opened.read(MOST).strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text:
            return text
    return os.environ.get(f"COCKPIT_SECRET_{name.upper().replace('-', '_')}", "").strip()


def secret_at_hub(name: str, profile: Path) -> str:
    """As `secret`, at a hub: the one of a seat finds its seat's too."""
    return secret(name, profile) or (secret(name, profile.parent) if profile.name == "hub" else "")


def keep_secret(name: str, text: str, profile: Path) -> None:
    """Keeps a secret in the profile, readable by its owner only; "" removes it.

    Raises:
        OSError: it can not be written.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    file = profile / FOLDER / name
    if text:
        write_private(file, text)
    else:
        file.unlink(missing_ok=True)
