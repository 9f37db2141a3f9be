"""What becomes of a question to the hub that gets no answer."""

from __future__ import annotations

import asyncio

import pytest
from nats.errors import TimeoutError as NatsTimeout

from cockpit.bus.client import answering
from cockpit.model.errors import OutsideError


async def asked(answer: asyncio.Future[None]) -> None:
    with answering():
        await answer


def test_a_question_under_which_the_client_was_closed_is_answered_with_that() -> None:
    async def story() -> None:
        answer = asyncio.get_running_loop().create_future()
        answer.cancel()
        with pytest.raises(OutsideError) as error:
            await asked(answer)
        assert error.value.message.id == "seat.hub_gone"

    asyncio.run(story())


def test_who_is_cancelled_with_a_question_stays_cancelled() -> None:
    async def story() -> None:
        task = asyncio.create_task(asked(asyncio.get_running_loop().create_future()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())


@pytest.mark.parametrize("problem", [NatsTimeout(), TimeoutError(), OSError()])
def test_no_answer_in_time_is_said(problem: Exception) -> None:
    with pytest.raises(OutsideError) as error, answering():
        raise problem
    assert error.value.message.id == "seat.hub_silent"
