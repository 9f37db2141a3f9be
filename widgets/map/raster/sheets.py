"""Pictures of what stands still, larger than the view, drawn by a thread of their own: a frame only blits them.

While the view moves, the last sheets are shown moved and scaled; when it rests, they are drawn sharp: first what is in
view, then around it. What has been drawn is used again: when the view moves aside only what came into it is drawn, when
one layer changed only its group.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from widgets.map.camera import Camera
from widgets.map.drawing import Ground
from widgets.map.raster.crew import Crew
from widgets.map.raster.ground import Alive, Stopped
from widgets.map.raster.pane import Pane, Plate, pane_of
from widgets.map.raster.source import BaseSource, GroundView
from widgets.map.raster.stack import Run, groups, runs, same
from widgets.map.raster.still_layers import Brushes
from widgets.map.raster.stitch import Base, Sheet, Stitcher, Wish, argb

MARGIN = 0.22
"""How much larger than the view a sheet is on every side."""
LARGE, LARGE_MARGIN = 4_000_000, 0.1
"""The same for views of more pixels than this, whose sheets cost much memory."""
NEAR = 0.25
"""The share of the margin that the view may come near to before the sheet is moved on."""
CALM, CALM_MOST = 0.035, 0.08
"""Seconds the scale must stay before it is drawn sharp: the most where views come slowly, which is no rest."""
BETWEEN = 1.6
"""How many times longer than between the last views the scale must stay."""
HASTY_MARGIN = 0.08
"""How much larger than the view a sheet is that is drawn while the scale still changes."""
BLURRED = (0.6, 1.7)
"""Scales of a sheet to the view's between which it is shown scaled while the view moves."""
AHEAD = 1.6
"""How much wider than the view the sheet is that is drawn while the view still becomes wider."""
OVERVIEW = 900
"""Longer side of the overview of the whole pack, pixels."""


