"""The map's backends in a real window: exchanged, lost, refused by an old driver, opened and closed many times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from cockpit.model.graphics import way_of_drawing
from widgets.map.choose import driver_in

NO_DBUS = {"DBUS_SESSION_BUS_ADDRESS": "disabled:"}
"""Else a library starts a bus of its own that outlives the window."""


def window(display: str, *what: str, **env: str) -> dict[str, Any]:
    """What the window of its own process found."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.gloo_window", *what],
        env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", **NO_DBUS, **env},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-2000:]
    found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return found


@pytest.mark.window
@pytest.mark.system
def test_a_person_may_have_the_map_drawn_either_way_while_it_runs(xvfb: str) -> None:
    found = window(xvfb, "exchange")
    assert [one["name"] for one in found["seen"]] == ["raster", "gloo", "raster", "gloo"]
    assert [one["kept"] for one in found["seen"]] == ["raster", "gloo", "raster", "gloo"]
    for one in found["seen"]:
        assert one["settled"]
        assert one["mark"], "what lies over the picture is there, also in a picture of the window"
        assert one["area"] == found["seen"][0]["area"]
        assert one["colors"] > 10
    assert found["told"] == [f"mapgpu.now_{name}" for name in ("raster", "gloo", "raster", "gloo")]
    assert found["flat"] == "mapgpu.flat_only", "the processor draws no building that rises, and says so"
    assert found["risen"]
    assert found["lies"]


@pytest.mark.window
@pytest.mark.system
def test_the_map_goes_on_when_the_driver_refuses(xvfb: str) -> None:
    found = window(xvfb, "lose")
    assert found["before"]["name"] == "gloo"
    assert found["fallen"]
    assert found["after"]["settled"]
    assert found["after"]["mark"]
    assert found["after"]["area"] == found["before"]["area"]
    assert found["told"] == [["mapgpu.fallen", "mapgpu.refused"]]
    assert found["kept"] == "gloo", "what a person chose stays; the next start tries again"


@pytest.mark.window
@pytest.mark.system
def test_a_driver_that_is_too_old_is_told_and_the_processor_draws(xvfb: str) -> None:
    found = window(xvfb, "old", MESA_GL_VERSION_OVERRIDE="2.1")
    assert found["fallen"]
    assert found["after"]["name"] == "raster"
    assert found["after"]["colors"] > 20
    assert found["told"] == [["mapgpu.fallen", "mapgpu.too_old"]]


@pytest.mark.slow
@pytest.mark.window
@pytest.mark.system
def test_surfaces_that_open_and_close_leave_no_context_thread_or_file_behind(xvfb: str) -> None:
    found = window(xvfb, "cycle", "20")
    assert found["driver"]
    first, last = found["held"][1], found["held"][-1]
    for what in ("holds", "contexts", "threads", "files"):
        assert last[what] == first[what], f"{what}: {found['held']}"
    assert [one["groups"] for one in found["held"]] == [1] * 5, "two windows share what they have on the GPU"
    assert last["kilobytes"] - first["kilobytes"] < 12 * 2000, found["held"]  # a framebuffer has 3,000
    assert found["left"] == found["groups_left"] == 0


@pytest.mark.parametrize(
    ("renderer", "version", "way"),
    [
        ("NVIDIA GeForce RTX 3060/PCIe/SSE2", "4.6.0 NVIDIA 550.54", "gloo"),
        ("Mesa Intel(R) UHD Graphics 770 (ADL-S GT1)", "4.6 (Compatibility Profile) Mesa 22.3.6", "gloo"),
        ("Mesa DRI Intel(R) HD Graphics", "2.1 Mesa 13.0.6", "raster"),
        ("llvmpipe (LLVM 15.0.6, 256 bits)", "4.5 (Compatibility Profile) Mesa 22.3.6", "raster"),
        ("Mali-G610", "OpenGL ES 3.2 v1.g6p0", "raster"),
        ("", "", "raster"),
    ],
)
def test_the_way_of_drawing_goes_by_the_drivers_name_and_version(renderer: str, version: str, way: str) -> None:
    assert way_of_drawing(renderer, version) == way


def test_the_drivers_name_is_found_among_what_a_driver_writes() -> None:
    said = 'libEGL warning: x\ndoctor-screen:{"platform": "xcb"}\ndoctor-screen:{"renderer": "R", "version": "4.6"}\n'
    assert driver_in(said) == {"renderer": "R", "version": "4.6"}
    assert driver_in("libEGL warning\n") == {}
