"""A city's devices: 110,000 sensors by their gateways and alone, over NATS and MQTT, at an even pace.

`python -m benchmarks.feeds_load --city URL --nats PORT --mqtt PORT` prints one JSON line with the address of its
inventory (GeoJSON), then reads wishes, a JSON line each, and answers each when it is done:

    {"way": "gateways", "rate": 110000, "seconds": 120}   each gateway's 500 readings in one message a second, NATS
    {"way": "nats", "rate": 20000, "seconds": 120}        one reading a message
    {"way": "mqtt", "rate": 5000, "seconds": 120}         one reading a message, MQTT 3.1.1, QoS 1

The answer says what was sent and the last value of each sensor. What can be made ahead is made ahead: it must cost
little beside what is measured.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec

from benchmarks.make_cache import BOX, DISTRICTS
from cockpit.model.clock import CityTime, SystemClock, from_iso
from cockpit.processes import die_with_parent

SENSORS = 110_000
OF_A_GATEWAY = 500
STEP = 0.005
"""Seconds between two bursts."""
GATEWAYS, OVER_NATS, OVER_MQTT = "gateways", "nats", "mqtt"
VALUES = tuple(f"{10 + n / 10:.1f}" for n in range(200))
"""Of all kinds of sensors that the inventory has; the next one differs from the last."""
KINDS = ("temperature", "rain", "wind", "gas", "pit_shift")
clock = SystemClock()


def name(n: int) -> str:
    return f"G{n // OF_A_GATEWAY:03d}-{n % OF_A_GATEWAY:03d}"


def inventory() -> bytes:
    """All sensors as GeoJSON, evenly over the box of the pack, none with a value yet."""
    west, south, east, north = BOX
    across = round(SENSORS**0.5)
    rows = []
    for n in range(SENSORS):
        lon = west + (n % across + 0.5) / across * (east - west)
        lat = south + (n // across + 0.5) / across * (north - south)
        area = f"{DISTRICTS[n % len(DISTRICTS)]}{n % 50 + 1:06d}"
        about = {"kind": KINDS[n % len(KINDS)], "name": name(n), "area": area, "period": 1}
        rows.append({"type": "Feature", "id": name(n), "properties": about,
                     "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}})  # fmt: skip
    return msgspec.json.encode({"type": "FeatureCollection", "features": rows})


class Inventory(http.server.BaseHTTPRequestHandler):
    """Serves it; who has it already is told so."""

    def __init__(self, data: bytes, *more: Any) -> None:
        self._data = data
        super().__init__(*more)

    def do_GET(self) -> None:
        had = self.headers.get("If-None-Match") == '"1"'
        self.send_response(304 if had else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Type", "application/geo+json")
        self.send_header("Content-Length", "0" if had else str(len(self._data)))
        self.end_headers()
        if not had:
            self.wfile.write(self._data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class NatsOut:
    """Publishes to a server of NATS."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.recv(65536)
        self._socket.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\nPING\r\n')
        self._reader = threading.Thread(target=self._answer, daemon=True)
        self._reader.start()

    def _answer(self) -> None:
        while data := self._socket.recv(65536):
            if b"PING" in data:
                self._socket.sendall(b"PONG\r\n")

    def frame(self, subject: bytes, payload: bytes) -> bytes:
        return b"PUB %b %d\r\n%b\r\n" % (subject, len(payload), payload)

    def send(self, frames: list[bytes]) -> None:
        self._socket.sendall(b"".join(frames))


