"""What is in an outbox goes out in the order of its lane, the same bytes until the hub has answered, and once decided
never again. A real bus; the hub is what each test makes of it."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg

from cockpit.bus import sending, subjects
from cockpit.bus.sending import Sender
from cockpit.model.clock import SystemClock
from cockpit.model.entries import Receipt, encode
from cockpit.model.messages import Message
from cockpit.store.outbox import Outbox
from tests.ledger_bus import CITY, LedgerBus, ledger_bus, signed_in
from tests.waiting import until

SUBJECT = subjects.command(CITY, subjects.LIVE, "seat-1")
Hub = Callable[[str, Msg], Awaitable[Receipt | bytes | None]]


class Out:
    """An outbox, its sender, and a hub that does as it is told.

    Attributes:
        came: what the hub got, as text, in order.
    """

    def __init__(self, path: Path, bus: LedgerBus, hub: Hub | None) -> None:
        self.bus = bus
        self.came: list[str] = []
        self.hub = hub
        self.box = Outbox.open(path, SystemClock(), on_change=lambda: self.sender.poke())
        self.sender = Sender(self.box, SystemClock())

    async def _commanded(self, message: Msg) -> None:
        text = message.data.decode()
        self.came.append(text)
        assert self.hub is not None
        answer = await self.hub(text.partition(" ")[0], message)
        if answer is not None:
            await message.respond(answer if isinstance(answer, bytes) else encode(answer))

    async def put(self, ident: str, lane: str = "case", awaits: bool = False, more: str = "") -> None:
        came: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.box.put(ident, lane, f"{ident} {more}".encode(), came.put, issued=0, awaits=awaits)
        assert await asyncio.to_thread(came.get, timeout=30) is None

    def states(self) -> dict[str, str]:
        return {row.id: str(row.state) for row in self.box.rows()}

    def problem(self, ident: str) -> str:
        row = self.box.row(ident)
        assert row is not None
        return row.problem.id if row.problem is not None else ""

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        if self.hub is not None:
            await self.bus.client.subscribe("cmd.*.*.*", cb=self._commanded)
            await self.bus.client.flush()
        async with signed_in(self.bus, "seat-1") as client, self.sender.sending(client, SUBJECT):
            yield


def play(tmp_path: Path, hub: Hub | None, story: Callable[[Out], Awaitable[None]]) -> None:
    async def go() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            out = Out(tmp_path / "outbox.db", bus, hub)
            try:
                async with asyncio.timeout(60):
                    await story(out)
            finally:
                out.box.close()

    asyncio.run(go())


async def takes_all(ident: str, message: Msg) -> Receipt:
    return Receipt(ident, seq=1)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "RETRY_SECONDS", (0.05, 0.1))


def test_within_a_lane_the_next_goes_when_the_first_is_decided_and_lanes_do_not_wait(tmp_path: Path) -> None:
    gate: list[asyncio.Event] = []

    async def hub(ident: str, message: Msg) -> Receipt:
        if ident == "a1":
            gate.append(asyncio.Event())
            asyncio.get_running_loop().create_task(late(message))
            return None  # type: ignore[return-value]
        return Receipt(ident, seq=2)

    async def late(message: Msg) -> None:
        await gate[0].wait()
        await message.respond(encode(Receipt("a1", seq=1)))

    async def story(out: Out) -> None:
        for ident in ("a1", "a2", "a3", "b1", "b2"):
            await out.put(ident, lane=ident[0])
        async with out.sending():
            await until(lambda: out.states()["b2"] == "done")
            assert out.states() == {"a1": "waiting", "a2": "waiting", "a3": "waiting", "b1": "done", "b2": "done"}
            gate[0].set()
            await until(lambda: set(out.states().values()) == {"done"})
        assert [text for text in out.came if text[0] == "a"] == ["a1 ", "a2 ", "a3 "]

    play(tmp_path, hub, story)


def test_a_hub_that_does_not_answer_is_sent_the_same_bytes_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.1)
    tries: list[str] = []

    async def hub(ident: str, message: Msg) -> Receipt | None:
        tries.append(ident)
        return Receipt(ident, seq=9) if len(tries) >= 3 else None

    async def story(out: Out) -> None:
        await out.put("a", more="请到场处置", awaits=True)
        async with out.sending():
            await until(lambda: out.problem("a") == "seat.hub_silent")
            await until(lambda: out.states() == {"a": "sent"})
        assert len(set(out.came)) == 1
        assert len(out.came) >= 3
        row = out.box.row("a")
        assert row is not None
        assert (row.seq, row.problem, row.tries) == (9, None, len(out.came))

    play(tmp_path, hub, story)


def test_a_hub_that_can_decide_nothing_says_why_and_gets_it_again(tmp_path: Path) -> None:
    full: list[bool] = [True]

    async def hub(ident: str, message: Msg) -> Receipt:
        return Receipt(ident, problem=Message("ledger.starting")) if full[0] else Receipt(ident, seq=1)

    async def story(out: Out) -> None:
        await out.put("a")
        async with out.sending():
            await until(lambda: out.problem("a") == "ledger.starting")
            full[0] = False
            await until(lambda: out.states() == {"a": "done"})
        assert out.problem("a") == ""

    play(tmp_path, hub, story)


def test_a_bus_on_which_no_hub_listens_has_nobody_who_could_have_it(tmp_path: Path) -> None:
    async def story(out: Out) -> None:
        await out.put("a")
        async with out.sending():
            await until(lambda: out.problem("a") == "seat.hub_no_ledger")
        answer: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        out.box.cancel("a", answer.put)
        assert await asyncio.to_thread(answer.get, timeout=30) is None
        assert out.states() == {"a": "cancelled"}

    play(tmp_path, None, story)


def test_a_refusal_keeps_its_sentence_and_those_behind_it_go_on(tmp_path: Path) -> None:
    async def hub(ident: str, message: Msg) -> Receipt:
        return Receipt(ident, seq=4, refused=Message("ledger.no_case")) if ident == "a" else Receipt(ident, seq=5)

    async def story(out: Out) -> None:
        await out.put("a")
        await out.put("b")
        async with out.sending():
            await until(lambda: out.states() == {"a": "refused", "b": "done"})
        assert out.problem("a") == "ledger.no_case"

    play(tmp_path, hub, story)


def test_what_can_never_be_sent_is_parked_and_those_behind_it_go_on(tmp_path: Path) -> None:
    async def story(out: Out) -> None:
        await out.put("a", more="x" * 1_100_000)
        await out.put("b")
        async with out.sending():
            await until(lambda: out.states() == {"a": "parked", "b": "done"})
        assert out.problem("a") == "seat.too_large_to_send"

    play(tmp_path, takes_all, story)


@pytest.mark.parametrize("nonsense", [b"", b"{}", b'{"id":"other","seq":3}', b"\xff\xfe"])
def test_an_answer_that_nobody_understands_decides_nothing(tmp_path: Path, nonsense: bytes) -> None:
    answers: list[bytes] = []

    async def hub(ident: str, message: Msg) -> Receipt | bytes:
        answers.append(nonsense)
        return nonsense if len(answers) < 2 else Receipt(ident, seq=1)

    async def story(out: Out) -> None:
        await out.put("a")
        async with out.sending():
            await until(lambda: out.states() == {"a": "done"})
        assert len(answers) == 2

    play(tmp_path, hub, story)


def test_what_is_on_its_way_can_not_be_cancelled_until_the_hub_has_answered(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def hub(ident: str, message: Msg) -> Receipt:
        await gate.wait()
        return Receipt(ident, seq=1)

    async def story(out: Out) -> None:
        await out.put("a")
        answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        async with out.sending():
            await until(lambda: out.came == ["a "])
            out.box.cancel("a", answer.put)
            assert (await asyncio.to_thread(answer.get, timeout=30)).id == "store.cancel_too_late"
            gate.set()
            await until(lambda: out.states() == {"a": "done"})

    play(tmp_path, hub, story)


def test_a_connection_that_ends_under_way_leaves_all_waiting_for_the_next(tmp_path: Path) -> None:
    silent: list[bool] = [True]

    async def hub(ident: str, message: Msg) -> Receipt | None:
        return None if silent[0] else Receipt(ident, seq=1)

    async def story(out: Out) -> None:
        for n in range(40):
            await out.put(f"{n}", lane=f"lane-{n % 20}")
        async with out.sending():
            await until(lambda: len(out.came) >= 20)
        assert set(out.states().values()) == {"waiting"}
        assert len(out.box.heads()) == 20
        silent[0] = False
        async with signed_in(out.bus, "seat-1") as client, out.sender.sending(client, SUBJECT):
            await until(lambda: set(out.states().values()) == {"done"})
        for n in range(40):
            assert out.came.count(f"{n} ") <= 2

    play(tmp_path, hub, story)


def test_a_server_that_stands_still_for_a_while_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.3)
    decided: list[str] = []

    async def hub(ident: str, message: Msg) -> Receipt:
        if ident not in decided:
            decided.append(ident)
        return Receipt(ident, seq=1 + decided.index(ident))

    async def story(out: Out) -> None:
        async with out.sending():
            await out.put("before")
            await until(lambda: out.states()["before"] == "done")
            server = out.bus.server.process
            assert server is not None
            server.send_signal(signal.SIGSTOP)
            try:
                for n in range(10):
                    await out.put(f"{n}")
                await until(lambda: out.problem("0") == "seat.hub_silent")
            finally:
                server.send_signal(signal.SIGCONT)
            await until(lambda: set(out.states().values()) == {"done"})
        assert decided == ["before", *(str(n) for n in range(10))]

    play(tmp_path, hub, story)
