"""Divides a text into words: of all ways through it the one that costs least, long words before short ones."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from math import inf, nextafter

from cockpit.assist.asking.lexicon import Entry, Lexicon, key_of
from cockpit.assist.asking.limits import DONE, PHRASES
from cockpit.assist.asking.months_en import MONTHS
from cockpit.assist.asking.numbers import CHINESE, DIGITS, ENGLISH, number_of
from cockpit.assist.asking.spelling import Spelling
from cockpit.assist.asking.times import Said, Times
from cockpit.assist.asking.times_en import KNOWN
from cockpit.assist.asking.tokens import Token, Unit, is_chinese, is_word, plain, stem, units_of
from cockpit.model.asking import Correction

_COST = {"filler": 0.55, "unknown": 3.0, "other": 0.5, "decline": 0.8, "place": 0.85, "time": 0.7, "hours": 0.75}
_LONGEST = 8
_TOP = re.compile(
    rf"(?:排名?)?(?P<o>前|头|后|倒数第?|最后的?|末|倒数后)(?P<n>\d+|{CHINESE}+)(?:名|位|类|种|个|的|大|家|条|支|队|座|处)*(?![天日周月年小点季])"
    rf"|(?<![a-z])(?P<o2>top|bottom|first|last|leading)[ -]?(?P<n2>\d+|{'|'.join(w for w in ENGLISH if len(w) > 2)})\b(?! (?:days?|weeks?|months?|hours?|years?|half|quarter))"
)  # fmt: skip
_NEWEST = re.compile(
    r"最(?P<w>近|新|早|老)(?:报|发生|来|上报)?的?(?P<n>\d+|[一两二三四五六七八九十]+)(?=件|起|条|单|例|个案|宗|次)(?:件|起|条|单|例|个|宗|次)"
    r"|(?<![a-z])(?:the )?(?P<w2>latest|newest|most recent|oldest|earliest) (?P<n2>\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty)(?= )"
    r"|(?<![a-z])(?:the )?(?P<n3>\d+|two|three|four|five|six|seven|eight|nine|ten|twenty) (?P<w3>latest|newest|most recent|oldest|earliest)(?= )"
)
_NTH = re.compile(
    r"(?:排名?|位列|排在)?第(?P<n>[二三四五六七八九十2-9])(?:名|位|的)?(?=多|高|大|少|低|快|慢|的?是|的?区|的?街|$|[,，?？。])"
    r"|(?<![a-z])(?P<e>second|third)[ -](?=most|highest|largest|biggest|fewest|lowest|fastest|slowest|busiest|worst|best)"
)
_MOST_N = re.compile(r"(?P<n>\d+|[一两二三四五六七八九十]+)(?:大|个|类|种|家|条|位|件|起)(?![天日周月年小时分])")
_SO_MANY_OF_THEM = re.compile(r"(?<![a-z0-9])(?P<n>two|three|four|five|six|seven|eight|nine|ten|[2-9]|10) of them\b")
_OF_MOST = re.compile(r"最[多高少低大快慢好差长短重]的$")
_MOST_ENGLISH = re.compile(
    r"(?<![a-z0-9])(?P<n>two|three|four|five|six|seven|eight|nine|ten|[2-9]|10)"
    r"(?= (?:most|least|fewest|worst|best|top|leading|main|major|[a-z]{3,}est|districts|streets|kinds|types|units|channels|groups|communities|months|days|weekdays|hours))"
)
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
_UNITS = (
    r"(?:成|个百分点|percent|per cent|pct|立方米|平方米|平米|厘米|公分|毫米|小时|个小时|钟头|分钟|分贝|平方|盏灯|户人家|微克|m³|m²|m2|m3|cm|mm|db|dba|ug/m3|ug|%lel|%|"
    r"米|户|盏|人|辆|方|天|个人|名|件|起|单|次|回|遍|周|星期|礼拜|个月|times|cases?|weeks?|months?|hours?|minutes?|days?|centimetres?|centimeters?|metres?|meters?|homes?|households?|"
    r"people|persons?|injured|hurt|trapped|casualties|lamps?|vehicles?|bikes?|bicycles?|decibels?|square metres?|square meters?|sqm|h\b|min\b|m\b)?"
)
_NUMBER = (
    rf"(?P<n>\d+(?:\.\d+)?|{CHINESE}+|半|half an?|once|twice|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|"
    r"hundred|a|an)"
)
_BOUND = (
    (re.compile(rf"(?P<o>顶多|没有?达到|没有?到|未达到|未达|达不到|不超过|不下于|不下|不止|突破|起码|够|满|上|破|高过|大过|多过|不多于|不大于|不高于|至多|最多(?!一[次回场起件])|不足|不到|少于|低于|小于|短于|超过|大于|多于|高于|深过|长于|久于|超出|拖过|拖了|超|过|>=|<=|>|<|≥|≤|不少于|不低于|至少|达到|达)了?{_NUMBER}\s*(?P<u>{_UNITS})(?:以上|的)?"), 0),
    (re.compile(rf"{_NUMBER}\s*(?P<u>{_UNITS})(?P<o>(?:及|或)?以上|(?:或|或者|甚至|乃至)更(?:多|高|深|大|久|长)|朝上|打底|起步|还多|(?:及|或)?以下|以内|之上|开外|往上|多|\+)(?!的?排)"), 0),
    (re.compile(rf"(?:在)?{_NUMBER}\s*个?(?P<u>小时|钟头|分钟|天|周|星期|礼拜|个?月)(?:的?时间)?(?P<o>[之以]?内|里)(?=(?:就|便|都|能|可|被|得以|即)*(?:{DONE}(?:的|率|比例|占)|(?:到|赶|抵)[场达现到位]))"), 0),
    (re.compile(rf"{_NUMBER}\s*个?(?P<u>小时|钟头|天|周|星期|礼拜|月)(?:了)?(?P<o>都|还|仍|也|仍然|依然|依旧|下来还|过去还|)(?=没|未|尚未)"), 0),
    (re.compile(rf"(?<=超期|逾期|超时|拖延|延误)(?:了|已|已经|达|有)*{_NUMBER}\s*个?(?P<u>小时|钟头|天|周|星期|礼拜|月)(?:以上|了|的)?(?P<o>)"), 0),
    (re.compile(rf"{_NUMBER}\s*(?:到|至|-|~)\s*(?P<n2>\d+(?:\.\d+)?|{CHINESE}+)\s*(?P<u>{_UNITS})(?<=[^\d])(?:之间|的)?"), 0),
    (re.compile(rf"(?<![a-z])(?P<o>more than|older than|later than|slower than|over|above|deeper than|greater than|longer than|larger than|bigger than|higher than|exceeding|beyond|louder than|at least|no less than|not less than|less than|below|under|fewer than|lower than|shorter than|at most|no more than|not more than|up to|within|sooner than|faster than|quicker than|earlier than|>=|<=|>|<|≥|≤) {_NUMBER}\s*(?P<u>{_UNITS})\b"), 0),
    (re.compile(rf"between {_NUMBER}\s*(?:and|to)\s*(?P<n2>\d+(?:\.\d+)?)\s*(?P<u>{_UNITS})(?<=[a-z%])\b"), 0),
    (re.compile(rf"(?<![a-z]){_NUMBER}\s*(?P<u>{_UNITS})\s*(?P<o>or more|and more|or above|and above|or less|or fewer|and over|or over|or deeper|or longer|and up|\+)"), 0),
)  # fmt: skip
_AT_LEAST = {"", *(f"{word}更{more}" for word in ("或", "或者", "甚至", "乃至") for more in "多高深大久长"), "朝上", "打底", "起步", "上", "满", "够", "起码", "不下", "不下于", "以上", "及以上", "或以上", "之上", "不少于", "不低于", "至少", "达到", "达", "往上", ">=", "≥", "at least", "no less than",
             "not less than", "or more", "and more", "or above", "and above", "and over", "or over", "or deeper", "or longer", "and up", "+"}  # fmt: skip
_LESS = {
    *("没达到", "没有达到", "没到", "没有到", "未达到", "未达", "达不到"),
    "不足",
    "不到",
    "少于",
    "低于",
    "小于",
    "短于",
    "<",
    "less than",
    "below",
    "under",
    "fewer than",
    "lower than",
    "shorter than",
    "sooner than",
    "faster than",
    "quicker than",
    "earlier than",
}
_AT_MOST = {"顶多", "内", "之内", "里", "不超过", "不多于", "不大于", "不高于", "至多", "最多", "以下", "及以下", "或以下", "以内", "<=", "≤", "at most", "no more than",
            "not more than", "up to", "within", "or less", "or fewer"}  # fmt: skip
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:大道|路|隧道|高架|立交|大桥)(?:沿线|附近|一带|周边|上|口|段)?")
_ROAD = re.compile(r"(?<![a-z])(?P<n>[a-z]+(?: [a-z]+){0,2}) (?:road|rd|avenue|ave|lane|boulevard|lu)\b")


_PARTED = re.compile(
    r"(?P<a>停|断|着|起|失|爆|倒|撞|漏|积|塌|走|跳)(?:了|过|出)?(?P<c>(?:多少|几)(?:次|回|起|场|处|棵|件|根|个|趟))(?P<b>[电火管树车气水方闸])"
)
_COUNTS = tuple("月日点年时分%个件起天周小")
_HYPHENED = re.compile(r"(?<![a-z0-9-])[a-z]{2,}(?:-[a-z]{2,})+(?![a-z0-9-])")
_OFTEN = re.compile(
    r"多次|反复|不止一次|一再|再三|屡次|好几次|(?<![a-z])(?:repeatedly|several times|multiple times|many times)\b"
)


_PERCENT = {"成": 10.0, "个百分点": 1.0, "percent": 1.0, "per cent": 1.0, "pct": 1.0}


class Bound:
    """A number that something is above or below, and its unit as it is written."""

    __slots__ = ("high", "low", "unit")

    def __init__(self, low: float, high: float, unit: str) -> None:
        self.low, self.high, self.unit = low, high, unit

    def __repr__(self) -> str:
        return f"Bound({self.low}, {self.high}, {self.unit!r})"


class Divided:
    """A text divided: its words in order, what was read for what was written."""

    def __init__(self, text: str, tokens: list[Token], corrected: list[Correction]) -> None:
        self.text, self.tokens, self.corrected = text, tokens, corrected


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
        yield from self._numbers(text, unit.start)
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

    def _numbers(self, text: str, at: int) -> Iterator[tuple[tuple[Token, ...], float]]:
        match = _TOP.match(text, at)
        if match:
            last = (match["o"] or match["o2"])[0] in "后倒最末b" or match["o2"] == "last"
            number = number_of(match["n"] or match["n2"])
            if number and number <= 100:
                yield (Token(at, match.end(), "top", (int(number), not last), match.group()),), 0.6
        match = _NEWEST.match(text, at)
        if match and (number := number_of(match["n"] or match["n2"] or match["n3"])):
            first = (match["w"] or match["w2"] or match["w3"]) in ("早", "老", "oldest", "earliest")
            yield (Token(at, match.end(), "newest", (int(number), first), match.group()),), 0.4
        match = _NTH.match(text, at)
        if match and (number := number_of(match["n"] or {"second": "2", "third": "3"}.get(match["e"], match["e"]))):
            yield (Token(at, match.end(), "top", (int(number), None), match.group()),), 0.5
        match = _MOST_N.match(text, at)
        if match and (number := number_of(match["n"])) and 1 < number <= 100:
            of_most = _OF_MOST.search(text, max(0, at - 3), at)  # 最多的三类
            yield (Token(at, match.end(), "top", (int(number), None), match.group()),), 0.4 if of_most else 1.1
        match = _MOST_ENGLISH.match(text, at) or _SO_MANY_OF_THEM.match(text, at)
        if match and (number := number_of(match["n"])):
            yield (Token(at, match.end(), "top", (int(number), None), match.group()),), 0.6
        match = _OFTEN.match(text, at)
        if match:
            yield (Token(at, match.end(), "bound", Bound(2, inf, "次"), match.group()),), 0.7
        for phrase, names in PHRASES:
            match = phrase.match(text, at)
            if match and not (text[at].isascii() and at and text[at - 1].isalpha()):
                yield (Token(at, match.end(), "atom", names, match.group()),), 0.75 - 0.03 * min(match.end() - at, 12)
                break
        for pattern, _ in _BOUND:
            match = pattern.match(text, at)
            if match is None or (number := number_of(match["n"])) is None:
                continue
            parts = match.groupdict()
            if match["u"] in _PERCENT and number is not None:  # 九成
                number, parts = number * _PERCENT[match["u"]], parts | {"u": "%"}
            unit = (parts["u"] or "") if match["n"] not in ("once", "twice") else "times"
            value = _bound(parts.get("o") or "", number, number_of(parts["n2"]) if parts.get("n2") else None, unit)
            if value is not None:
                yield (Token(at, match.end(), "bound", value, match.group()),), 0.7 + (0.0 if match["u"] else 0.3)

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
            if (
                self._is_english(written)
                or len(written) < 4
                or written in KNOWN
                or written in ENGLISH
                or written in self.lexicon.spaced
            ):
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


def _bound(op: str, number: float, other: float | None, unit: str) -> Bound | None:
    op = op.strip()
    if other is not None and not op:
        return Bound(number, other, unit) if unit and other > number else None
    if op in _AT_LEAST or (op == "过" and unit in ("次", "回", "遍")):  # 重开过两次
        return Bound(number, inf, unit)
    if op in _LESS:
        return Bound(-inf, nextafter(number, -inf), unit)
    if op in _AT_MOST:
        return Bound(-inf, number, unit)
    return Bound(nextafter(number, inf), inf, unit) if op != "多" or unit else None
