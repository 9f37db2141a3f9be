"""The words of a city are ready without the dictionary of pinyin, which is read by the first who writes it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cockpit.assist.asking.lexicon import Lexicon
from cockpit.geo.areas import Areas
from cockpit.model.signs import SignSet
from cockpit.packs.read import read_pack

PACKS = ("hangzhou", "lujiazui")
ALONE = """
import sys
from cockpit.assist.asking.lexicon import Lexicon
from cockpit.geo.areas import Areas
from cockpit.model.signs import SignSet
from cockpit.packs.read import read_pack
pack = read_pack("hangzhou")
assert Lexicon(pack, Areas.load(pack.folder), SignSet(), {}, ["文晖路近德胜路"]).entries
print("pypinyin" in sys.modules)
"""


@pytest.mark.parametrize("name", PACKS)
def test_areas_that_the_pack_spells_are_said_as_the_dictionary_says_them(name: str) -> None:
    pack = read_pack(name)
    areas = Areas.load(pack.folder)
    by_pack, by_dictionary = (Lexicon(pack, given, SignSet(), {}) for given in (areas, list(areas)))
    assert by_pack.entries == by_dictionary.entries
    assert by_pack.spaced == by_dictionary.spaced
    assert by_pack.heads == by_dictionary.heads


def test_the_words_of_a_city_are_ready_without_the_dictionary() -> None:
    said = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.strip() == "False"
