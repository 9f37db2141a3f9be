"""Many names at once: which of them a typed word fits, as written, in pinyin or by initials; vectors, no loop."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.model.pinyin import pinyin, plain

Scores = NDArray[np.uint8]
EXACT, SPELLED, INITIALS = 100, 75, 70
"""The whole name as written, in pinyin, by initials."""
STARTS, SPELLED_STARTS, INITIALS_START = 80, 55, 50
INSIDE, SPELLED_INSIDE, INITIALS_INSIDE = 60, 40, 35
_LEAST_INSIDE = 3
"""Latin letters that a word needs to be looked for in the middle of a spelled name: fewer fit nearly everything."""
_END = 10
_TOKEN = re.compile(r"[\u4e00-\u9fff]|[^\u4e00-\u9fff]+")


_MANY = {
    "长": ("chang", "zhang"), "朝": ("chao", "zhao"), "都": ("du", "dou"), "行": ("hang", "xing"),
    "重": ("chong", "zhong"), "乐": ("le", "yue"), "厦": ("xia", "sha"), "弄": ("nong", "long"), "堡": ("bao", "pu"),
    "藏": ("cang", "zang"), "单": ("dan", "shan"), "柏": ("bai", "bo"), "泊": ("bo", "po"), "番": ("pan", "fan"),
    "六": ("liu", "lu"), "降": ("jiang", "xiang"), "盛": ("sheng", "cheng"), "宿": ("su", "xiu"),
    "蚌": ("beng", "bang"), "曾": ("ceng", "zeng"), "仇": ("chou", "qiu"), "尉": ("wei", "yu"), "沈": ("shen", "chen"),
    "浒": ("hu", "xu"), "薄": ("bo", "bao"),
}  # fmt: skip
"""Characters of names with more than one reading: a dictionary of phrases does not know how a street is called."""
_MOST_READINGS = 4
_OR = "|"


def spelling(names: Iterable[str]) -> list[str]:
    """Each name's syllables with spaces between them, "" for one without Chinese; what packs keep of their names.

    Where a character has more readings than one, further spellings follow behind a `|`.
    """
    return [_OR.join(" ".join(said).replace("\n", " ").replace(_OR, " ") for said in _readings(n)) for n in names]


def _readings(name: str) -> list[tuple[str, ...]]:
    """The syllables of a name as the dictionary says them, then with other readings of its characters."""
    said = pinyin(name)
    tokens = _TOKEN.findall(plain(name).replace(" ", ""))
    if len(tokens) != len(said) or not any(token in _MANY for token in tokens):
        return [said]
    choices = [
        tuple(dict.fromkeys((syllable, *_MANY.get(token, ())))) for token, syllable in zip(tokens, said, strict=True)
    ]
    return list(itertools.islice(itertools.product(*choices), _MOST_READINGS))


class _Text:
    """Lines of a text as one array of code points, each line behind an end of line.

    Attributes:
        owner: int32, of which name each line tells.
    """

    def __init__(self, codes: NDArray[np.uint32] | NDArray[np.uint8]) -> None:
        self.codes = codes
        ends = np.flatnonzero(codes == _END)
        self.starts, self.ends = ends[:-1] + 1, ends[1:]
        self.owner = np.arange(len(self.starts), dtype=np.int32)
        self._line = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, append=len(codes)))

    def find(self, word: str) -> NDArray[np.intp]:
        """Where the word stands."""
        n = len(word)
        at = np.flatnonzero(self.codes[: max(len(self.codes) - n + 1, 0)] == ord(word[0]))
        for k in range(1, n):
            at = at[self.codes[at + k] == ord(word[k])]
        return at

    def rate(self, at: NDArray[np.intp], size: int, scores: Scores, exact: int, starts: int, inside: int) -> None:
        """Raises the scores of the lines in which the places lie; `inside` 0 leaves out all but beginnings."""
        line = self._line[at]
        first = at == self.starts[line]
        whole = first & (at + size == self.ends[line])
        # from the least to the greatest: of a line that has several the last one stays
        for lines, score in (
            (line[~first] if inside else line[:0], inside),
            (line[first], starts),
            (line[whole], exact),
        ):
            owners = self.owner[lines]
            scores[owners] = np.maximum(scores[owners], score)


class NameIndex:
    """Names in the order given.

    Args:
        names: as they are written.
        spelled: `spelling` of them, kept from an earlier time; None has it made now, some tens of µs a name.
    """

    def __init__(self, names: Sequence[str], spelled: Sequence[str] | None = None) -> None:
        self._size = len(names)
        written = "\n".join(name.replace("\n", " ") for name in names)
        written = unicodedata.normalize("NFKC", written).lower()
        self._written = _Text(np.frombuffer(f"\n{written}\n".encode("utf-32-le"), np.uint32))
        said = "\n".join(spelling(names) if spelled is None else spelled)
        codes = np.frombuffer(f"\n{said}\n".encode("ascii", "replace"), np.uint8).copy()
        others = codes == ord(_OR)
        codes[others] = _END
        owner = (np.cumsum(~others & (codes == _END))[codes == _END] - 1)[:-1].astype(np.int32)
        letter = codes != ord(" ")
        begins = np.ones(len(codes), bool)
        begins[1:] = ~letter[:-1] | (codes[:-1] == _END)
        self._begins = begins[letter]
        self._spelled = _Text(codes[letter])
        self._initials = _Text(self._spelled.codes[self._begins | (self._spelled.codes == _END)])
        self._spelled.owner = self._initials.owner = owner

    def __len__(self) -> int:
        return self._size

    def scores(self, word: str) -> Scores:
        """How well each name fits: 0 not at all, 100 the name itself.

        Args:
            word: as `cockpit.model.pinyin.plain` makes it, without spaces, not empty.
        """
        scores = np.zeros(self._size, np.uint8)
        if not self._size or not word or "\n" in word:
            return scores
        self._written.rate(self._written.find(word), len(word), scores, EXACT, STARTS, INSIDE)
        if word.isascii() and len(word) > 1:
            inside = len(word) >= _LEAST_INSIDE
            at = self._spelled.find(word)
            at = at[self._begins[at]]
            self._spelled.rate(at, len(word), scores, SPELLED, SPELLED_STARTS, SPELLED_INSIDE if inside else 0)
            at = self._initials.find(word)
            self._initials.rate(at, len(word), scores, INITIALS, INITIALS_START, INITIALS_INSIDE if inside else 0)
        return scores
