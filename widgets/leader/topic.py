"""The page of a topic: its numbers as tiles, and its headline district by district; a score's page are its signs."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.insight import Answer, AskFigure, AskTrend, Trend
from cockpit.model.insight import Figure as Told
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.model.scopewords import measure_words, span_words
from cockpit.model.spans import span_of
from cockpit.model.topics import Figure, Topic
from cockpit.picture.selection import Selection
from widgets.ask.pintiles import PinTiles
from widgets.kit.context import PanelContext
from widgets.kit.panel import PanelState
from widgets.leader.days import Days
from widgets.leader.districts import Districts
from widgets.leader.grid import TileGrid
from widgets.leader.ground import TOPIC, LeaderPanel, topics_of
from widgets.leader.making import of_figure, of_sign
from widgets.leader.minding import Minding
from widgets.leader.tile import Tile
from widgets.lists.question import Question
from widgets.lists.words import joined
from widgets.signs.score import dimensions_of, scored, worth

SCORE = "score/"
"""Begins the id of a page that says what a score of the index is made from."""
AGAIN, SOON = MINUTE, 10 * SECOND
"""Between two questions to the archive, and where it changed."""


class TopicPage(LeaderPanel):
    """Attributes:
    topic: that is shown: the one selected; at home the pack's first; on the way that which was shown last.
    """

    panel_id: ClassVar[str] = "topic"
    title_id: ClassVar[str] = "leader.topic"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.topic: Topic | None = None
        self._figures: dict[Scope, Told] = {}
        self._trends: dict[Scope, Trend] = {}
        self._asked: dict[Scope, tuple[int, int]] = {}
        self.days = Days(ctx, self._came, self)
        self._scroll = QScrollArea(self.content)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        self._scroll.setWidget(page)
        page.setAutoFillBackground(False)  # which the area has just set
        self.grid = TileGrid(ctx, 4, page)
        self.grid.picked.connect(self._pick)
        self.minding = Minding(ctx, self.grid, self.look_now, self)
        self.asked = PinTiles(ctx, self.grid, self._pinned, self)
        self.districts = Districts(ctx, page)
        self.districts.picked.connect(self._pick_district)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.grid, 3)
        column.addWidget(self.districts, 2)
        outer = QVBoxLayout(self.content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
        ctx.selection.subscribe(self._selected)

    def _selected(self, selection: Selection) -> None:
        if selection.topic == TOPIC:
            self.look_now()

    def _walked(self, drill: object) -> None:
        super()._walked(drill)
        if self.ctx.drill is not None and not self.ctx.drill.depth and self.topic is not None:
            self.look_now()

    # -- which

    def chosen(self) -> Topic | None:
        """The topic that is selected now."""
        ctx = self.ctx
        id = ctx.selection.key if ctx.selection.topic == TOPIC else ""
        if id.startswith(SCORE):
            return self._score(id)
        known = topics_of(ctx)
        shown = self.topic if ctx.drill is not None and ctx.drill.depth else None  # home is the first one's page
        return known.topic(id) or shown or next(iter(known.topics), None)

    @property
    def _home(self) -> str:
        """Id of the first topic, on whose page what a person keeps lies."""
        return next((topic.id for topic in topics_of(self.ctx).topics), "")

    def _pinned(self) -> None:
        if not self.failed and self.topic is not None and self.topic.id == self._home:
            self.look_now()

    def _score(self, id: str) -> Topic | None:
        """What a dimension is made from, what stands worst first."""
        told = self.board.told
        name = id.removeprefix(SCORE)
        found = [one for one in dimensions_of(told, ()) if one.name["zh"] == name]
        made = scored(told, found, self.item, self.ctx.clock.now())
        if not made:
            return None
        items = sorted(made[0].items, key=lambda item: (worth(item) or 0.0, item.key))
        return Topic(id, made[0].name, tuple(Figure(item.sign.code) for item in items), "compass")

    # -- what it says

    @property
    def complete(self) -> bool:
        return (
            super().complete
            and not self.days.waiting
            and self.has_archive
            and self._figures.keys() >= self._asked.keys()
        )

    def look(self) -> None:
        topic = self.chosen()
        if topic is None:
            self.show_state(PanelState.EMPTY, Message("leader.no_topic"))
            return
        other = self.topic is None or topic.id != self.topic.id
        self.topic = topic
        ctx, followed = self.ctx, self.minding.pins.codes
        self.header.set_title(ctx.t.pack(topic.name))
        self.setAccessibleName(ctx.t.pack(topic.name))
        items, tiles = [], []
        for figure in self._fed(topic):
            if figure.sign and figure.sign in self.board.told.at:
                item = self.item(figure.sign)
                items.append(item)
                unfed = figure.sign in self.board.told.known.unfed
                tiles.append(of_sign(ctx, self.words, item, self.days, followed, unfed))
            elif figure.measure and (tile := self._of_measure(topic, figure)) is not None:
                tiles.append(tile)
        self.items = tuple(items)
        if topic.id == self._home:
            tiles = [*self.asked.tiles(), *tiles]
        self._say_facts(topic)
        if not tiles:
            said = Message("leader.topic_empty", {"name": ctx.t.pack(topic.name)})
            self.show_state(PanelState.EMPTY, said, (Message("leader.topic_empty_way"),))
            return
        self.days.want([item.key for item in items])
        self.grid.show_tiles(tiles)
        self._say_districts(topic)
        if other:
            self._scroll.verticalScrollBar().setValue(0)

    def _fed(self, topic: Topic) -> list[Figure]:
        """Its figures without signs that nothing is connected for; all of them where nothing else would be left."""
        unfed = self.board.told.known.unfed
        return [one for one in topic.figures if not one.sign or one.sign not in unfed] or list(topic.figures)

    def _say_facts(self, topic: Topic) -> None:
        drill, t = self.ctx.drill, self.ctx.t
        if drill is not None:
            span = span_words(drill.scope.span, t, self.ctx.clock.now())
            self.set_facts(joined(t.pack(topic.name), self.words.area(self.area), span))

    def _say_districts(self, topic: Topic) -> None:
        """The headline in the areas right below the one that is looked at."""
        heads = [topic.by_area, *(figure.sign for figure in topic.figures)]
        for code in heads:
            below = self.board.in_areas(code, self.area) if code in self.board.told.at else []
            known = [item for item in below if item.known]
            if len(known) > 1:
                known.sort(key=lambda item: (-item.value, item.area))
                self.days.want([item.key for item in (*self.items, *known)])
                sign = known[0].sign
                unit = self.words.unit(sign)
                words = "leader.by_area" if unit else "leader.by_area_plain"
                title = self.ctx.t(words, name=self.words.name(sign), unit=unit)
                self.districts.show_items(title, known, self.days, self.words)
                self.districts.show()
                return
        self.districts.hide()

    # -- measures of the archive

    def _of_measure(self, topic: Topic, figure: Figure) -> Tile | None:
        drill, insight = self.ctx.drill, self.ctx.insight
        if drill is None:
            return None
        scope = topic.scope(drill.scope).with_(measure=figure.measure, area=drill.scope.area)
        if figure.kinds or figure.stages:
            scope = scope.with_(kinds=figure.kinds or scope.kinds, stages=figure.stages)
        if figure.span and scope.span.word == "today":
            scope = scope.with_(span=span_of(figure.span, self.ctx.clock.now()))
        name = self.ctx.t.pack(figure.name) if figure.name else measure_words(figure.measure, self.ctx.t)
        key = f"measure/{topic.id}/{figure.measure}"
        if insight is None:
            return None
        self._ask(scope)
        told = self._figures.get(scope) or next(
            (one for at, one in reversed(self._figures.items()) if _like(at, scope)), None
        )
        if told is None:
            return Tile(key, name, "–", scope, known=False, note=self.ctx.t("leader.counting"))
        trend = self._trends.get(told.scope)
        return of_figure(self.ctx, self.words, key, told, trend, name)

    def _ask(self, scope: Scope) -> None:
        insight, now = self.ctx.insight, self.ctx.clock.now()
        assert insight is not None
        asked, version = self._asked.get(scope, (0, 0))
        again = AGAIN if insight.version == version else SOON
        if not insight.version or 0 <= now - asked < again:
            return
        self._asked[scope] = now, insight.version
        while len(self._asked) > 64:
            self._asked.pop(next(iter(self._asked)))
        while len(self._figures) > 64:
            self._figures.pop(next(iter(self._figures)))
        insight.ask(AskFigure(scope), Question(self, partial(self._figure, scope)).answer)
        insight.ask(AskTrend(scope), Question(self, partial(self._trend, scope)).answer)

    def _figure(self, scope: Scope, said: Answer | Message) -> None:
        if isinstance(said, Told):
            self._figures[scope] = said
            self._due = True

    def _trend(self, scope: Scope, said: Answer | Message) -> None:
        if isinstance(said, Trend):
            self._trends[scope] = said
            self.look_now()

    def on_wall(self) -> tuple[str, dict[str, list[str]]] | None:
        """What it is on a wall: its signs."""
        codes = [item.sign.code for item in self.items]
        return ("wallsigns", {"signs": codes}) if codes else None

    # -- the hand

    def _came(self) -> None:
        if not self.failed and self.topic is not None:
            self.look_now()

    def _pick(self, key: str) -> None:
        if self.asked.open(key):
            return
        tile = next((tile for tile in self.grid.tiles if tile.key == key), None)
        if tile is not None and tile.scope is not None:
            self.push(tile.scope)

    def _pick_district(self, key: str) -> None:
        self.go_into(self.board.item(key))


def _like(one: Scope, other: Scope) -> bool:
    """Whether two scopes differ by how late it is only."""
    return one.with_(span=other.span) == other and one.span.word == other.span.word


PANELS = {"topic": TopicPage}