class MqttOut:
    """Publishes to a broker of MQTT 3.1.1 with QoS 1 (OASIS MQTT 3.1.1, 3.3)."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        client = b"devices"
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + len(client).to_bytes(2, "big") + client
        self._socket.sendall(b"\x10" + bytes([len(body)]) + body)
        if self._socket.recv(4)[3] != 0:
            raise ConnectionError("the broker refused")
        self._packet = 0
        self.acknowledged = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        n = 0
        while data := self._socket.recv(65536):
            n += len(data)
            self.acknowledged = n // 4

    def frame(self, subject: bytes, payload: bytes) -> bytes:
        self._packet = self._packet % 65_535 + 1
        body = len(subject).to_bytes(2, "big") + subject + self._packet.to_bytes(2, "big") + payload
        size, left = b"", len(body)
        while True:
            left, digit = divmod_7(left)
            size += bytes([digit | (0x80 if left else 0)])
            if not left:
                return b"\x32" + size + body

    def send(self, frames: list[bytes]) -> None:
        self._socket.sendall(b"".join(frames))


def divmod_7(n: int) -> tuple[int, int]:
    return n >> 7, n & 0x7F


Frame = Callable[[bytes, bytes], bytes]
Burst = Callable[[int, int, int], list[bytes]]
"""Frames of the messages number `first` to `last` - 1, measured at some milliseconds."""


class Load:
    """What is sent on one way.

    Attributes:
        last: (value, ms) of each sensor that was sent.
    """

    def __init__(self, way: str, rate: int, frame: Frame) -> None:
        self.last: dict[int, tuple[str, int]] = {}
        self._frame = frame
        self._heads = [b'{"id":"%b","v":' % name(n).encode() for n in range(rate)] if way != GATEWAYS else []
        if way == GATEWAYS:
            self.messages = rate // OF_A_GATEWAY
            self._bodies = [list(_bodies(gateway)) for gateway in range(self.messages)]
        else:
            self.messages = rate
            self._subjects = [f"{'gz/one/' if way == OVER_MQTT else 'gz.one.'}{name(n)}".encode() for n in range(rate)]
        self.burst: Burst = self._gateways if way == GATEWAYS else self._singles
        self.readings = OF_A_GATEWAY if way == GATEWAYS else 1

    def _gateways(self, first: int, last: int, ms: int) -> list[bytes]:
        frames = []
        for message in range(first, last):
            gateway, turn = message % self.messages, message // self.messages
            bodies = self._bodies[gateway]
            frames.append(
                self._frame(b"gz.gateway.%d" % gateway, b'{"t":%d,"r":%b}' % (ms, bodies[turn % len(bodies)]))
            )
            self.last[gateway] = (str(turn % len(bodies)), ms)
        return frames

    def _singles(self, first: int, last: int, ms: int) -> list[bytes]:
        frames = []
        for message in range(first, last):
            n, turn = message % self.messages, message // self.messages
            value = VALUES[(n + turn) % len(VALUES)]
            payload = b'%b%b,"t":%d}' % (self._heads[n], value.encode(), ms)
            frames.append(self._frame(self._subjects[n], payload))
            self.last[n] = (value, ms)
        return frames

    def ends(self) -> list[tuple[str, float, int]]:
        """(id, value, ms) of the last reading of each sensor."""
        if self.readings == 1:
            return [(name(n), float(value), ms) for n, (value, ms) in self.last.items()]
        return [
            (name(gateway * OF_A_GATEWAY + n), float(_value(gateway, n, int(turn))), ms)
            for gateway, (turn, ms) in self.last.items()
            for n in range(OF_A_GATEWAY)
        ]


def _value(gateway: int, n: int, turn: int) -> str:
    return VALUES[(gateway + n + 3 * turn) % len(VALUES)]


def _bodies(gateway: int) -> Iterator[bytes]:
    for turn in range(4):
        rows = (f'["{name(gateway * OF_A_GATEWAY + n)}",{_value(gateway, n, turn)}]' for n in range(OF_A_GATEWAY))
        yield f"[{','.join(rows)}]".encode()


def send(load: Load, out: NatsOut | MqttOut, seconds: float, city: CityTime) -> dict[str, Any]:
    """Sends at an even pace; what was late is made up for at once, as a burst is."""
    begun, sent = clock.mono(), 0
    used = time.process_time()
    began = clock.now()
    while (gone := clock.mono() - begun) < seconds:
        due = int(gone * load.messages)
        if due > sent:
            out.send(load.burst(sent, due, city.at(clock.now()) // 1000))
            sent = due
        time.sleep(STEP)
    took = clock.mono() - begun
    return {
        "messages": sent,
        "readings": sent * load.readings,
        "seconds": took,
        "cpu": (time.process_time() - used) / took,
        "began": began,
        "ended": clock.now(),
        "last": load.ends(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--city", required=True, help="address of the platform whose clock the readings follow")
    parser.add_argument("--nats", type=int, required=True)
    parser.add_argument("--mqtt", type=int, required=True)
    options = parser.parse_args()
    die_with_parent()
    told = httpx.get(options.city, trust_env=False).json()["clock"]
    city = CityTime(from_iso(told["wall"]), from_iso(told["city"]), float(told["rate"]))
    serve = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Inventory, inventory()))
    threading.Thread(target=serve.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{serve.server_address[1]}/sensors.geojson"}), flush=True)
    outs: dict[str, NatsOut | MqttOut] = {}
    for line in sys.stdin:
        wish = json.loads(line)
        way = wish["way"]
        side = OVER_MQTT if way == OVER_MQTT else OVER_NATS
        if side not in outs:
            outs[side] = MqttOut(options.mqtt) if side == OVER_MQTT else NatsOut(options.nats)
        load = Load(way, int(wish["rate"]), outs[side].frame)
        answer = send(load, outs[side], float(wish["seconds"]), city)
        if side == OVER_MQTT:
            time.sleep(1)
            answer["acknowledged"] = outs[side].acknowledged  # type: ignore[union-attr]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
