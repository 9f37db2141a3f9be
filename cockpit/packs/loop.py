"""The loop of a pack: a file of stages, rights and clocks, and the calendar that it names, to `LoopRules`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import msgspec

from cockpit.model.clock import DAY, MINUTE, SECOND
from cockpit.model.loop import ByLevel, Climb, ClimbStep, Keep, KindClock, LoopRules, StageRule
from cockpit.model.rights import ACTS, Rights
from cockpit.model.stages import STAGES
from cockpit.model.toml_text import Path as KeyPath
from cockpit.model.worktime import UNITS, Calendar, Span
from cockpit.packs.checked import Checked, named
from cockpit.packs.schema import CalendarFile, LoopFile, RightsRow, StageRow, YearRow

NEEDED = ("intake", "filed", "assigned", "handling", "check", "closed")
"""Stages that no loop can do without; 反馈 and 评价 are a city's choice."""


def read_loop(file: Checked, folder: Path, units: Collection[str]) -> LoopRules:
    """Args:
        folder: of the pack: a calendar of its own lies there.
        units: ids of the pack's kinds of units.

    Raises:
        UserError: something in it is wrong: one sentence with file, line and column.
    """
    whole = file.convert(LoopFile)
    reopen = _span(file, ("reopen",), whole.reopen)
    if not reopen.continuous or reopen.amount * UNITS[reopen.unit] > UNITS["U"]:
        file.wrong(("reopen",), "packs.wrong_value", key="reopen", given=whole.reopen)
    for i, kind in enumerate(whole.bound):
        if kind not in units:
            file.unknown(("bound", i), "packs.unknown_unit", kind, units)
    return LoopRules(
        stages=_stages(file),
        rights=_rights(file),
        arrive=_clock(file, ("arrive",), whole.arrive),
        finish=_clock(file, ("finish",), whole.finish),
        kinds=_kinds(file, whole),
        ready=_clock(file, ("ready",), whole.ready),
        calendar=read_calendar(named(file, "calendar", whole.calendar, folder)),
        bound=frozenset(whole.bound),
        reopen=reopen.amount * UNITS[reopen.unit],
        basis=whole.basis,
        source=whole.source,
        climb=_climb(file, whole),
        keep=Keep(*(days * DAY for days in msgspec.structs.astuple(whole.keep))),
    )


def read_calendar(file: Checked) -> Calendar:
    """Raises:
    UserError: something in it is wrong: one sentence with file, line and column.
    """
    whole = file.convert(CalendarFile)
    off: set[date] = set()
    on: set[date] = set()
    sources: dict[int, str] = {}
    for name, row in file.rows("years", YearRow).items():
        if not (name.isascii() and name.isdecimal()):
            file.wrong(("years", name), "packs.wrong_value", key="years", given=name)
        for key, days, weekend in (("off", row.off, False), ("on", row.on, True)):
            for i, day in enumerate(days):
                if day.year != int(name) or (day.weekday() >= 5) is not weekend:
                    file.wrong(("years", name, key, i), "packs.wrong_day", key=key, given=str(day))
        off |= set(row.off)
        on |= set(row.on)
        sources[int(name)] = row.source
    return Calendar(_hours(file, whole), frozenset(off), frozenset(on), frozenset(sources), sources)


def _stages(file: Checked) -> tuple[StageRule, ...]:
    rows = file.rows("stages", StageRow)
    for name in rows:
        if name not in STAGES:
            file.unknown(("stages", name), "packs.unknown_key", name, STAGES)
    for name in NEEDED:
        if name not in rows:
            file.wrong(("stages",), "packs.missing_key", key=name)
    return tuple(
        StageRule(name, row.text(), _clock(file, ("stages", name, "clock"), row.clock) if row.clock else None)
        for name, row in sorted(rows.items(), key=lambda item: STAGES.index(item[0]))
    )


def _rights(file: Checked) -> dict[str, Rights]:
    found = {}
    for role, row in file.rows("rights", RightsRow).items():
        for i, act in enumerate(row.acts):
            if act not in ACTS:
                file.unknown(("rights", role, "acts", i), "packs.unknown_act", act, ACTS)
        if row.upto and row.upto not in STAGES:
            file.unknown(("rights", role, "upto"), "packs.unknown_stage", row.upto, STAGES)
        found[role] = Rights(frozenset(row.acts), row.upto)
    return found


def _kinds(file: Checked, whole: LoopFile) -> dict[str, KindClock]:
    clocks = whole.clocks
    return {
        code: KindClock(
            tuple(_span(file, ("clocks", "kinds", code), text) for text in spans.split("/")),
            clocks.basis,
            clocks.source,
        )
        for code, spans in clocks.kinds.items()
    }


def _climb(file: Checked, whole: LoopFile) -> Climb:
    """Steps in the order of time: two at once could not be told apart on a case."""
    steps: list[ClimbStep] = []
    for i, row in enumerate(whole.climb.steps):
        minutes = row.after.endswith("min")
        after = int(row.after.removesuffix("min").removesuffix("s")) * (MINUTE if minutes else SECOND)
        if steps and after <= steps[-1].after:
            file.wrong(("climb", "steps", i, "after"), "packs.climb_order", given=row.after)
        steps.append(ClimbStep(after, row.by))
    return Climb(tuple(steps), whole.climb.ring * SECOND)


def _clock(file: Checked, path: KeyPath, texts: tuple[str, str, str, str, str]) -> ByLevel:
    red, orange, yellow, blue, unknown = (_span(file, (*path, i), text) for i, text in enumerate(texts))
    return red, orange, yellow, blue, unknown


def _span(file: Checked, path: KeyPath, text: str) -> Span:
    try:
        return Span.parse(text)
    except ValueError:
        return file.wrong(path, "packs.wrong_span", given=text)


def _hours(file: Checked, whole: CalendarFile) -> tuple[tuple[int, int], ...]:
    parts: list[tuple[int, int]] = []
    for i, text in enumerate(whole.hours):
        begins, ends = (int(hour) * 60 + int(minute) for hour, minute in (t.split(":") for t in text.split("-")))
        if not (parts[-1][1] if parts else 0) <= begins < ends <= 24 * 60:
            file.wrong(("hours", i), "packs.wrong_value", key="hours", given=text)
        parts.append((begins, ends))
    return tuple(parts)
