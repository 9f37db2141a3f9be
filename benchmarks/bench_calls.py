"""Calling by SIP: from the key to the ring, and to five people who are all up. Kamailio on loopback, sipp as phones.

What is measured runs in a process of its own (`benchmarks.calls_sip`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any

from benchmarks.registry import Measured, NotHere, bench

PATIENCE = 300.0
PEER = "sipp"


def measured(what: str) -> dict[str, Any]:
    """The JSON line of one measurement."""
    for program in ("baresip", "kamailio", "sipp", "pulseaudio"):
        if shutil.which(program) is None:
            raise NotHere(f"{program} is not installed")
    command = [sys.executable, "-m", "benchmarks.calls_sip", what]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"calls_sip {what}: {done.stderr.decode(errors='replace')[-1500:]}")
    line: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return line


@bench("call.key_to_ringing_p95", unit="ms", better="lower", runs=1)
def key_to_ringing() -> Measured:
    """From `place` of a registered desk to RINGING, of 48 calls one after the other through Kamailio; aim 50.

    The peer is a bare sipp that sends the same INVITE to the same phones in the same run.
    """
    line = measured("ring")
    return Measured(line["p95"], others={PEER: line["peer_p95"]})


@bench("call.group5_up", unit="ms", better="lower", runs=1)
def group5_up() -> float:
    """From the key to the last of five callees who pick up at once being up, its sound open; median of ten; aim 500."""
    return float(measured("group")["median"])
