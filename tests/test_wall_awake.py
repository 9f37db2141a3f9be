"""A machine that shows a wall neither blanks its screens nor sleeps; its loudness is what the operator set."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.model.clock import SystemClock
from cockpit.model.messages import Message
from cockpit.model.wallstate import ActDone, WallAct
from cockpit.wall import awake as module
from cockpit.wall.awake import Awake, keep_screens_lit
from cockpit.wall.node import WallSeat
from cockpit.wall.volume import set_volume
from tests.dpms_server import dpms_server
from tests.living_hub import LivingHub, seated
from tests.pulse import SPEAKER, Pulse
from tests.xorg import xorg

CLOCK = SystemClock()
PATIENCE = 60.0


class _ScreenSaver(ctypes.Structure):
    """xcb_get_screen_saver_reply_t."""

    _fields_ = (
        ("head", ctypes.c_uint8 * 8),
        ("timeout", ctypes.c_uint16),
        ("interval", ctypes.c_uint16),
        ("blanking", ctypes.c_uint8),
    )


def blanks_after() -> int:
    """Seconds after which this display goes dark, 0 never."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_get_screen_saver_reply.restype = ctypes.POINTER(_ScreenSaver)
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    asked = xcb.xcb_get_screen_saver(connection)
    reply = xcb.xcb_get_screen_saver_reply(connection, ctypes.c_uint(asked), None)
    seconds = int(reply.contents.timeout)
    xcb.xcb_disconnect(connection)
    return seconds


def set_blanking(seconds: int) -> None:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    xcb.xcb_set_screen_saver(connection, ctypes.c_int16(seconds), ctypes.c_int16(0), 1, 1)
    xcb.xcb_flush(connection)
    asked = xcb.xcb_get_screen_saver(connection)  # answered after what came before it
    xcb.xcb_get_screen_saver_reply.restype = ctypes.c_void_p
    xcb.xcb_get_screen_saver_reply(connection, ctypes.c_uint(asked), None)
    xcb.xcb_disconnect(connection)


