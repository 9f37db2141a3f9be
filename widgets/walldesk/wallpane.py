"""The wall in the middle of the desk: as it is, or the scene that is looked at as a plan to be edited."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.wall import Wall
from widgets.kit.buttons import Segments
from widgets.kit.panel import Panel, PanelContext, PanelState, guarded
from widgets.walldesk.board import Board
from widgets.walldesk.editing import Editing
from widgets.walldesk.health import state_words
from widgets.walldesk.tiles import Tiles

ROOMY = 1000
"""A pane narrower than this says less in its title line."""
_MENU = ("edit", "split_columns", "split_rows", "merge", "remove", "undo", "redo", "drop", "versions")


class WallPane(Panel):
    """
    Attributes:
        tiles: the wall as it is. board: the scene as a plan.
    """

    panel_id: ClassVar[str] = "deskwall"
    title_id: ClassVar[str] = "walldesk.wall"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._edit = Editing(ctx)
        self._hand = self._edit.hand
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        self._both = QStackedWidget(self)
        self.tiles = Tiles(self._hand, self)
        self.board = Board(self._edit, self)
        self._both.addWidget(self.tiles)
        self._both.addWidget(self.board)
        column.addWidget(self._both)
        t = ctx.t
        choices = [("live", t("walldesk.live")), ("edit", t("walldesk.edit_now"))]
        self.which = Segments(choices, "live", self)
        self.which.chosen.connect(lambda id: ctx.walling.tell(editing=id == "edit"))
        self.header.right.addWidget(self.which)
        self.tiles.opened.connect(lambda id: ctx.walling.tell(editing=True))
        ctx.walling.changed.connect(self._looked)
        if ctx.walls is not None:
            ctx.walls.listen(self._heard)
        self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        self.which.set_words("live", t("walldesk.live"))
        self.which.set_words("edit", t("walldesk.edit_now"))
        self.tiles.setAccessibleName(t("walldesk.wall"))
        self.board.setAccessibleName(t("walldesk.plan"))
        self._tell()

    def retheme(self) -> None:
        super().retheme()
        self._tell()

    def age_tick(self) -> None:
        wall = self._hand.wall
        if self.ctx.walls is not None and self.isVisible():
            self.ctx.walls.second(wall.id if wall is not None else "")
        self._tell()

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        for name in _MENU:
            action = self.ctx.actions.get(f"walldesk.{name}")
            if action is not None:
                made = menu.addAction(t(action.title))
                made.setEnabled(action.reason is None)
                made.triggered.connect(lambda _checked=False, id=action.id: self.ctx.actions.trigger(id))

    @guarded
    def _heard(self, what: str) -> None:
        if what == "thumbs":
            self.tiles.update()
        else:
            self._tell()

    @guarded
    def _looked(self, what: str) -> None:
        if what == "editing":
            self._both.setCurrentWidget(self.board if self.ctx.walling.editing else self.tiles)
            self.which.set_current("edit" if self.ctx.walling.editing else "live")
            self._both.currentWidget().setFocus()
        self._tell()

    def _tell(self) -> None:
        hand, t, wall = self._hand, self.ctx.t, self._hand.wall
        if hand.state is None:
            self.show_state(PanelState.WAITING, Message("walldesk.waiting"), (Message("walldesk.waiting_more"),))
            return
        if wall is None:
            self.show_state(PanelState.EMPTY, Message("walldesk.no_wall"), (Message("walldesk.no_wall_more"),))
            return
        self.show_content()
        facts = "walldesk.wall_facts" if len(wall.screens) > 1 else "walldesk.screen_facts"
        if self.width() < ROOMY:
            facts = "walldesk.wall_facts_short"
        self.header.set_facts(t(facts, **_measures(wall)))
        if self.ctx.walling.editing:
            scene, other = self._edit.scene, hand.on_wall
            if scene is None:
                title = t(self.title_id)
            elif other is None:
                title = t("walldesk.edits_shown", scene=scene.name)
            else:
                title = t("walldesk.edits", scene=scene.name, other=other.name)
            self.header.set_title(title)
            n = len(self._edit.changed())
            self.set_age(Message("walldesk.n_changes", {"n": n}) if n else Message("walldesk.as_published"))
        else:
            self.header.set_title(t(self.title_id))
            self.set_age(state_words(hand, wall))
        self.tiles.update()
        self.board.update()


def _measures(wall: Wall) -> dict[str, object]:
    first = wall.screens[0].at if wall.screens else None
    inches = math.hypot(first.w, first.h) * wall.pitch / 25.4 if first is not None else 0
    return {
        "w": wall.size[0],
        "h": wall.size[1],
        "inches": round(inches),
        "bezel": max(wall.bezel),
        "distance": f"{wall.distance:g}",
    }


PANELS = {"deskwall": WallPane}
