"""A 3D panel in a process of its own: told what to do by lines of JSON, tells what it sees by lines of JSON.

WebEngine writes to standard error what it likes and leaves its processes to their parent; here both end with this one.
`python -m tests.web3d_eye` needs an X screen, and is given QTWEBENGINE_DISABLE_SANDBOX=1 where tests run as root.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cockpit.ui.app import application
from tests.panel_desk import Desk, desk
from widgets.kit.actions import Action
from widgets.kit.theme import apply_theme
from widgets.web3d.panel import Map3DPanel
from widgets.web3d.view import PageView

BARE = b"""<title>no policy</title><script>
fetch("http://127.0.0.1:9/fetched").catch(() => 0);
new Image().src = "http://127.0.0.1:9/image";
const frame = document.createElement("iframe");
frame.src = "file:///etc/passwd";
document.documentElement.append(frame);
</script>"""
"""A page without a policy of its own: only the interceptor stands between it and the outside."""
LUJIAZUI = (121.4813, 31.2269, 121.5198, 31.2504)


class Lines(QObject):
    """Lines of standard input, read beside Qt's thread."""

    came = Signal(str)

    def read(self) -> None:
        for line in sys.stdin:
            self.came.emit(line)
        self.came.emit('{"do": "end"}')


def moved(told: Desk, box: tuple[float, float, float, float]) -> None:
    """Puts a pack with buildings under the picture, and the picture's things into it."""
    west, south, east, north = told.ctx.pack.bounds
    for topic in ("event", "unit", "sensor", "camera"):
        rows = told.picture[topic].columns()
        rows["lon"] = box[0] + (np.asarray(rows["lon"]) - west) / (east - west) * (box[2] - box[0])
        rows["lat"] = box[1] + (np.asarray(rows["lat"]) - south) / (north - south) * (box[3] - box[1])
        told.picture[topic].upsert(rows)
    areas = told.picture["area"].columns()
    areas["rings"] = [
        json.dumps(
            [
                [
                    [
                        [
                            box[0] + (x - west) / (east - west) * (box[2] - box[0]),
                            box[1] + (y - south) / (north - south) * (box[3] - box[1]),
                        ]
                        for x, y in ring
                    ]
                    for ring in polygon
                ]
                for polygon in json.loads(rings)
            ]
        )
        for rings in areas["rings"]
    ]
    told.picture["area"].upsert(areas)
    folder = Path(__file__).parent.parent / "assets" / "cities" / "lujiazui"
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    told.ctx.pack = msgspec.structs.replace(told.ctx.pack, folder=folder, bounds=box, centre=centre, zoom=15.0)


class Eye:
    def __init__(self, app: QApplication, theme: str, lang: str) -> None:
        self.app = app
        self.told = desk(theme, lang)
        moved(self.told, LUJIAZUI)
        self.backs = 0
        self.bare: PageView | None = None
        self.told.ctx.actions.add(Action("desk.map3d", "web3d.back", self._back))
        apply_theme(app, self.told.ctx.theme)
        self.panel = Map3DPanel(self.told.ctx)
        self.panel.resize(1280, 800)
        self.panel.move(0, 0)
        self.panel.show()

    def _back(self) -> None:
        self.backs += 1
        self.panel.hand_over()

    def do(self, line: str) -> None:
        order = json.loads(line)
        match order.pop("do"):
            case "look":
                return self.tell()
            case "run":
                page = self.panel.page.page()
                page.runJavaScript(order["script"], 0, lambda answer: self.answer({"answer": answer}))
                return None
            case "select":
                self.told.ctx.selection.select(order["topic"], order["key"])
            case "click":
                QTest.mouseClick(
                    self.panel.page.focusProxy(), Qt.MouseButton.LeftButton, pos=QPoint(order["x"], order["y"])
                )
            case "key":
                QTest.keyClick(self.panel.page.focusProxy(), getattr(Qt.Key, order["key"]))
            case "back":
                self.panel.back.click()
            case "columns":
                self.panel.set_columns(order["kind"])
            case "shot":
                self.app.primaryScreen().grabWindow(self.panel.winId()).save(order["file"])
            case "anew":
                self.panel.anew()
            case "bare":
                self.bare = PageView(lambda name: BARE if name == "index.html" else None, self.panel)
                self.bare.load_page()
            case "crash":
                self.panel.page.page().load("chrome://crash")
            case "end":
                if self.bare is not None:
                    self.bare.close_page()
                self.panel.close()
                self.panel.deleteLater()
                QTimer.singleShot(0, self.app.quit)
                return None
        return self.tell()

    def tell(self) -> None:
        ctx, panel = self.told.ctx, self.panel
        first = {topic: ctx.picture[topic].key_at(0) for topic in ("event", "unit", "sensor")}
        handed = ctx.sight.last
        self.answer(
            {
                "ready": panel.ready,
                "state": panel.state,
                "reason": [ctx.t(line) for line in panel._text.lines] if panel._text else [],
                "selected": list(ctx.selection.item),
                "look": msgspec.to_builtins(panel.look),
                "handed": msgspec.to_builtins(handed),
                "backs": self.backs,
                "first": first,
                "refused": self.bare.refusing.refused if self.bare else [],
                "said": panel.page.said if panel.page else [],
            }
        )

    @staticmethod
    def answer(what: dict[str, Any]) -> None:
        print(json.dumps(what), flush=True)


def main() -> int:
    app = application()
    eye = Eye(app, *sys.argv[1:3])
    lines = Lines()
    lines.came.connect(eye.do)
    reader = threading.Thread(target=lines.read, daemon=True)
    reader.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
