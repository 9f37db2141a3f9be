"""The process that shows cameras: what comes from real servers is seen, and nothing that comes ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from cockpit.media.video.client import VideoProcess
from cockpit.model.videos import VideoState
from tests.video_kit import (
    NotedVideos,
    Streams,
    answering,
    becomes,
    city_streams,
    detail,
    make_video,
    pixels,
    shows,
    stream,
)
from tests.waiting import until

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    make_video(folder / "stripes.flv", pictures=60)
    return folder


@pytest.fixture
def streams(clips: Path) -> Iterator[Streams]:
    with city_streams(clips) as served:
        yield served


@asynccontextmanager
async def process(folder: Path) -> AsyncIterator[NotedVideos]:
    made = NotedVideos(folder / "video.log")
    try:
        yield made
    finally:
        await made.stop()


def test_cameras_are_seen_by_rtsp_by_http_flv_and_of_a_file(streams: Streams, clips: Path, tmp_path: Path) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            addresses = {"flv": streams.flv("C1"), "rtsp": f"{streams.rtsp}/C2", "file": str(clips / "stripes.flv")}
            video.want([stream(name, address) for name, address in addresses.items()])
            for name in addresses:
                first = await shows(video, name)
                assert (first.width, first.height) == (320, 180)
                assert detail(pixels(first)) > 10
                newer = await shows(video, name, first.serial)
                assert newer.at >= first.at > 0
                seen = await becomes(video, name, VideoState.LIVE)
                assert (seen.size, seen.codec) == ((320, 180), "h264")

    asyncio.run(story())


def test_a_picture_is_made_as_large_as_it_is_drawn_and_never_larger(clips: Path, tmp_path: Path) -> None:
    async def story() -> None:
        file = str(clips / "stripes.flv")
        async with process(tmp_path) as video:
            video.want([stream("small", file, size=(160, 160)), stream("large", file, size=(4000, 3000))])
            small, large = await shows(video, "small"), await shows(video, "large")
            assert (small.width, small.height) == (160, 90)
            assert (large.width, large.height) == (320, 180)
            video.want([stream("small", file, size=(80, 80)), stream("large", file, size=(4000, 3000))])
            while (newer := await shows(video, "small", small.serial)).width != 80:
                small = newer

    asyncio.run(story())


def test_what_a_visitor_sees_can_not_be_recognised_and_a_mask_covers_its_part_only(clips: Path, tmp_path: Path) -> None:
    async def story() -> None:
        file = str(clips / "stripes.flv")
        async with process(tmp_path) as video:
            video.want(
                [
                    stream("clear", file),
                    stream("blurred", file, blur=True),
                    stream("masked", file, masks=((0.0, 0.0, 0.5, 1.0),)),
                ]
            )
            clear, blurred, masked = [pixels(await shows(video, name)) for name in ("clear", "blurred", "masked")]
            assert detail(clear) > 10
            assert detail(blurred) < detail(clear) / 10
            assert detail(masked[:, :160]) < detail(clear) / 10
            assert detail(masked[:, 164:]) > detail(clear) * 0.9

    asyncio.run(story())


@pytest.mark.parametrize("way", ["flv", "rtsp"])
def test_a_stream_that_is_cut_keeps_its_picture_says_so_and_comes_back(
    streams: Streams, tmp_path: Path, way: str
) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            video.want([stream("cut", streams.flv("C1") if way == "flv" else f"{streams.rtsp}/C1")])
            await shows(video, "cut")
            before = len(video.history)
            streams.cut()
            await video.was("cut", VideoState.AWAY, before)
            kept = video.read("cut")
            assert kept is not None
            await shows(video, "cut", kept.serial)
            await becomes(video, "cut", VideoState.LIVE)

    asyncio.run(story())


def test_damaged_data_ends_neither_the_process_nor_other_streams(streams: Streams, clips: Path, tmp_path: Path) -> None:
    async def story() -> None:
        noise = tmp_path / "noise.flv"
        whole = (clips / "stripes.flv").read_bytes()
        rng = np.random.default_rng(7)
        spoiled = bytearray(whole)
        for at in rng.integers(400, len(whole), 3000):
            spoiled[at] = rng.integers(256)
        noise.write_bytes(spoiled)
        (tmp_path / "random.flv").write_bytes(rng.bytes(200_000))
        (tmp_path / "cut.flv").write_bytes(whole[: len(whole) // 3])
        async with process(tmp_path) as video:
            bad = [stream(name, str(tmp_path / f"{name}.flv")) for name in ("noise", "random", "cut")]
            good = stream("good", str(clips / "stripes.flv"))
            video.want([good, *bad, stream("spoiled", streams.flv("C2")), stream("spoiled-2", f"{streams.rtsp}/C2")])
            first = await shows(video, "good")
            await shows(video, "spoiled")
            streams.faults.start("garbage", 60)
            pid = video.pid
            await becomes(video, "random", VideoState.AWAY)
            for _ in range(30):
                first = await shows(video, "good", first.serial)
            assert video.pid == pid
            assert video.deaths == 0

    asyncio.run(story())


def test_a_picture_of_a_hostile_size_and_a_strange_address_are_refused_in_words(tmp_path: Path) -> None:
    async def story() -> None:
        huge = make_video(tmp_path / "huge.mp4", (4096, 2304), 1, "mjpeg")
        tiny = make_video(tmp_path / "tiny.mp4", (8, 8), 2, "mjpeg")
        sound = tmp_path / "list.m3u8"
        sound.write_text("#EXTM3U\n#EXTINF:10,\nhuge.mp4\n")
        async with process(tmp_path) as video:
            video.want(
                [
                    stream("huge", str(huge), size=(320, 180)),
                    stream("tiny", str(tiny)),
                    stream("scheme", "concat:/etc/hostname|/etc/hosts"),
                    stream("list", str(sound)),
                    stream("absent", str(tmp_path / "absent.mp4")),
                ]
            )
            await becomes(video, "huge", VideoState.REFUSED, "videos.wrong_size")
            await becomes(video, "tiny", VideoState.REFUSED, "videos.wrong_size")
            await becomes(video, "scheme", VideoState.REFUSED, "videos.bad_scheme")
            await becomes(video, "absent", VideoState.AWAY, "videos.no_file")
            await until(lambda: "list" in video.seen and video.seen["list"].state is not VideoState.OPENING)
            assert video.read("huge") is None
            assert video.read("list") is None

    asyncio.run(story())


def test_a_server_that_sends_the_process_elsewhere_is_not_followed(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def inner(line: socket.socket, request: bytes) -> None:
        heard.append(request)
        line.sendall(b"HTTP/1.0 200 OK\r\n\r\n")

    def moves(line: socket.socket, request: bytes) -> None:
        while request:
            number = request.partition(b"CSeq: ")[2].partition(b"\r")[0].decode()
            head = f"RTSP/1.0 302 Moved\r\nLocation: rtsp://127.0.0.1:{other}/other\r\n"
            if request.startswith(b"OPTIONS"):
                head = "RTSP/1.0 200 OK\r\nPublic: DESCRIBE\r\n"
            line.sendall(f"{head}CSeq: {number}\r\n\r\n".encode())
            request = line.recv(9_999)

    async def story(flv: int, rtsp: int) -> None:
        async with process(tmp_path) as video:
            video.want(
                [
                    stream("flv", f"http://user:secret@127.0.0.1:{flv}/a.flv"),
                    stream("rtsp", f"rtsp://user:secret@127.0.0.1:{rtsp}/a"),
                ]
            )
            await becomes(video, "flv", VideoState.AWAY, "videos.unreachable")
            await becomes(video, "rtsp", VideoState.AWAY, "videos.unreachable")

    with answering(inner) as other:
        moved = f"HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:{other}/admin?reboot=1\r\n\r\n".encode()
        with answering(lambda line, request: line.sendall(moved)) as flv, answering(moves) as rtsp:
            asyncio.run(story(flv, rtsp))
    assert heard == []


def test_a_camera_whose_host_is_named_and_has_more_than_one_address_is_seen(streams: Streams, tmp_path: Path) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            video.want([stream("flv", streams.flv("C1").replace("127.0.0.1", "localhost"))])
            await shows(video, "flv")

    asyncio.run(story())


def test_a_picture_without_an_end_takes_its_own_stream_and_no_more_memory_than_a_picture(
    streams: Streams, tmp_path: Path
) -> None:
    def flood(line: socket.socket, request: bytes) -> None:
        line.sendall(
            b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8"
        )
        for _ in range(20_000):
            line.sendall(bytes(65_536))

    def peak(pid: int) -> int:
        """MB."""
        return next(
            int(line.split()[1]) // 1000
            for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            if line.startswith("VmHWM")
        )

    async def story(port: int) -> None:
        async with process(tmp_path) as video:
            video.want([stream("plays", streams.flv("C1"))])
            await shows(video, "plays")
            before, pid = peak(video.pid), video.pid
            assert Path(f"/proc/{pid}/oom_score_adj").read_text().strip() == "500"
            video.want([stream("plays", streams.flv("C1")), stream("endless", f"http://127.0.0.1:{port}/a.mjpg")])
            await until(lambda: "endless" in video.seen and video.seen["endless"].state is VideoState.AWAY)
            assert peak(pid) - before < 120
            assert (video.pid, video.seen["plays"].state) == (pid, VideoState.LIVE)

    with answering(flood) as port:
        asyncio.run(story(port))


def test_who_may_not_look_is_refused_and_no_word_of_the_password_is_written_anywhere(
    clips: Path, tmp_path: Path
) -> None:
    async def story() -> None:
        with city_streams(clips, user="cockpit", password="correct-horse") as streams:
            where = streams.rtsp.removeprefix("rtsp://")
            async with process(tmp_path) as video:
                video.want(
                    [
                        stream("right", f"rtsp://cockpit:correct-horse@{where}/C1"),
                        stream("wrong", f"rtsp://cockpit:battery-staple@{where}/C1"),
                        stream("gone", "rtsp://cockpit:correct-horse@127.0.0.1:9/C1"),
                    ]
                )
                await shows(video, "right")
                await becomes(video, "wrong", VideoState.REFUSED, "videos.not_allowed")
                gone = await becomes(video, "gone", VideoState.AWAY, "videos.unreachable")
                told = repr(video.seen) + str(gone.why)
                command = Path(f"/proc/{video.pid}/cmdline").read_bytes().decode()
                environment = Path(f"/proc/{video.pid}/environ").read_bytes().decode()
        log = (tmp_path / "video.log").read_text("utf-8")
        for said in (told, command, environment, log):
            assert "correct-horse" not in said
            assert "battery-staple" not in said

    asyncio.run(story())


def test_a_killed_process_is_started_again_and_the_last_pictures_stay(streams: Streams, tmp_path: Path) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            video.want([stream("one", streams.flv("C1"))])
            await shows(video, "one")
            os.kill(video.pid, signal.SIGKILL)
            await until(lambda: video.deaths == 1)
            assert video.seen["one"].why is not None
            kept = video.read("one")
            assert kept is not None
            await shows(video, "one", kept.serial)

    asyncio.run(story())


@pytest.mark.timeout(240)
def test_a_stream_that_breaks_the_process_again_and_again_is_left_out_and_the_others_play(
    streams: Streams, tmp_path: Path
) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            video.want([stream("good", streams.flv("C1")), stream("evil", streams.flv("C2"))])

            async def is_killed_while_evil_runs() -> None:
                while (seen := video.seen.get("evil")) is None or seen.why is None or seen.why.id != "videos.broke":
                    evil = video.read("evil")
                    pid = video.pid
                    if pid and evil is not None and await _newer(video, "evil", evil.serial):
                        os.kill(pid, signal.SIGKILL)
                        await until(lambda pid=pid: video.pid != pid)
                    await asyncio.sleep(0.05)

            async with asyncio.timeout(150):
                await shows(video, "evil")
                await is_killed_while_evil_runs()
            kept = await shows(video, "good")
            await shows(video, "good", kept.serial)

    asyncio.run(story())


async def _newer(video: VideoProcess, id: str, after: int) -> bool:
    """Whether a newer picture comes soon: whether it runs now."""
    for _ in range(10):
        if video.read(id, after) is not None:
            return True
        await asyncio.sleep(0.05)
    return False


def test_what_nobody_wants_any_more_ends_and_its_picture_is_gone(streams: Streams, tmp_path: Path) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            video.want([stream("one", streams.flv("C1")), stream("two", streams.flv("C2"))])
            await shows(video, "one")
            two = await shows(video, "two")
            video.want([stream("two", streams.flv("C2"))])
            assert video.read("one") is None
            assert "one" not in video.seen
            await until(lambda: not video._ending)
            await shows(video, "two", two.serial)
            video.want([stream("one", streams.flv("C1")), stream("two", streams.flv("C2"))])
            await shows(video, "one")

    asyncio.run(story())
