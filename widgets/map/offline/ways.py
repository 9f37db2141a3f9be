"""What a map does with base maps: loads the chosen one, says how it is doing, offers the dialog."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMenu

from cockpit.model.ages import age
from cockpit.model.messages import Message
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.kit.menus import submenu
from widgets.kit.theme import MAP_STYLES
from widgets.map.base import BaseFile, base_file
from widgets.map.camera import Box, Camera
from widgets.map.tiled import PLAIN, SourceBase, Tone, chosen_base

if TYPE_CHECKING:
    from widgets.map.canvas import Canvas
    from widgets.map.offline.dialog import BaseDialog

DAY_US = 86_400_000_000
RESUME_MS = 5000
PAGES = ("sources", "regions", "preview")


class BaseWays(QObject):
    """Attributes:
    changed: another base map is to be loaded.
    told: its words (credit, age) have changed.
    """

    changed = Signal()
    told = Signal()
    _heard = Signal()
    _wrong = Signal(object)

    def __init__(self, ctx: PanelContext, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.ctx, self.bases, self.canvas = ctx, ctx.bases, canvas
        self.dialog: BaseDialog | None = None
        self._shown: SourceBase | None = None
        self._end_watch = lambda: None
        self._trouble: Message | None = None
        self._words = ""
        self._heard.connect(self._look)
        self._wrong.connect(lambda message: ctx.notify(message, 0))
        if self.bases is None:
            return
        for page in PAGES:
            ctx.actions.add(Action(f"map.base_{page}", f"base.open_{page}", partial(self.open, page), icon="layers"))
        ctx.actions.add(Action("map.base_offline", "base.toggle_offline", self.toggle_offline, icon="plug-broken"))
        if self.bases.has_regions:
            # what was being fetched for work without a network goes on once the start is over
            QTimer.singleShot(RESUME_MS, self, self._resume)

    def close(self) -> None:
        self._end_watch()
        if self.dialog is not None:
            self.dialog.close()
        if self.bases is not None:
            for page in PAGES:
                self.ctx.actions.remove(f"map.base_{page}")
            self.ctx.actions.remove("map.base_offline")
        self.bases = None

    # -- what is shown ---------------------------------------------------------------------------------------------

    def file(self, folder: Path, box: Box, home: Camera, drawings: Path | None) -> BaseFile:
        """The base map that is chosen."""
        self._end_watch()
        self._end_watch, self._shown = (lambda: None), None
        if self.bases is None:
            return base_file(folder, box, home, drawings)
        file = chosen_base(self.bases, folder, box, home, drawings, self._tone(), self._wrong.emit, self._alive)
        if isinstance(file.tiles, SourceBase):
            self._shown = file.tiles
            self._end_watch = file.tiles.watch(self._heard.emit)
        self._look()
        return file

    def _alive(self) -> bool:
        return self.bases is not None

    def choose(self, ident: str) -> None:
        assert self.bases is not None
        self.bases.choose(ident)
        self.changed.emit()

    def retheme(self) -> None:
        """Pictures take the tone of the map's style."""
        tone = self._tone()
        if self._shown is not None and self._shown.tone != tone:
            self.changed.emit()

    def _tone(self) -> Tone:
        spec = self.bases.spec if self.bases is not None else None
        if spec is None:
            return PLAIN
        token = self.ctx.theme.map.of("imagery" if spec.is_photo else "raster")
        return float(token["brightness"]), float(token["contrast"]), float(token["saturation"])

    @property
    def credit(self) -> tuple[str, ...]:
        """Who made the base map, its 审图号, and how old it is where that has to be said."""
        t, spec = self.ctx.t, self.bases.spec if self.bases is not None else None
        if spec is None:
            return ()
        approval = t("hands.approval", number=spec.approval) if spec.approval else ""
        return tuple(part for part in (t.pack(spec.credit) if spec.credit else "", approval, self._words) if part)

    def _look(self) -> None:
        """How the source is doing: said once when it fails, and when it is well again; its age stands on the map."""
        bases = self.bases
        tiles = bases.tiles(bases.current) if bases is not None else None
        words, trouble, before = "", None, self._trouble
        if bases is not None and tiles is not None:
            status, now = tiles.status(), bases.clock.now()
            trouble = status.problem
            old = status.oldest and now - status.oldest > tiles.spec.days * DAY_US
            when = age(status.oldest, now)
            if bases.offline:
                words = self.ctx.t("base.offline_age", age=when) if status.oldest else self.ctx.t("base.offline")
            elif trouble is not None:
                words = self.ctx.t("base.last_known", age=when) if status.oldest else self.ctx.t("base.no_tiles")
            elif old:
                words = self.ctx.t("base.age", age=when)
            if trouble is not None and (before is None or before.id != trouble.id):
                self.ctx.notify(Message("base.trouble", {"why": trouble}), 0)
            elif trouble is None and before is not None:
                self.ctx.notify(Message("base.well", {"name": tiles.spec.name}), 0)
        self._trouble = trouble
        if words != self._words:
            self._words = words
            self.told.emit()

    def _resume(self) -> None:
        if self.bases is not None:
            _ = self.bases.regions

    # -- the hands -------------------------------------------------------------------------------------------------

    def toggle_offline(self) -> None:
        """The map as it is seen without a network, or as usual."""
        if self.bases is not None:
            self.bases.offline = not self.bases.offline
            self._look()
            self.ctx.notify(Message("base.now_offline" if self.bases.offline else "base.now_online"), 0)

    def open(self, page: str) -> None:
        """The dialog, at one of `PAGES`."""
        if self.bases is None:
            return
        from widgets.map.offline.dialog import BaseDialog

        if self.dialog is None:
            self.dialog = BaseDialog(self.ctx, self, self.canvas)
            self.dialog.destroyed.connect(self._forget)
        self.dialog.show_page(page)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _forget(self) -> None:
        self.dialog = None

    def fill_menu(self, menu: QMenu) -> None:
        if self.bases is None:
            return
        t = self.ctx.t
        for page in PAGES:
            menu.addAction(t(f"base.open_{page}")).triggered.connect(partial(self.open, page))
        offline = menu.addAction(t("base.toggle_offline"))
        offline.setCheckable(True)
        offline.setChecked(self.bases.offline)
        offline.triggered.connect(self.toggle_offline)
        styles = [self.ctx.actions.get(f"desk.map_style_{style or 'theme'}") for style in MAP_STYLES]
        chosen = str(self.ctx.prefs.get("map.style", ""))
        if all(styles):
            sub = submenu(menu, "styles", t("base.style"))
            for style, action in zip(MAP_STYLES, styles, strict=True):
                assert action is not None
                made = sub.addAction(t(f"base.style_{style or 'theme'}_short"))
                made.setCheckable(True)
                made.setChecked(style == chosen)
                made.triggered.connect(action.run)
