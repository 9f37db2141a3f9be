"""Work that takes its time is done in a thread and kept by what it was made of; what was there before stands in.

GL is not touched here: the results are arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec

FORGET = 5.0
"""Seconds after which a result that nobody asked for is dropped."""


class _Done(msgspec.Struct):
    result: Any
    sources: Sequence[object]
    asked: float


class Shop:
    """One for all surfaces, so that two windows with the same columns have the work done once.

    Attributes:
        now: monotonic seconds, told by whoever draws.
    """

    def __init__(self, threaded: bool, told: Callable[[], None] = lambda: None) -> None:
        """
        Args:
            threaded: False does all at once (benchmarks, exports).
            told: called on any thread when something was made.
        """
        self.now = 0.0
        self._threaded = threaded
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="gloo-shop") if threaded else None
        self._told = told
        self._done: dict[tuple[object, ...], _Done] = {}
        self._going: dict[tuple[object, ...], tuple[Future[Any], Sequence[object]]] = {}
        self._shown: dict[object, Any] = {}

    def ask(
        self, slot: object, kind: str, sources: Sequence[object], make: Callable[[], Any], small: bool = False
    ) -> Any:
        """What `make` gives for the very same things.

        Args:
            slot: what it is shown as; the last result there stands in until the new one is made.
            small: made at once.

        Returns:
            None where nothing was made for the slot yet.

        Raises:
            Exception: whatever `make` raised.
        """
        key = (kind, *map(id, sources))
        self._collect()
        known = self._done.get(key)
        if known is None and (small or not self._threaded):
            known = self._done[key] = _Done(make(), sources, self.now)
        if known is not None:
            known.asked = self.now
            self._shown[slot] = known.result
            return known.result
        if key not in self._going and self._pool is not None:
            future = self._pool.submit(make)
            self._going[key] = (future, sources)
            future.add_done_callback(lambda _: self._told())
        return self._shown.get(slot)

    def busy(self) -> bool:
        """Whether something is being made, or was made and not asked for yet."""
        return bool(self._going)

    def _collect(self) -> None:
        for key in [key for key, (future, _) in self._going.items() if future.done()]:
            future, sources = self._going.pop(key)
            self._done[key] = _Done(future.result(), sources, self.now)

    def forget(self, slots: Callable[[object], bool] = lambda slot: True) -> None:
        """Drops what nobody asked for in a while; and what stands in slots that are not wanted any more."""
        self._collect()
        for key in [key for key, one in self._done.items() if self.now - one.asked > FORGET]:
            del self._done[key]
        for slot in [slot for slot in self._shown if not slots(slot)]:
            del self._shown[slot]

    def close(self) -> None:
        """Ends the thread and waits for it."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._going.clear()
        self._done.clear()
        self._shown.clear()
