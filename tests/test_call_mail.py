"""What a seat has to tell the hub of calls: told again as long as the hub may take it one day, on disk until then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cockpit.calls.hubaway import HubRefuses
from cockpit.model.clock import ManualClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.seat import callmail
from cockpit.seat.callmail import CallMail
from cockpit.store.deskcalls import DeskCalls
from tests.call_hands import run
from tests.waiting import until


class Waited:
    """In place of limits of time: nobody waits, and it is noted how long that would have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    @asynccontextmanager
    async def __call__(self, seconds: float | None) -> AsyncIterator[None]:
        if seconds is not None:
            self.seconds.append(seconds)
            await asyncio.sleep(0)
            raise TimeoutError
        yield


@asynccontextmanager
async def mail_of(
    folder: Path, ask: Callable[[str, object, Any], Awaitable[Any]], said: list[Message]
) -> AsyncIterator[CallMail]:
    mail = CallMail(folder / "calls.db", ManualClock(), ask, said.append)
    await mail.open()
    mail.joined(True)
    task = asyncio.ensure_future(mail.run())
    try:
        yield mail
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await mail.close()


def test_with_the_hubs_disk_full_a_record_is_told_until_it_is_taken_less_often_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callmail, "MOST_TRIED", 3)
    waited = Waited()
    monkeypatch.setattr(callmail, "time_limit", waited)

    async def story() -> None:
        asked, said = [0], []

        async def ask(what: str, wanted: object, reply: Any) -> None:
            asked[0] += 1
            if asked[0] <= 12:
                raise OutsideError("calls.no_way")

        async with mail_of(tmp_path, ask, said) as mail:
            await mail.put("record/1", "calls.record", {"id": "1"})
            await until(lambda: asked[0] == 13)
            assert not await mail.on_store(DeskCalls.waiting, [])
        assert not said
        assert waited.seconds[:4] == [5.0, 10.0, 20.0, 40.0]
        assert waited.seconds[-1] == 300.0

    run(story())


def test_what_the_hub_refuses_for_good_is_given_up_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callmail, "MOST_TRIED", 3)
    monkeypatch.setattr(callmail, "time_limit", Waited())

    async def story() -> None:
        said: list[Message] = []

        async def ask(what: str, wanted: object, reply: Any) -> None:
            raise HubRefuses("hubcalls.no_record")

        async with mail_of(tmp_path, ask, said) as mail:
            await mail.put("record/1", "calls.record", {"id": "1"})
            await until(lambda: said)
            assert [one.id for one in said] == ["calls.hub_refuses"]

    run(story())
