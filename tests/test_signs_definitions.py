"""Definitions as files: the 227 that ship are whole, and a mistake in one's own is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.errors import UserError
from cockpit.model.signs import zh_of
from cockpit.packs.read import list_packs, read_pack
from cockpit.signs.definitions import connected, read_signs
from cockpit.signs.measure import Measure

HEAD = '[themes]\nT = { zh = "试" }\n\n[signs]\n'


def test_the_227_indicators_ship_in_both_languages_and_can_be_made() -> None:
    whole = read_signs("cityops", Path("nowhere"))
    assert (len(whole.signs), len(whole.themes)) == (227, 19)
    for sign in whole.signs:
        assert sign.name["zh"]
        assert sign.name["en"]
        if sign.input not in ("", "signs") and not sign.input.startswith("hub:"):
            Measure(sign)


@pytest.mark.parametrize("name", list_packs())
def test_a_shipped_city_feeds_some_of_them_and_says_which_not(name: str) -> None:
    pack = read_pack(name)
    signs = read_signs(pack.signs, pack.folder).signs
    fed = {sign.code for sign in signs if connected(sign, pack)}
    assert {"A01", "A02", "D01", "I02", "M01", "S01"} <= fed
    assert not {"R01", "B02", "L01"} & fed
    for sign in signs:
        kind, _, rest = sign.input.partition(":")
        if kind == "sensors" and rest != "*":
            assert rest in pack.sensor_kinds, sign.code


def test_official_bounds_say_where_they_were_read_and_ours_say_nothing() -> None:
    signs = {sign.code: sign for sign in read_signs("cityops", Path("nowhere")).signs}
    assert [one.above for one in signs["I01"].thresholds] == [300, 200, 150, 100]
    assert all("HJ 633" in zh_of(one.source) for one in signs["I01"].thresholds)
    assert not any(one.source for one in signs["D01"].thresholds)


def test_the_pack_s_own_file_goes_before_the_one_that_ships(tmp_path: Path) -> None:
    (tmp_path / "cityops.toml").write_text(HEAD + 'A = { zh = "甲", theme = "T" }\n', encoding="utf-8")
    assert [sign.code for sign in read_signs("cityops", tmp_path).signs] == ["A"]


@pytest.mark.parametrize(
    ("line", "why", "at"),
    [
        ('A = { zh = "甲", theme = "X" }', "signdef.no_theme", 5),
        ('A = { zh = "甲", theme = "T", color = "red" }', "packs.unknown_key", 5),
        ('A = { zh = "甲", theme = "T", every = 0 }', "packs.wrong_value", 5),
        ('A = { zh = "甲", theme = "T", input = "crystal" }', "signdef.bad_input", 5),
        ('A = { zh = "甲", theme = "T", formula = "A + 1" }', "signdef.formula_cycle", 5),
        ('A = { zh = "甲", theme = "T", formula = "B +" }', "signdef.formula_odd", 5),
        ('A = { zh = "甲", theme = "T", formula = "Z * 2" }', "signdef.no_sign", 5),
        ('A = { zh = "甲", theme = "T", formula = "x * 2" }', "signdef.no_own", 5),
        ('A = { zh = "甲", theme = "T", thresholds = [{ level = 1 }] }', "signdef.no_bound", 5),
        ('A = { zh = "甲", theme = "T", measure = "import os" }', "signdef.bad_measure", 5),
        ('x = { zh = "甲", theme = "T" }', "signdef.bad_code", 5),
        (
            'A = { zh = "甲", theme = "T", unit = "h", formula = "B" }\nB = { zh = "乙", theme = "T", unit = "件" }',
            "signdef.formula_unit",
            5,
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_line(tmp_path: Path, line: str, why: str, at: int) -> None:
    (tmp_path / "own.toml").write_text(HEAD + line + "\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        read_signs("own", tmp_path)
    said = error.value.message
    assert (said.params["what"].id, said.params["line"]) == (why, at)  # type: ignore[attr-defined]
    assert "{" not in str(error.value)


def test_a_pack_without_signs_has_none_and_an_unknown_name_is_refused(tmp_path: Path) -> None:
    assert read_signs("", tmp_path).signs == ()
    with pytest.raises(UserError):
        read_signs("none_of_that_name", tmp_path)
