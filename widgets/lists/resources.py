"""附近资源: cameras and sensors that stand nearest to a place along the streets, with what they say now."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.ports import Resource
from cockpit.model.tables import CameraState
from widgets.kit.buttons import button
from widgets.kit.icons import draw_icon
from widgets.lists.nearby import NearbyBlock, metres_words, walk_words
from widgets.lists.page import Block, Desk
from widgets.lists.parts import Row, SectionHead, Sentence
from widgets.lists.question import Question
from widgets.lists.words import joined, number

FEW = 3
WALK = 1.4
"""Metres a second on foot."""
SAID_AGAIN = 15 * SECOND
_ICONS = {"sensor": "ruler", "camera": "camera"}
_OWN_ICON = "layers"
"""Of what stands in layers of one's own: stores, shelters, hydrants."""


class ResourcesBlock(Block):
    """The section of a page.

    Attributes:
        found: what was answered, by topic, the nearest first.
    """

    def __init__(
        self, desk: Desk, lon: float, lat: float, ways: NearbyBlock, parent: QWidget, folded: bool = False
    ) -> None:
        """
        Args:
            ways: of the same page; it owns what ways the map shows.
            folded: nothing is asked before somebody wants to know.
        """
        super().__init__(parent)
        self.found: dict[str, list[Resource]] = {}
        self._desk, self._place, self._ways = desk, (lon, lat), ways
        self._all: set[str] = set()
        self._rows: dict[tuple[str, str], Row] = {}
        self._pointed = self._chosen = ("", "")
        self._said_at = 0
        self._why: Message | None = None
        self._asked: tuple[str, ...] = ()
        ways.picked.connect(self._let_go)
        if folded:
            self.fill([button(desk.ctx.t("places.show_resources"), self.unfold, "quiet")])
        else:
            self._ask()

    def unfold(self) -> None:
        """Asks, and lists what comes."""
        at_it = bool(self.parts) and self.parts[0].hasFocus()
        self._ask()
        if at_it:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setFocus()  # Tab goes on from here to the rows

    def _ask(self) -> None:
        lon, lat = self._place
        if math.isfinite(lon) and math.isfinite(lat):
            own = self._desk.ctx.records.spots()
            self._asked = (*own, *_ICONS)
            for topic in self._asked:
                question = Question(self, partial(self._came, topic))
                self._desk.ctx.nearby.resources(lon, lat, topic, question.answer, own.get(topic))
        self._show()

    def age_tick(self) -> None:
        """What they say is said anew now and then, unless somebody is at a row."""
        if self.found and not self._pointed[1] and self._desk.ctx.clock.wall() - self._said_at >= SAID_AGAIN:
            self._show()

    def _came(self, topic: str, said: list[Resource] | Message) -> None:
        if isinstance(said, Message):
            self._why = said
        else:
            self.found[topic] = said
        self._show()

    def _show(self) -> None:
        t, theme = self._desk.ctx.t, self._desk.ctx.theme
        self._said_at = self._desk.ctx.clock.wall()
        self._rows = {}
        parts: list[QWidget] = [SectionHead(theme, t("places.resources"), lambda: t("lists.nearby_along"))]
        if not math.isfinite(self._place[0]):
            parts.append(Sentence(theme, t("places.no_place"), "t3", "small"))
        elif self._why is not None:
            parts.append(Sentence(theme, t(self._why), "t3", "small"))
        elif len(self.found) < len(self._asked):
            parts.append(Sentence(theme, t("lists.nearby_loading"), "t3", "small"))
        elif not any(self.found.values()):
            parts.append(Sentence(theme, t("places.no_resources"), "t3", "small"))
        else:
            for topic in self._asked:
                parts += self._of(topic)
        self.fill(parts)

    def _of(self, topic: str) -> list[QWidget]:
        found = self.found[topic]
        few = len(found) if topic in self._all or len(found) <= FEW + 1 else FEW
        parts: list[QWidget] = []
        for one in found[:few]:
            row = self._row(one)
            if row is not None:
                parts.append(row)
        if few < len(found):
            kind = topic if topic in _ICONS else "own"
            words = self._desk.ctx.t(f"places.more_{kind}", n=len(found) - few)
            parts.append(button(words, partial(self._show_all, topic), "quiet"))
        return parts

    def _show_all(self, topic: str) -> None:
        self._all.add(topic)
        self._show()
        row = self._rows.get((topic, self.found[topic][FEW].key))
        if row is not None:
            row.setFocus()

    def _row(self, one: Resource) -> Row | None:
        ctx, item = self._desk.ctx, (one.topic, one.key)
        said = self._words(*item)
        if said is None:  # it has left since
            return None
        title, under, works = said
        theme = ctx.theme

        def draw(painter: QPainter, rect: QRectF) -> None:
            ink = theme.t1 if works else theme.t3
            draw_icon(painter, rect.adjusted(3, 3, -3, -3), _ICONS.get(one.topic, _OWN_ICON), ink, 1.75)

        minutes = walk_words(one.metres / WALK, True, ctx.t)
        row = Row(theme, draw, title, under, metres_words(one.metres, ctx.t), minutes, not works)
        row.pointed.connect(partial(self._point, item))
        row.picked.connect(partial(self._choose, item))
        row.opened.connect(partial(ctx.selection.select, *item))
        row.mark(item == self._chosen)
        self._rows[item] = row
        return row

    def _words(self, topic: str, key: str) -> tuple[str, str, bool] | None:
        """Name, state, and whether it works; None for what is not there any more."""
        desk, t = self._desk, self._desk.ctx.t
        if topic not in _ICONS:
            record = desk.ctx.records.of(topic, key)
            return (record.title, record.under, True) if record is not None else None
        thing: dict[str, Any] | None = desk.ctx.picture[topic].get(key)
        if thing is None:
            return None
        if topic == "camera":
            online = int(thing["state"]) == CameraState.ONLINE
            return thing["name"] or t("lists.camera"), t(f"lists.camera_{'online' if online else 'offline'}"), online
        kind, value = desk.ctx.pack.sensor_kind(thing["kind"]), float(thing["value"])
        known = math.isfinite(value)
        said = f"{number(value)} {thing['unit'] or kind.unit}".strip() if known else t("lists.no_value")
        words = f"{t.pack(kind.name)} {said}"
        return thing["name"] or t.pack(kind.name), joined(words, desk.age(int(thing["measured"]))), known

    def _point(self, item: tuple[str, str], at_it: bool) -> None:
        if not at_it and item != self._pointed:
            return
        self._pointed = item if at_it else ("", "")
        self._desk.ctx.selection.hover(*self._pointed)
        self._show_way()

    def _choose(self, item: tuple[str, str]) -> None:
        """Its way stands out on the map; the same again lets it go."""
        chosen = ("", "") if item == self._chosen else item
        self._ways.show_chosen("")
        self._chosen = chosen
        self._mark()
        self._show_way()

    def _let_go(self, _unit: str) -> None:
        if self._chosen[1]:
            self._chosen = ("", "")
            self._mark()
            self._show_way()

    def _mark(self) -> None:
        for item, row in self._rows.items():
            row.mark(item == self._chosen)

    def _show_way(self) -> None:
        item = self._pointed if self._pointed[1] else self._chosen
        found = (one for of in self.found.values() for one in of if (one.topic, one.key) == item)
        one = next(found, None)
        self._ways.show_beside((one.key, one.path) if one is not None and one.path else None)
