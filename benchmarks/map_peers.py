"""Other libraries at the map's work: N points that all move each frame and 5,000 polygons of 12 corners, on a screen.

`python -m benchmarks.map_peers vispy --points 1000000 --width 1920 --height 1080` prints one JSON line: milliseconds
of each frame from its new positions to its last pixel. Needs a screen (`benchmarks.screen`). Base map and
labels, which the cockpit's figure has in it, are left out here.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cockpit.model.clock import SystemClock

mono = SystemClock().mono
PATIENCE = 120.0
HALF = 12_000.0


class Work:
    """Places in pixels of the screen: `points(k)` of shape (N, 2) for frame k, and rings of 12 corners."""

    def __init__(self, count: int, width: int, height: int) -> None:
        rng = np.random.default_rng(7)
        self.count, self.size = count, (width, height)
        self.at = (rng.uniform(0, 1, (count, 2)) * self.size).astype(np.float32)
        self.speed = rng.normal(0, 0.6, (count, 2)).astype(np.float32)
        turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * 5
        self.rings = (rng.uniform(0, 1, (5000, 1, 2)) * self.size + ring).astype(np.float32)

    def points(self, k: int) -> np.ndarray:
        return self.at + self.speed * np.float32(k)


def frames_of(step: Callable[[int], None], frames: int) -> list[float]:
    """Milliseconds of each frame after the first two."""
    found = []
    for k in range(frames + 2):
        begin = mono()
        step(k)
        found.append((mono() - begin) * 1000)
    return found[2:]


def vispy_markers(work: Work, frames: int) -> list[float]:
    """vispy.scene: Markers and one Mesh."""
    from PySide6.QtWidgets import QApplication
    from vispy import scene

    app = QApplication.instance() or QApplication([])
    canvas = scene.SceneCanvas(app="pyside6", size=work.size, show=True, bgcolor="#10171E")
    view = canvas.central_widget.add_view()
    view.camera = scene.PanZoomCamera(rect=(0, 0, *work.size))
    first = (np.arange(5000) * 12)[:, None]
    faces = np.concatenate([np.stack([first, first + i, first + i + 1], axis=2).reshape(-1, 3) for i in range(1, 11)])
    mesh = scene.visuals.Mesh(work.rings.reshape(-1, 2), faces.astype(np.uint32), color="#7C86C8", parent=view.scene)
    mesh.set_gl_state(depth_test=False)
    markers = scene.visuals.Markers(parent=view.scene)

    def step(k: int) -> None:
        markers.set_data(work.points(k), size=2, edge_width=0, face_color="#9FB2C1")
        canvas.native.repaint()
        canvas.context.finish()
        app.processEvents()

    found = frames_of(step, frames)
    canvas.close()
    return found


def pyqtgraph_scatter(work: Work, frames: int) -> list[float]:
    """pyqtgraph: ScatterPlotItem in its quickest form, the polygons as one path item."""
    import pyqtgraph as pg
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QColor, QPainterPath, QPolygonF
    from PySide6.QtWidgets import QApplication, QGraphicsPathItem

    app = QApplication.instance() or QApplication([])
    window = pg.PlotWidget()
    window.setFixedSize(*work.size)
    window.hideAxis("left")
    window.hideAxis("bottom")
    window.setRange(xRange=(0, work.size[0]), yRange=(0, work.size[1]), padding=0)
    path = QPainterPath()
    for ring in work.rings.tolist():
        polygon = QPolygonF()
        for x, y in ring:
            polygon.append(_point(x, y))
        path.addPolygon(polygon)
    areas = QGraphicsPathItem(path)
    areas.setBrush(QColor("#7C86C8"))
    areas.setPen(Qt.PenStyle.NoPen)
    window.addItem(areas)
    scatter = pg.ScatterPlotItem(size=2, pen=None, brush="#9FB2C1", pxMode=True, symbol="s")
    window.addItem(scatter)
    window.show()

    def step(k: int) -> None:
        scatter.setData(pos=work.points(k))
        window.viewport().repaint()
        app.processEvents()

    found = frames_of(step, frames)
    window.close()
    return found


def _point(x: float, y: float) -> object:
    from PySide6.QtCore import QPointF

    return QPointF(x, y)


PAGE = """<!DOCTYPE html><html><body style="margin:0;background:#10171E">
<div id="box" style="width:100vw;height:100vh"></div>
<script>%(bundle)s</script>
<script>
const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const at = floats("%(at)s"), speed = floats("%(speed)s"), times = [];
let frame = 0, begin = 0, kind = null, areas = null;
window.told = () => JSON.stringify(times);
const deck = createDeck({container: document.getElementById("box"), tooltip: false, jsonInput: {
  views: [{"@@type": "OrthographicView", id: "flat", controller: false}],
  initialViewState: {target: [%(width)d / 2, %(height)d / 2, 0], zoom: 0},
  layers: [
    {"@@type": "PolygonLayer", id: "areas", data: %(rings)s, getPolygon: "@@=-", getFillColor: [124, 134, 200],
     stroked: false},
    {"@@type": "ScatterplotLayer", id: "first", data: [[1, 1]], getPosition: "@@=-", getRadius: 1}]}});
