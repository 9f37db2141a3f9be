"""Evidence: kept as received, shown as a copy without a word of the original, and only when it is a photo."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.store.blobs import THUMB_BYTES, THUMB_SIDE, VIEW_BYTES, VIEW_SIDE, Blobs, NotAPhoto
from tests.living_gateway import photo


def sha_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def keep(blobs: Blobs, data: bytes, type: str = "image/jpeg", sha: str = "") -> str:
    sha = sha or sha_of(data)
    blobs.begin(sha, "positions/U1", len(data))
    blobs.append(sha, "positions/U1", 0, data)
    blobs.keep(sha, "positions/U1", type)
    return sha


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(("format", "type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_photo_is_kept_as_received_and_shown_as_a_jpeg(tmp_path: Path, format: str, type: str) -> None:
    blobs, data = Blobs(tmp_path), photo(2100, 1400, format)
    sha = keep(blobs, data, type)
    assert blobs.path(sha).read_bytes() == data
    view, thumb = blobs.view(sha), blobs.thumb(sha)
    assert (opened(view).format, max(opened(view).size)) == ("JPEG", VIEW_SIDE)
    assert (opened(thumb).format, max(opened(thumb).size)) == ("JPEG", THUMB_SIDE)
    assert len(view) <= VIEW_BYTES
    assert len(thumb) <= THUMB_BYTES


def test_even_noise_fits_into_the_copies(tmp_path: Path) -> None:
    noise = Image.effect_noise((1300, 1300), 200).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=90)
    blobs = Blobs(tmp_path)
    sha = keep(blobs, out.getvalue())
    assert len(blobs.view(sha)) <= VIEW_BYTES
    assert len(blobs.thumb(sha)) <= THUMB_BYTES


def test_a_copy_says_nothing_of_where_by_whom_and_with_what_it_was_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "private words"
    exif[0x0110] = "private phone"
    exif.get_ifd(0x8825)[1] = "N"
    data = photo(800, 600, exif=exif, comment=b"private comment", icc_profile=b"private profile" * 20)
    assert b"private" in data
    blobs = Blobs(tmp_path)
    sha = keep(blobs, data)
    for copy in (blobs.view(sha), blobs.thumb(sha)):
        assert b"private" not in copy
        assert not opened(copy).getexif()
        assert set(opened(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_is_shown_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    blobs = Blobs(tmp_path)
    assert opened(blobs.view(keep(blobs, photo(400, 200, exif=exif)))).size == (200, 400)


def test_what_is_clear_in_a_photo_is_white_in_its_copy(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    blobs = Blobs(tmp_path)
    pixel = opened(blobs.view(keep(blobs, out.getvalue(), "image/png"))).getpixel((20, 20))
    assert pixel == (255, 255, 255)


def test_copies_that_were_cleared_away_are_made_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    sha = keep(blobs, photo())
    view = blobs.view(sha)
    for copy in tmp_path.glob("*/*.jpg"):
        copy.unlink()
    assert blobs.view(sha) == view


def test_only_its_owner_can_read_what_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "blobs"
    keep(Blobs(folder), photo())
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says that it is so large, whatever it holds."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


MOVING = io.BytesIO()
Image.new("RGB", (8, 8)).save(
    MOVING, "WEBP", save_all=True, append_images=[Image.new("RGB", (8, 8), "red")], duration=100
)
GIF = io.BytesIO()
Image.new("P", (8, 8)).save(GIF, "GIF")


@pytest.mark.parametrize(
    ("data", "type", "why"),
    [
        (b"not a photo at all", "image/jpeg", "store.not_a_photo"),
        (b"", "image/jpeg", "store.not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", "store.not_a_photo"),
        (GIF.getvalue(), "image/png", "store.not_a_photo"),
        (photo()[:2000], "image/jpeg", "store.not_a_photo"),
        (photo(format="PNG"), "image/jpeg", "store.photo_other_type"),
        (png(60_000, 60_000), "image/png", "store.photo_too_many_pixels"),
        (png(9_000, 9_000), "image/png", "store.photo_too_many_pixels"),
        (png(30_000, 10), "image/png", "store.photo_too_many_pixels"),
        (png(64, 64, b"\0" * 10), "image/png", "store.not_a_photo"),
        (MOVING.getvalue(), "image/webp", "store.photo_moves"),
    ],
)
def test_what_is_no_photo_is_refused_and_forgotten(tmp_path: Path, data: bytes, type: str, why: str) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(NotAPhoto) as refused:
        keep(blobs, data, type)
    assert refused.value.message.id == why
    assert not blobs.has(sha_of(data))
    assert blobs.part(sha_of(data), "positions/U1") is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_other_bytes_than_were_announced_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPhoto) as refused:
        keep(Blobs(tmp_path), photo(), sha="ab" * 32)
    assert refused.value.message.id == "store.photo_other_bytes"


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBPVP8 ", b""]))
@settings(max_examples=60, deadline=None)
def test_whatever_bytes_come_they_are_a_photo_or_refused(tmp_path_factory, tail: bytes, head: bytes) -> None:  # type: ignore[no-untyped-def]
    blobs = Blobs(tmp_path_factory.getbasetemp() / "fuzz")
    for type in ("image/jpeg", "image/png", "image/webp"):
        with pytest.raises(NotAPhoto):
            keep(blobs, head + tail, type)


@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_a_spoilt_photo_is_kept_whole_or_refused(tmp_path_factory, at: int, bytes_: bytes) -> None:  # type: ignore[no-untyped-def]
    blobs = Blobs(tmp_path_factory.getbasetemp() / "spoilt")
    good = photo(120, 80)
    spoilt = good[: at % len(good)] + bytes_ + good[at % len(good) + len(bytes_) :]
    try:
        sha = keep(blobs, spoilt)
    except NotAPhoto:
        return
    assert blobs.path(sha).read_bytes() == spoilt
    assert opened(blobs.view(sha)).format == "JPEG"


def test_a_part_goes_on_only_where_it_stopped(tmp_path: Path) -> None:
    blobs, data = Blobs(tmp_path), photo()
    sha = sha_of(data)
    assert blobs.begin(sha, "a", len(data)).offset == 0
    assert blobs.append(sha, "a", 0, data[:100]) == 100
    assert blobs.begin(sha, "a", len(data)).offset == 100
    for wrong in (0, 99, 101):
        with pytest.raises(OutsideError):
            blobs.append(sha, "a", wrong, b"x")
    part = blobs.part(sha, "a")
    assert part is not None
    assert part.offset == 100
    assert blobs.part(sha, "b") is None, "each owner sends the bytes itself"


@pytest.mark.parametrize("sha", ["", "..", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "\n", "g" * 64])
def test_a_name_that_is_no_sha_256_never_reaches_the_disk(tmp_path: Path, sha: str) -> None:
    blobs = Blobs(tmp_path)
    for ask in (blobs.path, blobs.view, blobs.has):
        with pytest.raises(UserError):
            ask(sha)


def test_a_photo_that_is_not_here_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(CockpitError) as missing:
        Blobs(tmp_path).view("ab" * 32)
    assert missing.value.message.id == "store.no_photo"
