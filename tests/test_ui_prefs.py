"""What a person set is kept in one file of the profile; a file that can not be used costs the settings, no start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.model.messages import LANGUAGES, texts
from cockpit.ui.prefs import FilePrefs


def test_what_was_set_is_there_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "new" / "prefs.json"
    prefs = FilePrefs(file)
    prefs.set("name", "王强")
    prefs.set("palette.recent", ["desk.theme"])
    again = FilePrefs(file)
    assert (again.get("name", ""), again.get("palette.recent", [])) == ("王强", ["desk.theme"])
    assert again.notice is None
    assert file.stat().st_mode & 0o777 == 0o600, "only its owner reads it"


def test_without_a_file_the_defaults_hold_and_nothing_is_said(tmp_path: Path) -> None:
    prefs = FilePrefs(tmp_path / "prefs.json")
    assert prefs.get("muted", False) is False
    assert prefs.notice is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1, 2]", b'"dark"', b"\xff\xfe\x00", b'{"name": "\xe7"}', b"[" * 100_000],
    ids=["empty", "torn", "a list", "a word", "no text", "half a sign", "very deep"],
)
def test_a_file_that_can_not_be_read_is_set_aside_and_said(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "prefs.json"
    file.write_bytes(content)
    prefs = FilePrefs(file)
    assert prefs.get("name", "") == ""
    assert prefs.notice is not None
    for lang in LANGUAGES:
        assert "prefs.json" in texts(lang)(prefs.notice)
    assert (tmp_path / "prefs.unreadable").read_bytes() == content, "what it held is not lost"
    prefs.set("name", "王强")
    assert FilePrefs(file).get("name", "") == "王强"


def test_a_folder_that_can_not_be_written_is_said_and_the_setting_holds_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "profile").write_text("a file where the folder should be", "utf-8")
    prefs = FilePrefs(tmp_path / "profile" / "prefs.json")
    prefs.notice = None
    prefs.set("theme", "light")
    assert prefs.get("theme", "dark") == "light"
    assert prefs.notice is not None
    assert prefs.notice.id == "ui.prefs_unwritable"
    assert texts("en")(prefs.notice).startswith("Preferences were not saved: ")


def test_the_same_value_again_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "prefs.json"
    prefs = FilePrefs(file)
    prefs.set("muted", True)
    file.unlink()
    prefs.set("muted", True)
    assert not file.exists()


def test_a_value_of_another_kind_gives_way_to_the_default(tmp_path: Path) -> None:
    file = tmp_path / "prefs.json"
    file.write_text(json.dumps({"muted": "yes", "name": 7, "theme": "sepia", "lang": ["zh"]}), "utf-8")
    prefs = FilePrefs(file)
    assert prefs.get("muted", False) is False
    assert prefs.get("name", "") == ""
    assert prefs.one_of("theme", ("dark", "light")) == "dark"
    assert prefs.one_of("lang", LANGUAGES) == "zh"
    assert prefs.notice is None
