"""Calls by SIP with real parts: Kamailio, PulseAudio, baresip on both sides; tones prove what is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.media.told import MediaGone
from cockpit.model.calls import Outcome, Way, WayKind
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from tests.sip_parts import DOMAIN, Deaf, Desk, Kamailio, SoundServer, Worker, running
from tests.sip_servers import folder, kamailio

pytestmark = [pytest.mark.system]
__all__ = ["folder", "kamailio"]


@pytest.fixture(scope="module")
def sound(folder: Path) -> Iterator[SoundServer]:
    server = SoundServer(folder / "pulse")
    try:
        yield server.start("group", "voices")
    finally:
        server.stop()


@pytest.fixture(scope="module")
def workers(folder: Path, kamailio: Kamailio) -> Iterator[list[Worker]]:
    made: list[Worker] = []
    try:
        for number, hertz in enumerate((1000, 700, 1300)):
            server = f"127.0.0.1:{kamailio.port};transport=udp"
            worker = Worker(folder / f"worker{number}", f"worker{number}", server, hertz=hertz, to=f"sip:desk@{DOMAIN}")
            made.append(worker)
            worker.start()
        yield made
    finally:
        for worker in made:
            worker.stop()


@pytest.fixture
def desk(tmp_path: Path, kamailio: Kamailio, sound: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("PULSE_SERVER", sound.server)
    media = Deaf("mic.monitor", "spk")
    media.ends["mix"] = ("group", "voices.monitor")
    return Desk(tmp_path, media, server=f"127.0.0.1:{kamailio.port}")


def test_both_sides_hear_each_other_and_the_quality_of_what_is_heard_is_told(
    desk: Desk, workers: list[Worker], sound: SoundServer
) -> None:
    async def story() -> None:
        async with running(desk, workers[0]):
            await desk.call("one", "worker0")
            await desk.was("rang", "one")
            await workers[0].do("accept")
            await desk.was("up", "one")
            with sound.speaking(440):
                await sound.hears(1000)
                await workers[0].heard(440)
            await desk.until(lambda: any(q.level > 0.1 for q in desk.heard.qualities.get("one", [])))
            quality = desk.heard.qualities["one"][-1]
            assert quality.codec == "PCMA"
            assert 0 <= quality.loss < 0.5
            await desk.adapter.hang_up("one")
            assert await desk.ending("one") == (Outcome.ANSWERED, "sip.we_ended")

    asyncio.run(story())


@pytest.mark.slow
def test_who_is_on_hold_hears_nothing_and_each_side_can_hold(
    desk: Desk, workers: list[Worker], sound: SoundServer
) -> None:
    async def story() -> None:
        async with running(desk, workers[0]):
            await desk.reaches("one", workers[0])
            with sound.speaking(440):
                await workers[0].heard(440)
                await desk.adapter.mute("one", True)
                await workers[0].heard(0)
                await desk.adapter.mute("one", False)
                await workers[0].heard(440)
                await desk.adapter.hold("one", True)
                await sound.hears(0)
                await desk.adapter.hold("one", False)
                await sound.hears(1000)
            await workers[0].do("hold")
            await desk.was("held", "one")
            await workers[0].do("resume")
            await desk.was("back", "one")
            await sound.hears(1000)

    asyncio.run(story())


def test_keys_pressed_on_either_side_arrive_at_the_other(desk: Desk, workers: list[Worker]) -> None:
    async def story() -> None:
        async with running(desk, workers[0]):
            await desk.reaches("one", workers[0])
            await desk.adapter.digits("one", "4#")
            await desk.until(lambda: [e.param for e in workers[0].events if e.type == "CALL_DTMF_START"] == ["4", "#"])
            await workers[0].do("sndcode", "1*")
            await desk.was("digits", "one", "1")
            await desk.was("digits", "one", "*")

    asyncio.run(story())


def test_a_call_is_handed_on_and_one_that_could_not_be_says_so(desk: Desk, workers: list[Worker]) -> None:
    async def story() -> None:
        async with running(desk, workers[0], workers[1]):
            await desk.reaches("one", workers[0])
            await desk.adapter.transfer("one", Way(WayKind.SIP, "worker1"))
            await workers[1].told("CALL_INCOMING")
            await workers[1].do("accept")
            await workers[1].told("CALL_ESTABLISHED")
            assert await desk.ending("one") == (Outcome.ANSWERED, "sip.transferred")
            await workers[1].do("hangup")
            await workers[0].told("CALL_CLOSED")

            workers[0].events.clear()
            await desk.reaches("two", workers[0])
            await desk.adapter.transfer("two", Way(WayKind.SIP, "nobody"))
            assert await desk.ending("two") == (Outcome.CUT, "sip.transfer_failed")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("address", "outcome", "words"),
    [
        ("code486", Outcome.BUSY, "sip.busy"),
        ("code600", Outcome.BUSY, "sip.busy"),
        ("code408", Outcome.NO_ANSWER, "sip.no_answer"),
        ("code603", Outcome.DECLINED, "sip.declined"),
        ("code404", Outcome.REFUSED, "sip.unknown_number"),
        ("code403", Outcome.REFUSED, "sip.forbidden"),
        ("code488", Outcome.REFUSED, "sip.no_codec"),
        ("code480", Outcome.UNREACHABLE, "sip.unregistered"),
        ("nobody", Outcome.UNREACHABLE, "sip.unregistered"),
        ("code500", Outcome.UNREACHABLE, "sip.server_failed"),
        ("code405", Outcome.REFUSED, "sip.answer_code"),
    ],
)
def test_what_the_other_side_answers_is_an_outcome_and_a_sentence(
    desk: Desk, address: str, outcome: Outcome, words: str
) -> None:
    async def story() -> None:
        await desk.adapter.start()
        try:
            await desk.call("one", address)
            assert await desk.ending("one") == (outcome, words)
        finally:
            await desk.adapter.stop()

    asyncio.run(story())


def test_a_codec_that_they_do_not_have_is_no_call(tmp_path: Path, desk: Desk, workers: list[Worker]) -> None:
    async def story() -> None:
        server = desk.adapter._settings.server
        other = Desk(tmp_path / "other", desk.media, server=server, user="other", codecs=("G722",))
        async with running(other, workers[0]):
            await other.call("one", "worker0")
            assert await other.ending("one") == (Outcome.REFUSED, "sip.no_codec")

    asyncio.run(story())


def test_we_give_up_they_decline_and_numbers_that_are_none(desk: Desk, workers: list[Worker]) -> None:
    async def story() -> None:
        async with running(desk, workers[0]):
            await desk.call("one", "worker0")
            await desk.was("rang", "one")
            await desk.adapter.hang_up("one")
            assert await desk.ending("one") == (Outcome.CANCELLED, "sip.cancelled")
            await workers[0].told("CALL_CLOSED")
            await desk.call("two", "worker0")
            await desk.was("rang", "two")
            await workers[0].do("hangup")
            assert await desk.ending("two") == (Outcome.BUSY, "sip.busy")
            for address in ("", "sip:a b@x", "sip:worker0@x\r\nVia: x", "call me", "sip:@x", "<sip:a@b>"):
                with pytest.raises(OutsideError):
                    await desk.call("three", address)
            assert ("ended", "three") not in desk.heard.all

    asyncio.run(story())


def test_five_calls_at_once_go_on_side_by_side_each_into_its_mix(
    desk: Desk, workers: list[Worker], sound: SoundServer
) -> None:
    async def story() -> None:
        async with running(desk, *workers):
            called = [workers[n % 3] for n in range(5)]
            await asyncio.gather(
                *(desk.call(f"leg{n}", worker.user, "mix" if n == 2 else "") for n, worker in enumerate(called))
            )
            for n in range(5):
                await desk.was("rang", f"leg{n}")
            for worker in workers:
                calls = [event.id for event in worker.events if event.type == "CALL_INCOMING"]
                for call in calls:
                    await worker.do("callfind", call)
                    await worker.do("accept")
                    await worker.do("accept")
            for n in range(5):
                await desk.was("up", f"leg{n}")
            await desk.until(lambda: all(desk.heard.qualities.get(f"leg{n}") for n in range(5)))
            await sound.hears(1300, "group.monitor")
            await desk.adapter.hang_up("leg2")
            await desk.ending("leg2")
            assert desk.media.closed == ["leg2"]
            assert not {"leg0", "leg1", "leg3", "leg4"} & desk.heard.endings.keys()

    asyncio.run(story())


@pytest.mark.slow
def test_a_call_goes_into_a_mix_while_it_goes_on(desk: Desk, workers: list[Worker], sound: SoundServer) -> None:
    async def story() -> None:
        async with running(desk, workers[0], workers[1]):
            await desk.reaches("out", workers[0])
            await sound.hears(1000)
            with sound.speaking(520, "voices"):
                await desk.adapter.move("out", "mix")
                await sound.hears(1000, "group.monitor")
                await workers[0].heard(520)
            await sound.hears(0)
            for listener in desk.media.listeners:  # the process died, and its mixes with it
                listener(MediaGone(Message("media.died")))
            await sound.hears(1000)
            assert not desk.media.closed, "nobody starts another one for that"
            await desk.adapter.hang_up("out")
            await workers[1].do("dial", f"sip:desk@{DOMAIN}")
            leg = await desk.comes_in()
            await desk.adapter.answer(leg, video=False)
            await desk.was("up", leg)
            await sound.hears(700)
            await desk.adapter.move(leg, "mix")
            await sound.hears(700, "group.monitor")

    asyncio.run(story())


@pytest.mark.slow
def test_who_calls_during_a_call_rings_and_is_taken_or_not(
    desk: Desk, workers: list[Worker], sound: SoundServer
) -> None:
    async def story() -> None:
        async with running(desk, *workers):
            await workers[0].do("dial", f"sip:desk@{DOMAIN}")
            first = await desk.comes_in(1)
            await workers[1].do("dial", f"sip:desk@{DOMAIN}")
            second = await desk.comes_in(2)
            assert desk.heard.incoming[1][1] == Way(WayKind.SIP, f"sip:worker1@{DOMAIN}")
            await desk.adapter.answer(second, video=False, into_mix="mix")  # while the first one rings
            await desk.was("up", second)
            await sound.hears(700, "group.monitor")
            await desk.adapter.answer(first, video=False)
            await desk.was("up", first)
            await sound.hears(1000)
            await sound.hears(700, "group.monitor")  # taken back from the hold that baresip put it on
            await workers[2].do("dial", f"sip:desk@{DOMAIN}")
            third = await desk.comes_in(3)
            await desk.adapter.decline(third)
            assert await desk.ending(third) == (Outcome.DECLINED, "sip.we_declined")
            await workers[2].told("CALL_CLOSED")
            await workers[2].do("dial", f"sip:desk@{DOMAIN}")
            fourth = await desk.comes_in(4)
            await workers[2].do("hangup")
            assert await desk.ending(fourth) == (Outcome.MISSED, "sip.they_gave_up")
            await workers[1].do("hangup")
            assert await desk.ending(second) == (Outcome.ANSWERED, "sip.they_ended")
            assert first not in desk.heard.endings

    asyncio.run(story())


def test_a_text_arrives_once_on_either_side_and_one_for_nobody_is_told(desk: Desk, workers: list[Worker]) -> None:
    async def story() -> None:
        async with running(desk, workers[0]):
            await desk.adapter.text(Way(WayKind.SIP, "worker0"), "请到 3 号井\n带“手电”")
            await desk.until(lambda: "请到 3 号井\n带“手电”" in workers[0].texts())
            with pytest.raises(OutsideError) as refused:
                await desk.adapter.text(Way(WayKind.SIP, "nobody"), "在吗")
            assert refused.value.message.id == "sip.unregistered"
            with pytest.raises(OutsideError):
                await desk.adapter.text(Way(WayKind.SIP, "worker0"), "长" * 500)
            await workers[0].do("contact_next")
            await workers[0].do("message", "收到，五分钟后到")
            await desk.until(lambda: bool(desk.heard.texts))
            assert desk.heard.texts == [(Way(WayKind.SIP, f"sip:worker0@{DOMAIN}"), "收到，五分钟后到")]

    asyncio.run(story())
