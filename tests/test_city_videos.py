"""The demo city's cameras as any player sees them: HTTP-FLV and RTSP, on and on, everybody the same picture."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import httpx
import pytest

from cockpit.city.clip import Clip, header, read_clip, tag, units
from cockpit.city.rtsp import Packets, described
from cockpit.paths import assets_dir
from tests.video_kit import city_streams, make_video

CLIPS = sorted((assets_dir() / "city" / "video").glob("*.flv"))


@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.stem)
def test_each_clip_that_ships_begins_with_a_key_picture_and_goes_round_without_a_gap(path: Path) -> None:
    clip = read_clip(path)
    assert clip.pictures[0].key
    assert clip.pictures[0].at == 0
    steps = [b.at - a.at for a, b in zip(clip.pictures, clip.pictures[1:], strict=False)]
    assert max(steps) <= 70
    assert 60 <= clip.length - clip.pictures[-1].at <= 70
    assert clip.place(0) == (0, 0)
    assert clip.place(clip.length * 3 + clip.pictures[7].at) == (3, 7)
    assert clip.key_before(len(clip.pictures) - 1) > 0
    assert path.stat().st_size < 400_000


def test_what_is_sent_is_a_video_that_any_player_reads(tmp_path: Path) -> None:
    clip = read_clip(CLIPS[0])
    sent = tmp_path / "sent.flv"
    pictures = b"".join(tag(one.at, one.key, 1, one.data) for one in clip.pictures[:40])
    sent.write_bytes(header() + tag(0, True, 0, clip.config) + pictures)
    with av.open(str(sent)) as read:
        frames = list(read.decode(video=0))
    assert len(frames) == 40
    assert (frames[0].width, frames[0].height) == (640, 360)


def test_a_file_that_is_no_clip_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.flv"
    for data in (b"", b"MP4", header(), header() + tag(0, True, 0, b"\1\2\3")):
        bad.write_bytes(data)
        with pytest.raises(ValueError, match=r"bad\.flv"):
            read_clip.__wrapped__(bad)


def test_an_rtp_packet_is_never_too_long_and_its_pieces_are_the_picture() -> None:
    clip = read_clip(CLIPS[0])
    nals = units(max(clip.pictures, key=lambda one: len(one.data)).data)
    sent = Packets(0).of(40, nals)
    payloads, at, marks = [], 0, []
    while at < len(sent):
        dollar, channel, size = struct.unpack_from(">cBH", sent, at)
        assert (dollar, channel) == (b"$", 0)
        assert size <= 1500
        packet = sent[at + 4 : at + 4 + size]
        assert struct.unpack_from(">I", packet, 4)[0] == 3600
        marks.append(packet[1] >> 7)
        payloads.append(packet[12:])
        at += 4 + size
    assert marks == [0] * (len(marks) - 1) + [1]
    whole, piece = [], b""
    for payload in payloads:
        if payload[0] & 31 == 28:
            piece = (bytes((payload[0] & 0xE0 | payload[1] & 31,)) if payload[1] & 0x80 else piece) + payload[2:]
            if payload[1] & 0x40:
                whole.append(piece)
        else:
            whole.append(payload)
    assert whole == nals


def test_the_description_names_the_codec_and_its_parameters() -> None:
    clip: Clip = read_clip(CLIPS[0])
    said = described(clip)
    assert "H264/90000" in said
    assert "sprop-parameter-sets=" in said


@pytest.mark.system
def test_a_camera_that_is_offline_or_unknown_has_no_video(tmp_path: Path) -> None:
    make_video(tmp_path / "clip.flv", pictures=30)
    with city_streams(tmp_path) as streams, httpx.Client(timeout=60) as web:
        assert web.get(streams.flv("OFF")).status_code == 404
        assert web.get(streams.flv("NONE")).status_code == 404
        for camera in ("OFF", "NONE"):
            with pytest.raises(av.HTTPNotFoundError):
                av.open(f"{streams.rtsp}/{camera}", options={"rtsp_transport": "tcp"}, timeout=60)
        with web.stream("GET", streams.flv("C1")) as answer:
            assert answer.headers["Content-Type"] == "video/x-flv"
            assert next(answer.iter_bytes(3)) == b"FLV"
