"""Numbers as they are written in questions: 3, 三, 二十, 一百五, two, first."""

from __future__ import annotations

import re

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_TENS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
CHINESE = "[零〇一二两俩仨三四五六七八九十百千万]"
NUMBER = rf"(?:\d+(?:\.\d+)?|{CHINESE}+半?|半)"
ENGLISH = {
    word: i
    for i, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "hundred": 100,
    "dozen": 12,
    "a": 1,
    "an": 1,
    "once": 1,
    "twice": 2,
    "thrice": 3,
}
ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


def number_of(text: str) -> float | None:
    """The number that a text writes, None for none."""
    text = text.strip().replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if text in ENGLISH:
        return float(ENGLISH[text])
    if text in ("半", "half a", "half an"):
        return 0.5
    if not re.fullmatch(rf"{CHINESE}+半?", text):
        return None
    half = text.endswith("半")
    return _chinese(text.removesuffix("半")) + (0.5 if half else 0.0)


def _chinese(text: str) -> float:
    if all(c in DIGITS for c in text):
        return float("".join(str(DIGITS[c]) for c in text) or 0)
    total = section = digit = 0
    unit = 1
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c]
            continue
        unit = _TENS[c]
        if unit == 10000:
            total, section, digit = (total + section + digit) * unit, 0, 0
        else:
            section += (digit or 1) * unit
            digit = 0
    if digit and unit in (100, 1000) and text[-2:-1] != "零":
        digit *= unit // 10  # 一百五
    return float(total + section + digit)
