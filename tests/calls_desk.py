"""Calling as a panel sees it, played by hand: a port that does what a test tells it, and the desk around it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.calls import (
    Call,
    CallBoard,
    CallKind,
    CallRecord,
    CallState,
    Contact,
    Frame,
    Inbound,
    Leg,
    Line,
    Listened,
    Missed,
    Outcome,
    Quality,
    Sound,
    SoundDevice,
    Way,
    WayKind,
)
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.letters import Letter, LetterKind
from cockpit.model.messages import Message
from cockpit.ui.calldesk import CallDesk
from tests.living_picture import NOW, living_picture
from tests.loop_desk import LoopWindow
from tests.panel_desk import Asked

PAGE, PHONE = WayKind.WEBRTC, WayKind.SIP
CALLING = frozenset({"call", "letter"})
READY = (Line(PAGE, "手机网页", True), Line(PHONE, "话务台 8001", True))


class HandCalls:
    """`ports.Calls`: keeps what was asked of it; calls are what a test puts into them.

    Attributes:
        done: (what, arguments) of everything that was asked, in order.
        book: who can be found. records_asked, enrols, echoes, sounds, voices, settles: questions not yet answered.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self.calls: list[Call] = []
        self.board = CallBoard()
        self.lines: Sequence[Line] = READY
        self.sound = Sound(
            inputs=(SoundDevice("built-in", "内置话筒"), SoundDevice("usb", "Jabra Evolve 20", True)),
            outputs=(SoundDevice("speaker", "内置扬声器"), SoundDevice("usb", "Jabra Evolve 20", True)),
            input="usb",
            output="usb",
            echo=True,
            level_in=0.6,
            level_out=0.4,
        )
        self.done: list[tuple[str, tuple[Any, ...]]] = []
        self.book: list[Contact] = []
        self.frames: dict[str, Frame] = {}
        self.all_letters: list[Letter] = []
        self.records_asked, self.enrols, self.echoes = Asked(), Asked(), Asked()
        self.sounds, self.voices, self.settles = Asked(), Asked(), Asked()
        self.recorded, self.listeners = Asked(), Asked()
        self._count = 0

    def _did(self, what: str, *args: Any) -> None:
        self.done.append((what, args))

    def asked(self, what: str) -> list[tuple[Any, ...]]:
        """The arguments of each time that it was asked for."""
        return [args for name, args in self.done if name == what]

    def _new(self) -> str:
        self._count += 1
        return f"call-{self._count}"

    def change(self, call: str, **fields: Any) -> None:
        self.calls = [msgspec.structs.replace(one, **fields) if one.id == call else one for one in self.calls]

    def change_leg(self, leg: str, **fields: Any) -> None:
        """As if the other side or the network had done it."""
        self.calls = [
            msgspec.structs.replace(
                one,
                legs=tuple(msgspec.structs.replace(of, **fields) if of.id == leg else of for of in one.legs),
            )
            for one in self.calls
        ]

    # -- who

    def contact_of(self, unit: str) -> Contact | None:
        return next((one for one in self.book if one.unit == unit), None)

    def contacts(self, text: str, done: Callable[[list[Contact]], None], most: int = 50) -> None:
        found = [one for one in self.book if text in one.name or text in one.duty or text in "".join(one.org)]
        done(found[:most])

    # -- a call

    def place(
        self, contacts: Sequence[Contact], *, case: str = "", order: str = "", video: bool = False, roll: bool = False
    ) -> str:
        kind = CallKind.ROLL if roll else CallKind.GROUP if len(contacts) > 1 else CallKind.SINGLE
        return self._begin(contacts, kind, case=case, order=order, video=video)

    def announce(self, contacts: Sequence[Contact], words: str, *, case: str = "") -> str:
        self._did("announce", tuple(contacts), words)
        return self._begin(contacts, CallKind.ANNOUNCE, case=case)

    def _begin(
        self, contacts: Sequence[Contact], kind: CallKind, *, case: str = "", order: str = "", video: bool = False
    ) -> str:
        self._did("place", tuple(contacts), kind, case, order, video)
        ident, now = self._new(), self._now()
        legs = tuple(
            Leg(
                f"{ident}-{i}",
                one,
                CallState.RINGING if one.ways else CallState.ENDED,
                one.ways[0] if one.ways else None,
                outcome=None if one.ways else Outcome.UNREACHABLE,
                begun=now,
                rang=now,
            )
            for i, one in enumerate(contacts)
        )
        over = now if all(leg.state is CallState.ENDED for leg in legs) else 0
        self.calls.insert(0, Call(ident, kind, legs, case, order, begun=now, ended=over))
        return ident

    def answer(self, call: str, video: bool = False) -> None:
        self._did("answer", call, video)
        inbound = next((one for one in self.board.ringing if one.id == call), None)
        self.calls = [one for one in self.calls if one.id != call]
        now = self._now()
        contact = inbound.contact if inbound is not None else Contact("number/1", "1")
        way = inbound.way if inbound is not None else None
        leg = Leg(f"{call}-0", contact, CallState.UP, way, inbound=True, begun=now, rang=now, answered=now)
        self.calls.insert(0, Call(call, CallKind.SINGLE, (leg,), begun=now))
        self.board = msgspec.structs.replace(
            self.board, ringing=tuple(one for one in self.board.ringing if one.id != call)
        )

    def decline(self, call: str) -> None:
        self._did("decline", call)
        self.calls = [one for one in self.calls if one.id != call]

    def hang_up(self, call: str) -> None:
        self._did("hang_up", call)
        now = self._now()
        for one in self.calls:
            if one.id == call:
                for leg in one.legs:
                    outcome = Outcome.ANSWERED if leg.answered else Outcome.CANCELLED
                    self.change_leg(leg.id, state=CallState.ENDED, outcome=leg.outcome or outcome, ended=now)
        self.change(call, ended=now)

    def hold(self, call: str, on: bool) -> None:
        self._did("hold", call, on)
        self.change(call, held=on)

    def mute(self, call: str, on: bool) -> None:
        self._did("mute", call, on)
        self.change(call, muted=on)

    def push_to_talk(self, call: str, on: bool) -> None:
        self._did("push_to_talk", call, on)
        self.change(call, push=on)

    def talk(self, down: bool) -> None:
        self._did("talk", down)
        for one in self.calls:
            self.change(one.id, talking=down)

    def camera(self, call: str, on: bool) -> None:
        self._did("camera", call, on)
        for one in self.calls:
            if one.id == call:
                for leg in one.legs:
                    self.change_leg(leg.id, sends_video=on)

    def digits(self, leg: str, digits: str) -> None:
        self._did("digits", leg, digits)

    def transfer(self, leg: str, to: Contact) -> None:
        self._did("transfer", leg, to)

    def add(self, call: str, contacts: Sequence[Contact]) -> None:
        self._did("add", call, tuple(contacts))
        now = self._now()
        for one in self.calls:
            if one.id == call:
                more = tuple(
                    Leg(f"{call}-{len(one.legs) + i}", who, CallState.RINGING, who.ways[0], begun=now, rang=now)
                    for i, who in enumerate(contacts)
                )
                self.change(call, legs=(*one.legs, *more), kind=CallKind.GROUP)

    def drop(self, leg: str) -> None:
        self._did("drop", leg)
        self.change_leg(leg, state=CallState.ENDED, outcome=Outcome.ANSWERED, ended=self._now())

    def mute_leg(self, leg: str, on: bool) -> None:
        self._did("mute_leg", leg, on)
        self.change_leg(leg, muted=on)

    def record(self, call: str, on: bool) -> None:
        self._did("record", call, on)
        self.change(call, recording=on)

    def note(self, call: str, words: str) -> None:
        self._did("note", call, words)
        self.change(call, note=words)

    def frame(self, leg: str) -> Frame | None:
        return self.frames.get(leg)

    # -- the hall

    def settle(self, missed: str, words: str, done: Callable[[Message | None], None]) -> None:
        self._did("settle", missed, words)
        self.settles.open.append(((missed, words), done))

    def records(
        self, done: Callable[[list[CallRecord] | Message], None], *, case: str = "", before: int = 0, most: int = 100
    ) -> None:
        self.records_asked.open.append(((case, before, most), done))

    def recording(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        self.sounds.open.append((sha256, done))

    def listened(self, sha256: str, done: Callable[[list[Listened] | Message], None]) -> None:
        self.listeners.open.append((sha256, done))

    def enrol(self, unit: str, done: Callable[[tuple[str, int] | Message], None]) -> None:
        self.enrols.open.append((unit, done))

    def use_sound(self, input: str, output: str) -> None:
        self._did("use_sound", input, output)

    def watch_sound(self, on: bool) -> None:
        self._did("watch_sound", on)

    def test_echo(self, done: Callable[[Message | None], None]) -> None:
        self.echoes.open.append(((), done))

    # -- letters

    def letters(self, unit: str) -> Sequence[Letter]:
        return [one for one in self.all_letters if not unit or one.unit == unit]

    def write(
        self,
        units: Sequence[str],
        words: str,
        *,
        kind: LetterKind = LetterKind.TEXT,
        case: str = "",
        order: str = "",
        voice: bytes = b"",
        seconds: float = 0.0,
    ) -> None:
        self._did("write", tuple(units), words, kind, case, voice)
        for unit in units:
            ident = f"letter-{len(self.all_letters)}"
            self.all_letters.append(
                Letter(ident, kind, "seat-1", unit, False, "王强", self._now(), words, seconds=seconds, case=case)
            )

    def record_voice(self, on: bool, done: Callable[[tuple[bytes, float] | Message], None]) -> None:
        self._did("record_voice", on)
        self.recorded.open.append((on, done))

    def keep_sound(self, sound: bytes, done: Callable[[str | Message], None]) -> None:
        self._did("keep_sound", sound)
        done(hashlib.sha256(sound).hexdigest())

    def voice(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        self.voices.open.append((sha256, done))


class CallWindow(LoopWindow):
    """The duty desk with calling.

    Attributes:
        port: what was asked of calling. calling: what the desk does with it. rings: how often it rang.
    """

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (1920, 1080), **options: Any) -> None:
        options.setdefault("picture", living_picture(events=20, units=30, sensors=4, cameras=4))
        super().__init__(qtbot, size, **options)
        ctx = self.at.ctx
        self.port = HandCalls(ctx.clock.now)
        self.port.book = book(self)
        ctx.calls = self.port
        self.rings = 0
        self.calling = CallDesk(self.engine, ctx)
        self.calling.ring = self._ring
        for action in self.calling.actions():
            ctx.actions.add(action)
        ctx.actions.bind(self.window, lambda reason: ctx.notify(reason, 0))
        self.tell()

    def _ring(self) -> None:
        self.rings += 1

    def tell(self) -> None:
        """Calls changed, and every panel hears of it."""
        self.calling.refresh(CALLING)
        self.engine.refresh(CALLING)
        QApplication.processEvents()

    def second(self) -> None:
        self.at.clock.advance(1.0)
        self.calling.second()
        self.engine.age_tick()
        QApplication.processEvents()

    def run(self, action: str) -> Message | None:
        reason = self.at.ctx.actions.trigger(action)
        QApplication.processEvents()
        self.tell()
        return reason

    def select_unit(self, i: int = 0) -> str:
        key = self.units()[i]
        self.at.ctx.selection.select("unit", key)
        QApplication.processEvents()
        return key

    def units(self) -> list[str]:
        table = self.at.picture["unit"]
        return [table.key_at(i) for i in range(len(table))]

    def close(self) -> None:
        self.calling.close()
        super().close()


def book(window: LoopWindow) -> list[Contact]:
    """The units of the picture, and some people of the street's offices."""
    table = window.at.picture["unit"]
    people = []
    for i in range(min(len(table), 24)):
        row = table.row(i)
        ways = (Way(PAGE, row["key"]), Way(PHONE, f"sip:8{i:03}@pbx", "分机"))
        org = ("杭州市", "上城区", "闸弄口街道", "网格一组" if i % 2 else "网格二组")
        people.append(Contact(f"unit/{row['key']}", row["name"] or row["key"], "", org, row["key"], row["area"], ways))
    chief = Contact(
        "book/chief",
        "陈志远",
        "街道值班长",
        ("杭州市", "上城区", "闸弄口街道"),
        ways=(Way(PHONE, "13800138000", "手机"),),
    )
    return [chief, Contact("book/none", "周敏", "应急办", ("杭州市",)), *people]


def inbound(contact: Contact, ident: str = "in-1", **fields: Any) -> Inbound:
    return Inbound(ident, contact, contact.ways[0], fields.pop("since", NOW), **fields)


def missed(contact: Contact, ident: str = "miss-1", **fields: Any) -> Missed:
    return Missed(inbound(contact, ident, since=NOW - 4 * MINUTE), NOW - 3 * MINUTE, **fields)


def letter(unit: str, words: str, from_unit: bool = False, **fields: Any) -> Letter:
    at = fields.pop("written", NOW - MINUTE)
    ident = fields.pop("id", f"l-{unit}-{words}")
    name = "李娜" if from_unit else "王强"
    return Letter(ident, fields.pop("kind", LetterKind.TEXT), "seat-1", unit, from_unit, name, at, words, **fields)


def up(leg: Leg, now: int, **fields: Any) -> dict[str, Any]:
    """What a leg is when somebody has answered."""
    return {
        "state": CallState.UP,
        "answered": now - 73 * SECOND,
        "quality": Quality(0.0, 8.0, 41.0, "opus", 0.5),
        **fields,
    }


@contextmanager
def call_window(qtbot: QtBot, **options: Any) -> Iterator[CallWindow]:
    window = CallWindow(qtbot, **options)
    try:
        yield window
    finally:
        window.close()
