"""What the hub tells walls of who is on duty: out of the address book, names and duties of one organisation."""

from __future__ import annotations

from cockpit.hub.climbwords import ClimbBook
from cockpit.hub.service import Asked, Setting
from cockpit.model.roster import OnDuty, RosterReply, RosterWanted

MOST = 8
"""People of one answer: no wall shows more."""
DIRECTORY_SECONDS = 600.0
"""How old what the site's directory said may be; files are read again when they are others."""


class RosterService(Asked):
    """Answers `roster`."""

    def __init__(self, setting: Setting) -> None:
        self._book = ClimbBook(setting, DIRECTORY_SECONDS)
        setting.answers.add("roster", RosterWanted, self._answer)

    async def _answer(self, seat: str, wanted: RosterWanted) -> RosterReply:
        found = await self._book.on_duty(wanted.org)
        orgs = len({one.org for one in found})
        if not wanted.org and orgs > 1:
            return RosterReply(orgs=orgs)
        return RosterReply(tuple(OnDuty(one.duty, one.name) for one in found[:MOST]))
