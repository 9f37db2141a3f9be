"""Chains of decisions as a hub makes them, for tests of who keeps and carries them."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.clock import SECOND
from cockpit.model.entries import GENESIS, Actor, Decision, Entry, Noted, digest, encode, raw_entry

T0 = 1_784_021_556 * SECOND


def chain(
    n: int, *, hub: str = "hub-1", causes: Sequence[str] = (), entries: Sequence[tuple[Entry, ...]] = ()
) -> list[tuple[int, bytes]]:
    """(sequence, bytes) of `n` linked decisions, notes to one case where `entries` does not say what."""
    rows: list[tuple[int, bytes]] = []
    prev = GENESIS
    for seq in range(1, n + 1):
        said = entries[seq - 1] if entries else (Noted(),)
        decision = Decision(
            hub=hub,
            seq=seq,
            prev=prev,
            cause=causes[seq - 1] if causes else f"cause-{seq}",
            at=T0 + seq,
            wall=T0 + seq,
            issued=T0,
            actor=Actor("seat-1", "duty"),
            case="case-1",
            revision=seq,
            entries=tuple(map(raw_entry, said)),
        )
        data = encode(decision)
        rows.append((seq, data))
        prev = digest(data)
    return rows
