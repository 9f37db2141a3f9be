"""How much memory the process of all videos may take: a server that sends without an end costs its own stream alone,
and where memory runs out this process goes before the one that draws."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import re
import resource
from pathlib import Path

from cockpit.media.video.memory import DEPTH
from cockpit.media.video.told import MOST_PIXELS

log = logging.getLogger(__name__)
MOST_AT_ONCE = MOST_PIXELS * DEPTH + 4_000_000
"""Bytes of one block of FFmpeg's: the largest picture that is shown, with what it aligns. A part of Motion JPEG, a tag
or a packet is one block, so that is all that one of them can take."""
SHARE = 0.5
"""Of the machine's memory, for all streams."""
_FIRST_TO_GO = b"500"


def bound_memory() -> None:
    """To be called once FFmpeg is loaded, before the first stream."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_bytes(_FIRST_TO_GO)
    with contextlib.suppress(OSError, ValueError):
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        most = round(machine * SHARE)
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    if not _bound_blocks():
        log.warning("FFmpeg's memory has no bound")


def _bound_blocks() -> bool:
    """Whether FFmpeg was told: PyAV has no word for it, the library beside it has."""
    with contextlib.suppress(OSError, AttributeError):
        found = re.search(r"/\S*libavutil\S*", Path("/proc/self/maps").read_text())
        if found is not None:
            ctypes.CDLL(found[0]).av_max_alloc(ctypes.c_size_t(MOST_AT_ONCE))
            return True
    return False
