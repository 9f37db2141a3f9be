"""Pictures of each page of a number, as the panel draws it over a year of the demo city, into a folder.

python -m benchmarks.leader_pages DIR
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QApplication

from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from tests.drill_kit import NOW, LeaderDesk
from widgets.drill.panel import DrillPanel
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import Theme, apply_theme

SIZE = 968, 494
FLOODED, BICYCLES = "E0506", "E0410"
GONGSHU = "330105"
SINCE = "2026-05-01"
"""From then on the demo city has fewer cases of BICYCLES there: something to be compared before and after."""
_JUNE = span_of("2026-06", NOW)
SCOPES: Mapping[str, Scope] = {
    "parts": Scope(_JUNE, kinds=(FLOODED,), by="street"),
    "areas": Scope(_JUNE, by="district"),
    "periods": Scope(_JUNE, measure="closing_rate"),
    "before": Scope(span_of("year", NOW), area=GONGSHU, kinds=(BICYCLES,), at=span_of(SINCE, NOW).start),
    "league": Scope(_JUNE),
    "checkup": Scope(_JUNE),
    "matrix": Scope(_JUNE),
    "why": Scope(_JUNE),
}
"""What each page is shown with."""


def take(out: Path) -> None:
    """Saves `drill-<page>.png` of each page."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    load_fonts()
    apply_theme(app, Theme.load("dark"))
    desk = LeaderDesk()
    panel = DrillPanel(desk.ctx)
    panel.resize(*SIZE)
    panel.show()
    for name, scope in SCOPES.items():
        desk.drill.jump(0)
        desk.drill.push(scope)
        panel.show_page(name)
        for _ in range(8):
            app.processEvents()
            desk.insight.settle()
        panel.age_tick()
        if (focus := panel.focusWidget()) is not None:
            focus.clearFocus()  # no frame about what happens to have the keyboard first
        app.processEvents()
        panel.grab().save(str(out / f"drill-{name}.png"))
        print(out / f"drill-{name}.png", flush=True)
    panel.close()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    take(Path(sys.argv[1]))
