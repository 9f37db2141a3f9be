"""Calls and letters of a seat with a real hub over a real bus; only who picks up is scripted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cockpit.calls import finding
from cockpit.media import client
from cockpit.model.calls import CallState, Contact, Outcome, Signal, Way, WayKind
from cockpit.model.entries import Noted
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.letters import Letter, LetterKind, LetterState, Wrote
from cockpit.model.messages import Message
from cockpit.model.ports.link import LinkState
from cockpit.seat import callhands
from cockpit.seat.calls import LiveCalls
from tests.call_hands import ScriptedAdapter, person, phone
from tests.living_hub import CLOCK, UNIT_KEYS, LivingHub, Seated, an_order, seated
from tests.on_the_wire import on_the_wire

UNIT = UNIT_KEYS[0]


class Caller:
    """A seat that calls: its adapters do what `sip.script` and `web.script` say."""

    def __init__(self, seated: Seated, calls: LiveCalls, adapters: dict[WayKind, ScriptedAdapter]) -> None:
        self.seated, self.calls = seated, calls
        self.sip, self.web = adapters[WayKind.SIP], adapters[WayKind.WEBRTC]

    def until(self, what: Any) -> None:
        self.seated.until(what)

    def live(self) -> None:
        self.until(lambda: self.seated.seat.link.state is LinkState.LIVE)

    def on_io(self, what: Any) -> None:
        self.seated.seat.on_io(what)

    def call(self, id: str) -> Any:
        return next((call for call in self.calls.calls if call.id == id), None)

    def state(self, id: str) -> CallState | None:
        call = self.call(id)
        return call.state if call is not None else None


@pytest.fixture
def callers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Makes seats that call; their adapters are scripted."""
    made: list[dict[WayKind, ScriptedAdapter]] = []

    def find(around: Any) -> Any:
        adapters = {kind: ScriptedAdapter(kind, {}) for kind in (WayKind.WEBRTC, WayKind.SIP)}
        for adapter in adapters.values():
            adapter.events = around.events
        made.append(adapters)
        return adapters, {WayKind.HANDOFF: Message("calls.way_off")}

    monkeypatch.setattr(finding, "find_adapters", find)

    @contextmanager
    def make(hub: LivingHub, name: str = "desk", join: bool = True) -> Iterator[Caller]:
        folder = tmp_path / name
        with seated(folder, hub, start=False) as one:
            calls = LiveCalls(one.seat)
            one.seat.start()
            calls.read_books()
            one.until(lambda: calls.lines)
            caller = Caller(one, calls, made[-1])
            if join:
                caller.live()
            yield caller

    return make


def placed(caller: Caller, case: str = "") -> str:
    """A call that was answered."""
    id = caller.calls.place([person("王值班", phone("8001"))], case=case)
    assert caller.call(id) is not None, "it is there at once"
    caller.until(lambda: caller.state(id) is CallState.UP)
    return id


def an_open_case(caller: Caller) -> str:
    return caller.seated.submit(an_order())


@pytest.mark.system
def test_a_call_is_in_the_halls_book_and_on_the_timeline_of_its_case(tmp_path: Path, callers: Any) -> None:
    with LivingHub(tmp_path / "hub") as hub, callers(hub) as desk:
        case = an_open_case(desk)
        id = placed(desk, case)
        desk.calls.note(id, "已告知")
        desk.calls.hang_up(id)
        desk.until(lambda: desk.state(id) is CallState.ENDED)
        desk.until(lambda: desk.seated.cases.case(case).calls)
        (made,) = desk.seated.cases.case(case).calls
        assert (made.outcome, made.way, made.call) == ("answered", "sip", id)
        records = desk.seated.heard(lambda done: desk.calls.records(done, case=case))
        assert [(one.contact.name, one.note, one.seat) for one in records] == [("王值班", "已告知", "seat-1")]
        assert desk.seated.heard(lambda done: desk.calls.listened("ab" * 32, done)) == []
        desk.calls.note(id, "已告知，十分钟到")
        desk.until(lambda: desk.seated.heard(lambda done: desk.calls.records(done))[0].note == "已告知，十分钟到")
        desk.until(lambda: any(isinstance(step.entry, Noted) for step in desk.seated.cases.case(case).steps))


