"""值班: who leads and who is on duty in the hall, and how many of each kind are out in the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from cockpit.model.calls import Contact
from cockpit.model.clock import local
from cockpit.model.messages import Message
from cockpit.model.tables import UnitState
from widgets.kit.feedstate import has_data, topic_age
from widgets.kit.symbols import draw_unit
from widgets.wall.discreet import visitor
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import draw_words
from widgets.wall.rows import LEAST, TALL, Row, draw_rows
from widgets.wall.sizes import WallType, wide

MOST = 8


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
    outside of them somebody is not shown); where there are none, the address book's people of `org`. `forces`: whether
    units are counted. Visitors read family names only.
    """

    panel_id: ClassVar[str] = "wallroster"
    title_id: ClassVar[str] = "wallmore.roster"
    topics: ClassVar[frozenset[str]] = frozenset({"unit", "feed"})
    options: ClassVar[Mapping[str, Any]] = {"people": [], "org": "", "forces": True}
    ample: ClassVar[tuple[float, float]] = (18, 9)

    def begin(self) -> None:
        self._book: tuple[OnDuty, ...] = ()
        self._asked = False
        self.people: tuple[OnDuty, ...] = ()
        self.forces: tuple[Force, ...] = ()

    def look(self) -> None:
        ctx = self.ctx
        if not self._asked and ctx.calls is not None and not self.chosen["people"]:
            self._asked = True
            ctx.calls.contacts("", self._take, 200)
        people = tuple(self._listed()) or self._book
        forces = tuple(self._forces()) if self.chosen["forces"] else ()
        self._say_facts(forces)
        if not people and not forces:
            if self.chosen["forces"] and not has_data(ctx, "unit"):
                self.show_state(PanelState.WAITING, Message("wallmore.units_waiting"))
            else:
                self.show_state(PanelState.EMPTY, Message("wallmore.nobody"), (Message("wallmore.nobody_why"),))
        else:
            self.show_content()
        if (people, forces) != (self.people, self.forces):
            self.people, self.forces = people, forces
            self.setAccessibleDescription("; ".join(f"{one.duty} {one.name}" for one in people))
            self.update()

    def age_tick(self) -> None:
        if self.chosen["forces"]:
            self.set_age(*topic_age(self.ctx, "unit"))
        self.look()

    def _take(self, contacts: list[Contact]) -> None:
        """People of the book who belong to the hall: those of the first organisation, or of the one that is named."""
        org = str(self.chosen["org"])
        named = [one for one in contacts if one.duty and not one.unit]
        if not org and named:
            org = " ".join(named[0].org)
        found = [one for one in named if org and (org in one.org or org == " ".join(one.org))]
        self._book = tuple(OnDuty(one.duty, self._name(one.name)) for one in found[:MOST])
        if not self.failed:
            self.look()

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
        if rows and self.forces and box.width() > 24 * kind.row:
            gap = kind.row
            half = (box.width() - gap) / 2
            draw_rows(painter, QRectF(box.left(), box.top(), half, box.height()), rows, kind, theme, more, columns=1)
            self._paint_forces(painter, QRectF(box.left() + half + gap, box.top(), half, box.height()), kind)
            return
        if rows and self.forces and box.height() < least * (len(rows) + 1.5):
            out, every = sum(one.free + one.busy for one in self.forces), sum(one.all for one in self.forces)
            fit = max(int(box.height() / least + 0.02) - 1, 1)
            rows = [*rows[:fit], Row(t("wallmore.forces"), right=f"{out:,} / {every:,}", ink="t1")]
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
