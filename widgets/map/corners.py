"""Where what stands on the map stands: lists and tools in their corners, chips at the top, none over another."""

from __future__ import annotations

from PySide6.QtCore import QRect

from widgets.map.canvas import Canvas
from widgets.map.furniture import Credit, Hint, ScaleBar, Tools
from widgets.map.hands.hold import HoldChip
from widgets.map.hands.tray import Tray
from widgets.map.hands.tray_rows import WIDTH as TRAY_WIDTH
from widgets.map.layer_list import WIDTH, LayerList
from widgets.map.minimap import HEIGHT as MINI_HEIGHT
from widgets.map.minimap import MiniMap

INSET = 8
LIST_FROM = 720
"""Width of the map from which the list of layers is open unless a person folded it: it would cover a third."""
LISTED_FROM = 420
MINI_FROM = 640, 520
"""Width and height of the map from which the overview is open unless a person folded it."""
GAP = 4
LEAST_ROOM = 260
"""Pixels of the map beside list and tray below which the list of layers folds as long as the tray is open."""
TRAY_LEAST = 300
"""Height below which the tray does not make way for the overview."""


class Corners:
    """Everything that stands on the canvas.

    Attributes:
        list_open, mini_open: what a person wants; None where they never said.
    """

    def __init__(
        self, canvas: Canvas, layers: LayerList, tools: Tools, scale: ScaleBar, credit: Credit, hint: Hint,
        mini: MiniMap, chip: HoldChip, tray: Tray,
    ) -> None:  # fmt: skip
        self._canvas, self._layers, self._tools = canvas, layers, tools
        self._scale, self._credit, self._hint, self._mini = scale, credit, hint, mini
        self._chip, self._tray = chip, tray
        self.list_open: bool | None = None
        self.mini_open: bool | None = None
        self._insisted = False

    def want_list(self, open: bool) -> None:
        """A person opened the list of layers, or folded it: it does not make way for the tray after that."""
        self.list_open = open
        self._insisted = open and not self._tray.isHidden()

    @property
    def mini_shown(self) -> bool:
        """Whether the overview is open: as a person wants it, else where there is room."""
        canvas = self._canvas
        roomy = canvas.width() >= MINI_FROM[0] and canvas.height() >= MINI_FROM[1]
        return roomy if self.mini_open is None else self.mini_open and canvas.height() > MINI_HEIGHT + 120

    def arrange(self) -> None:
        self._lists()
        self._foot()
        self._right()
        self._top()
        self._keep_clear()

    @property
    def _makes_way(self) -> bool:
        """Whether the list of layers folds because the tray would leave next to nothing of the map."""
        if self._tray.isHidden():
            self._insisted = False
            return False
        left = self._canvas.width() - self._tools.width() - TRAY_WIDTH - WIDTH - 5 * INSET
        return left < LEAST_ROOM and not self._insisted

    def _lists(self) -> None:
        canvas, layers, tools = self._canvas, self._layers, self._tools
        tools.fit(canvas.height() - 2 * INSET - 24)
        listed = canvas.width() > LISTED_FROM
        wanted = canvas.width() >= LIST_FROM if self.list_open is None else self.list_open
        layers.set_open(wanted and not self._makes_way)
        layers.fit(canvas.height() - 3 * INSET - self._scale.height())
        layers.adjustSize()
        layers.move(INSET, INSET)
        layers.setVisible(listed)
        canvas.left_taken = WIDTH + INSET if listed and layers.open else 0
        canvas.top_taken = layers.height() + INSET if listed and not layers.open else 0
        tools.move(canvas.width() - tools.width() - INSET, INSET)

    def _foot(self) -> None:
        canvas, scale, credit = self._canvas, self._scale, self._credit
        scale.move(INSET, canvas.height() - scale.height() - INSET)
        credit.fit(canvas.width() - scale.width() - 3 * INSET)
        credit.move(canvas.width() - credit.width() - INSET, canvas.height() - credit.height() - INSET)
        credit.raise_()

    def _right(self) -> None:
        """The tray beside the tools, and beneath it the overview: toasts come at the lower left."""
        canvas, tray, tools, mini = self._canvas, self._tray, self._tools, self._mini
        foot = self._credit.y() - GAP
        below = foot - mini.height()
        left = canvas.width() - tools.width() - 2 * INSET  # of the tools
        mini_left = (left if tools.geometry().bottom() + GAP > below else canvas.width() - INSET) - mini.width()
        shown = self.mini_shown
        if not tray.isHidden():
            left -= TRAY_WIDTH
            if shown and below - GAP - INSET < min(tray.wanted_height, TRAY_LEAST):  # both do not fit
                mini_left = left - INSET - mini.width()
                shown = mini_left - INSET > canvas.left_taken + INSET
                below = foot
            high = min(tray.wanted_height, (below if shown else foot) - GAP - INSET)
            tray.setGeometry(left, INSET, TRAY_WIDTH, high)
            tray.raise_()
            left -= INSET
        canvas.right_taken = canvas.width() - left - INSET
        mini.setVisible(shown)
        mini.move(mini_left, foot - mini.height())
        mini.raise_()

    def _top(self) -> None:
        canvas, hint, chip = self._canvas, self._hint, self._chip
        right = canvas.right_taken + INSET
        top = max(canvas.top_taken + GAP, INSET)  # beneath a list that is folded
        free = QRect(canvas.left_taken + INSET, top, canvas.width() - canvas.left_taken - right - INSET, 40)
        hint.fit(free.width())
        hint.move(free.left() + (free.width() - hint.width()) // 2, top)
        hint.raise_()
        below = top + hint.height() + GAP if not hint.isHidden() else top
        chip.fit(free.width())
        chip.move(free.left() + (free.width() - chip.width()) // 2, below)
        chip.raise_()

    def _keep_clear(self) -> None:
        standing = (self._scale, self._credit, self._mini, self._hint, self._chip)
        boxes = [one.geometry() for one in standing if not one.isHidden()]
        self._canvas.keep_clear(tuple((b.left(), b.top(), b.left() + b.width(), b.top() + b.height()) for b in boxes))
