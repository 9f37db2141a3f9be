"""What the doctor says of display and graphics, asked of a child process: a driver that crashes takes only it along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from cockpit.doctor import Finding, State
from cockpit.model.graphics import ANSWER, is_gpu, way_of_drawing
from cockpit.model.messages import Message
from cockpit.processes import cockpit_command

WAIT_SECONDS = 20
LEAST = (1366, 768)


def screen() -> Iterator[Finding]:
    """Findings on display and graphics."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform == "linux" and not wanted and not ({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()):
        yield Finding("display", State.BAD, Message("doctor.no_display"), Message("doctor.no_display_todo"))
        return
    try:
        child = subprocess.run(
            cockpit_command("doctor", "--screen-child"),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=WAIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield Finding(
            "display",
            State.BAD,
            Message("doctor.display_hangs", {"seconds": WAIT_SECONDS}),
            Message("doctor.display_todo"),
        )
        return
    answers = [line.removeprefix(ANSWER) for line in child.stdout.splitlines() if line.startswith(ANSWER)]
    if not answers:
        said = [line.strip() for line in child.stderr.splitlines() if line.strip()]
        params: dict[str, object] = {"code": child.returncode, "why": said[0][:200] if said else "–"}
        yield Finding("display", State.BAD, Message("doctor.display_crash", params), Message("doctor.display_todo"))
        return
    for answer in answers:  # one for the display, then one for the graphics unless that crashed
        facts = json.loads(answer)
        yield _graphics(facts) if "renderer" in facts else _display(facts)
    if child.returncode != 0:
        yield Finding("gpu", State.WARN, Message("doctor.gpu_crash"), Message("doctor.gpu_todo"))


def _display(facts: dict[str, Any]) -> Finding:
    screens = facts["screens"]
    words = ", ".join(f"{s['name']} {s['width']}×{s['height']} · {s['dpi']:.0f} dpi · ×{s['ratio']:g}" for s in screens)
    params: dict[str, object] = {"platform": facts["platform"], "n": len(screens), "screens": words}
    if not any(s["width"] >= LEAST[0] and s["height"] >= LEAST[1] for s in screens):
        return Finding("display", State.WARN, Message("doctor.display_found", params), Message("doctor.small"), facts)
    return Finding("display", State.OK, Message("doctor.display_found", params), None, facts)


def _graphics(facts: dict[str, Any]) -> Finding:
    renderer, version = facts["renderer"], facts["version"]
    params: dict[str, object] = {"renderer": renderer or "OpenGL –", "version": version or "–"}
    facts["backend"] = way_of_drawing(renderer, version)
    found = "doctor.gpu_none"
    if is_gpu(renderer):
        found = "doctor.gpu_found" if facts["backend"] == "gloo" else "doctor.gpu_old"
    # a seat without a GPU is a good seat: its map is drawn by the processor
    return Finding("gpu", State.OK, Message(found, params), None, facts)
