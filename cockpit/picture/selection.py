"""The one selection: every panel shows it, anyone may set it, and Back restores what was selected before.

Beside the one selected thing there may be a set of members, gathered on the map by a box, a lasso or a ring: panels
mark or list them, and selecting one of them leaves the set as it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from cockpit.picture.listeners import Listeners

Item = tuple[str, str]
"""(topic, key)."""

Kept = tuple[Item, tuple[Item, ...], tuple[tuple[Item, tuple[Item, ...]], ...]]
NOTHING: Item = ("", "")
DEPTH = 100
"""How far Back goes."""

Listener = Callable[["Selection"], None]


class Selection:
    """What is selected and what the pointer is over, one for all panels of all windows of a seat.

    Attributes:
        topic, key: what is selected, both "" when nothing is.
        hovered: (topic, key) under the pointer, ("", "") when nothing is.
        members: what was gathered, in the order in which it is to be read; () when nothing is.
        instead: whether it is selected as if what was selected before never had been; while listeners are called.
    """

    def __init__(self) -> None:
        self.topic, self.key = NOTHING
        self.hovered: Item = NOTHING
        self.members: tuple[Item, ...] = ()
        self.instead = False
        self._before: deque[tuple[Item, tuple[Item, ...]]] = deque(maxlen=DEPTH)
        self._on_select = Listeners[Selection]()
        self._on_gather = Listeners[Selection]()
        self._on_hover = Listeners[Selection]()

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

    def replace(self, topic: str, key: str) -> None:
        """Selects in place of what is selected, as if that never had been: Back does not lead to it."""
        self.instead = True
        try:
            self._set((topic, key), self.members)
        finally:
            self.instead = False

    def clear(self) -> None:
        """Selects nothing; Back restores."""
        self.select(*NOTHING)

    def back(self) -> bool:
        """Restores what was selected before; False when there was nothing before."""
        if not self._before:
            return False
        self._set(*self._before.pop())
        return True

    def kept(self) -> Kept:
        """All of it: what is selected, gathered, and where Back goes."""
        return self.item, self.members, tuple(self._before)

    def restore(self, kept: Kept) -> None:
        """As it was when it was kept, Back as well."""
        item, members, before = kept
        self._before = deque(before, maxlen=DEPTH)
        self._set(item, members)

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
