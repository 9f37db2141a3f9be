"""The stream of a ledger, to be read from outside: at the running hub, else from a copy of its files.

A server that starts on damaged files mends them by cutting them off; so it is never started on the only ones.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys, User
from cockpit.ledger.files import STREAM
from cockpit.ledger.stream import Stream
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError, UserError
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
        UserError: a hub is just starting.
        OutsideError: the files can not be copied, the server does not come up, or the hub does not answer.
    """
    url = running_hub(profile)
    if url:
        async with _signed_in(url, Keys(profile).hub(), city) as stream:
            yield Source(stream, live=True)
        return
    user = User("hub", secrets.token_urlsafe(32), "hub")  # the profile may be a backup without keys
    with _server_on_copy(profile, city, user, clock) as server:
        async with _signed_in(server.url, user, city) as stream:
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
async def _signed_in(url: str, user: User, city: str) -> AsyncIterator[Stream]:
    client = await connect(url, user, "ledger-reader", lambda: None)
    try:
        yield Stream(client, city, subjects.LIVE, "")
    finally:
        await client.close()


@contextlib.contextmanager
def _server_on_copy(profile: Path, city: str, user: User, clock: Clock) -> Iterator[NatsServer]:
    """A server on a copy of the files."""
    with tempfile.TemporaryDirectory(prefix="cockpit-ledger-") as folder:
        store = Path(folder) / STREAM
        try:
            with _no_hub(profile, clock):
                shutil.copytree(profile / city / STREAM, store)
        except (OSError, shutil.Error) as error:
            raise OutsideError("ledger.not_copied", folder=folder, why=str(error)[:200]) from error
        server = NatsServer(Path(folder), free_port(), [user], clock, store)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def _no_hub(profile: Path, clock: Clock) -> Iterator[None]:
    """No hub starts in here; where its lock can not be made, none can start."""
    try:
        lock = take_lock(profile / "hub.lock", clock, LOCK_SECONDS)
    except OSError:
        yield
        return
    if lock is None:
        raise UserError("ledger.hub_starting")
    try:
        yield
    finally:
        lock.release()
