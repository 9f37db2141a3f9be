"""The form of 会商: who will be called, and whether the shared picture goes to a wall at once. Ctrl+Enter calls."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from cockpit.model.calls import Contact
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.wall import Wall
from cockpit.model.wallstate import WallAct
from widgets.calls import acts as calls
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.form import InstructForm
from widgets.instruct.meeting import people_of
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.lists.words import joined
from widgets.orders.pieces import MenuChip

EVENT_SCENE = "command"
"""Scene of one event, 单事件指挥; the scene that stands, where the hall has no such one."""
PREF = "meeting.wall"
"""Id of the wall that the last meeting's picture went to, "" none."""


def walls_of(ctx: PanelContext) -> tuple[Wall, ...]:
    """Walls that a picture can be thrown on."""
    state = ctx.walls.state if ctx.walls is not None else None
    return tuple(state.hall.walls) if state is not None else ()


def event_of(ctx: PanelContext, case: str, event: str = "") -> str:
    """The event whose picture people of a case share, "" where it is not in the picture."""
    found = ctx.cases.case(case) if case else None
    event = event or (found.facts.event if found is not None else "")
    return event if event and event in ctx.picture["event"] else ""


def share(ctx: PanelContext, wall: Wall, event: str) -> None:
    """The event on a wall, with its scene."""
    walls = ctx.walls
    state = walls.state if walls is not None else None
    if walls is None or state is None:
        return
    scenes = {ident for ident, _name, _key in state.scenes}
    wanted = [("event", event), *([("scene", EVENT_SCENE)] if EVENT_SCENE in scenes else [])]

    def next_of(rest: list[tuple[str, str]]) -> None:
        if not rest:
            ctx.notify(Message("instruct.on_wall", {"wall": dict(wall.name)}), 0)
            return

        def done(problem: Message | None) -> None:
            if problem is not None:
                ctx.notify(problem, Level.ORANGE)
            else:
                next_of(rest[1:])

        walls.act(WallAct(wall.id, *rest[0]), done)

    next_of(wanted)


class MeetForm(InstructForm):
    """
    Attributes:
        people: who will be called. wall: that is chosen. shared: the tick. which: the walls, None where there is one.
    """

    def __init__(
        self, ctx: PanelContext, asker: QObject, case: str, event: str, people: list[Contact], parent: QWidget | None
    ) -> None:
        super().__init__(ctx, ctx.t("instruct.meet_title"), 480, parent)
        self._asker, self._case, self._event = asker, case, event
        self.people, self._walls = people, walls_of(ctx)
        last = ctx.prefs.get(PREF, "")
        self.wall = next((one for one in self._walls if one.id == last), self._walls[0])
        t, column = ctx.t, self.column
        about = say.case_words(ctx, case) if case else say.target_words(ctx, "event", event)
        column.addWidget(label(about, self))
        column.addWidget(label(t("instruct.meet_people", n=len(people)), self))
        for one in people:
            column.addWidget(label(joined(one.name, one.duty), self, role="", style="body"))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.shared = QCheckBox(t("instruct.meet_share"), self)
        self.shared.setChecked(any(one.id == last for one in self._walls))
        row.addWidget(self.shared)
        self.which: MenuChip | None = None
        if len(self._walls) > 1:
            self.which = MenuChip("", t("instruct.which_wall"), self._choices)
            self.which.setAutoDefault(False)
            self.which.chosen.connect(self.choose)
            row.addWidget(self.which)
        row.addStretch(1)
        column.addSpacing(4)
        column.addLayout(row)
        self.foot(t("instruct.meet_do"))
        self.choose(self.wall.id, tick=False)
        self.shared.setFocus()

    def _choices(self) -> list[tuple[str, str, bool]]:
        return [(one.id, self._ctx.t.pack(one.name), True) for one in self._walls]

    def choose(self, wall: str, tick: bool = True) -> None:
        """Another wall; who chooses one wants it."""
        self.wall = next((one for one in self._walls if one.id == wall), self.wall)
        if self.which is not None:
            self.which.setText(self._ctx.t.pack(self.wall.name))
        if tick:
            self.shared.setChecked(True)

    def press(self) -> None:
        """Calls them, and throws the picture where that is wanted; what was wanted is kept for the next time."""
        wanted = self.shared.isChecked()
        self._ctx.prefs.set(PREF, self.wall.id if wanted else "")
        acts.call_together(self._ctx, self._asker, self.people, self._case)
        if wanted:
            share(self._ctx, self.wall, self._event)
        self.accept()


def meet(
    ctx: PanelContext, asker: QObject, case: str, area: str = "", event: str = "", parent: QWidget | None = None
) -> None:
    """会商 about a case or an event; with a wall near by it is asked first whether its picture goes there."""
    shown = event_of(ctx, case, event)
    if not (walls_of(ctx) and shown):
        acts.meet(ctx, asker, case, area)
        return
    problem = calls.refusal(ctx)
    if problem is not None:
        ctx.notify(problem, 0)
        return

    def found(people: list[Contact]) -> None:
        if not people or ctx.calls is None:
            ctx.notify(Message("instruct.nobody_to_meet"), 0)
        else:
            MeetForm(ctx, asker, case, shown, people, parent).open()

    people_of(ctx, asker, case, area, found)
