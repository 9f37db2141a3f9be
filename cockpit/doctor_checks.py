"""What the doctor looks at without Qt: Python, SQLite, NATS, fonts, input method, sound, disk, clock, ports."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cockpit.audio import PLAYERS, found_players
from cockpit.doctor import Finding, State
from cockpit.model.clock import SystemClock
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.paths import assets_dir

LEAST_GLIBC = (2, 34)  # of the Qt wheels, manylinux_2_34
FONT_FILES = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")
GIGABYTE = 10**9
LOW_SPACE = GIGABYTE
NO_SPACE = 50 * 10**6
PROBE_BYTES = 8 * 10**6
SLOW_DISK = 20.0  # MB/s; a cache of 100,000 events is about 60 MB
HUB_PORT = 4222
ANSWER_SECONDS = 5


def _answer_of(*command: str) -> str | None:
    """What a program of the machine answers; None where there is none or it fails."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True)
        return done.stdout.strip()
    return None


def python() -> Iterator[Finding]:
    """A C library that the Qt wheels take; without Python 3.11 nothing here would have been installed."""
    kind, version = platform.libc_ver()
    parts = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    facts: dict[str, Any] = {"python": platform.python_version(), "libc": f"{kind} {version}".strip()}
    found = Message("doctor.python_found", facts)
    if kind == "glibc" and parts < LEAST_GLIBC:
        yield Finding("python", State.BAD, found, Message("doctor.glibc_old"), facts)
    else:
        yield Finding("python", State.OK, found, None, facts)


def sqlite() -> Iterator[Finding]:
    """SQLite with FTS5, which the search is made of."""
    facts: dict[str, Any] = {"version": sqlite3.sqlite_version}
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
    except sqlite3.OperationalError:
        yield Finding("sqlite", State.BAD, Message("doctor.sqlite_no_fts", facts), Message("doctor.sqlite_todo"), facts)
    else:
        yield Finding("sqlite", State.OK, Message("doctor.sqlite_found", facts), None, facts)
    finally:
        database.close()


def nats_server() -> Iterator[Finding]:
    """The bus that a hub starts as its child."""
    from cockpit.bus.server import server_binary

    try:
        binary = server_binary()
    except CockpitError as error:
        yield Finding("nats", State.BAD, error.message)
        return
    answer = _answer_of(binary, "--version")
    if answer is None:
        yield Finding("nats", State.BAD, Message("doctor.nats_dead", {"file": binary}), Message("doctor.reinstall"))
        return
    facts: dict[str, Any] = {"file": binary, "version": answer.split()[-1].removeprefix("v") if answer else ""}
    yield Finding("nats", State.OK, Message("doctor.nats_found", facts), None, facts)


def fonts() -> Iterator[Finding]:
    """The shipped fonts; without them text is drawn in what the system has."""
    folder = assets_dir() / "fonts"
    missing = [name for name in FONT_FILES if not (folder / name).is_file()]
    if missing:
        params: dict[str, object] = {"files": ", ".join(missing), "folder": str(folder)}
        yield Finding("fonts", State.WARN, Message("doctor.fonts_missing", params), Message("doctor.reinstall"))
    else:
        yield Finding("fonts", State.OK, Message("doctor.fonts_found"), None, {"folder": str(folder)})


def input_method() -> Iterator[Finding]:
    """ibus, or fcitx5 by its ibus front end: the Qt wheel has a plugin for no other."""
    installed = [name for name, program in (("ibus", "ibus-daemon"), ("fcitx5", "fcitx5")) if shutil.which(program)]
    running = sorted({"ibus-daemon": "ibus", "fcitx5": "fcitx5"}[name] for name in _running({"ibus-daemon", "fcitx5"}))
    module = os.environ.get("QT_IM_MODULE", "")
    facts: dict[str, Any] = {"installed": installed, "running": running, "QT_IM_MODULE": module}
    if not installed:
        yield Finding("input", State.WARN, Message("doctor.input_none"), Message("doctor.input_install"), facts)
        return
    names: dict[str, object] = {"names": ", ".join(running or installed), "module": module or "–"}
    if not running:
        todo = Message("doctor.input_start", {"program": "ibus-daemon -drx" if "ibus" in installed else "fcitx5 -d"})
        yield Finding("input", State.WARN, Message("doctor.input_not_running", names), todo, facts)
    elif module not in ("ibus", "fcitx", "fcitx5"):  # fcitx is turned into ibus by `cockpit run`
        yield Finding("input", State.WARN, Message("doctor.input_found", names), Message("doctor.input_module"), facts)
    else:
        yield Finding("input", State.OK, Message("doctor.input_found", names), None, facts)


