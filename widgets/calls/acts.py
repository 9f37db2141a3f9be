"""What the desk does with calls, from wherever a person asks for it: whom is meant, whether it can be, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QApplication, QWidget

from cockpit.model.calls import Call, CallState, Contact, Inbound, Missed
from cockpit.model.cases import Case
from cockpit.model.letters import Letter
from cockpit.model.messages import Message
from cockpit.model.ports.calls import Calls
from widgets.calls.ask import AskDialog
from widgets.calls.words import no_line
from widgets.kit.context import PanelContext

ASK_FROM = 11
"""So many people are called at once only after a person has said so again."""
SETTLE = 0.6
"""Seconds in which a click on a telephone means nothing: the bar has just moved another row under the pointer."""
ALIVE = (CallState.UP, CallState.HELD, CallState.RINGING, CallState.PLACING)
SEEN = "letters.seen"
MOST_SEEN = 500


# -- whether -------------------------------------------------------------------------------------------------------


def refusal(ctx: PanelContext) -> Message | None:
    """Why nobody can be called from here now; None where they can."""
    if ctx.calls is None:
        return Message("callsui.no_calls")
    if ctx.tape is not None and ctx.tape.replay.id:
        return Message("callsui.in_replay")
    why = no_line(ctx.calls.lines, ctx.t)
    return Message("callsui.no_line", {"why": why}) if why else None


def may_call(ctx: PanelContext) -> Callable[[], bool | Message]:
    """For commands."""
    return lambda: refusal(ctx) or True


# -- who -----------------------------------------------------------------------------------------------------------


def contact(ctx: PanelContext, unit: str) -> Contact:
    """A unit as somebody who can be called; without any way where nothing is known, which the call then says."""
    found = ctx.calls.contact_of(unit) if ctx.calls is not None else None
    if found is not None:
        return found
    row = ctx.picture["unit"].get(unit) or {}
    return Contact(f"unit/{unit}", str(row.get("name") or unit), unit=unit, area=str(row.get("area", "")))


def unit_name(ctx: PanelContext, unit: str) -> str:
    row = ctx.picture["unit"].get(unit)
    return str(row["name"]) if row is not None and row["name"] else unit.rpartition("/")[2] or unit


def case_now(ctx: PanelContext) -> Case | None:
    """The case of what is selected."""
    topic, key = ctx.selection.item
    if topic == "case":
        return ctx.cases.case(key)
    if topic in ("event", "alarm"):
        return ctx.cases.of_event(key)
    return None


def about(ctx: PanelContext, unit: str = "") -> tuple[str, str]:
    """Case and order that a call with a unit is about: of what is selected, else of the order that the unit has."""
    case = case_now(ctx)
    if case is not None:
        order = next((one.id for one in case.orders.values() if one.unit == unit and not one.ended), "")
        return case.id, order
    mine = ctx.cases.order_of(unit) if unit else None
    return (mine.case, mine.id) if mine is not None else ("", "")


def meant(ctx: PanelContext) -> list[Contact]:
    """Whom the call key means: who is marked in the list with the keyboard, the row that has it, the unit that is
    selected, the one that has the order of the selected case, else all that were gathered on the map."""
    focus = QApplication.focusWidget()
    if ctx.calling.marked and _in_a_list_of_people(focus):
        return list(ctx.calling.marked)
    unit = _unit_of(focus)
    if not unit and ctx.selection.topic == "unit":
        unit = ctx.selection.key
    if unit:
        return [contact(ctx, unit)]
    ordered = ordered_units(ctx)
    if ordered:
        return [contact(ctx, ordered[0])]
    if ctx.selection.topic in ("event", "case", "alarm"):
        return []
    return [contact(ctx, key) for key in ctx.selection.members_of("unit")]


def meant_group(ctx: PanelContext) -> list[Contact]:
    """Whom the group key means: the marked ones, all that were gathered on the map, else all on orders of the case."""
    if ctx.calling.marked and _in_a_list_of_people(QApplication.focusWidget()):
        return list(ctx.calling.marked)
    units = ctx.selection.members_of("unit") or ordered_units(ctx)
    return [contact(ctx, key) for key in units]


def ordered_units(ctx: PanelContext) -> tuple[str, ...]:
    """Units that work on the orders of the selected case, the lead first."""
    case = case_now(ctx)
    if case is None:
        return ()
    orders = [order for order in case.orders.values() if not order.ended]
    return tuple(dict.fromkeys(order.unit for order in sorted(orders, key=lambda one: not one.lead)))


def _unit_of(focus: QWidget | None) -> str:
    """The unit that the row with the keyboard stands for."""
    return str(getattr(focus, "unit_key", "") or "") if focus is not None else ""


def _in_a_list_of_people(focus: QWidget | None) -> bool:
    while focus is not None:
        if focus.property("people"):
            return True
        focus = focus.parentWidget()
    return False


# -- doing ---------------------------------------------------------------------------------------------------------


def call(ctx: PanelContext, contacts: Sequence[Contact], *, video: bool = False, roll: bool = False) -> None:
    """Calls somebody, or several in a group; many only after a question."""
    problem = refusal(ctx)
    if problem is not None:
        ctx.notify(problem, 0)
        return
    if not contacts:
        ctx.notify(Message("callsui.nobody"), 0)
        return
    if len(contacts) < ASK_FROM:
        _place(ctx, contacts, video, roll)
        return
    t = ctx.t
    words = t("callsui.ask_many", n=len(contacts), name=contacts[0].name)
    asked = AskDialog(t("callsui.ask_title"), words, t("callsui.ask_do"), t("callsui.cancel"), _window(ctx))
    asked.accepted.connect(lambda: _place(ctx, contacts, video, roll))
    asked.open()


def _place(ctx: PanelContext, contacts: Sequence[Contact], video: bool, roll: bool) -> None:
    assert ctx.calls is not None
    already = next((one for one in living(ctx.calls) if _is_with(one, contacts)), None)
    if already is not None and not roll:  # pressed twice: they are not called a second time
        ctx.calling.look_at(already.id)
        ctx.notify(Message("callsui.already", {"name": contacts[0].name}), 0)
        return
    ctx.calling.moved_at = ctx.clock.mono()
    case, order = about(ctx, contacts[0].unit if len(contacts) == 1 else "")
    ctx.calling.look_at(ctx.calls.place(contacts, case=case, order=order, video=video, roll=roll))


def _is_with(one: Call, contacts: Sequence[Contact]) -> bool:
    """Whether it is a call with just this person."""
    return len(one.legs) == len(contacts) == 1 and one.legs[0].contact.id == contacts[0].id


def click_unit(ctx: PanelContext, unit: str, video: bool = False) -> None:
    """The telephone of a row was clicked."""
    if settled(ctx):
        call_unit(ctx, unit, video)


def settled(ctx: PanelContext) -> bool:
    """Whether rows have stood where they are for long enough that a click is meant for the one that it hits."""
    return ctx.clock.mono() - ctx.calling.moved_at >= SETTLE


def call_unit(ctx: PanelContext, unit: str, video: bool = False) -> None:
    call(ctx, [contact(ctx, unit)], video=video)


def call_meant(ctx: PanelContext, video: bool = False) -> None:
    people = meant(ctx)
    if people:
        call(ctx, people, video=video)
    else:
        ctx.notify(Message("callsui.nobody_meant"), 0)


def call_group(ctx: PanelContext, roll: bool = False) -> None:
    people = meant_group(ctx)
    if people:
        call(ctx, people, roll=roll)
    else:
        ctx.notify(Message("callsui.nobody_gathered"), 0)


def read_letters(ctx: PanelContext, unit: str = "") -> None:
    """Opens the letters with a unit; "" the newest of all."""
    ctx.calling.read(unit)
    problem = ctx.actions.trigger("call.letters")
    if problem is not None:
        ctx.notify(problem, 0)


def _window(ctx: PanelContext) -> QWidget | None:
    """What a question is asked over."""
    focus = QApplication.focusWidget() or QApplication.activeWindow()
    return focus.window() if focus is not None else None


# -- what there is -------------------------------------------------------------------------------------------------


def living(port: Calls) -> list[Call]:
    """Calls of this desk that go on, without those that only ring here."""
    return [one for one in port.calls if one.state in ALIVE]


def current(ctx: PanelContext) -> Call | None:
    """The call that bar and panel show: the one looked at, else the most alive one, else the last that just ended."""
    if ctx.calls is None:
        return None
    calls = [one for one in ctx.calls.calls if one.state is not CallState.INCOMING]
    looked = next((one for one in calls if one.id == ctx.calling.call), None)
    if looked is not None and looked.state is not CallState.ENDED:
        return looked
    alive = sorted((one for one in calls if one.state in ALIVE), key=lambda one: ALIVE.index(one.state))
    return alive[0] if alive else looked


def incoming(ctx: PanelContext, passed: frozenset[str] = frozenset()) -> list[Inbound]:
    """What rings at this desk, oldest first, without those that a person here has passed by."""
    port = ctx.calls
    if port is None:
        return []
    board = {one.id: one for one in port.board.ringing}
    mine = [one for one in port.calls if one.state is CallState.INCOMING]
    found = [board.get(one.id) or _as_inbound(one) for one in mine]
    return sorted((one for one in found if one.id not in passed and not one.claimed), key=lambda one: one.since)


def _as_inbound(call: Call) -> Inbound:
    """One that the hub does not know of: it came to this desk's own telephone line."""
    leg = call.legs[0]
    assert leg.way is not None or leg.contact.ways
    return Inbound(call.id, leg.contact, leg.way or leg.contact.ways[0], call.begun, video=leg.video)


def missed(ctx: PanelContext) -> list[Missed]:
    """Missed calls that nobody settled, newest first."""
    if ctx.calls is None:
        return []
    return sorted((one for one in ctx.calls.board.missed if not one.settled), key=lambda one: -one.ended)


def unread(ctx: PanelContext) -> list[Letter]:
    """Letters of units that nobody at this desk has seen."""
    if ctx.calls is None:
        return []
    seen = _seen(ctx)
    return [one for one in ctx.calls.letters("") if one.from_unit and one.written > seen.get(one.unit, 0)]


def saw(ctx: PanelContext, unit: str, written: int) -> None:
    """A person has the letters of a unit before them."""
    seen = _seen(ctx)
    if written > seen.get(unit, 0):
        seen[unit] = written
        newest = sorted(seen.items(), key=lambda item: item[1])[-MOST_SEEN:]
        ctx.prefs.set(SEEN, dict(newest))


def _seen(ctx: PanelContext) -> dict[str, int]:
    kept = ctx.prefs.get(SEEN, {})
    return {k: v for k, v in kept.items() if isinstance(v, int)} if isinstance(kept, dict) else {}
