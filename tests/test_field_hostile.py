"""Bytes of an enemy on the gateway's port: it answers in a sentence or hangs up, and goes on."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from cockpit.field.limits import Limits, Rate
from tests.living_gateway import LivingGateway, desk_with_orders, living_gateway

pytestmark = pytest.mark.slow

OPEN = Limits(address=Rate(1e6, 1e6), device=Rate(1e6, 1e6), body_seconds=0.3, photo_seconds=0.3, idle_seconds=0.5)
ROUNDS = 250
LIMIT = 20.0


def request(token: str) -> bytes:
    body = b'{"kind":"note","at":"2026-07-14T09:00:00Z","words":"x"}'
    head = (
        "POST /v1/orders/o-U1/facts?x=1 HTTP/1.1\r\nHost: gateway\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: 0198c5a0-0000-7000-8000-000000000001\r\nContent-Length: {len(body)}\r\n"
        "Accept-Language: zh\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def spoilt(good: bytes, rng: random.Random) -> bytes:
    """A request with some of it exchanged, doubled, cut or put in."""
    data = bytearray(good)
    for _ in range(rng.randint(1, 6)):
        at, n = rng.randrange(len(data) or 1), rng.randint(1, 40)
        match rng.randrange(6):
            case 0:
                data[at : at + n] = rng.randbytes(n)
            case 1:
                data[at:at] = data[at : at + n]
            case 2:
                del data[at : at + n]
            case 3:
                data[at:at] = rng.choice(
                    (b"\r\n", b"\0", b"\n\n", b": ", b"Transfer-Encoding: chunked\r\n", b"\xff" * 40)
                )
            case 4:
                data[at:at] = rng.choice(
                    (b"A" * 9000, b"9" * 400, b"%00%2e%2e/", b"Content-Length: 5\r\n", b"\r\n" * 200)
                )
            case _:
                data[at:at] = rng.choice(
                    (b"Expect: 100-continue\r\n", b"Upgrade: websocket\r\n", b"Content-Encoding: br\r\n")
                )
    return bytes(data)


async def said_to(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(LIMIT):
            return await reader.read()
    except (ConnectionError, OSError):
        return b""
    finally:
        writer.transport.abort()


async def fare(city: LivingGateway, token: str, messages: list[bytes]) -> list[bytes]:
    port = city.gateway.site.port
    answers = []
    for n in range(0, len(messages), 25):
        answers += await asyncio.gather(*(said_to(port, data) for data in messages[n : n + 25]))
    return answers


def test_spoilt_requests_are_answered_in_a_sentence_or_hung_up_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with living_gateway(tmp_path, desk_with_orders(), limits=OPEN) as city:
            device = await city.enrol()
            rng = random.Random(7)
            good = request(device.token)
            messages = [spoilt(good, rng) for _ in range(ROUNDS)] + [
                rng.randbytes(rng.randint(1, 3000)) for _ in range(50)
            ]
            answers = await fare(city, device.token, messages)
            statuses = [int(answer.split(b" ", 2)[1]) for answer in answers if answer.startswith(b"HTTP/1.")]
            assert statuses, "some were answered"
            assert [status for status in statuses if status >= 500] == []
            assert all(device.token.encode() not in answer for answer in answers), "nothing is said back"
            assert all(b"Traceback" not in answer for answer in answers)
            assert (await device.orders()).status_code == 200, "and it goes on"
            assert len(city.gateway.outbox.rows()) <= 1

    asyncio.run(story())


def test_many_connections_that_say_nothing_keep_nobody_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with living_gateway(tmp_path, desk_with_orders(), limits=OPEN) as city:
            device = await city.enrol()
            silent: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = [
                await asyncio.open_connection("127.0.0.1", city.gateway.site.port) for _ in range(300)
            ]
            try:
                assert (await device.orders()).status_code == 200
                async with asyncio.timeout(LIMIT):  # and they are closed, all of them
                    assert [await reader.read() for reader, _ in silent] == [b""] * 300
            finally:
                for _, writer in silent:
                    writer.transport.abort()

    asyncio.run(story())