class Sheets:
    """Draws the sheets of a view.

    Attributes:
        shown: the sheets by key of their run, replaced as a whole.
        behind: a wider sheet of the ground than the one shown, for a view that becomes wider; None for none.
        overview: the whole pack without colours and names; None before it was drawn.
        brushes: what draws.
    """

    def __init__(
        self,
        family: str,
        crew: Crew,
        mono: Callable[[], float],
        better: Callable[[], None],
        loaded: Callable[[bool], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.shown: Mapping[str, Sheet] = {}
        self.behind: Sheet | None = None
        self.overview: Sheet | None = None
        self.brushes = Brushes(family, crew)
        self._stitcher = Stitcher(self.brushes, crew, mono, failed)
        self._mono = mono
        self._better, self._loaded, self._failed = better, loaded, failed
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ended = self._busy = False
        self._source: BaseSource | None = None
        self._unwatch: Callable[[], None] = lambda: None
        self._base = Base()
        self._overview_of = 0
        self._told: BaseSource | None = None
        self._wish: Wish | None = None
        self._scaled_at, self._calm = -1e9, CALM
        self._job: Pane | None = None
        self._doomed = False
        self._idle = False
        self._complete = True  # no tile of the view is on its way

    # Asked from any thread.

    def load(self, source: BaseSource) -> None:
        """Another base map; the picture of the last one stays until that of this one is there."""
        with self._condition:
            self._unwatch()
            self._source, self._idle = source, False
            self._base = msgspec.structs.replace(self._base, map=self._base.map + 1)
            self._unwatch = source.watch(self._tiles_better)
            self._condition.notify()

    def want(self, wish: Wish) -> None:
        """What is to be seen from now on."""
        with self._condition:
            before, self._wish = self._wish, wish
            if before is None or not before.pane.same_scale(wish.pane):
                now = self._mono()
                self._calm = min(max(CALM, (now - self._scaled_at) * BETWEEN), CALM_MOST)
                self._scaled_at = now
            if before is not None and before.style is not wish.style:
                self.shown, self._stitcher.kept = {}, {}
                self.behind = self.overview = None  # another theme's colours are no stand-in
            self._doomed = self._job is not None and not self._fits(self._job, wish, before)
            self._idle = False
            self._condition.notify()

    def again(self) -> None:
        """What the base map says has changed."""
        with self._condition:
            self._base = msgspec.structs.replace(self._base, map=self._base.map + 1)
            self._idle = False
            self._condition.notify()

    @property
    def source(self) -> BaseSource | None:
        return self._source

    @property
    def started(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        if self._thread is None and not self._ended:
            self._thread = threading.Thread(target=self._run, name="map-sheets", daemon=True)
            self._thread.start()

    def settled(self) -> bool:
        with self._condition:
            return self._idle and not self._busy and self._complete

    def sharp(self, wish: Wish, shown: Mapping[str, Sheet]) -> bool:
        """Whether sheets that were shown have all that there is of a view, sharp: more may be drawn around it."""
        with self._condition:
            base, complete = self._base, self._complete
        return complete and self._are_of(wish, wish.pane, shown, base)

    def close(self) -> None:
        with self._condition:
            self._ended = self._doomed = True
            self._unwatch()
            self._unwatch = lambda: None
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()

    def open(self, wish: Wish) -> bool:
        """Shows what an earlier run drew of this view, before the base map is read; whether there was such."""
        source = self._source
        if source is None or source.ready or self._thread is not None:
            return False
        target = self._target(wish.pane)
        layers = [layer for run in runs(wish.drawing) for group in groups(run.layers) for layer in group.layers]
        kept = {}
        for layer in layers:
            if isinstance(layer, Ground):
                image = source.kept.find(self._said(wish, target, layer.part), True)
                if image is None:
                    return False
                plate = Plate(image.width(), image.height())
                plate.pixels[:] = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(plate.pixels.shape)
                kept[layer.key] = Sheet(plate, target, ((layer,), self._base.map, wish.style))
        if not kept:
            return False
        self._stitcher.kept = kept
        try:
            self._put_together(wish, target, None, self._base, lambda: True)
        except Stopped:
            return False
        return True

    # In the thread.

    def _tiles_better(self) -> None:
        with self._condition:
            self._base = msgspec.structs.replace(self._base, tiles=self._base.tiles + 1)
            self._idle = False
            self._condition.notify()

    def _fits(self, job: Pane, wish: Wish, before: Wish | None) -> bool:
        """Whether what is being drawn will be of use for a new wish."""
        if before is not None and before.style is not wish.style:
            return False
        if job.same_scale(wish.pane):
            a, b = job.box, wish.pane.box
            return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        return BLURRED[0] / 1.4 < job.scale / wish.pane.scale < BLURRED[1] * 1.4

    def _alive(self) -> bool:
        if self._doomed:
            return False
        job, wish = self._job, self._wish
        if job is None or wish is None or job.scale == wish.pane.scale:
            return True
        # at rest something else is wanted
        return job.same_scale(wish.pane) or self._mono() - self._scaled_at < self._calm

    def _run(self) -> None:
        while True:
            with self._condition:
                self._busy, self._job = False, None
                wish, wait = self._next()
                if self._ended:
                    return
                if wait is not None:
                    self._condition.wait(wait if wait > 0 else None)
                    continue
                self._busy, self._doomed = True, False
            try:
                self._read()
                if wish is not None and not self._serve(wish) and not self._spare_time(wish):
                    with self._condition:
                        if self._wish is wish and self._serves(wish):
                            self._idle = True
            except Stopped:
                continue
            except Exception as error:
                self._failed(error)
                with self._condition:
                    self._idle = self._wish is wish

    def _next(self) -> tuple[Wish | None, float | None]:
        """What to do now, or how many seconds there is nothing to do; 0 for ever."""
        wish = self._wish
        if self._source is not None and self._told is not self._source:
            return wish, None
        if wish is None or self._idle:
            return None, 0.0
        ground = self.shown.get("")
        if ground is None or ground.pane.same_scale(wish.pane):
            return wish, None
        calm = self._calm - (self._mono() - self._scaled_at)
        bare = self._is_bare(wish, ground)
        if calm > 0 and not bare and BLURRED[0] < ground.pane.scale / wish.pane.scale < BLURRED[1]:
            return None, calm
        return wish, None

    def _is_bare(self, wish: Wish, ground: Sheet) -> bool:
        """Whether no sheet of the ground has all of a view."""
        behind = self.behind
        return not ground.pane.covers(wish.pane) and not (behind is not None and behind.pane.covers(wish.pane))

    def _read(self) -> None:
        source = self._source
        if source is not None and self._told is not source:
            self._told = source
            there = source.file.tiles is not None
            try:
                there |= source.layers() is not None
            finally:
                self._loaded(there)

    def _target(self, pane: Pane) -> Pane:
        return pane.grown(LARGE_MARGIN if pane.width * pane.height > LARGE else MARGIN)

    def _serves(self, wish: Wish) -> bool:
        """Whether all sheets are sharp, up to date and wide enough for a view."""
        reach = wish.pane.grown((LARGE_MARGIN if wish.pane.width * wish.pane.height > LARGE else MARGIN) * NEAR)
        return self._are_of(wish, reach, self.shown, self._base)

    def _are_of(self, wish: Wish, reach: Pane, sheets: Mapping[str, Sheet], base: Base) -> bool:
        """Whether sheets are sharp, up to date, and as wide as `reach`."""
        for run in runs(wish.drawing):
            sheet = sheets.get(run.key)
            if sheet is None or not sheet.pane.same_scale(wish.pane) or not sheet.pane.covers(reach):
                return False
            if not same(sheet.token, self._stitcher.token(run, wish, sheet.pane, base)):
                return False
        return True

    def _serve(self, wish: Wish) -> bool:
        """Draws what a view lacks; False where it lacks nothing."""
        if self._serves(wish):
            return False
        target = self._target(wish.pane)
        ground = self.shown.get("")
        at_hand = ground is not None and ground.pane.same_scale(target)
        if at_hand:
            target = target.aligned(ground.pane)
            if ground.pane.covers(wish.pane.grown(MARGIN * NEAR)):
                target = ground.pane  # only the content changed
        hasty = ground is not None and not at_hand and self._mono() - self._scaled_at < self._calm
        if hasty:
            target = wish.pane.wider(AHEAD) if self._is_bare(wish, ground) else wish.pane.grown(HASTY_MARGIN)
        self._job = target
        with self._condition:  # together: while the view is made another one may come
            source, base = self._source, self._base
        view = source.view(target) if source is not None else GroundView()
        self._complete = view.sharp
        if not at_hand and not hasty:
            self._put_together(wish, target, view, base, self._alive, wish.pane.aligned(target))
        self._put_together(wish, target, view, base, self._alive)
        return True

    def _put_together(
        self, wish: Wish, target: Pane, view: GroundView | None, base: Base, alive: Alive, part: Pane | None = None
    ) -> None:
        """Draws the sheets of all runs and shows them.

        Args:
            view: of `base`; None while it is not read and pictures of an earlier run stand for it.
            part: only this much of them, whose pixels are those of `target`: what is in view, so that it is sharp at
                once.
        """
        pane = part or target
        try:
            made = {run.key: self._sheet(run, wish, pane, view, base, alive) for run in runs(wish.drawing)}
            with self._condition:
                if self._ended or (self._wish is not None and self._wish.style is not wish.style):
                    raise Stopped
                self._keep_behind(made[""])
                self.shown = made
            self._better()
            self._stitcher.drop_old(wish)
        finally:
            self._stitcher.free()

    def _keep_behind(self, new: Sheet) -> None:
        """Keeps the widest of the last sheets of the ground, as long as none that is newer has all of it."""
        found = [sheet for sheet in (self.behind, self.shown.get("")) if sheet is not None]
        wider = [sheet for sheet in found if sheet is not new and not new.pane.covers(sheet.pane)]
        self.behind = max(wider, key=lambda sheet: sheet.pane.width / sheet.pane.scale, default=None)

    def _sheet(self, run: Run, wish: Wish, pane: Pane, view: GroundView | None, base: Base, alive: Alive) -> Sheet:
        token = self._stitcher.token(run, wish, pane, base)
        known = self.shown.get(run.key)
        if known is not None and known.pane == pane and same(known.token, token):
            return known
        return self._stitcher.sheet(run, wish, pane, view, base, token, alive)

    # When there is nothing else to do.

    def _spare_time(self, wish: Wish) -> bool:
        """One small thing that will be of use later; False where there is none."""
        with self._condition:
            source, base = self._source, self._base
        if source is None or not source.ready:
            return False
        if (self.overview is None or self._overview_of != base.map) and source.layers() is not None:
            self._overview_of = base.map
            self._draw_overview(wish, source)
            return True
        if source.file.tiles is None and source.keeps(wish.camera):
            self._keep(wish, source)
            return True
        return source.prepare()

    def _draw_overview(self, wish: Wish, source: BaseSource) -> None:
        box = source.file.box
        side = max(box[2] - box[0], box[3] - box[1])
        width, height = (max(round((b - a) / side * OVERVIEW), 1) for a, b in ((box[0], box[2]), (box[1], box[3])))
        pane = pane_of(Camera(0.0, 0.0, 1.0, width, height).fitted(box))
        layers = source.layers()
        view = source.view(pane) if layers is not None else GroundView()
        plate = Plate(pane.width, pane.height, alpha=False)
        plate.pixels.fill(argb(wish.drawing.back))
        for part in ("land", "lines"):
            self._stitcher.paint(plate.image, Ground(key=part, part=part), pane, wish, view, lambda: not self._ended)
        self.overview = Sheet(plate, pane, ())

    def _keep(self, wish: Wish, source: BaseSource) -> None:
        """Puts the ground of the view in which the map opens on disk for `open`."""
        images = {}
        for sheet in self._stitcher.kept.values():
            layer = next((one for one in sheet.token[0] if isinstance(one, Ground)), None)
            if layer is not None and sheet.pane == self._target(wish.pane):
                images[self._said(wish, sheet.pane, layer.part)] = sheet.plate.image
        source.keep(wish.camera, images)

    def _said(self, wish: Wish, pane: Pane, part: str) -> str:
        """All that a part of the ground depends on but the base map itself."""
        return repr((part, pane, wish.style, self.brushes.names.no_data_words, self.brushes.names.family))
