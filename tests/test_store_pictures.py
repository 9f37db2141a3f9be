"""Pictures that a seat has shown are kept beside its cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.store import pictures
from cockpit.store.pictures import Pictures


def test_a_picture_is_there_after_a_restart(tmp_path: Path) -> None:
    Pictures(tmp_path / "pictures").put("http://city/pictures/1.png", b"one")
    again = Pictures(tmp_path / "pictures")
    assert again.get("http://city/pictures/1.png") == b"one"
    assert again.get("http://city/pictures/2.png") is None


def test_of_too_many_the_one_looked_at_longest_ago_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "KEEP", 2)
    kept = Pictures(tmp_path)
    for name in ("a", "b"):
        kept.put(name, name.encode())
    for age, file in enumerate(sorted(tmp_path.iterdir(), key=lambda f: f.read_bytes()), 1):
        os.utime(file, (age, age))
    assert kept.get("a") == b"a"
    kept.put("c", b"c")
    assert [kept.get(name) for name in ("a", "b", "c")] == [b"a", None, b"c"]


def test_a_folder_that_can_not_be_written_costs_the_copy_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    kept = Pictures(blocked)
    kept.put("a", b"a")
    assert kept.get("a") is None
