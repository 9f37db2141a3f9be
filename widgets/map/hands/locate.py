"""Coordinates on the screen: where the pointer is in a datum of choice, copied by key, gone to when typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from cockpit.model.messages import Message
from cockpit.model.ports import NamedPlace
from widgets.kit.buttons import Segments
from widgets.kit.context import PanelContext
from widgets.kit.dialog import NameDialog
from widgets.kit.finders import Found
from widgets.kit.fuzzy import score
from widgets.map.bookmarks import WITH_KEY, Bookmark, Bookmarks
from widgets.map.camera import wgs84
from widgets.map.canvas import Canvas
from widgets.map.hands import coordinates

DATUM = "map.datum"
COPY_KEY, GOTO_KEY = "Ctrl+Shift+C", "Ctrl+G"


def chosen_datum(ctx: PanelContext) -> str:
    kept = ctx.prefs.get(DATUM, "wgs84")
    return kept if kept in coordinates.DATUMS else "wgs84"


class Locate(QObject):
    """Coordinates of the map.

    Attributes:
        datum: one of `coordinates.DATUMS`.
        label: says where the pointer is; a press opens the menu.
        here: (lon, lat) under the pointer, WGS-84; None while it is elsewhere.
    """

    def __init__(
        self, ctx: PanelContext, canvas: Canvas, show: Callable[[NamedPlace], object], parent: QWidget
    ) -> None:
        super().__init__(canvas)
        self.ctx, self._canvas, self._show = ctx, canvas, show
        self.datum = chosen_datum(ctx)
        self.here: tuple[float, float] | None = None
        self.label = QPushButton(parent)
        self.label.setProperty("kind", "quiet")
        self._menu = QMenu(self.label)
        self._menu.aboutToShow.connect(lambda: (self._menu.clear(), self.fill(self._menu)))
        self.label.setMenu(self._menu)
        canvas.pointed.connect(self.point)
        canvas.looked.connect(self._say)

    @property
    def place(self) -> tuple[float, float]:
        """Where the pointer is, else the middle of the view: WGS-84."""
        return self.here or wgs84(self._canvas.camera.x, self._canvas.camera.y)

    def point(self, place: tuple[float, float] | None) -> None:
        self.here = place
        self._say()

    def _say(self) -> None:
        self.label.setText(f"{coordinates.NAMES[self.datum]}  {coordinates.words(self.datum, *self.place)}")

    def retranslate(self) -> None:
        self.label.setToolTip(self.ctx.t("hands.coordinates_tip"))
        self.label.setAccessibleName(self.ctx.t("hands.coordinates"))
        self._say()

    def retheme(self) -> None:
        font = self.ctx.theme.font("small")
        self.label.setFont(font)
        widest = f"{coordinates.NAMES['cgcs2000']}  {coordinates.words('wgs84', 188.8888, 88.8888)}"
        self.label.setFixedWidth(round(QFontMetricsF(font).horizontalAdvance(widest)) + 12)

    def fill(self, menu: QMenu) -> None:
        """The datums, copying and going."""
        t = self.ctx.t
        for name in coordinates.DATUMS:
            made = menu.addAction(t(f"hands.datum_{name}"))
            made.setCheckable(True)
            made.setChecked(name == self.datum)
            made.triggered.connect(lambda _on=False, name=name: self.choose(name))
        menu.addSeparator()
        menu.addAction(t("hands.copy") + f"\t{COPY_KEY}").triggered.connect(self.copy)
        menu.addAction(t("hands.goto") + f"\t{GOTO_KEY}").triggered.connect(self.ask)

    def choose(self, datum: str) -> None:
        """Shows and copies coordinates in another datum."""
        self.datum = datum
        self.ctx.prefs.set(DATUM, datum)
        self._say()

    def next_datum(self) -> None:
        at = coordinates.DATUMS.index(self.datum)
        self.choose(coordinates.DATUMS[(at + 1) % len(coordinates.DATUMS)])
        self.ctx.notify(Message("hands.datum_now", {"datum": coordinates.NAMES[self.datum]}), 0)

    def copy(self, place: tuple[float, float] | None = None) -> None:
        """Copies where the pointer is, or the middle of the view."""
        said = coordinates.copied(self.datum, *(place or self.place))
        QGuiApplication.clipboard().setText(said)
        self.ctx.notify(Message("hands.copied", {"place": said, "datum": coordinates.NAMES[self.datum]}), 0)

    def ask(self) -> None:
        """Asks for coordinates and goes there."""
        dialog = GotoDialog(self.ctx, self.datum, self._canvas)
        dialog.accepted.connect(lambda: self.go(dialog.place, dialog.said))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def go(self, place: tuple[float, float] | None, said: str) -> None:
        if place is not None:
            self._show(NamedPlace(said, "other", *place))


class GotoDialog(NameDialog):
    """Asks for coordinates in a datum; can not be confirmed before they are some, in this city.

    Attributes:
        place: WGS-84 (lon, lat), None as long as nothing fits.
        said: the coordinates as they were understood.
    """

    def __init__(self, ctx: PanelContext, datum: str, parent: QWidget) -> None:
        super().__init__(
            ctx.t, Message("hands.goto_title"), Message("hands.goto_why"), Message("hands.go_there"), parent
        )  # fmt: skip
        self.ctx, self._datum = ctx, datum
        self.place: tuple[float, float] | None = None
        self.said = ""
        self.field.setMaxLength(80)
        self._note = QLabel(self)
        self._note.setProperty("role", "t2")
        self._note.setWordWrap(True)
        self.datums = Segments([(name, coordinates.NAMES[name]) for name in (*coordinates.DATUMS, "bd09")], datum, self)
        self.datums.chosen.connect(self._choose)
        self.column.insertWidget(3, self.datums)
        self.column.insertWidget(4, self._note)
        self.field.textChanged.connect(lambda _text: self._look())
        self._look()

    def _choose(self, datum: str) -> None:
        self._datum = datum
        self._look()

    def _look(self) -> None:
        text, t = self.field.text(), self.ctx.t
        self.place = coordinates.typed(text, self._datum)
        if self.place is None:
            said = t("hands.goto_unread") if text.strip() else ""
        elif not self.ctx.pack.contains(*self.place):
            said = t("hands.goto_outside", place=coordinates.words("wgs84", *self.place, digits=5))
            self.place = None
        else:
            self.said = coordinates.words("wgs84", *self.place, digits=5)
            said = t("hands.goto_read", place=self.said)
        self._note.setText(said)
        self.confirm.setEnabled(self.place is not None)


class MapFinder:
    """Coordinates that are typed into the palette, and kept views by name."""

    def __init__(
        self, ctx: PanelContext, show: Callable[[NamedPlace], object], go: Callable[[Bookmark], object]
    ) -> None:
        """
        Args:
            show: shows a place. go: goes to a kept view.
        """
        self._ctx, self._show, self._go = ctx, show, go

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        done([*self._typed(text), *self._views(text)])

    def _typed(self, text: str) -> list[Found]:
        ctx, datum = self._ctx, chosen_datum(self._ctx)
        place = coordinates.typed(text, datum)
        if place is None:
            return []
        said = coordinates.words("wgs84", *place, digits=5)
        inside = ctx.pack.contains(*place)
        detail = ctx.t("hands.typed_in", datum=coordinates.NAMES[datum]) if inside else ctx.t("hands.outside")
        run = (lambda: self._show(NamedPlace(said, "other", *place))) if inside else None
        return [Found(ctx.t("hands.goto_place", place=said), detail, run, icon="pin", group="kit.group_place", rank=90)]

    def _views(self, text: str) -> list[Found]:
        t = self._ctx.t
        found = []
        for i, mark in enumerate(Bookmarks(self._ctx.prefs).rows):
            rank = score(text, mark.name)
            if rank > 0:
                key = f"Alt+{i + 1}" if i < WITH_KEY else ""
                run = partial(self._go, mark)
                found.append(Found(mark.name, t("hands.view"), run, key=key, icon="bookmark", rank=rank * 0.6))
        return found
