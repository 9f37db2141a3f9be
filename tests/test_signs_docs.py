"""What the pages about signs say can be done can be done: their example is read, and their headers are known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.signs.definitions import read_signs
from cockpit.signs.importing import _SIGN_COLUMNS, _VALUE_COLUMNS

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("page", ["signs.zh.md", "signs.md"])
def test_the_example_is_a_file_of_signs_and_each_header_is_one(page: str, tmp_path: Path) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(re.findall(r"```toml\n(.*?)```", text, re.S)[0], encoding="utf-8")
    (sign,) = read_signs("own", tmp_path).signs
    assert (sign.code, sign.by_area, sign.thresholds[0].delay) == ("D01", "max", 30.0)
    values, definitions = re.findall(r"^- .*$", text, re.M)[-2:]
    for line, columns in ((values, _VALUE_COLUMNS), (definitions, _SIGN_COLUMNS)):
        known = {word.lower() for words in columns.values() for word in words}
        headers = [word for quoted in re.findall(r"`([^`]*)`", line) for word in re.split(r" (?!time)", quoted)]
        named = [word for word in headers if not set(word) & set(">=*")]
        assert len(named) >= 8
        assert set(named) <= known
