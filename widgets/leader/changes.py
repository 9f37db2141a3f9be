"""变化最大: what is followed, then what is most another than yesterday or than usual: signs, and classes by area."""

from __future__ import annotations

import math
from functools import partial
from typing import ClassVar

import numpy as np
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from cockpit.model.clock import DAY, MINUTE, SECOND
from cockpit.model.figures import signed
from cockpit.model.insight import Answer, AskChanges, AskTrend, Change, Changes, Trend
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.model.scopewords import kind_words
from cockpit.model.spans import span_of
from widgets.kit.context import PanelContext
from widgets.kit.panel import PanelState
from widgets.leader.days import Days
from widgets.leader.grid import TileGrid
from widgets.leader.ground import LeaderPanel
from widgets.leader.making import curve_of_trend, ends_of, of_sign
from widgets.leader.minding import Minding
from widgets.leader.tile import Tile
from widgets.lists.question import Question
from widgets.lists.words import joined
from widgets.signs.asked import LEVELS
from widgets.signs.board import Item

MOST = 6
LEAST_SCORE = 1.0
AGAIN, SOON = MINUTE, 10 * SECOND
"""Between two questions to the archive, and where it has told of nothing yet."""
_GRAVE = {1: 4.0, 2: 2.0, 3: 1.0, 4: 0.5}
"""What a level adds to how far a sign is off."""


