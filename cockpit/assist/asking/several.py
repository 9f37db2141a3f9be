"""Questions that ask for two numbers in one breath: rates stand beside one another, others are asked one at a time."""

from __future__ import annotations

from itertools import pairwise

from cockpit.assist.asking.found import Found
from cockpit.assist.asking.rates import RATES
from cockpit.assist.asking.tokens import Token, says

_JOINING = ("、", "和", "与", "及", "跟", "以及", "还有", "and", ",", "&", "plus")
_ASKING = ("多少", "几", "how many")
_STATES = {"CLOSE", "OPEN", "LATE", "ONTIME", "REWORK", "REOPEN", "URGED", "SAT", "UNSAT"}
_BESIDE = ("areas", "kinds", "channels", "unit_kinds", "units", "levels", "places", "weekdays", "hours", "times")


def rates_of(found: Found) -> list[str]:
    """按期率和返工率: rates that are named one after the other; none where it is one only."""
    named = _named(found)
    rates = [_rate(token) for token, _ in named]
    return list(dict.fromkeys(rates)) if len(named) > 1 and all(rates) else []


def said_of(found: Found) -> str:
    """The numbers that are named one after the other, as they were written."""
    return "、".join(token.said for token, _ in _named(found))


def two_numbers(found: Found) -> tuple[str, ...]:
    """案件数和结案率, 接了几件、结了几件: the words of two numbers of which only one could be told, () one is asked."""
    named = _named(found)
    if len(named) > 1 and not all(_rate(token) for token, _ in named):
        return tuple(token.said for token, _ in named)
    if joined := _joined_states(found):
        return joined
    ends = [at for name in ("MOST", "LEAST") if (at := found.at(name)) >= 0]
    if len(ends) == 2 and any(token.said in _JOINING for token in found.divided.tokens[min(ends) : max(ends)]):
        return tuple(found.divided.tokens[at].said for at in sorted(ends))  # 最高温和最低温
    if any(len(dict.fromkeys(map(repr, (value for value, _ in getattr(found, name))))) > 1 for name in _BESIDE):
        return ()
    tokens = found.divided.tokens
    asking = [i for i, token in enumerate(tokens) if token.type == "atom" and "COUNT" in token.value
              and token.said.startswith(_ASKING)]  # fmt: skip
    if len(asking) != 2 or found.names & {"COMPARE", "SHARE", "MOST", "LEAST"}:
        return ()
    states = [_said(tokens[(asking[i - 1] + 1) if i else 0 : asking[i] + 1]) for i in range(2)]
    if tokens[asking[0]].said.isascii():
        states = [_said(tokens[asking[0] : asking[1]]), _said(tokens[asking[1] :])]
    return tuple(tokens[at].said for at in asking) if states[0] != states[1] and states[1] else ()


def _joined_states(found: Found) -> tuple[str, ...]:
    """办结件与超期件分别多少: states with `and` between them, that are each asked for."""
    if not found.has("EACH") or found.has("SHARE"):
        return ()
    tokens = found.divided.tokens
    states = [at for at, token in enumerate(tokens) if says(token, *_STATES) and not says(token, "RATE")]
    for one, other in pairwise(states):
        between = tokens[one + 1 : other]
        if (
            any(token.said in _JOINING for token in between)
            and all(map(_between, between))
            and not (set(tokens[one].value) & _STATES & set(tokens[other].value))
        ):
            return tokens[one].said, tokens[other].said
    return ()


def _said(tokens: list[Token]) -> set[str]:
    return {name for token in tokens if token.type == "atom" for name in token.value} & _STATES


def _named(found: Found) -> list[tuple[Token, int]]:
    """Numbers that are named with nothing but `and` between them."""
    tokens = found.divided.tokens
    numbers = [(token, at) for at, token in enumerate(tokens) if _is_number(token)]
    run: list[tuple[Token, int]] = []
    for (one, at), (other, to) in pairwise(numbers):
        between = tokens[at + 1 : to]
        if any(token.said in _JOINING for token in between) and all(map(_between, between)):
            run = [*run, (one, at), (other, to)] if not run or run[-1] != (one, at) else [*run, (other, to)]
    return run


def _between(token: Token) -> bool:
    if token.type == "atom":
        return token.said in _JOINING or set(token.value) <= {*_STATES, "CASES", "REPORT", "EACH"}
    return token.said in _JOINING or token.type == "filler"


def _is_number(token: Token) -> bool:
    if token.type != "atom":
        return False
    counts = "COUNT" in token.value and not token.said.startswith((*_ASKING, "总"))
    return counts or _rate(token) != "" or ("DURATION" in token.value and len(token.value) > 1)


def _rate(token: Token) -> str:
    names = set(token.value)
    if "RATE" not in names or "UNSAT" in names:
        return ""
    return next((RATES[name] for name in names if name in RATES), "")
