"""What waits for a leader's word, as data: 请示, cases that are overdue, grave events and alerts, signs under target.

Ordered by what is due. Whatever a leader has said something about is let go, for a while where it is still overdue.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from cockpit.model.ages import moment
from cockpit.model.cases import Case
from cockpit.model.clock import DAY, MINUTE, midnight
from cockpit.model.entries import TextRef
from cockpit.model.headline import headline_words
from cockpit.model.instructions import Ask
from cockpit.model.levels import Level
from cockpit.model.signs import Sign
from cockpit.model.tables import EventState
from widgets.instruct import words as say
from widgets.kit.context import PanelContext
from widgets.kit.loopwords import item_of
from widgets.lists.words import joined, number
from widgets.orders.reading import Reading

AGAIN = 30 * MINUTE
"""After which a case that is still overdue waits for a leader's word again."""
MOST = 40
"""Of one kind: nobody decides more, and the gravest come first."""


class Kind(StrEnum):
    ASK = "ask"
    OVERDUE = "overdue"
    EVENT = "event"
    ALERT = "alert"
    SIGN = "sign"


@dataclass(frozen=True)
class Wait:
    """One thing that waits.

    Attributes:
        key: names it, the same as long as it waits. kind: what it is. level: 1–4, 5 none.
        title, words, who: in words; who, and since when.
        at: since when; due: until when, 0 no limit; today: it has the day.
        item: what is selected to look at it; case: id, "" none; ask: id of the 请示, "" none.
        topic, target: to what a 批示 about it goes.
        options: the choices of the 请示.
    """

    key: str
    kind: Kind
    level: int
    title: str
    words: str
    who: str
    at: int
    due: int
    item: tuple[str, str]
    topic: str
    target: str
    case: str = ""
    ask: str = ""
    options: tuple[str, ...] = ()
    today: bool = False


