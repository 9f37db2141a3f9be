"""What is known of the systems that feeds are interfaces of: from the pack and, of the site's, from the hub."""

from __future__ import annotations

from weakref import WeakKeyDictionary, ref

from PySide6.QtCore import QObject, Signal

from cockpit.model.city import System
from cockpit.model.messages import Message
from cockpit.model.ports import Feeds, Interface, Systems
from widgets.kit.context import PanelContext

AGAIN_SECONDS = 30
"""Until it is asked for again: a hub that was restarted may have other feeds."""
SOON_SECONDS = 3
"""After nothing came."""


class KnownSystems(QObject):
    """Asks the hub and keeps what it said.

    Attributes:
        by_id: systems. interfaces: what is not in the picture of a feed, by its id.
        changed: one of these is another.
    """

    changed = Signal()

    def __init__(self, ctx: PanelContext) -> None:
        super().__init__()
        self._feeds = ref(ctx.feeds)
        self.by_id: dict[str, System] = dict(ctx.pack.systems)
        self.interfaces: dict[str, Interface] = {}
        self._pack = dict(ctx.pack.systems)
        self._wait = 0
        self._asking = False

    def second(self) -> None:
        """A second passed; whoever shows systems says so."""
        feeds = self._feeds()
        self._wait -= 1
        if self._wait <= 0 and not self._asking and feeds is not None:
            self._asking = True
            feeds.systems(self._came)

    def _came(self, found: Systems | Message) -> None:
        self._asking = False
        self._wait = SOON_SECONDS if isinstance(found, Message) else AGAIN_SECONDS
        if isinstance(found, Message):
            return
        by_id = {**self._pack, **{one.id: one for one in found.systems}}
        interfaces = {one.id: one for one in found.interfaces}
        if (by_id, interfaces) != (self.by_id, self.interfaces):
            self.by_id, self.interfaces = by_id, interfaces
            self.changed.emit()


_kept: WeakKeyDictionary[Feeds, KnownSystems] = WeakKeyDictionary()


def known_systems(ctx: PanelContext) -> KnownSystems:
    """One for all panels of a seat."""
    found = _kept.get(ctx.feeds)
    if found is None:
        found = _kept[ctx.feeds] = KnownSystems(ctx)
    return found
