"""Remotes of the walls as the gateway meets them: codes, tokens, one WebSocket, and what it lets through."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from cockpit.field.limits import Limits, Rate
from cockpit.field.remote import FOR_OPERATORS, MOST_OF_ONE, MOST_ON
from tests.living_gateway import LivingGateway, living_gateway
from tests.living_phone import LIMIT, trusting


async def code(city: LivingGateway, role: str = "presenter", days: int = 1) -> str:
    """The address that makes a remote."""
    made = await city.web.post("/remote/v1/codes", json={"role": role, "days": days}, headers=city.enrol_head)
    assert made.status_code == 201, made.text
    return str(made.json()["url"])


@contextlib.asynccontextmanager
async def outside(city: LivingGateway) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway over TLS, as the page meets it."""
    context = trusting(city)
    async with httpx.AsyncClient(
        base_url=city.gateway.front.url, verify=context, timeout=LIMIT, trust_env=False
    ) as web:
        yield web


async def paired(city: LivingGateway, role: str = "presenter", name: str = "平板") -> dict[str, Any]:
    """Token, role and name of a remote that used a code."""
    url = await code(city, role)
    async with outside(city) as web:
        answer = await web.post("/remote/v1/enrol", json={"code": url.partition("#code=")[2], "device": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@contextlib.asynccontextmanager
async def line(
    city: LivingGateway, first: str | None, origin: str | None = None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The WebSocket of a remote whose first message this is, None it says nothing."""
    url = city.gateway.front.url
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(
            url.replace("https", "wss") + "/remote/v1/live", ssl=trusting(city), protocols=("cockpit.wall.v1",),
            origin=url if origin is None else origin,
        )  # fmt: skip
        try:
            if first is not None:
                await socket.send_str(first)
            yield socket
        finally:
            await socket.close()


async def hear(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    async with asyncio.timeout(LIMIT):
        while True:
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.TEXT, message
            said: dict[str, Any] = json.loads(message.data)
            if said["kind"] == kind:
                return said


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int:
    """The close code, whatever is said before."""
    async with asyncio.timeout(LIMIT):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return socket.close_code or 0


def sign_in(token: str) -> str:
    return json.dumps({"token": token, "lang": "zh"})


def test_a_code_makes_one_remote_and_its_token_opens_nothing_of_the_phones(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city, outside(city) as web:
            url = await code(city, "operator", 30)
            assert url.startswith(f"{city.gateway.front.url}/remote/#code=")
            wanted = {"code": url.partition("#code=")[2], "device": "平板"}
            first = await web.post("/remote/v1/enrol", json=wanted)
            assert (first.status_code, first.json()["role"], first.json()["name"]) == (201, "operator", "平板")
            assert (await web.post("/remote/v1/enrol", json=wanted)).status_code == 401
            head = {"Authorization": f"Bearer {first.json()['token']}"}
            for path in ("/v1/orders", "/v1/me", "/v1/letters"):
                assert (await web.get(path, headers=head)).status_code == 401
            odd = await paired(city, name="\u202e平板\x1b[31m" + "长" * 70)
            assert odd["name"].startswith("平板 [31m长")
            assert len(odd["name"]) == 60
            again = await paired(city, "operator")
            assert again["name"] == "平板", "another code, other days: its own name"

    asyncio.run(go())


def test_tablets_that_pair_in_the_same_moment_all_stay_paired(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city:
            made = await asyncio.gather(*(paired(city) for _ in range(6)))
            assert len({one["name"] for one in made}) == 6
            for one in made:
                async with line(city, sign_in(one["token"])) as socket:
                    await hear(socket, "welcome")

    asyncio.run(go())


def test_a_phone_is_no_remote_and_a_remote_no_phone_and_a_code_in_the_wrong_place_stays_good(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city, outside(city) as web:
            made = await city.web.post("/v1/codes", json={"unit": "positions/U1"}, headers=city.enrol_head)
            phones = {"code": made.json()["code"], "device": "手机"}
            remotes = {"code": (await code(city)).partition("#code=")[2], "device": "平板"}
            assert (await web.post("/remote/v1/enrol", json=phones)).status_code == 401
            assert (await web.post("/v1/enrol", json=remotes)).status_code == 401
            token = (await web.post("/v1/enrol", json=phones)).json()["token"]
            assert (await web.post("/remote/v1/enrol", json=remotes)).status_code == 201
            async with line(city, sign_in(token)) as socket:
                assert await closed(socket) == 4003

    asyncio.run(go())


def test_codes_and_lists_are_given_to_this_machine_only_and_to_who_knows_the_secret(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city, outside(city) as web:
            asks = (("POST", "/remote/v1/codes"), ("GET", "/remote/v1/list"), ("DELETE", "/remote/v1/x"))
            for method, path in asks:
                body = {"role": "operator"} if method == "POST" else None
                assert (await web.request(method, path, json=body, headers=city.enrol_head)).status_code == 404
                assert (await city.web.request(method, path, json=body)).status_code == 401
            for wrong in ({"role": "king"}, {"days": 31}, {"days": 0}, {"unit": "positions/U1"}):
                answer = await city.web.post("/remote/v1/codes", json=wrong, headers=city.enrol_head)
                assert answer.status_code == 422

    asyncio.run(go())


def test_a_page_of_elsewhere_a_wrong_token_and_nonsense_are_hung_up_on(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city:
            token = sign_in((await paired(city))["token"])
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with line(city, token, origin="https://elsewhere.example"):
                    pass
            assert refused.value.status == 403
            for first, end in ((sign_in("x" * 43), 4003), ("{", 1008), ('{"token": 7}', 1008), (token + "}", 1008)):
                async with line(city, first) as socket:
                    assert await closed(socket) == end, first
            long, many = "x" * 201, json.dumps([[[0, 0]] * 513])
            nonsense = (
                "[]", '{"kind": "fly"}', '{"kind": "hand", "x": 7}', f'{{"kind": "act", "value": "{long}"}}',
                '{"kind": "act", "screens": [99999999999999999999]}', '{"kind": "act", "screens": ["1"]}',
                '{"kind": "act", "view": {"lon": 1e999, "lat": 0, "scale": 1}}', '{"kind": "act", "more": 1}',
                f'{{"kind": "hand", "strokes": {many}}}', "[" * 60_000,
            )  # fmt: skip
            for said in nonsense:
                async with line(city, token) as socket:
                    await hear(socket, "welcome")
                    await socket.send_str(said)
                    assert await closed(socket) == 1008, said[:60]

    asyncio.run(go())


def test_a_remote_that_talks_too_much_is_hung_up_on(tmp_path: Path) -> None:
    async def go() -> None:
        limits = Limits(remote=Rate(1.0, 5.0))
        async with (
            living_gateway(tmp_path, limits=limits) as city,
            line(city, sign_in((await paired(city))["token"])) as socket,
        ):
            for _ in range(8):
                await socket.send_str('{"kind": "look"}')
            assert await closed(socket) == 1008

    asyncio.run(go())


def test_a_remote_on_a_slow_line_keeps_its_token(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path, limits=Limits(sign_in_seconds=0.3)) as city:
            token = sign_in((await paired(city))["token"])
            async with line(city, None) as socket:
                assert await closed(socket) == 1013, "it is to come again, not to forget its pairing"
            async with line(city, token) as socket:
                await hear(socket, "welcome")

    asyncio.run(go())


def test_the_oldest_page_of_a_remote_rests_when_it_opens_one_too_many(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city, contextlib.AsyncExitStack() as stack:
            token = sign_in((await paired(city))["token"])
            pages = []
            for _ in range(MOST_OF_ONE + 1):
                pages.append(await stack.enter_async_context(line(city, token)))
                await hear(pages[-1], "welcome")
            assert await closed(pages[0]) == 4001
            await pages[1].send_str('{"kind": "act", "n": 3, "what": "scene", "value": "storm"}')
            assert (await hear(pages[1], "refused"))["n"] == 3, "the others work on"

    asyncio.run(go())


def test_however_many_presenters_are_on_an_operators_remote_has_a_place(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city, contextlib.AsyncExitStack() as stack:

            async def on(role: str) -> aiohttp.ClientWebSocketResponse:
                token = sign_in((await paired(city, role))["token"])
                return await stack.enter_async_context(line(city, token))

            for _ in range((MOST_ON - FOR_OPERATORS) // MOST_OF_ONE):
                token = sign_in((await paired(city))["token"])
                for _ in range(MOST_OF_ONE):
                    await hear(await stack.enter_async_context(line(city, token)), "welcome")
            assert await closed(await on("presenter")) == 1013
            await hear(await on("operator"), "welcome")

    asyncio.run(go())


def test_without_a_hub_a_remote_is_told_so_and_what_it_does_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city, line(city, sign_in((await paired(city))["token"])) as socket:
            assert (await hear(socket, "welcome"))["role"] == "presenter"
            await hear(socket, "away")
            await socket.send_str('{"kind": "act", "n": 3, "what": "scene", "value": "storm"}')
            said = await hear(socket, "refused")
            assert said["n"] == 3
            assert said["words"]

    asyncio.run(go())


def test_a_remote_that_is_taken_back_ends_at_once(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city:
            mine, other = await paired(city), await paired(city)
            assert (mine["name"], other["name"]) == ("平板", "平板 (2)")
            async with line(city, sign_in(mine["token"])) as socket:
                await hear(socket, "welcome")
                listed = (await city.web.get("/remote/v1/list", headers=city.enrol_head)).json()["remotes"]
                assert sorted((one["name"], one["on"]) for one in listed) == [("平板", True), ("平板 (2)", False)]
                id = next(one["id"] for one in listed if one["on"])
                gone = await city.web.delete(f"/remote/v1/{id}", headers=city.enrol_head)
                assert gone.json() == {"revoked": 1}
                await hear(socket, "signed_out")
                assert await closed(socket) == 4003
            async with line(city, sign_in(mine["token"])) as socket:
                assert await closed(socket) == 4003
            device = await city.enrol()
            phone = city.gateway.register.token(device.token)
            assert phone is not None
            gone = await city.web.delete(f"/remote/v1/{phone.id}", headers=city.enrol_head)
            assert gone.status_code == 404, "a phone is not taken back here"

    asyncio.run(go())


def test_the_page_comes_with_a_policy_that_lets_it_run_nothing_but_its_own_and_use_no_device(tmp_path: Path) -> None:
    async def go() -> None:
        async with living_gateway(tmp_path) as city, outside(city) as web:
            for path in ("/remote/", "/remote/app.js", "/remote/remote.css"):
                answer = await web.get(path)
                assert answer.status_code == 200, path
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
                assert "unsafe" not in policy
                assert "camera=(), microphone=(), geolocation=()" in answer.headers["Permissions-Policy"]
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert (await web.get("/remote/../../field.json")).status_code == 404
            assert (await web.get("/remote/nothing.js")).status_code == 404

    asyncio.run(go())
