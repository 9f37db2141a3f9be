"""Units and figures as they are printed: in the reader's language, with a minus sign."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.model.errors import UserError
from cockpit.model.figures import figure, signed
from cockpit.model.headline import headline_words
from cockpit.model.messages import texts
from cockpit.model.scopewords import bounds_words, source_words, unit_words
from cockpit.signs.definitions import read_signs
from widgets.signs.words import SignWords

HAN = re.compile("[\u4e00-\u9fff]")
OWN = """
[themes]
A = {{ zh = "甲" }}
[signs]
A1 = {{ zh = "甲一", theme = "A", unit = {unit}, direction = "up", input = "events" }}
{words}
"""


def own(tmp_path: Path, unit: str, words: str = "") -> object:
    (tmp_path / "own.toml").write_text(OWN.format(unit=unit, words=words), encoding="utf-8")
    return read_signs("own", tmp_path).signs[0].unit


def test_a_unit_of_one_word_stays_as_its_pack_writes_it(tmp_path: Path) -> None:
    assert own(tmp_path, '"件"') == "件"
    assert unit_words("件", texts("en")) == "件"


def test_a_unit_of_two_languages_is_said_in_the_readers(tmp_path: Path) -> None:
    for unit in (own(tmp_path, '{ zh = "株", en = "trees" }'), own(tmp_path, '"株"', '[words]\n"株" = "trees"')):
        assert isinstance(unit, dict)
        assert unit_words(unit, texts("en")) == "trees"
        assert unit_words(unit, texts("zh")) == "株"


def test_a_unit_that_english_has_no_word_for_is_left_out_there(tmp_path: Path) -> None:
    unit = own(tmp_path, '"个"', '[words]\n"个" = ""')
    assert isinstance(unit, dict)
    assert (unit_words(unit, texts("en")), unit_words(unit, texts("zh"))) == ("", "个")


def test_of_one_a_unit_is_said_in_the_singular(tmp_path: Path) -> None:
    unit, t = own(tmp_path, '"株"', '[words]\n"株" = "tree|trees"'), texts("en")
    assert isinstance(unit, dict)
    assert [unit_words(unit, t, value) for value in (1.0, 2.0, 0.0, None)] == ["tree", "trees", "trees", "trees"]
    assert [unit_words("case", t, value) for value in (1.0, 2.0)] == ["case", "cases"]
    assert unit_words(unit, texts("zh"), 1.0) == "株"


def test_a_unit_that_is_neither_word_nor_words_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"own\.toml|packs.wrong"):
        own(tmp_path, "3")


def test_nothing_of_the_shipped_signs_is_chinese_to_an_english_reader() -> None:
    t = texts("en")
    words = SignWords(t, None, None)  # type: ignore[arg-type]
    for sign in read_signs("cityops", Path("nowhere")).signs:
        said = [words.name(sign), words.with_unit(sign, 3.0), t.unit(sign.period), source_words(sign.source, t)]
        said += [t.unit(bound.source) for bound in sign.thresholds]
        assert not HAN.search(" ".join(said)), sign.code


@pytest.mark.parametrize(
    ("headline", "english"),
    [
        ("杭州市气象台发布暴雨橙色预警信号", "Rainstorm, orange warning"),
        ("杭州市发布地质灾害气象风险黄色预警", "Landslides, yellow warning"),
        ("上海中心气象台解除雷电黄色预警信号", "lifted: Lightning, yellow warning"),
        ("关于做好防汛工作的通知", "关于做好防汛工作的通知"),
    ],
)
def test_a_statutory_warning_is_said_in_the_readers_language(headline: str, english: str) -> None:
    assert headline_words(headline, texts("en")) == english
    assert headline_words(headline, texts("zh"), whole=True) == headline


def test_below_zero_stands_the_minus_sign_and_never_before_nothing() -> None:
    assert (figure(-1234.5, 1), figure(-0.04, 1), figure(0.0), figure(12345.0)) == ("−1,234.5", "0.0", "0", "12,345")
    assert (signed(3.14, 1), signed(-3.14, 1), signed(0.01, 1), signed(-0.01, 1)) == ("+3.1", "−3.1", "0.0", "0.0")
    assert bounds_words(-4.0, float("inf"), "℃") == "≥ −4 ℃"
