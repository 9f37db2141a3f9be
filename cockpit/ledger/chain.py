"""The chain of decisions: each one names its place and the digest of the bytes before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from cockpit.model.entries import GENESIS, Decision, digest, read_decision
from cockpit.model.errors import OutsideError


class BrokenChain(OutsideError):
    """A decision does not follow the one before it.

    Attributes:
        seq: its place, as it says itself; of bytes that are no decision, the place where one was expected.
        after: the place of the one before it.
    """

    def __init__(self, message_id: str, seq: int, after: int) -> None:
        super().__init__(message_id, seq=seq, after=after)
        self.seq = seq
        self.after = after


def follows(decision: Decision, seq: int, head: str) -> None:
    """Whether a decision comes right after place `seq`, whose bytes have the digest `head`.

    Raises:
        BrokenChain: it does not; the sentence says where.
    """
    if decision.seq != seq + 1:
        raise BrokenChain("ledger.chain_gap", decision.seq, seq)
    if decision.prev != head:
        raise BrokenChain("ledger.chain_differs", decision.seq, seq)


def walk(rows: Iterable[bytes], seq: int = 0, head: str = GENESIS) -> Iterator[tuple[Decision, bytes]]:
    """Decisions in order with their bytes, each checked against the one before it.

    Args:
        rows: bytes of the messages, in order.
        seq, head: place and digest of the message before the first of them.

    Raises:
        BrokenChain: at the first that does not follow, or is no decision.
    """
    for data in rows:
        try:
            decision = read_decision(data)
        except msgspec.MsgspecError as error:
            raise BrokenChain("ledger.chain_unreadable", seq + 1, seq) from error
        follows(decision, seq, head)
        seq, head = decision.seq, digest(data)
        yield decision, data
