"""What is said of 批示 and 请示: to whom, how far, until when; phrases that are put in by a click. No Qt."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cockpit.model import ages
from cockpit.model.clock import DAY
from cockpit.model.entries import Actor, TextRef
from cockpit.model.headline import headline_words
from cockpit.model.instructions import Ask, Instruction, Said
from cockpit.model.messages import Message, Texts
from cockpit.model.worktime import Span
from cockpit.paths import assets_dir
from widgets.kit.context import PanelContext
from widgets.lists.areas import AreaTree
from widgets.lists.words import EventWords, joined
from widgets.orders.reading import Reading

CALM, GOOD, WAIT, BAD, OVER = "t1", "acc", "orange_text", "red_text", "t3"
_TOKENS = {"waiting": WAIT, "done": GOOD, "closed": OVER, "withdrawn": OVER}
_NEAR = 10 * 60 * 1_000_000
"""So much is left of a time that it is said in yellow."""


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, Any]:
    return tomllib.loads((assets_dir() / "kinds" / "instruct.toml").read_text("utf-8"))


def phrases(t: Texts, name: str) -> list[str]:
    """Sentences that a click puts in, by topic (or `urge`, `back`)."""
    return [t.pack(one) for one in _phrases().get(name, ())]


def due_spans() -> list[Span]:
    """What a person can choose from for an answer."""
    return [Span.parse(text) for text in _phrases()["due"]]


# -- things -------------------------------------------------------------------------------------------------------


def target_words(ctx: PanelContext, topic: str, key: str) -> str:
    """To what an instruction is given, as a person says it."""
    match topic:
        case "case":
            return case_words(ctx, key)
        case "unit":
            row = ctx.picture["unit"].get(key)
            return str(row["name"]) if row is not None and row["name"] else key.rpartition("/")[2]
        case "sign":
            code = key.removeprefix("sign/").partition("@")[0]
            known = ctx.signs.known.signs if ctx.signs is not None else ()
            found = next((one for one in known if one.code == code), None)
            return ctx.t.pack(found.name) if found is not None else code
        case "alert":
            row = ctx.picture["alert"].get(key)
            return headline_words(str(row["title"]), ctx.t, whole=True) if row is not None else key.rpartition("/")[2]
        case _:
            row = ctx.picture["event"].get(key)
            return event_words(ctx, row) if row is not None else key.rpartition("/")[2]


def case_words(ctx: PanelContext, ident: str) -> str:
    """0714-1187 道路积水 · 天城路."""
    case = ctx.cases.case(ident)
    if case is None:
        return ctx.t("instruct.case_gone")
    row = ctx.picture["event"].get(case.facts.event) if case.facts.event else None
    kind = ctx.t.pack(ctx.pack.kind(case.facts.kind).name)
    what = event_words(ctx, row) if row is not None else kind
    return f"{case.number or ctx.t('orders.unnumbered')} {what}"


def event_words(ctx: PanelContext, row: Mapping[str, Any]) -> str:
    words = EventWords(ctx.t, ctx.pack, AreaTree(ctx.picture["area"]))
    return joined(words.title(row["kind"], float(row["amount"])), str(row["place"]))


def actor_words(t: Texts, actor: Actor, name: str = "") -> str:
    """领导 李敏; 值班员 王强."""
    if actor.role in ("duty", "leader", "wall", "hub"):
        return f"{t(f'orders.role_{actor.role}')} {name}".rstrip()
    return name or actor.seat


# -- texts --------------------------------------------------------------------------------------------------------


def refs(instructions: Iterable[Instruction], asks: Iterable[Ask]) -> Iterable[TextRef]:
    """Every text that they refer to."""
    for one in instructions:
        for said in (one.said, *(answer.said for answer in one.answers)):
            yield from (ref for ref in (said.text, said.who) if ref is not None)
    for ask in asks:
        for told in (ask.said, *((ask.given,) if ask.given is not None else ())):
            yield from (ref for ref in (told.text, told.who) if ref is not None)
        yield from (ref for ref in (ask.why, *ask.options) if ref is not None)


def text_words(t: Texts, reading: Reading, ref: TextRef | None) -> str:
    if ref is None:
        return ""
    words = reading(ref.id)
    return t("orders.text_coming") if words is None else words or t("orders.text_erased")


def said_words(t: Texts, reading: Reading, said: Said, name: str = "words") -> str:
    """What somebody wrote: plain, read, on its way, or erased; "" where there is nothing."""
    return said.words.get(name) or text_words(t, reading, said.text)


def name_of(reading: Reading, said: Said) -> str:
    return said.words.get("who") or ((reading(said.who.id) or "") if said.who is not None else "")


# -- how far ------------------------------------------------------------------------------------------------------


def state_words(t: Texts, one: Instruction) -> tuple[str, str]:
    """How far it is, and the colour of that."""
    return t(f"instruct.state_{one.state}"), _TOKENS.get(one.state, CALM)


def left_words(t: Texts, due: int, now: int) -> tuple[str, str]:
    """余 08:40, 超 03:18, and the colour; ("", …) where there is no limit."""
    if not due:
        return "", CALM
    left = due - now
    span = t(ages.span(abs(left))) if abs(left) >= 2 * DAY else ages.countdown(left)
    if left < 0:
        return t("orders.over", span=span), BAD
    return t("orders.left", span=span), "yellow_text" if left < _NEAR else CALM


def refusal(problem: Message) -> Message:
    return Message("instruct.not_kept", {"why": problem})
