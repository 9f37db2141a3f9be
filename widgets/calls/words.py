"""Calls in words: how a leg is, which ways were tried, how it ended, how well it is heard. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cockpit.model.ages import countdown, moment
from cockpit.model.calls import Call, CallKind, CallState, Contact, Leg, Line, Outcome, Quality, Way, WayKind
from cockpit.model.letters import Letter, LetterState
from cockpit.model.messages import Message, Texts

LOSSY, UNEVEN_MS, LATE_MS = 0.05, 60.0, 400.0
"""From here on what is heard is bad: share of packets lost, jitter, and the time there and back."""
THERE, SILENT, NOWHERE, WAITED = "there", "silent", "nowhere", "waited"
"""Of a roll call 点名: they said that they are there; said nothing; could not be reached; are still to come."""

NO_LINE = frozenset(
    (
        *("calls.no_such_way", "calls.way_off", "calls.adapter_broken", "calls.no_adapter"),
        *("sip.no_account", "sip.no_program", "media.no_extra"),
    )
)
"""Why a way failed, where this desk does not have it at all."""
NOT_OPENED = frozenset(("calls.no_telephone",))
LINE_DOWN = frozenset(
    (
        *("sip.registering", "sip.no_start", "sip.gone", "sip.no_server", "sip.server_silent", "sip.bad_server"),
        *("sip.bad_certificate", "sip.needs_ca", "sip.no_ca", "sip.no_password", "sip.bad_secret", "sip.bad_user"),
        *("sip.bad_account", "sip.password", "sip.no_sound", "seat.hub_gone"),
    )
)
"""And where it has it and it does not work now: nothing is known of who was called."""
NO_REPLY = frozenset(
    ("calls.nothing_rang", "sip.silence", "sip.failed", "sip.server_failed", "sip.answer_code", "media.unreachable")
)
"""And where nothing came back, so that whether they are online is not known either."""


class Said(NamedTuple):
    """Words and the token of their colour."""

    words: str
    token: str = "t2"


def way_name(way: Way | None, t: Texts) -> str:
    """手机网页, 分机 8012, 话机 13800000000: what it is called, with its number where it has one."""
    if way is None:
        return ""
    label = way.label or t(f"callsui.way_{way.kind}")
    return label if way.kind is WayKind.WEBRTC else f"{label} {number_of(way)}".rstrip()


def number_of(way: Way) -> str:
    """The number of a way as a person dials it: 8012 of sip:8012@pbx."""
    return way.address.partition(":")[2].partition("@")[0] if way.address.startswith(("sip:", "sips:")) else way.address


def outcome_words(outcome: Outcome | str | None, t: Texts) -> str:
    return t(f"callsui.outcome_{outcome}") if outcome else ""


def ended_words(outcome: Outcome | None, why: Message | None, t: Texts) -> str:
    """How a try ended. They are not online only where that is known: 本席没有这条线路 says what is so of this desk."""
    if outcome is not Outcome.UNREACHABLE or why is None:
        return outcome_words(outcome, t)
    if why.id == "calls.no_way":
        return t("callsui.no_way")
    if why.id in NO_LINE:
        return t("callsui.unreachable_no_line")
    if why.id in NOT_OPENED:
        return t("callsui.unreachable_not_opened")
    if why.id in LINE_DOWN or (why.id.startswith("media.") and why.id not in NO_REPLY):
        return t("callsui.unreachable_line_down")
    return t("callsui.unreachable_no_reply") if why.id in NO_REPLY else outcome_words(outcome, t)


def state_words(leg: Leg, t: Texts) -> str:
    """振铃, 通话中, 忙: of one leg."""
    if leg.state is CallState.ENDED:
        return ended_words(leg.outcome, leg.why, t) or t("callsui.state_ended")
    if leg.state is CallState.UP and leg.muted:
        return t("callsui.state_muted")
    return t(f"callsui.state_{leg.state}")


def tried_words(leg: Leg, t: Texts) -> str:
    """手机网页 不在线 → 分机 8012 振铃: what failed before, and what is tried now."""
    steps = [f"{way_name(one.way, t)} {ended_words(one.outcome, one.why, t)}" for one in leg.failed]
    if leg.state is CallState.ENDED and leg.failed and leg.way in (None, leg.failed[-1].way):
        return " → ".join(steps)  # no way was left: how the last one failed is said already
    now = f"{way_name(leg.way, t)} {state_words(leg, t)}".lstrip()
    return " → ".join([*steps, now])


def leg_said(leg: Leg, t: Texts) -> Said:
    """Its chain of ways, in a colour that says how it stands."""
    if leg.state is CallState.UP:
        return Said(tried_words(leg, t), "t1")
    bad = leg.state is CallState.ENDED and leg.outcome not in (Outcome.ANSWERED, Outcome.CANCELLED, Outcome.HANDED_OFF)
    return Said(tried_words(leg, t), "orange_text" if bad else "t2")


def why_words(leg: Leg, t: Texts) -> str:
    """All that is known of why ways failed, a line each."""
    lines = [f"{way_name(one.way, t)}：{t(one.why)}" for one in leg.failed]
    if leg.why is not None:
        lines.append(t(leg.why))
    return "\n".join(lines)


def quality_words(quality: Quality, t: Texts) -> str:
    """丢包 8%; "" while it is good."""
    said = []
    if quality.loss >= LOSSY:
        said.append(t("callsui.loss", percent=f"{quality.loss * 100:.0f}"))
    if quality.jitter >= UNEVEN_MS:
        said.append(t("callsui.jitter", ms=f"{quality.jitter:.0f}"))
    if quality.rtt >= LATE_MS:
        said.append(t("callsui.delay", ms=f"{quality.rtt:.0f}"))
    return " · ".join(said)


def worst_quality(call: Call, t: Texts) -> str:
    """Of the leg that is heard worst."""
    up = [leg.quality for leg in call.legs if leg.state is CallState.UP]
    return quality_words(max(up, key=lambda one: one.loss), t) if up else ""


def who_words(call: Call, t: Texts) -> str:
    """市政抢修 07; 李娜 等 5 人."""
    names = [leg.contact.name for leg in call.legs]
    if len(names) == 1:
        return names[0]
    return t("callsui.and_others", name=names[0], n=len(names)) if names else ""


def call_said(call: Call, t: Texts) -> Said:
    """One call in words: of one leg its ways, of several how many are there."""
    if len(call.legs) == 1:
        said = leg_said(call.legs[0], t)
        return Said(t("callsui.we_hold"), "t2") if call.held and call.state is CallState.UP else said
    if call.kind is CallKind.ROLL:
        return Said(roll_words(call, t), "t1")
    up = sum(leg.state is CallState.UP for leg in call.legs)
    coming = sum(leg.state in (CallState.PLACING, CallState.RINGING) for leg in call.legs)
    gone = len(call.legs) - up - coming
    said = [t("callsui.group_up", n=up)]
    said += [t("callsui.group_ringing", n=coming)] if coming else []
    said += [t("callsui.group_gone", n=gone)] if gone else []
    return Said(" · ".join(said), "t1" if up else "t2")


def clock_words(begun: int, ended: int, now: int) -> str:
    """02:13 since it was answered; "" before."""
    return countdown((ended or now) - begun) if begun else ""


def answered_at(call: Call) -> int:
    """When the first of them answered, 0 nobody yet."""
    return min((leg.answered for leg in call.legs if leg.answered), default=0)


# -- 点名 ------------------------------------------------------------------------------------------------------------


def roll_state(leg: Leg) -> str:
    """Of one who is called over: `there`, `silent`, `nowhere` or `waited`."""
    if leg.there:
        return THERE
    if leg.state is not CallState.ENDED:
        return WAITED
    return SILENT if leg.outcome in (Outcome.ANSWERED, Outcome.NO_ANSWER, Outcome.CUT, Outcome.DECLINED) else NOWHERE


def roll_words(call: Call, t: Texts) -> str:
    """在 7 · 未应答 2 · 未接通 1 · 等待 2."""
    states = [roll_state(leg) for leg in call.legs]
    counts = [(state, states.count(state)) for state in (THERE, SILENT, NOWHERE, WAITED)]
    return " · ".join(t(f"callsui.roll_{state}_n", n=n) for state, n in counts if n or state == THERE)


# -- why there is no calling ---------------------------------------------------------------------------------------


def no_line(lines: Sequence[Line], t: Texts) -> str:
    """Why no way is ready, in a sentence; "" when one is."""
    if any(line.ready for line in lines):
        return ""
    if not lines:
        return t("callsui.no_lines")
    said = []
    for line in lines:
        name = line.name or t(f"callsui.way_{line.kind}")
        said.append(t("callsui.line_down", name=name, why=t(line.problem) if line.problem is not None else "–"))
    return "；".join(said)


# -- letters -------------------------------------------------------------------------------------------------------


def letter_state(letter: Letter, t: Texts, now_us: int) -> Said:
    """已发出, 已送达 17:42, 已读 17:43, 已答 07-14 17:44."""
    state = letter.state
    at = {
        LetterState.ANSWERED: letter.answered,
        LetterState.READ: letter.read,
        LetterState.DELIVERED: letter.delivered,
        LetterState.SENT: letter.taken,
    }.get(state, 0)
    words = t(f"callsui.letter_{state}")
    return Said(
        f"{words} {moment(at, now_us)}".rstrip() if at else words,
        "orange_text" if state is LetterState.WAITING else "t3",
    )


def contact_under(contact: Contact, t: Texts) -> str:
    """街道值班长 · 上城区 · 闸弄口街道."""
    said = ([contact.duty] if contact.duty else []) + list(contact.org)
    return " · ".join(said) or t("callsui.no_org")
