"""Divides a text into words: of all ways through it the one that costs least, long words before short ones."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from cockpit.assist.asking.counted import numbers_at
from cockpit.assist.asking.lexicon import Entry, Lexicon, key_of
from cockpit.assist.asking.months_en import MONTHS
from cockpit.assist.asking.numbers import DIGITS, ENGLISH
from cockpit.assist.asking.spelling import Spelling
from cockpit.assist.asking.times import Said, Times
from cockpit.assist.asking.times_en import KNOWN, PLAIN
from cockpit.assist.asking.tokens import Token, Unit, is_chinese, is_word, plain, stem, units_of
from cockpit.model.asking import Correction

_COST = {"filler": 0.55, "unknown": 3.0, "other": 0.5, "decline": 0.8, "place": 0.85, "time": 0.7, "hours": 0.75}
_LONGEST = 8
_NO_SLIPS = KNOWN | PLAIN | set(ENGLISH)
_SHORT_WORDS = (
    "half",
    "last",
    "this",
    "week",
    "year",
    "were",
    "what",
    "have",
    "many",
    "case",
    "june",
    "july",
    "rate",
    "hour",
    "came",
)
"""English words that one letter may be missing of."""
_OWNS = re.compile(
    r"\b(quarter|half|q[1-4]|h[12]|winter|summer|spring|autumn|fall|weeks|days|months|hours|years|day|festival|holiday|eve)(?:'s|')(?= )"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:大道|路|隧道|高架|立交|大桥)(?:沿线|附近|一带|周边|上|口|段)?")
_ROAD = re.compile(r"(?<![a-z])(?P<n>[a-z]+(?: [a-z]+){0,2}) (?:road|rd|avenue|ave|lane|boulevard|lu)\b")


_PARTED = re.compile(
    r"(?P<a>停|断|着|起|失|爆|倒|撞|漏|积|塌|走|跳)(?:了|过|出)?(?P<c>(?:多少|几)(?:次|回|起|场|处|棵|件|根|个|趟))(?P<b>[电火管树车气水方闸])"
)
_COUNTS = tuple("月日点年时分%个件起天周小")
_HYPHENED = re.compile(r"(?<![a-z0-9-])[a-z]{2,}(?:-[a-z]{2,})+(?![a-z0-9-])")


class Divided:
    """A text divided: its words in order, what was read for what was written."""

    def __init__(self, text: str, tokens: list[Token], corrected: list[Correction]) -> None:
        self.text, self.tokens, self.corrected = text, tokens, corrected


_OWN_WORDS = "区类超零没不未"
"""Characters that are words: none is a slip of the pen that may be left out."""


class Lattice:
    """Divides texts with a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.spelling = Spelling(lexicon)

    def divide(self, text: str, times: Times) -> Divided:
        corrected: list[Correction] = []
        text = _OWNS.sub(r"\1", plain(text))
        text = self._mended_english(self._transcribed(self._parted(text), times, corrected), corrected)
        units = units_of(text)
        index = {unit.start: i for i, unit in enumerate(units)}
        ends = {unit.end: i + 1 for i, unit in enumerate(units)}
        size = len(units)
        best: list[tuple[float, int, tuple[Token, ...]] | None] = [None] * (size + 1)
        best[0] = (0.0, 0, ())
        for i, unit in enumerate(units):
            here = best[i]
            assert here is not None
            for tokens, cost in self._edges(text, units, i, times):
                end = ends.get(len(text[: tokens[-1].end].rstrip()))
                if end is None or index.get(tokens[0].start) != i:
                    continue
                there = best[end]
                if there is None or here[0] + cost < there[0] - 1e-9:
                    best[end] = (here[0] + cost, i, tokens)
            if best[i + 1] is None:
                best[i + 1] = (here[0] + 3.0, i, (Token(unit.start, unit.end, "unknown", None, unit.text),))
        found: list[Token] = []
        at = size
        while at:
            step = best[at]
            assert step is not None
            found[:0] = step[2]
            at = step[1]
        corrected += [Correction(one.said, one.read) for one in found if one.read]
        return Divided(text, found, corrected)

    def _parted(self, text: str) -> str:
        """Without the hyphens of words that are known apart only: yellow-level."""

        def parts(match: re.Match[str]) -> str:
            word = match.group()
            if word.endswith("-wise"):  # month-wise
                return f"by {word.removesuffix('-wise')}"
            return word if self._is_english(word) or word in KNOWN else word.replace("-", " ")

        return _HYPHENED.sub(parts, text)

    # -- ways on from a place ----------------------------------------------------------------------------------------

    def _edges(self, text: str, units: list[Unit], i: int, times: Times) -> Iterator[tuple[tuple[Token, ...], float]]:
        unit = units[i]
        yield (Token(unit.start, unit.end, "unknown", None, unit.text),), self._unknown(unit)
        for end, type, value in times.scan(text, unit.start):
            extra = 0.3 if isinstance(value, Said) and value.hours else 0.0
            yield (
                (Token(unit.start, end, type, value, text[unit.start : end]),),
                _COST.get(type, 0.8) + extra - 0.02 * (end - unit.start),
            )
        yield from numbers_at(text, unit.start)
        for end, entry in self._words(units, i):
            said = text[unit.start : end]
            if entry.type == "unit" and said[-1].isdigit() and text[end : end + 1] in _COUNTS:  # 环卫 6月份
                continue
            yield (Token(unit.start, end, entry.type, entry.value, said),), self._cost(entry, end - unit.start)
        if is_chinese(unit.text):
            yield from self._places(text, unit.start)
            yield from self._parted_words(text, unit.start)
            yield from self._mended(text, units, i, times)
        elif is_word(unit.text):
            yield from self._english(text, units, i)

    def _unknown(self, unit: Unit) -> float:
        if not any(map(str.isalnum, unit.text)):
            return 0.0
        return 1.2 if unit.text[0].isdigit() or unit.text in DIGITS else 3.0

    def _cost(self, entry: Entry, length: int) -> float:
        return _COST.get(entry.type, 0.75) - 0.03 * min(length, 12) + 0.004 * entry.rank

    def _words(self, units: list[Unit], i: int) -> Iterator[tuple[int, Entry]]:
        first = stem(units[i].text) if is_word(units[i].text) else units[i].text
        longest = self.lexicon.heads.get(first, 0)
        parts: list[str] = []
        for unit in units[i : i + longest]:
            parts.append(stem(unit.text) if is_word(unit.text) else unit.text)
            for entry in self.lexicon.entries.get(tuple(parts), ()):
                yield unit.end, entry

    def _parted_words(self, text: str, at: int) -> Iterator[tuple[tuple[Token, ...], float]]:
        """停了几次电: a class whose name has the number inside."""
        match = _PARTED.match(text, at)
        for entry in self.lexicon.entries.get(key_of(match["a"] + match["b"]), ()) if match else ():
            if match and entry.type == "kind":
                middle = match.start("c")
                named = Token(at, middle, "kind", entry.value, match["a"] + match["b"])
                yield (named, Token(middle, match.end(), "atom", ("COUNT",), match["c"])), 0.8

    def _places(self, text: str, at: int) -> Iterator[tuple[tuple[Token, ...], float]]:
        match = _PLACE.match(text, at)
        if match:
            name = re.sub(r"(沿线|附近|一带|周边|上|口|段)$", "", match.group())
            if name in self.lexicon.roads:
                yield (Token(at, match.end(), "place", name, match.group()),), 0.7

    def _english(self, text: str, units: list[Unit], i: int) -> Iterator[tuple[tuple[Token, ...], float]]:
        match = _ROAD.match(text, units[i].start)
        if match and (road := self.lexicon.road(match["n"].replace(" ", ""))):
            yield (Token(match.start(), match.end(), "place", road, match.group()),), 0.7

    def _mended_english(self, text: str, corrected: list[Correction]) -> str:
        """Known words in the place of English ones that are nearly so."""

        def word(match: re.Match[str]) -> str:
            written = match.group()
            if re.match(r" (?:road|rd|avenue|ave|lane)\b", text[match.end() : match.end() + 8]):
                return written
            if len(written) == 3 and not self._is_english(written) and written not in KNOWN and written not in MONTHS:
                short = [
                    known for known in _SHORT_WORDS if written in {known[:i] + known[i + 1 :] for i in range(1, 4)}
                ]
                if len(short) == 1 and written not in self.lexicon.spaced:
                    corrected.append(Correction(written, short[0]))
                    return short[0]
            if self._is_english(written) or len(written) < 4 or written in _NO_SLIPS or written in self.lexicon.spaced:
                return written
            read = self.spelling.english(written)
            if read is None:
                return written
            corrected.append(Correction(written, read))
            return read

        return re.sub(r"(?<![a-z0-9.])[a-z]+(?:['-][a-z]+)*(?![a-z0-9.]*\d)", word, text)

    def _mended(self, text: str, units: list[Unit], i: int, times: Times) -> Iterator[tuple[tuple[Token, ...], float]]:
        start = units[i].start
        for size in range(2, _LONGEST + 1):
            if i + size > len(units) or not is_chinese(units[i + size - 1].text):
                return
            end = units[i + size - 1].end
            if end - start != size:
                return
            written = text[start:end]
            for surface, cost in self.spelling.mended(written):
                if len(surface) < size and any(char in _OWN_WORDS and char not in surface for char in written):
                    continue  # 哪些区案件 is not 哪些案件
                for entry in self.lexicon.entries.get(key_of(surface), ()):
                    token = Token(start, end, entry.type, entry.value, written, surface)
                    yield (token,), self._cost(entry, size) + cost
                for reach, type, value in times.scan(surface, 0):
                    if reach == len(surface):
                        yield (Token(start, end, type, value, written, surface),), _COST.get(type, 0.8) + cost

    # -- pinyin ------------------------------------------------------------------------------------------------------

    def _transcribed(self, text: str, times: Times, corrected: list[Correction]) -> str:
        """Chinese in the place of what is pinyin: words that are no English, and all of a run that is mostly so."""

        def run(match: re.Match[str]) -> str:
            parts = match.group().split()
            unknown = [part for part in parts if not self._is_english(part)]
            if not unknown:
                return match.group()
            whole = (
                self.spelling.chinese("".join(parts), frozenset(accumulate(map(len, parts), initial=0)))
                if len(unknown) * 2 >= len(parts) and len(parts) > 1
                else None
            )
            if whole is not None:
                corrected.append(Correction(match.group(), whole))
                return whole
            read = [self.spelling.chinese(part) for part in parts]
            if all(read) and len(unknown) * 2 >= len(parts):
                made = "".join(filter(None, read))
                corrected.append(Correction(match.group(), made))
                return made
            if any(is_chinese(c) for c in text) or sum(map(bool, read)) * 2 > len(parts):
                made = " ".join(one if one and part in unknown else part for one, part in zip(read, parts, strict=True))
                if made != match.group():
                    corrected.append(Correction(match.group(), made))
                return made
            return match.group()

        if any(self._time_words(text, times)) and not any(map(is_chinese, text)):
            return text
        return re.sub(r"(?<![a-z0-9])[a-z]+(?:'[a-z]+)*(?: [a-z]+(?:'[a-z]+)*)*(?![a-z0-9.])", run, text)

    def _time_words(self, text: str, times: Times) -> Iterator[bool]:
        """Whether English words of time are in it, which pinyin has none of."""
        yield re.search(r"\b(today|yesterday|last|this|month|year|week|how|the|of|in|january|february|march|april|june|july|august|"
                        r"september|october|november|december|quarter|half|cases|which|and|for|by)\b", text) is not None  # fmt: skip

    def _is_english(self, word: str) -> bool:
        return stem(word) in self.lexicon.english
