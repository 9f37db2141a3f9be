"""What the phone page asks of the gateway, over TLS: enrol by a code, who it is, duty, reports, letters, ways."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from cockpit.field.guard import Guard
from cockpit.field.limits import Limits, Rate
from cockpit.field.problems import Problem
from cockpit.field.wire import iso
from cockpit.model.clock import MINUTE, SystemClock
from cockpit.model.letters import Duty, Letter, Letters, Reported, Wrote, read_said
from tests.ledger_desk import START
from tests.living_gateway import LivingGateway, desk_with_orders, living_gateway, photo
from tests.living_phone import AT, Phone, phone
from tests.test_field_api import sentence

Story = Callable[[LivingGateway, Phone], Awaitable[None]]
OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01" + bytes(200)
PLACE = {"lon": 121.5, "lat": 31.24}


def play(tmp_path: Path, story: Story, limits: Limits | None = None) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path, desk_with_orders(), limits=limits) as city, phone(city) as mine:
            await story(city, mine)

    asyncio.run(go())


async def code_of(city: LivingGateway, unit: str = "positions/U1") -> str:
    made = await city.web.post("/v1/codes", json={"unit": unit}, headers=city.enrol_head)
    return str(made.json()["code"])


async def enrol(web: httpx.AsyncClient, code: str, device: str = "x") -> httpx.Response:
    return await web.post("/v1/enrol", json={"code": code, "device": device})


def said(city: LivingGateway) -> list[Any]:
    return [read_said(row.data) for row in city.gateway.said.rows()]


def test_a_code_enrols_one_phone_once(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        code = await code_of(city)
        answers = await asyncio.gather(*(enrol(mine.web, code) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
        assert sentence(await enrol(mine.web, code), 401) == "field.code_unknown"

    play(tmp_path, story)


def test_a_code_is_read_as_people_type_it_and_ends_after_ten_minutes(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        typed = (await code_of(city)).lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert (await enrol(mine.web, typed)).status_code == 201
        late = await code_of(city)
        city.clock.advance(10 * 60 + 1)
        assert sentence(await enrol(mine.web, late), 401) == "field.code_unknown"

    play(tmp_path, story)


def test_guessing_codes_is_hopeless_from_one_address_and_from_all(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        good = await code_of(city)
        guesses = [(await enrol(mine.web, f"AAAA-AA{n:02d}")).status_code for n in range(8)]
        assert guesses == [401] * told + [429] * (8 - told)
        refused = await enrol(mine.web, good)
        assert sentence(refused, 429) == "field.too_often", "not even looked at"
        assert int(refused.headers["Retry-After"]) >= 1
        city.clock.advance(60)
        assert (await enrol(mine.web, good)).status_code == 201

    told = 3
    play(tmp_path / "codes", story, Limits(code=Rate(0.05, 100.0), codes=Rate(0.05, 3.0)))
    told = 1
    play(tmp_path / "code", story, Limits(code=Rate(0.05, 1.0), late_code=Rate(0.05, 2.0)))


def test_a_good_code_is_good_however_many_wrong_ones_came_before_it(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        good = await code_of(city)
        guesses = [(await enrol(mine.web, f"AAAA-AA{n:02d}")).status_code for n in range(5)]
        assert guesses == [401] * 2 + [429] * 3
        assert (await enrol(mine.web, good)).status_code == 201

    play(tmp_path, story, Limits(code=Rate(0.01, 2.0), late_code=Rate(1.0, 5.0)))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
    ],
)
def test_wrong_codes_of_one_ipv6_network_count_as_of_one(first: str, second: str, same: bool) -> None:
    guard = Guard(None, "", Limits(code=Rate(0.01, 2.0)), SystemClock())  # type: ignore[arg-type]

    def guess(remote: str) -> int:
        with pytest.raises(Problem) as problem:
            guard.code(SimpleNamespace(remote=remote), lambda: None)  # type: ignore[arg-type]
        return problem.value.status

    assert [guess(first) for _ in range(3)] == [401, 401, 429]
    assert guess(second) == (429 if same else 401)


def test_codes_and_the_enrol_secret_are_worth_nothing_outside(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        body = {"unit": "positions/U2", "device": "x"}
        for method, path in (("POST", "/v1/codes"), ("GET", "/v1/devices"), ("POST", "/v1/enrol")):
            answer = await mine.web.request(method, path, json=body, headers=city.enrol_head)
            assert sentence(answer, 404) == "field.no_such_address", path
        assert sentence(await city.web.post("/v1/codes", json={"unit": "positions/U1"}), 401) == "field.no_token"

    play(tmp_path, story)


def test_phones_of_a_unit_that_come_in_the_same_moment_all_stay(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        codes = [await code_of(city) for _ in range(6)]
        made = [one.json() for one in await asyncio.gather(*(enrol(mine.web, code, "平板") for code in codes))]
        for one in made:
            head = {"Authorization": f"Bearer {one['token']}"}
            assert (await mine.web.get("/v1/me", headers=head)).status_code == 200

    play(tmp_path, story)


def test_two_phones_of_a_unit_that_call_themselves_the_same_both_stay(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        other = (await enrol(mine.web, await code_of(city), "手机")).json()
        assert (await mine.get("/v1/me")).status_code == 200
        listed = await city.web.get("/v1/devices", headers=city.enrol_head)
        assert listed.json() == {"enrolled": ["positions/U1"], "online": []}
        assert {token.device for token in city.gateway.register.tokens()} == {"手机", "手机 (2)"}
        assert other["name"] == "王建国", "a code without a name keeps the one that was known"

    play(tmp_path, story)


def test_a_page_that_is_opened_each_month_keeps_its_token(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        for _ in range(4):
            city.clock.advance(29 * 24 * 3600)
            assert (await mine.get("/v1/me")).status_code == 200
        city.clock.advance(31 * 24 * 3600)
        assert sentence(await mine.get("/v1/me"), 401) == "field.token_expired"

    play(tmp_path, story)


def test_the_page_is_told_who_it_is_and_what_to_ask_for(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        me = (await mine.get("/v1/me")).json()
        assert (me["unit"], me["name"], me["kind"], me["on_duty"]) == ("positions/U1", "王建国", "网格员", False)
        assert me["desk"] == {"reachable": False}
        assert me["city"]["name"] == "陆家嘴"
        assert 0 < len(me["kinds"]) <= 40
        assert {"code": "E0506", "zh": "道路积水", "en": "Road flooded"} in me["kinds"]
        flooded = next(form for form in me["forms"] if "E0506" in form["kinds"])
        assert flooded["photo"] == "required"
        assert [field["id"] for field in flooded["fields"]] == ["depth", "pump"]

    play(tmp_path, story)


def test_the_way_to_its_own_order_goes_along_streets_and_is_small(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        answer = await mine.get("/v1/orders/o-U1/way?lon=121.495&lat=31.235")
        way = answer.json()
        assert 600 < way["length_m"] < 6_000
        assert 2 <= len(way["points"]) <= 400
        assert abs(way["points"][-1][0] - 121.5) < 0.002, "it ends at the order"
        assert any(road["name"] for road in way["roads"])
        assert len(answer.content) < 40_000
        for path, status in (("o-U2", 404), ("nothing", 503)):
            refused = await mine.get(f"/v1/orders/{path}/way?lon=121.495&lat=31.235")
            assert refused.status_code == status, "nothing of another unit's order"
        assert sentence(await mine.get("/v1/orders/o-U1/way?lon=2&lat=48"), 404) == "field.far_away"
        assert sentence(await mine.get("/v1/orders/o-U1/way?lon=nan&lat=31"), 422) == "field.bad_place"

    play(tmp_path, story)


def test_ways_are_rationed(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        asked = [(await mine.get("/v1/orders/o-U1/way?lon=121.495&lat=31.235")).status_code for _ in range(4)]
        assert asked == [200, 200, 429, 429]

    play(tmp_path, story, Limits(way=Rate(0.1, 2.0)))


def test_who_says_too_much_is_told_when_to_go_on(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        body = {"words": "x" * 4000, "at": AT, **PLACE}
        answers = [await mine.post("/v1/reports", **body) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
        assert len(said(city)) == 3
        city.clock.advance(int(answers[-1].headers["Retry-After"]))
        assert (await mine.post("/v1/reports", **body)).status_code == 202

    play(tmp_path, story, Limits(said=Rate(0.2, 3.0)))


def test_duty_is_kept_once_and_shown(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        key = str(uuid.uuid4())
        first = await mine.post("/v1/duty", id=key, at=AT, on=True)
        again = await mine.post("/v1/duty", id=key, at=AT, on=True)
        assert (first.status_code, again.status_code) == (202, 200)
        assert first.json() == again.json()
        assert sentence(await mine.post("/v1/duty", id=key, at=AT, on=False), 409) == "field.key_used"
        assert (await mine.get("/v1/me")).json()["on_duty"] is True
        assert [(type(one), one.unit, one.on) for one in said(city)] == [(Duty, "positions/U1", True)]

    play(tmp_path, story)


def test_positions_are_taken_on_duty_only(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        fix = {"id": str(uuid.uuid4()), "at": AT, **PLACE, "accuracy": 8.5}
        assert sentence(await mine.post("/v1/positions", fixes=[fix]), 409) == "field.off_duty"
        await mine.post("/v1/duty", id=str(uuid.uuid4()), at=AT, on=True)
        assert (await mine.post("/v1/positions", fixes=[fix])).status_code == 202
        assert sentence(await mine.post("/v1/positions", fixes=[fix] * 61), 422) == "field.not_valid"
        assert said(city) == [one for one in said(city) if isinstance(one, Duty)], "no position lies on the disk"

    play(tmp_path, story)


def test_a_report_carries_photos_of_its_own_unit_only(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        data = photo()
        sha = hashlib.sha256(data).hexdigest()
        wanted = {"words": "井盖破损", "at": AT, "kind": "P0102", "photos": [sha], **PLACE}
        assert sentence(await mine.post("/v1/reports", **wanted), 422) == "field.photo_missing"
        assert (await mine.upload(data, sha, "image/jpeg")).status_code == 204
        key = str(uuid.uuid4())
        answers = [await mine.post("/v1/reports", key, **wanted) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 200, 200], "said again it counts once"
        async with phone(city, "positions/U2") as other:
            assert sentence(await other.post("/v1/reports", **wanted), 422) == "field.photo_missing"
        (report,) = said(city)
        assert isinstance(report, Reported)
        assert (report.id, report.unit, report.kind, report.words) == (key, "positions/U1", "P0102", "井盖破损")
        assert [one.sha256 for one in report.photos] == [sha]
        assert sentence(await mine.post("/v1/reports", **{**wanted, "kind": "nonsense"}), 422) == "field.no_such_kind"

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("at", "kept"),
    [("1970-01-01T00:00:00Z", START), ("2026-07-14T10:00:00Z", START), (iso(START - MINUTE), START - MINUTE)],
)
def test_a_phone_with_a_wrong_clock_says_when_it_came_in(tmp_path: Path, at: str, kept: int) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        assert (await mine.post("/v1/reports", words="积水", at=at, **PLACE)).status_code == 202
        (report,) = said(city)
        assert (report.said, report.received) == (kept, START)

    play(tmp_path, story)


def test_a_letter_has_words_or_a_voice_that_is_one(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        sha = hashlib.sha256(OGG).hexdigest()
        assert sentence(await mine.post("/v1/letters", at=AT), 422) == "field.words_or_voice"
        assert sentence(await mine.post("/v1/letters", at=AT, voice=sha, seconds=3), 422) == "field.voice_missing"
        assert (await mine.upload(OGG, sha, "audio/ogg")).status_code == 204
        assert (await mine.post("/v1/letters", at=AT, voice=sha, seconds=3, order="o-U1")).status_code == 202
        assert (await mine.post("/v1/letters", at=AT, words="收到")).status_code == 202
        assert (await mine.post("/v1/letters", at=AT, words="x", order="o-U2")).status_code == 404
        voice, words = (one.letter for one in said(city) if isinstance(one, Wrote))
        assert (voice.voice.sha256, voice.seconds, voice.order, voice.from_unit) == (sha, 3.0, "o-U1", True)
        assert voice.case, "a letter about an order is about its case"
        assert (words.words, words.unit, words.name) == ("收到", "positions/U1", "王建国")
        assert (await mine.get(f"/v1/voices/{sha}")).content == OGG
        async with phone(city, "positions/U2") as other:
            assert sentence(await other.get(f"/v1/voices/{sha}"), 404) == "field.no_such_voice"

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("data", "type", "refused"),
    [
        (b"<html>" * 100, "audio/webm", "store.not_a_sound"),
        (OGG, "audio/webm", "store.not_a_sound"),
        (OGG, "image/jpeg", "store.not_a_photo"),
        (bytes(2_000_001), "audio/ogg", "field.voice_too_large"),
    ],
)
def test_what_is_no_voice_is_not_kept(tmp_path: Path, data: bytes, type: str, refused: str) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        sha = hashlib.sha256(data).hexdigest()
        assert sentence(await mine.upload(data, sha, type), 422) == refused
        assert not city.gateway.photos._blobs.has(sha)

    play(tmp_path, story)


def test_a_photo_of_fifty_megabytes_is_refused_before_it_is_sent_and_while_it_is(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        sha = hashlib.sha256(b"large").hexdigest()
        refused = await mine.post("/v1/blobs", sha256=sha, size=50_000_000, type="image/jpeg")
        assert sentence(refused, 413) == "field.photo_too_large"
        assert (await mine.post("/v1/blobs", sha256=sha, size=1_000, type="image/jpeg")).status_code == 201
        head = {**mine.head, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        lying = await mine.web.patch(f"/v1/blobs/{sha}", content=bytes(50_000_000), headers=head)
        assert sentence(lying, 413) == "field.piece_too_large"
        held = sum(path.stat().st_size for path in (tmp_path / "blobs").rglob("*") if path.is_file())
        assert held < 2_000, "nothing of it lies on the disk"

    play(tmp_path, story)


def test_a_forged_token_and_one_of_another_city_open_nothing(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        for forged in (mine.token[:-1] + ("A" if mine.token[-1] != "A" else "B"), "A" * 43, "a.b.c", "é"):
            head = [(b"Authorization", b"Bearer " + forged.encode())]
            for path in ("/v1/me", "/v1/letters", "/v1/orders", f"/v1/voices/{'a' * 64}"):
                assert (await mine.web.get(path, headers=head)).status_code == 401

    play(tmp_path, story)


def test_letters_wait_for_the_hub_in_one_sentence(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        refused = await mine.get("/v1/letters")
        assert sentence(refused, 503) == "field.hub_away"
        assert refused.headers["Retry-After"] == "5"

    play(tmp_path, story)


def test_a_letter_of_another_unit_is_neither_shown_nor_answered(tmp_path: Path) -> None:
    async def story(city: LivingGateway, mine: Phone) -> None:
        letters = [
            Letter(str(uuid.uuid4()), "text", "seat-1", unit, False, "值班台", START, words="请回话")  # type: ignore[arg-type]
            for unit in ("positions/U1", "positions/U2")
        ]

        async def ask(what: str, wanted: object, reply: type) -> object:
            return Letters(7, tuple(letters))  # a hub that forgot whose they are

        city.gateway.live.letters._ask = ask
        shown = (await mine.get("/v1/letters?after=3")).json()
        assert (shown["seq"], [one["id"] for one in shown["letters"]]) == (7, [letters[0].id])
        seen = {"state": "answered", "answer": "马上到", "at": AT}
        assert (await mine.post(f"/v1/letters/{letters[0].id}/seen", **seen)).status_code == 202
        assert sentence(await mine.post(f"/v1/letters/{letters[1].id}/seen", **seen), 404) == "field.no_such_letter"
        wrong = await mine.post(f"/v1/letters/{letters[0].id}/seen", state="read", answer="x", at=AT)
        assert sentence(wrong, 422) == "field.answer_answers"
        (one,) = said(city)
        assert (one.letter, one.unit, one.state, one.answer) == (letters[0].id, "positions/U1", "answered", "马上到")

    play(tmp_path, story)
