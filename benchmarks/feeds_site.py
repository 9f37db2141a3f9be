"""Where the devices of Guangzhou are connected: the feeds, and the brokers of the city. No Qt."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator

from cockpit.model.clock import SystemClock

CITY = "hangzhou"
LATE = 30.0
"""Seconds in which what was sent must be there."""
clock = SystemClock()

_SENSORS = """
[[feeds]]
id = "sensors"
name = {{ zh = "物联感知", en = "Sensors" }}
source = "http"
url = "{inventory}"
format = "geojson"
datum = "wgs84"
beat = 600
topic = "sensor"
"""
_READINGS = """
[[feeds]]
id = "{id}"
name = {{{{ zh = "{zh}", en = "{en}" }}}}
source = "{source}"
url = "{source}://127.0.0.1:{{{source}}}"
format = "readings"
datum = "wgs84"
beat = 5
topic = "sensor"
of = "sensors"
options = {{{{ {options} }}}}
"""
_WAYS = (
    ("gateways", "网关", "Gateways", "nats", 'subjects = ["gz.gateway.*"]'),
    ("nats", "单点（NATS）", "Single (NATS)", "nats", 'subjects = ["gz.one.*"]'),
    ("mqtt", "单点（MQTT）", "Single (MQTT)", "mqtt", 'topics = ["gz/one/+"], qos = 1'),
)
FEEDS = _SENSORS + "".join(
    _READINGS.format(id=id, zh=zh, en=en, source=source, options=options) for id, zh, en, source, options in _WAYS
)
"""feeds.toml, to be given `inventory` (an address) and the ports `nats` and `mqtt`."""


@contextlib.contextmanager
def broker(port: int, *command: str) -> Iterator[None]:
    """A server of the city's own, until the end of the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = clock.mono() + LATE
        while process.poll() is None and clock.mono() < end:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            threading.Event().wait(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)
