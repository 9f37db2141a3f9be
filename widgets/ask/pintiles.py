"""钉到首页: the questions that a person keeps as tiles of the home page, with their figure, comparison and age."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from cockpit.model import ages
from cockpit.model.asking import Declined, Told
from cockpit.model.figures import figure, signed
from cockpit.model.insight import UNSETTLED
from cockpit.model.messages import Message
from cockpit.model.scopewords import span_words, unit_words
from widgets.kit.panel import PanelContext
from widgets.kit.pinned import Pin
from widgets.leader.grid import TileGrid
from widgets.leader.making import RATE_UNITS, curve_of_trend
from widgets.leader.tile import Tile
from widgets.lists.words import joined

FIRST = "asked/"
"""Begins the keys of these tiles."""


class PinTiles(QObject):
    """Makes the tiles, and does what a hand wants of one: Delete drops it, Ctrl+Left and Ctrl+Right move it."""

    def __init__(self, ctx: PanelContext, grid: TileGrid, changed: Callable[[], object], panel: QWidget) -> None:
        super().__init__(panel)
        self._ctx, self._grid, self._panel = ctx, grid, panel
        self._changed = changed
        ctx.pinned.changed.connect(self._other)
        grid.asked.connect(self.ask)
        grid.installEventFilter(self)

    def _other(self) -> None:
        self._changed()

    def tiles(self) -> list[Tile]:
        """A tile for each question that is kept; answers that are due are asked for."""
        ctx = self._ctx
        if ctx.asking is None:
            return []
        ctx.pinned.look(ctx)
        return [self._tile(pin, ctx.pinned.answers.get(pin.key)) for pin in ctx.pinned.pins(ctx)]

    def _tile(self, pin: Pin, said: Told | Declined | None) -> Tile:
        ctx, t, name = self._ctx, self._ctx.t, pin.understood.text
        ways = t("ask.pin_tip")
        if isinstance(said, Told):
            return _told(ctx, pin.key, name, said, ways)
        if said is None:
            return Tile(pin.key, name, "–", known=False, note=t("ask.pin_waits"), followed=True, tip=f"{name}\n{ways}")
        why = t(said.why)
        return Tile(pin.key, name, t("ask.pin_failed"), known=False, note=why, followed=True,
                    tip=f"{name}\n{why}\n{ways}")  # fmt: skip

    # -- the hand

    def _pin(self, key: str) -> Pin | None:
        return next((pin for pin in self._ctx.pinned.pins(self._ctx) if pin.key == key), None)

    def open(self, key: str) -> bool:
        """Opens the answer of a tile, as a step; whether the tile is one of these."""
        pin = self._pin(key)
        if pin is not None:
            self._ctx.questioning.again(self._ctx, self._ctx.pinned.now(self._ctx, pin))
        return pin is not None

    def ask(self, key: str, at: QPoint) -> bool:
        """The menu of a tile; whether it is one of these."""
        if self._pin(key) is None:
            return False
        t, menu = self._ctx.t, QMenu(self._panel)
        menu.addAction(f"{t('ask.pin_open')}\tEnter").triggered.connect(lambda: self.open(key))
        menu.addAction(f"{t('ask.pin_left')}\tCtrl+Left").triggered.connect(lambda: self.move(key, -1))
        menu.addAction(f"{t('ask.pin_right')}\tCtrl+Right").triggered.connect(lambda: self.move(key, 1))
        menu.addSeparator()
        menu.addAction(f"{t('ask.unpin')}\tDelete").triggered.connect(lambda: self.drop(key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
        return True

    def drop(self, key: str) -> None:
        self._ctx.pinned.drop(self._ctx, key)
        self._ctx.notify(Message("ask.unpinned"), 0)

    def move(self, key: str, step: int) -> None:
        """The keyboard goes along."""
        self._ctx.pinned.move(self._ctx, key, step)
        at = next((i for i, tile in enumerate(self._grid.tiles) if tile.key == key), -1)
        if at >= 0:
            self._grid.go_to(at)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        grid = self._grid
        tile = grid.tiles[grid.at] if 0 <= grid.at < len(grid.tiles) else None
        if tile is None or not tile.key.startswith(FIRST):
            return False
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Delete:
            self.drop(tile.key)
        elif control and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.move(tile.key, 1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            return False
        return True


def _told(ctx: PanelContext, key: str, name: str, told: Told, ways: str) -> Tile:
    t, now, asked = ctx.t, ctx.clock.now(), told.understood
    unit = unit_words(told.unit, t)
    first = told.standpoints[0] if told.standpoints else None
    value = first.value if first is not None else told.value
    age = t(ages.age(told.as_of, now)) if told.as_of else ""
    note = joined(age, span_words(asked.scope.span, t, now, brief=True))
    tip = "\n".join(part for part in (name, told.words, note, ways) if part)
    if value is None:
        return Tile(key, name, "–", asked.scope, known=False, note=joined(t("ask.pin_nothing"), note), followed=True,
                    tip=tip)  # fmt: skip
    change, against = _first(told, unit) if first is not None else _compared(ctx, told, unit)
    return Tile(
        key, name, figure(value, told.decimals), asked.scope, unit, 0, change, against, note, followed=True,
        reported=told.origin == "reported", curve=curve_of_trend(told.trend), tip=tip,
    )  # fmt: skip


def _first(told: Told, unit: str) -> tuple[str, str]:
    """Of what is beside one another: who is first, and who comes next."""
    first, *rest = told.standpoints
    after = rest[0] if rest else None
    more = "" if after is None or after.value is None else f"{after.name} {_with(after.value, told.decimals, unit)}"
    return first.name, more


def _compared(ctx: PanelContext, told: Told, unit: str) -> tuple[str, str]:
    """How a number changed, as far as a difference says anything."""
    t, one = ctx.t, told.figure
    if told.understood.of != "value" or one.before is None:
        return "", ""
    before = t("leader.before", value=figure(one.before, told.decimals))
    if one.change is None or one.scope.measure in UNSETTLED:
        return "", t("leader.before_now", value=figure(one.before, told.decimals))
    if unit in RATE_UNITS:
        points = t("signsui.points", n=figure(abs(one.change), told.decimals))
        return ("+" if one.change > 0 else "−") + points, before
    return f"{signed(one.change, told.decimals)} {unit}".rstrip(), before


def _with(value: float, decimals: int, unit: str) -> str:
    return f"{figure(value, decimals)}{'' if unit in RATE_UNITS else ' '}{unit}".rstrip()
