"""The thread that draws frames: sheets, moved and scaled, and over them what moves. Two pictures: one is shown while
the other is drawn, so that half a frame is never seen.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from widgets.map.camera import Camera
from widgets.map.drawing import Drawing, Layer, Lines, Points, Sprites, Words
from widgets.map.raster.crew import Crew
from widgets.map.raster.lines import paint_lines
from widgets.map.raster.pane import Pane, Plate
from widgets.map.raster.points import Splat
from widgets.map.raster.sheets import Sheets
from widgets.map.raster.sprites import Stamper
from widgets.map.raster.stack import Run, is_in, moves, stack
from widgets.map.raster.stitch import Sheet, Wish

FASTEST, SLOWEST = 1 / 30, 0.25
"""Seconds between two frames of what moves by itself."""
SHARED = 600_000
"""Pixels from which on threads share a scaled picture."""


class FrameDrawer:
    """Draws one frame. For one thread at a time."""

    def __init__(self, crew: Crew | None, failed: Callable[[Exception], None]) -> None:
        self._crew, self._failed = crew, failed
        self._broken: set[str] = set()
        self._splat, self._stamper = Splat(crew), Stamper()

    def draw(
        self,
        plate: Plate,
        wish: Wish,
        sheets: Mapping[str, Sheet],
        behind: Sequence[Sheet],
        now: float,
        steady: bool = True,
    ) -> bool:
        """Draws a frame.

        Args:
            sheets: by key of their run.
            behind: wider pictures of the ground for where its sheet does not reach, the best last.

        Returns:
            Whether the ground covered the view.
        """
        pane, drawing = wish.pane, wish.drawing
        covered = True
        for one in stack(drawing):
            if isinstance(one, Run):
                sheet = sheets.get(one.key)
                if one.key == "":
                    covered = sheet is not None and sheet.pane.covers(pane)
                    if not covered:
                        plate.pixels.fill(QColor(*drawing.back[:3]).rgba())
                        whole = [i for i, other in enumerate(behind) if other.pane.covers(pane)]
                        for other in behind[whole[-1] if whole else 0 :]:
                            self._blit(plate, other, pane)
                        covered = bool(whole) and sheet is not None
                if sheet is not None:
                    self._blit(plate, sheet, pane)
            elif is_in(one, pane.zoom):
                self._paint(plate, one, pane, drawing, now, steady)
        return covered

    def _paint(self, plate: Plate, layer: Layer, pane: Pane, drawing: Drawing, now: float, steady: bool) -> None:
        painter = QPainter(plate.image)
        try:
            if isinstance(layer, Points):
                self._splat.paint(painter, layer, pane, drawing.origin, now)
            elif isinstance(layer, Words):
                self._stamper.paint_words(painter, layer, pane, drawing, now, steady)
            elif isinstance(layer, Sprites):
                self._stamper.paint(painter, layer, pane, drawing.origin)
            elif isinstance(layer, Lines):
                painter.setOpacity(min(max(layer.opacity, 0.0), 1.0))
                paint_lines(painter, layer, pane, drawing.origin, now)
        except Exception as error:  # one layer less, not no frame; told once as long as it fails
            if layer.key not in self._broken:
                self._broken.add(layer.key)
                self._failed(error)
        else:
            self._broken.discard(layer.key)
        finally:
            painter.end()

    def _blit(self, plate: Plate, sheet: Sheet, pane: Pane) -> None:
        parts = [(0, pane.height)]
        scaled = not sheet.pane.same_scale(pane)
        if scaled and self._crew is not None and pane.width * pane.height > SHARED:
            cuts = [pane.height * i // 4 for i in range(5)]
            parts = list(itertools.pairwise(cuts))
        jobs = [partial(_blit_part, plate, sheet, pane, a, b) for a, b in parts]
        if len(jobs) > 1 and self._crew is not None:
            self._crew.share(jobs, urgent=True)
        else:
            jobs[0]()


def _blit_part(plate: Plate, sheet: Sheet, pane: Pane, first: int, last: int) -> None:
    """Rows `first` to `last` of a view of a sheet."""
    here = pane.part(0, first, pane.width, last - first)
    image = plate.part(0, first, pane.width, last - first)  # a painter does not keep what it paints on
    painter = QPainter(image)
    blit(painter, sheet, here)
    painter.end()


def blit(painter: QPainter, sheet: Sheet, pane: Pane) -> None:
    """A sheet where it belongs in a view, whose pixels are those of the painter."""
    image = sheet.plate.image
    if sheet.pane.same_scale(pane):
        painter.drawImage(*pane.at(sheet.pane), image)
        return
    ratio = pane.scale / sheet.pane.scale
    left, top = sheet.pane.corner(pane)
    seen = QRectF(left, top, pane.width / ratio, pane.height / ratio).intersected(QRectF(image.rect()))
    if seen.isEmpty():
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    at = QRectF((seen.left() - left) * ratio, (seen.top() - top) * ratio, seen.width() * ratio, seen.height() * ratio)
    painter.drawImage(at, image, seen)


def pace(drawing: Drawing, pane: Pane) -> float | None:
    """Seconds until what moves by itself has moved by a pixel; None where nothing does."""
    fastest = 0.0
    for layer in drawing.layers:
        if not moves(layer) or not is_in(layer, pane.zoom):
            continue
        if isinstance(layer, Points):
            fastest = max(fastest, _speed(layer) * pane.scale)
        elif isinstance(layer, Lines):
            fastest = max(fastest, abs(layer.flow) * pane.dpr)
    return min(max(1 / fastest, FASTEST), SLOWEST) if fastest > 0.01 else None


def _speed(layer: Points) -> float:
    """Metres a second of a fast one; of a sample, since a million are looked at every frame."""
    step = max(len(layer.vx) // 4096, 1)
    with np.errstate(all="ignore"):
        speed = np.hypot(layer.vx[::step], layer.vy[::step])
    speed = speed[np.isfinite(speed)]
    return float(speed.max(initial=0.0))


class Frames:
    """Draws frames in a thread of its own and hands out the last whole one.

    Attributes:
        frame_ms: what the last frames took, milliseconds.
        covered: whether the ground covered the view in the last one.
        sharp: the last view that was drawn from sharp sheets alone; None before the first.
    """

    def __init__(
        self, sheets: Sheets, crew: Crew, mono: Callable[[], float], done: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:  # fmt: skip
        self.frame_ms: list[float] = []
        self.covered = False
        self.sharp: Wish | None = None
        self._sheets, self._crew, self._mono = sheets, crew, mono
        self._done, self._failed = done, failed
        self._drawer = FrameDrawer(crew, failed)
        self._condition = threading.Condition()
        self._show = threading.Lock()
        self._drawing = threading.Lock()
        self._front: tuple[Plate, Wish] | None = None
        self._back: Plate | None = None
        self._wish: Wish | None = None
        self._fresh = self._ended = self._busy = False
        self._thread: threading.Thread | None = None

    def want(self, wish: Wish | None = None) -> None:
        """Another view, or a better sheet for the same one."""
        with self._condition:
            self._wish = wish or self._wish
            self._fresh = True
            self._condition.notify()

    def start(self) -> None:
        if self._thread is None and not self._ended:
            self._thread = threading.Thread(target=self._run, name="map-frames", daemon=True)
            self._thread.start()

    def draw_now(self) -> None:
        """A frame on the calling thread: the very first, for which nothing can stand in."""
        wish = self._wish
        if wish is not None:
            self._draw(wish)

    def settled(self) -> bool:
        with self._condition:
            return not self._fresh and not self._busy

    @property
    def camera(self) -> Camera | None:
        """Of the last whole frame."""
        front = self._front
        return front[1].camera if front else None

    def paint(self, painter: QPainter, camera: Camera) -> bool:
        """Blits the last frame as it is, or moved to where a camera of another size looks; whether there is one."""
        with self._show:
            if self._front is None:
                return False
            plate, wish = self._front
            if (wish.camera.width, wish.camera.height, wish.camera.dpr) == (camera.width, camera.height, camera.dpr):
                plate.image.setDevicePixelRatio(camera.dpr)
                painter.drawImage(QPointF(0, 0), plate.image)
                plate.image.setDevicePixelRatio(1.0)
                return True
            painter.fillRect(QRectF(0, 0, camera.width, camera.height), QColor(*wish.drawing.back[:3]))
            left, top = (float(v) for v in camera.to_screen(wish.pane.left, wish.pane.top))
            grow = camera.scale / wish.camera.scale
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            box = QRectF(left, top, wish.camera.width * grow, wish.camera.height * grow)
            painter.drawImage(box, plate.image, QRectF(plate.image.rect()))
            return True

    def close(self) -> None:
        with self._condition:
            self._ended = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        due: float | None = None
        while True:
            with self._condition:
                self._busy = False
                while not self._ended and not self._fresh:
                    wait = None if due is None else due - self._mono()
                    if wait is not None and wait <= 0:
                        break
                    self._condition.wait(wait)
                if self._ended:
                    return
                self._fresh, self._busy = False, True
                wish = self._wish
            due = None
            if wish is None:
                continue
            began = self._mono()
            try:
                self._draw(wish)
            except Exception as error:
                self._failed(error)
                continue
            step = pace(wish.drawing, wish.pane)
            due = None if step is None else began + step

    def _draw(self, wish: Wish) -> None:
        with self._drawing:
            began = self._mono()
            plate = self._back
            if plate is None or plate.pixels.shape != (wish.pane.height, wish.pane.width):
                plate = Plate(wish.pane.width, wish.pane.height, alpha=False)
            behind = [sheet for sheet in (self._sheets.overview, self._sheets.behind) if sheet is not None]
            shown = self._sheets.shown
            covered = self._drawer.draw(plate, wish, shown, behind, began)
            if self._sheets.sharp(wish, shown):
                self.sharp = wish
            with self._show:
                self._back = self._front[0] if self._front else None
                self._front = (plate, wish)
            self.covered = covered
            self.frame_ms = [*self.frame_ms[-99:], (self._mono() - began) * 1000]
        self._done()