function step() {
  if (kind === null) {
    [areas, kind] = [deck.props.layers[0], deck.props.layers[1].constructor];
  }
  const now = new Float32Array(at.length);
  for (let i = 0; i < now.length; i++) now[i] = at[i] + speed[i] * frame;
  begin = performance.now();
  frame += 1;
  deck.setProps({layers: [areas, new kind({id: "points", data: {length: at.length / 2, attributes: {
    getPosition: {value: now, size: 2}}}, getRadius: 1, radiusUnits: "pixels", getFillColor: [159, 178, 193]})],
    onAfterRender: (told) => {
      if (begin === 0) return;
      const gl = told.gl || deck.device.gl;
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      times.push(performance.now() - begin);
      begin = 0;
      setTimeout(step, 0);
    }});
}
setTimeout(step, 3000);
</script></body></html>"""


def deckgl(work: Work, frames: int) -> list[float]:
    """deck.gl in QtWebEngine: a ScatterplotLayer from binary columns, and a PolygonLayer."""
    os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--ignore-gpu-blocklist --disable-gpu-compositing")
    if os.geteuid() == 0:  # Chromium's sandbox does not run as root
        os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    import pydeck
    from PySide6.QtCore import QEventLoop, QTimer, QUrl
    from PySide6.QtWebEngineWidgets import QWebEngineView
    from PySide6.QtWidgets import QApplication

    QApplication.instance() or QApplication([])
    bundle = Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
    page = PAGE % {
        "bundle": bundle.read_text(encoding="utf-8"),
        "at": base64.b64encode(work.at.tobytes()).decode(),
        "speed": base64.b64encode(work.speed.tobytes()).decode(),
        "rings": json.dumps(work.rings.round(1).tolist()),
        "width": work.size[0],
        "height": work.size[1],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        view = QWebEngineView()
        view.setFixedSize(*work.size)
        view.load(QUrl.fromLocalFile(str(file)))
        view.show()
        loop, found = QEventLoop(), []

        def hear(text: object) -> None:
            found[:] = json.loads(str(text)) if text else []
            if len(found) >= frames + 2 or mono() > end:
                loop.quit()

        end = mono() + PATIENCE
        ask = QTimer()
        ask.timeout.connect(lambda: view.page().runJavaScript("window.told ? told() : ''", hear))
        ask.start(300)
        loop.exec()
        ask.stop()
        view.close()
        view.deleteLater()
    if len(found) < 3:
        raise TimeoutError(f"deck.gl drew {len(found)} frames in {PATIENCE:g} s")
    return found[2:]


LIBRARIES = {"vispy": vispy_markers, "pyqtgraph": pyqtgraph_scatter, "deckgl": deckgl}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", choices=tuple(LIBRARIES))
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--frames", type=int, default=5)
    given = parser.parse_args()
    work = Work(given.points, given.width, given.height)
    print(json.dumps({"ms": LIBRARIES[given.library](work, given.frames)}), flush=True)
    os._exit(0)  # a browser takes its time to end


if __name__ == "__main__":
    main()
