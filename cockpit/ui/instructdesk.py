"""批示, 请示, 督办 and 会商 at a window: its commands and keys, what is announced, what goes to the wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from cockpit.model.clock import MINUTE
from cockpit.model.instructions import Ask, Instruction
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports.walls import Walls
from cockpit.model.scope import Scope
from cockpit.model.wall import Wall
from cockpit.model.wallstate import WallAct
from cockpit.ui.part import Part
from cockpit.ui.throwing import Throwing
from cockpit.ui.viewonwall import scene_of
from layouts.engine import LayoutEngine
from widgets.calls import acts as calls
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.give import instruct
from widgets.instruct.meet import EVENT_SCENE, meet
from widgets.instruct.panel import DecisionsPanel
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.kit.loopwords import item_of
from widgets.orders.reading import Reading

GIVE_KEY, LIST_KEY, BACK_KEY = "Ctrl+I", "Ctrl+Shift+I", "Ctrl+Alt+I"
ASK_KEY, MEET_KEY, WALL_KEY = "Ctrl+Alt+Q", "Ctrl+Alt+J", "Ctrl+Alt+W"
DECIDE_KEY, PAGE_KEY = "Ctrl+Shift+Q", "Ctrl+Alt+L"
LIST, DECISIONS, PAGE = "instructions", "decisions", "event"
RECENT = 5 * MINUTE
"""What was given longer ago is old news: a seat that comes back does not announce the day."""
_TOPICS = frozenset({"case", "unit", "sign", "event", "alert"})


class InstructDesk(QObject, Part):
    """
    Attributes:
        play: makes a sound by its name; the shell puts its player in.
        dialog: the form that was opened last. menu: walls to choose from, while they are shown.
    """

    def __init__(self, engine: LayoutEngine, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._engine, self._ctx, self._window = engine, ctx, parent
        self.play: Callable[[str], object] = lambda name: None
        self.dialog: QDialog | None = None
        self.menu: QMenu | None = None
        self._throwing: Throwing | None = None
        self._seen: dict[str, str] = {}
        self._met: set[str] = set()
        self._phoned: set[str] = set()
        self._settled = False
        self._reading = Reading(ctx, self, self.tell)

    def actions(self) -> Iterator[Action]:
        """Its commands, with their keys."""
        yield Action("instruct.give", "instruct.action_give", self.give, (GIVE_KEY,), self._can_give, icon="text")
        yield Action("instruct.list", "instruct.action_list", self.toggle_list, (LIST_KEY,), self._has_list, "inbox")
        yield Action(
            "instruct.list_close", "instruct.action_list_close", self.close_list, (), self._list_open, shown=False
        )
        yield Action(
            "instruct.decisions", "instruct.action_decisions", self.to_decisions, (DECIDE_KEY,), self._has_decisions
        )
        yield Action("instruct.back", "instruct.action_back", self.take_back, (BACK_KEY,), self._can_back, "take-back")
        yield Action("instruct.ask", "instruct.action_ask", self.ask, (ASK_KEY,), self._can_ask, icon="message")
        yield Action("instruct.urge", "instruct.action_urge", self.urge, (), self._can_urge, icon="bell")
        yield Action("instruct.meet", "instruct.action_meet", self.meet, (MEET_KEY,), self._can_meet, icon="people")
        yield Action("instruct.look", "instruct.action_look", self.look, (), self._has_page, shown=False)
        yield Action("instruct.page", "instruct.action_page", self.toggle_page, (PAGE_KEY,), self._page_opens)
        yield Action("instruct.wall", "instruct.action_wall", self.to_wall, (WALL_KEY,), self._can_wall, icon="cast")

    # -- what is meant ----------------------------------------------------------------------------------------------

    def target(self) -> tuple[str, str] | None:
        """To what a 批示 of now would go: what is selected, of an event its case; else what the way led to."""
        case = calls.case_now(self._ctx)
        if case is not None:
            return "case", case.id
        topic, key = self._ctx.selection.item
        if topic in _TOPICS and topic != "case" and key:
            return topic, key
        return self._of_way() if not topic else None

    def _of_way(self) -> tuple[str, str] | None:
        """The record, the unit or the sign that a leader's way led to."""
        ctx = self._ctx
        if ctx.drill is None:
            return None
        scope = ctx.drill.scope
        if scope.key.startswith("case/") and ctx.cases.case(scope.key.removeprefix("case/")) is not None:
            return "case", scope.key.removeprefix("case/")
        if scope.key and (found := ctx.cases.of_event(scope.key)) is not None:
            return "case", found.id
        if scope.key and scope.key in ctx.picture["event"]:
            return "event", scope.key
        if scope.unit:
            return "unit", scope.unit
        code = scope.measure.removeprefix("sign:").partition(":")[0] if scope.measure.startswith("sign:") else ""
        return ("sign", f"sign/{code}@{scope.area}") if code else None

    def _case(self) -> str:
        case = calls.case_now(self._ctx)
        return case.id if case is not None else ""

    # -- whether ----------------------------------------------------------------------------------------------------

    def _can_give(self) -> bool | Message:
        can = acts.may(self._ctx, "instruction.give")
        return can if can is not True else self.target() is not None or Message("instruct.select_first")

    def _of_case(self, act: str) -> bool | Message:
        can = acts.may(self._ctx, act)
        return can if can is not True else bool(self._case()) or Message("instruct.select_case")

    def _can_ask(self) -> bool | Message:
        return self._of_case("decision.ask")

    def _can_urge(self) -> bool | Message:
        return self._of_case("case.urge")

    def _can_meet(self) -> bool | Message:
        return self._of_case("case.meet")

    def _can_back(self) -> bool | Message:
        return acts.last_given(self._ctx) is not None or Message("instruct.nothing_to_take_back")

    def _has_list(self) -> bool | Message:
        return bool(self._engine.region_of(LIST)) or Message("instruct.not_in_layout")

    def _has_decisions(self) -> bool | Message:
        return bool(self._engine.region_of(DECISIONS)) or Message("instruct.not_in_layout")

    def _list_open(self) -> bool:
        return self._engine.is_shown(self._engine.region_of(LIST))

    def _can_wall(self) -> bool | Message:
        state = self._ctx.walls.state if self._ctx.walls is not None else None
        if state is None or not state.hall.walls:
            return Message("instruct.no_wall")
        return bool(self._on_wall()) or Message("instruct.nothing_for_wall")

    # -- doing ------------------------------------------------------------------------------------------------------

    def give(self) -> None:
        target = self.target()
        if target is not None:
            self.dialog = instruct(self._ctx, self, *target, self._window)

    def ask(self) -> None:
        from widgets.instruct.ask import ask_about

        self.dialog = ask_about(self._ctx, self, self._case(), self._window)

    def urge(self) -> None:
        acts.urge(self._ctx, self, self._case())

    def meet(self) -> None:
        meet(self._ctx, self, self._case(), parent=self._window)

    def take_back(self) -> None:
        one = acts.last_given(self._ctx)
        if one is not None:
            acts.take_back(self._ctx, self, one)

    def toggle_list(self) -> None:
        """Opens the list with the keyboard in it; closes it where it is open."""
        from widgets.instruct.listing import InstructionsPanel

        region = self._engine.region_of(LIST)
        if self._list_open() and self._engine.panel(LIST) is not None and self._closes(region):
            self.close_list()
            return
        self._engine.show_region(region)
        self._engine.focus_panel(LIST)
        panel = self._engine.panel(LIST)
        if isinstance(panel, InstructionsPanel):
            panel.take_keyboard()

    def _has_page(self) -> bool | Message:
        return bool(self._engine.region_of(PAGE)) or Message("instruct.not_in_layout")

    def _page_opens(self) -> bool | Message:
        """Whether the page lies over the others and can be closed; at the duty desk it always stands."""
        layout = self._engine.layout_now
        over = layout is not None and self._engine.region_of(PAGE) in layout.overlays
        return over or Message("instruct.page_stands")

    def look(self) -> None:
        """The page of what is selected comes into sight; the keyboard stays where it is."""
        self._engine.show_region(self._engine.region_of(PAGE))

    def toggle_page(self) -> None:
        region = self._engine.region_of(PAGE)
        self._engine.show_region(region, not self._engine.is_shown(region))

    def close_list(self) -> None:
        self._engine.show_region(self._engine.region_of(LIST), shown=False)

    def _closes(self, region: str) -> bool:
        panel, focus = self._engine.panel(LIST), self._window.focusWidget()
        return panel is not None and focus is not None and (focus is panel or panel.isAncestorOf(focus))

    def to_decisions(self) -> None:
        """The keyboard goes to what waits for a decision."""
        self._engine.show_region(self._engine.region_of(DECISIONS))
        panel = self._engine.panel(DECISIONS)
        if isinstance(panel, DecisionsPanel):
            panel.take_keyboard()

    # -- the wall ---------------------------------------------------------------------------------------------------

    def _on_wall(self) -> list[tuple[str, str]]:
        """What the view of now is on a wall, as (act, value): an event with its scene, else an area with the scene of
        its topic; kinds and period go before it, see `cockpit.ui.viewonwall`."""
        ctx = self._ctx
        case = calls.case_now(ctx)
        topic, key = ctx.selection.item
        event = case.facts.event if case is not None else key if topic == "event" else ""
        if event and event in ctx.picture["event"]:
            return [("event", event), ("scene", EVENT_SCENE)]
        if ctx.drill is None:
            return [("area", key.partition("/")[2])] if topic == "area" and key.partition("/")[2] else []
        scene = scene_of(ctx, ctx.drill.scope)
        return [("event", ""), ("area", ctx.drill.scope.area), *([("scene", scene)] if scene else [])]

    def to_wall(self) -> None:
        """Throws the view on a wall, of several on the one that is chosen: an event with its scene, else area, kinds
        and period of the way."""
        ctx, walls = self._ctx, self._ctx.walls
        state = walls.state if walls is not None else None
        wanted = self._on_wall()
        if walls is None or state is None or not wanted:
            ctx.notify(Message("instruct.no_wall" if state is None else "instruct.nothing_for_wall"), 0)
            return
        scenes = {ident for ident, _name, _key in state.scenes}
        acts_ = [(what, value) for what, value in wanted if what != "scene" or value in scenes]
        of_way = wanted[0][1] == "" and ctx.drill is not None
        scope = ctx.drill.scope if of_way and ctx.drill is not None else None
        if len(state.hall.walls) == 1:
            wall = state.hall.walls[0]
            self._throw(walls, wall, acts_, scope)
            return
        if self.menu is not None:
            self.menu.deleteLater()
        menu = self.menu = QMenu(self._window)
        menu.addSection(ctx.t("instruct.which_wall"))
        for n, wall in enumerate(state.hall.walls, 1):
            entry = menu.addAction(f"&{n}  {ctx.t.pack(wall.name)}")
            entry.triggered.connect(lambda _=False, w=wall: self._throw(walls, w, acts_, scope))
        menu.popup(self._window.mapToGlobal(self._window.rect().center()))
        menu.setActiveAction(menu.actions()[1])

    def _throw(self, walls: Walls, wall: Wall, acts_: list[tuple[str, str]], scope: Scope | None) -> None:
        """One act after the other: the scene follows the event that it is told of first."""
        if self._throwing is None or self._throwing.walls is not walls:
            self._throwing = Throwing(self._ctx, walls, self)
        self._throwing.throw(wall, [WallAct(wall.id, what, value) for what, value in acts_], scope)

    # -- what is announced ------------------------------------------------------------------------------------------

    def refresh(self, topics: frozenset[str]) -> None:
        if "case" in topics:
            self.tell()

    def settle(self) -> None:
        """What is there now is no news."""
        self._seen = {ident: state for ident, state, _ in self._states()}
        self._met = {call for call, _, _ in self._meetings()}
        port = self._ctx.instructions
        self._phoned = {one.id for one in port.every() if not one.said.provisional} if port is not None else set()
        self._settled = True

    def tell(self) -> None:
        """Says what is new for this seat: a 批示, a 请示, an answer, a decision, a 会商."""
        port = self._ctx.instructions
        if port is None or (self._ctx.tape is not None and self._ctx.tape.replay.id):
            return
        if not self._settled:
            self.settle()
            return
        self._reading.want(say.refs(port.every(), port.every_ask()))
        now = self._ctx.clock.now()
        for ident, state, at in self._states():
            if self._seen.get(ident) == state:
                continue
            if now - at > RECENT:
                self._seen[ident] = state
                continue
            told = self._news(ident, state)
            if told is None:
                continue  # its words are on their way
            self._seen[ident] = state
            message, level, sound = told
            if message is not None:
                self._ctx.notify(message, level)
                if sound:
                    self.play(sound)
        for call, case, at in self._meetings():
            if call not in self._met:
                self._met.add(call)
                if now - at <= RECENT:
                    self._offer(case)

    def _states(self) -> list[tuple[str, str, int]]:
        """(id, state, since when) of all."""
        port = self._ctx.instructions
        if port is None:
            return []
        found = [
            (one.id, f"{one.state}-{len(one.answers)}", one.answers[-1].said.at if one.answers else one.said.at)
            for one in port.every()
        ]
        asked = (
            (ask.id, ask.verdict or "asked", ask.given.at if ask.given is not None else ask.said.at)
            for ask in port.every_ask()
        )
        return [*found, *asked]

    def _news(self, ident: str, state: str) -> tuple[Message | None, int, str] | None:
        """What is said of a change: a message (None: nothing) with its level and sound; None: its words are missing."""
        port = self._ctx.instructions
        if port is None:
            return None, 0, ""
        one, ask = port.instruction(ident), port.ask(ident)
        if one is not None:
            return self._of_instruction(one)
        return self._of_ask(ask) if ask is not None else (None, 0, "")

    def _of_instruction(self, one: Instruction) -> tuple[Message | None, int, str] | None:
        ctx, port = self._ctx, self._ctx.instructions
        assert port is not None
        to = say.target_words(ctx, one.topic, one.key)
        mine = one.topic == "unit" and one.said.actor.seat == port.me.seat and not one.said.provisional
        if mine and (one.id not in self._phoned or one.state == "withdrawn"):
            return self._of_unit(one)
        # a page that shows it may have read it before its words came
        if one.state in ("given", "read") and one.id not in self._seen and port.may("instruction.answer"):
            words = self._words(one.said.text)
            if words is None:
                return None
            told = Message("instruct.new", {"to": to, "words": words or ctx.t("instruct.by_voice"), "key": LIST_KEY})
            return told, Level.ORANGE, "alert_2"
        if one.answers and one.open and port.may("instruction.give"):
            words = self._words(one.answers[-1].said.text)
            if words is None:
                return None
            return Message(f"instruct.new_{one.answers[-1].state}", {"to": to, "words": words}), 0, ""
        if one.state == "withdrawn" and port.may("instruction.answer"):
            return Message("instruct.new_withdrawn", {"to": to}), 0, ""
        return None, 0, ""

    def _of_unit(self, one: Instruction) -> tuple[Message | None, int, str] | None:
        """The hub has what this seat wrote to a unit, or its recall: the unit's phone gets it too."""
        words = self._words(one.said.text)
        if words is None:
            return None
        known, self._phoned = one.id in self._phoned, self._phoned | {one.id}
        if one.state == "withdrawn" and known:
            acts.to_phone(self._ctx, one.key, Message("instruct.letter_back"))
        elif words and one.state != "withdrawn":
            acts.to_phone(self._ctx, one.key, Message("instruct.letter", {"words": words}))
        return None, 0, ""

    def _of_ask(self, ask: Ask) -> tuple[Message | None, int, str] | None:
        ctx, port = self._ctx, self._ctx.instructions
        assert port is not None
        about = say.case_words(ctx, ask.case)
        if ask.open and port.may("decision.give"):
            words = self._words(ask.said.text)
            if words is None:
                return None
            return Message("instruct.new_ask", {"case": about, "words": words}), Level.ORANGE, "alert_2"
        if not ask.open and port.may("decision.ask"):
            words = self._words(ask.given.text if ask.given is not None else None)
            if words is None:
                return None
            told = {"case": about, "verdict": Message(f"instruct.verdict_{ask.verdict}"), "words": words}
            return Message("instruct.new_decision" if words else "instruct.new_verdict", told), Level.YELLOW, "alert_2"
        return None, 0, ""

    def _words(self, ref: object) -> str | None:
        """Words of a text, None while they are on their way; "" where there are none."""
        if ref is None:
            return ""
        return self._reading(ref.id)  # type: ignore[attr-defined]

    def _meetings(self) -> list[tuple[str, str, int]]:
        """(call, case, when) of 会商 about open cases that other seats called."""
        port = self._ctx.instructions
        if port is None:
            return []
        return [
            (case.meeting, case.id, case.met_at)
            for case in self._ctx.cases.all_open()
            if case.meeting and case.met_by != port.me.seat
        ]

    def _offer(self, case: str) -> None:
        """Another seat has begun a 会商: its case is offered, and shown where nothing else is looked at."""
        ctx = self._ctx
        found = ctx.cases.case(case)
        if found is not None and not ctx.selection.item[0]:
            ctx.selection.select(*item_of(found, ctx.picture))
        number = (found.number if found is not None else "") or "–"
        ctx.notify(Message("instruct.new_meeting", {"case": say.case_words(ctx, case), "number": number}), Level.YELLOW)
