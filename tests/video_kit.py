"""Cameras that play for tests: clips made here, the demo city's own servers on a thread of theirs, a living port."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from aiohttp import web

from cockpit.city.faults import Faults
from cockpit.city.platform import Platform
from cockpit.city.rtsp import RtspServer
from cockpit.city.videos import CityVideos
from cockpit.media.video.client import VideoProcess
from cockpit.media.video.told import Stream
from cockpit.model.clock import SystemClock
from cockpit.model.messages import Message
from cockpit.model.videos import CameraGroup, CameraVideo, VideoPicture, VideoSeen, VideoState, VideoWanted
from tests.waiting import until

SIZE = (320, 180)


def make_video(
    path: Path, size: tuple[int, int] = SIZE, pictures: int = 30, codec: str = "libx264", gop: int = 10
) -> Path:
    """A video of fine stripes that move, 15 pictures a second."""
    with av.open(str(path), "w") as target:
        stream = cast("Any", target.add_stream(codec, rate=15))
        stream.width, stream.height, stream.pix_fmt = *size, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.options = {"preset": "ultrafast", "bf": "0", "g": str(gop)} if codec == "libx264" else {}
        for n in range(pictures):
            image = np.zeros((size[1], size[0], 3), np.uint8)
            image[:, (np.arange(size[0]) + n) % 8 < 4] = (230, 200, 40)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts = n
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return path


@dataclass
class LittleCity:
    """What of a city's platform its videos know."""

    cameras: list[dict[str, Any]]

    @property
    def city(self) -> LittleCity:
        return self

    faults: Faults = field(default_factory=lambda: Faults(SystemClock()))


@dataclass
class Streams:
    """
    Attributes:
        http, rtsp: base addresses. faults: of the city.
    """

    http: str
    rtsp: str
    faults: Faults
    cut: Any

    def flv(self, camera: str) -> str:
        return f"{self.http}/video/{camera}.flv"


