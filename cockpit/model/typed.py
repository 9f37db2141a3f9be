"""Bytes and plain values as structs, on any thread; bytes that are none raise one kind of error, whatever is wrong.

msgspec learns a type at its first use, and two threads that do so at once read what is half learnt: the process dies.
Here a type is learnt by one thread at a time; decoders that are made while a module is imported need no more.

msgspec raises UnicodeDecodeError for a text that is no UTF-8 (one damaged byte of a file), RecursionError for what is
nested too deep. Here both are a msgspec.DecodeError, as everybody who reads a file or a message expects.
"""

from __future__ import annotations

import threading
from typing import Any, Generic, TypeVar, overload

import msgspec

_T = TypeVar("_T")

_NOT_DECODED = (UnicodeError, RecursionError)

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
    try:
        return msgspec.msgpack.decode(data, type=type)
    except _NOT_DECODED as error:
        raise msgspec.DecodeError(str(error)) from error


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
    try:
        return msgspec.json.decode(data, type=type)
    except _NOT_DECODED as error:
        raise msgspec.DecodeError(str(error)) from error


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
    try:
        return msgspec.convert(value, type)
    except _NOT_DECODED as error:
        raise msgspec.ValidationError(str(error)) from error


class _Decoder(Generic[_T]):
    """Decodes one type; to be made while a module is imported."""

    @overload
    def __init__(self: _Decoder[_T], type: type[_T]) -> None: ...
    @overload
    def __init__(self: _Decoder[Any], type: Any) -> None: ...
    def __init__(self, type: Any) -> None:
        self._decode = self._format.Decoder(type).decode

    _format: Any

    def decode(self, data: str | bytes | bytearray | memoryview | msgspec.Raw) -> _T:
        """
        Raises:
            msgspec.MsgspecError: the bytes say no such thing.
        """
        try:
            found: _T = self._decode(data)
        except _NOT_DECODED as error:
            raise msgspec.DecodeError(str(error)) from error
        return found


class JsonDecoder(_Decoder[_T]):
    """Of JSON, text or bytes."""

    _format = msgspec.json


class MsgpackDecoder(_Decoder[_T]):
    """Of msgpack."""

    _format = msgspec.msgpack


def _learn(kind: Any) -> None:
    if kind not in _learnt:
        with _lock:
            msgspec.msgpack.Decoder(kind)
            _learnt.add(kind)
