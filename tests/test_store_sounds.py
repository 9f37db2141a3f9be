"""Which sounds are taken: what browsers and we record, by their first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.store.sounds import HEAD, TYPES, sound_type, type_of


@pytest.mark.parametrize(
    ("head", "type"),
    [
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81", "audio/webm"),
        (b"OggS\x00\x02" + bytes(10), "audio/ogg"),
        (b"\x00\x00\x00\x1cftypiso5\x00\x00\x02\x00", "audio/mp4"),
        (b"\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00", "audio/mp4"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00", ""),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00", ""),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", ""),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", ""),
        (b"<!DOCTYPE html>\n", ""),
        (b"Ogg", ""),
        (b"", ""),
    ],
)
def test_a_sound_is_told_by_its_first_bytes(tmp_path: Path, head: bytes, type: str) -> None:
    assert type in ("", *TYPES)
    assert type_of(head[:HEAD]) == type
    (tmp_path / "voice.mp3").write_bytes(head + bytes(100) if type else head)
    assert sound_type(tmp_path / "voice.mp3") == type
