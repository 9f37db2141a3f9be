"""Which sounds are taken from outside: by their first bytes, never by what somebody calls them."""

from __future__ import annotations

from pathlib import Path

TYPES = ("audio/webm", "audio/ogg", "audio/mp4", "audio/wav")
HEAD = 16
"""Bytes by which they are told apart."""
_PICTURES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"qt  ")
"""Brands of files that are built like MP4 and are photos and films of telephones."""


def type_of(head: bytes) -> str:
    """Type of a sound by its first `HEAD` bytes, "" for none that is known."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return "" if head[8:12] in _PICTURES else "audio/mp4"
    if head[:4] == b"OggS":
        return "audio/ogg"
    return "audio/webm" if head[:4] == b"\x1aE\xdf\xa3" else ""


def sound_type(path: Path) -> str:
    """Type of the sound in a file, "" where it is none that is taken.

    Raises:
        OSError: it can not be read.
    """
    with open(path, "rb") as file:
        return type_of(file.read(HEAD))
