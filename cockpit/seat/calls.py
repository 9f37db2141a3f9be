"""`ports.calls.Calls` of a seat: who can be reached, the calls of this desk, letters. In ticks; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cockpit.model.calls import (
    Call,
    CallKind,
    CallRecord,
    CallState,
    Contact,
    Enrolment,
    EnrolWanted,
    Frame,
    Leg,
    Listened,
    Listeners,
    Records,
    RecordsWanted,
    SettleWanted,
    Sound,
    SoundPart,
    SoundWanted,
    Way,
    WayKind,
)
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.letters import Letter, LetterKind
from cockpit.model.messages import Message
from cockpit.model.rehearsal import Held
from cockpit.model.wallasks import Nothing
from cockpit.seat.callhands import SOUND, CallHands, Chosen, choose_sound, void

Done = Callable[[Message | None], None]
MOST_CALLED = 200
"""People of one announcement or roll call."""
MOST_VOICE = 900_000
MOST_SOUND = 200_000_000
"""Bytes of a recording that is fetched."""


class LiveCalls(CallHands):
    """`ports.calls.Calls`. To be made before `seat.start`."""

    # -- who -----------------------------------------------------------------------------------------------------

    @property
    def _enrolled(self) -> frozenset[str]:
        return frozenset((*self._devices.enrolled, *self._devices.online, *self.board.online))

    def contact_of(self, unit: str) -> Contact | None:
        people = self._book.of_unit(unit) if self._book is not None else []
        ways = [Way(WayKind.WEBRTC, unit)] if unit in self._enrolled else []
        ways += [way for person in people for way in person.ways]
        if not ways:
            return None
        row = self._seat.picture["unit"].get(unit)
        name = str(row["name"]) if row is not None else people[0].name if people else unit
        area = str(row["area"]) if row is not None else people[0].area if people else ""
        first = people[0] if people else Contact("", "")
        return Contact(f"unit/{unit}", name, first.duty, first.org, unit, area, self._in_order(ways))

    def _in_order(self, ways: Sequence[Way]) -> tuple[Way, ...]:
        from cockpit.calls.book import order_ways
        from cockpit.calls.settings import CallSettings

        settings = self._made.settings if self._made is not None else CallSettings()
        return order_ways(ways, settings.ways.order)

    def contacts(self, text: str, done: Callable[[list[Contact]], None], most: int = 50) -> None:
        from cockpit.calls.book import Book, typed

        book = self._book if self._book is not None else Book()
        table = self._seat.picture["unit"]
        enrolled = self._enrolled
        keys, names = list(table.text("key")), list(table.text("name"))
        units = [
            Contact(f"unit/{key}", name, unit=key, ways=(Way(WayKind.WEBRTC, key),))
            for key, name in zip(keys, names, strict=True)
            if key in enrolled
        ]

        def work() -> None:
            found = book.find(text, most)
            have = {contact.unit for contact in found if contact.unit}
            found += [unit for unit in Book(units).find(text, most) if unit.unit not in have]
            number = typed(text)
            if number is not None and not any(one.id == number.id for one in found):
                found.append(number)
            self._seat.soon(lambda: done(found[:most]))

        self._seat.aside(work)

    # -- a call ----------------------------------------------------------------------------------------------------

    def place(
        self, contacts: Sequence[Contact], *, case: str = "", order: str = "", video: bool = False, roll: bool = False
    ) -> str:
        kind = CallKind.ROLL if roll else CallKind.GROUP if len(contacts) > 1 else CallKind.SINGLE
        return self._begin(kind, contacts, case, order, video=video)

    def announce(self, contacts: Sequence[Contact], words: str, *, case: str = "") -> str:
        return self._begin(CallKind.ANNOUNCE, contacts, case, "", words=words.strip())

    def _begin(
        self, kind: CallKind, contacts: Sequence[Contact], case: str, order: str, video: bool = False, words: str = ""
    ) -> str:
        why = self._why_not()
        if why is not None and why.id == "calls.not_in_drill":
            self._note_held(contacts, words)
        if why is None and not contacts:
            why = Message("calls.nobody")
        if why is None and kind is CallKind.ANNOUNCE and not words:
            why = Message("calls.no_words")
        if why is None and len(contacts) > MOST_CALLED:
            why = Message("calls.too_many", {"most": MOST_CALLED})
        if why is not None:
            self._say(why)
            return ""
        now, clock = self._seat.live.now(), self._seat.live.base
        people = {contact.id: contact for contact in contacts}.values()
        legs = tuple(Leg(new_id(clock), contact, CallState.PLACING, begun=now) for contact in people)
        call = Call(new_id(clock), kind, legs, case, order, begun=now)
        self._begun[call.id] = call
        self._do(lambda desk: desk.begin(call, video=video, words=words))
        self._tell("call", lambda: None)
        return call.id

    def _why_not(self) -> Message | None:
        """Why nobody can be called now."""
        if self._seat.looks_back:
            return Message("calls.not_in_replay")
        return self._not_in_drill()

    def _not_in_drill(self) -> Message | None:
        """Why nobody real is spoken to: a rehearsal's seat does not, whether its hub has said its world or not."""
        if self._seat.rehearses or self._world not in ("", "live"):
            return Message("calls.not_in_drill")
        return None

    def _refused(self) -> bool:
        """Whether this is of no use in a rehearsal, which is said then."""
        why = self._not_in_drill()
        if why is not None:
            self._say(why)
        return why is not None

    def _note_held(self, contacts: Sequence[Contact], words: str) -> None:
        """The report of a rehearsal says whom a seat would have called."""
        for contact in contacts[:MOST_CALLED]:
            held = Held(self._seat.live.now(), "call", contact.name, words)
            self._seat.ask("rehearse.note", held, Nothing, lambda reply: None)

    def _say(self, what: Message) -> None:
        self._seat.soon(lambda: self._seat.notices.append(what))

    def answer(self, call: str, video: bool = False) -> None:
        if not self._refused():
            self._do(lambda desk: desk.answer(call, video))

    def decline(self, call: str) -> None:
        self._do(lambda desk: desk.decline(call))

    def hang_up(self, call: str) -> None:
        self._do(lambda desk: desk.hang_up(call))

    def hold(self, call: str, on: bool) -> None:
        self._do(lambda desk: desk.hold(call, on))

    def mute(self, call: str, on: bool) -> None:
        self._do(lambda desk: desk.mute(call, on))

    def push_to_talk(self, call: str, on: bool) -> None:
        self._do(lambda desk: desk.push_to_talk(call, on))

    def talk(self, down: bool) -> None:
        self._do(lambda desk: desk.talk(down))

    def camera(self, call: str, on: bool) -> None:
        self._do(lambda desk: desk.camera(call, on))

    def digits(self, leg: str, digits: str) -> None:
        self._do(lambda desk: desk.digits(leg, digits))

    def transfer(self, leg: str, to: Contact) -> None:
        if not self._refused():
            self._do(lambda desk: desk.transfer(leg, to))

    def add(self, call: str, contacts: Sequence[Contact]) -> None:
        why = self._why_not()
        if why is not None:
            self._say(why)
            return
        people = [(new_id(self._seat.live.base), contact) for contact in contacts]
        self._do(lambda desk: desk.add(call, people))

    def drop(self, leg: str) -> None:
        self._do(lambda desk: desk.drop(leg))

    def mute_leg(self, leg: str, on: bool) -> None:
        self._do(lambda desk: desk.mute_leg(leg, on))

    def record(self, call: str, on: bool) -> None:
        self._do(lambda desk: desk.record(call, on))

    def note(self, call: str, words: str) -> None:
        self._do(lambda desk: desk.note(call, words))

    def frame(self, leg: str) -> Frame | None:
        if self._made is None:
            return None
        media, desk = self._made.media, self._made.desk
        if media is None or desk is None:
            return None
        run = desk.table.run(leg) if leg else None
        attempt = run.attempt if run is not None else None
        if leg and attempt is None:
            return None
        return media.frame(attempt.id if attempt is not None else "")

    # -- the hall --------------------------------------------------------------------------------------------------

    def settle(self, missed: str, words: str, done: Done) -> None:
        self._ask("calls.settle", SettleWanted(missed, words), Any, lambda found: None, done)

    def records(
        self, done: Callable[[list[CallRecord] | Message], None], *, case: str = "", before: int = 0, most: int = 100
    ) -> None:
        self._ask("calls.records", RecordsWanted(case, before, most), Records, lambda said: list(said.records), done)

    def recording(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        self._fetch("calls.recording", sha256, done)

    def listened(self, sha256: str, done: Callable[[list[Listened] | Message], None]) -> None:
        self._ask("calls.listened", SoundWanted(sha256), Listeners, lambda said: list(said.listened), done)

    def voice(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        self._fetch("voice", sha256, done)

    def _fetch(self, what: str, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        """A sound, piece by piece."""

        async def fetch() -> bytes:
            data = b""
            while True:
                part: SoundPart = await self._station.ask(what, SoundWanted(sha256, len(data)), SoundPart)
                data += part.data
                if len(data) >= part.size or len(data) > MOST_SOUND:
                    return data
                if not part.data:
                    raise OutsideError("seat.hub_nonsense")

        self._await(fetch, done)

    def _ask(
        self, what: str, wanted: object, reply: Any, made: Callable[[Any], Any], done: Callable[[Any], None]
    ) -> None:
        self._seat.ask(what, wanted, reply, lambda found: done(found if isinstance(found, Message) else made(found)))

    def enrol(self, unit: str, done: Callable[[tuple[str, int] | Message], None]) -> None:
        self._ask("calls.enrol", EnrolWanted(unit), Enrolment, lambda said: (said.url, said.until), done)

    # -- sound -----------------------------------------------------------------------------------------------------

    @property
    def sound(self) -> Sound:
        media = self._made.media if self._made is not None else None
        return media.sound if media is not None else Sound()

    def use_sound(self, input: str, output: str) -> None:
        chosen, file = Chosen(input, output), self._seat.folder.parent / SOUND
        self._seat.aside(lambda: choose_sound(file, chosen))

        def used(problem: object) -> None:
            if isinstance(problem, Message):
                self._seat.notices.append(problem)
            self._seat.changed("call")

        self._ask_media(lambda media: media.use(input, output), used)

    def watch_sound(self, on: bool) -> None:
        """Opens the microphone for its level meter, or no longer; devices are looked for."""

        def watched(problem: object) -> None:
            if isinstance(problem, Message) and on:
                self._seat.notices.append(problem)

        self._ask_media(lambda media: media.watch(on), watched)

    def test_echo(self, done: Done) -> None:
        self._ask_media(lambda media: media.echo_test(), done)

    def record_voice(self, on: bool, done: Callable[[tuple[bytes, float] | Message], None]) -> None:
        self._ask_media(lambda media: media.record_voice(on), done)

    def keep_sound(self, sound: bytes, done: Callable[[str | Message], None]) -> None:
        async def keep() -> str:
            await self._station.ready()
            return await self._station.keep_sentence(sound)

        self._await(keep, done)

    # -- letters ---------------------------------------------------------------------------------------------------

    def letters(self, unit: str) -> Sequence[Letter]:
        return self._letters.of(unit)

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
        from cockpit.model.entries import MAX_TEXT
        from cockpit.seat.callletters import compose

        why = self._why_not()
        if why is None and len(words) > MAX_TEXT:
            why = Message("seat.text_too_long", {"most": MAX_TEXT})
        if why is None and len(voice) > MOST_VOICE:
            why = Message("calls.voice_long", {"most": MOST_VOICE // 1000})
        if why is not None or not units:
            self._say(why or Message("calls.nobody"))
            return
        seat = self._seat.cases.actor.seat
        sends = compose(
            self._seat.live,
            seat,
            self.called(),
            units,
            words,
            kind=kind,
            case=case,
            order=order,
            voice=voice,
            seconds=seconds,
        )
        self._tell("letter", lambda: self._letters.wait([letter for send in sends for letter in send.letters]))

        async def keep() -> None:
            await self._station.ready()
            await self._post.send(sends)

        self._seat.on_io(lambda: void(self._station.spawn(keep())))
