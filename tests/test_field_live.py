"""The WebSocket of phone pages between a real bus and real sockets: who may say what of whose calls."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientError, WSServerHandshakeError
from nats.aio.msg import Msg

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.bus.users import read_key
from cockpit.field.limits import Limits, Rate
from cockpit.model.calls import Signal, SoundPart, SoundWanted
from cockpit.model.entries import PhotoRef, Receipt, encode
from cockpit.model.letters import Letter, LetterKind, Letters, Position, Wrote, read_said
from tests.living_book import CITY, CLOCK, WORLD
from tests.living_gateway import LivingGateway, living_gateway
from tests.living_hall import Hall, living_hall
from tests.living_phone import AT, LIMIT, phone
from tests.waiting import until

pytestmark = pytest.mark.slow

UNIT = "positions/U1"
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"


class Seat:
    """A seat or the hub on the bus, as far as calls go.

    Attributes:
        heard: signals that came.
    """

    def __init__(self, name: str, client: Any) -> None:
        self.name = name
        self.heard: list[Signal] = []
        self._client = client

    async def listen(self) -> None:
        await self._client.subscribe(subjects.signals_to(CITY, WORLD, self.name), cb=self._take)
        await self._client.flush()

    async def _take(self, message: Msg) -> None:
        assert subjects.signaller(message.subject) == "gateway"
        self.heard.append(msgspec.msgpack.decode(message.data, type=Signal))

    async def say(self, kind: str, leg: str = "", unit: str = UNIT, **more: Any) -> None:
        signal = Signal(kind, leg=leg, unit=unit, **more)
        await self._client.publish(subjects.signal(CITY, WORLD, self.name, "gateway"), msgspec.msgpack.encode(signal))

    async def hear(self, kind: str) -> Signal:
        """The first signal of that kind."""
        await until(lambda: any(signal.kind == kind for signal in self.heard))
        return next(signal for signal in self.heard if signal.kind == kind)


class Stage:
    """A hub, two seats, a gateway.

    Attributes:
        said: what the gateway told the hub; deaf: the hub can not write now.
    """

    def __init__(self, hall: Hall, city: LivingGateway, hub: Seat, seats: list[Seat]) -> None:
        self.hall, self.city, self.hub, self.seats = hall, city, hub, seats
        self.said: list[Any] = []
        self.deaf = False

    async def take(self, message: Msg) -> None:
        said = read_said(message.data)
        if self.deaf:
            return
        self.said.append(said)
        await message.respond(encode(Receipt(said.id, 1)))


Story = Callable[[Stage], Awaitable[None]]


def play(profile: Path, story: Story, limits: Limits | None = None) -> None:
    async def go() -> None:
        async with living_hall(profile) as hall, living_gateway(profile, clock=CLOCK, limits=limits) as city:
            await until(lambda: city.gateway.hub_is_there)
            clients = []
            try:
                for name in ("seat-1", "seat-2"):
                    user = read_key(profile / "keys" / f"{name}.json")
                    clients.append(await connect(hall.living.server.url, user, name, lambda: None))
                seats = [Seat("seat-1", clients[0]), Seat("seat-2", clients[1])]
                hub = Seat("hub", hall.client)
                stage = Stage(hall, city, hub, seats)
                for one in (hub, *seats):
                    await one.listen()
                await hall.client.subscribe(subjects.all_said(CITY, WORLD), cb=stage.take)
                await story(stage)
            finally:
                for client in clients:
                    await client.close()

    asyncio.run(go())


def test_a_seat_calls_a_page_and_both_hear_each_other(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        seat, leg = stage.seats[0], str(uuid.uuid4())
        async with phone(stage.city) as mine, mine.live() as line:
            assert (await line.hear()) == {"kind": "welcome", "value": "desk", "name": "王建国"}
            assert (await stage.hub.hear("online")).unit == UNIT
            await seat.say("offer", leg, call="c1", sdp=SDP, name="值班台", video=True)
            heard = await line.hear()
            assert heard == {"kind": "offer", "leg": leg, "call": "c1", "sdp": SDP, "video": True, "name": "值班台"}
            await line.say("ringing", leg)
            await line.say("answer", leg, sdp=SDP, name="市长", call="another")
            answer = await seat.hear("answer")
            assert (answer.unit, answer.name, answer.call, answer.sdp) == (UNIT, "王建国", "c1", SDP)
            assert answer.device == stage.city.gateway.register.tokens()[0].id, "stamped here, never by the page"
            await seat.say("hold", leg)
            assert (await line.hear())["kind"] == "hold"
            await line.say("bye", leg)
            assert (await seat.hear("bye")).leg == leg
            await line.say("bye", leg)
            assert (await line.hear())["kind"] == "bye", "a leg that is over is over"
            assert [signal.kind for signal in seat.heard] == ["ringing", "answer", "bye"]
        assert (await stage.hub.hear("offline")).unit == UNIT

    play(tmp_path, story)


def test_nobody_speaks_on_the_leg_of_another(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        one, two = stage.seats
        leg, own = str(uuid.uuid4()), str(uuid.uuid4())
        async with (
            phone(stage.city) as mine,
            phone(stage.city, "positions/U2", "李娜") as other,
            mine.live() as line,
            other.live() as stranger,
        ):
            await line.hear()
            await stranger.hear()
            await one.say("offer", leg, sdp=SDP)
            assert (await line.hear())["kind"] == "offer"
            await stranger.say("answer", leg, sdp=SDP)
            assert (await stranger.hear()) == {"kind": "bye", "leg": leg}, "it has no such leg"
            await stranger.say("offer", leg, sdp=SDP)
            assert (await stranger.hear())["kind"] == "busy", "nor can it take its name"
            await two.say("bye", leg)
            await two.say("offer", leg, sdp="v=1")
            await one.say("hold", leg)
            assert (await line.hear())["kind"] == "hold", "another seat is not heard on it"
            await stranger.say("offer", own, sdp=SDP, call=str(uuid.uuid4()))
            assert (await stage.hub.hear("offer")).unit == "positions/U2"
            assert two.heard == [] or {signal.kind for signal in two.heard} == {"unreachable"}
            assert one.heard == []

    play(tmp_path, story)


def test_a_page_calls_the_desk_and_the_seat_that_took_it_goes_on(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        leg, call = str(uuid.uuid4()), str(uuid.uuid4())
        async with phone(stage.city) as mine, mine.live() as line:
            await line.hear()
            await line.say("offer", leg, call=call, sdp=SDP, video=True)
            offer = await stage.hub.hear("offer")
            assert (offer.leg, offer.call, offer.unit, offer.name, offer.video) == (leg, call, UNIT, "王建国", True)
            await stage.hub.say("ringing", leg, call=call)
            assert (await line.hear())["kind"] == "ringing"
            await stage.seats[1].say("answer", leg, call=call, sdp=SDP, device=offer.device)
            assert (await line.hear())["kind"] == "answer"
            await line.say("bye", leg, call=call)
            assert (await stage.seats[1].hear("bye")).call == call
            assert "bye" not in {signal.kind for signal in stage.hub.heard}

    play(tmp_path, story)


def test_two_phones_of_a_unit_ring_and_one_answers(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        leg = str(uuid.uuid4())
        async with phone(stage.city) as a, phone(stage.city) as b, a.live() as first, b.live() as second:
            for line in (first, second):
                await line.hear()
            await stage.seats[0].say("offer", leg, call="c", sdp=SDP)
            for line in (first, second):
                assert (await line.hear())["kind"] == "offer"
            await second.say("answer", leg, sdp=SDP)
            assert (await first.hear())["kind"] == "claimed"
            await first.say("answer", leg, sdp=SDP)
            assert (await first.hear())["kind"] == "bye"
            await stage.seats[0].hear("answer")
            assert [signal.kind for signal in stage.seats[0].heard] == ["answer"]

    play(tmp_path, story)


def test_one_phone_that_does_not_want_it_leaves_the_other_ringing(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        leg, seat = str(uuid.uuid4()), stage.seats[0]
        async with phone(stage.city) as a, phone(stage.city) as b, a.live() as first, b.live() as second:
            for line in (first, second):
                await line.hear()
            await seat.say("offer", leg, call="c", sdp=SDP)
            for line in (first, second):
                assert (await line.hear())["kind"] == "offer"
            await first.say("declined", leg)
            await first.say("bye", leg)
            assert (await first.hear())["kind"] == "bye", "for this one it is over"
            await second.say("declined", leg)
            await seat.hear("declined")
            assert [signal.kind for signal in seat.heard] == ["declined"], "once nobody is left"

    play(tmp_path, story)


def test_who_has_no_page_open_is_unreachable_at_once(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        await stage.seats[0].say("offer", "leg-1", call="c", sdp=SDP)
        said = await stage.seats[0].hear("unreachable")
        assert (said.leg, said.call, said.unit) == ("leg-1", "c", UNIT)

    play(tmp_path, story)


def test_a_page_opened_anew_takes_the_calls_of_the_one_before(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        leg = str(uuid.uuid4())
        async with phone(stage.city) as mine, mine.live() as old:
            await old.hear()
            await stage.seats[0].say("offer", leg, sdp=SDP)
            assert (await old.hear())["kind"] == "offer"
            async with mine.live() as new:
                await new.hear()
                assert (await old.hear())["kind"] == "replaced"
                assert await old.closed() == 4001
                await new.say("answer", leg, sdp=SDP)
                assert (await stage.seats[0].hear("answer")).leg == leg
                assert len(stage.city.gateway.live.pages) == 1

    play(tmp_path, story)


def test_a_page_that_went_for_good_hangs_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.field.live.GONE_SECONDS", 0.1)

    async def story(stage: Stage) -> None:
        leg = str(uuid.uuid4())
        async with phone(stage.city) as mine:
            async with mine.live() as line:
                await line.hear()
                await stage.seats[0].say("offer", leg, call="c", sdp=SDP)
                await line.hear()
                await line.say("answer", leg, sdp=SDP)
                await stage.seats[0].hear("answer")
            bye = await stage.seats[0].hear("bye")
            assert (bye.leg, bye.call, bye.value) == (leg, "c", "gone")

    play(tmp_path, story)


def test_a_page_that_comes_back_while_it_rings_is_offered_the_call_again_and_hears_what_it_missed(
    tmp_path: Path,
) -> None:
    async def story(stage: Stage) -> None:
        leg, second, seat = str(uuid.uuid4()), str(uuid.uuid4()), stage.seats[0]
        live = stage.city.gateway.live

        async def missed() -> None:
            await until(lambda: any(away.missed for away, _ in live._left.values()))

        async with phone(stage.city) as mine:
            async with mine.live() as line:
                await line.hear()
                for ident in (leg, second):
                    await seat.say("offer", ident, call="c", sdp=SDP, name="值班台")
                    first = await line.hear()
            await until(lambda: not live.pages)
            await seat.say("bye", second)
            await missed()
            async with mine.live() as line:
                assert (await line.hear())["kind"] == "welcome"
                assert (await line.hear()) == {**first, "leg": leg}, "the one that still rings"
                assert (await line.hear())["kind"] == "bye", "the other is over"
                await line.say("answer", leg, sdp=SDP)
                assert (await seat.hear("answer")).leg == leg
            await until(lambda: not live.pages)
            await seat.say("hold", leg)
            await missed()
            async with mine.live() as line:
                assert (await line.hear())["kind"] == "welcome"
                assert (await line.hear())["kind"] == "hold", "an answered one is not offered again"

    play(tmp_path, story)


def test_a_call_that_another_phone_of_the_unit_took_meanwhile_does_not_ring_again(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        leg, seat = str(uuid.uuid4()), stage.seats[0]
        async with phone(stage.city) as a, phone(stage.city) as b, b.live() as second:
            async with a.live() as first:
                for line in (first, second):
                    await line.hear()
                await seat.say("offer", leg, call="c", sdp=SDP)
                for line in (first, second):
                    assert (await line.hear())["kind"] == "offer"
            await until(lambda: len(stage.city.gateway.live.pages) == 1)
            await second.say("answer", leg, sdp=SDP)
            await seat.hear("answer")
            async with a.live() as first:
                assert (await first.hear())["kind"] == "welcome"
                assert (await first.hear())["kind"] == "claimed"

    play(tmp_path, story)


def test_a_gateway_that_began_anew_lets_a_call_go_on_once_its_desk_signals(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        one, two = stage.seats
        leg = str(uuid.uuid4())
        async with phone(stage.city) as mine, phone(stage.city, "positions/U2", "李娜") as other:
            first = [json.dumps({"token": who.token, "legs": [leg]}) for who in (other, mine)]
            async with other.live(first=first[0]) as stranger, mine.live(first=first[1]) as line:
                await stranger.hear()
                await line.hear()
                for kind in ("video", "hold", "roll"):
                    await line.say(kind, leg)
                    await stranger.say(kind, leg)
                for page in (line, stranger):  # what was said before it is read by now
                    await page.say("bye", "none")
                    assert (await page.hear()) == {"kind": "bye", "leg": "none"}
                await one.say("resume", leg, call="c")
                assert (await line.hear())["kind"] == "resume"
                await two.say("bye", leg)
                await line.say("video", leg, value="on")
                said = await one.hear("video")
                assert (said.call, said.value, said.unit) == ("c", "on", UNIT)
                await stranger.say("answer", leg, sdp=SDP)
                assert (await stranger.hear()) == {"kind": "bye", "leg": leg}, "saying so does not make it its own"
                await stranger.say("offer", leg, sdp=SDP)
                assert (await stranger.hear())["kind"] == "busy"
                await line.say("bye", leg)
                await one.hear("bye")
                assert [signal.kind for signal in one.heard] == ["video", "bye"]
                assert two.heard == []

    play(tmp_path, story)


@pytest.mark.parametrize("legs", [["x"] * 13, ["x" * 81], "x"])
def test_calls_that_can_be_none_close_it(tmp_path: Path, legs: object) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine, mine.live(first=json.dumps({"token": mine.token, "legs": legs})) as line:
            assert await line.closed() == 1008

    play(tmp_path, story)


def test_a_knock_of_the_hub_wakes_who_waits_for_letters(tmp_path: Path) -> None:
    voice = PhotoRef("ab" * 32, 6, "audio/ogg")
    box: list[Letter] = []

    async def story(stage: Stage) -> None:
        stage.hall.further["letters"] = lambda data: Letters(len(box), tuple(box))
        stage.hall.further["voice"] = lambda data: _part(msgspec.msgpack.decode(data, type=SoundWanted))
        async with phone(stage.city) as mine, phone(stage.city, "positions/U2") as other, mine.live() as line:
            await line.hear()
            waiting = asyncio.create_task(mine.get("/v1/letters?after=0&wait=25"))
            await until(lambda: stage.city.gateway.api.polls == 1)
            box.append(
                Letter("l1", LetterKind.VOICE, "seat-1", UNIT, False, "值班台", CLOCK.now(), voice=voice, seconds=2.0)
            )
            await stage.seats[0].say("knock")  # only the hub's knock counts
            await stage.hub.say("knock")
            assert (await line.hear()) == {"kind": "knock"}
            (letter,) = (await waiting).json()["letters"]
            assert letter["voice"] == {"sha256": voice.sha256, "seconds": 2.0, "type": "audio/ogg"}
            sound = await mine.get(f"/v1/voices/{voice.sha256}")
            assert (sound.content, sound.headers["Content-Type"]) == (b"ogg...", "audio/ogg")
            assert (await other.get(f"/v1/voices/{voice.sha256}")).status_code == 404

    play(tmp_path, story)


def _part(wanted: SoundWanted) -> SoundPart:
    return SoundPart(b"ogg..."[wanted.at : wanted.at + 4], 6, "audio/ogg")


def test_letters_and_reports_reach_the_hub_once_whatever_it_does(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine:
            stage.deaf = True
            keys = [str(uuid.uuid4()) for _ in range(3)]
            for key in keys:
                for _ in range(2):
                    assert (await mine.post("/v1/letters", key, at=AT, words=f"信 {key}")).status_code in (200, 201)
            stage.deaf = False
            await until(lambda: len(stage.said) == 3)
            assert [one.id for one in stage.said] == keys, "in their order"
            assert all(isinstance(one, Wrote) for one in stage.said)

    play(tmp_path, story)


def test_while_the_hub_is_away_only_the_newest_place_of_a_device_is_kept(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine:
            await mine.post("/v1/duty", id=str(uuid.uuid4()), at=AT, on=True)
            await until(lambda: len(stage.said) == 1)
            stage.hall.living.server.stop()
            await until(lambda: not stage.city.gateway.hub_is_there)
            for n in range(20):
                fix = {"id": str(uuid.uuid4()), "at": f"2026-07-14T00:00:{n:02d}Z", "lon": 121.0 + n / 100, "lat": 31.2}
                assert (await mine.post("/v1/positions", fixes=[fix])).status_code == 202
            assert sum(len(line) for line in stage.city.gateway.positions._waiting.values()) == 1
            stage.hall.living.server.start()
            await stage.hall.living.join()
            await stage.hall.open_doors()
            await stage.hall.client.subscribe(subjects.all_said(CITY, WORLD), cb=stage.take)
            await until(lambda: any(isinstance(one, Position) for one in stage.said))
            (told,) = (one for one in stage.said if isinstance(one, Position))
            assert (told.lon, told.unit) == (121.19, UNIT)

    play(tmp_path, story)


def test_a_revoked_phone_is_cut_off_at_once(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        leg = str(uuid.uuid4())
        async with phone(stage.city) as mine, mine.live() as line:
            await line.hear()
            await stage.seats[0].say("offer", leg, sdp=SDP)
            await line.hear()
            waiting = asyncio.create_task(mine.get("/v1/orders?after=0&wait=30"))
            await until(lambda: stage.city.gateway.api.polls == 1)
            assert stage.city.gateway.register.revoke(UNIT) == 1
            assert (await line.hear())["kind"] == "signed_out"
            assert await line.closed() == 4003
            assert (await waiting).status_code == 401
            assert (await stage.seats[0].hear("bye")).leg == leg
            async with mine.live() as again:
                assert await again.closed() == 4003

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("first", "code"),
    [('{"token": "AAAA"}', 4003), ("{}", 1008), ("nonsense", 1008), ('{"token": 5}', 1008), ("[" * 5000, 1008)],
)
def test_who_does_not_say_a_good_token_first_is_shown_the_door(tmp_path: Path, first: str, code: int) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine, mine.live(first=first) as line:
            assert await line.closed() == code
            assert stage.city.gateway.live.pages == {}

    play(tmp_path, story)


def test_who_says_nothing_is_shown_the_door(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine:
            socket = stage.city.gateway.live
            async with mine.live(first=json.dumps({"token": mine.token})) as line:
                await line.hear()
                assert len(socket.pages) == 1
            import aiohttp

            async with aiohttp.ClientSession() as session:
                silent = await session.ws_connect(
                    mine.origin.replace("https", "wss") + "/v1/live", ssl=mine.context, origin=mine.origin
                )
                async with asyncio.timeout(LIMIT):
                    assert (await silent.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)

    play(tmp_path, story, Limits(sign_in_seconds=0.2))


def test_another_page_can_not_open_it(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine:
            for origin in ("https://evil.example", mine.origin + ".evil.example", "null", mine.origin.upper() + "0"):
                with pytest.raises(WSServerHandshakeError) as refused:
                    async with mine.live(origin=origin):
                        pass
                assert refused.value.status == 403

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('{"kind": "offer"}', 1008),
        ('{"kind": "knock", "leg": "x"}', 1008),
        ('{"kind": "bye", "leg": "x", "unit": "positions/U2"}', 1008),
        (json.dumps({"kind": "offer", "leg": "x", "sdp": "v" * 48_001}), 1008),
    ],
)
def test_a_message_that_is_none_closes_it(tmp_path: Path, message: str, code: int) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine, mine.live() as line:
            await line.hear()
            await line.socket.send_str(message)
            assert await line.closed() == code
            assert [signal.kind for signal in stage.hub.heard if signal.kind not in ("online", "offline")] == []

    play(tmp_path, story)


def test_a_message_that_is_too_large_is_cut_off(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine, mine.live() as line:
            await line.hear()
            await line.socket.send_str("x" * 70_000)
            assert await line.closed() in (1009, 1006), "by its name, or by hanging up in the middle of it"
            await until(lambda: stage.city.gateway.live.pages == {})

    play(tmp_path, story)


def test_who_says_too_much_is_cut_off(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        async with phone(stage.city) as mine, mine.live() as line:
            await line.hear()
            try:
                for _ in range(30):
                    await line.say("bye", "none")
            except (ClientError, ConnectionError):  # it was quicker than we
                pass
            assert await line.closed() == 1008

    play(tmp_path, story, Limits(live=Rate(0.01, 5.0)))


def test_a_page_without_a_hub_is_told_so_and_heard_when_it_is_back(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        leg = str(uuid.uuid4())
        async with phone(stage.city) as mine, mine.live() as line:
            await line.hear()
            await stage.hub.hear("online")
            stage.hall.living.server.stop()
            await until(lambda: not stage.city.gateway.hub_is_there)
            await line.say("offer", leg, call=leg, sdp=SDP)
            assert (await line.hear())["kind"] == "unreachable"
            stage.hub.heard.clear()
            stage.hall.living.server.start()
            await stage.hall.living.join()
            hub = Seat("hub", stage.hall.client)
            await hub.listen()
            await stage.hall.open_doors()
            assert (await hub.hear("online")).unit == UNIT, "who is there is said again"

    play(tmp_path, story)
