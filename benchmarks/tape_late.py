"""How late sensors' messages were in the tape's segments: from the hub's receive stamp to the piece that has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cockpit.tape import TapeReader
from cockpit.tape.folder import segments
from cockpit.tape.record import SENSOR
from cockpit.tape.segment import read_beside, scan, walk


def written_at(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Order of the last record of each piece, rising, and when the piece was written, UTC us."""
    pieces: list[tuple[int, int]] = []
    for segment in segments(folder, SENSOR):
        index = read_beside(segment.path, segment.path.stat().st_size) or scan(segment.path)
        with open(segment.path, "rb") as file:
            for stream in index.streams:
                pieces += ((at.piece.last, at.piece.written) for at in walk(file, stream.offset, stream.end))
    pieces.sort()
    return np.array([last for last, _ in pieces]), np.array([written for _, written in pieces])


def late(folder: Path, start: int, end: int, feed: str) -> list[float]:
    """Of each message of a feed that was received in [start, end), UTC us: ms until it was in its segment."""
    records = TapeReader(folder).read(start, end, kinds=(SENSOR,), feeds=(feed,))
    known = [(record.order, record.received) for record in records]
    if not known:
        return []
    last, written = written_at(folder)
    orders, received = np.array(known).T
    return list(((written[np.searchsorted(last, orders)] - received) / 1000).tolist())
