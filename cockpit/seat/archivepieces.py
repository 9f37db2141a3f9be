"""The pieces of a page of the signs' past, as the hub packed them."""

from __future__ import annotations

import msgspec
import zstandard

from cockpit.bus.archiveasks import PastPiece
from cockpit.model.errors import OutsideError
from cockpit.model.typed import from_msgpack
from cockpit.store.unzipped import unzipped

MOST = 64_000_000
"""Bytes of a page unpacked."""


def pieces_of(data: bytes) -> list[tuple[str, int, int, bytes]]:
    """(grain, start, item, packed buckets) of each.

    Raises:
        OutsideError: these are none.
    """
    if not data:
        return []
    try:
        plain = unzipped(data, MOST)
        found = from_msgpack(plain, type=list[PastPiece])
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise OutsideError("seat.hub_nonsense") from error
    return [(piece.grain, piece.start, piece.item, piece.data) for piece in found]
