"""Under the wall: the chosen screen, how it does, what can be done to it; or the settings of a place that is edited."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from cockpit.model.ages import age
from cockpit.model.messages import Message
from cockpit.model.wall_legible import han_px
from cockpit.model.wall_solve import empty_screens
from widgets.kit.actions import key_words
from widgets.kit.buttons import button, dress_icon_button, icon_button
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import icon
from widgets.kit.panel import Panel, PanelContext, PanelState, guarded
from widgets.walldesk.board import Board
from widgets.walldesk.editing import Editing
from widgets.walldesk.facts import Facts
from widgets.walldesk.frames import FrameChart, FrameHistory
from widgets.walldesk.health import facts, slow_words
from widgets.walldesk.options import PlaceForm
from widgets.walldesk.trouble import TroubleLine
from widgets.walldesk.unfit import size, too_small

ACTS = (
    ("blank", "screen"), ("freeze", "freeze"), ("identify", "identify"), ("restart", "retry"),
    ("take_back", "take-back"),
)  # fmt: skip
TOOLS = (
    ("split_columns", "split-columns"), ("split_rows", "split-rows"), ("merge", "merge"), ("undo", "undo"),
    ("redo", "redo"),
)  # fmt: skip
NARROW = 900
"""A pane narrower than this has no curve."""


class ScreenPane(Panel):
    """
    Attributes:
        acts: buttons by name. board: the small plan. form: settings of the chosen place.
        history: frame times of all screens since the desk was opened.
    """

    panel_id: ClassVar[str] = "deskscreen"
    title_id: ClassVar[str] = "walldesk.chosen"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._edit = Editing(ctx)
        self._hand = self._edit.hand
        self.history = FrameHistory()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(12, 10, 12, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.acts = {name: button("", lambda name=name: self._act(name), parent=self) for name, _ in ACTS}
        for made in self.acts.values():
            made.setIconSize(QSize(16, 16))
            made.setMinimumWidth(112)
            row.addWidget(made)
        row.addStretch(1)
        column.addLayout(row)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(24)
        self._left = QStackedWidget(self)
        self._facts, self.form = Facts(ctx, self), PlaceForm(self._edit, self)
        self._left.addWidget(self._facts)
        self._left.addWidget(self.form)
        self._columns.addWidget(self._left, 42)
        self._columns.addWidget(self._frames(), 40)
        self._columns.addWidget(self._plan(), 30)
        column.addLayout(self._columns, 1)
        self._trouble = TroubleLine(self._hand, self)
        column.addWidget(self._trouble)
        ctx.walling.changed.connect(self._looked)
        if ctx.walls is not None:
            ctx.walls.listen(self._heard)
        self.retheme()
        self.retranslate()

    def _frames(self) -> QWidget:
        box = self._middle = QWidget(self)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self._frames_title, self._frames_foot = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self.chart = FrameChart(self._hand, self.history, self)
        column.addWidget(self._frames_title)
        column.addWidget(self.chart, 1)
        column.addWidget(self._frames_foot)
        return box

    def _plan(self) -> QWidget:
        box = QWidget(self)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._plan_title, self._readable = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self.board = Board(self._edit, self, large=False)
        self.board.opened.connect(self._open)
        column.addWidget(self._plan_title)
        column.addWidget(self.board, 1)
        column.addWidget(self._readable)
        row = QHBoxLayout()
        row.setSpacing(2)
        self.tools: dict[str, QToolButton] = {}
        for name, drawn in TOOLS:
            self.tools[name] = icon_button(drawn, "", self.ctx.theme, lambda name=name: self._act(name))
            row.addWidget(self.tools[name])
        row.addStretch(1)
        self.versions = button("", lambda: self._act("versions"), "chip", parent=self)
        self.versions.setCheckable(False)
        row.addWidget(self.versions)
        column.addLayout(row)
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._middle.setVisible(self.width() >= NARROW)

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        self.board.setAccessibleName(t("walldesk.plan"))
        self._frames_title.setText(t("walldesk.frames"))
        for name, drawn in TOOLS:
            dress_icon_button(self.tools[name], drawn, self._tip(name), self.ctx.theme)
        self._tell()

    def retheme(self) -> None:
        super().retheme()
        theme = self.ctx.theme
        for name, drawn in ACTS:
            self.acts[name].setIcon(icon(drawn, theme))
        for name, drawn in TOOLS:
            dress_icon_button(self.tools[name], drawn, self._tip(name), theme)
        for made in (self._frames_title, self._frames_foot, self._plan_title, self._readable):
            made.setFont(theme.font("small"))
            made.set_color(theme.t2)
        self._tell()

    def _tip(self, name: str) -> str:
        action, t = self.ctx.actions.get(f"walldesk.{name}"), self.ctx.t
        if action is None:
            return t(f"walldesk.{name}")
        key = key_words(action.keys[0]) if action.keys else ""
        return t("bars.key_tip", words=t(action.title), key=key) if key else t(action.title)

    def age_tick(self) -> None:
        self._tell()

    def _act(self, name: str) -> None:
        reason = self.ctx.actions.trigger(f"walldesk.{name}")
        if reason is not None:
            self.ctx.notify(reason, 0)

    def _open(self, place: str) -> None:
        self.ctx.walling.tell(editing=True)
        self.form.focus_first()

    @guarded
    def _heard(self, what: str) -> None:
        if what == "state":
            state = self._hand.state
            if state is not None:
                self.history.note(state)
        if what != "thumbs":
            self._tell()

    @guarded
    def _looked(self, what: str) -> None:
        self._tell()

    def _tell(self) -> None:
        hand, t = self._hand, self.ctx.t
        if hand.state is None or hand.wall is None:
            self.show_state(PanelState.WAITING, Message("walldesk.waiting"))
            return
        self.show_content()
        screens, editing = hand.screens, self.ctx.walling.editing
        place = self._edit.place() if editing else None
        for name, _ in ACTS:
            made, tip = self.acts[name], self._tip(name)
            made.setText(t(f"walldesk.{name}"))
            made.setToolTip(tip)
            if name in ("blank", "freeze", "identify"):
                made.setCheckable(True)
                made.setChecked({one.id for one in screens} <= set(hand.held(name)))
        if not screens:
            self._left.setCurrentWidget(self._facts)
            return
        first = screens[0]
        if place is not None:
            self.header.set_title(t("walldesk.place_settings", place=self.board.name(place)))
            self.set_age(None)
        else:
            many = len(screens) > 1
            title = t("walldesk.screens", n=len(screens)) if many else t("walldesk.screen", n=first.id)
            self.header.set_title(title)
            node = hand.node(first)
            self.set_age(age(node.heard, self.ctx.clock.wall()) if node is not None else Message("kit.age_never"))
        self.header.set_facts(t("walldesk.chosen_n", n=len(screens)))
        self._left.setCurrentWidget(self.form if place is not None else self._facts)
        self.form.show_place(place)
        self._facts.show_rows(facts(hand, first))
        self._frames_foot.setText(slow_words(hand, first))
        self.chart.update()
        self._tell_plan()
        self._trouble.tell()

    def _tell_plan(self) -> None:
        t, scene, wall = self.ctx.t, self._edit.scene, self._hand.wall
        other = self._hand.on_wall
        words = t("walldesk.plan_of", scene=scene.name) if scene is not None else t("walldesk.plan")
        if scene is not None and other is not None:
            words = t("walldesk.plan_besides", scene=scene.name, other=other.name)
        self._plan_title.setText(words)
        told = self.ctx.walls.scenes if self.ctx.walls is not None else None
        version = told.version if told is not None else 0
        self.versions.setText(t("walldesk.compare", version=version) if version else t("walldesk.versions"))
        self.board.update()
        if wall is None:
            return
        placed = self._edit.placed()
        empty = empty_screens(placed, wall) if scene is not None else ()
        small = [
            t("walldesk.place_at_least", place=self.board.name(one.place), least=size(*wanted))
            for one, wanted in too_small(placed, wall)
        ]
        seen = {"px": han_px(wall.pitch, wall.distance), "distance": f"{wall.distance:g}"}
        said = [t("walldesk.empty_screens", screens=", ".join(str(id) for id in empty))] if empty else []
        if small:
            said.append(t("walldesk.not_readable", **seen, places=", ".join(small)))
        self._readable.setText(" · ".join(said) or t("walldesk.readable", **seen))
        self._readable.set_color(self.ctx.theme["yellow_text" if said else "t2"])


PANELS = {"deskscreen": ScreenPane}
