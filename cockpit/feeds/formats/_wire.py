"""The outermost fields of a Protocol Buffers message, one by one: nothing is decoded that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator


class BadWire(ValueError):
    """Bytes that are no message."""


def fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of every field that holds bytes; fields of other types are stepped over.

    Raises:
        BadWire: it does not hold together; what came before was good.
    """
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise BadWire
        if kind == 2:
            length, at = _varint(data, at)
            if length > len(data) - at:
                raise BadWire
            yield number, data[at : at + length]
            at += length
        elif kind == 0:
            _, at = _varint(data, at)
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        else:
            raise BadWire
    if at > len(data):
        raise BadWire


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise BadWire
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise BadWire
