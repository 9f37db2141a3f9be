"""The way to the map in three dimensions and back, by key, at the real window of the real program."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from benchmarks.make_cache import make_cache
from tests.real_window import RealWindow, wait_for
from tests.test_web3d_panel import NO_DBUS, switched_off

pytestmark = [pytest.mark.window, pytest.mark.system, pytest.mark.slow]


def test_f3_opens_the_3d_map_where_the_map_looks_and_f3_there_brings_its_look_back(xvfb: str) -> None:
    profile = Path(os.environ["HOME"]) / "profile"
    profile.mkdir()
    (profile / "prefs.json").write_text(json.dumps({"muted": True, "name": "王强"}), "utf-8")
    make_cache(profile / "hangzhou" / "cache.db", 200)  # of a run before; no hub is needed
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        hub = f"nats://127.0.0.1:{nobody.getsockname()[1]}"
        window = RealWindow(xvfb, profile, "--hub", hub, env={**NO_DBUS, **switched_off()})
        try:
            window.open()
            # a desk opens on its most urgent event, to which the map moves; then it rests
            window.sees("the map at rest", lambda seen: seen["map3d"]["flat"] and seen["selection"][1])
            places = [window.look()["map3d"]["flat"]]

            def rests() -> bool:
                places.append(window.look()["map3d"]["flat"])
                return bool(places[-1] == places[-2])

            wait_for("rest", rests, pause=1.0)
            window.key("F3")
            seen = window.sees("the 3D map", lambda seen: seen["map3d"]["ready"] and seen["map3d"]["look"])
            flat = seen["map3d"]["flat"]
            assert {name: seen["map3d"]["look"][name] for name in ("lon", "lat", "zoom")} == pytest.approx(
                {name: flat[name] for name in ("lon", "lat", "zoom")}
            )
            assert seen["map3d"]["look"]["pitch"] > 30, "it is tilted"
            window.give_keyboard(seen["map3d"]["window"])
            window.key("Home")
            moved = window.sees("all of the city", lambda seen: seen["map3d"]["look"]["zoom"] < flat["zoom"] - 0.5)
            window.key("F3")
            seen = window.sees("the map again", lambda seen: seen["map3d"]["window"] is None)
            for name in ("lon", "lat", "zoom"):
                assert seen["map3d"]["flat"][name] == pytest.approx(moved["map3d"]["look"][name], abs=0.1)
            window.give_keyboard(seen["window"])
            window.key("ctrl+q")
            assert window.process.wait(30) == 0
        finally:
            window.close()


def test_without_the_optional_part_f3_says_in_one_sentence_what_to_install(xvfb: str, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "prefs.json").write_text(json.dumps({"muted": True, "name": "王强"}), "utf-8")
    # what a person has who installed the core only: PySide6 without the modules of PySide6-Addons
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('PySide6.QtWebEngine'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n",
        "utf-8",
    )
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        hub = f"nats://127.0.0.1:{nobody.getsockname()[1]}"
        window = RealWindow(xvfb, profile, "--hub", hub, env={**NO_DBUS, "PYTHONPATH": f"{tmp_path}{os.pathsep}."})
        try:
            window.open()
            window.sees("the map", lambda seen: seen["map3d"]["flat"])
            window.key("F3")
            seen = window.sees("the sentence", lambda seen: any("[web]" in words for words in seen["toasts"]))
            assert any("pip install 'city-cockpit[web]'" in words for words in seen["toasts"])
            assert seen["map3d"]["window"] is None
        finally:
            window.close()
