"""The loop of the pack of tests: stages, rights and clocks as they ship, without the calendar's holidays."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from cockpit.model.loop import KindClock, LoopRules, StageRule
from cockpit.model.rights import Rights
from cockpit.model.worktime import Calendar, Span
from cockpit.paths import assets_dir


@cache
def living_rules() -> LoopRules:
    told = tomllib.loads((assets_dir() / "kinds" / "loop.toml").read_text(encoding="utf-8"))
    clocks = told["clocks"]
    return LoopRules(
        stages=tuple(
            StageRule(name, {"zh": one["zh"], "en": one["en"]}, _by_level(one["clock"]) if "clock" in one else None)
            for name, one in told["stages"].items()
        ),
        rights={role: Rights(frozenset(one["acts"]), one.get("upto", "")) for role, one in told["rights"].items()},
        arrive=_by_level(told["arrive"]),
        finish=_by_level(told["finish"]),
        kinds={
            code: KindClock(tuple(map(Span.parse, spans.split("/"))), clocks["basis"], clocks["source"])
            for code, spans in clocks["kinds"].items()
        },
        ready=_by_level(told["ready"]),
        calendar=Calendar(),
    )  # fmt: skip


def _by_level(spans: list[str]) -> Any:
    return tuple(map(Span.parse, spans))
