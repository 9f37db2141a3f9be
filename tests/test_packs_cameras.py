"""cameras.toml: what it says is read, and each mistake ends in one sentence with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.packs.cameras import NAME, files_of, read_book
from cockpit.packs.read import list_packs, read_pack

SITE = """
[[sources]]
feed = "cameras"
address = "rtsp://video.example:554/live/{id}?token={secret:video-token}"
user = "cockpit"
secret = "secret:video"

[[cameras]]
camera = "cameras/C0007"
address = "{city}/video/C0007.flv"
masks = [[0.1, 0.2, 0.3, 0.4]]
visitor = "hide"
name = { zh = "新闻发布厅" }

[[groups]]
id = "tunnels"
name = { zh = "下穿隧道", en = "Underpasses" }
cameras = ["C0001", "cameras/C0007"]
"""


def written(folder: Path, text: str, name: str = NAME) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_camera_has_its_own_address_or_that_of_its_feed(tmp_path: Path) -> None:
    book = read_book(written(tmp_path, SITE)).with_city("http://127.0.0.1:8300/")
    (source,) = book.sources
    found = source.of("cameras/东 1")
    assert found.address == "rtsp://video.example:554/live/%E4%B8%9C%201?token={secret:video-token}"
    assert (found.user, found.secret, found.visitor) == ("cockpit", "secret:video", "blur")
    (own,) = book.cameras
    assert own.address == "http://127.0.0.1:8300/video/C0007.flv"
    assert own.masks == ((0.1, 0.2, 0.3, 0.4),)
    assert own.visitor == "hide"
    assert book.groups[0].cameras == ("C0001", "cameras/C0007")


def test_without_a_city_platform_what_needs_its_address_is_left_out(tmp_path: Path) -> None:
    book = read_book(written(tmp_path, SITE)).with_city("")
    assert book.sources
    assert not book.cameras


def test_the_word_of_the_site_holds_over_that_of_the_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack, profile = tmp_path / "pack", tmp_path / "profile"
    pack.mkdir()
    profile.mkdir()
    theirs = written(pack, SITE)
    own = written(profile, '[[sources]]\nfeed = "cameras"\naddress = "rtsp://own.example/{id}"\n')
    assert files_of(pack, profile) == (theirs, own)
    book = read_book(theirs, own)
    assert [source.address for source in book.sources] == ["rtsp://own.example/{id}"]
    assert len(book.cameras) == 1
    named = written(tmp_path, "", "named.toml")
    monkeypatch.setenv("COCKPIT_CAMERAS", str(named))
    assert files_of(pack, profile) == (theirs, named)


@pytest.mark.parametrize("pack", list_packs())
def test_every_pack_that_ships_says_where_its_cameras_have_their_videos(pack: str) -> None:
    folder = read_pack(pack).folder
    book = read_book(*files_of(folder, folder / "absent"))
    assert {source.feed for source in book.sources} == {"cameras"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[sources]]\nfeed = "cameras"\naddress = "rtsp://host/live"\n', 3, "{id}"),
        ('[[sources]]\nfeed = "cameras"\naddress = "rtsp://u:p@host/{id}"\n', 3, "secret:"),
        ('[[sources]]\nfeed = "cameras"\naddress = "http://host/{id}.flv?token=abc"\n', 3, "secret:"),
        ('[[sources]]\nfeed = "cameras"\naddress = "rtmp://host/{id}"\n', 3, "rtmp"),
        ('[[sources]]\nfeed = "cameras"\naddress = "rtsp:///{id}"\n', 3, "rtsp://"),
        ('[[sources]]\nfeed = "cameras"\naddress = "rtsp://host:99999/{id}"\n', 3, "rtsp://"),
        ('[[cameras]]\ncamera = "a/b"\naddress = "rtsp://host/1"\nsecret = "hunter2"\n', 4, "secret:"),
        ('[[cameras]]\ncamera = "a/b"\naddress = "rtsp://host/1"\nmasks = [[0, 0, 2, 1]]\n', 4, "0 到 1"),
        ('[[cameras]]\ncamera = "a/b"\naddress = "rtsp://host/1"\nmasks = [[0, 0, 1]]\n', 4, "masks"),
        ('[[cameras]]\ncamera = "a/b"\naddress = "rtsp://host/1"\nvisitor = "maybe"\n', 4, "visitor"),
        ('[[cameras]]\ncamera = "a/b"\n', 1, "address"),
        ('[[cameras]]\ncamera = "a/b"\naddress = "rtsp://host/1"\nadress = ""\n', 4, "adress"),
        ('[[groups]]\nid = "x"\nname = { zh = "甲" }\ncameras = []\n' * 2, 6, "x"),
        ("[[sources]\n", 1, ""),
    ],
)
def test_a_mistake_is_said_in_one_sentence_with_its_place(tmp_path: Path, text: str, line: int, said: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(UserError) as caught:
        read_book(file)
    sentence = texts("zh")(caught.value.message)
    assert str(file) in sentence
    assert f"{line}" in sentence
    assert said in sentence
    assert "hunter2" not in sentence
