"""Limits of time: what they cut off, and what they leave alone."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from cockpit.model.time_limit import time_limit
from tests.waiting import within

ROOT = Path(__file__).resolve().parents[1]


def test_what_takes_too_long_is_cut_off_and_the_task_goes_on() -> None:
    async def story() -> int:
        with pytest.raises(TimeoutError):
            async with time_limit(0.0):
                await asyncio.sleep(60)
        await asyncio.sleep(0)
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert asyncio.run(story()) == 0


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_what_is_done_in_time_is_done(seconds: float | None) -> None:
    async def story() -> str:
        async with time_limit(seconds):
            await asyncio.sleep(0)
            return "done"

    assert asyncio.run(story()) == "done"


def test_a_limit_that_is_lifted_cuts_nothing_off() -> None:
    async def story() -> str:
        async with time_limit(0.0) as lift:
            lift()
            await asyncio.sleep(0.01)
            return "done"

    assert asyncio.run(story()) == "done"


def test_what_goes_wrong_in_time_goes_wrong_as_it_is() -> None:
    async def story() -> None:
        async with time_limit(60.0):
            raise ValueError("its own")

    with pytest.raises(ValueError, match="its own"):
        asyncio.run(story())


@pytest.mark.parametrize("steps", range(5))
def test_a_task_that_is_ended_ends_whatever_comes_at_that_moment(steps: int) -> None:
    async def story() -> None:
        comes = asyncio.Event()

        async def waits() -> None:
            while True:
                async with time_limit(60.0):
                    await comes.wait()
                comes.clear()

        task = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        comes.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await within(30.0, task)

    asyncio.run(story())


def test_in_a_clean_up_of_a_task_that_is_ended_its_end_is_a_timeout() -> None:
    """What asyncio.timeout of Python 3.11.2 takes for the cancellation."""

    async def story() -> list[str]:
        said: list[str] = []

        async def waits() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                try:
                    async with time_limit(0.01):
                        await asyncio.sleep(60)
                except TimeoutError:
                    said.append("killed")

        task = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return said

    assert asyncio.run(story()) == ["killed"]


def test_of_two_limits_the_one_that_is_over_is_told() -> None:
    async def story() -> str:
        try:
            async with time_limit(0.01), time_limit(60.0):
                await asyncio.sleep(60)
        except TimeoutError:
            return "the outer"
        return ""

    assert asyncio.run(story()) == "the outer"


def test_the_product_has_no_other_way() -> None:
    command = ["git", "grep", "-lE", r"asyncio\.(timeout|timeout_at|wait_for)\(", "--", "cockpit", "widgets", "layouts"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout == ""
