"""The gateway as a process: killed at the worst moment, revoked from outside, quiet about what is private."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from cockpit.bus import subjects
from cockpit.model.entries import Receipt, encode
from cockpit.model.letters import read_said
from cockpit.processes import environment_of_child
from tests.living_book import CITY, WORLD, issue
from tests.living_gateway import Device
from tests.living_hall import Hall, living_hall

pytestmark = [pytest.mark.slow, pytest.mark.system]

LIMIT = 40.0


class Process:
    """A gateway as the hub starts it.

    Attributes:
        note: what it wrote into field.json.
    """

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.log = profile / "gateway.log"
        self.note: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._start()
        await until(self._listens_or_ended)
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text("utf-8")
        self.note = json.loads((self.profile / "field.json").read_bytes())

    def _start(self) -> None:
        (self.profile / "field.json").unlink(missing_ok=True)
        command = [sys.executable, "-m", "cockpit", "gateway", "--profile", str(self.profile), "--pack", CITY]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment_of_child())

    def _listens_or_ended(self) -> bool:
        assert self.process is not None
        return (self.profile / "field.json").exists() or self.process.poll() is not None

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """Its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    @contextlib.asynccontextmanager
    async def web(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=self.note["url"], timeout=30.0, trust_env=False) as web:
            yield web

    async def enrol(self, web: httpx.AsyncClient, unit: str = "positions/U1") -> Device:
        head = {"Authorization": f"Bearer {self.note['enrol']}"}
        answer = await web.post("/v1/enrol", json={"unit": unit, "device": "终端"}, headers=head)
        return Device(web, answer.json()["token"], unit)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def order_on(device: Device) -> str:
    """The id of the order that the device has, once it has one."""
    async with asyncio.timeout(LIMIT):
        while True:
            said = await device.orders(0, wait=5)
            if said.status_code == 200 and said.json()["orders"]:
                return str(said.json()["orders"][0]["id"])
            await asyncio.sleep(0.1)


