"""Pictures of a leg end when they are told to, whatever comes at that moment."""

from __future__ import annotations

import asyncio

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack

from cockpit.media.pictures import Pictures
from tests.waiting import within


class Track(MediaStreamTrack):
    """Has a picture whenever the test says so."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.comes = asyncio.Event()

    async def recv(self) -> av.VideoFrame:
        await self.comes.wait()
        self.comes.clear()
        return av.VideoFrame.from_ndarray(np.zeros((2, 2, 3), np.uint8), format="rgb24")


@pytest.mark.parametrize("steps", range(6))
def test_pictures_end_although_one_comes_at_the_same_moment(steps: int) -> None:
    """`steps`: turns of the loop between a picture and the end."""

    async def story() -> None:
        track = Track()
        showing = asyncio.ensure_future(Pictures(None, lambda told: None).show("leg", track))
        for _ in range(10):
            await asyncio.sleep(0)
        track.comes.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        showing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await within(5.0, showing)

    asyncio.run(story())
