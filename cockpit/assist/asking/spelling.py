"""What was meant by what was written: pinyin in full or by initials, same sounds, like shapes, a letter too many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from cockpit.assist.asking.lexicon import Entry, Lexicon, words
from cockpit.assist.asking.times_en import KNOWN
from cockpit.assist.asking.tokens import is_chinese, stem
from cockpit.model.pinyin import pinyin

SAME_SOUND, LIKE_SOUND, LIKE_SHAPE, OTHER = 0.9, 1.2, 1.1, 1.5
"""What it costs to read another word than was written."""
_MENDED = ("area", "kind", "channel", "unit_kind", "atom", "dim", "sign", "stage", "level")
_TIMES = words()["times"]["zh"].split()
_SINGLE = words()["times"]["single"]
_DIGITS = "一二三四五六七八九十两"
_TENS = [tens + digit for tens in ("", "十", "二十") for digit in _DIGITS[:9]]
_NUMBERS = [*_TENS[:9], "十", *_TENS[9:18], "二十", *_TENS[18:], "三十", "三十一"]
_COUNTED = words()["times"]["counted"].split()
_LIKELY = {"dim": 1, "unit_kind": 1, "kind": 2, "sign": 3, "filler": 10}
_SHORT = ("week", "weeks", "year", "month", "today")
_NOT = set("未没不无")
"""What turns a meaning round is never read into a text."""
_KEPT = set("各每哪最未没不无前后除非超同环首末一二三四五六七八九十两半")
"""Characters that say too much to be a slip of the pen."""
_ASKING, _TURNING = set("几谁哪各每最未没不无第按分和与及"), set("未没不无各每哪最非除")
"""Characters that are not lost, and that are not brought in, whatever else is mended."""
_LIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("l", "n"), ("h", "f"))


def _sound(char: str) -> str:
    return pinyin(char)[0] if is_chinese(char) else char


def _like(syllable: str) -> str:
    for one, other in _LIKE:
        if len(one) > 1 and len(other) < len(one):
            syllable = syllable.replace(one, other)
        elif syllable.startswith(one):
            syllable = other + syllable[1:]
    return syllable


class Spelling:
    """Ways from what is written to words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._surfaces = self._chinese()

    def _chinese(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entries in self.lexicon.entries.values():
            for entry in entries:
                if all(map(is_chinese, entry.surface)):
                    found.setdefault(entry.surface, []).append(entry)
        return found

    def _mended(self) -> Iterator[str]:
        """Words that others are read as: names and what a question is about; no fillers."""
        for surface, entries in self._surfaces.items():
            if 1 < len(surface) < 9 and any(
                entry.type in _MENDED and not ((entry.type == "area" and entry.rank == 3) or self._is_cell(entry))
                for entry in entries
            ):
                yield surface
        yield from _TIMES

    def _is_cell(self, entry: Entry) -> bool:
        return entry.type == "area" and entry.value in self.lexicon.areas and self.lexicon.areas[entry.value].tier > 2

    @cached_property
    def _sounds(self) -> tuple[dict[tuple[str, ...], str], dict[tuple[str, ...], str]]:
        same: dict[tuple[str, ...], str] = {}
        like: dict[tuple[str, ...], str] = {}
        unsure: set[tuple[str, ...]] = set()
        for surface in self._mended():
            sounds = tuple(map(_sound, surface))
            there = same.get(sounds)
            if there is None or self._likelier(surface, there):
                same[sounds] = surface
            near = tuple(map(_like, sounds))
            if like.setdefault(near, surface) != surface:
                unsure.add(near)
        return same, {near: surface for near, surface in like.items() if near not in unsure}

    def _likelier(self, surface: str, other: str) -> bool:
        """Of two that sound alike: what is asked by is meant before what is done."""
        one, two = (self._surfaces.get(word) for word in (surface, other))
        return bool(one and two) and min(map(self._weight, one or ())) < min(map(self._weight, two or ()))

    @cached_property
    def _holes(self) -> dict[str, str]:
        """Words of three characters and more with one of them left open; what two words share is none's."""
        found: dict[str, str] = {}
        for surface in self._mended():
            if len(surface) > 2:
                for i in range(len(surface)):
                    for hole in {surface[:i] + "*" + surface[i + 1 :], surface[:i] + surface[i + 1 :] + "-"}:
                        found[hole] = surface if found.get(hole, surface) == surface else ""
        return {hole: surface for hole, surface in found.items() if surface}

    @cached_property
    def _shapes(self) -> dict[str, str]:
        return {char: pair[0] for pair in words()["shapes"]["pairs"] for char in pair}

    @cached_property
    def _shaped(self) -> dict[str, str]:
        return {self._shape(surface): surface for surface in self._mended()}

    def _shape(self, text: str) -> str:
        return "".join(self._shapes.get(char, char) for char in text)

    def mended(self, text: str) -> Iterator[tuple[str, float]]:
        """Words that a stretch of Chinese could be, and what each costs; none loses or brings what says too much."""
        for surface, cost in self._near(text):
            if not set(text) & _ASKING - set(surface) and not set(surface) & _TURNING - set(text):
                yield surface, cost

    def _near(self, text: str) -> Iterator[tuple[str, float]]:
        if len(text) < 2 or text in self._surfaces or text in _TIMES or (len(text) == 2 and text[0] in "最未没不无第"):
            return
        same, like = self._sounds
        sounds = tuple(map(_sound, text))
        if sounds in same:
            yield same[sounds], SAME_SOUND
        elif (near := tuple(map(_like, sounds))) in like:
            yield like[near], LIKE_SOUND
        if (shaped := self._shaped.get(self._shape(text))) is not None and shaped != text:
            yield shaped, LIKE_SHAPE
        if len(text) > 2:
            for i in (i for i, char in enumerate(text) if char not in _KEPT):
                hole = self._holes.get(text[:i] + "*" + text[i + 1 :], "")
                if hole and hole[i] not in _KEPT:
                    yield hole, OTHER
                inner = 0 < i < len(text) - 1 or text[i] in (text[i - 1], text[(i + 1) % len(text)])
                if (
                    inner
                    and (surface := text[:i] + text[i + 1 :]) in self._surfaces
                    and len(surface) > 2
                    and self._is_mended(surface)
                ):
                    yield surface, OTHER
                swapped = text[:i] + text[i : i + 2][::-1] + text[i + 2 :]
                if swapped != text and swapped in self._surfaces and self._is_mended(swapped):
                    yield swapped, OTHER
        whole = self._holes.get(text + "-", "")
        if len(whole) > 2 and not set(whole) & _NOT - set(text):
            yield whole, OTHER + 0.2

    def _is_mended(self, surface: str) -> bool:
        return any(entry.type in _MENDED and not self._is_cell(entry) for entry in self._surfaces[surface])

    # -- Latin letters -----------------------------------------------------------------------------------------------

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """Chinese by its pinyin without spaces; of words that sound alike the one with the likelier meaning."""
        found: dict[str, tuple[int, str]] = {}
        fillers = [
            surface
            for surface, entries in self._surfaces.items()
            if any(entry.type in (*_MENDED, "filler") and not self._is_cell(entry) for entry in entries)
            and (len(surface) > 1 or surface in _SINGLE)
        ]
        for surface in (*self._mended(), *fillers, *_numbered(), *_SINGLE):
            key = "".join(pinyin(surface))
            if len(surface) == 1 and surface in _SINGLE and (key not in found or len(found[key][1]) > 1):
                found[key] = (-1, surface)
                continue
            rank = min((self._weight(entry) for entry in self._surfaces.get(surface, ())), default=0)
            if key not in found or rank < found[key][0]:
                found[key] = (rank, surface)
        return {key: surface for key, (_, surface) in found.items()}

    def _weight(self, entry: Entry) -> int:
        """The lower, the likelier among words that sound alike: areas and what is asked by before what is done."""
        if entry.type == "area" and entry.value in self.lexicon.areas:
            return 2 * self.lexicon.areas[entry.value].tier
        if entry.type == "atom" and set(entry.value) & {"REPORT", "SAME", "CASES"}:
            return 9
        return 0 if len(entry.surface) == 1 else _LIKELY.get(entry.type, 4)

    @cached_property
    def _initials(self) -> dict[str, str]:
        """Districts, classes and measures by the first letters of their syllables."""
        found: dict[str, tuple[int, str]] = {}
        for surface, entries in self._surfaces.items():
            for entry in entries:
                tier = (
                    self.lexicon.areas[entry.value].tier
                    if entry.type == "area" and entry.value in self.lexicon.areas
                    else 9
                )
                rank = 0 if tier == 1 else 1 if tier == 2 else 2 if entry.type == "kind" else 9
                if rank > 8 or not 1 < len(surface) < 7:
                    continue
                key = "".join(syllable[0] for syllable in pinyin(surface))
                if key not in found or rank < found[key][0]:
                    found[key] = (rank, surface)
        return {key: surface for key, (_, surface) in found.items()}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._spelled), default=0)

    def chinese(self, letters: str, breaks: frozenset[int] = frozenset()) -> str | None:
        """The Chinese that a run of Latin letters spells, None where it spells none.

        Args:
            breaks: where it was written apart; no word begins within one part and ends in another.
        """
        letters = letters.replace("'", "").replace("ü", "v")
        size = len(letters)
        best: list[tuple[float, str] | None] = [(0.0, ""), *[None] * size]
        for start in range(size):
            here = best[start]
            if here is None:
                continue
            for end in range(start + 1, min(size, start + self._longest) + 1):
                surface = self._spelled.get(letters[start:end])
                if surface is None:
                    continue
                if breaks and any(start < at < end for at in breaks) and not {start, end} <= breaks | {size}:
                    continue
                there = best[end]
                cost = here[0] + (1.0 if len(surface) > 1 else 1.2 if surface in "的是了有在和与比" else 1.6)
                if there is None or cost < there[0]:
                    best[end] = (cost, here[1] + surface)
        found = best[size]
        if found is not None:
            return found[1]
        return self._initials.get(letters) if size > 1 else None

    def _declines(self, known: str) -> bool:
        entries = self.lexicon.entries.get((known,), ())
        return bool(entries) and all(entry.type == "decline" for entry in entries)

    def english(self, word: str) -> str | None:
        """The known English word that another is likely to be meant for; None none, or two as likely."""
        root = stem(word)
        if len(root) < 4:
            return None
        most = 1 if len(root) < 7 else 2
        found: dict[int, set[str]] = {}
        for known in (*self.lexicon.english, *KNOWN):
            if len(known) < 3 or abs(len(known) - len(word)) > most + 1:
                continue
            if known[0] != word[0] and sorted(known[:2]) != sorted(word[:2]):
                continue
            forms = [(root, known), (word, known)]
            if word.endswith("s"):
                forms.append((word, known + "s"))
            away = min(_away(one, other, most) for one, other in forms)
            likely = (
                known in _SHORT
                or len(root) > 4
                or len(word) > 5
                or abs(len(known) - len(root)) == 1
                or sorted(known) == sorted(root)
            )
            if away <= most and likely:
                found.setdefault(away, set()).add(known)
        if not found:
            return None
        nearest = found[min(found)]
        nearest = {known for known in nearest if not self._declines(known)} or nearest
        alone = {known for known in nearest if (known,) in self.lexicon.entries or known in KNOWN}
        nearest = alone or nearest
        swaps = {known for known in nearest if sorted(known) == sorted(root)}
        lost = {known for known in nearest if len(known) == len(root) + 1 and root in _less_one(known)}
        nearest = swaps or lost or nearest
        return min(nearest, key=lambda known: (len(known) != len(root), known)) if len(nearest) < 4 else None


def _less_one(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))}


def _numbered() -> Iterator[str]:
    """Numbers with what they count, which pinyin has in one word."""
    yield from (number + "点" for number in _NUMBERS[:24])
    yield from (number + tail for number in _NUMBERS for tail in ("号", "日"))
    yield from (number + tail for number in (*_DIGITS, "二十", "三十", "四十", "五十") for tail in _COUNTED)
    tails = ("", "天", "名", "类", "个", "位", "个月", "周", "小时")
    yield from (first + number + tail for first in ("前", "最近", "近") for number in _DIGITS for tail in tails)
    yield from (f"{one}{month}到{other}月" for month in ("", "月") for one in _NUMBERS[:12] for other in _NUMBERS[:12])
    yield from (f"{year}头{number}个月" for year in ("", "今年", "去年") for number in _DIGITS)
    yield from (f"{number}百人以上" for number in _DIGITS)
    yield from (f"{tens}公分以上" for tens in ("二十", "三十", "四十", "五十"))
    yield from (f"{month}月{day}{tail}" for month in _NUMBERS[:12] for day in _NUMBERS for tail in ("号", "日"))


def _away(one: str, other: str, most: int) -> int:
    """Letters put in, left out, changed or swapped between two words; more than `most`: at least so many."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]
