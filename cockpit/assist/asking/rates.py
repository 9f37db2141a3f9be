"""Rates: of what they are, and shares that are rates."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from cockpit.assist.asking.found import Found
from cockpit.assist.asking.tokens import Token, says

RATES = {"ONTIME": "on_time_rate", "LATE": "overdue_rate", "REWORK": "rework_rate", "REOPEN": "reopen_rate",
          "SAT": "satisfaction_rate", "UNSAT": "satisfaction_rate", "CLOSE": "closing_rate", "HANDLE": "closing_rate",
          "ASSIGN": ""}  # fmt: skip
"""Words of states, and the rate that each of them makes."""


def of_rate(found: Found) -> str:
    """What a rate is of: what was said in one word with it, else the nearest word before it."""
    rates = [at for name, at in found.atoms if name in ("RATE", "SHARE")]
    near = [
        (abs(at - rate) + (0.5 if at > rate else 0), name)
        for rate in rates
        for name, at in found.atoms
        if RATES.get(name)
    ]
    word = min(near)[1] if near else ""
    return "ONTIME" if word in ("CLOSE", "HANDLE") and "ONTIME" in found.names else word


_SHARES = {"REWORK": "rework_rate", "SAT": "satisfaction_rate"}
_WITHIN = ("里", "里的", "中", "当中", "里面", "里头", "其中", "之中", "中的", "全部", "总数的", "all")


def share_of_them(found: Found) -> str:
    """What share of reworks came from Xihu: no rate of Xihu; the words, "" where it is one."""
    tokens = found.divided.tokens
    for at, token in enumerate(tokens):
        if says(token, "RATE") and token.said.startswith(("share of", "proportion of", "percentage of", "part of")):
            to = next((i for i in range(at + 1, len(tokens)) if tokens[i].type in _WHENCE), 0)
            if any(one.said in _CAME for one in tokens[at + 1 : to]):
                return token.said
    return ""


def _has_whole(tokens: list[Token], share: int) -> bool:
    """占全市返工的多少, share of reworks that were in Xihu: the whole of a share is said, or the state once more."""
    states = [name for token in tokens if token.type == "atom" for name in token.value if name in _SHARES]
    if any(says(token, "RATED") for token in tokens):  # 满意的占全部评价的几成
        return False
    if len(states) > len(set(states)) or any(says(token, "WHOLE") or token.said == "all" for token in tokens):
        return True
    if not tokens[share].said.isascii():
        return any(token.type == "area" for token in tokens[share + 1 :])
    whence = [at for at, token in enumerate(tokens) if token.type in _WHENCE and at > share]
    return any(token.said in _CAME for at in whence for token in tokens[max(share, at - 3) : at])


_WHENCE = ("area", "channel", "unit_kind", "unit")
_CAME = (
    "came",
    "come",
    "comes",
    "coming",
    "were",
    "was",
    "are",
    "is",
    "fell",
    "lie",
    "lay",
    "belong",
    "belonged",
    "had",
    "has",
    "have",
)


def said_as_share(found: Found) -> tuple[str, str] | None:
    """返工的占几成, share of satisfied citizens: a rate that is asked as a share, and its word; None where it is none."""
    tokens, share = found.divided.tokens, found.at("SHARE")
    if share < 0 or found.names & {"RATE", "UNSAT", "LATE", "OPEN"} or _has_whole(tokens, share):
        return None
    for name, at in found.atoms:
        if name not in _SHARES:
            continue
        between = tokens[min(at, share) + 1 : max(at, share)]
        if all(token.type == "filler" or says(token, "CASES") for token in between) and not any(
            token.said in _WITHIN for token in between
        ):
            return _SHARES[name], name
    return None
