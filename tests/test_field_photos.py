"""Photos over the device API: piece by piece, interrupted and gone on with, and refused when they are none."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from cockpit.field.limits import Limits, Rate
from cockpit.model.clock import DAY, SECOND
from cockpit.model.entries import PhotoRef, read_fact
from cockpit.store.blobs import Blobs
from tests.living_gateway import Device, LivingGateway, desk_with_orders, living_gateway, photo

pytestmark = pytest.mark.slow

PHOTO = photo(1200, 900, quality=95)
SHA = hashlib.sha256(PHOTO).hexdigest()
Story = Callable[[LivingGateway], Awaitable[None]]


def play(profile: Path, story: Story, limits: Limits | None = None) -> None:
    async def go() -> None:
        async with living_gateway(profile, desk_with_orders(), limits=limits) as city:
            await story(city)

    asyncio.run(go())


def code(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"])


async def send_all(device: Device, data: bytes = PHOTO, sha: str = SHA, type: str = "image/jpeg") -> httpx.Response:
    begun = await device.begin(data, sha, type)
    assert begun.status_code == 201, begun.text
    return await device.piece(sha, data)


def test_a_photo_that_came_in_one_piece_belongs_to_its_fact(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        begun = await device.begin(PHOTO, SHA)
        assert (begun.status_code, begun.headers["Location"]) == (201, f"/v1/blobs/{SHA}")
        done = await device.piece(SHA, PHOTO)
        assert (done.status_code, done.headers["Upload-Offset"]) == (204, str(len(PHOTO)))
        answer = await device.fact("o-U1", "photo", photo=SHA, words="积水已退")
        assert answer.status_code == 202
        fact = read_fact(city.gateway.outbox.rows()[0].data)
        assert fact.photo == PhotoRef(SHA, len(PHOTO), "image/jpeg")

    play(tmp_path, story)
    blobs = Blobs(tmp_path / "blobs")
    assert blobs.path(SHA).read_bytes() == PHOTO
    assert blobs.thumb(SHA).startswith(b"\xff\xd8")
    assert list((tmp_path / "blobs" / "parts").iterdir()) == []


def test_an_upload_that_was_cut_off_goes_on_where_it_stopped_also_after_a_restart(tmp_path: Path) -> None:
    tokens: list[str] = []

    async def first(city: LivingGateway) -> None:
        device = await city.enrol()
        tokens.append(device.token)
        await device.begin(PHOTO, SHA)
        _, writer = await asyncio.open_connection("127.0.0.1", city.gateway.site.port)
        head = (
            f"PATCH /v1/blobs/{SHA} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {device.token}\r\nUpload-Offset: 0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(PHOTO)}\r\n\r\n"
        )
        writer.write(head.encode() + PHOTO[: len(PHOTO) // 3])
        async with asyncio.timeout(30):
            while (await device.state(SHA)).headers["Upload-Offset"] != str(len(PHOTO) // 3):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        writer.transport.abort()

    async def later(city: LivingGateway) -> None:
        device = Device(city.web, tokens[0], "positions/U1")
        again = await device.begin(PHOTO, SHA)
        offset = int(again.headers["Upload-Offset"])
        assert (again.status_code, offset) == (200, len(PHOTO) // 3)
        assert code(await device.piece(SHA, PHOTO[offset - 1 :], offset - 1), 409) == "field.offset_elsewhere"
        assert (await device.piece(SHA, PHOTO[offset:], offset)).status_code == 204
        state = await device.state(SHA)
        assert state.headers["Upload-Offset"] == state.headers["Upload-Length"] == str(len(PHOTO))

    often = Limits(device=Rate(10, 10_000))
    play(tmp_path, first, often)
    play(tmp_path, later, often)
    assert Blobs(tmp_path / "blobs").path(SHA).read_bytes() == PHOTO


def test_a_photo_whose_last_piece_came_before_a_kill_is_judged_at_the_next_question(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        await device.begin(PHOTO, SHA)
        Blobs(tmp_path / "blobs").append(SHA, "positions/U1", 0, PHOTO)  # and then the gateway was killed
        state = await device.state(SHA)
        assert state.headers["Upload-Offset"] == str(len(PHOTO))
        assert (await device.fact("o-U1", "photo", photo=SHA)).status_code == 202

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("data", "type", "why"),
    [
        (b"\xff\xd8\xff\xe0 this is no photo", "image/jpeg", "store.not_a_photo"),
        (PHOTO, "image/png", "store.photo_other_type"),
        (PHOTO[: len(PHOTO) // 2], "image/jpeg", "store.not_a_photo"),
    ],
)
def test_what_is_no_photo_is_refused_and_can_not_be_evidence(tmp_path: Path, data: bytes, type: str, why: str) -> None:
    sha = hashlib.sha256(data).hexdigest()

    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        assert code(await send_all(device, data, sha, type), 422) == why
        assert (await device.state(sha)).status_code == 404
        assert code(await device.fact("o-U1", "photo", photo=sha), 422) == "field.photo_missing"

    play(tmp_path, story)


def test_other_bytes_than_announced_are_refused_and_the_right_ones_taken_then(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        await device.begin(PHOTO, SHA)
        other = PHOTO[:-1] + bytes([PHOTO[-1] ^ 1])
        assert code(await device.piece(SHA, other), 422) == "store.photo_other_bytes"
        assert (await send_all(device)).status_code == 204

    play(tmp_path, story)


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"\0" * 65536


def test_more_than_announced_and_more_than_allowed_are_refused(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        assert code(await device.begin(PHOTO, SHA, size=12_000_001), 413) == "field.photo_too_large"
        assert code(await device.begin(PHOTO, SHA, size=10**30), 413) == "field.photo_too_large"
        assert code(await device.begin(PHOTO, SHA, size=200_000), 413) == "field.photo_too_large"
        await device.begin(PHOTO, SHA, size=100)
        assert code(await device.piece(SHA, PHOTO), 413) == "field.piece_too_large"
        try:
            answer = await device.piece(SHA, endless())
        except httpx.TransportError:  # the gateway hung up before all of it was sent, as it should
            pass
        else:
            assert code(answer, 413) == "field.piece_too_large"
        assert int((await device.state(SHA)).headers["Upload-Offset"]) <= 100

    play(tmp_path, story, Limits(photo=150_000))


def test_a_unit_can_not_use_the_photo_of_another(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        one, two = await city.enrol("positions/U1"), await city.enrol("positions/U2")
        await send_all(one)
        assert (await two.state(SHA)).status_code == 404
        assert code(await two.fact("o-U2", "photo", photo=SHA), 422) == "field.photo_missing"
        assert (await two.begin(PHOTO, SHA)).status_code == 201, "it has to send the bytes itself"
        assert (await two.piece(SHA, PHOTO)).status_code == 204

    play(tmp_path, story)


def test_a_unit_begins_only_so_many_photos_and_what_it_left_is_forgotten_after_a_day(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        shas = [hashlib.sha256(bytes([n])).hexdigest() for n in range(3)]
        codes = [(await device.begin(b"x", sha)).status_code for sha in shas]
        assert codes == [201, 201, 429]
        city.clock.advance(DAY / SECOND + 1)
        await asyncio.to_thread(city.gateway.photos.sweep)
        assert (await device.begin(b"x", shas[2])).status_code == 201
        assert (await device.state(shas[0])).status_code == 404

    play(tmp_path, story, Limits(uploads=2))


def test_a_unit_begins_only_so_many_photos_in_a_day(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        assert (await send_all(device)).status_code == 204
        another = photo(100, 80)
        assert code(await device.begin(another, hashlib.sha256(another).hexdigest()), 429) == "field.photos_of_a_day"
        assert (await device.begin(PHOTO, SHA)).status_code == 200, "what is here is here"

    play(tmp_path, story, Limits(photos_a_day=1))


def test_photos_wait_while_the_disk_has_no_room(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        assert code(await device.begin(PHOTO, SHA), 507) == "field.no_room"
        assert (await device.fact("o-U1", "accepted")).status_code == 202, "facts still have room"

    play(tmp_path, story, Limits(free_bytes=1 << 60))


def test_two_pieces_at_once_do_not_mix(tmp_path: Path) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        await device.begin(PHOTO, SHA)
        answers = await asyncio.gather(*(device.piece(SHA, PHOTO) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
        assert (await device.fact("o-U1", "photo", photo=SHA)).status_code == 202

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ({"Upload-Offset": "x"}, 400),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "9" * 30}, 400),
        ({"Upload-Offset": ""}, 400),
        ({"Upload-Offset": "0", "Content-Type": "image/jpeg"}, 415),
        ({"Upload-Offset": "0", "Content-Encoding": "gzip"}, 415),
    ],
)
def test_a_piece_that_does_not_say_what_it_is_is_refused(tmp_path: Path, head: dict[str, str], status: int) -> None:
    async def story(city: LivingGateway) -> None:
        device = await city.enrol()
        await device.begin(PHOTO, SHA)
        all_of_it = {**device.head, "Content-Type": "application/offset+octet-stream", **head}
        answer = await city.web.patch(f"/v1/blobs/{SHA}", content=PHOTO, headers=all_of_it)
        assert answer.status_code == status
        assert (await device.state(SHA)).headers["Upload-Offset"] == "0"

    play(tmp_path, story)
