"""What is said about cases and orders: states, deadlines, doers, lines of the timeline. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.model import ages
from cockpit.model.cases import Case, Order, Step
from cockpit.model.clock import DAY, SECOND
from cockpit.model.entries import (
    Act,
    Actor,
    CallMade,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    Noted,
    OrderIssued,
    OrderMoved,
    OrderUrged,
    PhotoAdded,
    Refused,
    StageReached,
    Unknown,
    VerifyOrder,
)
from cockpit.model.messages import Message, Texts
from cockpit.model.ports.cases import Sending, Waiting
from cockpit.model.rights import ACTS, word_of
from cockpit.model.worktime import Span
from widgets.instruct.lines import line_words
from widgets.orders import callwords

TRACK = ("confirmed", "delivered", "read", "accepted", "en_route", "on_scene", "done", "verified")
"""States of an order as its track shows them, in order; `sent` lies between the first two."""
CLOCK_OFF = 30 * SECOND
"""From here on a device's clock is said to be wrong."""
A_MOMENT = 3 * SECOND
"""Until an order that waits in the outbox is said to be undelivered."""
CALM, GOOD, WAIT, BAD, OVER = "t1", "acc", "orange_text", "red_text", "t3"
"""Tokens of what is said: as it should be, reached, waiting here, wrong or overdue, over."""


@dataclass(frozen=True)
class Said:
    """Words with the token of their colour."""

    words: str
    token: str = CALM


def reached(order: Order) -> int:
    """How far along `TRACK` an order is; the state it had last where it ended otherwise."""
    if order.state in TRACK:
        return TRACK.index(order.state)
    been = [TRACK.index(state) for state in order.times if state in TRACK]
    return max(been, default=0)


def deadline(order: Order) -> tuple[str, int]:
    """What it has to keep now and until when: (`arrive`, us), (`finish`, us), (`valid`, us) or ("", 0)."""
    if order.ended or order.state == "done":
        return "", 0
    if order.state in ("confirmed", "sent") and order.valid_until:
        return "valid", order.valid_until
    if order.state == "on_scene":
        return ("finish", order.finish_by) if order.finish_by else ("", 0)
    return ("arrive", order.arrive_by) if order.arrive_by else ("", 0)


def overdue(order: Order, now: int) -> bool:
    """Whether it has passed a time it was given."""
    if order.ended or order.state == "done":
        return False
    late_there = bool(order.arrive_by) and now > order.arrive_by and order.state != "on_scene"
    return late_there or (bool(order.finish_by) and now > order.finish_by)


