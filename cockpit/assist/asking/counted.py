"""Numbers in a question: so many of the most, the newest so many, and what something is above or below."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf, nextafter

from cockpit.assist.asking.limits import DONE, PHRASES
from cockpit.assist.asking.numbers import CHINESE, ENGLISH, number_of
from cockpit.assist.asking.tokens import Token

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


def numbers_at(text: str, at: int) -> Iterator[tuple[tuple[Token, ...], float]]:
    """Numbers of a text at a place: how many are put in order, which are the newest, what something is above or below."""
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
