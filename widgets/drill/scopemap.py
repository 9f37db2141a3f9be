"""在哪里: the areas of a scope coloured by its measure; a click on one goes into it, and few rows are points."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.insight import AskRows, AskSplit, Figure, Part, Row, Rows, Split
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.picture.drill import Drill
from widgets.drill.asking import Asker
from widgets.drill.bins import Bins, bins_of
from widgets.drill.maplegend import STRONGER, MapLegend
from widgets.drill.record import select_record
from widgets.drill.scopescene import AreaShapes, box_around, laid, without_areas
from widgets.drill.words import COUNTS, DrillWords, made_of, short
from widgets.kit.fonts import FAMILY
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState
from widgets.leader.ground import topic_of
from widgets.map.areawords import AreaWord
from widgets.map.base import base_file
from widgets.map.camera import EARTH, Box, Camera, box_of, mercator
from widgets.map.canvas import Canvas
from widgets.map.choose import MapBackend
from widgets.map.compose.composer import MARK
from widgets.map.layers.marked import AreaGrid
from widgets.map.scene import AREA, Area, Scene
from widgets.map.style import MapStyle
from widgets.map.themed import map_style

POINTS = 300
"""Rows up to which each is a point."""
HINTED = 420
"""Pixels from which there is room for a hint beside the title."""
FEW = 2
"""Kinds that the title names; of more it says how many."""
WORDS = 14
REACH = 9.0
"""Pixels within which a point is hit."""
PAD = 26
SAME_SCALE = 0.01
"""Of it: so much may two views differ that are one."""
ROW_KEY = "row:"


class ScopeMap(Panel):
    """The panel.

    Attributes:
        canvas: the map. bins: the classes of the legend. split: the measure by areas, None before. rows: the points.
        at: the area that the keyboard is on, "" none.
    """

    panel_id: ClassVar[str] = "scopemap"
    topics: ClassVar[frozenset[str]] = frozenset({"archive", "area"})
    title_id: ClassVar[str] = "drill.map_title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.words = DrillWords(ctx)
        self.split: Split | None = None
        self.rows: tuple[Row, ...] = ()
        self.bins = Bins()
        self.at = ""
        self._asker, self._grid = Asker(ctx, self), AreaGrid()
        self._scope: Scope | None = None
        self._version, self._area_version, self._closed = -1, -1, False
        self._shapes = AreaShapes(ctx.picture["area"])
        self._fitted: tuple[str, int] = ("", -1)
        self._early: Camera | None = None
        self._xy = np.empty((0, 2))
        self._backend = MapBackend(ctx.prefs, FAMILY, ctx.clock.mono)
        self._backend.failed.connect(self.fail)
        self.canvas = Canvas(self._backend, ctx.clock.mono, self._say, self.content)
        self.canvas.composer.failed.connect(self.fail)
        self.canvas.reduced = ctx.reduced_motion
        self.canvas.right_taken = 0
        self.canvas.beneath = self._beneath
        self.canvas.where = self._where
        self.canvas.picked.connect(self._pick)
        self.canvas.hovered.connect(self._hover)
        self.canvas.installEventFilter(self)
        self.legend = MapLegend(ctx, self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.legend)
        self.destroyed.connect(self._backend.close)
        self._unsubscribe = ctx.drill.subscribe(self._drilled) if ctx.drill is not None else None
        self._open_city()
        self.retheme()
        self.retranslate()
        self._follow()

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 260)

    # -- the base map

    def _open_city(self) -> None:
        pack = self.ctx.pack
        box = box_of(pack.bounds)
        self.canvas.limits = box
        x, y = mercator(*pack.centre)
        scale = 256 * 2**pack.zoom / (2 * np.pi * EARTH)
        home = self.canvas.camera.centred(float(x), float(y), float(scale))
        base = base_file(pack.folder, box, home, self.ctx.drawings)
        self._backend.load(without_areas(base))
        self.canvas.look(home)

    # -- the scope

    def _drilled(self, drill: Drill) -> None:
        self._follow()

    def _follow(self) -> None:
        drill, insight = self.ctx.drill, self.ctx.insight
        if self._closed:
            return
        if drill is None or insight is None:
            self.show_state(PanelState.EMPTY, Message("drill.no_service"), (Message("drill.no_service_why"),))
            return
        if insight.version == 0:
            self.show_state(PanelState.WAITING, Message("drill.loading"), (Message("drill.loading_why"),))
            return
        if not len(self.ctx.picture["area"]):
            self.show_state(PanelState.WAITING, Message("drill.map_none"), (Message("drill.map_waiting"),))
            return
        self.show_content()
        self._scope, self._version = drill.scope, insight.version
        self._area_version = self.ctx.picture["area"].version
        around, by = self.around(drill.scope)
        self._title()
        self._asker.ask("split", AskSplit(around, by), self._came)
        rows = made_of(drill.scope).with_(key="")
        self._asker.ask("rows", AskRows(rows, limit=POINTS + 1), self._came_rows)

    def around(self, scope: Scope) -> tuple[Scope, str]:
        """What is coloured: streets of the whole city, or below a street the communities or cells of it: what lies
        beside an area says whether it is much."""
        area = self.words.areas.get(scope.area) if scope.area else None
        plain = scope.with_(key="", by="", area="")
        if area is None or area.tier <= 2:
            return plain, "street"
        street = next((one.code for one in self.words.areas.path(scope.area) if one.tier == 2), "")
        return plain.with_(area=street), "community" if area.tier == 3 else "cell"

    def _came(self, said: Any) -> None:
        if isinstance(said, Message):
            self.show_state(
                PanelState.DEAD, Message("drill.no_answer"), (said,), ((Message("drill.again"), self._follow),)
            )
            return
        self.split = said
        self._show()

    def _came_rows(self, said: Any) -> None:
        if isinstance(said, Rows):
            few = said.total <= POINTS and self._scope is not None and bool(self._scope.area)
            placed = [row for row in said.rows if math.isfinite(row.lon) and math.isfinite(row.lat) and row.lon]
            self.rows = tuple(placed) if few else ()
            x, y = mercator(np.array([r.lon for r in self.rows]), np.array([r.lat for r in self.rows]))
            self._xy = np.column_stack((x, y)) if len(self.rows) else np.empty((0, 2))
            self._lay()

    # -- showing

    def _show(self) -> None:
        split, scope = self.split, self._scope
        if split is None or scope is None:
            return
        values = [part.value for part in split.parts if part.value is not None]
        self.bins = bins_of(values, split.figure.scope.measure in COUNTS, split.figure.decimals)
        steps = {part.code: self.bins.step(part.value) for part in split.parts}
        areas = self._shapes.of(steps)
        scene = Scene(areas=areas, visible=frozenset((AREA,)), area_version=self.canvas.scene.area_version + 1)
        self.canvas.show_scene(scene)
        self.legend.show_bins(self.bins, self._legend_words(split.figure), len(self.rows))
        self._lay()
        self._fit()

    def _legend_words(self, figure: Figure) -> str:
        unit = self.words.unit(figure)
        return unit or self.words.measure(figure.scope.measure)

    def _own(self) -> Area | None:
        """The area of the scope itself, to be outlined."""
        scope = self._scope
        if scope is None or not scope.area or scope.area == self.ctx.pack.code:
            return None
        return next(iter(self._shapes.of({scope.area: 0})), None)

    def _lay(self) -> None:
        """The outline, the words and the points."""
        pointed = next((area for area in self.canvas.scene.areas if area.code == self.at), None)
        marked = [area for area in (self._own(), pointed) if area is not None]
        words = self._labels(marked)
        self.canvas.user = {MARK: laid(marked, words, self._xy, self.style(), self.ctx.theme, self.devicePixelRatioF())}
        self.canvas.touch()

    def _labels(self, marked: list[Area]) -> list[AreaWord]:
        """Name and number of the largest, those that are marked first."""
        split = self.split
        if split is None:
            return []
        by_code = {area.code: area for area in self.canvas.scene.areas}
        largest = sorted((p for p in split.parts if p.value), key=lambda part: -(part.value or 0.0))[:WORDS]
        first = [part for area in marked if (part := self._part(area.code)) is not None]
        wanted = {part.code: part for part in (*first, *largest) if part.code in by_code}
        return [
            AreaWord(
                by_code[code],
                f"{short(by_code[code].name)} {self.words.value(split.figure, part.value)}",
                any(area.code == code for area in marked),
            )
            for code, part in wanted.items()
        ]

    def _fit(self) -> None:
        """Looks at the scope's area when that is another one, and leaves a view that a person chose alone."""
        scope = self._scope
        here = (scope.area if scope is not None else "", self.width() * 10_000 + self.height())
        if scope is None or not self.canvas.isVisible() or (here == self._fitted and not self._filled()):
            return
        box = self.box()
        if box is None:
            return
        self._fitted = here
        goal = self.canvas.camera.fitted(box, PAD)
        goal = goal.zoomed(0.82, goal.width / 2, goal.height / 2) if scope.area else goal
        goal = goal.inside(self.canvas.limits) if self.canvas.limits is not None else goal
        self._early = goal if self._fills() else None
        if self.ctx.reduced_motion:
            self.canvas.look(goal)
        else:
            self.canvas.fly(goal)

    def _fills(self) -> bool:
        """Whether records are still to come, so that most of them may lie elsewhere in the end."""
        keeping = self.ctx.keeping
        return keeping is not None and (keeping.kept.left > 0 or not keeping.kept.until)

    def _filled(self) -> bool:
        """Whether all are there that were not when it looked, and nobody has moved the map since."""
        early, now = self._early, self.canvas.camera
        if early is None or math.dist((early.x, early.y), (now.x, now.y)) >= 1.0:
            return False
        return math.isclose(early.scale, now.scale, rel_tol=SAME_SCALE) and not self._fills()

    def box(self) -> Box | None:
        """What is to be seen: the scope's area; of the whole city where most of it is."""
        own, split = self._own(), self.split
        if own is not None and own.rings:
            return box_around([own])
        if split is None:
            return None
        ranked = sorted((p for p in split.parts if p.value), key=lambda part: -(part.value or 0.0))
        by_code = {area.code: area for area in self.canvas.scene.areas}
        most = [by_code[part.code] for part in ranked[: max(8, len(ranked) // 3)] if part.code in by_code]
        return box_around(most) if most else None

    # -- hands

    def _part(self, code: str) -> Part | None:
        return next((p for p in self.split.parts if p.code == code), None) if self.split is not None and code else None

    def _beneath(self, x: float, y: float, scale: float) -> str:
        if len(self._xy):
            far = np.hypot(self._xy[:, 0] - x, self._xy[:, 1] - y) * scale
            nearest = int(np.argmin(far))
            if far[nearest] <= REACH:
                return ROW_KEY + self.rows[nearest].key
        area = self._grid.at(self.canvas.scene.areas, x, y)
        return area.code if area is not None else ""

    def _where(self, key: str) -> tuple[float, float] | None:
        row = next((i for i, row in enumerate(self.rows) if ROW_KEY + row.key == key), -1)
        return (float(self._xy[row, 0]), float(self._xy[row, 1])) if row >= 0 else None

    def _say(self, topic: str, key: str) -> tuple[str, str] | None:
        """What stands at the pointer."""
        split = self.split
        if key.startswith(ROW_KEY):
            row = next((row for row in self.rows if ROW_KEY + row.key == key), None)
            if row is None:
                return None
            return f"{row.number} {self.words.kind(row.kind)}", f"{self.words.when(row.reported)} · {row.place}"
        part = self._part(key)
        if part is None or split is None:
            return None
        change = "" if part.before is None else self.ctx.t(
            "drill.was", against=self.words.against_of(split.figure.scope),
            value=self.words.with_unit(split.figure, part.before))  # fmt: skip
        return f"{self.words.area(key)}  {self.words.with_unit(split.figure, part.value)}", change

    def _pick(self, topic: str, key: str) -> None:
        drill, scope = self.ctx.drill, self._scope
        if drill is None or scope is None or not key:
            return
        if key.startswith(ROW_KEY):
            record = key.removeprefix(ROW_KEY)
            drill.push(scope.with_(key=record, by=""))
            select_record(self.ctx, record)
        elif key != scope.area:
            drill.push(scope.with_(area=key, key="", by=""))
        else:  # the area that is looked at already: one tier further down
            self._down(scope)

    def _down(self, scope: Scope) -> None:
        below = self.words.areas.children(scope.area)
        x, y = self.canvas.camera.x, self.canvas.camera.y
        areas = self._shapes.of({one.code: 0 for one in below})
        area = AreaGrid().at(areas, x, y)
        if area is not None and self.ctx.drill is not None:
            self.ctx.drill.push(scope.with_(area=area.code, key="", by=""))

    def _hover(self, topic: str, key: str) -> None:
        if not key.startswith(ROW_KEY):
            self._point(key)

    def _point(self, code: str) -> None:
        if code != self.at:
            self.at = code
            said = self._say("", code)
            self.set_facts(said[0] if said else self._hint())
            self._lay()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.canvas and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if watched is self.canvas and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._fitted = ("", -1)
            self._fit()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Page Down and Page Up walk the areas, what is most first; Enter goes into one, Backspace back."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and self.split is not None:
            parts = sorted((p for p in self.split.parts if p.value is not None), key=lambda p: -(p.value or 0.0))
            codes = [part.code for part in parts]
            at = codes.index(self.at) if self.at in codes else -1
            step = 1 if key == Qt.Key.Key_PageDown else -1
            if codes:
                self._point(codes[min(max(at + step, 0), len(codes) - 1)])
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.at and not event.isAutoRepeat():
            self._pick("layer", self.at)
            return True
        if key == Qt.Key.Key_Backspace and self.ctx.drill is not None:
            self.ctx.drill.back()
            return True
        return False

    # -- what a panel says

    def _hint(self) -> Message | None:
        return Message("drill.map_hint") if self.width() >= HINTED else None

    def _title(self) -> None:
        scope = self._scope
        if scope is None:
            return
        plain = self.ctx.t("drill.cases") if scope.measure == "count" else self.words.measure(scope.measure)
        topic = topic_of(self.ctx, scope)
        if topic:
            said = self.ctx.t("drill.map_of_topic", topic=topic, what=plain)
        elif len(scope.kinds) > FEW:
            said = self.ctx.t("drill.map_of_kinds", n=len(scope.kinds), what=plain)
        else:
            said = self.ctx.t("drill.map_of", what=self.words.filter(scope, "kinds") or plain)
        self.header.set_title(said)
        if not self.at:
            self.set_facts(self._hint())

    def refresh(self, topics: frozenset[str]) -> None:
        insight = self.ctx.insight
        version = self.ctx.picture["area"].version
        if insight is not None and (insight.version != self._version or version != self._area_version):
            self._follow()

    def age_tick(self) -> None:
        insight = self.ctx.insight
        self.set_age(age(insight.as_of, self.ctx.clock.now()) if insight is not None and insight.as_of else None)
        self.refresh(frozenset())

    def settled(self) -> bool:
        """Whether the picture is sharp: for screenshots and tests."""
        return self.canvas.settled() and not self._asker.open

    def fill_menu(self, menu: QMenu) -> None:
        menu.addAction(self.ctx.t("drill.map_fit")).triggered.connect(self.fit)

    def fit(self) -> None:
        """Looks at the scope's area again."""
        self._fitted = ("", -1)
        self._fit()

    def retranslate(self) -> None:
        super().retranslate()
        self._backend.say(self.ctx.t("map.no_data"))
        self.canvas.setAccessibleName(self.ctx.t("drill.map_title"))
        self.canvas.setAccessibleDescription(self.ctx.t("drill.map_keys"))
        self.canvas.setToolTip("")
        self._title()
        if self.split is not None:
            self._show()
        self.legend.retranslate()

    def retheme(self) -> None:
        super().retheme()
        self.canvas.dress(self.style(), lambda: (self.ctx.theme, self.ctx.t))
        self.legend.retheme()
        self._lay()

    def style(self) -> MapStyle:
        """The map's, with stronger colours of areas: here they are what it is about."""
        style = map_style(self.ctx.theme)
        alphas = tuple(min(alpha * STRONGER, 0.7) for alpha in style.choropleth_alpha)
        return msgspec.structs.replace(style, choropleth_alpha=alphas)

    def close_panel(self) -> None:
        """Ends worker and subscription. A closed panel stays as it is."""
        if not self._closed:
            self._closed = True
            if self._unsubscribe is not None:
                self._unsubscribe()
            self._asker.drop()
            self.canvas.close_map()
            self._backend.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)


PANELS = {"scopemap": ScopeMap}
