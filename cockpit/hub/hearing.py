"""What the hub hears over the bus beside questions: signals of calls, and what a gateway says of its devices."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from cockpit.bus import subjects
from cockpit.model.calls import Signal
from cockpit.model.entries import Receipt, encode
from cockpit.model.errors import CockpitError
from cockpit.model.letters import read_said
from cockpit.model.typed import from_msgpack

log = logging.getLogger(__name__)


@dataclass
class Hearing:
    """Who at the hub hears what.

    Attributes:
        signals: called with the sender and what they signal to the hub; each looks whether it is for it.
        said: by the kind of what a gateway says, who takes it and answers; a CockpitError that it raises is told to the
            gateway, which says it again later.
    """

    signals: list[Callable[[str, Signal], Awaitable[None]]] = field(default_factory=list)
    said: dict[type, Callable[[str, Any], Awaitable[Receipt]]] = field(default_factory=dict)

    async def signalled(self, message: Msg) -> None:
        """A message on `sig.….hub`; one that is no signal is noted and heard by nobody."""
        sender = subjects.signaller(message.subject)
        try:
            signal = from_msgpack(message.data, type=Signal)
        except msgspec.MsgspecError as error:
            log.info("%s signals what is no signal: %s", sender, error)
            return
        for hear in self.signals:
            try:
                await hear(sender, signal)
            except Exception:  # our bug: said, and the others hear it all the same
                log.exception("hearing a signal of %s", sender)

    async def heard(self, message: Msg) -> None:
        """A message on `said.…`; its receipt is the answer."""
        gateway = subjects.sender(message.subject)
        try:
            said = read_said(message.data)
        except msgspec.MsgspecError as error:
            log.info("%s says what nobody understands: %s", gateway, error)
            return
        try:
            receipt = await self.said[type(said)](gateway, said)
        except CockpitError as error:
            receipt = Receipt(said.id, problem=error.message)
        except Exception:  # our bug: the gateway says it again
            log.exception("hearing what %s says", gateway)
            return
        if subjects.reads(gateway, message.reply):
            with contextlib.suppress(NatsError, OSError):  # it says it again and gets the same
                await message.respond(encode(receipt))
