"""What of a model's words is shown: sentences whose every figure is a handle of a result. All else is left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import msgspec

from cockpit.assist.model.handles import Cited
from cockpit.assist.model.masks import stopped, tells_personal
from cockpit.model.asking import Piece

_HANDLE = re.compile(r"⟦\s*([A-Za-z0-9_.]{1,40})\s*⟧")
_ENDS = re.compile(r"(?<=[。！？；\n])|(?<=[.!?;])(?=\s)")
_CHINESE = "零〇一二三四五六七八九十百千万亿两半几数壹贰叁肆伍陆柒捌玖拾佰仟廿卅"
_COUNTED = "件起个成倍%％人次天日周月年小时分秒条座处名位级度米元项家类多余来点"
_MANY = re.compile(
    rf"[{_CHINESE}]{{2,}}|[{_CHINESE}](?=[{_COUNTED}])|(?<=分之)[{_CHINESE}]|(?<=[近约超达过到为有共第])[{_CHINESE}]"
)
_PLAIN = (
    "一些", "一直", "一样", "一般", "一定", "一方面", "一致", "统一", "进一步", "第一时间", "万一", "数据", "数量",
    "数字", "数值", "次数", "大多数", "多数", "少数", "百姓", "前一日", "前一天", "前一周", "前一月", "前一年",
    "前一期", "上一日", "上一周", "上一月", "上一年", "上一期",
)  # fmt: skip
"""Words with a letter that is a numeral elsewhere."""
_ENGLISH = re.compile(
    r"\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|halved|quarter|third|twice|thrice|"
    r"double[ds]?|doubling|triple[ds]?|tripling|quadrupled?|tenfold|twofold)\b",
    re.IGNORECASE,
)
_LEADS = re.compile(r"https?:|www\.|!\[|\]\(|<[a-z!/]|data:|javascript:", re.IGNORECASE)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL | re.IGNORECASE)
_HELD = "\x1f"
"""In the place of a handle while a sentence is looked at."""
_SCALED = re.compile(rf"x{_HELD}\s*(?:[{_CHINESE}倍成‰]|[kKmM]\b)|(?:[-−+/×*]|负)\s*{_HELD}x")
"""A figure that is made another by what stands right beside it."""
_MARKUP = re.compile(r"\*\*|__|`|^#+ |^[-*] ", re.MULTILINE)


class Proof(msgspec.Struct):
    """What may be shown.

    Attributes:
        pieces: of the sentences that are shown. cited: handles in them. hidden: sentences that are not, each why.
    """

    pieces: tuple[Piece, ...] = ()
    cited: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def proven(text: str, known: Mapping[str, Cited], question: str, deny: Iterable[str] = ()) -> Proof:
    """The sentences of a text that stand on results.

    Args:
        question: a number of it may be said again in the same words (`3 天`), as it was sent.
    """
    pieces: list[Piece] = []
    cited: list[str] = []
    hidden: list[tuple[str, str]] = []
    text = _MARKUP.sub("", _THOUGHT.sub("", text)).strip()
    for sentence in _ENDS.split(text):
        if not sentence.strip():
            continue
        why = _wrong(sentence, known, question, deny)
        if why:
            hidden.append((why, sentence.strip()))
            continue
        made, handles = _pieces(sentence, known)
        pieces += made
        cited += handles
    return Proof(tuple(pieces), tuple(cited), tuple(hidden))


def whole_sentences(text: str) -> str:
    """The part of a text that is still being written that holds whole sentences."""
    found = _ENDS.split(text)
    return "".join(found[:-1])


def _wrong(sentence: str, known: Mapping[str, Cited], question: str, deny: Iterable[str]) -> str:
    """Why a sentence is not shown: `handle`, `number`, `link`, `personal`, `denied`, `hidden`; "" it is."""
    if any(handle not in known for handle in _HANDLE.findall(sentence)):
        return "handle"
    plain = _HANDLE.sub(_HELD, sentence)
    if "⟦" in plain or "⟧" in plain:
        return "handle"
    if any(unicodedata.category(char) in ("Cf", "Co", "Cn", "Cs") for char in plain):
        return "hidden"
    if any(unicodedata.category(char) in ("Nl", "No") for char in plain):
        return "number"
    plain = unicodedata.normalize("NFKC", plain)
    if _LEADS.search(plain):
        return "link"
    printed = _HANDLE.sub(lambda match: known[match[1]].text, sentence)
    if tells_personal(plain) or tells_personal(printed):
        return "personal"
    if stopped(plain, deny):
        return "denied"
    if _SCALED.search(_HANDLE.sub(lambda match: _held(known[match[1]]), sentence)):
        return "number"
    return "number" if _has_number(plain, unicodedata.normalize("NFKC", question)) else ""


def _held(cited: Cited) -> str:
    """A figure as `_SCALED` sees it; one in % may have its sign behind it once more."""
    return "" if cited.value is None else f"{_HELD}x{_HELD}"


def _has_number(plain: str, question: str) -> bool:
    """Whether a number is in it that is neither a handle nor one of the question with the word behind it."""
    for match in re.finditer(r"\d+(?:[.,:]\d+)*", plain):
        behind = plain[match.end() :].lstrip()[:1]
        if not re.search(rf"(?<![\d.,]){re.escape(match[0])}\s*{re.escape(behind)}", question) or not behind.isalpha():
            return True
    rest = re.sub(r"\d", "", plain)
    if any(unicodedata.category(char)[0] == "N" for char in rest if char not in _CHINESE):
        return True
    for words in _PLAIN:
        rest = rest.replace(words, "  ")
    for match in _MANY.finditer(rest):
        behind = rest[match.end() :][:1]
        if not behind.strip() or match[0] + behind not in question:
            return True
    return any(match[0].lower() not in question.lower() for match in _ENGLISH.finditer(rest))


def _pieces(sentence: str, known: Mapping[str, Cited]) -> tuple[list[Piece], list[str]]:
    pieces, handles, at = [], [], 0
    for match in _HANDLE.finditer(sentence):
        if match.start() > at:
            pieces.append(Piece(sentence[at : match.start()]))
        cited = known[match[1]]
        pieces.append(Piece(cited.text, cited.scope, cited.value))
        handles.append(match[1])
        at = match.end()
        unit = re.search(r"[^\d.\s-]+$", cited.text)
        if cited.value is not None and unit and sentence[at:].lstrip().startswith(unit[0]):
            at = sentence.index(unit[0], at) + len(unit[0])
    if at < len(sentence):
        pieces.append(Piece(sentence[at:]))
    return pieces, handles
