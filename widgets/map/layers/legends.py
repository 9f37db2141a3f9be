"""What colours on the map tell, in the list of layers: the steps of areas, the ramp of heat."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import full_stamp
from cockpit.model.messages import Texts
from widgets.kit.context import PanelContext
from widgets.kit.theme import Theme
from widgets.map.coloring import Coloring
from widgets.map.compose.heat import HeatTold
from widgets.map.layers.colors import Colored
from widgets.map.layers.rows import PAD, ColorKey
from widgets.map.style import HEAT, HEAT_ALPHA

MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class AreaLegend(QWidget):
    """Five steps of colour with their lower ends, and hatching where there is no value.

    Attributes:
        gap: whether some area has no value.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.coloring = Coloring("")
        self.gap = False
        self.setFixedHeight(30)

    def show_coloring(self, coloring: Coloring) -> None:
        self.coloring, self.gap = coloring, -1 in coloring.steps.values()
        self.setFixedHeight(48 if self.gap else 30)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        token = theme.map.of("choropleth")
        wide = (self.width() - 2 * PAD) / 5
        labels = self.coloring.labels
        painter.setFont(theme.font("axis"))
        for i, label in enumerate(labels):
            box = QRectF(PAD + i * wide, 1, wide, 9)
            painter.fillRect(box, theme.map.color("land"))
            shade = QColor(token["color"])
            shade.setAlphaF(token["alpha"][i])
            painter.fillRect(box, shade)
            painter.setPen(theme.line2)
            painter.drawRect(box)
            painter.setPen(theme.t2)
            painter.drawText(QRectF(PAD + i * wide, 13, wide, 15), Qt.AlignmentFlag.AlignLeft, label)
        if self.gap:
            box = QRectF(PAD, 32, wide, 9)
            hatch = QColor(token["color"])
            hatch.setAlphaF(0.8)
            painter.fillRect(box, theme.map.color("land"))
            painter.fillRect(box, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
            painter.setPen(theme.line2)
            painter.drawRect(box)
            painter.setPen(theme.t2)
            words = QRectF(PAD + wide + 8, 29, self.width(), 15)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.ctx.t("map.legend_gap"))


class HeatKey(ColorKey):
    """The ramp of heat beneath its row: from little to much, what is counted, since when and how near."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self._told: HeatTold | None = None

    def show_colors(self, colors: Colored | None) -> None:
        """Heat has its own."""

    def show_heat(self, told: HeatTold | None) -> bool:
        """Shows it, None for nothing; whether its height is another."""
        if told == self._told:
            return False
        before, self._told = self._told, told
        if told is not None:
            self.setFixedHeight(62)
            self.setAccessibleName("、".join((*heat_words(told, self.ctx.t), *heat_ends(told, self.ctx.t))))
        self.setVisible(told is not None)
        self.update()
        return (before is None) != (told is None)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._told is None:
            return
        theme, painter = self.ctx.theme, QPainter(self)
        left, wide = PAD, self.width() - 2 * PAD
        paint_ramp(painter, QRectF(left, 2, wide, 9), theme)
        painter.setFont(theme.font("axis"))
        painter.setPen(theme.t2)
        few, many = heat_ends(self._told, self.ctx.t)
        ends = QRectF(left, 12, wide, 16)
        painter.drawText(ends, MIDDLE, few)
        painter.drawText(ends, RIGHT, many)
        for i, words in enumerate(heat_words(self._told, self.ctx.t)):
            painter.drawText(QRectF(left, 28 + 16 * i, wide + PAD, 16), MIDDLE, words)


def heat_ends(told: HeatTold, t: Texts) -> tuple[str, str]:
    """The words at the two ends of the ramp."""
    if told.unit:
        return t("layers.heat_few"), t("layers.heat_many", n=f"{told.full:g} {told.unit}")
    return t("layers.heat_few"), t(f"layers.heat_many_{told.subject}", n=f"{told.full:,.0f}")


def heat_words(told: HeatTold, t: Texts) -> tuple[str, str]:
    """What is counted; since when, and within which distance."""
    what = t("layers.heat_values" if told.unit else f"layers.heat_{told.subject}")
    near = f"{told.metres / 1000:g} km" if told.metres >= 1000 else f"{told.metres} m"
    since = t("layers.heat_since", since=full_stamp(told.since)[5:16]) if told.since else ""
    return what, " · ".join(part for part in (since, t("layers.heat_within", near=near)) if part)


def paint_ramp(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """The colours of heat over the map's land, from little to the most."""
    look = theme.map.of("heat") if "heat" in theme.map.names() else {"ramp": HEAT, "alpha": HEAT_ALPHA}
    shades = QLinearGradient(box.topLeft(), box.topRight())
    colors = [QColor(look["ramp"][0]), *(QColor(color) for color in look["ramp"])]
    for i, (color, alpha) in enumerate(zip(colors, (0.0, *look["alpha"]), strict=True)):
        color.setAlphaF(alpha)
        shades.setColorAt(i / (len(colors) - 1), color)
    painter.fillRect(box, theme.map.color("land"))
    painter.fillRect(box, shades)
    painter.setPen(theme.line2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
