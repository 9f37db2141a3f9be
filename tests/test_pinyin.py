"""The dictionary of phrases is held in the bytes of its file, and says what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pypinyin
import pytest

from cockpit.model.pinyin import _Phrases, begins, pinyin


def test_a_character_is_read_as_its_phrase_has_it() -> None:
    assert pinyin("重庆的重量") == ("chong", "qing", "de", "zhong", "liang")
    assert pinyin("拱墅区") == ("gong", "shu", "qu")
    assert begins("cq", "重庆")


def test_each_phrase_is_what_the_file_says() -> None:
    from pypinyin.constants import PHRASES_DICT

    file = Path(pypinyin.__file__).with_name("phrases_dict.json")
    if not file.is_file():
        pytest.skip("this version keeps them elsewhere")
    said = json.loads(file.read_text("utf-8"))
    assert len(PHRASES_DICT) >= len(said) > 40_000
    held = _Phrases({phrase: json.dumps(value) for phrase, value in said.items()})
    for phrase, value in said.items():
        assert held[phrase] == value == PHRASES_DICT[phrase]
