"""The queue between a transport and its reader: bounded, by the feed's policy, and whatever it drops is counted."""

from __future__ import annotations

import threading
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cockpit.feeds.sources._inbox import POLICIES, Inbox
from cockpit.feeds.sources.base import Received


def message(data: bytes, address: str = "") -> Received:
    return Received(data, 1, address=address)


def inbox(policy: str, room: int = 10, **more: int) -> Inbox:
    return Inbox(policy, room, lambda: None, **more)


def drained(box: Inbox) -> list[bytes]:
    return [one.data for one in box.take()[0]]


def test_all_keeps_everything_in_order_and_refuses_the_newest_when_it_is_full() -> None:
    box = inbox("all", room=3)
    for i in range(5):
        box.put(message(b"%d" % i))
    assert box.full
    assert drained(box) == [b"0", b"1", b"2"]
    assert box.dropped == 2
    assert not box.full


def test_latest_keeps_the_newest_of_each_address_and_id() -> None:
    box = inbox("latest", room=3)
    box.put(message(b"a1", "a"))
    box.put(message(b"b1", "b"))
    box.put(message(b"a2", "a"))
    assert box.dropped == 1
    assert drained(box) == [b"a2", b"b1"]
    for value in (1, 2, 3):
        box.put(message(b'{"id": "s1", "v": %d}' % value, "gate"))
        box.put(message(b'{"id": "s2", "v": %d}' % value, "gate"))
    assert drained(box) == [b'{"id": "s1", "v": 3}', b'{"id": "s2", "v": 3}']
    assert box.dropped == 5


def test_latest_never_holds_more_than_its_room() -> None:
    box = inbox("latest", room=3)
    for i in range(10):
        box.put(message(b"x", f"topic/{i}"))
    assert (box.waiting, box.dropped) == (3, 7)


def test_a_sample_is_spread_over_all_that_came_and_is_whole_again_once_it_was_emptied() -> None:
    box = inbox("sample", room=16)
    for i in range(1000):
        box.put(message(b"%d" % i))
    kept = [int(data) for data in drained(box)]
    assert box.dropped == 1000 - len(kept)
    assert 8 <= len(kept) <= 16
    assert kept == sorted(kept)
    gaps = [after - before for before, after in pairwise(kept)]
    assert max(gaps) <= 2 * min(gaps)
    box.put(message(b"next"))
    box.put(message(b"and next"))
    assert drained(box) == [b"next", b"and next"]


@given(
    policy=st.sampled_from(POLICIES),
    room=st.integers(1, 20),
    steps=st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 5), st.integers(0, 50))), max_size=200),
)
def test_whatever_was_put_is_handed_on_or_counted_as_dropped_and_acknowledged_once(policy, room, steps) -> None:
    box = inbox(policy, room, room_bytes=300)
    acknowledged: list[int] = []
    put = taken = 0
    for step in steps:
        if step is None:
            messages, acks = box.take()
            taken += len(messages)
            for ack in acks:
                ack()
        else:
            address, size = step
            box.put(message(b"x" * size, str(address)), lambda n=put: acknowledged.append(n))
            put += 1
        assert box.waiting <= room
    while box.waiting:
        messages, acks = box.take()
        taken += len(messages)
        for ack in acks:
            ack()
    assert taken + box.dropped == put
    assert sorted(acknowledged) == list(range(put))


def test_a_thread_waits_for_room_and_loses_nothing() -> None:
    box = inbox("all", room=2)

    def fill() -> None:
        for i in range(50):
            box.put(message(b"%d" % i), patience=30)

    filling = threading.Thread(target=fill)
    filling.start()
    found: list[bytes] = []
    while filling.is_alive() or box.waiting:
        found += drained(box)
    filling.join()
    assert found == [b"%d" % i for i in range(50)]
    assert box.dropped == 0


def test_large_messages_fill_it_before_small_ones_do() -> None:
    box = inbox("all", room=1000, room_bytes=100)
    box.put(message(b"x" * 60))
    box.put(message(b"y" * 60))
    box.put(message(b"z" * 30))
    assert drained(box) == [b"x" * 60, b"z" * 30]
    assert box.dropped == 1
