"""Videos at a seat: the hub says where they are, the seat's own secrets let it in, one stream serves all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.model.videos import VideoPicture, VideoState, VideoWanted
from cockpit.packs.cameras import NAME
from cockpit.processes import lives
from cockpit.seat.videos import LiveVideos
from cockpit.secrets import keep_secret
from tests.living_hub import LivingHub, Seated, seated
from tests.video_kit import Streams, city_streams, detail, make_video, pixels

pytestmark = pytest.mark.system
SIZE = (320, 180)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    make_video(folder / "stripes.flv", pictures=60)
    return folder


@pytest.fixture
def streams(clips: Path) -> Iterator[Streams]:
    with city_streams(clips, user="cockpit", password="correct-horse") as served:
        yield served


@pytest.fixture
def hub(tmp_path: Path, streams: Streams) -> Iterator[LivingHub]:
    profile = tmp_path / "hall"
    profile.mkdir()
    (profile / NAME).write_text(
        f"""
[[sources]]
feed = "cameras"
address = "{streams.http}/video/{{id}}.flv"

[[cameras]]
camera = "cameras/C2"
address = "{streams.rtsp}/C2"
user = "cockpit"
secret = "secret:video"
visitor = "hide"

[[groups]]
id = "all"
name = {{ zh = "全部" }}
cameras = ["C1", "C2"]
""",
        "utf-8",
    )
    with LivingHub(profile) as living:
        yield living


class Viewer:
    """Somebody who looks."""


def at_seat(seat: Seated) -> LiveVideos:
    videos = LiveVideos(seat.seat)
    seat.seat.start()
    return videos


def sees(seat: Seated, videos: LiveVideos, viewer: object, wanted: VideoWanted) -> VideoPicture:
    """Looks until there is a picture."""
    found: list[VideoPicture] = []

    def came() -> bool:
        videos.watch(viewer, [wanted])
        picture = videos.newest(wanted)
        if picture is not None:
            found.append(picture)
        return bool(found)

    seat.until(came, f"a picture of {wanted.camera}: {videos.seen(wanted)}")
    return found[-1]


def test_a_camera_is_seen_where_the_hub_says_that_its_video_is(hub: LivingHub, tmp_path: Path) -> None:
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos, viewer = at_seat(seat), Viewer()
        picture = sees(seat, videos, viewer, VideoWanted("cameras/C1", SIZE))
        assert (picture.width, picture.height) == SIZE
        assert [group.id for group in videos.groups] == ["all"]
        assert "video" in seat.topics


def test_a_secret_is_this_machines_own_and_without_it_the_tile_says_so(hub: LivingHub, tmp_path: Path) -> None:
    wanted = VideoWanted("cameras/C2", SIZE)
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos, viewer = at_seat(seat), Viewer()

        def refused() -> bool:
            videos.watch(viewer, [wanted])
            return videos.seen(wanted).state is VideoState.REFUSED

        seat.until(refused, "no secret")
        assert videos.newest(wanted) is None
        videos.watch(viewer, ())
        keep_secret("video", "correct-horse", tmp_path / "seat")
        sees(seat, videos, viewer, wanted)


def test_a_visitor_is_shown_what_the_camera_allows_and_never_the_clear_picture_of_another_viewer(
    hub: LivingHub, tmp_path: Path
) -> None:
    keep_secret("video", "correct-horse", tmp_path / "seat")
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos, desk, hall, hidden = at_seat(seat), Viewer(), Viewer(), Viewer()
        clear = sees(seat, videos, desk, VideoWanted("cameras/C1", SIZE))
        blurred = sees(seat, videos, hall, VideoWanted("cameras/C1", SIZE, privacy="visitor"))
        assert detail(pixels(blurred)) < detail(pixels(clear)) / 10
        sees(seat, videos, desk, VideoWanted("cameras/C2", SIZE))
        none = VideoWanted("cameras/C2", SIZE, privacy="visitor")
        videos.watch(hidden, [none])
        assert videos.newest(none) is None
        assert videos.seen(none).state is VideoState.REFUSED


def test_two_viewers_share_a_stream_in_the_size_of_the_larger(hub: LivingHub, tmp_path: Path) -> None:
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos, small, large = at_seat(seat), Viewer(), Viewer()
        sees(seat, videos, small, VideoWanted("cameras/C1", (80, 45)))
        wanted = VideoWanted("cameras/C1", SIZE)
        seat.until(lambda: sees(seat, videos, large, wanted).width == SIZE[0], "the larger size")
        assert len(videos._streams) == 1
        videos.watch(large, ())
        seat.until(lambda: sees(seat, videos, small, VideoWanted("cameras/C1", (80, 45))).width == 80, "the smaller")


def test_a_viewer_that_is_gone_wants_nothing_and_with_the_seat_the_process_ends(hub: LivingHub, tmp_path: Path) -> None:
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos = at_seat(seat)
        viewer: Viewer | None = Viewer()
        sees(seat, videos, viewer, VideoWanted("cameras/C1", SIZE))
        process = videos._process
        assert process is not None
        pid = process.pid
        viewer = None
        seat.until(lambda: not videos._streams, "nothing is wanted")
        assert viewer is None
    assert not lives(pid)


def test_where_videos_are_is_known_without_the_hub_from_the_last_time(hub: LivingHub, tmp_path: Path) -> None:
    wanted = VideoWanted("cameras/C1", SIZE)
    with seated(tmp_path / "seat", hub, start=False) as seat:
        sees(seat, at_seat(seat), Viewer(), wanted)
    hub.stop()
    with seated(tmp_path / "seat", hub.profile, start=False) as seat:
        videos, viewer = at_seat(seat), Viewer()
        sees(seat, videos, viewer, wanted)


@pytest.mark.logs("cameras.toml")
def test_a_mistake_in_the_file_is_said_at_the_seat(hub: LivingHub, tmp_path: Path) -> None:
    (hub.profile / NAME).write_text('[[sources]]\nfeed = "cameras"\naddress = "rtsp://host/all"\n', "utf-8")
    wanted = VideoWanted("cameras/C1", SIZE)
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos, viewer = at_seat(seat), Viewer()

        def said() -> bool:
            videos.watch(viewer, ())
            videos.watch(viewer, [wanted])
            return videos.problem is not None

        seat.until(said, "the mistake")
        assert videos.problem is not None
        assert NAME in str(videos.problem.params)


@pytest.mark.logs("cameras.toml")
def test_who_only_looks_whether_the_mistake_is_mended_sees_that_it_is(
    hub: LivingHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.seat.videos.SOON_SECONDS", 0.1)
    right = (hub.profile / NAME).read_text("utf-8")
    (hub.profile / NAME).write_text("[[sources]\n", "utf-8")
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos = at_seat(seat)
        seat.until(lambda: videos.problem is not None, "the mistake")
        (hub.profile / NAME).write_text(right, "utf-8")
        seat.until(lambda: videos.problem is None, "it is mended")
        assert [group.id for group in videos.groups] == ["all"]
        assert videos.mistake is None


@pytest.mark.logs("cameras.toml")
def test_a_wrong_save_takes_no_camera_that_plays(
    hub: LivingHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.seat.videos.ASK_SECONDS", 0.2)
    monkeypatch.setattr("cockpit.seat.videos.SOON_SECONDS", 0.2)
    wanted = VideoWanted("cameras/C1", SIZE)
    right = (hub.profile / NAME).read_text("utf-8")
    with seated(tmp_path / "seat", hub, start=False) as seat:
        videos, viewer = at_seat(seat), Viewer()
        before = sees(seat, videos, viewer, wanted).serial
        (hub.profile / NAME).write_text("[[sources]\n", "utf-8")
        seat.until(lambda: videos.problem or videos.mistake, "the mistake")
        assert videos.problem is None
        assert "video" in seat.topics
        seat.until(lambda: (found := videos.newest(wanted)) is not None and found.serial > before + 5, "it plays on")
        (hub.profile / NAME).write_text(right, "utf-8")
        seat.until(lambda: videos.problem is None and videos.mistake is None, "it is mended")
