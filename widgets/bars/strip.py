"""The strip at the foot: feeds with their ages, outbox, alarm load, palette, switches, who sits here and the clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from cockpit.model.alarms import Load
from cockpit.model.freshness import Freshness
from widgets.bars.bar import Piece, TellingBar
from widgets.bars.feedchip import FeedChip, FeedCount
from widgets.bars.feeddetail import FeedDetail, FeedRates
from widgets.bars.outboxchip import OutboxChip
from widgets.bars.pieces import AlarmLoad, CityClockFace, PaletteField, Person, Switch
from widgets.calls import acts
from widgets.calls.chip import CountChip
from widgets.feeds.known import known_systems
from widgets.feeds.rates import rate_history
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState, Health, feed_states

PALETTE, SOUND, THEME, LANGUAGE, NAME = "desk.palette", "desk.sound", "desk.theme", "desk.language", "desk.name"
OUTBOX, BOARD = "desk.outbox", "desk.feeds"
MISSED, LETTERS = "call.log", "call.letters_of"
"""Actions that the strip runs. One that the seat has not is not shown."""
MOST = 12
"""Feeds that have a chip each. Of more only those in trouble have one, the worst first, and the count opens the board
of all."""
WORST = 5
"""Chips where there are more feeds than that."""


class Strip(TellingBar):
    """The strip, 44 px.

    Attributes:
        feeds: a chip a feed, in the pack's order; of many those in trouble, the worst first.
        detail: the popover of a feed, None while there is none.
    """

    panel_id: ClassVar[str] = "strip"
    topics: ClassVar[frozenset[str]] = frozenset({"outbox", "call", "letter"})
    """Of what is told at once; feeds and alarms are told each second."""
    top: ClassVar[bool] = True

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setFixedHeight(ctx.theme.space["strip_h"])
        self.feeds: list[FeedChip] = []
        self.detail: FeedDetail | None = None
        self._rates = FeedRates()
        self._systems = known_systems(ctx)
        self.count = FeedCount(ctx, self)
        self.count.clicked.connect(lambda: self._act(BOARD))
        self.outbox = OutboxChip(ctx, OUTBOX, self)
        self.missed = CountChip(ctx, MISSED, "phone", "callsui.chip_missed", lambda: len(acts.missed(ctx)), self)
        self.letters = CountChip(ctx, LETTERS, "message", "callsui.chip_letters", lambda: len(acts.unread(ctx)), self)
        self.load = AlarmLoad(ctx, self)
        self.palette_field = PaletteField(ctx, PALETTE, self)
        self.sound = Switch(ctx, SOUND, self._sound, self)
        self.theme = Switch(ctx, THEME, self._theme, self)
        self.language = Switch(ctx, LANGUAGE, lambda: ("language", "bars.language"), self)
        self.person = Person(ctx, NAME, self)
        self.clock = CityClockFace(ctx, self)
        self._tell()

    def gives_way(self) -> Sequence[tuple[Piece, int]]:
        live = [chip for chip in self.feeds[::-1] if chip.live]
        others = [chip for chip in self.feeds[::-1] if not chip.live]
        return (
            (self.palette_field, 1),
            (self.person, 1),
            (self.clock, 1),
            (self.load, 1),
            *((chip, 1) for chip in live),
            (self.count, 1),
            (self.outbox, 1),
            (self.letters, 1),
            (self.missed, 1),
            *((chip, 2) for chip in live),
            (self.load, 2),
            (self.person, 2),
            (self.outbox, 2),
            *((chip, 1) for chip in others),
            *((chip, 2) for chip in others),
        )

    def show_detail(self, feed: str) -> None:
        """Open the popover of a feed."""
        chip = next((chip for chip in self.feeds if chip.state.id == feed), None)
        if chip is None:
            return
        if self.detail is None:
            self.detail = FeedDetail(self.ctx, self)
        self.detail.tell(chip.state, self._rates.per_minute(feed))
        window = self.window()
        room = QRect(window.mapToGlobal(window.rect().topLeft()), window.size())
        self.detail.show_above(QRect(chip.mapToGlobal(chip.rect().topLeft()), chip.size()), room)

    def _tell(self) -> None:
        ctx = self.ctx
        states = feed_states(ctx)
        self._rates.note(states, ctx.clock.wall())
        rate_history(ctx).note(states, ctx.clock.wall())
        self._show_feeds(states if len(states) <= MOST else self._worst(states))
        self.count.tell(sum(state.state is Freshness.LIVE for state in states), len(states))
        load = ctx.alarms.load if ctx.alarms is not None else Load()
        last = load.hours[-1] if load.hours else 0
        self.load.tell(math.ceil(last / max(load.operators, 1)), bool(load.hours))
        for piece in (self.missed, self.letters, self.outbox, self.sound, self.theme, self.language, self.clock):
            piece.tell()
        right: list[Piece] = [
            self.missed, self.letters, self.outbox, self.load, self.palette_field, self.sound, self.theme,
            self.language, self.person, self.clock,
        ]  # fmt: skip
        self.set_pieces([self.count, *self.feeds], right)
        if self.detail is not None and self.detail.isVisible():
            shown = next((state for state in states if state.id == self.detail.feed), None)
            if shown is not None:
                self.detail.tell(shown, self._rates.per_minute(shown.id))

    def _show_feeds(self, states: list[FeedState]) -> None:
        """A chip a feed; a feed that is still there keeps its chip, and with it the focus."""
        old = {chip.state.id: chip for chip in self.feeds}
        self.feeds = []
        for state in states:
            chip = old.pop(state.id, None)
            if chip is None:
                chip = FeedChip(self.ctx, state, self)
                chip.clicked.connect(lambda _checked=False, id=state.id: self.show_detail(id))
            chip.tell(state)
            self.feeds.append(chip)
        for gone in old.values():
            gone.hide()
            gone.deleteLater()

    def _worst(self, states: list[FeedState]) -> list[FeedState]:
        """Those in trouble, the worst first, as many as the strip has room for, each with the name of its system."""
        self._systems.second()
        found = sorted((s for s in states if s.health < Health.WAITING), key=lambda s: (s.health, s.received))
        return [self._with_system(state) for state in found[:WORST]]

    def _with_system(self, state: FeedState) -> FeedState:
        system = self._systems.by_id.get(state.system)
        if system is None:
            return state
        name = {"zh": state.name} if isinstance(state.name, str) else state.name
        both = {lang: f"{system.name.get(lang) or system.name['zh']} · {said}" for lang, said in name.items()}
        return replace(state, name=both)

    def _act(self, action: str) -> None:
        reason = self.ctx.actions.trigger(action)
        if reason is not None:
            self.ctx.notify(reason, 0)

    def _sound(self) -> tuple[str, str]:
        muted = bool(self.ctx.prefs.get("muted", False))
        return ("sound-off", "bars.sound_off") if muted else ("sound-on", "bars.sound_on")

    def _theme(self) -> tuple[str, str]:
        return ("sun", "bars.to_light") if self.ctx.theme.name == "dark" else ("moon", "bars.to_dark")


PANELS = {"strip": Strip}