class Waiting:
    """Reads it from what a panel is handed."""

    def __init__(self, ctx: PanelContext, reading: Reading) -> None:
        self._ctx, self._reading = ctx, reading
        self.wanted: list[TextRef] = []

    def all(self) -> list[Wait]:
        """Everything that waits, what is due first."""
        port = self._ctx.instructions
        if port is None:
            return []
        asks = list(port.asks())
        self.wanted = list(say.refs((), asks))
        overdue = list(self._overdue({ask.case for ask in asks}))
        taken = {ask.case for ask in asks} | {one.case for one in overdue}
        found = [*(self._ask(ask) for ask in asks), *overdue, *self._events(taken), *self._alerts(), *self._signs()]
        return sorted(found, key=_rank)

    # -- each kind ------------------------------------------------------------------------------------------------

    def _ask(self, ask: Ask) -> Wait:
        ctx, t = self._ctx, self._ctx.t
        case = ctx.cases.case(ask.case)
        title = say.said_words(t, self._reading, ask.said, "question")
        why = ask.said.words.get("words") or say.text_words(t, self._reading, ask.why)
        about = say.case_words(ctx, ask.case)
        who = say.actor_words(t, ask.said.actor, say.name_of(self._reading, ask.said))
        return Wait(
            f"ask/{ask.id}", Kind.ASK, case.facts.level if case is not None else 5, title,
            f"{about}{t('instruct.stop')}{why}" if why else about, joined(who, moment(ask.said.at, ctx.clock.now())),
            ask.said.at, ask.until, item_of(case, ctx.picture) if case is not None else ("case", ask.case), "case",
            ask.case, ask.case, ask.id, tuple(say.text_words(t, self._reading, ref) for ref in ask.options),
        )  # fmt: skip

    def _overdue(self, asked: set[str]) -> Iterator[Wait]:
        """Cases past their time that are supervised, or grave, and about which nobody said anything since."""
        ctx, t, now = self._ctx, self._ctx.t, self._ctx.clock.now()
        found = 0
        for case in ctx.cases.all_open():
            if not 0 < case.due < now or found >= MOST:
                break  # by what is due first
            supervised = case.urged > 0 or case.facts.level <= Level.ORANGE
            word = self._last_word(case)
            if case.id in asked or not supervised or word > max(case.due, now - AGAIN):
                continue
            found += 1
            stage = t.pack(ctx.pack.loop.label(case.stage))
            units = [say.target_words(ctx, "unit", order.unit) for order in case.at_work()]
            about = t("instruct.overdue_of", case=case.number or t("orders.unnumbered"), stage=stage)
            doer = t("instruct.at_work", units="、".join(units)) if units else t("instruct.nobody_at_work")
            pressed = t("instruct.pressed", n=case.urged) if case.urged else t("instruct.by_rule")
            yield Wait(
                f"overdue/{case.id}", Kind.OVERDUE, case.facts.level,
                t("instruct.overdue_title", what=self._what(case)), f"{about}{doer}",
                joined(pressed, moment(case.due, now)), case.due, case.due, item_of(case, ctx.picture), "case",
                case.id, case.id,
            )  # fmt: skip

    def _events(self, taken: set[str]) -> Iterator[Wait]:
        ctx, t, now = self._ctx, self._ctx.t, self._ctx.clock.now()
        table = ctx.picture["event"]
        grave = (table.numbers("level") <= Level.ORANGE) & (table.numbers("state") == EventState.OPEN)
        rows = np.flatnonzero(grave)
        rows = rows[np.lexsort((-table.numbers("occurred")[rows], table.numbers("level")[rows]))]
        found = 0
        for row in rows.tolist():
            if found >= MOST:
                return
            event = table.row(row)
            case = ctx.cases.of_event(event["key"])
            if case is not None and (case.id in taken or not case.open or self._last_word(case)):
                continue
            if self._written("event", event["key"]):
                continue
            found += 1
            number_ = (case.number or t("orders.unnumbered")) if case is not None else t("instruct.not_taken")
            stage = t.pack(ctx.pack.loop.label(case.stage)) if case is not None else ""
            occurred = int(event["occurred"])
            topic, target = ("case", case.id) if case is not None else ("event", event["key"])
            yield Wait(
                f"event/{event['key']}", Kind.EVENT, int(event["level"]), say.event_words(ctx, event),
                t("instruct.event_said", number=joined(number_, stage)),
                joined(t.pack(ctx.pack.channel(event["channel"])), moment(occurred, now)), occurred,
                case.due if case is not None else 0, ("event", event["key"]), topic, target,
                case.id if case is not None else "",
            )  # fmt: skip

    def _alerts(self) -> Iterator[Wait]:
        ctx, t, now = self._ctx, self._ctx.t, self._ctx.clock.now()
        table = ctx.picture["alert"]
        for row in np.flatnonzero(table.numbers("level") <= Level.ORANGE).tolist()[:MOST]:
            alert = table.row(row)
            expires = int(alert["expires"])
            if (expires and expires < now) or self._written("alert", alert["key"]):
                continue
            sent = int(alert["sent"])
            until = t("instruct.alert_until", when=moment(expires, now)) if expires else ""
            yield Wait(
                f"alert/{alert['key']}", Kind.ALERT, int(alert["level"]), headline_words(alert["title"], t, whole=True),
                joined(str(alert["area_name"]), until), joined(str(alert["sender"]), moment(sent, now)), sent, 0,
                ("alert", alert["key"]), "alert", alert["key"],
            )  # fmt: skip

    def _signs(self) -> Iterator[Wait]:
        """Those of the whole city that miss their target and have somebody who answers for them."""
        ctx = self._ctx
        if ctx.signs is None:
            return
        for sign in ctx.signs.known.signs:
            if sign.target is None or not sign.owner:
                continue
            row = self._city_row(sign.code)
            if row is None or not _misses(sign, float(row["value"])) or self._written("sign", row["key"]):
                continue
            yield self._sign(sign, row)

    def _sign(self, sign: Sign, row: dict[str, Any]) -> Wait:
        t, target = self._ctx.t, sign.target or 0.0
        name = t.pack(sign.name)
        at = int(row["measured"])
        values = {
            "value": f"{number(round(float(row['value']), sign.decimals))}{t.unit(sign.unit, float(row['value']))}",
            "target": f"{number(target)}{t.unit(sign.unit, target)}",
        }
        under = "instruct.under_target" if float(row["value"]) < target else "instruct.over_target"
        today = midnight(self._ctx.clock.now()) + DAY
        return Wait(
            f"sign/{row['key']}", Kind.SIGN, int(row["level"]) or 3, t(under, name=name, target=values["target"]),
            t("instruct.sign_said", **values), t("instruct.owner", name=t.pack(sign.owner)), at, today,
            ("sign", row["key"]), "sign", row["key"], today=True,
        )  # fmt: skip

    # -- within ---------------------------------------------------------------------------------------------------

    def _city_row(self, code: str) -> dict[str, Any] | None:
        """The item of the whole city: its area is the top one, or not said."""
        table, areas = self._ctx.picture["sign"], self._ctx.picture["area"]
        tops = [c for c, tier in zip(areas.text("code"), areas.numbers("tier").tolist(), strict=True) if tier == 0]
        for area in ("", *tops):
            found: dict[str, Any] | None = table.get(f"sign/{code}@{area}")
            if found is not None and math.isfinite(float(found["value"])):
                return found
        return None

    def _what(self, case: Case) -> str:
        row = self._ctx.picture["event"].get(case.facts.event) if case.facts.event else None
        return say.event_words(self._ctx, row) if row else self._ctx.t.pack(self._ctx.pack.kind(case.facts.kind).name)

    def _written(self, topic: str, key: str) -> bool:
        port = self._ctx.instructions
        return port is not None and any(one.result != "withdrawn" for one in port.of(topic, key))

    def _last_word(self, case: Case) -> int:
        """When a leader last said something about a case, 0 never."""
        port = self._ctx.instructions
        if port is None:
            return case.urged_at
        given = [one.said.at for one in port.of("case", case.id) if one.result != "withdrawn"]
        given += [one.said.at for one in port.of("event", case.facts.event) if case.facts.event]
        decided = [ask.given.at for ask in port.asks_of(case.id) if ask.given is not None]
        return max((case.urged_at, *given, *decided))


def _rank(one: Wait) -> tuple[int, int, int, int, str]:
    """What is due, then questions without a limit, then what is grave, then what has the day."""
    limited = bool(one.due) and not one.today
    place = 0 if limited else 1 if one.kind is Kind.ASK else 3 if one.kind is Kind.SIGN else 2
    return place, one.due if limited else 0, one.level, -one.at, one.key


def _misses(sign: Sign, value: float) -> bool:
    if sign.target is None:
        return False
    return value < sign.target if sign.direction == "up" else value > sign.target if sign.direction == "down" else False


def steady(shown: list[Wait], now: list[Wait]) -> tuple[list[Wait], set[str]]:
    """The order in which they stand while somebody is at them: nothing moves, what is new comes last.

    Returns:
        what is to be shown, and the keys of those that wait no longer.
    """
    fresh = {one.key: one for one in now}
    kept = [fresh.get(one.key, one) for one in shown]
    known = {one.key for one in shown}
    gone = known - fresh.keys()
    return [*kept, *(one for one in now if one.key not in known)], gone
