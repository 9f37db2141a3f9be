"""Calls by SIP: baresip 1.0 as child processes, one that is registered and takes what comes in, one for each call out.

Decision 0027 says why, and what baresip does not do by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.model.calls import WayKind
from cockpit.model.errors import OutsideError

if TYPE_CHECKING:
    from cockpit.calls.adapter import Adapter, Around

KIND = WayKind.SIP


def make(around: Around) -> Adapter:
    """The adapter of calls.toml's `[sip]`.

    Raises:
        OutsideError: there is no such table, or baresip is not on this machine.
    """
    from cockpit.calls.baresip.adapter import SipAdapter
    from cockpit.calls.baresip.config import program

    if around.settings.sip is None:
        raise OutsideError("sip.no_account")
    if not program():
        raise OutsideError("sip.no_program")
    return SipAdapter(around, around.settings.sip)
