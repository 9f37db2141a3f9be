"""The one selection: every panel shows it, anyone may set it, and Back restores what was selected before.

Beside the one selected thing there may be a set of members, gathered on the map by a box, a lasso or a ring: panels
mark or list them, and selecting one of them leaves the set as it is.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

Item = tuple[str, str]
"""(topic, key)."""

NOTHING: Item = ("", "")
DEPTH = 100
"""How far Back goes."""

Listener = Callable[["Selection"], None]


class _Listeners:
    """Those who listen; bound methods are held weakly, so a closed panel need not say goodbye."""

    def __init__(self) -> None:
        self._refs: dict[int, Callable[[], Listener | None]] = {}
        self._next = 0

    def add(self, listener: Listener) -> Callable[[], None]:
        number, self._next = self._next, self._next + 1
        ref: Any = weakref.WeakMethod(listener) if hasattr(listener, "__self__") else (lambda: listener)
        self._refs[number] = ref
        return lambda: self._refs.pop(number, None) and None

    def call(self, selection: Selection) -> None:
        """Calls each; all are told even if one fails, whose error is raised in the end."""
        failed: Exception | None = None
        for number, ref in list(self._refs.items()):
            listener = ref()
            if listener is None:
                self._refs.pop(number, None)
            elif number in self._refs:
                try:
                    listener(selection)
                except Exception as error:
                    failed = failed or error
        if failed is not None:
            raise failed


class Selection:
    """What is selected and what the pointer is over, one for all panels of all windows of a seat.

    Attributes:
        topic, key: what is selected, both "" when nothing is.
        hovered: (topic, key) under the pointer, ("", "") when nothing is.
        members: what was gathered, in the order in which it is to be read; () when nothing is.
    """

    def __init__(self) -> None:
        self.topic, self.key = NOTHING
        self.hovered: Item = NOTHING
        self.members: tuple[Item, ...] = ()
        self._before: deque[tuple[Item, tuple[Item, ...]]] = deque(maxlen=DEPTH)
        self._on_select = _Listeners()
        self._on_gather = _Listeners()
        self._on_hover = _Listeners()

    @property
    def item(self) -> Item:
        return self.topic, self.key

    @property
    def depth(self) -> int:
        """How many times Back can go."""
        return len(self._before)

    def select(self, topic: str, key: str) -> None:
        """Selects; what was selected before is where Back goes. Selecting it again changes nothing."""
        if (topic, key) != self.item:
            self._before.append((self.item, self.members))
            self._set((topic, key), self.members)

    def clear(self) -> None:
        """Selects nothing; Back restores."""
        self.select(*NOTHING)

    def back(self) -> bool:
        """Restores what was selected before; False when there was nothing before."""
        if not self._before:
            return False
        self._set(*self._before.pop())
        return True

    def gather(self, members: Iterable[Item], step: bool = True) -> None:
        """Takes these for members, in place of what was gathered. Gathering the same changes nothing.

        Args:
            step: Back restores what was gathered before; without, it is the same act whose things moved meanwhile.
        """
        gathered = tuple(members)
        if gathered != self.members:
            if step:
                self._before.append((self.item, self.members))
            self._set(self.item, gathered)

    def members_of(self, topic: str) -> tuple[str, ...]:
        """Keys of the members of a topic, in their order."""
        return tuple(key for of, key in self.members if of == topic)

    def hover(self, topic: str, key: str) -> None:
        if (topic, key) != self.hovered:
            self.hovered = (topic, key)
            self._on_hover.call(self)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(selection)` when another thing is selected; the answer ends that. Bound methods are weak."""
        return self._on_select.add(listener)

    def subscribe_hover(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(selection)` when the pointer is over another thing; as `subscribe`."""
        return self._on_hover.add(listener)

    def subscribe_members(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(selection)` when other things are gathered; as `subscribe`."""
        return self._on_gather.add(listener)

    def _set(self, item: Item, members: tuple[Item, ...]) -> None:
        other_item, other_members = item != self.item, members != self.members
        (self.topic, self.key), self.members = item, members
        try:
            if other_item:
                self._on_select.call(self)
        finally:
            if other_members:
                self._on_gather.call(self)
