"""What a remote may: an operator's as an operator, a presenter's shows and points."""

from __future__ import annotations

from cockpit.model.errors import UserError
from cockpit.model.wallasks import RemoteAct

ROLES = {"operator": "duty", "presenter": "leader"}
"""Roles of remotes, and whose rights in a mode each has."""
PRESENTS = ("scene", "next", "pause", "view", "event", "area", "about", "volume", "mute")
"""What a presenter does."""


def role_of(wanted: RemoteAct) -> str:
    """Whose rights count for what a remote does.

    Raises:
        UserError: that role is none, or does not do such things.
    """
    role = ROLES.get(wanted.role)
    if role is None:
        raise UserError("wall.remote_only")
    if wanted.role == "presenter" and wanted.act is not None and wanted.act.what not in PRESENTS:
        raise UserError("wall.remote_presents")
    return role
