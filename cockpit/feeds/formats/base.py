"""What a format is. A new one is one new file in this folder, or an entry point in the group `cockpit.formats`."""

from __future__ import annotations

from typing import Protocol

import msgspec

from cockpit.feeds.items import Item

Bounds = tuple[float, float, float, float]
"""West, south, east, north in WGS-84 degrees."""


class Context(msgspec.Struct, frozen=True):
    """What a format and the checks may know about a message.

    Attributes:
        feed, topic: from the pack's feed.
        datum: of the coordinates in the message.
        bounds: of the pack, WGS-84.
        now: city time, UTC us.
        event_type, id: of the transport (SSE), "" elsewhere.
        first: the first message of a connection.
        whole: the message is all there is (a poll), so that what it lacks is gone.
    """

    feed: str
    topic: str
    bounds: Bounds
    now: int
    datum: str = "wgs84"
    event_type: str = ""
    id: str = ""
    first: bool = False
    whole: bool = False


class Format(Protocol):
    """Bytes to items. One instance a feed, so that it may remember what was superseded."""

    def parse(self, data: bytes, context: Context) -> list[Item]:
        """Never raises for what came from outside: what it can not read is `Refused`, the rest goes on.

        Rows may lack columns that have a default (`cockpit.feeds.checks`), coordinates are in the feed's datum.
        """
        ...
