"""Evidence: photos as received under their SHA-256, and re-encoded copies for screens and bus.

Whoever receives a photo judges it and makes the copies (`keep`); who shows one reads bytes only, so that what came from
outside is decoded in the one process that receives it. No copy has EXIF or any other word of the original.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.entries import PhotoRef
from cockpit.model.errors import OutsideError, UserError
from cockpit.processes import write_private
from cockpit.store.disk import disk, sync
from cockpit.store.sha import by_sha
from cockpit.store.sounds import TYPES as SOUNDS
from cockpit.store.sounds import sound_type

if TYPE_CHECKING:
    from PIL.Image import Image  # loaded where a photo is judged: who only reads copies needs none of it

UNWRITABLE = "store.photo_unwritable"
TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MAX_PIXELS = 50_000_000
"""Pixels of a photo; what says it has more is not decoded."""
MAX_SIDE = 20_000
VIEW_BYTES = 900_000
VIEW_SIDE = 1920
THUMB_BYTES = 30_000
THUMB_SIDE = 320
_QUALITIES = (85, 75, 60, 45, 30, 20)
_SUFFIX_VIEW, _SUFFIX_THUMB = ".view.jpg", ".thumb.jpg"


class NotAPhoto(UserError):
    """What was received is no photo that can be shown, or not the one that was announced."""


class Part(msgspec.Struct, frozen=True):
    """A photo of which a part is here.

    Attributes:
        offset: bytes that are on disk; size: bytes that it will have.
    """

    offset: int
    size: int


class Blobs:
    """A folder of photos. One process writes, any may read.

    Attributes:
        folder: where they lie: `<first two digits>/<SHA-256>`, the copies beside, parts in `parts/`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # -- reading ---------------------------------------------------------------------------------------------------

    def path(self, sha: str) -> Path:
        """Where a photo lies as received, whether it is there or not.

        Raises:
            UserError: that is no SHA-256.
        """
        return by_sha(self.folder, sha)

    def has(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def view(self, sha: str) -> bytes:
        """A JPEG of at most `VIEW_BYTES` and `VIEW_SIDE` pixels a side, upright, without EXIF.

        Raises:
            OutsideError: the photo is not there, or can not be read.
        """
        return self._copy(sha, _SUFFIX_VIEW)

    def thumb(self, sha: str) -> bytes:
        """As `view`, at most `THUMB_BYTES` and `THUMB_SIDE` pixels a side.

        Raises:
            OutsideError: the photo is not there, or can not be read.
        """
        return self._copy(sha, _SUFFIX_THUMB)

    def _copy(self, sha: str, suffix: str) -> bytes:
        path = self.path(sha)
        try:
            return path.with_name(path.name + suffix).read_bytes()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise OutsideError("store.photo_unreadable", why=error.strerror or str(error)) from error
        if not path.is_file():
            raise OutsideError("store.no_photo")
        try:  # a copy that was cleared away is made again
            return _copies(path)[suffix]
        except NotAPhoto as error:
            raise OutsideError("store.photo_unreadable", why=str(error)) from error

    # -- parts -------------------------------------------------------------------------------------------------------

    def part(self, sha: str, owner: str) -> Part | None:
        """What is here of a photo that an owner sends, None when nothing was begun."""
        try:
            size = int(self._size_file(sha, owner).read_text("ascii"))
            return Part(self._part_file(sha, owner).stat().st_size, size)
        except (OSError, ValueError):
            return None

    def begin(self, sha: str, owner: str, size: int) -> Part:
        """Begins a photo, or goes on with one: each owner sends the bytes itself, as a proof that it has them.

        Raises:
            OutsideError: the disk refused.
        """
        known = self.part(sha, owner)
        if known is not None and known.size == size and known.offset <= size:
            return known
        with disk(self.folder, UNWRITABLE):
            write_private(self._part_file(sha, owner), "")
            write_private(self._size_file(sha, owner), str(size))
        return Part(0, size)

    def append(self, sha: str, owner: str, offset: int, data: bytes) -> int:
        """Adds bytes that begin at `offset`; the new offset. The caller lets in one at a time for each photo.

        Raises:
            OutsideError: the disk refused, or there is no such part of this length.
        """
        with disk(self.folder, UNWRITABLE), open(self._part_file(sha, owner), "r+b") as file:
            if file.seek(0, os.SEEK_END) != offset:
                raise OutsideError("store.part_moved")
            try:
                file.write(data)
                file.flush()
            except OSError:
                with contextlib.suppress(OSError):
                    file.truncate(offset)
                raise
        return offset + len(data)

    def drop(self, sha: str, owner: str) -> None:
        """Forgets a part."""
        for file in (self._part_file(sha, owner), self._size_file(sha, owner)):
            with contextlib.suppress(OSError):
                file.unlink()

    def keep(self, sha: str, owner: str, type: str) -> PhotoRef:
        """Judges a part that is whole, and keeps it, on disk, under its SHA-256; slow, so never on an event loop.

        Args:
            type: as it was announced, one of `TYPES`; or of `sounds.TYPES`: a voice, which has no copies.

        Raises:
            NotAPhoto: other bytes, no image, not of this type, too many pixels; the part is forgotten.
            OutsideError: the disk refused.
        """
        part, whole = self._part_file(sha, owner), self.path(sha)
        with disk(self.folder, UNWRITABLE):
            size = part.stat().st_size
            try:
                if _sha_of(part) != sha:
                    raise NotAPhoto("store.photo_other_bytes")
                copies = _sound(part, type) if type in SOUNDS else _copies(part, type)
            except NotAPhoto:
                self.drop(sha, owner)
                raise
            whole.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for suffix, data in copies.items():
                _write(whole.with_name(whole.name + suffix), data)
            sync(part)
            os.replace(part, whole)
            sync(whole.parent)
            self.drop(sha, owner)
        return PhotoRef(sha, size, type)

    def _part_file(self, sha: str, owner: str) -> Path:
        name = hashlib.sha256(owner.encode()).hexdigest()[:16]
        return self.folder / "parts" / f"{self.path(sha).name}-{name}"

    def _size_file(self, sha: str, owner: str) -> Path:
        return self._part_file(sha, owner).with_suffix(".size")


def _sound(path: Path, type: str) -> dict[str, bytes]:
    """No copies: it is played as received, if it is a sound of this type.

    Raises:
        NotAPhoto: it is none.
    """
    if sound_type(path) != type:
        raise NotAPhoto("store.not_a_sound", type=type)
    return {}


def _copies(path: Path, type: str = "") -> dict[str, bytes]:
    """The copies of a photo by suffix, which needs all of it decoded: that it can be is the proof that it is one.

    Raises:
        NotAPhoto: it is none, not of this type, or too large.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of corrupt EXIF and the like: the picture counts
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=tuple(TYPES.values())) as image:
                if type and image.format != TYPES.get(type):
                    raise NotAPhoto("store.photo_other_type", type=type)
                width, height = image.size
                if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                    raise NotAPhoto("store.photo_too_many_pixels", most=MAX_PIXELS // 1_000_000)
                if getattr(image, "n_frames", 1) != 1:
                    raise NotAPhoto("store.photo_moves")
                image.load()
                upright = _upright(image)
        view, seen = _jpeg(upright, VIEW_SIDE, VIEW_BYTES)
        return {_SUFFIX_VIEW: view, _SUFFIX_THUMB: _jpeg(seen, THUMB_SIDE, THUMB_BYTES)[0]}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPhoto("store.photo_too_many_pixels", most=MAX_PIXELS // 1_000_000) from error
    except NotAPhoto:
        raise
    except Exception as error:  # a decoder that is fed with spoilt bytes raises anything
        raise NotAPhoto("store.not_a_photo") from error


def _upright(image: Image) -> Image:
    """The picture on white, turned as the camera says, in plain RGB."""
    from PIL import Image, ImageOps

    try:
        turned = ImageOps.exif_transpose(image)
    except Exception:  # corrupt EXIF is no reason to refuse what can be seen
        turned = image
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        turned = Image.new("RGBA", clear.size, "white")
        turned.alpha_composite(clear)
    plain = turned.convert("RGB")
    plain.info.clear()  # Pillow would write EXIF, profiles and comments of the original into the copy
    return plain


def _jpeg(image: Image, side: int, most: int) -> tuple[bytes, Image]:
    """A JPEG of at most so many bytes, less exact first, then smaller; and the picture that it was made of."""
    from PIL import ImageOps

    while True:
        small = ImageOps.contain(image, (side, side)) if max(image.size) > side else image
        for quality in _QUALITIES:
            out = io.BytesIO()
            small.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= most:
                return out.getvalue(), small
        side = side * 3 // 4


def _sha_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    """A file that only its owner reads, whole or not there."""
    beside = path.with_name(path.name + ".new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
    os.replace(beside, path)
