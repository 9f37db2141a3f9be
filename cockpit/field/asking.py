"""What the command line asks the running gateway of a profile, over loopback with the enrol secret."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import msgspec

from cockpit.field.remotewire import RemoteCodeWanted
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import language

SECONDS = 10.0


def new_code(profile: Path, unit: str, name: str) -> dict[str, Any]:
    """A single-use code for a device of a unit, as `POST /v1/codes` gives it.

    Raises:
        OutsideError: no gateway runs on this profile.
        UserError: it makes none, in its words.
    """
    return _made(profile, "/v1/codes", {"unit": unit, "name": name})


def new_remote_code(profile: Path, wanted: RemoteCodeWanted) -> dict[str, Any]:
    """A single-use code for a remote of the walls, as `POST /remote/v1/codes` gives it.

    Raises:
        OutsideError: no gateway runs on this profile.
        UserError: it makes none, in its words.
    """
    return _made(profile, "/remote/v1/codes", msgspec.to_builtins(wanted))


def _made(profile: Path, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    import httpx

    try:
        note = json.loads((profile / "field.json").read_bytes())
        url, secret = str(note["url"]), str(note["enrol"])
    except (OSError, ValueError, KeyError, TypeError):
        raise OutsideError("field.gateway_away", folder=str(profile)) from None
    head = {"Authorization": f"Bearer {secret}", "Accept-Language": language()}
    try:
        with httpx.Client(timeout=SECONDS, trust_env=False) as http:
            answer = http.post(f"{url}{path}", json=wanted, headers=head)
    except httpx.HTTPError:
        raise OutsideError("field.gateway_away", folder=str(profile)) from None
    said: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        said = answer.json()
    if answer.status_code != 201:
        raise UserError("field.gateway_says", why=said.get("detail", answer.status_code))
    return said


def fingerprint(profile: Path) -> str:
    """SHA-256 of our authority's certificate as phones show it; "" where there is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    try:
        ca = x509.load_pem_x509_certificate((profile / "field" / "ca.crt").read_bytes())
    except (OSError, ValueError):
        return ""
    return ca.fingerprint(hashes.SHA256()).hex(":").upper()
