"""One thing has one name in everything that a person reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.messages import texts

ROOT = Path(__file__).parent.parent
REOPENING = (
    "ledger.no_right_reopen", "ledger.reopen_late", "orders.closed_already", "orders.do_reopen", "orders.did_reopened",
    "orders.act_case_reopen", "orders.closed_solved", "orders.closed_void", "orders.undid_close",
    "orders.action_reopen", "outbox.act_case_reopen", "seat.act_reopen",
)  # fmt: skip
OF_A_UNIT = (
    "orders.wait_sent_why", "orders.wait_delivered_why", "orders.clock_ahead", "orders.clock_behind",
    "orders.by_device", "orders.did_delivered", "orders.did_skewed", "outbox.state_sent", "seat.order_expired",
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "ids", "word"),
    [
        ("zh", REOPENING, "重新打开"),
        ("en", REOPENING, "reopen"),
        ("zh", OF_A_UNIT, "终端"),
        ("en", OF_A_UNIT, "device"),
    ],
)
def test_a_thing_has_the_same_name_wherever_it_is_spoken_of(language: str, ids: tuple[str, ...], word: str) -> None:
    t = texts(language)
    assert {ident: t(ident) for ident in ids if word not in t(ident).lower()} == {}


@pytest.mark.parametrize("other", ["台账", "撤销结案", "重开案件", "设备签收", "设备时钟"])
def test_no_other_name_of_it_is_left(other: str) -> None:
    t = texts("zh")
    said = {ident: t(ident) for ident in t.ids()}
    said |= {path: (ROOT / path).read_text("utf-8") for path in ("README.zh.md", "docs/manual.zh.md")}
    assert len(said) > 500
    assert [where for where, words in said.items() if other in words] == []
