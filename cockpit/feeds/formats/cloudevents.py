"""CloudEvents 1.0 (CNCF), structured mode: the envelope is taken off, what is inside is read by another format.

One event, or a batch (an array of them); `data` as JSON or text, or `data_base64`. The event's `time` is the instant of
sending, its `type` and `id` are told to the inner format as those of the transport.

    [feeds.mapping]
    format = "ngsi_ld"             # of what is inside
    types = ["org.city.reading"]   # others are passed over; `org.city.*` names all that begin so
    [feeds.mapping.mapping]        # that of the inner format
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cockpit.feeds.decoding import BAD_JSON, BadTime, explain, refuse_time, when
from cockpit.feeds.formats import _json
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats.base import Context, Format
from cockpit.feeds.items import Item, Refused, SourceTime, refused
from cockpit.model.errors import UserError

MOST = 50_000
_NOTHING = msgspec.Raw(b"")


class _Event(msgspec.Struct):
    specversion: str
    id: str
    source: str
    type: str
    time: str | None = None
    datacontenttype: str | None = None
    data: msgspec.Raw = _NOTHING
    data_base64: str | None = None


_event = msgspec.json.Decoder(_Event)
_batch = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)


class CloudEvents:
    """Format `cloudevents`."""

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        from cockpit.feeds.finding import make_format

        keys = Keys(mapping)
        name = keys.text("format")
        if not name:
            raise UserError("formats.key_missing", detail="format")
        if name == "cloudevents":
            raise UserError("formats.envelope_in_envelope", detail=keys.at("format"))
        self._inner: Format = make_format(name, keys.table("mapping").whole_table, topic)
        self._types = keys.texts("types")
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        bad = Refusals()
        items: list[Item] = []
        many = data.lstrip()[:1] == b"["
        pieces: Any = _json.read(data, _batch) if many else [data]
        if isinstance(pieces, Refused):
            return [pieces]
        newest = 0
        for number, piece in enumerate(pieces):
            if number >= MOST:
                bad.add(refused("too_many_records", b"", most=MOST))
                break
            try:
                event = _event.decode(piece)
                sent = when(event.time, "time")
                if not self._wanted(event.type):
                    continue
                newest = max(newest, sent)
                items += self._opened(event, piece, context, bad)
            except BAD_JSON as error:
                bad.count() if bad.full else bad.add(explain(error, piece))
            except BadTime as error:
                bad.add(refuse_time(error, piece, ""))
        told = [SourceTime(newest)] if newest else []
        return [*bad.items(), *told, *items]

    def _wanted(self, type_: str) -> bool:
        return not self._types or any(
            type_.startswith(one[:-1]) if one.endswith("*") else type_ == one for one in self._types
        )

    def _opened(self, event: _Event, piece: Any, context: Context, bad: Refusals) -> list[Item]:
        """What the inner format makes of an event; its refusals go with the others."""
        if not event.specversion.startswith("1."):
            bad.add(refused("cloudevents_version", bytes(piece), event.id[:200], detail=event.specversion[:20]))
            return []
        data = _data(event)
        if data is None:
            bad.add(refused("cloudevents_no_data", bytes(piece), event.id[:200], id=event.id[:200]))
            return []
        inner = msgspec.structs.replace(context, event_type=event.type, id=event.id, whole=False)
        found: list[Item] = []
        for item in self._inner.parse(data, inner):
            if isinstance(item, Refused):
                bad.add(item)
            elif not isinstance(item, SourceTime) or event.time is None:
                found.append(item)
        return found


def _data(event: _Event) -> bytes | None:
    """The bytes inside; None where there are none, or they are not what the envelope says."""
    if event.data_base64 is not None:
        try:
            return base64.b64decode(event.data_base64, validate=True)
        except (binascii.Error, ValueError):
            return None
    raw = bytes(event.data)
    if not raw or raw == b"null":
        return None
    kind = (event.datacontenttype or "application/json").partition(";")[0].strip().lower()
    if raw[:1] == b'"' and not kind.endswith(("/json", "+json")):
        try:
            return _text.decode(raw).encode()
        except (*BAD_JSON, UnicodeError):
            return None
    return raw


FORMAT = CloudEvents
