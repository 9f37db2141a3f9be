"""The rows of the alarm list: standing alarms by what is to be done first, a storm of one kind as one line. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from cockpit.model.ages import moment
from cockpit.model.alarms import text_of
from cockpit.model.tables import AlarmState
from widgets.kit.context import PanelContext
from widgets.lists.areas import AreaTree
from widgets.lists.queue_model import Face
from widgets.lists.words import joined, number

FLOOD = "flood:"
"""A row with this before its key stands for a group and not for an alarm."""
LEAST = 3
"""Alarms of one group from which on they are one line."""
SHIPPED = {"rainstorm": "alarmlist.flood_rainstorm"}
"""Names of the groups that the shipped rules make together, as ids of text."""
_HIDDEN = (AlarmState.SHELVED, AlarmState.SUPPRESSED)
_FIRST = (
    AlarmState.UNACKNOWLEDGED,
    AlarmState.RETURNED,
    AlarmState.ACKNOWLEDGED,
    AlarmState.LATCHED,
    AlarmState.SHELVED,
    AlarmState.SUPPRESSED,
)


class Which(StrEnum):
    """Which alarms are listed."""

    OPEN = "open"
    """Standing, neither shelved nor suppressed."""
    WAITING = "waiting"
    """Not acknowledged."""
    ASIDE = "aside"
    """Shelved or suppressed."""


@dataclass(frozen=True)
class AlarmFace(Face):
    """What a row of an alarm shows beside a `Face`.

    Attributes:
        state: of `AlarmState`; for a group of the one that asks the most.
        count: alarms in the group; 0 for one alarm. open: the group's alarms are listed under it. inner: it is one.
        chatter: it comes and goes.
    """

    state: int = 0
    count: int = 0
    open: bool = False
    inner: bool = False
    chatter: bool = False


class AlarmModel:
    """The alarms asked for, in order; it is what a `QueueView` shows.

    Attributes:
        which: those asked for. unfolded: groups whose alarms are listed one by one.
    """

    outdated = False

    def __init__(self, ctx: PanelContext, areas: AreaTree) -> None:
        self.which = Which.OPEN
        self.unfolded: set[str] = set()
        self._ctx, self._areas = ctx, areas
        self._found: list[AlarmFace] = []
        self._rows: list[Face] = []
        self._counts = dict.fromkeys(Which, 0)

    def counts(self) -> dict[Which, int]:
        """How many there are of each, as of the last `refresh`."""
        return self._counts

    def refresh(self) -> None:
        """Reads anew. Ghosts are dropped: whoever still needs them puts them back with `haunt`."""
        table = self._ctx.picture["alarm"]
        rows = [table.row(i) for i in range(len(table))]
        by = {which: [row for row in rows if _is_of(which, AlarmState(row["state"]))] for which in Which}
        self._counts = {which: len(found) for which, found in by.items()}
        self._found = self._lines(sorted(by[self.which], key=_order))
        self._rows = list(self._found)

    def _lines(self, rows: list[dict[str, Any]]) -> list[AlarmFace]:
        """A line an alarm, and a line a group, which stands where its first alarm would."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if row["flood"]:
                groups.setdefault(row["flood"], []).append(row)
        lines: list[AlarmFace] = []
        told: set[str] = set()
        for row in rows:
            group = groups.get(row["flood"], [])
            if len(group) < LEAST:
                lines.append(self._face(row))
            elif row["flood"] not in told:
                told.add(row["flood"])
                unfolded = row["flood"] in self.unfolded
                lines.append(self._group(row["flood"], group, unfolded))
                if unfolded:
                    lines += [replace(self._face(one), inner=True) for one in group]
        return lines

    def _face(self, row: dict[str, Any]) -> AlarmFace:
        ctx = self._ctx
        kind = ctx.pack.kind(row["kind"])
        rule = rule_name(ctx, row["rule"])
        return AlarmFace(
            key=row["key"],
            level=row["level"],
            pattern=kind.pattern if row["kind"] else "other",
            title=joined(rule, row["name"]) if row["name"] and row["name"] != rule else rule,
            place=row["place"] or self._areas.street(row["area"]),
            group=state_words(ctx, row),
            channel=value_words(ctx, row),
            occurred=row["raised"],
            closed=False,
            state=row["state"],
            chatter=bool(row["chatter"]),
        )

    def _group(self, name: str, rows: list[dict[str, Any]], unfolded: bool) -> AlarmFace:
        t, first = self._ctx.t, rows[0]
        waiting = sum(row["state"] in (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED) for row in rows)
        streets = sorted({self._areas.street(row["area"]) for row in rows} - {""})
        shown = "、".join(streets[:3]) if t.lang == "zh" else ", ".join(streets[:3])
        return AlarmFace(
            key=FLOOD + name,
            level=min(row["level"] for row in rows),
            pattern=self._ctx.pack.kind(first["kind"]).pattern if first["kind"] else "other",
            title=flood_name(self._ctx, name),
            place=t("alarmlist.flood_places", places=shown, n=len(streets)) if len(streets) > 3 else shown,
            group=t("alarmlist.flood_waiting", n=waiting) if waiting else t("alarmlist.state_1"),
            channel=t("alarmlist.flood_count", n=len(rows)),
            occurred=max(row["raised"] for row in rows),
            closed=False,
            state=first["state"],
            count=len(rows),
            open=unfolded,
        )

    def members(self, key: str) -> list[str]:
        """Keys of the alarms that a row stands for: one, or those of a group as they are listed."""
        if not key.startswith(FLOOD):
            return [key] if key in self._ctx.picture["alarm"] else []
        table, name = self._ctx.picture["alarm"], key.removeprefix(FLOOD)
        rows = (table.row(i) for i in range(len(table)))
        return [row["key"] for row in rows if row["flood"] == name and _is_of(self.which, AlarmState(row["state"]))]

    def unfold(self, key: str) -> None:
        """Lists the alarms of a group one by one, or folds them again."""
        self.unfolded ^= {key.removeprefix(FLOOD)}
        self.refresh()

    # -- what a view shows

    def haunt(self, before: Sequence[Face], after: int) -> None:
        """Puts rows that have left back into the list as ghosts, at position `after` and following."""
        self._rows[after:after] = [replace(face, gone=True) for face in before]

    def exorcise(self) -> bool:
        """Drops the ghosts; says whether there were any."""
        ghosts = len(self._rows) > len(self._found)
        self._rows = list(self._found)
        return ghosts

    def __len__(self) -> int:
        return len(self._rows)

    def position(self, key: str) -> int | None:
        return next((i for i, row in enumerate(self._rows) if row.key == key), None)

    def keys(self, start: int, stop: int) -> list[str]:
        return [row.key for row in self._rows[start:stop]]

    def level_of(self, key: str) -> int | None:
        return next((row.level for row in self._found if row.key == key), None)

    def faces(self, start: int, stop: int) -> list[Face]:
        return self._rows[max(start, 0) : max(stop, 0)]