@pytest.mark.system
def test_what_ended_while_the_hub_was_away_is_told_once_it_is_there_even_after_a_restart(
    tmp_path: Path, callers: Any
) -> None:
    hub = LivingHub(tmp_path / "hub")
    with hub, callers(hub) as desk:
        case = an_open_case(desk)
    with callers(hub, join=False) as desk:
        id = placed(desk, case)
        desk.calls.hang_up(id)
        desk.until(lambda: desk.state(id) is CallState.ENDED)
        desk.calls.write([UNIT], "请到现场")
        desk.until(lambda: desk.calls.letters(UNIT))
        assert desk.calls.letters(UNIT)[0].state is LetterState.WAITING
    with hub, callers(hub) as desk:
        desk.until(lambda: desk.seated.cases.case(case) and desk.seated.cases.case(case).calls)
        desk.until(lambda: [one.state for one in desk.calls.letters(UNIT)] == [LetterState.SENT])
        desk.until(lambda: desk.seated.heard(lambda done: desk.calls.records(done)))
        assert len(desk.seated.heard(lambda done: desk.calls.records(done))) == 1


@pytest.mark.system
def test_a_phone_page_rings_at_both_desks_and_the_first_has_it(tmp_path: Path, callers: Any) -> None:
    with (
        LivingHub(tmp_path / "hub") as hub,
        callers(hub, "a") as first,
        callers(hub, "b") as second,
        on_the_wire(hub, "gateway") as phone_page,
    ):
        id, leg = new_id(CLOCK), new_id(CLOCK)
        offer = Signal("offer", leg, id, UNIT, "device-1", "v=0", name="李")
        phone_page.signal("hub", offer)
        for desk in (first, second):
            desk.until(lambda desk=desk: desk.state(id) is CallState.INCOMING)
        assert first.call(id).legs[0].contact.unit == UNIT
        first.calls.answer(id)
        first.until(lambda: first.state(id) is CallState.UP)
        second.until(lambda: second.call(id) is None)
        (taken,) = first.web.what("signal")
        assert (taken[2].sdp, taken[2].device, taken[1]) == ("v=0", "device-1", leg)
        phone_page.signal("seat-1", Signal("bye", leg, id, UNIT, "device-1"))
        first.until(lambda: len(first.web.what("signal")) == 2)
        second.calls.answer(id)  # too late: nothing rings there any more
        assert not second.web.what("answer")


@pytest.mark.system
def test_who_claims_second_is_told_who_was_first(tmp_path: Path, callers: Any) -> None:
    with (
        LivingHub(tmp_path / "hub") as hub,
        callers(hub, "a") as first,
        callers(hub, "b") as second,
        on_the_wire(hub, "gateway") as phone_page,
    ):
        id = new_id(CLOCK)
        phone_page.signal("hub", Signal("offer", new_id(CLOCK), id, UNIT, "device-1", "v=0"))
        for desk in (first, second):
            desk.until(lambda desk=desk: desk.state(id) is CallState.INCOMING)
        first.calls.answer(id)
        second.calls.answer(id)
        both = first.web, second.web
        first.until(lambda: any(web.what("answer") for web in both))
        for _ in range(2):
            first.until(lambda: second.seated.tick() is not None and (first.seated.notices or second.seated.notices))
        assert sum(len(web.what("answer")) for web in both) == 1


@pytest.mark.system
def test_a_telephone_that_nobody_took_is_a_work_item_of_the_hall_until_it_is_settled(
    tmp_path: Path, callers: Any
) -> None:
    with LivingHub(tmp_path / "hub") as hub, callers(hub) as desk:
        desk.until(lambda: desk.seated.heard(lambda done: desk.calls.contacts("街道值班长", done)))
        desk.on_io(lambda: desk.sip.events.came_in("leg-1", phone("8302"), "", False))
        desk.until(lambda: desk.calls.board.ringing)
        (call,) = desk.calls.calls
        assert (call.state, call.legs[0].contact.duty) == (CallState.INCOMING, "街道值班长"), "the pack's book knows"
        desk.on_io(lambda: desk.sip.events.ended("leg-1", Outcome.CANCELLED, Message("calls.cancelled")))
        desk.until(lambda: desk.calls.board.missed)
        missed = desk.calls.board.missed[0]
        assert not missed.settled
        assert desk.seated.heard(lambda done: desk.calls.settle(missed.inbound.id, "已回电", done)) is None
        desk.until(lambda: desk.calls.board.missed[0].settled)
        desk.until(lambda: desk.seated.heard(lambda done: desk.calls.records(done)))
        records = desk.seated.heard(lambda done: desk.calls.records(done))
        assert [one.outcome for one in records] == [Outcome.MISSED]


