"""The commands of the operator's desk with their keys: every way of the mouse has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtWidgets import QDialog, QWidget

from cockpit.model.messages import Message
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.walldesk.describing import SceneDialog
from widgets.walldesk.editing import Editing
from widgets.walldesk.hand import STEP_LIGHT, STEP_VOLUME
from widgets.walldesk.joining import JoinDialog
from widgets.walldesk.pin import Pin
from widgets.walldesk.publishing import PublishDialog
from widgets.walldesk.taking import TakeAwayDialog
from widgets.walldesk.versions import VersionsDialog

MODE_KEYS = ("Ctrl+1", "Ctrl+2", "Ctrl+3")
MOST_MODES = 6
MOST_SCREENS = 9


class WallCommands:
    """
    Attributes:
        edit: the hand that they move.
        dialog: the one that was opened last, while it is open.
    """

    def __init__(self, ctx: PanelContext, window: QWidget) -> None:
        self._ctx, self._window = ctx, window
        self.edit = Editing(ctx)
        self._pin = Pin(self.edit.hand, window)
        self.dialog: QDialog | None = None

    def actions(self) -> Iterator[Action]:
        """All of them."""
        hand, edit, on = self.edit.hand, self.edit, self._has_wall
        yield from self._of_scenes()
        for n in range(MOST_MODES):
            keys = MODE_KEYS[n : n + 1]
            yield Action(f"walldesk.mode_{n + 1}", "walldesk.mode_n", partial(self._mode, n), keys, on, shown=False)
        for n in range(1, MOST_SCREENS + 1):
            run = partial(hand.choose_screens, [n])
            yield Action(f"walldesk.screen_{n}", "walldesk.screen_n", run, (f"Alt+{n}",), on, shown=False)
        yield Action("walldesk.all_screens", "walldesk.all_screens", self._all, ("Ctrl+Shift+A",), on, icon="screen")
        yield Action("walldesk.blank", "walldesk.blank", lambda: hand.toggle("blank"), ("Ctrl+B",), on, icon="screen")
        yield Action(
            "walldesk.freeze", "walldesk.freeze", lambda: hand.toggle("freeze"), ("Ctrl+G",), on, icon="freeze"
        )
        yield Action(
            "walldesk.identify", "walldesk.identify", lambda: hand.toggle("identify"), ("Ctrl+I",), on, icon="identify"
        )
        yield Action("walldesk.restart", "walldesk.restart", hand.restart, ("Ctrl+Shift+R",), on, icon="retry")
        yield Action(
            "walldesk.take_back", "walldesk.take_back", hand.take_back, ("Ctrl+Backspace",), on, icon="take-back"
        )
        yield Action("walldesk.pause", "walldesk.pause_action", hand.pause, ("Ctrl+Space",), on, icon="pause")
        yield Action("walldesk.next", "walldesk.carousel_next", lambda: hand.act("next"), ("Ctrl+PgDown",), on)
        yield Action("walldesk.before", "walldesk.before", lambda: hand.act("next", "-1"), ("Ctrl+PgUp",), on)
        yield Action("walldesk.louder", "walldesk.louder", lambda: hand.volume(STEP_VOLUME), ("Ctrl+Shift+Up",), on)
        yield Action("walldesk.softer", "walldesk.softer", lambda: hand.volume(-STEP_VOLUME), ("Ctrl+Shift+Down",), on)
        yield Action("walldesk.mute", "walldesk.mute", hand.mute, ("Ctrl+Shift+M",), on, icon="sound-off")
        yield Action("walldesk.lighter", "walldesk.lighter", lambda: hand.light(STEP_LIGHT), ("Ctrl+Shift+PgUp",), on)
        yield Action("walldesk.darker", "walldesk.darker", lambda: hand.light(-STEP_LIGHT), ("Ctrl+Shift+PgDown",), on)
        yield Action("walldesk.remote", "walldesk.remote", partial(self.join, "remotes"), ("Ctrl+J",), icon="qr")
        yield Action(
            "walldesk.machine", "walldesk.machine", partial(self.join, "machines"), ("Ctrl+Shift+J",), icon="plug"
        )
        yield from self._of_edits(edit, on)

    def _of_scenes(self) -> Iterator[Action]:
        for n in range(1, 13):
            yield Action(
                f"walldesk.key_f{n}", "walldesk.scene_of_key", partial(self._scene, f"F{n}"), (f"F{n}",),
                self._has_wall, shown=False,
            )  # fmt: skip
        yield Action(
            "walldesk.show",
            "walldesk.show_looked",
            self._show,
            ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            self._has_wall,
            icon="cast",
        )
        yield Action("walldesk.new", "walldesk.new", self.new, ("Ctrl+N",), self._has_wall, icon="plus")
        yield Action("walldesk.copy", "walldesk.copy", self.copy, ("Ctrl+Shift+N",), self._has_scene)
        yield Action("walldesk.describe", "walldesk.describe", self.describe, ("Alt+Return",), self._has_scene)
        yield Action("walldesk.take_away", "walldesk.take_away", self._take_away, (), self._is_own)

    def _of_edits(self, edit: Editing, on: Callable[[], bool | Message]) -> Iterator[Action]:
        there = self._has_scene
        yield Action("walldesk.edit", "walldesk.edit", self._toggle_edit, ("Ctrl+E",), there, icon="split-columns")
        yield Action(
            "walldesk.split_columns", "walldesk.split_columns", lambda: edit.split("columns"), ("Ctrl+D",), there,
            icon="split-columns",
        )  # fmt: skip
        yield Action(
            "walldesk.split_rows", "walldesk.split_rows", lambda: edit.split("rows"), ("Ctrl+Shift+D",), there,
            icon="split-rows",
        )  # fmt: skip
        yield Action("walldesk.merge", "walldesk.merge", edit.merge, ("Ctrl+M",), there, icon="merge")
        yield Action("walldesk.clear", "walldesk.clear", edit.clear, (), there)
        yield Action("walldesk.remove", "walldesk.remove", edit.remove, (), there)
        yield Action("walldesk.put", "walldesk.put", self._put, ("Ctrl+P",), there, icon="panel")
        yield Action("walldesk.cast", "walldesk.cast", self._cast, ("Ctrl+Shift+P",), on, icon="cast")
        yield Action("walldesk.undo", "walldesk.undo", edit.undo, ("Ctrl+Z",), self._can_undo, icon="undo")
        yield Action(
            "walldesk.redo", "walldesk.redo", edit.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), self._can_redo, icon="redo"
        )
        yield Action("walldesk.drop", "walldesk.drop", edit.drop, (), self._can_drop)
        yield Action("walldesk.try", "walldesk.try", edit.try_out, ("Ctrl+T",), there, icon="screen")
        yield Action(
            "walldesk.publish", "walldesk.publish", self.publish, ("Ctrl+Return", "Ctrl+Enter"), self._can_publish,
            icon="share",
        )  # fmt: skip
        yield Action("walldesk.versions", "walldesk.versions", self.versions, ("Ctrl+H",), there, icon="clock")

    # -- whether they can ------------------------------------------------------------------------------------------

    def _has_wall(self) -> bool | Message:
        return self.edit.hand.wall is not None or Message("walldesk.no_wall")

    def _has_scene(self) -> bool | Message:
        return self.edit.scene is not None or Message("walldesk.no_scene")

    def _can_undo(self) -> bool | Message:
        draft = self.edit.draft
        return bool(draft is not None and draft.past) or Message("walledit.nothing_to_undo")

    def _can_redo(self) -> bool | Message:
        draft = self.edit.draft
        return bool(draft is not None and draft.ahead) or Message("walledit.nothing_to_redo")

    def _can_drop(self) -> bool | Message:
        return self.edit.draft is not None or Message("walldesk.as_published")

    def _can_publish(self) -> bool | Message:
        return bool(self.edit.unpublished()) or Message("walldesk.nothing_to_publish")

    def _is_own(self) -> bool | Message:
        text = self.edit.hand.text(self.edit.hand.looked)
        return (text is not None and not text.shipped) or Message("walldesk.is_shipped")

    # -- what they do ----------------------------------------------------------------------------------------------

    def _scene(self, key: str) -> None:
        hand = self.edit.hand
        found = next((id for id, _, own in hand.scenes() if own == key), "")
        if found:
            hand.show(found)
        else:
            self._ctx.notify(Message("walldesk.no_scene_of_key", {"key": key}), 0)

    def _show(self) -> None:
        self.edit.hand.show(self.edit.hand.looked)

    def _mode(self, n: int) -> None:
        state = self.edit.hand.state
        if state is not None and n < len(state.hall.modes):
            self.edit.hand.act("mode", state.hall.modes[n].id)

    def _all(self) -> None:
        wall = self.edit.hand.wall
        if wall is not None:
            self.edit.hand.choose_screens(screen.id for screen in wall.screens)

    def _toggle_edit(self) -> None:
        self._ctx.walling.tell(editing=not self._ctx.walling.editing)

    def _put(self) -> None:
        self._ctx.walling.tell(editing=True)
        self.edit.put(self._ctx.walling.panel)

    def _cast(self) -> None:
        panel = self._ctx.walling.panel
        if not panel:
            self._ctx.notify(Message("walldesk.choose_panel"), 0)
            return
        for screen in self.edit.hand.screens:
            self.edit.hand.put_on_screen(panel, screen.id)

    def _take_away(self) -> None:
        if self.dialog is None:
            self._open(TakeAwayDialog(self.edit, self.edit.hand.looked, self._window))

    # -- dialogs ---------------------------------------------------------------------------------------------------

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None

    def publish(self) -> None:
        if self.dialog is None:
            self._open(PublishDialog(self.edit, self._window))

    def versions(self) -> None:
        if self.dialog is None:
            self._open(VersionsDialog(self.edit, self._window))

    def new(self) -> None:
        self._begin("walldesk.new_title", None)

    def copy(self) -> None:
        self._begin("walldesk.copy_title", self.edit.scene)

    def _begin(self, title: str, like: Any) -> None:
        def done(fields: dict[str, Any]) -> None:
            self.edit.describe(self.edit.begin(fields["name"]["zh"], like), **fields)

        if self.dialog is None:
            self._open(SceneDialog(self._ctx, self._ctx.t(title), None, self._taken(""), done, self._window))

    def join(self, which: str) -> None:
        if self.dialog is None:
            self._open(JoinDialog(self._ctx, which, self._window))

    def describe(self) -> None:
        scene = self.edit.scene
        if self.dialog is None and scene is not None:
            done = lambda fields: self.edit.describe(scene.id, **fields)  # noqa: E731
            title = self._ctx.t("walldesk.describes", scene=scene.name)
            self._open(SceneDialog(self._ctx, title, scene, self._taken(scene.id), done, self._window))

    def _taken(self, but: str) -> dict[str, dict[str, str]]:
        """Names of the scenes but for one, by their keys."""
        return {key: name for id, name, key in self.edit.hand.scenes() if key and id != but}
