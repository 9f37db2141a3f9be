"""Phone pages as the hub knows them: whose page is open now, and codes that enrol one, asked of the gateway."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from cockpit.model.calls import Devices, Enrolment
from cockpit.model.clock import from_iso
from cockpit.model.errors import OutsideError
from cockpit.model.typed import from_json
from cockpit.model.wallasks import Pair, Paired, RemotesKnown

_T = TypeVar("_T")
SECONDS = 4.0
GATEWAY_GONE = 15.0
"""A gateway asks who the hub is every five seconds."""
MOST_BYTES = 4_000_000


class _Made(msgspec.Struct, frozen=True):
    url: str
    until: str
    code: str = ""


class _Listed(msgspec.Struct, frozen=True):
    enrolled: tuple[str, ...]
    online: tuple[str, ...]


class Phones:
    """Attributes:
    open: by key of a unit, ids of its devices whose page is open.
    """

    def __init__(self, profile: Path) -> None:
        """
        Args:
            profile: of the hub, where the gateway's note lies.
        """
        self.open: dict[str, set[str]] = {}
        self._note = profile / "field.json"

    def online(self, unit: str) -> bool:
        return unit in self.open

    def came(self, unit: str, device: str) -> bool:
        """A page was opened; whether the unit had none open before."""
        first = unit not in self.open
        self.open.setdefault(unit, set()).add(device)
        return first

    def went(self, unit: str, device: str) -> bool:
        """A page was closed; whether it was the unit's last."""
        devices = self.open.get(unit, set())
        devices.discard(device)
        if devices or unit not in self.open:
            return False
        del self.open[unit]
        return True

    async def agree(self) -> bool:
        """Drops units of which the gateway says that they have no page open (it went and came back); whether any."""
        listed = await self._listed()
        gone = self.open.keys() - set(listed.online)
        for unit in gone:
            del self.open[unit]
        return bool(gone)

    async def enrol(self, unit: str, name: str, kind: str, area: str) -> Enrolment:
        """A single-use address that enrols one device of a unit.

        Args:
            name, kind, area: what its page is told of the unit.

        Raises:
            OutsideError: the gateway is away, or makes none.
        """
        wanted = {"unit": unit, "name": name[:100], "kind": kind, "area": area}
        made = await self._ask("POST", "/v1/codes", wanted, _Made)
        try:
            return Enrolment(made.url, from_iso(made.until))
        except ValueError as error:
            raise OutsideError("hubcalls.gateway_nonsense") from error

    async def pair(self, wanted: Pair) -> Paired:
        """A single-use address that makes a remote of the walls.

        Raises:
            OutsideError: the gateway is away, or makes none.
        """
        made = await self._ask("POST", "/remote/v1/codes", msgspec.to_builtins(wanted), _Made)
        try:
            return Paired(made.code, made.url, from_iso(made.until))
        except ValueError as error:
            raise OutsideError("hubcalls.gateway_nonsense") from error

    async def remotes(self) -> RemotesKnown:
        """Raises OutsideError: the gateway is away."""
        return await self._ask("GET", "/remote/v1/list", None, RemotesKnown)

    async def unpair(self, id: str) -> None:
        """Raises OutsideError: the gateway is away, or has no such remote."""
        await self._ask("DELETE", f"/remote/v1/{quote(id, safe='')}", None, dict)

    async def devices(self) -> Devices:
        """Raises OutsideError: the gateway is away."""
        listed = await self._listed()
        return Devices(listed.enrolled, tuple(sorted(self.open)))

    async def _listed(self) -> _Listed:
        return await self._ask("GET", "/v1/devices", None, _Listed)

    async def _ask(self, method: str, path: str, wanted: object, kind: type[_T]) -> _T:
        """Asks over loopback, with the secret that only this machine's owner can read."""
        try:
            note: dict[str, Any] = json.loads(self._note.read_bytes())
            url, secret = str(note["url"]), str(note["enrol"])
        except (OSError, ValueError, KeyError, TypeError):
            raise OutsideError("hubcalls.no_gateway") from None
        try:
            async with httpx.AsyncClient(timeout=SECONDS, trust_env=False, follow_redirects=False) as http:
                answer = await http.request(
                    method, url.rstrip("/") + path, json=wanted, headers={"Authorization": f"Bearer {secret}"}
                )
        except httpx.HTTPError as error:
            raise OutsideError("hubcalls.no_gateway") from error
        if answer.status_code not in (200, 201):
            raise OutsideError("hubcalls.gateway_says", why=_why(answer))
        with contextlib.suppress(msgspec.MsgspecError):
            if len(answer.content) <= MOST_BYTES:
                return from_json(answer.content, type=kind)
        raise OutsideError("hubcalls.gateway_nonsense")


def _why(answer: httpx.Response) -> str:
    """What a problem document (RFC 9457) says."""
    with contextlib.suppress(ValueError, AttributeError):
        said = answer.json()
        return str(said.get("detail") or said.get("title") or answer.status_code)[:200]
    return str(answer.status_code)
