"""“分享当前态势”: asks what and where to, makes the file beside Qt's thread, and says what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QIODevice, QObject, QSaveFile, QStandardPaths, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cockpit.model.ages import full_stamp
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.map.backend import Backend
from widgets.map.camera import Camera, wgs84
from widgets.map.canvas import Canvas
from widgets.map.coloring import Coloring

if TYPE_CHECKING:  # what makes files is imported when the first is asked for: a start need not wait for it
    from cockpit.share.situation import Situation
    from widgets.map.share.dialog import ShareDialog
    from widgets.map.share.exports import Export, Material

ACTION, KEY = "map.share", "Ctrl+P"
AROUND = 0.5
"""What of a view beside it goes along with a page, for who moves it."""


class Sharing(QObject):
    """Shares what a map shows.

    Attributes:
        busy: whether a file is being made.
        finished: emitted with the file, and the sentence why it could not be made (None: it was).
    """

    finished = Signal(str, object)
    _done = Signal(str, object)

    def __init__(
        self,
        ctx: PanelContext,
        canvas: Canvas,
        backend: Backend,
        coloring: Callable[[], Coloring],
        credit: Callable[[], str],
        parent: QWidget,
    ) -> None:
        """
        Args:
            coloring: what areas' colour tells now.
            credit: the map's line of credit, parts divided by " · ".
            parent: of the dialogs.
        """
        super().__init__(parent)
        self._ctx, self._canvas, self._backend = ctx, canvas, backend
        self._coloring, self._credit, self._parent = coloring, credit, parent
        self._thread: threading.Thread | None = None
        self._closed = False
        self._done.connect(self._tell)
        ctx.actions.add(Action(ACTION, "share.action", self.ask, (KEY,), self._free, icon="share"))

    @property
    def busy(self) -> bool:
        return self._thread is not None

    def _free(self) -> bool | Message:
        return Message("share.busy") if self.busy else True

    def fill_menu(self, menu: QMenu) -> None:
        menu.addAction(self._ctx.t("share.action") + f"\t{KEY}").triggered.connect(self.start)

    def start(self) -> None:
        """The command by mouse: does it, or says why not."""
        reason = self._ctx.actions.trigger(ACTION)
        if reason is not None:
            self._ctx.notify(reason, 0)

    def ask(self) -> ShareDialog:
        """Asks what is to be shared."""
        from widgets.map.share.dialog import ShareDialog
        from widgets.map.share.exports import exports

        dialog = ShareDialog(self._ctx, exports(), self._parent)
        dialog.chosen.connect(self._ask_where)
        dialog.open()
        return dialog

    def _ask_where(self, export: Export, title: str, units: bool) -> None:
        ctx = self._ctx
        ctx.prefs.set("share.kind", export.id)
        stamp = full_stamp(ctx.clock.now()).translate({ord("-"): None, ord(":"): None, ord(" "): "-"})
        name = "".join(c for c in f"{title or ctx.t('share.action')}-{stamp}" if c not in '\\/:*?"<>|').replace(" ", "")
        dialog = QFileDialog(self._parent, ctx.t("share.where"), str(self._folder() / f"{name}.{export.suffix}"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{export.suffix.upper()} (*.{export.suffix})")
        dialog.setDefaultSuffix(export.suffix)
        dialog.selectFile(f"{name}.{export.suffix}")
        dialog.fileSelected.connect(lambda file: self.share(export, Path(file), title, units))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _folder(self) -> Path:
        """Where the last one went, if that is there; else the documents."""
        kept = Path(str(self._ctx.prefs.get("share.folder", "")) or "absent")
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return kept if kept.is_dir() else Path(documents) if Path(documents).is_dir() else Path.home()

    def share(self, export: Export, file: Path, title: str = "", units: bool = False) -> None:
        """Makes the file; `finished` tells when it is there."""
        if self.busy:
            self._ctx.notify(Message("share.busy"), 0)
            return
        self._ctx.prefs.set("share.folder", str(file.parent))
        material = self._material(export, title, units)
        self._ctx.notify(Message("share.under_way", {"what": export.words(self._ctx.t)}), 0)
        self._thread = threading.Thread(target=lambda: self._make(export, file, material), name="share")
        self._thread.start()

    def _material(self, export: Export, title: str, units: bool) -> Material:
        """Everything that only Qt's thread may ask for."""
        from widgets.map.share.exports import Material
        from widgets.map.share.look import tokens_of_theme
        from widgets.map.share.sheet import SheetFacts, filled

        ctx, canvas = self._ctx, self._canvas
        camera = export.camera(canvas.camera)
        if camera is not None:
            camera = filled(camera, canvas.camera, canvas.limits)
        draw: Callable[[], QImage] | None = None
        if camera is not None:
            drawing, style, backend = canvas.drawing(ctx.theme, camera, wait=True), canvas.style, self._backend
            assert style is not None
            canvas.touch()  # it makes drawings for its own view again
            if backend.name == "raster":
                draw = lambda: backend.picture(camera, drawing, style)  # noqa: E731 - drawn beside Qt's thread
            else:  # a driver's context belongs to the thread that made it
                image = backend.picture(camera, drawing, style)
                draw = lambda: image  # noqa: E731
        filtered = any(bool(state.filter) for state in canvas.stack.layers if state.visible)
        told, coloring, tiers = self._situation(title, units), self._coloring(), ctx.pack.tiers
        tier = ctx.t.pack(tiers[coloring.tier]) if coloring.tier < len(tiers) else ""
        facts = SheetFacts(told, canvas.scene, coloring, tuple(self._credit().split(" · ")), filtered, tier)
        return Material(facts, ctx.pack.folder, ctx.theme, tokens_of_theme(ctx.theme), ctx.t, camera, draw)

    def _situation(self, title: str, units: bool) -> Situation:
        from cockpit.share.situation import Asked, situation_of

        ctx, camera = self._ctx, self._canvas.camera
        asked = Asked(
            centre=wgs84(camera.x, camera.y),
            zoom=camera.zoom,
            bounds=_bounds(camera.grown(AROUND)),
            units=units,
            by=str(ctx.prefs.get("name", "")),
            title=title,
        )
        now, wall, demo = ctx.clock.now(), ctx.clock.wall(), ctx.clock.city.demo
        return situation_of(ctx.picture, ctx.pack, ctx.cases.all_open(), ctx.t, now, wall, demo, asked)

    def _make(self, export: Export, file: Path, material: Material) -> None:
        """Beside Qt's thread: a file that is whole or is not there."""
        problem: Message | BaseException | None = None
        try:
            target = QSaveFile(str(file))
            if not target.open(QIODevice.OpenModeFlag.WriteOnly):
                raise OutsideError("share.unwritable", why=target.errorString())
            export.write(target, material)
            if not target.commit():
                raise OutsideError("share.unwritable", why=target.errorString())
        except CockpitError as error:
            problem = error.message
        except MemoryError:
            problem = Message("share.too_large")
        except Exception as error:  # a bug of ours or of a third party's export: told on Qt's thread
            problem = error
        self._done.emit(str(file), problem)

    def _tell(self, file: str, problem: Message | BaseException | None) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._closed:
            return
        if isinstance(problem, BaseException):
            number = self._ctx.report(problem, "share")
            problem = Message("share.failed", {"number": number or "–"})
        if problem is None:
            self._ctx.notify(Message("share.done", {"file": file}), 0)
        else:
            self._ctx.notify(problem, int(Level.YELLOW))
        self.finished.emit(file, problem)

    def close(self) -> None:
        """Waits for a file that is being made."""
        self._closed = True
        self._ctx.actions.remove(ACTION)
        if self._thread is not None:
            self._thread.join()
            self._thread = None


def _bounds(camera: Camera) -> tuple[float, float, float, float]:
    west, south, east, north = camera.box
    (w, s), (e, n) = wgs84(west, south), wgs84(east, north)
    return w, s, e, n
