"""The strip at the foot: feeds with their ages, outbox, alarm load, palette, switches, who sits here and the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from widgets.bars.bar import Bar, Piece
from widgets.bars.feedchip import FeedChip, FeedCount
from widgets.bars.feeddetail import FeedDetail, FeedRates
from widgets.bars.figures import figures
from widgets.bars.outboxchip import OutboxChip
from widgets.bars.pieces import AlarmLoad, CityClockFace, PaletteField, Person, Switch
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState, feed_states, has_data

PALETTE, SOUND, THEME, LANGUAGE, NAME = "desk.palette", "desk.sound", "desk.theme", "desk.language", "desk.name"
OUTBOX = "desk.outbox"
"""Actions that the strip runs. One that the seat has not is not shown."""


class Strip(Bar):
    """The strip, 44 px.

    Attributes:
        feeds: a chip a feed, in the pack's order.
        detail: the popover of a feed, None while there is none.
    """

    panel_id: ClassVar[str] = "strip"
    topics: ClassVar[frozenset[str]] = frozenset({"outbox"})
    """Of what is told at once; feeds and alarms are told each second."""
    top: ClassVar[bool] = True

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setFixedHeight(ctx.theme.space["strip_h"])
        self.feeds: list[FeedChip] = []
        self.detail: FeedDetail | None = None
        self._rates = FeedRates()
        self.count = FeedCount(ctx, self)
        self.outbox = OutboxChip(ctx, OUTBOX, self)
        self.load = AlarmLoad(ctx, self)
        self.palette_field = PaletteField(ctx, PALETTE, self)
        self.sound = Switch(ctx, SOUND, self._sound, self)
        self.theme = Switch(ctx, THEME, self._theme, self)
        self.language = Switch(ctx, LANGUAGE, lambda: ("language", "bars.language"), self)
        self.person = Person(ctx, NAME, self)
        self.clock = CityClockFace(ctx, self)
        self._tell()

    def refresh(self, topics: frozenset[str]) -> None:
        self._tell()

    def age_tick(self) -> None:
        self._tell()

    def retranslate(self) -> None:
        self._tell()

    def retheme(self) -> None:
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
        self._show_feeds(states)
        self.count.tell(sum(chip.live for chip in self.feeds), len(self.feeds))
        self.load.tell(figures(ctx.picture, ctx.clock.now()).load, has_data(ctx, "event"))
        for piece in (self.outbox, self.sound, self.theme, self.language, self.clock):
            piece.tell()
        right: list[Piece] = [
            self.outbox, self.load, self.palette_field, self.sound, self.theme, self.language, self.person, self.clock,
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

    def _sound(self) -> tuple[str, str]:
        muted = bool(self.ctx.prefs.get("muted", False))
        return ("sound-off", "bars.sound_off") if muted else ("sound-on", "bars.sound_on")

    def _theme(self) -> tuple[str, str]:
        return ("sun", "bars.to_light") if self.ctx.theme.name == "dark" else ("moon", "bars.to_dark")


PANELS = {"strip": Strip}
