"""What a question leaves out: 除投诉外, 不算西湖区, excluding complaints."""

from __future__ import annotations

from cockpit.assist.asking.found import Found
from cockpit.assist.asking.tokens import Token
from cockpit.model.city import Pack

_FIELDS = {"kind": "kinds", "channel": "channels", "level": "levels", "area": "areas", "unit_kind": "unit_kinds",
           "weekdays": "weekdays"}  # fmt: skip
_AFTER = ("以外", "之外", "外", "除外", "不算", "不计", "不在内", "excluded", "aside", "apart")
_ONLY_AFTER = ("以外", "之外", "外", "除外", "不计", "不在内", "excluded", "aside")
_BETWEEN = {"REPORT", "CASES", "REST"}


def leave_out(found: Found) -> None:
    """Takes what is left out from what was named, and puts it into `found.without`; without what it is of: `("",)`."""
    tokens = found.divided.tokens
    nots = [i for i, token in enumerate(tokens) if token.type == "atom" and "NOT" in token.value]
    gone: set[int] = set()
    for i in nots:
        run = [] if tokens[i].said in _ONLY_AFTER else _after(tokens, i)
        if not run and tokens[i].said in _AFTER:
            run = _before(tokens, i)
        gone.update(run)
    if nots and not gone:
        found.without["atom"] = ["NOT"]
        return
    for at in sorted(gone):
        token = tokens[at]
        field = _FIELDS[token.type]
        listed = getattr(found, field)
        for one in [one for one in listed if one[1] == at]:
            listed.remove(one)
            name, value = token.type, one[0]
            if name == "unit_kind" and value == "grid" and _reports(tokens, at):
                name, value = "channel", "patrol"
            found.without.setdefault(name, []).append(value)
    if gone:
        found.atoms = [(name, at) for name, at in found.atoms if not (name == "REPORT" and at - 1 in gone)]


def _reports(tokens: list[Token], at: int) -> bool:
    return any(token.type == "atom" and "REPORT" in token.value for token in tokens[at + 1 : at + 3])


def _joins(token: Token) -> bool:
    return token.type == "filler" or token.said in ("、", "和", "与", "及", "跟", "and", "or", "/", "以及")


def _between(token: Token) -> bool:
    return token.type == "atom" and bool(set(token.value) & _BETWEEN)


def _after(tokens: list[Token], i: int) -> list[int]:
    """Names that follow, until something else or a comma."""
    return _run_of_names(tokens, range(i + 1, len(tokens)))


def _before(tokens: list[Token], i: int) -> list[int]:
    return _run_of_names(tokens, range(i - 1, -1, -1))


def _run_of_names(tokens: list[Token], places: range) -> list[int]:
    run: list[int] = []
    for at in places:
        token = tokens[at]
        if token.type in _FIELDS:
            run.append(at)
        elif not (_joins(token) or _between(token)):
            break
    return run


def other_kinds(pack: Pack, kinds: tuple[str, ...], without: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Classes, or all, without some; a group that stays whole is told by its own code."""
    gone = {code for codes in without for code in codes}
    groups: dict[str, list[str]] = {}
    for kind in pack.kinds.values():
        if not kinds or kind.code in kinds or kind.group_code in kinds:
            groups.setdefault(kind.group_code, []).append(kind.code)
    left: list[str] = []
    for group, codes in groups.items():
        if group in gone:
            continue
        rest = [code for code in codes if code not in gone]
        whole = len(rest) == len(codes) and (not kinds or group in kinds)
        left += [group] if whole else rest
    return tuple(left)
