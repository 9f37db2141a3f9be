"""Children: they end, whatever happens to who waits for them."""

from __future__ import annotations

import asyncio
import contextlib
import sys

from cockpit.processes import environment_of_child, said_by

SLEEPS = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)")


async def sleeping() -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*SLEEPS, stdout=pipe, stderr=pipe, env=environment_of_child())
    assert child.stdout is not None
    await child.stdout.readline()
    return child


def test_a_child_has_ended_where_who_waits_for_it_is_cancelled_again_and_again() -> None:
    async def story() -> tuple[int | None, bool]:
        child = await sleeping()
        waiting = asyncio.create_task(said_by(child, 60))
        await asyncio.sleep(0)
        for _ in range(50):  # the first kills it, others come while it is waited for
            waiting.cancel()
            await asyncio.sleep(0)
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        return child.returncode, waiting.cancelled()

    assert asyncio.run(story()) == (-9, True)
