"""Which streams a process has at the sound server, and moving them: a call goes on while its sound goes elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Literal

from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit

SECONDS = 5.0
Kind = Literal["sink-input", "source-output"]
KINDS: tuple[Kind, Kind] = ("sink-input", "source-output")


async def streams(pid: int) -> set[tuple[Kind, int]]:
    """Of that process; empty where the sound server does not say."""
    found: set[tuple[Kind, int]] = set()
    for kind in KINDS:
        with contextlib.suppress(OutsideError, ValueError, AttributeError, TypeError):
            listed: list[dict[str, Any]] = json.loads(await _pactl("-f", "json", "list", f"{kind}s"))
            for one in listed:
                if one.get("properties", {}).get("application.process.id") == str(pid):
                    found.add((kind, int(one["index"])))
    return found


async def move(kind: Kind, index: int, device: str) -> None:
    """
    Raises:
        OutsideError: the sound server does not.
    """
    default = "@DEFAULT_SINK@" if kind == "sink-input" else "@DEFAULT_SOURCE@"
    await _pactl(f"move-{kind}", str(index), device or default)


async def _pactl(*args: str) -> bytes:
    try:
        process = await asyncio.create_subprocess_exec(
            "pactl", *args, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise OutsideError("sip.no_device", why="pactl") from error
    try:
        async with time_limit(SECONDS):
            out, said = await process.communicate()
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise OutsideError("sip.no_device", why="pactl") from error
        raise
    if process.returncode:
        raise OutsideError("sip.no_device", why=said.decode("utf-8", "replace").strip()[:200])
    return out
