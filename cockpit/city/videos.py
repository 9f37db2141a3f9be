"""What the city's cameras see: a few clips that go on and on, each camera at another place of them; by HTTP-FLV."""

from __future__ import annotations

import asyncio
import random
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from cockpit.city.clip import Clip, header, read_clip, tag
from cockpit.city.platform import Platform
from cockpit.model.clock import Clock
from cockpit.paths import assets_dir

NIGHT = "night"
DAMAGED = 0.5
"""Share of pictures that are damaged while the fault `garbage` is on."""


class Shot:
    """One picture on its way: `at` ms since the viewer joined."""

    __slots__ = ("at", "data", "key")

    def __init__(self, at: int, key: bool, data: bytes) -> None:
        self.at, self.key, self.data = at, key, data


class CityVideos:
    """The videos of a platform's cameras. All who look at one camera see the same."""

    def __init__(self, platform: Platform, clock: Clock, folder: Path | None = None) -> None:
        self._platform, self._clock = platform, clock
        self._folder = folder or assets_dir() / "city" / "video"

    def clip(self, camera: str) -> Clip | None:
        """The clip of a camera; None: there is no such camera, or it is offline."""
        feature = next((one for one in self._platform.city.cameras if one["id"] == camera), None)
        if feature is None or feature["properties"]["state"] == "offline":
            return None
        files = sorted(self._folder.glob("*.flv"))
        return read_clip(files[zlib.crc32(camera.encode()) % len(files)]) if files else None

    async def shots(self, camera: str, clip: Clip) -> AsyncIterator[Shot]:
        """Its pictures from now on, when they are due; first those that are needed to see the present one."""
        begin = self._clock.mono()
        shift = zlib.crc32(b"shift" + camera.encode()) % clip.length
        origin = round(begin * 1000) + shift
        turn, number = clip.place(origin)
        first = clip.key_before(number)
        zero = turn * clip.length + clip.pictures[first].at
        number = first
        while True:
            picture = clip.pictures[number]
            due = turn * clip.length + picture.at - origin
            wait = begin + due / 1000 - self._clock.mono()
            if wait > 0:
                await asyncio.sleep(wait)
            data = picture.data
            if self._platform.faults.on("garbage") and random.random() < DAMAGED:
                data = data[:4] + bytes(random.randbytes(max(len(data) - 4, 0)))
            yield Shot(turn * clip.length + picture.at - zero, picture.key, data)
            number += 1
            if number == len(clip.pictures):
                turn, number = turn + 1, 0

    async def flv(self, request: web.Request) -> web.StreamResponse:
        """A camera by HTTP-FLV, for as long as somebody looks."""
        camera = request.match_info["id"]
        clip = self.clip(camera)
        if clip is None:
            raise web.HTTPNotFound(reason="no such video")
        response = web.StreamResponse(headers={"Content-Type": "video/x-flv", "Cache-Control": "no-store"})
        await response.prepare(request)
        try:
            await response.write(header() + tag(0, True, 0, clip.config))
            async for shot in self.shots(camera, clip):
                await response.write(tag(shot.at, shot.key, 1, shot.data))
        except ConnectionError:
            pass
        return response
