"""What a format is. A new one is one new file in this folder, or an entry point in the group `cockpit.formats`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

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
        address: MQTT topic, NATS subject, Kafka topic, name of the file; "" elsewhere.
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
    address: str = ""


class Format(Protocol):
    """Bytes to items. One instance a feed, so that it may remember what was superseded."""

    def parse(self, data: bytes, context: Context) -> list[Item]:
        """Never raises for what came from outside: what it can not read is `Refused`, the rest goes on.

        Rows may lack columns that have a default (`cockpit.feeds.checks`), coordinates are in the feed's datum.
        """
        ...


@runtime_checkable
class ManyFormat(Format, Protocol):
    """A format that reads small messages by the thousand: what waited together is parsed in one go."""

    def parse_many(self, many: Sequence[bytes], context: Context) -> list[Item] | None:
        """What `parse` makes of each, in their order, flattened; None where any of them is not as it should be:
        then each goes through `parse` alone, so that the bad one is named and its neighbours go on.

        Args:
            many: messages of one feed, at least two; the context is that of all of them.
        """
        ...


@runtime_checkable
class MappedFormat(Format, Protocol):
    """A format that is told by the feed's `mapping` what is what."""

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        """Called once, before anything is parsed, with the feed's mapping ({} where it has none) and its topic.

        Raises:
            UserError: something in it is wrong or missing; its one parameter `detail` names the key.
        """
        ...
