"""The stream of a ledger, to be read from outside: at the running hub, else from a copy of its files.

A server that starts on damaged files mends them by cutting them off; so it is never started on the only ones.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys
from cockpit.ledger.files import STREAM
from cockpit.ledger.stream import Stream
from cockpit.model.clock import Clock
from cockpit.model.errors import UserError
from cockpit.processes import free_port, lives, take_lock

LOCK_SECONDS = 1.0


class Source(msgspec.Struct, frozen=True):
    """A stream that can be read.

    Attributes:
        stream: it; live: whether the hub goes on writing to it.
    """

    stream: Stream
    live: bool


@contextlib.asynccontextmanager
async def reading(profile: Path, city: str, clock: Clock) -> AsyncIterator[Source]:
    """The stream of a hub's profile.

    Raises:
        UserError: the profile has no such stream.
        OutsideError: the server does not come up, or the hub does not answer.
    """
    url = running_hub(profile)
    if url:
        async with _signed_in(url, profile, city) as stream:
            yield Source(stream, live=True)
        return
    with _server_on_copy(profile, city, clock) as server:
        async with _signed_in(server.url, profile, city) as stream:
            yield Source(stream, live=False)


def running_hub(profile: Path) -> str:
    """Address of the hub that runs on this profile; "" for none."""
    try:
        facts = json.loads((profile / "hub.json").read_bytes())
        return str(facts["url"]) if lives(int(facts["pid"])) else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def city_of(profile: Path, city: str) -> str:
    """The city whose ledger is meant: the one that is named, or the only one.

    Raises:
        UserError: there is none, or there are several.
    """
    found = sorted(path.parent.name for path in profile.glob(f"*/{STREAM}"))
    if city:
        found = [name for name in found if name == city]
    if not found:
        raise UserError("ledger.none_here", folder=str(profile))
    if len(found) > 1:
        raise UserError("ledger.which_city", cities=", ".join(found))
    return found[0]


@contextlib.asynccontextmanager
async def _signed_in(url: str, profile: Path, city: str) -> AsyncIterator[Stream]:
    client = await connect(url, Keys(profile).hub(), "ledger-reader", lambda: None)
    try:
        yield Stream(client, city, subjects.LIVE, "")
    finally:
        await client.close()


@contextlib.contextmanager
def _server_on_copy(profile: Path, city: str, clock: Clock) -> Iterator[NatsServer]:
    """A server on a copy of the files; no hub starts while they are copied."""
    with tempfile.TemporaryDirectory(prefix="cockpit-ledger-") as folder:
        store = Path(folder) / STREAM
        lock = take_lock(profile / "hub.lock", clock, LOCK_SECONDS)
        if lock is None:
            raise UserError("ledger.hub_starting")
        try:
            shutil.copytree(profile / city / STREAM, store)
        finally:
            lock.release()
        server = NatsServer(Path(folder), free_port(), [Keys(profile).hub()], clock, store)
        server.start()
        try:
            yield server
        finally:
            server.stop()
