"""Real Chinese input methods on a virtual screen: ibus with libpinyin, and fcitx5 behind its ibus front end.

Each has its own session bus and folders. Linux, Debian's paths.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.real_window import wait_for

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
"""
_FCITX_PROFILE = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=keyboard-us
Layout=

[Groups/0/Items/1]
Name=pinyin
Layout=

[GroupOrder]
0=Default
"""
# what would draw, listen to other systems or ask a network
_FCITX_WITHOUT = (
    "classicui,kimpanel,notifications,notificationitem,clipboard,cloudpinyin,wayland,waylandim,xim,spell,"
    "virtualkeyboard,fcitx4frontend,dbusfrontend"
)
_IBUS = DBusAddress("/org/freedesktop/IBus", "org.freedesktop.IBus", "org.freedesktop.IBus")
_MEMCONF = ("/usr/libexec/ibus-memconf", "/usr/lib/ibus/ibus-memconf")


def program(name: str) -> str:
    """Where a program is; skips the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed, which packaging/system-deps.sh --tests does")
    return found


@contextlib.contextmanager
def running(command: list[str], env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process for as long as the block."""
    with open(log, "ab") as said:
        process = subprocess.Popen(command, env=dict(env), stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def session(display: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a desktop session on `display`: a bus and folders of its own."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700, parents=True)
    env = {
        **os.environ,
        "DISPLAY": display,
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_RUNTIME_DIR": str(runtime),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
        "GSETTINGS_BACKEND": "memory",
        "LANG": "C.UTF-8",
    }
    config = folder / "bus.conf"
    config.write_text(_BUS.format(path=f"{runtime}/bus"), "utf-8")
    command = [program("dbus-daemon"), f"--config-file={config}", "--nofork", "--nopidfile"]
    with running(command, env, folder / "bus.log"):
        wait_for("the session bus", (runtime / "bus").exists)
        yield env


@contextlib.contextmanager
def ibus(display: str, folder: Path) -> Iterator[dict[str, str]]:
    """ibus with libpinyin as its engine."""
    daemon = program("ibus-daemon")
    memory = next((path for path in _MEMCONF if os.access(path, os.X_OK)), None)
    if memory is None or not Path("/usr/share/ibus/component/libpinyin.xml").exists():
        pytest.skip("ibus-libpinyin is not installed, which packaging/system-deps.sh --tests does")
    with session(display, folder) as env:
        address = f"unix:path={folder}/run/ibus"
        command = [daemon, f"--address={address}", f"--config={memory}", "--panel=disable", "--emoji-extension=disable"]
        with running([*command, "--cache=none"], env, folder / "im.log"):
            # an engine that starts before the settings are there never answers
            wait_for("ibus' settings", lambda: _owned(address, "org.freedesktop.IBus.Config"))
            _call(address, new_method_call(_IBUS, "SetGlobalEngine", "s", ("libpinyin",)), 40.0)
            wait_for("ibus' address", lambda: list((folder / "config/ibus/bus").glob("*-unix-*")))
            yield {**env, "QT_IM_MODULE": "ibus"}


@contextlib.contextmanager
def fcitx5(display: str, folder: Path) -> Iterator[dict[str, str]]:
    """fcitx5 with pinyin, reached through its ibus front end: Qt's wheel has no plugin for fcitx itself."""
    daemon = program("fcitx5")
    if not Path("/usr/share/fcitx5/inputmethod/pinyin.conf").exists():
        pytest.skip("fcitx5-chinese-addons is not installed, which packaging/system-deps.sh --tests does")
    with session(display, folder) as env:
        config = folder / "config/fcitx5"
        config.mkdir(parents=True)
        (config / "profile").write_text(_FCITX_PROFILE, "utf-8")
        (config / "config").write_text("[Behavior]\nActiveByDefault=True\n", "utf-8")
        with running([daemon, "--disable", _FCITX_WITHOUT], env, folder / "im.log"):
            wait_for(
                "fcitx5's ibus front end",
                lambda: (
                    list((folder / "config/ibus/bus").glob("*-unix-*"))
                    and _owned(env["DBUS_SESSION_BUS_ADDRESS"], "org.freedesktop.IBus")
                ),
            )
            yield {**env, "QT_IM_MODULE": "fcitx"}


def _call(address: str, message: Any, seconds: float = 5.0) -> Any:
    with open_dbus_connection(address) as bus:
        reply = bus.send_and_get_reply(message, timeout=seconds)
        if reply.header.message_type.name == "error":
            pytest.fail(f"{message.header.fields}: {reply.body}")
        return reply.body


def _owned(address: str, name: str) -> bool:
    """Whether a service has come to a bus; False as long as there is no bus either."""
    try:
        return bool(_call(address, message_bus.NameHasOwner(name))[0])
    except (OSError, EOFError):
        return False
