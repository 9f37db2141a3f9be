"""A connection to the bus that says what happens to it in sentences.

nats-py sleeps two seconds after a first refusal, so the port is tried first, and reconnecting is ours: a hub that comes
back may listen elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cockpit.bus import subjects
from cockpit.bus.address import address
from cockpit.bus.users import User
from cockpit.model.errors import OutsideError
from cockpit.model.seldom import Seldom, place_of
from cockpit.model.time_limit import time_limit

if TYPE_CHECKING:
    import ssl

    from nats.aio.client import Client

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""How often a connection is looked at that may have ended without a word."""
CONNECT_SECONDS = 3
"""How long the other side may take to answer."""
CUT_SECONDS = 0.2
"""Until a connection is tried once more that was cut while it was made: a bus that reads its users anew drops who has
not signed in yet."""
FLUSH_SECONDS = 5.0
"""How long who sends waits for a bus that takes nothing; the client library waits for ever, dead or not."""
MOST_SAID = 200
"""Characters of what the library says of a connection, in the log."""


def nats_error() -> type[Exception]:
    """What the client library raises. It takes 0.3 s to import: done where it is used first, not at the start."""
    from nats.errors import Error

    return Error


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Around a question to the hub: what the client library raises when no answer comes, as one of our sentences.

    A client that is closed under a question cancels it, though nobody cancelled who asked.

    Raises:
        OutsideError: the connection went, or there is no answer in time.
    """
    try:
        yield
    except (nats_error(), TimeoutError, OSError) as error:
        raise OutsideError("seat.hub_silent") from error
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise OutsideError("seat.hub_gone") from None


async def connect(
    url: str, user: User, name: str, on_lost: Callable[[], None], tls: ssl.SSLContext | None = None
) -> Client:
    """Signs in at the bus.

    Args:
        tls: of a machine of the hall, whose address is `wss://…`.
        on_lost: called once, on the loop, when the connection is gone; the client is then of no more use.

    Raises:
        OutsideError: nobody listens, the key is refused, or there is no answer.
    """
    try:
        return await _join(url, user, name, on_lost, tls)
    except _Cut:
        await asyncio.sleep(CUT_SECONDS)
    return await _join(url, user, name, on_lost, tls)


class _Cut(OutsideError):
    """The bus let us in and then cut the connection before we had signed in."""


async def _join(url: str, user: User, name: str, on_lost: Callable[[], None], tls: ssl.SSLContext | None) -> Client:
    host, port = address(url)
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    from cockpit.bus.natsclient import BusClient

    client = BusClient()
    try:
        if tls is not None:
            await client.over_tls(url, tls, CONNECT_SECONDS)
        else:
            async with time_limit(CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except (OSError, TimeoutError) as error:
        raise OutsideError("bus.unreachable", url=at) from error
    lost, refused, joined, seldom = False, False, False, Seldom(log)

    def end() -> None:
        nonlocal lost
        if joined and not lost:
            lost = True
            on_lost()

    async def gone() -> None:
        end()

    async def failed(problem: Exception) -> None:
        # keep none of them: they hold what came in with them, and a connection lasts for months
        nonlocal refused
        if not joined:
            refused = refused or _is_refusal(problem)
        elif isinstance(problem, (nats_error(), OSError, TimeoutError)):
            seldom.say(logging.INFO, f"the connection of {name}", place_of(problem), str(problem)[:MOST_SAID])
        else:  # our bug: a callback of ours raised it
            seldom.say(logging.ERROR, f"hearing the bus as {name}", place_of(problem))

    try:
        await client.connect(
            f"{url.partition('://')[0] if '://' in url else 'nats'}://{at}",
            user=user.name,
            password=user.password,
            name=name,
            inbox_prefix=subjects.inbox(user.name),
            allow_reconnect=False,
            connect_timeout=CONNECT_SECONDS,
            ping_interval=5,
            max_outstanding_pings=2,
            disconnected_cb=gone,
            closed_cb=gone,
            error_cb=failed,
            flush_timeout=FLUSH_SECONDS,
            pending_size=8 * 1024 * 1024,
            tls=tls,
        )
        if not client.is_connected:  # nats-py 2.16 takes an end without a word for an answer
            raise ConnectionResetError
    except (nats_error(), OSError, TimeoutError) as problem:
        await client.close()
        if refused or _is_refusal(problem):
            raise OutsideError("bus.refused", url=at) from problem
        raise (_Cut if _is_cut(problem) else OutsideError)("bus.unreachable", url=at) from problem
    except BaseException:  # cancelled
        await client.close()
        raise

    joined = True

    def look() -> None:
        # its callbacks do not come where something was still to be sent, see BusClient
        if client.is_closed:
            end()
        else:
            loop.call_later(LOOK_SECONDS, look)

    loop = asyncio.get_running_loop()
    look()
    return client


def _is_cut(problem: Exception) -> bool:
    return isinstance(problem, ConnectionError) or "empty response" in str(problem)


def _is_refusal(problem: Exception) -> bool:
    return "uthorization" in str(problem)