def _is_of(which: Which, state: AlarmState) -> bool:
    if which is Which.ASIDE:
        return state in _HIDDEN
    if which is Which.WAITING:
        return state in (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)
    return state not in _HIDDEN


def _order(row: dict[str, Any]) -> tuple[int, int, int]:
    """What waits for a person first, then the gravest, then the newest."""
    return _FIRST.index(AlarmState(row["state"])), row["level"], -row["raised"]


def rule_name(ctx: PanelContext, rule: str) -> str:
    """What a rule is called; its id as long as the rules are not known."""
    known = next((one for one in ctx.alarms.rules if one.id == rule), None) if ctx.alarms is not None else None
    return ctx.t.pack(known.name) if known is not None else rule


def flood_name(ctx: PanelContext, flood: str) -> str:
    """What a group is called: by the rule or the kind that it names, or as the shipped rules name it in words of the
    language; else it is what a person typed."""
    if flood in SHIPPED:
        return ctx.t(SHIPPED[flood])
    kind = ctx.pack.kinds.get(flood)
    return ctx.t.pack(kind.name) if kind is not None else rule_name(ctx, flood)


def state_words(ctx: PanelContext, row: dict[str, Any]) -> str:
    """未确认, 已确认, 已恢复未确认, 搁置至 14:30, 被上级报警抑制, 锁存."""
    state, t = int(row["state"]), ctx.t
    if state == AlarmState.SHELVED:
        return t(
            "alarmlist.state_3", until=moment(row["shelved"], ctx.clock.now()) if row["shelved"] else t("bars.no_value")
        )
    return t(f"alarmlist.state_{state}")


def value_words(ctx: PanelContext, row: dict[str, Any]) -> str:
    """“62 cm / 限 50”: the value at its last change, and the bound that it passed."""
    value, limit = float(row["value"]), float(row["limit"])
    if math.isnan(value):
        return ""
    words = f"{number(value)} {ctx.t.unit(text_of(row['unit']))}".strip()
    return words if math.isnan(limit) else ctx.t("alarmlist.value_limit", value=words, limit=number(limit))
