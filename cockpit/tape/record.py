"""What lies on the tape: one message, entry or checkpoint after the other, numbered through."""

from __future__ import annotations

import msgspec

SENSOR = "raw.sensor"
"""Messages of feeds that fill the table of sensors, as they were received; by far the most bytes."""
RAW = "raw"
"""Messages of all other feeds, as they were received."""
ENTRY = "entry"
"""What the hub itself decided or noted: entries of the ledger, acts on alarms, how the city's clock ran, starts."""
CHECKPOINT = "checkpoint"
"""The picture whole, from time to time, so that one need not read from the beginning."""
MINUTE = "checkpoint.minute"
"""As `CHECKPOINT`, closer together and for as long as the sensors' messages are kept."""

KINDS = (SENSOR, RAW, ENTRY, CHECKPOINT, MINUTE)


class Record(msgspec.Struct, frozen=True, gc=False):
    """One thing on the tape.

    Attributes:
        order: number of the record; they go up over all kinds and runs of the hub.
        received: receive stamp, UTC us of the hub's wall clock then. A clock that is set back makes it go back.
        kind: one of `KINDS`.
        feed: id of the feed; of what is no message of a feed its name: `ledger`, `alarm`, `time`, `hub`, `gap`, …
        data: bytes as they came.
        event_type, id, first, whole, address: as the transport told them, see `cockpit.feeds.sources.base.Received`.
    """

    order: int
    received: int
    kind: str
    feed: str
    data: bytes
    event_type: str = ""
    id: str = ""
    first: bool = False
    whole: bool = False
    address: str = ""
