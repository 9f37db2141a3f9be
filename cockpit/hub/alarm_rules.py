"""Rules in force at a hub: those that ship, as persons changed them. A change names the version that it was made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from cockpit.model.alarms import Rule
from cockpit.model.city import Pack
from cockpit.model.errors import UserError
from cockpit.signs.rules.check import MOST_RULES, check, used_by
from cockpit.signs.rules.shipped import shipped_rules

MOST_BYTES = 700_000
"""Of all rules: a seat gets them in one message."""


def with_shipped(kept: Iterable[Rule], ever: Collection[str], pack: Pack, now: int) -> tuple[list[Rule], list[Rule]]:
    """The rules to run, and those of them that are to be kept now: shipped ones that were never here before. What a
    person changed or removed stays so."""
    new = [msgspec.structs.replace(rule, changed=now) for rule in shipped_rules(pack) if rule.id not in ever]
    every = {rule.id: rule for rule in (*kept, *new)}
    order = {rule.id: i for i, rule in enumerate(shipped_rules(pack))}
    return sorted(every.values(), key=lambda rule: (order.get(rule.id, len(order)), rule.id)), new


def changed(rule: Rule, rules: Mapping[str, Rule], pack: Pack, now: int, seat: str, last: int = 0) -> Rule:
    """A rule as it is to be kept: its next version.

    Args:
        last: version that a rule of this id had that was removed; 0 there was none.

    Raises:
        UserError: it is wrong, or somebody else has changed or removed it meanwhile.
    """
    before = rules.get(rule.id)
    seen = rule.version if before is not None or rule.version > 1 else 0
    if (before.version if before is not None else 0) != seen:
        if before is None:
            raise UserError("rules.removed_meanwhile")
        raise UserError("rules.changed_meanwhile", seat=before.by or "–")
    if before is None and len(rules) >= MOST_RULES:
        raise UserError("rules.too_many", most=MOST_RULES)
    problem = check(rule, rules, max(len(pack.tiers), 1), pack.kinds)
    if problem is not None:
        raise UserError(problem.id, **problem.params)
    made = msgspec.structs.replace(rule, version=max(seen, last) + 1, changed=now, by=seat)
    size = sum(len(msgspec.msgpack.encode(one)) for one in {**rules, rule.id: made}.values())
    if size > MOST_BYTES:
        raise UserError("rules.too_many", most=len(rules))
    return made


def removed(id: str, version: int, rules: Mapping[str, Rule]) -> None:
    """Looks whether a rule can be taken out of force.

    Raises:
        UserError: another one needs it, or somebody else has changed or removed it meanwhile.
    """
    rule = rules.get(id)
    if rule is None:
        raise UserError("rules.removed_meanwhile")
    if rule.version != version:
        raise UserError("rules.changed_meanwhile", seat=rule.by or "–")
    if other := used_by(id, rules):
        raise UserError("rules.still_used", rule=rules[other].name)
