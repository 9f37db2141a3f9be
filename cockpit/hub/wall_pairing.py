"""Remotes of the walls as desks have them: a code for one, which there are, taking one back; the gateway keeps them."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.hub.phones import Phones
from cockpit.hub.service import Setting
from cockpit.model import wallasks as asked
from cockpit.model.errors import UserError
from cockpit.model.wallasks import Nothing

PAIRS = ("duty", "leader")
"""Roles that make remotes; a machine of a wall does not."""
OPERATOR, DUTY = "operator", "duty"
"""A remote with the rights of duty, and who makes such a one and takes it back: else a leader gave himself these."""


class WallPairing:
    """Answers `wall.pair`, `wall.remotes` and `wall.unpair`. Each raises UserError: not of this role; OutsideError: the
    gateway is away."""

    def __init__(self, setting: Setting, role: Callable[[str], str]) -> None:
        """
        Args:
            role: of a user of the bus.
        """
        self._phones = Phones(setting.profile)
        self._role = role
        setting.answers.add("wall.pair", asked.Pair, self._pair)
        setting.answers.add("wall.remotes", Nothing, self._remotes)
        setting.answers.add("wall.unpair", asked.Unpair, self._unpair)

    async def _pair(self, user: str, wanted: asked.Pair) -> asked.Paired:
        self._desks_only(user)
        self._duty_for(wanted.role, user)
        return await self._phones.pair(wanted)

    async def _remotes(self, user: str, wanted: Nothing) -> asked.RemotesKnown:
        self._desks_only(user)
        return await self._phones.remotes()

    async def _unpair(self, user: str, wanted: asked.Unpair) -> Nothing:
        self._desks_only(user)
        for one in (await self._phones.remotes()).remotes if self._role(user) != DUTY else ():
            if one.id == wanted.id:
                self._duty_for(one.role, user)
        await self._phones.unpair(wanted.id)
        return Nothing()

    def _duty_for(self, role: str, user: str) -> None:
        """Raises UserError: a remote of this role is for the duty desk alone."""
        if role == OPERATOR and self._role(user) != DUTY:
            raise UserError("wall.pair_duty")

    def _desks_only(self, user: str) -> None:
        if self._role(user) not in PAIRS:
            raise UserError("wall.pair_no_right")
