"""The map in three dimensions: real pages in a real WebEngine on a virtual screen, in a process of their own."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real_window import wait_for

ANSWER_SECONDS = 60.0
NO_DBUS = {"DBUS_SESSION_BUS_ADDRESS": "disabled:"}
"""Else WebEngine starts a bus that outlives it."""
Seen = dict[str, Any]


class Eye:
    """A 3D panel in a process of its own; see tests/web3d_eye.py."""

    def __init__(self, display: str, folder: Path, env: dict[str, str]) -> None:
        self.log = folder / "eye.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.web3d_eye", "dark", "zh"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", **NO_DBUS, **env},
            )  # fmt: skip

    def do(self, what: str, **params: Any) -> Seen:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": what, **params}).encode() + b"\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], ANSWER_SECONDS)[0]:
            pytest.fail(f"no answer to {what}\n{self.said()}")
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(f"it ended with {self.process.wait(10)}\n{self.said()}")
        seen: Seen = json.loads(line)
        return seen

    def sees(self, what: str, told: Callable[[Seen], Any]) -> Seen:
        """What it tells as soon as `told` holds for it."""
        last: list[Seen] = [{}]

        def looked() -> Seen | None:
            last[0] = self.do("look")
            return last[0] if told(last[0]) else None

        try:
            found: Seen = wait_for(what, looked, ANSWER_SECONDS)
        except pytest.fail.Exception:
            pytest.fail(f"{what} was not seen; last {last[0]}\n{self.said()}")
        return found

    def page(self, script: str) -> Any:
        """What a script answers in the page."""
        answer = self.do("run", script=f"JSON.stringify({script})")["answer"]
        return json.loads(answer) if answer else None

    def page_says(self, what: str, script: str) -> Any:
        """What a script answers as soon as it answers something."""
        return wait_for(what, lambda: self.page(script), ANSWER_SECONDS)

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")[-3000:]

    def close(self) -> int:
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def switched_off() -> dict[str, str]:
    # where the tests run as root the sandbox refuses to start; the product never switches it off
    return {"QTWEBENGINE_DISABLE_SANDBOX": "1"} if os.geteuid() == 0 else {}


@pytest.fixture
def eye(xvfb: str, tmp_path: Path) -> Iterator[Eye]:
    made = Eye(xvfb, tmp_path, switched_off())
    try:
        yield made
    finally:
        made.close()


PIXEL = """(() => {
  const found = cockpit.where("%s", "%s"), view = cockpit.view;
  if (!found || !view || !view.getViewports().length || !view.props.layers.some((l) => l.id === "event")) return null;
  return view.getViewports()[0].project(found.p).map(Math.round);
})()"""
FETCH = """(() => {
  window.answers = [];
  for (const url of ["http://127.0.0.1:9/", "https://unpkg.com/x.js", "file:///etc/passwd"])
    fetch(url).then(() => answers.push("came " + url), () => answers.push("refused"));
  const image = new Image();
  image.onload = () => answers.push("came image"); image.onerror = () => answers.push("refused");
  image.src = "http://127.0.0.1:9/x.png";
  location.href = "http://127.0.0.1:9/away";
  open("http://127.0.0.1:9/window");
  return 1;
})()"""


@pytest.mark.system
@pytest.mark.window
def test_the_3d_map_draws_shares_the_selection_and_hands_its_look_over(eye: Eye) -> None:
    seen = eye.sees("the page", lambda seen: seen["ready"])
    unit = seen["first"]["unit"]
    drawn = eye.page_says("the base map", 'cockpit.drawn.includes("building") && cockpit.drawn')
    assert {"land", "water", "road_main", "building"} <= set(drawn)
    assert eye.page("cockpit.told.events.length") > 100
    assert eye.page("cockpit.told.columns.rows.length") > 3

    # what is selected anywhere is selected in it
    eye.do("select", topic="unit", key=unit)
    assert eye.page_says("the selection", 'cockpit.told.selected[0] === "unit" && cockpit.told.selected[1]') == unit

    # what is clicked in it is selected everywhere: the topmost of the events, then a component of the city
    eye.do("columns", kind="none")
    for topic in ("event", "sensor"):
        key = eye.page(f"cockpit.told.{topic}s.at(-1).k")
        look = {"lon": 0, "lat": 0, "zoom": 18, "pitch": 20, "bearing": 0}
        at = eye.page(f"cockpit.told.{topic}s.at(-1).p")
        eye.page(f"cockpit.tell({json.dumps({'look': {**look, 'lon': at[0], 'lat': at[1]}})})")
        eye.sees("the look", lambda seen, at=at: seen["look"] and abs(seen["look"]["lon"] - at[0]) < 1e-6)

        def clicked(topic: str = topic, key: str = key) -> bool:
            pixel = eye.page(PIXEL % (topic, key))
            if pixel is not None:
                eye.do("click", x=pixel[0], y=pixel[1])
            return bool(eye.do("look")["selected"] == [topic, key])

        wait_for(f"the click on {topic}", clicked, ANSWER_SECONDS, pause=0.5)

    # Escape in it selects nothing
    eye.do("key", key="Key_Escape")
    eye.sees("nothing selected", lambda seen: seen["selected"] == ["", ""])

    # its look is handed to the map
    before = eye.do("look")["look"]
    seen = eye.do("back")
    assert seen["backs"] == 1
    assert seen["handed"] == before

    # nothing outside is reached, whatever a script in the page tries
    eye.page(FETCH)
    wait_for("all refusals", lambda: eye.page("answers.length === 4"), ANSWER_SECONDS)
    assert eye.page("answers.join()") == ",".join(["refused"] * 4)
    assert eye.page("location.href") == "cockpit3d:/index.html"
    assert eye.do("look")["ready"]

    # and without the page's own policy nothing comes through either
    eye.do("bare")
    seen = eye.sees("what was refused", lambda seen: len(seen["refused"]) >= 2)
    assert {"http://127.0.0.1:9/fetched", "http://127.0.0.1:9/image"} <= set(seen["refused"])

    # a page whose process dies says so, and comes back
    eye.do("crash")
    seen = eye.sees("its end", lambda seen: not seen["ready"])
    assert "画面进程意外退出" in "".join(seen["reason"])
    eye.do("anew")
    eye.sees("the page again", lambda seen: seen["ready"])
    assert eye.close() == 0


@pytest.mark.system
@pytest.mark.window
@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused")
def test_as_root_a_sentence_says_that_the_sandbox_can_not_start(xvfb: str, tmp_path: Path) -> None:
    eye = Eye(xvfb, tmp_path, {"QTWEBENGINE_DISABLE_SANDBOX": ""})
    try:
        seen = eye.sees("the sentence", lambda seen: seen["reason"])
        assert "root" in seen["reason"][0]
        assert "沙箱" in seen["reason"][0]
        assert not seen["ready"]
    finally:
        assert eye.close() == 0
