"""Bytes of zstd, never more of them than were bargained for: what a frame says of its own size is not believed."""

from __future__ import annotations

import zstandard


def unzipped(data: bytes, most: int) -> bytes:
    """What a frame holds.

    Args:
        most: bytes.

    Raises:
        zstandard.ZstdError: it is no frame, is cut, or holds more.
    """
    if zstandard.frame_content_size(data) > most:  # the library takes a size that is said for its limit
        raise zstandard.ZstdError(f"more than {most} bytes")
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=most)
