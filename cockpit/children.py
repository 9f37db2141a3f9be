"""The hub and the embedded city as children of `cockpit run`: started, watched, restarted alone, ended. No Qt."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from cockpit.child import HANG_SECONDS, Child
from cockpit.city.cli import PORT
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.paths import runtime_dir
from cockpit.processes import Lock, can_listen, cockpit_command, free_port, lives, take_lock


class Children:
    """What `cockpit run` starts where no hub is named.

    Attributes:
        base_url: address of the city's platform.
        all: the children, hub first.
    """

    def __init__(
        self, profile: Path, pack: str, base_url: str, city_args: list[str], clock: Clock, feeds: Path | None = None
    ) -> None:
        """
        Args:
            pack: name or folder of the city pack.
            base_url: address of a city platform, or "" for the embedded city as a child.
            city_args: options of `cockpit city serve` to pass on.
            feeds: the site's feeds.toml.
        """
        self._hub_profile = hub_profile(profile)
        self._pack = pack
        self.base_url = base_url
        self._city_args = city_args
        self._feeds = feeds
        self._clock = clock
        self._claim: Lock | None = None
        self._city: Child | None = None
        if not base_url:
            self.base_url = self._address_of_city()
            self._city = Child("city", self._city_command, profile / "logs" / "city.log", clock)
        self._hub = Child("hub", self._hub_command, profile / "logs" / "hub.log", clock, HANG_SECONDS)
        self.all = [c for c in (self._hub, self._city) if c is not None]

    def poll(self) -> None:
        for child in self.all:
            child.poll()

    def failure_of_hub(self) -> str:
        """Why the hub does not run, in its own words; "" when it gave no reason."""
        return self._hub.failure

    def stop(self) -> None:
        for child in self.all:
            child.terminate()
        for child in self.all:
            child.wait()
        if self._claim is not None:
            self._claim.release()

    def _hub_command(self) -> list[str]:
        more = ("--feeds", str(self._feeds)) if self._feeds is not None else ()
        return cockpit_command(
            "hub",
            "--profile",
            str(self._hub_profile),
            "--city",
            self.base_url,
            "--pack",
            self._pack,
            "--port",
            "0",
            *more,
        )

    def _city_command(self) -> list[str]:
        if not can_listen(_port(self.base_url)):
            # someone took it meanwhile: the city moves, and the hub is started again with the new address
            self.base_url = self._address_of_city()
            self._hub.terminate()
        port = str(_port(self.base_url))
        field = str(self._hub_profile / "field.json")  # where the hub's gateway says where it is, once it is there
        return cockpit_command(
            "city", "serve", "--city", self._pack, "--port", port, "--field", field, *self._city_args
        )

    def _address_of_city(self) -> str:
        """Where `cockpit city fault` looks by itself, else any free port of loopback.

        A city takes seconds to listen: a claim keeps two seats that start at once from both counting on one port.
        """
        if self._claim is None:
            with contextlib.suppress(OSError, OutsideError):
                self._claim = take_lock(runtime_dir() / f"city-{PORT}.lock", self._clock)
        ours = self._claim is not None and can_listen(PORT)
        return f"http://127.0.0.1:{PORT if ours else free_port()}"


class StandbyChildren(Children):
    """Children of a wall beside a duty seat: as long as the hub of that seat runs, nothing is started; when it ends,
    the wall goes on with a hub of its own."""

    def poll(self) -> None:
        if any(child.process is not None for child in self.all) or not self._another_hub():
            super().poll()

    def _another_hub(self) -> bool:
        try:
            return lives(int(json.loads((self._hub_profile / "hub.json").read_bytes())["pid"]))
        except (OSError, ValueError, KeyError, TypeError):
            return False


def hub_profile(profile: Path) -> Path:
    """Folder of the hub that a seat of this profile starts."""
    return profile / "hub"


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
