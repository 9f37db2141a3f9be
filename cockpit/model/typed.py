"""Bytes and plain values as structs, on any thread.

msgspec learns a type at its first use, and two threads that do so at once read what is half learnt: the process dies.
Here a type is learnt by one thread at a time; `Decoder`s that are made while a module is imported need no more.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar, overload

import msgspec

_T = TypeVar("_T")

_learnt: set[Any] = set()
_lock = threading.Lock()


@overload
def from_msgpack(data: bytes | bytearray | memoryview, type: type[_T]) -> _T: ...
@overload
def from_msgpack(data: bytes | bytearray | memoryview, type: Any) -> Any: ...
def from_msgpack(data: bytes | bytearray | memoryview, type: Any) -> Any:
    """
    Raises:
        msgspec.MsgspecError: the bytes say no such thing.
    """
    _learn(type)
    return msgspec.msgpack.decode(data, type=type)


@overload
def from_json(data: str | bytes | bytearray | memoryview, type: type[_T]) -> _T: ...
@overload
def from_json(data: str | bytes | bytearray | memoryview, type: Any) -> Any: ...
def from_json(data: str | bytes | bytearray | memoryview, type: Any) -> Any:
    """
    Raises:
        msgspec.MsgspecError: the bytes say no such thing.
    """
    _learn(type)
    return msgspec.json.decode(data, type=type)


@overload
def converted(value: object, type: type[_T]) -> _T: ...
@overload
def converted(value: object, type: Any) -> Any: ...
def converted(value: object, type: Any) -> Any:
    """
    Raises:
        msgspec.ValidationError: the value is no such thing.
    """
    _learn(type)
    return msgspec.convert(value, type)


def _learn(kind: Any) -> None:
    if kind not in _learnt:
        with _lock:
            msgspec.msgpack.Decoder(kind)
            _learnt.add(kind)
