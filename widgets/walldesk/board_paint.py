"""Draws the plan of a scene: screens, places with what they hold, what is chosen, what a hand drags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from cockpit.model.wall import Place, Placed, Wall
from cockpit.model.wall_boxes import Divider
from cockpit.model.wall_diff import marked
from cockpit.model.wall_edit import Side
from cockpit.model.wall_solve import empty_screens
from widgets.kit.focus import draw_focus
from widgets.walldesk.dragged import side_rect
from widgets.walldesk.editing import Editing
from widgets.walldesk.glyphs import draw_glyph
from widgets.walldesk.kinds import group_of, name_id
from widgets.walldesk.mini import scaled
from widgets.walldesk.unfit import size, too_small

_GLYPH = (96.0, 44.0)


@dataclass(frozen=True)
class Held:
    """What a hand holds, or is over.

    Attributes:
        over: a divider under the pointer. divider: one that is dragged, placed: what comes of it.
        moved: id of a place that is dragged, to a `side` of `target`; at: where the pointer is.
    """

    over: Divider | None = None
    divider: Divider | None = None
    placed: tuple[Placed, ...] = field(default=())
    moved: str = ""
    target: str = ""
    side: Side = "middle"
    at: QPointF | None = None


class BoardPainter:
    """Draws one board."""

    def __init__(self, edit: Editing, large: bool) -> None:
        self._edit, self._hand, self._large = edit, edit.hand, large

    def paint(self, painter: QPainter, box: QRectF, scale: float, held: Held, focused: bool) -> None:
        ctx, wall, scene = self._hand.ctx, self._hand.wall, self._edit.scene
        theme = ctx.theme
        if wall is None or scene is None:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.t2)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), ctx.t("walldesk.no_scene"))
            return
        painter.fillRect(box, theme.bg)
        for screen in wall.screens:
            at = scaled(screen.at, box, scale)
            painter.fillRect(at, theme.s1)
        other = marked(self._hand.published(scene.id), scene) if self._edit.draft is not None else frozenset()
        placed = held.placed or self._edit.placed()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for one in placed:
            self._ground(painter, scaled(one.at, box, scale), one.place)
        if len(wall.screens) > 1:
            pen = QPen(theme.chart2, 1)
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            for screen in wall.screens:
                painter.drawRect(scaled(screen.at, box, scale).adjusted(0, 0, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._large:
            self._empty(painter, box, scale, placed, wall)
        for one in placed:
            self._words(painter, scaled(one.at, box, scale), one, one.place.id in other)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._held(painter, box, scale, held, placed)
        chosen = ctx.walling.places
        for i, id in enumerate(chosen):
            rect = next((scaled(one.at, box, scale) for one in placed if one.place.id == id), None)
            if rect is not None:
                draw_focus(painter, rect, theme)
                if i == 0 and focused:
                    pen = QPen(theme.t1, 1)
                    pen.setDashPattern([2, 2])
                    painter.setPen(pen)
                    painter.drawRect(rect.adjusted(4, 4, -5, -5))
        if focused and not chosen:
            draw_focus(painter, box, theme)

    def _held(self, painter: QPainter, box: QRectF, scale: float, held: Held, placed: tuple[Placed, ...]) -> None:
        theme = self._hand.ctx.theme
        over = held.over if held.divider is None else None
        if over is not None:
            rect = scaled(over.at, box, scale)
            middle = rect.center()
            bar = (
                QRectF(middle.x() - 1.5, rect.top(), 3, rect.height())
                if over.along == "columns"
                else QRectF(rect.left(), middle.y() - 1.5, rect.width(), 3)
            )
            painter.fillRect(bar, theme.acc)
        target = next((scaled(one.at, box, scale) for one in placed if one.place.id == held.target), None)
        if target is not None:
            tint = theme.acc
            tint.setAlphaF(0.3)
            painter.fillRect(side_rect(target, held.side), tint)
        if held.moved and held.at is not None:
            source = next((one for one in placed if one.place.id == held.moved), None)
            if source is not None:
                ghost = QRectF(held.at.x() - 60, held.at.y() - 16, 120, 32)
                painter.fillRect(ghost, theme.s3)
                painter.setPen(QPen(theme.acc, 1))
                painter.drawRect(ghost)
                painter.setFont(theme.font("small"))
                painter.setPen(theme.t1)
                painter.drawText(ghost, int(Qt.AlignmentFlag.AlignCenter), self.name(source.place))

    def name(self, place: Place) -> str:
        """What a place is called: its panel."""
        t = self._hand.ctx.t
        if not place.panel:
            return t("walldesk.empty_place")
        title = place.options.get("title")
        if isinstance(title, str) and title:
            return title
        if isinstance(title, dict) and isinstance(title.get("zh"), str):
            return t.pack(title)
        named = name_id(place.panel)
        return t(named) if named else place.panel

    def _ground(self, painter: QPainter, rect: QRectF, place: Place) -> None:
        theme = self._hand.ctx.theme
        group = group_of(place.panel) if place.panel else ""
        chosen = place.id in self._hand.ctx.walling.places
        fill = theme.acc_bg if chosen else theme.map.color("water") if group == "map" else theme.s2
        pen = QPen(theme.line2, 1)
        if not place.panel:
            pen.setDashPattern([4, 3])
            fill = theme.bg
        painter.fillRect(rect, fill)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _words(self, painter: QPainter, rect: QRectF, one: Placed, other: bool) -> None:
        theme, place = self._hand.ctx.theme, one.place
        font = theme.font("row_title" if self._large else "small", 700 if self._large else 400)
        metrics = QFontMetricsF(font)
        inner = rect.adjusted(6, 4, -6, -4)
        notes = self._notes(one) if self._large else []
        while notes and metrics.height() + 18 * len(notes) > inner.height():
            notes.pop()
        high = metrics.height() + 18 * len(notes)
        glyph = (
            self._large and bool(place.panel) and inner.height() > high + _GLYPH[1] + 14 and inner.width() > _GLYPH[0]
        )
        y = inner.center().y() - (high + (_GLYPH[1] + 10 if glyph else 0)) / 2
        if glyph:
            box = QRectF(inner.center().x() - _GLYPH[0] / 2, y, *_GLYPH)
            draw_glyph(painter, box, place.panel, theme)
            y += _GLYPH[1] + 10
        painter.setFont(font)
        painter.setPen(theme.t1 if place.panel else theme.t2)
        words = metrics.elidedText(self.name(place), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(
            QRectF(inner.left(), y, inner.width(), metrics.height()), int(Qt.AlignmentFlag.AlignCenter), words
        )
        y += metrics.height()
        small = theme.font("small")
        for shorter, token in notes:
            if y + 18 > inner.bottom():
                break
            painter.setFont(small)
            painter.setPen(theme[token])
            metrics = QFontMetricsF(small)
            words = next((one for one in shorter if metrics.horizontalAdvance(one) <= inner.width()), shorter[-1])
            cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
            parts = words.split(" × ") if cut != words and token == "yellow_text" else []
            lines = [parts[0], f"× {parts[1]}"] if len(parts) == 2 and y + 36 <= inner.bottom() else [cut]
            for line in lines:
                painter.drawText(QRectF(rect.left(), y, rect.width(), 18), int(Qt.AlignmentFlag.AlignCenter), line)
                y += 18
        if other and rect.width() > 16:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.orange_text)
            painter.drawEllipse(QPointF(rect.right() - 9, rect.top() + 9), 3.5, 3.5)

    def _empty(self, painter: QPainter, box: QRectF, scale: float, placed: tuple[Placed, ...], wall: Wall) -> None:
        """Screens on which nothing of the scene lies say so."""
        theme, empty = self._hand.ctx.theme, empty_screens(placed, wall)
        painter.setFont(theme.font("small"))
        painter.setPen(theme["yellow_text"])
        for screen in wall.screens:
            if screen.id in empty:
                words = self._hand.ctx.t("walldesk.empty_screens", screens=str(screen.id))
                wrapped = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
                painter.drawText(scaled(screen.at, box, scale).adjusted(6, 4, -6, -4), wrapped, words)

    def _notes(self, one: Placed) -> list[tuple[Sequence[str], str]]:
        """What else is said of a place: its size, whether it is too small to be read, what it follows.

        Each in words that need less and less room.
        """
        t, wall = self._hand.ctx.t, self._hand.wall
        if wall is None or not one.place.panel:
            return []
        has = size(one.at.w, one.at.h)
        found: list[tuple[Sequence[str], str]] = [((has,), "t2")]
        for _, wanted in too_small((one,), wall):
            least = size(*wanted)
            shorter = (t("walldesk.too_small", has=has, least=least), t("walldesk.at_least", least=least), f"≥ {least}")
            found = [(shorter, "yellow_text")]
        if one.place.follows:
            found.append(((t(f"walldesk.follows_{one.place.follows}"),), "acc"))
        return found
