"""The independent checker finds what it is there to find: each fault put into a sound ledger by hand."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest

from tests.torture.checker import Left, check

Message = dict[str, Any]


def a_ledger() -> list[Message]:
    """One case, opened, ordered, accepted, noted."""
    steps = [
        ("c1", 1, [{"kind": "case.opened", "number": "0714-0001"}, issued("o1", "u1", "G-1"), reached("assigned")]),
        ("f1", 2, [moved("o1", "accepted")]),
        ("c2", 3, [{"kind": "noted"}]),
    ]
    return [
        {"seq": n, "cause": cause, "case": "k1", "revision": revision, "entries": entries}
        for n, (cause, revision, entries) in enumerate(steps, 1)
    ]


def issued(order: str, unit: str, number: str) -> Message:
    return {"kind": "order.issued", "order": order, "unit": unit, "number": number}


def reached(stage: str) -> Message:
    return {"kind": "stage.reached", "stage": stage}


def moved(order: str, state: str) -> Message:
    return {"kind": "order.moved", "order": order, "state": state}


def chained(messages: list[Message]) -> list[tuple[int, bytes]]:
    rows: list[tuple[int, bytes]] = []
    for message in messages:
        prev = hashlib.sha256(rows[-1][1]).hexdigest() if rows else "0" * 64
        rows.append((message["seq"], json.dumps({**message, "prev": prev}).encode()))
    return rows


def a_state(stage: str = "assigned", order: str = "accepted") -> dict[str, Any]:
    """What a seat shows of `a_ledger`."""
    return {"seat": {"k1": ["0714-0001", stage, 3, {"o1": order}]}}


def left(messages: list[Message], states: tuple[str, str] = ("sent", "done")) -> Left:
    rows = chained(messages)
    box = [(json.dumps({"id": i, "case": "k1"}).encode(), s) for i, s in zip(("c1", "c2"), states, strict=True)]
    return Left(rows, {"hub": list(rows)}, {"seat": box}, {"seat": ["c1", "c2"]}, ["f1"], {"f1": "done"}, a_state())


def test_a_sound_ledger_is_found_sound() -> None:
    verdict = check(left(a_ledger()))
    assert verdict.problems == []
    assert (verdict.lost, verdict.doubled, verdict.decided) == (0, 0, 3)


@pytest.mark.parametrize(
    ("state", "lost"), [("waiting", 0), ("cancelled", 0), ("refused", 0), ("sent", 1), ("done", 1)]
)
def test_a_command_that_was_not_decided_is_lost_unless_its_outbox_says_why(state: str, lost: int) -> None:
    assert check(left(a_ledger()[:2], ("sent", state))).lost == lost


def test_a_command_that_is_in_no_outbox_and_no_ledger_is_lost() -> None:
    found = left(a_ledger()[:2])
    found.outboxes["seat"].pop()
    assert check(found).lost == 1


@pytest.mark.parametrize("state", ["cancelled", "expired", "parked", "refused"])
def test_a_command_that_took_effect_against_what_its_outbox_says_is_found(state: str) -> None:
    assert check(left(a_ledger(), ("sent", state))).lost == 1


def test_a_command_that_was_refused_and_is_called_done_is_found() -> None:
    messages = a_ledger()
    messages[2].update(entries=[{"kind": "refused"}], revision=2)
    found = left(messages)
    found.states = {}
    assert check(found).lost == 1
    found.outboxes["seat"][1] = (found.outboxes["seat"][1][0], "refused")
    assert check(found).lost == 0


@pytest.mark.parametrize("facts", [{"f1": "done"}, {"f1": "parked"}, {}])
def test_a_fact_that_was_taken_and_is_not_in_the_ledger_is_lost(facts: dict[str, str]) -> None:
    messages = a_ledger()
    messages[1]["cause"] = "another"
    found = left(messages)
    found.facts = facts
    assert check(found).lost >= 1


def test_a_command_decided_twice_is_found() -> None:
    messages = a_ledger()
    messages.append({**messages[2], "seq": 4, "revision": 4})
    assert check(left(messages)).doubled == 1


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda m: m[1].update(entries=[issued("o1", "u2", "G-2")]), "issued 2 times"),
        (lambda m: m[1].update(entries=[issued("o2", "u1", "G-2")]), "while it works on"),
        (lambda m: m[1].update(entries=[issued("o2", "u2", "G-1")]), "was given 2 times"),
        (lambda m: m[1].update(revision=1), "comes next"),
        (lambda m: m[2].update(seq=4), "says it is number 4"),
        (lambda m: m[1].update(entries=[moved("o9", "done")]), "before it was issued"),
        (lambda m: (m[0].update(cause="c2"), m[2].update(cause="c1")), "given out earlier"),
    ],
)
def test_each_fault_is_found(harm: Any, words: str) -> None:
    messages = copy.deepcopy(a_ledger())
    harm(messages)
    assert any(words in problem for problem in check(left(messages)).problems)


def test_a_changed_byte_breaks_the_chain() -> None:
    found = left(a_ledger())
    seq, data = found.stream[0]
    found.stream[0] = (seq, data.replace(b"0714-0001", b"0714-0009"))
    problems = check(found).problems
    assert any("chain is broken" in problem for problem in problems)
    assert any("no beginning of the stream" in problem for problem in problems)


def test_a_reader_that_is_behind_is_found() -> None:
    found = left(a_ledger())
    found.copies["hub"].pop()
    assert any("has 2 of 3" in problem for problem in check(found).problems)


@pytest.mark.parametrize(
    "state",
    [
        a_state(stage="check"),
        a_state(order="done"),
        {"seat": {}},
        {"seat": {**a_state()["seat"], "k2": ["0714-0002", "filed", 1, {}]}},
        {"seat": {"k1": ["9999-9999", *a_state()["seat"]["k1"][1:]]}},
    ],
)
def test_a_seat_that_shows_something_else_is_found(state: dict[str, Any]) -> None:
    found = left(a_ledger())
    found.states = state
    assert any("not as the stream has it" in problem for problem in check(found).problems)


def test_a_fact_that_its_device_still_has_to_send_is_not_lost() -> None:
    messages = a_ledger()
    messages[1]["cause"] = "another"
    found = left(messages)
    found.facts = {"f1": "waiting"}
    assert check(found).lost == 0
