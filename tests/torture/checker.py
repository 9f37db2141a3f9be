"""Reads stream, copies, outboxes and journals after a torture, and says in sentences what is not as promised.

It shares no code with the product: JSON, SHA-256 and SQL only. What it finds wrong is wrong whatever the fold says.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TAKEN = ("sent", "delivered", "read", "accepted", "en_route", "on_scene")


@dataclass
class Left:
    """What a torture left behind.

    Attributes:
        stream: (sequence, bytes) of every message of the stream, in order.
        copies: the ledger as each reader has it, by name.
        outboxes: rows of each seat's outbox in order of their writing: (command as bytes, state).
        journals: ids that each seat was told are durable, in order.
        told: ids of the facts that the gateway took from devices.
        facts: what the gateway's outbox says of each.
        states: by seat, then by case: number, stage, revision, and the state of each order.
    """

    stream: list[tuple[int, bytes]]
    copies: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    outboxes: dict[str, list[tuple[bytes, str]]] = field(default_factory=dict)
    journals: dict[str, list[str]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    states: dict[str, dict[str, list[Any]]] = field(default_factory=dict)


@dataclass
class Verdict:
    """What the checker says.

    Attributes:
        problems: a sentence each; none: all promises held.
        lost: commands and facts that someone was told are safe and that are nowhere.
        doubled: effects that there are twice.
        decided: decisions in the stream.
    """

    problems: list[str]
    lost: int
    doubled: int
    decided: int


def check(left: Left) -> Verdict:
    """Every promise, one after the other."""
    found: list[str] = []
    found += _chain("stream", left.stream)
    decisions = [json.loads(data) for _, data in left.stream]
    doubles = list(_doubles(decisions))
    found += doubles
    for name, rows in left.copies.items():
        found += _chain(name, rows)
        if rows != left.stream[: len(rows)]:
            found.append(f"{name} is no beginning of the stream")
        elif len(rows) < len(left.stream):
            found.append(f"{name} has {len(rows)} of {len(left.stream)} decisions")
    lost = list(_lost(left, decisions))
    found += lost
    found += _out_of_order(left, decisions)
    found += _taken_twice(decisions)
    found += _revisions(decisions)
    found += _states(left, decisions)
    return Verdict(found, len(lost), len(doubles), len(decisions))


def _chain(name: str, rows: list[tuple[int, bytes]]) -> Iterable[str]:
    before = "0" * 64
    for place, (seq, data) in enumerate(rows, 1):
        said = json.loads(data)
        if seq != place or said["seq"] != place:
            yield f"{name}: decision {place} says it is number {said['seq']}, the stream {seq}"
        if said["prev"] != before:
            yield f"{name}: the chain is broken before decision {place}"
        before = hashlib.sha256(data).hexdigest()


def _doubles(decisions: list[dict[str, Any]]) -> Iterable[str]:
    for cause, times in Counter(d["cause"] for d in decisions).items():
        if times > 1:
            yield f"{cause} was decided {times} times"
    issued = Counter(e["order"] for d in decisions for e in d["entries"] if e["kind"] == "order.issued")
    for order, times in issued.items():
        if times > 1:
            yield f"order {order} was issued {times} times"
    opened = Counter(d["case"] for d in decisions for e in d["entries"] if e["kind"] == "case.opened")
    for case, times in opened.items():
        if times > 1:
            yield f"case {case} was opened {times} times"
    numbers = Counter(
        e["number"] for d in decisions for e in d["entries"] if e["kind"] in ("order.issued", "case.opened")
    )
    for number, times in numbers.items():
        if times > 1:
            yield f"number {number} was given {times} times"


def _lost(left: Left, decisions: list[dict[str, Any]]) -> Iterable[str]:
    """What was told to be safe is decided, or still waits where it was told; what a box says of it is true."""
    refused = {d["cause"]: any(e["kind"] == "refused" for e in d["entries"]) for d in decisions}
    for seat, rows in left.outboxes.items():
        states = {json.loads(data)["id"]: state for data, state in rows}
        for ident in left.journals.get(seat, []):
            if ident not in states and ident not in refused:
                yield f"{seat}: command {ident} was told to be durable, and is nowhere"
        for ident, state in states.items():
            if (problem := _untrue(state, refused.get(ident))) is not None:
                yield f"{seat}: command {ident} is {state} in its outbox, and {problem}"
    for ident in left.told:
        if ident not in refused and left.facts.get(ident) != "waiting":
            yield f"fact {ident} was taken from its device, is not in the ledger, and does not wait"
    for ident, state in left.facts.items():
        if ident not in refused and state != "waiting":
            yield f"fact {ident} is {state} at the gateway, and not in the ledger"


def _untrue(state: str, refused: bool | None) -> str | None:
    """What is wrong with a state; `refused`: None where nothing was decided."""
    if state in ("sent", "done"):
        return "nothing was decided" if refused is None else "was refused" if refused else None
    if state == "refused":
        return "took effect" if refused is False else None
    if state in ("cancelled", "expired", "parked"):
        return "took effect" if refused is False else None
    return None


def _out_of_order(left: Left, decisions: list[dict[str, Any]]) -> Iterable[str]:
    """Commands of one seat about one case take effect in the order of their keys."""
    place = {d["cause"]: n for n, d in enumerate(decisions)}
    for seat, rows in left.outboxes.items():
        last: dict[str, int] = defaultdict(lambda: -1)
        for data, _ in rows:
            command = json.loads(data)
            at = place.get(command["id"])
            if at is None:
                continue
            if at < last[command["case"]]:
                yield f"{seat}: command {command['id']} took effect before one that was given out earlier"
            last[command["case"]] = at


def _taken_twice(decisions: list[dict[str, Any]]) -> Iterable[str]:
    """No unit works on two orders at a time: replayed by hand."""
    unit_of: dict[str, str] = {}
    state: dict[str, str] = {}
    for d in decisions:
        for e in d["entries"]:
            if e["kind"] == "order.issued":
                others = [o for o, u in unit_of.items() if u == e["unit"] and state[o] in TAKEN]
                if others:
                    yield f"decision {d['seq']}: unit {e['unit']} is ordered while it works on {others[0]}"
                unit_of[e["order"]], state[e["order"]] = e["unit"], "sent"
            elif e["kind"] == "order.moved" and not e.get("late"):
                if e["order"] not in state:
                    yield f"decision {d['seq']}: order {e['order']} moved before it was issued"
                state[e["order"]] = e["state"]


def _revisions(decisions: list[dict[str, Any]]) -> Iterable[str]:
    now: dict[str, int] = defaultdict(int)
    for d in decisions:
        refused = any(e["kind"] == "refused" for e in d["entries"])
        awaited = now[d["case"]] + (0 if refused else 1)
        if d["revision"] != awaited:
            yield f"decision {d['seq']}: revision {d['revision']} of case {d['case']} where {awaited} comes next"
        now[d["case"]] = d["revision"]


def _states(left: Left, decisions: list[dict[str, Any]]) -> Iterable[str]:
    """What every seat shows is what the stream says, replayed by hand: every case, and no other."""
    revision: dict[str, int] = {}
    stage: dict[str, str] = {}
    number: dict[str, str] = {}
    orders: dict[str, dict[str, str]] = defaultdict(dict)
    for d in decisions:
        revision[d["case"]] = d["revision"]
        for e in d["entries"]:
            if e["kind"] == "case.opened":
                number[d["case"]] = e["number"]
            elif e["kind"] == "stage.reached":
                stage[d["case"]] = e["stage"]
            elif e["kind"] == "case.closed":
                stage[d["case"]] = "closed"
            elif e["kind"] == "order.issued":
                orders[d["case"]][e["order"]] = "sent"
            elif e["kind"] == "order.moved" and not e.get("late"):
                orders[d["case"]][e["order"]] = e["state"]
    truth = {ident: [number[ident], stage.get(ident), revision[ident], orders[ident]] for ident in number}
    for seat, cases in left.states.items():
        for ident in sorted({*truth, *cases}):
            if cases.get(ident) != truth.get(ident):
                yield f"{seat}: case {ident} is not as the stream has it"


def rows_of_copy(path: Path) -> list[tuple[int, bytes]]:
    """The decisions in a ledger copy."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return [(int(seq), bytes(data)) for seq, data in db.execute("select seq, data from decision order by seq")]


def rows_of_outbox(path: Path) -> list[tuple[bytes, str]]:
    """The commands in an outbox, as they were kept, with what became of them."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return [
            (bytes(data), str(state)) for data, state in db.execute("select data, state from outbox order by rowid")
        ]


def facts_taken(path: Path, said: Path) -> list[str]:
    """Ids of the facts that a gateway took from devices, by its register.

    Args:
        said: its file of what they say besides, such as that a letter was seen, whose keys the register has too.
    """
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.execute("attach ? as other", (f"file:{said}?mode=ro",))
        return [
            str(ident)
            for (ident,) in db.execute("select key from taken where key not in (select id from other.outbox)")
        ]
