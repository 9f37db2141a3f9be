"""Cameras of a real RTSP server that is not ours: GStreamer's, in three codecs, within the connection and by UDP."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.model.videos import VideoState
from tests.conftest import ALL_TESTS
from tests.test_video_process import process
from tests.video_kit import becomes, shows, stream

pytestmark = pytest.mark.system
SERVER = Path(__file__).with_name("gst_rtsp.py")


@pytest.fixture
def server() -> Iterator[str]:
    python = next((one for one in ("/usr/bin/python3", shutil.which("python3") or "") if Path(one).is_file()), "")
    child = subprocess.Popen(
        [python, str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    port = child.stdout.readline().strip()
    try:
        if not port:
            message = "GStreamer's RTSP server is not installed: packaging/system-deps.sh --tests"
            if ALL_TESTS:
                pytest.fail(message)
            pytest.skip(message)
        yield f"rtsp://127.0.0.1:{port}"
    finally:
        child.stdin.close()
        child.terminate()
        child.wait(60)
        child.stdout.close()


@pytest.mark.parametrize(("path", "codec"), [("h264", "h264"), ("mjpeg", "mjpeg"), ("h265", "hevc")])
def test_a_camera_of_a_foreign_server_plays(server: str, path: str, codec: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            video.want([stream("tcp", f"{server}/{path}"), stream("udp", f"{server}/{path}", transport="udp")])
            for name in ("tcp", "udp"):
                first = await shows(video, name)
                await shows(video, name, first.serial)
                seen = await becomes(video, name, VideoState.LIVE)
                assert seen.codec == codec

    asyncio.run(story())


def test_a_camera_that_the_server_does_not_have_is_said_to_be_absent(server: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with process(tmp_path) as video:
            video.want([stream("none", f"{server}/none")])
            await becomes(video, "none", VideoState.AWAY, "videos.not_found")

    asyncio.run(story())
