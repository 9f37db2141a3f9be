"""The classes that ship: numbering of the standard, words of both languages, symbols that exist."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from cockpit.model import city
from cockpit.model.city import Pack
from cockpit.packs import schema
from cockpit.packs.read import read_pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack("hangzhou")


def test_the_schema_allows_what_the_model_names() -> None:
    assert get_args(schema.Pattern) == city.PATTERNS
    assert get_args(schema.Shape) == city.SHAPES
    assert get_args(schema.Basis) == city.BASES


def test_codes_are_of_the_standards_form(pack: Pack) -> None:
    assert all(re.fullmatch(r"[EP]\d{4}|H\d{2}", code) for code in pack.kinds)
    assert len(pack.kinds) > 130


def test_all_national_events_of_the_notes_are_there(pack: Pack) -> None:
    national = {
        "01": "01 02 03 04 05 06 07 08 10 11 12 13 14 17 18 19 20 21 22 25 26 28 29 30 31 32 33 35 36 37 38",
        "02": "01 02 03 04 05 06 07",
        "03": "01 02 03 04 05 06 07 08 09 10 11 12",
        "04": "01 02 04 05 06 10",
        "05": "01 02 03 04 05 06 07 08",
        "06": "02 04",
    }
    codes = {f"E{group}{code}" for group, row in national.items() for code in row.split()}
    assert len(codes) == 66
    assert codes <= pack.kinds.keys()
    assert all(pack.kinds[code].basis == "G" for code in codes)


def test_our_own_classes_count_down_from_99_and_say_that_they_are_ours(pack: Pack) -> None:
    own = [kind for kind in pack.kinds.values() if kind.basis == "O"]
    assert {"电梯困人", "停电", "信号灯故障", "火情", "基坑渗漏", "树木倒伏"} <= {kind.name["zh"] for kind in own}
    by_group: dict[str, list[int]] = {}
    for kind in own:
        by_group.setdefault(kind.group_code, []).append(int(kind.code[-2:]))
    for numbers in by_group.values():
        assert sorted(numbers, reverse=True) == list(range(99, 99 - len(numbers), -1))


def test_every_kind_has_both_languages_a_source_and_whole_facts(pack: Pack) -> None:
    for kind in pack.kinds.values():
        assert kind.name["zh"]
        assert kind.name["en"]
        assert kind.group["en"]
        assert kind.source
        assert 1 <= kind.level <= 5
        assert bool(kind.fact) == bool(kind.unit)


def test_flooding_carries_its_depth_and_a_trapped_lift_its_people(pack: Pack) -> None:
    assert (pack.kind("E0506").fact["zh"], pack.kind("E0506").unit) == ("积水深度", "cm")
    assert (pack.kind("E0599").fact["zh"], pack.kind("E0599").unit) == ("被困人数", {"zh": "人", "en": "people"})


def test_appeals_are_the_five_of_the_hotline(pack: Pack) -> None:
    appeals = [kind.name["zh"] for kind in pack.kinds.values() if kind.group_code == "H"]
    assert appeals == ["投诉", "求助", "咨询", "举报", "建议"]


def test_units_have_the_shapes_of_the_symbols(pack: Pack) -> None:
    assert [unit.shape for unit in pack.unit_kinds.values()] == list(city.SHAPES)
    assert pack.unit_kind("grid").on_foot
    assert not pack.unit_kind("fire").on_foot


def test_sensors_warn_inside_of_what_is_believed(pack: Pack) -> None:
    for sensor in pack.sensor_kinds.values():
        assert sensor.low < sensor.high
        assert sensor.warn is None or sensor.low < sensor.warn < sensor.high
