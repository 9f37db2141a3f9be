"""A user of a living hub's bus and nothing more: asks, signals, says what devices say, hears what is told to all.

with on_the_wire(hub, "seat-1") as seat: seat.ask("letters", LettersWanted(), Letters)

A machine of a wall is let in by TLS only, see `machine_on_the_wire`.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import msgspec
from nats.aio.msg import Msg
from nats.errors import NoRespondersError

from cockpit.bus import asks, subjects
from cockpit.bus.client import connect
from cockpit.bus.joined import FOLDER, Joined, context_of
from cockpit.bus.joining import join
from cockpit.bus.users import Keys, User
from cockpit.model.calls import Signal
from cockpit.model.entries import Act, Command, Receipt, encode
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.letters import Said, encode_said
from cockpit.model.walljoin import CodeMade, CodeWanted
from tests.doors import until_open
from tests.living_hub import CITY, CLOCK, PATIENCE, LivingHub
from tests.waiting import within


class OnTheWire:
    """Attributes:
    signals: that came for this user, with who sent them; told: by topic, the bytes that the hub told all seats.
    """

    def __init__(self, hub: LivingHub, user: User, machine: Path | None = None) -> None:
        """Args: machine: profile of one that joined, None of who is on the hub's own machine."""
        self.user = user
        self._machine = machine
        self.signals: list[tuple[str, Signal]] = []
        self.told: dict[str, list[bytes]] = {}
        self._hub = hub
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"wire-{user.name}")
        self._changed = threading.Condition()

    def open(self) -> None:
        self._thread.start()
        try:
            self._do(self._join())
        except BaseException:  # a key that is refused fails the test; its thread would keep the whole run from ending
            self._end()
            raise

    def close(self) -> None:
        try:
            self._do(self._client.close())
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _join(self) -> None:
        assert self._hub.hub is not None
        url, tls = self._hub.hub.server.url, None
        if self._machine is not None:
            outside = self._hub.hub.server.outside
            assert outside is not None
            url, tls = f"wss://{outside.address}:{outside.port}", context_of(self._machine / FOLDER)
        self._client = await connect(url, self.user, self.user.name, lambda: None, tls)
        await self._client.subscribe(subjects.signals_to(CITY, subjects.LIVE, self.user.name), cb=self._signalled)
        if self.user.role != "device":
            await self._client.subscribe(subjects.all_pictures(CITY, subjects.LIVE), cb=self._was_told)
        await self._client.flush()

    async def _signalled(self, message: Msg) -> None:
        signal = msgspec.msgpack.decode(message.data, type=Signal)
        with self._changed:
            self.signals.append((subjects.signaller(message.subject), signal))
            self._changed.notify_all()

    async def _was_told(self, message: Msg) -> None:
        with self._changed:
            self.told.setdefault(message.subject.rpartition(".")[2], []).append(message.data)
            self._changed.notify_all()

    def _do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE)

    def until(self, condition: Callable[[], Any], what: str = "") -> Any:
        """Waits for something to be true of `signals` and `told`."""
        found: list[Any] = []

        def there() -> bool:
            found[:] = [condition()]
            return bool(found[0])

        with self._changed:
            assert self._changed.wait_for(there, PATIENCE), f"not in time: {what}"
        return found[0]

    def last(self, topic: str, kind: type) -> Any:
        """What the hub told last on a topic, None nothing yet."""
        with self._changed:
            told = self.told.get(topic)
            return msgspec.msgpack.decode(told[-1], type=kind) if told else None

    def ask(self, what: str, wanted: object, reply: type | None = None) -> Any:
        """What a service answers.

        Raises:
            OutsideError: what it says why not.
        """

        told = self.raw(what, wanted, asks.Told)
        if told.problem is not None:
            raise OutsideError(told.problem.id, **told.problem.params)
        return msgspec.msgpack.decode(told.said, type=reply) if reply is not None else None

    def raw(self, what: str, wanted: object, reply: type) -> Any:
        """What the hub itself answers: bodies, texts, pictures."""

        async def go() -> bytes:
            subject = subjects.ask(self.user.name, what)
            return (await self._client.request(subject, asks.encode(wanted), timeout=PATIENCE)).data

        return msgspec.msgpack.decode(self._do(go()), type=reply)

    def refused(self, what: str, wanted: object) -> str:
        """Id of the sentence by which a question is refused."""
        try:
            self.ask(what, wanted)
        except OutsideError as error:
            return error.message.id
        raise AssertionError(f"{what} was not refused")

    def say(self, said: Said) -> Receipt:
        """What the hub answers to something that a device says."""

        async def go() -> bytes:
            subject = subjects.said(CITY, subjects.LIVE, self.user.name)
            return (await self._client.request(subject, encode_said(said), timeout=PATIENCE)).data

        return msgspec.json.decode(self._do(go()), type=Receipt)

    def publish(self, *messages: tuple[str, bytes, str]) -> None:
        """Subject, bytes and where an answer is wanted ("" nowhere), as a program of another's may send them."""

        async def go() -> None:
            for subject, data, reply in messages:
                await self._client.publish(subject, data, reply=reply)
            await self._client.flush()

        self._do(go())

    def signal(self, to: str, signal: Signal) -> None:
        async def go() -> None:
            subject = subjects.signal(CITY, subjects.LIVE, self.user.name, to)
            await self._client.publish(subject, msgspec.msgpack.encode(signal))
            await self._client.flush()

        self._do(go())

    def command(self, act: Act, case: str = "", expected: int = 0, **texts: str) -> Receipt:
        """Has the ledger decide something, as soon as it can."""
        now = CLOCK.now()
        command = Command(new_id(CLOCK), case or new_id(CLOCK), expected, now, 0, act, {"who": "张敏", **texts})

        async def go() -> Receipt:
            subject = subjects.command(CITY, subjects.LIVE, self.user.name)
            while True:
                with contextlib.suppress(NoRespondersError):  # the ledger of a hub that has just begun
                    answer = await self._client.request(subject, encode(command), timeout=PATIENCE)
                    receipt = msgspec.json.decode(answer.data, type=Receipt)
                    if receipt.problem is None:
                        return receipt
                await asyncio.sleep(0.05)

        found: Receipt = self._do(within(PATIENCE, go()))
        return found


@contextlib.contextmanager
def on_the_wire(hub: LivingHub, name: str) -> Iterator[OnTheWire]:
    user = next(user for user in Keys(hub.profile).ensure() if user.name == name)
    wire = OnTheWire(hub, user)
    wire.open()
    try:
        yield wire
    finally:
        wire.close()


OPEN = '[machines]\nlisten = "127.0.0.1:{}"\njoin = {}\n'
"""`machines.toml` of a hub that lets machines in, of two ports."""


@contextlib.contextmanager
def machine_on_the_wire(hub: LivingHub, desk: OnTheWire, machine: str, folder: Path) -> Iterator[OnTheWire]:
    """A machine of a wall that joins with a code of a desk; the hub's `machines.toml` is `OPEN`."""
    made = desk.ask("wall.code", CodeWanted(machine), CodeMade)
    until_open(made.host)
    joined: Joined = join(folder, made.host, made.code, machine)
    wire = OnTheWire(hub, joined.user, folder)
    wire.open()
    try:
        yield wire
    finally:
        wire.close()
