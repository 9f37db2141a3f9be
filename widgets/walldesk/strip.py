"""The strip at the foot of the operator's desk: machines and screens, light, sound, palette, person, clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QSlider, QVBoxLayout, QWidget

from widgets.bars.bar import Piece, TellingBar
from widgets.bars.pieces import CityClockFace, PaletteField, Person, Switch
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.panel import guarded
from widgets.walldesk.hand import Hand
from widgets.walldesk.health import counts


class Reading(Piece):
    """A label and its value; a click does something where there is something to do."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.parts: tuple[tuple[str, str], ...] = ()

    def tell(self, parts: Sequence[tuple[str, str]], tip: str = "") -> None:
        """(words, style) one after another: `t1` bold, `t2` plain, or a colour of a level, bold."""
        self.parts = tuple(parts)
        words = " ".join(words for words, _ in parts)
        self.setAccessibleName(words)
        self.setToolTip(tip)

    def face(self) -> object:
        return self.parts

    def wide(self, stage: int) -> int:
        if not self.parts:
            return 0
        return round(sum(self.measure("small", words, _weight(token)) + 5 for words, token in self.parts) + 22)

    def paint(self, painter: QPainter) -> None:
        x = 4.0
        if self.underMouse() and self.focusPolicy() != Qt.FocusPolicy.NoFocus:
            painter.fillRect(self.rect().adjusted(0, 8, -14, -8), self.ctx.theme.s3)
        for words, token in self.parts:
            x = self.words(painter, x, "small", words, token, _weight(token)) + 5


def _weight(token: str) -> int:
    return 400 if token == "t2" else 700


class _Slide(QFrame):
    """A slider over the strip; each step of it is acted on, Escape closes it."""

    def __init__(
        self, words: str, value: int, low: int, high: int, moved: Callable[[int], object], parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("frame", "float")
        self.setFixedWidth(260)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(label(words, self, role="", style="row_title", wrap=False))
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(low, high)
        self.slider.setPageStep(10)
        self.slider.setSingleStep(5)
        self.slider.setValue(value)
        self.slider.setAccessibleName(words)
        self.slider.setTracking(False)
        self.slider.valueChanged.connect(moved)
        column.addWidget(self.slider)
        self.slider.setFocus()


class WallStrip(TellingBar):
    """
    Attributes:
        machines, light, sound: its readings.
        slide: the slider that is open, None none.
    """

    panel_id: ClassVar[str] = "deskwallstrip"
    top: ClassVar[bool] = True

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._hand = Hand(ctx)
        self.setFixedHeight(ctx.theme.space["strip_h"])
        self.machines, self.light, self.sound = Reading(ctx, self), Reading(ctx, self), Reading(ctx, self)
        for piece, run in ((self.light, self.show_light), (self.sound, self.show_sound)):
            piece.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            piece.clicked.connect(lambda _checked=False, run=run: run())
        self.palette_field = PaletteField(ctx, "desk.palette", self)
        self.theme = Switch(ctx, "desk.theme", self._theme, self)
        self.language = Switch(ctx, "desk.language", lambda: ("language", "bars.language"), self)
        self.person = Person(ctx, "desk.name", self, role="walldesk.role")
        self.clock = CityClockFace(ctx, self)
        self.slide: _Slide | None = None
        if ctx.walls is not None:
            ctx.walls.listen(self._heard)
        self._tell()

    @guarded
    def _heard(self, what: str) -> None:
        if what == "state":
            self._tell()

    def gives_way(self) -> Sequence[tuple[Piece, int]]:
        return (self.palette_field, 1), (self.person, 1), (self.clock, 1), (self.person, 2)

    def _tell(self) -> None:
        hand, t, state, wall, shows = self._hand, self.ctx.t, self._hand.state, self._hand.wall, self._hand.shows
        if state is None or wall is None:
            self.machines.tell([(t("walldesk.waiting"), "t2")])
        else:
            machines = wall.machines
            well, trouble, lost = counts(hand, wall)
            there = sum(any(node.report.machine == name and node.joined for node in state.nodes) for name in machines)
            parts = [
                (t("walldesk.machines"), "t2"),
                (f"{there} / {len(machines)}", "t1" if there == len(machines) else "orange_text"),
                (t("walldesk.online"), "t2"),
                (t("walldesk.screens_label"), "t2"),
                (f"{well} / {len(wall.screens)}", "orange_text" if lost else "yellow_text" if trouble else "t1"),
                (t("walldesk.well"), "t2"),
            ]
            self.machines.tell(parts)
        if shows is None:
            self.light.tell([])
            self.sound.tell([])
        else:
            night = hand.night
            dimmed = night is not None and night < shows.brightness
            bright = night if night is not None and dimmed else shows.brightness
            light = [(t("walldesk.night" if dimmed else "walldesk.light"), "t2"), (f"{bright:.0%}", "t1")]
            self.light.tell(light, t("walldesk.light_tip"))
            value = t("walldesk.muted") if shows.muted else f"{shows.volume}%"
            self.sound.tell([(t("walldesk.sound"), "t2"), (value, "t1")], t("walldesk.sound_tip"))
        for piece in (self.theme, self.language, self.clock):
            piece.tell()
        right: list[Piece] = [self.palette_field, self.theme, self.language, self.person, self.clock]
        self.set_pieces([self.machines, self.light, self.sound], right)

    def show_light(self) -> None:
        shows = self._hand.shows
        if shows is not None:
            self._open(self.light, "walldesk.light", round(shows.brightness * 100), 10, self._lit)

    def show_sound(self) -> None:
        shows = self._hand.shows
        if shows is not None:
            self._open(self.sound, "walldesk.sound", shows.volume, 0, self._heard_at)

    def _lit(self, value: int) -> None:
        self._hand.act("brightness", f"{value / 100:.2f}")

    def _heard_at(self, value: int) -> None:
        self._hand.act("volume", str(value))

    def _open(self, piece: Piece, id: str, value: int, low: int, moved: Callable[[int], object]) -> None:
        slide = _Slide(self.ctx.t(id), value, low, 100, moved, self)
        self.slide = slide
        slide.destroyed.connect(self._closed)
        slide.adjustSize()
        slide.move(piece.mapToGlobal(QPoint(0, -slide.height() - 6)))
        slide.show()

    def _closed(self) -> None:
        self.slide = None

    def _theme(self) -> tuple[str, str]:
        return ("sun", "bars.to_light") if self.ctx.theme.name == "dark" else ("moon", "bars.to_dark")


PANELS = {"deskwallstrip": WallStrip}
