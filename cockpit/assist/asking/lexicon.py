"""The vocabulary: everyday words of assets/asking, and the names of the pack, its areas, units, signs and roads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from cockpit.assist.asking.tokens import is_chinese, is_word, stem, units_of
from cockpit.geo.areas import Area, Areas
from cockpit.model.city import Pack
from cockpit.model.signs import SignSet
from cockpit.paths import assets_dir

Meaning = tuple[str, Any]
_SUFFIXES = ("街道", "区", "镇", "社区", "乡", "县", "市")
_STAGE_TAILS = ("环节", "阶段", "中", "状态", "步骤", "这一步", "这个环节", "这一环节", "那一步", "节点")
_STAGE_HEADS = ("卡在", "停在", "在", "待", "停留在", "处于", "正在")
_ROAD = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:大道|大街|路|街|巷|弄|桥|堤|里|立交)")


class Entry(msgspec.Struct, frozen=True):
    """What a word means; rank: the lower, the likelier of two that are written alike."""

    type: str
    value: Any
    surface: str
    rank: int = 0


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """assets/asking/words.toml."""
    return tomllib.loads((assets_dir() / "asking" / "words.toml").read_text("utf-8"))


def key_of(surface: str) -> tuple[str, ...]:
    """The letters and words that a surface is made of, as a text is looked up."""
    return tuple(stem(unit.text) if is_word(unit.text) else unit.text for unit in units_of(surface.lower()))


class Lexicon:
    """All words, by their letters.

    Attributes:
        entries: by `key_of`. heads: longest key by its first part.
        english: stems that are known. spaced: syllables of names in pinyin.
        facts: classes by the name of their own number. areas, signs, units, roads: what is named.
    """

    def __init__(
        self, pack: Pack, areas: Iterable[Area], signs: SignSet, units: Mapping[str, tuple[str, str]],
        places: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """
        Args:
            units: (name, kind) by key. places: as records have them, of which roads are taken.
        """
        self.entries: dict[tuple[str, ...], list[Entry]] = {}
        self.heads: dict[str, int] = {}
        self.english: set[str] = set()
        self.spaced: set[str] = set()
        self.facts: dict[str, set[str]] = {}
        self.pack = pack
        self.areas = {area.code: area for area in areas}
        self._spelled = _spelled(areas)
        self._plain_words()
        self._of_pack(pack)
        self._of_areas(pack)
        self._of_signs(signs)
        self._of_units(units)
        self._of_places(places)
        for found in self.entries.values():
            found.sort(key=lambda entry: entry.rank)

    def put(self, surface: str, type: str, value: Any, rank: int = 0, is_english: bool = True) -> None:
        key = key_of(surface)
        if not key:
            return
        found = self.entries.setdefault(key, [])
        if any(entry.type == type and entry.value == value for entry in found):
            return
        found.append(Entry(type, value, surface.lower(), rank))
        self.heads[key[0]] = max(self.heads.get(key[0], 0), len(key))
        (self.english if is_english else self.spaced).update(part for part in key if is_word(part))

    def _all(self, table: Mapping[str, Any], type: str, rank: int = 0, value: Any = None) -> None:
        for code, said in table.items():
            for surface in (*said["zh"], *said.get("en", ())):
                self.put(surface, type, code if value is None else value(code), rank)

    def _plain_words(self) -> None:
        said = words()
        self._all(said["atoms"], "atom", 2, lambda code: tuple(code.split()))
        self._all(said["dims"], "dim", 3)
        self._all(said["declines"], "decline", 1)
        self._all(said["kinds"], "kind", 1, lambda code: tuple(code.split()))
        self._all(said["groups"], "kind", 2, lambda code: (code,))
        self._all(said["channels"], "channel", 1)
        self._all(said["unit_kinds"], "unit_kind", 2)
        self._all(said["levels"], "level", 1, lambda code: tuple(map(int, code.split())))
        self._all(said["stages"], "stage", 0, lambda code: tuple(code.split()))
        self._all(said["results"], "result", 1)
        self._all(said["signs"], "sign", 1)
        for surface in (*said["fillers"]["zh"], *said["fillers"]["en"]):
            if key_of(surface) not in self.entries:
                self.put(surface, "filler", None, 5)
        for surface in (*said["others"]["zh"], *said["others"]["en"]):
            self.put(surface, "other", surface, 4)

    def _of_pack(self, pack: Pack) -> None:
        for code, kind in pack.kinds.items():
            for lang, name in kind.name.items():
                for surface in _variants(name) if lang == "zh" else (name,):
                    self.put(surface, "kind", (code,), 0)
            for name in kind.group.values():
                self.put(name, "kind", (kind.group_code,), 1)
            for name in kind.fact.values():
                self.facts.setdefault(name.lower(), set()).add(code)
                self.put(name, "atom", ("AMOUNT",), 3)
        for id, channel in pack.channels.items():
            for name in channel.name.values():
                self.put(name, "channel", id, 1)
        for id, unit in pack.unit_kinds.items():
            for name in unit.name.values():
                self.put(name, "unit_kind", id, 1)
        for rule in pack.loop.stages:
            if not rule.name or rule.id == "closed":
                continue
            zh, en = rule.name["zh"], rule.name.get("en", "").lower()
            for surface in (*(zh + tail for tail in _STAGE_TAILS), *(head + zh for head in _STAGE_HEADS)):
                self.put(surface, "stage", (rule.id,), 0)
            for tail in _STAGE_TAILS:
                for head in _STAGE_HEADS:
                    self.put(head + zh + tail, "stage", (rule.id,), 0)
            for surface in (f"{en} stage", f"stage {en}", f"at {en}", f"in {en}", f"the {en} stage", f"{en} step"):
                self.put(surface, "stage", (rule.id,), 0)

    def _of_areas(self, pack: Pack) -> None:
        by_name: dict[str, list[Area]] = {}
        for area in self.areas.values():
            by_name.setdefault(area.name, []).append(area)
            short = _short(area.name)
            if (area.tier <= 2 and len(short) > 1) or (area.tier == 3 and len(short) > 2):
                by_name.setdefault(short, []).append(area)
        for name, found in by_name.items():
            found.sort(key=lambda area: (area.tier, area.code))
            best = found[0]
            exact = name == best.name
            short_community = best.tier == 3 and not exact
            if short_community and (_ROAD.fullmatch(name) or key_of(name) in self.entries):
                continue
            self.put(name, "area", best.code, 0 if exact else 3 if short_community else 1)
        for area in self.areas.values():
            if area.tier > 2:
                continue
            syllables = self._spelled.get(area.code) or _syllables(_short(area.name))
            for spelled in ("".join(syllables), " ".join(syllables)):
                if not spelled or (area.tier == 2 and key_of(spelled) in self.entries):
                    continue
                self.put(spelled, "area", area.code, area.tier, " " not in spelled)
                tails = ((), ("city",), ("district", "qu"), ("street", "subdistrict", "sub-district", "jiedao", "town"))
                for tail in tails[area.tier + 1] if area.tier < 3 else ():
                    self.put(f"{spelled} {tail}", "area", area.code, 0, " " not in spelled)
            if area.tier == 2:
                for tail in ("street", "subdistrict", "sub-district", "jiedao", "town"):
                    for spelled in ("".join(syllables), " ".join(syllables)):
                        self.put(f"{spelled} {tail}", "area", area.code, 0, " " not in spelled)
        city = next((area for area in self.areas.values() if area.tier == 0), None)
        code = city.code if city else ""
        own = {
            pack.name["zh"],
            _short(city.name) if city else "",
            "全市",
            "全城",
            "市里",
            "本市",
            "我市",
            "整个城市",
            "咱们市",
            "我们市",
            "咱市",
            "我们城市",
            "咱们杭州",
            "全杭州市",
        }
        own |= {"全杭州", "全市范围", "整个杭州", "市区", *(name.lower() for name in pack.name.values())}
        own |= {"the city", "whole city", "city-wide", "citywide", "entire city", "the whole city", "city"}
        for name in own - {""}:
            self.put(name, "area", code, 0)

    def _of_signs(self, signs: SignSet) -> None:
        self.signs = {sign.code: sign for sign in signs.signs}
        for sign in signs.signs:
            for name in sign.name.values():  # what is made of records the archive tells of any period
                if len(key_of(name)) > 1 and sign.input not in ("events", "cases", "orders"):
                    self.put(re.sub(r"\(.*?\)|（.*?）", "", name).strip(), "sign", sign.code, 4)
        for entries in self.entries.values():
            entries[:] = [e for e in entries if e.type != "sign" or e.value in self.signs] or entries

    def _of_units(self, units: Mapping[str, tuple[str, str]]) -> None:
        self.units = dict(units)
        for key, (name, kind) in units.items():
            if not self.pack.unit_kind(kind).on_foot:  # a walker's name is a person's
                self.put(name, "unit", key, 0)
                plainer = re.sub(r"(\D)0+(\d)", r"\1\2", name)
                number = re.sub(r"\D", "", name)
                for kind_name in self.pack.unit_kind(kind).name.values() if number else ():
                    self.put(f"{kind_name} {number}", "unit", key, 1)
                    self.put(f"{kind_name} {number.lstrip('0')}", "unit", key, 1)
                last = name.rpartition(" ")[2]
                if not any(map(is_chinese, last)):  # 1-11
                    for kind_name in self.pack.unit_kind(kind).name.values():
                        self.put(f"{kind_name} {last}", "unit", key, 0)
                elif last != name and len(last) > 2:  # 丁兰站
                    self.put(last, "unit", key, 0)
                for tail in ("", "号", "队", "号车"):
                    self.put(plainer + tail, "unit", key, 0)
                    self.put(name + tail, "unit", key, 0)

    def _of_places(self, places: Iterable[str]) -> None:
        roads: set[str] = set()
        for place in places:
            for name in re.split(r"近| × |[ ,，、×]", place):
                if 2 < len(name) < 10 and is_chinese(name[0]):
                    roads.add(name)
        self.roads = roads
        for name in roads:
            if key_of(name) not in self.entries:
                self.put(name, "place", name, 1)
        self._spelled_roads: dict[str, str] | None = None

    def road(self, spelled: str) -> str:
        """The road that a Latin spelling without its `road` is of, "" none."""
        if self._spelled_roads is None:
            from cockpit.model.pinyin import pinyin

            self._spelled_roads = {
                "".join(pinyin(re.sub(r"(大道|大街|路|街|巷|弄)$", "", name))): name for name in sorted(self.roads)
            }
        return self._spelled_roads.get(spelled, "")


def _spelled(areas: Iterable[Area]) -> dict[str, tuple[str, ...]]:
    """Syllables of the short names of the larger areas, where the pack keeps how its areas are spelled: the dictionary
    takes as much memory as a city's year, and is read by the first who writes pinyin."""
    if not isinstance(areas, Areas):
        return {}
    rows = [area for area in areas if area.tier <= 2 and all(map(is_chinese, area.name))]
    spelled = areas.spelled(rows) or ()
    said = {area.code: tuple(one.partition("|")[0].split()) for area, one in zip(rows, spelled, strict=False)}
    return {
        area.code: said[area.code][: len(_short(area.name))]
        for area in rows
        if len(said.get(area.code, ())) == len(area.name)
    }


def _syllables(name: str) -> tuple[str, ...]:
    from cockpit.model.pinyin import pinyin

    return pinyin(name)


def _short(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) > 1:
            return name.removesuffix(suffix)
    return name


def _variants(name: str) -> set[str]:
    """A class's name, and its halves where it lists two things."""
    bare = re.sub(r"（.*?）", "", name)
    found = {name, bare}
    if "、" in bare:
        first, _, last = bare.partition("、")
        if len(first) > 3 and len(last) > 3:
            found |= {first, last}
        found.add(bare.replace("、", ""))
    return found
