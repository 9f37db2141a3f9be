"""Leaders and officers at a ledger without a hub: 批示 and 请示 made in short."""

from __future__ import annotations

from cockpit.model.clock import SystemClock
from cockpit.model.entries import Actor
from cockpit.model.ids import new_id
from cockpit.model.instructing import AskDecision, GiveInstruction
from tests.ledger_desk import Desk, issue

CLOCK = SystemClock()
LEADER, LEADER_2 = Actor("leader-1", "leader"), Actor("leader-2", "leader")


def ident() -> str:
    return new_id(CLOCK)


def desk_with_case() -> tuple[Desk, str]:
    """A desk and the id of a case on which a unit is."""
    desk, case = Desk(), ident()
    assert desk.do(issue("U1", event="events/E1"), case=case, order="去看看") is None
    return desk, case


def to_case(desk: Desk, case: str, words: str = "请增派泵车", due: int = 0) -> str:
    """A leader's instruction to a case; its id."""
    made = ident()
    assert desk.do(GiveInstruction(made, "case", case, due), case=case, actor=LEADER, words=words, who="李敏") is None
    return made


def to_unit(desk: Desk, unit: str = "positions/U1", words: str = "注意安全") -> str:
    made = ident()
    assert desk.do(GiveInstruction(made, "unit", unit), case=made, actor=LEADER, words=words) is None
    return made


def ask(desk: Desk, case: str, question: str = "同意跨区排涝支援？", until: int = 0, **texts: str) -> str:
    made = ident()
    options = sum(name.startswith("option_") for name in texts)
    assert desk.do(AskDecision(made, until, options), case=case, question=question, **texts) is None
    return made
