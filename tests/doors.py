"""Doors of a hub, at which machines and laptops knock."""

from __future__ import annotations

import socket
import threading

from cockpit.model.clock import SystemClock

PATIENCE = 90.0


def opens(address: str) -> bool:
    """Whether somebody lets in at `host:port`."""
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), 5).close()
    except OSError:
        return False
    return True


def until_open(address: str) -> None:
    """Returns once somebody lets in there."""
    clock = SystemClock()
    end = clock.mono() + PATIENCE
    while not opens(address):
        assert clock.mono() < end, "nobody opens"
        threading.Event().wait(0.05)