class CaseWords:
    """Says cases and orders in the language of `t`.

    Attributes:
        t: the texts.
        unit: name of a unit by its key.
        now: city time.
        read: words of a text by the id of its ref; None while they are not known, "" when they were erased.
        plain: a sentence of the rules as an officer reads it.
    """

    def __init__(
        self, t: Texts, unit: Callable[[str], str], now: Callable[[], int], stage: Callable[[str], str]
    ) -> None:
        self.t = t
        self.unit = unit
        self.now = now
        self.stage = stage
        self.read: Callable[[str], str | None] = lambda ident: None
        self.plain: Callable[[Message], Message] = lambda message: message

    # -- orders

    def number(self, order: Order) -> str:
        return order.number or self.t("orders.unnumbered")

    def state(self, order: Order, row: Waiting | None) -> Said:
        """Its state in words: 已记入本机待发, 已送达, …"""
        t = self.t
        if order.provisional and order.state != "confirmed":
            return Said(t("orders.state_pending", state=t(f"orders.state_{order.state}")), WAIT)
        if order.provisional:
            if row is not None and row.state is Sending.PARKED:
                return Said(t("orders.state_parked"), BAD)
            waited = self.now() - (row.issued if row else order.issued)
            return Said(t("orders.state_confirmed" if waited < A_MOMENT else "orders.state_unsent"), WAIT)
        token = CALM
        if order.state in ("done", "verified"):
            token = GOOD
        elif order.state in ("refused", "expired"):
            token = BAD
        elif order.state == "recalled":
            token = OVER
        return Said(t(f"orders.state_{order.state}"), token)

    def clock(self, order: Order) -> Said:
        """What is left of the time it has now: 到场 余 05:12; past it in red."""
        what, until = deadline(order)
        if not what:
            return Said("")
        left = until - self.now()
        words = self.t(f"orders.clock_{what}", left=self.left(left))
        return Said(words, BAD if left < 0 else CALM)

    def left(self, us: int) -> str:
        """余 02:36, 超 03:18; from two days on in days."""
        name = "orders.over" if us < 0 else "orders.left"
        span = self.t(ages.span(abs(us))) if abs(us) >= 2 * DAY else ages.countdown(us)
        return self.t(name, span=span)

    def alerts(self, order: Order, row: Waiting | None) -> list[Said]:
        """What is not as it should be, a sentence each."""
        t, now, said = self.t, self.now(), []
        unit = self.unit(order.unit)
        if order.state == "confirmed" and row is not None and now - row.issued >= A_MOMENT:
            waited = t("orders.waits", span=t(ages.exactly(now - row.issued)))
            said.append(Said(waited, WAIT))
        if order.state == "refused":
            said.append(Said(t("orders.refused_by", unit=unit, why=self.reason(order)), BAD))
        if order.state == "expired":
            said.append(Said(t("orders.expired_why", unit=unit), BAD))
        if order.clash:
            name = "orders.clash_recalled" if order.state == "recalled" else "orders.clash_expired"
            said.append(Said(t(name, unit=unit, done=t(f"orders.beat_{order.clash}")), BAD))
        climbs = callwords.climbing(order, self.unit(order.urges[-1].unit or order.unit), now, t) if order.urges else ""
        if climbs:
            said.append(Said(climbs, WAIT))
        if order.again and order.working:
            said.append(Said(t("orders.again", unit=unit, n=order.again), WAIT))
        if not order.ended and overdue(order, now):
            what = "finish" if order.finish_by and now > order.finish_by else "arrive"
            over = now - (order.finish_by if what == "finish" else order.arrive_by)
            said.append(Said(t(f"orders.late_{what}", unit=unit, span=t(ages.exactly(over))), BAD))
        if abs(order.skew) >= CLOCK_OFF:
            name = "orders.clock_ahead" if order.skew > 0 else "orders.clock_behind"
            said.append(Said(t(name, unit=unit, span=t(ages.exactly(abs(order.skew)))), WAIT))
        return said

    def reason(self, order: Order) -> str:
        """Why its unit refused it, in the unit's words."""
        if order.reason is None:
            return self.t("orders.no_reason")
        words = self.read(order.reason.id)
        return self.t("orders.text_coming") if words is None else words or self.t("orders.text_erased")

    # -- who did it

    def actor(self, actor: Actor, name: str = "") -> str:
        """值班员 王强 · 席位 2; 市政抢修 07 · 设备; 中心."""
        t = self.t
        if actor.role == "hub":
            return t("orders.role_hub")
        if actor.role == "device":
            return t("orders.by_device", unit=self.unit(actor.unit) if actor.unit else actor.seat)
        role = t(f"orders.role_{actor.role}") if actor.role in ("duty", "leader", "wall") else actor.role
        head, _, number = actor.seat.partition("-")
        seat = t("orders.seat", n=number) if head == "seat" and number else actor.seat
        return t("orders.by_person", who=f"{role} {name}".rstrip(), seat=seat)

    # -- the timeline

    def entry(self, step: Step, case: Case) -> Said:
        """One line of the timeline, without its time and doer."""
        t, entry = self.t, step.entry
        match entry:
            case CaseOpened():
                return Said(t("orders.did_opened", number=entry.number or t("orders.unnumbered")))
            case StageReached():
                return Said(t("orders.did_stage", stage=self.stage(entry.stage)))
            case OrderIssued():
                lead = t("orders.lead" if entry.lead else "orders.helper")
                number = entry.number or t("orders.unnumbered")
                return Said(t("orders.did_issued", number=number, unit=self.unit(entry.unit), lead=lead))
            case OrderMoved():
                return self._moved(entry, case)
            case PhotoAdded():
                return Said(t("orders.did_photo", unit=self.unit(self._unit_of(entry.order, case))))
            case Noted():
                return Said(t("orders.did_note"))
            case CaseClosed():
                return Said(t(f"orders.did_closed_{entry.result}"), GOOD)
            case CaseReopened():
                return Said(t("orders.did_reopened"))
            case CallMade():
                return Said(*callwords.call_words(entry, self._who(entry, step), t))
            case OrderUrged():
                order = case.orders.get(entry.order)
                unit = self.unit(entry.unit or (order.unit if order is not None else ""))
                return Said(*callwords.urge_words(entry, order, step.at, unit, t))
            case Refused():
                return Said(t("orders.did_refused", act=act_message(entry.act), why=self.plain(entry.reason)), BAD)
            case Unknown():
                return Said(t("orders.did_unknown", kind=entry.kind, v=entry.v), OVER)
            case _:
                return Said(*line_words(entry, t))

    def _who(self, entry: CallMade, step: Step) -> str:
        """Who was called: the unit, else the name that lies outside of the ledger."""
        if entry.unit:
            return self.unit(entry.unit)
        if "contact" in step.words:
            return step.words["contact"]
        ref = step.texts.get("contact")
        name = self.read(ref.id) if ref is not None else ""
        return self.t("orders.text_coming") if name is None else name or self.t("callsui.somebody")

    def _moved(self, entry: OrderMoved, case: Case) -> Said:
        t, unit = self.t, self.unit(self._unit_of(entry.order, case))
        if entry.again:
            return Said(t("orders.did_again", unit=unit), WAIT)
        words = t("orders.did_refused_unit" if entry.state == "refused" else f"orders.did_{entry.state}", unit=unit)
        if entry.late:
            return Said(t("orders.did_late", done=words), WAIT)
        if abs(entry.skew) >= CLOCK_OFF:
            words = t("orders.did_skewed", done=words, said=ages.instant(entry.said, self.now()))
        token = BAD if entry.state in ("refused", "expired") else GOOD if entry.state == "verified" else CALM
        return Said(words, token)

    @staticmethod
    def _unit_of(order: str, case: Case) -> str:
        known = case.orders.get(order)
        return known.unit if known is not None else order


def span_words(span: Span) -> Message:
    """60 分钟, 2 小时, 1 天, 4 工作时, 5 工作日."""
    name = {"min": "minutes", "u": "hours", "U": "days", "h": "work_hours", "d": "work_days"}[span.unit]
    return Message(f"orders.span_{name}", {"n": span.amount})


_ACTS = frozenset({*ACTS, "order.rework"})


def act_message(act: Act | str) -> Message:
    """What a command wants: 派遣, 撤回, …; a kind of act that is not known is shown as it is."""
    kind = act if isinstance(act, str) else word_of(act)
    if isinstance(act, VerifyOrder) and not act.good:
        kind = "order.rework"
    return Message(f"orders.act_{kind.replace('.', '_')}" if kind in _ACTS else kind)
