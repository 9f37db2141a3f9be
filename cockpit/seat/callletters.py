"""Letters at a seat: what is known of them, those that wait here for the hub, and what was read."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence

import msgspec

from cockpit.calls.hubaway import HubAway
from cockpit.model.clock import CityClock
from cockpit.model.entries import PhotoRef
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.letters import Letter, LetterKind, Letters, LettersWanted, Send
from cockpit.model.typed import from_msgpack
from cockpit.seat.callmail import CallMail
from cockpit.seat.callstation import CallStation
from cockpit.store.deskcalls import DeskCalls, Waits

SEND = "letters.send"
MOST_AT_ONCE = 100
"""Letters of one sending: with 4,000 characters each they fit into a message."""


def compose(
    clock: CityClock,
    seat: str,
    name: str,
    units: Sequence[str],
    words: str,
    *,
    kind: LetterKind,
    case: str,
    order: str,
    voice: bytes,
    seconds: float,
) -> list[Send]:
    """The same words to each of some units, in pieces that the bus can carry."""
    now = clock.now()
    ref = PhotoRef(hashlib.sha256(voice).hexdigest(), len(voice), "audio/wav") if voice else None
    group = new_id(clock.base) if len(units) > 1 else ""
    letters = [
        Letter(
            new_id(clock.base),
            LetterKind.VOICE if voice and kind is LetterKind.TEXT else kind,
            seat,
            unit,
            False,
            name,
            now,
            words=words,
            voice=ref,
            seconds=seconds,
            group=group,
            case=case,
            order=order,
        )
        for unit in dict.fromkeys(units)
    ]
    pieces = (letters[i : i + MOST_AT_ONCE] for i in range(0, len(letters), MOST_AT_ONCE))
    return [Send(tuple(piece), voice) for piece in pieces]


class LetterPost:
    """Fetches letters of the hub and keeps them; on the I/O thread."""

    def __init__(
        self, station: CallStation, told: Callable[[Sequence[Letter]], None], forget: Callable[[], None]
    ) -> None:
        """
        Args:
            told: gets letters that are new or changed; forget: those that were told are of another hub.
        """
        self._station = station
        self._told = told
        self._forget = forget
        self._seq = 0
        self._lock = asyncio.Lock()
        self._read = False

    @property
    def _mail(self) -> CallMail:
        assert self._station.mail is not None
        return self._station.mail

    async def open(self) -> list[Letter]:
        """What is known without the hub; answers with the letters that wait for it."""
        nothing: list[Letter] = []
        known, self._seq = await self._mail.on_store(DeskCalls.letters, (nothing, 0))
        self._told(known)
        none: list[Waits] = []
        rows = await self._mail.on_store(lambda store: store.waiting(SEND, most=1000), none)
        waiting: list[Letter] = []
        for row in rows:
            with contextlib.suppress(msgspec.MsgspecError):
                waiting += from_msgpack(row.data, type=Send).letters
        return waiting

    async def send(self, sends: Sequence[Send]) -> None:
        for send in sends:
            await self._mail.put(f"letters/{send.letters[0].id}", SEND, send)

    async def news(self, news: Letters) -> None:
        """The hub told it: as it is where nothing is missing between, else all since is asked for."""
        async with self._lock:
            if news.seq <= self._seq:
                return
            if news.seq - len(news.letters) <= self._seq:
                await self._take(news)
                return
        await self.fetch()

    async def fetch(self) -> None:
        """Everything since the last that is known."""
        async with self._lock:
            with contextlib.suppress(HubAway, OutsideError):
                while True:
                    found: Letters = await self._station.ask("letters", LettersWanted(self._seq), Letters)
                    if found.seq < self._seq:  # another hub, or one whose letters are lost
                        self._seq = 0
                        await self._mail.on_store(DeskCalls.forget_letters, None)
                        self._forget()
                        continue
                    await self._take(found)
                    if not found.more:
                        return

    async def _take(self, found: Letters) -> None:
        if found.letters or found.seq != self._seq:
            self._seq = found.seq
            await self._mail.on_store(lambda store: store.keep_letters(found.letters, found.seq), None)
            self._told(found.letters)
