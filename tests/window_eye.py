"""The real program in this process, and an eye on its window: `python -m tests.window_eye run --profile DIR …`.

Each line `look` on the standard input is answered by one line of JSON on the standard output that says what the window
shows; `shot FILE` saves the whole screen. The eye only looks: keys and pointer come from outside, as a person's do.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from typing import Any

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget

from cockpit.cli import main
from cockpit.model.entries import IssueOrders
from cockpit.model.tables import EventState
from cockpit.ui.desk import Desk
from cockpit.ui.summary import feed_counts
from widgets.bars.strip import Strip
from widgets.kit.panel import panel_of
from widgets.lists.event import EventPage
from widgets.lists.queue import QueuePanel
from widgets.lists.queue_row import ROW_HEIGHT
from widgets.map.panel import MapPanel


class Eye(QObject):
    """Answers on Qt's thread what another thread reads from the standard input.

    Attributes:
        opened: how often the palette was opened; it may be closed again between two looks.
    """

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0
        self._watched: Desk | None = None
        self.asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._read, daemon=True, name="eye").start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.asked.emit(line.strip())

    def _answer(self, line: str) -> None:
        what, _, file = line.partition(" ")
        if what == "shot":
            saved = QApplication.primaryScreen().grabWindow(0).save(file)
            print(json.dumps({"saved": saved}), flush=True)
            return
        desk = next((w for w in QApplication.topLevelWidgets() if isinstance(w, Desk)), None)
        if desk is None:
            print(json.dumps({"open": False}), flush=True)
            return
        if self._watched is None:
            desk.palette_.installEventFilter(self)
            self._watched = desk
        print(json.dumps({**seen(desk), "palette_opened": self.opened}), flush=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.opened += event.type() == QEvent.Type.Show
        return False


def middle(widget: QWidget) -> list[int]:
    """The middle of a widget on the screen, pixels."""
    at = widget.mapToGlobal(widget.rect().center())
    return [at.x(), at.y()]


def seen(desk: Desk) -> dict[str, Any]:
    ctx = desk.context
    return {
        "open": desk.isVisible() and desk.windowHandle().isExposed(),
        "window": int(desk.winId()),
        "title": desk.windowTitle(),
        "size": [desk.width(), desk.height()],
        "full_screen": desk.isFullScreen(),
        "theme": ctx.theme.name,
        "ground": desk.grab(QRect(0, 0, 4, 4)).toImage().pixelColor(1, 1).lightness(),
        "lang": ctx.t.lang,
        "selection": list(ctx.selection.item),
        "feeds": feed_counts(desk.seat),
        "toasts": [toast.words for toast in desk.toasts.toasts],
        "banner": desk.banner.what.text() if desk.banner.isVisible() else "",
        "focus": focus(),
        "dialog": dialog(),
        "popup": type(QApplication.activePopupWidget()).__name__ if QApplication.activePopupWidget() else "",
        "palette": palette(desk),
        "queue": queue(desk),
        "page": page(desk),
        "order": order(desk),
        "map": map_(desk),
        "map3d": map3d(desk),
        "strip": strip(desk),
        "name": ctx.prefs.get("name", ""),
    }


def focus() -> dict[str, Any]:
    widget = QApplication.focusWidget()
    panel = panel_of(widget)
    return {
        "widget": type(widget).__name__ if widget is not None else "",
        "panel": panel.panel_id if panel is not None else "",
        "name": widget.accessibleName() if widget is not None else "",
        "text": widget.text() if isinstance(widget, QLineEdit) else "",
    }


def dialog() -> dict[str, Any] | None:
    widget = QApplication.activeModalWidget()
    if not isinstance(widget, QDialog):
        return None
    field = widget.findChild(QLineEdit)
    return {
        "window": int(widget.winId()),
        "title": widget.windowTitle(),
        "text": field.text() if field is not None else "",
        "focused": field is not None and field.hasFocus(),
    }


def palette(desk: Desk) -> dict[str, Any] | None:
    shown = desk.palette_
    if not shown.isVisible():
        return None
    return {"text": shown.field.text(), "lines": [line.title for line in shown.lines if line.run is not None]}


def queue(desk: Desk) -> dict[str, Any]:
    panel = desk.engine.panel("queue")
    assert isinstance(panel, QueuePanel)
    view, bar, table = panel.view, panel.bar, desk.seat.picture["event"]
    top = view.verticalScrollBar().value()
    rows = []
    for position in range(-(-top // ROW_HEIGHT), (top + view.viewport().height()) // ROW_HEIGHT):
        keys = view.model.keys(position, position + 1)
        if keys:
            at = view.viewport().mapToGlobal(QPoint(view.width() // 2, position * ROW_HEIGHT - top + ROW_HEIGHT // 2))
            rows.append({"key": keys[0], "at": [at.x(), at.y()]})
    return {
        "rows": rows,
        "kinds": dict(kinds_of(desk, panel.model.given.rows.tolist())),
        "open_kinds": dict(kinds_of(desk, np.flatnonzero(table.numbers("state") == EventState.OPEN).tolist())),
        "count": len(view.model),
        "cursor": view.cursor,
        "selected": view.selected,
        "asked": bar.asked.text,
        "search": bar.search.text(),
        "search_at": middle(bar.search),
        "composing": bar.search.composing,
    }


def kinds_of(desk: Desk, rows: list[int]) -> Counter[str]:
    """How many events of each kind there are in rows of the table."""
    table = desk.seat.picture["event"]
    return Counter(desk.seat.pack.kind(str(table.value(row, "kind"))).name["zh"] for row in rows)


def page(desk: Desk) -> dict[str, Any]:
    panel = desk.engine.panel("event")
    assert isinstance(panel, EventPage)
    shown = panel.page
    words = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    return {
        "title": panel.header.title.text(),
        "item": [shown.topic, shown.key] if shown is not None else ["", ""],
        "words": words,
    }


def order(desk: Desk) -> dict[str, Any] | None:
    """The form, or the orders, at the foot of the page; None where there is neither."""
    panel = desk.engine.panel("event")
    dock = panel.dock if isinstance(panel, EventPage) else None
    if dock is None:
        return None
    form, case = dock.form, dock.case
    return {
        "button": [dock.foot.big.text(), dock.foot.big.key],
        "open": form is not None,
        "lead": form.draft.lead if form is not None else "",
        "ready": form is not None and bool(form.checks.checks) and not form.checks.why,
        "text": form.text.toPlainText() if form is not None else "",
        "composing": form is not None and form.text.composing,
        "states": [one.state for one in case.orders.values()] if case is not None else [],
        "covered": any(toast.geometry().intersects(box(dock, desk)) for toast in desk.toasts.toasts),
        "issued": sum(isinstance(row.act, IssueOrders) for row in desk.context.cases.outbox()),
    }


def box(widget: QWidget, desk: Desk) -> QRect:
    """Where a widget is in the window."""
    return QRect(widget.mapTo(desk, QPoint(0, 0)), widget.size())


def map_(desk: Desk) -> dict[str, Any]:
    panel = desk.engine.panel("map")
    assert isinstance(panel, MapPanel)
    canvas = panel.canvas
    place = canvas.place(*canvas.selected) if canvas.selected[1] else None
    at = None
    if place is not None:
        x, y = canvas.camera.to_screen(*place)
        at = canvas.mapToGlobal(QPoint(round(float(x)), round(float(y))))
    return {
        "selected": list(canvas.selected),
        "at": [at.x(), at.y()] if at is not None else None,
        "inside": at is not None and canvas.rect().contains(canvas.mapFromGlobal(at)),
        "middle": middle(canvas),
        "to_selected": middle(panel.tools.buttons["map.to_selected"]),
        "zoom": canvas.camera.zoom,
        "settled": panel.settled(),
    }


def map3d(desk: Desk) -> dict[str, Any]:
    """The window of the 3D map, None where it is closed, and where the flat map looks."""
    window, panel, flat = desk.map3d.window, desk.map3d.panel, desk.context.sight.last
    return {
        "window": int(window.winId()) if window is not None else None,
        "ready": panel is not None and panel.ready,
        "look": msgspec.to_builtins(panel.look) if panel is not None else None,
        "flat": msgspec.to_builtins(flat),
    }


def strip(desk: Desk) -> dict[str, list[int]]:
    """Where its switches are on the screen."""
    panel = desk.engine.panel("strip")
    assert isinstance(panel, Strip)
    return {
        "palette": middle(panel.palette_field),
        "theme": middle(panel.theme),
        "language": middle(panel.language),
        "person": middle(panel.person),
    }


if __name__ == "__main__":
    eye = Eye()
    raise SystemExit(main(sys.argv[1:]))
