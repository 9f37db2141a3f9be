"""未, 没有, not: what is turned round by them is asked for as such; what can not be turned round is not overlooked."""

from __future__ import annotations

from cockpit.assist.asking.tokens import Token, says

_ROUND = {"CLOSE": "OPEN", "HANDLE": "OPEN", "ONTIME": "LATE", "LATE": "ONTIME", "SAT": "UNSAT", "REWORK": "NOREWORK",
          "REOPEN": "NOREOPEN", "URGED": "NOURGED", "RATED": "NORATED", "ARRIVE": "NOARRIVE"}  # fmt: skip
"""What a word says where it is denied."""
_OF_ITS_OWN = {"OPEN", "RATE", "DURATION"}
_FAR = 4


def turned(tokens: list[Token]) -> tuple[dict[int, tuple[str, ...]], list[str]]:
    """What atoms say that are denied, by their place, and the denials that deny nothing that is known.

    A question that ends with one (办完了没有) denies nothing, nor does one between two of the same word (高没高).
    """
    said: dict[int, tuple[str, ...]] = {}
    lost: list[str] = []
    last = max((i for i, token in enumerate(tokens) if token.type != "unknown" or token.said.isalnum()), default=-1)
    for i, token in enumerate(tokens):
        if token.type != "atom" or token.value != ("NEG",):
            continue
        said[i] = ()
        before, after = tokens[i - 1] if i else None, tokens[i + 1] if i + 1 < len(tokens) else None
        rest = tokens[i + 1 :]
        if _has_none(tokens, i, last):
            said[i] = ("NONE",)
            continue
        ends = i == last or all(
            one.type == "filler" or one.value == ("SAME",) or not one.said.isalnum() for one in rest
        )
        if ends and not token.said.isascii():
            continue
        if before is not None and after is not None and before.said == after.said:
            continue
        at = _denied(tokens, i)
        if at < 0:
            lost.append(token.said + (after.said if after is not None and not token.said.isascii() else ""))
            continue
        value = tokens[at].value
        said[at] = tuple(dict.fromkeys(_ROUND.get(name, name) for name in value))
    return said, lost


def _has_none(tokens: list[Token], i: int, last: int) -> bool:
    """哪些区投诉没有, 哪些区没有投诉: which of them has none of a class; whether there are any is another question."""
    asks = any(says(token, "LIST", "WHICH") for token in tokens[:i])
    if not asks or tokens[i].said not in ("没有", "没", "无", "没有过", "无过"):
        return False
    before, after = tokens[i - 1], tokens[i + 1 : i + 2]
    if before.type == "kind" and i == last:
        return i < 2 or tokens[i - 2].said not in ("有", "有过")
    return before.type == "dim" and i + 1 == last and after[0].type == "kind"


def _says_nothing(token: Token) -> bool:
    return token.type == "filler" or token.value == ("SAME",) or not token.said.isalnum()


def _denied(tokens: list[Token], i: int) -> int:
    """The place of the word that is denied, -1 none."""
    for at in range(i + 1, min(len(tokens), i + 1 + _FAR)):
        token = tokens[at]
        if token.type == "atom" and set(token.value) & set(_ROUND):
            return -1 if set(token.value) & _OF_ITS_OWN else at
        if token.type == "unknown" and not any(map(str.isalnum, token.said)):
            return -1
        if token.type != "filler" and not (token.type == "atom" and set(token.value) <= {"CASES", "REPORT", "NOW"}):
            return -1
    return -1