class ChangesPanel(LeaderPanel):
    """Attributes:
    changes: classes by area that are another than usual, as the archive last said.
    """

    panel_id: ClassVar[str] = "changes"
    title_id: ClassVar[str] = "leader.changes"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.changes: tuple[Change, ...] = ()
        self._trends: dict[Scope, Trend | None] = {}
        self._asked_at = 0
        self._version = -1
        self._question: Question | None = None
        self.days = Days(ctx, self._came, self)
        self.grid = TileGrid(ctx, 2, self.content, MOST)
        self.minding = Minding(ctx, self.grid, self.look_now, self)
        self.grid.picked.connect(self._pick)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid)

    @property
    def area(self) -> str:
        """Of the whole city: that is where a leader looks for what changed."""
        return self.ctx.pack.code

    @property
    def complete(self) -> bool:
        asked = self.ctx.insight is None or (self._question is not None and not self._question.open)
        return super().complete and asked and not self.days.waiting

    def look(self) -> None:
        self._ask()
        fed = [self.item(sign.code) for sign in self.board.told.signs]
        fed = [item for item in fed if item.known]
        self.days.want([item.key for item in fed])
        followed = self.minding.pins.codes
        first = [item for item in fed if item.sign.code in followed]
        others = [(self.score(item), item) for item in fed if item.sign.code not in followed]
        scored: list[tuple[float, Item | Change]] = [pair for pair in others if pair[0] >= LEAST_SCORE]
        kinds: set[str] = set()
        for change in self.changes:
            if change.kind and change.kind not in kinds:  # one area of a class says it; signs are held here already
                kinds.add(change.kind)
                scored.append((abs(change.score), change))
        scored.sort(key=lambda pair: -pair[0])
        chosen: list[Item | Change] = [*first, *(one for _, one in scored)][:MOST]
        self.items = tuple(one for one in chosen if isinstance(one, Item))
        if not chosen:
            self._say_nothing(fed)
            return
        self.set_facts(Message("leader.than_yesterday"))
        tiles = [self._tile(one, followed) for one in chosen]
        self._ask_trends([one.scope for one in chosen if isinstance(one, Change)])
        self.grid.show_tiles(tiles)

    def _say_nothing(self, fed: list[Item]) -> None:
        """Why there is nothing: no answer yet, nothing known of yesterday, or nothing is another."""
        if self.days.waiting:
            self.show_state(PanelState.WAITING, Message("leader.changes_waiting"))
        elif any(math.isfinite(self.days.before(item.key)) for item in fed):
            self.show_state(PanelState.EMPTY, Message("leader.changes_none"))
        else:
            self.show_state(PanelState.EMPTY, Message("leader.no_yesterday"), (Message("leader.no_yesterday_way"),))

    def score(self, item: Item) -> float:
        """By how many of yesterday's deviations it is off, its level added; 0 where yesterday is not known."""
        before = self.days.before(item.key)
        if not math.isfinite(before):
            return 0.0
        curve, now = self.days.curve(item.key), self.ctx.clock.now()
        was = curve.value[(curve.at >= now - 2 * DAY) & (curve.at < now - DAY // 2)]
        was = was[np.isfinite(was)]
        spread = max(float(was.std()) if len(was) > 2 else 0.0, abs(before) * 0.08, 2 * 10.0**-item.sign.decimals)
        off = abs(item.value - before) / spread
        return min(off, 12.0) + (_GRAVE.get(item.level, 0.0) if item.level in LEVELS and off >= 0.5 else 0.0)

    def _tile(self, one: Item | Change, followed: frozenset[str]) -> Tile:
        if isinstance(one, Item):
            return of_sign(self.ctx, self.words, one, self.days, followed)
        return self._of_change(one)

    def _of_change(self, change: Change) -> Tile:
        """A class in an area, compared with the same weekday and hours of the weeks before."""
        ctx, t = self.ctx, self.ctx.t
        name = kind_words(change.kind, ctx.pack, t) if change.kind else change.name
        place = self.words.area(change.area or ctx.pack.code)
        by = change.value - change.usual
        told = f"{signed(by)} {t('insight.unit_case')}"
        usual = t("leader.usual", value=f"{change.usual:,.1f}")
        curve = curve_of_trend(self._trends.get(change.scope))
        tip = "\n".join((
            f"{name}  {change.value:,.0f} {t('insight.unit_case')}", joined(place, t("insight.span_today")),
            t("leader.tip_usual", n=change.weeks, value=f"{change.usual:,.1f}"), t("leader.from_archive"),
        ))  # fmt: skip
        return Tile(
            f"change/{change.kind}@{change.area}", name, f"{change.value:,.0f}", change.scope,
            t("insight.unit_case"), 0, told, usual, joined(place, t("insight.span_today")), curve=curve,
            ends=ends_of(curve), tip=tip,
        )  # fmt: skip

    # -- the archive

    def _ask(self) -> None:
        insight, now = self.ctx.insight, self.ctx.clock.now()
        if insight is None or not insight.version or (self._question is not None and self._question.open):
            return
        good = AGAIN if self.changes else SOON
        if 0 <= now - self._asked_at < good or insight.version == self._version:
            return
        self._version, self._asked_at = insight.version, now
        self._question = Question(self, self._told)
        insight.ask(AskChanges(Scope(span_of("today", now)), MOST * 3), self._question.answer)

    def _told(self, answer: Answer | Message) -> None:
        if isinstance(answer, Changes):
            self.changes = answer.changes
            known = {change.scope for change in self.changes}
            self._trends = {scope: trend for scope, trend in self._trends.items() if scope in known}
            self.look_now()

    def _ask_trends(self, scopes: list[Scope]) -> None:
        insight = self.ctx.insight
        for scope in scopes:
            if insight is not None and scope not in self._trends:
                self._trends[scope] = None
                question = Question(self, partial(self._trend, scope))
                insight.ask(AskTrend(scope), question.answer)

    def _trend(self, scope: Scope, said: Answer | Message) -> None:
        if isinstance(said, Trend) and scope in self._trends:
            self._trends[scope] = said
            self.look_now()

    def on_wall(self) -> tuple[str, dict[str, list[str]]] | None:
        """What it is on a wall: its signs."""
        codes = [item.sign.code for item in self.items]
        return ("wallsigns", {"signs": codes}) if codes else None

    # -- the hand

    def _came(self) -> None:
        if not self.failed:
            self.look_now()

    def _pick(self, key: str) -> None:
        tile = next((tile for tile in self.grid.tiles if tile.key == key), None)
        if tile is not None and tile.scope is not None:
            self.push(tile.scope)

    def fill_menu(self, menu: QMenu) -> None:
        tile = self.grid.current
        if tile is not None and tile.key.startswith("sign/"):
            menu.addAction(self.ctx.t("leader.do_follow")).triggered.connect(lambda: self.minding.follow(tile.key))


PANELS = {"changes": ChangesPanel}
