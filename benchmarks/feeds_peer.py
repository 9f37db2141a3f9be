"""The plain loop that many cockpits are: once a second each gateway is asked by HTTP, and SQLite has the last values.

`python -m benchmarks.feeds_peer --seconds 20` starts a server that speaks for 220 gateways as a process of its own and
prints one JSON line: processor seconds that a second of the city's data takes the loop (httpx, json, sqlite3), and how
many seconds it took it.
"""

from __future__ import annotations

import argparse
import http.server
import itertools
import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.children import child
from benchmarks.feeds_load import GATEWAYS, OF_A_GATEWAY, SENSORS, Load
from cockpit.model.clock import SystemClock
from cockpit.processes import die_with_parent

COUNT = SENSORS // OF_A_GATEWAY
clock = SystemClock()


class Gateways(http.server.BaseHTTPRequestHandler):
    """`GET /<gateway>` is its 500 readings of now, other ones each time."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    load: Load
    turns = itertools.count()

    def do_GET(self) -> None:
        gateway = int(self.path[1:])
        turn = next(self.turns) // COUNT
        (data,) = self.load.burst(turn * COUNT + gateway, turn * COUNT + gateway + 1, clock.now() // 1000)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def serve() -> None:
    die_with_parent()
    Gateways.load = Load(GATEWAYS, SENSORS, lambda subject, payload: payload)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateways)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
    server.serve_forever()


def loop(url: str, file: Path, seconds: float) -> dict[str, float]:
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE sensor (id TEXT PRIMARY KEY, value REAL, measured INTEGER)")
    upsert = (
        "INSERT INTO sensor VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET value = excluded.value, measured = excluded.measured"
    )
    with httpx.Client(trust_env=False) as client:
        rounds = 0
        used, begun = time.process_time(), clock.mono()
        while clock.mono() - begun < seconds or rounds < 3:
            started = clock.mono()
            for gateway in range(COUNT):
                told = json.loads(client.get(f"{url}/{gateway}").content)
                database.executemany(upsert, [(id_, value, told["t"]) for id_, value in told["r"]])
            database.commit()
            rounds += 1
            time.sleep(max(0.0, 1.0 - (clock.mono() - started)))
        took = clock.mono() - begun
    database.close()
    return {"cpu": (time.process_time() - used) / rounds, "seconds": took / rounds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--serve", action="store_true", help="be the gateways")
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    with (
        tempfile.TemporaryDirectory(prefix="peer-") as folder,
        child(sys.executable, "-m", "benchmarks.feeds_peer", "--serve") as (_, says),
    ):
        print(json.dumps(loop(says["url"], Path(folder) / "peer.db", options.seconds)))


if __name__ == "__main__":
    main()
