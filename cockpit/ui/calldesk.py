"""Calling at the desk: its commands and keys, the bar while a call goes on, what rings, and the panels it opens."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.calls import Call, CallState, Contact, Inbound, Leg, Way, WayKind
from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.ui.inputs import Inputs
from cockpit.ui.part import Part
from layouts.engine import LayoutEngine
from widgets.calls import acts, keys
from widgets.calls.bar import CallBar
from widgets.calls.incoming import IncomingCard, seat_words, show_caller
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext

SLOT = "calls"
PANEL, INCOMING, CONTACTS, LETTERS, LOG = "call", "incoming", "contacts", "letters", "calllog"
LATE = 10 * SECOND
"""So long the bar says how a call ended."""
TOPICS = frozenset({"call", "letter"})


class CallDesk(QObject, Part):
    """Opens and closes what calling shows. Nothing of it takes the keyboard unless a person asks for it.

    Attributes:
        bar: the softphone bar.
        ring: makes the sound of a call that comes in; called each second while one rings.
    """

    def __init__(self, engine: LayoutEngine, ctx: PanelContext) -> None:
        super().__init__(engine)
        self._engine, self._ctx = engine, ctx
        self.ring: Callable[[], object] = lambda: None
        self.bar = CallBar(ctx, engine)
        self._passed: set[str] = set()
        self._told: dict[str, Inbound] = {}
        self._before: dict[str, Callable[[], QWidget | None]] = {}
        self._talking = False
        self._left = ""
        self._inputs = Inputs(self._heard, self)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._left_for_another)
        ctx.calling.changed.connect(self.look)

    # -- commands ---------------------------------------------------------------------------------------------------

    def actions(self) -> Iterator[Action]:
        """Its commands, with their keys."""
        ctx, may = self._ctx, acts.may_call(self._ctx)
        yield Action("call.place", "callsui.do_call", lambda: acts.call_meant(ctx), (keys.CALL,), may, icon="phone")
        yield Action("call.video", "callsui.do_video", lambda: acts.call_meant(ctx, True), (keys.VIDEO,), may, "camera")
        yield Action("call.group", "callsui.do_group", lambda: acts.call_group(ctx), (keys.GROUP,), may, icon="people")
        yield Action("call.roll", "callsui.do_roll", lambda: acts.call_group(ctx, roll=True), (), may, icon="people")
        yield Action("call.dial", "callsui.do_dial", self.dial, (), may, icon="keypad")
        yield Action("call.take", "callsui.do_take", self.take, (keys.TAKE,), self._rings, icon="phone")
        yield Action(
            "call.take_video", "callsui.do_take_video", partial(self.take, True), (), self._rings, icon="camera"
        )
        yield Action("call.decline", "callsui.do_decline", self.decline, (), self._rings, icon="hang-up")
        yield Action("call.caller", "callsui.do_caller", self.show_caller, (), self._rings, icon="pin")
        yield Action("call.end", "callsui.do_end", self.end, (keys.END,), self._can_end, icon="hang-up")
        port_do, up = self._port_do, self._is_up
        yield Action("call.mute", "callsui.do_mute", lambda: port_do("mute", "muted"), (keys.MUTE,), up, icon="mic-off")
        yield Action("call.hold", "callsui.do_hold", lambda: port_do("hold", "held"), (keys.HOLD,), up, icon="pause")
        push = lambda: port_do("push_to_talk", "push")  # noqa: E731
        yield Action("call.push", "callsui.do_push", push, (keys.PUSH,), self._goes_on, icon="talk")
        record = lambda: port_do("record", "recording")  # noqa: E731
        yield Action("call.record", "callsui.do_record", record, (keys.RECORD,), up, icon="record")
        yield Action("call.camera", "callsui.do_camera", self.toggle_camera, (keys.CAMERA,), up, icon="camera")
        yield Action("call.keypad", "callsui.do_keypad", self.keypad, (keys.KEYPAD,), self._can_digits, icon="keypad")
        yield Action("call.transfer", "callsui.do_transfer", self.transfer, (keys.TRANSFER,), self._can_transfer)
        yield Action("call.add", "callsui.do_add", self.add, (keys.ADD,), self._goes_on, icon="user-plus")
        yield Action("call.next", "callsui.do_next", self.next_call, (), self._has_others)
        yield Action("call.sound", "callsui.do_sound", self.sound, (keys.SOUND,), self._has_calls, icon="headset")
        yield Action("call.enrol", "callsui.do_enrol", self.enrol, (), self._can_enrol, icon="qr")
        for panel, command, key, icon in (
            (PANEL, "panel", keys.PANEL, "people"),
            (CONTACTS, "contacts", keys.CONTACTS, "user"),
            (LOG, "log", keys.LOG, "phone"),
        ):
            toggle, close = partial(self.toggle, panel), partial(self.close_panel, panel)
            title = f"callsui.do_{command}"
            yield Action(f"call.{command}", title, toggle, (key,), self._can(panel), icon=icon)
            yield Action(
                f"call.{command}_close", f"{title}_close", close, enabled=partial(self._is_open, panel), shown=False
            )
        yield Action("call.letters", "callsui.do_letters_with", self._letters, (), self._can(LETTERS), shown=False)
        yield Action(
            "call.letters_of", "callsui.do_letters", self.letters, (keys.LETTERS,), self._can(LETTERS), icon="message"
        )
        close = partial(self.close_panel, LETTERS)
        yield Action(
            "call.letters_close", "callsui.do_letters_close", close, (), partial(self._is_open, LETTERS), shown=False
        )

    def _has_calls(self) -> bool | Message:
        return self._ctx.calls is not None or Message("callsui.no_calls")

    def _can(self, panel: str) -> Callable[[], bool | Message]:
        def can() -> bool | Message:
            if not self._engine.region_of(panel):
                return Message("callsui.not_in_layout")
            return self._has_calls()

        return can

    def _is_open(self, panel: str) -> bool:
        return self._engine.panel(panel) is not None

    def _rings(self) -> bool | Message:
        return bool(self._ringing()) or Message("callsui.nothing_rings")

    def _goes_on(self) -> bool | Message:
        call = self._call
        return (call is not None and call.state is not CallState.ENDED) or Message("callsui.no_call_now")

    def _is_up(self) -> bool | Message:
        call = self._call
        up = call is not None and call.state in (CallState.UP, CallState.HELD)
        return up or Message("callsui.not_up")

    def _can_end(self) -> bool | Message:
        return bool(self._ringing()) or self._call is not None or Message("callsui.no_call_now")

    def _can_digits(self) -> bool | Message:
        call = self._call
        up = self._is_up()
        if call is None or up is not True:
            return up
        there = [leg for leg in call.legs if leg.state in (CallState.UP, CallState.HELD)]
        return any(_on_telephone(leg) for leg in there) or Message("webrtc.no_digits")

    def _can_transfer(self) -> bool | Message:
        call = self._call
        up = self._is_up()
        if call is None or up is not True:
            return up
        if len(call.legs) != 1:
            return Message("callsui.transfer_one")
        return _on_telephone(call.legs[0]) or Message("webrtc.no_transfer")

    def _has_others(self) -> bool | Message:
        port = self._ctx.calls
        return (port is not None and len(acts.living(port)) > 1) or Message("callsui.no_other_call")

    def _can_enrol(self) -> bool | Message:
        if self._ctx.calls is None:
            return Message("callsui.no_calls")
        return self._ctx.selection.topic == "unit" or Message("callsui.select_unit")

    # -- the call ---------------------------------------------------------------------------------------------------

    @property
    def _call(self) -> Call | None:
        call = acts.current(self._ctx)
        if call is None or call.state is not CallState.ENDED:
            return call
        late = self._ctx.clock.now() - call.ended >= LATE
        return None if late or call.id == self._left else call

    def _port_do(self, what: str, attribute: str) -> None:
        call, port = self._call, self._ctx.calls
        if call is not None and port is not None:
            getattr(port, what)(call.id, not getattr(call, attribute))
            self.look()

    def toggle_camera(self) -> None:
        call, port = self._call, self._ctx.calls
        if call is not None and port is not None:
            port.camera(call.id, not any(leg.sends_video for leg in call.legs))
            self.look()

    def end(self) -> None:
        """Hangs up; what only rings is declined, and a call that is over already leaves the bar."""
        call, port = self._call, self._ctx.calls
        if port is None:
            return
        if call is not None and call.state is not CallState.ENDED:
            port.hang_up(call.id)
        elif self._ringing():
            self.decline()
        elif call is not None:
            self._left = call.id
        self.look()

    def take(self, video: bool = False) -> None:
        """Takes the call that has rung longest."""
        ringing, port = self._ringing(), self._ctx.calls
        if ringing and port is not None:
            self._ctx.calling.look_at(ringing[0].id)
            port.answer(ringing[0].id, video)
            self.look()

    def decline(self) -> None:
        """Not here; it goes on ringing at the other seats."""
        ringing, port = self._ringing(), self._ctx.calls
        if ringing and port is not None:
            self._passed.add(ringing[0].id)
            port.decline(ringing[0].id)
            self.look()

    def show_caller(self) -> None:
        show_caller(self._ctx, next(iter(self._ringing()), None))

    def next_call(self) -> None:
        """Looks at another one of the calls that go on."""
        port, call = self._ctx.calls, self._call
        if port is None or call is None:
            return
        ids = [one.id for one in acts.living(port)]
        at = ids.index(call.id) if call.id in ids else -1
        self._ctx.calling.look_at(ids[(at + 1) % len(ids)])

    def keypad(self) -> None:
        call, port = self._call, self._ctx.calls
        if call is None or port is None:
            return
        leg = next((leg for leg in call.legs if leg.state is CallState.UP and _on_telephone(leg)), None)
        if leg is None:
            return
        from widgets.calls.keypad import KeypadDialog

        dialog = KeypadDialog(self._ctx, leg.contact.name, self._engine.window())
        dialog.pressed.connect(lambda key: port.digits(leg.id, key))
        dialog.open()

    def dial(self) -> None:
        """Calls a number that is in no book."""
        from widgets.calls.keypad import KeypadDialog

        dialog = KeypadDialog(self._ctx, "", self._engine.window())
        dialog.dialled.connect(self._dialled)
        dialog.open()

    def _dialled(self, number: str) -> None:
        kinds = {line.kind for line in self._ctx.calls.lines if line.ready} if self._ctx.calls is not None else set()
        ways = tuple(Way(kind, number) for kind in (WayKind.SIP, WayKind.HANDOFF) if kind in kinds)
        acts.call(self._ctx, [Contact(f"number/{number}", number, ways=ways)])

    def add(self) -> None:
        """Chooses people of the book for the call that is shown."""
        call = self._call
        if call is not None:
            self._ctx.calling.want_more(call.id)
            self.open(CONTACTS)

    def transfer(self) -> None:
        """Chooses somebody of the book to whom the call goes on."""
        call = self._call
        if call is not None and call.legs:
            self._ctx.calling.want_other(call.legs[0].id)
            self.open(CONTACTS)

    def sound(self) -> None:
        from widgets.calls.sound import SoundDialog

        SoundDialog(self._ctx, self._engine.window()).open()

    def enrol(self) -> None:
        from widgets.calls.enrol import EnrolDialog

        unit = self._ctx.selection.key
        EnrolDialog(self._ctx, unit, acts.unit_name(self._ctx, unit), self._engine.window()).open()

    # -- panels -----------------------------------------------------------------------------------------------------

    def letters(self) -> None:
        """The letters with whom the call key would mean; the newest of all where it means nobody."""
        unit = next((one.unit for one in acts.meant(self._ctx) if one.unit), "")
        if self._is_open(LETTERS) and self._has_keyboard(LETTERS):
            self.close_panel(LETTERS)
            return
        self._ctx.calling.read(unit)
        self.open(LETTERS)

    def _letters(self) -> None:
        self.open(LETTERS)

    def toggle(self, panel: str) -> None:
        """Opens it with the keyboard in it; closes it when it has the keyboard already."""
        if self._is_open(panel) and self._has_keyboard(panel):
            self.close_panel(panel)
        else:
            if panel == CONTACTS:
                self._ctx.calling.want_more("")
            self.open(panel)

    def open(self, panel: str) -> None:
        """Shows a panel and gives it the keyboard, remembering who had it."""
        if not self._has_keyboard(panel):
            focus = self._engine.window().focusWidget()
            self._before[panel] = weakref.ref(focus) if focus is not None else lambda: None
        for other in (CONTACTS, LETTERS, LOG):
            if other != panel and panel != PANEL and self._is_open(other):
                self._leave(other)
                self._engine.show_region(self._engine.region_of(other), shown=False)
        self._engine.show_region(self._engine.region_of(panel))
        QTimer.singleShot(0, self, lambda: self._take_keyboard(panel))  # what was just opened is laid out first

    def close_panel(self, panel: str) -> None:
        """Hides a panel; the keyboard goes back to where it was."""
        had = self._has_keyboard(panel)
        self._leave(panel)
        self._engine.show_region(self._engine.region_of(panel), shown=False)
        before = self._before.pop(panel, lambda: None)()
        if had and before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus()
        elif had:
            self._engine.focus_next(1)

    def _leave(self, panel: str) -> None:
        leave = getattr(self._engine.panel(panel), "leave", None)
        if leave is not None:
            leave()

    def _has_keyboard(self, panel_id: str) -> bool:
        panel, focus = self._engine.panel(panel_id), self._engine.window().focusWidget()
        return panel is not None and focus is not None and (focus is panel or panel.isAncestorOf(focus))

    def _take_keyboard(self, panel_id: str) -> None:
        take = getattr(self._engine.panel(panel_id), "take_keyboard", None)
        if take is not None:
            take()

    # -- what the desk is told --------------------------------------------------------------------------------------

    def _ringing(self) -> list[Inbound]:
        return acts.incoming(self._ctx, frozenset(self._passed))

    def look(self) -> None:
        """Brings bar and card up to date; called when calls changed, and each second."""
        call = self._call
        if self.bar.isHidden() == (call is not None):
            self._ctx.calling.moved_at = self._ctx.clock.mono()
        self.bar.tell(call)
        self._engine.show_slot(SLOT, self.bar if call is not None else None)
        self.bar.setVisible(call is not None)
        self._inputs.listen(call is not None and call.state is not CallState.ENDED)
        if self._talking and (call is None or not call.push):
            self._speak(False)
        self._show_card()

    def _show_card(self) -> None:
        """The card comes and goes with what rings; one that another seat took says so."""
        ctx, ringing = self._ctx, self._ringing()
        region = self._engine.region_of(INCOMING)
        if not region:
            return
        if ringing:
            self._engine.show_region(region)
            card = self._engine.panel(INCOMING)
            if isinstance(card, IncomingCard):
                card.tell(ringing[0], len(ringing) - 1)
                card.raise_()
        elif self._engine.is_shown(region):
            self._engine.show_region(region, shown=False)
        board = {one.id: one for one in ctx.calls.board.ringing} if ctx.calls is not None else {}
        for gone in self._told.keys() - {one.id for one in ringing}:
            now = board.get(gone)
            if now is not None and now.claimed and not self._is_mine(gone):
                name = now.contact.name
                ctx.notify(Message("callsui.taken_by", {"seat": seat_words(now.claimed, ctx), "name": name}), 0)
        new = {one.id for one in ringing} - self._told.keys()
        self._told = {one.id: one for one in ringing}
        if new:
            self.ring()

    def _is_mine(self, call: str) -> bool:
        port = self._ctx.calls
        return port is not None and any(one.id == call and one.state is not CallState.INCOMING for one in port.calls)

    def refresh(self, topics: frozenset[str]) -> None:
        if topics & TOPICS:
            self.look()

    def second(self) -> None:
        """A second passed: ages, and the ringing goes on."""
        self.look()
        self.bar.age_tick()
        if self._told:
            self.ring()

    def close(self) -> None:
        """The window closes: nobody listens to its keys any more."""
        self._inputs.listen(False)
        self.bar.tell(None)

    def retheme(self) -> None:
        self.bar.retheme()

    def retranslate(self) -> None:
        self.bar.retranslate()

    # -- the talk key -----------------------------------------------------------------------------------------------

    def _heard(self, event: QEvent) -> bool:
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) or not isinstance(event, QKeyEvent):
            return False
        if event.key() != Qt.Key.Key_F1 or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        return self._talk_key(event, kind == QEvent.Type.KeyPress)

    def _left_for_another(self, state: Qt.ApplicationState) -> None:
        if self._talking and state != Qt.ApplicationState.ApplicationActive:
            self._speak(False)  # nobody would hear of the key coming up

    def _talk_key(self, event: QKeyEvent, down: bool) -> bool:
        call = self._call
        if call is None or call.state is CallState.ENDED:
            return False
        if event.isAutoRepeat() or down == self._talking:
            return True
        if down and not call.push:
            self._ctx.notify(Message("callsui.push_first", {"key": keys.PUSH}), 0)
            return True
        self._speak(down)
        return True

    def _speak(self, down: bool) -> None:
        self._talking = down
        if self._ctx.calls is not None:
            self._ctx.calls.talk(down)
        self.bar.tell(self._call)


def _on_telephone(leg: Leg) -> bool:
    """Whether tones and transfers reach it: a phone page knows neither."""
    return leg.way is None or leg.way.kind is not WayKind.WEBRTC
