"""Brings the canvas up to the living picture: the scene, where units are, what arrived, and the counts of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import has_data, topic_age, topic_state
from widgets.map.canvas import Canvas
from widgets.map.coloring import EVENTS, Coloring, age_of, named
from widgets.map.compose.heat import heat_told
from widgets.map.layer_list import COUNTED
from widgets.map.layers.desk import LayerDesk
from widgets.map.layers.state import HEAT
from widgets.map.reader import SceneReader
from widgets.map.scene import AREA, UNIT, Scene
from widgets.map.style import MapStyle

Words = Callable[[str, str], "tuple[str, str] | None"]


class Reading(QObject):
    """Reads the picture for a map."""

    def __init__(self, ctx: PanelContext, canvas: Canvas, desk: LayerDesk, words: Words) -> None:
        """Args: words: title and second line of a thing."""
        super().__init__(canvas)
        self.ctx, self._canvas, self._desk, self._words = ctx, canvas, desk, words
        self._reader = SceneReader(ctx.picture, ctx.pack, ctx.cases)
        self._had_events = False
        self._said: tuple[tuple[str, str] | None, ...] = ()
        self._sensors = -1
        canvas.looked.connect(self._tell_heat)

    @property
    def coloring(self) -> Coloring:
        """What areas' colour tells."""
        signs = self.ctx.signs.known.signs if self.ctx.signs is not None else ()
        return named(self._reader.coloring, self._desk.coloring, signs)

    def shows_other_cases(self) -> bool:
        """Whether a change in the ledger is seen on the map: mostly it is not, and all of it need not be painted."""
        canvas = self._canvas
        return self._reader.cases() is not canvas.scene.cases or self.says_otherwise()

    def says_otherwise(self) -> bool:
        """Whether what stands beside the selected thing, or beside the one under the pointer, is another text now."""
        items = (self._canvas.selected, self._canvas.hover_item)
        before, self._said = self._said, tuple(self._words(*item) if item[1] else None for item in items)
        return before != self._said

    def only_measured(self) -> bool:
        """Whether sensors have new values and nothing else: their dots stay, and what is counted, coloured or drawn
        warm by values is so once a second."""
        before, self._sensors = self._sensors, self.ctx.picture["sensor"].rows_version
        return before == self._sensors

    def read(self, style: MapStyle) -> None:
        """Shows the picture as it is now."""
        ctx, canvas, desk = self.ctx, self._canvas, self._desk
        now, mono = ctx.clock.now(), ctx.clock.mono()
        state = topic_state(ctx, UNIT)
        stale = state is not None and state.state in (Freshness.STALE, Freshness.DEAD)
        before, coloring = canvas.scene, desk.coloring if AREA in desk.visible else ""
        scene = self._reader.read(desk.visible, coloring, stale, now, mono, desk.stack)
        if scene.units is not before.units:
            units = scene.units
            canvas.glide.fixes(units.keys, units.x, units.y, mono, units.fixed, units.stale)
        if scene.tracked is not before.tracked:
            canvas.composer.fixes(scene.tracked, now)
        if scene.events is not before.events:
            self._greet(before, scene, mono)
        canvas.stack = desk.stack
        canvas.user = desk.laid(style, canvas.devicePixelRatioF())
        canvas.show_scene(scene)
        self._count(scene, style)

    def _greet(self, before: Scene, scene: Scene, mono: float) -> None:
        """New events have a ring; those that were there when the map opened have none."""
        keys = scene.events.keys
        if before.events.keys or self._had_events:
            new = [i for i in _changed(keys, before.events.keys) if keys[i] not in before.events.row_of]
            self._canvas.overlay.arrived([keys[i] for i in new], scene.events.level[new].tolist(), mono)
        self._had_events |= len(keys) > 0

    def _count(self, scene: Scene, style: MapStyle) -> None:
        ctx = self.ctx
        sizes = (len(v.keys) for v in (scene.events, scene.units, scene.sensors, scene.cameras))
        counts = dict(zip(COUNTED, (*sizes, len(scene.alerts)), strict=True))
        told = {name: n if n or has_data(ctx, name) else None for name, n in counts.items()}
        told[HEAT] = len(scene.heat.x) if scene.heat is not None else None
        self._desk.show_counts(told, style)
        self._tell_heat()
        self._desk.list.set_coloring(self.coloring, self._coloring_age())

    def _coloring_age(self) -> Message | None:
        """How old the values are that areas are coloured by."""
        ctx, kind = self.ctx, self._desk.coloring
        if kind == EVENTS:
            return topic_age(ctx, "event").words
        return age_of(self._reader.coloring, ctx.picture, ctx.pack, ctx.clock.now())[0]

    def _tell_heat(self) -> None:
        """What the colours of heat mean in the view of now."""
        heat = self._canvas.scene.heat
        told = heat_told(heat, self._canvas.camera) if heat is not None and len(heat.x) else None
        self._desk.list.show_heat(told)


def _changed(now: Sequence[str], before: Sequence[str]) -> list[int]:
    """Where `now` is not what `before` was. Rows of the picture stay where they are but for some: most are the same."""
    length = min(len(now), len(before))
    rows = [i for i, (a, b) in enumerate(zip(now, before, strict=False)) if a is not b]
    return [*rows, *range(length, len(now))]