@pytest.mark.window
def test_screens_of_a_wall_never_go_dark(xvfb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", xvfb)
    set_blanking(300)
    assert blanks_after() == 300
    assert keep_screens_lit()
    end = CLOCK.mono() + PATIENCE
    while blanks_after() != 0:
        assert CLOCK.mono() < end
        threading.Event().wait(0.05)


def test_without_a_display_or_with_one_that_is_gone_nothing_is_asked_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not keep_screens_lit()
    monkeypatch.setenv("DISPLAY", ":63999")
    assert not keep_screens_lit()


def xset(display: str, *options: str) -> str:
    env = {**os.environ, "DISPLAY": display}
    return subprocess.run(["xset", *options], env=env, check=True, capture_output=True, text=True).stdout


def never_dark(said: str) -> bool:
    """What `xset q` says of a server that neither blanks its screens nor switches them off."""
    return "timeout:  0 " in said and "blanking:  no" in said and "DPMS is Enabled" not in said


@pytest.mark.system
@pytest.mark.window
@pytest.mark.skipif(shutil.which("xset") is None, reason="xset is not installed")
def test_a_real_server_that_would_go_dark_stays_lit_and_is_told_again_when_it_is_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SCREEN_SECONDS", 0.0)
    with xorg(tmp_path, outputs=1) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        assert blanks_after() == 600, "by itself it goes dark after ten minutes"
        awake = Awake(CLOCK)
        try:
            for spoil in ((), ("s", "300"), ("s", "blank"), ("s", "activate")):
                if spoil:
                    xset(server.display, *spoil)
                end = CLOCK.mono() + PATIENCE
                while not never_dark(said := xset(server.display, "q")):
                    assert CLOCK.mono() < end, (spoil, said)
                    awake.second()
        finally:
            awake.close()


@pytest.mark.window
def test_a_server_that_switches_its_screens_off_is_told_not_to(xvfb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with dpms_server(xvfb) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        assert keep_screens_lit()
        end = CLOCK.mono() + PATIENCE
        while server.asked != [5]:  # DPMSDisable, which switches them on as well (DPMS 1.1)
            assert CLOCK.mono() < end, server.asked
            threading.Event().wait(0.02)
        assert blanks_after() == 0


@pytest.mark.parametrize("how", ["none", "refuses"])
def test_a_system_that_nobody_can_ask_not_to_sleep_is_said_once_and_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    program = tmp_path / "systemd-inhibit"
    if how == "refuses":
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if how == "refuses" else str(tmp_path))
    monkeypatch.setattr(module, "SYSTEM_SECONDS", 1.5)
    monkeypatch.delenv("DISPLAY", raising=False)
    said: list[Message] = []
    awake = Awake(CLOCK, said.append)
    try:
        end = CLOCK.mono() + PATIENCE
        while not said:
            assert CLOCK.mono() < end
            awake.second()
            threading.Event().wait(0.02)
        for _ in range(20):
            awake.second()
        assert [one.id for one in said] == ["walljoin.may_sleep"]
        program.write_text('#!/bin/sh\nwhile [ "$1" != cat ]; do shift; done\nexec /bin/cat\n')
        program.chmod(0o755)
        while len(said) < 2:
            assert CLOCK.mono() < end
            awake.second()
            threading.Event().wait(0.02)
        assert said[1].id == "walljoin.kept_awake"
    finally:
        awake.close()


@pytest.fixture
def inhibitors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for systemd-inhibit, since a container has no logind: writes down that it holds and let go."""
    program = tmp_path / "systemd-inhibit"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/held\n'
        f'while [ "$1" != cat ]; do shift; done\n"$@"\necho >> {tmp_path}/gone\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("DISPLAY", raising=False)
    return tmp_path


def until_there(path: Path, lines: int = 1) -> list[str]:
    end = CLOCK.mono() + PATIENCE
    while not path.exists() or len(path.read_text().splitlines()) < lines:
        assert CLOCK.mono() < end, path
        threading.Event().wait(0.02)
    return path.read_text().splitlines()


@pytest.mark.system
def test_the_system_is_kept_awake_as_long_as_the_wall_is_watched(inhibitors: Path) -> None:
    awake = Awake(CLOCK)
    awake.second()
    held = until_there(inhibitors / "held")
    assert "--what=idle:sleep:handle-lid-switch" in held[0]
    assert "--mode=block" in held[0]
    awake.second()
    assert len(until_there(inhibitors / "held")) == 1
    assert not (inhibitors / "gone").exists()
    awake.close()
    until_there(inhibitors / "gone")


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    folder = tmp_path / "pulse"
    folder.mkdir()
    daemon = Pulse(folder)
    monkeypatch.setenv("PULSE_SERVER", daemon.server)
    monkeypatch.setenv("PULSE_COOKIE", str(folder / "cookie"))
    yield daemon
    daemon.stop()


@pytest.mark.system
def test_the_machine_is_as_loud_as_the_operator_set_it(pulse: Pulse) -> None:
    pulse.ctl("set-default-sink", SPEAKER)
    assert set_volume(35, muted=False)
    assert "35%" in pulse.ctl("get-sink-volume", SPEAKER)
    assert "no" in pulse.ctl("get-sink-mute", SPEAKER)
    assert set_volume(250, muted=True)
    assert "100%" in pulse.ctl("get-sink-volume", SPEAKER)
    assert "yes" in pulse.ctl("get-sink-mute", SPEAKER)


def test_a_machine_without_sound_is_said_to_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not set_volume(50, muted=False)


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize("own", [True, False])
def test_only_a_machine_that_does_nothing_else_is_set_as_loud_as_the_wall(
    pulse: Pulse, tmp_path: Path, own: bool
) -> None:
    pulse.ctl("set-default-sink", SPEAKER)
    pulse.ctl("set-sink-volume", SPEAKER, "80%")
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "wall", hub, start=False) as desk:
        line = WallSeat(desk.seat, "left", own_sound=own)
        desk.seat.start()
        desk.until(lambda: line.state is not None, "what the wall shows")
        line.adopt(((1920, 1080),))
        desk.until(lambda: line.shows is not None, "its wall")
        assert line.shows is not None
        act = WallAct(line.shows.wall, "volume", "25")
        assert isinstance(desk.heard(lambda done: desk.seat.ask("wall.act", act, ActDone, done)), ActDone)
        desk.until(lambda: line.shows is not None and line.shows.volume == 25, "the act")
        over: list[bool] = []
        desk.seat.aside(lambda: over.append(True))  # behind what came before it
        desk.until(lambda: over, "done")
    assert ("25%" if own else "80%") in pulse.ctl("get-sink-volume", SPEAKER)
