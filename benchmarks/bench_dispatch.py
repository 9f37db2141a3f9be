"""The closed loop: how soon a command is safe, how soon the other seat sees it, and what kills cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from typing import Any

from benchmarks.children import a_home
from benchmarks.registry import Measured, bench

SEED = 20261121
SEAT_KILLS, HUB_KILLS = 10, 5


def measured(module: str, *options: str, seconds: float = 500.0) -> dict[str, Any]:
    """What a measurement in a process of its own says in its last line, which takes `seconds` at the most."""
    command = [sys.executable, "-m", module, *options]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, timeout=seconds, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@bench("dispatch.key_to_durable_p99", unit="ms", better="lower", runs=1)
def key_to_durable_p99() -> Measured:
    """500 commands on a seat with a loaded picture of a living city; aim 10. The peer commits the same bytes alone."""
    answer = measured("benchmarks.durable")
    return Measured(answer["durable"]["p99"], "sqlite3 insert and commit, FULL", answer["bare"]["p99"])


@bench("dispatch.seat_to_seat_p99", unit="ms", better="lower", runs=1)
def seat_to_seat_p99() -> Measured:
    """120 orders, each from the key to the end of the paint of its row at the other desk; aim 50.

    The peer is the common web way: an order by POST, and the other window asks for the whole list each second.
    """
    peer = measured("benchmarks.web_dispatch")
    answer = measured("benchmarks.neighbour")
    return Measured(answer["seat_to_seat"]["p99"], "poll of the list each second", peer["seat_to_seat"]["p99"])


@lru_cache(maxsize=1)
def tortured() -> tuple[int, int]:
    """Orders lost and doubled by kills of seats, hub, bus and gateway, as an independent checker counts them.

    Raises:
        ValueError: some other promise was broken.
    """
    from tests.torture.stage import BUS, GATEWAY, Stage

    with a_home() as home, Stage(home, SEED) as stage:
        stage.await_more(5)
        for turn in range(HUB_KILLS):
            for _ in range(SEAT_KILLS // HUB_KILLS):
                stage.kill_seat()
            stage.kill_hub()
            stage.kill_child(*(("bus", BUS), ("gateway", GATEWAY))[turn % 2])
        stage.await_more(5)
        verdict, states = stage.settle()
    other = verdict.lost + verdict.doubled < len(verdict.problems)
    if other or states["a"]["cases"] != states["b"]["cases"] or not states["a"]["cases"]:
        raise ValueError("; ".join(verdict.problems) or "the seats are not of one mind")
    return verdict.lost, verdict.doubled


@bench("dispatch.crash.lost", unit="count", better="lower", runs=1)
def lost() -> float:
    """Ten kills of a seat, five of the hub, of bus and gateway some; aim 0. All of them are `make torture`."""
    return tortured()[0]


@bench("dispatch.crash.doubled", unit="count", better="lower", runs=1)
def doubled() -> float:
    """Of the same run; aim 0."""
    return tortured()[1]
