"""Debian's Chromium without a window and without a network: a page's picture, and what it asked for outside."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.real_window import wait_for

PATIENCE = 60.0
OF_THE_BROWSER = re.compile(
    r"(clients\d|update|accounts|optimizationguide-pa|content-autofill|safebrowsing|redirector)\."
)
"""What Chromium asks its maker for of itself, whatever page is open."""


class Refusing:
    """A proxy that lets nothing through and remembers what it was asked for.

    Attributes:
        port: where it listens.
        asked: first line of each question of a page: "CONNECT host:443 HTTP/1.1", "GET http://host/ HTTP/1.1".
    """

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._serve, name="refusing-proxy")
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                line = connection.recv(4096).split(b"\r\n")[0].decode("latin-1")
                if not OF_THE_BROWSER.match(line.partition(" ")[2].removeprefix("http://")):
                    self.asked.append(line)
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@contextlib.contextmanager
def refusing_proxy() -> Iterator[Refusing]:
    proxy = Refusing()
    try:
        yield proxy
    finally:
        proxy.close()


def chromium() -> str:
    """The program; skips the test where it is not installed."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed, which packaging/system-deps.sh --tests does")
    return found


class Browser:
    """One run of the program; every question of its pages to the outside goes to the proxy."""

    def __init__(self, folder: Path, proxy: Refusing, size: tuple[int, int]) -> None:
        self._log = folder / "browser.log"
        data = folder / "browser"
        command = [
            chromium(), "--headless=new", f"--user-data-dir={data}", f"--proxy-server=127.0.0.1:{proxy.port}",
            "--proxy-bypass-list=<-loopback>", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-default-apps", "--disable-domain-reliability", "--no-first-run", "--no-pings",
            "--disable-breakpad", "--disable-dev-shm-usage", "--ignore-gpu-blocklist", "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader", "--hide-scrollbars", f"--window-size={size[0]},{size[1]}",
            "--remote-debugging-port=0", "about:blank",
        ]  # fmt: skip
        if os.geteuid() == 0:  # where everything runs as root, the browser's own sandbox refuses to
            command.insert(1, "--no-sandbox")
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._asked = 0
        try:
            port = wait_for("the browser", lambda: self._port(data), PATIENCE)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE) as answer:
                address = next(one["webSocketDebuggerUrl"] for one in json.load(answer) if one["type"] == "page")
            self._open = contextlib.ExitStack()
            self._socket = self._open.enter_context(connect(address, max_size=None, proxy=None, open_timeout=PATIENCE))
            self._do(
                "Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False
            )
        except BaseException:
            self._end()
            raise

    @staticmethod
    def _port(data: Path) -> str:
        try:
            return (data / "DevToolsActivePort").read_text().splitlines()[0]
        except (OSError, IndexError):
            return ""

    def _do(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE))
            if answer.get("id") == self._asked:
                assert "error" not in answer, answer
                return answer["result"]

    def says(self, script: str) -> Any:
        """What a script answers in the page."""
        return self._do("Runtime.evaluate", expression=script, awaitPromise=True)["result"].get("value")

    def picture(self, page: Path) -> Image.Image:
        """What a shared page looks like once it is drawn."""
        self._do("Page.navigate", url=page.as_uri())
        drawn = "document.documentElement.getAttribute('data-drawn')"
        wait_for("the drawn page", lambda: self.says(drawn) == "true", PATIENCE, pause=0.2)
        self.says("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        data = self._do("Page.captureScreenshot", format="png")["data"]
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            return image.convert("RGB")

    def close(self) -> None:
        with contextlib.suppress(OSError, ConnectionClosed):
            self._socket.send(json.dumps({"id": 0, "method": "Browser.close"}))
        self._open.close()
        self._end()

    def _end(self) -> None:
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
            self._process.wait()


@contextlib.contextmanager
def browser(folder: Path, proxy: Refusing, size: tuple[int, int] = (1200, 700)) -> Iterator[Browser]:
    made = Browser(folder, proxy, size)
    try:
        yield made
    finally:
        made.close()
