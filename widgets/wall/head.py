"""The head of a wall: whose wall it is and what it shows, the mode, the day, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model import ages
from widgets.lists.words import joined
from widgets.wall.kit import WallPanel
from widgets.wall.paint import draw_frame, draw_mark, draw_words, fitted
from widgets.wall.sizes import WallType, wide

_GROWN = 2.2
"""How many times larger than it must be its type becomes at the most."""

_NARROWED = frozenset({"area", "about", "time"})


class WallHead(WallPanel):
    """It has no frame and no title line; where there is no room the mode goes first, then the day."""

    panel_id: ClassVar[str] = "wallhead"
    headed: ClassVar[bool] = False
    options: ClassVar[Mapping[str, Any]] = {"frame": False, "seconds": True, "mode": True, "date": True}

    def begin(self) -> None:
        self._shown: tuple[str, ...] = ()

    def title(self) -> str:
        return joined(self._named(), self.narrowed_words(_NARROWED))

    def _shorter(self) -> list[str]:
        """Less and less of the title; the last is that which has to be there."""
        sight, narrowed = self.ctx.wall, self.narrowed_words(_NARROWED)
        scene = self.ctx.t.pack(sight.scene_name) if sight is not None and sight.scene_name else ""
        return [joined(scene, narrowed), narrowed or scene or self._named()]

    def _named(self) -> str:
        own = super().title()
        if own:
            return own
        sight = self.ctx.wall
        t = self.ctx.t
        scene = t.pack(sight.scene_name) if sight is not None and sight.scene_name else ""
        return joined(t.pack(self.ctx.pack.name), scene)

    def look(self) -> None:
        self._shown = self.said_now()

    def said_now(self) -> tuple[str, str, str, str]:
        """Title, mode, day and time as they are now."""
        now, t = self.ctx.clock.now(), self.ctx.t
        sight = self.ctx.wall
        mode = sight.mode if sight is not None and self.chosen["mode"] else None
        day = t(ages.date_words(now)) if self.chosen["date"] else ""
        time = ages.clock_time(now) if self.chosen["seconds"] else ages.hour_minute(now)
        return self.title(), t.pack(mode.name) if mode is not None else "", day, time

    def age_tick(self) -> None:
        super().age_tick()
        said = self.said_now()
        if said != self._shown:
            self._shown = said
            self.setAccessibleName(said[0])
            self.update()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        said = self.said_now()
        base = self.base
        pad = 0.0 if self.chosen["frame"] else base.gap
        box = box.adjusted(pad, 0, -pad, 0)
        one_row = self._fitting(box, *said)
        if one_row is None and box.height() >= base.clock * 1.1 + base.row * 1.4:
            self._two_rows(painter, box, *said)
        else:
            self._one_row(painter, box, one_row or base, *said)

    def _fitting(self, box: QRectF, title: str, mode: str, day: str, time: str) -> WallType | None:
        """The largest sizes in which all of it stands beside each other, None if none are; not much of a height."""
        base = self.base
        if box.height() > base.row * 10 and box.width() < box.height() * 3:
            return None
        most = min(box.height() / (base.clock * 1.2), _GROWN)
        for by in (2.2, 2.0, 1.8, 1.6, 1.4, 1.2, 1.0):
            kind = base.grown(by)
            need = wide(title, kind.panel * 1.35, True) + wide(time, kind.clock, True) + kind.row * 1.5
            need += wide(day, kind.row) + kind.row * 0.5 if day else 0
            need += self._mode_width(mode, kind) + kind.row * 0.5 if mode else 0
            if need <= box.width() and (by <= most or by == 1.0):
                return kind
        return None

    def _one_row(
        self, painter: QPainter, box: QRectF, kind: WallType, title: str, mode: str, day: str, time: str
    ) -> None:
        theme = self.theme
        clock = min(kind.clock, max(box.height() * 0.66, kind.min))
        head = min(round(kind.panel * 1.35), max(box.height() * 0.66, kind.min))
        gap = kind.row * 0.5
        clock_w = wide(time, clock, True)
        day_w = wide(day, kind.row) + gap if day else 0.0
        mode_w = self._mode_width(mode, kind)
        if self.chosen["seconds"] and wide(title, head, True) + gap + clock_w > box.width():
            time = time.rpartition(":")[0]  # whole names before seconds
            clock_w = wide(time, clock, True)
            room = box.width() - gap - clock_w
            if wide(title, head, True) > room and not self.chosen["title"]:
                title = next((one for one in self._shorter() if wide(one, head, True) <= room), self._shorter()[-1])
        room = box.width() - wide(title, head, True) - gap - clock_w
        if mode and day_w + mode_w + gap > room:
            mode, mode_w = "", 0.0
        if day_w > room:
            day, day_w = "", 0.0
        draw_words(painter, box, time, clock, theme.t1, True, "right")
        right = box.right() - clock_w - gap
        if day:
            row = QRectF(box.left(), box.top(), right - box.left(), box.height())
            draw_words(painter, row, day, kind.row, theme.t2, side="right")
            right -= day_w
        head_w = right - box.left() - (mode_w + gap if mode else 0)
        head = fitted(title, head_w, head, kind.min, True)
        took = draw_words(painter, QRectF(box.left(), box.top(), head_w, box.height()), title, head, theme.t1, True)
        if mode:
            self._mode(painter, QRectF(box.left() + took + gap, box.top(), mode_w, box.height()), mode, kind)

    def _two_rows(self, painter: QPainter, box: QRectF, title: str, mode: str, day: str, time: str) -> None:
        theme, base = self.theme, self.base
        kind = base.grown(min(box.width() / (base.row * 22), box.height() / (base.row * 7), _GROWN))
        share = box.height() * 0.44
        above = QRectF(box.left(), box.top(), box.width(), share)
        mode_w = self._mode_width(mode, kind)
        head_w = box.width() - (mode_w + kind.pad if mode else 0)
        if mode and head_w < wide(title, kind.panel, True):
            mode, head_w = "", box.width()
        head = fitted(title, head_w, min(share * 0.62, kind.clock), kind.min, True)
        draw_words(painter, QRectF(above.left(), above.top(), head_w, share), title, head, theme.t1, True)
        if mode:
            self._mode(painter, QRectF(above.right() - mode_w, above.top(), mode_w, share), mode, kind)
        below = QRectF(box.left(), box.top() + share, box.width(), box.height() - share)
        most, day_w = min(below.height() * 0.72, kind.hero * 1.6), wide(day, kind.row) + kind.pad * 2 if day else 0.0
        clock = fitted(time, below.width() - day_w, most, kind.row, True)
        if clock < min(base.clock, most):
            clock = fitted(time, below.width(), most, kind.row, True)
        took = draw_words(painter, below, time, clock, theme.t1, True)
        if day and took + kind.pad * 2 + wide(day, kind.row) <= below.width():
            draw_words(painter, below, day, kind.row, theme.t2, side="right")

    def _mode_width(self, mode: str, kind: WallType) -> float:
        if not mode:
            return 0.0
        accent = self._accent()
        return wide(mode, kind.row, True) + kind.pad * 1.6 + (kind.row * 1.2 if accent else 0.0)

    def _accent(self) -> int:
        sight = self.ctx.wall
        accent = sight.mode.accent if sight is not None and sight.mode is not None else 0
        return accent if 1 <= accent <= 4 else 0

    def _mode(self, painter: QPainter, box: QRectF, mode: str, kind: WallType) -> None:
        """The mode as a word in a frame, with the sign and colour of its level where it has one."""
        theme, accent = self.theme, self._accent()
        high = min(box.height(), kind.row * 1.56)
        tag = QRectF(box.left(), box.center().y() - high / 2, box.width(), high)
        edge, fill = (theme.level(accent), theme.level(accent, "tint")) if accent else (theme.line2, theme.s2)
        draw_frame(painter, tag, fill, edge, kind.hair, kind.radius)
        x = tag.left() + kind.pad * 0.8
        if accent:
            side = kind.row * 0.92
            draw_mark(painter, QRectF(x, tag.center().y() - side / 2, side, side), accent, theme)
            x += kind.row * 1.2
        draw_words(painter, QRectF(x, tag.top(), tag.right() - x, high), mode, kind.row, theme.t1, True)


PANELS = {"wallhead": WallHead}