async def recorded(hall: Hall, count: int) -> list[tuple[str, str]]:
    """The facts in the ledger once there are so many, and a moment longer for one too many."""
    async with asyncio.timeout(LIMIT):
        while len(await hall.recorded()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    return await hall.recorded()


def play(profile: Path, story: Callable[[Hall, Process], Awaitable[None]]) -> None:
    async def go() -> None:
        gateway = Process(profile)
        async with living_hall(profile) as hall:
            await gateway.start()
            try:
                await story(hall, gateway)
            finally:
                gateway.kill()

    asyncio.run(go())


PARENT = """
import subprocess, sys, threading
from cockpit.processes import environment_of_child
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, env=environment_of_child())
print(child.stdout.readline().decode().strip(), child.pid, sep="\\n", flush=True)
threading.Event().wait()
"""


def test_a_gateway_that_stands_still_does_not_outlive_its_hub(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, sys.executable, "-m", "cockpit", "gateway", "--profile", str(tmp_path)]
    with subprocess.Popen([*command, "--pack", CITY], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert "url" in parent.stdout.readline()
        gateway = psutil.Process(int(parent.stdout.readline()))
        gateway.suspend()
        parent.kill()
        parent.wait(LIMIT)
    asyncio.run(until(lambda: not gateway.is_running() or gateway.status() == psutil.STATUS_ZOMBIE))


def test_a_gateway_that_is_killed_between_a_fact_and_its_sending_sends_it_once_after_its_restart(
    tmp_path: Path,
) -> None:
    async def story(hall: Hall, gateway: Process) -> None:
        await hall.living.seat(issue("U1"), order="看一下")
        keys = [str(uuid.uuid4()) for _ in range(3)]
        async with gateway.web() as web:
            device = await gateway.enrol(web)
            order = await order_on(device)
            hall.living.server.stop()  # the hub is away: what is taken now can not have been sent
            said = [
                await device.fact(order, kind, key)
                for kind, key in zip(("delivered", "read", "accepted"), keys, strict=True)
            ]
            assert {answer.status_code for answer in said} <= {201, 202}
            gateway.kill()
        hall.living.server.start()
        await hall.living.join()
        await hall.open_doors()
        port = gateway.note["url"]
        await gateway.start()
        assert gateway.note["url"] == port, "devices find it where it was"
        facts = await recorded(hall, 3)
        assert facts == list(zip(keys, ("delivered", "read", "accepted"), strict=True))
        async with gateway.web() as web:
            again = await Device(web, device.token, device.unit).fact(order, "delivered", keys[0])
            assert (again.status_code, again.json()) == (200, said[0].json())

    play(tmp_path, story)


def test_a_gateway_that_is_killed_again_and_again_records_every_fact_once_and_in_order(tmp_path: Path) -> None:
    async def story(hall: Hall, gateway: Process) -> None:
        await hall.living.seat(issue("U1"), order="看一下")
        async with gateway.web() as web:
            device = await gateway.enrol(web)
            order = await order_on(device)
        sent: list[str] = []
        for n in range(3):
            burst = [str(uuid.uuid4()) for _ in range(5)]
            for key in burst:  # a device keeps what got no answer and says it again, with the same key
                await _until_taken(gateway, device.token, order, key, kill=key == burst[n])
            sent += burst
        facts = await recorded(hall, len(sent))
        assert [cause for cause, _ in facts] == sent

    play(tmp_path, story)


async def _until_taken(gateway: Process, token: str, order: str, key: str, kill: bool) -> None:
    async with gateway.web() as web:
        asking = asyncio.create_task(
            Device(web, token, "positions/U1").fact(order, "note", key, words="第一次说", at="2026-07-14T09:00:00Z")
        )
        if kill:
            await asyncio.sleep(0.002)
            gateway.kill()
        with contextlib.suppress(httpx.TransportError):
            answer = await asking
            if answer.status_code in (200, 201, 202) and not kill:
                return
    if kill:
        await gateway.start()
    async with gateway.web() as web:
        answer = await Device(web, token, "positions/U1").fact(
            order, "note", key, words="第一次说", at="2026-07-14T09:00:00Z"
        )
        assert answer.status_code in (200, 201, 202), answer.text


def test_a_letter_that_a_killed_gateway_took_reaches_the_hub_once(tmp_path: Path) -> None:
    async def story(hall: Hall, gateway: Process) -> None:
        heard: list[str] = []

        async def take(message: Any) -> None:
            letter = read_said(message.data)
            heard.append(letter.id)
            await message.respond(encode(Receipt(letter.id, 1)))

        key = str(uuid.uuid4())
        body = {"at": "2026-07-14T09:00:00Z", "words": "桥下积水"}
        async with gateway.web() as web:
            device = await gateway.enrol(web)
            head = {**device.head, "Idempotency-Key": key}
            hall.living.server.stop()
            first = await web.post("/v1/letters", json=body, headers=head)
            assert first.status_code in (201, 202)
            gateway.kill()
        hall.living.server.start()
        await hall.living.join()
        await hall.client.subscribe(subjects.all_said(CITY, WORLD), cb=take)
        await hall.open_doors()
        await gateway.start()
        await until(lambda: heard == [key])
        async with gateway.web() as web:
            again = await web.post("/v1/letters", json=body, headers=head)
            assert (again.status_code, again.json()) == (200, first.json())
        await asyncio.sleep(0.3)
        assert heard == [key]

    play(tmp_path, story)


def test_what_is_private_is_in_no_log_and_no_secret_lies_open(tmp_path: Path) -> None:
    async def story(hall: Hall, gateway: Process) -> None:
        await hall.living.seat(issue("U1"), order="私密任务原文", place="私密地点", caller="私密来电 13800000000")
        async with gateway.web() as web:
            device = await gateway.enrol(web)
            order = await order_on(device)
            await device.fact(order, "note", words="私密反馈")
            await device.fact(order, "refused", reason="私密原因")
            await device.fact(order, "note", words="", device="私密字段")
            forged = {"Authorization": "Bearer forged-secret-token"}
            await web.get("/v1/orders", headers=forged)
            await web.post("/v1/enrol", content=b'{"unit":"private/unit', headers=forged)
        for line in (f"GET /v1/orders?x={device.token} HTP/1.1", f"Bad {device.token}: \0 {device.token}"):
            host, port = gateway.note["url"].removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"{line}\r\nAuthorization {device.token}\r\n\r\n".encode())
            said = await reader.read()
            assert device.token.encode() not in said
            assert b"problem+json" in said
            assert b"Traceback" not in said
            writer.close()
            await writer.wait_closed()
        await recorded(hall, 2)
        assert gateway.stop() == 0
        log = gateway.log.read_bytes()
        assert b"joined the hub" in log, "it does log"
        secrets = [device.token, gateway.note["enrol"], "forged-secret", "private/unit", "13800000000", "私密"]
        assert [secret for secret in secrets if secret.encode() in log] == []
        for path in (tmp_path / "field").rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
            assert device.token.encode() not in path.read_bytes(), path

    play(tmp_path, story)


def test_the_note_says_where_it_listens_to_its_owner_only_and_goes_with_it(tmp_path: Path) -> None:
    async def story(hall: Hall, gateway: Process) -> None:
        note = tmp_path / "field.json"
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert gateway.note["url"].startswith("http://127.0.0.1:")
        assert gateway.process is not None
        assert gateway.note["pid"] == gateway.process.pid
        assert gateway.stop() == 0
        assert not note.exists()

    play(tmp_path, story)


def cockpit(*args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COCKPIT_LANG": "zh"}
    return subprocess.run(
        [sys.executable, "-m", "cockpit", *args], capture_output=True, text=True, env=environment, timeout=LIMIT
    )


def test_a_token_is_listed_and_revoked_on_the_command_line(tmp_path: Path) -> None:
    async def story(hall: Hall, gateway: Process) -> None:
        async with gateway.web() as web:
            device = await gateway.enrol(web)
            nothing = "ab" * 32
            assert (await device.state(nothing)).status_code == 404
            listed = await asyncio.to_thread(cockpit, "gateway", "tokens", "list", "--profile", str(tmp_path))
            assert "positions/U1" in listed.stdout
            assert device.token not in listed.stdout
            revoke = ("gateway", "tokens", "revoke", "positions/U1", "--profile", str(tmp_path))
            revoked = await asyncio.to_thread(cockpit, *revoke)
            assert (revoked.returncode, revoked.stdout) == (0, "已吊销 1 个令牌。\n")
            assert (await device.state(nothing)).status_code == 401
            again = await asyncio.to_thread(cockpit, *revoke)
            assert (again.returncode, again.stderr.count("\n")) == (2, 1)

    play(tmp_path, story)


def test_a_second_gateway_of_the_same_profile_is_refused(tmp_path: Path) -> None:
    async def story(hall: Hall, gateway: Process) -> None:
        second = await asyncio.to_thread(cockpit, "gateway", "--profile", str(tmp_path))
        assert (second.returncode, "已有一个网关在运行" in second.stderr) == (2, True)

    play(tmp_path, story)
