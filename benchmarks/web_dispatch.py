"""The common web way of a dispatch desk: orders by HTTP POST, and every other window asks for the list each second.

`python -m benchmarks.web_dispatch --orders 60` prints one JSON line: ms from the key until the row is painted in the
other window. The server keeps 2,000 open events and commits each order to SQLite (WAL, FULL) before it answers; the
window fills a table anew with what it was given, as such pages do.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer, Signal
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from benchmarks.children import a_home, child
from benchmarks.durable import bare, insert, percentiles
from benchmarks.make_cache import make_events
from cockpit.model.clock import SystemClock
from cockpit.processes import die_with_parent
from cockpit.ui.app import application
from widgets.kit.fonts import load_fonts

EVENTS = 2_000
SIZE = (1920, 1080)
EVERY = 1.0
PAUSE = (0.6, 1.7)
FIELDS = ("level", "kind", "place", "channel", "occurred")
mono = SystemClock().mono


def serve(file: Path) -> None:
    """The server: `GET /list`, `POST /order/<key>`."""
    columns = make_events(EVENTS)
    events = [{"key": key, "stage": "", **_plain(columns, row)} for row, key in enumerate(columns["key"])]
    by_key = {event["key"]: event for event in events}
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # a small answer leaves in one packet

        def do_GET(self) -> None:
            self._answer(json.dumps(events, ensure_ascii=False).encode())

        def do_POST(self) -> None:
            key = self.path.removeprefix("/order/")
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                insert(connection, body)
                by_key[key]["stage"] = "assigned"
            self._answer(b"{}")

        def _answer(self, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    die_with_parent()
    connection = bare(file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    server.serve_forever()


def _plain(columns: Any, row: int) -> dict[str, Any]:
    return {name: str(columns[name][row]) for name in FIELDS}


class Window(QWidget):
    """The other window."""

    arrived = Signal(list)

    def __init__(self, url: str) -> None:
        super().__init__()
        self.seen: dict[str, float] = {}
        self._url = url
        self._ended = threading.Event()
        self._assigned: set[str] = set()
        self._table = QTableWidget(0, len(FIELDS) + 1, self)
        self._table.resize(*SIZE)
        self._table.viewport().installEventFilter(self)
        self.arrived.connect(self._fill)
        self._thread = threading.Thread(target=self._poll, name="poll", daemon=True)
        self._thread.start()

    def _poll(self) -> None:
        with httpx.Client() as client:
            while not self._ended.is_set():
                begun = mono()
                self.arrived.emit(client.get(self._url + "/list").json())
                self._ended.wait(max(0.0, EVERY - (mono() - begun)))

    def _fill(self, events: list[dict[str, Any]]) -> None:
        self._table.setRowCount(len(events))
        for row, event in enumerate(events):
            for column, name in enumerate((*FIELDS, "stage")):
                self._table.setItem(row, column, QTableWidgetItem(str(event[name])))
        self._assigned = {event["key"] for event in events if event["stage"]}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self._painted)
        return False

    def _painted(self) -> None:
        now = mono()
        for key in self._assigned:
            self.seen.setdefault(key, now)

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        self.close()


def measure(url: str, orders: int) -> dict[str, Any]:
    app = application()
    load_fonts()
    window = Window(url)
    window.resize(*SIZE)
    window.show()
    pressed: dict[str, float] = {}
    draw = random.Random(7)

    def give() -> None:
        """The desk that orders, in a thread: its own painting costs the other window nothing."""
        with httpx.Client() as client:
            client.get(url + "/list")
            for n in range(orders):
                threading.Event().wait(draw.uniform(*PAUSE))
                key = f"events/hz-{n:07d}"
                pressed[key] = mono()
                client.post(f"{url}/order/{key}", json={"unit": "positions/U031", "text": "请到场处置"})

    thread = threading.Thread(target=give, name="give")
    loop = QEventLoop()
    QTimer.singleShot(2000, thread.start)
    look = QTimer(interval=50)
    look.timeout.connect(lambda: loop.quit() if len(window.seen) == orders else None)
    look.start()
    loop.exec()
    thread.join()
    look.stop()
    window.end()
    window.deleteLater()
    app.processEvents()
    return {"n": orders, "seat_to_seat": percentiles([window.seen[key] - at for key, at in pressed.items()])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--serve", metavar="FILE", type=Path, help="be the server")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    command = (sys.executable, "-m", "benchmarks.web_dispatch", "--serve")
    with a_home() as home, child(*command, str(home / "orders.db")) as (_, says):
        print(json.dumps(measure(says["url"], options.orders)))


if __name__ == "__main__":
    main()
