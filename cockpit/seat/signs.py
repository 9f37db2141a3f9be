"""What a seat knows of the vital signs beside their live rows: definitions, history, and files that it hands in."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

import msgspec

from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.signs import Series, SignSet, Sparks, Thing
from cockpit.model.typed import from_msgpack
from cockpit.seat.seat import Seat
from cockpit.signs import asked
from cockpit.store.unzipped import unzipped

KEPT = "signs"
"""Name of the definitions in the seat's cache."""
ASK_SECONDS = 30.0
SOON_SECONDS = 1.0
MOST_DEFINITIONS = 50_000_000
"""Bytes of definitions when they are unpacked."""


class HubSigns:
    """`model.ports.signs.Signs`, answered by the hub."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._known = SignSet()
        self._asked = float("-inf")
        kept = seat.cache.meta(KEPT)
        if kept:
            try:
                self._known = from_msgpack(base64.b64decode(kept), type=SignSet)
            except (msgspec.MsgspecError, ValueError):  # of another version: the hub's are asked for
                self._known = SignSet()
        seat.hear("signs", int, self._news)

    @property
    def known(self) -> SignSet:
        """The definitions; whether there are newer ones is asked now and then."""
        now = self._seat.clock.mono()
        if now - self._asked >= ASK_SECONDS:
            self._ask(now)
        return self._known

    def series(
        self, key: str, grain: str, start: int, end: int, done: Callable[[Series | Message], None], most: int = 2000
    ) -> None:
        self._seat.ask("signs.series", asked.SeriesWanted(key, grain, start, end, most), Series, done)

    def sparks(self, keys: Sequence[str], grain: str, count: int, done: Callable[[Sparks | Message], None]) -> None:
        self._seat.ask("signs.sparks", asked.SparksWanted(list(keys), grain, count), Sparks, done)

    def things(self, key: str, done: Callable[[list[Thing] | Message], None]) -> None:
        def told(reply: asked.ThingsReply | Message) -> None:
            done(reply if isinstance(reply, Message) else reply.things)

        self._seat.ask("signs.things", asked.ThingsWanted(key), asked.ThingsReply, told)

    def import_file(self, name: str, data: bytes, trial: bool, done: Callable[[list[Message] | Message], None]) -> None:
        """Hands a file over piece by piece, until the hub has enough of it."""
        ident = new_id(self._seat.clock.base)
        pieces = [data[at : at + asked.PIECE] for at in range(0, max(len(data), 1), asked.PIECE)]

        def send(part: int) -> None:
            last = part == len(pieces) - 1
            wanted = asked.ImportWanted(ident, name, part, pieces[part], last, trial)

            def told(reply: asked.ImportReply | Message) -> None:
                if isinstance(reply, Message):
                    done(reply)
                elif last:
                    self._asked = float("-inf")
                    done(reply.said)
                else:
                    send(part + 1)

            self._seat.ask("signs.import", wanted, asked.ImportReply, told)

        send(0)

    def _news(self, version: int) -> None:
        if version != self._known.version:
            self._ask(self._seat.clock.mono())

    def _ask(self, now: float) -> None:
        self._asked = now

        def told(reply: asked.SignsReply | Message) -> None:
            if isinstance(reply, Message) or not reply.version:  # no hub, or one that has only begun
                self._asked = min(self._asked, self._seat.clock.mono() - ASK_SECONDS + SOON_SECONDS)
                return
            if reply.data:
                raw = unzipped(reply.data, MOST_DEFINITIONS)
                self._known = from_msgpack(raw, type=SignSet)
                # JSON has no infinity, which bounds have
                self._seat.cache.put_meta(KEPT, base64.b64encode(raw).decode())

        self._seat.ask("signs", asked.SignsWanted(self._known.version), asked.SignsReply, told)