def _running(names: set[str]) -> set[str]:
    """Which of `names` run on this machine as this or any user (Linux)."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            found.add(entry.read_text().strip())
    return found & names


def audio() -> Iterator[Finding]:
    """A program that plays a sound file."""
    players = list(found_players())
    facts: dict[str, Any] = {"players": players}
    if players:
        yield Finding("audio", State.OK, Message("doctor.audio_found", {"player": players[0]}), None, facts)
        return
    todo = Message("doctor.audio_install", {"players": ", ".join(PLAYERS)})
    yield Finding("audio", State.WARN, Message("doctor.audio_none"), todo, facts)


def disk(profile: Path) -> Iterator[Finding]:
    """Room and speed where the profile lies: 8 MB written and synced."""
    folder = profile
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    params: dict[str, object] = {"folder": str(profile), "free": f"{free / GIGABYTE:.1f}"}
    if free < NO_SPACE:
        yield Finding("disk", State.BAD, Message("doctor.disk_full", params), Message("doctor.disk_make_room"), params)
        return
    clock = SystemClock()
    probe = folder / f".cockpit-probe-{os.getpid()}"
    try:
        began = clock.mono()
        with open(probe, "wb") as file:
            file.write(os.urandom(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
        speed = PROBE_BYTES / 10**6 / max(clock.mono() - began, 1e-6)
    except OSError as error:
        params["why"] = error.strerror or str(error)
        todo = Message("doctor.disk_allow", {"folder": str(folder)})
        yield Finding("disk", State.BAD, Message("doctor.disk_unwritable", params), todo, params)
        return
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    params["speed"] = f"{speed:.0f}"
    found = Message("doctor.disk_found", params)
    if free < LOW_SPACE:
        yield Finding("disk", State.WARN, found, Message("doctor.disk_make_room"), params)
    elif speed < SLOW_DISK:
        yield Finding("disk", State.WARN, found, Message("doctor.disk_slow"), params)
    else:
        yield Finding("disk", State.OK, found, None, params)


def clock_sync() -> Iterator[Finding]:
    """Whether this machine's clock follows a time server, and how far off it is where that can be known."""
    offset = _clock_offset()
    if offset is not None:
        facts: dict[str, Any] = {"offset_ms": f"{offset * 1000:.1f}"}
        near = abs(offset) < 0.5
        todo = None if near else Message("doctor.clock_todo")
        yield Finding("clock", State.OK if near else State.WARN, Message("doctor.clock_offset", facts), todo, facts)
        return
    answer = _answer_of("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if answer == "yes":
        yield Finding("clock", State.OK, Message("doctor.clock_synced"), None, {"synchronized": True})
    elif answer == "no":
        yield Finding(
            "clock", State.WARN, Message("doctor.clock_loose"), Message("doctor.clock_todo"), {"synchronized": False}
        )
    else:
        yield Finding("clock", State.WARN, Message("doctor.clock_unknown"), Message("doctor.clock_ask"))


def _clock_offset() -> float | None:
    """Seconds this clock is ahead, by chrony; None where it does not run."""
    answer = _answer_of("chronyc", "-c", "tracking")
    if answer is None:
        return None
    fields = answer.split(",")
    # `chronyc -c tracking`: fields 0-3 are the reference, 4 the system time's offset in seconds, 13 the leap status
    with contextlib.suppress(IndexError, ValueError):
        return None if fields[13] == "Not synchronised" else float(fields[4])
    return None


def ports() -> Iterator[Finding]:
    """Loopback takes listeners, and whether the port of a hall's hub is free."""
    try:
        with socket.socket() as any_port:
            any_port.bind(("127.0.0.1", 0))
    except OSError as error:
        yield Finding("ports", State.BAD, Message("doctor.ports_none", {"why": error.strerror or str(error)}))
        return
    facts: dict[str, Any] = {"hub_port": HUB_PORT}
    with socket.socket() as hub:
        hub.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            hub.bind(("127.0.0.1", HUB_PORT))
        except OSError:
            # one seat on its own takes any free port, so this stops nobody
            todo = Message("doctor.ports_todo", {"port": HUB_PORT})
            yield Finding("ports", State.WARN, Message("doctor.ports_taken", {"port": HUB_PORT}), todo, facts)
            return
    yield Finding("ports", State.OK, Message("doctor.ports_free", {"port": HUB_PORT}), None, facts)
