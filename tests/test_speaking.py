"""The hub's one line: whose turn it is, and when words that it spoke count as heard."""

from __future__ import annotations

import asyncio

from cockpit.hub import speaking
from cockpit.hub.turns import Turns
from cockpit.model.calls import Outcome
from cockpit.model.clock import CityClock
from cockpit.model.messages import Message
from tests.living_hub import CLOCK
from tests.waiting import within


async def take(turns: Turns, due: int, had: list[int]) -> None:
    async with turns.turn(due):
        had.append(due)
        await asyncio.sleep(0)


def test_whoever_is_due_first_has_the_line_first_and_who_goes_away_keeps_nobody_waiting() -> None:
    async def go() -> None:
        turns, had = Turns(), list[int]()
        async with turns.turn(0):
            tasks = {due: asyncio.create_task(take(turns, due, had)) for due in (5, 3, 9, 1, 3)}
            await asyncio.sleep(0)
            tasks[9].cancel()
            await asyncio.sleep(0)
            assert had == []
        await asyncio.sleep(0)
        assert had == [1]
        await asyncio.wait(tasks.values())
        assert had == [1, 3, 3, 5]
        async with turns.turn(0):
            given, behind = (asyncio.create_task(take(turns, due, had)) for due in (6, 7))
            await asyncio.sleep(0)
        given.cancel()  # the line was handed to it, and it never had it
        await asyncio.wait([given, behind])
        assert (given.cancelled(), had[4:]) == (True, [7])
        await take(turns, 8, had)

    asyncio.run(within(30, go()))


class Mouth:
    """Says that sentences last so long; they hang up after some of them."""

    def __init__(self, ear: speaking._Ear, once: float, over_after: float) -> None:
        self._ear, self._once, self._over_after = ear, once, over_after
        self.said = 0

    async def say(self, mix_or_leg: str, words: str, lang: str = "zh") -> float:
        if not self.said:
            gone = Outcome.ANSWERED, Message("climb.answered")
            asyncio.get_running_loop().call_later(self._over_after, self._ear.ended, self._ear.leg, *gone)
        self.said += 1
        return self.said * self._once


def test_who_heard_the_words_once_to_the_end_and_hung_up_has_heard_them() -> None:
    async def go(once: float, over_after: float) -> bool:
        ear = speaking._Ear("leg", CityClock(CLOCK))
        mouth = Mouth(ear, once, over_after)
        whole = await speaking._said(mouth, "call", "工单 G-0714-0001", ear)
        assert (mouth.said, ear.over.done()) == (speaking.TIMES, True)
        return whole

    assert asyncio.run(go(0.02, 0.1))
    assert not asyncio.run(go(3_000.0, 0.02))
