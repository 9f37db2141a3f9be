"""A user of a living hub's bus and nothing more: asks, signals, says what devices say, hears what is told to all.

with on_the_wire(hub, "seat-1") as seat: seat.ask("letters", LettersWanted(), Letters)
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import msgspec
from nats.aio.msg import Msg
from nats.errors import NoRespondersError

from cockpit.bus import asks, subjects
from cockpit.bus.client import connect
from cockpit.bus.users import Keys, User
from cockpit.model.calls import Signal
from cockpit.model.entries import Act, Command, Receipt, encode
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.letters import Said, encode_said
from tests.living_hub import CITY, CLOCK, PATIENCE, LivingHub
from tests.waiting import within


class OnTheWire:
    """Attributes:
    signals: that came for this user, with who sent them; told: by topic, the bytes that the hub told all seats.
    """

    def __init__(self, hub: LivingHub, user: User) -> None:
        self.user = user
        self.signals: list[tuple[str, Signal]] = []
        self.told: dict[str, list[bytes]] = {}
        self._hub = hub
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"wire-{user.name}")
        self._changed = threading.Condition()

    def open(self) -> None:
        self._thread.start()
        self._do(self._join())

    def close(self) -> None:
        try:
            self._do(self._client.close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
            self._loop.close()

    async def _join(self) -> None:
        assert self._hub.hub is not None
        self._client = await connect(self._hub.hub.server.url, self.user, self.user.name, lambda: None)
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

        async def go() -> bytes:
            subject = subjects.ask(self.user.name, what)
            return (await self._client.request(subject, asks.encode(wanted), timeout=PATIENCE)).data

        told = msgspec.msgpack.decode(self._do(go()), type=asks.Told)
        if told.problem is not None:
            raise OutsideError(told.problem.id, **told.problem.params)
        return msgspec.msgpack.decode(told.said, type=reply) if reply is not None else None

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
