"""Calls and climbing in the words of a case's timeline. No Qt."""

from __future__ import annotations

from cockpit.model import ages
from cockpit.model.calls import Outcome
from cockpit.model.cases import Order, Urge
from cockpit.model.clock import SECOND
from cockpit.model.entries import CallMade, OrderUrged
from cockpit.model.messages import Texts

GOOD, CALM, WAIT = "acc", "t1", "orange_text"
UNDELIVERED = frozenset({"confirmed", "sent"})
_OUTCOMES = frozenset(map(str, Outcome))
_REACHED = frozenset({Outcome.ANSWERED, Outcome.HANDED_OFF})


def call_words(entry: CallMade, name: str, t: Texts) -> tuple[str, str]:
    """呼叫 市政抢修 07：已通话 02:13; and the colour."""
    outcome = t(f"callsui.outcome_{entry.outcome}") if entry.outcome in _OUTCOMES else entry.outcome
    talked = ages.countdown(entry.ended - entry.answered) if entry.answered and entry.ended else ""
    title = "callsui.line_in" if entry.inbound else "callsui.line_video" if entry.video else "callsui.line_out"
    return t(title, name=name, how=f"{outcome} {talked}".rstrip()), CALM if entry.outcome in _REACHED else WAIT


def call_details(entry: CallMade, t: Texts) -> str:
    """手机网页 · 响铃 8 秒 · 前 1 种方式未通 · 丢包 3% · 抖动 12 ms · 已录音."""
    rang = (entry.answered or entry.ended) - entry.rang if entry.rang else 0
    parts = [
        t(f"callsui.way_{entry.way}") if entry.way in ("webrtc", "sip", "handoff") else entry.way,
        t("callsui.line_rang", span=t(ages.exactly(rang))) if rang >= SECOND else "",
        t("callsui.line_tried", n=entry.tried) if entry.tried else "",
        t("callsui.loss", percent=f"{entry.loss * 100:.0f}") if entry.loss >= 0.005 else "",
        t("callsui.jitter", ms=f"{entry.jitter:.0f}") if entry.jitter >= 1 else "",
        t("callsui.recorded") if entry.recording is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def urge_words(entry: OrderUrged | Urge, order: Order | None, at: int, unit: str, t: Texts) -> tuple[str, str]:
    """60 秒未送达，自动短信：已发出; and the colour. `unit` is the name of whoever is reached for."""
    by = t(f"callsui.urge_{entry.by}", unit=unit) if entry.by in ("page", "sms", "call", "leader") else entry.by
    state = t(f"callsui.urge_{entry.state}") if entry.state in ("begun", "done", "failed") else entry.state
    why = (
        f"（{t(entry.why)}）" if entry.why is not None and t.lang == "zh" else f" ({t(entry.why)})" if entry.why else ""
    )
    waited = t(ages.exactly(max(0, at - order.issued))) if order is not None else ""
    name = "callsui.line_urged" if waited else "callsui.line_urged_short"
    return t(name, span=waited, by=by, state=f"{state}{why}"), WAIT


def climbing(order: Order, unit: str, now: int, t: Texts) -> str:
    """What is done by itself about an order that no device has, and how far that is; "" for one that has arrived."""
    if order.state not in UNDELIVERED or not order.urges:
        return ""
    last = order.urges[-1]
    return urge_words(last, order, last.at or now, unit, t)[0]
