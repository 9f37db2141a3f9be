"""The loop that ships: stages, rights and clocks, for tests."""

from __future__ import annotations

from functools import cache

from cockpit.model.loop import LoopRules
from cockpit.packs.read import read_pack


@cache
def living_rules() -> LoopRules:
    return read_pack("hangzhou").loop
