"""The device API, asked by a real client on a real port."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import uuid
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit.field.limits import Limits, Rate
from cockpit.field.wire import iso
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND
from cockpit.model.entries import read_fact
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from tests.ledger_desk import START, Desk
from tests.living_gateway import LivingGateway, desk_with_orders, living_gateway, remember
from tests.waiting import within

Story = Callable[[LivingGateway], Awaitable[None]]


def play(tmp_path: Path, story: Story, desk: Desk | None = None, limits: Limits | None = None) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path, desk or desk_with_orders(), limits=limits) as city:
            await story(city)

    asyncio.run(go())


def sentence(answer: httpx.Response, status: int) -> str:
    """The one sentence of a refusal."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    said = answer.json()
    assert said["status"] == status
    assert "\n" not in said["detail"]
    return str(said["code"])


def kept(city: LivingGateway) -> list[tuple[str, str, str]]:
    """Facts in the gateway's outbox: kind, order, unit."""
    facts = [read_fact(row.data) for row in city.gateway.outbox.rows()]
    return [(fact.kind, fact.order, fact.unit) for fact in facts]


def test_a_device_sees_the_orders_of_its_own_unit_and_no_other(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        one, two = await city.enrol("positions/U1"), await city.enrol("positions/U2")
        mine = (await one.orders()).json()["orders"]
        assert [order["id"] for order in mine] == ["o-U1"]
        assert [order["id"] for order in (await two.orders()).json()["orders"]] == ["o-U2"]
        nobody = await city.enrol("positions/U7")
        assert (await nobody.orders()).json() == {"now": iso(START), "rev": 0, "orders": []}

    play(tmp_path, story)


def test_an_order_says_what_where_until_when(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        order = (await (await city.enrol()).orders()).json()["orders"][0]
        assert order["number"].startswith("G-0714-")
        assert order["state"] == "sent"
        assert order["lead"] is True
        assert order["kind"]["code"] == "E0506"
        assert order["kind"]["zh"]
        assert order["kind"]["en"]
        assert (order["level"], order["lon"], order["lat"], order["datum"]) == (1, 121.5, 31.24, "wgs84")
        assert order["arrive_by"] == iso(START + 8 * MINUTE)
        assert order["finish_by"] == iso(START + HOUR)
        assert order["recalled"] is False
        assert (order["text"], order["place"]) == (None, None), "the hub is away: the words are not known, not empty"

    play(tmp_path, story)


def test_an_order_that_ended_is_shown_for_an_hour(tmp_path: Path) -> None:
    desk = desk_with_orders("U1")
    desk.report("refused", order="o-U1", texts={"reason": "车坏了"})

    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        city.clock.advance(59 * 60)
        assert [order["state"] for order in (await device.orders()).json()["orders"]] == ["refused"]
        city.clock.advance(2 * 60)
        assert (await device.orders()).json()["orders"] == []

    play(tmp_path, story, desk)


def test_a_fact_is_on_the_disk_before_the_device_is_told(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        answer = await device.fact("o-U1", "accepted", lon=121.49, lat=31.23)
        assert answer.status_code == 202, "the hub is away"
        assert kept(city) == [("accepted", "o-U1", "positions/U1")]

    play(tmp_path, story)
    assert b"accepted" in (tmp_path / "field" / "outbox.db").read_bytes() + b"".join(
        path.read_bytes() for path in (tmp_path / "field").glob("outbox.db-wal")
    )


def test_a_fact_that_the_disk_refuses_is_not_taken_and_taken_once_when_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        key = str(uuid.uuid4())
        full = Message("store.outbox_full", {"file": "outbox.db"})
        with monkeypatch.context() as patched:
            patched.setattr(city.gateway.outbox, "put", lambda i, lane, data, done, **more: done(full))
            refused = await device.fact("o-U1", "accepted", key)
            assert sentence(refused, 503) == "field.not_now"
            assert "outbox" not in refused.text, "where things lie here is told to nobody"
            assert int(refused.headers["Retry-After"]) > 0
        with monkeypatch.context() as patched:
            patched.setattr(city.gateway.register, "take", _full)
            assert sentence(await device.fact("o-U1", "read"), 503) == "field.not_now"
        assert kept(city) == []
        assert (await device.fact("o-U1", "accepted", key)).status_code == 200
        assert kept(city) == [("accepted", "o-U1", "positions/U1")]

    play(tmp_path, story)


def _full(*args: object) -> None:
    raise OutsideError("store.disk_full", file="register.db")


def test_a_replayed_fact_is_answered_the_same_and_kept_once(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        key = str(uuid.uuid4())
        first = await device.fact("o-U1", "delivered", key)
        city.clock.advance(90)
        again = [await device.fact("o-U1", "delivered", key) for _ in range(3)]
        assert [answer.status_code for answer in again] == [200] * 3
        assert {answer.content for answer in again} == {first.content}
        assert len(kept(city)) == 1

    play(tmp_path, story)


def test_replays_that_come_at_once_are_kept_once(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        key = str(uuid.uuid4())
        answers = await asyncio.gather(*(device.fact("o-U1", "read", key) for _ in range(8)))
        assert {answer.status_code for answer in answers} <= {200, 202}
        assert len({answer.content for answer in answers}) == 1
        assert len(kept(city)) == 1

    play(tmp_path, story)


def test_a_replay_after_a_restart_is_answered_the_same(tmp_path: Path) -> None:
    key = str(uuid.uuid4())
    said: list[bytes] = []

    async def story(city: LivingGateway) -> None:
        said.append((await (await city.enrol()).fact("o-U1", "read", key)).content)
        assert len(kept(city)) == 1

    play(tmp_path, story)
    play(tmp_path, story)
    assert said[0] == said[1]


def test_a_key_that_was_used_for_something_else_is_refused(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        key = str(uuid.uuid4())
        await device.fact("o-U1", "delivered", key)
        for other in ({"kind": "read"}, {"at": "2026-07-14T09:00:01+08:00"}, {"words": "到了"}):
            said = {"kind": "delivered", **other}
            assert sentence(await device.fact("o-U1", key=key, **said), 409) == "field.key_used", other
        assert len(kept(city)) == 1

    play(tmp_path, story)


def test_the_order_of_another_unit_is_not_there(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        city.gateway.api.caught_up = True
        device = await city.enrol("positions/U2")
        theirs = await device.fact("o-U1", "accepted")
        nobodys = await device.fact("o-U99", "accepted")
        assert sentence(theirs, 404) == sentence(nobodys, 404) == "field.no_such_order"
        assert theirs.json() == nobodys.json(), "whether it exists is told to nobody"
        assert kept(city) == []

    play(tmp_path, story)


def test_an_order_that_is_not_known_before_the_hub_was_heard_is_not_denied(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        answer = await (await city.enrol()).fact("o-U99", "accepted")
        assert sentence(answer, 503) == "field.not_joined"
        assert int(answer.headers["Retry-After"]) > 0

    play(tmp_path, story)


def test_a_gateway_that_knows_no_orders_yet_says_so_instead_of_none(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        assert sentence(await (await city.enrol()).orders(), 503) == "field.not_joined"

    play(tmp_path, story, Desk())


@pytest.mark.parametrize("spoilt", [b'{"no": "decision"}', None])
def test_a_copy_of_the_ledger_that_was_changed_is_not_believed(tmp_path: Path, spoilt: bytes | None) -> None:
    desk = desk_with_orders()
    desk.report("delivered", "read", order="o-U1")
    remember(tmp_path, desk)
    with closing(sqlite3.connect(tmp_path / "field" / "ledger.db")) as file, file:
        file.execute("UPDATE decision SET data = ? WHERE seq = 2", (spoilt or desk.log[1].replace(b"U1", b"U2"),))

    async def go() -> None:
        async with living_gateway(tmp_path) as city:
            assert sentence(await (await city.enrol()).orders(), 503) == "field.not_joined"

    asyncio.run(go())


NOT_VALID: list[tuple[dict[str, Any], str]] = [
    ({"kind": "danced"}, "field.not_valid"),
    ({"kind": "refused"}, "field.fact_lacks"),
    ({"kind": "note"}, "field.fact_lacks"),
    ({"kind": "photo"}, "field.fact_lacks"),
    ({"kind": "read", "reason": "远"}, "field.fact_only"),
    ({"kind": "read", "at": "2026-07-14T09:00:00"}, "field.bad_time"),
    ({"kind": "read", "at": "2026-07-14Tnoon"}, "field.bad_time"),
    ({"kind": "read", "at": "9999-12-31T23:59:59-23:59"}, "field.bad_time"),
    ({"kind": "read", "lon": 121.5}, "field.half_a_place"),
    ({"kind": "read", "lon": 121.5, "lat": 91}, "field.not_valid"),
    ({"kind": "note", "words": "长" * 4001}, "field.not_valid"),
    ({"kind": "note", "words": ""}, "field.not_valid"),
    ({"kind": "note", "words": " \t\n\u3000"}, "field.not_valid"),
    ({"kind": "refused", "reason": "  "}, "field.not_valid"),
    ({"kind": "read", "unit": "positions/U2"}, "field.not_valid"),
    ({"kind": "photo", "photo": "ab" * 32}, "field.photo_missing"),
    ({"kind": "photo", "photo": "../../etc"}, "field.not_valid"),
]


def test_a_fact_that_is_not_valid_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        for body, code in NOT_VALID:
            assert sentence(await device.fact("o-U1", **body), 422) == code, body
        assert kept(city) == []

    play(tmp_path, story)


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2099-07-20T09:00:00+08:00"])
def test_what_a_device_reports_under_a_clock_that_was_reset_is_taken_without_its_time(tmp_path: Path, at: str) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        answer = await device.fact("o-U1", kind="read", at=at)
        assert answer.status_code in (201, 202)
        assert abs(answer.json()["clock_ahead_s"]) == 10 * 365 * 86_400
        assert [read_fact(row.data).said for row in city.gateway.outbox.rows()] == [0]

    play(tmp_path, story)


def test_a_key_that_is_no_uuid_is_refused(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        body = {"kind": "read", "at": "2026-07-14T09:00:00Z"}
        for key in ("", "1", "x" * 36, "0" * 400, "../../../etc/passwd"):
            head = {**device.head, "Idempotency-Key": key}
            answer = await city.web.post("/v1/orders/o-U1/facts", json=body, headers=head)
            assert sentence(answer, 422) == "field.bad_key", key

    play(tmp_path, story)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_device_whose_clock_is_an_hour_off_is_told_and_its_word_is_kept(tmp_path: Path, hours: int) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        answer = (await device.fact("o-U1", "accepted", at=iso(START + hours * HOUR))).json()
        assert answer["clock_ahead_s"] == 3600.0 * hours
        assert answer["recorded"] == iso(START)
        fact = read_fact(city.gateway.outbox.rows()[0].data)
        assert (fact.said - fact.received) / SECOND == 3600 * hours

    play(tmp_path, story)


def test_a_third_question_that_waits_ends_the_oldest(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        rev = (await device.orders()).json()["rev"]
        waiting = []
        for n in range(3):
            waiting.append(asyncio.create_task(device.orders(rev, wait=25)))
            async with asyncio.timeout(30):
                while city.gateway.api.polls < min(n + 1, 2):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        assert (await within(10, waiting[0])).json()["rev"] == rev
        assert not waiting[1].done()
        assert not waiting[2].done()
        city.gateway.api.end_polls()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200] * 3

    play(tmp_path, story)


@pytest.mark.logs("field.json can not be written")
def test_a_gateway_whose_note_can_not_be_written_serves_all_the_same_and_writes_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Path] = []

    def full(path: Path, text: str) -> None:
        tries.append(path)
        if len(tries) == 2:
            monkeypatch.undo()
        raise OSError(28, "No space left on device")

    async def story() -> None:
        remember(tmp_path, desk_with_orders())
        monkeypatch.setattr("cockpit.field.gateway.NOTE_SECONDS", 0.05)
        async with living_gateway(tmp_path) as city:
            assert (await (await city.enrol()).orders()).status_code == 200
            async with asyncio.timeout(30):
                while not (tmp_path / "field.json").exists():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    (tmp_path / "field").mkdir()
    (tmp_path / "field" / "enrol").write_text("x" * 43)
    monkeypatch.setattr("cockpit.field.gateway.write_private", full)
    asyncio.run(story())
    assert len(tries) == 2


# -- tokens ------------------------------------------------------------------------------------------------------------


FORGED: list[dict[str, Any]] = [
    {},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic dTpw"},
    {"Authorization": "Bearer " + "A" * 43},
    {"Authorization": "Bearer " + "A" * 5000},
    {"Authorization": b"Bearer \xff\xfe"},
]


def test_a_forged_token_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        for head in FORGED:
            for method, path in (("GET", "/v1/orders"), ("POST", "/v1/orders/o-U1/facts"), ("POST", "/v1/blobs")):
                answer = await city.web.request(method, path, headers=head)
                assert sentence(answer, 401) in ("field.no_token", "field.token_unknown"), head
                assert answer.headers["WWW-Authenticate"] == "Bearer"

    play(tmp_path, story)


def test_an_expired_token_is_refused(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        city.clock.advance(30 * DAY / SECOND - 1)
        assert (await device.orders()).status_code == 200
        city.clock.advance(2)
        assert sentence(await device.orders(), 401) == "field.token_expired"

    play(tmp_path, story)


def test_a_revoked_token_is_refused_at_once_also_while_it_waits(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        rev = (await device.orders()).json()["rev"]
        waiting = asyncio.create_task(device.orders(rev, wait=0.5))
        assert city.gateway.register.revoke("positions/U1") == 1
        assert sentence(await device.orders(), 401) == "field.token_revoked"
        assert sentence(await waiting, 401) == "field.token_revoked"

    play(tmp_path, story)


def test_a_device_that_enrols_again_ends_its_old_token(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        old, other = await city.enrol(), await city.enrol(device="终端 2")
        new = await city.enrol()
        assert sentence(await old.orders(), 401) == "field.token_revoked"
        assert (await new.orders()).status_code == (await other.orders()).status_code == 200

    play(tmp_path, story)


def test_the_secret_for_enrolling_is_wanted_and_guessing_it_is_slow(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        said = {"unit": "positions/U1", "device": "x"}
        codes = []
        for guess in ("A", "A" * 43, device.token, "B" * 43, "C" * 43):
            answer = await city.web.post("/v1/enrol", json=said, headers={"Authorization": f"Bearer {guess}"})
            codes.append(answer.status_code)
        assert codes == [401, 401, 401, 429, 429]
        assert int(answer.headers["Retry-After"]) > 0
        assert (await device.orders()).status_code == 200, "who has a token is not locked out"

    play(tmp_path, story, limits=Limits(enrol=Rate(0.01, 3.0)))


def test_tokens_are_kept_hashed(tmp_path: Path) -> None:
    tokens: list[str] = []

    async def story(city: LivingGateway) -> None:
        tokens.append((await city.enrol()).token)

    play(tmp_path, story)
    assert all(tokens[0].encode() not in path.read_bytes() for path in (tmp_path / "field").glob("*"))


# -- limits ------------------------------------------------------------------------------------------------------------


def test_a_device_that_asks_too_often_has_to_wait_and_others_do_not(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        one, two = await city.enrol("positions/U1"), await city.enrol("positions/U2")
        answers = [await one.orders() for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert sentence(answers[-1], 429) == "field.too_often"
        assert answers[-1].headers["Retry-After"] == "1"
        assert (await two.orders()).status_code == 200
        city.clock.advance(1)
        assert (await one.orders()).status_code == 200

    play(tmp_path, story, limits=Limits(device=Rate(1.0, 5.0)))


def test_an_address_that_asks_too_often_has_to_wait(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        codes = [(await city.web.get("/v1/health")).status_code for _ in range(6)]
        assert codes == [200] * 4 + [429] * 2

    play(tmp_path, story, limits=Limits(address=Rate(1.0, 4.0)))


def test_a_body_that_is_too_large_is_refused_however_it_comes(tmp_path: Path) -> None:
    async def in_pieces():
        for _ in range(100):
            yield b" " * 1000

    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        head = {**device.head, "Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        for content in (b" " * 100_000, in_pieces()):
            answer = await city.web.post("/v1/orders/o-U1/facts", content=content, headers=head)
            assert sentence(answer, 413) == "field.body_too_large"

    play(tmp_path, story)


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        reader, writer = await asyncio.open_connection("127.0.0.1", city.gateway.site.port)
        head = f"POST /v1/blobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {device.token}\r\n"
        writer.write((head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{").encode())
        assert (await reader.readline()).split()[1] == b"408"
        writer.close()
        await writer.wait_closed()

    play(tmp_path, story, limits=Limits(body_seconds=0.2))


def test_a_connection_that_never_asks_is_closed(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", city.gateway.site.port)
        writer.write(b"GET /v1/health HTTP/1.1\r\nHost: ")
        assert await within(30, reader.read()) == b""
        writer.close()
        await writer.wait_closed()

    play(tmp_path, story, limits=Limits(idle_seconds=0.3))


def test_more_connections_than_there_is_room_for_are_hung_up_on(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        port = city.gateway.site.port
        many = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
        try:
            reader, writer = many[-1]
            with contextlib.suppress(ConnectionError):
                writer.write(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
                assert await within(30, reader.read()) == b""
            many[0][1].write(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await within(30, many[0][0].readline())).split()[1] == b"200"
        finally:
            for _, writer in many:
                writer.transport.abort()

    play(tmp_path, story, limits=Limits(connections=5))


NO_JSON = [
    (b"", 400, "field.no_json"),
    (b"{", 400, "field.no_json"),
    (b"\xff\xfe{}", 400, "field.no_json"),
    (b"[" * 20_000, 422, "field.not_valid"),
    (b"[]", 422, "field.not_valid"),
    (b'{"unit":"a/b","device":"\\ud800"}', 400, "field.no_json"),
    (b'{"unit":"a/b\\n","device":"x"}', 422, "field.not_valid"),
    (b'{"unit":"../../x y","device":"x"}', 422, "field.not_valid"),
    (b'{"unit":"a/b","device":1}', 422, "field.not_valid"),
    (b'{"unit":"a/b","device":"x","role":"hub"}', 422, "field.not_valid"),
]


def test_json_is_read_strictly(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        head = {**city.enrol_head, "Content-Type": "application/json"}
        for content, status, code in NO_JSON:
            answer = await city.web.post("/v1/enrol", content=content, headers=head)
            assert sentence(answer, status) == code, content[:80]

    play(tmp_path, story)


def test_a_packed_body_and_another_type_are_refused(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        head = {**city.enrol_head, "Content-Type": "application/json"}
        packed = await city.web.post("/v1/enrol", content=b"\x1f\x8b", headers={**head, "Content-Encoding": "gzip"})
        assert sentence(packed, 415) == "field.packed"
        form = await city.web.post("/v1/enrol", data={"unit": "a/b"}, headers=city.enrol_head)
        assert sentence(form, 415) == "field.not_json_type"

    play(tmp_path, story)


NO_QUERY = [
    "after=-1",
    "after=x",
    "after=1e3",
    "wait=31",
    "wait=nan",
    "wait=-1",
    "wait=%20",
    "after=1&after=2",
    "who=me",
]


def test_a_query_that_is_none_is_refused(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        for query in NO_QUERY:
            answer = await city.web.get(f"/v1/orders?{query}", headers=device.head)
            assert sentence(answer, 422) in ("field.bad_after", "field.bad_wait", "field.unknown_query"), query

    play(tmp_path, story)


# -- what every answer carries -----------------------------------------------------------------------------------------


def test_every_answer_says_that_it_is_not_to_be_kept_nor_guessed_at(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        for path in ("/v1/health", "/v1/orders", "/nothing", "/v1/openapi.json"):
            head = (await city.web.get(path)).headers
            assert head["Cache-Control"] == "no-store"
            assert head["X-Content-Type-Options"] == "nosniff"
            assert head["Server"] == "cockpit"
            assert "default-src 'none'" in head["Content-Security-Policy"]

    play(tmp_path, story)


def test_sentences_are_chinese_unless_english_is_asked_for(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        said = [
            (await city.web.get("/v1/orders", headers={"Accept-Language": language})).json()["detail"]
            for language in ("", "zh-CN,zh;q=0.9,en;q=0.8", "en-GB,en;q=0.9", "de, en")
        ]
        assert said[0] == said[1] == "请求没有带令牌：请在 Authorization 头里写 Bearer 和令牌。"
        assert (
            said[2] == said[3] == "The request has no token: write Bearer and the token into the header Authorization."
        )

    play(tmp_path, story)


def test_addresses_and_methods_that_are_none_are_told_so(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        assert sentence(await city.web.get("/v1/../etc"), 404) == "field.no_such_address"
        wrong = await city.web.delete("/v1/orders")
        assert sentence(wrong, 405) == "field.no_such_method"
        assert wrong.headers["Allow"] == "GET"

    play(tmp_path, story)


@pytest.mark.logs("a request failed: RuntimeError")
def test_an_error_of_ours_shows_nothing_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()

        def fails(unit: str) -> None:
            raise RuntimeError(f"secret of {unit}")

        monkeypatch.setattr(city.gateway.board, "orders", fails)
        answer = await device.orders()
        assert sentence(answer, 500) == "field.our_bug"
        assert "secret" not in answer.text
        assert "secret" not in caplog.text
        assert "RuntimeError" in caplog.text

    play(tmp_path, story)