@pytest.mark.system
def test_letters_go_to_units_and_theirs_come_and_are_there_without_the_hub(tmp_path: Path, callers: Any) -> None:
    hub = LivingHub(tmp_path / "hub")
    with hub, callers(hub) as desk:
        desk.calls.write([UNIT, UNIT_KEYS[1]], "今晚暴雨，请上岗", kind=LetterKind.ANNOUNCE)
        desk.until(lambda: [one.state for one in desk.calls.letters(UNIT)] == [LetterState.SENT])
        assert desk.calls.letters(UNIT)[0].group == desk.calls.letters(UNIT_KEYS[1])[0].group != ""
        with on_the_wire(hub, "gateway") as gateway:
            letter = Letter(new_id(CLOCK), LetterKind.TEXT, "", UNIT, True, "李", CLOCK.now(), words="到了")
            gateway.say(Wrote(letter))
            desk.until(lambda: len(desk.calls.letters(UNIT)) == 2)
        sound = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
        desk.calls.write([UNIT], "", voice=sound, seconds=1.5)
        desk.until(lambda: [one for one in desk.calls.letters(UNIT) if one.voice and one.taken])
        voice = desk.calls.letters(UNIT)[-1].voice
        assert voice is not None
        assert desk.seated.heard(lambda done: desk.calls.voice(voice.sha256, done)) == sound
    with callers(hub, join=False) as desk:
        desk.until(lambda: len(desk.calls.letters(UNIT)) == 3)
        assert len(desk.calls.letters("")) == 4


@pytest.mark.system
def test_a_recording_is_at_the_hub_and_can_be_heard(tmp_path: Path, callers: Any) -> None:
    with LivingHub(tmp_path / "hub") as hub, callers(hub) as desk:
        sound = b"OggS" + bytes(range(256)) * 4000
        file = tmp_path / "call.ogg"
        file.write_bytes(sound)
        id = placed(desk)
        station = desk.calls._station
        desk.calls.hang_up(id)
        desk.until(lambda: desk.state(id) is CallState.ENDED)
        desk.until(lambda: desk.seated.heard(lambda done: desk.calls.records(done)))
        (record,) = desk.seated.heard(lambda done: desk.calls.records(done))
        desk.on_io(lambda: station.over(record, file))
        desk.until(lambda: desk.seated.heard(lambda done: desk.calls.records(done))[0].recording)
        (record,) = desk.seated.heard(lambda done: desk.calls.records(done))
        desk.until(lambda: not file.exists())
        assert desk.seated.heard(lambda done: desk.calls.recording(record.recording, done)) == sound


@pytest.mark.system
def test_in_a_replay_nobody_is_called_and_nothing_is_written(tmp_path: Path, callers: Any) -> None:
    with LivingHub(tmp_path / "hub") as hub, callers(hub) as desk:
        desk.seated.seat.looks_back = True
        assert desk.calls.place([person("王", phone("8001"))]) == ""
        desk.calls.write([UNIT], "请到现场")
        desk.until(lambda: desk.seated.notices.count("calls.not_in_replay") == 2)
        assert not desk.sip.placed
        desk.seated.seat.looks_back = False


@pytest.mark.system
def test_people_are_found_by_name_initials_number_and_unit(
    tmp_path: Path, callers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callhands, "LOOK_SECONDS", 0.1)
    with LivingHub(tmp_path / "hub") as hub, callers(hub, join=False) as desk:

        def find(text: str) -> list[Contact]:
            found: list[Contact] = desk.seated.heard(lambda done: desk.calls.contacts(text, done))
            return found

        desk.until(lambda: find("值班长"))
        assert {one.duty for one in find("jdzbz")} == {"街道值班长"}
        assert find("8001")[0].ways == (Way(WayKind.SIP, "8001", "分机"),)
        assert find("13800138000")[-1].id == "number/13800138000"
        crew = desk.calls.contact_of("positions/U102")
        assert crew is not None
        assert crew.ways == (Way(WayKind.SIP, "7101", "车台"),)
        assert desk.calls.contact_of("positions/U001") is None
        (tmp_path / "desk" / "contacts.csv").write_text("姓名,电话\n新来的,7777\n", encoding="utf-8")
        desk.until(lambda: find("xld"))


@pytest.mark.system
def test_sound_that_is_not_there_is_said_and_the_desk_goes_on(
    tmp_path: Path, callers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_sound(self: Any) -> None:
        raise OutsideError("media.no_extra")

    monkeypatch.setattr(client.MediaProcess, "start", no_sound)
    with LivingHub(tmp_path / "hub") as hub, callers(hub, join=False) as desk:
        problem = desk.seated.heard(desk.calls.test_echo)
        assert problem.id == "media.no_extra"
        placed(desk)


def test_nothing_of_calling_is_loaded_before_the_first_picture() -> None:
    code = (
        "import sys; import cockpit.seat.calls; "
        "bad = [m for m in sys.modules if m.startswith(('aiortc', 'av', 'ldap3', 'cockpit.calls.', 'cockpit.media'))]; "
        "print(bad); sys.exit(bool(bad))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
