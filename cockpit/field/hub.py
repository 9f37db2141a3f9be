"""The gateway's side of the bus: finds the hub of its profile, follows the ledger, asks for words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import cockpit
from cockpit.bus import asks, subjects
from cockpit.bus.client import answering, connect, nats_error
from cockpit.bus.users import GATEWAY, User, read_key
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import converted, from_msgpack
from cockpit.processes import lives

if TYPE_CHECKING:
    from nats.aio.client import Client

log = logging.getLogger(__name__)

ASK_SECONDS = 4.0
TIME_SECONDS = 5.0
RETRY_SECONDS = (0.2, 0.3, 0.5, 1.0, 2.0)


def find(profile: Path) -> tuple[str, User]:
    """Address of the hub of a profile, and the gateway's key.

    Raises:
        CockpitError: there is no hub now, or no key.
    """
    note = profile / "hub.json"
    try:
        facts = json.loads(note.read_bytes())
        url, pid = str(facts["url"]), int(facts["pid"])
        if not lives(pid):
            raise OutsideError("seat.hub_starting")
        return url, read_key(profile / "keys" / f"{GATEWAY}.json")
    except OSError:
        raise OutsideError("seat.hub_starting") from None
    except (ValueError, KeyError, TypeError) as error:
        raise OutsideError("seat.hub_unknown", file=str(note)) from error


class HubSide:
    """The connection to the hub, kept up.

    Attributes:
        welcome: what the hub said of itself last; None while it is away.
    """

    def __init__(
        self,
        profile: Path,
        on_welcome: Callable[[asks.Welcome, bool], None],
        follow: Callable[[Client, asks.Welcome], contextlib.AbstractAsyncContextManager[None]],
    ) -> None:
        """
        Args:
            on_welcome: told what the hub says of itself, at each joining (True) and every few seconds.
            follow: follows the ledger as long as it is entered.
        """
        self.welcome: asks.Welcome | None = None
        self._profile = profile
        self._on_welcome = on_welcome
        self._follow = follow
        self._client: Client | None = None
        self._said = ""

    @property
    def there(self) -> bool:
        return self.welcome is not None

    async def run(self) -> None:
        """Joins the hub, now and whenever it is lost, until it is cancelled."""
        tries = 0
        while True:
            try:
                await self._once()
                tries = 0
            except CockpitError as error:
                self._say(f"the hub is away: {error.message.id}")
            except (nats_error(), OSError, TimeoutError):
                self._say("the hub went")
            except (msgspec.MsgspecError, ValueError):
                self._say("the hub said what nobody understands")
            await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
            tries += 1

    def _say(self, line: str) -> None:
        """Into the log, once: it is tried again every two seconds for as long as the hub is away."""
        if line != self._said:
            self._said = line
            log.info("%s", line)

    async def _once(self) -> None:
        """Joins, and returns when the connection is lost.

        Raises:
            CockpitError, nats.errors.Error, OSError, msgspec.MsgspecError, ValueError: it did not come to that.
        """
        lost = asyncio.Event()
        url, user = find(self._profile)
        self._client = client = await connect(url, user, user.name, lost.set)
        try:
            welcome = await self._hello()
            async with self._follow(client, welcome):
                self.welcome = welcome
                self._on_welcome(welcome, True)
                self._say("joined the hub")
                while not lost.is_set():
                    with contextlib.suppress(TimeoutError):
                        async with time_limit(TIME_SECONDS):
                            await lost.wait()
                    if not lost.is_set():
                        self.welcome = await self._hello()
                        self._on_welcome(self.welcome, False)
            self._say("lost the hub")
        finally:
            self.welcome = self._client = None
            with contextlib.suppress(Exception):
                await client.close()

    async def _hello(self) -> asks.Welcome:
        hello = asks.Hello(asks.PROTOCOL, cockpit.__version__, GATEWAY)
        said = msgspec.msgpack.decode(await self._request(subjects.ask(GATEWAY, "hello"), asks.encode(hello)))
        if not isinstance(said, dict) or said.get("protocol") != asks.PROTOCOL:
            theirs = said.get("version", "?") if isinstance(said, dict) else "?"
            raise UserError("seat.other_version", hub=theirs, seat=cockpit.__version__)
        return converted(said, asks.Welcome)

    async def texts(self, ids: list[str]) -> dict[str, str] | None:
        """Words by id, those erased missing; None: the hub can not say now."""
        found: dict[str, str] = {}
        wanted = list(dict.fromkeys(ids))
        try:
            while wanted:
                now, wanted = wanted[:_TEXTS], wanted[_TEXTS:]
                reply: asks.TextsReply = await self._ask("texts", asks.TextsWanted(now), asks.TextsReply)
                if reply.problem is not None or len(reply.more) >= len(now):
                    return None
                found |= reply.texts
                wanted += reply.more
        except CockpitError:
            return None
        return found

    async def told(self, what: str, wanted: msgspec.Struct, reply: type) -> Any:
        """The answer of a service of the hub.

        Raises:
            OutsideError: the hub is away, or says why there is none.
        """
        told: asks.Told = await self._ask(what, wanted, asks.Told)
        if told.problem is not None:
            raise OutsideError(told.problem.id, **told.problem.params)
        try:
            return from_msgpack(told.said, type=reply)
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error

    async def _ask(self, what: str, wanted: object, reply: type) -> Any:
        try:
            return from_msgpack(await self._request(subjects.ask(GATEWAY, what), asks.encode(wanted)), type=reply)
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error

    async def _request(self, subject: str, data: bytes) -> bytes:
        client = self._client
        if client is None or not client.is_connected:
            raise OutsideError("seat.hub_gone")
        with answering():
            return bytes((await client.request(subject, data, timeout=ASK_SECONDS)).data)


_TEXTS = 200
"""Ids in one question."""