@contextmanager
def city_streams(
    folder: Path, cameras: Sequence[str] = ("C1", "C2"), user: str = "", password: str = ""
) -> Iterator[Streams]:
    """The city's servers with clips of `folder`."""
    features = [{"id": camera, "properties": {"state": "online"}} for camera in cameras]
    features.append({"id": "OFF", "properties": {"state": "offline"}})
    platform = LittleCity(features)
    loop = asyncio.new_event_loop()
    videos = CityVideos(cast("Platform", platform), SystemClock(), folder)
    rtsp = RtspServer(videos, 0, user, password)
    app = web.Application()
    app.add_routes([web.get("/video/{id}.flv", videos.flv)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    ports: list[int] = []

    async def begin() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server = cast("asyncio.Server", site._server)
        ports.append(server.sockets[0].getsockname()[1])
        await rtsp.open("127.0.0.1")

    async def end() -> None:
        await rtsp.close()
        await runner.cleanup()

    def cut() -> None:
        def now() -> None:
            rtsp.cut()
            for connection in runner.server.connections if runner.server is not None else ():
                if connection.transport is not None:
                    connection.transport.abort()

        loop.call_soon_threadsafe(now)

    thread = threading.Thread(target=loop.run_forever, name="city-streams")
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(begin(), loop).result(60)
        yield Streams(f"http://127.0.0.1:{ports[0]}", f"rtsp://127.0.0.1:{rtsp.port}", platform.faults, cut)
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def stream(id: str, address: str, **more: Any) -> Stream:
    return Stream(id, -1, address, more.pop("size", SIZE), **more)


class NotedVideos(VideoProcess):
    """Attributes:
    history: how all streams were doing, after each change: what lasts a moment is not missed.
    """

    def __init__(self, log_file: Path) -> None:
        self.history: list[dict[str, VideoSeen]] = []
        super().__init__(log_file, SystemClock(), lambda: self.history.append(self.seen))

    async def was(self, id: str, state: VideoState, since: int) -> None:
        """Waits until a stream has been so at some time after that many changes."""
        await until(lambda: any(id in seen and seen[id].state is state for seen in self.history[since:]))


async def shows(process: VideoProcess, id: str, after: int = 0) -> VideoPicture:
    """Waits for a picture of a stream that is newer."""
    found: list[VideoPicture] = []

    def came() -> bool:
        picture = process.read(id, after)
        if picture is not None:
            found.append(picture)
        return bool(found)

    await until(came)
    return found[0]


async def becomes(process: VideoProcess, id: str, state: VideoState, why: str = "") -> VideoSeen:
    """Waits until a stream is told to be so."""
    await until(
        lambda: id in process.seen and process.seen[id].state is state and (not why or _why(process, id) == why)
    )
    return process.seen[id]


def _why(process: VideoProcess, id: str) -> str:
    why = process.seen[id].why
    return why.id if why is not None else ""


def pixels(picture: VideoPicture) -> np.ndarray:
    """Shape (height, width, 3)."""
    return np.frombuffer(picture.data, np.uint8).reshape(picture.height, picture.width, 4)[:, :, :3]


def detail(image: np.ndarray) -> float:
    """How much neighbours across differ, in the mean."""
    return float(np.abs(np.diff(image.astype(np.int16), axis=1)).mean())


@dataclass
class LivingVideos:
    """`ports.videos.Videos`, whose pictures the test makes.

    Attributes:
        book: by camera; wanted: what is wanted now, by viewer; told: how streams are doing, by camera.
    """

    book: dict[str, CameraVideo] = field(default_factory=dict)
    groups: tuple[CameraGroup, ...] = ()
    problem: Message | None = None
    mistake: Message | None = None
    told: dict[str, VideoSeen] = field(default_factory=dict)
    pictures: dict[str, VideoPicture] = field(default_factory=dict)
    wanted: dict[int, tuple[VideoWanted, ...]] = field(default_factory=dict)

    def video(self, camera: str) -> CameraVideo | None:
        return self.book.get(camera)

    def watch(self, viewer: object, wanted: Sequence[VideoWanted]) -> None:
        self.wanted[id(viewer)] = tuple(wanted)

    def seen(self, wanted: VideoWanted) -> VideoSeen:
        return self.told.get(wanted.camera, VideoSeen())

    def newest(self, wanted: VideoWanted, after: int = 0) -> VideoPicture | None:
        picture = self.pictures.get(wanted.camera)
        return picture if picture is not None and picture.serial > after else None

    def play(
        self, camera: str, at: int, size: tuple[int, int] = (160, 90), colour: tuple[int, int, int] = (40, 90, 160)
    ) -> None:
        """One more picture of a camera."""
        before = self.pictures.get(camera)
        data = np.empty((size[1], size[0], 4), np.uint8)
        data[:] = (*colour[::-1], 255)
        self.pictures[camera] = VideoPicture(*size, before.serial + 1 if before else 1, at, data.tobytes())
        self.told[camera] = VideoSeen(VideoState.LIVE, None, size, 25.0, "h264")

    @property
    def all_wanted(self) -> list[VideoWanted]:
        return [one for several in self.wanted.values() for one in several]


@contextmanager
def answering(answer: Callable[[socket.socket, bytes], None]) -> Iterator[int]:
    """A server of one's own: the port; `answer` is given each connection with its first request."""
    server = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    lines: list[socket.socket] = []

    def serve(line: socket.socket) -> None:
        with suppress(OSError), line:
            line.settimeout(60)
            request = b""
            while b"\r\n\r\n" not in request and (more := line.recv(9_999)):
                request += more
            if request:
                answer(line, request)

    def listen() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            lines.append(line)
            threads.append(threading.Thread(target=serve, args=(line,), name="answering"))
            threads[-1].start()

    threads.append(threading.Thread(target=listen, name="listening"))
    threads[0].start()
    try:
        yield int(server.getsockname()[1])
    finally:
        for one in (server, *lines):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in threads:
            thread.join(60)
