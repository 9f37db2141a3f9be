"""Patterns of personal data that have no place in a briefing: telephone, ID card, bank card, e-mail, number plate."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_FIXED = re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ -]?\d{7,8}(?!\d)")
_CARD_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_BANK = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·. ]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HIDDEN = "＊＊＊"


def found(text: str) -> Iterator[tuple[str, int, int]]:
    """What kind of personal data stands where: `telephone`, `id_card`, `bank_card`, `mail`, `plate`; start and end."""
    for match in _CARD_ID.finditer(text):
        if _is_id(match.group()):
            yield "id_card", *match.span()
    for match in _BANK.finditer(text):
        if _luhn(match.group()) and not (len(match.group()) == 18 and _is_id(match.group())):
            yield "bank_card", *match.span()
    for kind, pattern in (("telephone", _MOBILE), ("telephone", _FIXED), ("mail", _MAIL), ("plate", _PLATE)):
        for match in pattern.finditer(text):
            yield kind, *match.span()


def masked(text: str) -> str:
    """The text without it."""
    for _, start, end in sorted(found(text), key=lambda one: one[1], reverse=True):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _is_id(text: str) -> bool:
    """GB 11643: the last digit checks the others."""
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def _luhn(text: str) -> bool:
    """ISO/IEC 7812."""
    digits = [int(one) for one in reversed(text)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * one, 10)) for one in digits[1::2])) % 10 == 0
