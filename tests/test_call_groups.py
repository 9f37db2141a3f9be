"""Calls of several at the desk of calls: groups in the mix and in the PBX's room, roll calls, announcements."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cockpit.calls import groups
from cockpit.calls.settings import SipSettings
from cockpit.model.calls import CallKind, CallState, Outcome, WayKind
from cockpit.model.errors import OutsideError
from tests.call_hands import SHORT, Bench, bench, page, person, phone, rings, run

ROOM = msgspec.structs.replace(SHORT, sip=SipSettings("pbx.local", "8000", room="sip:9000@pbx.local"))


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "ROLL_SECONDS", 0.3)
    monkeypatch.setattr(groups, "AFTER_SECONDS", 0.01)


def up(desk: Bench, call: str) -> int:
    return sum(leg.state is CallState.UP for leg in desk.legs(call))


def test_a_group_has_telephones_and_pages_in_one_mix_with_the_desk(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")), person("李", page("positions/U001")))
            await desk.until(lambda: up(desk, call) == 2 and desk.media.desks.get(call) == (True, True))
            assert set(desk.sip.mixes.values()) == {call}
            assert set(desk.web.mixes.values()) == {call}

    run(story())


def test_the_eleventh_is_refused_in_a_sentence_and_the_others_speak(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(*(person(f"n{i}", page(f"positions/U{i:03d}")) for i in range(11)))
            await desk.until(lambda: up(desk, call) == 10)
            last = desk.legs(call)[10]
            assert last.why is not None
            assert (last.outcome, last.why.id, last.why.params) == (Outcome.REFUSED, "calls.group_full", {"most": 10})

    run(story())


def test_without_a_room_the_sixth_telephone_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(*(person(f"n{i}", phone(f"80{i:02d}")) for i in range(6)))
            await desk.until(lambda: up(desk, call) == 5 and desk.legs(call)[5].state is CallState.ENDED)
            assert [one.why.id for one in desk.legs(call)[5].failed] == ["calls.sip_full"]
            assert not desk.adapters[WayKind.HANDOFF].placed

    run(story())


def test_with_a_room_everyone_is_brought_there_and_the_desk_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, settings=ROOM) as desk:
            call = desk.call(*(person(f"n{i}", phone(f"80{i:02d}")) for i in range(7)))
            await desk.until(lambda: up(desk, call) == 8)
            assert desk.now(call).room == "sip:9000@pbx.local"
            assert {one[2] for one in desk.sip.what("transfer")} == {"sip:9000@pbx.local"}
            assert len(desk.sip.what("transfer")) == 7
            assert not desk.media.desks, "no media process is needed for the PBX's room"
            desk.desk.drop(desk.legs(call)[0].id)
            assert desk.outside.said[-1].id == "calls.dropped_in_room"
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.now(call).ended)
            assert len(desk.outside.records) == 7, "the line to the room is nobody"

    run(story())


def test_where_the_pbx_does_not_take_them_they_are_mixed_here(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, settings=ROOM) as desk:
            desk.sip.refuse["transfer"] = OutsideError("calls.no_way")
            call = desk.call(person("王", phone("8001")), person("李", phone("8002")))
            await desk.until(lambda: len(desk.sip.what("move")) >= 2)
            assert {one[2] for one in desk.sip.what("move")} == {call}

    run(story())


def test_a_second_person_makes_a_group_of_a_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")))
            await desk.until_state(call, CallState.UP)
            desk.desk.add(call, [("leg-2", person("李", page("positions/U001")))])
            await desk.until(lambda: up(desk, call) == 2 and desk.sip.what("move"))
            assert desk.now(call).kind is CallKind.GROUP
            assert desk.sip.mixes[desk.sip.placed["8001"]] == call
            desk.desk.drop("leg-2")
            await desk.until(lambda: up(desk, call) == 1)
            assert not desk.now(call).ended

    run(story())


def test_one_of_a_group_can_be_silenced_and_a_single_call_says_why_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")), person("李", phone("8002")))
            await desk.until(lambda: up(desk, call) == 2)
            desk.desk.mute_leg(desk.legs(call)[0].id, True)
            await desk.until(lambda: desk.legs(call)[0].muted)
            assert desk.media.what("mute") == [("mute", desk.sip.placed["8001"], True, "in")]
            single = desk.call(person("张", phone("8003")))
            await desk.until_state(single, CallState.UP)
            desk.desk.mute_leg(desk.legs(single)[0].id, True)
            await desk.until(lambda: desk.outside.said)
            assert desk.outside.said[-1].id == "calls.mute_needs_mix"

    run(story())


def test_a_group_goes_on_while_the_desk_is_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")), person("李", phone("8002")))
            await desk.until(lambda: desk.media.desks.get(call) == (True, True))
            desk.desk.hold(call, True)
            await desk.until(lambda: desk.media.desks[call] == (False, False))
            assert up(desk, call) == 2
            assert not desk.sip.what("hold")

    run(story())


def test_a_roll_call_asks_each_and_lists_who_is_there_by_voice_key_or_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, sip={"8003": rings}) as desk:
            people = [
                person("王", phone("8001")),
                person("李", phone("8002")),
                person("张", phone("8003")),
                person("赵", page("positions/U001")),
            ]
            call = desk.call(*people, kind=CallKind.ROLL)
            await desk.until(lambda: len(desk.media.what("roll")) >= 3)
            assert {one[2] for one in desk.media.what("say")} == {"点名，请回答。"}
            desk.sip.events.rolled(desk.sip.placed["8001"])
            desk.sip.events.digits(desk.sip.placed["8002"], "5")
            desk.sip.events.digits(desk.sip.placed["8002"], "1")
            desk.web.events.rolled(desk.web.placed["positions/U001"])
            await desk.until(lambda: desk.legs(call)[2].state is CallState.ENDED)
            assert [bool(leg.there) for leg in desk.legs(call)] == [True, True, False, True]
            assert desk.legs(call)[2].outcome is Outcome.NO_ANSWER

    run(story())


def test_who_waits_in_a_roll_call_gets_the_place_of_who_answered(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(*(person(f"n{i}", phone(f"80{i:02d}")) for i in range(7)), kind=CallKind.ROLL)
            await desk.until(lambda: len(desk.media.what("roll")) >= 5)
            assert len(desk.sip.placed) == 5
            desk.sip.events.rolled(desk.sip.placed["8000"])
            await desk.until(lambda: len(desk.sip.placed) >= 6)
            assert desk.legs(call)[0].there
            await desk.until(lambda: len(desk.sip.placed) == 7), "who does not answer makes room in time"

    run(story())


def test_an_announcement_is_spoken_to_each_alone_and_the_record_says_who_heard_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, sip={"8002": rings}) as desk:
            people = [person("王", phone("8001")), person("李", phone("8002")), person("张", page("positions/U001"))]
            call = desk.call(*people, kind=CallKind.ANNOUNCE, words="暴雨红色预警，请立即上岗")
            await desk.until(lambda: desk.now(call).ended)
            assert [bool(leg.there) for leg in desk.legs(call)] == [True, False, True]
            assert {one[2] for one in desk.media.what("say")} == {"暴雨红色预警，请立即上岗"}
            assert len({*desk.sip.mixes.values(), *desk.web.mixes.values()}) == 3, "nobody hears the others"
            assert not desk.media.desks
            assert len(desk.outside.records) == 3

    run(story())


def test_the_recording_of_a_group_is_with_those_who_were_in_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")), person("李", phone("8002")))
            await desk.until(lambda: up(desk, call) == 2)
            desk.desk.record(call, True)
            await desk.until(lambda: desk.now(call).recording)
            desk.sip.events.ended(desk.sip.placed["8001"], Outcome.ANSWERED, OutsideError("calls.missed").message)
            assert not desk.outside.records, "its record follows with the sound"
            desk.desk.record(call, False)
            await desk.until(lambda: desk.outside.records)
            desk.desk.add(call, [("leg-3", person("张", phone("8003")))])
            await desk.until(lambda: up(desk, call) == 2)
            desk.desk.record(call, True)
            await desk.until(lambda: desk.outside.said)
            assert desk.outside.said[-1].id == "calls.recorded_once"
            desk.desk.hang_up(call)
            await desk.until(lambda: len(desk.outside.records) == 3)
            sounds = {record.contact.name: sound for record, sound in desk.outside.records}
            assert sounds["王"] == sounds["李"] is not None
            assert sounds["张"] is None

    run(story())


def test_telephones_of_a_group_are_mixed_again_when_the_media_process_died_and_an_announcement_ends(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")), person("李", phone("8002")))
            await desk.until(lambda: up(desk, call) == 2 and call in desk.media.desks)
            desk.media.desks.clear()
            desk.desk.media_gone()
            await desk.until(lambda: desk.media.desks.get(call) == (True, True))
            legs = set(desk.sip.placed.values())
            assert {one[1:] for one in desk.sip.what("move")} == {(leg, call) for leg in legs}
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.now(call).ended)
            desk.media.seconds = 600.0
            call = desk.call(person("张", phone("8003")), kind=CallKind.ANNOUNCE, words="请立即上岗")
            await desk.until(lambda: desk.media.what("say"))
            desk.desk.media_gone()
            await desk.until(lambda: desk.now(call).ended)
            leg = desk.legs(call)[0]
            assert (leg.outcome, leg.there) == (Outcome.CUT, 0)
            await desk.until(lambda: ("hang_up", desk.sip.placed["8003"]) in desk.sip.asked)

    run(story())
