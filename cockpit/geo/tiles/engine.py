"""What all sources of tiles share: one thread with an event loop, one HTTP client, one worker process, one store."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import httpx

from cockpit import __version__
from cockpit.geo.tiles.grid import Tile
from cockpit.geo.tiles.keeping import Store
from cockpit.geo.tiles.maker import Maker
from cockpit.model.bases import address, host_of
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

TIMEOUT = 12.0
"""Seconds that a server may take to answer."""
MOST_BYTES = 4_000_000
"""Of one tile as it comes."""
T = TypeVar("T")


class Engine:
    """Attributes:
    store: where tiles are kept.
    maker: the worker process.
    clock: the machine's.
    offline: nothing is asked of the network, whatever is configured.
    """

    def __init__(self, store: Store, clock: Clock, maker: Maker | None = None) -> None:
        self.store, self.clock = store, clock
        self.maker = maker or Maker(clock)
        self.offline = False
        self.loop = asyncio.new_event_loop()
        self.pool = ThreadPoolExecutor(2, thread_name_prefix="tile-work")
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="tiles", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Has it called on the loop's thread. Any thread."""
        if not self._closed:
            with contextlib.suppress(RuntimeError):  # closed meanwhile
                self.loop.call_soon_threadsafe(function, *args)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Runs it until it ends or the engine does. On the loop's thread."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def ask(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """The same from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    async def aside(self, function: Callable[..., T], *args: object) -> T:
        """Runs what takes its time on a thread of the pool."""
        return await self.loop.run_in_executor(self.pool, function, *args)

    async def fetch(self, template: str, tile: Tile, hosts: str, key: str) -> bytes:
        """A tile from its server; b"" where the server has none there.

        Raises:
            OutsideError: the sentence, without address and key.
        """
        host = host_of(template, hosts)
        client = await self._http()
        try:
            async with (
                time_limit(2 * TIMEOUT),
                client.stream("GET", address(template, tile.z, tile.x, tile.y, hosts, key)) as answer,
            ):
                if answer.status_code in (204, 404, 410):
                    return b""
                if answer.status_code in (401, 403):
                    raise OutsideError("tiles.key_refused", host=host)
                if answer.status_code != 200:
                    raise OutsideError("tiles.http_status", host=host, status=answer.status_code)
                data = bytearray()
                async for piece in answer.aiter_bytes():
                    data += piece
                    if len(data) > MOST_BYTES:
                        raise OutsideError("tiles.too_large", host=host)
                return bytes(data)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise OutsideError("tiles.timed_out", host=host) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, ValueError) as error:
            raise OutsideError("tiles.no_answer", host=host) from error

    async def _http(self) -> httpx.AsyncClient:
        """The one client, made when it is first needed."""
        async with self._making:
            if self._client is None:
                self._client = httpx.AsyncClient(
                    timeout=TIMEOUT,
                    verify=await self.aside(_tls),
                    trust_env=False,  # no proxy that the configuration did not name
                    follow_redirects=False,  # nor a host
                    headers={"User-Agent": f"city-cockpit/{__version__}"},
                    limits=httpx.Limits(max_connections=12, max_keepalive_connections=8),
                )
            return self._client

    def close(self) -> None:
        """Ends all that runs and waits for it. The store stays open."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(RuntimeError):
            asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.maker.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.loop.close()

    async def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        await self.loop.shutdown_asyncgens()
        await asyncio.sleep(0.01)  # sockets are closed in the loop's next round


def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def sentence(error: BaseException) -> Message:
    """What to say of an error of a source."""
    message = getattr(error, "message", None)
    return message if isinstance(message, Message) else Message("tiles.broken", {"why": str(error)[:120]})
