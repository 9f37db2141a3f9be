"""Rules that ship, as TOML: what a hub begins with."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.model.alarms import Rule, Window
from cockpit.model.city import Pack
from cockpit.packs.checked import Checked
from cockpit.paths import assets_dir
from cockpit.signs.rules.check import check

NAME = "cityops"


def shipped_rules(pack: Pack, name: str = NAME) -> list[Rule]:
    """The rules of assets/rules/<name>.toml for a city: classes of events that its pack does not know are left out.

    Raises:
        UserError: something in the file is wrong: one sentence with file, line and column.
    """
    file = Checked(assets_dir() / "rules" / f"{name}.toml")
    rules: list[Rule] = []
    for i, row in enumerate(file.data.get("rules", [])):
        _known_keys(file, i, row)
        rule = file.convert(Rule, ("rules", i))
        where = {column: pack.code if want == "{city}" else want for column, want in rule.where.items()}
        kind = rule.case_kind if rule.case_kind in pack.kinds else ""
        rules.append(msgspec.structs.replace(rule, where=where, case_kind=kind))
    by_id = {rule.id: rule for rule in rules}
    for i, rule in enumerate(rules):
        if rule.id in {other.id for other in rules[:i]}:
            file.wrong(("rules", i, "id"), "rules.twice", id=rule.id)
        problem = check(rule, by_id, max(len(pack.tiers), 5))
        if problem is not None:
            file.wrong(("rules", i), problem.id, **problem.params)
    return rules


def _known_keys(file: Checked, i: int, row: dict[str, Any]) -> None:
    for key in row:
        if key not in Rule.__struct_fields__:
            file.unknown(("rules", i, key), "rules.unknown_key", key, Rule.__struct_fields__)
    for key in row.get("hours", {}):
        if key not in Window.__struct_fields__:
            file.unknown(("rules", i, "hours", key), "rules.unknown_key", key, Window.__struct_fields__)
