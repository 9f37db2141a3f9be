"""排名: areas, kinds or channels by how much there is of them; or a vital sign by area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.messages import Message
from widgets.lists.areas import DISTRICT
from widgets.lists.words import joined
from widgets.signs.board import Item, SignBoard
from widgets.signs.words import SignWords
from widgets.wall.barrows import BarRow, draw_bars, room_for
from widgets.wall.counting import CountPanel
from widgets.wall.kit import PanelState
from widgets.wall.signed import age_of_all, level, tells


class WallRank(CountPanel):
    """Attributes:
    rows: what is ranked, the first first. unit: of all of them.
    """

    panel_id: ClassVar[str] = "wallrank"
    title_id: ClassVar[str] = "wallkit.rank"
    topics: ClassVar[frozenset[str]] = CountPanel.topics | {"sign"}
    options: ClassVar[Mapping[str, Any]] = {"of": "events", "by": "area", "sign": "", "most": 0, "lowest": False}
    ample: ClassVar[tuple[float, float]] = (20, 12)

    def begin(self) -> None:
        super().begin()
        self.board = SignBoard(self.ctx.picture["sign"], self.areas, self.ctx.pack.code)
        self.rows: list[BarRow] = []
        self.unit = ""
        self._items: list[Item] = []

    def seen(self) -> object:
        return repr(self.rows)

    def title(self) -> str:
        if self.chosen["title"]:
            return super().title()
        if self.chosen["sign"]:
            return joined(self.sign_words().name(self.board.told.sign(self.chosen["sign"])), self._area_words())
        by = self.chosen["by"]
        return self.ctx.t(Message("wallkit.rank_by", {"by": Message(f"wallkit.by_{by}"), "of": self.of_words()}))

    def look(self) -> None:
        code = self.chosen["sign"]
        if not code:
            super().look()
            return
        if not tells(self, self.board, code):
            return
        self.show_content()
        self._rank_sign(code)
        self._say_age()
        self.setAccessibleName(self.headline())

    def _rank_sign(self, code: str) -> None:
        """A sign in the districts or streets of the area, the one that stands worst first."""
        below = [self.area]
        if self.chosen["by"] == "area" and self.area == self.ctx.pack.code:
            below = [area.code for area in self.areas.children(self.area)] or below
        items = [item for area in below for item in self.board.in_areas(code, area)]
        items = items or self.board.in_areas(code, self.area)
        sign = self.board.told.sign(code)
        more_first = (sign.direction != "up") != bool(self.chosen["lowest"])
        known = [item for item in items if item.known]
        known.sort(key=lambda item: (-item.value if more_first else item.value, item.area))
        self._items, self.unit = known, self.ctx.t.unit(sign.unit)
        now, words = self.ctx.clock.now(), self.sign_words()
        self.rows = [
            BarRow(
                _short(words.area(one.area)),
                round(one.value, sign.decimals),
                words.value(sign, one.value),
                level(one),
                one.old(now),
            )
            for one in known
        ]
        self.set_facts(words.unit(sign) or None)
        if not known:
            named = {"name": words.name(sign)}
            self.show_state(PanelState.EMPTY, Message("wallkit.no_areas", named), (Message("wallkit.no_areas_way"),))
        elif len(known) > 1 and not any(row.value for row in self.rows):
            self.show_state(PanelState.EMPTY, Message("wallkit.all_nought", {"n": len(known)}))

    def count(self) -> None:
        self._items = []
        counts = sorted(self.counts(), key=lambda one: (one.n if self.chosen["lowest"] else -one.n, one.key))
        old = self.old
        self.rows = [BarRow(one.name, one.n, f"{one.n:,}", one.level % 5, old) for one in counts]
        total = sum(one.n for one in counts)
        self.set_facts(Message("wallkit.total", {"n": f"{total:,}"}))
        if not counts:
            self.say_none()

    def _say_age(self) -> None:
        if not self.chosen["sign"]:
            super()._say_age()
            return
        now = self.ctx.clock.now()
        if not self._items:
            self.set_age(None)
            return
        self.set_age(*age_of_all(self._items, now))

    def sign_words(self) -> SignWords:
        return SignWords(self.ctx.t, self.ctx.pack, self.areas)

    def _area_words(self) -> str:
        tier = self.ctx.pack.tiers
        if self.area != self.ctx.pack.code:
            return self.sign_words().area(self.area) if self.chosen["area"] else ""
        which = 2 if self.chosen["by"] == "area" else DISTRICT
        return self.ctx.t.pack(tier[which]) if len(tier) > which else ""

    def paint(self, painter: QPainter, box: QRectF) -> None:
        most = int(self.chosen["most"]) or room_for(box, self.type)
        draw_bars(painter, box, self.rows[:most], self.type, self.theme)


def _short(name: str) -> str:
    return name.removesuffix("街道") if len(name) > 3 else name


PANELS = {"wallrank": WallRank}
