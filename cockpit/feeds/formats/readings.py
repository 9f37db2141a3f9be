"""Readings of sensors that are known: what a gateway sends many times a second, as compact JSON.

    {"t": "2026-07-14T17:32:30+08:00", "r": [["w-0017", 12.3], ["w-0018", 4.1, 1784021550000]]}
    {"id": "w-0017", "v": 12.3, "t": 1784021550000}

Times are ISO 8601 with offset or milliseconds since 1970 (UTC); a reading without one was measured when its message
says, else now. A value of null says that there is none. A message is one of the two, or lines of them (JSONL).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
import numpy as np

from cockpit.feeds.check_readings import MOST_REFUSED, rest_refused
from cockpit.feeds.decoding import BAD_JSON, BadTime, explain, refuse_time, when
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Item, Readings, Refused, SourceTime, refused

_Millis = Annotated[int, msgspec.Meta(ge=-(2**52), le=2**52)]


class _Reading(msgspec.Struct, array_like=True, gc=False, forbid_unknown_fields=True):
    id: str
    v: float | None
    t: _Millis | str | None = None


class _Message(msgspec.Struct, gc=False):
    id: str | None = None
    v: float | msgspec.UnsetType | None = msgspec.UNSET
    t: _Millis | str | None = None
    r: list[_Reading] | None = None


class _Loose(msgspec.Struct):
    """A message whose readings are looked at one by one."""

    t: _Millis | str | None = None
    r: list[msgspec.Raw] | None = None


_message = msgspec.json.Decoder(_Message)
_loose = msgspec.json.Decoder(_Loose)
_reading = msgspec.json.Decoder(_Reading)


class _NoReading(ValueError):
    """A message that is neither of the two."""


class Lines:
    """Readings as they come in, and the newest instants told with them."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._values: list[float | None] = []
        self._millis: list[int] = []
        self._sent = 0
        self._newest = 0

    def add(self, message: _Message) -> None:
        """
        Raises:
            _NoReading: it holds neither a reading nor a list of them.
            BadTime: a time that is none; nothing of the message is taken.
        """
        at = _us(message.t, "t")
        if message.r is not None:
            self.add_group(message.r, at)
        elif message.id and message.v is not msgspec.UNSET:
            self.ids.append(message.id)
            self._values.append(message.v)
            self._millis.append(at)
            self._newest = max(self._newest, at)
        else:
            raise _NoReading

    def add_group(self, readings: list[_Reading], at: int) -> None:
        """
        Args:
            at: when they were sent, UTC us; 0 not told.

        Raises:
            BadTime: a time that is none; nothing is taken.
        """
        times = [at if reading.t is None else _us(reading.t, "t") for reading in readings]
        self.ids += [reading.id for reading in readings]
        self._values += [reading.v for reading in readings]
        self._millis += times
        self._sent = max(self._sent, at)

    def items(self) -> list[Item]:
        if not self.ids:
            return []
        values = np.array(self._values, dtype=np.float64)  # None is NaN
        items: list[Item] = [Readings(self.ids, values, np.array(self._millis, dtype=np.int64))]
        if self._sent:
            items.append(SourceTime(self._sent))
        elif self._newest:
            items.append(SourceTime(self._newest, sent=False))
        return items


class ReadingsFormat:
    """Format `readings`."""

    def parse(self, data: bytes, context: Context) -> list[Item]:
        lines = Lines()
        try:
            lines.add(_message.decode(data))
            return lines.items()
        except (*BAD_JSON, BadTime, _NoReading) as error:
            rows = data.split(b"\n") if b"\n" in data.strip() else []
            if len(rows) < 2:
                return _one_by_one(data, error)
        bad: list[Refused] = []
        n = 0
        good: list[Item] = []
        for row in filter(None, map(bytes.strip, rows)):
            try:
                lines.add(_message.decode(row))
            except (*BAD_JSON, BadTime, _NoReading) as error:
                for item in _one_by_one(row, error):
                    if not isinstance(item, Refused):
                        good.append(item)
                    elif len(bad) < MOST_REFUSED:
                        bad.append(item)
                    else:
                        n += 1
        return [*lines.items(), *good, *bad, *rest_refused(n)]

    def parse_many(self, many: Sequence[bytes], context: Context) -> list[Item] | None:
        lines = Lines()
        try:
            for message in _decoded(many):
                lines.add(message)
        except (*BAD_JSON, BadTime, _NoReading):
            return None
        return lines.items()


def _decoded(many: Sequence[bytes]) -> Iterable[_Message]:
    """All of them in one go: a line each, each from brace to brace, so that nothing of one can pass for a part of
    another.

    Raises:
        ValueError: one of them is not one message.
    """
    lines = [data.strip() for data in many]
    if not all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
        raise _NoReading
    messages: list[_Message] = _message.decode_lines(b"\n".join(lines))
    if len(messages) != len(many):
        raise _NoReading
    return messages


def _one_by_one(data: bytes, error: Exception) -> list[Item]:
    """A message that is not as it should be: its good readings, and each bad one with its reason."""
    try:
        loose = _loose.decode(data)
        at = _us(loose.t, "t")
    except (*BAD_JSON, BadTime):
        loose = _Loose()
    if loose.r is None:
        return [_refuse(error, data)]
    lines = Lines()
    bad: list[Refused] = []
    n = 0
    for piece in loose.r:
        try:
            lines.add_group([_reading.decode(piece)], at)
        except (*BAD_JSON, BadTime) as why:
            if len(bad) < MOST_REFUSED:
                bad.append(_refuse(why, bytes(piece)))
            else:
                n += 1
    return [*lines.items(), *bad, *rest_refused(n)]


def _refuse(error: Exception, data: bytes) -> Refused:
    if isinstance(error, BadTime):
        return refuse_time(error, data, "")
    if isinstance(error, _NoReading):
        return refused("no_reading", data)
    return explain(error, data)


def _us(at: int | str | None, field: str) -> int:
    """UTC us; 0 for none.

    Raises:
        BadTime: it can not be read.
    """
    return when(at, field) if isinstance(at, str) else (at or 0) * 1000


FORMAT = ReadingsFormat
