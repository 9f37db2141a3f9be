"""值班: who leads and who is on duty in the hall, and how many of each kind are out in the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from cockpit.model.ages import age
from cockpit.model.clock import MINUTE, local
from cockpit.model.messages import Message
from cockpit.model.roster import Roster
from cockpit.model.tables import UnitState
from widgets.kit.discreet import visitor
from widgets.kit.feedstate import has_data, topic_age
from widgets.kit.symbols import draw_unit
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import draw_words
from widgets.wall.rows import LEAST, TALL, Row, draw_rows
from widgets.wall.sizes import WallType, wide

OLD = 15 * MINUTE
"""From here on it is said how long ago the hub told who is on duty: it is asked every few minutes."""


@dataclass(frozen=True)
class OnDuty:
    """Somebody on duty: what for, who, until when ("" not told)."""

    duty: str
    name: str
    until: str = ""


@dataclass(frozen=True)
class Force:
    """Units of a kind: how many are free, busy, and known."""

    kind: str
    name: str
    shape: str
    free: int
    busy: int
    all: int


class WallRoster(WallPanel):
    """Options: `people`, a list of tables `duty` and `name` (words or `{zh, en}`), `from` and `to` (times of the day;
    outside of them somebody is not shown); where there are none, people of `org` in the hub's address book, "" of
    the command centre as the hub knows it. `forces`:
    whether units are counted. Visitors read family names only.
    """

    panel_id: ClassVar[str] = "wallroster"
    title_id: ClassVar[str] = "wallmore.roster"
    topics: ClassVar[frozenset[str]] = frozenset({"unit", "feed"})
    options: ClassVar[Mapping[str, Any]] = {"people": [], "org": "", "forces": True}
    ample: ClassVar[tuple[float, float]] = (18, 9)

    def begin(self) -> None:
        self._roster = Roster()
        self.people: tuple[OnDuty, ...] = ()
        self.forces: tuple[Force, ...] = ()
        self.orgs = 0

    def look(self) -> None:
        ctx = self.ctx
        rosters = ctx.rosters if not self.chosen["people"] else None
        self._roster = rosters.of(str(self.chosen["org"])) if rosters is not None else Roster()
        people = self._told() if rosters is not None else tuple(self._listed())
        forces = tuple(self._forces()) if self.chosen["forces"] else ()
        self._say_facts(forces)
        if not people and not forces:
            if self.chosen["forces"] and not has_data(ctx, "unit"):
                self.show_state(PanelState.WAITING, Message("wallmore.units_waiting"))
            elif self._roster.problem is not None:
                self.show_state(PanelState.DEAD, Message("wallmore.roster_away"), (self._roster.problem,))
            elif rosters is not None and not self._roster.told:
                self.show_state(PanelState.WAITING, Message("wallmore.roster_waiting"))
            elif self._roster.orgs > 1:
                told: dict[str, object] = {"n": self._roster.orgs}
                why = Message("wallmore.which_org_why")
                self.show_state(PanelState.EMPTY, Message("wallmore.which_org", told), (why,))
            else:
                self.show_state(PanelState.EMPTY, Message("wallmore.nobody"), (Message("wallmore.nobody_why"),))
        else:
            self.show_content()
        if (people, forces, self._roster.orgs) != (self.people, self.forces, self.orgs):
            self.people, self.forces, self.orgs = people, forces, self._roster.orgs
            self.setAccessibleDescription("; ".join(f"{one.duty} {one.name}" for one in people))
            self.update()

    def age_tick(self) -> None:
        self.look()
        self._say_age()

    def _say_age(self) -> None:
        """Of the units; of the people where the hub has not said them for long, or nothing else is shown."""
        told, now = self._roster.told, self.ctx.clock.wall()
        old = bool(self.people) and bool(told) and now - told > OLD
        if old or (self.people and told and not self.forces):
            self.set_age(Message("wallmore.roster_age", {"age": age(told, now)}), old)
        elif self.chosen["forces"]:
            self.set_age(*topic_age(self.ctx, "unit"))
        else:
            self.set_age(None)

    def _told(self) -> tuple[OnDuty, ...]:
        """Those that the hub's address book has."""
        return tuple(OnDuty(one.duty, self._name(one.name)) for one in self._roster.people)

    def _listed(self) -> list[OnDuty]:
        """Those of the scene who are on duty now."""
        t, made = self.ctx.t, []
        for one in self.chosen["people"]:
            if isinstance(one, Mapping) and "duty" in one and "name" in one and self._now(one):
                words = [t.pack(v) if isinstance(v, dict) else str(v) for v in (one["duty"], one["name"])]
                until = t("map.alert_until", time=str(one["to"])) if one.get("to") else ""
                made.append(OnDuty(words[0], self._name(words[1]), until))
        return made

    def _now(self, one: Mapping[str, Any]) -> bool:
        start, end = (_minutes(one.get(name)) for name in ("from", "to"))
        if start is None or end is None or start == end:
            return True
        here = local(self.ctx.clock.now())
        now = here.hour * 60 + here.minute
        return start <= now < end if start < end else now >= start or now < end

    def _name(self, name: str) -> str:
        if not visitor(self.ctx) or not name:
            return name
        return self.ctx.t("wallmore.masked", first=name[0])

    def _forces(self) -> list[Force]:
        ctx, table = self.ctx, self.ctx.picture["unit"]
        codes, kinds = table.codes("kind")
        state, made = table.numbers("state"), []
        for i, kind in enumerate(kinds):
            here = codes == i
            if not here.any():
                continue
            known = ctx.pack.unit_kind(kind)
            free, busy = (int(np.count_nonzero(here & (state == s))) for s in (UnitState.FREE, UnitState.BUSY))
            made.append(Force(kind, ctx.t.pack(known.name), known.shape, free, busy, int(np.count_nonzero(here))))
        order = list(ctx.pack.unit_kinds)
        return sorted(made, key=lambda one: order.index(one.kind) if one.kind in order else len(order))

    def _say_facts(self, forces: Sequence[Force]) -> None:
        if not forces:
            self.set_facts(None)
            return
        free, out = sum(one.free for one in forces), sum(one.free + one.busy for one in forces)
        every = sum(one.all for one in forces)
        told: dict[str, object] = {"n": f"{out:,}", "all": f"{every:,}", "free": f"{free:,}"}
        self.set_facts(Message("wallmore.on_duty", told))

    # Painting.

    def paint(self, painter: QPainter, box: QRectF) -> None:
        kind, theme, t = self.type, self.theme, self.ctx.t
        least = kind.row * LEAST
        more = lambda n: t("walllist.more", n=n)  # noqa: E731
        rows = [Row(one.duty, right=one.name, beside=one.until, ink="t1") for one in self.people]
        if self.orgs > 1 and not rows:
            rows = [Row(t("wallmore.which_org", n=self.orgs), right=t("wallmore.set_org"))]
        if rows and self.forces and box.width() > 24 * kind.row:
            gap = kind.row
            half = (box.width() - gap) / 2
            draw_rows(painter, QRectF(box.left(), box.top(), half, box.height()), rows, kind, theme, more, columns=1)
            self._paint_forces(painter, QRectF(box.left() + half + gap, box.top(), half, box.height()), kind)
            return
        if rows and self.forces and box.height() < least * (len(rows) + 1.5):
            out, every = sum(one.free + one.busy for one in self.forces), sum(one.all for one in self.forces)
            if int(box.height() / least + 0.02) > len(rows):  # people go before figures
                rows.append(Row(t("wallmore.forces"), right=f"{out:,} / {every:,}", ink="t1"))
            draw_rows(painter, box, rows, kind, theme, more, columns=1)
            return
        if rows:
            room = box.height() - (least * 2 if self.forces and box.height() > least * 4 else 0)
            high = min(room, len(rows) * least * (TALL if not self.forces else 1.0))
            draw_rows(painter, QRectF(box.left(), box.top(), box.width(), high), rows, kind, theme, more)
            box = QRectF(box.left(), box.top() + high + kind.gap, box.width(), box.height() - high - kind.gap)
        if self.forces and box.height() >= kind.row:
            self._paint_forces(painter, box, kind)

    def _paint_forces(self, painter: QPainter, box: QRectF, kind: WallType) -> None:
        """A cell a kind: its name; its symbol hollow and how many are free, filled and how many are busy."""
        theme, least, side = self.theme, kind.row * LEAST, kind.row * 0.34
        named = max(wide(one.name, kind.row) for one in self.forces)
        counted = max(wide(f"{max(one.free, one.busy):,}", kind.row, True) for one in self.forces) + side * 3.4
        cell = named + 2 * counted + kind.row * 1.6
        across = max(min(int((box.width() + kind.row) / cell), len(self.forces)), 1)
        deep = -(-len(self.forces) // across)
        fit = max(int(box.height() / least + 0.02), 1)
        high = min(box.height() / min(deep, fit), least * TALL)
        width = box.width() / across
        for i, one in enumerate(self.forces[: fit * across]):
            left, top = box.left() + i % across * width, box.top() + i // across * high
            end = left + width - (kind.row if across > 1 else 0)
            row = QRectF(left, top, end - left - 2 * counted - kind.gap, high)
            draw_words(painter, row, one.name, kind.row, theme.t1)
            for n, state, right in (
                (one.free, UnitState.FREE, end - counted - kind.gap),
                (one.busy, UnitState.BUSY, end),
            ):
                at = QPointF(right - counted + side * 1.5, row.center().y())
                draw_unit(painter, at, one.shape, state, theme, radius=side)
                draw_words(painter, QRectF(right - counted, top, counted, high), f"{n:,}", kind.row, theme.t1, True,
                           "right")  # fmt: skip


def _minutes(clock: Any) -> int | None:
    """Minutes after midnight of "08:00"; None for what is no time."""
    try:
        found = time.fromisoformat(str(clock))
    except ValueError:
        return None
    return found.hour * 60 + found.minute


PANELS = {"wallroster": WallRoster}
