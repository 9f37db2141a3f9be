"""关注 and 批注 of a sign from its tile: by menu, by key, by the palette. Both are kept at this seat only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from cockpit.model.messages import Message
from widgets.kit.actions import Action, key_words
from widgets.kit.context import PanelContext
from widgets.kit.dialog import NameDialog
from widgets.kit.notes import MOST_LETTERS, SignNote, add_note, drop_note, notes_of
from widgets.kit.panel import panel_of
from widgets.leader.grid import TileGrid
from widgets.signs.board import split_key
from widgets.signs.pins import Pins

FOLLOW_KEY, NOTE_KEY = "Ctrl+Shift+D", "Ctrl+Shift+A"


class Minding(QObject):
    """What a panel's tiles have in common; its commands work in whichever panel has the keyboard.

    Attributes:
        pins: what is followed.
    """

    def __init__(self, ctx: PanelContext, grid: TileGrid, changed: Callable[[], object], panel: QWidget) -> None:
        """Args: changed: called when other signs are followed, or something was written."""
        super().__init__(panel)
        self._ctx, self._grid, self._changed, self._panel = ctx, grid, changed, panel
        self.pins = Pins(ctx.prefs)
        self.dialog: NameDialog | None = None
        grid.asked.connect(self.ask)
        can = partial(_can, ctx)
        ctx.actions.add(
            Action("leader.follow", "leader.do_follow", partial(_here, ctx, "follow"), (FOLLOW_KEY,), can, "flag")
        )
        ctx.actions.add(Action("leader.note", "leader.do_note", partial(_here, ctx, "write"), (NOTE_KEY,), can, "note"))

    @property
    def sign(self) -> str:
        """Key of the sign whose tile has the keyboard or the pointer, "" none."""
        tile = self._grid.current
        return tile.key if tile is not None and tile.key.startswith("sign/") else ""

    def ask(self, key: str, at: QPoint) -> None:
        """The menu of a tile; one of a question that is kept has its own."""
        if key.startswith("asked/"):
            return
        t, menu = self._ctx.t, QMenu(self._panel)
        menu.addAction(t("leader.do_drill")).triggered.connect(lambda: self._grid.picked.emit(key))
        if key.startswith("sign/"):
            code, area, _ = split_key(key)
            title = "leader.do_unfollow" if code in self.pins.codes else "leader.do_follow"
            menu.addAction(f"{t(title)}\t{key_words(FOLLOW_KEY)}").triggered.connect(lambda: self.follow(key))
            menu.addAction(f"{t('leader.do_note')}\t{key_words(NOTE_KEY)}").triggered.connect(lambda: self.write(key))
            for note in notes_of(self._ctx.prefs, code, area)[-5:]:
                words = t("leader.drop_note", words=note.words[:24])
                menu.addAction(words).triggered.connect(lambda _=False, note=note: self._drop(note))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def follow(self, key: str = "") -> None:
        """Follows a sign, or no longer."""
        key = key or self.sign
        if not key:
            return
        is_followed = self.pins.toggle(split_key(key)[0])
        self._ctx.notify(Message("leader.followed" if is_followed else "leader.unfollowed"), 0)
        self._changed()

    def write(self, key: str = "") -> None:
        """Asks what is to be written to a sign."""
        key = key or self.sign
        if not key:
            return
        ctx = self._ctx
        words = (Message("leader.note_title"), Message("leader.note_why"), Message("leader.note_ok"))
        self.dialog = NameDialog(ctx.t, *words, self._panel.window())
        self.dialog.field.setMaxLength(MOST_LETTERS)
        self.dialog.accepted.connect(lambda: self._wrote(key))
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _wrote(self, key: str) -> None:
        if self.dialog is None:
            return
        ctx, (code, area, _) = self._ctx, split_key(key)
        by = str(ctx.prefs.get("name", "")) or ctx.t("bars.no_name")
        add_note(ctx.prefs, SignNote(code, area, ctx.clock.now(), by, self.dialog.name))
        ctx.notify(Message("leader.noted"), 0)
        self._changed()

    def _closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _drop(self, note: SignNote) -> None:
        drop_note(self._ctx.prefs, note)
        self._changed()


def _minding(ctx: PanelContext) -> Minding | None:
    """That of the panel with the keyboard, or of the one under the pointer."""
    for widget in (QApplication.focusWidget(), QApplication.widgetAt(QCursor.pos())):
        panel = panel_of(widget)
        found = getattr(panel, "minding", None)
        if isinstance(found, Minding) and found.sign:
            return found
    return None


def _can(ctx: PanelContext) -> bool | Message:
    return _minding(ctx) is not None or Message("leader.no_tile")


def _here(ctx: PanelContext, what: str) -> None:
    minding = _minding(ctx)
    if minding is not None:
        getattr(minding, what)()
