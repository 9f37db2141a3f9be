"""Memory that is let go of is the system's again. No Qt."""

from __future__ import annotations

import contextlib
import ctypes
import sys


def give_back_large() -> None:
    """Columns of a year that are let go of are the system's again at once: the C library keeps pieces as large as the
    largest that it was ever given back, which a year that is made anew leaves full of holes."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)


_MMAP_THRESHOLD, _LARGE = -3, 262_144
"""M_MMAP_THRESHOLD of <malloc.h>, and bytes."""
