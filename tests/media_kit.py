"""A media process for a test, with what it told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from cockpit.media.client import MediaProcess
from cockpit.media.told import LegUp, MediaEvent, MediaSettings
from tests.media_peer import Peer
from tests.waiting import until

E = TypeVar("E")
HEARD = 0.02
"""A tone of the peer that is there is louder, one that is not is far below."""


LISTENING = 0.4
"""Seconds of sound that are judged; of what comes in a tenth too little is left once the decoder has settled."""


class Told:
    """A media process and its events."""

    def __init__(self, media: MediaProcess) -> None:
        self.media = media
        self.events: list[MediaEvent] = []
        media.listen(self.events.append)

    def of(self, kind: type[E], leg: str = "") -> list[E]:
        return [event for event in self.events if isinstance(event, kind) and getattr(event, "leg", leg) == leg]

    async def up(self, *legs: str) -> None:
        await until(lambda: {event.leg for event in self.events if isinstance(event, LegUp)} >= set(legs))


@asynccontextmanager
async def media_process(
    folder: Path,
    settings: MediaSettings = MediaSettings(),  # noqa: B008 - it is frozen
) -> AsyncIterator[Told]:
    told = Told(MediaProcess(folder / "media.log", settings))
    await told.media.start()
    try:
        yield told
    finally:
        await told.media.stop()


async def call(told: Told, peer: Peer, leg: str, tone: float, mix: str = "", video: bool = False) -> None:
    """We offer, the peer answers."""
    sdp = await told.media.offer(leg, video=video, mix=mix)
    await told.media.accept(leg, await peer.answer(leg, sdp, tone, video=video))


async def hears(peer: Peer, leg: str, tones: list[float], wanted: Callable[[list[float]], bool]) -> None:
    """Waits until what a leg of the peer hears is as wanted.

    Raises:
        AssertionError: it never is; says what was heard last.
    """
    last: list[float] = []
    try:
        async with asyncio.timeout(30):
            while True:
                await asyncio.sleep(LISTENING)
                last = await peer.heard(leg, tones)
                if wanted(last):
                    return
    except TimeoutError:
        raise AssertionError(f"{leg} hears {last} of {tones}") from None


def exactly(*there: bool) -> Callable[[list[float]], bool]:
    """Which of the tones are heard, and which are not."""

    def check(loud: list[float]) -> bool:
        return all((one > HEARD) if yes else (one < HEARD / 4) for one, yes in zip(loud, there, strict=True))

    return check
