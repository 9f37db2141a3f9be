"""What a leader's first picture does not need is not loaded for it."""

from __future__ import annotations

import subprocess
import sys

from cockpit.ui.leaderdesk import HOW_IT_IS

LATER = ("shapely", "numpy.ma", "widgets.map", "widgets.drill.panel", "cockpit.ui.desk", "widgets.briefing", "nats")
"""Shapes, maps, the way down, the duty desk, forms and the bus: each takes some hundredths of a second."""
START = f"""
import sys
from cockpit.ui.lean import load_qt
load_qt()
import cockpit.ui.app, cockpit.ui.leaderdesk, cockpit.leaderopening, cockpit.seat.leader
import cockpit.insight.asked, cockpit.seat.reading
from layouts.panels import Panels
panels = Panels()
for name in ("leadertop", "askbox", "decisions", "since", *{HOW_IT_IS!r}):
    panels[name]
assert panels.title_id("drill") and panels.title_id("ask")
print(*[name for name in {LATER!r} if name in sys.modules])
"""


def test_maps_shapes_forms_and_the_duty_desk_are_loaded_when_they_are_needed() -> None:
    done = subprocess.run([sys.executable, "-c", START], stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout.split() == []
