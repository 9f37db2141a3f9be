"""What a format makes of bytes: rows for the picture, things that left, and pieces refused with their reason.

Ids in here are ids at the source; the hub makes keys `<feed>/<id>` of them. Coordinates: in the feed's datum as a
format returns them, WGS-84 once `cockpit.feeds.checks` has been over them, which is before anyone else sees them.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.messages import Message

SAMPLE_BYTES = 2048
"""How much of a refused piece is kept."""


class Rows(msgspec.Struct, frozen=True):
    """New or changed things of one topic.

    Attributes:
        topic: a table of `cockpit.model.tables`.
        rows: the table's columns except `key`, `feed` and `received`, all of them, plus `id` (str, at the source) and
            optionally `body` (dict: texts, facts, picture address), which stays at the hub and is fetched by id.
    """

    topic: str
    rows: list[dict[str, Any]]


class Readings(msgspec.Struct, frozen=True):
    """New values of sensors that are known already, column by column: the fast way for what measures.

    Of an id that comes twice the later one counts.

    Attributes:
        ids: at the source (of the inventory feed, where the feed's spec names one in `of`), n of them.
        values: float64, shape (n,), in the sensor's unit; NaN says that there is none.
        measured: int64, shape (n,), UTC us in the city's clock; 0: now.
    """

    ids: list[str]
    values: NDArray[np.float64]
    measured: NDArray[np.int64]


class Gone(msgspec.Struct, frozen=True):
    """Things of this feed that are no longer there."""

    topic: str
    ids: list[str]


class Everything(msgspec.Struct, frozen=True):
    """The full list of what this feed has open now: its other rows of this topic are gone.

    It names pieces too that were refused this time: their last known row stays and grows old.
    """

    topic: str
    ids: list[str]


class Refused(msgspec.Struct, frozen=True):
    """A piece that goes to quarantine.

    Attributes:
        reason: one clear sentence.
        sample: the head of the piece as it came, at most `SAMPLE_BYTES`.
        id: its id at the source, "" where it has none.
    """

    reason: Message
    sample: bytes
    id: str = ""


class SourceTime(msgspec.Struct, frozen=True):
    """What the source's clock says, for the lag; eaten by the runner.

    Attributes:
        us: UTC microseconds, in the city's clock.
        sent: whether it is the instant of sending; else the newest time in the data, which only shows a clock that is
            ahead of ours.
    """

    us: int
    sent: bool = True


Item = Rows | Readings | Gone | Everything | Refused | SourceTime
Change = Rows | Readings | Gone | Everything
"""What reaches the hub's picture."""


def refused(reason_id: str, piece: bytes | str, source_id: str = "", /, **params: object) -> Refused:
    """A refused piece with its sentence `feeds.<reason_id>` (with `params`) and a sample cut to size."""
    sample = piece.encode("utf-8", "replace") if isinstance(piece, str) else bytes(piece[:SAMPLE_BYTES])
    return Refused(Message("feeds." + reason_id, params), sample[:SAMPLE_BYTES], source_id)
