"""What the phone page weighs and how soon something of it is seen: a real gateway, TLS, headless Chromium as a phone.

Bytes are those of the gateway's TLS connection, counted between it and the browser, until the page can be used and its
service worker keeps all of it: handshakes, headers and the questions that the page asks are in them. The first paint is
Chromium's first contentful paint with its network held to 400 kbit/s each way and an answer to no request sooner than
150 ms (`.rtt_400`: 400 ms), counted from the navigation; every run is a new browser context, nothing cached.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import shutil
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.registry import NotHere, bench
from cockpit.field.gateway import Gateway
from cockpit.model.clock import SystemClock
from cockpit.packs.read import read_pack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RATE = 400_000 / 8
RUNS = 5
PATIENCE = 60.0
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "locale": "zh-CN"}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class Counting:
    """Passes a connection on to the gateway and counts what comes back.

    Attributes:
        bytes: so far.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._pipes: set[asyncio.Task[None]] = set()

    async def open(self, port: int) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            for pipe in (self._pipe(reader, far_writer, False), self._pipe(far_reader, writer, True)):
                task = asyncio.create_task(pipe)
                self._pipes.add(task)
                task.add_done_callback(self._pipes.discard)

        self._server = await asyncio.start_server(serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                self.bytes += len(data) if counted else 0
                writer.write(data)
                await writer.drain()
        writer.close()

    async def close(self) -> None:
        self._server.close()
        for task in list(self._pipes):
            task.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)


@contextmanager
def _served() -> Iterator[tuple[str, Counting]]:
    """Address of the page by way of what counts, and that."""
    counting = Counting()
    ready, stop = threading.Event(), threading.Event()
    found: list[str] = []

    async def main(profile: Path) -> None:
        gateway = Gateway(profile, 0, read_pack("hangzhou"), SystemClock())
        up = asyncio.Event()
        running = asyncio.create_task(gateway.run(up.set))
        await up.wait()
        port = await counting.open(urlsplit(gateway.front.url).port or 0)
        found.append(f"https://127.0.0.1:{port}/")
        ready.set()
        await asyncio.to_thread(stop.wait)
        await counting.close()
        gateway.stop()
        await running

    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder)
        (profile / "field").mkdir(mode=0o700)
        thread = threading.Thread(target=lambda: asyncio.run(main(profile)))
        thread.start()
        try:
            if not ready.wait(PATIENCE):
                raise RuntimeError("the gateway does not start")
            yield found[0], counting
        finally:
            stop.set()
            thread.join()


def _key_of(url: str) -> str:
    """What Chromium calls the key of the gateway's certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
    key = x509.load_pem_x509_certificate(ssl.get_server_certificate(address).encode()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


@contextmanager
def _browser(url: str) -> Iterator[Browser]:
    """A browser that trusts the gateway, as a phone with the site's authority does: only then it keeps anything."""
    program = shutil.which("chromium")
    if program is None:
        raise NotHere("chromium is not installed, which packaging/system-deps.sh --tests does")
    from playwright.sync_api import sync_playwright

    trust = f"--ignore-certificate-errors-spki-list={_key_of(url)}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", trust])
        try:
            yield browser
        finally:
            browser.close()


def _whole(browser: Browser, url: str, counting: Counting) -> int:
    """Bytes until everything is there, also for a time without a network."""
    context = browser.new_context(**PHONE)
    before = counting.bytes
    page = context.new_page()
    page.goto(url)
    page.get_by_label("登记码").wait_for()
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("!document.getElementById('lacks').children.length")
    page.wait_for_load_state("networkidle")
    context.close()
    return counting.bytes - before


def _painted(browser: Browser, url: str, latency: int) -> tuple[float, int]:
    """Seconds until the first contentful paint, and bytes of what had come by then."""
    context = browser.new_context(**PHONE, service_workers="block")
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    limits = {"offline": False, "latency": latency, "downloadThroughput": RATE, "uploadThroughput": RATE}
    network.send("Network.emulateNetworkConditions", limits)
    began: list[float] = []
    came: list[tuple[float, int]] = []

    def heard(told: dict[str, Any], bytes: int) -> None:
        came.append((float(told["timestamp"]), bytes))

    network.on("Network.requestWillBeSent", lambda told: began.append(float(told["timestamp"])))
    network.on("Network.responseReceived", lambda told: heard(told, int(told["response"]["encodedDataLength"])))
    network.on("Network.dataReceived", lambda told: heard(told, int(told["encodedDataLength"])))
    page.goto(url)
    page.get_by_label("登记码").wait_for()
    paint = float(page.evaluate(PAINT)) / 1000
    context.close()
    return paint, sum(bytes for at, bytes in came if at <= began[0] + paint)


@lru_cache(maxsize=1)
def measured() -> dict[str, float]:
    with _served() as (url, counting), _browser(url) as browser:
        whole = _whole(browser, url, counting)
        quick = [_painted(browser, url, 150) for _ in range(RUNS)]
        slow = [_painted(browser, url, 400) for _ in range(RUNS)]
    return {
        "field.page_bytes": float(whole),
        "field.page_bytes.first": float(max(bytes for _, bytes in (*quick, *slow))),
        "field.first_paint": median(paint for paint, _ in quick),
        "field.first_paint.rtt_400": median(paint for paint, _ in slow),
    }


@bench("field.page_bytes", unit="bytes", better="lower", runs=1)
def page_bytes() -> float:
    """All that goes to a phone that opens the page for the first time; aim 200,000."""
    return measured()["field.page_bytes"]


@bench("field.page_bytes.first", unit="bytes", better="lower", runs=1)
def first_bytes() -> float:
    """Of that before the first paint; aim 30,000."""
    return measured()["field.page_bytes.first"]


@bench("field.first_paint", unit="s", better="lower", runs=1)
def first_paint() -> float:
    """At 400 kbit/s and 150 ms; aim 1."""
    return measured()["field.first_paint"]


@bench("field.first_paint.rtt_400", unit="s", better="lower", runs=1)
def first_paint_far() -> float:
    """At 400 kbit/s and 400 ms."""
    return measured()["field.first_paint.rtt_400"]
