"""The gateway as a child of the hub: started once the hub can be joined, restarted alone, ended with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cockpit.child import HANG_SECONDS, Child
from cockpit.model.clock import Clock
from cockpit.processes import cockpit_command

POLL_SECONDS = 0.3
FIRST_SECONDS = 1.5
"""What a start brings to the screen goes first."""


class GatewayChild:
    """Keeps `cockpit gateway` of a hub's profile running. To be used on the main thread."""

    def __init__(self, profile: Path, pack: Path, clock: Clock) -> None:
        """
        Args:
            profile: of the hub; pack: folder of its city pack.
        """

        def command() -> list[str]:
            return cockpit_command("gateway", "--profile", str(profile), "--pack", str(pack), "--port", "0")

        self.child = Child("gateway", command, profile / "gateway.log", clock, HANG_SECONDS)

    async def keep(self) -> None:
        """Starts it again whenever it ends, until this is cancelled."""
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            self.child.poll()
            await asyncio.sleep(POLL_SECONDS)

    async def stop(self) -> None:
        self.child.terminate()
        await asyncio.to_thread(self.child.wait)
