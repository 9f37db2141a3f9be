"""The desk of calls with adapters that do what a test says: ways in turn, what is said of them, what is kept."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cockpit.calls.records import act_of, texts_of
from cockpit.model.calls import CallState, Outcome, Quality, Way, WayKind
from cockpit.model.errors import OutsideError
from tests.call_hands import (
    SHORT,
    Bench,
    ScriptedMedia,
    bench,
    fails,
    page,
    person,
    phone,
    picks_up,
    refuses,
    rings,
    run,
    silent,
)


def test_a_person_is_rung_and_speaks_and_the_record_says_when(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, sip={"8001": rings}) as desk:
            call = desk.call(person("王", phone("8001")), case="case-1")
            await desk.until_state(call, CallState.RINGING)
            desk.clock.advance(4)
            desk.sip.events.up(desk.sip.placed["8001"])
            await desk.until_state(call, CallState.UP)
            for loss in (0.0, 0.1):
                desk.sip.events.quality(desk.sip.placed["8001"], Quality(loss, 4.0, codec="PCMA"))
            desk.clock.advance(60)
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.outside.records)
            record, sound = desk.outside.records[0]
            assert (record.outcome, record.seat, record.case, sound) == (Outcome.ANSWERED, "seat-1", "case-1", None)
            assert record.answered - record.rang == 4_000_000
            assert record.ended - record.answered == 60_000_000
            assert (record.loss, record.jitter) == (0.05, 4.0)
            act = act_of(record)
            assert (act.way, act.outcome, act.loss, act.jitter) == ("sip", "answered", 0.05, 4.0)
            assert texts_of(record) == {"contact": "王"}

    run(story())


def test_a_way_that_fails_is_followed_by_the_next_and_the_leg_says_which_failed_and_why(tmp_path: Path) -> None:
    async def story() -> None:
        web = {"positions/U001": refuses("media.no_extra")}
        async with bench(tmp_path, web=web, sip={"8001": fails(Outcome.BUSY, "calls.missed")}) as desk:
            call = desk.call(person("王", page("positions/U001"), phone("8001"), phone("8002")))
            await desk.until_state(call, CallState.UP)
            leg = desk.legs(call)[0]
            assert leg.way == phone("8002")
            assert [(one.way.address, one.outcome, one.why.id) for one in leg.failed] == [
                ("positions/U001", Outcome.UNREACHABLE, "media.no_extra"),
                ("8001", Outcome.BUSY, "calls.missed"),
            ]
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.outside.records)
            assert desk.outside.records[0][0].tried == 2

    run(story())


def test_a_way_on_which_nothing_rings_is_left_in_time_and_one_that_rings_has_longer(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, web={"positions/U001": silent}, sip={"8001": rings}) as desk:
            call = desk.call(person("王", page("positions/U001"), phone("8001")))
            await desk.until(lambda: desk.now(call).ended)
            leg = desk.legs(call)[0]
            assert [one.why.id for one in leg.failed] == ["calls.nothing_rang", "calls.not_answered"]
            assert leg.outcome is Outcome.NO_ANSWER
            assert desk.web.what("hang_up"), "the page does not go on ringing behind our back"
            assert desk.sip.what("hang_up")
            assert not desk.adapters[WayKind.HANDOFF].placed, "the desk's telephone would hear the same"

    run(story())


def test_where_the_line_is_down_the_desks_telephone_has_the_number(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, sip={"8001": refuses("seat.hub_gone")}) as desk:
            call = desk.call(person("王", phone("8001")))
            await desk.until(lambda: desk.now(call).ended)
            leg = desk.legs(call)[0]
            assert (leg.outcome, leg.way) == (Outcome.HANDED_OFF, Way(WayKind.HANDOFF, "8001"))

    run(story())


def test_who_declines_is_not_rung_by_another_way(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, web={"positions/U001": fails(Outcome.DECLINED)}) as desk:
            call = desk.call(person("王", page("positions/U001"), phone("8001")))
            await desk.until(lambda: desk.now(call).ended)
            assert desk.legs(call)[0].outcome is Outcome.DECLINED
            assert not desk.sip.placed

    run(story())


def test_who_has_no_way_is_in_the_call_with_the_reason(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王"))
            await desk.until(lambda: desk.now(call).ended)
            leg = desk.legs(call)[0]
            assert leg.why is not None
            assert (leg.outcome, leg.why.id) == (Outcome.UNREACHABLE, "calls.no_way")

    run(story())


def test_kinds_that_the_settings_leave_out_are_not_tried(tmp_path: Path) -> None:
    async def story() -> None:
        only = msgspec.structs.replace(SHORT, ways=msgspec.structs.replace(SHORT.ways, order=("sip",)))
        async with bench(tmp_path, sip={"8001": fails(Outcome.UNREACHABLE)}, settings=only) as desk:
            call = desk.call(person("王", page("positions/U001"), phone("8001")))
            await desk.until(lambda: desk.now(call).ended)
            assert not desk.web.placed
            assert not desk.adapters[WayKind.HANDOFF].placed

    run(story())


def test_giving_up_while_it_rings_tries_nothing_more(tmp_path: Path) -> None:
    async def story(stuck: bool) -> None:
        async with bench(tmp_path, sip={"8001": rings}) as desk:
            desk.sip.stuck = stuck
            call = desk.call(person("王", phone("8001"), phone("8002")))
            await desk.until_state(call, CallState.RINGING)
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.now(call).ended)
            assert desk.legs(call)[0].outcome is Outcome.CANCELLED
            assert list(desk.sip.placed) == ["8001"]
            assert len(desk.outside.records) == 1

    run(story(stuck=False))
    run(story(stuck=True))


def test_a_call_that_is_cut_says_so_and_what_comes_after_is_not_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")))
            await desk.until_state(call, CallState.UP)
            leg = desk.sip.placed["8001"]
            desk.sip.events.ended(leg, Outcome.CUT, desk.legs(call)[0].contact and OutsideError("media.cut").message)
            desk.sip.events.up(leg)
            desk.sip.events.rang(leg)
            assert desk.now(call).state is CallState.ENDED
            assert desk.legs(call)[0].outcome is Outcome.CUT

    run(story())


def test_hold_mute_keys_and_transfer_reach_the_leg(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")))
            await desk.until_state(call, CallState.UP)
            leg, id = desk.legs(call)[0], desk.sip.placed["8001"]
            desk.desk.hold(call, True)
            await desk.until_state(call, CallState.HELD)
            assert desk.now(call).held
            desk.desk.hold(call, False)
            await desk.until_state(call, CallState.UP)
            desk.desk.mute(call, True)
            await desk.until(lambda: desk.sip.what("mute"))
            assert desk.sip.what("mute") == [("mute", id, True)]
            desk.desk.digits(leg.id, "12#")
            await desk.until(lambda: desk.sip.what("digits"))
            desk.desk.transfer(leg.id, person("李", phone("8009")))
            await desk.until(lambda: desk.now(call).ended)
            assert desk.sip.what("transfer") == [("transfer", id, "8009")]
            assert desk.legs(call)[0].outcome is Outcome.ANSWERED

    run(story())


def test_being_held_by_them_shows_and_our_hold_outlasts_theirs(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")))
            await desk.until_state(call, CallState.UP)
            id = desk.sip.placed["8001"]
            desk.sip.events.held(id, True)
            assert desk.now(call).state is CallState.HELD
            desk.desk.hold(call, True)
            await desk.until(lambda: desk.now(call).held)
            desk.sip.events.held(id, False)
            assert desk.now(call).state is CallState.HELD
            desk.desk.hold(call, False)
            await desk.until_state(call, CallState.UP)

    run(story())


def test_with_the_talk_key_we_are_heard_only_while_it_is_down(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", page("positions/U001")))
            await desk.until(lambda: desk.media.desks.get(call) == (True, True))
            desk.desk.push_to_talk(call, True)
            await desk.until(lambda: desk.media.desks[call] == (True, False))
            desk.desk.talk(True)
            await desk.until(lambda: desk.media.desks[call] == (True, True))
            desk.desk.talk(False)
            await desk.until(lambda: desk.media.desks[call] == (True, False))

    run(story())


def test_a_second_call_puts_the_first_on_hold(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            first = desk.call(person("王", phone("8001")))
            await desk.until_state(first, CallState.UP)
            second = desk.call(person("李", phone("8002")))
            await desk.until(lambda: desk.now(first).held)
            await desk.until_state(second, CallState.UP)
            desk.desk.hold(first, False)
            await desk.until(lambda: desk.now(second).held and not desk.now(first).held)

    run(story())


def test_what_can_not_be_done_is_said_and_the_call_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")))
            await desk.until_state(call, CallState.UP)
            desk.sip.refuse["hold"] = OutsideError("calls.no_transfer", name="王")
            desk.desk.hold(call, True)
            desk.desk.camera(call, True)
            await desk.until(lambda: len(desk.outside.said) == 2)
            assert {what.id for what in desk.outside.said} == {"calls.no_transfer", "calls.no_video"}
            assert not desk.now(call).held

    run(story())


def test_a_recording_begins_behind_its_notice_and_belongs_to_the_record(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")), case="case-1")
            await desk.until_state(call, CallState.UP)
            desk.desk.record(call, True)
            await desk.until(lambda: desk.now(call).recording)
            assert desk.media.what("record")[0][3] == "本次通话将被录音。"
            assert desk.sip.mixes[desk.sip.placed["8001"]] == call, "their sound passes where it is recorded"
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.outside.records)
            record, sound = desk.outside.records[0]
            assert sound is not None
            assert sound.read_bytes() == b"OggS sound"
            assert record.outcome is Outcome.ANSWERED

    run(story())


def test_a_recording_can_be_taken_back_during_its_notice_and_asked_for_again(tmp_path: Path) -> None:
    class Speaking(ScriptedMedia):
        """Its first notice takes longer than anybody waits, and nothing is recorded until it was heard."""

        notice = 600.0

        async def record(self, mix: str, path: Path | None, notice: str = "", lang: str = "zh") -> float:
            await super().record(mix, path, notice, lang)
            if path is not None and self.notice:
                path.write_bytes(b"")
            return self.notice

    async def story() -> None:
        async with bench(tmp_path) as desk:
            media = Speaking()
            media.on_end = desk.desk.recorded
            desk.desk._sounding._media = media
            call = desk.call(person("王", phone("8001")))
            await desk.until_state(call, CallState.UP)
            desk.desk.record(call, True)
            await desk.until(lambda: desk.now(call).recording)
            desk.desk.record(call, False)
            await desk.until(lambda: not desk.now(call).recording)
            assert not list(tmp_path.glob("*.ogg")), "nothing was heard, nothing is kept"
            media.notice = 0.0
            desk.desk.record(call, True)
            await desk.until(lambda: desk.desk.table.runs(call)[0].recorded)
            assert not desk.outside.said
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.outside.records)
            sound = desk.outside.records[0][1]
            assert sound is not None
            assert sound.read_bytes() == b"OggS sound"

    run(story())


def test_a_note_after_the_end_is_told_again_with_the_record(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", phone("8001")))
            await desk.until_state(call, CallState.UP)
            desk.desk.note(call, "已告知")
            desk.desk.hang_up(call)
            await desk.until(lambda: desk.outside.records)
            assert desk.outside.records[0][0].note == "已告知"
            desk.desk.note(call, "已告知，十分钟到")
            assert [one.note for one in desk.outside.notes] == ["已告知，十分钟到"]

    run(story())


def test_a_call_with_a_page_is_placed_with_our_picture_where_it_is_wanted(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            call = desk.call(person("王", page("positions/U001")), video=True)
            await desk.until_state(call, CallState.UP)
            assert desk.web.what("place")[0][3] is True
            desk.web.events.up(desk.web.placed["positions/U001"], True)
            assert (desk.legs(call)[0].video, desk.legs(call)[0].sends_video) == (True, True)
            desk.desk.camera(call, False)
            await desk.until(lambda: not desk.legs(call)[0].sends_video)

    run(story())


def test_lines_say_of_each_way_whether_it_is_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            assert [(line.kind, line.ready) for line in desk.desk.lines()] == [
                (WayKind.WEBRTC, True),
                (WayKind.SIP, True),
                (WayKind.HANDOFF, True),
            ]

    run(story())


def test_the_end_of_the_desk_hangs_up_and_keeps_the_record(tmp_path: Path) -> None:
    async def story() -> None:
        found: list[Bench] = []
        async with bench(tmp_path, sip={"8002": picks_up}) as desk:
            found.append(desk)
            call = desk.call(person("王", phone("8002")))
            await desk.until_state(call, CallState.UP)
        assert found[0].sip.what("hang_up")
        assert [record.outcome for record, _ in found[0].outside.records] == [Outcome.ANSWERED]

    run(story())
